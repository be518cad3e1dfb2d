//! Rows that are passed for a while: they hold up nothing but what must come after them.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Report, Wait, Worker};
use crate::client::journal::Waiting;
use crate::domain::ids::{ActId, ContactId};

/// Contacts that are given back wait for failed acts about some of them, which could not be done any more after it, until such an act was
/// tried so often.
const HELD_FOR: u32 = 30;

/// So often an act is tried that the server answers with something else each time; then what comes after it goes, and a person decides.
const TRIES: u32 = 5;

/// An act that failed and may be repeated.
#[derive(Debug)]
pub(super) struct Later {
    contact: Option<ContactId>,
    pub(super) wait: Wait,
    tries: u32,
}

impl Worker {
    /// True when all that waits was set aside.
    pub(super) fn all_aside(&self) -> bool {
        let now = self.clock.monotonic();
        let passed = (self.code.until > now && !self.aside.is_empty()) || !self.later.is_empty();
        passed && self.journal.next_waiting(|_| true, |row| self.is_aside(row, now)).is_none()
    }

    pub(super) fn is_aside(&self, row: &Waiting, now: Duration) -> bool {
        // Contacts given back before a failed act would take its person away; but not for ever.
        let last = row.contact.is_none() && self.later.values().any(|one| (1..HELD_FOR).contains(&one.tries));
        let later = self.later.get(&row.id).is_some_and(|one| one.wait.until > now);
        last || later || (self.code.until > now && self.aside.contains(&row.id))
    }

    /// It is tried again after the next try of the line, when others had their turn.
    ///
    /// `tried`: it was handed in, and not only passed.
    pub(super) fn set_later(&mut self, row: Waiting, tried: bool) {
        self.lanes.remove(&row.contact);
        let now = self.clock.monotonic();
        let line = if self.line.until == Duration::MAX { now } else { self.line.until.max(now) };
        let first = || Later { contact: row.contact, wait: Wait::default(), tries: 0 };
        let one = self.later.entry(row.id).or_insert_with(first);
        one.tries += u32::from(tried);
        one.wait.until = line + one.wait.backoff.next(&*self.ids);
    }

    /// The server has answered this one with something else as often as makes sense.
    pub(super) fn was_tried_enough(&self, row: Waiting) -> bool {
        self.later.get(&row.id).is_some_and(|one| one.tries + 1 >= TRIES)
    }

    /// What became of it nobody knows: a person decides, and what comes after it goes.
    pub(super) async fn give_up(&mut self, row: Waiting) {
        if let Err(error) = self.journal.mark_unknown(row.id).await {
            tracing::warn!(%error, "an act stays in its place: the journal could not be written");
            return self.set_later(row, true);
        }
        self.not_aside(row.id);
        self.report(Report::Unknown(row.id)).await;
    }

    /// When what is of unknown outcome is looked for again, at a server that cannot be asked twice.
    pub(super) fn plan_looks(&mut self) {
        if !self.idempotent {
            let in_the_air = &self.in_the_air;
            self.doubt.plan(self.clock.monotonic(), |id| in_the_air.contains_key(&id));
        }
    }

    /// How much waits. What is in the air at a server that cannot be asked twice is marked as unknown meanwhile, and waits all the same: else
    /// the number would go down and up with each try.
    pub(super) fn progress(&self) -> (u64, Option<Timestamp>) {
        let (waiting, oldest) = self.journal.progress();
        if self.idempotent || self.in_the_air.is_empty() {
            return (waiting, oldest);
        }
        let unknown = self.journal.unknown();
        let flying: Vec<_> = unknown.iter().filter_map(|id| self.in_the_air.get(id).copied()).collect();
        (waiting + u64::try_from(flying.len()).unwrap_or(u64::MAX), flying.into_iter().chain(oldest).min())
    }

    /// Says of an act that it stopped half-way, once, if it did.
    pub(super) async fn half_way(&mut self, id: Uuid) {
        let stopped = self.server.is_half_way(ActId(id));
        let news = if stopped { self.half_way.insert(id) } else { self.half_way.remove(&id) };
        if !news {
            return;
        }
        if let Err(error) = self.journal.mark_half_way(id, stopped).await {
            tracing::warn!(%error, "whether an act stopped half-way is not in the journal");
        }
        if stopped {
            self.report(Report::HalfWay(id)).await;
        }
    }

    pub(super) fn not_aside(&mut self, id: Uuid) {
        if let Some(one) = self.later.remove(&id) {
            // What came after it has its turn.
            let of_it = self.later.values_mut().filter(|other| other.contact == one.contact);
            of_it.for_each(|other| other.wait.until = Duration::ZERO);
        }
        if self.aside.remove(&id) && self.aside.is_empty() {
            self.code = Wait::default();
        }
    }
}
