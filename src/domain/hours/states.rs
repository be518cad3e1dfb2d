//! The hours of the states for texts that ask for money: data, with the source beside each line (`assets/rules/hours.toml`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Holidays, TextingHours};
use crate::domain::purpose::is_default;
use crate::domain::rule_files::{RuleFault, RuleFile};
use crate::domain::zone;

/// A window of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// First moment.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub start: Time,
    /// First moment that is too late.
    #[schema(value_type = String, pattern = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
    pub end: Time,
}

/// The hours of one state; a day without a window is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StateHours {
    /// Monday to Friday.
    #[serde(default, skip_serializing_if = "is_default")]
    pub weekdays: Option<Window>,
    /// Saturday.
    #[serde(default, skip_serializing_if = "is_default")]
    pub saturday: Option<Window>,
    /// Sunday.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sunday: Option<Window>,
    /// Holidays of the country and of the state.
    #[serde(default, skip_serializing_if = "is_default")]
    pub holidays: Holidays,
}

impl StateHours {
    /// The window on a day of the week; none when closed.
    #[must_use]
    pub const fn on(&self, day: Weekday) -> Option<Window> {
        match day {
            Weekday::Saturday => self.saturday,
            Weekday::Sunday => self.sunday,
            _ => self.weekdays,
        }
    }

    /// True when some day has a moment that the same day of `other` has not, or holidays count for less.
    #[must_use]
    pub fn is_wider_than(&self, other: &Self) -> bool {
        let days = [(self.weekdays, other.weekdays), (self.saturday, other.saturday), (self.sunday, other.sunday)];
        self.holidays < other.holidays
            || days.into_iter().any(|(own, rule)| match (own, rule) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(own), Some(rule)) => own.start < rule.start || own.end > rule.end,
            })
    }
}

impl Window {
    /// Reads `09:00-20:00`; the end is after the start.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = |text: &str| {
            let text = text.trim();
            let padded = if text.len() == 4 { format!("0{text}") } else { text.to_owned() };
            Time::strptime("%H:%M", padded).ok()
        };
        let (start, end) = text.split_once(['-', '–'])?;
        let window = Self { start: time(start)?, end: time(end)? };
        (window.start < window.end).then_some(window)
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolicitationRule {
    /// The state's two letters.
    pub state: String,
    /// Its hours.
    pub hours: StateHours,
    /// Where they are from.
    pub source: String,
}

/// The table of solicitation hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solicitation {
    /// Hours everywhere in the country.
    pub federal: StateHours,
    /// Those of single states.
    pub states: Vec<SolicitationRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    code: String,
    weekdays: String,
    saturday: String,
    sunday: String,
    holidays: Option<String>,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    federal: Line,
    state: Vec<Line>,
}

impl Line {
    fn hours(&self) -> StateHours {
        let [weekdays, saturday, sunday] =
            [&self.weekdays, &self.saturday, &self.sunday].map(|text| Window::parse(text));
        let holidays = self.holidays.as_deref().and_then(Holidays::of_word).unwrap_or_default();
        StateHours { weekdays, saturday, sunday, holidays }
    }
}

/// What is wrong with a table of such hours; none: it may be used.
pub(crate) fn solicitation_fault(text: &str) -> Option<RuleFault> {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => return Some(error.into()),
    };
    let near = |word: &str, what: String| Some(RuleFault::at(text, word, what));
    for line in std::iter::once(&file.federal).chain(&file.state) {
        let days = [&line.weekdays, &line.saturday, &line.sunday];
        if let Some(bad) = days.into_iter().find(|text| *text != "closed" && Window::parse(text).is_none()) {
            return near(bad, format!("`{bad}` is no hours: write them as `09:00-20:00`, or `closed`"));
        }
        if let Some(bad) = line.holidays.as_deref().filter(|word| Holidays::of_word(word).is_none()) {
            return near(bad, format!("`{bad}` is no way to take holidays: `closed` or `as-sunday`"));
        }
        if line.source.trim().is_empty() {
            return near(&line.source, "a line without its `source`: say where the hours are from".to_owned());
        }
    }
    let by_law = toml::from_str::<File>(RuleFile::Hours.built_in()).ok()?.federal;
    if file.federal.hours().is_wider_than(&by_law.hours()) {
        let what = format!(
            "the federal hours are wider than {}, which is the law everywhere ({})",
            by_law.weekdays, by_law.source
        );
        return near(&file.federal.weekdays, what);
    }
    let mut seen = BTreeSet::new();
    for line in &file.state {
        let code = line.code.as_str();
        if zone::state_code(code) != Some(code) {
            return near(code, format!("`{code}` is no state: write its two letters, as in `FL`"));
        }
        if !seen.insert(code) {
            return near(code, format!("`{code}` stands there twice"));
        }
    }
    None
}

/// What the hours built in hold back and these do not, in words: a state without a line, or with wider hours.
pub(crate) fn less_solicitation(text: &str) -> Vec<String> {
    let read = |text: &str| toml::from_str::<File>(text).map(|file| file.state).unwrap_or_default();
    let own = read(text);
    let told = |line: &Line| match own.iter().find(|own| own.code == line.code) {
        None => Some(format!("no hours for {}", line.code)),
        Some(own) => own.hours().is_wider_than(&line.hours()).then(|| format!("wider hours for {}", line.code)),
    };
    read(RuleFile::Hours.built_in()).iter().filter_map(told).collect()
}

static SOLICITATION: LazyLock<Solicitation> = LazyLock::new(|| match toml::from_str::<File>(RuleFile::Hours.text()) {
    Ok(file) => Solicitation {
        federal: file.federal.hours(),
        states: file
            .state
            .into_iter()
            .map(|line| SolicitationRule { hours: line.hours(), state: line.code, source: line.source })
            .collect(),
    },
    // A test reads the file that is built in, and one's own was looked at; a program that could not read it would text nobody for money.
    Err(_) => Solicitation { federal: StateHours::default(), states: Vec::new() },
});

impl Solicitation {
    /// The table.
    #[must_use]
    pub fn table() -> &'static Self {
        &SOLICITATION
    }
}

impl TextingHours {
    /// The states, by their two letters, in which these hours let out what the table of this program does not; `US`: anywhere. So it is
    /// with a campaign that took its hours from an older table, and with one whose counsel chose wider ones.
    #[must_use]
    pub fn behind_solicitation(&self) -> Vec<String> {
        let mut now = self.clone();
        now.take_solicitation();
        let windows = |hours: &Self| (hours.initial_start, hours.reply_start, hours.initial_end, hours.reply_end);
        let anywhere = (windows(&now) != windows(self)).then(|| "US".to_owned());
        let states = Solicitation::table()
            .states
            .iter()
            .filter(|rule| self.states.get(&rule.state).is_none_or(|own| own.is_wider_than(&rule.hours)));
        anywhere.into_iter().chain(states.map(|rule| rule.state.clone())).collect()
    }

    /// Puts the hours for solicitation in force: the federal ones for all, those of the states where the campaign has given
    /// none of its own. Nothing gets wider.
    pub fn take_solicitation(&mut self) {
        let table = Solicitation::table();
        let states: BTreeMap<_, _> = table.states.iter().map(|rule| (rule.state.clone(), rule.hours.clone())).collect();
        for (state, hours) in states {
            self.states.entry(state).or_insert(hours);
        }
        // One window for all days of the week: the federal rule knows no other.
        match table.federal.weekdays {
            Some(Window { start, end }) => {
                self.initial_start = self.initial_start.max(start);
                self.reply_start = self.reply_start.max(start);
                self.initial_end = self.initial_end.min(end);
                self.reply_end = self.reply_end.min(end);
            }
            None => (self.initial_end, self.reply_end) = (self.initial_start, self.reply_start),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn the_table_is_read_whole_with_a_source_for_each_line() {
        let file: File = toml::from_str(RuleFile::Hours.built_in()).unwrap();
        let codes: Vec<&str> = file.state.iter().map(|line| line.code.as_str()).collect();
        assert_eq!(codes, ["CT", "FL", "MD", "MS", "NJ", "OK", "RI", "TX"]);
        for line in file.state.iter().chain([&file.federal]) {
            assert!(!line.source.is_empty(), "{}", line.code);
            for text in [&line.weekdays, &line.saturday, &line.sunday] {
                assert!(text == "closed" || Window::parse(text).is_some(), "{}: {text}", line.code);
            }
            assert!(line.weekdays != "closed", "{}", line.code);
            assert!(line.holidays.as_deref().is_none_or(|word| Holidays::of_word(word).is_some()), "{}", line.code);
        }
        assert_eq!(Solicitation::table().states.len(), codes.len());
    }

    #[test]
    fn what_a_campaign_says_of_a_state_stands_and_nothing_gets_wider() {
        let own = StateHours { weekdays: Window::parse("10:00-11:00"), ..StateHours::default() };
        let mut hours = TextingHours {
            reply_end: time(23, 0, 0, 0),
            initial_start: time(10, 30, 0, 0),
            states: BTreeMap::from([("FL".to_owned(), own.clone())]),
            ..TextingHours::default()
        };
        hours.take_solicitation();
        assert_eq!(hours.states["FL"], own);
        assert_eq!(hours.states.len(), 8);
        assert_eq!((hours.initial_start, hours.reply_end), (time(10, 30, 0, 0), time(21, 0, 0, 0)));
        let once = hours.clone();
        hours.take_solicitation();
        assert_eq!(hours, once, "twice is once");
    }

    #[test]
    fn hours_of_an_older_table_are_known_by_it() {
        let mut hours = TextingHours::default();
        hours.take_solicitation();
        assert_eq!(hours.behind_solicitation(), [""; 0]);
        // As the table was before: Rhode Island on Sundays, and nothing of Mississippi.
        let rhode_island = hours.states.get_mut("RI").expect("a rule");
        rhode_island.sunday = Window::parse("10:00-17:00");
        hours.states.remove("MS");
        hours.reply_end = time(22, 0, 0, 0);
        assert_eq!(hours.behind_solicitation(), ["US", "MS", "RI"]);
    }

    #[rstest::rstest]
    #[case("9:00-17:30", true)]
    #[case("09:00 – 17:30", true)]
    #[case("17:30-09:00", false)]
    #[case("09:00-09:00", false)]
    #[case("9-17", false)]
    #[case("closed", false)]
    fn windows(#[case] text: &str, #[case] good: bool) {
        assert_eq!(Window::parse(text).is_some(), good);
    }
}
