//! Where somebody is in the texter's console.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// Replies that were pressed and could still be taken back: cut off then, they are drafts, and it is said.
    pub leaving: Vec<ContactId>,
    /// It was left at the screen before real voters: that stands there again.
    pub begin: bool,
    /// Answers that wait for the server's word before there are words to send.
    pub due: Vec<Due>,
}

/// An answer that says yes to an event with so many places: its words wait until the server has said whether one is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The act that records it.
    pub act: Uuid,
    /// Whose answer.
    pub contact: ContactId,
    /// To which question: its id.
    pub question: String,
    /// The answer.
    pub value: String,
    /// The conversation has said that they wait.
    #[serde(default)]
    pub full: bool,
}

impl Place {
    /// The first name that is kept of somebody.
    #[must_use]
    pub fn name_of(&self, contact: ContactId) -> Option<String> {
        self.names.iter().find(|(id, _)| *id == contact).map(|(_, name)| name.clone())
    }
}
