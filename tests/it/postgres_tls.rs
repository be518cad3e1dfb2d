//! Encrypted lines to a PostgreSQL: the other end is checked, and what is wrong with it is said.
//!
//! The server is one of its own, which `.ci/postgres` starts; skipped where the other tests on PostgreSQL are.
#![cfg(unix)]

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use textbank::db::Url;
use textbank::env::{SeededIds, SimClock};
use textbank::server::store::sql::{Location, SqlStore, upkeep};

use crate::source::root;

/// An authority of one's own, and its certificate.
fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    let key = KeyPair::generate().expect("a key");
    let pem = params.self_signed(&key).expect("signed").pem();
    (Issuer::new(params, key), pem)
}

/// `.ci/postgres`, or what it says when it failed.
fn script(args: &[&str]) -> Result<(), String> {
    let done = Command::new(root().join(".ci/postgres")).args(args).output().map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned()) }
}

/// A server that lets nobody in over the network without encryption. Its certificate is good for `localhost`.
struct Encrypted {
    /// Certificates of authorities: `ours.pem`, `another.pem`, `empty.pem`.
    dir: tempfile::TempDir,
    cluster: PathBuf,
    port: u16,
}

impl Encrypted {
    /// `None` where no PostgreSQL is to be had, or none that can be started.
    fn start() -> Option<Self> {
        // It says so.
        drop(crate::postgres::Database::make()?);
        let dir = tempfile::tempdir().expect("a directory");
        // PostgreSQL may run as another user.
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o711)).expect("changed");
        let (ours, pem) = authority("ours");
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let cert = server.signed_by(&key, &ours).expect("signed").pem();
        let key = key.serialize_pem();
        let files = [
            ("ours.pem", pem),
            ("another.pem", authority("another").1),
            ("empty.pem", String::new()),
            ("cert", cert),
            ("key", key),
        ];
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).expect("written");
        }
        let path = |name: &str| text(&dir.path().join(name));
        // A port that was free may be somebody's by now.
        for n in 0..20 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            let port = free.local_addr().expect("an address").port();
            drop(free);
            let cluster = dir.path().join(format!("pg{n}"));
            let started = script(&["start", &text(&cluster), &port.to_string(), &path("cert"), &path("key")]);
            match started {
                Ok(()) => return Some(Self { dir, cluster, port }),
                // The other tests have theirs elsewhere.
                Err(why) if why.contains("no PostgreSQL here") => return None,
                Err(why) => {
                    drop(script(&["stop", &text(&cluster)]));
                    assert!(why.contains("Address already in use"), "{why}");
                }
            }
        }
        panic!("every port that was free was taken")
    }

    fn url(&self, host: &str, settings: &str) -> Url {
        let text = format!("postgres://textbank@{host}:{}/postgres?{settings}", self.port);
        Url::parse(&text).expect("an address")
    }

    fn trusts(&self, file: &str) -> String {
        format!("sslmode=verify-full&sslrootcert={}", text(&self.dir.path().join(file)))
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        drop(script(&["stop", &text(&self.cluster)]));
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

#[tokio::test]
async fn the_other_end_is_checked_and_what_is_wrong_is_said() {
    let Some(server) = Encrypted::start() else { return };
    let refused = async |url: Url| url.writer().await.expect_err("refused").to_string();

    // A name that is in its certificate, and somebody who vouches for it: the campaign can be kept there.
    let good = server.url("localhost", &server.trusts("ours.pem"));
    let location = Location::Postgres(good.clone());
    let clock = SimClock::at(crate::store_home::start());
    let store = SqlStore::open(location.clone(), clock, SeededIds::shared(1)).await.expect("a store");
    assert!(upkeep::check(&location, &mut |_| {}).await.expect("a report").sound);
    let mut reader = good.reader().await.expect("a connection");
    let sql = "SELECT COUNT(*) FROM pg_stat_ssl s JOIN pg_stat_activity a ON a.pid = s.pid
               WHERE a.datname = 'postgres' AND a.application_name LIKE 'textbank%' AND NOT s.ssl";
    let clear: i64 =
        textbank::db::query(sql).fetch_one(&mut reader).await.expect("an answer").try_get(0).expect("a count");
    assert_eq!(clear, 0, "every connection of the store is encrypted");
    store.close().await;
    // `require` checks too.
    let required = server.trusts("ours.pem").replace("verify-full", "require");
    server.url("localhost", &required).writer().await.expect("a connection");

    let said = refused(server.url("127.0.0.1", &server.trusts("ours.pem"))).await;
    assert!(said.contains("its certificate is for another name"), "{said}");
    let said = refused(server.url("localhost", &server.trusts("another.pem"))).await;
    assert!(
        said.contains("nobody who is trusted here vouches for its certificate") && said.contains("sslrootcert=FILE"),
        "{said}"
    );
    let said = refused(server.url("localhost", "sslmode=verify-full")).await;
    assert!(said.contains("nobody who is trusted here vouches for its certificate"), "{said}");
    let said = refused(server.url("localhost", &server.trusts("empty.pem"))).await;
    assert!(said.contains("sslrootcert: there is no certificate in"), "{said}");
    let said = refused(server.url("localhost", &server.trusts("none.pem"))).await;
    assert!(said.contains("sslrootcert: cannot read"), "{said}");
    for settings in ["", "sslmode=disable", "sslmode=prefer"] {
        let said = refused(server.url("localhost", settings)).await;
        assert!(said.contains("without encryption: add ?sslmode=verify-full"), "{said}");
    }
}

/// A server without TLS is not spoken to in the clear by whoever asked for TLS.
#[tokio::test]
async fn who_asks_for_encryption_does_without_nothing() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let old = tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.expect("a caller");
        let mut asked = [0_u8; 8];
        line.read_exact(&mut asked).await.expect("a question");
        line.write_all(b"N").await.expect("an answer");
        let mut rest = Vec::new();
        // Nothing else comes, or the line is cut.
        drop(line.read_to_end(&mut rest).await);
        (asked, rest)
    });
    let url = Url::parse(&format!("postgres://ann:s3cret@127.0.0.1:{port}/bank?sslmode=require")).expect("an address");
    let said = url.writer().await.expect_err("it cannot encrypt").to_string();
    assert!(said.contains("server does not support TLS") && !said.contains("s3cret"), "{said}");
    let (asked, rest) = old.await.expect("it ended");
    assert_eq!((asked, rest.len()), ([0, 0, 0, 8, 4, 210, 22, 47], 0), "it asked for TLS, and said no more");
}
