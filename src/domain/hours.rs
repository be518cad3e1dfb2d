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

    /// When the window began that is open at `now` for a text of `kind` in every one of `zones`; none when it is closed.
    /// A text confirmed before that moment was confirmed for another day. Seams at midnight are passed over, as far back
    /// as [`MAX_AGE`] needs.
    #[must_use]
    pub fn opened_at(&self, kind: MessageKind, now: Timestamp, zones: &Zones) -> Option<Timestamp> {
        if !kind.needs_press() {
            return Some(Timestamp::MIN);
        }
        let oldest = now.saturating_sub(MAX_AGE).unwrap_or(Timestamp::MIN);
        let mut opened = Timestamp::MIN;
        for tz in &zones.time_zones() {
            let mut began = self.began(kind, now, tz)?;
            while began > oldest {
                let Some(before) = began
                    .saturating_sub(SEAM + SignedDuration::from_nanos(1))
                    .ok()
                    .and_then(|before| self.began(kind, before, tz))
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
    fn began(&self, kind: MessageKind, at: Timestamp, tz: &TimeZone) -> Option<Timestamp> {
        let date = tz.to_datetime(at).date();
        let (start, end) = self.window(kind, date)?;
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const INITIAL: MessageKind = MessageKind::Initial;
    const REPLY: MessageKind = MessageKind::Reply;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn open(until: &str) -> HoursVerdict {
        HoursVerdict::Open { until: at(until) }
    }

    fn closed(opens_at: &str) -> HoursVerdict {
        HoursVerdict::Closed { opens_at: at(opens_at) }
    }

    // 2026-07-01 is a Wednesday, 2026-07-05 a Sunday; New York is at -04:00 then.
    #[rstest]
    #[case::before(INITIAL, "2026-07-01T08:59:59-04:00", &["America/New_York"], closed("2026-07-01T09:00-04:00"))]
    #[case::first_second(INITIAL, "2026-07-01T09:00:00-04:00", &["America/New_York"], open("2026-07-01T20:00-04:00"))]
    #[case::last_second(INITIAL, "2026-07-01T19:59:59-04:00", &["America/New_York"], open("2026-07-01T20:00-04:00"))]
    #[case::too_late(INITIAL, "2026-07-01T20:00:00-04:00", &["America/New_York"], closed("2026-07-02T09:00-04:00"))]
    #[case::reply_later(REPLY, "2026-07-01T20:30:00-04:00", &["America/New_York"], open("2026-07-01T21:00-04:00"))]
    #[case::reply_too_late(REPLY, "2026-07-01T21:00:00-04:00", &["America/New_York"], closed("2026-07-02T09:00-04:00"))]
    #[case::sunday_morning(INITIAL, "2026-07-05T11:00:00-04:00", &["America/New_York"], closed("2026-07-05T12:00-04:00"))]
    #[case::saturday_night(REPLY, "2026-07-04T22:00:00-04:00", &["America/New_York"], closed("2026-07-05T12:00-04:00"))]
    #[case::both_zones(INITIAL, "2026-07-01T09:30:00-04:00", &["America/New_York", "America/Chicago"], closed("2026-07-01T10:00-04:00"))]
    #[case::first_zone_ends(INITIAL, "2026-07-01T12:00:00-04:00", &["America/Chicago", "America/New_York"], open("2026-07-01T20:00-04:00"))]
    // Nothing known: noon to 20:00 in the east, and on Sundays from 15:00 (noon in the west).
    #[case::unknown_morning(INITIAL, "2026-07-01T11:59:00-04:00", &[], closed("2026-07-01T12:00-04:00"))]
    #[case::unknown_noon(INITIAL, "2026-07-01T12:00:00-04:00", &[], open("2026-07-01T20:00-04:00"))]
    #[case::unknown_sunday(INITIAL, "2026-07-05T13:00:00-04:00", &[], closed("2026-07-05T15:00-04:00"))]
    // Clocks go forward on 2026-03-08 (a Sunday) and back on 2026-11-01 (a Sunday).
    #[case::spring(INITIAL, "2026-03-07T21:00:00-05:00", &["America/New_York"], closed("2026-03-08T12:00-04:00"))]
    #[case::autumn(INITIAL, "2026-10-31T21:00:00-04:00", &["America/New_York"], closed("2026-11-01T12:00-05:00"))]
    // Arizona keeps its clock: in summer it is with Los Angeles, in winter with Denver.
    #[case::arizona_summer(INITIAL, "2026-07-01T15:30:00Z", &["America/Phoenix"], closed("2026-07-01T16:00:00Z"))]
    #[case::arizona_and_denver(INITIAL, "2026-07-01T16:00:00Z", &["America/Phoenix", "America/Denver"], open("2026-07-02T02:00:00Z"))]
    fn verdicts(#[case] kind: MessageKind, #[case] now: &str, #[case] zones: &[&str], #[case] expected: HoursVerdict) {
        assert_eq!(TextingHours::default().verdict(kind, at(now), &Zones::from_names(zones)), expected);
    }

    #[test]
    fn systems_own_texts_are_answers() {
        let night = at("2026-07-01T03:00:00-04:00");
        for kind in [MessageKind::OptOutNotice, MessageKind::Help] {
            let verdict = TextingHours::default().verdict(kind, night, &Zones::unknown());
            assert_eq!(verdict, HoursVerdict::Open { until: Timestamp::MAX });
        }
    }

    #[test]
    fn never_on_sundays() {
        let hours = TextingHours { sunday_start: time(23, 59, 0, 0), ..TextingHours::default() };
        let zones = Zones::from_names(["America/New_York"]);
        let verdict = hours.verdict(INITIAL, at("2026-07-04T20:00:00-04:00"), &zones);
        assert_eq!(verdict, closed("2026-07-06T09:00-04:00"));
        assert_eq!(hours.faults(), []);
    }

    #[test]
    fn zones_without_a_shared_moment_end() {
        let hours = TextingHours { initial_end: time(10, 0, 0, 0), ..TextingHours::default() };
        let zones = Zones::from_names(["America/New_York", "America/Los_Angeles"]);
        let verdict = hours.verdict(INITIAL, at("2026-07-01T12:00:00Z"), &zones);
        assert_eq!(verdict, HoursVerdict::Closed { opens_at: Timestamp::MAX });
    }

    #[rstest]
    #[case::closed(INITIAL, "2026-07-01T08:59:59-04:00", &["America/New_York"], None)]
    #[case::at_once(INITIAL, "2026-07-01T09:00:00-04:00", &["America/New_York"], Some("2026-07-01T09:00-04:00"))]
    #[case::evening(INITIAL, "2026-07-01T19:59:59-04:00", &["America/New_York"], Some("2026-07-01T09:00-04:00"))]
    #[case::sunday(INITIAL, "2026-07-05T13:00:00-04:00", &["America/New_York"], Some("2026-07-05T12:00-04:00"))]
    // The later opening counts: only then were all of them open.
    #[case::both(INITIAL, "2026-07-01T13:00:00-04:00", &["America/New_York", "America/Chicago"], Some("2026-07-01T10:00-04:00"))]
    #[case::spring(INITIAL, "2026-03-08T13:00:00-04:00", &["America/New_York"], Some("2026-03-08T12:00-04:00"))]
    fn openings(#[case] kind: MessageKind, #[case] now: &str, #[case] zones: &[&str], #[case] expected: Option<&str>) {
        let opened = TextingHours::default().opened_at(kind, at(now), &Zones::from_names(zones));
        assert_eq!(opened, expected.map(at));
    }

    fn around_the_clock() -> TextingHours {
        TextingHours {
            initial_start: Time::midnight(),
            initial_end: time(23, 59, 0, 0),
            reply_start: Time::midnight(),
            reply_end: Time::MAX,
            sunday_start: Time::midnight(),
        }
    }

    #[test]
    fn hours_around_the_clock_know_no_morning() {
        let zones = Zones::from_names(["America/New_York"]);
        for kind in [INITIAL, REPLY] {
            let now = at("2026-07-01T00:05:00-04:00");
            let opened = around_the_clock().opened_at(kind, now, &zones).unwrap();
            assert!(opened <= now - MAX_AGE, "{kind:?}: {opened}");
            let evening = at("2026-07-01T23:00:00-04:00");
            assert_eq!(around_the_clock().good_until(kind, evening, &zones), evening + MAX_AGE);
        }
    }

    #[test]
    fn a_text_is_good_until_its_window_closes_and_never_longer_than_its_age() {
        let zones = Zones::from_names(["America/New_York"]);
        let hours = TextingHours::default();
        let noon = at("2026-07-01T12:00:00-04:00");
        assert_eq!(hours.good_until(INITIAL, noon, &zones), at("2026-07-01T20:00-04:00"));
        assert_eq!(hours.good_until(REPLY, noon, &zones), at("2026-07-01T21:00-04:00"));
        let night = at("2026-07-01T22:00:00-04:00");
        assert_eq!(hours.good_until(INITIAL, night, &zones), night, "closed: not at all");
        let long = TextingHours { initial_start: time(6, 0, 0, 0), initial_end: time(22, 0, 0, 0), ..hours };
        let early = at("2026-07-01T06:00:00-04:00");
        assert_eq!(long.good_until(INITIAL, early, &zones), early + MAX_AGE);
    }

    #[test]
    fn windows_that_cannot_be() {
        let noon = time(12, 0, 0, 0);
        let hours = TextingHours {
            initial_start: noon,
            initial_end: noon,
            reply_start: time(22, 0, 0, 0),
            reply_end: time(21, 0, 0, 0),
            sunday_start: noon,
        };
        assert_eq!(hours.faults().len(), 2);
        assert_eq!(TextingHours::default().faults(), []);
    }

    /// Mainland zones and far ones, alone and together.
    fn zones() -> impl Strategy<Value = Zones> {
        let names = vec![
            "America/New_York",
            "America/Chicago",
            "America/Denver",
            "America/Phoenix",
            "America/Los_Angeles",
            "America/Anchorage",
            "Pacific/Honolulu",
            "America/St_Johns",
        ];
        prop::sample::subsequence(names, 0..4).prop_map(Zones::from_names)
    }

    proptest! {
        #[test]
        fn edges_are_exact(second in 1_767_225_600_i64..1_861_920_000, zones in zones(), reply in any::<bool>()) {
            let hours = TextingHours::default();
            let kind = if reply { REPLY } else { INITIAL };
            let now = Timestamp::from_second(second).unwrap();
            let is_open = |t: Timestamp| matches!(hours.verdict(kind, t, &zones), HoursVerdict::Open { .. });
            let second = SignedDuration::from_secs(1);
            match hours.verdict(kind, now, &zones) {
                HoursVerdict::Open { until } => {
                    prop_assert!(until > now && until <= now + SignedDuration::from_hours(13));
                    prop_assert!(!is_open(until));
                    prop_assert!(is_open(until - second));
                }
                HoursVerdict::Closed { opens_at } => {
                    prop_assert!(opens_at > now && opens_at <= now + SignedDuration::from_hours(48));
                    prop_assert!(is_open(opens_at));
                    prop_assert!(!is_open(opens_at - second));
                }
            }
        }

        #[test]
        fn what_opened_was_open_since(second in 1_767_225_600_i64..1_861_920_000, zones in zones(), reply in any::<bool>()) {
            let hours = TextingHours::default();
            let kind = if reply { REPLY } else { INITIAL };
            let now = Timestamp::from_second(second).unwrap();
            let is_open = |t: Timestamp| matches!(hours.verdict(kind, t, &zones), HoursVerdict::Open { .. });
            let opened = hours.opened_at(kind, now, &zones);
            prop_assert_eq!(opened.is_some(), is_open(now));
            if let Some(opened) = opened {
                prop_assert!(opened <= now && is_open(opened) && !is_open(opened - SignedDuration::from_secs(1)));
                // One window: what closes next after the opening closes next after now.
                prop_assert_eq!(hours.verdict(kind, opened, &zones), hours.verdict(kind, now, &zones));
            }
        }

        #[test]
        fn open_means_open_in_each(second in 1_767_225_600_i64..1_861_920_000, zones in zones()) {
            let hours = TextingHours::default();
            let now = Timestamp::from_second(second).unwrap();
            let together = matches!(hours.verdict(INITIAL, now, &zones), HoursVerdict::Open { .. });
            // Said anew, by the clock on the wall alone.
            let each = zones.names().iter().all(|name| {
                let local = TimeZone::get(name).unwrap().to_datetime(now);
                let start = if local.date().weekday() == Weekday::Sunday { 12 } else { 9 };
                (start..20).contains(&local.hour())
            });
            prop_assert_eq!(together, each);
        }
    }
}
