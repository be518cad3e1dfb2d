//! What a laptop's clock shows beside the server's.
//!
//! The server says its time with every answer. The difference is told back with each text: the time of the text's own way
//! cannot be taken for a wrong clock then, however long the request was on it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;

use crate::api::message::{CLOCK_OFFSET, SENT_AT, SERVER_TIME};
use crate::env::SharedClock;

/// An answer that took longer says too little about the clock.
const QUICK: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    clock: SharedClock,
    /// The server's time minus this laptop's, by the latest quick answer.
    offset: Arc<Mutex<Option<SignedDuration>>>,
}

impl Watch {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, offset: Arc::default() }
    }

    /// When a request leaves, on this watch.
    pub(super) fn leaves(&self) -> Duration {
        self.clock.monotonic()
    }

    /// An answer is here to a request that left at `left`.
    pub(super) fn answered(&self, left: Duration, headers: &HeaderMap) {
        let time = || headers.get(SERVER_TIME)?.to_str().ok()?.parse::<Timestamp>().ok();
        if self.clock.monotonic().saturating_sub(left) <= QUICK
            && let Some(server) = time()
        {
            let offset = server.duration_since(self.clock.now());
            *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = Some(offset);
        }
    }

    /// What is told with a text that leaves now.
    pub(super) fn told(&self) -> Vec<(&'static str, String)> {
        let offset = *self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = offset.map(|offset| (CLOCK_OFFSET, offset.as_micros().to_string()));
        std::iter::once((SENT_AT, self.clock.now().to_string())).chain(offset).collect()
    }
}
