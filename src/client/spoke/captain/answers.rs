//! What a Spoke server answers to who watches campaigns there. As everywhere nearly all may be null.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::answers::{ContactTag, Id, Tag, User, or_default, without_nulls};

/// What a person may do in an organization.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Roles {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(in super::super) roles: Vec<String>,
}

/// Sums of a page.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct PageInfo {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) total: u64,
}

/// An organization with a page of its campaigns.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CampaignsOf {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) campaigns: CampaignsPage,
}

/// A page of campaigns.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CampaignsPage {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) campaigns: Vec<CampaignLine>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) page_info: PageInfo,
}

/// A campaign in the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CampaignLine {
    pub(super) id: Id,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) title: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_started: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_archived: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) completion_stats: Completion,
}

/// Counts of the list; a server without Redis has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct Completion {
    /// Contacts.
    #[serde(default)]
    pub contacts_count: Option<u64>,
    /// Of these in somebody's hands.
    #[serde(default)]
    pub assigned_count: Option<u64>,
    /// Of these texted.
    #[serde(default)]
    pub messaged_count: Option<u64>,
    /// Of these waiting for an answer.
    #[serde(default)]
    pub needs_response_count: Option<u64>,
    /// Of these with a text that failed.
    #[serde(default)]
    pub error_count: Option<u64>,
}

/// A campaign with its sums and texters.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Watched {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) title: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_started: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_archived: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) contacts_count: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) stats: Stats,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) assignments: Vec<InHand>,
}

/// A campaign's sums.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats {
    #[serde(default)]
    pub(super) sent_messages_count: Option<u64>,
    #[serde(default)]
    pub(super) received_messages_count: Option<u64>,
    #[serde(default)]
    pub(super) opt_outs_count: Option<u64>,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) error_counts: Vec<ErrorCount>,
}

/// How often a carrier's error came.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ErrorCount {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) code: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) count: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
}

/// What a texter has in hand.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InHand {
    #[serde(default)]
    pub(super) texter: Option<User>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) unmessaged_count: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) unreplied_count: u64,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) contacts_count: u64,
}

/// A page of conversations.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConversationsPage {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) conversations: Vec<Talk>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) page_info: PageInfo,
}

/// A conversation.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Talk {
    #[serde(default)]
    pub(super) texter: Option<Named>,
    pub(super) contact: TalkContact,
    pub(super) campaign: Titled,
}

/// A person; without an id nobody.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    #[serde(default)]
    pub(super) id: Option<Id>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) display_name: String,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) roles: Vec<String>,
}

/// A campaign of a conversation.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Titled {
    pub(super) id: Id,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) title: String,
}

/// The voter of a conversation, with what was said.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TalkContact {
    pub(super) id: Id,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) first_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) last_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) message_status: String,
    #[serde(default)]
    pub(super) error_code: Option<i64>,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) messages: Vec<Said>,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) tags: Vec<ContactTag>,
    #[serde(default)]
    pub(super) opt_out: Option<serde_json::Value>,
}

/// A text.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) text: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) is_from_contact: bool,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
}

/// A page of people.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PeoplePage {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) users: Vec<Named>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) page_info: PageInfo,
}

/// An organization with its tags.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TagsOf {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) tags: Vec<Tag>,
}
