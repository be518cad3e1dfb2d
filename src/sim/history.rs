//! What robots did and were told, in one order.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::api::message::Verdict;
use crate::domain::ids::{ContactId, PersonId};
use crate::domain::message::MessageKind;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A slice gave somebody a contact.
    Granted {
        /// To whom.
        texter: PersonId,
        /// Which.
        contact: ContactId,
        /// Under which lease.
        epoch: u32,
    },
    /// A contact left somebody's hands: released, reclaimed, or its lease ran out.
    Left {
        /// Whose.
        texter: PersonId,
        /// Which.
        contact: ContactId,
    },
    /// A text was confirmed.
    Confirmed {
        /// By whom.
        texter: PersonId,
        /// Minted at the press.
        id: Uuid,
        /// To whom.
        contact: ContactId,
        /// Initial or reply.
        kind: MessageKind,
        /// The words.
        body: String,
    },
    /// An act was confirmed.
    Acted {
        /// By whom.
        texter: PersonId,
        /// Minted at the press.
        id: Uuid,
        /// On whom.
        contact: Option<ContactId>,
    },
    /// The server decided. The same id may be decided on many times, in the same way.
    Decided {
        /// Id and outcome.
        verdict: Verdict,
    },
}

/// All facts.
#[derive(Debug, Default)]
pub struct History {
    facts: Mutex<Vec<Fact>>,
}

impl History {
    /// Adds a fact.
    pub fn add(&self, fact: Fact) {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).push(fact);
    }

    /// Everything so far.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
