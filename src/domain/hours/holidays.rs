//! Holidays: data, with the source beside each line (`assets/rules/holidays.toml`), and what becomes of texts on them.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextingHours;

/// Whether texts go out on holidays. The later of two is the stricter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holidays {
    /// Holidays are days as any other.
    #[default]
    AsAnyDay,
    /// The hours of Sundays hold beside those of the day.
    AsSunday,
    /// Nothing goes out.
    Closed,
}

impl Holidays {
    /// Every one, as a campaign file writes it.
    pub const ALL: [(&'static str, Self); 3] =
        [("as-any-day", Self::AsAnyDay), ("as-sunday", Self::AsSunday), ("closed", Self::Closed)];

    /// As a campaign file writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("as-any-day", |(word, _)| word)
    }

    /// What a campaign file writes.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, one)| *one)
    }
}

/// How many days ahead holidays are looked for in a campaign without an end, and in any.
const AHEAD: i64 = 60;
const AT_MOST: i64 = 366;

/// A holiday within a campaign's days, and what holds on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HolidayAhead {
    /// The day.
    pub date: Date,
    /// Its name.
    pub name: &'static str,
    /// What the campaign's own hours make of it.
    pub holidays: Holidays,
    /// States, by their two letters, whose hours are stricter on it.
    pub states: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Years {
    Even,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Named {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// One line of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    /// Empty: the whole country.
    #[serde(default)]
    states: Vec<String>,
    month: i8,
    day: Option<i8>,
    weekday: Option<Named>,
    nth: Option<i8>,
    #[serde(default)]
    days_after: i32,
    /// How many days from a Saturday on which it falls it is kept too; 0: on no other day.
    #[serde(default)]
    saturday: i32,
    /// The same for a Sunday.
    #[serde(default)]
    sunday: i32,
    years: Option<Years>,
    /// Read by people, and by the test that wants one.
    #[cfg_attr(not(test), expect(dead_code, reason = "for who reads the file"))]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    holiday: Vec<Line>,
}

/// The data, as it is compiled in.
const TABLE: &str = include_str!("../../../assets/rules/holidays.toml");

// The file is part of the program and a test reads it.
static HOLIDAYS: LazyLock<Vec<Line>> =
    LazyLock::new(|| toml::from_str::<File>(TABLE).map(|file| file.holiday).unwrap_or_default());

impl Line {
    /// The day itself in a year, and the one on which it is kept too.
    fn in_year(&self, year: i16) -> Option<(Date, Option<Date>)> {
        if self.years == Some(Years::Even) && year % 2 != 0 {
            return None;
        }
        let first = Date::new(year, self.month, self.day.unwrap_or(1)).ok()?;
        let date = match (self.weekday, self.nth) {
            (Some(day), Some(nth)) => first.nth_weekday_of_month(nth, day.weekday()).ok()?,
            _ => first,
        };
        let date = date.checked_add(self.days_after.days()).ok()?;
        let away = match date.weekday() {
            Weekday::Saturday => self.saturday,
            Weekday::Sunday => self.sunday,
            _ => 0,
        };
        Some((date, (away != 0).then(|| date.checked_add(away.days()).ok()).flatten()))
    }

    fn is_on(&self, date: Date) -> bool {
        // New Year's Day may be kept in December of the year before.
        [date.year(), date.year().saturating_add(1)]
            .into_iter()
            .filter_map(|year| self.in_year(year))
            .any(|(day, kept)| day == date || kept == Some(date))
    }
}

/// The name of the holiday of the whole country on a day, or of a state where one is named.
fn name_of(date: Date, state: Option<&str>) -> Option<&'static str> {
    HOLIDAYS
        .iter()
        .filter(|line| line.states.is_empty() || state.is_some_and(|code| line.states.iter().any(|one| one == code)))
        .find(|line| line.is_on(date))
        .map(|line| line.name.as_str())
}

impl TextingHours {
    /// What the campaign's own hours make of a day.
    pub(super) fn on_holiday(&self, date: Date) -> Holidays {
        on(self.holidays, date, None)
    }

    /// The holidays of the days on which first texts may go out, from `now` on: until the campaign closes, or for two months.
    #[must_use]
    pub fn holidays_ahead(&self, now: Timestamp) -> Vec<HolidayAhead> {
        // The dates of the east, where each of them begins first.
        let date = |at: Timestamp| at.in_tz("America/New_York").ok().map(|at| at.date());
        let begin = self.opens_at.map_or(now, |opens_at| opens_at.max(now));
        let Some((first, last)) = date(begin).zip(date(self.closes_at.unwrap_or(Timestamp::MAX))) else {
            return Vec::new();
        };
        let far = first.saturating_add(if self.closes_at.is_some() { AT_MOST.days() } else { AHEAD.days() });
        self.holidays_between(first, last.min(far))
    }

    /// The holidays from one day to another, both included, with what holds on each: those of the country, and those of states whose
    /// hours here are others on their holidays.
    #[must_use]
    pub fn holidays_between(&self, first: Date, last: Date) -> Vec<HolidayAhead> {
        let strict: Vec<_> = self.states.iter().filter(|(_, own)| own.holidays > Holidays::AsAnyDay).collect();
        let mut found = Vec::new();
        for date in first.series(1.day()).take_while(|date| *date <= last) {
            let common = name_of(date, None);
            let holidays = if common.is_some() { self.holidays } else { Holidays::AsAnyDay };
            let states: Vec<(&String, &'static str)> = strict
                .iter()
                .filter(|(_, own)| own.holidays > holidays)
                .filter_map(|(code, _)| Some((*code, name_of(date, Some(code))?)))
                .collect();
            let Some(name) = common.or_else(|| states.first().map(|(_, name)| *name)) else { continue };
            found.push(HolidayAhead {
                date,
                name,
                holidays,
                states: states.into_iter().map(|(code, _)| code.clone()).collect(),
            });
        }
        found
    }
}

/// What holds on a day where `rule` holds on holidays; as on any day when it is none.
pub(super) fn on(rule: Holidays, date: Date, state: Option<&str>) -> Holidays {
    if rule > Holidays::AsAnyDay && name_of(date, state).is_some() { rule } else { Holidays::AsAnyDay }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::time;
    use pretty_assertions::assert_eq;
    use rstest::rstest;

    use super::super::{HoursVerdict, StateHours, Window};
    use super::*;
    use crate::domain::message::MessageKind;
    use crate::domain::zone::Zones;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_table_is_read_whole_with_a_source_for_each_line() {
        let file: File = toml::from_str(TABLE).unwrap();
        assert_eq!(file.holiday.iter().filter(|line| line.states.is_empty()).count(), 11);
        for line in &file.holiday {
            assert!(!line.source.is_empty() && !line.name.is_empty());
            assert_eq!(line.day.is_some(), line.weekday.is_none(), "{}: a day or a weekday", line.name);
            assert_eq!(line.nth.is_some(), line.weekday.is_some(), "{}", line.name);
            assert!(line.in_year(2028).is_some(), "{}", line.name);
        }
    }

    // Dates of the Office of Personnel Management's lists.
    #[rstest]
    #[case("2026-01-01", None, Some("New Year's Day"))]
    #[case("2026-01-19", None, Some("Birthday of Martin Luther King, Jr."))]
    #[case("2026-02-16", None, Some("Washington's Birthday"))]
    #[case("2026-05-25", None, Some("Memorial Day"))]
    #[case("2026-06-19", None, Some("Juneteenth"))]
    // A Saturday: kept on the Friday, and a holiday itself.
    #[case("2026-07-03", None, Some("Independence Day"))]
    #[case("2026-07-04", None, Some("Independence Day"))]
    #[case("2026-07-06", None, None)]
    #[case("2026-07-06", Some("RI"), Some("Independence Day"))]
    #[case("2026-09-07", None, Some("Labor Day"))]
    #[case("2026-10-12", None, Some("Columbus Day"))]
    #[case("2026-11-11", None, Some("Veterans Day"))]
    #[case("2026-11-26", None, Some("Thanksgiving Day"))]
    #[case("2026-11-25", None, None)]
    #[case("2026-12-25", None, Some("Christmas Day"))]
    // A Sunday: the Monday too.
    #[case("2027-07-05", None, Some("Independence Day"))]
    // The year ends: 1 January 2028 is a Saturday, 1 January 2023 a Sunday.
    #[case("2027-12-31", None, Some("New Year's Day"))]
    #[case("2026-12-31", None, None)]
    #[case("2023-01-02", None, Some("New Year's Day"))]
    #[case("2028-01-03", None, None)]
    #[case("2028-01-03", Some("RI"), Some("New Year's Day"))]
    // Of states alone.
    #[case("2026-11-03", None, None)]
    #[case("2026-11-03", Some("RI"), Some("Election Day"))]
    #[case("2027-11-02", Some("RI"), None)]
    #[case("2026-08-10", Some("RI"), Some("Victory Day"))]
    #[case("2026-08-10", Some("MS"), None)]
    #[case("2026-04-27", Some("MS"), Some("Confederate Memorial Day"))]
    fn days(#[case] date: &str, #[case] state: Option<&str>, #[case] expected: Option<&str>) {
        assert_eq!(name_of(day(date), state), expected);
    }

    fn verdict(hours: &TextingHours, now: &str) -> String {
        let verdict =
            hours.verdict(MessageKind::Initial, now.parse().unwrap(), &Zones::from_names(["America/New_York"]));
        match verdict {
            HoursVerdict::Open { until } => format!("open until {until}"),
            HoursVerdict::Closed { opens_at } => format!("closed until {opens_at}"),
        }
    }

    #[rstest]
    #[case::closed_all_day(Holidays::Closed, "2026-11-26T12:00-05:00", "closed until 2026-11-27T14:00:00Z")]
    #[case::the_evening_before(Holidays::Closed, "2026-11-25T20:00-05:00", "closed until 2026-11-27T14:00:00Z")]
    #[case::open_till_its_end(Holidays::Closed, "2026-11-25T19:59-05:00", "open until 2026-11-26T01:00:00Z")]
    // Friday 3 and Saturday 4 July are closed, Sunday opens at noon.
    #[case::a_long_one(Holidays::Closed, "2026-07-03T12:00-04:00", "closed until 2026-07-05T16:00:00Z")]
    #[case::over_the_year(Holidays::Closed, "2027-12-30T21:00-05:00", "closed until 2028-01-02T17:00:00Z")]
    #[case::morning(Holidays::AsSunday, "2026-11-26T10:00-05:00", "closed until 2026-11-26T17:00:00Z")]
    #[case::afternoon(Holidays::AsSunday, "2026-11-26T13:00-05:00", "open until 2026-11-27T01:00:00Z")]
    #[case::as_always(Holidays::AsAnyDay, "2026-11-26T10:00-05:00", "open until 2026-11-27T01:00:00Z")]
    #[case::no_holiday(Holidays::Closed, "2026-11-24T10:00-05:00", "open until 2026-11-25T01:00:00Z")]
    fn a_campaigns_choice(#[case] holidays: Holidays, #[case] now: &str, #[case] expected: &str) {
        assert_eq!(verdict(&TextingHours { holidays, ..TextingHours::default() }, now), expected);
    }

    /// Clocks go forward on Sunday 8 March 2026 and back on Sunday 1 November: a closed day beside the change shifts nothing.
    #[test]
    fn closed_beside_a_change_of_clocks() {
        let closed_on = [day("2026-03-07"), day("2026-10-31")].into();
        let hours = TextingHours { holidays: Holidays::Closed, closed_on, ..TextingHours::default() };
        assert_eq!(verdict(&hours, "2026-03-07T12:00-05:00"), "closed until 2026-03-08T16:00:00Z");
        assert_eq!(verdict(&hours, "2026-10-31T12:00-04:00"), "closed until 2026-11-01T17:00:00Z");
        // Veterans Day of 2035 is a Sunday, and the clocks have gone back a week before.
        assert_eq!(verdict(&hours, "2035-11-10T21:00-05:00"), "closed until 2035-11-13T14:00:00Z");
    }

    #[test]
    fn a_states_holidays_count_for_those_who_may_be_there() {
        let mut hours = TextingHours::default();
        hours.take_solicitation();
        let who = |phone: &str| hours.places_of(&super::super::tests::contact(phone, None, None));
        let at = |text: &str| text.parse().unwrap();
        let closed = |phone: &str, now: &str| {
            matches!(hours.verdict(MessageKind::Reply, at(now), &who(phone)), HoursVerdict::Closed { .. })
        };
        // Victory Day, a Monday, noon: Rhode Island, New York, and somebody of no known state.
        assert!(closed("+14012000002", "2026-08-10T12:30-04:00"));
        assert!(!closed("+12122000002", "2026-08-10T12:30-04:00"));
        assert!(closed("+18005550123", "2026-08-10T14:30-04:00"));
        assert!(!closed("+14012000002", "2026-08-11T12:30-04:00"));
        // Mississippi's own.
        assert!(closed("+16012000002", "2026-04-27T12:30-05:00"));
        assert!(!closed("+14012000002", "2026-04-27T12:30-04:00"));
    }

    #[test]
    fn as_on_sundays_nothing_gets_wider() {
        let state = StateHours {
            weekdays: Window::parse("10:00-18:00"),
            sunday: Window::parse("08:00-20:00"),
            holidays: Holidays::AsSunday,
            ..StateHours::default()
        };
        let hours = TextingHours { states: BTreeMap::from([("NY".to_owned(), state)]), ..TextingHours::default() };
        let places = hours.places_of(&super::super::tests::contact("+12122000002", None, None));
        let verdict = |now: &str| hours.verdict(MessageKind::Initial, now.parse().unwrap(), &places);
        let until = "2026-11-26T23:00:00Z".parse().unwrap();
        assert_eq!(verdict("2026-11-26T10:00-05:00"), HoursVerdict::Open { until });
        assert_eq!(
            TextingHours { sunday_start: time(12, 0, 0, 0), holidays: Holidays::AsSunday, ..hours.clone() }.verdict(
                MessageKind::Initial,
                "2026-11-26T11:00-05:00".parse().unwrap(),
                &places
            ),
            HoursVerdict::Closed { opens_at: "2026-11-26T17:00:00Z".parse().unwrap() }
        );
    }

    #[test]
    fn ahead_is_until_the_campaign_closes_or_two_months() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let dates = |hours: &TextingHours| -> Vec<String> {
            hours.holidays_ahead(at("2026-10-30T12:00:00Z")).into_iter().map(|one| one.date.to_string()).collect()
        };
        let mut hours = TextingHours::default();
        assert_eq!(dates(&hours), ["2026-11-11", "2026-11-26", "2026-12-25"]);
        // The evening of the 25th in the east is the 26th in Greenwich.
        hours.closes_at = Some(at("2026-11-26T01:00:00Z"));
        assert_eq!(dates(&hours), ["2026-11-11"]);
        hours.opens_at = Some(at("2026-11-20T01:00:00Z"));
        assert_eq!(dates(&hours), [""; 0]);
    }

    #[test]
    fn holidays_ahead_are_named_with_what_holds() {
        let mut hours = TextingHours { holidays: Holidays::AsSunday, ..TextingHours::default() };
        let told = |hours: &TextingHours| -> Vec<String> {
            let ahead = hours.holidays_between(day("2026-10-31"), day("2026-11-30"));
            ahead
                .into_iter()
                .map(|one| format!("{} {} {} {}", one.date, one.name, one.holidays.word(), one.states.join(",")))
                .collect()
        };
        assert_eq!(told(&hours), ["2026-11-11 Veterans Day as-sunday ", "2026-11-26 Thanksgiving Day as-sunday "]);
        hours.take_solicitation();
        assert_eq!(
            told(&hours),
            [
                "2026-11-03 Election Day as-any-day RI",
                "2026-11-11 Veterans Day as-sunday MS,RI",
                "2026-11-26 Thanksgiving Day as-sunday MS,RI"
            ]
        );
        hours.holidays = Holidays::Closed;
        let closed = ["2026-11-11 Veterans Day closed ", "2026-11-26 Thanksgiving Day closed "];
        assert_eq!(told(&hours)[1..], closed, "no state is stricter");
    }
}
