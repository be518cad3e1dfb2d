//! Slow loris: what 500 connections that never end what they began cost everybody else.
//!
//! `cargo bench --bench loris`. One steady client asks the real server, over its own accept loop, one request after the other:
//! alone, beside 500 half-sent heads, and beside 500 bodies that come a byte at a time. What counts is the ratio of its p99
//! with and without them, of the same run.

#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use textbank::api::admin::InviteRequest;
use textbank::api::people::{JoinRequest, Role};
use textbank::domain::ids::DeviceId;
use textbank::env::{SystemClock, SystemIds};
use textbank::server::carrier::simulated::SimulatedCarrier;
use textbank::server::net::{Limits, Net};
use textbank::server::store::command::Answer;
use textbank::server::store::handles::{Door, System};
use textbank::server::store::sql::Location;
use textbank::server::{ServerHandle, ServerOptions, start};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections that never end what they began.
const SLOW: usize = 500;
/// Requests of the steady client in one go.
const ASKED: usize = 2_000;
/// How often all is measured; the median of the ratios is told.
const ROUNDS: usize = 5;
/// A slow one sends one byte so often.
const BYTE_EVERY: Duration = Duration::from_millis(100);

/// What a slow one begins with, and what it sends of a byte at a time.
type Begun = (&'static str, Arc<[u8]>);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Two files a connection: both ends are in this process.
    #[cfg(unix)]
    rlimit::increase_nofile_limit(4_096)?;
    let limits = Limits { requests_per_account: 0, requests_per_address: 0, ..Limits::default() };
    let server = start(ServerOptions {
        listen: "127.0.0.1:0".parse()?,
        location: Location::Memory,
        carrier: Arc::new(SimulatedCarrier::silent()),
        clock: SystemClock::shared(),
        ids: SystemIds::shared(),
        net: Net { limits, ..Net::default() },
    })
    .await?;
    let token = token(&server).await?;
    let ask: Arc<[u8]> =
        format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes().into();
    let heads: Begun = ("half-sent heads", b"GET /api/v1/me HTTP/1.1\r\nhost: x\r\nx-slow: ".as_slice().into());
    let body = format!(
        "PUT /api/v1/acts/{} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: 100000\r\n\r\n{{\"act\": \"",
        uuid::Uuid::from_u128(1)
    );
    let bodies: Begun = ("bodies a byte at a time", body.into_bytes().into());

    let mut out = std::io::stdout();
    steady(server.addr, &ask).await?;
    let mut ratios = [Vec::new(), Vec::new()];
    for round in 1..=ROUNDS {
        for (slow, ratios) in [&heads, &bodies].into_iter().zip(&mut ratios) {
            let alone = steady(server.addr, &ask).await?;
            let held = begin(server.addr, &slow.1).await?;
            let beside = steady(server.addr, &ask).await?;
            drop(held);
            let ratio = beside.as_secs_f64() / alone.as_secs_f64();
            writeln!(
                out,
                "round {round}: p99 alone {alone:>9.3?}, beside {SLOW} {} {beside:>9.3?}: {ratio:.2}",
                slow.0
            )?;
            ratios.push(ratio);
        }
    }
    for ((what, _), mut ratios) in [heads, bodies].into_iter().zip(ratios) {
        ratios.sort_by(f64::total_cmp);
        writeln!(out, "p99 beside {SLOW} {what}: {:.2} of that alone (median of {ROUNDS})", ratios[ROUNDS / 2])?;
    }
    server.shutdown().await;
    Ok(())
}

/// A sign-in.
async fn token(server: &ServerHandle) -> anyhow::Result<String> {
    let desk = &server.state.desk;
    let organization = server.store().first_organization().await?;
    let request =
        InviteRequest { role: Role::Owner, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
    let Answer::Invite(invite) = System::invite(desk, organization, request).await? else { anyhow::bail!("no invite") };
    let device = DeviceId(uuid::Uuid::from_u128(7));
    let request = JoinRequest { invite: invite.secret, name: "Ada".into(), device, proof: None };
    let joined = Door::join(desk, request).await?.map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
    Ok(joined.token)
}

/// Begins what never ends, on so many connections; each goes on a byte at a time until the set is dropped.
async fn begin(addr: SocketAddr, begun: &Arc<[u8]>) -> anyhow::Result<JoinSet<()>> {
    let mut held = JoinSet::new();
    for _ in 0..SLOW {
        let mut line = TcpStream::connect(addr).await?;
        line.write_all(begun).await?;
        held.spawn(async move {
            while line.write_all(b"x").await.is_ok() {
                tokio::time::sleep(BYTE_EVERY).await;
            }
        });
    }
    Ok(held)
}

/// The steady client: the p99 of its requests.
async fn steady(addr: SocketAddr, ask: &[u8]) -> anyhow::Result<Duration> {
    let mut line = TcpStream::connect(addr).await?;
    line.set_nodelay(true)?;
    let mut buffer = vec![0_u8; 16 * 1024];
    let mut times = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let begun = Instant::now();
        line.write_all(ask).await?;
        let mut have = 0;
        // The body is one short JSON object, the last thing of the answer.
        while have == 0 || buffer[have - 1] != b'}' {
            let read = line.read(&mut buffer[have..]).await?;
            anyhow::ensure!(read > 0, "the server hung up");
            have += read;
        }
        anyhow::ensure!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..have]));
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[ASKED * 99 / 100])
}
