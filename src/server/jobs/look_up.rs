//! Looks attempts whose outcome is not known up in the carrier's list.
//!
//! An attempt is asked for only when its request can be nowhere on the way any more. That is measured by the clock that never
//! jumps: a wall clock set forward must not make a text "surely not there" that is about to arrive.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Dispatcher;
use crate::server::carrier::Asked;
use crate::server::store::{StoreError, handles::System};

/// Most attempts of other processes that are remembered; one that was forgotten waits once more.
const SEEN: usize = 10_000;

/// Attempts asked for in one round.
const PAGE: u32 = 200;

/// Questions to the carrier at once.
const AT_ONCE: usize = 8;

/// Older attempts are not looked up any more; a receipt still binds.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(72);

/// When the calls of this process began.
#[derive(Debug)]
pub(super) struct Calls {
    /// What is not in the map was begun before: by the process before this one, at the latest at our start; or, where several
    /// share a database, by another one at the latest when we first saw it.
    started: Duration,
    begun: BTreeMap<Uuid, Duration>,
    seen: BTreeMap<Uuid, Duration>,
    /// Where the next round goes on.
    after: Option<Uuid>,
}

impl Calls {
    pub(super) fn new(started: Duration) -> Self {
        Self { started, begun: BTreeMap::new(), seen: BTreeMap::new(), after: None }
    }
}

impl Dispatcher {
    fn with_calls<T>(&self, f: impl FnOnce(&mut Calls) -> T) -> T {
        f(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers when a call begins, for as long as that matters.
    pub(super) fn note_call(&self, attempt: Uuid) {
        let now = self.desk.clock.monotonic();
        let matters = self.pace.look_up_after;
        self.with_calls(|calls| {
            calls.begun.insert(attempt, now);
            // The oldest come first: attempts are named in the order of their time.
            while let Some(first) = calls.begun.first_entry()
                && now.saturating_sub(*first.get()) > matters.saturating_mul(2)
            {
                first.remove();
            }
        });
    }

    /// True when the attempt's request can be nowhere on the way any more.
    fn is_settled(&self, attempt: Uuid) -> bool {
        let now = self.desk.clock.monotonic();
        let shared = self.desk.store.is_shared();
        self.with_calls(|calls| {
            let begun = match calls.begun.get(&attempt) {
                Some(begun) => *begun,
                None if shared => {
                    if calls.seen.len() >= SEEN && !calls.seen.contains_key(&attempt) {
                        // The oldest: attempts are named in the order of their time.
                        calls.seen.pop_first();
                    }
                    *calls.seen.entry(attempt).or_insert(now)
                }
                None => calls.started,
            };
            now.saturating_sub(begun) >= self.pace.look_up_after
        })
    }

    /// Looks some of the unknown attempts up and records what the list says; says how many were asked for. Nothing is sent
    /// by it.
    ///
    /// # Errors
    /// [`StoreError`]; the next round asks again.
    pub async fn look_up_unknown(&self) -> Result<usize, StoreError> {
        let ready = self.to_look_up().await?;
        let many = ready.len();
        self.look_up(ready).await.map(|()| many)
    }

    /// The attempts to ask for now.
    pub(super) async fn to_look_up(&self) -> Result<Vec<Asked>, StoreError> {
        let since = self.desk.clock.now().saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
        let after = self.with_calls(|calls| calls.after);
        let page = self.desk.store.to_look_up(since, after, PAGE).await?;
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        let last = page.last().map(|asked| asked.attempt);
        self.with_calls(|calls| calls.after = last.filter(|_| full));
        Ok(page.into_iter().filter(|asked| self.is_settled(asked.attempt)).collect())
    }

    /// Asks for these. Reads nothing from the store itself: it may stand still for a while, and would hold up others.
    pub(super) async fn look_up(&self, ready: Vec<Asked>) -> Result<(), StoreError> {
        let mut answers = futures_util::stream::iter(ready)
            .map(|asked| async move { (asked.attempt, self.carrier.look_up(&asked).await) })
            .buffer_unordered(AT_ONCE);
        while let Some((attempt, found)) = answers.next().await {
            System::record_look_up(&self.desk, attempt, found, self.carrier.list_is_authoritative()).await?;
        }
        Ok(())
    }
}
