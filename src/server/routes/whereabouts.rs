//! `GET /api/v1/campaigns/{id}/whereabouts`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At};
use super::refusal::{Refusal, Reply};
use crate::api::{
    assignment::Whereabouts,
    problem::{Code, Problem},
};
use crate::domain::ids::{CampaignId, ContactId};
use crate::server::{AppState, auth::Reader};

/// Contacts in one question.
const MOST: usize = 500;

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    ids: String,
}

/// Who has what was in my hands before and is not any more: counts by name. A contact that a claim never gave me is not counted, nor one that
/// is mine still.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/whereabouts",
    operation_id = "whereabouts",
    tag = "texting",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("ids" = String, Query, description = "Contacts, by comma; at most 500"),
    ),
    responses((status = 200, body = Whereabouts), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    Reader(session): Reader,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<Whereabouts>> {
    let ids = query.ids.split(',').filter(|id| !id.is_empty()).map(|id| id.trim().parse().map(ContactId));
    let ids = ids
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_not_a_number| Refusal::new(Code::Invalid, "`ids` are numbers, by comma"))?;
    if ids.len() > MOST {
        return Err(Refusal::new(Code::Invalid, format!("at most {MOST} contacts at once")));
    }
    let told = state.store().whereabouts(&session.actor, campaign, &ids).await?;
    told.map(Json).ok_or_else(Refusal::not_found)
}
