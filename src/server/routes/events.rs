//! `GET /api/v1/campaigns/{id}/events`

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response, Sse};
use serde::Deserialize;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{
    event::Event,
    problem::{Code, Problem},
};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::Reader, events::feed};

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    after: Option<u64>,
}

/// The feed: every change that concerns me, in one order. The id of each is its number; a `board` (captains) has none.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/events",
    operation_id = "events",
    tag = "campaigns",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("after" = Option<u64>, Query, description = "Resume after this event; absent: from now on"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The same, as browsers say it; counts more"),
    ),
    responses(
        (status = 200, description = "Server-sent events", body = Event, content_type = "text/event-stream"),
        (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json"),
    ),
    security(("session" = [])),
)]
pub async fn handler(
    Reader(session): Reader,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    headers: HeaderMap,
    State(state): State<AppState>,
) -> Reply<Response> {
    let last = headers
        .get("last-event-id")
        .map(|id| id.to_str().ok().and_then(|id| id.trim().parse::<u64>().ok()))
        .map(|id| id.ok_or_else(|| Refusal::new(Code::Invalid, "`Last-Event-ID` is a number")))
        .transpose()?;
    let view = state.store().campaign(&session.actor, campaign).await?.ok_or_else(Refusal::not_found)?;
    let after = last.or(query.after).unwrap_or(view.seq);
    let mut response = Sse::new(feed(state, session, campaign, after, view.seq)).into_response();
    // Asks proxies of nginx's kind to pass each line on at once.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}
