//! A campaign's definition: what its file says, checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{hours::TextingHours, survey::Question};

/// Everything that a campaign's author decides. Stored with a version; a change makes the next version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignDef {
    /// Name as texters see it.
    pub title: String,
    /// The organization that speaks.
    pub organization: String,
    /// Main language (`en`, `es`).
    pub language: String,
    /// When texts may go out, in the contact's local time.
    pub hours: TextingHours,
    /// The initial message: at least one variant for the main language.
    pub initial: Vec<Variant>,
    /// The question tree; the first question is asked first.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Canned replies, in the order shown.
    #[serde(default)]
    pub canned: Vec<CannedReply>,
    /// Tags a texter may set.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The one notice after an opt-out, by language.
    pub opt_out_notice: BTreeMap<String, String>,
    /// Contact fields shown to texters besides the first name (`lastName`, `phone`, `zip` or a column).
    #[serde(default)]
    pub visible_fields: Vec<String>,
    /// Contacts handed out at once.
    pub slice_size: u32,
    /// Campaign-wide variables for merge fields.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Guide for texters, plain text; may be empty.
    #[serde(default)]
    pub guide: String,
    /// True when a texter may edit the initial text before sending (marked off-script).
    #[serde(default)]
    pub edit_initial: bool,
}

/// One wording of the initial message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Variant {
    /// Short name for results (`a`, `b`, `es`).
    pub name: String,
    /// Language of this wording.
    pub language: String,
    /// Text with merge fields.
    pub text: String,
}

/// A canned reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedReply {
    /// Stable key, unique in the campaign.
    pub id: String,
    /// Title as the texter reads it.
    pub title: String,
    /// Text by language, with merge fields.
    pub text: BTreeMap<String, String>,
}

/// The text for `language`, else for `main`, else any.
#[must_use]
pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str, main: &str) -> Option<&'a str> {
    texts.get(language).or_else(|| texts.get(main)).or_else(|| texts.values().next()).map(String::as_str)
}
