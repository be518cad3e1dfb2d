//! Which numbers of a list came already, and with whom: 16 bytes a number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::HOUSEHOLD;
use crate::domain::contact::Contact;
use crate::domain::phone::Phone;
use crate::domain::script::fold_name;

/// A row, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// The first with it.
    First,
    /// The same person once more.
    Again,
    /// Somebody else.
    Shared,
}

/// Who came first with a number: hashes of the id (0 for none) and of the names, of which the last bit says whether the contact
/// was handed out. Two people of one number whose hashes are the same (one in thousands of millions) count as one: the text goes
/// to the number all the same.
#[derive(Debug, Clone, Copy)]
struct First {
    id: u32,
    names: u32,
}

/// The numbers of one list.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    first: HashMap<u64, First>,
    /// The ids of the others with the same number, `;` between them.
    household: HashMap<u64, String>,
}

impl Numbers {
    /// Notes one more contact.
    pub(super) fn meet(&mut self, contact: &Contact) -> Met {
        let now = First {
            id: contact.external_id.as_ref().map_or(0, |id| short_hash(id) | 1),
            names: short_hash(&(fold_name(&contact.first_name), fold_name(&contact.last_name))) & !1,
        };
        let key = digits(&contact.phone);
        let first = match self.first.entry(key) {
            Entry::Vacant(place) => {
                place.insert(now);
                return Met::First;
            }
            Entry::Occupied(place) => *place.get(),
        };
        // By their ids, or by their names when one of them has none.
        let same = if first.id != 0 && now.id != 0 { first.id == now.id } else { first.names == now.names };
        if same {
            return Met::Again;
        }
        if let Some(id) = &contact.external_id {
            let ids = self.household.entry(key).or_default();
            if !ids.split(';').any(|there| there == id) {
                if !ids.is_empty() {
                    ids.push(';');
                }
                ids.push_str(id);
            }
        }
        Met::Shared
    }

    /// Nobody was handed out yet.
    pub(super) fn begin_again(&mut self) {
        for first in self.first.values_mut() {
            first.names &= !1;
        }
    }

    /// True once for each number.
    pub(super) fn is_first(&mut self, phone: &Phone) -> bool {
        match self.first.get_mut(&digits(phone)) {
            Some(first) if first.names & 1 == 0 => {
                first.names |= 1;
                true
            }
            // One that was not there at the first reading: the file was changed, which its reader notices.
            None => true,
            Some(_) => false,
        }
    }

    pub(super) fn add_household(&self, contact: &mut Contact) {
        if let Some(ids) = self.household.get(&digits(&contact.phone)) {
            contact.fields.insert(HOUSEHOLD.into(), ids.clone());
        }
    }
}

/// A number as a number: no country code begins with 0, and there are 15 digits at most.
fn digits(phone: &Phone) -> u64 {
    phone.as_str().bytes().filter(u8::is_ascii_digit).fold(0, |all, digit| all * 10 + u64::from(digit - b'0'))
}

fn short_hash(value: &impl Hash) -> u32 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).unwrap_or_default()
}
