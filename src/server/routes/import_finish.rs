//! `POST /api/v1/imports/{import}/finish`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use uuid::Uuid;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{admin::ImportState, problem::Problem};
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    paused: bool,
}

/// Finishes an import: the campaign runs, or stays paused until a captain resumes it.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{import}/finish",
    operation_id = "import_finish",
    tag = "admin",
    params(
        ("import" = Uuid, Path, description = "The import"),
        ("paused" = Option<bool>, Query, description = "`true`: nobody gets contacts of it before a captain resumes it"),
    ),
    responses((status = 200, body = ImportState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(import): At<Uuid>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<ImportState>> {
    match admin.import_finish_as(&state.desk, import, query.paused).await? {
        Answer::Import(import) => Ok(Json(import)),
        other => Err(Refusal::unfit(&other)),
    }
}
