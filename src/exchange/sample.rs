//! The campaign and the list that a rehearsal starts with when none are given. All of it is made up.

use std::collections::BTreeMap;
use std::path::Path;

use super::problem::FileProblem;
use super::{campaign_file, contact_list};
use crate::domain::campaign::CampaignDef;
use crate::exchange::contact_list::ContactList;

const CAMPAIGN: &str = include_str!("../../assets/campaigns/rehearsal.toml");
const SPANISH: &str = include_str!("../../assets/campaigns/rehearsal.es.toml");
const CONTACTS: &str = include_str!("../../assets/campaigns/rehearsal.csv");

/// The rehearsal's campaign.
///
/// # Errors
/// None in a program that was tested; the text is part of it.
pub fn campaign() -> Result<CampaignDef, Vec<FileProblem>> {
    campaign_file::parse(Path::new("rehearsal.toml"), CAMPAIGN).map(|(def, _)| def)
}

/// The same with what texters read of the script (questions, answers, titles of canned replies) in their console's language, where it is
/// there (`es`). What voters read is in both languages anyhow.
///
/// # Errors
/// As [`campaign`].
pub fn campaign_in(language: &str) -> Result<CampaignDef, Vec<FileProblem>> {
    let mut def = campaign()?;
    if language == "es" {
        let words = words(SPANISH);
        for word in labels(&mut def) {
            if let Some(own) = words.get(word) {
                word.clone_from(own);
            }
        }
    }
    Ok(def)
}

/// The words of the script that only texters read.
fn labels(def: &mut CampaignDef) -> impl Iterator<Item = &mut String> {
    let CampaignDef { questions, canned, .. } = def;
    questions
        .iter_mut()
        .flat_map(|question| {
            let answers = question.answers.iter_mut().map(|answer| &mut answer.value);
            std::iter::once(&mut question.text).chain(answers)
        })
        .chain(canned.iter_mut().map(|reply| &mut reply.title))
}

/// The English words and ours; none when the file that is built in is broken (a test says so).
fn words(text: &str) -> BTreeMap<String, String> {
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(text).unwrap_or_default();
    tables.remove("words").unwrap_or_default()
}

/// The rehearsal's contacts: over 320, of many names, zones and both languages.
///
/// # Errors
/// None in a program that was tested; the text is part of it.
pub fn contacts() -> Result<ContactList, Vec<FileProblem>> {
    contact_list::parse(Path::new("rehearsal.csv"), CONTACTS.as_bytes(), &contact_list::Options::default())
}

/// The text of the rehearsal's campaign file, for people who want to start from it.
#[must_use]
pub fn campaign_text() -> &'static str {
    CAMPAIGN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::campaign::{fill_initial, merge_fields, variant_for};
    use crate::exchange::check::check;

    #[test]
    fn the_rehearsal_has_no_problem_of_its_own() {
        let (def, warnings) = campaign_file::parse(Path::new("rehearsal.toml"), CAMPAIGN).unwrap();
        assert_eq!(warnings, []);
        let list = contacts().unwrap();
        assert_eq!(list.problems, []);
        assert_eq!(list.duplicates, 0);
        assert!(list.contacts.len() >= 320, "{}", list.contacts.len());
        let report = check(&def, &list);
        assert_eq!(report.findings, []);
        assert!(report.zones.len() >= 8, "{:?}", report.zones);
        assert!(report.variants.iter().all(|v| v.contacts > 40), "{:?}", report.variants);
        assert!(def.canned.len() >= 8);
        let languages: Vec<_> = list.contacts.iter().filter_map(|c| c.language.as_deref()).collect();
        assert!(languages.iter().filter(|l| **l == "es").count() > 30);
    }

    #[test]
    fn in_spanish_every_word_of_the_script_that_texters_read_is_another_one_and_the_rest_is_the_same() {
        let (mut english, mut spanish) = (campaign().unwrap(), campaign_in("es").unwrap());
        assert_eq!(campaign_in("en").unwrap(), english);
        let words = words(SPANISH);
        for (from, to) in labels(&mut english).zip(labels(&mut spanish)) {
            assert_eq!(words.get(from.as_str()), Some(&*to), "{from}");
            assert!(from == "No" || from != to, "{from}");
            (*from, *to) = (String::new(), String::new());
        }
        assert_eq!(english, spanish, "nothing else is touched");
        assert_eq!(check(&campaign_in("es").unwrap(), &contacts().unwrap()).findings, []);
    }

    #[test]
    fn every_contact_has_an_initial_message() {
        let (def, list) = (campaign().unwrap(), contacts().unwrap());
        for (key, contact) in (0i64..).zip(&list.contacts) {
            let variant = variant_for(&def, key, contact.language.as_deref()).unwrap();
            assert_eq!(variant.language == "es", contact.language.as_deref() == Some("es"));
            let text = fill_initial(&def, &variant.name, &merge_fields(contact), "Robin").unwrap();
            assert!(
                text.contains("Neighborhood Votes") && text.contains("STOP") && !text.contains(['{', '}']),
                "{text}"
            );
        }
    }

    #[test]
    fn the_example_shows_every_key_without_a_problem() {
        let (def, warnings) = campaign_file::parse(Path::new("example.toml"), campaign_file::EXAMPLE).unwrap();
        assert_eq!(warnings, []);
        assert!(
            !def.tags.is_empty() && !def.variables.is_empty() && !def.canned.is_empty() && def.questions.len() == 2
        );
    }
}
