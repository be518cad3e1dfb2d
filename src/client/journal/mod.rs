//! The journal: what a person confirmed, on disk before the screen moves on.
//!
//! One SQLite file for each sign-in, in a directory of its owner's alone. Every name, number and text in it is sealed
//! (`seal`); order, state and ids are not. One task owns the connection (`keeper`); a [`Journal`] is a handle to it.
//!
//! - [`Journal::confirm`] returns after the synced commit and not before.
//! - A row goes only when the server's feed has echoed it, or its stored verdict was read back where no feed will
//!   ([`Journal::echoed`]).
//! - One console at a time: a second one gets [`JournalError::InUse`].
//! - A damaged file is kept aside; what can be read of it goes on.
//! - Each confirmed text gets its place in the device's ledger (`chain`) in the commit that holds it.
//!
//! What a disk may still do: when a sync fails and so does the second try, the act is reported as not journaled; should
//! the machine stop before the next good commit, the row may be found after all, and is then handed in with its id.
//! For a first text the server's constraint makes that harmless.

mod chain;
mod files;
mod held;
mod index;
mod keeper;
mod keys;
mod salvage;
mod seal;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

pub use self::held::{Held, Tally};
pub use self::index::Waiting;
pub use self::keys::{Key, KeyPlace, Keychain, KeychainError, SystemKeychain};

use self::chain::Chain;
use self::files::Files;
use self::index::{Change, Shared};
use self::keeper::{Job, Keeper, Pending, PendingDrafts};
use self::salvage::Meta;
use self::seal::{Sealer, Unsealable};
use self::table::Write;
use crate::api::message::Verdict;
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use crate::domain::{
    ids::{ContactId, DeviceId, PersonId},
    ledger::Link,
};
use crate::env::{SharedClock, SharedIds};

/// Confirms that may wait for the disk before a further one is refused.
const CONFIRM_QUEUE: usize = 256;
const JOB_QUEUE: usize = 256;

/// Why the journal could not do it. The text is fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Another console holds it.
    #[error("another textbank console with this sign-in is open (it holds {}); leave that one first", .0.display())]
    InUse(PathBuf),
    /// No room.
    #[error("the disk is full")]
    DiskFull,
    /// It may not be written.
    #[error("the disk or directory is read-only")]
    ReadOnly,
    /// The machine said no.
    #[error("the disk failed: {0}")]
    Io(String),
    /// Bytes that are not what was written.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
    /// A newer textbank wrote it.
    #[error("the journal was written by a newer textbank (version {found}, this one knows {known})")]
    Newer {
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// The key is in a keychain that does not give it.
    #[error(
        "the journal's key is in the keychain, and it does not give it ({0}); unlock it and start again. Nothing is lost"
    )]
    KeyElsewhere(String),
    /// Not wiped: so many acts have no verdict yet.
    #[error("{0} confirmed acts have not been handed in")]
    Unsettled(u64),
    /// The disk is too slow: too many confirms wait.
    #[error("the disk does not keep up")]
    Busy,
    /// It was closed or wiped.
    #[error("the journal is closed")]
    Closed,
}

impl From<std::io::Error> for JournalError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for JournalError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) => {
                // SQLite's extended code; its low byte is the kind.
                let code = inner.code().and_then(|code| code.parse::<i64>().ok()).unwrap_or(1);
                match code & 0xff {
                    13 => Self::DiskFull,
                    8 => Self::ReadOnly,
                    // Corrupt, not a database, and the format faults that a bent page shows as.
                    11 | 26 | 1 => Self::Damaged(inner.message().to_owned()),
                    _ => Self::Io(format!("{} (SQLite {code})", inner.message())),
                }
            }
            sqlx::Error::Io(inner) => Self::Io(inner.to_string()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                Self::Damaged("a row is not of this journal".into())
            }
            other => Self::Io(other.to_string()),
        }
    }
}

impl From<Unsealable> for JournalError {
    fn from(error: Unsealable) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Where an act stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// On disk, no verdict yet.
    Confirmed,
    /// The server has it.
    Accepted,
    /// The server said no, for good.
    Refused,
    /// Whether the server has it is not known; never resent by itself.
    Unknown,
    /// The server said no for now: a new press may mend it.
    Parked,
    /// Taken back by the person before it was handed in.
    Discarded,
}

impl State {
    /// The word as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Parked => "parked",
            Self::Discarded => "discarded",
        }
    }

    /// The state of a stored word.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Accepted, Self::Refused, Self::Unknown, Self::Parked, Self::Discarded]
            .into_iter()
            .find(|state| state.as_str() == word)
    }

    /// The state that a verdict leads to.
    #[must_use]
    pub fn after(verdict: &Verdict) -> Self {
        table::state_after(verdict)
    }
}

/// What was found at opening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// Acts that still wait for a verdict.
    pub recovered: u64,
    /// Set when the file was damaged.
    pub damaged: Option<Damage>,
}

/// A damaged journal and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What was wrong.
    pub why: String,
    /// Where the damaged file was put.
    pub kept: PathBuf,
    /// Acts saved from it.
    pub acts: u64,
    /// Drafts saved from it.
    pub drafts: u64,
    /// Acts that were there but did not open. Rows that could not even be read are not counted.
    pub lost: u64,
}

/// How to wipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wipe {
    /// Not while acts wait for their verdict.
    SpareUnsettled,
    /// Even then: they are lost. Only when a person was shown the number.
    Everything,
}

/// Where the key is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLocation {
    /// In a file that only its owner may read.
    File(PathBuf),
    /// In the keychain of this name.
    Keychain(&'static str),
}

/// A handle to the open journal. Cheap to clone; the file closes when the last handle is gone.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    confirms: mpsc::Sender<Pending>,
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    drafts: Arc<PendingDrafts>,
    sealer: Arc<Sealer>,
    files: Files,
    place: KeyPlace,
    /// Held until the row is queued: rows reach the keeper in their order, and so do their links.
    next_order: Mutex<i64>,
    meta: Mutex<Meta>,
}

/// The link that was minted last, as far as rows hold it.
fn newest_link(whole: &salvage::Whole) -> Result<Option<(i64, DeviceId, Link)>, JournalError> {
    for row in whole.acts.iter().rev() {
        if let ConfirmedWhat::Text(text) = row.open(&whole.sealer)?.what
            && let Some(link) = text.shown.link
        {
            return Ok(Some((row.order, text.shown.device, link)));
        }
    }
    Ok(None)
}

impl Journal {
    /// Opens the journal in `dir` (made when missing), within a Tokio runtime whose time is not paused.
    ///
    /// # Errors
    /// [`JournalError::InUse`] when another console holds it; [`JournalError::Newer`]; what the disk says.
    pub async fn open(dir: &Path, clock: &SharedClock, ids: &SharedIds) -> Result<(Self, Opened), JournalError> {
        Self::open_with(dir, clock, ids, KeyPlace::default()).await
    }

    /// As [`Self::open`], with the key where `place` says; a key found elsewhere is moved there.
    ///
    /// # Errors
    /// As [`Self::open`]; [`JournalError::KeyElsewhere`].
    pub async fn open_with(
        dir: &Path,
        clock: &SharedClock,
        ids: &SharedIds,
        place: KeyPlace,
    ) -> Result<(Self, Opened), JournalError> {
        let files = Files { dir: dir.to_owned() };
        files.make_dir()?;
        // It may wait a moment for the lock.
        let held = files.clone();
        let lock = tokio::task::spawn_blocking(move || held.take_lock()).await.map_err(std::io::Error::other)??;
        let whole = salvage::open(&files, &place, ids).await?;
        keys::settle(&files, &place, ids)?;
        let noted = whole.meta.chain.clone();
        let last = whole.acts.last().map_or(0, |act| act.order);
        // Orders are never given twice, though all rows may be gone: the chain's end is noted by them.
        let next = last.max(noted.as_ref().map_or(0, |noted| noted.order)).saturating_add(1);
        let chain = Chain::found(noted, newest_link(&whole)?, Arc::clone(clock), Arc::clone(ids));
        let changes = whole.acts.iter().filter_map(|act| match act.state.as_str() {
            "confirmed" => Some(Change::Waits(act.waiting())),
            "unknown" => Some(Change::Unknown(act.id)),
            _ => None,
        });
        let shared = Arc::new(Shared::new(changes.collect()));
        let drafts = Arc::new(PendingDrafts::default());
        let (confirms, confirm_queue) = mpsc::channel(CONFIRM_QUEUE);
        let (jobs, job_queue) = mpsc::channel(JOB_QUEUE);
        let keeper = Keeper {
            conn: whole.conn,
            sealer: Arc::clone(&whole.sealer),
            chain,
            shared: Arc::clone(&shared),
            drafts: Arc::clone(&drafts),
            files: files.clone(),
            place: place.clone(),
            lock,
        };
        // It ends by itself when the last handle is gone, and must finish its writes rather than be cancelled.
        tokio::spawn(keeper.run(confirm_queue, job_queue));
        let device = whole.meta.device;
        let journal = Self {
            inner: Arc::new(Inner {
                confirms,
                jobs,
                shared,
                drafts,
                sealer: whole.sealer,
                files,
                place,
                next_order: Mutex::new(next),
                meta: Mutex::new(whole.meta),
            }),
        };
        if device.is_none() {
            journal.set_device(DeviceId(ids.act_id(clock.now()))).await?;
        }
        let opened = Opened { recovered: journal.unsettled_count(), damaged: whole.damaged };
        Ok((journal, opened))
    }

    /// Where the key is.
    #[must_use]
    pub fn key_location(&self) -> KeyLocation {
        keys::location(&self.inner.files, &self.inner.place)
    }

    /// Puts an act into the journal. Returns after the synced commit. The same act twice is held once. A text's link in
    /// the ledger is minted here, whatever it said before.
    ///
    /// # Errors
    /// Whatever kept it from the disk: nothing was confirmed.
    pub async fn confirm(&self, act: &Confirmed) -> Result<(), JournalError> {
        self.confirm_soon(act)?.await.map_err(|_| JournalError::Closed)?.map(drop)
    }

    /// As [`Self::confirm`], in two steps: the order of confirmation is that of these calls, the receiver tells when it
    /// is on disk.
    ///
    /// # Errors
    /// [`JournalError::Busy`] when too many wait, [`JournalError::Closed`].
    pub fn confirm_soon(&self, act: &Confirmed) -> Result<oneshot::Receiver<Result<bool, JournalError>>, JournalError> {
        let permit = self.inner.confirms.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => JournalError::Busy,
            mpsc::error::TrySendError::Closed(()) => JournalError::Closed,
        })?;
        let act = Box::new(act.clone());
        let (reply, answer) = oneshot::channel();
        let mut next = self.inner.next_order.lock().unwrap_or_else(PoisonError::into_inner);
        permit.send(Pending { write: Write::Confirm { order: *next, act }, reply });
        *next += 1;
        Ok(answer)
    }

    /// Records a verdict. True when it is the first for this act; false when there was one, or no such act.
    ///
    /// # Errors
    /// What the disk says; the act then counts as waiting, and will get the same verdict again.
    pub async fn settle(&self, verdict: &Verdict) -> Result<bool, JournalError> {
        self.write(Write::Settle(verdict.clone())).await
    }

    /// The server's feed has echoed the verdict: the row may go. Without a verdict it stays.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn echoed(&self, id: Uuid) -> Result<(), JournalError> {
        self.write(Write::Echoed(id)).await.map(drop)
    }

    /// Marks an act as of unknown outcome. True when it waited until now.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn mark_unknown(&self, id: Uuid) -> Result<bool, JournalError> {
        self.write(Write::Unknown(id)).await
    }

    /// An act of unknown outcome certainly did not reach the server: it waits again.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn mark_waiting(&self, id: Uuid) -> Result<bool, JournalError> {
        self.write(Write::Waits(id)).await
    }

    /// An act that the server had accepted and knows nothing of any more waits again, under its own id. True when it does.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn mark_lost(&self, id: Uuid) -> Result<bool, JournalError> {
        self.write(Write::Lost(id)).await
    }

    /// Acts with a verdict that the server's feed has not echoed yet, in the order of confirmation.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn settled(&self) -> Result<Vec<Uuid>, JournalError> {
        self.ask(Job::Settled).await
    }

    /// One act.
    ///
    /// # Errors
    /// What the disk says; [`JournalError::Damaged`] when it does not open.
    pub async fn load(&self, id: Uuid) -> Result<Option<Confirmed>, JournalError> {
        self.ask(|reply| Job::Load(id, reply)).await
    }

    /// Acts without a verdict, those of unknown outcome among them, in the order of confirmation.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn open_acts(&self) -> Result<Vec<Confirmed>, JournalError> {
        self.ask(Job::OpenActs).await
    }

    /// Acts without a verdict, those of unknown outcome among them.
    #[must_use]
    pub fn unsettled_count(&self) -> u64 {
        self.inner.shared.unsettled()
    }

    /// Acts that wait to be handed in, in the order of confirmation.
    #[must_use]
    pub fn waiting(&self) -> Vec<Uuid> {
        self.inner.shared.lock().waiting.values().map(|row| row.id).collect()
    }

    /// Acts of unknown outcome.
    #[must_use]
    pub fn unknown(&self) -> Vec<Uuid> {
        self.inner.shared.unknown()
    }

    /// How many wait, and since when the oldest does.
    #[must_use]
    pub fn progress(&self) -> (u64, Option<jiff::Timestamp>) {
        let index = self.inner.shared.lock();
        let waiting = u64::try_from(index.waiting.len()).unwrap_or(u64::MAX);
        (waiting, index.waiting.first_key_value().map(|(_, row)| row.at))
    }

    /// The first waiting row that `free` accepts, in order; rows of one contact behind a refused one are not offered.
    /// A row that concerns no contact (giving contacts back) concerns all: it is offered when nothing waits before it, and
    /// nothing behind it is offered until it is decided. Handed in too early it would take what was confirmed before it
    /// out of the person's hands.
    /// Rows that are `aside` are passed as if they were not there; true: one of the same contact was (or, for a row that
    /// concerns no contact, another such).
    #[must_use]
    pub fn next_waiting(
        &self,
        free: impl Fn(&Waiting) -> bool,
        aside: impl Fn(&Waiting) -> bool,
    ) -> Option<(Waiting, bool)> {
        let index = self.inner.shared.lock();
        let (mut passed, mut set_aside) = (HashSet::new(), HashSet::new());
        let mut first = true;
        for row in index.waiting.values() {
            if aside(row) {
                set_aside.insert(row.contact);
                continue;
            }
            if row.contact.is_none() {
                return (first && free(row)).then(|| (*row, set_aside.contains(&None)));
            }
            first = false;
            if !passed.contains(&row.contact) {
                if free(row) {
                    return Some((*row, set_aside.contains(&row.contact)));
                }
                passed.insert(row.contact);
            }
        }
        None
    }

    /// Rings with each change of what waits.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.shared.subscribe()
    }

    /// All drafts, by contact.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn drafts(&self) -> Result<Vec<(ContactId, String)>, JournalError> {
        self.ask(Job::ReadDrafts).await
    }

    /// When somebody's draft was last written; none of one that an earlier version kept, or that came back from the outbox.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn draft_written(&self, contact: ContactId) -> Result<Option<Timestamp>, JournalError> {
        let kept = self.ui_get(&table::draft_written(contact)).await?;
        Ok(kept.and_then(|at| serde_json::from_value(at).ok()))
    }

    /// Keeps a draft; an empty one is forgotten. Of several for one contact that wait, only the last is written.
    ///
    /// # Errors
    /// What the disk says; the draft is then tried again with the next one.
    pub async fn save_draft(&self, contact: ContactId, text: &str) -> Result<(), JournalError> {
        self.put_draft(contact, text);
        self.flush_drafts().await
    }

    /// Takes a draft down in memory, in the order of the calls; [`Self::flush_drafts`] writes it.
    pub fn put_draft(&self, contact: ContactId, text: &str) {
        self.inner.drafts.put(contact, text.to_owned());
    }

    /// Writes the drafts taken down.
    ///
    /// # Errors
    /// What the disk says; they are kept for the next time.
    pub async fn flush_drafts(&self) -> Result<(), JournalError> {
        self.ask(Job::Drafts).await
    }

    /// Something of the console's own (a width, a filter) kept over restarts. The key is not sealed: no names in it.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn ui_get(&self, key: &str) -> Result<Option<serde_json::Value>, JournalError> {
        let key = key.to_owned();
        self.ask(|reply| Job::ReadUi(key, reply)).await
    }

    /// See [`Self::ui_get`].
    ///
    /// # Errors
    /// What the disk says.
    pub async fn ui_set(&self, key: &str, value: &serde_json::Value) -> Result<(), JournalError> {
        let value = self.inner.sealer.seal(table::ui_place(key), value)?;
        self.write(Write::Ui { key: key.to_owned(), value }).await.map(drop)
    }

    /// Takes down that an act of several calls stopped between them, or that it did not after all: for whoever looks without a server. It
    /// goes with the act.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn mark_half_way(&self, id: Uuid, half_way: bool) -> Result<(), JournalError> {
        let key = table::half_way(id);
        if half_way { self.ui_set(&key, &true.into()).await } else { self.write(Write::Forget(key)).await.map(drop) }
    }

    /// What a server's client keeps of an act until it has its verdict; it goes with the act. See [`crate::client::Memo`].
    ///
    /// # Errors
    /// What the disk says.
    pub async fn memo(&self, id: Uuid) -> Result<Option<serde_json::Value>, JournalError> {
        self.ui_get(&table::memo(id)).await
    }

    /// Writes that.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn set_memo(&self, id: Uuid, value: &serde_json::Value) -> Result<(), JournalError> {
        self.ui_set(&table::memo(id), value).await
    }

    /// See [`Self::mark_half_way`].
    ///
    /// # Errors
    /// What the disk says.
    pub async fn is_half_way(&self, id: Uuid) -> Result<bool, JournalError> {
        Ok(self.ui_get(&table::half_way(id)).await? == Some(true.into()))
    }

    /// This installation's id; minted at the first opening.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        self.meta().device
    }

    /// Sets the installation's id (when one was named at joining).
    ///
    /// # Errors
    /// What the disk says.
    pub async fn set_device(&self, device: DeviceId) -> Result<(), JournalError> {
        let value = self.inner.sealer.seal(table::meta_place("device"), &device)?;
        self.write(Write::Meta { key: "device", value }).await?;
        self.meta().device = Some(device);
        Ok(())
    }

    /// Whose journal it is, once known.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.meta().person
    }

    /// Says whose journal it is.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn set_person(&self, person: PersonId) -> Result<(), JournalError> {
        let value = self.inner.sealer.seal(table::meta_place("person"), &person)?;
        self.write(Write::Meta { key: "person", value }).await?;
        self.meta().person = Some(person);
        Ok(())
    }

    /// Destroys the key and every file. Afterwards this journal is closed.
    ///
    /// # Errors
    /// [`JournalError::Unsettled`] when acts wait and `how` spares them (nothing is destroyed then); what the disk says.
    pub async fn wipe(&self, how: Wipe) -> Result<(), JournalError> {
        self.ask(|reply| Job::Wipe(how, reply)).await
    }

    /// Writes what is pending and closes the file; other handles get [`JournalError::Closed`] from now on.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn close(&self) -> Result<(), JournalError> {
        self.ask(Job::Close).await
    }

    /// Lets the file grow no further, or lets it grow again: how a simulator fills a disk and makes room.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn may_grow(&self, may: bool) -> Result<(), JournalError> {
        self.ask(|reply| Job::Grow(may, reply)).await
    }

    fn meta(&self) -> std::sync::MutexGuard<'_, Meta> {
        self.inner.meta.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, write: Write) -> Result<bool, JournalError> {
        self.ask(|reply| Job::Write(Pending { write, reply })).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, JournalError>>) -> Job,
    ) -> Result<T, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.inner.jobs.send(job(reply)).await.map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    /// Runs a statement on the connection: how tests make a disk full or read-only.
    #[cfg(test)]
    pub(crate) async fn raw(&self, sql: &'static str) -> Result<(), JournalError> {
        self.ask(|reply| Job::Raw(sql, reply)).await
    }
}
