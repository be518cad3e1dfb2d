//! `GET /api/v1/campaigns/{id}/whereabouts`

use axum::Json;
use axum::extract::State;

use super::extract::{Asked, At, ContactIds};
use super::refusal::{Refusal, Reply};
use crate::api::{assignment::Whereabouts, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::Reader};

/// Contacts in one question.
const MOST: usize = 500;

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
    Asked(ids): Asked<ContactIds>,
    State(state): State<AppState>,
) -> Reply<Json<Whereabouts>> {
    let ids = ids.at_most(MOST)?;
    let told = state.store().whereabouts(&session.actor, campaign, &ids).await?;
    told.map(Json).ok_or_else(Refusal::not_found)
}
