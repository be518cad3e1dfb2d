//! `GET /api/v1/ledger` and `GET /api/v1/ledger/state`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::Asked;
use super::refusal::{Refusal, Reply};
use crate::api::{
    ledger::{LedgerPage, LedgerState},
    problem::{Code, Problem},
};
use crate::server::{AppState, auth::AsAdmin};

/// Entries in a page, unless asked for less.
const PAGE: u32 = 1_000;

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// A page of the ledger.
#[utoipa::path(
    get,
    path = "/api/v1/ledger",
    operation_id = "ledger",
    tag = "admin",
    params(
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = LedgerPage), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn page(
    AsAdmin(admin): AsAdmin,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<LedgerPage>> {
    let after = query
        .cursor
        .map_or(Ok(0), |cursor| cursor.parse())
        .map_err(|_not_ours| Refusal::new(Code::Invalid, "the cursor is not one of this server's"))?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE);
    Ok(Json(state.store().ledger(admin.actor(), after, limit).await?))
}

/// The newest anchor, and how much came after it.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/state",
    operation_id = "ledger_state",
    tag = "admin",
    responses((status = 200, body = LedgerState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn state(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<LedgerState>> {
    Ok(Json(state.store().ledger_state(admin.actor()).await?))
}
