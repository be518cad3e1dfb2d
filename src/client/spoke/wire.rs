//! One operation, one answer, and what the answer means.
//!
//! A Spoke server says nearly everything with HTTP 200: a lost session is a null user, a refusal a null field beside an error whose
//! words are hidden in production. So an error says here only that something was refused; the reason is found by reading.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::documents::Document;
use crate::api::problem::{Code, Problem};
use crate::client::native::{SetupError, Timeouts};
use crate::client::token_file::TokenFile;
use crate::client::{Call, CallError};
use crate::domain::safe_text::safe_line;

/// The largest answer is the list of an assignment: 10,000 contacts take about 1 MB.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// The HTTP client with where and as whom.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    http: Client,
    base: Url,
    cookie: Option<SecretString>,
    tokens: Option<Arc<TokenFile>>,
    request: Duration,
}

/// What came back of an operation: its data, and the words of its errors, which say little.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) data: Value,
    pub(super) errors: Vec<String>,
    /// The codes of these errors, as far as they have any: words of the server's software, never of its data.
    pub(super) codes: Vec<String>,
}

impl Reply {
    /// One field of the data; null when it is missing.
    pub(super) fn field(&self, name: &str) -> &Value {
        self.data.get(name).unwrap_or(&Value::Null)
    }

    /// One field, read.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Call<T> {
        T::deserialize(self.field(name)).map_err(|error| CallError::Strange(format!("`{name}` of the answer: {error}")))
    }

    /// Refuses data beside errors. Of a field that failed nothing is left but a null, which would be read as "none": no opt-out, no
    /// texts, no hours; and no error says which field it was.
    pub(super) fn unbroken(&self) -> Call<()> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(CallError::Strange(format!("the server answered in part only ({})", self.codes())))
    }

    /// The codes of the errors in one line, to log and to show.
    pub(super) fn codes(&self) -> String {
        if self.codes.is_empty() { "no code".to_owned() } else { self.codes.join(", ") }
    }

    /// The errors' words in one line. They may quote data of people: they are to be judged by, never to be logged.
    pub(super) fn said(&self) -> String {
        safe_line(&self.errors.join("; "))
    }

    /// True when the answer says that nobody is signed in. Only for documents that ask. Beside an error a null says nothing: whoever
    /// is signed in could not be looked up.
    pub(super) fn nobody(&self) -> bool {
        self.errors.is_empty() && self.field("currentUser").is_null()
    }
}

impl Wire {
    pub(super) fn new(address: &str, cookie: Option<&SecretString>, timeouts: Timeouts) -> Result<Self, SetupError> {
        let base = origin(address)?;
        let mut builder = Client::builder()
            .user_agent(concat!("textbank/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            // A proxy named in the environment is not meant for a server on this very machine.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| SetupError::Client(describe(&error)))?;
        Ok(Self { http, base, cookie: cookie.cloned(), tokens: None, request: timeouts.request })
    }

    pub(super) fn with_tokens(mut self, tokens: TokenFile) -> Self {
        self.tokens = Some(Arc::new(tokens));
        self
    }

    /// The server's address without path.
    pub(super) fn address(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// True where the line is not encrypted, and others can be on it.
    pub(super) fn is_in_the_clear(&self) -> bool {
        self.base.scheme() == "http" && !is_loopback(&self.base)
    }

    /// True when the stored cookie is another one than was sent last.
    pub(super) fn is_signed_in_again(&self) -> bool {
        self.tokens.as_ref().is_some_and(|tokens| tokens.is_new())
    }

    fn cookie(&self) -> Option<HeaderValue> {
        let stored = self.tokens.as_ref().map(|tokens| tokens.token());
        let cookie = stored.or_else(|| self.cookie.clone())?;
        let mut value = HeaderValue::try_from(cookie.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Carries one operation out. An error of a field is no error here: see [`Reply::errors`].
    pub(super) async fn ask(&self, document: &Document, variables: Value) -> Call<Reply> {
        let body = json!({ "operationName": document.name, "query": document.text, "variables": variables });
        let mut request = self.http.post(self.url("graphql")?).timeout(self.request).json(&body);
        if let Some(cookie) = self.cookie() {
            request = request.header(COOKIE, cookie);
        }
        let response = request.send().await.map_err(|error| failed(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = whole(response).await?;
        reply(status, &headers, &body)
    }

    /// A page of the server's, as text.
    pub(super) async fn page(&self, path: &str) -> Call<(StatusCode, String)> {
        let request = self.http.get(self.url(path)?).timeout(self.request);
        let response = request.send().await.map_err(|error| failed(&error))?;
        let status = response.status();
        Ok((status, String::from_utf8_lossy(&whole(response).await?).into_owned()))
    }

    /// A form for the sign-in; the answer is in its status and headers.
    pub(super) async fn form(
        &self,
        path: &str,
        form: &Value,
        bearer: Option<&SecretString>,
    ) -> Call<(StatusCode, HeaderMap)> {
        let mut request = self.http.post(self.url(path)?).timeout(self.request).json(form);
        if let Some(token) = bearer {
            request = request.bearer_auth(token.expose_secret());
        }
        let response = request.send().await.map_err(|error| failed(&error))?;
        Ok((response.status(), response.headers().clone()))
    }

    fn url(&self, path: &str) -> Call<Url> {
        self.base.join(path).map_err(|error| CallError::NotReached(format!("bad path: {error}")))
    }
}

/// What an answer to an operation says.
pub(super) fn reply(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Call<Reply> {
    if status == StatusCode::TOO_MANY_REQUESTS {
        let mut problem = Problem::new(Code::RateLimited, "a box before the server says that it is too much now");
        problem.retry_after = headers.get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
        if let Some(seconds) = problem.retry_after {
            problem.detail.push_str(&format!("; it asks for {seconds} seconds without requests"));
        }
        return Err(CallError::Refused(Box::new(problem)));
    }
    if status.is_server_error() {
        // What stands before the server answers like this too while the server goes on with the request.
        return Err(CallError::NoAnswer(status.to_string()));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/json") {
        let kind = if kind.is_empty() { "no type" } else { kind };
        return Err(CallError::Strange(format!("{status} with {}", safe_line(kind))));
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| CallError::Strange(format!("{status} with damaged JSON (line {})", error.line())))?;
    let words = |error: &Value| error.get("message").and_then(Value::as_str).unwrap_or("no words").to_owned();
    let errors: Vec<String> = body.get("errors").and_then(Value::as_array).into_iter().flatten().map(words).collect();
    let codes = codes_of(&body);
    if status == StatusCode::BAD_REQUEST {
        // Refused before anything of it was done: this server's API is another one.
        let codes = if codes.is_empty() { "no code".to_owned() } else { codes.join(", ") };
        let detail = format!("the server does not know an operation of Spoke 14 ({codes})");
        return Err(CallError::Refused(Box::new(Problem::new(Code::Invalid, detail))));
    }
    if status != StatusCode::OK {
        return Err(CallError::Strange(status.to_string()));
    }
    let data = body.get("data").cloned().unwrap_or(Value::Null);
    if data.is_null() && errors.is_empty() {
        return Err(CallError::Strange("an answer without data".into()));
    }
    Ok(Reply { data, errors, codes })
}

/// The codes of an answer's errors, each once: only what looks like one.
fn codes_of(body: &Value) -> Vec<String> {
    let is_code = |code: &&str| {
        (1..=40).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let code = |error: &Value| {
        let code = error.pointer("/extensions/code").and_then(Value::as_str).filter(is_code);
        code.map(str::to_owned)
    };
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    errors.filter_map(code).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// `https://host/anything` -> `https://host/`: Spoke's API is at the root of its address.
fn origin(text: &str) -> Result<Url, SetupError> {
    let refuse = || SetupError::Address(text.to_owned());
    let mut url = Url::parse(text.trim()).map_err(|_not_a_url| refuse())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
        return Err(refuse());
    }
    url.set_fragment(None);
    url.set_query(None);
    url.set_path("/");
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn whole(mut response: Response) -> Call<Vec<u8>> {
    let mut all = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        if all.len() + chunk.len() > MAX_ANSWER {
            return Err(CallError::Strange("an answer without end".to_owned()));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.to_vec())
}

fn failed(error: &reqwest::Error) -> CallError {
    if error.is_builder() || error.is_connect() {
        return CallError::NotReached(describe(error));
    }
    CallError::NoAnswer(describe(error))
}

/// The error's causes in one line, without the address.
fn describe(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { vec!["timed out".to_owned()] } else { Vec::new() };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push(inner.to_string());
        cause = inner.source();
    }
    if text.is_empty() { "failed".to_owned() } else { text.join(": ") }
}
