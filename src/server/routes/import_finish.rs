//! `POST /api/v1/imports/{import}/finish`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{admin::ImportState, problem::Problem};
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// Finishes an import: the campaign runs.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{import}/finish",
    operation_id = "import_finish",
    tag = "admin",
    params(("import" = Uuid, Path, description = "The import")),
    responses((status = 200, body = ImportState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(import): At<Uuid>,
    State(state): State<AppState>,
) -> Reply<Json<ImportState>> {
    match admin.import_finish(&state.desk, import).await? {
        Answer::Import(import) => Ok(Json(import)),
        other => Err(Refusal::unfit(&other)),
    }
}
