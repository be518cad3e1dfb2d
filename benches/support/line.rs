//! Many connections that each send their requests one after the other, with as little of their own work as can be: the
//! same for the server measured and for its floor.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What came of a run.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Answers a second.
    pub a_second: f64,
    /// Half of the answers took at most this.
    pub p50: Duration,
    /// All but one in a hundred took at most this.
    pub p99: Duration,
}

/// Serves a router on a free port of this machine until the process ends.
pub async fn serve(router: Router) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(addr)
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>9.0} texts/s   p50 {:>9.3?}   p99 {:>9.3?}", self.a_second, self.p50, self.p99)
    }
}

/// One whole request.
pub fn put(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "PUT {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends each list on a connection of its own, all at once, in turn to these servers. Every answer must be a 202.
pub async fn run(servers: &[SocketAddr], lists: Vec<Vec<Vec<u8>>>) -> anyhow::Result<Rate> {
    let mut lines = Vec::new();
    for (list, addr) in lists.into_iter().zip(servers.iter().cycle()) {
        lines.push((Line::to(*addr).await?, list));
    }
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (mut line, list) in lines {
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(list.len());
            for request in list {
                let begun = Instant::now();
                line.ask(&request, "202").await?;
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    Ok(rate(times, begun.elapsed()))
}

/// Rate and spread.
pub fn rate(mut times: Vec<Duration>, took: Duration) -> Rate {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    let many = u32::try_from(times.len()).unwrap_or(u32::MAX);
    Rate { a_second: f64::from(many) / took.as_secs_f64(), p50: at(50), p99: at(99) }
}

/// A connection that asks one thing after the other.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    /// A connection to this server.
    pub async fn to(addr: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0_u8; 16 * 1024] })
    }

    /// Sends a whole request and waits for the whole answer, which must have this status.
    pub async fn ask(&mut self, request: &[u8], status: &str) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        let mut have = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[have..]).await?;
            anyhow::ensure!(read > 0, "the server hung up");
            have += read;
            if whole(&self.buffer[..have])? {
                break;
            }
        }
        let answer = &self.buffer[..have];
        let is = answer.strip_prefix(b"HTTP/1.1 ").is_some_and(|rest| rest.starts_with(status.as_bytes()));
        anyhow::ensure!(is, "no {status}: {}", String::from_utf8_lossy(answer));
        Ok(())
    }
}

/// True when head and body are complete.
fn whole(answer: &[u8]) -> anyhow::Result<bool> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(false) };
    let head = std::str::from_utf8(&answer[..end]).context("a head in ASCII")?.to_ascii_lowercase();
    if head.starts_with("http/1.1 204") {
        return Ok(true);
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .context("a body of known length")?
        .trim()
        .parse::<usize>()?;
    Ok(answer.len() >= end + 4 + length)
}
