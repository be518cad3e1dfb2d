//! Acts of unknown outcome at a server that cannot be asked twice: each is looked for by reading, at the start and whenever the line may
//! be back. What cannot be told so stays unknown, and a person decides. A look never does anything: what may be done twice waits instead
//! for its turn behind what was confirmed before it.

use std::collections::VecDeque;
use std::sync::Arc;

use uuid::Uuid;

use super::memo::Kept;
use crate::api::message::Verdict;
use crate::client::journal::Journal;
use crate::client::{Call, CallError, CampaignServer};
use crate::env::BoxFuture;

pub(super) type Answer = (Uuid, Call<Option<Verdict>>);

/// What is to be looked for, one at a time.
pub(super) struct Doubt {
    server: Arc<dyn CampaignServer>,
    journal: Journal,
    due: VecDeque<Uuid>,
    looking: bool,
}

impl Doubt {
    pub(super) fn new(server: Arc<dyn CampaignServer>, journal: Journal) -> Self {
        Self { server, journal, due: VecDeque::new(), looking: false }
    }

    /// Everything of unknown outcome. What is on its way at this moment counts as unknown too: [`Self::take_off`] is told of it.
    pub(super) fn add_all(&mut self) {
        self.due = self.journal.unknown().into();
    }

    /// The next look. `in_the_air` are acts with a call under way: their own answers come first.
    pub(super) fn take_off(&mut self, in_the_air: impl Fn(Uuid) -> bool) -> Option<BoxFuture<'static, Answer>> {
        if self.looking {
            return None;
        }
        let id = loop {
            let id = self.due.pop_front()?;
            // It may have been settled since, or wait again.
            if !in_the_air(id) && self.journal.unknown().contains(&id) {
                break id;
            }
        };
        self.looking = true;
        let (server, journal) = (Arc::clone(&self.server), self.journal.clone());
        Some(Box::pin(async move {
            let answer = match journal.load(id).await {
                Ok(Some(act)) if server.may_repeat(&act.what) => match journal.mark_waiting(id).await {
                    Ok(_) => Ok(None),
                    Err(error) => Err(CallError::Strange(format!("the journal could not be written: {error}"))),
                },
                Ok(Some(act)) => server.look_for_with(id, &act.what, &Kept { journal: &journal, id }).await,
                Ok(None) => Ok(None),
                Err(error) => Err(CallError::Strange(format!("the journal could not be read: {error}"))),
            };
            (id, answer)
        }))
    }

    /// The verdict that a look found.
    pub(super) fn land(&mut self, id: Uuid, answer: Call<Option<Verdict>>) -> Option<Verdict> {
        self.looking = false;
        match answer {
            Ok(found) => found.filter(|verdict| verdict.id == id),
            Err(error) => {
                tracing::debug!(%error, %id, "an act of unknown outcome could not be looked for");
                None
            }
        }
    }
}
