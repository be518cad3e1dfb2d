//! Several people at one number: one text goes to it, and everybody whom the list has there is known by their id.
//!
//! The first of them is the contact. The others stand in two fields of it, in one order: their ids ([`IDS`]), and how they are called
//! ([`NAMES`]). Who has no id of the list is not among them: nobody can name them. What the list says of each of them besides
//! ([`Own`]) is kept by their id ([`PEOPLE`]): whoever is texted at the number is texted with what is theirs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{contact::Contact, phone::Phone, provenance::Consent, safe_text::safe_line};

/// The ids of the others at a contact's number, `;` between them ([`listed_id`]).
pub const IDS: &str = "household_ids";
/// The ids of those at the number who were taken off the list, `;` between them: the number is the others'.
pub const REMOVED: &str = "household_removed";
/// Their names, `Last, First`, in the same order.
pub const NAMES: &str = "household_names";
/// What the list says of each of them who is not the contact, those taken off too, as JSON by their ids. No text is filled with it.
pub const PEOPLE: &str = "household_people";
/// True of a field's name that is the program's own: no column of a list may stand there.
#[must_use]
pub fn is_own(name: &str) -> bool {
    [IDS, NAMES, REMOVED, PEOPLE].contains(&name.trim())
}

/// True of what is the program's note to itself: no text is filled with it, and no file has a column of it.
#[must_use]
pub fn is_note(name: &str) -> bool {
    [REMOVED, PEOPLE].contains(&name)
}

/// So many of a number are kept with all that the list says of them: where more are, the number is no household's.
pub const MOST_PEOPLE: usize = 30;

/// What the list says of one of several people at a number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Own {
    /// First name; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub first_name: String,
    /// Last name; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub last_name: String,
    /// As [`Contact::zip`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// As [`Contact::state`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// As [`Contact::language`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// As [`Contact::time_zone`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The list's other columns; nothing of the household.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Their own, not that of the whole list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
}

impl Own {
    /// What is a contact's own, made safe.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        let clean = |text: &Option<String>| text.as_deref().map(safe_line).filter(|text| !text.is_empty());
        let fields = contact.fields.iter().filter(|(name, _)| !is_own(name));
        Self {
            first_name: safe_line(&contact.first_name),
            last_name: safe_line(&contact.last_name),
            zip: clean(&contact.zip),
            state: clean(&contact.state),
            language: clean(&contact.language),
            time_zone: clean(&contact.time_zone),
            fields: fields.map(|(name, value)| (safe_line(name), safe_line(value))).collect(),
            consent: contact.consent.as_ref().map(|consent| Consent {
                date: consent.date,
                wording: safe_line(&consent.wording),
                source: safe_line(&consent.source),
            }),
        }
    }

    /// Whoever this is of, as the contact of that number.
    #[must_use]
    pub fn contact(self, id: &str, phone: Phone) -> Contact {
        Contact {
            external_id: Some(id.to_owned()),
            first_name: self.first_name,
            last_name: self.last_name,
            phone,
            zip: self.zip,
            state: self.state,
            language: self.language,
            time_zone: self.time_zone,
            fields: self.fields,
            consent: self.consent,
        }
    }

    /// Whoever this is of, as one of the others.
    #[must_use]
    pub fn member(&self, id: &str) -> Member {
        Member { id: id.to_owned(), first_name: self.first_name.clone(), last_name: self.last_name.clone() }
    }
}

/// What is kept of the people at a contact's number who are not the contact, by their ids.
#[must_use]
pub fn people(fields: &BTreeMap<String, String>) -> BTreeMap<String, Own> {
    // What cannot be read is of nobody: then nothing is known of them.
    fields.get(PEOPLE).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// An id as it stands among others: one with a `;` of its own is still one, and one with `%3B` of its own stays what it is.
#[must_use]
pub fn listed_id(id: &str) -> String {
    id.replace('%', "%25").replace(';', "%3B")
}

fn ids(fields: &BTreeMap<String, String>, of: &str) -> Vec<String> {
    let ids = fields.get(of).map_or("", String::as_str);
    ids.split(';').map(|id| id.trim().replace("%3B", ";").replace("%25", "%")).collect()
}

/// Writes them into the contact's fields.
pub fn put_people(fields: &mut BTreeMap<String, String>, people: &BTreeMap<String, Own>) {
    fields.remove(PEOPLE);
    if let Some(text) = serde_json::to_string(people).ok().filter(|_| !people.is_empty()) {
        fields.insert(PEOPLE.into(), text);
    }
}

/// Somebody at another one's number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    /// Their id in the list.
    pub id: String,
    /// First name; may be empty.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
}

impl Member {
    /// As it stands among the names.
    #[must_use]
    pub fn name(&self) -> String {
        let plain = |name: &str| name.replace([';', ','], " ").trim().to_owned();
        match (plain(&self.first_name), plain(&self.last_name)) {
            (first, last) if last.is_empty() => first,
            (first, last) => format!("{last}, {first}"),
        }
    }

    /// True when it is known how they are called.
    #[must_use]
    pub fn has_name(&self) -> bool {
        !self.first_name.is_empty() || !self.last_name.is_empty()
    }
}

/// The others at a contact's number, by its fields.
#[must_use]
pub fn members(fields: &BTreeMap<String, String>) -> Vec<Member> {
    // A list of an older program has no names.
    let mut names = fields.get(NAMES).map_or("", String::as_str).split(';');
    ids(fields, IDS)
        .into_iter()
        .map(|id| (id, names.next().unwrap_or_default().trim()))
        .filter(|(id, _)| !id.is_empty())
        .map(|(id, name)| {
            let (last, first) = name.split_once(',').unwrap_or(("", name));
            Member { id, first_name: first.trim().to_owned(), last_name: last.trim().to_owned() }
        })
        .collect()
}

/// Writes the others at a contact's number into its fields.
pub fn put(fields: &mut BTreeMap<String, String>, members: &[Member]) {
    fields.remove(IDS);
    fields.remove(NAMES);
    if members.is_empty() {
        return;
    }
    let joined = |each: &dyn Fn(&Member) -> String| members.iter().map(each).collect::<Vec<_>>().join(";");
    fields.insert(IDS.into(), joined(&|one| listed_id(&one.id)));
    if members.iter().any(Member::has_name) {
        fields.insert(NAMES.into(), joined(&Member::name));
    }
}

/// Who of a contact's number was taken off the list.
#[must_use]
pub fn removed(fields: &BTreeMap<String, String>) -> Vec<String> {
    ids(fields, REMOVED).into_iter().filter(|id| !id.is_empty()).collect()
}

/// Writes them into the contact's fields.
pub fn put_removed(fields: &mut BTreeMap<String, String>, gone: &[String]) {
    fields.remove(REMOVED);
    if !gone.is_empty() {
        fields.insert(REMOVED.into(), gone.iter().map(|id| listed_id(id)).collect::<Vec<_>>().join(";"));
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn member(id: &str, first: &str, last: &str) -> Member {
        Member { id: id.into(), first_name: first.into(), last_name: last.into() }
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let mut fields = BTreeMap::from([("zip".to_owned(), "10001".to_owned())]);
        let all =
            [member("2", "Mary Ann", "Roe"), member("k 9", "", ""), member("3", "Cy", ""), member("4", "", "Doe")];
        put(&mut fields, &all);
        assert_eq!((fields[IDS].as_str(), fields[NAMES].as_str()), ("2;k 9;3;4", "Roe, Mary Ann;;Cy;Doe, "));
        assert_eq!(members(&fields), all);
        put_removed(&mut fields, &["7".to_owned(), "A;B".to_owned()]);
        assert_eq!((fields[REMOVED].as_str(), removed(&fields)), ("7;A%3BB", vec!["7".to_owned(), "A;B".to_owned()]));
        put(&mut fields, &[member("A;B", "Ann", "")]);
        assert_eq!(members(&fields), [member("A;B", "Ann", "")]);
        put_removed(&mut fields, &[]);
        put(&mut fields, &[]);
        assert_eq!(fields.len(), 1);
        assert_eq!(members(&fields), []);
    }

    #[test]
    fn what_is_each_ones_own_is_kept_by_their_id() {
        let contact = Contact {
            external_id: Some("2".into()),
            first_name: "Ann".into(),
            last_name: String::new(),
            phone: Phone::from_e164("+12125550123").expect("a number"),
            zip: Some("10001".into()),
            state: None,
            language: Some("es".into()),
            time_zone: None,
            fields: BTreeMap::from([("place".to_owned(), "Hall \"B\"".to_owned()), (IDS.to_owned(), "3".to_owned())]),
            consent: Some(Consent { source: "form".into(), ..Consent::default() }),
        };
        let own = Own::of(&contact);
        let mut fields = BTreeMap::new();
        put_people(&mut fields, &BTreeMap::from([("2".to_owned(), own.clone())]));
        assert_eq!(safe_line(&fields[PEOPLE]), fields[PEOPLE]);
        let mut alone = contact.clone();
        alone.fields.remove(IDS);
        assert_eq!(people(&fields).remove("2").map(|own| own.contact("2", contact.phone.clone())), Some(alone));
        assert_eq!(own.member("2"), member("2", "Ann", ""));
        put_people(&mut fields, &BTreeMap::new());
        assert_eq!(fields.len(), 0);
        assert_eq!(people(&BTreeMap::from([(PEOPLE.to_owned(), "{".to_owned())])), BTreeMap::new());
    }

    #[test]
    fn ids_without_names_are_those_of_an_older_program() {
        let fields = BTreeMap::from([(IDS.to_owned(), "2;3".to_owned())]);
        assert_eq!(members(&fields), [member("2", "", ""), member("3", "", "")]);
    }
}
