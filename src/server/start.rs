//! Puts a [`super::router`] behind a socket.
//!
//! The accept loop is our own because of what it bounds: connections, the time for a request's head, the time for a farewell.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::carrier::{Carrier, CarrierEvent};
use super::store::{
    SharedStore, StoreError,
    handles::Webhook,
    sqlite::{Location, SqliteStore},
};
use super::{AppState, limits, router};
use crate::env::{SharedClock, SharedIds};

/// How long requests under way may still take when the server stops.
const FAREWELL: Duration = Duration::from_secs(10);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a server is made of.
#[derive(Debug)]
pub struct ServerOptions {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the database is.
    pub location: Location,
    /// True when no text of this server reaches a real phone.
    pub rehearsal: bool,
    /// Who takes texts to phones.
    pub carrier: Arc<dyn Carrier>,
    /// Time.
    pub clock: SharedClock,
    /// Ids and secrets.
    pub ids: SharedIds,
}

/// Opens the database and starts a server over it.
///
/// # Errors
/// [`StartError`]
pub async fn start(options: ServerOptions) -> Result<ServerHandle, StartError> {
    let ServerOptions { listen, location, rehearsal, carrier, clock, ids } = options;
    let store = Arc::new(SqliteStore::open(location, clock.clone(), ids.clone()).await?);
    start_over(Parts { store, listen, rehearsal, carrier, clock, ids }).await
}

/// What a server over an open store is made of.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub store: SharedStore,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// True when no text of this server reaches a real phone.
    pub rehearsal: bool,
    /// Who takes texts to phones.
    pub carrier: Arc<dyn Carrier>,
    /// Time.
    pub clock: SharedClock,
    /// Ids and secrets.
    pub ids: SharedIds,
}

/// A running server.
#[derive(Debug)]
pub struct ServerHandle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its requests reach.
    pub state: AppState,
    carrier: Arc<dyn Carrier>,
    tasks: TaskTracker,
}

impl ServerHandle {
    /// The address as a client takes it.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
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

    /// Stops accepting, ends the feeds, lets requests and carrier calls under way finish, then returns.
    pub async fn shutdown(self) {
        self.state.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Starts a server over an open store.
///
/// # Errors
/// [`StartError`]
pub async fn start_over(parts: Parts) -> Result<ServerHandle, StartError> {
    let Parts { store, listen, rehearsal, carrier, clock, ids } = parts;
    let state = AppState::new(store, clock.clone(), ids, rehearsal);
    let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    let addr = listener.local_addr().map_err(|error| StartError::Listen(listen, error))?;
    let tasks = TaskTracker::new();
    tasks.spawn(accept(listener, router(state.clone()), tasks.clone(), state.stop.clone(), clock));
    Ok(ServerHandle { addr, state, carrier, tasks })
}

/// Accepts connections until `stop`; each is a task of `tasks`.
async fn accept(
    listener: TcpListener,
    router: Router,
    tasks: TaskTracker,
    stop: CancellationToken,
    clock: SharedClock,
) {
    let places = Arc::new(Semaphore::new(limits::MAX_CONNECTIONS));
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => return,
            place = places.clone().acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, stop, clock) = (router.clone(), stop.clone(), clock.clone());
                tasks.spawn(async move {
                    connection(stream, peer, router, stop, clock).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: trying again at once would only burn.
                tracing::warn!(%error, "a connection could not be accepted");
                clock.sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, stop: CancellationToken, clock: SharedClock) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits::HEAD_TIME).max_buf_size(64 * 1024);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(limits::HEAD_TIME).max_concurrent_streams(64);
    let line = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(line);
    let ended = tokio::select! {
        ended = line.as_mut() => ended,
        () = stop.cancelled() => {
            line.as_mut().graceful_shutdown();
            tokio::select! {
                ended = line.as_mut() => ended,
                () = clock.sleep(FAREWELL) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended badly");
    }
}
