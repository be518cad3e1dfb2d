//! What waits, in memory: ids only. The texts stay in the file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;

use crate::domain::ids::ContactId;

/// A row that waits for its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the order of confirmation.
    pub order: i64,
    /// Its id.
    pub id: Uuid,
    /// Whose; rows of one contact go in order, as do the rows that concern no contact.
    pub contact: Option<ContactId>,
    /// When it was confirmed.
    pub at: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) waiting: BTreeMap<i64, Waiting>,
    orders: HashMap<Uuid, i64>,
    unknown: HashSet<Uuid>,
}

/// One change of it, made after the commit that it mirrors.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Waits(Waiting),
    Unknown(Uuid),
    Decided(Uuid),
}

impl Index {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Waits(row) => {
                self.unknown.remove(&row.id);
                self.orders.insert(row.id, row.order);
                self.waiting.insert(row.order, row);
            }
            Change::Unknown(id) => {
                self.take(id);
                self.unknown.insert(id);
            }
            Change::Decided(id) => {
                self.take(id);
                self.unknown.remove(&id);
            }
        }
    }

    fn take(&mut self, id: Uuid) {
        if let Some(order) = self.orders.remove(&id) {
            self.waiting.remove(&order);
        }
    }
}

/// The index and a bell that rings with each change.
#[derive(Debug)]
pub(super) struct Shared {
    index: Mutex<Index>,
    bell: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn new(rows: Vec<Change>) -> Self {
        let mut index = Index::default();
        rows.into_iter().for_each(|row| index.apply(row));
        Self { index: Mutex::new(index), bell: watch::Sender::new(0) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn apply(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        {
            let mut index = self.lock();
            changes.into_iter().for_each(|change| index.apply(change));
        }
        self.bell.send_modify(|n| *n += 1);
    }

    pub(super) fn unsettled(&self) -> u64 {
        let index = self.lock();
        u64::try_from(index.waiting.len() + index.unknown.len()).unwrap_or(u64::MAX)
    }

    pub(super) fn unknown(&self) -> Vec<Uuid> {
        self.lock().unknown.iter().copied().collect()
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}
