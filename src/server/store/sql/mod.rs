//! The store over SQL: SQLite (one file, or memory) or PostgreSQL, by the same statements.
//!
//! Every change goes through one writer task that commits in groups; questions have their own connections.
//! In memory there is one connection, which the writer and the questions take in turn. On PostgreSQL any number of processes
//! do this at once: their writers take turns ([`Conn::begin`]), and `herald` tells each of what the others committed.

mod accepted;
mod act;
mod ahead;
mod announce;
mod approval;
mod aside;
mod audit;
mod back;
mod board;
mod canned;
mod carrier;
mod checkpoint;
mod claim;
mod closing;
mod conduct;
mod copies;
mod correction;
mod earlier;
mod eligible;
mod erasure;
mod everywhere;
mod export;
mod figures;
mod flagged;
mod follow_up;
mod giving_back;
#[cfg(test)]
mod hash_tests;
mod held;
mod herald;
mod holds;
mod household;
mod import;
mod import_chunk;
mod jobs;
mod ledger;
mod list_change;

mod opt_out;
mod own_words;
mod people;
mod person;
#[cfg(test)]
mod plan_tests;
mod pool;
mod practice;
mod reach;
mod read;
mod readers;
mod recall;
mod retention;
mod roster;
mod rows;
mod schema;
mod script;
mod second_factor;
mod segments;
mod send;
mod sessions;
mod throughput;
mod todos;
mod tokens;
mod trial;
mod turnout;
mod tx;
pub mod upkeep;
mod useless;
mod visible;
mod waiting_room;
mod whereabouts;
mod writer;
#[cfg(test)]
mod writer_tests;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use self::herald::Herald;
use self::readers::{Pool, Reader, Source};
use super::{
    Store, StoreError,
    command::{Answer, Command},
};
use crate::db::{self, Conn, Options, Url};
use crate::domain::ids::OrganizationId;
use crate::env::{SharedClock, SharedIds};

/// Where a database lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this file; made when missing.
    File(PathBuf),
    /// In memory, gone with the store: rehearsals and tests.
    Memory,
    /// In this PostgreSQL, which any number of processes may use.
    Postgres(Url),
}

/// Commands that may wait for the writer; a further one waits for a place.
const QUEUE: usize = 4_096;

/// The writer's page cache, in KiB (SQLite counts KiB as negative numbers): the rows that a shift is about stay in it. Not
/// more: where a commit moved rows between pages, SQLite looks at every page of the cache at its end.
const WRITER_CACHE: &str = "-16384";

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

/// The store. Dropping it ends the writer when its queue is empty.
#[derive(Debug)]
pub struct SqlStore {
    queue: mpsc::Sender<Errand>,
    readers: Readers,
    wake: watch::Receiver<u64>,
    organization: OrganizationId,
    simulated: bool,
    sessions: Arc<sessions::Sessions>,
    clock: SharedClock,
    /// Ends the herald, which is there when other processes write too.
    herald: Option<DropGuard>,
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
        let mut conn = match &location {
            Location::File(path) => embedded(Options::file(path)).await?,
            Location::Memory => embedded(Options::memory()).await?,
            Location::Postgres(url) => url.builder().await?,
        };
        let now = clock.now().as_microsecond();
        schema::migrate(&mut conn, now).await?;
        upkeep::refuse_set_aside(&mut conn).await?;
        if crate::mutation::on(crate::mutation::Mutation::SecondInitial) {
            db::query("DROP INDEX IF EXISTS messages_one_initial").execute(&mut conn).await?;
        }
        let (organization, newest) = prepare(&mut conn, now, &ids).await?;
        let url = match &location {
            Location::Postgres(url) => Some(url.clone()),
            Location::File(_) | Location::Memory => None,
        };
        if url.is_some() {
            // Who makes tables is alone and may take long; who writes is neither, and connects where it works.
            conn = Conn::none();
        }
        let restored_at = if url.is_some() { None } else { upkeep::restored_at(&mut conn).await? };
        let conn = Arc::new(Mutex::new(conn));
        let mut due = checkpoint::Due::default();
        let readers = match location {
            Location::Memory => Readers::Shared(Arc::clone(&conn)),
            Location::File(path) => {
                due = checkpoint::start(&path).await?;
                Readers::Pool(Arc::new(Pool::new(Source::File(path))))
            }
            Location::Postgres(url) => Readers::Pool(Arc::new(Pool::new(Source::Postgres(url)))),
        };
        let simulated = matches!(readers, Readers::Shared(_));
        let (queue, errands) = mpsc::channel(QUEUE);
        let mut cache = tx::Cache::new(organization, simulated);
        cache.newest = newest;
        cache.restored_at = restored_at;
        let (woken, wake) = watch::channel(newest);
        let woken = Arc::new(woken);
        let shared = url.is_some();
        let sessions = Arc::new(sessions::Sessions::new(shared));
        let news = url.as_ref().map(|_| Arc::default());
        let writer = writer::Writer {
            conn,
            url: url.clone(),
            woken: Arc::clone(&woken),
            cache,
            sessions: Arc::clone(&sessions),
            news: news.clone(),
            due,
        };
        // It ends when the store is dropped: then nothing more can be asked.
        let ended = if simulated {
            let (end, ended) = oneshot::channel();
            tokio::spawn(async move {
                writer.run(errands).await;
                let _ = end.send(());
            });
            ended
        } else {
            own_thread(writer, errands, shared).await?
        };
        let herald = url.zip(news).map(|(url, news)| {
            let name = ids.act_id(clock.now()).to_string();
            let herald = Herald { url, name, news, woken, sessions: Arc::clone(&sessions) };
            let end = CancellationToken::new();
            tokio::spawn(herald.run(end.clone()));
            end.drop_guard()
        });
        Ok(Self { queue, readers, wake, organization, simulated, sessions, clock, herald, ended })
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
            Readers::Pool(pool) => Reader::Pooled(Box::new(Arc::clone(pool).take().await?)),
            Readers::Shared(conn) => Reader::Shared(Arc::clone(conn).lock_owned().await),
        })
    }
}

/// Starts the writer in a thread of its own; says when it has ended. A writer on a file runs its statements there, and may wait for
/// the disk. One on PostgreSQL has its line to it there too, in a runtime of its own: whatever it waits for is not in one queue with the
/// requests that it has just answered.
async fn own_thread(
    writer: writer::Writer,
    errands: mpsc::Receiver<Errand>,
    shared: bool,
) -> Result<oneshot::Receiver<()>, StoreError> {
    let unavailable = |error: std::io::Error| StoreError::Unavailable(error.to_string());
    let (end, ended) = oneshot::channel();
    let (tell, connected) = oneshot::channel();
    let work = async move {
        let mut writer = writer;
        let begun = writer.connect().await;
        let runs = begun.is_ok();
        let _ = tell.send(begun);
        if runs {
            writer.run(errands).await;
        }
        let _ = end.send(());
    };
    let thread = std::thread::Builder::new().name("database".into());
    if shared {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(unavailable)?;
        thread.spawn(move || runtime.block_on(work)).map_err(unavailable)?;
    } else {
        let runtime = tokio::runtime::Handle::current();
        thread.spawn(move || runtime.block_on(work)).map_err(unavailable)?;
    }
    connected.await.map_err(|_| StoreError::Unavailable("the database's writer did not begin".into()))??;
    Ok(ended)
}

async fn embedded(options: Options) -> db::Result<Conn> {
    options
        .pragma("journal_mode", "wal")
        .pragma("synchronous", "full")
        .pragma("foreign_keys", "on")
        .pragma("cache_size", WRITER_CACHE)
        .pragma("wal_autocheckpoint", checkpoint::BACKSTOP)
        // What a statement may have to take back is kept in memory, not in a file that is made and removed each time.
        .pragma("temp_store", "memory")
        .open()
        .await
}

/// Makes the one organization and the database's name at first start; says the newest event.
async fn prepare(conn: &mut Conn, now: i64, ids: &SharedIds) -> Result<(OrganizationId, u64), StoreError> {
    db::query("INSERT INTO meta (key, value) VALUES ('server_id', $1) ON CONFLICT DO NOTHING")
        .bind(ids.act_id(jiff::Timestamp::from_microsecond(now).unwrap_or_default()).to_string())
        .execute(&mut *conn)
        .await?;
    db::query(
        "INSERT INTO organizations (name, created_at) SELECT 'Campaign', $1
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

    fn is_shared(&self) -> bool {
        self.herald.is_some()
    }
}
