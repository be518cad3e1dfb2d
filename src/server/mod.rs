//! Wing 2: the campaign server.
//!
//! [`router`] makes the whole HTTP side from an [`AppState`] and needs no socket; [`start()`] puts it behind one, with the
//! workers around it.

pub mod auth;
mod buckets;
pub mod carrier;
pub mod events;
pub mod jobs;
pub mod limits;
pub mod metrics;
pub mod net;
pub mod openapi;
pub mod refused;
pub mod request_id;
pub mod routes;
pub mod start;
pub mod store;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::env::{SharedClock, SharedIds};
use store::{SharedStore, handles::Desk};

pub use routes::router;
pub use start::{ServerHandle, ServerOptions, StartError, start};

/// What every request can reach. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Store, clock and ids.
    pub desk: Desk,
    /// The time by which people's phones live, whatever the campaign's is.
    pub machine: SharedClock,
    /// What captains and above have to show.
    pub second_factor: auth::second_factor::Policy,
    /// True when no text of this server reaches a real phone.
    pub rehearsal: bool,
    /// Who may try to join, and how often.
    pub joins: Arc<limits::JoinGate>,
    /// Tells open feeds that a session was revoked.
    pub revocations: Arc<events::Revocations>,
    /// Tells open feeds what happens.
    pub tail: Arc<events::tail::Tail>,
    /// The boards that captains' feeds show.
    pub boards: Arc<events::Boards>,
    /// Where the carrier's callbacks come in, when they come by a webhook.
    pub door: Option<Arc<dyn carrier::Door>>,
    /// Where volunteers get the program, as the join page says.
    pub download: Option<Arc<str>>,
    /// Set when the server is about to stop: it answers as ever, and says to probes that others had better be asked.
    pub draining: CancellationToken,
    /// Ends open feeds when the server shuts down.
    pub stop: CancellationToken,
}

impl AppState {
    /// The state of a server over `store`.
    #[must_use]
    pub fn new(store: SharedStore, clock: SharedClock, ids: SharedIds, rehearsal: bool) -> Self {
        Self {
            desk: Desk::new(store, clock.clone(), ids),
            machine: clock,
            second_factor: auth::second_factor::Policy::default(),
            rehearsal,
            joins: Arc::default(),
            revocations: Arc::default(),
            tail: Arc::default(),
            boards: Arc::default(),
            door: None,
            download: None,
            draining: CancellationToken::new(),
            stop: CancellationToken::new(),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &SharedStore {
        &self.desk.store
    }
}
