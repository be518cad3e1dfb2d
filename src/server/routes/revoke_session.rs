//! `DELETE /api/v1/sessions/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::problem::Problem;
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// Ends a session; its open feeds end with it.
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{id}",
    operation_id = "revoke_session",
    tag = "admin",
    params(("id" = i64, Path, description = "The session")),
    responses((status = 204, description = "Ended"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(session): At<i64>,
    State(state): State<AppState>,
) -> Reply<StatusCode> {
    match admin.revoke_session(&state.desk, session).await? {
        Answer::Done => {
            state.revocations.happened();
            Ok(StatusCode::NO_CONTENT)
        }
        other => Err(Refusal::unfit(&other)),
    }
}
