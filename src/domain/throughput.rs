//! How much carriers let through: data, with the source beside each line (`assets/rules/throughput.toml`), and the arithmetic of
//! what is left. Everything is counted in segments.
//!
//! What was spent is kept in the database, so this is pure: a rate is the moment at which its bucket is full again, a day is a
//! count. A text goes out while anything is left in the bucket and may overdraw it by its own length: so long ones wait, and the
//! average is exact. A day's cap is never overdrawn.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Deserialize;

use super::campaign::CampaignDef;
use super::script::{Fill, Source, Template};
use super::segment::measure;

/// Where the day of a brand ends.
const PACIFIC: &str = "America/Los_Angeles";

/// A bucket holds so many seconds' worth, as whoever takes from it looks about once a second.
const AT_ONCE: i64 = 2;

/// No text has more segments.
pub const LONGEST: i64 = 64;

/// What is asked for at most, in a second: finer than a microsecond nothing is counted.
pub const FASTEST: u32 = 1_000_000;

/// What stands for a contact's field whose value is not known yet.
const STAND_IN: &str = "Christina";

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Its name in the settings.
    pub id: String,
    /// Segments of one number in a second.
    pub second: Option<u32>,
    /// Segments of the registered campaign in a minute.
    pub minute: Option<u32>,
    /// Segments of the brand in a day.
    pub day: Option<u32>,
    /// Where the figures are from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    unknown: String,
    registration: Vec<Registration>,
}

/// The data, as it is compiled in.
const TABLE: &str = include_str!("../../assets/rules/throughput.toml");

static REGISTRATIONS: LazyLock<File> = LazyLock::new(|| {
    // The file is part of the program and a test reads it.
    toml::from_str(TABLE).unwrap_or_else(|_| File { unknown: String::new(), registration: Vec::new() })
});

/// Every registration of the table.
#[must_use]
pub fn registrations() -> &'static [Registration] {
    &REGISTRATIONS.registration
}

/// What is taken where nothing is said.
#[must_use]
pub fn unknown() -> &'static str {
    &REGISTRATIONS.unknown
}

/// What a server may hand to its carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throughput {
    /// Name of the registration, as the settings have it; empty for figures alone.
    pub registration: String,
    /// Segments a second, all numbers together.
    pub second: Option<u32>,
    /// Segments a minute.
    pub minute: Option<u32>,
    /// Segments a day.
    pub day: Option<u32>,
    /// How much of a day, in percent, first texts leave to replies and notices.
    pub reserve_percent: u32,
    /// No first texts are handed out while what is queued takes longer, in minutes.
    pub queue_minutes: u32,
}

/// A rate: so many segments in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How it is called: `second`, `minute`.
    pub name: &'static str,
    segments: u32,
    micros: i64,
}

impl Rate {
    /// How long one segment takes, in microseconds.
    const fn each(self) -> i64 {
        let each = self.micros / self.segments as i64;
        // Nothing is counted finer; settings that would want it are refused.
        if each < 1 { 1 } else { each }
    }

    /// How many segments the full bucket holds.
    fn most(self) -> i64 {
        (i64::from(self.segments) * AT_ONCE * 1_000_000 / self.micros).max(1)
    }

    /// The latest moment at which a bucket may be full again that was spent from before `now`.
    fn latest(self, now: i64) -> i64 {
        now + self.each() * (self.most() + LONGEST)
    }

    /// When the bucket is full again, as far as that can be.
    fn full_at(self, full_at: i64, now: i64) -> i64 {
        full_at.clamp(now, self.latest(now))
    }

    /// What has to stand in place of a moment that cannot be, as a clock was ahead of time when it was written: from what stands
    /// there time passes, so that everything goes on after the longest text's time.
    #[must_use]
    pub fn mended(self, full_at: i64, now: i64) -> Option<i64> {
        let latest = self.latest(now);
        (full_at > latest).then_some(latest)
    }

    /// What is left of it; below nothing when it is overdrawn.
    #[must_use]
    pub fn left(self, full_at: i64, now: i64) -> i64 {
        let missing = self.full_at(full_at, now) - now;
        self.most() - missing.div_euclid(self.each()) - i64::from(missing.rem_euclid(self.each()) > 0)
    }

    /// When it is full again, so many segments later.
    #[must_use]
    pub fn spend(self, full_at: i64, now: i64, segments: i64) -> i64 {
        self.full_at(full_at, now) + self.each() * segments
    }

    /// Segments in a minute.
    #[must_use]
    pub const fn a_minute(self) -> u64 {
        self.segments as u64 * 60_000_000 / self.micros.unsigned_abs()
    }
}

impl Throughput {
    /// What bounds nothing.
    #[must_use]
    pub fn is_unbounded(&self) -> bool {
        self.second.is_none() && self.minute.is_none() && self.day.is_none()
    }

    /// The rates, each with a name that stays the same.
    pub fn rates(&self) -> impl Iterator<Item = Rate> {
        let rate = |name, segments: Option<u32>, micros| {
            segments.filter(|n| *n > 0).map(|segments| Rate { name, segments, micros })
        };
        [rate("second", self.second, 1_000_000), rate("minute", self.minute, 60_000_000)].into_iter().flatten()
    }

    /// Segments in a minute, by the narrowest of the rates; none without one.
    #[must_use]
    pub fn a_minute(&self) -> Option<u64> {
        self.rates().map(Rate::a_minute).min()
    }

    /// Of a day's cap: what first texts leave to others.
    #[must_use]
    pub fn reserve(&self) -> u64 {
        self.day.map_or(0, |day| u64::from(day) * u64::from(self.reserve_percent.min(100)) / 100)
    }

    /// How long so many segments take, rounded up to whole minutes.
    #[must_use]
    pub fn minutes(&self, segments: u64) -> u64 {
        self.a_minute().map_or(0, |a_minute| segments.div_ceil(a_minute.max(1)))
    }

    /// Segments of first texts in a day, without what they leave to others; none without a day's cap.
    #[must_use]
    pub fn first_texts_a_day(&self) -> Option<u64> {
        self.day.map(|day| u64::from(day).saturating_sub(self.reserve()))
    }

    /// On how many of the carrier's days so many segments of first texts go out at the least, as far as a day's cap says; none
    /// without one, or where it leaves nothing to first texts.
    #[must_use]
    pub fn days(&self, segments: u64) -> Option<u64> {
        self.first_texts_a_day().filter(|a_day| *a_day > 0).map(|a_day| segments.div_ceil(a_day))
    }
}

/// The day that `now` is in, for those who count a brand's: its beginning, and its end.
#[must_use]
pub fn day_of(now: Timestamp) -> (Timestamp, Timestamp) {
    let zone = TimeZone::get(PACIFIC).unwrap_or(TimeZone::UTC);
    let here = now.to_zoned(zone);
    let begins = here.start_of_day().map_or(now, |day| day.timestamp());
    let ends = here.tomorrow().and_then(|day| day.start_of_day()).map(|day| day.timestamp());
    (begins, ends.unwrap_or_else(|_| now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now)))
}

/// How many segments a first text of this campaign has, at most of its wordings and with an ordinary name in it: what one that is
/// handed out and not written yet will cost.
#[must_use]
pub fn first_text(def: &CampaignDef) -> u64 {
    let parts = def.initial.iter().map(|variant| measure(&filled(def, &variant.text)).parts).max();
    parts.unwrap_or(1).max(1) as u64
}

fn filled(def: &CampaignDef, text: &str) -> String {
    let Ok(template) = Template::parse(text) else { return text.to_owned() };
    let who_pays = def.disclaimer.values().max_by_key(|words| words.len());
    let known = template.fields().filter(|field| field.source == Source::Contact).map(|field| {
        let value = if field.is_disclaimer() { who_pays.map_or("", String::as_str) } else { STAND_IN };
        (field.name.clone(), value.to_owned())
    });
    let fields = known.collect();
    let fill = Fill { fields: &fields, texter: STAND_IN, variables: &def.variables };
    template.fill(&fill).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::campaign::Variant;

    fn rate(segments: u32, micros: i64) -> Rate {
        Rate { name: "r", segments, micros }
    }

    #[test]
    fn every_line_has_figures_and_a_source() {
        let lines = registrations();
        assert!(lines.iter().any(|line| line.id == unknown()), "{}", unknown());
        for line in lines {
            let figures = [line.second, line.minute, line.day];
            assert!(figures.iter().any(Option::is_some) && !figures.contains(&Some(0)), "{}", line.id);
            assert!(line.source.contains('.'), "{}", line.id);
            assert_eq!(lines.iter().filter(|other| other.id == line.id).count(), 1, "{}", line.id);
        }
        let least = |pick: fn(&Registration) -> Option<u32>| lines.iter().filter_map(pick).min();
        let taken = lines.iter().find(|line| line.id == unknown()).expect("it is there");
        assert_eq!((taken.minute, taken.day), (least(|line| line.minute), least(|line| line.day)));
    }

    #[rstest::rstest]
    // 75 a minute are one every 0.8 seconds, and two of them at once.
    #[case(rate(75, 60_000_000), 0, 2)]
    #[case(rate(75, 60_000_000), 800_000, 1)]
    #[case(rate(75, 60_000_000), 1_600_000, 0)]
    #[case(rate(75, 60_000_000), 1_600_001, -1)]
    #[case(rate(3, 1_000_000), 0, 6)]
    // Fewer than one in two seconds: one at once.
    #[case(rate(6, 60_000_000), 0, 1)]
    fn what_is_left(#[case] rate: Rate, #[case] full_in: i64, #[case] left: i64) {
        assert_eq!(rate.left(5_000_000 + full_in, 5_000_000), left);
    }

    #[test]
    fn a_clock_that_was_ahead_stops_nothing_for_long() {
        let rate = rate(60, 60_000_000);
        let wrong = 86_400_000_000;
        assert!(rate.left(wrong, 0) <= 0);
        let full_at = rate.mended(wrong, 0).expect("it cannot be");
        assert_eq!(full_at, 66_000_000);
        assert_eq!((rate.left(full_at, 64_999_999), rate.left(full_at, 65_000_000)), (0, 1));
        // What can be stays, also that which the longest text leaves.
        assert_eq!((rate.mended(full_at, 0), rate.mended(full_at, 1)), (None, None));
        assert_eq!(rate.mended(rate.spend(1_000_000, 0, LONGEST), 0), None);
    }

    #[test]
    fn no_rate_is_too_high_to_count() {
        let rate = rate(u32::MAX, 1_000_000);
        let full_at = rate.spend(0, 0, 1);
        assert_eq!((rate.left(0, 0) - rate.left(full_at, 0), rate.left(0, 0) > 0), (1, true));
    }

    proptest! {
        /// However they come, over a long time never more go out than the rate says, a text's overdraft and the full bucket aside.
        #[test]
        fn no_more_than_the_rate(
            segments in 1u32..200,
            texts in proptest::collection::vec((0i64..3_000_000, 1i64..10), 1..300),
        ) {
            let rate = rate(segments, 60_000_000);
            let (mut now, mut full_at, mut spent) = (0, 0, 0);
            for (wait, long) in texts {
                now += wait;
                if rate.left(full_at, now) > 0 {
                    full_at = rate.spend(full_at, now, long);
                    spent += long;
                }
            }
            prop_assert!(spent <= now * i64::from(segments) / 60_000_000 + rate.most() + 10, "{spent} in {now}");
        }
    }

    #[rstest::rstest]
    // Summer and winter time; the day on which the clocks go forward has 23 hours.
    #[case("2026-06-10T18:00:00Z", "2026-06-10T07:00:00Z", "2026-06-11T07:00:00Z")]
    #[case("2026-06-10T06:59:59Z", "2026-06-09T07:00:00Z", "2026-06-10T07:00:00Z")]
    #[case("2026-03-08T12:00:00Z", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z")]
    #[case("2026-12-31T23:00:00Z", "2026-12-31T08:00:00Z", "2027-01-01T08:00:00Z")]
    fn a_day_ends_at_midnight_pacific(#[case] now: &str, #[case] begins: &str, #[case] ends: &str) {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(day_of(at(now)), (at(begins), at(ends)));
    }

    #[test]
    fn a_first_text_costs_what_its_longest_wording_does() {
        let wording = |text: String| Variant { name: "a".into(), language: "en".into(), text };
        let mut def = CampaignDef { initial: vec![wording("Hi {firstName/there}!".into())], ..CampaignDef::default() };
        assert_eq!(first_text(&def), 1);
        def.initial.push(wording("x".repeat(170)));
        assert_eq!(first_text(&def), 2);
        def.initial = vec![wording(format!("Hi {{firstName}}, {} {{disclaimer}}", "x".repeat(130)))];
        assert_eq!(first_text(&def), 1);
        def.disclaimer.insert("FL".into(), "Paid for by Friends of the Library".into());
        assert_eq!(first_text(&def), 2);
    }

    #[test]
    fn days_are_those_of_the_cap_without_the_reserve() {
        let of = |day, reserve_percent| Throughput {
            registration: String::new(),
            second: None,
            minute: Some(75),
            day,
            reserve_percent,
            queue_minutes: 30,
        };
        let some = of(Some(2_000), 10);
        assert_eq!((some.days(0), some.days(1_800), some.days(1_801)), (Some(0), Some(1), Some(2)));
        assert_eq!((of(None, 10).days(5), of(None, 10).first_texts_a_day()), (None, None));
        // All of a day is kept for replies: no number of days is enough.
        assert_eq!((of(Some(2_000), 100).days(5), of(Some(2_000), 100).first_texts_a_day()), (None, Some(0)));
    }

    #[test]
    fn minutes_and_the_reserve() {
        let some = Throughput {
            registration: String::new(),
            second: Some(3),
            minute: Some(75),
            day: Some(2_000),
            reserve_percent: 10,
            queue_minutes: 30,
        };
        assert_eq!((some.a_minute(), some.minutes(0), some.minutes(76), some.reserve()), (Some(75), 0, 2, 200));
        let free = Throughput { second: None, minute: None, day: None, ..some };
        assert_eq!((free.a_minute(), free.minutes(76), free.reserve(), free.is_unbounded()), (None, 0, 0, true));
    }
}
