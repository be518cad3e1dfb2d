//! The accept loop: our own because of what it bounds: connections, the time for a request's head, the time for a farewell.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::Limits;
use super::peer::Proxies;
use super::tls::Tls;
use crate::env::SharedClock;
use crate::server::limits;
use crate::server::metrics::Open;

/// How long requests under way may still take when the server stops.
const FAREWELL: Duration = Duration::from_secs(10);

/// What each connection needs.
#[derive(Debug, Clone)]
pub struct Line {
    /// Who answers.
    pub router: Router,
    /// Ends it.
    pub stop: CancellationToken,
    /// The machine's time.
    pub clock: SharedClock,
    /// What the callers may take.
    pub limits: Limits,
    /// Encrypts, when it shall.
    pub tls: Option<Arc<Tls>>,
    /// Whose word about the caller is taken.
    pub proxies: Arc<Proxies>,
}

/// Accepts connections until told to stop; each is a task of `tasks`.
pub async fn accept(listener: TcpListener, line: Line, tasks: TaskTracker) {
    let places = Arc::new(Semaphore::new(line.limits.connections));
    let by_address = Arc::new(ByAddress::default());
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
                let free = line.proxies.hold(peer.ip());
                let Some(seat) =
                    by_address.sit(peer.ip(), if free { usize::MAX } else { line.limits.connections_per_address })
                else {
                    tracing::debug!("an address has too many connections");
                    continue;
                };
                let line = line.clone();
                tasks.spawn(async move {
                    let open = Open::connection();
                    line.serve(stream, peer).await;
                    drop((seat, place, open));
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

/// How many connections each address has open.
#[derive(Debug, Default)]
struct ByAddress(Mutex<HashMap<IpAddr, usize>>);

/// One of them; ends with its connection.
#[derive(Debug)]
struct Seat(Arc<ByAddress>, IpAddr);

impl ByAddress {
    fn sit(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Seat> {
        let address = limits::network(address);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.entry(address).or_default();
        if *own >= most {
            return None;
        }
        *own += 1;
        Some(Seat(self.clone(), address))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.1) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.1);
            }
        }
    }
}

impl Line {
    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let Some(tls) = self.tls.clone() else { return self.speak(stream, peer).await };
        let hands = tokio::select! {
            () = self.stop.cancelled() => return,
            () = self.clock.sleep(self.limits.head_time) => return,
            hands = tls.acceptor().accept(stream) => hands,
        };
        match hands {
            Ok(stream) => self.speak(stream, peer).await,
            // Scanners, and browsers that do not know our authority: nothing is wrong here.
            Err(error) => tracing::debug!(%error, "a handshake failed"),
        }
    }

    /// Answers requests until the caller has enough, is too slow, or the server stops.
    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let begun = Arc::new(AtomicBool::new(false));
        let (proxies, asked) = (self.proxies.clone(), begun.clone());
        let service = self.router.map_request(move |mut request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let caller = proxies.caller(peer, request.headers());
            request.extensions_mut().insert(ConnectInfo(caller));
            request.map(axum::body::Body::new)
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_time)
            .max_buf_size(limits::MAX_HEAD);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(self.limits.head_time)
            .max_header_list_size(limits::MAX_HEAD as u32)
            .max_concurrent_streams(64);
        let line = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::pin!(line);
        let first = self.clock.sleep(self.limits.head_time);
        tokio::pin!(first);
        // Before hyper knows which HTTP it is to speak it waits without end; so the first request is waited for here.
        let mut waits = true;
        let ended = loop {
            tokio::select! {
                ended = line.as_mut() => break ended,
                () = first.as_mut(), if waits => {
                    if !begun.load(Ordering::Relaxed) {
                        return;
                    }
                    waits = false;
                }
                () = self.stop.cancelled() => {
                    line.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = line.as_mut() => break ended,
                        () = self.clock.sleep(FAREWELL) => return,
                    }
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
    use rstest::rstest;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::env::{SimClock, SystemClock};

    async fn listening(limits: Limits) -> (SocketAddr, TaskTracker, CancellationToken) {
        listening_by(SystemClock::shared(), limits).await
    }

    async fn listening_by(clock: SharedClock, limits: Limits) -> (SocketAddr, TaskTracker, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let router = Router::new().route("/", axum::routing::get(|| async { "well" }));
        let line = Line { router, stop: stop.clone(), clock, limits, tls: None, proxies: Arc::default() };
        tasks.spawn(accept(listener, line, tasks.clone()));
        (addr, tasks, stop)
    }

    async fn ended(tasks: TaskTracker, stop: CancellationToken) {
        stop.cancel();
        tasks.close();
        tokio::time::timeout(Duration::from_secs(60), tasks.wait()).await.expect("everything ends");
    }

    #[rstest]
    #[case::half_a_head(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")]
    #[case::half_a_preface(b"PRI * HT")]
    #[case::silence(b"")]
    #[tokio::test]
    async fn a_request_whose_head_never_ends_is_cut(#[case] begun: &[u8]) {
        let (addr, tasks, stop) = listening(Limits { head_time: Duration::from_millis(50), ..Limits::default() }).await;
        let mut slow = TcpStream::connect(addr).await.expect("a line");
        slow.write_all(begun).await.expect("half a head");
        let mut rest = Vec::new();
        let cut =
            tokio::time::timeout(Duration::from_secs(60), slow.read_to_end(&mut rest)).await.expect("cut in time");
        assert!(cut.is_err() || !rest.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&rest));
        ended(tasks, stop).await;
    }

    #[tokio::test]
    async fn an_idle_line_does_not_hold_up_the_end() {
        // On a clock that stands: nobody's patience with it ever ends.
        let clock = SimClock::at(jiff::Timestamp::UNIX_EPOCH);
        let limits = Limits { head_time: Duration::from_secs(600), ..Limits::default() };
        let (addr, tasks, stop) = listening_by(clock, limits).await;
        let mut idle = TcpStream::connect(addr).await.expect("a line");
        idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("a request");
        let mut answer = [0u8; 512];
        let read = idle.read(&mut answer).await.expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        ended(tasks, stop).await;
    }

    /// Asks once over a line of its own; the line, when there was an answer.
    async fn ask(addr: SocketAddr) -> Option<TcpStream> {
        let mut line = TcpStream::connect(addr).await.expect("a line");
        line.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.ok()?;
        let mut answer = [0u8; 512];
        let read = line.read(&mut answer).await.ok()?;
        answer[..read].starts_with(b"HTTP/1.1 200").then_some(line)
    }

    /// Waits, within reason, until one more is let in.
    async fn let_in(addr: SocketAddr) -> TcpStream {
        let wait = async {
            loop {
                if let Some(line) = ask(addr).await {
                    return line;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("let in")
    }

    #[tokio::test]
    async fn one_address_has_so_many_lines_and_no_more() {
        let limits = Limits { connections_per_address: 3, ..Limits::default() };
        let (addr, tasks, stop) = listening(limits).await;
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(ask(addr).await.expect("one of three"));
        }
        assert!(ask(addr).await.is_none(), "the fourth is shut");
        held.pop();
        held.push(let_in(addr).await);
        assert!(ask(addr).await.is_none(), "the fourth again");
        ended(tasks, stop).await;
    }

    #[tokio::test]
    async fn hundreds_of_half_requests_are_cut_and_others_are_answered_meanwhile() {
        const SLOW: usize = 200;
        let limits = Limits { head_time: Duration::from_secs(5), ..Limits::default() };
        let (addr, tasks, stop) = listening(limits).await;
        let mut slow = Vec::new();
        for _ in 0..SLOW {
            let mut line = TcpStream::connect(addr).await.expect("a line");
            line.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await.expect("half a head");
            slow.push(line);
        }
        assert!(ask(addr).await.is_some(), "answered beside them");
        let cut = async {
            for line in &mut slow {
                let mut rest = Vec::new();
                // Cut with or without a word: both are an end.
                let _ = line.read_to_end(&mut rest).await;
                assert!(!rest.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&rest));
            }
        };
        tokio::time::timeout(Duration::from_secs(60), cut).await.expect("all are cut");
        ended(tasks, stop).await;
    }
}
