//! A text's kinds and the words for its life.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest text that all carriers' interfaces take, in characters.
pub const MAX_CHARS: usize = 1_600;

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// The first text to a campaign contact. At most one per contact, for ever.
    Initial,
    /// A later text by a person.
    Reply,
    /// The one confirmation of an opt-out; author is the system, dropped after five minutes.
    OptOutNotice,
    /// The answer to HELP; author is the system.
    Help,
}

impl MessageKind {
    /// True for the two kinds that need a human's press.
    #[must_use]
    pub fn needs_press(self) -> bool {
        matches!(self, Self::Initial | Self::Reply)
    }
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the campaign to the voter.
    Outbound,
    /// From the voter to the campaign.
    Inbound,
}

/// Where an outgoing message stands on the server, or an inbound one (`Received`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The server has it; the carrier does not yet (it is queued, or waits for texting hours).
    Accepted,
    /// The call to the carrier is being made.
    Submitting,
    /// The carrier took it.
    Submitted,
    /// The carrier says the phone has it.
    Delivered,
    /// It will not arrive; the code is the carrier's.
    Failed,
    /// Whether the carrier took it is not known. Never resent by itself.
    Unknown,
    /// A captain decides.
    Held,
    /// Dropped by the server before the carrier call (opted out meanwhile, wrong number, notice too old).
    Dropped,
    /// An inbound message.
    Received,
}

impl Delivery {
    /// The word as stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Submitting => "submitting",
            Self::Submitted => "submitted",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Dropped => "dropped",
            Self::Received => "received",
        }
    }

    /// True when nothing more is expected to happen by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::Held | Self::Dropped | Self::Received)
    }
}
