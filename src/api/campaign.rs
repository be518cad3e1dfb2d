//! Campaigns as a console sees them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, PersonId},
    recall::Recall,
};

/// Whether texts go out at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Contacts are still being imported.
    Importing,
    /// Texts go out.
    Running,
    /// A captain paused it.
    Paused,
    /// Closed; late replies still arrive, and somebody looks after them.
    Archived,
}

/// One line of a texter's list of campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignTodo {
    /// Which.
    pub id: CampaignId,
    /// Name.
    pub title: String,
    /// Running, paused ...
    pub state: CampaignState,
    /// First texts in my hands.
    pub unsent: u64,
    /// Replies in my hands that wait.
    pub waiting: u64,
    /// First texts nobody holds.
    pub unassigned: u64,
    /// More of what is in my hands; a server that counts no such things leaves it as it begins.
    #[serde(default)]
    pub mine: Mine,
}

/// Contacts whom nobody has and nobody is given now, by what holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldBack {
    /// It is outside texting hours where they are.
    #[serde(default)]
    pub hours: u64,
    /// When the first of these may be texted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub hours_until: Option<Timestamp>,
    /// Another campaign has texted them lately, as far as that was looked at.
    #[serde(default)]
    pub lately: u64,
    /// When the first of these may be texted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lately_until: Option<Timestamp>,
    /// There are more of them than are counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Nothing of these: the carrier takes no more first texts of anybody before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub carrier_until: Option<Timestamp>,
}

/// What somebody holds of a campaign, and what they should know of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mine {
    /// Of the first texts in hand: how many may not go out yet, because it is outside texting hours where they are.
    #[serde(default)]
    pub held: u64,
    /// When the first of these may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub held_until: Option<Timestamp>,
    /// Texted, and nothing has come back.
    #[serde(default)]
    pub messaged: u64,
    /// Answered, and not closed.
    #[serde(default)]
    pub convo: u64,
    /// Of the replies that wait: put aside until a time.
    #[serde(default)]
    pub snoozed: u64,
    /// Of a closed campaign whose late replies are mine: people who wait for an answer and are in nobody's hands. Opening it brings them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub late: u64,
    /// Closed conversations.
    #[serde(default)]
    pub closed: u64,
    /// Left out before a first text.
    #[serde(default)]
    pub skipped: u64,
    /// Opted out.
    #[serde(default)]
    pub opted_out: u64,
    /// First texts accepted from me.
    #[serde(default)]
    pub sent: u64,
    /// Replies accepted from me.
    #[serde(default)]
    pub replied: u64,
    /// When the campaign begins, while that is still to come: nobody gets contacts of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opens_at: Option<Timestamp>,
    /// True when its end (`closes_at`) is past: nobody gets contacts of it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
    /// When the campaign ends: nothing goes out after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closes_at: Option<Timestamp>,
    /// Of those whom nobody has: why nobody of them is handed out now. Absent while some may be, and for whoever has first texts to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back: Option<HeldBack>,
    /// The campaign's guide for texters, plain text; may be empty.
    #[serde(default)]
    pub guide: String,
    /// What the captains tell their texters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Announcement>,
}

/// Left out of what is sent, as older programs do not know it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(many: &u64) -> bool {
    *many == 0
}

/// A captain's note to the texters of a campaign. A new one takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Announcement {
    /// From 1 on; a new note has the next number.
    pub version: u32,
    /// The words; empty: it was taken down.
    pub text: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// First name of who wrote it.
    pub who: String,
}

/// Longest note, in characters.
pub const MAX_ANNOUNCEMENT: usize = 1_000;

/// A campaign in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignView {
    /// Which.
    pub id: CampaignId,
    /// Running, paused ...
    pub state: CampaignState,
    /// Version of the definition; goes up with each change.
    pub script_version: u32,
    /// The definition.
    pub def: CampaignDef,
    /// What of it must not be said any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recalled: Vec<Recall>,
    /// What the captains tell their texters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Announcement>,
    /// Who answers voters that write after it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_owner: Option<PersonId>,
    /// Event number at which this was read: resume the feed after it.
    pub seq: u64,
}
