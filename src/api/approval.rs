//! What waits until another admin has approved it: a new version of a script, or a correction that has not begun.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{campaign::CampaignDef, ids::PersonId};

/// What waits, if anything does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposalState {
    /// What waits; absent: nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// A new version of a script, or a campaign that is to begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// The whole definition, as it is to be.
    pub def: CampaignDef,
    /// By what it is known again: approved is what was looked at.
    pub hash: String,
    /// The version in force when it was proposed.
    pub version: u32,
    /// True when it is the campaign itself, a correction, that waits to begin with this definition.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begins: bool,
    /// Who proposed it: somebody else approves it.
    pub person: PersonId,
    /// Their first name; the second of the same name is "Ann (2)".
    pub who: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Not approved by then, it is to be proposed again.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}
