//! Words, and the last door before they are written.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::command::{folded, own_word};
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::notice::{Level, Notice};
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::words::{self, age, clock, note_detail, phrase, score, time_of_day};
use crate::domain::bidi::isolated;
use crate::domain::safe_text::safe_line;
use crate::i18n::{Catalogue, Value};

/// The sentences and the zone in which times are told.
#[derive(Debug, Clone)]
pub struct Voice {
    words: Arc<Catalogue>,
    zone: TimeZone,
    login: bool,
}

impl Voice {
    /// A voice in the catalogue's language.
    #[must_use]
    pub fn new(words: Arc<Catalogue>, zone: TimeZone) -> Self {
        Self { words, zone, login: false }
    }

    /// Who was signed out signs in again alone: see [`Capabilities::login`](crate::client::Capabilities::login).
    #[must_use]
    pub fn with_login(self, login: bool) -> Self {
        Self { login, ..self }
    }

    /// A sentence without arguments.
    #[must_use]
    pub fn word(&self, key: &str) -> String {
        self.words.say(key, &[])
    }

    /// A core's sentence.
    #[must_use]
    pub fn say(&self, say: &Say) -> String {
        phrase(&self.words, &self.zone, say)
    }

    /// A sentence with its arguments.
    #[must_use]
    pub fn with(&self, key: &str, args: &[(&str, Value)]) -> String {
        self.words.say(key, args)
    }

    /// What stands behind the word for an act in a conversation.
    #[must_use]
    pub fn note_detail(&self, what: &str, detail: &str, at: Timestamp) -> String {
        note_detail(&self.words, &self.zone, what, detail, at)
    }

    /// The sentences of a scorecard.
    #[must_use]
    pub fn score(&self, card: &Json) -> Vec<String> {
        score(&self.words, card).into_iter().map(|(_, sentence)| sentence).collect()
    }

    /// A sentence with one text in it.
    #[must_use]
    pub fn text(&self, key: &str, name: &str, text: &str) -> String {
        self.words.say(key, &[(name, Value::Text(text.to_owned()))])
    }

    /// A sentence with one number in it.
    #[must_use]
    pub fn counted(&self, key: &str, name: &str, n: usize) -> String {
        self.words.say(key, &[(name, number(n))])
    }

    /// What a field of the list is called.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        words::field_name(&self.words, name)
    }

    /// What is typed for an action that has no key of one letter: in English its name, else what it is called.
    #[must_use]
    pub fn name_of(&self, action: Action) -> String {
        match self.words.language() {
            "en" => action.name().replace('_', " "),
            _ => self.word(action.label_key()),
        }
    }

    /// A text with a word for the pictures that came with it.
    #[must_use]
    pub fn with_pictures(&self, text: &str, pictures: u32) -> String {
        words::with_pictures(&self.words, text, pictures)
    }

    /// The word for a draft, with its age.
    #[must_use]
    pub fn draft(&self, written: Option<Timestamp>, now: Option<Timestamp>) -> String {
        words::draft(&self.words, &self.zone, written, now)
    }

    /// One line of a conversation, in which a mark stands for pictures.
    #[must_use]
    pub fn preview(&self, line: &str) -> String {
        words::preview(&self.words, line)
    }

    /// One line of a list: whose words they are is said where they are not the voter's.
    #[must_use]
    pub fn own_words(&self, own: bool, line: &str) -> String {
        words::own_words(&self.words, own, line)
    }

    /// A time of day here.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        time_of_day(&self.words, &self.zone, at)
    }

    /// A time of day of another place, the way the language writes it.
    #[must_use]
    pub fn clock(&self, at: jiff::civil::DateTime) -> String {
        clock(&self.words, at)
    }

    /// How long ago, in words.
    #[must_use]
    pub fn age(&self, since: Timestamp, now: Option<Timestamp>) -> String {
        age(&self.words, &self.zone, since, now)
    }

    /// A first name, or the word for one who has none.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        if name.trim().is_empty() { self.word("ui-no-name") } else { safe_line(name) }
    }

    /// Something that was said by the core, with how it is meant.
    #[must_use]
    pub fn notice(&self, notice: &Notice) -> String {
        let said = match notice.say.key {
            // The key of the screen does nothing on a line.
            "texter-back-from-list" => {
                self.text(notice.say.key, "key", &own_word(Action::SwitchPane, self).unwrap_or_default())
            }
            _ => self.say(&notice.say),
        };
        match notice.level {
            Level::Info => said,
            Level::Warning => format!("{} {said}", self.word("ui-toast-warning")),
            Level::Told => format!("{} {said}", self.word("ui-toast-told")),
            Level::Error => format!("{} {said}", self.word("ui-toast-error")),
        }
    }

    /// The state of the line, as a sentence. `now`: by this laptop's clock.
    #[must_use]
    pub fn link(&self, link: &LinkState, now: Option<Timestamp>) -> String {
        match link {
            LinkState::SignedOut { .. } if self.login => self.word("ui-link-signed-out-login"),
            LinkState::SignedOut { hands_in: true } => self.word("ui-link-signed-out-hands-in"),
            LinkState::SignedOut { hands_in: false } => self.word("ui-link-signed-out"),
            other => other.say(now).map(|say| self.say(&say)).unwrap_or_default(),
        }
    }

    /// The same as news: that it is well is worth a word only after it was not.
    #[must_use]
    pub fn link_news(&self, told: Option<&LinkState>, link: &LinkState, now: Option<Timestamp>) -> Option<String> {
        if told.is_some_and(|told| told.is_like(link)) {
            return None;
        }
        match (told, link) {
            (None | Some(LinkState::Connecting), LinkState::Online | LinkState::Connecting) => None,
            (_, LinkState::Online) => Some(self.word("plain-online")),
            (_, other) => Some(self.link(other, now)),
        }
    }

    /// The words of a list in the catalogue (`t, text`), and the English ones, which hold in every language.
    pub(super) fn is_one_of(&self, key: &str, english: &[&str], typed: &str) -> bool {
        english.contains(&typed) || self.word(key).split(',').any(|word| folded(word) == typed)
    }
}

/// A number as an argument.
#[must_use]
pub fn number(n: usize) -> Value {
    Value::Number(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The last door: one line of printable characters, whatever was in it. What is written from right to left is set apart, so that it reorders
/// nothing of ours.
#[must_use]
pub fn printable(line: &str) -> String {
    isolated(&one_line(line)).into_owned()
}

/// One line of printable characters, to be put into another one or looked at.
#[must_use]
pub fn one_line(line: &str) -> String {
    safe_line(line).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_but_printable_characters_gets_out() {
        let hostile = "Ann\u{1b}[2J\u{7}\u{9b}31m\u{202e}x\u{2028}\r\n\u{0}\u{200b}y";
        let line = printable(hostile);
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(!line.contains(['\u{202e}', '\u{2028}', '\u{200b}', '\u{9b}']), "{line:?}");
        assert_eq!(printable(&line), line, "what is harmless stays as it is");
        // Their own mark is gone, ours is there.
        assert_eq!(printable("1: \u{202e}שלום, 4 min"), "1: ·\u{2068}שלום\u{2069}, 4 min");
    }
}
