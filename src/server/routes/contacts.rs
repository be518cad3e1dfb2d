//! `GET /api/v1/campaigns/{id}/contacts`

use axum::Json;
use axum::extract::State;

use super::extract::{Asked, At, ContactIds};
use super::refusal::{Refusal, Reply};
use crate::api::{assignment::ContactView, problem::Problem};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::Reader, store::handles::Captain};

/// Bodies in one answer.
const MOST: usize = 100;

/// Bodies of contacts in my hands; one that is missing in the answer is not mine any more.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/contacts",
    operation_id = "contacts",
    tag = "texting",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("ids" = String, Query, description = "Contacts, by comma; at most 100"),
    ),
    responses((status = 200, body = Vec<ContactView>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    Reader(session): Reader,
    At(campaign): At<CampaignId>,
    Asked(ids): Asked<ContactIds>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<ContactView>>> {
    let ids = ids.at_most(MOST)?;
    let bodies = state.store().contacts(&session.actor, campaign, &ids).await?;
    if bodies.is_empty() && state.store().campaign(&session.actor, campaign).await?.is_none() {
        return Err(Refusal::not_found());
    }
    if let Some(captain) = Captain::of(session.actor) {
        let seen = bodies.iter().map(|body| body.summary.id).collect();
        captain.reads(&state.desk, seen, "contacts").await??;
    }
    Ok(Json(bodies))
}
