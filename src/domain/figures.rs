//! Sums over some of a campaign's contacts, small enough to be told and added up: a database makes them part by part, a
//! [`super::outcome::Outcome`] is made of all of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ids::PersonId,
    message::{Delivery, Direction, MessageKind},
};

/// Times are summed by quarters of an hour: every zone's hours and days are made of whole ones.
pub const SLOT_SECONDS: i64 = 900;

/// Sums over some contacts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// The contacts, by what they have in common.
    pub people: Vec<PeopleSum>,
    /// Their texts, both ways.
    pub texts: Vec<TextSum>,
    /// How long was waited for answers.
    pub waits: Vec<WaitSum>,
    /// When they opted out, as far as it was after they came into the campaign.
    pub opt_outs: Vec<OptOutSum>,
}

/// Contacts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct PeopleSum {
    /// Which wording of the first text they got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// From which list they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Who sent the first text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<PersonId>,
    /// A first text was accepted and did not come back.
    pub texted: bool,
    /// It failed at the carrier.
    pub failed: bool,
    /// They wrote something.
    pub answered: bool,
    /// They are opted out.
    pub opted_out: bool,
    /// By their own word.
    pub by_word: bool,
    /// The number is not theirs.
    pub wrong_number: bool,
    /// They were taken off the list of the running campaign.
    #[serde(default)]
    pub removed: bool,
    /// The answers on record, by question; what was typed as text by the name of its answer.
    pub answers: BTreeMap<String, String>,
    /// How many they are.
    pub many: u64,
}

/// Texts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextSum {
    /// In which quarter of an hour since 1970 (UTC).
    pub slot: i64,
    /// Which way.
    pub direction: Direction,
    /// What outgoing ones are for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MessageKind>,
    /// What became of them.
    pub delivery: Delivery,
    /// Who confirmed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<PersonId>,
    /// How many they are.
    pub many: u64,
}

/// Waits of about one length: to the second below an hour, to the minute below a day, else to the hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitSum {
    /// Whose answer was waited for: false, the voter's, to the first text; true, ours, to what a voter wrote.
    pub ours: bool,
    /// Who gave it, when it was ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<PersonId>,
    /// How long.
    pub seconds: u64,
    /// How often.
    pub many: u64,
}

/// Opt-outs of one quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptOutSum {
    /// Which, since 1970 (UTC).
    pub slot: i64,
    /// How many.
    pub many: u64,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TexterName {
    /// The number.
    pub person: PersonId,
    /// First name; the second of the same name is "Ann (2)".
    pub name: String,
}
