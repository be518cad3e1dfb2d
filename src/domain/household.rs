//! Several people at one number: one text goes to it, and everybody whom the list has there is known by their id.
//!
//! The first of them is the contact. The others stand in two fields of it, in one order: their ids ([`IDS`]), and how they are called
//! ([`NAMES`]). Who has no id of the list is not among them: nobody can name them.

use std::collections::BTreeMap;

/// The ids of the others at a contact's number, `;` between them.
pub const IDS: &str = "household_ids";
/// The ids of those at the number who were taken off the list, `;` between them: the number is the others'.
pub const REMOVED: &str = "household_removed";
/// Their names, `Last, First`, in the same order.
pub const NAMES: &str = "household_names";

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
    let Some(ids) = fields.get(IDS) else { return Vec::new() };
    // A list of an older program has no names.
    let mut names = fields.get(NAMES).map_or("", String::as_str).split(';');
    ids.split(';')
        .map(|id| (id.trim(), names.next().unwrap_or_default().trim()))
        .filter(|(id, _)| !id.is_empty())
        .map(|(id, name)| {
            let (last, first) = name.split_once(',').unwrap_or(("", name));
            Member { id: id.to_owned(), first_name: first.trim().to_owned(), last_name: last.trim().to_owned() }
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
    fields.insert(IDS.into(), joined(&|one| one.id.clone()));
    if members.iter().any(Member::has_name) {
        fields.insert(NAMES.into(), joined(&Member::name));
    }
}

/// Who of a contact's number was taken off the list.
pub fn removed(fields: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    fields.get(REMOVED).into_iter().flat_map(|ids| ids.split(';')).filter(|id| !id.is_empty())
}

/// Notes one more of them.
pub fn add_removed(fields: &mut BTreeMap<String, String>, id: &str) {
    let ids = fields.entry(REMOVED.into()).or_default();
    if !ids.is_empty() {
        ids.push(';');
    }
    ids.push_str(id);
}

/// One of them is on the list again.
pub fn take_from_removed(fields: &mut BTreeMap<String, String>, id: &str) {
    let left = removed(fields).filter(|gone| *gone != id).collect::<Vec<_>>().join(";");
    if left.is_empty() {
        fields.remove(REMOVED);
    } else {
        fields.insert(REMOVED.into(), left);
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
        add_removed(&mut fields, "7");
        add_removed(&mut fields, "8");
        assert_eq!(removed(&fields).collect::<Vec<_>>(), ["7", "8"]);
        take_from_removed(&mut fields, "7");
        take_from_removed(&mut fields, "8");
        put(&mut fields, &[]);
        assert_eq!(fields.len(), 1);
        assert_eq!(members(&fields), []);
    }

    #[test]
    fn ids_without_names_are_those_of_an_older_program() {
        let fields = BTreeMap::from([(IDS.to_owned(), "2;3".to_owned())]);
        assert_eq!(members(&fields), [member("2", "", ""), member("3", "", "")]);
    }
}
