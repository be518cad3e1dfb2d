//! The campaign and the list that a rehearsal starts with when none are given. All of it is made up.

use std::path::Path;

use super::problem::FileProblem;
use super::{campaign_file, contact_list};
use crate::domain::campaign::CampaignDef;
use crate::exchange::contact_list::ContactList;

const CAMPAIGN: &str = include_str!("../../assets/campaigns/rehearsal.toml");
const CONTACTS: &str = include_str!("../../assets/campaigns/rehearsal.csv");

/// The rehearsal's campaign.
///
/// # Errors
/// None in a program that was tested; the text is part of it.
pub fn campaign() -> Result<CampaignDef, Vec<FileProblem>> {
    campaign_file::parse(Path::new("rehearsal.toml"), CAMPAIGN).map(|(def, _)| def)
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
