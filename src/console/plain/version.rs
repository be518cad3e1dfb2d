//! Which wordings were heard in full, and what differs from one contact to the next.
//!
//! A thousand times the same three hundred characters is no way to work: a wording is printed whole once, and of later cards only
//! what was put in. It is the same wording when the text with all values masked is the same to the letter; whatever else
//! differs (another variant or language, a fallback, a disclaimer of another state, a new script) makes it another one.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::campaign::{CampaignDef, fill_initial};
use crate::domain::script::{Source, Template, fold_name, lookup};

/// A text taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// The text with every value masked by the name of its field.
    pub skeleton: String,
    /// Field and value, in order of place, each field once.
    pub values: Vec<(String, String)>,
}

/// Takes the first text for a contact apart. None when putting it together again does not give exactly `body`: then nobody
/// may say that it was heard.
pub(super) fn take_apart(
    def: &CampaignDef,
    variant: &str,
    fields: &BTreeMap<String, String>,
    texter: &str,
    body: &str,
) -> Option<Taken> {
    let text = &def.initial.iter().find(|one| one.name == variant)?.text;
    let template = Template::parse(text).ok()?;
    let mut masked = fields.clone();
    let mut values: Vec<(String, String)> = Vec::new();
    let mut masks: Vec<(String, String)> = Vec::new();
    let mut seen = BTreeSet::new();
    for field in template.fields().filter(|field| field.source == Source::Contact && !field.is_disclaimer()) {
        let Some(value) = lookup(fields, &field.name) else { continue };
        // No list and no script holds this character: it is taken out where text enters.
        let mask = format!("\u{1}{}\u{1}", fold_name(&field.name));
        // An exact key is looked up before a folded one; a field may be spelled in several ways.
        masked.insert(field.name.clone(), mask.clone());
        if seen.insert(fold_name(&field.name)) {
            values.push((field.name.clone(), value.to_owned()));
            masks.push((mask, value.to_owned()));
        }
    }
    let skeleton = fill_initial(def, variant, &masked, texter).ok()?;
    let again = masks.iter().fold(skeleton.clone(), |text, (mask, value)| text.replace(mask, value));
    (again == body).then_some(Taken { skeleton, values })
}

/// What was heard.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    /// Wordings heard in full, with the values that were heard last.
    wordings: BTreeMap<String, BTreeMap<String, String>>,
    /// What was last told beside the text.
    facts: BTreeMap<String, String>,
}

impl Heard {
    /// True when this wording was printed whole before.
    pub fn knows(&self, taken: &Taken) -> bool {
        self.wordings.contains_key(&taken.skeleton)
    }

    /// The values that are not those of the last card of this wording.
    pub fn differing<'a>(&self, taken: &'a Taken) -> impl Iterator<Item = (&'a str, &'a str)> {
        let last = self.wordings.get(&taken.skeleton).cloned().unwrap_or_default();
        taken
            .values
            .iter()
            .filter(move |(name, value)| last.get(name) != Some(value))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Remembers that this was told.
    pub fn told(&mut self, taken: &Taken) {
        self.wordings.insert(taken.skeleton.clone(), taken.values.iter().cloned().collect());
    }

    /// True when this was the last thing told of this kind.
    pub fn is_fact(&self, name: &str, value: &str) -> bool {
        self.facts.get(name).is_some_and(|last| last == value)
    }

    /// Remembers something told beside the text.
    pub fn told_fact(&mut self, name: &str, value: &str) {
        self.facts.insert(name.to_owned(), value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::Variant;

    fn def(text: &str) -> CampaignDef {
        let variant = Variant { name: "a".into(), language: "en".into(), text: text.into() };
        CampaignDef { initial: vec![variant], ..CampaignDef::default() }
    }

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn taken(def: &CampaignDef, fields: &BTreeMap<String, String>) -> Taken {
        let body = fill_initial(def, "a", fields, "Sam").unwrap();
        take_apart(def, "a", fields, "Sam", &body).unwrap()
    }

    #[test]
    fn one_wording_is_heard_once_and_what_differs_is_told() {
        let def = def("Hi {first_name}, it's {texterName}. You vote at {place/the school}. Will you, {firstName}?");
        let mut heard = Heard::default();
        let ann = taken(&def, &fields(&[("firstName", "Ann"), ("place", "Hall 1")]));
        assert!(!heard.knows(&ann));
        heard.told(&ann);
        let bea = taken(&def, &fields(&[("firstName", "Bea"), ("place", "Hall 1")]));
        assert!(heard.knows(&bea));
        assert_eq!(heard.differing(&bea).collect::<Vec<_>>(), [("first_name", "Bea")]);
        heard.told(&bea);
        let cy = taken(&def, &fields(&[("firstName", "Cy"), ("place", "Hall 2")]));
        assert_eq!(heard.differing(&cy).collect::<Vec<_>>(), [("first_name", "Cy"), ("place", "Hall 2")]);
        // The fallback is other words: they were not heard.
        assert!(!heard.knows(&taken(&def, &fields(&[("firstName", "Di")]))));
    }

    #[test]
    fn a_text_that_is_not_the_scripts_is_never_taken_for_heard() {
        let def = def("Hi {firstName}");
        let fields = fields(&[("firstName", "Ann")]);
        assert_eq!(take_apart(&def, "a", &fields, "Sam", "Hi Ann!"), None);
        assert_eq!(take_apart(&def, "b", &fields, "Sam", "Hi Ann"), None);
    }
}
