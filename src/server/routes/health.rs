//! `GET /healthz` and `GET /readyz`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusal::{Refusal, Reply};
use crate::api::problem::{Code, Problem};
use crate::server::AppState;

/// What a probe reads.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always true; a server that is not well answers with a problem.
    pub ok: bool,
    /// True when no text of this server reaches a real phone.
    pub rehearsal: bool,
    /// The program's version.
    pub version: &'static str,
}

fn well(state: &AppState) -> Json<Health> {
    Json(Health { ok: true, rehearsal: state.rehearsal, version: env!("CARGO_PKG_VERSION") })
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "health", responses((status = 200, body = Health)))]
pub async fn alive(State(state): State<AppState>) -> Json<Health> {
    well(&state)
}

/// The database answers too, and the server is not about to stop.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    responses((status = 200, body = Health), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
)]
pub async fn ready(State(state): State<AppState>) -> Reply<Json<Health>> {
    if state.draining.is_cancelled() || state.stop.is_cancelled() {
        return Err(Refusal::new(Code::Unavailable, "the server is about to stop"));
    }
    state.store().open_jobs().await?;
    Ok(well(&state))
}
