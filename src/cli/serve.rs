//! `serve`

use std::fs::{File, OpenOptions, TryLockError};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use secrecy::SecretString;

use super::reach::tell;
use super::{Context, Exit, Outcome, out};
use crate::api::{admin::InviteRequest, people::Role};
use crate::client::native::JoinLink;
use crate::config::create_private_dir;
use crate::server::carrier::simulated::SimulatedCarrier;
use crate::server::store::{command::Answer, handles::System, sqlite::Location};
use crate::server::{ServerHandle, ServerOptions, start};

/// How long the first admin's link is good.
const FIRST_LINK_SECONDS: u64 = 7 * 86_400;

/// Run a campaign server until Ctrl-C
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8787", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// Keep the database in DIR; else in the data directory
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The address by which others reach this server, for join links (a proxy's: https://...)
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Print a fresh admin's join link although this is not the first start
    #[arg(long)]
    pub admin_link: bool,
}

/// Serves until the process is told to end.
///
/// # Errors
/// The directory, the database or the address cannot be had.
pub async fn run(args: ServeArgs, ctx: &Context) -> Outcome {
    let dir = args.data.clone().unwrap_or_else(|| ctx.paths.data_dir().join("server"));
    create_private_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    // One server process a database: its events are numbered by one writer.
    let _lock = lock(&dir)?;
    let database = dir.join("textbank.db");
    make_private(&database).with_context(|| format!("cannot open {}", database.display()))?;
    // Listened for from here on: a signal in the middle of starting ends in order too.
    let end = told_to_end()?;
    if let Some(url) = &args.public_url {
        JoinLink::parse(&format!("{}/join#x", url.trim_end_matches('/'))).context("--public-url")?;
    }
    let server = start(ServerOptions {
        listen: args.listen,
        location: Location::File(database),
        rehearsal: true,
        carrier: Arc::new(SimulatedCarrier::silent()),
        clock: ctx.clock.clone(),
        ids: ctx.ids.clone(),
    })
    .await?;
    let base = args.public_url.clone().unwrap_or_else(|| server.base_url());
    out(format!("Listening on {}", server.base_url()))?;
    tell("REHEARSAL: this version has only the simulated carrier. No text of this server reaches a phone.");
    if let Some(warning) = in_the_clear(server.addr, args.public_url.as_deref()) {
        tell(warning);
    }
    let told = dir.join("admin-link-was-shown");
    if args.admin_link || !told.exists() {
        let link = admin_link(&server, &base).await?;
        out(format!("Admin's join link, good once, for 7 days:\n{}", link.reveal()))?;
        tell("Sign in with: textbank join 'LINK' --name NAME");
        private(&told).with_context(|| format!("cannot make {}", told.display()))?;
    }
    end.await;
    tell("stopping: requests and texts under way are being finished");
    server.shutdown().await;
    Ok(Exit::Done)
}

fn lock(dir: &Path) -> anyhow::Result<File> {
    let path = dir.join("lock");
    let file = private(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("another textbank serves {} already", dir.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// Opens a file, made when missing, that only its owner can read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // On Windows the directory's own access list keeps others out.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the database's file before SQLite does, so that it and what SQLite puts beside it are private.
fn make_private(database: &Path) -> std::io::Result<()> {
    let file = private(database)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.sync_all()
}

/// What to say when whoever is on the network between can read along.
fn in_the_clear(addr: SocketAddr, public_url: Option<&str>) -> Option<&'static str> {
    let covered = public_url.is_some_and(|url| url.starts_with("https://"));
    let loopback = match addr.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    };
    (!loopback && !covered).then_some(
        "warning: this address is reachable from other machines and not encrypted: names, numbers and sign-ins can be \
         read on the way. Put a proxy with TLS before it and name it with --public-url https://...",
    )
}

async fn admin_link(server: &ServerHandle, base: &str) -> anyhow::Result<JoinLink> {
    let organization = server.store().first_organization().await?;
    let request = InviteRequest { role: Role::Admin, campaign: None, uses: 1, valid_seconds: FIRST_LINK_SECONDS };
    match System::invite(&server.state.desk, organization, request).await? {
        Answer::Invite(invite) => Ok(JoinLink::new(base, SecretString::from(invite.secret))),
        other => bail!("no invite for the first admin: {other:?}"),
    }
}

/// Completes when the process is told to end: Ctrl-C, TERM, HUP; on Windows Ctrl-C, a closed window, a shutdown.
#[cfg(unix)]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = int.recv() => {}
            _ = term.recv() => {}
            _ = hup.recv() => {}
        }
    })
}

/// Completes when the process is told to end: Ctrl-C, TERM, HUP; on Windows Ctrl-C, a closed window, a shutdown.
#[cfg(windows)]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let (mut c, mut brk, mut close, mut down) = (ctrl_c()?, ctrl_break()?, ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = c.recv() => {}
            _ = brk.recv() => {}
            _ = close.recv() => {}
            _ = down.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("127.0.0.1:1", None, false)]
    #[case("[::1]:1", None, false)]
    #[case("0.0.0.0:1", None, true)]
    #[case("[::]:1", None, true)]
    #[case("192.168.1.5:1", Some("http://campaign.example"), true)]
    #[case("192.168.1.5:1", Some("https://campaign.example"), false)]
    fn an_open_address_is_told(#[case] addr: &str, #[case] url: Option<&str>, #[case] told: bool) {
        assert_eq!(in_the_clear(addr.parse().expect("an address"), url).is_some(), told);
    }

    #[test]
    fn one_directory_has_one_server() {
        let dir = tempfile::tempdir().expect("a directory");
        let held = lock(dir.path()).expect("free");
        assert!(lock(dir.path()).is_err());
        drop(held);
        assert!(lock(dir.path()).is_ok());
    }
}
