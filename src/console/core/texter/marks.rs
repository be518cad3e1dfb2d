//! What is to be seen in a text at a glance: links, what the list put in, and the voter's words that a suggestion fits by.

use std::collections::BTreeSet;
use std::ops::Range;

use super::help_out::Suggestion;
use super::model::Model;
use crate::domain::campaign::in_language;
use crate::domain::ids::ContactId;
use crate::domain::links::links;
use crate::domain::message::Direction;
use crate::domain::script::{Fill, Template};
use crate::domain::segment::suggest_plain;
use crate::domain::survey::Answer;

/// Why a place is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// It is a link. Shown, never opened.
    Link,
    /// The value of a merge field.
    Field,
    /// A word that a suggestion fits by.
    Match,
}

/// A marked place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// Why.
    pub kind: MarkKind,
}

/// A text of the script as it reads for somebody, with what was put in.
#[derive(Debug)]
struct Filled {
    text: String,
    places: Vec<Range<usize>>,
}

/// Marks the texts of one conversation.
#[derive(Debug, Default)]
pub struct Marker {
    script: Vec<Filled>,
    words: BTreeSet<String>,
}

impl Marker {
    /// The marks of a text, links last: where two meet, the link is seen. `last`: it is what the voter wrote last.
    #[must_use]
    pub fn marks(&self, direction: Direction, text: &str, last: bool) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut add = |kind, range: Range<usize>| {
            if !range.is_empty() {
                marks.push(Mark { range, kind });
            }
        };
        match direction {
            Direction::Outbound => {
                for place in self.script.iter().find_map(|known| known.places_in(text)).unwrap_or_default() {
                    add(MarkKind::Field, place);
                }
            }
            Direction::Inbound if last => {
                for word in words(text).filter(|place| self.words.contains(&text[place.clone()])) {
                    add(MarkKind::Match, word);
                }
            }
            Direction::Inbound => {}
        }
        for link in links(text) {
            add(MarkKind::Link, link);
        }
        marks
    }
}

impl Filled {
    /// Where the values are in `text`, when it is this one to the letter, or this one with plain signs.
    fn places_in(&self, text: &str) -> Option<Vec<Range<usize>>> {
        if self.text == text {
            return Some(self.places.clone());
        }
        if self.text.is_ascii() || suggest_plain(&self.text) != text {
            return None;
        }
        // Signs are replaced one by one: what stands before a place has the length of its own plain form.
        let plain = |to: usize| self.text.get(..to).map(|before| suggest_plain(before).len());
        self.places.iter().map(|place| Some(plain(place.start)?..plain(place.end)?)).collect()
    }
}

/// The words of a text, as suggestions count them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let pieces = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '`')));
    pieces.filter(|piece| !piece.is_empty()).map(|piece| {
        let start = piece.as_ptr() as usize - text.as_ptr() as usize;
        start..start + piece.len()
    })
}

impl Model {
    /// What marks the texts of a conversation.
    #[must_use]
    pub fn marker(&self, contact: ContactId, suggestions: &[Suggestion]) -> Marker {
        let words = suggestions.iter().flat_map(|suggestion| suggestion.words.iter().cloned()).collect();
        Marker { script: self.filled(contact, true).unwrap_or_default(), words }
    }

    /// The marks of a first text that lies on the card.
    #[must_use]
    pub fn card_marks(&self, contact: ContactId, body: &str) -> Vec<Mark> {
        let script = self.filled(contact, false).unwrap_or_default();
        Marker { script, words: BTreeSet::new() }.marks(Direction::Outbound, body, false)
    }

    /// The script's texts as they read for somebody: the first one, and if wanted `all` that may be answered.
    fn filled(&self, contact: ContactId, all: bool) -> Option<Vec<Filled>> {
        let (campaign, me) = (self.campaign.as_ref()?, self.me.as_ref()?);
        let view = self.people.body(contact)?;
        let def = &campaign.def;
        let fill = Fill { fields: &view.fields, texter: &me.name, variables: &def.variables };
        let language = view.language.as_deref().unwrap_or(&def.language);
        let first = def.initial.iter().find(|variant| variant.name == view.variant).map(|variant| &*variant.text);
        let answers = def.questions.iter().flat_map(|question| &question.answers).flat_map(Answer::replies);
        let others = def.canned.iter().map(|canned| &canned.text).chain(answers).filter(|_| all);
        let texts = first.into_iter().chain(others.filter_map(|text| in_language(text, language, &def.language)));
        // Without a field there is nothing to mark.
        let filled = texts.filter(|text| text.contains(['{', '<'])).filter_map(|text| {
            let (text, places) = Template::parse(text).ok()?.fill_marked(&fill).ok()?;
            Some(Filled { text, places })
        });
        Some(filled.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'t>(marker: &Marker, direction: Direction, text: &'t str, last: bool) -> Vec<(MarkKind, &'t str)> {
        marker.marks(direction, text, last).into_iter().map(|mark| (mark.kind, &text[mark.range])).collect()
    }

    #[test]
    fn values_links_and_matching_words_are_found() {
        let filled = Filled { text: "Hi “Ana”… see vote.org".into(), places: std::iter::once(6..9).collect() };
        assert_eq!(&filled.text[6..9], "Ana");
        let marker = Marker { script: vec![filled], words: ["vote".to_owned(), "Where".to_owned()].into() };
        let out = [(MarkKind::Field, "Ana"), (MarkKind::Link, "vote.org")];
        assert_eq!(marked(&marker, Direction::Outbound, "Hi “Ana”… see vote.org", false), out);
        assert_eq!(marked(&marker, Direction::Outbound, "Hi \"Ana\"... see vote.org", false), out);
        assert_eq!(marked(&marker, Direction::Outbound, "Hi Ana. see vote.org", false), out[1..]);
        let asked = "Where do I vote? voted";
        assert_eq!(
            marked(&marker, Direction::Inbound, asked, true),
            [(MarkKind::Match, "Where"), (MarkKind::Match, "vote")]
        );
        assert_eq!(marked(&marker, Direction::Inbound, asked, false), []);
    }
}
