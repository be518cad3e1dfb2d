//! Sign-ins that were looked up, remembered: every request asks for one, and they hardly ever change.
//!
//! Only the writer changes them. It forgets them all after the commit of such a change and before it answers, so that
//! nobody who was told of an end is let in after it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::server::store::command::{Actor, CommandKind};

/// More are looked up again.
const MOST: usize = 10_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Goes up with every change: what was read before it is not remembered after it.
    changes: u64,
    known: HashMap<[u8; 32], Actor>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sign-in, or what [`Self::remember`] wants to be told when it was read.
    pub(super) fn get(&self, token_hash: &[u8; 32]) -> Result<Actor, u64> {
        let inner = self.lock();
        inner.known.get(token_hash).cloned().ok_or(inner.changes)
    }

    /// Remembers what was read, unless something changed since `before`.
    pub(super) fn remember(&self, token_hash: [u8; 32], actor: &Actor, before: u64) {
        let mut inner = self.lock();
        if inner.changes == before {
            if inner.known.len() >= MOST {
                inner.known.clear();
            }
            inner.known.insert(token_hash, actor.clone());
        }
    }

    /// Something changed.
    pub(super) fn forget(&self) {
        let mut inner = self.lock();
        inner.changes += 1;
        inner.known.clear();
    }
}

/// True for what changes sign-ins, or the people behind them.
pub(super) fn changes_sessions(kind: &CommandKind) -> bool {
    matches!(kind, CommandKind::Join { .. } | CommandKind::RevokeSession { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::people::Role;
    use crate::domain::ids::{OrganizationId, PersonId};

    fn actor() -> Actor {
        Actor {
            session: 1,
            person: PersonId(1),
            name: "Ann".into(),
            role: Role::Texter,
            organization: OrganizationId(1),
            campaign: None,
            ended_at: None,
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let sessions = Sessions::default();
        let before = sessions.get(&[7; 32]).expect_err("not known yet");
        sessions.forget();
        sessions.remember([7; 32], &actor(), before);
        let now = sessions.get(&[7; 32]).expect_err("it was read before the change");
        sessions.remember([7; 32], &actor(), now);
        assert_eq!(sessions.get(&[7; 32]), Ok(actor()));
        sessions.forget();
        assert!(sessions.get(&[7; 32]).is_err());
    }
}
