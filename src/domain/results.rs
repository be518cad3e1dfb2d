//! What came of a campaign, as exports take it out: a contact, a message, an opt-out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::purpose::is_default;
use super::{
    contact::Contact,
    conversation::{OptOut, Status},
    ids::{CampaignId, ContactId, PersonId},
    message::{Delivery, Direction, MessageKind},
    phone::Phone,
    rsvp::Standing,
};

/// A contact with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactResult {
    /// Which.
    pub id: ContactId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// As its list gave it.
    pub listed: Contact,
    /// Where the conversation stands.
    pub status: Status,
    /// Whether texts are allowed.
    pub opt_out: OptOut,
    /// When the number was put on the list of opt-outs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opted_out_at: Option<Timestamp>,
    /// Why, as the list of opt-outs has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_how: Option<String>,
    /// A wrong number.
    pub wrong_number: bool,
    /// Taken off the list of the running campaign.
    #[serde(default)]
    pub removed: bool,
    /// The answers, by question.
    pub answers: BTreeMap<String, String>,
    /// How they stand with the campaign's events, by the events' ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rsvps: BTreeMap<String, Standing>,
    /// What they had answered, by question, in the campaigns that this one follows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub earlier_answers: BTreeMap<String, String>,
    /// The campaigns in which the same number was texted, this one among them; only where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texted_in: Vec<CampaignId>,
    /// The tags.
    pub tags: Vec<String>,
    /// The note.
    pub note: String,
    /// Who has it, or had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<PersonId>,
    /// Their first name; the second of the same name is "Ann (2)".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter_name: Option<String>,
    /// Which wording of the first text it got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// When the first text was accepted; absent: none was, or it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub texted_at: Option<Timestamp>,
    /// What became of the first text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// When the person first wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Timestamp>,
    /// When a person last texted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_text_at: Option<Timestamp>,
    /// The carrier's word about the last text that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When any of this changed last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A text, either way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageResult {
    /// Which.
    pub id: Uuid,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// With whom.
    pub contact: ContactId,
    /// Its place in the conversation.
    pub seq: u64,
    /// The person's number.
    pub phone: Phone,
    /// Which way.
    pub direction: Direction,
    /// What an outgoing one is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MessageKind>,
    /// The words, as they came.
    pub body: String,
    /// How many pictures (or other files) came with them. They are never fetched.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pictures: u32,
    /// When the server took it.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What became of it.
    pub delivery: Delivery,
    /// The carrier's word, or why it was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Who confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<PersonId>,
    /// Their first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter_name: Option<String>,
    /// Which wording of the first text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// In which language.
    pub language: String,
    /// By which version of the script.
    pub script_version: u64,
}

/// A number that is not texted any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptOutResult {
    /// Which.
    pub phone: Phone,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// True when their own word did it: nobody may undo that.
    pub by_word: bool,
    /// How, in the server's word or in those of who entered it.
    pub reason: String,
    /// Who decided it, when a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Their first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<String>,
}
