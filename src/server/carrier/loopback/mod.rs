//! The loopback carrier: a simulated carrier in a process of its own, with a log of its own (`textbank carrier`).
//!
//! It is what a real carrier is to the server: another program, reached over a line that can be cut at any moment, that
//! keeps what it took, has no memory of what it was asked before, and tells what becomes of a text by callbacks. Both
//! sides take loopback addresses only: nothing leaves the machine.
//!
//! ## The wire
//!
//! - `POST /messages` with [`CallBody`]: 200 and [`Taken`]; 422 and [`Said4xx`] (never); 429 and [`Said4xx`] (not now).
//! - `GET /messages?attempt=ID`: [`Listed`].
//! - `POST /say` with [`SayBody`]: a voter writes; 202 and the key of the inbound text.
//! - The callbacks go to the server's `POST /webhooks/loopback`, one [`Callback`] each, with [`TIMESTAMP`] and [`SIGNATURE`].

mod adapter;
mod callbacks;
mod door;
mod faults;
mod log;
mod process;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{message::Delivery, phone::Phone};

pub use adapter::LoopbackCarrier;
pub use door::LoopbackDoor;
pub use faults::{FaultPlan, FaultSpecError};
pub use log::{LogLine, read_log};
pub use process::{CarrierOptions, CarrierProcess, StartError, start};

/// Name for logs, the database and the webhook's path.
pub const NAME: &str = "loopback";

/// Header of a callback: seconds since 1970 UTC when it was signed.
pub const TIMESTAMP: &str = "x-textbank-timestamp";

/// Header of a callback: keyed BLAKE3 over `TIMESTAMP.BODY`, in hexadecimal.
pub const SIGNATURE: &str = "x-textbank-signature";

/// A callback older or newer than this, in seconds, is stale.
pub const FRESH_SECONDS: i64 = 300;

/// Why an address or a secret is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoopbackError {
    /// Not a plain address of this machine.
    #[error(
        "{0} is not an address of this machine: write http://127.0.0.1:PORT (the simulated carrier is never elsewhere)"
    )]
    NotLoopback(String),
    /// Too short to keep anybody out.
    #[error("a secret has at least 16 bytes")]
    ShortSecret,
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(String),
}

/// Takes `http://127.0.0.1:PORT` and `http://[::1]:PORT` and nothing else: a name could lead anywhere.
///
/// # Errors
/// [`LoopbackError::NotLoopback`]
pub fn loopback_url(text: &str) -> Result<reqwest::Url, LoopbackError> {
    let not = || LoopbackError::NotLoopback(crate::domain::safe_text::safe_line(text));
    let url = reqwest::Url::parse(text).map_err(|_no_url| not())?;
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let here = host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    if here && plain { Ok(url) } else { Err(not()) }
}

/// The secret that server and carrier share, as a key.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Out of the file's text; white space around it does not count.
    ///
    /// # Errors
    /// [`LoopbackError::ShortSecret`]
    pub fn new(text: &str) -> Result<Self, LoopbackError> {
        let text = text.trim();
        if text.len() < 16 {
            return Err(LoopbackError::ShortSecret);
        }
        Ok(Self(blake3::derive_key("textbank loopback carrier webhook v1", text.as_bytes())))
    }

    /// Signs a callback.
    #[must_use]
    pub fn sign(&self, timestamp: i64, body: &[u8]) -> String {
        self.hash(timestamp, body).to_hex().to_string()
    }

    fn hash(&self, timestamp: i64, body: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(timestamp.to_string().as_bytes()).update(b".").update(body);
        hasher.finalize()
    }

    /// True when the signature is this secret's; takes the same time for each wrong one.
    #[must_use]
    pub fn verifies(&self, timestamp: i64, body: &[u8], signature: &str) -> bool {
        // Comparing `blake3::Hash` takes constant time.
        blake3::Hash::from_hex(signature).is_ok_and(|claimed| claimed == self.hash(timestamp, body))
    }
}

/// A call: one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBody {
    /// The server's id of this attempt; echoed in the callbacks.
    pub attempt: Uuid,
    /// To whom.
    pub to: Phone,
    /// The text.
    pub body: String,
    /// To be dropped after this.
    pub expires_at: Timestamp,
}

/// A good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The carrier's id.
    pub carrier_id: String,
}

/// A definite no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said4xx {
    /// The carrier's error code.
    pub error: String,
}

/// What the carrier has of one attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its ids; more than one when it was asked more than once.
    pub messages: Vec<Taken>,
    /// True when what is not in the list is not there at all; false when the list lags.
    pub complete: bool,
}

/// A voter writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayBody {
    /// Who.
    pub from: Phone,
    /// What.
    pub body: String,
    /// How many pictures came with it.
    #[serde(default)]
    pub pictures: u32,
    /// Key of the event; drawn when absent. The same key twice is a duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What the carrier tells the server by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Callback {
    /// What became of a text.
    Receipt {
        /// Seen twice, counted once.
        key: String,
        /// The attempt of the call.
        attempt: Uuid,
        /// `submitted`, `delivered` or `failed`.
        delivery: Delivery,
        /// Error code of a failure.
        error: Option<String>,
    },
    /// A voter's text.
    Inbound {
        /// Seen twice, counted once.
        key: String,
        /// Who.
        from: Phone,
        /// What.
        body: String,
        /// How many pictures came with it; where they are is not told.
        #[serde(default)]
        pictures: u32,
    },
}

impl Callback {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Receipt { key, .. } | Self::Inbound { key, .. } => key,
        }
    }
}
