//! `GET /api/v1/people`

use axum::Json;
use axum::extract::State;

use super::refusal::Reply;
use crate::api::{people::PersonInfo, problem::Problem};
use crate::server::{AppState, auth::AsAdmin};

/// The organization's people: last seen, role, how many contacts in hand.
#[utoipa::path(
    get,
    path = "/api/v1/people",
    operation_id = "people",
    tag = "admin",
    responses((status = 200, body = Vec<PersonInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<Vec<PersonInfo>>> {
    Ok(Json(state.store().people(admin.actor()).await?))
}
