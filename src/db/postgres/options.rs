//! Where a PostgreSQL is, and how one speaks to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use tokio::sync::mpsc;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::{Conn, Error, Result};
use super::{Postgres, dialect};

/// What a connection calls itself. Programs that know no recalls call theirs `textbank`.
const APPLICATION: &str = "textbank 2";

/// How long a server may take to let us in, its socket being open.
const ANSWER: Duration = Duration::from_secs(10);
/// How long it may take until there is a connection.
const CONNECT: Duration = Duration::from_secs(4);

/// What has not been acknowledged for so long is on a dead line.
const DEAD: Duration = Duration::from_secs(6);

/// Word that others committed; more than these at once say no more than these.
const HEARD: usize = 64;

/// The writer's connection. Who stands still inside a transaction is thrown out of it after 3 seconds; who waits for
/// the lock meanwhile waits for longer than that, and no statement may take longer than a laptop waits for an answer. Its
/// statements are few and made for one way to go: they are planned once, and by the indices whatever the statistics say. A plan that was
/// made while a table was known to be empty, that of a reference's check too, would go on reading all of it as it grows.
const WRITER: &str = "SET idle_in_transaction_session_timeout = '3s'; SET lock_timeout = '7s';
    SET statement_timeout = '9s'; SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on;
    SET client_min_messages = warning; SET enable_seqscan = off;
    SELECT set_config(name, CASE name WHEN 'jit' THEN 'off' ELSE 'force_generic_plan' END, false)
    FROM pg_settings WHERE name IN ('jit', 'plan_cache_mode')";

/// A connection for questions.
const READER: &str =
    "SET default_transaction_read_only = on; SET statement_timeout = '30s'; SET client_min_messages = warning";

/// While tables are made: a step may take its time, but who stands still between two lets others begin (a database older than
/// PostgreSQL 14 does not know that setting).
const BUILDER: &str =
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = '20s';
    SELECT set_config(name, '20s', false) FROM pg_settings WHERE name = 'idle_session_timeout'";

/// Looks at everything there is, in one transaction.
const UNHURRIED: &str = "SET default_transaction_read_only = on; SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = '1h'; SET client_min_messages = warning";

/// A little longer than the database itself takes to give up.
const WRITER_PATIENCE: Duration = Duration::from_secs(10);
const READER_PATIENCE: Duration = Duration::from_secs(31);
const BUILDER_PATIENCE: Duration = Duration::from_secs(6 * 3_600);

/// The address of a database, with its password: `postgres://user:password@host:port/database`. It is shown without.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    config: Box<Config>,
    tls: Tls,
    /// Instead of what [`WRITER`] says.
    writers_limit: Option<Duration>,
}

/// Whether the line is encrypted, and whose word counts for the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tls {
    /// Not asked for.
    No,
    /// The machine's authorities, or those of a file.
    Checked(Option<PathBuf>),
}

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Url {
    /// Host, port and database; neither who signs in nor by what.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("postgres://")?;
        for (at, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let ports = self.config.get_ports();
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}:{port}", path.display())?,
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl Url {
    /// Reads `postgres://...` or `postgresql://...`.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it: it may hold a password.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let scheme = ["postgres://", "postgresql://"].into_iter().any(|scheme| text.starts_with(scheme));
        if !scheme {
            return Err("it does not begin with postgres://".into());
        }
        let (address, settings) = text.split_once('?').unwrap_or((text, ""));
        let (mut kept, mut mode, mut roots) = (Vec::new(), "prefer", None);
        for setting in settings.split('&').filter(|setting| !setting.is_empty()) {
            match setting.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", value)) => roots = Some(PathBuf::from(value)),
                _ => kept.push(setting),
            }
        }
        let tls = match mode {
            "disable" | "allow" | "prefer" => Tls::No,
            // With a certificate that nobody checks whoever is on the way could read along: it is always checked.
            "require" | "verify-ca" | "verify-full" => Tls::Checked(roots),
            _ => return Err("sslmode is disable, require or verify-full".into()),
        };
        let mark = if kept.is_empty() { "" } else { "?" };
        // The parser's own words may repeat a part of it.
        let bare = format!("{address}{mark}{}", kept.join("&"));
        let mut config: Config =
            bare.parse().map_err(|_| "it is not postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned())?;
        if config.get_hosts().is_empty() {
            return Err("it names no host".into());
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err("it names no database".into());
        }
        let encrypted = if tls == Tls::No { SslMode::Disable } else { SslMode::Require };
        config
            .ssl_mode(encrypted)
            .connect_timeout(CONNECT)
            .keepalives(true)
            .keepalives_idle(Duration::from_secs(2))
            .keepalives_interval(Duration::from_secs(1))
            .keepalives_retries(3)
            .tcp_user_timeout(DEAD);
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION);
        }
        Ok(Self { config: Box::new(config), tls, writers_limit: None })
    }

    /// The same address, for a writer that is allowed less for a statement, down to a millisecond: so a test holds that what is large
    /// goes in parts, without being as large as nine seconds.
    #[must_use]
    pub fn writes_within(mut self, limit: Duration) -> Self {
        self.writers_limit = Some(limit);
        self
    }

    /// In time, or not at all: the time-out of the connection itself ends where the socket is open, and behind it may be a
    /// server that stands still.
    async fn promptly<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let late = |_| Error::Failed(format!("no connection to {self}: no answer in {} s", ANSWER.as_secs()));
        tokio::time::timeout(ANSWER, work).await.map_err(late)?
    }

    async fn client(&self, heard: Option<mpsc::Sender<String>>) -> Result<Client> {
        self.promptly(self.client_in_any_time(heard)).await
    }

    async fn client_in_any_time(&self, heard: Option<mpsc::Sender<String>>) -> Result<Client> {
        match &self.tls {
            Tls::No => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(|error| self.unreachable(error))?;
                drive(connection, heard);
                Ok(client)
            }
            Tls::Checked(roots) => {
                let tls = MakeRustlsConnect::new(authorities(roots.as_deref())?);
                let (client, connection) = self.config.connect(tls).await.map_err(|error| self.unreachable(error))?;
                drive(connection, heard);
                Ok(client)
            }
        }
    }

    fn unreachable(&self, error: tokio_postgres::Error) -> Error {
        let advice = advice(&error, &self.tls).map(|advice| format!(": {advice}")).unwrap_or_default();
        Error::Failed(format!("no connection to {self}: {}{advice}", Error::from(error)))
    }

    async fn open(&self, settings: &str, patience: Duration) -> Result<Conn> {
        let client = self.client(None).await?;
        self.promptly(async { Ok(client.batch_execute(settings).await?) }).await?;
        Ok(Conn::Postgres(Box::new(Postgres::over(client, patience))))
    }

    /// The connection of whoever writes.
    ///
    /// # Errors
    /// When the database cannot be reached, or lets nobody in.
    pub async fn writer(&self) -> Result<Conn> {
        let mut settings = WRITER.to_owned();
        if let Some(limit) = self.writers_limit {
            settings.push_str(&format!("; SET statement_timeout = {}", limit.as_millis().max(1)));
        }
        let mut writer = self.open(&settings, WRITER_PATIENCE).await?;
        if let Conn::Postgres(postgres) = &mut writer
            && !postgres.be_at_work().await?
        {
            return Err(Error::Failed(format!("{self} is being copied or restored: start when that is done")));
        }
        Ok(writer)
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// As [`Self::writer`].
    pub async fn reader(&self) -> Result<Conn> {
        self.open(READER, READER_PATIENCE).await
    }

    /// A connection that only reads, and takes its time.
    ///
    /// # Errors
    /// As [`Self::writer`].
    pub async fn unhurried(&self) -> Result<Conn> {
        self.open(UNHURRIED, BUILDER_PATIENCE).await
    }

    /// A connection for making tables, alone: others who want to wait until it is dropped. What this module itself needs
    /// in the database is there afterwards.
    ///
    /// # Errors
    /// As [`Self::writer`]; also when the role may not make tables.
    pub async fn builder(&self) -> Result<Conn> {
        let client = self.client(None).await?;
        client.batch_execute(BUILDER).await?;
        client.batch_execute("SELECT pg_advisory_lock(8387229002)").await?;
        client.batch_execute(dialect::GROUND).await?;
        Ok(Conn::Postgres(Box::new(Postgres::over(client, BUILDER_PATIENCE))))
    }

    /// Listens for word from other processes, and gives it.
    ///
    /// # Errors
    /// As [`Self::writer`].
    pub async fn listener(&self) -> Result<Listener> {
        let (tell, heard) = mpsc::channel(HEARD);
        let client = self.client(Some(tell)).await?;
        // Counts as a server at work too, should the writer's line be cut.
        let listen = "SET statement_timeout = '5s'; LISTEN textbank; SELECT pg_try_advisory_lock_shared(8387229003)";
        self.promptly(async { Ok(client.batch_execute(listen).await?) }).await?;
        Ok(Listener { client, heard })
    }
}

/// What to do about a line that is not encrypted, or an other end that is not who it has to be.
fn advice(error: &tokio_postgres::Error, tls: &Tls) -> Option<&'static str> {
    if let Some(said) = error.as_db_error() {
        // In the words of 14 and newer, and of those before.
        let clear = said.message().contains("no encryption") || said.message().contains("SSL off");
        return (clear && *tls == Tls::No)
            .then_some("it lets nobody in without encryption: add ?sslmode=verify-full to the address");
    }
    let handshake = std::error::Error::source(error)?.downcast_ref::<std::io::Error>()?;
    let rustls::Error::InvalidCertificate(why) = handshake.get_ref()?.downcast_ref()? else { return None };
    match why {
        rustls::CertificateError::UnknownIssuer | rustls::CertificateError::BadSignature => Some(
            "nobody who is trusted here vouches for its certificate: name the authority that signed it by sslrootcert=FILE, if \
             this is the right server",
        ),
        rustls::CertificateError::NotValidForName | rustls::CertificateError::NotValidForNameContext { .. } => Some(
            "its certificate is for another name: connect by a name that is in it; else it is not the right server",
        ),
        rustls::CertificateError::Expired | rustls::CertificateError::ExpiredContext { .. } => {
            Some("its certificate has run out: it needs a new one")
        }
        _ => None,
    }
}

fn authorities(file: Option<&std::path::Path>) -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    match file {
        Some(path) => {
            let unreadable = |error: rustls::pki_types::pem::Error| {
                Error::Failed(format!("sslrootcert: cannot read {}: {error}", path.display()))
            };
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                roots.add(certificate.map_err(unreadable)?).map_err(|error| Error::Failed(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(Error::Failed(format!("sslrootcert: there is no certificate in {}", path.display())));
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Failed(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Moves bytes for as long as its client is there: ends with it.
fn drive<S, T>(mut connection: tokio_postgres::Connection<S, T>, heard: Option<mpsc::Sender<String>>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        loop {
            match std::future::poll_fn(|cx| connection.poll_message(cx)).await {
                Some(Ok(AsyncMessage::Notification(said))) => {
                    if let Some(heard) = &heard {
                        // When it is full there is word enough.
                        let _ = heard.try_send(said.payload().to_owned());
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::debug!(%error, "a connection to the database ended");
                    return;
                }
                None => return,
            }
        }
    });
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Somebody's words.
    Word(String),
    /// The connection has ended.
    Gone,
}

/// A connection that hears what others say.
#[derive(Debug)]
pub struct Listener {
    client: Client,
    heard: mpsc::Receiver<String>,
}

impl Listener {
    /// The next word.
    pub async fn hear(&mut self) -> Heard {
        self.heard.recv().await.map_or(Heard::Gone, Heard::Word)
    }

    /// Tells everybody, this process too.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn tell(&self, word: &str) -> Result<()> {
        Ok(self.client.execute("SELECT pg_notify('textbank', $1)", &[&word]).await.map(drop)?)
    }

    /// The newest event, in case nobody told of it.
    ///
    /// # Errors
    /// When the connection has ended.
    pub async fn newest(&self) -> Result<i64> {
        let row = self
            .client
            .query_one("SELECT COALESCE((SELECT seq FROM events ORDER BY seq DESC LIMIT 1), 0)", &[])
            .await?;
        Ok(row.try_get(0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("postgres://ann:s3cret@db.example/bank", "postgres://db.example:5432/bank")]
    #[case("postgresql://ann:s3cret@db.example:6000/bank?sslmode=verify-full", "postgres://db.example:6000/bank")]
    #[case("postgres://ann@/bank?host=/run/postgresql", "postgres:///run/postgresql:5432/bank")]
    #[case("postgres://ann:s3cret@a,b/bank?connect_timeout=2", "postgres://a:5432,b:5432/bank")]
    fn an_address_is_shown_without_its_password(#[case] text: &str, #[case] shown: &str) {
        let url = Url::parse(text).expect("an address");
        assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), shown.to_owned()));
    }

    #[rstest::rstest]
    #[case::scheme("mysql://ann:s3cret@db/bank")]
    #[case::no_database("postgres://ann:s3cret@db")]
    #[case::no_host("postgres://ann:s3cret@/bank")]
    #[case::mode("postgres://ann:s3cret@db/bank?sslmode=s3cret")]
    #[case::setting("postgres://ann@db/bank?colour=s3cret")]
    #[case::port("postgres://ann@db:s3cret/bank")]
    fn what_is_wrong_does_not_repeat_it(#[case] text: &str) {
        let why = Url::parse(text).expect_err("a fault");
        assert!(!why.contains("s3cret"), "{why}");
    }
}
