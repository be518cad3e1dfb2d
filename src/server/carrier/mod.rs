//! Carriers: who takes a text to a phone.

pub mod simulated;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::{message::Delivery, phone::Phone};

/// One text for a carrier. `attempt` goes into the field that the carrier echoes in its callbacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Id of this attempt, committed before the call.
    pub attempt: Uuid,
    /// To whom.
    pub to: Phone,
    /// The text.
    pub body: String,
    /// The carrier must drop it after this (end of texting hours).
    pub expires_at: Timestamp,
}

/// What a carrier said to a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// It has the text and calls it so.
    Accepted {
        /// The carrier's id.
        carrier_id: String,
    },
    /// It surely does not have the text and never will.
    Refused {
        /// The carrier's error code.
        code: String,
    },
    /// It surely does not have the text now; later may help.
    Later {
        /// Why.
        reason: String,
    },
    /// Not known (time-out after the request left, a cut, a 5xx). Never resent by itself.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// What a carrier says by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarrierEvent {
    /// A text by a voter.
    Inbound {
        /// The carrier's key of this event: seen twice, counted once.
        key: String,
        /// From whom.
        from: Phone,
        /// The text as received.
        body: String,
    },
    /// A delivery receipt.
    Receipt {
        /// The carrier's key of this event.
        key: String,
        /// The attempt it echoes.
        attempt: Uuid,
        /// `Submitted`, `Delivered` or `Failed`.
        delivery: Delivery,
        /// Error code of a failure.
        error: Option<String>,
    },
}

/// A carrier. Its events come to the server by its own door (a webhook, or in process the server's inbox).
#[async_trait]
pub trait Carrier: Send + Sync + std::fmt::Debug + 'static {
    /// Name for logs and the database (`simulated`).
    fn name(&self) -> &'static str;

    /// True when no text can reach a real phone through it.
    fn is_simulated(&self) -> bool;

    /// Makes one call.
    async fn submit(&self, submission: &Submission) -> Submitted;
}
