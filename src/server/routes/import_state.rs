//! `GET /api/v1/imports/{import}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::At;
use super::refusal::{Refusal, Reply};
use crate::api::{admin::ImportState, problem::Problem};
use crate::server::{AppState, auth::AsAdmin};

/// Where an import stands: whether the same list was handed in before, and how far.
#[utoipa::path(
    get,
    path = "/api/v1/imports/{import}",
    operation_id = "import_state",
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
    state.store().import(admin.actor(), import).await?.map(Json).ok_or_else(Refusal::not_found)
}
