//! `GET /api/v1/campaigns/{id}/proposal`, `DELETE /api/v1/campaigns/{id}/proposal`, `POST /api/v1/campaigns/{id}/proposal/approve`
//! and the same of the organization's canned replies

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{
    approval::ProposalState,
    canned::{CannedReplies, CannedSet},
    problem::Problem,
    recall::ScriptState,
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{change::Changed, command::Answer},
};

/// What of a campaign waits for a second approver, if anything does: a new version of its script, or the campaign itself.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/proposal",
    operation_id = "proposal",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = ProposalState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn read(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<ProposalState>> {
    state.store().proposal(admin.actor(), campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// Takes away the version of the script that waits for a second approver. Twice is once.
#[utoipa::path(
    delete,
    path = "/api/v1/campaigns/{id}/proposal",
    operation_id = "withdraw_proposal",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 204, description = "Nothing waits any more"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn withdraw(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<StatusCode> {
    match admin.withdraw_script(&state.desk, campaign).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    hash: String,
}

/// Puts in force what another admin has proposed.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/proposal/approve",
    operation_id = "approve_proposal",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("hash" = String, Query, description = "Of what was looked at: nothing else is approved"),
    ),
    responses((status = 200, body = ScriptState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn approve(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<ScriptState>> {
    match admin.approve_script(&state.desk, campaign, query.hash).await? {
        Answer::Changed(Changed::Script(state)) => Ok(Json(state)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Takes away the canned replies that wait for a second approver. Twice is once.
#[utoipa::path(
    delete,
    path = "/api/v1/canned-replies/proposal",
    operation_id = "withdraw_canned",
    tag = "admin",
    responses((status = 200, body = CannedReplies), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn withdraw_canned(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<CannedReplies>> {
    match admin.withdraw_canned(&state.desk).await? {
        Answer::Done => Ok(Json(state.store().canned(admin.actor()).await?)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Puts the canned replies in force that another admin has proposed.
#[utoipa::path(
    post,
    path = "/api/v1/canned-replies/proposal/approve",
    operation_id = "approve_canned",
    tag = "admin",
    params(("hash" = String, Query, description = "Of what was looked at: nothing else is approved")),
    responses((status = 200, body = CannedSet), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn approve_canned(
    AsAdmin(admin): AsAdmin,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<CannedSet>> {
    match admin.approve_canned(&state.desk, query.hash).await? {
        Answer::Canned(set) => Ok(Json(set)),
        other => Err(Refusal::unfit(&other)),
    }
}
