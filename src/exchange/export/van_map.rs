//! The file that says how a campaign's results are called in VAN (TOML, `--map FILE`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::campaign::CampaignDef;

/// What stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VanMap {
    /// The field of a contact that holds its VAN ID; `external_id` unless the list has another one.
    #[serde(default = "external_id")]
    pub id: String,
    /// How the first column is called.
    #[serde(default = "id_column")]
    pub id_column: String,
    /// What came of the contact, in the words of VAN's canvass results.
    pub result: Results,
    /// Survey questions.
    #[serde(default)]
    pub question: Vec<QuestionMap>,
    /// Activist codes.
    #[serde(default)]
    pub tag: Vec<TagMap>,
}

fn external_id() -> String {
    "external_id".to_owned()
}

fn id_column() -> String {
    "VAN ID".to_owned()
}

/// Canvass results. The first that fits and has words counts; a contact without any is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The number is somebody else's.
    pub wrong_number: Option<String>,
    /// Opted out.
    pub opted_out: Option<String>,
    /// Wrote something.
    pub answered: Option<String>,
    /// The first text failed.
    pub failed: Option<String>,
    /// Got a first text.
    pub texted: Option<String>,
}

/// A question of the script as a survey question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionMap {
    /// Its key in the campaign file.
    pub question: String,
    /// The column.
    pub column: String,
    /// Its answers as survey responses; one that is not named is left empty. What was typed goes by the name of the answer in whose
    /// place it was.
    pub answers: BTreeMap<String, String>,
    /// The column for what was typed, as it was: VAN's notes. Without it the words stay here.
    #[serde(default)]
    pub words: Option<String>,
}

/// A tag as an activist code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagMap {
    /// The tag.
    pub tag: String,
    /// The column.
    pub column: String,
    /// What stands in it.
    #[serde(default = "set")]
    pub value: String,
}

fn set() -> String {
    "Yes".to_owned()
}

/// What is wrong with a map: errors, then what only looks odd.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// It cannot be used.
    pub errors: Vec<String>,
    /// It can, and something may be forgotten.
    pub warnings: Vec<String>,
}

impl VanMap {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong, with line and column.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Names of the columns.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let fixed = [self.id_column.as_str(), "Date Contacted", "Phone Number", "Canvass Result"];
        let questions =
            self.question.iter().flat_map(|one| std::iter::once(one.column.as_str()).chain(one.words.as_deref()));
        let tags = self.tag.iter().map(|one| one.column.as_str());
        fixed.into_iter().chain(questions).chain(tags).map(str::to_owned).collect()
    }

    /// Holds the map against the campaign.
    #[must_use]
    pub fn faults(&self, def: &CampaignDef) -> Faults {
        let mut faults = Faults::default();
        let results = &self.result;
        if [&results.wrong_number, &results.opted_out, &results.answered, &results.failed, &results.texted]
            .into_iter()
            .all(Option::is_none)
        {
            faults.errors.push("[result]: it names no canvass result, so every contact would be left out".to_owned());
        }
        let mut columns = BTreeSet::new();
        for column in self.header() {
            if !columns.insert(column.clone()) {
                faults.errors.push(format!("column = \"{column}\": it stands twice; each column has one meaning"));
            }
        }
        for (at, map) in self.question.iter().enumerate() {
            let place = format!("[[question]] {}", at + 1);
            let Some(question) = def.questions.iter().find(|one| one.id == map.question) else {
                let known = listed(def.questions.iter().map(|one| one.id.as_str()));
                faults.errors.push(format!("{place}: the campaign has no question `{}`; it has {known}", map.question));
                continue;
            };
            let typed = question.answers.iter().any(|answer| answer.free.is_some());
            match (&map.words, typed) {
                (Some(_), false) => faults.errors.push(format!("{place}: nothing is typed as an answer to `{}`, so `words` has nothing", question.id)),
                (None, true) => faults.warnings.push(format!(
                    "{place}: what is typed as an answer to `{}` goes nowhere but by its name; `words` names a column for it",
                    question.id
                )),
                _ => {}
            }
            for value in map.answers.keys() {
                if !question.answers.iter().any(|one| one.value == *value) {
                    faults.errors.push(format!("{place}: `{}` has no answer `{value}`", question.id));
                }
            }
            // What is typed has a column of its own.
            for answer in question.answers.iter().filter(|answer| answer.free.is_none() || map.words.is_none()) {
                if !map.answers.contains_key(&answer.value) {
                    let (id, value) = (&question.id, &answer.value);
                    faults.warnings.push(format!("{place}: `{id}` has an answer `{value}` that goes nowhere"));
                }
            }
        }
        for question in &def.questions {
            if !self.question.iter().any(|one| one.question == question.id) {
                faults.warnings.push(format!("the question `{}` goes nowhere", question.id));
            }
        }
        for (at, map) in self.tag.iter().enumerate() {
            if !def.tags.contains(&map.tag) {
                let known = listed(def.tags.iter().map(String::as_str));
                let place = format!("[[tag]] {}", at + 1);
                faults.errors.push(format!("{place}: the campaign has no tag `{}`; it has {known}", map.tag));
            }
        }
        faults
    }
}

/// What there is of something, or that there is none of it.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
