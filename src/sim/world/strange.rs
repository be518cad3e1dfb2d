//! Answers that are none: what stands between laptop and server says, and what a damaged line leaves of a good answer.
//!
//! They are read by the code that reads the answers of the real line ([`answer::read`]).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::api::problem::{Code, Problem};
use crate::client::Call;
use crate::client::native::answer;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strange {
    /// 429 with a problem document; the server never has it.
    TooMany,
    /// 429 and a page, from a box on the way.
    TooManyPage,
    /// 503 with a problem document.
    Unavailable,
    /// 503 and a page.
    UnavailablePage,
    /// A login page instead of the server, with 200.
    LoginPage,
    /// A redirect to a login page.
    Redirect,
    /// JSON of somebody else, with 200.
    OthersJson,
    /// 502 from something in between; the server never has it.
    BadGateway,
    /// 500 and a page in HTML, after the server has done it.
    Broken,
    /// 504 from something in between that waited for the server, which does it.
    GatewayTimeout,
    /// Half of the JSON, after the server has done it.
    Damaged,
    /// The right words as another type, after the server has done it.
    WrongType,
    /// Nothing but a good status, after the server has done it.
    Empty,
}

/// An answer as it comes over a line.
pub(super) type Raw = (StatusCode, HeaderMap, Vec<u8>);

impl Strange {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::TooMany,
        Self::TooManyPage,
        Self::Unavailable,
        Self::UnavailablePage,
        Self::LoginPage,
        Self::Redirect,
        Self::OthersJson,
        Self::BadGateway,
        Self::Broken,
        Self::GatewayTimeout,
        Self::Damaged,
        Self::WrongType,
        Self::Empty,
    ];

    /// In words, for stories.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TooMany => "429",
            Self::TooManyPage => "429 and a page",
            Self::Unavailable => "503",
            Self::UnavailablePage => "503 and a page",
            Self::LoginPage => "a login page answers",
            Self::Redirect => "a redirect to a login page answers",
            Self::OthersJson => "somebody else's JSON answers",
            Self::BadGateway => "502",
            Self::Broken => "500 after the server has done it",
            Self::GatewayTimeout => "504 after the server has done it",
            Self::Damaged => "the answer is damaged",
            Self::WrongType => "the answer has the wrong type",
            Self::Empty => "the answer is empty",
        }
    }

    /// True when the server has done what was asked all the same.
    pub(super) fn reaches_the_server(self) -> bool {
        matches!(self, Self::Broken | Self::GatewayTimeout | Self::Damaged | Self::WrongType | Self::Empty)
    }

    /// What the laptop gets in the place of `good`, the server's answer where there was one.
    pub(super) fn instead(self, good: Option<Raw>) -> Raw {
        let (status, mut headers, mut body) = good.unwrap_or_default();
        match self {
            Self::TooMany => problem(Code::RateLimited),
            Self::TooManyPage => page(StatusCode::TOO_MANY_REQUESTS),
            Self::Unavailable => problem(Code::Unavailable),
            Self::UnavailablePage => page(StatusCode::SERVICE_UNAVAILABLE),
            Self::LoginPage => page(StatusCode::OK),
            Self::Redirect => {
                let (status, mut headers, body) = page(StatusCode::FOUND);
                headers.insert(header::LOCATION, HeaderValue::from_static("https://login.invalid/"));
                (status, headers, body)
            }
            Self::OthersJson => (StatusCode::OK, typed("application/json"), br#"{"login":"required"}"#.to_vec()),
            Self::BadGateway => page(StatusCode::BAD_GATEWAY),
            Self::Broken => page(StatusCode::INTERNAL_SERVER_ERROR),
            Self::GatewayTimeout => page(StatusCode::GATEWAY_TIMEOUT),
            Self::Damaged => {
                body.truncate(body.len() / 2);
                (status, headers, body)
            }
            Self::WrongType => {
                headers.extend(typed("text/html"));
                (status, headers, body)
            }
            Self::Empty => (StatusCode::OK, typed("application/json"), Vec::new()),
        }
    }
}

fn typed(kind: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
}

fn page(status: StatusCode) -> Raw {
    (status, typed("text/html; charset=utf-8"), b"<html><body>Sign in to this network</body></html>".to_vec())
}

fn problem(code: Code) -> Raw {
    let problem = Problem::new(code, "not now");
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, typed("application/problem+json"), serde_json::to_vec(&problem).unwrap_or_default())
}

/// As the real line reads it.
pub(super) fn read<T: DeserializeOwned>((status, headers, body): Raw) -> Call<T> {
    answer::read(status, &headers, &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::message::{Outcome, Verdict};
    use crate::client::CallError;

    #[rstest::rstest]
    fn none_of_them_decides_about_a_text(#[values(StatusCode::OK, StatusCode::CONFLICT)] status: StatusCode) {
        let id = uuid::Uuid::from_u128(1);
        let (kind, body) = if status.is_success() {
            let outcome = Outcome::Accepted { seq: 1, at: jiff::Timestamp::UNIX_EPOCH };
            ("application/json", serde_json::to_vec(&Verdict { id, outcome }))
        } else {
            ("application/problem+json", serde_json::to_vec(&Problem::new(Code::AlreadySent, "no")))
        };
        let good = (status, typed(kind), body.expect("json"));
        assert!(answer::verdict(id, read(good.clone())).is_ok(), "the answer itself decides");
        for strange in Strange::ALL {
            let answer = answer::verdict(id, read(strange.instead(Some(good.clone()))));
            assert!(answer.as_ref().is_err_and(CallError::is_transient), "{strange:?}: {answer:?}");
        }
    }
}
