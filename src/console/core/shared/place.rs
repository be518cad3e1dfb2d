//! Where somebody is in the texter's console.

use serde::{Deserialize, Serialize};

use crate::domain::ids::ContactId;

/// Of so many people at most it is kept what was read.
pub const READ: usize = 200;

/// Where somebody was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Whose conversation was open.
    pub open: Option<ContactId>,
    /// The keys were among the replies, not on the card.
    pub in_replies: bool,
    /// What the list showed: key of the filter's name. Empty, or unknown: as shipped.
    pub filter: String,
    /// In which order: key of its name.
    pub sort: String,
    /// Of those who wait: up to which of their texts was read. So many at most as [`READ`].
    pub read: Vec<(ContactId, u64)>,
    /// The first names of those whose conversation is open or who have a draft: so many at most as [`READ`]. Whoever is in other hands
    /// by the next start has no other name there.
    pub names: Vec<(ContactId, String)>,
}

impl Place {
    /// The first name that is kept of somebody.
    #[must_use]
    pub fn name_of(&self, contact: ContactId) -> Option<String> {
        self.names.iter().find(|(id, _)| *id == contact).map(|(_, name)| name.clone())
    }
}
