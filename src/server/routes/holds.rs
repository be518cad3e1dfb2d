//! `GET /api/v1/holds`, `POST`, `DELETE /api/v1/holds/{hold}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    keeping::{HoldInfo, HoldRequest},
    problem::Problem,
};
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{command::Answer, keep::Kept},
};

/// Legal holds, in their order, lifted ones too.
#[utoipa::path(
    get,
    path = "/api/v1/holds",
    operation_id = "holds",
    tag = "admin",
    responses((status = 200, body = Vec<HoldInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn list(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<Vec<HoldInfo>>> {
    Ok(Json(state.store().holds(admin.actor()).await?))
}

/// Puts a legal hold on a campaign, on whoever has a number, or on all of the organization: nothing under it is removed or erased until
/// it is lifted. The same once more is the same hold.
#[utoipa::path(
    post,
    path = "/api/v1/holds",
    operation_id = "hold",
    tag = "admin",
    request_body = HoldRequest,
    responses((status = 200, body = HoldInfo), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn put(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(request): Sent<HoldRequest>,
) -> Reply<Json<HoldInfo>> {
    match admin.hold(&state.desk, request.campaign, request.phone, request.reason).await? {
        Answer::Kept(Kept::Hold(info)) => Ok(Json(info)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Lifts a legal hold. Twice is once.
#[utoipa::path(
    delete,
    path = "/api/v1/holds/{hold}",
    operation_id = "lift_hold",
    tag = "admin",
    params(("hold" = i64, Path, description = "The hold")),
    responses((status = 204, description = "Lifted"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn lift(AsAdmin(admin): AsAdmin, At(hold): At<i64>, State(state): State<AppState>) -> Reply<StatusCode> {
    match admin.lift_hold(&state.desk, hold).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}
