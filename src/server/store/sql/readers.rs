//! Connections for questions.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::db::{Conn, Options};
use crate::server::store::StoreError;

/// How many questions are answered at once.
const READERS: usize = 4;

/// Connections to a file, opened when they are needed, which only read.
#[derive(Debug)]
pub(super) struct Pool {
    file: PathBuf,
    idle: Mutex<Vec<Conn>>,
    places: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), idle: Mutex::default(), places: Arc::new(Semaphore::new(READERS)) }
    }

    /// A connection, when one is free.
    pub(super) async fn take(self: Arc<Self>) -> Result<Pooled, StoreError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => Options::file(&self.file).read_only().elsewhere().open().await?,
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
    Pooled(Pooled),
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
