//! What is told beside a name.

use jiff::civil::DateTime;

use super::voice::Voice;
use crate::console::words::{language_name, stopped};
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// The time there; where the zone is not certain, the earliest and the latest.
pub(super) fn time_there(voice: &Voice, from: DateTime, to: DateTime) -> String {
    if from == to {
        return voice.text("ui-card-local-time", "time", &voice.clock(from));
    }
    let args = [("from", Value::Text(voice.clock(from))), ("to", Value::Text(voice.clock(to)))];
    voice.with("plain-time-between", &args)
}

/// A field and its value, as a sentence.
pub(super) fn field(voice: &Voice, name: &str, value: &str) -> String {
    stopped(&format!("{}: {}", voice.field(name), safe_line(value)))
}

/// Something told beside the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beside {
    /// A field that the texter may see.
    Field(String, String),
    /// The time there, and how many minutes that is off the world's.
    Time { from: DateTime, to: DateTime, off: (i64, i64) },
    /// What they speak.
    Language(String),
}

impl Beside {
    /// Of a kind, only what is not as it was with the last contact is told.
    pub fn kind(&self) -> &str {
        match self {
            Self::Field(name, _) => name,
            Self::Time { .. } => "\u{1}time",
            Self::Language(_) => "\u{1}language",
        }
    }

    /// The hour is another one all the time; what matters is whether it is that of the last contact.
    pub fn mark(&self) -> String {
        match self {
            Self::Field(_, value) => value.clone(),
            Self::Time { off, .. } => format!("{off:?}"),
            Self::Language(code) => code.clone(),
        }
    }

    pub fn text(&self, voice: &Voice) -> String {
        match self {
            Self::Field(name, value) => field(voice, name, value),
            Self::Time { from, to, .. } => stopped(&time_there(voice, *from, *to)),
            Self::Language(code) => {
                let name = language_name(|key| voice.word(key), code);
                format!("{}.", voice.text("ui-card-language", "language", &name))
            }
        }
    }
}
