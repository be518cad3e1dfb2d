//! `GET /api/v1/campaigns/{id}`

use axum::Json;
use axum::extract::State;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{campaign::CampaignView, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::Session};

/// One campaign's definition and state.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}",
    operation_id = "campaign",
    tag = "campaigns",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = CampaignView), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    session: Session,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<CampaignView>> {
    state.store().campaign(&session.actor, campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}
