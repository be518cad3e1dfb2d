//! `DELETE /api/v1/invites/{id}`

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::problem::Problem;
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// Revokes an invite: nobody joins by it any more.
#[utoipa::path(
    delete,
    path = "/api/v1/invites/{id}",
    operation_id = "revoke_invite",
    tag = "admin",
    params(("id" = i64, Path, description = "The invite")),
    responses((status = 204, description = "Revoked"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(AsAdmin(admin): AsAdmin, At(invite): At<i64>, State(state): State<AppState>) -> Reply<StatusCode> {
    match admin.revoke_invite(&state.desk, invite).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}
