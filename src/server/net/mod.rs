//! The server's side of the network: connections, encryption, who is at the other end.

pub mod accept;
pub mod peer;
pub mod tls;

use tls::TlsFiles;

/// How a server stands on the network.
#[derive(Debug, Clone, Default)]
pub struct Net {
    /// Certificate and key; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Whose word about the caller's address is taken.
    pub proxies: peer::Proxies,
}
