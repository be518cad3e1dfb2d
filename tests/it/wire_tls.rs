//! A server that encrypts: which versions and protocols it speaks, what becomes of files that change, and that a caller's
//! address is taken from a named proxy alone.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, Version, tls};
use rstest::rstest;
use textbank::env::SimClock;
use textbank::server::net::Net;
use textbank::server::net::tls::{LOOKED_AT_EVERY, News, Tls, TlsError, TlsFiles};

use crate::served::Served;

/// Two files in a directory of their own.
struct Pair {
    dir: tempfile::TempDir,
}

impl Pair {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { cert: self.path("cert.pem"), key: self.path("key.pem") }
    }

    /// Writes a fresh pair for this machine's names; its certificate.
    fn write(&self) -> Certificate {
        let (cert, key) = fresh();
        std::fs::write(self.path("cert.pem"), &cert).expect("written");
        std::fs::write(self.path("key.pem"), key).expect("written");
        Certificate::from_pem(cert.as_bytes()).expect("a certificate")
    }
}

fn fresh() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).expect("a pair");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

async fn serve(pair: &Pair) -> Served {
    Served::start_on(1, Net { tls: Some(pair.files()), ..Net::default() }).await
}

/// A client that trusts one certificate and nothing else.
fn client(trusted: &Certificate) -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().tls_certs_only([trusted.clone()]).timeout(Duration::from_secs(10))
}

async fn asked(client: reqwest::ClientBuilder, served: &Served) -> reqwest::Result<Version> {
    let response =
        client.build().expect("a client").get(format!("{}/healthz", served.server.base_url())).send().await?;
    response.error_for_status().map(|response| response.version())
}

#[rstest]
#[case::newest(None, true, Version::HTTP_2)]
#[case::tls_1_3(Some(tls::Version::TLS_1_3), true, Version::HTTP_2)]
#[case::tls_1_2(Some(tls::Version::TLS_1_2), true, Version::HTTP_2)]
#[case::the_older_http(None, false, Version::HTTP_11)]
#[tokio::test]
async fn both_versions_and_both_protocols_are_spoken(
    #[case] only: Option<tls::Version>,
    #[case] second: bool,
    #[case] spoken: Version,
) {
    let pair = Pair::new();
    let cert = pair.write();
    let served = serve(&pair).await;
    assert!(served.server.base_url().starts_with("https://"));
    let mut client = client(&cert);
    if let Some(only) = only {
        client = client.tls_version_min(only).tls_version_max(only);
    }
    if !second {
        client = client.http1_only();
    }
    assert_eq!(asked(client, &served).await.expect("an answer"), spoken);
    served.server.shutdown().await;
}

#[tokio::test]
async fn without_encryption_there_is_no_answer() {
    let pair = Pair::new();
    let cert = pair.write();
    let served = serve(&pair).await;
    let plain = format!("http://{}/healthz", served.server.addr);
    assert!(client(&cert).build().expect("a client").get(plain).send().await.is_err());
    served.server.shutdown().await;
}

/// Lets time pass until the files were looked at.
async fn looked_at(clock: &SimClock, tls: &Tls) -> News {
    let mut news = tls.news();
    for _ in 0..1_000 {
        clock.advance(LOOKED_AT_EVERY);
        if tokio::time::timeout(Duration::from_millis(50), news.changed()).await.is_ok() {
            return news.borrow_and_update().clone().expect("news");
        }
    }
    panic!("nobody looked at the files");
}

#[tokio::test]
async fn changed_files_are_taken_and_bad_ones_are_not() {
    let pair = Pair::new();
    let first = pair.write();
    let served = serve(&pair).await;
    let tls = served.server.tls().expect("it encrypts").clone();
    asked(client(&first), &served).await.expect("the first pair");

    std::fs::write(pair.path("cert.pem"), "-----BEGIN CERTIFICATE-----\nhalf").expect("written");
    let News::Kept(_) = looked_at(&served.clock, &tls).await else { panic!("half a certificate was taken") };
    asked(client(&first), &served).await.expect("the first pair still");
    assert_eq!(tls.look().await, None, "told once");

    std::fs::remove_file(pair.path("cert.pem")).expect("removed");
    let News::Kept(TlsError::Unreadable(file, _)) = looked_at(&served.clock, &tls).await else { panic!("no file") };
    assert_eq!(file, pair.path("cert.pem"));
    asked(client(&first), &served).await.expect("the first pair still");

    let second = pair.write();
    assert_eq!(looked_at(&served.clock, &tls).await, News::Renewed);
    asked(client(&second), &served).await.expect("the second pair");
    assert!(asked(client(&first), &served).await.is_err(), "the first is not shown any more");
    served.server.shutdown().await;
}

#[rstest]
#[case::no_certificate(|p: &Path| std::fs::remove_file(p.join("cert.pem")), "cannot read", "cert.pem")]
#[case::no_key(|p: &Path| std::fs::remove_file(p.join("key.pem")), "cannot read", "key.pem")]
#[case::words(|p: &Path| std::fs::write(p.join("cert.pem"), "hello"), "holds no certificate", "cert.pem")]
#[case::exchanged(|p: &Path| std::fs::copy(p.join("cert.pem"), p.join("key.pem")).map(drop), "holds no private key", "key.pem")]
#[case::of_two_pairs(|p: &Path| std::fs::write(p.join("key.pem"), fresh().1), "do not fit", "key.pem")]
#[tokio::test]
async fn what_cannot_be_used_is_named(
    #[case] break_it: fn(&Path) -> std::io::Result<()>,
    #[case] what: &str,
    #[case] which: &str,
) {
    let pair = Pair::new();
    pair.write();
    break_it(pair.dir.path()).expect("broken");
    let told = Tls::open(pair.files()).await.expect_err("no server").to_string();
    assert!(told.contains(what) && told.contains(&pair.path(which).display().to_string()), "{told}");
}
