//! `GET /api/v1/sessions`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{people::SessionInfo, problem::Problem};
use crate::server::{AppState, auth::AsAdmin};

/// The organization's sessions.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    operation_id = "sessions",
    tag = "admin",
    responses((status = 200, body = Vec<SessionInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<Vec<SessionInfo>>> {
    Ok(Json(state.store().sessions(admin.actor()).await?))
}
