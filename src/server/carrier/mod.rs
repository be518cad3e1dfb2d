//! Carriers: who takes a text to a phone.

pub mod loopback;
pub mod simulated;

use std::sync::Arc;
use std::time::Duration;

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

/// What is known of an attempt that is to be looked up in a carrier's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Id of the attempt.
    pub attempt: Uuid,
    /// To whom.
    pub to: Phone,
    /// The text.
    pub body: String,
    /// When the call began, by the server's clock.
    pub started_at: Timestamp,
}

/// What a carrier's list says about an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has the text and calls it so.
    Present {
        /// The carrier's id.
        carrier_id: String,
    },
    /// It is not in the list.
    Absent,
    /// The list cannot be had, or does not say.
    NotKnown,
}

/// How long the server waits for a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// A call that takes longer is `unknown`.
    pub call: Duration,
    /// So long after the start of an unknown call its request can be nowhere on the way any more: the list may be asked.
    pub look_up_after: Duration,
    /// An unknown outcome waits this long for a receipt; then a captain decides.
    pub hold_after: Duration,
    /// Between two looks at leases and old attempts.
    pub housekeeping: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { call: seconds(30), look_up_after: seconds(90), hold_after: seconds(15 * 60), housekeeping: seconds(30) }
    }
}

impl Pace {
    /// All of it so many times as fast: for tests of whole programs.
    #[must_use]
    pub fn hurried(self, times: u32) -> Self {
        let times = times.max(1);
        Self {
            call: self.call / times,
            look_up_after: self.look_up_after / times,
            hold_after: self.hold_after / times,
            housekeeping: self.housekeeping / times,
        }
    }
}

/// Why a callback was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    /// Not signed, or not by the carrier.
    #[error("the signature is not the carrier's")]
    Forged,
    /// Signed, but too long ago or ahead of time.
    #[error("the callback is not of now")]
    Stale,
    /// Signed, but not understood.
    #[error("{0}")]
    Strange(String),
}

/// The place where a carrier's callbacks come in: verifies and reads them.
pub trait Door: Send + Sync + std::fmt::Debug + 'static {
    /// The carrier's name: the last part of the webhook's path.
    fn name(&self) -> &'static str;

    /// Verifies one callback and reads it.
    ///
    /// # Errors
    /// [`DoorError`]: nothing of it is to be believed.
    fn open(&self, headers: &axum::http::HeaderMap, body: &[u8]) -> Result<CarrierEvent, DoorError>;
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
        /// How many pictures (or other files) came with it. They are never fetched.
        pictures: u32,
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

    /// Looks an attempt up in the carrier's list.
    async fn look_up(&self, _asked: &Asked) -> Found {
        Found::NotKnown
    }

    /// True when a text that is not in the list after [`Pace::look_up_after`] is surely not at the carrier.
    fn list_is_authoritative(&self) -> bool {
        false
    }

    /// How long to wait for it.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// Where its callbacks come in, when they come by a webhook.
    fn door(&self) -> Option<Arc<dyn Door>> {
        None
    }
}
