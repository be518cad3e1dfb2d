//! Acts of unknown outcome at a server that cannot be asked twice: each is looked for by reading, at the start and whenever the line may
//! be back, and now and then as long as there are any: a text may reach its server late. What cannot be told so stays unknown, and a person decides. A look never does anything: what may be done twice waits instead
//! for its turn behind what was confirmed before it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

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
    due: VecDeque<Due>,
    looking: bool,
    /// When all are looked for again, on the monotonic clock; none while nothing is unknown.
    again: Option<Duration>,
    /// What is waited after that.
    wait: Duration,
    /// How many there were last.
    count: usize,
}

/// One that is to be looked for.
#[derive(Debug)]
struct Due {
    id: Uuid,
    /// Only because time has passed: what a person is to decide on is not handed in again for that.
    by_time: bool,
}

/// The first look by time comes after this, each further one after twice as long.
const FIRST: Duration = Duration::from_secs(30);
/// And so long at most.
const LONGEST: Duration = Duration::from_secs(600);

impl Doubt {
    pub(super) fn new(server: Arc<dyn CampaignServer>, journal: Journal) -> Self {
        Self { server, journal, due: VecDeque::new(), looking: false, again: None, wait: FIRST, count: 0 }
    }

    /// Everything of unknown outcome. What is on its way at this moment counts as unknown too: [`Self::take_off`] is told of it.
    pub(super) fn add_all(&mut self) {
        let all = self.journal.unknown().into_iter();
        self.due = all.map(|id| Due { id, by_time: false }).collect();
    }

    /// Plans the looks by time. `in_the_air`: as in [`Self::take_off`].
    pub(super) fn plan(&mut self, now: Duration, in_the_air: impl Fn(Uuid) -> bool) {
        let unknown: Vec<Uuid> = self.journal.unknown().into_iter().filter(|id| !in_the_air(*id)).collect();
        let more = unknown.len() > self.count;
        self.count = unknown.len();
        if unknown.is_empty() {
            self.again = None;
        } else if more || self.again.is_none() {
            self.wait = FIRST;
            self.again = Some(now + FIRST);
        } else if self.due.is_empty() && !self.looking && self.again.is_some_and(|again| again <= now) {
            self.due = unknown.into_iter().map(|id| Due { id, by_time: true }).collect();
            self.wait = (self.wait * 2).min(LONGEST);
            self.again = Some(now + self.wait);
        }
    }

    /// When that is to be done again.
    pub(super) fn wake(&self, now: Duration) -> Option<Duration> {
        self.again.filter(|again| *again > now)
    }

    /// The next look. `in_the_air` are acts with a call under way: their own answers come first.
    pub(super) fn take_off(&mut self, in_the_air: impl Fn(Uuid) -> bool) -> Option<BoxFuture<'static, Answer>> {
        if self.looking {
            return None;
        }
        let (id, by_time) = loop {
            let Due { id, by_time } = self.due.pop_front()?;
            // It may have been settled since, or wait again.
            if !in_the_air(id) && self.journal.unknown().contains(&id) {
                break (id, by_time);
            }
        };
        self.looking = true;
        let (server, journal) = (Arc::clone(&self.server), self.journal.clone());
        Some(Box::pin(async move {
            let answer = match journal.load(id).await {
                Ok(Some(act)) if by_time && server.may_repeat(&act.what) => Ok(None),
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
