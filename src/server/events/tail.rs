//! The one reader of the table of events in this process, and the queues that it fills.
//!
//! A thousand consoles must not mean a thousand looks at the table for each commit. So one task reads each event once, keeps
//! the newest ones in memory, and puts each into the queues of those whom it concerns: whoever is not concerned is not even
//! woken. A queue is short. Whose line takes less than what comes is dropped from it and finds its place again by itself: in
//! what is kept here, then in the table, and when that would be more to read than everything anew, by a snapshot. A row that cannot
//! be read holds up nobody: those whom it may concern get a snapshot in its place. Words are kept here no longer than the table keeps
//! them: of whoever is erased nothing stays, and nothing is older than [`Keeps::hours`].

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::response::sse;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api::event::{ERASED, Event, EventKind, repeats};
use crate::domain::ids::{CampaignId, ContactId, PersonId};
use crate::env::SystemClock;
use crate::server::metrics;
use crate::server::store::{SharedStore, StoreError, query::Told};

/// Events read at once.
const PAGE: u32 = 1_000;
/// So many events from before the start are read at first, for consoles that come over from another process.
const BEFORE_START: u64 = 10_000;
/// Between two tries while the store gives no answer.
const AGAIN: Duration = Duration::from_secs(1);

/// How much is kept for whom.
#[derive(Debug, Clone, Copy)]
pub struct Keeps {
    /// Events that wait for one console, at most.
    pub queue: usize,
    /// Bytes of the newest events, kept for consoles that find their place again.
    pub bytes: usize,
    /// Whoever has missed more events than this, of everybody's together, reads everything anew.
    pub gap: u64,
    /// Older events are not kept, in hours: words whose time is over are removed from the table, after a day at the earliest.
    pub hours: i64,
}

impl Default for Keeps {
    fn default() -> Self {
        Self { queue: 256, bytes: 32 * 1024 * 1024, gap: 50_000, hours: 12 }
    }
}

/// One event as it goes over every line that it concerns.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) seq: u64,
    at: Timestamp,
    name: String,
    data: String,
    /// Whose name or words it repeats.
    repeats: Option<ContactId>,
}

/// The word by which an event is told from others.
#[derive(Deserialize)]
struct Named {
    event: String,
}

impl Line {
    /// None for a row that is none of the contract's, or says what the contract says in other words: no console of this version
    /// could read it. An event that only another version knows is passed on as it stands, for consoles of that version.
    fn of(told: &Told) -> Option<Self> {
        let known = serde_json::from_str(&told.payload).ok()?;
        let name = match known {
            EventKind::Unknown => serde_json::from_str::<Named>(&told.payload).ok()?.event,
            known => super::name(&known).to_owned(),
        };
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let rest = told.payload.strip_prefix('{').filter(|_| plain)?;
        let data = format!(r#"{{"seq":{},"at":"{}",{rest}"#, told.seq, told.at);
        Some(Self { seq: told.seq, at: told.at, name, data, repeats: repeats(&told.payload) })
    }

    /// What the table has in place of one that repeats the name or words of somebody who was erased.
    fn emptied(&self, contact: ContactId) -> Self {
        let what = EventKind::Gone { contact, why: ERASED.to_owned(), who: None };
        let name = super::name(&what).to_owned();
        let data = serde_json::to_string(&Event { seq: self.seq, at: self.at, what }).unwrap_or_default();
        Self { seq: self.seq, at: self.at, name, data, repeats: None }
    }

    /// In place of one that cannot be read: whoever it may have concerned reads everything anew.
    fn instead_of(told: &Told) -> Self {
        let what = EventKind::Snapshot { seq: told.seq };
        let name = super::name(&what).to_owned();
        let data = serde_json::to_string(&Event { seq: told.seq, at: told.at, what }).unwrap_or_default();
        Self { seq: told.seq, at: told.at, name, data, repeats: None }
    }

    /// As it is written.
    pub(super) fn sse(&self) -> sse::Event {
        sse::Event::default().event(&self.name).data(&self.data).id(self.seq.to_string())
    }

    /// What it takes in memory, about.
    fn size(&self) -> usize {
        self.data.len() + self.name.len() + 160
    }
}

/// Whose an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// One person's.
    Person(PersonId),
    /// The captains'.
    Captains,
    /// Everybody's in the campaign.
    All,
}

impl Whose {
    fn concerns(self, reader: &Who) -> bool {
        match self {
            Self::Person(person) => person == reader.person,
            Self::Captains => reader.captain,
            Self::All => true,
        }
    }
}

/// Who reads a feed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    pub(super) campaign: CampaignId,
    pub(super) person: PersonId,
    /// Sees what is for captains.
    pub(super) captain: bool,
}

#[derive(Debug)]
struct Kept {
    campaign: CampaignId,
    whose: Whose,
    line: Arc<Line>,
}

#[derive(Debug)]
struct Reader {
    number: u64,
    who: Who,
    /// It has all up to here.
    after: u64,
    queue: mpsc::Sender<Arc<Line>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Course {
    #[default]
    NotBegun,
    Runs,
    /// The store gives no answer, or is gone.
    Broken,
}

#[derive(Debug, Default)]
struct Hub {
    course: Course,
    /// Everything up to here was told.
    at: u64,
    /// What is kept begins after this one.
    since: u64,
    kept: VecDeque<Kept>,
    bytes: usize,
    readers: HashMap<CampaignId, HashMap<PersonId, Vec<Reader>>>,
    numbers: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Tail {
    keeps: Keeps,
    hub: Arc<Mutex<Hub>>,
    reads: Arc<AtomicU64>,
    tasks: TaskTracker,
}

/// A console's place in what is told: what concerns it, in order, until it is dropped from it.
#[derive(Debug)]
pub(super) struct Place {
    number: u64,
    who: Who,
    hub: Weak<Mutex<Hub>>,
    queue: mpsc::Receiver<Arc<Line>>,
}

impl Place {
    /// The next one; none when it was dropped, and has to find its place again.
    pub(super) async fn next(&mut self) -> Option<Arc<Line>> {
        self.queue.recv().await
    }

    /// False when it was dropped: what is not in it may be missing.
    pub(super) fn is_kept(&self) -> bool {
        !self.queue.is_closed()
    }

    /// The next one, if it is there already.
    pub(super) fn ready(&mut self) -> Option<Arc<Line>> {
        self.queue.try_recv().ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else { return };
        let mut hub = hub.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(people) = hub.readers.get_mut(&self.who.campaign) else { return };
        if let Some(readers) = people.get_mut(&self.who.person) {
            readers.retain(|reader| reader.number != self.number);
            if readers.is_empty() {
                people.remove(&self.who.person);
            }
        }
        if people.is_empty() {
            hub.readers.remove(&self.who.campaign);
        }
    }
}

/// Where a console finds its place again.
#[derive(Debug)]
pub(super) enum Join {
    /// Here: what it missed, and all that comes.
    Here(Vec<Arc<Line>>, Place),
    /// A part of what it missed; then it asks again.
    Part(Vec<Arc<Line>>),
    /// What it missed is not kept here any more: it is in the table, and `at` is the newest.
    Table {
        /// Everything up to here was told.
        at: u64,
    },
    /// The same, and it is too much to be read: a snapshot at `at`.
    TooOld {
        /// Everything up to here was told.
        at: u64,
    },
    /// Nobody tells anything: it had better ask another server.
    Nowhere,
}

impl Tail {
    /// One that keeps so much.
    #[must_use]
    pub fn keeping(keeps: Keeps) -> Self {
        Self { keeps, ..Self::default() }
    }

    /// How often the table was read so far, for whomever.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Open feeds that are told of what happens.
    #[must_use]
    pub fn readers(&self) -> usize {
        lock(&self.hub).readers.values().flat_map(HashMap::values).map(Vec::len).sum()
    }

    /// Everything up to here was put into the queues.
    pub(super) fn at(&self) -> u64 {
        lock(&self.hub).at
    }

    /// Waits until nothing more is read, after the server was told to stop.
    pub async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The first console begins the reading, which goes on until `stop`.
    pub(super) fn begin(&self, store: &SharedStore, stop: &CancellationToken) {
        let mut hub = lock(&self.hub);
        if hub.course != Course::NotBegun || stop.is_cancelled() {
            return;
        }
        let wake = store.wake();
        hub.course = Course::Runs;
        hub.at = wake.borrow().saturating_sub(BEFORE_START);
        hub.since = hub.at;
        let reading = Reading {
            hub: Arc::clone(&self.hub),
            reads: Arc::clone(&self.reads),
            keeps: self.keeps,
            store: store.clone(),
        };
        let stop = stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = reading.run(wake) => {}
            }
            reading.break_off();
        });
    }

    /// Keeps nothing that was decided too long before `now`.
    pub(super) fn forget_old(&self, now: Timestamp) {
        lock(&self.hub).forget_old(now, self.keeps);
    }

    /// Finds the place of `who` after event `after`.
    pub(super) fn join(&self, who: Who, after: u64) -> Join {
        let mut hub = lock(&self.hub);
        if hub.course != Course::Runs {
            return Join::Nowhere;
        }
        let at = hub.at;
        if after < hub.since {
            let gap = at.saturating_sub(after);
            return if gap > self.keeps.gap { Join::TooOld { at } } else { Join::Table { at } };
        }
        let from = hub.kept.partition_point(|kept| kept.line.seq <= after);
        let missed = hub.kept.iter().skip(from);
        let missed = missed.filter(|kept| kept.campaign == who.campaign && kept.whose.concerns(&who));
        let mut missed: Vec<_> = missed.map(|kept| Arc::clone(&kept.line)).take(self.keeps.queue + 1).collect();
        if missed.len() > self.keeps.queue {
            missed.pop();
            return Join::Part(missed);
        }
        let (tell, queue) = mpsc::channel(self.keeps.queue);
        hub.numbers += 1;
        let number = hub.numbers;
        let reader = Reader { number, who, after, queue: tell };
        hub.readers.entry(who.campaign).or_default().entry(who.person).or_default().push(reader);
        Join::Here(missed, Place { number, who, hub: Arc::downgrade(&self.hub), queue })
    }
}

fn lock(hub: &Mutex<Hub>) -> MutexGuard<'_, Hub> {
    hub.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// Tells of what was read, and keeps it.
    fn take(&mut self, told: &[Told], keeps: Keeps) {
        for one in told {
            self.at = self.at.max(one.seq);
            let whose = match (one.person, one.captains_only) {
                (Some(person), _) => Whose::Person(person),
                (None, true) => Whose::Captains,
                (None, false) => Whose::All,
            };
            let line = Line::of(one).unwrap_or_else(|| {
                tracing::error!(
                    seq = one.seq,
                    campaign = one.campaign.0,
                    "an event cannot be read: its consoles read everything anew"
                );
                metrics::unreadable_event();
                Line::instead_of(one)
            });
            let line = Arc::new(line);
            self.deliver(one.campaign, whose, &line);
            if line.name == "gone" {
                self.forget_erased(&one.payload);
            }
            self.bytes += line.size();
            self.kept.push_back(Kept { campaign: one.campaign, whose, line });
        }
        while self.bytes > keeps.bytes
            && let Some(oldest) = self.kept.pop_front()
        {
            self.bytes -= oldest.line.size();
            self.since = oldest.line.seq;
        }
        if let Some(newest) = told.last() {
            self.forget_old(newest.at, keeps);
        }
    }

    fn forget_old(&mut self, now: Timestamp, keeps: Keeps) {
        let oldest = now.saturating_sub(SignedDuration::from_hours(keeps.hours)).unwrap_or(Timestamp::MIN);
        while let Some(old) = self.kept.pop_front_if(|kept| kept.line.at < oldest) {
            self.bytes -= old.line.size();
            self.since = old.line.seq;
        }
    }

    /// Somebody was erased: what is kept tells of them what the table does now.
    fn forget_erased(&mut self, payload: &str) {
        let Ok(EventKind::Gone { contact, why, .. }) = serde_json::from_str(payload) else { return };
        if why != ERASED {
            return;
        }
        for kept in self.kept.iter_mut().filter(|kept| kept.line.repeats == Some(contact)) {
            let emptied = Arc::new(kept.line.emptied(contact));
            self.bytes = (self.bytes + emptied.size()).saturating_sub(kept.line.size());
            kept.line = emptied;
        }
    }

    fn deliver(&mut self, campaign: CampaignId, whose: Whose, line: &Arc<Line>) {
        let Some(people) = self.readers.get_mut(&campaign) else { return };
        let tell = |readers: &mut Vec<Reader>| {
            // Whose queue is full is dropped from it here, and sees it when it has read what is in it.
            readers.retain(|reader| {
                let wanted = line.seq > reader.after && whose.concerns(&reader.who);
                !wanted || reader.queue.try_send(Arc::clone(line)).is_ok()
            });
        };
        match whose {
            Whose::Person(person) => people.get_mut(&person).into_iter().for_each(tell),
            Whose::Captains | Whose::All => people.values_mut().for_each(tell),
        }
    }
}

/// The task.
struct Reading {
    hub: Arc<Mutex<Hub>>,
    reads: Arc<AtomicU64>,
    keeps: Keeps,
    store: SharedStore,
}

impl Reading {
    /// Until the store is gone.
    async fn run(&self, mut wake: tokio::sync::watch::Receiver<u64>) {
        let machine = SystemClock::shared();
        loop {
            // What is committed after this look wakes us again.
            wake.mark_unchanged();
            let mut done = self.catch_up().await;
            if done.is_err() {
                // A connection that had ended while nobody used it.
                done = self.catch_up().await;
            }
            match done {
                Ok(()) => lock(&self.hub).course = Course::Runs,
                Err(error) => {
                    tracing::warn!(%error, "the feeds are cut: the store gives no answer");
                    self.break_off();
                    machine.sleep(AGAIN).await;
                    continue;
                }
            }
            if wake.changed().await.is_err() {
                return;
            }
        }
    }

    async fn catch_up(&self) -> Result<(), StoreError> {
        loop {
            let after = lock(&self.hub).at;
            self.reads.fetch_add(1, Ordering::Relaxed);
            let told = self.store.told(after, PAGE).await?;
            lock(&self.hub).take(&told, self.keeps);
            if told.len() < PAGE as usize {
                return Ok(());
            }
        }
    }

    /// Nobody is told anything any more; every feed ends, and its console asks again, perhaps another server.
    fn break_off(&self) {
        let mut hub = lock(&self.hub);
        hub.course = Course::Broken;
        hub.readers.clear();
    }
}

#[cfg(test)]
#[path = "tail_tests.rs"]
mod tests;
