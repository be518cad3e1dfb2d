//! The server's side of the loopback carrier.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::{CallBody, Listed, LoopbackDoor, LoopbackError, NAME, Said4xx, Taken, loopback_url};
use crate::domain::safe_text::safe_line;
use crate::server::carrier::{Asked, Carrier, Door, Found, Pace, Submission, Submitted};

/// A line to a carrier's process on this machine.
#[derive(Debug, Clone)]
pub struct LoopbackCarrier {
    http: Client,
    base: Url,
    door: Option<Arc<LoopbackDoor>>,
    pace: Pace,
}

impl LoopbackCarrier {
    /// A carrier at `url`; without a door its callbacks are not heard.
    ///
    /// # Errors
    /// [`LoopbackError`]: the address is not of this machine.
    pub fn new(url: &str, door: Option<LoopbackDoor>, pace: Pace) -> Result<Self, LoopbackError> {
        let base = loopback_url(url)?;
        let http = Client::builder()
            .user_agent(concat!("textbank/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .tcp_nodelay(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // A call is made once: a line of its own for each, so that a line that died between two calls is never met, and
            // nothing below us calls again.
            .pool_max_idle_per_host(0)
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| LoopbackError::Client(error.to_string()))?;
        Ok(Self { http, base, door: door.map(Arc::new), pace })
    }

    fn messages(&self) -> Url {
        let mut url = self.base.clone();
        url.set_path("/messages");
        url
    }
}

/// No answer of the carrier is larger.
const MAX_ANSWER: usize = 64 * 1024;

/// The answer's body when it is JSON of this shape, and all of it came.
async fn json<T: DeserializeOwned>(mut response: Response) -> Result<T, String> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(format!("the answer is no JSON but {}", safe_line(kind)));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| format!("the answer broke off: {error}"))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Err("the answer has no end".into());
        }
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("the answer is not the carrier's: {error}"))
}

#[async_trait]
impl Carrier for LoopbackCarrier {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_simulated(&self) -> bool {
        true
    }

    /// Definite are only: no line was had at all, the carrier's own yes, and its own no. Whatever else happens once the
    /// request may have left is unknown, an answer of another make (a proxy's, a login page's) and every 5xx included.
    async fn submit(&self, submission: &Submission) -> Submitted {
        let call = CallBody {
            attempt: submission.attempt,
            to: submission.to.clone(),
            body: submission.body.clone(),
            expires_at: submission.expires_at,
        };
        let unknown = |reason: String| Submitted::Unknown { reason };
        let response = match self.http.post(self.messages()).json(&call).send().await {
            Ok(response) => response,
            // Each call has a line of its own: no line, no request.
            Err(error) if error.is_connect() => {
                return Submitted::Later { reason: "the carrier is not reached".into() };
            }
            Err(error) => return unknown(format!("no answer: {}", error.without_url())),
        };
        let status = response.status();
        match status {
            StatusCode::OK => match json::<Taken>(response).await {
                Ok(taken) if !taken.carrier_id.is_empty() => {
                    Submitted::Accepted { carrier_id: safe_line(&taken.carrier_id) }
                }
                Ok(_) => unknown("the answer names no message".into()),
                Err(reason) => unknown(reason),
            },
            _ if status.is_client_error() => match json::<Said4xx>(response).await {
                Ok(said) if status == StatusCode::TOO_MANY_REQUESTS => {
                    Submitted::Later { reason: safe_line(&said.error) }
                }
                Ok(said) => Submitted::Refused { code: safe_line(&said.error) },
                Err(reason) => unknown(format!("{status}, and {reason}")),
            },
            _ => unknown(format!("the carrier answered {status}")),
        }
    }

    async fn look_up(&self, asked: &Asked) -> Found {
        let mut url = self.messages();
        url.query_pairs_mut().append_pair("attempt", &asked.attempt.to_string());
        let response = match self.http.get(url).timeout(Duration::from_secs(10)).send().await {
            Ok(response) if response.status() == StatusCode::OK => response,
            Ok(_) | Err(_) => return Found::NotKnown,
        };
        match json::<Listed>(response).await {
            Ok(listed) => match listed.messages.into_iter().next() {
                Some(taken) => Found::Present { carrier_id: safe_line(&taken.carrier_id) },
                None if listed.complete => Found::Absent,
                None => Found::NotKnown,
            },
            Err(_) => Found::NotKnown,
        }
    }

    fn list_is_authoritative(&self) -> bool {
        true
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn door(&self) -> Option<Arc<dyn Door>> {
        self.door.clone().map(|door| door as Arc<dyn Door>)
    }
}
