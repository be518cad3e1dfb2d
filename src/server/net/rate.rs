//! How often one account, and one address, may ask. Buckets of tries that fill up again with time: ten seconds' worth may be
//! asked at once, so that a laptop that was away hands in what waits without being told off.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::env::SharedClock;
use crate::server::auth::{LookedUp, token_hash};
use crate::server::buckets::{Buckets, Rate};
use crate::server::limits::network;
use crate::server::routes::refusal::Refusal;

/// Seconds' worth of requests that may come at once.
const AT_ONCE: f64 = 10.0;
/// What a request with a wrong sign-in takes from its address: guesses are dear.
const WRONG: f64 = 20.0;
/// So long after its last request a sign-in still counts as good before it is looked up again.
const LATELY: Duration = Duration::from_secs(3_600);
/// Accounts, and addresses, that are remembered.
const REMEMBERED: usize = 50_000;

/// Who may ask now.
#[derive(Debug)]
pub struct Gate {
    clock: SharedClock,
    accounts: Option<Mutex<Buckets<[u8; 32]>>>,
    addresses: Option<Mutex<Buckets<IpAddr>>>,
    /// Sign-ins that were found to stand, and when last (monotonic): what others do at the same address does not lock them out.
    known: Mutex<HashMap<[u8; 32], Duration>>,
}

fn buckets<K: Eq + Hash>(per_second: u32) -> Mutex<Buckets<K>> {
    let per_second = f64::from(per_second);
    Mutex::new(Buckets::new(Rate { per_second, at_once: per_second * AT_ONCE }, REMEMBERED))
}

/// Takes one, or says how long until there is one.
fn take<K: Eq + Hash>(buckets: &Mutex<Buckets<K>>, key: K, now: Duration) -> Result<(), Duration> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    let rate = buckets.rate;
    let bucket = buckets.filled(key, now);
    match bucket.wait(rate) {
        Some(wait) => Err(wait),
        None => {
            bucket.take(1.0);
            Ok(())
        }
    }
}

impl Gate {
    /// A gate that lets each account and each address ask so often in a second; none and zero are without bound.
    #[must_use]
    pub fn new(clock: SharedClock, account: u32, address: u32) -> Self {
        Self {
            clock,
            accounts: (account > 0).then(|| buckets(account)),
            addresses: (address > 0).then(|| buckets(address)),
            known: Mutex::default(),
        }
    }

    /// Takes one from the account first, and, unless that is known to be good, from the address second.
    ///
    /// # Errors
    /// How long to wait.
    pub fn take(&self, account: Option<[u8; 32]>, address: IpAddr) -> Result<(), Duration> {
        let now = self.clock.monotonic();
        if let (Some(accounts), Some(account)) = (&self.accounts, account) {
            take(accounts, account, now)?;
        }
        if account.is_some_and(|account| self.knows(&account, now)) {
            return Ok(());
        }
        match &self.addresses {
            Some(addresses) => take(addresses, network(address), now),
            None => Ok(()),
        }
    }

    fn knows(&self, account: &[u8; 32], now: Duration) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(account).is_some_and(|at| now.saturating_sub(*at) < LATELY)
    }

    /// A sign-in was looked up, and stands.
    pub fn right(&self, account: [u8; 32]) {
        let now = self.clock.monotonic();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(&account) {
            known.retain(|_, at| now.saturating_sub(*at) < LATELY);
            if known.len() >= REMEMBERED {
                known.clear();
            }
        }
        known.insert(account, now);
    }

    /// A sign-in that does not exist, or no more, came from `address`.
    pub fn wrong(&self, account: Option<[u8; 32]>, address: IpAddr) {
        if let Some(account) = account {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
        }
        if let Some(addresses) = &self.addresses {
            let now = self.clock.monotonic();
            addresses.lock().unwrap_or_else(PoisonError::into_inner).filled(network(address), now).take(WRONG);
        }
    }
}

/// Keeps whoever asks too often waiting. Probes are free, and so is a carrier: what it says is signed, and it would only say
/// it again.
pub async fn limit(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let free = matches!(path, "/healthz" | "/readyz") || path.starts_with("/webhooks/");
    let caller = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(caller)| caller.ip());
    let Some(address) = caller.filter(|_| !free) else { return next.run(request).await };
    let account = token_hash(request.headers());
    if let Err(wait) = gate.take(account, address) {
        return Refusal::rate_limited(wait).into_response();
    }
    // Not the answer alone: a page that asks for no sign-in answers well to any that is made up.
    let looked_up = LookedUp::default();
    request.extensions_mut().insert(looked_up.clone());
    let response = next.run(request).await;
    match account {
        _ if response.status() == StatusCode::UNAUTHORIZED => gate.wrong(account, address),
        Some(account) if looked_up.stands() => gate.right(account),
        _ => {}
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SimClock;

    const ROOM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn gate(account: u32, address: u32) -> (Gate, Arc<SimClock>) {
        let clock = SimClock::at(jiff::Timestamp::UNIX_EPOCH);
        (Gate::new(clock.clone(), account, address), clock)
    }

    #[test]
    fn ten_a_second_for_hours_is_no_haste_and_a_loop_is() {
        let (gate, clock) = gate(50, 1_000);
        for _ in 0..36_000 {
            clock.advance(Duration::from_millis(100));
            gate.take(Some([1; 32]), ROOM).expect("ten a second");
        }
        clock.advance(Duration::from_secs(1));
        let through = (0..10_000).filter(|_| gate.take(Some([1; 32]), ROOM).is_ok()).count();
        assert_eq!(through, 500, "ten seconds' worth at once");
        let wait = gate.take(Some([1; 32]), ROOM).expect_err("none left");
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(20), "{wait:?}");
        gate.take(Some([2; 32]), ROOM).expect("the neighbour is another account");
        clock.advance(wait);
        gate.take(Some([1; 32]), ROOM).expect("after the wait");
    }

    #[test]
    fn a_room_of_fifty_at_full_speed_gets_through() {
        let (gate, clock) = gate(50, 1_000);
        for _ in 0..600 {
            clock.advance(Duration::from_millis(100));
            for person in 0..50 {
                gate.take(Some([person; 32]), ROOM).expect("ten a second each");
            }
        }
    }

    #[test]
    fn made_up_sign_ins_end_with_their_address() {
        let (gate, _) = gate(50, 1_000);
        let through = (0..100_000u32)
            .filter(|n| {
                let mut made_up = [0; 32];
                made_up[..4].copy_from_slice(&n.to_be_bytes());
                let taken = gate.take(Some(made_up), ROOM).is_ok();
                if taken {
                    gate.wrong(Some(made_up), ROOM);
                }
                taken
            })
            .count();
        assert!((400..500).contains(&through), "{through}");
        gate.take(None, IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 8))).expect("another address");
    }

    #[test]
    fn a_good_sign_in_is_not_locked_out_by_its_neighbours_until_it_is_good_no_more() {
        let (gate, clock) = gate(50, 10);
        gate.take(Some([1; 32]), ROOM).expect("the first request");
        gate.right([1; 32]);
        while gate.take(Some([2; 32]), ROOM).is_ok() {
            gate.wrong(Some([2; 32]), ROOM);
        }
        let through = (0..1_000).filter(|_| gate.take(Some([1; 32]), ROOM).is_ok()).count();
        assert_eq!(through, 499, "its own account bounds it");
        assert!(gate.take(None, ROOM).is_err(), "and the address is as empty as before");
        gate.wrong(Some([1; 32]), ROOM);
        clock.advance(Duration::from_millis(50));
        assert!(gate.take(Some([1; 32]), ROOM).is_err(), "ended: one of many at its address");
    }

    #[test]
    fn a_sign_in_unused_for_long_is_looked_up_again() {
        let (gate, clock) = gate(50, 10);
        gate.right([1; 32]);
        clock.advance(LATELY);
        while gate.take(None, ROOM).is_ok() {}
        assert!(gate.take(Some([1; 32]), ROOM).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let (gate, _) = gate(0, 1_000);
        for n in 0..120_000u32 {
            let _ = gate.take(None, IpAddr::from(n.to_be_bytes()));
        }
        let held = gate.addresses.as_ref().map(|held| held.lock().expect("no panic").len());
        assert!(held.is_some_and(|held| held <= REMEMBERED), "{held:?}");
        for n in 0..120_000u32 {
            let mut account = [0; 32];
            account[..4].copy_from_slice(&n.to_be_bytes());
            gate.right(account);
        }
        assert!(gate.known.lock().expect("no panic").len() <= REMEMBERED);
    }
}
