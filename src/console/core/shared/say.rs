//! Something to say: a key of the catalogue and its arguments. The view looks the sentence up.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Text; strangers' text has passed `safe_text`.
    Text(String),
    /// A number, for plural rules.
    Number(i64),
    /// A moment of this day; shown in local form, as a time of day.
    Time(Timestamp),
    /// A moment that may be days away; shown with its day.
    Day(Timestamp),
    /// A day of the calendar; shown with its weekday and year.
    Date(Date),
    /// A moment of the clock of another place; shown as a time of day.
    Clock(DateTime),
    /// A moment at which something opens where a voter is, and what their clock shows then: both clocks are told where they differ.
    There(Timestamp, DateTime),
    /// Another key of the catalogue (the name of an action, a status word).
    Key(&'static str),
    /// A sentence within another one.
    Say(Box<Say>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Arg {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl From<Say> for Arg {
    fn from(say: Say) -> Self {
        Self::Say(Box::new(say))
    }
}

/// A key and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Key in the catalogue.
    pub key: &'static str,
    /// Arguments by name.
    pub args: Vec<(&'static str, Arg)>,
}

impl Say {
    /// A sentence without arguments.
    #[must_use]
    pub fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// Several sentences as one, in their order; none where there are none.
    #[must_use]
    pub fn joined(sentences: impl IntoIterator<Item = Self>) -> Option<Self> {
        sentences
            .into_iter()
            .reduce(|first, second| Self::new("ui-sentences").with("first", first).with("second", second))
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}
