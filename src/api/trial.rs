//! Texts of a campaign's script to staff phones, before voters get any.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ids::MessageId, message::Delivery, phone::Phone, trial::TrialPart};

/// One text of the script to one staff phone: one confirmation by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialRequest {
    /// Whose phone.
    pub to: Phone,
    /// Which text.
    pub part: TrialPart,
    /// In which language.
    pub language: String,
    /// Fields of the made-up contact that are to stand in it (`firstName`, columns); the others are made up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The text as it was shown. It is what the script in force says, or is refused.
    #[schema(max_length = 1600)]
    pub body: String,
}

/// What became of it. It is in no figure, no export and no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialInfo {
    /// Its id, as it was minted by the client.
    pub id: MessageId,
    /// The version of the script that it is of.
    pub script_version: u32,
    /// Which text.
    pub part: TrialPart,
    /// In which language.
    pub language: String,
    /// The end of the number.
    pub to: String,
    /// The text.
    pub body: String,
    /// When it was confirmed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// First name of who confirmed it.
    pub by: String,
    /// How far it came.
    pub delivery: Delivery,
    /// Why it went no further: the carrier's code, or ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
