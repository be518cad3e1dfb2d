//! Copies the log into the database file beside the writer, not between two of its commits.
//!
//! SQLite would do it in the commit that makes the log long enough, and every text of that group would wait for the copying
//! of some ten thousand pages. Another connection may copy what is committed while the writer goes on; the log begins anew
//! when all of it was copied at the moment of a commit, which a short pause of the traffic brings. If none comes the writer
//! copies the rest itself ([`BACKSTOP`]).

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::db::{self, Conn, Options};
use crate::server::store::StoreError;

/// The writer copies the log itself once it has so many pages (256 MiB).
pub(super) const BACKSTOP: &str = "65536";

/// Commands between two copyings.
const EVERY: usize = 500;

/// The writer's side: counts, and says when it is time.
#[derive(Debug, Default)]
pub(super) struct Due {
    since: usize,
    wake: Option<SyncSender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Due {
    /// Waits for what is being copied: then nobody has the file open any more.
    fn drop(&mut self) {
        self.wake = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::warn!("what copies the database's log had stopped before it was told to");
        }
    }
}

impl Due {
    /// So many commands were committed.
    pub(super) fn committed(&mut self, many: usize) {
        self.since += many;
        let Some(wake) = self.wake.as_ref().filter(|_| self.since >= EVERY) else { return };
        self.since = 0;
        // Full: it has been told and is still at it.
        if let Err(TrySendError::Disconnected(())) = wake.try_send(()) {
            self.wake = None;
        }
    }
}

/// Starts it for this file; it ends when the writer's side is dropped.
pub(super) async fn start(file: &Path) -> Result<Due, StoreError> {
    let mut conn = Options::file(file).pragma("synchronous", "full").open().await?;
    let (wake, woken) = sync_channel(1);
    let runtime = tokio::runtime::Handle::current();
    let thread = std::thread::Builder::new()
        .name("checkpoint".into())
        .spawn(move || runtime.block_on(copy(&mut conn, &woken)))
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(Due { since: 0, wake: Some(wake), thread: Some(thread) })
}

async fn copy(conn: &mut Conn, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        // Without it the log grows until the writer has to do it: slower, not wrong.
        if let Err(error) = db::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(conn).await {
            tracing::warn!(%error, "the database's log was not copied");
        }
    }
}
