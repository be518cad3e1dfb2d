//! `PUT /api/v1/imports/{import}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    admin::{ImportStart, ImportState},
    problem::Problem,
};
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// Starts an import, or finds it.
#[utoipa::path(
    put,
    path = "/api/v1/imports/{import}",
    operation_id = "import_start",
    tag = "admin",
    params(("import" = Uuid, Path, description = "Minted by the client")),
    request_body = ImportStart,
    responses((status = 200, body = ImportState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(import): At<Uuid>,
    State(state): State<AppState>,
    Sent(start): Sent<ImportStart>,
) -> Reply<Json<ImportState>> {
    let advice = crate::exchange::advice::advice(&start.def);
    let advice = crate::exchange::advice::with(advice, &start.warnings);
    match admin.import_start_with(&state.desk, import, start, advice).await? {
        Answer::Import(import) => Ok(Json(import)),
        other => Err(Refusal::unfit(&other)),
    }
}
