//! `GET /api/v1/people`, `PUT /api/v1/people/{id}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    people::{PersonInfo, Rename},
    problem::Problem,
};
use crate::domain::ids::PersonId;
use crate::server::{
    AppState,
    auth::{AsAdmin, AsTexter},
    store::command::Answer,
};

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

/// Gives somebody another name: oneself by anybody, others by a captain.
#[utoipa::path(
    put,
    path = "/api/v1/people/{id}",
    operation_id = "rename_person",
    tag = "people",
    params(("id" = i64, Path, description = "The person")),
    request_body = Rename,
    responses((status = 204, description = "Renamed"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn rename(
    AsTexter(texter): AsTexter,
    At(person): At<i64>,
    State(state): State<AppState>,
    Sent(request): Sent<Rename>,
) -> Reply<StatusCode> {
    match texter.rename(&state.desk, PersonId(person), request.name).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}
