//! `POST /api/v1/presence`

use axum::Json;
use axum::extract::State;

use super::refusal::{Refusal, Reply};
use crate::api::{people::Presence, problem::Problem};
use crate::server::{AppState, auth::AsTexter, store::command::Answer};

/// Says that I am here; renews my leases.
#[utoipa::path(
    post,
    path = "/api/v1/presence",
    operation_id = "presence",
    tag = "people",
    responses((status = 200, body = Presence), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(AsTexter(texter): AsTexter, State(state): State<AppState>) -> Reply<Json<Presence>> {
    match texter.presence(&state.desk).await? {
        // The store does not know whose its clock is, nor what the carrier lets through.
        Answer::Presence(presence) => Ok(Json(Presence {
            own_time: state.desk.clock.is_its_own(),
            nothing_goes_before: state.desk.nothing_goes_before().await?,
            ..presence
        })),
        other => Err(Refusal::unfit(&other)),
    }
}
