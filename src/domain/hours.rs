//! Texting hours, in the contact's local time.

mod holidays;
mod states;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::holidays::{HolidayAhead, Holidays};
pub use self::states::{Solicitation, SolicitationRule, StateHours, Window};
pub(crate) use self::states::{less_solicitation, solicitation_fault};
use super::contact::Contact;
use super::purpose::is_default;
use super::{
    message::MessageKind,
    objects,
    zone::{self, Zones},
};

/// When texts may go out. Times are local to the contact; `end` is the first moment that is too late.
///
/// What was added later is left out of the bytes while it holds its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextingHours {
    /// Initial messages: start.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub initial_start: Time,
    /// Initial messages: end.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub initial_end: Time,
    /// Replies in a live conversation: start.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub reply_start: Time,
    /// Replies in a live conversation: end.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub reply_end: Time,
    /// On Sundays nothing before this. At or after the end of a window: never on Sundays.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub sunday_start: Time,
    /// Windows of states, by their two letters: they hold beside the campaign's own for everybody who may be there.
    #[serde(default, skip_serializing_if = "is_default", deserialize_with = "objects::by_name")]
    pub states: BTreeMap<String, StateHours>,
    /// True when the zone of a known address counts alone, and that of the area code only where there is no address.
    #[serde(default, skip_serializing_if = "is_default")]
    pub trust_address: bool,
    /// Dates, local to the contact, on which nothing goes out.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Vec<String>)]
    pub closed_on: BTreeSet<Date>,
    /// What holidays of the United States are to the campaign's own hours, by the date where the contact is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub holidays: Holidays,
    /// No initial message before this moment.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opens_at: Option<Timestamp>,
    /// No initial message from this moment on; conversations go on.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closes_at: Option<Timestamp>,
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
            states: BTreeMap::new(),
            trust_address: false,
            closed_on: BTreeSet::new(),
            holidays: Holidays::default(),
            opens_at: None,
            closes_at: None,
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
    /// The campaign closes before it opens.
    #[error("the campaign would close at {closes_at}, not after it opens at {opens_at}")]
    Span {
        /// Start.
        opens_at: Timestamp,
        /// End.
        closes_at: Timestamp,
    },
}

/// Windows with no more than this between them are one: hours from midnight to midnight never close.
pub const SEAM: SignedDuration = SignedDuration::from_secs(60);

/// A confirmed text is good for this long at most, whatever the hours are.
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(12);

/// True when a text was confirmed for other texting hours than those that are open at `now`, or too long ago to be meant
/// still. `opened_at` is when the open ones began ([`TextingHours::opened_at`]); without it age alone counts.
#[must_use]
pub fn is_too_late(pressed_at: Timestamp, opened_at: Option<Timestamp>, now: Timestamp) -> bool {
    opened_at.is_some_and(|opened_at| pressed_at < opened_at) || now.duration_since(pressed_at) > MAX_AGE
}

/// So long before texting hours end nothing more is handed out where they do, so that what is handed out can still be sent.
pub const HAND_OUT_ENDS: SignedDuration = SignedDuration::from_mins(10);

/// A state that somebody may be in, by its two letters, and its hours.
type Ruled<'a> = (&'a str, &'a StateHours);

/// How far ahead an opening is looked for: past any weekend, short enough to end at once.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 15);

impl TextingHours {
    /// The verdict for a text of `kind` at `now` to a person who may be in any of `zones`:
    /// open only when the window is open in every one of them.
    ///
    /// The answer to HELP is what the person has just asked for, so it is always allowed. The notice of an opt-out keeps the hours of
    /// replies: who wrote STOP at night is off the list at once, and told nothing.
    #[must_use]
    pub fn verdict(&self, kind: MessageKind, now: Timestamp, zones: &Zones) -> HoursVerdict {
        if kind == MessageKind::Help {
            return HoursVerdict::Open { until: Timestamp::MAX };
        }
        if kind != MessageKind::Initial {
            return self.daily(kind, now, zones);
        }
        let closes_at = self.closes_at.unwrap_or(Timestamp::MAX);
        let from = self.opens_at.map_or(now, |opens_at| opens_at.max(now));
        match self.daily(kind, from, zones) {
            HoursVerdict::Open { until } if from == now && now < closes_at => {
                HoursVerdict::Open { until: until.min(closes_at) }
            }
            HoursVerdict::Open { .. } if from < closes_at => HoursVerdict::Closed { opens_at: from },
            HoursVerdict::Closed { opens_at } if opens_at < closes_at => HoursVerdict::Closed { opens_at },
            _ => HoursVerdict::Closed { opens_at: Timestamp::MAX },
        }
    }

    /// May somebody in `zones` be handed out at `now` for a first text: [`Self::verdict`], but for the last minutes of the hours
    /// ([`HAND_OUT_ENDS`]), which count as closed where no others follow at once.
    #[must_use]
    pub fn hand_out(&self, now: Timestamp, zones: &Zones) -> HoursVerdict {
        let kind = MessageKind::Initial;
        match self.verdict(kind, now, zones) {
            HoursVerdict::Open { until }
                if until.duration_since(now) < HAND_OUT_ENDS && !self.is_seam(kind, until, zones) =>
            {
                self.verdict(kind, until, zones)
            }
            verdict => verdict,
        }
    }

    /// True where no hour of any day is closed to a first text: the end of a day is not one of its hours then.
    #[must_use]
    pub fn is_all_day(&self) -> bool {
        let all_day = self.initial_start == Time::MIN && self.initial_end == Time::MAX;
        all_day && self.sunday_start == Time::MIN && self.states.is_empty()
    }

    /// The verdict by the time of day alone, without the campaign's own beginning and end.
    fn daily(&self, kind: MessageKind, now: Timestamp, zones: &Zones) -> HoursVerdict {
        let states = self.states_of(zones);
        let zones = zones.time_zones();
        let horizon = now.saturating_add(LOOK_AHEAD).unwrap_or(Timestamp::MAX);
        let mut at = now;
        // Go from opening to opening until every zone agrees; each step moves forward.
        while at <= horizon {
            let mut until = Timestamp::MAX;
            let mut later = at;
            for tz in &zones {
                match self.in_zone(kind, at, tz, &states) {
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

    /// When the window began that is open at `now` for a text of `kind` in every one of `zones`; none when it is closed.
    /// A text confirmed before that moment was confirmed for another day. Seams at midnight are passed over, as far back
    /// as [`MAX_AGE`] needs.
    #[must_use]
    pub fn opened_at(&self, kind: MessageKind, now: Timestamp, zones: &Zones) -> Option<Timestamp> {
        if kind == MessageKind::Help {
            return Some(Timestamp::MIN);
        }
        let oldest = now.saturating_sub(MAX_AGE).unwrap_or(Timestamp::MIN);
        let mut opened = Timestamp::MIN;
        if kind == MessageKind::Initial {
            if self.closes_at.is_some_and(|closes_at| closes_at <= now) {
                return None;
            }
            opened = self.opens_at.unwrap_or(opened);
            if now < opened {
                return None;
            }
        }
        let states = self.states_of(zones);
        for tz in &zones.time_zones() {
            let mut began = self.began(kind, now, tz, &states)?;
            while began > oldest {
                let Some(before) = began
                    .saturating_sub(SEAM + SignedDuration::from_nanos(1))
                    .ok()
                    .and_then(|before| self.began(kind, before, tz, &states))
                else {
                    break;
                };
                began = before;
            }
            opened = opened.max(began);
        }
        Some(opened)
    }

    /// When a text of `kind` confirmed and accepted at `now` has to be on its way: the end of the window that is open in
    /// every one of `zones`, or [`MAX_AGE`] later, whichever is first; `now` when it is closed. Seams at midnight are
    /// passed over.
    #[must_use]
    pub fn good_until(&self, kind: MessageKind, now: Timestamp, zones: &Zones) -> Timestamp {
        let last = now.saturating_add(MAX_AGE).unwrap_or(Timestamp::MAX);
        let HoursVerdict::Open { mut until } = self.verdict(kind, now, zones) else { return now };
        while until < last {
            if !self.is_seam(kind, until, zones) {
                break;
            }
            let over = until.saturating_add(SEAM).unwrap_or(Timestamp::MAX);
            let HoursVerdict::Open { until: further } = self.verdict(kind, over, zones) else { break };
            until = further;
        }
        until.min(last)
    }

    /// True when what closes at `end` opens again within [`SEAM`].
    #[must_use]
    pub fn is_seam(&self, kind: MessageKind, end: Timestamp, zones: &Zones) -> bool {
        match self.verdict(kind, end, zones) {
            HoursVerdict::Closed { opens_at } => opens_at.duration_since(end) <= SEAM,
            HoursVerdict::Open { .. } => true,
        }
    }

    /// When the window of one zone began that is open at `at`.
    fn began(&self, kind: MessageKind, at: Timestamp, tz: &TimeZone, states: &[Ruled<'_>]) -> Option<Timestamp> {
        let date = tz.to_datetime(at).date();
        let (start, end) = self.window(kind, date, states)?;
        let start = tz.to_timestamp(date.to_datetime(start)).ok()?;
        let end = tz.to_timestamp(date.to_datetime(end)).ok()?;
        (start <= at && at < end).then_some(start)
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
        if let (Some(opens_at), Some(closes_at)) = (self.opens_at, self.closes_at)
            && opens_at >= closes_at
        {
            faults.push(HoursFault::Span { opens_at, closes_at });
        }
        faults
    }

    /// Start and end on `date`; nothing when closed all day.
    fn window(&self, kind: MessageKind, date: Date, states: &[Ruled<'_>]) -> Option<(Time, Time)> {
        if self.closed_on.contains(&date) {
            return None;
        }
        let (start, end) = match kind {
            MessageKind::Initial => (self.initial_start, self.initial_end),
            _ => (self.reply_start, self.reply_end),
        };
        let holiday = self.on_holiday(date);
        if holiday == Holidays::Closed {
            return None;
        }
        let as_sunday = date.weekday() == Weekday::Sunday || holiday == Holidays::AsSunday;
        let start = if as_sunday { start.max(self.sunday_start) } else { start };
        let (mut start, mut end) = (start, end);
        for (code, state) in states {
            let there = holiday.max(holidays::on(state.holidays, date, Some(code)));
            if there == Holidays::Closed {
                return None;
            }
            let sunday = (there == Holidays::AsSunday).then_some(Weekday::Sunday);
            for day in [date.weekday()].into_iter().chain(sunday) {
                let window = state.on(day)?;
                start = start.max(window.start);
                end = end.min(window.end);
            }
        }
        (start < end).then_some((start, end))
    }

    /// The windows of the states that somebody may be in.
    fn states_of(&self, zones: &Zones) -> Vec<Ruled<'_>> {
        let ruled = |code| self.states.get_key_value(code).map(|(code, hours)| (code.as_str(), hours));
        zones.states().filter_map(ruled).collect()
    }

    /// Where a contact may be, for these hours: its candidate zones, and the states among those that have windows here.
    #[must_use]
    pub fn places_of(&self, contact: &Contact) -> Zones {
        let ruled: Vec<&str> = self.states.keys().map(String::as_str).collect();
        zone::places(contact, &ruled, self.trust_address)
    }

    fn in_zone(&self, kind: MessageKind, at: Timestamp, tz: &TimeZone, states: &[Ruled<'_>]) -> HoursVerdict {
        let mut date = tz.to_datetime(at).date();
        // A week and a day: Sunday may be shut, and so may everything (then the far end of time is the answer).
        for _ in 0..8 {
            if let Some((start, end)) = self.window(kind, date, states) {
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

#[cfg(test)]
mod tests;
