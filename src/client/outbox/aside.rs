//! Rows that are passed for a while: they hold up nothing but what must come after them.

use std::time::Duration;

use uuid::Uuid;

use super::{Wait, Worker};
use crate::client::journal::Waiting;

impl Worker {
    /// True when all that waits was set aside.
    pub(super) fn all_aside(&self) -> bool {
        let now = self.clock.monotonic();
        let passed = (self.code.until > now && !self.aside.is_empty()) || !self.later.is_empty();
        let free = |row: &Waiting| row.contact.is_some() || self.later.is_empty();
        passed && self.journal.next_waiting(free, |row| self.is_aside(row.id, now)).is_none()
    }

    pub(super) fn is_aside(&self, id: Uuid, now: Duration) -> bool {
        let later = self.later.get(&id).is_some_and(|(_, wait)| wait.until > now);
        later || (self.code.until > now && self.aside.contains(&id))
    }

    /// It is tried again after the next try of the line, when others had their turn.
    pub(super) fn set_later(&mut self, row: Waiting) {
        self.lanes.remove(&row.contact);
        let now = self.clock.monotonic();
        let line = if self.line.until == Duration::MAX { now } else { self.line.until.max(now) };
        let (_, wait) = self.later.entry(row.id).or_insert((row.contact, Wait::default()));
        wait.until = line + wait.backoff.next(&*self.ids);
    }

    pub(super) fn not_aside(&mut self, id: Uuid) {
        if let Some((contact, _)) = self.later.remove(&id) {
            // What came after it has its turn.
            let of_it = self.later.values_mut().filter(|(of, _)| *of == contact);
            of_it.for_each(|(_, wait)| wait.until = Duration::ZERO);
        }
        if self.aside.remove(&id) && self.aside.is_empty() {
            self.code = Wait::default();
        }
    }
}
