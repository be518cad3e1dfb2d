//! Rules of conduct, campaigns' guides, and who accepted them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::CampaignId;

/// A text to read and accept before any contact is handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConductText {
    /// A hash of what it says: acceptance holds for these words.
    pub version: String,
    /// The campaign whose guide it is; absent: the organization's rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// That campaign's title; for the rules the organization's name, empty before the first import.
    pub title: String,
    /// The text by language (`en`, `es`): plain text with a little Markdown.
    pub texts: BTreeMap<String, String>,
    /// When the asking person accepted these words; absent: not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<Timestamp>,
}

/// Sets the organization's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetConduct {
    /// The text by language (`en`, `es`), at most 20,000 characters each. None at all: nothing is to be accepted any more.
    pub texts: BTreeMap<String, String>,
}

/// Which rules are in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConductInForce {
    /// Their version; absent: nothing is to be accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The rules that somebody accepted last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Which words.
    pub version: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// True when these are the ones in force.
    pub current: bool,
}
