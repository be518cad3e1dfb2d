//! Puts a [`super::router`] behind a socket, with the workers around it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use super::carrier::{Carrier, CarrierEvent};
use super::metrics::{self, MetricsError};
use super::net::accept::{Line, accept};
use super::net::rate::Gate;
use super::net::tls::{Tls, TlsError};
use super::net::{Limits, Net};
use super::store::{
    SharedStore, StoreError,
    handles::{System, Webhook},
    sql::{Location, SqlStore},
};
use super::{AppState, jobs::Dispatcher, routes::gated};
use crate::env::{SharedClock, SharedIds, SystemClock};

/// Connections to the listener of figures; Prometheus holds one.
const FIGURE_READERS: usize = 16;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Figures cannot be kept.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

/// What a server is made of.
#[derive(Debug)]
pub struct ServerOptions {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the database is.
    pub location: Location,
    /// Who takes texts to phones.
    pub carrier: Arc<dyn Carrier>,
    /// Time.
    pub clock: SharedClock,
    /// Ids and secrets.
    pub ids: SharedIds,
    /// How it stands on the network.
    pub net: Net,
}

/// Opens the database and starts a server over it.
///
/// # Errors
/// [`StartError`]
pub async fn start(options: ServerOptions) -> Result<ServerHandle, StartError> {
    let ServerOptions { listen, location, carrier, clock, ids, net } = options;
    let store = Arc::new(SqlStore::open(location, clock.clone(), ids.clone()).await?);
    start_over(Parts { store, listen, carrier, clock, ids, net }).await
}

/// What a server over an open store is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub store: SharedStore,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who takes texts to phones.
    pub carrier: Arc<dyn Carrier>,
    /// Time.
    pub clock: SharedClock,
    /// Ids and secrets.
    pub ids: SharedIds,
    /// How it stands on the network.
    pub net: Net,
}

/// A running server.
#[derive(Debug)]
pub struct ServerHandle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where it tells figures.
    pub figures: Option<SocketAddr>,
    /// What its requests reach.
    pub state: AppState,
    /// Its carrier; its name is the one that [`Self::carrier_event`] speaks for.
    carrier: Arc<dyn Carrier>,
    tls: Option<Arc<Tls>>,
    tasks: TaskTracker,
}

impl ServerHandle {
    /// The address as a client takes it.
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.addr)
    }

    /// The certificate in use, when the server encrypts.
    #[must_use]
    pub fn tls(&self) -> Option<&Arc<Tls>> {
        self.tls.as_ref()
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &SharedStore {
        self.state.store()
    }

    /// The in-process door for what a carrier says by itself: an inbound text or a receipt. Twice is once.
    ///
    /// # Errors
    /// [`StoreError`]: say it again.
    pub async fn carrier_event(&self, event: CarrierEvent) -> Result<(), StoreError> {
        Webhook::of(self.carrier.name()).event(&self.state.desk, event).await.map(drop)
    }

    /// Says to probes that the server is about to stop; everything is answered as ever.
    pub fn drain(&self) {
        self.state.draining.cancel();
    }

    /// Stops accepting, ends the feeds, lets requests and carrier calls under way finish, then returns.
    pub async fn shutdown(self) {
        self.drain();
        self.state.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.state.tail.ended().await;
    }
}

/// Starts a server over an open store.
///
/// # Errors
/// [`StartError`]
pub async fn start_over(parts: Parts) -> Result<ServerHandle, StartError> {
    let Parts { store, listen, carrier, clock, ids, net } = parts;
    let tls = match net.tls {
        Some(files) => Some(Arc::new(Tls::open(files).await?)),
        None => None,
    };
    // Not a setting: what the consoles say follows from where the texts go, so that neither can be taken for the other.
    let mut state = AppState::new(store, clock.clone(), ids, carrier.is_simulated());
    state.door = carrier.door();
    state.download = net.download.map(Into::into);
    state.second_factor = net.second_factor;
    state.desk.throughput = net.throughput.map(Arc::new);
    System::set_leases(&state.desk, net.leases).await?;
    // The machine's time, whatever the campaign's is: a socket knows no other, nor does a phone.
    let machine = SystemClock::shared();
    state.machine = machine.clone();
    let (listener, addr) = listening(listen).await?;
    let tasks = TaskTracker::new();
    let gate = Gate::new(machine.clone(), net.limits.requests_per_account, net.limits.requests_per_address);
    let line = Line {
        router: gated(state.clone(), Some(Arc::new(gate))),
        stop: state.stop.clone(),
        clock: machine,
        limits: net.limits,
        tls: tls.clone(),
        proxies: Arc::new(net.proxies),
    };
    let figures = match net.metrics {
        Some(at) => Some(tell_figures(at, &state, &tasks).await?),
        None => None,
    };
    tasks.spawn(accept(listener, line, tasks.clone()));
    let stop = state.stop.clone();
    if let Some(tls) = tls.clone() {
        let stop = stop.clone();
        tasks.spawn(async move { tls.watch(clock, stop).await });
    }
    let dispatcher = Dispatcher::new(state.desk.clone(), carrier.clone());
    tasks.spawn(async move { dispatcher.run(stop).await });
    Ok(ServerHandle { addr, figures, state, carrier, tls, tasks })
}

/// Takes the address; says which port it is.
async fn listening(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(at).await.map_err(|error| StartError::Listen(at, error))?;
    let addr = listener.local_addr().map_err(|error| StartError::Listen(at, error))?;
    Ok((listener, addr))
}

/// Listens for whoever asks for figures; says where.
async fn tell_figures(at: SocketAddr, state: &AppState, tasks: &TaskTracker) -> Result<SocketAddr, StartError> {
    metrics::keep()?;
    let (listener, addr) = listening(at).await?;
    let line = Line {
        router: metrics::router(state.desk.clone()),
        stop: state.stop.clone(),
        clock: SystemClock::shared(),
        limits: Limits { connections: FIGURE_READERS, ..Limits::default() },
        tls: None,
        proxies: Arc::default(),
    };
    tasks.spawn(accept(listener, line, tasks.clone()));
    tasks.spawn(metrics::tend(state.stop.clone()));
    Ok(addr)
}
