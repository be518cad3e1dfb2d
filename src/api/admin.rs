//! Importing campaigns, inviting people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::Role;
use crate::domain::{campaign::CampaignDef, contact::Contact, ids::CampaignId, provenance::Provenance};

/// Most contacts in one chunk.
pub const MAX_CHUNK: usize = 1_000;

/// Starts an import (id in the path, minted by the client). Asked twice: the same state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportStart {
    /// The campaign.
    pub def: CampaignDef,
    /// How many contacts will come.
    pub contacts: u64,
    /// Where the list came from; all of it but consent has to be said.
    #[serde(default)]
    pub provenance: Provenance,
    /// What the check of both files warned of, for the audit; what the server finds in the campaign itself stands beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 30)]
    pub warnings: Vec<String>,
}

/// Most warnings that come with an import.
pub const MAX_WARNINGS: usize = 30;

/// Starts the adding of contacts to a campaign that is there (id in the path, minted by the client); chunks and finish are those of
/// an import. Asked twice: the same state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListStart {
    /// How many contacts will come.
    pub contacts: u64,
    /// Where the list came from.
    #[serde(default)]
    pub provenance: Provenance,
}

/// A list that came into a campaign, by its import or later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListInfo {
    /// The first list of a campaign is 1.
    pub number: u32,
    /// Where it came from.
    pub provenance: Provenance,
    /// When it was handed in.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// By whom; absent for lists that came before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What became of its contacts.
    pub state: ImportState,
}

/// Some contacts; the chunk's number in the path makes it idempotent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportChunk {
    /// At most 1,000.
    #[schema(max_items = 1000)]
    pub contacts: Vec<Contact>,
    /// These are further people at numbers that the list has for somebody else first. They are taken where that one is known as useless
    /// at the number; of the others is kept what the list says of them, for when the number is left to them. Such a chunk is none of
    /// those that are counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// Where an import stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportState {
    /// The campaign it makes.
    pub campaign: CampaignId,
    /// Chunks stored.
    pub chunks: u64,
    /// Contacts stored.
    pub stored: u64,
    /// Left out: the number is in the campaign already.
    pub duplicates: u64,
    /// Stored, but on the organization's suppression list: never handed out.
    pub suppressed: u64,
    /// Stored, but known in the organization as a wrong number of this person, deceased, or a number that gets no texts: never
    /// handed out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub known_bad: u64,
    /// Left out: the law asks for consent, and there is no evidence of it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub without_consent: u64,
    /// Of the duplicates: taken off the campaign's list before. They stay off it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_off: u64,
    /// Left out: erased on their own request. Nothing of them is stored again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub erased: u64,
    /// True when finished: the campaign runs, unless it is paused.
    pub finished: bool,
    /// True when the campaign is paused now: nobody gets contacts of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

impl ImportState {
    /// How many contacts were handed in, whatever became of them.
    #[must_use]
    pub fn came(&self) -> u64 {
        self.stored + self.duplicates + self.erased + self.without_consent
    }
}

fn is_zero(many: &u64) -> bool {
    *many == 0
}

/// Makes a join link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InviteRequest {
    /// What the joiner may do.
    pub role: Role,
    /// For one campaign, or all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// How often it may be used.
    #[schema(minimum = 1, maximum = 10000)]
    pub uses: u32,
    /// How long it is good, in seconds: from a minute to 90 days.
    #[schema(minimum = 60, maximum = 7776000)]
    pub valid_seconds: u64,
    /// Who joins by it waits until a captain lets them in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting_room: bool,
}

/// A join link, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invite {
    /// For revoking.
    pub id: i64,
    /// The secret; goes into the link after `#`.
    pub secret: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// A join link as an admin sees it afterwards: what it is for and what became of it. Its secret is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InviteInfo {
    /// For revoking.
    pub id: i64,
    /// What its joiners may do.
    pub role: Role,
    /// For one campaign, or all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// How many people joined by it.
    pub joined: u64,
    /// How many more may.
    pub uses_left: u64,
    /// Until when it is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who made it; absent: the server itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// True when somebody may still join by it.
    pub good: bool,
    /// True when its joiners wait until a captain lets them in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiting_room: bool,
    /// True when it was revoked.
    pub revoked: bool,
}
