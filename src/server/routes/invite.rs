//! `POST /api/v1/invites`

use std::time::Duration;

use axum::Json;
use axum::extract::State;

use super::extract::Sent;
use super::refusal::{Refusal, Reply};
use crate::api::{
    admin::{Invite, InviteRequest},
    problem::{Code, Problem},
};
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// Longest life of a join link.
const LONGEST: Duration = Duration::from_secs(90 * 24 * 3_600);
/// Most uses of one join link.
const MOST_USES: u32 = 10_000;

/// Makes a join link's secret. It is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/api/v1/invites",
    operation_id = "invite",
    tag = "admin",
    request_body = InviteRequest,
    responses((status = 200, body = Invite), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(request): Sent<InviteRequest>,
) -> Reply<Json<Invite>> {
    if !(1..=MOST_USES).contains(&request.uses) {
        return Err(Refusal::new(Code::Invalid, format!("`uses` is from 1 to {MOST_USES}")));
    }
    if !(60..=LONGEST.as_secs()).contains(&request.valid_seconds) {
        return Err(Refusal::new(Code::Invalid, "`valid_seconds` is from a minute to 90 days"));
    }
    match admin.invite(&state.desk, request).await? {
        Answer::Invite(invite) => Ok(Json(invite)),
        other => Err(Refusal::unfit(&other)),
    }
}
