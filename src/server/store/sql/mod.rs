//! The embedded database: SQLite, one file, one writer, any number of readers.
//!
//! Every change goes through one writer task that commits in groups; questions have their own connections.
//! In memory there is one connection, which the writer and the questions take in turn.

mod accepted;
mod act;
mod ahead;
mod back;
mod carrier;
mod claim;
mod held;
mod import;
mod jobs;
mod ledger;
mod opt_out;
mod people;
#[cfg(test)]
mod plan_tests;
mod read;
mod readers;
mod roster;
mod rows;
mod schema;
mod send;
mod sessions;
mod tx;
mod writer;
#[cfg(test)]
mod writer_tests;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use self::readers::{Pool, Reader};
use super::{
    Store, StoreError,
    command::{Answer, Command},
};
use crate::db::{self, Conn, Options};
use crate::domain::ids::OrganizationId;
use crate::env::{SharedClock, SharedIds};

/// Where a database lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this file; made when missing.
    File(PathBuf),
    /// In memory, gone with the store: rehearsals and tests.
    Memory,
}

/// Commands that may wait for the writer; a further one waits for a place.
const QUEUE: usize = 4_096;

/// The writer's page cache, in KiB (SQLite counts KiB as negative numbers): the rows that a shift is about stay in it.
const WRITER_CACHE: &str = "-65536";

/// Pages that the log may have before they are copied into the file. A text touches some ten pages all over the file, so
/// with SQLite's thousand every second group of texts would wait for the copying; this is 64 MiB.
const CHECKPOINT_EVERY: &str = "16384";

impl From<db::Error> for StoreError {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Decode(_) => Self::Corrupt(error.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// A command on its way to the writer, and where its answer goes.
type Errand = (Command, oneshot::Sender<Result<Answer, StoreError>>);

/// The embedded store. Dropping it ends the writer when its queue is empty.
#[derive(Debug)]
pub struct SqlStore {
    queue: mpsc::Sender<Errand>,
    readers: Readers,
    wake: watch::Receiver<u64>,
    organization: OrganizationId,
    simulated: bool,
    sessions: Arc<sessions::Sessions>,
    /// Told when the writer has ended.
    ended: oneshot::Receiver<()>,
}

#[derive(Debug)]
enum Readers {
    Pool(Arc<Pool>),
    Shared(Arc<Mutex<Conn>>),
}

impl SqlStore {
    /// Opens the database, makes or upgrades its tables, and starts the writer.
    ///
    /// # Errors
    /// When the file cannot be opened or belongs to a newer program.
    pub async fn open(location: Location, clock: SharedClock, ids: SharedIds) -> Result<Self, StoreError> {
        let options = match &location {
            Location::File(path) => Options::file(path),
            Location::Memory => Options::memory(),
        };
        let mut conn = options
            .pragma("journal_mode", "wal")
            .pragma("synchronous", "full")
            .pragma("foreign_keys", "on")
            .pragma("cache_size", WRITER_CACHE)
            .pragma("wal_autocheckpoint", CHECKPOINT_EVERY)
            .open()
            .await?;
        let now = clock.now().as_microsecond();
        schema::migrate(&mut conn, now).await?;
        if crate::mutation::on(crate::mutation::Mutation::SecondInitial) {
            db::query("DROP INDEX IF EXISTS messages_one_initial").execute(&mut conn).await?;
        }
        accepted::prepare(&mut conn).await?;
        let (organization, newest) = prepare(&mut conn, now, &ids).await?;
        let conn = Arc::new(Mutex::new(conn));
        let readers = match location {
            Location::Memory => Readers::Shared(Arc::clone(&conn)),
            Location::File(path) => Readers::Pool(Arc::new(Pool::new(&path))),
        };
        let simulated = matches!(readers, Readers::Shared(_));
        let (queue, errands) = mpsc::channel(QUEUE);
        let mut cache = tx::Cache::new(organization, simulated);
        cache.newest = newest;
        let (woken, wake) = watch::channel(newest);
        let sessions = Arc::default();
        let in_memory = matches!(readers, Readers::Shared(_));
        let work = writer::run(conn, errands, woken, cache, Arc::clone(&sessions));
        let (end, ended) = oneshot::channel();
        // It ends when the store is dropped: then nothing more can be asked.
        if in_memory {
            tokio::spawn(async move {
                work.await;
                let _ = end.send(());
            });
        } else {
            // A thread of its own: its statements run in it, and it may wait for the disk.
            let runtime = tokio::runtime::Handle::current();
            let thread = move || {
                runtime.block_on(work);
                let _ = end.send(());
            };
            std::thread::Builder::new()
                .name("database".into())
                .spawn(thread)
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        Ok(Self { queue, readers, wake, organization, simulated, sessions, ended })
    }

    /// Ends the writer after all that is queued, and closes the readers.
    pub async fn close(self) {
        let Self { queue, readers, ended, .. } = self;
        drop(queue);
        if ended.await.is_err() {
            tracing::warn!("the database's writer had stopped before it was told to");
        }
        drop(readers);
    }

    async fn reader(&self) -> Result<Reader, StoreError> {
        Ok(match &self.readers {
            Readers::Pool(pool) => Reader::Pooled(Arc::clone(pool).take().await?),
            Readers::Shared(conn) => Reader::Shared(Arc::clone(conn).lock_owned().await),
        })
    }
}

/// Makes the one organization and the database's name at first start; says the newest event.
async fn prepare(conn: &mut Conn, now: i64, ids: &SharedIds) -> Result<(OrganizationId, u64), StoreError> {
    db::query("INSERT INTO meta (key, value) VALUES ('server_id', $1) ON CONFLICT DO NOTHING")
        .bind(ids.act_id(jiff::Timestamp::from_microsecond(now).unwrap_or_default()).to_string())
        .execute(&mut *conn)
        .await?;
    db::query(
        "INSERT INTO organizations (id, name, created_at) SELECT 1, 'Campaign', $1
         WHERE NOT EXISTS (SELECT 1 FROM organizations)",
    )
    .bind(now)
    .execute(&mut *conn)
    .await?;
    let row = db::query("SELECT (SELECT MIN(id) FROM organizations), (SELECT COALESCE(MAX(seq), 0) FROM events)")
        .fetch_one(&mut *conn)
        .await?;
    let newest: i64 = row.try_get(1)?;
    Ok((OrganizationId(row.try_get(0)?), u64::try_from(newest).unwrap_or(0)))
}

#[async_trait]
impl Store for SqlStore {
    async fn execute(&self, command: Command) -> Result<Answer, StoreError> {
        let (answer, wait) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the database's writer has stopped".into());
        self.queue.send((command, answer)).await.map_err(|_| stopped())?;
        wait.await.map_err(|_| stopped())?
    }

    fn wake(&self) -> watch::Receiver<u64> {
        self.wake.clone()
    }
}
