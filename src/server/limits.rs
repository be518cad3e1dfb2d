//! What one caller may take: bytes, seconds, tries.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::AppState;
use super::buckets::{Bucket, Buckets, Rate};
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

/// Failed tries to join from one address: this many at once, as in a room many may try a link that is used up, and then one
/// more each five seconds. Whoever has a good link is let in all the same.
const TRIES: Rate = Rate { per_second: 0.2, at_once: 100.0 };
/// Tries of everybody together, in case the guesses come from many addresses.
const ALL_TRIES: Rate = Rate { per_second: 10.0, at_once: 1_000.0 };
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

/// Counts failed tries to join. Guessing a secret of 256 bits is hopeless anyhow; this keeps the guessing from being a load,
/// and costs nobody anything who has a good link: otherwise one prankster in a room would keep all of it out.
#[derive(Debug)]
pub struct JoinGate(Mutex<Tries>);

#[derive(Debug)]
struct Tries {
    all: Option<Bucket>,
    by_address: Buckets<IpAddr>,
}

impl Default for JoinGate {
    fn default() -> Self {
        Self(Mutex::new(Tries { all: None, by_address: Buckets::new(TRIES, MAX_ADDRESSES) }))
    }
}

impl JoinGate {
    /// Counts a failed try from `from` at `now` (monotonic).
    ///
    /// # Errors
    /// How long to wait, when it was one too many.
    pub fn failed(&self, from: IpAddr, now: Duration) -> Result<(), Duration> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Tries { all, by_address } = &mut *tries;
        let all = all.get_or_insert_with(|| Bucket::full(ALL_TRIES, now));
        all.fill(ALL_TRIES, now);
        let own = by_address.filled(network(from), now);
        if let Some(wait) = own.wait(TRIES).max(all.wait(ALL_TRIES)) {
            return Err(wait);
        }
        own.take(1.0);
        all.take(1.0);
        Ok(())
    }

    /// Takes the last failed try back: it was none.
    pub fn give_back(&self, from: IpAddr) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = tries.by_address.known(&network(from)) {
            own.give_back(TRIES);
        }
        if let Some(all) = &mut tries.all {
            all.give_back(ALL_TRIES);
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
