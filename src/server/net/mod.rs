//! The server's side of the network: connections, encryption, who is at the other end.

pub mod accept;
pub mod peer;
pub mod rate;
pub mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use super::auth::second_factor::Policy;
use super::limits;
use crate::domain::assignment::Leases;
use crate::domain::throughput::Throughput;
use tls::TlsFiles;

/// How a server stands on the network.
#[derive(Debug, Clone, Default)]
pub struct Net {
    /// Certificate and key; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Whose word about the caller's address is taken.
    pub proxies: peer::Proxies,
    /// What strangers may take.
    pub limits: Limits,
    /// Where volunteers get the program; the join page says it.
    pub download: Option<String>,
    /// Where figures for Prometheus are told; nowhere without.
    pub metrics: Option<SocketAddr>,
    /// What captains and above have to show who come over it.
    pub second_factor: Policy,
    /// What the carrier lets through; everything without.
    pub throughput: Option<Throughput>,
    /// How long what is in hand stays with somebody who is not seen any more.
    pub leases: Leases,
}

/// What whoever is at the other end may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Open connections; more wait to be accepted.
    pub connections: usize,
    /// Open connections of one address; more are shut at once. A trusted proxy has no such bound.
    pub connections_per_address: usize,
    /// How long a handshake, and then a request's head, may take.
    pub head_time: Duration,
    /// Requests of one account in a second; ten seconds' worth at once. Zero: without bound.
    pub requests_per_account: u32,
    /// The same of one address.
    pub requests_per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: limits::MAX_CONNECTIONS,
            connections_per_address: 1_024,
            head_time: limits::HEAD_TIME,
            // A texter sends ten a second at the very most; a room of fifty of them is behind one address.
            requests_per_account: 50,
            requests_per_address: 1_000,
        }
    }
}

impl Limits {
    /// For a server that no stranger reaches: a rehearsal's.
    #[must_use]
    pub fn among_friends() -> Self {
        Self { requests_per_account: 0, requests_per_address: 0, ..Self::default() }
    }
}
