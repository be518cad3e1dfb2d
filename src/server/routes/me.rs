//! `GET /api/v1/me`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{people::Me, problem::Problem};
use crate::server::{AppState, auth::Newcomer};

/// Who I am here.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "me",
    tag = "people",
    responses((status = 200, body = Me), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(Newcomer(session): Newcomer, State(state): State<AppState>) -> Reply<Json<Me>> {
    let me = state.store().me(&session.actor).await?;
    Ok(Json(Me { rehearsal: state.rehearsal, ..me }))
}
