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
    contact_list::parse(Path::new("rehearsal.csv"), CONTACTS.as_bytes(), "US")
}

/// The text of the rehearsal's campaign file, for people who want to start from it.
#[must_use]
pub fn campaign_text() -> &'static str {
    CAMPAIGN
}
