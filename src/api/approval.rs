//! A new version of a script that waits until another admin has approved it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{campaign::CampaignDef, ids::PersonId};

/// What waits, if anything does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposalState {
    /// The new version; absent: none waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// A new version of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// The whole definition, as it is to be.
    pub def: CampaignDef,
    /// The version in force when it was proposed.
    pub version: u32,
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
