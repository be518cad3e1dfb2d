//! One request, one answer, and what the answer means.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::watch::Watch;
use super::{SetupError, Timeouts, answer};
use crate::client::token_file::TokenFile;
use crate::client::{Call, CallError};

/// No answer of the contract is larger; more is a strange answer, not a full memory.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The HTTP client with where and as whom.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    http: Client,
    base: Url,
    bearer: Option<HeaderValue>,
    /// Where the token is looked up before each request, when it may be renewed meanwhile.
    pub(super) tokens: Option<Arc<TokenFile>>,
    timeouts: Timeouts,
    /// Tells the server this laptop's time, when it may.
    pub(super) watch: Option<Watch>,
}

impl Wire {
    pub(super) fn new(base_url: &str, token: Option<&SecretString>, timeouts: Timeouts) -> Result<Self, SetupError> {
        let base = base(base_url)?;
        let bearer = token.map(|token| in_header(token).ok_or(SetupError::Token)).transpose()?;
        let mut builder = Client::builder()
            .user_agent(concat!("textbank/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            .read_timeout(timeouts.feed_silence)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            // A proxy named in the environment is not meant for a server on this very machine.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| SetupError::Client(describe(&error)))?;
        Ok(Self { http, base, bearer, tokens: None, timeouts, watch: None })
    }

    fn request(&self, method: Method, path: &str) -> Call<RequestBuilder> {
        let url = self.base.join(path).map_err(|error| CallError::NotReached(format!("bad path: {error}")))?;
        let mut request = self.http.request(method, url);
        if let Some(bearer) = self.bearer() {
            request = request.header(AUTHORIZATION, bearer);
        }
        Ok(request)
    }

    fn bearer(&self) -> Option<HeaderValue> {
        let stored = self.tokens.as_ref().and_then(|tokens| in_header(&tokens.token()));
        stored.or_else(|| self.bearer.clone())
    }

    /// Sends it; once more when the token was renewed by another program while it was on its way.
    async fn execute(&self, request: RequestBuilder) -> Call<Response> {
        let request = request.build().map_err(|error| failed(&error))?;
        let used = request.headers().get(AUTHORIZATION).cloned();
        let again = self.tokens.as_ref().and_then(|_| request.try_clone());
        let response = self.http.execute(request).await.map_err(|error| failed(&error))?;
        if response.status() == StatusCode::UNAUTHORIZED
            && let (Some(mut again), Some(fresh)) = (again, self.bearer())
            && used.as_ref() != Some(&fresh)
        {
            again.headers_mut().insert(AUTHORIZATION, fresh);
            return self.http.execute(again).await.map_err(|error| failed(&error));
        }
        Ok(response)
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Call<T> {
        self.get_with(path, &[]).await
    }

    pub(super) async fn get_with<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Call<T> {
        self.answer(self.request(Method::GET, &with_query(path, query))?).await
    }

    pub(super) async fn with_body<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Call<T> {
        self.answer(self.request(method, path)?.json(body)).await
    }

    /// [`Self::with_body`], with this laptop's time.
    pub(super) async fn with_body_and_time<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Call<T> {
        if self.watch.as_ref().is_some_and(|watch| watch.offset().is_none()) {
            // Any answer says the time; what else it says does not matter, nor that there is none.
            drop(self.send(self.request(Method::GET, "me")?).await);
        }
        let mut request = self.request(method, path)?.json(body);
        for (name, value) in self.watch.iter().flat_map(Watch::told) {
            request = request.header(name, value);
        }
        self.answer(request).await
    }

    pub(super) async fn empty<T: DeserializeOwned>(&self, method: Method, path: &str) -> Call<T> {
        self.answer(self.request(method, path)?).await
    }

    /// A request whose good answer says nothing (204).
    pub(super) async fn silent(&self, method: Method, path: &str) -> Call<()> {
        self.unanswered(self.request(method, path)?).await
    }

    /// The same with a body.
    pub(super) async fn silent_with_body(&self, method: Method, path: &str, body: &impl Serialize) -> Call<()> {
        self.unanswered(self.request(method, path)?.json(body)).await
    }

    async fn unanswered(&self, request: RequestBuilder) -> Call<()> {
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(()),
            _ => Err(refusal(response).await),
        }
    }

    /// Opens a feed; the answer is a stream of server-sent events.
    pub(super) async fn feed(&self, path: &str, query: &[(&str, String)]) -> Call<Response> {
        let request = self.request(Method::GET, &with_query(path, query))?.header(ACCEPT, "text/event-stream");
        let response = self.execute(request).await?;
        if response.status() == StatusCode::OK && answer::is_type(response.headers(), "text/event-stream") {
            return Ok(response);
        }
        Err(refusal(response).await)
    }

    async fn send(&self, request: RequestBuilder) -> Call<Response> {
        let request = request.header(ACCEPT, "application/json").timeout(self.timeouts.request);
        let left = self.watch.as_ref().map(Watch::now);
        let response = self.execute(request).await?;
        if let (Some(watch), Some(left)) = (&self.watch, left) {
            watch.answered(left, response.headers());
        }
        Ok(response)
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Call<T> {
        let (status, headers, body) = whole(self.send(request).await?).await?;
        answer::read(status, &headers, &body)
    }
}

/// `http://host:port/prefix` -> `http://host:port/prefix/api/v1/`
fn base(text: &str) -> Result<Url, SetupError> {
    let refuse = || SetupError::Address(text.to_owned());
    let mut url = Url::parse(text).map_err(|_not_a_url| refuse())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
        return Err(refuse());
    }
    url.set_fragment(None);
    url.set_query(None);
    let path = format!("{}/api/v1/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

fn in_header(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn with_query(path: &str, query: &[(&str, String)]) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    // Any address will do: only its query is used.
    let Ok(mut url) = Url::parse("http://query.invalid/") else { return path.to_owned() };
    url.query_pairs_mut().extend_pairs(query.iter().map(|(name, value)| (*name, value.as_str())));
    format!("{path}?{}", url.query().unwrap_or_default())
}

async fn body(mut response: Response) -> Call<Bytes> {
    let mut all = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        if all.len() + chunk.len() > MAX_ANSWER {
            return Err(CallError::Strange("an answer without end".to_owned()));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

/// Reads what is worth reading of an answer that is not the good one.
async fn refusal(response: Response) -> CallError {
    match whole(response).await {
        Ok((status, headers, body)) => answer::refusal(status, &headers, &body),
        Err(error) => error,
    }
}

/// An answer to its end; without its body where that is none of ours.
async fn whole(response: Response) -> Call<(StatusCode, HeaderMap, Bytes)> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = if answer::has_words(&headers) { body(response).await? } else { Bytes::new() };
    Ok((status, headers, body))
}

/// What an error of the HTTP library says about the request's fate.
pub(super) fn failed(error: &reqwest::Error) -> CallError {
    if error.is_builder() || error.is_connect() {
        return CallError::NotReached(describe(error));
    }
    CallError::NoAnswer(describe(error))
}

/// The error and its causes in one line; the address is left out, it may hold what is nobody's business.
fn describe(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { String::new() };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    if text.is_empty() { "failed".to_owned() } else { text }
}
