//! Settled rows that no feed has echoed: each is let go once the server's stored verdict on it was read back.
//!
//! That is so after a sign-in was ended (its feed is shut, its verdicts are not), and for what an earlier run left behind.
//! Where the server knows nothing of an act that it had accepted, the act waits again under its own id.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::api::message::Verdict;
use crate::client::backoff::Backoff;
use crate::client::journal::{Journal, JournalError};
use crate::client::{Call, CallError, CampaignServer};
use crate::env::{BoxFuture, Ids};

pub(super) type Answer = (Uuid, Call<Option<Verdict>>);

/// What is to be read back, one at a time.
pub(super) struct ReadBack {
    server: Arc<dyn CampaignServer>,
    journal: Journal,
    due: VecDeque<Uuid>,
    /// A question is under way.
    asking: bool,
    backoff: Backoff,
    /// On the monotonic clock; not before.
    until: Duration,
}

impl ReadBack {
    pub(super) fn new(server: Arc<dyn CampaignServer>, journal: Journal) -> Self {
        Self {
            server,
            journal,
            due: VecDeque::new(),
            asking: false,
            backoff: Backoff::default(),
            until: Duration::ZERO,
        }
    }

    /// One more.
    pub(super) fn add(&mut self, id: Uuid) {
        if !self.due.contains(&id) {
            self.due.push_back(id);
        }
    }

    /// Everything that is settled and still in the journal.
    pub(super) async fn add_all(&mut self) {
        match self.journal.settled().await {
            Ok(ids) => ids.into_iter().for_each(|id| self.add(id)),
            Err(error) => tracing::warn!(%error, "what is settled could not be read from the journal"),
        }
    }

    /// The next question, when it may be asked.
    pub(super) fn take_off(&mut self, now: Duration) -> Option<BoxFuture<'static, Answer>> {
        if self.asking || self.until > now {
            return None;
        }
        let id = self.due.pop_front()?;
        self.asking = true;
        let server = Arc::clone(&self.server);
        Some(Box::pin(async move { (id, server.verdict(id).await) }))
    }

    /// When to try again, if that is in the future and there is anything to try.
    pub(super) fn wake(&self, now: Duration) -> Option<Duration> {
        (!self.due.is_empty() && self.until > now && self.until < Duration::MAX).then_some(self.until)
    }

    /// The line may be back.
    pub(super) fn try_now(&mut self) {
        self.until = Duration::ZERO;
    }

    /// Lets the row go, or finds out why not.
    pub(super) async fn land(&mut self, (id, answer): Answer, now: Duration, ids: &dyn Ids) {
        self.asking = false;
        let freed = match answer {
            Ok(Some(_)) => self.journal.echoed(id).await,
            Ok(None) => self.unknown_there(id).await,
            Err(error) => {
                tracing::debug!(%error, %id, "a stored verdict was not read back");
                if error.is_transient() {
                    self.due.push_back(id);
                    let wait = self.backoff.next(ids);
                    self.until = if is_unauthorized(&error) { Duration::MAX } else { now + wait };
                }
                return;
            }
        };
        if let Err(error) = freed {
            tracing::warn!(%error, %id, "a row stays in the journal");
            if error != JournalError::Closed {
                // The disk may have room again.
                self.due.push_back(id);
                self.until = now + self.backoff.next(ids);
            }
            return;
        }
        self.backoff.reset();
    }

    async fn unknown_there(&self, id: Uuid) -> Result<(), JournalError> {
        if self.journal.mark_lost(id).await? {
            tracing::warn!(%id, "the server knows nothing of what it had accepted: it is handed in again");
            return Ok(());
        }
        // A refusal that the server did not keep: nobody will echo it.
        self.journal.echoed(id).await
    }
}

fn is_unauthorized(error: &CallError) -> bool {
    matches!(error, CallError::Refused(problem) if problem.code == crate::api::problem::Code::Unauthorized)
}
