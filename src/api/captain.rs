//! What a captain watches.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign::CampaignState;
use crate::domain::{
    ids::{CampaignId, PersonId},
    stats::Counts,
};

/// One campaign at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// Which.
    pub campaign: CampaignId,
    /// Name.
    pub title: String,
    /// Running or paused.
    pub state: CampaignState,
    /// The counts.
    pub counts: Counts,
    /// Since when the voter who waits longest has waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub oldest_wait: Option<Timestamp>,
    /// Carrier calls under way now.
    pub in_flight: u64,
    /// Per texter, by name.
    pub texters: Vec<TexterLine>,
    /// When this was counted.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Event number at which this was read.
    pub seq: u64,
}

/// One texter on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TexterLine {
    /// Who.
    pub person: PersonId,
    /// First name.
    pub name: String,
    /// Contacts in hand.
    pub assigned: u64,
    /// Of these without a first text.
    pub unsent: u64,
    /// Texts accepted from this texter in this campaign.
    pub sent: u64,
    /// Replies in hand that wait.
    pub waiting: u64,
    /// Texts accepted in the last ten minutes.
    pub last_ten_minutes: u64,
    /// When last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub last_seen: Option<Timestamp>,
}
