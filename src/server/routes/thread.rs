//! `GET /api/v1/contacts/{id}/thread`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{message::Thread, problem::Problem};
use crate::domain::ids::ContactId;
use crate::server::{AppState, auth::Reader, store::handles::Captain};

/// Entries unless asked for another number.
const PAGE: u32 = 50;
/// Entries at most.
const MOST: u32 = 200;

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    before: Option<u64>,
    limit: Option<u32>,
}

/// A page of a conversation: the newest before `before`, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}/thread",
    operation_id = "thread",
    tag = "texting",
    params(
        ("id" = i64, Path, description = "Contact"),
        ("before" = Option<u64>, Query, description = "Message number; absent: the end"),
        ("limit" = Option<u32>, Query, description = "How many; more than 200 counts as 200, 0 as 1; absent: 50"),
    ),
    responses((status = 200, body = Thread), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    Reader(session): Reader,
    At(contact): At<ContactId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<Thread>> {
    let limit = query.limit.unwrap_or(PAGE).clamp(1, MOST);
    let thread = state.store().thread(&session.actor, contact, query.before, limit).await?;
    let thread = thread.ok_or_else(Refusal::not_found)?;
    if let Some(captain) = Captain::of(session.actor) {
        captain.reads(&state.desk, vec![contact], "thread").await??;
    }
    Ok(Json(thread))
}
