//! `GET /api/v1/canned-replies`, `PUT /api/v1/canned-replies`

use axum::Json;
use axum::extract::State;

use super::extract::Sent;
use super::refusal::{Refusal, Reply};
use crate::api::{
    canned::{CannedReplies, CannedSet, SetCanned},
    problem::Problem,
};
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// The canned replies that every campaign of the organization has behind its own.
#[utoipa::path(
    get,
    path = "/api/v1/canned-replies",
    operation_id = "canned_replies",
    tag = "admin",
    responses((status = 200, body = CannedReplies), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn read(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<CannedReplies>> {
    Ok(Json(state.store().canned(admin.actor()).await?))
}

/// Sets them: these and no others, at once in every campaign, whose script gets its next version. Twice is once. Where a campaign of the
/// organization asks for a second approver they wait for one first, unless they only get fewer.
#[utoipa::path(
    put,
    path = "/api/v1/canned-replies",
    operation_id = "set_canned_replies",
    tag = "admin",
    request_body = SetCanned,
    responses((status = 200, body = CannedSet), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn set(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(wanted): Sent<SetCanned>,
) -> Reply<Json<CannedSet>> {
    match admin.set_canned(&state.desk, wanted.replies).await? {
        Answer::Canned(set) => Ok(Json(set)),
        other => Err(Refusal::unfit(&other)),
    }
}
