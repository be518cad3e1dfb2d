//! What a campaign is for: its purpose, whose law it is under, when it begins and ends, who pays, and the hours that follow.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Disambiguation, TimeZone};
use jiff::{Timestamp, Zoned};

use super::super::toml_reader::{Tab, Text};
use super::Walk;
use crate::domain::campaign::EVERYWHERE;
use crate::domain::hours::{Holidays, HoursFault, Solicitation, StateHours, TextingHours, Window};
use crate::domain::purpose::{Jurisdiction, Purpose};
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::zone;

/// The keys of `[hours]`.
pub(super) const HOURS: [&str; 8] =
    ["initial", "reply", "sunday_start", "trust_address", "closed_on", "holidays", "states", "state_rules"];

/// Why a text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoMoment {
    /// It is none, or says no zone.
    Unread,
    /// Clocks change then: that time of day is not there, or there twice.
    ClocksChange,
}

/// A time of day that is there twice, or not at all, is no moment without its offset.
const CLOCKS: DateTimeParser = DateTimeParser::new().disambiguation(Disambiguation::Reject);

/// A moment as a campaign's author writes it: RFC 3339, or a local time and its zone behind it.
fn moment(text: &str) -> Result<Timestamp, NoMoment> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    if text.parse::<Zoned>().is_ok() {
        return CLOCKS.parse_zoned(text).map(|zoned| zoned.timestamp()).map_err(|_twice| NoMoment::ClocksChange);
    }
    let local = || {
        let (local, name) = text.rsplit_once(' ')?;
        let local: DateTime = local.trim().parse().ok()?;
        Some(TimeZone::get(&zone::canonical(name)?).ok()?.to_ambiguous_timestamp(local))
    };
    local().ok_or(NoMoment::Unread)?.unambiguous().map_err(|_twice| NoMoment::ClocksChange)
}

impl<'i> Walk<'_, 'i> {
    pub(super) fn purpose(&mut self, section: &Tab<'_, 'i>) -> Purpose {
        self.choice(section, "purpose", &Purpose::ALL)
    }

    pub(super) fn jurisdiction(&mut self, section: &Tab<'_, 'i>) -> Jurisdiction {
        self.choice(section, "jurisdiction", &Jurisdiction::ALL)
    }

    /// One of a few words; the default when it is missing or none of them.
    pub(super) fn choice<T: Copy + Default>(&mut self, tab: &Tab<'_, 'i>, name: &str, all: &[(&str, T)]) -> T {
        let Some(text) = self.reader.string(tab, name, false) else { return T::default() };
        let word = text.value.trim().to_lowercase();
        if let Some((_, one)) = all.iter().find(|(known, _)| *known == word) {
            return *one;
        }
        let words: Vec<&str> = all.iter().map(|(word, _)| *word).collect();
        let what = format!("`{}` is no {name} textbank knows", safe_line(&text.value));
        self.reader.error(&text.span, &text.key, what, format!("Use one of: {}.", words.join(", ")));
        T::default()
    }

    /// When hand-out begins and ends, and on which dates nothing goes out.
    pub(super) fn span(&mut self, section: &Tab<'_, 'i>, hours: &mut TextingHours) {
        hours.opens_at = self.moment(section, "opens_at");
        hours.closes_at = self.moment(section, "closes_at");
        let at = |this: &mut Self| {
            let found = this.reader.date(section, "closes_at");
            found.map_or_else(|| (section.span.clone(), section.child("closes_at")), |text| (text.span, text.key))
        };
        for fault in hours.faults() {
            if let HoursFault::Span { .. } = fault {
                let (span, key) = at(self);
                self.reader.error(&span, &key, fault.to_string(), "Let the campaign close after it opens.");
            }
        }
        // For a campaign that is about to begin. A file of one that is over may still be read.
        if let (Some(closes_at), Some(now)) = (hours.closes_at, self.now)
            && closes_at <= now
        {
            let (span, key) = at(self);
            let what = format!("the campaign would be over before it begins: it closes at {closes_at}");
            self.reader.error(&span, &key, what, "Write a moment to come, or take the line out.");
        }
    }

    fn moment(&mut self, tab: &Tab<'_, 'i>, name: &str) -> Option<Timestamp> {
        let text = self.reader.date(tab, name)?;
        let shown = safe_line(text.value.trim());
        let (what, remedy) = match moment(&text.value) {
            Ok(found) => return Some(found),
            Err(NoMoment::Unread) => (
                format!("`{shown}` is not a moment"),
                "Write date, time and zone, such as \"2026-10-01 09:00 America/New_York\" or \"2026-10-01T09:00:00-04:00\".",
            ),
            Err(NoMoment::ClocksChange) => (
                format!("clocks change at `{shown}`: that moment is not there, or there twice"),
                "Write it with its offset, such as \"2027-11-07T01:30:00-05:00\".",
            ),
        };
        self.reader.error(&text.span, &text.key, what, remedy);
        None
    }

    /// Who pays, by state: one text for all, or a table of them.
    pub(super) fn disclaimer(&mut self, section: &Tab<'_, 'i>) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (key, text) in self.reader.by_language(section, "disclaimer", EVERYWHERE) {
            let state = if key.value == EVERYWHERE { Some(EVERYWHERE) } else { zone::state_code(&key.value) };
            let Some(state) = state else {
                let what = format!("`{}` is no state", safe_line(&key.value));
                let remedy = format!("Write its two letters, or `{EVERYWHERE}` for all others.");
                self.reader.error(&key.span, &key.key, what, remedy);
                continue;
            };
            if text.value.contains(['{', '}']) {
                let what = "a disclaimer is put in as it stands, its merge fields would not be filled";
                self.reader.error(&text.span, &text.key, what, "Write it without braces.");
            }
            let value = safe_body(text.value.trim());
            if value.contains('\n') || value != text.value.trim() {
                let what = "a disclaimer is one line without control or hidden characters";
                self.reader.error(&text.span, &text.key, what, "Type it anew on one line.");
            }
            found.insert(state.to_owned(), value);
        }
        found
    }

    /// The rules of states and dates: `tab` is `[hours]`.
    pub(super) fn state_rules(&mut self, tab: &Tab<'_, 'i>, hours: &mut TextingHours) -> bool {
        hours.trust_address = self.reader.boolean(tab, "trust_address", false);
        if hours.trust_address {
            self.reader.warn(
                &tab.span,
                &tab.child("trust_address"),
                "the address alone decides on texting hours where it is known, whatever the area code says",
                "Let the campaign's counsel decide that; it is kept in the audit.",
            );
        }
        hours.closed_on = self.dates(tab);
        hours.holidays = self.holidays(tab);
        let table = Solicitation::table();
        if let Some(states) = self.reader.table(tab, "states") {
            let keys: Vec<String> = states.table.keys().map(|key| key.get_ref().clone().into_owned()).collect();
            for key in keys {
                let Some(code) = zone::state_code(&key) else {
                    let what = format!("`{}` is no state", safe_line(&key));
                    self.reader.error(&states.span, &states.child(&key), what, "Write its two letters.");
                    continue;
                };
                let Some(own) = self.state(&states, &key) else { continue };
                if let Some(rule) = table.states.iter().find(|rule| rule.state == code)
                    && own.is_wider_than(&rule.hours)
                {
                    let what = format!("the hours of {code} are wider than those for solicitation ({})", rule.source);
                    let remedy = "Let the campaign's counsel decide that; it is kept in the audit.";
                    self.reader.warn(&states.span, &states.child(&key), what, remedy);
                }
                hours.states.insert(code.to_owned(), own);
            }
        }
        self.reader.boolean(tab, "state_rules", false)
    }

    /// `FL = "08:00-20:00"`, or a window for each sort of day.
    fn state(&mut self, states: &Tab<'_, 'i>, key: &str) -> Option<StateHours> {
        if states.table.get(key).is_some_and(|value| value.get_ref().is_table()) {
            let days = self.reader.table(states, key)?;
            self.reader.only(&days, &["weekdays", "saturday", "sunday", "holidays"]);
            return Some(StateHours {
                weekdays: self.day(&days, "weekdays"),
                saturday: self.day(&days, "saturday"),
                sunday: self.day(&days, "sunday"),
                holidays: self.holidays(&days),
            });
        }
        let window = self.day(states, key);
        Some(StateHours { weekdays: window, saturday: window, sunday: window, ..StateHours::default() })
    }

    /// What holidays are to a campaign's hours, or to those of a state.
    fn holidays(&mut self, tab: &Tab<'_, 'i>) -> Holidays {
        let Some(text) = self.reader.string(tab, "holidays", false) else { return Holidays::default() };
        let word = text.value.trim().to_lowercase();
        let found = Holidays::of_word(&word);
        if found.is_none() {
            let words: Vec<String> = Holidays::ALL.iter().rev().map(|(word, _)| format!("\"{word}\"")).collect();
            let what = format!("`{}` says nothing about holidays", safe_line(text.value.trim()));
            self.reader.error(&text.span, &text.key, what, format!("Use one of: {}.", words.join(", ")));
        }
        found.unwrap_or_default()
    }

    /// The holidays of other countries are not known: a campaign there must not believe that they are.
    pub(super) fn holidays_known(&mut self, section: &Tab<'_, 'i>, jurisdiction: Jurisdiction, hours: &TextingHours) {
        if hours.holidays != Holidays::default() && jurisdiction != Jurisdiction::Us {
            let what = "textbank knows the holidays of the United States alone, and this campaign is under another law";
            let remedy = "Take `holidays` out of [hours], and name the days in `closed_on` there.";
            self.reader.error(&section.span, &section.child("jurisdiction"), what, remedy);
        }
    }

    fn day(&mut self, tab: &Tab<'_, 'i>, name: &str) -> Option<Window> {
        let text = self.reader.string(tab, name, true)?;
        let found = Window::parse(&text.value);
        if found.is_none() && text.value.trim() != "closed" {
            let what = format!("`{}` is no window of a day", safe_line(text.value.trim()));
            self.reader.error(&text.span, &text.key, what, "Write it as \"09:00-20:00\", or \"closed\".");
        }
        found
    }

    fn dates(&mut self, tab: &Tab<'_, 'i>) -> BTreeSet<Date> {
        let mut found = BTreeSet::new();
        for Text { value, span, key } in self.reader.strings(tab, "closed_on") {
            match value.trim().parse::<Date>() {
                Ok(date) => {
                    found.insert(date);
                }
                Err(_) => {
                    let what = format!("`{}` is not a date", safe_line(value.trim()));
                    self.reader.error(&span, &key, what, "Write it as \"2026-12-25\".");
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::{NoMoment, moment};

    #[rstest::rstest]
    #[case("2026-10-01T09:00:00-04:00", Some("2026-10-01T13:00:00Z"))]
    #[case("2026-10-01T13:00:00Z", Some("2026-10-01T13:00:00Z"))]
    #[case("2026-10-01 09:00 America/New_York", Some("2026-10-01T13:00:00Z"))]
    #[case("2026-10-01T09:00 eastern", Some("2026-10-01T13:00:00Z"))]
    #[case("2026-10-01T09:00[America/Chicago]", Some("2026-10-01T14:00:00Z"))]
    // Clocks went back two hours before.
    #[case("2026-11-01 04:00 America/New_York", Some("2026-11-01T09:00:00Z"))]
    #[case("2026-10-01 09:00", None)]
    #[case("2026-10-01T09:00", None)]
    #[case("2026-10-01", None)]
    #[case("2026-10-01 09:00 Mars/Olympus", None)]
    #[case("next Tuesday", None)]
    fn moments(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(moment(text).map(|at| at.to_string()), expected.map(str::to_owned).ok_or(NoMoment::Unread));
    }

    #[rstest::rstest]
    #[case::skipped("2027-03-14 02:30 America/New_York")]
    #[case::twice("2027-11-07 01:30 America/New_York")]
    #[case::twice_in_brackets("2027-11-07T01:30[America/New_York]")]
    fn a_time_that_clocks_skip_or_show_twice_is_no_moment(#[case] text: &str) {
        assert_eq!(moment(text), Err(NoMoment::ClocksChange));
        let offset = "2027-11-07T01:30-05:00[America/New_York]";
        assert_eq!(moment(offset).map(|at| at.to_string()), Ok("2027-11-07T06:30:00Z".to_owned()));
    }
}
