//! `POST /api/v1/token`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{people::Renewed, problem::Problem};
use crate::server::{AppState, auth::Newcomer, store::handles::Texter};

/// The next token of this session. Asked again, the one before it is forgotten, unless it was used. The token that asks goes on
/// working until the next one is used.
#[utoipa::path(
    post,
    path = "/api/v1/token",
    operation_id = "renew_token",
    tag = "people",
    responses((status = 200, body = Renewed), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(Newcomer(session): Newcomer, State(state): State<AppState>) -> Reply<Json<Renewed>> {
    Ok(Json(Renewed { token: Texter::of(session.actor).renew_token(&state.desk).await?? }))
}
