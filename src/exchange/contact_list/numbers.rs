//! Which numbers of a list came already, and with whom: 16 bytes a number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::domain::contact::Contact;
use crate::domain::household::{self, Member};
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

impl First {
    fn of(contact: &Contact) -> Self {
        Self {
            id: contact.external_id.as_ref().map_or(0, |id| short_hash(id) | 1),
            names: short_hash(&(fold_name(&contact.first_name), fold_name(&contact.last_name))) & !1,
        }
    }

    /// By their ids, or by their names when one of them has none.
    fn is(self, other: Self) -> bool {
        if self.id != 0 && other.id != 0 { self.id == other.id } else { self.names & !1 == other.names & !1 }
    }
}

/// The numbers of one list.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    first: HashMap<u64, First>,
    /// The ids of the others with the same number, `;` between them, and their names in the same order.
    household: HashMap<u64, (String, String)>,
    /// Somebody shares a number with somebody else.
    shared: bool,
}

impl Numbers {
    /// Notes one more contact.
    pub(super) fn meet(&mut self, contact: &Contact) -> Met {
        let now = First::of(contact);
        let key = digits(&contact.phone);
        let first = match self.first.entry(key) {
            Entry::Vacant(place) => {
                place.insert(now);
                return Met::First;
            }
            Entry::Occupied(place) => *place.get(),
        };
        if first.is(now) {
            return Met::Again;
        }
        self.shared = true;
        if let Some(id) = &contact.external_id {
            let (ids, names) = self.household.entry(key).or_default();
            let id = household::listed_id(id);
            if !ids.split(';').any(|there| there == id) {
                if !ids.is_empty() {
                    ids.push(';');
                    names.push(';');
                }
                let (first_name, last_name) = (contact.first_name.clone(), contact.last_name.clone());
                ids.push_str(&id);
                names.push_str(&Member { id: String::new(), first_name, last_name }.name());
            }
        }
        Met::Shared
    }

    /// True when some number is that of several people.
    pub(super) fn has_shared(&self) -> bool {
        self.shared
    }

    /// True when somebody's number is another one's first, and they are known by an id.
    pub(super) fn names_others(&self) -> bool {
        !self.household.is_empty()
    }

    /// True for somebody whose number is first another one's.
    pub(super) fn is_shared(&self, contact: &Contact) -> bool {
        self.first.get(&digits(&contact.phone)).is_some_and(|first| !first.is(First::of(contact)))
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
        if let Some((ids, names)) = self.household.get(&digits(&contact.phone)) {
            contact.fields.insert(household::IDS.into(), ids.clone());
            if names.bytes().any(|byte| byte != b';') {
                contact.fields.insert(household::NAMES.into(), names.clone());
            }
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
