//! `GET /api/v1/invites`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{admin::InviteInfo, problem::Problem};
use crate::server::{AppState, auth::AsAdmin};

/// The organization's join links, the newest first: how many joined by each, whether it is still good.
#[utoipa::path(
    get,
    path = "/api/v1/invites",
    operation_id = "invites",
    tag = "admin",
    responses((status = 200, body = Vec<InviteInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<Vec<InviteInfo>>> {
    Ok(Json(state.store().invites(admin.actor(), state.desk.clock.now()).await?))
}
