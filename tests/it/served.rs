//! A campaign server on a port of this machine: in memory, its voters silent, on a clock that moves by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use textbank::api::admin::InviteRequest;
use textbank::api::people::Role;
use textbank::env::{SeededIds, SharedIds, SimClock};
use textbank::server::carrier::simulated::SimulatedCarrier;
use textbank::server::net::Net;
use textbank::server::store::{command::Answer, handles::System, sql::Location};
use textbank::server::{ServerHandle, ServerOptions, start};

use crate::support::THURSDAY;

/// See the module.
pub struct Served {
    pub server: ServerHandle,
    pub clock: Arc<SimClock>,
    pub ids: SharedIds,
}

impl Served {
    pub async fn start(seed: u64) -> Self {
        Self::start_on(seed, Net::default()).await
    }

    /// As it is to stand on the network.
    pub async fn start_on(seed: u64, net: Net) -> Self {
        // Installed already by another test: just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = SimClock::at(THURSDAY.parse().expect("a time"));
        let ids = SeededIds::shared(seed);
        let options = ServerOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            location: Location::Memory,
            carrier: Arc::new(SimulatedCarrier::silent()),
            clock: clock.clone(),
            ids: ids.clone(),
            net,
        };
        Self { server: start(options).await.expect("a server"), clock, ids }
    }
}

/// The secret of an admin's join link, as the server itself hands it out.
pub async fn admin_secret(server: &ServerHandle, uses: u32) -> String {
    let organization = server.store().first_organization().await.expect("an organization");
    let request = InviteRequest { role: Role::Admin, campaign: None, uses, valid_seconds: 600, waiting_room: false };
    let invite = System::invite(&server.state.desk, organization, request).await.expect("a store");
    let Answer::Invite(invite) = invite else { panic!("no invite") };
    invite.secret
}
