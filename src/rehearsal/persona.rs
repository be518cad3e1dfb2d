//! Personas: who the simulated voters are. Data, read by [`super::persona_file`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expect::Expect;

/// All personas of a rehearsal and the words by which their wishes are found in a campaign's script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Personas {
    /// In the order of the files.
    pub all: Vec<Arc<Persona>>,
    /// Kinds of questions, by name (`support`).
    pub kinds: BTreeMap<String, QuestionKind>,
}

/// How a kind of question is recognised in any campaign's script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuestionKind {
    /// A question is of this kind when its id or text contains one of these.
    pub questions: Vec<String>,
    /// What a persona means (`yes`) -> the answer values that say so, best first.
    pub values: BTreeMap<String, Vec<String>>,
}

/// One kind of voter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// Stable key.
    pub id: String,
    /// Name on the scorecard.
    pub title: String,
    /// Share among the personas of the same language; 0 = only when named.
    pub weight: u32,
    /// Language of the contacts it is dealt to.
    pub language: String,
    /// Place in the short rehearsal, from 1.
    pub short: Option<u32>,
    /// What happens to texts on their way to this voter.
    pub fate: Fate,
    /// What it does, in order: the first that fits stands.
    pub reactions: Vec<Reaction>,
}

/// What happens to texts on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// They arrive.
    #[default]
    Delivered,
    /// The number is a landline (error 30006).
    Landline,
    /// The carrier fails (errors 30003, 30005, 30007, 30008).
    CarrierFailure,
}

/// What a voter does on a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// In which state of mind; a voter begins in `start`.
    pub state: String,
    /// On what.
    pub on: Trigger,
    /// Wordings to draw from; none = silence.
    pub says: Vec<String>,
    /// Seconds of campaign time between delivery and answer: shortest, longest.
    pub after: (u32, u32),
    /// The state of mind afterwards; absent = the same.
    pub to: Option<String>,
    /// What a good texter does then.
    pub expect: Expect,
    /// Words and phrases that should not be said to this voter from then on.
    pub avoid: Vec<String>,
}

/// See [`Reaction::on`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// The first text.
    Initial,
    /// A later text that contains one of these (case and accents do not matter).
    Words(Vec<String>),
    /// Any later text.
    Any,
    /// The opt-out notice.
    Notice,
}

/// The state of mind of a voter who has not been texted.
pub const START: &str = "start";

impl Persona {
    /// True when it ever writes anything.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.fate == Fate::Delivered && self.reactions.iter().any(|r| !r.says.is_empty())
    }

    /// The reaction to a text in a state of mind, with its number.
    #[must_use]
    pub fn reaction(&self, state: &str, text: &Heard<'_>) -> Option<(usize, &Reaction)> {
        let folded = fold(text.body);
        self.reactions.iter().enumerate().find(|(_, reaction)| {
            reaction.state == state
                && match &reaction.on {
                    Trigger::Initial => text.first && !text.notice,
                    Trigger::Notice => text.notice,
                    Trigger::Any => !text.first && !text.notice,
                    Trigger::Words(words) => {
                        !text.first && !text.notice && words.iter().any(|w| folded.contains(&fold(w)))
                    }
                }
        })
    }
}

/// A text as it reaches a voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard<'a> {
    /// The words.
    pub body: &'a str,
    /// The first one ever.
    pub first: bool,
    /// The opt-out notice.
    pub notice: bool,
}

/// Lower case without accents: how words are compared.
#[must_use]
pub fn fold(text: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == '’' { '\'' } else { c })
        .collect()
}

/// True when `text` contains `phrase` as whole words (both are folded first).
#[must_use]
pub fn says_phrase(text: &str, phrase: &str) -> bool {
    let (text, phrase) = (fold(text), fold(phrase));
    if phrase.is_empty() {
        return false;
    }
    text.match_indices(&phrase).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words_in_any_case() {
        assert!(says_phrase("Please CALM down!", "calm down"));
        assert!(says_phrase("¿Quién?", "quien"));
        assert!(!says_phrase("He is calmer", "calm"));
        assert!(!says_phrase("anything", ""));
    }
}
