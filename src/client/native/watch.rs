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
const QUICK: SignedDuration = SignedDuration::from_secs(10);

/// What is known of the clock is forgotten when it was set, or the laptop slept, for longer than this since.
const STEADY: SignedDuration = SignedDuration::from_mins(1);

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    clock: SharedClock,
    known: Arc<Mutex<Option<Known>>>,
}

/// The server's time minus this laptop's, and when that was seen, by both of its clocks.
#[derive(Debug, Clone, Copy)]
struct Known {
    offset: SignedDuration,
    seen: Moment,
}

/// A moment by the wall clock and the monotonic one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    wall: Timestamp,
    monotonic: Duration,
}

impl Moment {
    /// How long ago it was by the wall clock, if the two clocks agree on that.
    fn age(self, now: Self) -> Option<SignedDuration> {
        let wall = now.wall.duration_since(self.wall);
        let monotonic = SignedDuration::try_from(now.monotonic.saturating_sub(self.monotonic)).ok()?;
        ((wall - monotonic).abs() <= STEADY).then_some(wall)
    }
}

impl Watch {
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, known: Arc::default() }
    }

    /// When a request leaves, on this watch.
    pub(super) fn now(&self) -> Moment {
        Moment { wall: self.clock.now(), monotonic: self.clock.monotonic() }
    }

    /// An answer is here to a request that left at `left`.
    pub(super) fn answered(&self, left: Moment, headers: &HeaderMap) {
        let time = || headers.get(SERVER_TIME)?.to_str().ok()?.parse::<Timestamp>().ok();
        let now = self.now();
        // A laptop that slept meanwhile may have got a quick answer long ago.
        let quick = left.age(now).is_some_and(|took| took <= QUICK);
        if quick && let Some(server) = time() {
            let known = Known { offset: server.duration_since(now.wall), seen: now };
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        }
    }

    /// What the clock is off, as far as that still holds.
    pub(super) fn offset(&self) -> Option<SignedDuration> {
        let known = (*self.known.lock().unwrap_or_else(PoisonError::into_inner))?;
        known.seen.age(self.now()).map(|_| known.offset)
    }

    /// What is told with a text that leaves now.
    pub(super) fn told(&self) -> Vec<(&'static str, String)> {
        let offset = self.offset().map(|offset| (CLOCK_OFFSET, offset.as_micros().to_string()));
        std::iter::once((SENT_AT, self.clock.now().to_string())).chain(offset).collect()
    }
}
