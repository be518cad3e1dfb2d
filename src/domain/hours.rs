//! Texting hours, in the contact's local time.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
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
    /// On Sundays nothing before this. At or after the end of a window: never on Sundays.
    #[schema(value_type = String)]
    pub sunday_start: Time,
}

impl Default for TextingHours {
    /// The strictest common rule: initial texts from 9:00 to 20:00, replies until 21:00, Sundays from noon.
    fn default() -> Self {
        Self {
            initial_start: time(9, 0, 0, 0),
            initial_end: time(20, 0, 0, 0),
            reply_start: time(9, 0, 0, 0),
            reply_end: time(21, 0, 0, 0),
            sunday_start: time(12, 0, 0, 0),
        }
    }
}

/// May a text go out now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursVerdict {
    /// Yes, until this moment.
    Open {
        /// First moment at which it may not any more; [`Timestamp::MAX`] when it always may.
        until: Timestamp,
    },
    /// No; the next opening.
    Closed {
        /// First moment at which it may; [`Timestamp::MAX`] when the candidate zones share no moment.
        opens_at: Timestamp,
    },
}

/// A window that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursFault {
    /// Initial messages: the start is not before the end.
    #[error("initial messages would end at {end}, not after their start at {start}")]
    Initial {
        /// Start.
        start: Time,
        /// End.
        end: Time,
    },
    /// Replies: the start is not before the end.
    #[error("replies would end at {end}, not after their start at {start}")]
    Reply {
        /// Start.
        start: Time,
        /// End.
        end: Time,
    },
}

/// How far ahead an opening is looked for: past any weekend, short enough to end at once.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 15);

impl TextingHours {
    /// The verdict for a text of `kind` at `now` to a person who may be in any of `zones`:
    /// open only when the window is open in every one of them.
    ///
    /// The two kinds without a press answer a text that the person has just sent, so they are always allowed.
    #[must_use]
    pub fn verdict(&self, kind: MessageKind, now: Timestamp, zones: &Zones) -> HoursVerdict {
        if !kind.needs_press() {
            return HoursVerdict::Open { until: Timestamp::MAX };
        }
        let zones = zones.time_zones();
        let horizon = now.saturating_add(LOOK_AHEAD).unwrap_or(Timestamp::MAX);
        let mut at = now;
        // Go from opening to opening until every zone agrees; each step moves forward.
        while at <= horizon {
            let mut until = Timestamp::MAX;
            let mut later = at;
            for tz in &zones {
                match self.in_zone(kind, at, tz) {
                    HoursVerdict::Open { until: end } => until = until.min(end),
                    HoursVerdict::Closed { opens_at } => later = later.max(opens_at),
                }
            }
            if later == at {
                return if at == now { HoursVerdict::Open { until } } else { HoursVerdict::Closed { opens_at: at } };
            }
            at = later;
        }
        HoursVerdict::Closed { opens_at: Timestamp::MAX }
    }

    /// What cannot be: a window that ends before it starts.
    #[must_use]
    pub fn faults(&self) -> Vec<HoursFault> {
        let mut faults = Vec::new();
        if self.initial_start >= self.initial_end {
            faults.push(HoursFault::Initial { start: self.initial_start, end: self.initial_end });
        }
        if self.reply_start >= self.reply_end {
            faults.push(HoursFault::Reply { start: self.reply_start, end: self.reply_end });
        }
        faults
    }

    /// Start and end on `date`; nothing when closed all day.
    fn window(&self, kind: MessageKind, date: Date) -> Option<(Time, Time)> {
        let (start, end) = match kind {
            MessageKind::Initial => (self.initial_start, self.initial_end),
            _ => (self.reply_start, self.reply_end),
        };
        let start = if date.weekday() == Weekday::Sunday { start.max(self.sunday_start) } else { start };
        (start < end).then_some((start, end))
    }

    fn in_zone(&self, kind: MessageKind, at: Timestamp, tz: &TimeZone) -> HoursVerdict {
        let mut date = tz.to_datetime(at).date();
        // A week and a day: Sunday may be shut, and so may everything (then the far end of time is the answer).
        for _ in 0..8 {
            if let Some((start, end)) = self.window(kind, date) {
                let instant = |time: Time| tz.to_timestamp(date.to_datetime(time)).unwrap_or(Timestamp::MAX);
                let (start, end) = (instant(start), instant(end));
                if at < start {
                    return HoursVerdict::Closed { opens_at: start };
                }
                if at < end {
                    return HoursVerdict::Open { until: end };
                }
            }
            date = date.tomorrow().unwrap_or(Date::MAX);
        }
        HoursVerdict::Closed { opens_at: Timestamp::MAX }
    }
}
