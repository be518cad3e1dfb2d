//! `GET /api/v1/verdicts/{id}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{message::Verdict, problem::Problem};
use crate::server::{AppState, auth::HandsIn};

/// The stored verdict of an own message or act, refusals included. A sign-in that was ended may still read it.
#[utoipa::path(
    get,
    path = "/api/v1/verdicts/{id}",
    operation_id = "verdict",
    tag = "texting",
    params(("id" = Uuid, Path, description = "Of the message or act")),
    responses((status = 200, body = Verdict), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(HandsIn(actor): HandsIn, At(id): At<Uuid>, State(state): State<AppState>) -> Reply<Json<Verdict>> {
    state.store().verdict(&actor, id).await?.map(Json).ok_or_else(Refusal::not_found)
}
