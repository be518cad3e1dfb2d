//! Hands callbacks in at the server, again and again until it takes them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use reqwest::{Client, Url};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::log::{Log, LogLine};
use super::{Callback, LoopbackError, SIGNATURE, Secret, TIMESTAMP};
use crate::env::SharedClock;

/// Callbacks under way at once.
const AT_ONCE: usize = 16;
/// What the server did not take is handed in again after this.
const AGAIN: Duration = Duration::from_millis(300);
/// The server has so long to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where callbacks go.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    http: Client,
    to: Url,
    secret: Secret,
    clock: SharedClock,
    log: Log,
}

impl Caller {
    pub(super) fn new(to: Url, secret: Secret, clock: SharedClock, log: Log) -> Result<Self, LoopbackError> {
        let http = Client::builder()
            .user_agent(concat!("textbank-carrier/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| LoopbackError::Client(error.to_string()))?;
        Ok(Self { http, to, secret, clock, log })
    }

    /// Hands one in; true when the server took it.
    pub(super) async fn hand_in(&self, event: &Callback) -> bool {
        let Ok(body) = serde_json::to_vec(event) else { return true };
        let now = self.clock.now();
        let request = self
            .http
            .post(self.to.clone())
            .header(TIMESTAMP, now.as_second())
            .header(SIGNATURE, self.secret.sign(now.as_second(), &body))
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        let taken = match request.send().await {
            Ok(response) => response.status().is_success(),
            Err(_) => false,
        };
        if taken {
            let line = LogLine::Callback { at: self.clock.now(), key: event.key().to_owned(), event: event.clone() };
            self.log.note(line).await;
        }
        taken
    }
}

/// A callback to be handed in when its time has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// On the clock's monotonic time.
    pub(super) at: Duration,
    pub(super) event: Callback,
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.event.key()).cmp(&(other.at, other.event.key()))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Hands in what comes by `queue` until `stop`. What is left then is in the log, and is handed in after the next start.
pub(super) async fn run(caller: Caller, mut queue: mpsc::Receiver<Due>, stop: CancellationToken) {
    let mut waiting: BinaryHeap<Reverse<Due>> = BinaryHeap::new();
    let mut under_way = FuturesUnordered::new();
    loop {
        let now = caller.clock.monotonic();
        while under_way.len() < AT_ONCE
            && let Some(Reverse(first)) = waiting.peek()
            && first.at <= now
            && let Some(Reverse(due)) = waiting.pop()
        {
            let caller = &caller;
            under_way.push(async move { (caller.hand_in(&due.event).await, due.event) });
        }
        let busy = under_way.len() >= AT_ONCE;
        let nap = match waiting.peek() {
            Some(Reverse(first)) if !busy => first.at.saturating_sub(now),
            _ => Duration::from_secs(3_600),
        };
        tokio::select! {
            () = stop.cancelled() => return,
            due = queue.recv() => match due {
                Some(due) => waiting.push(Reverse(due)),
                None => return,
            },
            Some((taken, event)) = under_way.next() => {
                if !taken {
                    waiting.push(Reverse(Due { at: caller.clock.monotonic() + AGAIN, event }));
                }
            }
            () = caller.clock.sleep(nap) => {}
        }
    }
}
