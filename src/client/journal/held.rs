//! What a journal holds, opened: for the screen, for `outbox`, and before a wipe.

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::keeper::Job;
use super::seal::Sealer;
use super::table::{self, StoredAct};
use super::{Journal, JournalError, State};
use crate::api::message::Verdict;
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};

/// One act of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// As confirmed.
    pub act: Confirmed,
    /// Where it stands.
    pub state: State,
    /// The server's verdict, once there is one.
    pub verdict: Option<Verdict>,
}

/// How many acts of which kind stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Tally {
    /// Texts without a verdict.
    pub texts: u64,
    /// Other acts (opt-outs, answers, closings) without a verdict.
    pub acts: u64,
    /// Texts and acts of which nobody knows what became.
    pub unknown: u64,
    /// Decided, and not echoed by the server's feed yet.
    pub decided: u64,
    /// When the oldest of those without a verdict was confirmed.
    pub oldest: Option<Timestamp>,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(held: &[Held]) -> Self {
        let mut tally = Self::default();
        for one in held {
            match (one.state, &one.act.what) {
                (State::Confirmed, ConfirmedWhat::Text(_)) => tally.texts += 1,
                (State::Confirmed, ConfirmedWhat::Act { .. }) => tally.acts += 1,
                (State::Unknown, _) => tally.unknown += 1,
                _ => tally.decided += 1,
            }
            if one.state == State::Confirmed && tally.oldest.is_none_or(|oldest| one.act.at < oldest) {
                tally.oldest = Some(one.act.at);
            }
        }
        tally
    }

    /// Those without a verdict, the unknown ones among them: what a wipe would lose.
    #[must_use]
    pub fn unsettled(&self) -> u64 {
        self.texts + self.acts + self.unknown
    }
}

impl Journal {
    /// Everything it holds, in the order of confirmation.
    ///
    /// # Errors
    /// What the disk says; [`JournalError::Damaged`] when a row does not open.
    pub async fn held(&self) -> Result<Vec<Held>, JournalError> {
        self.ask(Job::Held).await
    }
}

/// Reads and opens every row.
pub(super) async fn read(conn: &mut SqliteConnection, sealer: &Sealer) -> Result<Vec<Held>, JournalError> {
    let sql = "SELECT ord, id, state, contact, at, payload, verdict FROM acts ORDER BY ord";
    let mut held = Vec::new();
    for row in sqlx::query(sql).fetch_all(conn).await? {
        let row = StoredAct::from_row(&row)?;
        let verdict = match &row.verdict {
            Some(sealed) => Some(sealer.open(table::verdict_place(&row.id, row.order), sealed)?),
            None => None,
        };
        let state =
            State::from_word(&row.state).ok_or_else(|| JournalError::Damaged("a row stands nowhere known".into()))?;
        held.push(Held { act: row.open(sealer)?, state, verdict });
    }
    Ok(held)
}
