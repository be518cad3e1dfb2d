//! `GET /api/v1/campaigns/{id}/flagged`

use axum::Json;
use axum::extract::State;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{captain::Flagged, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::AsCaptain};

/// Conversations that texters flagged, those asked about first, at most 500. A captain answers by `PUT /api/v1/acts/{id}` with
/// `answer_asked`, which takes the flag off.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/flagged",
    operation_id = "flagged",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<Flagged>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<Flagged>>> {
    let flagged = state.store().flagged(captain.actor(), campaign).await?.ok_or_else(Refusal::not_found)?;
    captain.reads(&state.desk, flagged.iter().map(|one| one.contact).collect(), "flagged").await??;
    Ok(Json(flagged))
}
