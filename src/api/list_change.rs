//! Changing the list of a running campaign: who is taken off it, and what is corrected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::objects;
use crate::domain::phone::Phone;

/// Most contacts in one request.
pub const MAX_CHANGES: usize = 1_000;

/// Which contact is meant: by number, else by the id of the list it came from. With both, the number counts where the campaign knows it
/// under no other id, else the id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactKey {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Its id in the list. One that is longer than any list's is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

/// Takes contacts off a campaign's list, or puts them on it again. Twice is once. A request with anything else in it is refused: somebody
/// would be taken off who was meant otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRemoval {
    /// At most 1,000.
    #[schema(max_items = 1000)]
    #[serde(deserialize_with = "objects::list")]
    pub contacts: Vec<ContactKey>,
    /// Nothing is changed: the answer says what would be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// What is to be different about one contact; what is absent stays as it is. An empty text takes a value away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactChange {
    /// Who.
    #[serde(flatten)]
    pub who: ContactKey,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Postal code; with the number it says in which zones they may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// State.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Merge fields by name; those that are not named stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// Corrects contacts of a campaign's list. Twice is once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListCorrection {
    /// At most 1,000.
    #[schema(max_items = 1000)]
    pub contacts: Vec<ContactChange>,
    /// Nothing is changed: the answer says what would be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// What became of such a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ListChanged {
    /// Contacts that are different now.
    pub changed: u64,
    /// Contacts that were so already.
    pub already: u64,
    /// Of the changed: texts to them that waited for the carrier and were dropped.
    pub dropped: u64,
    /// Places in the request, from 0, of those who are not in the campaign.
    pub not_found: Vec<u64>,
    /// Of a removal: people who share their number with others of the list. They are off it, and the number stays for the others.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub kept: u64,
    /// Of a correction: places of those at whose number another one of the list is texted, and of whom nothing is kept, as an older program
    /// took the list. Nothing was corrected for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<u64>,
}

fn is_zero(many: &u64) -> bool {
    *many == 0
}
