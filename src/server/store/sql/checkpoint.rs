//! Copies the log into the database file beside the writer, not between two of its commits.
//!
//! SQLite would do it in the commit that makes the log long enough, and every text of that group would wait for the copying
//! of some ten thousand pages. Another connection may copy what is committed while the writer goes on; the log begins anew
//! when all of it was copied at the moment of a commit, which a short pause of the traffic brings. If none comes and the log
//! is long, the writer copies what was committed during the other's last round: a few hundred pages, between two groups. A
//! log that grows beyond [`BACKSTOP`] all the same is copied in a commit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::db::{self, Conn, Options};
use crate::server::store::StoreError;

/// The writer copies the log itself once it has so many pages (512 MiB).
pub(super) const BACKSTOP: &str = "131072";

/// With so many pages (160 MiB) the writer sees to it that the log begins anew.
const LONG: i64 = 40_960;

/// How long the writer waits for others, in milliseconds, as every connection does.
const PATIENT: &str = "PRAGMA busy_timeout = 5000";

/// Commands between two copyings.
const EVERY: usize = 200;

/// The writer's side: counts, and says when it is time.
#[derive(Debug, Default)]
pub(super) struct Due {
    since: usize,
    /// Pages of the log when the last round ended, until the writer has looked.
    log: Arc<AtomicI64>,
    /// A log of more pages is long.
    long: i64,
    /// The log has words that were removed: it is cut off as soon as nobody reads from it.
    cut: bool,
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

    /// The log has words that were removed. Where there is no file there is none.
    pub(super) fn begins_anew(&mut self) {
        self.cut = self.wake.is_some();
    }

    /// Copies the rest when the log is long and nearly all of it has just been copied. Call it when nobody waits for an answer.
    pub(super) async fn finish(&mut self, conn: &mut Conn) {
        if self.cut {
            match cut(conn).await {
                // Somebody reads: the next commit tries again.
                Ok(done) => self.cut = !done,
                Err(error) => tracing::warn!(%error, "the database's log was not cut off"),
            }
        }
        if self.log.swap(0, Ordering::Relaxed) > self.long
            && let Err(error) = pass(conn).await
        {
            tracing::warn!(%error, "the rest of the database's log was not copied");
        }
    }
}

/// Starts it for this file; it ends when the writer's side is dropped.
pub(super) async fn start(file: &Path) -> Result<Due, StoreError> {
    let mut conn = Options::file(file).pragma("synchronous", "full").open().await?;
    let (wake, woken) = sync_channel(1);
    let log = Arc::new(AtomicI64::new(0));
    let runtime = tokio::runtime::Handle::current();
    let told = Arc::clone(&log);
    let thread = std::thread::Builder::new()
        .name("checkpoint".into())
        .spawn(move || runtime.block_on(copy(&mut conn, &woken, &told)))
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(Due { since: 0, log, long: LONG, cut: false, wake: Some(wake), thread: Some(thread) })
}

async fn copy(conn: &mut Conn, woken: &Receiver<()>, log: &AtomicI64) {
    while woken.recv().is_ok() {
        match pass(conn).await {
            Ok(pages) => log.store(pages, Ordering::Relaxed),
            // Without it the log grows until the writer has to do it: slower, not wrong.
            Err(error) => tracing::warn!(%error, "the database's log was not copied"),
        }
    }
}

/// Copies all of the log and cuts it off, if nobody reads from it just now; says whether that was so.
async fn cut(conn: &mut Conn) -> db::Result<bool> {
    // Texts wait behind this: a reader is not waited for.
    db::script("PRAGMA busy_timeout = 0", conn).await?;
    let done = db::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *conn).await;
    db::script(PATIENT, conn).await?;
    Ok(done?.try_get::<i64>(0)? == 0)
}

/// Copies what can be copied now; says how many pages the log has.
async fn pass(conn: &mut Conn) -> db::Result<i64> {
    let row = db::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(conn).await?;
    row.try_get(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn commits(conn: &mut Conn, many: u32) {
        for _ in 0..many {
            conn.begin().await.unwrap();
            db::query("INSERT INTO numbers (text) VALUES ($1)")
                .bind("7".repeat(4_000))
                .execute(&mut *conn)
                .await
                .unwrap();
            conn.commit().await.unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_log_begins_anew_although_the_writer_never_pauses() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("campaigns.db");
        let mut conn = super::super::embedded(Options::file(&file)).await.unwrap();
        db::script("CREATE TABLE numbers (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT", &mut conn)
            .await
            .unwrap();
        let mut due = start(&file).await.unwrap();
        due.long = 20;
        commits(&mut conn, 30).await;
        let mut reader = Options::file(&file).open().await.unwrap();
        db::script("BEGIN; SELECT COUNT(*) FROM numbers", &mut reader).await.unwrap();
        due.committed(EVERY);
        // It copies once more and ends.
        due.wake = None;
        due.thread.take().unwrap().join().unwrap();
        // Somebody reads while the writer goes on: the log cannot begin anew, and one page more of it is not copied.
        commits(&mut conn, 1).await;
        db::script("COMMIT", &mut reader).await.unwrap();
        due.finish(&mut conn).await;
        commits(&mut conn, 1).await;
        let pages = pass(&mut conn).await.unwrap();
        assert!(pages < 20, "the log has {pages} pages");
    }
}
