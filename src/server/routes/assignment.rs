//! `GET /api/v1/campaigns/{id}/assignment`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{
    assignment::AssignmentPage,
    problem::{Code, Problem},
};
use crate::domain::ids::{CampaignId, ContactId};
use crate::server::{AppState, auth::Reader};

/// Contacts in a page, unless asked for less.
const PAGE: u32 = 1_000;

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// A page of what is in my hands.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/assignment",
    operation_id = "assignment",
    tag = "texting",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = AssignmentPage), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    Reader(session): Reader,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<AssignmentPage>> {
    let after = query
        .cursor
        .map(|cursor| cursor.parse().map(ContactId))
        .transpose()
        .map_err(|_not_ours| Refusal::new(Code::Invalid, "the cursor is not one of this server's"))?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let page = state.store().assignment(&session.actor, campaign, after, limit).await?;
    page.map(Json).ok_or_else(Refusal::not_found)
}
