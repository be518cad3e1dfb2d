//! `GET /api/v1/conduct`, `PUT /api/v1/conduct` and `PUT /api/v1/conduct/{version}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    conduct::{ConductInForce, ConductText, SetConduct},
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::{AsAdmin, Newcomer},
    store::{command::Answer, handles::Texter},
};

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    campaign: Option<CampaignId>,
}

/// What is to be read and accepted before contacts are handed out: the organization's rules of conduct and the guide of one
/// campaign, with whether I have. Nothing when no rules are in force.
#[utoipa::path(
    get,
    path = "/api/v1/conduct",
    operation_id = "conduct",
    tag = "people",
    params(("campaign" = Option<i64>, Query, description = "With this campaign's guide; absent: with that of the one campaign an invite was for")),
    responses((status = 200, body = Vec<ConductText>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn read(
    Newcomer(session): Newcomer,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<ConductText>>> {
    state.store().conduct(&session.actor, query.campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// Sets the organization's rules of conduct: everybody is asked to accept the new words before the next contacts. No text at
/// all: nothing is to be accepted any more.
#[utoipa::path(
    put,
    path = "/api/v1/conduct",
    operation_id = "set_conduct",
    tag = "admin",
    request_body = SetConduct,
    responses((status = 200, body = ConductInForce), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn set(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(wanted): Sent<SetConduct>,
) -> Reply<Json<ConductInForce>> {
    match admin.set_conduct(&state.desk, wanted.texts).await? {
        Answer::Conduct(version) => Ok(Json(ConductInForce { version })),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Accepts these words: the rules in force, or the guide of a campaign. Twice is once.
#[utoipa::path(
    put,
    path = "/api/v1/conduct/{version}",
    operation_id = "accept_conduct",
    tag = "people",
    params(("version" = String, Path, description = "Of the text that was read")),
    responses((status = 204, description = "Accepted, and on record"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn accept(
    Newcomer(session): Newcomer,
    At(version): At<String>,
    State(state): State<AppState>,
) -> Reply<StatusCode> {
    match Texter::of(session.actor).accept_conduct(&state.desk, version).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}
