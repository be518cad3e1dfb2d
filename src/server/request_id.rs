//! Ids of requests: the same in the server's log, in its answer and in the console's log, so that a volunteer's trouble can be
//! found on the server without a word about the volunteer.

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::api::message::REQUEST_ID;
use crate::env::{Ids as _, SharedClock, SystemIds};

/// The id of one request.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

/// Gives the request its id, and tells it in the answer. One that comes with it (from a proxy) is kept when it is a UUID:
/// anything else could be anybody's words.
pub async fn name(State(machine): State<SharedClock>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|id| Uuid::try_parse(id.to_str().ok()?).ok());
    // By the machine's time and dice: the campaign's own are not disturbed by what merely asks.
    let id = given.unwrap_or_else(|| SystemIds.act_id(machine.now()));
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// What a log line says about a request: its id, method and route as the contract writes it, never the address itself, which may
/// be anybody's words.
pub fn span<B>(request: &axum::http::Request<B>) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().map(|id| id.0);
    let path = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    tracing::info_span!("request", id = id.map(tracing::field::display), method = %request.method(), path)
}
