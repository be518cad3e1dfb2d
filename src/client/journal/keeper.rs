//! The one task that writes. Confirms go first; what has gathered shares a commit.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{Connection, Row, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::chain::Chain;
use super::files::Files;
use super::held::{self, Held};
use super::index::Shared;
use super::keys::{self, KeyPlace};
use super::seal::Sealer;
use super::table::{self, Done, StoredAct, Write};
use super::{JournalError, Wipe};
use crate::console::core::shared::msg::Confirmed;
use crate::domain::ids::ContactId;
use crate::mutation::{self, Mutation};

/// Most writes in one commit.
const BATCH: usize = 64;

type Reply<T> = oneshot::Sender<Result<T, JournalError>>;

/// Drafts that wait to be written: the latest per contact.
#[derive(Debug, Default)]
pub(super) struct PendingDrafts(Mutex<BTreeMap<ContactId, String>>);

impl PendingDrafts {
    pub(super) fn put(&self, contact: ContactId, text: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(contact, text);
    }

    fn take(&self) -> Vec<Write> {
        let map = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        map.into_iter().map(|(contact, text)| Write::Draft { contact, text }).collect()
    }

    /// Puts back what could not be written, unless something newer came.
    fn put_back(&self, writes: Vec<Write>) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for write in writes {
            if let Write::Draft { contact, text } = write {
                map.entry(contact).or_insert(text);
            }
        }
    }
}

/// A write and who waits for it.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) write: Write,
    /// Told whether anything changed.
    pub(super) reply: Reply<bool>,
}

/// Something to do, in order.
#[derive(Debug)]
pub(super) enum Job {
    Write(Pending),
    Drafts(Reply<()>),
    Load(Uuid, Reply<Option<Confirmed>>),
    OpenActs(Reply<Vec<Confirmed>>),
    Settled(Reply<Vec<Uuid>>),
    Held(Reply<Vec<Held>>),
    ReadDrafts(Reply<Vec<(ContactId, String)>>),
    ReadUi(String, Reply<Option<serde_json::Value>>),
    Wipe(Wipe, Reply<()>),
    Close(Reply<()>),
    Grow(bool, Reply<()>),
    #[cfg(test)]
    Raw(&'static str, Reply<()>),
}

/// Owns the connection, the key and the lock.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) conn: SqliteConnection,
    pub(super) sealer: Arc<Sealer>,
    pub(super) chain: Chain,
    pub(super) shared: Arc<Shared>,
    pub(super) drafts: Arc<PendingDrafts>,
    pub(super) files: Files,
    pub(super) place: KeyPlace,
    pub(super) lock: File,
}

impl Keeper {
    /// Works until all handles are gone, or the journal is closed or wiped.
    pub(super) async fn run(mut self, mut confirms: mpsc::Receiver<Pending>, mut jobs: mpsc::Receiver<Job>) {
        let mut put_off: Option<Job> = None;
        let mut late = Vec::new();
        loop {
            let job = match put_off.take() {
                Some(job) => job,
                None => {
                    let next = tokio::select! {
                        biased;
                        Some(pending) = confirms.recv() => Some(Job::Write(pending)),
                        Some(job) = jobs.recv() => Some(job),
                        else => None,
                    };
                    let Some(job) = next else { break };
                    job
                }
            };
            match job {
                Job::Write(first) => {
                    let mut batch = vec![first];
                    while batch.len() < BATCH {
                        if let Ok(pending) = confirms.try_recv() {
                            batch.push(pending);
                            continue;
                        }
                        match jobs.try_recv() {
                            Ok(Job::Write(pending)) => batch.push(pending),
                            Ok(other) => {
                                put_off = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    if mutation::on(Mutation::JournalForgets) {
                        batch = answered_before_the_disk_has_it(batch, &mut late);
                    }
                    self.write(batch).await;
                }
                Job::Drafts(reply) => answer(reply, self.flush_drafts().await),
                Job::Load(id, reply) => answer(reply, self.load(id).await),
                Job::OpenActs(reply) => answer(reply, self.open_acts().await),
                Job::Settled(reply) => answer(reply, self.settled().await),
                Job::Held(reply) => answer(reply, held::read(&mut self.conn, &self.sealer).await),
                Job::ReadDrafts(reply) => {
                    let flushed = self.flush_drafts().await;
                    let read = match flushed {
                        Ok(()) => read_drafts(&mut self.conn, &self.sealer).await,
                        Err(error) => Err(error),
                    };
                    answer(reply, read);
                }
                Job::ReadUi(key, reply) => answer(reply, self.read_ui(&key).await),
                Job::Wipe(how, reply) => {
                    let unsettled = self.shared.unsettled();
                    if how == Wipe::SpareUnsettled && unsettled > 0 {
                        answer(reply, Err(JournalError::Unsettled(unsettled)));
                        continue;
                    }
                    let (files, place) = (self.files.clone(), self.place.clone());
                    let lock = self.end().await;
                    // The key first; a keychain that will not forget it keeps nothing that is still sealed with it.
                    let forgotten = keys::forget(&files, &place);
                    answer(reply, files.destroy().map_err(JournalError::from).and(forgotten));
                    drop(lock);
                    return;
                }
                Job::Close(reply) => {
                    while let Ok(pending) = confirms.try_recv() {
                        self.write(vec![pending]).await;
                    }
                    let flushed = self.flush_drafts().await;
                    drop(self.end().await);
                    answer(reply, flushed);
                    return;
                }
                Job::Grow(may, reply) => {
                    let sql = if may { "PRAGMA max_page_count = 4294967294" } else { "PRAGMA max_page_count = 1" };
                    let set = sqlx::raw_sql(sql).execute(&mut self.conn).await;
                    answer(reply, set.map(drop).map_err(JournalError::from));
                }
                #[cfg(test)]
                Job::Raw(sql, reply) => {
                    answer(
                        reply,
                        sqlx::raw_sql(sql).execute(&mut self.conn).await.map(drop).map_err(JournalError::from),
                    );
                }
            }
        }
        if let Err(error) = self.flush_drafts().await {
            tracing::warn!(%error, "drafts were not saved");
        }
        drop(self.end().await);
    }

    /// Closes the connection; the lock is given back last.
    async fn end(self) -> File {
        if let Err(error) = self.conn.close().await {
            tracing::warn!(error = %JournalError::from(error), "the journal did not close cleanly");
        }
        self.lock
    }

    /// One commit for all; when that fails, each alone, so that one bad write cannot spoil the others.
    async fn write(&mut self, batch: Vec<Pending>) {
        let all: Vec<&Write> = batch.iter().map(|pending| &pending.write).collect();
        match self.commit(&all).await {
            Ok(done) => {
                for (pending, changed) in batch.into_iter().zip(done) {
                    answer(pending.reply, Ok(changed));
                }
            }
            Err(first) => {
                tracing::warn!(error = %first, writes = batch.len(), "a commit of the journal failed; trying again");
                for pending in batch {
                    // The next good commit writes over the pages of the failed one: without this second try, a row
                    // whose sync failed could be found again after a crash, though it was reported as not journaled.
                    let result =
                        self.commit(&[&pending.write]).await.map(|done| done.first().copied().unwrap_or(false));
                    answer(pending.reply, result);
                }
            }
        }
    }

    async fn commit(&mut self, writes: &[&Write]) -> Result<Vec<bool>, JournalError> {
        let single = matches!(writes, [Write::Confirm { .. }]);
        if !single {
            sqlx::query("BEGIN IMMEDIATE").execute(&mut self.conn).await?;
        }
        // A failed commit leaves no gap: the next text is minted from where the chain was.
        let mut chain = self.chain.clone();
        let result = self.apply_all(writes, &mut chain).await;
        let result = match result {
            // A confirm alone is one statement, which commits by itself: one turn to the database instead of three.
            Ok(done) if single => Ok(done),
            Ok(done) => sqlx::query("COMMIT").execute(&mut self.conn).await.map(|_| done).map_err(JournalError::from),
            Err(error) => Err(error),
        };
        match result {
            Ok(done) => {
                self.chain = chain;
                let mut changed = Vec::with_capacity(done.len());
                let mut index = Vec::new();
                for one in done {
                    changed.push(one.changed);
                    index.extend(one.index);
                }
                self.shared.apply(index);
                Ok(changed)
            }
            Err(error) => {
                if !single && let Err(rollback) = sqlx::query("ROLLBACK").execute(&mut self.conn).await {
                    // SQLite rolls back by itself on most errors; then there is nothing to roll back.
                    tracing::debug!(error = %JournalError::from(rollback), "rollback");
                }
                Err(error)
            }
        }
    }

    async fn apply_all(&mut self, writes: &[&Write], chain: &mut Chain) -> Result<Vec<Done>, JournalError> {
        let mut done = Vec::with_capacity(writes.len());
        for write in writes {
            done.push(table::apply(&mut self.conn, &self.sealer, chain, write).await?);
        }
        Ok(done)
    }

    async fn flush_drafts(&mut self) -> Result<(), JournalError> {
        let drafts = self.drafts.take();
        if drafts.is_empty() {
            return Ok(());
        }
        let result = self.commit(&drafts.iter().collect::<Vec<_>>()).await;
        if result.is_err() {
            self.drafts.put_back(drafts);
        }
        result.map(drop)
    }

    async fn load(&mut self, id: Uuid) -> Result<Option<Confirmed>, JournalError> {
        let row = table::find(&mut self.conn, id).await?;
        row.map(|row| row.open(&self.sealer)).transpose()
    }

    async fn open_acts(&mut self) -> Result<Vec<Confirmed>, JournalError> {
        let rows = sqlx::query(
            "SELECT ord, id, state, contact, at, payload, verdict FROM acts WHERE state IN ('confirmed','unknown') ORDER BY ord",
        )
        .fetch_all(&mut self.conn)
        .await?;
        rows.iter().map(|row| StoredAct::from_row(row)?.open(&self.sealer)).collect()
    }

    async fn settled(&mut self) -> Result<Vec<Uuid>, JournalError> {
        let sql = "SELECT id FROM acts WHERE state IN ('accepted','refused','parked','discarded') ORDER BY ord";
        Ok(sqlx::query_scalar(sql).fetch_all(&mut self.conn).await?)
    }

    async fn read_ui(&mut self, key: &str) -> Result<Option<serde_json::Value>, JournalError> {
        let row =
            sqlx::query("SELECT value FROM ui_state WHERE key = $1").bind(key).fetch_optional(&mut self.conn).await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0)?;
        Ok(Some(self.sealer.open(table::ui_place(key), &sealed)?))
    }
}

/// All drafts, by contact.
pub(super) async fn read_drafts(
    conn: &mut SqliteConnection,
    sealer: &Sealer,
) -> Result<Vec<(ContactId, String)>, JournalError> {
    let rows = sqlx::query("SELECT contact, text FROM drafts ORDER BY contact").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let contact = ContactId(row.try_get(0)?);
            let sealed: Vec<u8> = row.try_get(1)?;
            Ok((contact, sealer.open(table::draft_place(contact), &sealed)?))
        })
        .collect()
}

/// A promise broken on purpose: confirms are answered now and written with whatever comes next.
fn answered_before_the_disk_has_it(batch: Vec<Pending>, late: &mut Vec<Pending>) -> Vec<Pending> {
    let mut now = std::mem::take(late);
    for Pending { write, reply } in batch {
        if matches!(write, Write::Confirm { .. }) {
            answer(reply, Ok(true));
            late.push(Pending { write, reply: oneshot::channel().0 });
        } else {
            now.push(Pending { write, reply });
        }
    }
    now
}

/// Whoever asked may be gone.
fn answer<T>(reply: Reply<T>, value: Result<T, JournalError>) {
    let _ = reply.send(value);
}
