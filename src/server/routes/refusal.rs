//! Every refusal is a problem document.

use std::any::Any;
use std::time::Duration;

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use uuid::Uuid;

use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::server::store::{StoreError, command::Answer};

const NOT_ASKED_FOR: &str = "the body is not what is asked for here";

/// A problem on its way out.
#[derive(Debug, Clone)]
pub struct Refusal {
    problem: Box<Problem>,
    /// The id whose stored verdict this is.
    verdict: Option<Uuid>,
    retry_after: Option<Duration>,
}

/// Result of a handler.
pub type Reply<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal with nothing but code and detail.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// No such thing, or not visible to this session: the same answer for both.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "no such thing, or not yours to see")
    }

    /// Too many tries.
    #[must_use]
    pub fn rate_limited(wait: Duration) -> Self {
        let mut refusal = Self::new(Code::RateLimited, "too many tries; wait");
        refusal.retry_after = Some(wait);
        refusal
    }

    /// A body with bytes that are no UTF-8, the first of them at this place.
    #[must_use]
    pub fn not_utf8(at: usize) -> Self {
        let mut refusal = Self::new(Code::Invalid, NOT_ASKED_FOR);
        refusal.problem.faults.push(format!("byte {at} of the body is not UTF-8"));
        refusal
    }

    /// An answer of the store that does not fit the question: a fault of ours.
    #[must_use]
    pub fn unfit(answer: &Answer) -> Self {
        if let Answer::Refused(problem) = answer {
            return problem.clone().into();
        }
        tracing::error!("the store gave an answer of the wrong kind");
        Self::new(Code::Unavailable, "the server made a mistake; try again with the same id")
    }

    /// The verdict when it is a yes.
    ///
    /// # Errors
    /// The refusal, with the id whose verdict it is.
    pub fn unless_accepted(verdict: Verdict) -> Reply<Verdict> {
        match verdict.outcome {
            Outcome::Accepted { .. } => Ok(verdict),
            Outcome::Refused { problem } => {
                Err(Self { problem: Box::new(problem), verdict: Some(verdict.id), retry_after: None })
            }
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Box::new(problem).into()
    }
}

impl From<Box<Problem>> for Refusal {
    fn from(problem: Box<Problem>) -> Self {
        Self { problem, verdict: None, retry_after: None }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store gave no answer");
        let mut refusal = Self::new(Code::Unavailable, "the server cannot answer now; try again with the same id");
        refusal.retry_after = Some(Duration::from_secs(1));
        refusal
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::new(Code::TooLarge, "the body is larger than allowed");
        }
        let mut refusal = Self::new(Code::Invalid, NOT_ASKED_FOR);
        refusal.problem.faults.push(rejection.body_text());
        refusal
    }
}

impl From<PathRejection> for Refusal {
    fn from(_nothing_has_such_a_name: PathRejection) -> Self {
        Self::not_found()
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        let mut refusal = Self::new(Code::Invalid, "a part of the address after `?` is wrong");
        refusal.problem.faults.push(rejection.body_text());
        refusal
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    problem: &'a Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Uuid>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let document = Document { problem: &self.problem, verdict: self.verdict };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(self.problem.code);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil().max(1.0) as u64));
        }
        if self.problem.code == Code::Unauthorized {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Nothing is at this address.
pub async fn no_route() -> Refusal {
    Refusal::not_found()
}

/// Something is at this address, but not for this method.
pub async fn no_method() -> Response {
    let mut problem = Problem::new(Code::NotFound, "this address does not take this method");
    problem.status = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    Refusal::from(problem).into_response()
}

/// A handler panicked: nothing is known about what it did.
pub fn panicked(_what: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has logged where; its words may hold a voter's.
    tracing::error!("a handler panicked");
    Refusal::new(Code::Unavailable, "the server made a mistake; try again with the same id").into_response()
}
