//! What one caller may take: bytes, seconds, tries.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::routes::refusal::Refusal;
use crate::api::problem::Code;

/// Largest body of a request.
pub const MAX_BODY: usize = 1024 * 1024;
/// Largest body of a carrier's callback.
pub const MAX_WEBHOOK_BODY: usize = 64 * 1024;
/// Largest body of one chunk of an import.
pub const MAX_CHUNK_BODY: usize = 4 * 1024 * 1024;
/// Largest head of a request: its line and its headers.
pub const MAX_HEAD: usize = 64 * 1024;
/// A request that takes longer is answered with `unavailable`. Feeds are exempt.
pub const REQUEST_TIME: Duration = Duration::from_secs(30);
/// A connection whose request head is not complete after this is cut; so is an idle one.
pub const HEAD_TIME: Duration = Duration::from_secs(15);
/// Open connections at most; more wait to be accepted.
pub const MAX_CONNECTIONS: usize = 4_096;

/// Failed tries to join from one address: this many at once, as in a room many may try a link that is used up ...
const TRIES_AT_ONCE: f64 = 100.0;
/// ... and then one more each so many seconds. Whoever has a good link is let in all the same.
const SECONDS_A_TRY: f64 = 5.0;
/// Tries of everybody together, in case the guesses come from many addresses.
const ALL_TRIES_AT_ONCE: f64 = 1_000.0;
/// See [`ALL_TRIES_AT_ONCE`].
const ALL_SECONDS_A_TRY: f64 = 0.1;
/// Addresses remembered.
const MAX_ADDRESSES: usize = 10_000;

/// Ends a request that takes too long.
pub async fn request_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let clock = state.desk.clock.clone();
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = clock.sleep(REQUEST_TIME) => {
            Refusal::new(Code::Unavailable, "the request took too long; try again with the same id").into_response()
        }
    }
}

/// A bucket of tries that fills up again with time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Duration,
}

impl Bucket {
    fn full(size: f64, now: Duration) -> Self {
        Self { left: size, at: now }
    }

    fn fill(&mut self, size: f64, seconds_each: f64, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + passed / seconds_each).min(size);
        self.at = now;
    }

    /// How long until one try is left.
    fn wait(&self, seconds_each: f64) -> Option<Duration> {
        (self.left < 1.0).then(|| Duration::from_secs_f64((1.0 - self.left) * seconds_each))
    }
}

/// Counts failed tries to join. Guessing a secret of 256 bits is hopeless anyhow; this keeps the guessing from being a load,
/// and costs nobody anything who has a good link: otherwise one prankster in a room would keep all of it out.
#[derive(Debug, Default)]
pub struct JoinGate(Mutex<Tries>);

#[derive(Debug, Default)]
struct Tries {
    all: Option<Bucket>,
    by_address: HashMap<IpAddr, Bucket>,
}

impl JoinGate {
    /// Counts a failed try from `from` at `now` (monotonic).
    ///
    /// # Errors
    /// How long to wait, when it was one too many.
    pub fn failed(&self, from: IpAddr, now: Duration) -> Result<(), Duration> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.by_address.len() >= MAX_ADDRESSES {
            tries.forget_the_idle(now);
        }
        let Tries { all, by_address } = &mut *tries;
        let all = all.get_or_insert_with(|| Bucket::full(ALL_TRIES_AT_ONCE, now));
        all.fill(ALL_TRIES_AT_ONCE, ALL_SECONDS_A_TRY, now);
        let own = by_address.entry(network(from)).or_insert_with(|| Bucket::full(TRIES_AT_ONCE, now));
        own.fill(TRIES_AT_ONCE, SECONDS_A_TRY, now);
        if let Some(wait) = own.wait(SECONDS_A_TRY).max(all.wait(ALL_SECONDS_A_TRY)) {
            return Err(wait);
        }
        own.left -= 1.0;
        all.left -= 1.0;
        Ok(())
    }

    /// Takes the last failed try back: it was none.
    pub fn give_back(&self, from: IpAddr) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = tries.by_address.get_mut(&network(from)) {
            own.left = (own.left + 1.0).min(TRIES_AT_ONCE);
        }
        if let Some(all) = &mut tries.all {
            all.left = (all.left + 1.0).min(ALL_TRIES_AT_ONCE);
        }
    }
}

impl Tries {
    fn forget_the_idle(&mut self, now: Duration) {
        self.by_address.retain(|_, bucket| {
            bucket.fill(TRIES_AT_ONCE, SECONDS_A_TRY, now);
            bucket.left < TRIES_AT_ONCE
        });
        if self.by_address.len() >= MAX_ADDRESSES {
            // A flood from everywhere: the common bucket alone counts now.
            self.by_address.clear();
        }
    }
}

/// What stands for an address when it is counted: one person with IPv6 has a whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        },
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    #[test]
    fn a_thousand_guesses_are_too_many() {
        let gate = JoinGate::default();
        let now = Duration::from_secs(1);
        assert!((0..50).all(|_| gate.failed(ROOM, now).is_ok()), "fifty at the same moment");
        for _ in 0..50 {
            gate.give_back(ROOM);
        }
        let through = (0..1_000).filter(|_| gate.failed(ROOM, now).is_ok()).count();
        assert_eq!(through, 100);
        let wait = gate.failed(ROOM, now).expect_err("none left");
        assert!(wait <= Duration::from_secs(5) && wait > Duration::ZERO, "{wait:?}");
        assert!(gate.failed(ROOM, now + wait).is_ok(), "after the wait one more");
        assert!(gate.failed(ROOM, now + wait).is_err(), "but only one");
    }

    #[test]
    fn guesses_from_everywhere_share_one_bucket() {
        let gate = JoinGate::default();
        let through =
            (0..5_000u32).filter(|n| gate.failed(IpAddr::from(n.to_be_bytes()), Duration::ZERO).is_ok()).count();
        assert_eq!(through, 1_000);
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let gate = JoinGate::default();
        let at = |n: u128| IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) | n));
        let through = (0..1_000).filter(|n| gate.failed(at(*n), Duration::ZERO).is_ok()).count();
        assert_eq!(through, 100);
        assert!(gate.failed(at(1 << 64), Duration::ZERO).is_ok(), "the neighbour is another");
    }

    #[test]
    fn memory_of_addresses_is_bounded() {
        let gate = JoinGate::default();
        for n in 0..30_000u32 {
            let _ = gate.failed(IpAddr::from(n.to_be_bytes()), Duration::from_secs(u64::from(n)));
        }
        assert!(gate.0.lock().expect("no panic").by_address.len() <= MAX_ADDRESSES);
    }
}
