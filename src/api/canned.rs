//! Canned replies of the organization, which every campaign has behind its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    campaign::CannedReply,
    ids::{CampaignId, PersonId},
};

/// The organization's canned replies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedReplies {
    /// In the order shown.
    pub replies: Vec<CannedReply>,
    /// When they were set last; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Who set them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// What is to take their place once another admin has approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<CannedProposal>,
}

/// Canned replies that wait for a second approver, as a campaign of the organization asks for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedProposal {
    /// By what they are known again: approved is what was looked at.
    pub hash: String,
    /// All that there would be.
    pub replies: Vec<CannedReply>,
    /// Who proposed them: somebody else approves them.
    pub person: PersonId,
    /// Their first name; the second of the same name is "Ann (2)".
    pub who: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Not approved by then, they are to be proposed again.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// Sets the organization's canned replies: these and no others. Twice is once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetCanned {
    /// At most 200; none takes all away.
    #[schema(max_items = 200)]
    pub replies: Vec<CannedReply>,
}

/// What became of that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CannedSet {
    /// How many there are now; of proposed ones, how many there would be.
    pub replies: u64,
    /// They wait until another admin has approved them; those in force are the ones before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
    /// Campaigns that have a new version of their script because of it.
    pub campaigns: Vec<CampaignId>,
    /// Replies that texters of a campaign do not have, as it has one of its own under that id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<HiddenReply>,
    /// Campaigns in which what was recalled stands in the same words, and stays shut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_recalled: Vec<CampaignId>,
}

/// A reply of the organization behind which a campaign's own stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HiddenReply {
    /// In which campaign.
    pub campaign: CampaignId,
    /// The id that both have.
    pub id: String,
}
