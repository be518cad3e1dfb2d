//! `GET /api/v1/campaigns`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{campaign::CampaignTodo, problem::Problem};
use crate::server::{AppState, auth::Session};

/// The campaigns I work in, with my counts.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns",
    operation_id = "campaigns",
    tag = "campaigns",
    responses((status = 200, body = Vec<CampaignTodo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(session: Session, State(state): State<AppState>) -> Reply<Json<Vec<CampaignTodo>>> {
    Ok(Json(state.desk.campaigns(&session.actor).await?))
}
