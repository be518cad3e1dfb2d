//! `POST /api/v1/person/export`, `POST /api/v1/person/erase`. The number is in the body: addresses are in logs.

use axum::Json;
use axum::extract::State;

use super::extract::Sent;
use super::refusal::{Refusal, Reply};
use crate::api::{
    keeping::{EraseRequest, Erased, PersonOut, PersonWanted},
    problem::Problem,
};
use crate::server::{
    AppState,
    auth::{AsAdmin, AsReadingAdmin},
    store::{command::Answer, keep::Kept},
};

/// All that the organization holds about a number, or with `in_parts` a part of it. It is on record in the audit before it leaves.
#[utoipa::path(
    post,
    path = "/api/v1/person/export",
    operation_id = "person_out",
    tag = "admin",
    request_body = PersonWanted,
    responses((status = 200, body = PersonOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn export(
    AsReadingAdmin(admin): AsReadingAdmin,
    State(state): State<AppState>,
    Sent(wanted): Sent<PersonWanted>,
) -> Reply<Json<PersonOut>> {
    match admin.takes_person_out(&state.desk, wanted.phone.clone()).await? {
        Answer::Done => {}
        other => return Err(Refusal::unfit(&other)),
    }
    let now = state.desk.clock.now();
    let store = state.store();
    Ok(Json(match wanted.in_parts {
        true => store.person_part(admin.actor(), &wanted.phone, now, wanted.from.as_ref()).await?,
        false => store.person_out(admin.actor(), &wanted.phone, now).await?,
    }))
}

/// Erases whoever has a number, in every campaign of the organization: names, number, fields, notes and the words of all texts. What
/// waits for the carrier never goes out. The number stays on the suppression list, or is put on it. Refused while a legal hold is in
/// force.
#[utoipa::path(
    post,
    path = "/api/v1/person/erase",
    operation_id = "erase_person",
    tag = "admin",
    request_body = EraseRequest,
    responses((status = 200, body = Erased), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn erase(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(request): Sent<EraseRequest>,
) -> Reply<Json<Erased>> {
    match admin.erase(&state.desk, request.phone, request.reason, request.dry_run).await? {
        Answer::Kept(Kept::Erased(erased)) => Ok(Json(erased)),
        other => Err(Refusal::unfit(&other)),
    }
}
