//! `GET /api/v1/campaigns/{id}/proposal`, `DELETE /api/v1/campaigns/{id}/proposal`, `POST /api/v1/campaigns/{id}/proposal/approve`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{approval::ProposalState, problem::Problem, recall::ScriptState};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{change::Changed, command::Answer},
};

/// The new version of a campaign's script that waits for a second approver, if there is one.
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

/// Takes away what waits for a second approver. Twice is once.
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

/// Puts in force what another admin has proposed.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/proposal/approve",
    operation_id = "approve_proposal",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = ScriptState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn approve(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<ScriptState>> {
    match admin.approve_script(&state.desk, campaign).await? {
        Answer::Changed(Changed::Script(state)) => Ok(Json(state)),
        other => Err(Refusal::unfit(&other)),
    }
}
