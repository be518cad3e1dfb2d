//! Campaigns as a console sees them.

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
}

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
    /// Who answers voters that write after it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_owner: Option<PersonId>,
    /// Event number at which this was read: resume the feed after it.
    pub seq: u64,
}
