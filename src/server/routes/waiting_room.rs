//! `GET /api/v1/waiting-room`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{people::WaitingPerson, problem::Problem};
use crate::server::{AppState, auth::AsCaptain};

/// Who waits to be let in, the longest wait first. A captain lets them in or shows them out by `PUT /api/v1/acts/{id}` with
/// `admit` or `show_out`.
#[utoipa::path(
    get,
    path = "/api/v1/waiting-room",
    operation_id = "waiting_room",
    tag = "captain",
    responses((status = 200, body = Vec<WaitingPerson>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(AsCaptain(captain): AsCaptain, State(state): State<AppState>) -> Reply<Json<Vec<WaitingPerson>>> {
    Ok(Json(state.store().waiting_room(captain.actor()).await?))
}
