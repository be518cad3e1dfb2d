//! `GET /api/v1/audit`

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::extract::Asked;
use super::refusal::{Refusal, Reply};
use crate::api::{
    audit::AuditPage,
    problem::{Code, Problem},
};
use crate::domain::ids::{ContactId, DeviceId, PersonId};
use crate::server::{AppState, auth::AsAdmin, store::roster::AuditWanted};

/// Lines in one page.
const PAGE: u32 = 1_000;

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    contact: Option<i64>,
    person: Option<i64>,
    device: Option<Uuid>,
    since: Option<Timestamp>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// The audit of the organization, the oldest line first: who did what, and whose data went to which device.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "audit",
    tag = "admin",
    params(
        ("contact" = Option<i64>, Query, description = "About this contact"),
        ("person" = Option<i64>, Query, description = "By this person"),
        ("device" = Option<Uuid>, Query, description = "By this installation"),
        ("since" = Option<String>, Query, format = DateTime, description = "Since then (RFC 3339)"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = AuditPage), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<AuditPage>> {
    let after = query
        .cursor
        .map_or(Ok(0), |cursor| cursor.parse())
        .map_err(|_not_ours| Refusal::new(Code::Invalid, "the cursor is not one of this server's"))?;
    let wanted = AuditWanted {
        contact: query.contact.map(ContactId),
        person: query.person.map(PersonId),
        device: query.device.map(DeviceId),
        since: query.since,
        after,
        limit: query.limit.unwrap_or(PAGE).clamp(1, PAGE),
    };
    Ok(Json(state.store().audit(admin.actor(), &wanted).await?))
}
