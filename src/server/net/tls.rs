//! TLS from files: TLS 1.2 and 1.3 by rustls and ring, HTTP/2 and HTTP/1.1.
//!
//! A certificate lives for weeks, a server for months: the files are read again when they change. A new pair that does not
//! work leaves the old one in its place, and is told.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::env::SharedClock;

/// How often the files are looked at.
pub const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);
/// No certificate chain and no key is larger.
const MAX_FILE: u64 = 1024 * 1024;

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and what leads from it to its authority, PEM.
    pub cert: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Why there is no TLS; each names the file and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {1}", path = .0.display())]
    Unreadable(PathBuf, String),
    /// No certificate stands in the file.
    #[error("{} holds no certificate; it begins with -----BEGIN CERTIFICATE-----", .0.display())]
    NoCertificate(PathBuf),
    /// No private key stands in the file.
    #[error("{} holds no private key; it begins with -----BEGIN PRIVATE KEY-----, without a passphrase", .0.display())]
    NoKey(PathBuf),
    /// The PEM is damaged.
    #[error("{path} is damaged: {1}", path = .0.display())]
    Damaged(PathBuf, String),
    /// The two are not of one pair, or of a kind that rustls does not take.
    #[error("{cert} and {key} do not fit: {what}", cert = .files.cert.display(), key = .files.key.display())]
    Unfit {
        /// Which files.
        files: TlsFiles,
        /// What rustls says.
        what: String,
    },
}

/// What became of a changed pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// New connections get the new one.
    Renewed,
    /// The old one stays.
    Kept(TlsError),
}

/// What was read last, by its hash: a pair is tried once, good or bad.
type Seen = [u8; 32];

/// A certificate in use, and where it came from.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    config: Arc<ServerConfig>,
    current: Arc<Current>,
    seen: tokio::sync::Mutex<Seen>,
    news: watch::Sender<Option<News>>,
}

/// What new connections are shown.
#[derive(Debug)]
struct Current(Mutex<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`]
    pub async fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let read = Pair::read(&files).await?;
        let current = Arc::new(Current(Mutex::new(Arc::new(read.certified(&files)?))));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| TlsError::Unfit { files: files.clone(), what: error.to_string() })?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let seen = tokio::sync::Mutex::new(read.hash());
        Ok(Self { files, config: Arc::new(config), current, seen, news: watch::Sender::new(None) })
    }

    /// Shakes hands with whoever connects.
    #[must_use]
    pub fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        self.config.clone().into()
    }

    /// What becomes of changed files, as it happens.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<Option<News>> {
        self.news.subscribe()
    }

    /// Looks at the files; a pair that was tried already says nothing.
    pub async fn look(&self) -> Option<News> {
        let mut seen = self.seen.lock().await;
        let tried = match Pair::read(&self.files).await {
            Ok(read) if read.hash() == *seen => return None,
            Ok(read) => {
                *seen = read.hash();
                read.certified(&self.files)
            }
            Err(error) => {
                // So that the same fault is told once, and the old pair counts as new when it comes back.
                let fault = *blake3::hash(error.to_string().as_bytes()).as_bytes();
                if std::mem::replace(&mut *seen, fault) == fault {
                    return None;
                }
                Err(error)
            }
        };
        let news = match tried {
            Ok(certified) => {
                *self.current.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(certified);
                tracing::info!("the certificate was read again");
                News::Renewed
            }
            Err(error) => {
                tracing::error!(%error, "the new certificate is not used; the old one stays");
                News::Kept(error)
            }
        };
        self.news.send_replace(Some(news.clone()));
        Some(news)
    }

    /// Looks at the files every [`LOOKED_AT_EVERY`] until `stop`.
    pub async fn watch(&self, clock: SharedClock, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = clock.sleep(LOOKED_AT_EVERY) => {}
            }
            self.look().await;
        }
    }
}

/// The two files' bytes.
struct Pair {
    cert: Vec<u8>,
    key: zeroize::Zeroizing<Vec<u8>>,
}

impl Pair {
    async fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self { cert: bytes(&files.cert).await?, key: bytes(&files.key).await?.into() })
    }

    fn hash(&self) -> Seen {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(self.cert.len() as u64).to_le_bytes()).update(&self.cert).update(&self.key);
        *hasher.finalize().as_bytes()
    }

    fn certified(&self, files: &TlsFiles) -> Result<CertifiedKey, TlsError> {
        let chain = CertificateDer::pem_slice_iter(&self.cert)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| TlsError::Damaged(files.cert.clone(), error.to_string()))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(files.cert.clone()));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| match error {
            PemError::NoItemsFound => TlsError::NoKey(files.key.clone()),
            error => TlsError::Damaged(files.key.clone(), error.to_string()),
        })?;
        // Also sees whether the two are of one pair.
        CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(|error| TlsError::Unfit { files: files.clone(), what: error.to_string() })
    }
}

async fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    use tokio::io::AsyncReadExt as _;
    let read = async {
        let mut all = Vec::new();
        tokio::fs::File::open(path).await?.take(MAX_FILE).read_to_end(&mut all).await?;
        Ok::<_, std::io::Error>(all)
    };
    read.await.map_err(|error| TlsError::Unreadable(path.to_owned(), error.to_string()))
}
