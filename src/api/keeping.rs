//! How long what was said is kept, what must be kept whatever is set, and what is held of one person.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Code, Problem};
use super::recall;
use crate::domain::{ids::CampaignId, phone::Phone};

/// Longest time, in days: a hundred years.
pub const MAX_DAYS: u32 = 36_525;

/// A reason as it is kept.
///
/// # Errors
/// [`Code::Invalid`] when there is none, or it is too long.
pub fn reason(said: &str) -> Result<String, Problem> {
    let reason = recall::reason(said)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Problem::new(Code::Invalid, "reason: it has to be said"));
    }
    Ok(reason.to_owned())
}

/// Sets how long the words of texts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetRetention {
    /// Words older than so many days are removed; `null`: they are kept. It has to be said: a rule is not lifted by a word that was
    /// written wrong.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true, minimum = 1, maximum = 36525)]
    pub bodies_after_days: Option<u32>,
}

/// How long the words of texts are kept, in one campaign or wherever nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionRule {
    /// In which campaign; absent: in all that have no rule of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Words older than so many days are removed; absent: they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bodies_after_days: Option<u32>,
    /// When that was said.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
}

/// What a removal of old words came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionRun {
    /// When it began; absent: it did not, this says what it would do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub begun_at: Option<Timestamp>,
    /// When all was looked at; absent: it goes on behind this answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Who asked for it; absent: the server did it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Texts, in and out, whose words go.
    pub texts: u64,
    /// Contacts whose note and line of preview go.
    pub contacts: u64,
    /// Copies of words in the feed, texts of unknown numbers and trials that go.
    pub copies: u64,
}

/// How long what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionState {
    /// What was set: the organization's first, then those of campaigns. Nothing was ever set: nothing is removed.
    pub rules: Vec<RetentionRule>,
    /// The last removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<RetentionRun>,
    /// Legal holds in force: nothing under them is removed.
    pub holds: u64,
    /// Erased people of whom copies are still being removed.
    #[serde(default)]
    pub erasures: u64,
}

/// Puts a legal hold on a campaign, on a person, or, when neither is named, on the whole organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldRequest {
    /// On this campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// On whoever has this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Why; kept with the hold.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldInfo {
    /// Its number.
    pub id: i64,
    /// On which campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// On whose number: its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_ends: Option<String>,
    /// Why.
    pub reason: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// When it was lifted; absent: it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lifted_at: Option<Timestamp>,
}

/// Asks for all that is held about a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonWanted {
    /// Which number.
    pub phone: Phone,
    /// The answer may be a part of it, with the place to go on from: else all of it has to be found while one request may take.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_parts: bool,
    /// Where the part before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PersonPlace>,
}

/// A place in what is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonPlace {
    /// In which table.
    #[schema(max_length = 64)]
    pub table: String,
    /// Behind the row with this number.
    pub after: i64,
}

/// All that the organization holds about a number, table by table, each row by its columns. Times are RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonOut {
    /// Which number.
    pub phone: Phone,
    /// As of when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Rows by table; what is empty is left out.
    pub held: BTreeMap<String, Vec<serde_json::Value>>,
    /// Of a part: where the next one begins; absent in the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<PersonPlace>,
}

/// Erases a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EraseRequest {
    /// Which number.
    pub phone: Phone,
    /// Why, for the audit: neither name nor number belongs into it.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// Only say what would go.
    #[serde(default)]
    pub dry_run: bool,
}

/// What went with an erased person, or would go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    /// False: nothing was done yet.
    pub done: bool,
    /// The end of the number.
    pub number_ends: String,
    /// Campaigns that had them.
    pub campaigns: Vec<CampaignId>,
    /// Contacts that have no name, number, field or note any more.
    pub contacts: u64,
    /// Texts, in and out, that have no words any more; that they went stays.
    pub texts: u64,
    /// Texts that waited for the carrier, or for a captain, and never go out.
    pub cancelled: u64,
    /// Of those, texts of which nobody knows whether they arrived: they were with the carrier, and are not sent again.
    #[serde(default)]
    pub in_doubt: u64,
    /// Texts of theirs that belonged to no campaign, and trials to their phone.
    pub others: u64,
    /// They had opted out before; else they count as opted out from now on, so that a list with the number texts them no more.
    pub was_suppressed: bool,
    /// Saved segments whose condition has the number, the list id or the last name in it. They are not changed: whoever saved them says
    /// the condition otherwise, or removes them.
    #[serde(default)]
    pub segments: Vec<String>,
    /// Copies of their words in the feed are still being removed, part by part, so that texts go on meanwhile. Nobody is told them any
    /// more.
    #[serde(default)]
    pub copies_left: bool,
}
