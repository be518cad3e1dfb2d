//! Closing a campaign: what is still in the way, and who looks after late replies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign::CampaignState;
use crate::domain::ids::{CampaignId, ContactId, PersonId};

/// Closes a campaign. Closed once more, by another owner, it gets that owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CloseRequest {
    /// Who answers voters that write later.
    pub owner: PersonId,
    /// Possible opt-outs that nobody decided on count as opt-outs, without a notice.
    #[serde(default)]
    pub doubts_are_opt_outs: bool,
    /// Contacts are taken out of the hands of texters whose consoles are open too. What these have confirmed and not handed in is
    /// refused then, and comes back to them.
    #[serde(default)]
    pub take_back: bool,
}

/// What may be in the way of closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InTheWay {
    /// Contacts in the hands of texters whose consoles are open: texts may be on their way in.
    InHand,
    /// Texts that wait for the carrier.
    Queued,
    /// Texts that the carrier is being given right now.
    Submitting,
    /// Texts of which nobody knows yet whether the carrier took them.
    Unknown,
    /// Texts that wait for a captain's decision.
    Held,
    /// People who may have opted out, and of whom nobody has decided.
    Undecided,
}

/// One thing in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Obstacle {
    /// What.
    pub what: InTheWay,
    /// How many of them.
    pub count: u64,
    /// In whose hands (`in_hand`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<String>,
    /// Whom it is about, but for `in_hand`: the first twenty of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Concerned>,
    /// Not before then does it go on by itself (`queued`, while the carrier's cap of the day is used up).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// A contact that something in the way is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Concerned {
    /// Which.
    pub contact: ContactId,
    /// Their first name.
    pub first_name: String,
}

/// How closing a campaign stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CloseReport {
    /// Which campaign.
    pub campaign: CampaignId,
    /// Its state now: `archived` when it is closed.
    pub state: CampaignState,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// Who answers late replies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Their first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// What is in the way; nothing once it is closed.
    pub in_the_way: Vec<Obstacle>,
    /// Contacts without a first text: they get none.
    pub unsent: u64,
    /// Voters who wait for an answer: they wait for the owner.
    pub waiting: u64,
    /// People whose possible opt-out counts as one by this.
    pub opted_out: u64,
    /// Contacts taken out of hands by this.
    pub taken_back: u64,
}
