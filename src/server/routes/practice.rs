//! `GET /api/v1/practice` and `PUT /api/v1/practice`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::Asked;
use super::refusal::{Refusal, Reply};
use crate::api::{practice::Practice, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::Newcomer,
    store::{command::Answer, handles::Texter},
};

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    campaign: Option<CampaignId>,
}

/// Whether I have been through the practice, and whether a campaign asks for it.
#[utoipa::path(
    get,
    path = "/api/v1/practice",
    operation_id = "practice",
    tag = "people",
    params(("campaign" = Option<i64>, Query, description = "Which campaign may ask for it; absent: the one campaign an invite was for")),
    responses((status = 200, body = Practice), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn read(
    Newcomer(session): Newcomer,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<Practice>> {
    state.store().practice(&session.actor, query.campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// Says that I have been through the practice. Twice is once; how well it went is not asked.
#[utoipa::path(
    put,
    path = "/api/v1/practice",
    operation_id = "pass_practice",
    tag = "people",
    responses((status = 200, body = Practice), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn pass(Newcomer(session): Newcomer, State(state): State<AppState>) -> Reply<Json<Practice>> {
    match Texter::of(session.actor.clone()).pass_practice(&state.desk).await? {
        Answer::Done => state.store().practice(&session.actor, None).await?.map(Json).ok_or_else(Refusal::not_found),
        other => Err(Refusal::unfit(&other)),
    }
}
