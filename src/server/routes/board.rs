//! `GET /api/v1/campaigns/{id}/board`

use axum::Json;
use axum::extract::State;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{captain::Board, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::AsCaptain};

/// The captain's board.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/board",
    operation_id = "board",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Board), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Board>> {
    let mut board = state.desk.board(captain.actor(), campaign).await?.ok_or_else(Refusal::not_found)?;
    board.hours = state.store().by_hours(captain.actor(), campaign, board.at).await?.map(Box::new);
    Ok(Json(board))
}
