//! `PUT /api/v1/messages/{id}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    message::{SendRequest, Verdict},
    problem::Problem,
};
use crate::domain::ids::MessageId;
use crate::server::{AppState, auth::AsTexter, store::command::Answer};

/// Hands in one confirmed text. The same id with the same body gets the same verdict, for ever.
#[utoipa::path(
    put,
    path = "/api/v1/messages/{id}",
    operation_id = "send",
    tag = "texting",
    params(("id" = Uuid, Path, description = "Minted at the press (UUIDv7)")),
    request_body = SendRequest,
    responses((status = 202, description = "Accepted, durably", body = Verdict), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsTexter(texter): AsTexter,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    Sent(request): Sent<SendRequest>,
) -> Reply<(StatusCode, Json<Verdict>)> {
    match texter.send(&state.desk, MessageId(id), request).await? {
        Answer::Verdict(verdict) => Ok((StatusCode::ACCEPTED, Json(Refusal::unless_accepted(verdict)?))),
        other => Err(Refusal::unfit(&other)),
    }
}
