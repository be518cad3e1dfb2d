//! What somebody is called in a sentence: of two with one first name nobody knows which is meant.

use unicode_segmentation::UnicodeSegmentation as _;

use super::model::Model;
use crate::domain::campaign::LAST_DIGITS;
use crate::domain::ids::ContactId;
use crate::domain::safe_text::safe_line;

/// Letters of a name in a sentence.
const MOST_OF_A_NAME: usize = 24;

impl Model {
    /// The first name; where somebody else in hand has the same one, with what tells them apart, as far as the campaign shows it: the
    /// initial of the last name, the whole of it where that is the same too, or the end of the number.
    #[must_use]
    pub fn called(&self, contact: ContactId) -> String {
        let Some(line) = self.people.line(contact) else { return String::new() };
        let folded = |name: &str| name.trim().to_lowercase();
        if self.people.is_only(&line.first_name) {
            return in_short(&line.first_name);
        }
        let mine = folded(&line.first_name);
        let others: Vec<ContactId> = match mine.is_empty() {
            true => Vec::new(),
            false => self.people.ids().filter(|id| *id != contact && self.is_called(*id, &mine)).collect(),
        };
        if others.is_empty() {
            return in_short(&line.first_name);
        }
        let by_last = self.field_of(contact, "lastName").and_then(|last| {
            let initial = |last: &str| last.chars().next().map(|first| first.to_lowercase().to_string());
            let theirs: Vec<String> = others.iter().filter_map(|id| self.field_of(*id, "lastName")).collect();
            if theirs.iter().any(|other| folded(other) == folded(&last)) {
                return None;
            }
            let one = theirs.iter().any(|other| initial(other) == initial(&last));
            Some(if one { last } else { format!("{}.", last.chars().next()?) })
        });
        let apart = by_last.or_else(|| self.end_of_number(contact).map(|end| format!("({end})")));
        match apart {
            Some(apart) => format!("{} {apart}", in_short(&line.first_name)),
            None => in_short(&line.first_name),
        }
    }

    fn is_called(&self, contact: ContactId, name: &str) -> bool {
        self.people.line(contact).is_some_and(|line| line.first_name.trim().to_lowercase() == name)
    }

    /// A field of somebody's, where the campaign shows it.
    fn field_of(&self, contact: ContactId, field: &str) -> Option<String> {
        let body = self.people.body(contact)?;
        let value = body.fields.get(field).filter(|_| body.visible.iter().any(|shown| shown == field))?;
        Some(safe_line(value.trim())).filter(|value| !value.is_empty())
    }

    pub(super) fn end_of_number(&self, contact: ContactId) -> Option<String> {
        let number = self.field_of(contact, LAST_DIGITS).or_else(|| self.field_of(contact, "phone"))?;
        let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
        let end: String = digits.get(digits.len().checked_sub(4)?..)?.iter().collect();
        Some(format!("...{end}"))
    }
}

/// A name as a sentence has room for it, whatever a list calls somebody.
fn in_short(name: &str) -> String {
    let letters: Vec<&str> = name.graphemes(true).collect();
    if letters.len() <= MOST_OF_A_NAME { name.to_owned() } else { format!("{}…", letters[..MOST_OF_A_NAME].concat()) }
}
