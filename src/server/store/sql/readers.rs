//! Connections for questions.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::db::{self, Conn, Options, Url};
use crate::server::store::StoreError;

/// How many questions are answered at once.
const READERS: usize = 4;

/// Where the questions go.
#[derive(Debug)]
pub(super) enum Source {
    /// To a file.
    File(PathBuf),
    /// To a PostgreSQL.
    Postgres(Url),
}

impl Source {
    async fn open(&self) -> db::Result<Conn> {
        match self {
            Self::File(path) => Options::file(path).read_only().elsewhere().open().await,
            Self::Postgres(url) => url.reader().await,
        }
    }
}

/// Connections, opened when they are needed, which only read.
#[derive(Debug)]
pub(super) struct Pool {
    source: Source,
    idle: Mutex<Vec<Conn>>,
    places: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(source: Source) -> Self {
        Self { source, idle: Mutex::default(), places: Arc::new(Semaphore::new(READERS)) }
    }

    /// One that waits. The other end of a line may have hung up meanwhile.
    fn idle(&self) -> Option<Conn> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Conn::is_whole);
        idle.pop()
    }

    /// A connection, when one is free.
    pub(super) async fn take(self: Arc<Self>) -> Result<Pooled, StoreError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let conn = match self.idle() {
            Some(conn) => conn,
            None => self.source.open().await?,
        };
        Ok(Pooled { conn, pool: self, _place: place })
    }
}

/// A connection that goes back when it is dropped.
#[derive(Debug)]
pub(super) struct Pooled {
    conn: Conn,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // One that was lost in the middle of a question is not worth keeping; the next question opens another.
        let conn = std::mem::replace(&mut self.conn, Conn::none());
        if conn.is_whole() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

/// Where a question is asked.
pub(super) enum Reader {
    Pooled(Box<Pooled>),
    /// In memory there is one connection for all.
    Shared(OwnedMutexGuard<Conn>),
}

impl Deref for Reader {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        match self {
            Self::Pooled(pooled) => &pooled.conn,
            Self::Shared(conn) => conn,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        match self {
            Self::Pooled(pooled) => &mut pooled.conn,
            Self::Shared(conn) => conn,
        }
    }
}
