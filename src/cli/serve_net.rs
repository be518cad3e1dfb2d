//! `serve`: its options about the network, and the signals it listens to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Misuse;
use super::reach::tell;
use crate::client::native::JoinLink;
use crate::config::ServeConfig;
use crate::domain::assignment::Leases;
use crate::domain::safe_text::safe_line;
use crate::server::auth::second_factor::Policy;
use crate::server::net::tls::{News, Tls, TlsFiles};
use crate::server::net::{Limits, Net, peer::Proxies};

/// Options of `serve` about the network; each stands for a setting in `[serve]`.
#[derive(Debug, Default, clap::Args)]
pub struct NetArgs {
    /// Encrypt with this certificate and its chain (PEM); read again when it changes
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Believe the proxy at ADDR (or in the block ADDR/BITS) for whom it asks; may be given several times
    #[arg(long = "trusted-proxy", value_name = "ADDR")]
    pub trusted_proxies: Vec<String>,
    /// Tell figures for Prometheus at http://ADDR:PORT/metrics; keep it from the internet
    #[arg(long, value_name = "ADDR:PORT")]
    pub metrics: Option<SocketAddr>,
    /// Want a second factor of captains, admins and owners
    #[arg(long)]
    pub require_second_factor: bool,
}

impl NetArgs {
    /// Options before settings.
    ///
    /// # Errors
    /// [`Misuse`]: what does not fit together.
    pub fn net(&self, config: &ServeConfig) -> Result<Net, Misuse> {
        let file = |option: &Option<PathBuf>, setting: &str| {
            option.clone().or_else(|| (!setting.is_empty()).then(|| PathBuf::from(setting)))
        };
        let tls = match (file(&self.tls_cert, &config.tls_cert), file(&self.tls_key, &config.tls_key)) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(Misuse("a certificate needs its key: --tls-key FILE, or serve.tls_key".into()));
            }
            (None, Some(_)) => {
                return Err(Misuse("a key needs its certificate: --tls-cert FILE, or serve.tls_cert".into()));
            }
        };
        let (named, name) = match self.trusted_proxies.is_empty() {
            true => (config.trusted_proxies.clone(), "serve.trusted_proxies"),
            false => (self.trusted_proxies.join(","), "--trusted-proxy"),
        };
        let proxies: Proxies = named.parse().map_err(|error| Misuse(format!("{name}: {error}")))?;
        let limits = Limits {
            connections: usize::try_from(config.connections).unwrap_or(usize::MAX),
            connections_per_address: usize::try_from(config.connections_per_address).unwrap_or(usize::MAX),
            requests_per_account: config.requests_per_account,
            requests_per_address: config.requests_per_address,
            ..Limits::default()
        };
        let download = (!config.download_url.is_empty()).then(|| config.download_url.clone());
        if download.as_ref().is_some_and(|url| !url.starts_with("https://")) {
            return Err(Misuse("serve.download_url begins with https://".into()));
        }
        let metrics =
            match (self.metrics, config.metrics.as_str()) {
                (Some(at), _) => Some(at),
                (None, "") => None,
                (None, at) => Some(at.parse().map_err(|_| {
                    Misuse(format!("serve.metrics: `{at}` is no address and port, as in 127.0.0.1:9464"))
                })?),
            };
        let second_factor = Policy {
            required: self.require_second_factor || config.require_second_factor,
            good_for: SignedDuration::from_hours(config.second_factor_hours.into()),
        };
        let minutes = |minutes: u32| Duration::from_secs(60 * u64::from(minutes));
        let leases = Leases { unsent: minutes(config.unsent_minutes), conversations: minutes(config.reply_minutes) };
        Ok(Net { tls, proxies, limits, download, metrics, second_factor, throughput: None, leases })
    }
}

/// Others reach the server there: an address with its scheme, and nothing behind its path.
///
/// # Errors
/// [`Misuse`]: it is none, and what it would look like.
pub(super) fn check_public_url(url: &str) -> Result<(), Misuse> {
    if JoinLink::parse(&format!("{}/join#x", url.trim_end_matches('/'))).is_ok() {
        return Ok(());
    }
    let shown = safe_line(url);
    let guess = format!("https://{}", url.trim_matches('/'));
    let bare = !url.contains("://") && JoinLink::parse(&format!("{guess}/join#x")).is_ok();
    let hint =
        if bare { format!(", as in {}", safe_line(&guess)) } else { ", as in https://text.example.org".to_owned() };
    Err(Misuse(format!(
        "--public-url: `{shown}` is no address that a browser could open: it begins with https:// or http://{hint}"
    )))
}

/// Each connection is an open file, and most systems begin with 1,024 of them where many more are allowed.
#[cfg(unix)]
pub(super) fn raise_files_limit() {
    match rlimit::increase_nofile_limit(1 << 20) {
        Ok(files) => tracing::debug!(files, "open files at most"),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
}

/// There is no such limit here.
#[cfg(not(unix))]
pub(super) fn raise_files_limit() {}

/// Tells what becomes of a changed certificate until `stop`.
pub(super) async fn tell_of_certificates(mut news: watch::Receiver<Option<News>>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = news.changed() => if changed.is_err() { return },
        }
        match news.borrow_and_update().as_ref() {
            Some(News::Renewed) => tell("The certificate was read again; new connections get it."),
            Some(News::Kept(error)) => tell(format!("warning: the certificate in use stays: {error}")),
            None => {}
        }
    }
}

/// The signals that a server listens to: INT and TERM end it; HUP has a server with a certificate read it again, and ends one
/// without.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Signals {
    int: tokio::signal::unix::Signal,
    term: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            int: signal(SignalKind::interrupt())?,
            term: signal(SignalKind::terminate())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    /// Completes when the process is told to end.
    pub(super) async fn end(&mut self, tls: Option<&Arc<Tls>>) {
        loop {
            tokio::select! {
                _ = self.int.recv() => return,
                _ = self.term.recv() => return,
                _ = self.hup.recv() => match tls {
                    None => return,
                    Some(tls) => if tls.look().await.is_none() {
                        tell("The certificate is the same as before.");
                    },
                },
            }
        }
    }
}

/// What ends a server on Windows: Ctrl-C, a closed window, a shutdown.
#[cfg(windows)]
#[derive(Debug)]
pub(super) struct Signals {
    c: tokio::signal::windows::CtrlC,
    brk: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    down: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self { c: ctrl_c()?, brk: ctrl_break()?, close: ctrl_close()?, down: ctrl_shutdown()? })
    }

    /// Completes when the process is told to end.
    pub(super) async fn end(&mut self, _tls: Option<&Arc<Tls>>) {
        tokio::select! {
            _ = self.c.recv() => {}
            _ = self.brk.recv() => {}
            _ = self.close.recv() => {}
            _ = self.down.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_pair_is_refused_with_the_missing_half() {
        let args = NetArgs { tls_cert: Some("c.pem".into()), ..NetArgs::default() };
        assert!(args.net(&ServeConfig::default()).expect_err("no key").0.contains("--tls-key"));
        let config = ServeConfig { tls_key: "k.pem".into(), ..ServeConfig::default() };
        assert!(NetArgs::default().net(&config).expect_err("no certificate").0.contains("--tls-cert"));
        let both = args.net(&config).expect("one of each").tls.expect("a pair");
        assert_eq!((both.cert, both.key), ("c.pem".into(), "k.pem".into()));
    }

    #[rstest::rstest]
    #[case("https://text.example.org", None)]
    #[case("https://example.org/tb/", None)]
    #[case("http://127.0.0.1:8787", None)]
    #[case("example", Some("as in https://example"))]
    #[case("text.example.org/", Some("as in https://text.example.org"))]
    #[case("ftp://example.org", Some("as in https://text.example.org"))]
    #[case("https://", Some("as in https://text.example.org"))]
    #[case("https://example.org/?a", Some("as in https://text.example.org"))]
    fn an_address_that_is_none_is_refused_with_one(#[case] url: &str, #[case] refused: Option<&str>) {
        let told = check_public_url(url).err().map(|Misuse(told)| told);
        assert_eq!(told.is_some(), refused.is_some(), "{told:?}");
        let told = told.unwrap_or_default();
        assert!(refused.is_none_or(|hint| told.contains("--public-url") && told.ends_with(hint)), "{told}");
    }

    #[test]
    fn a_wrong_proxy_is_named() {
        let args = NetArgs { trusted_proxies: vec!["10.0.0.1".into(), "proxy".into()], ..NetArgs::default() };
        let told = args.net(&ServeConfig::default()).expect_err("a name").0;
        assert!(told.contains("--trusted-proxy") && told.contains("`proxy`"), "{told}");
    }
}
