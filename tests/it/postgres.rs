//! Databases on a real PostgreSQL, one for each test that wants one, gone with it.
//!
//! They are made where `TEXTBANK_TEST_POSTGRES` says (`.ci/postgres` starts a server for it); without it the tests on
//! PostgreSQL say once that they were skipped.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use textbank::db::Url;
use tokio_postgres::NoTls;

/// A database of one's own.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "whoever runs the tests says so by it, and is told"
)]
fn server() -> Option<String> {
    static SAID: Once = Once::new();
    let server = std::env::var("TEXTBANK_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if server.is_none() {
        SAID.call_once(|| {
            eprintln!("skipped on PostgreSQL: TEXTBANK_TEST_POSTGRES names none (see .ci/postgres)");
        });
    }
    server
}

/// One statement, in a runtime of its own: a test that ends badly cannot wait.
fn tell(server: &str, statement: String) {
    let server = server.to_owned();
    let told = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server, NoTls).await.expect("a PostgreSQL");
            let driver = tokio::spawn(connection);
            client.batch_execute(&statement).await.expect("the statement");
            driver.abort();
        });
    });
    told.join().expect("told");
}

impl Database {
    /// `None`, and said, when there is no server.
    pub fn make() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = server()?;
        let name = format!("textbank_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        tell(&server, format!("CREATE DATABASE {name}"));
        Some(Self { server, name })
    }

    /// Its address.
    pub fn text(&self) -> String {
        let (address, settings) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (host, _) = address.rsplit_once('/').expect("an address with a database");
        format!("{host}/{}?{settings}", self.name)
    }

    /// Its address.
    pub fn url(&self) -> Url {
        Url::parse(&self.text()).expect("an address")
    }

    /// Does something to it, as an administrator.
    pub fn sql(&self, statement: &str) {
        tell(&self.text(), statement.to_owned());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        tell(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
