//! `GET /api/v1/campaigns/{id}/held`

use axum::Json;
use axum::extract::State;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{captain::HeldText, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::AsCaptain};

/// The texts whose outcome at the carrier nobody knows, the held ones first, at most 1,000. A captain decides on a held one by
/// `PUT /api/v1/acts/{id}` with `decide_held`.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/held",
    operation_id = "held",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<HeldText>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<HeldText>>> {
    let texts = state.store().held(captain.actor(), campaign).await?.ok_or_else(Refusal::not_found)?;
    captain.reads(&state.desk, texts.iter().map(|text| text.contact).collect(), "held").await??;
    Ok(Json(texts))
}
