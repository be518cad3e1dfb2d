//! What an answer means, from its status, its headers and its body. Nothing here waits or sends: the simulator's line reads the
//! answers that it makes up by the same code.
//!
//! Only what a server of ours surely said decides anything. A login page, a redirect, a page of a box on the way, JSON of another
//! kind: all of that is strange, and says nothing about what became of the request.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api::json_fault;
use crate::api::message::{Outcome, REQUEST_ID, Verdict};
use crate::api::problem::{Code, Problem};
use crate::client::{Call, CallError};
use crate::domain::safe_text::safe_line;
use crate::mutation::{self, Mutation};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// True when the answer says of itself that it is of our contract: only then is its body worth reading.
#[must_use]
pub fn has_words(headers: &HeaderMap) -> bool {
    is_type(headers, JSON) || is_type(headers, PROBLEM)
}

/// The good answer, or what it is instead. `body` is looked at only when [`has_words`].
///
/// # Errors
/// [`CallError::Refused`] by a problem document; [`CallError::Strange`] for everything else.
pub fn read<T: DeserializeOwned>(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Call<T> {
    if !status.is_success() || !is_type(headers, JSON) {
        return Err(refusal(status, headers, body));
    }
    serde_json::from_slice(body).map_err(|error| CallError::Strange(format!("damaged JSON: {}", json_fault(&error))))
}

/// A refusal that decides about the id is the verdict itself; one that decides nothing stays an error.
///
/// # Errors
/// Whatever leaves open what became of `id`.
pub fn verdict(id: Uuid, answer: Call<Verdict>) -> Call<Verdict> {
    match answer {
        Ok(verdict) if verdict.id == id => Ok(verdict),
        Ok(verdict) => open(id, CallError::Strange(format!("a verdict on {} where {id} was asked", verdict.id))),
        Err(CallError::Refused(problem)) if !problem.code.is_transient() => {
            Ok(Verdict { id, outcome: Outcome::Refused { problem: *problem } })
        }
        Err(error) => open(id, error),
    }
}

/// Nothing is decided, unless a promise is broken on purpose.
fn open(id: Uuid, error: CallError) -> Call<Verdict> {
    let yes = || Verdict { id, outcome: Outcome::Accepted { seq: 0, at: jiff::Timestamp::UNIX_EPOCH } };
    match &error {
        CallError::Strange(_) if mutation::on(Mutation::StrangeIsYes) => Ok(yes()),
        CallError::NoAnswer(_) if mutation::on(Mutation::SilenceIsYes) => Ok(yes()),
        CallError::Strange(_) | CallError::Refused(_) if mutation::on(Mutation::StrangeIsNo) => {
            let problem = Problem::new(Code::Suppressed, error.to_string());
            Ok(Verdict { id, outcome: Outcome::Refused { problem } })
        }
        _ => Err(error),
    }
}

/// Reads an answer that is not the good one: a problem document, or something strange.
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError {
    // By it the server's log is searched.
    let request = headers.get(REQUEST_ID).and_then(|id| Uuid::try_parse(id.to_str().ok()?).ok());
    let request = request.map(tracing::field::display);
    if status.is_server_error() {
        tracing::warn!(status = status.as_u16(), request, "the server could not answer");
    } else {
        tracing::debug!(status = status.as_u16(), request, "the server refused");
    }
    let wait = asked_to_wait(headers);
    let mut error = problem(status, headers, body);
    match &mut error {
        CallError::Refused(problem) => problem.retry_after = wait,
        // A box on the way says that it is too much now, and when it will not be.
        CallError::Strange(what) if wait.is_some() => {
            let code = match status.as_u16() {
                429 => Code::RateLimited,
                503 => Code::Unavailable,
                _ => return error,
            };
            let mut problem = Problem::new(code, safe_line(what));
            problem.retry_after = wait;
            error = CallError::Refused(Box::new(problem));
        }
        _ => {}
    }
    error
}

/// The seconds of a `Retry-After`: a number, or a date to be held against the answer's own.
fn asked_to_wait(headers: &HeaderMap) -> Option<u16> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    let at_most = |seconds: u64| u16::try_from(seconds).unwrap_or(u16::MAX);
    if let Ok(seconds) = asked.parse() {
        return Some(at_most(seconds));
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok();
    let seconds = date(asked)?.timestamp().as_second() - date(text(DATE)?)?.timestamp().as_second();
    u64::try_from(seconds).ok().map(at_most)
}

fn problem(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallError {
    if !is_type(headers, PROBLEM) {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no type");
        return CallError::Strange(format!("{status} with {kind}"));
    }
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => CallError::Refused(Box::new(harmless(problem))),
        Err(error) => newer_problem(status, body).map_or_else(
            || CallError::Strange(format!("{status} with a damaged problem: {error}")),
            |problem| CallError::Refused(Box::new(harmless(problem))),
        ),
    }
}

/// A problem whose code a later server invented: the status says whether anything was decided.
fn newer_problem(status: StatusCode, body: &[u8]) -> Option<Problem> {
    #[derive(serde::Deserialize)]
    struct Loose {
        code: String,
        #[serde(default)]
        detail: String,
    }
    let loose: Loose = serde_json::from_slice(body).ok()?;
    let code = match status.as_u16() {
        401 => Code::Unauthorized,
        429 => Code::RateLimited,
        400..500 => Code::Invalid,
        _ => Code::Unavailable,
    };
    let mut problem = Problem::new(code, format!("{}: {}", loose.code, loose.detail));
    problem.status = status.as_u16();
    Some(problem)
}

/// A server's words go to screens and logs: they are data, whoever runs the server.
fn harmless(mut problem: Problem) -> Problem {
    problem.detail = safe_line(&problem.detail);
    problem.who = problem.who.as_deref().map(safe_line);
    problem.faults = problem.faults.iter().map(|fault| safe_line(fault)).collect();
    problem
}

pub(super) fn is_type(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}
