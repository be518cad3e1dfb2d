//! `PUT /api/v1/imports/{import}/chunks/{n}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    admin::{ImportChunk, ImportState, MAX_CHUNK},
    problem::{Code, Problem},
};
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// Stores one chunk of contacts, once.
#[utoipa::path(
    put,
    path = "/api/v1/imports/{import}/chunks/{n}",
    operation_id = "import_chunk",
    tag = "admin",
    params(("import" = Uuid, Path, description = "The import"), ("n" = u64, Path, description = "Number of the chunk, from 0")),
    request_body = ImportChunk,
    responses((status = 200, body = ImportState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At((import, number)): At<(Uuid, u64)>,
    State(state): State<AppState>,
    Sent(chunk): Sent<ImportChunk>,
) -> Reply<Json<ImportState>> {
    if chunk.contacts.len() > MAX_CHUNK {
        return Err(Refusal::new(Code::TooLarge, format!("at most {MAX_CHUNK} contacts in a chunk")));
    }
    match admin.import_chunk(&state.desk, import, number, chunk).await? {
        Answer::Import(import) => Ok(Json(import)),
        other => Err(Refusal::unfit(&other)),
    }
}
