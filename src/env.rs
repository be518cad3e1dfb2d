//! The seams to the outside: time and randomness.
//!
//! Everything that needs the time or a fresh id takes a [`Clock`] or [`Ids`]; only this file reads
//! the system's. Tests, the rehearsal and the simulator put simulated ones in their place.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A future without a name, as trait objects need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source of time.
pub trait Clock: Send + Sync + std::fmt::Debug + 'static {
    /// Wall time. It may jump (a laptop's sleep, a corrected clock); never subtract two of them
    /// to decide a promise.
    fn now(&self) -> Timestamp;

    /// True when wall time here is no machine's but a rehearsal's, kept apart from it.
    fn is_its_own(&self) -> bool {
        false
    }

    /// Time since some fixed moment of this process; never goes back.
    fn monotonic(&self) -> Duration;

    /// Completes when `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A source of ids and randomness.
pub trait Ids: Send + Sync + std::fmt::Debug + 'static {
    /// Fills `bytes` with random bytes fit for secrets (the system's) or reproducible ones (simulated).
    fn fill(&self, bytes: &mut [u8]);

    /// A fresh time-ordered id (UUIDv7) for an act that happens at `now`.
    fn act_id(&self, now: Timestamp) -> Uuid {
        let mut random = [0u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A uniformly drawn number below `bound` (0 when `bound` is 0).
    fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0u8; 16];
        self.fill(&mut bytes);
        let wide = u128::from_le_bytes(bytes);
        u64::try_from(wide % u128::from(bound.max(1))).unwrap_or(0)
    }
}

/// Shared handles, as they are passed around.
pub type SharedClock = Arc<dyn Clock>;
/// See [`SharedClock`].
pub type SharedIds = Arc<dyn Ids>;

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A shared system clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    pub fn shared() -> SharedClock {
        Arc::new(Self { start: std::time::Instant::now() })
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The machine's own randomness.
#[derive(Debug, Default)]
pub struct SystemIds;

impl SystemIds {
    /// A shared system source.
    #[must_use]
    pub fn shared() -> SharedIds {
        Arc::new(Self)
    }
}

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// Reproducible ids: the same seed gives the same sequence.
#[derive(Debug)]
pub struct SeededIds(Mutex<rand_chacha::ChaCha8Rng>);

impl SeededIds {
    /// A shared source that starts at `seed`.
    #[must_use]
    pub fn shared(seed: u64) -> SharedIds {
        Arc::new(Self(Mutex::new(rand_chacha::ChaCha8Rng::seed_from_u64(seed))))
    }
}

impl Ids for SeededIds {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rng.fill_bytes(bytes);
    }
}

/// A clock that moves only when it is told to. Wall and monotonic time can be moved apart, as a
/// laptop's sleep or a corrected clock does.
#[derive(Debug)]
pub struct SimClock {
    state: Mutex<SimTime>,
    moved: tokio::sync::watch::Sender<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct SimTime {
    wall: Timestamp,
    monotonic: Duration,
}

impl SimClock {
    /// A clock that stands at `wall`.
    #[must_use]
    pub fn at(wall: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(SimTime { wall, monotonic: Duration::ZERO }),
            moved: tokio::sync::watch::Sender::new(Duration::ZERO),
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut SimTime) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Moves both times forward and wakes the sleepers whose time has come.
    pub fn advance(&self, by: Duration) {
        let monotonic = self.with(|t| {
            t.wall = t
                .wall
                .saturating_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX))
                .unwrap_or(Timestamp::MAX);
            t.monotonic += by;
            t.monotonic
        });
        self.moved.send_replace(monotonic);
    }

    /// Sets the wall time alone: a jump.
    pub fn jump_to(&self, wall: Timestamp) {
        self.with(|t| t.wall = wall);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.with(|t| t.wall)
    }

    fn monotonic(&self) -> Duration {
        self.with(|t| t.monotonic)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let due = self.monotonic() + duration;
        let mut moved = self.moved.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock; when it is gone nobody waits any more.
            let _ = moved.wait_for(|now| *now >= due).await;
        })
    }
}
