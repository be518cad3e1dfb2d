//! Where somebody is in the texter's console.

use serde::{Deserialize, Serialize};

use crate::domain::ids::ContactId;

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
}
