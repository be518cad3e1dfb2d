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
    sql::{Location, SqlStore},
};
use super::{AppState, jobs::Dispatcher, limits, router};
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
    let ServerOptions { listen, location, carrier, clock, ids } = options;
    let store = Arc::new(SqlStore::open(location, clock.clone(), ids.clone()).await?);
    start_over(Parts { store, listen, carrier, clock, ids }).await
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
}

/// A running server.
#[derive(Debug)]
pub struct ServerHandle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its requests reach.
    pub state: AppState,
    /// Its carrier; its name is the one that [`Self::carrier_event`] speaks for.
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
    let Parts { store, listen, carrier, clock, ids } = parts;
    // Not a setting: what the consoles say follows from where the texts go, so that neither can be taken for the other.
    let mut state = AppState::new(store, clock.clone(), ids, carrier.is_simulated());
    state.door = carrier.door();
    let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    let addr = listener.local_addr().map_err(|error| StartError::Listen(listen, error))?;
    let tasks = TaskTracker::new();
    let line = Line { router: router(state.clone()), stop: state.stop.clone(), clock, head_time: limits::HEAD_TIME };
    tasks.spawn(accept(listener, line, tasks.clone()));
    let dispatcher = Dispatcher::new(state.desk.clone(), carrier.clone());
    let stop = state.stop.clone();
    tasks.spawn(async move { dispatcher.run(stop).await });
    Ok(ServerHandle { addr, state, carrier, tasks })
}

/// What each connection needs.
#[derive(Debug, Clone)]
struct Line {
    router: Router,
    stop: CancellationToken,
    clock: SharedClock,
    head_time: Duration,
}

/// Accepts connections until told to stop; each is a task of `tasks`.
async fn accept(listener: TcpListener, line: Line, tasks: TaskTracker) {
    let places = Arc::new(Semaphore::new(limits::MAX_CONNECTIONS));
    loop {
        let place = tokio::select! {
            () = line.stop.cancelled() => return,
            place = places.clone().acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = line.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let line = line.clone();
                tasks.spawn(async move {
                    line.serve(stream, peer).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: trying again at once would only burn.
                tracing::warn!(%error, "a connection could not be accepted");
                line.clock.sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

impl Line {
    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let service = self.router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(axum::body::Body::new)
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.head_time).max_buf_size(64 * 1024);
        builder.http2().timer(TokioTimer::new()).keep_alive_interval(self.head_time).max_concurrent_streams(64);
        let line = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::pin!(line);
        let ended = tokio::select! {
            ended = line.as_mut() => ended,
            () = self.stop.cancelled() => {
                line.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = line.as_mut() => ended,
                    () = self.clock.sleep(FAREWELL) => return,
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error, "a connection ended badly");
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::env::SystemClock;

    async fn listening(head_time: Duration) -> (SocketAddr, TaskTracker, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let router = Router::new().route("/", axum::routing::get(|| async { "well" }));
        let line = Line { router, stop: stop.clone(), clock: SystemClock::shared(), head_time };
        tasks.spawn(accept(listener, line, tasks.clone()));
        (addr, tasks, stop)
    }

    async fn ended(tasks: TaskTracker, stop: CancellationToken) {
        stop.cancel();
        tasks.close();
        tokio::time::timeout(Duration::from_secs(5), tasks.wait()).await.expect("everything ends");
    }

    #[tokio::test]
    async fn a_request_whose_head_never_ends_is_cut() {
        let (addr, tasks, stop) = listening(Duration::from_millis(50)).await;
        let mut slow = TcpStream::connect(addr).await.expect("a line");
        slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await.expect("half a head");
        let mut rest = Vec::new();
        let cut = tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut rest)).await.expect("cut in time");
        assert!(cut.is_err() || !rest.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&rest));
        ended(tasks, stop).await;
    }

    #[tokio::test]
    async fn an_idle_line_does_not_hold_up_the_end() {
        let (addr, tasks, stop) = listening(Duration::from_secs(60)).await;
        let mut idle = TcpStream::connect(addr).await.expect("a line");
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("a request");
        let mut answer = [0u8; 512];
        let read = idle.read(&mut answer).await.expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        ended(tasks, stop).await;
    }
}
