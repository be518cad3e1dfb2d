//! axum's extractors, refusing with problem documents.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::refusal::Refusal;
use crate::api::problem::Code;
use crate::domain::ids::ContactId;
use crate::domain::objects::Object;

/// The parts of the path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refusal))]
pub struct At<T>(pub T);

/// What stands after `?`.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refusal))]
pub struct Asked<T>(pub T);

/// Contacts after `?`: `ids=1,2`.
#[derive(Debug, Deserialize)]
pub struct ContactIds {
    ids: String,
}

impl ContactIds {
    /// They themselves.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what is no number, and for more than `most`.
    pub fn at_most(&self, most: usize) -> Result<Vec<ContactId>, Refusal> {
        let ids = self.ids.split(',').filter(|id| !id.is_empty()).map(|id| id.trim().parse().map(ContactId));
        let ids = ids
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_not_a_number| Refusal::new(Code::Invalid, "`ids` are numbers, by comma"))?;
        if ids.len() > most {
            return Err(Refusal::new(Code::Invalid, format!("at most {most} contacts at once")));
        }
        Ok(ids)
    }
}

/// A JSON object as the body. All of it is UTF-8, what stands in fields that nobody reads too: serde skips those without a look.
#[derive(Debug)]
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        // Whether the content type is one of JSON is axum's to say, before anything of the body is read.
        let mut named = Request::new(Body::from("null"));
        *named.headers_mut() = request.headers().clone();
        let Json(IgnoredAny) = Json::from_request(named, state).await?;
        let body = Bytes::from_request(request, state).await.map_err(JsonRejection::from)?;
        if let Err(bad) = std::str::from_utf8(&body) {
            return Err(Refusal::not_utf8(bad.valid_up_to()));
        }
        let Json(Object(body)) = Json::from_bytes(&body)?;
        Ok(Self(body))
    }
}
