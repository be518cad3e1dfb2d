//! Changing a running campaign's script, taking back what must not be said any more, and putting it right.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign::CampaignState;
use super::problem::{Code, Problem};
use crate::domain::{
    campaign::CampaignDef,
    ids::CampaignId,
    recall::{Recall, Recalled},
    safe_text::safe_line,
};

/// Longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// A reason as it is kept.
///
/// # Errors
///
/// [`Code::Invalid`] when it is too long.
pub fn reason(said: &str) -> Result<String, Problem> {
    // As it was sent: what is taken out of it does not make a longer one fit the contract.
    if said.chars().count() > MAX_REASON {
        return Err(Problem::new(Code::Invalid, format!("reason: at most {MAX_REASON} characters")));
    }
    Ok(safe_line(said))
}

/// Gives a campaign the next version of its script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScriptUpdate {
    /// The whole definition, as it is to be from now on.
    pub def: CampaignDef,
}

/// Where a campaign's script stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScriptState {
    /// Which campaign.
    pub campaign: CampaignId,
    /// The version in force.
    pub script_version: u32,
    /// False: it was so already.
    pub changed: bool,
    /// It waits until another admin has approved it; the version in force is the one before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
    /// It was the campaign itself that waited: it has begun, or may be resumed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begun: bool,
    /// Recalls that the new version still carries, in the very words: they stay shut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_recalled: Vec<i64>,
}

/// Recalls something. The same once more is the same recall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallRequest {
    /// What.
    pub what: Recalled,
    /// Why, in a captain's words.
    #[schema(max_length = 500)]
    #[serde(default)]
    pub reason: String,
    /// It is to hold in campaigns that are made later too. Those that are there are asked for one by one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everywhere: bool,
}

/// A recall that is in force in one of the organization's campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallInForce {
    /// In which.
    pub campaign: CampaignId,
    /// Its title.
    pub title: String,
    /// What is recalled there.
    #[serde(flatten)]
    pub recall: Recall,
    /// It holds in campaigns that are made later too, from their first minute on.
    #[serde(default)]
    pub everywhere: bool,
}

/// What a recall reaches: counted as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallReport {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Its number; absent: nothing was recalled, this is what it would reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<i64>,
    /// What is recalled.
    pub what: Recalled,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The versions of the script in which it stands.
    #[serde(default)]
    pub versions: Vec<u32>,
    /// Its words, with merge fields.
    #[serde(default)]
    pub texts: Vec<String>,
    /// Contacts who have got it, or may have: the carrier has it, or nobody knows.
    pub got: u64,
    /// Of these, contacts whose phone has confirmed it.
    pub delivered: u64,
    /// Of these, contacts with a text whose outcome nobody knows.
    pub in_doubt: u64,
    /// Of these, contacts who got nothing of an older version but lines that say the same in the newest; 0 for anything else than an older
    /// version.
    #[serde(default)]
    pub unchanged: u64,
    /// Accepted texts that carry it and wait for the carrier now. None of them goes out: a recall takes them back, many of them behind
    /// its answer.
    pub waiting: u64,
    /// Texts that this recall dropped before the carrier had them: they came back to their texters.
    pub dropped: u64,
    /// True when it was recalled before: nothing was changed.
    #[serde(default)]
    pub already: bool,
    /// Contacts still without their first text who would get it if nothing were done.
    pub to_get: u64,
    /// Texts to them or others that have no words any more (`textbank retention`), so that nobody can tell whether they carried it: only where
    /// it is known by its words (a field's value, an answer's line).
    #[serde(default)]
    pub wordless: u64,
    /// Nobody has counted: all figures are 0.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncounted: bool,
    /// Other campaigns of the organization in which it stands, where they were asked for (`?elsewhere=true`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Vec<Elsewhere>>,
}

/// Another campaign in which the same value or the same words stand. A recall holds in its own campaign alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Elsewhere {
    /// Which campaign: one that is not closed, one that is being made among them, or a closed one of the same people.
    pub campaign: CampaignId,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: CampaignState,
    /// What is to be recalled there.
    pub what: Recalled,
    /// The recall that is in force there already; absent: it goes out there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<i64>,
    /// A line of its script, in whatever version, has the very words. False: a value that may have come out of its list, or been typed.
    #[serde(default)]
    pub certain: bool,
    /// Contacts who have got it there, or may have; absent: not counted. A server does not: ask for the recall there with `dry_run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<u64>,
    /// Texts with it that wait for the carrier there; absent: not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u64>,
    /// Contacts there without their first text whose card says it; absent: not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_get: Option<u64>,
}

/// A recall, as a captain sees it afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallInfo {
    /// What is recalled.
    #[serde(flatten)]
    pub recall: Recall,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who recalled it.
    pub by: String,
    /// Texts that it dropped before the carrier had them.
    pub dropped: u64,
    /// When it was lifted; absent: it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lifted_at: Option<Timestamp>,
    /// Of a value: the lines that said it in any version of this campaign's script, or of those whose contacts these are. A correction that
    /// says one of them again has it shut. Absent: an older server, which lets no line quote a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood: Option<Vec<String>>,
    /// Present in the campaign that puts this value right: its lines may quote it, but for these, which said it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_right: Option<Vec<String>>,
}

/// Makes a campaign of exactly those who got what was recalled (id in the path, minted by the client). It is made in parts, as a
/// follow-up is: asked again with the same id it goes on, until it is finished. Asked once more after that it is the same campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CorrectionRequest {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which recall.
    pub recall: i64,
    /// The campaign to make.
    pub def: CampaignDef,
    /// Nobody gets contacts of it before a captain resumes it.
    #[serde(default)]
    pub paused: bool,
}
