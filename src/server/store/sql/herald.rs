//! Word between the processes of one PostgreSQL: that something new is there, and that sign-ins changed.
//!
//! Word is only a hint, the tables are the truth: a process that hears nothing looks by itself once a second. It is given
//! outside the transactions that write, at most fifty times a second, as it takes a lock of the whole database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::sessions::Sessions;
use crate::db::{Heard, Listener, Url};

/// Between two words of ours, at least.
const AT_MOST_EVERY: Duration = Duration::from_millis(20);

/// Between two looks by itself, and between two tries to connect.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the writer has to tell the other processes.
#[derive(Debug)]
pub(super) struct News {
    tell: watch::Sender<u64>,
    signed_in: AtomicBool,
}

impl Default for News {
    fn default() -> Self {
        Self { tell: watch::Sender::new(0), signed_in: AtomicBool::new(false) }
    }
}

impl News {
    /// Something was committed; the number of the newest event.
    pub(super) fn tell(&self, newest: u64) {
        self.tell.send_replace(newest);
    }

    /// Sign-ins changed: tell it with the next word.
    pub(super) fn sign_ins_changed(&self) {
        self.signed_in.store(true, Ordering::Release);
        self.tell.send_modify(|_| {});
    }
}

/// What the herald speaks for.
pub(super) struct Herald {
    pub(super) url: Url,
    /// Tells this process's words from others'.
    pub(super) name: String,
    pub(super) news: Arc<News>,
    pub(super) woken: Arc<watch::Sender<u64>>,
    pub(super) sessions: Arc<Sessions>,
}

impl Herald {
    /// Hears and tells until `end`.
    pub(super) async fn run(self, end: CancellationToken) {
        tokio::select! {
            () = end.cancelled() => {}
            () = self.serve() => {}
        }
    }

    async fn serve(self) {
        let mut news = self.news.tell.subscribe();
        let mut again = interval(LOOK_EVERY);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            again.tick().await;
            match self.url.listener().await {
                Ok(listener) => {
                    // What was said while nobody listened.
                    self.sessions.forget();
                    self.listen(listener, &mut news).await;
                    tracing::warn!("the line on which the servers of this database tell each other of news was cut");
                }
                Err(error) => {
                    tracing::warn!(%error, "no line on which the servers of this database tell each other of news")
                }
            }
        }
    }

    /// Until the line is cut.
    async fn listen(&self, mut listener: Listener, news: &mut watch::Receiver<u64>) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pace = interval(AT_MOST_EVERY);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = false;
        loop {
            tokio::select! {
                heard = listener.hear() => match heard {
                    Heard::Word(word) => self.heard(&word),
                    Heard::Gone => return,
                },
                changed = news.changed(), if !due => {
                    if changed.is_err() {
                        return;
                    }
                    due = true;
                }
                _ = pace.tick(), if due => {
                    due = false;
                    let newest = *news.borrow_and_update();
                    let signed_in = self.news.signed_in.swap(false, Ordering::AcqRel);
                    let word = format!("{} {newest} {}", self.name, u8::from(signed_in));
                    if listener.tell(&word).await.is_err() {
                        return;
                    }
                }
                _ = look.tick() => match listener.newest().await {
                    Ok(newest) => self.wake(u64::try_from(newest).unwrap_or(0), false),
                    Err(error) => {
                        tracing::debug!(%error, "the newest event could not be looked up");
                        return;
                    }
                },
            }
        }
    }

    fn heard(&self, word: &str) {
        let mut parts = word.split(' ');
        if parts.next() == Some(self.name.as_str()) {
            return;
        }
        let newest = parts.next().and_then(|number| number.parse().ok()).unwrap_or(0);
        if parts.next() != Some("0") {
            self.sessions.forget();
        }
        self.wake(newest, true);
    }

    /// Wakes this process; numbers never go back.
    fn wake(&self, newest: u64, even_if_known: bool) {
        self.woken.send_if_modified(|known| {
            let new = newest > *known;
            *known = newest.max(*known);
            new || even_if_known
        });
    }
}
