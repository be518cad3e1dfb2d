//! `POST /api/v1/campaigns/{id}/close`, `POST /api/v1/campaigns/{id}/reopen`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    closing::{CloseReport, CloseRequest, InTheWay},
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{change::Changed, command::Answer},
};

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    dry_run: bool,
}

fn told(answer: Answer) -> Reply<Json<CloseReport>> {
    match answer {
        Answer::Changed(Changed::Closed(report)) => Ok(Json(report)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Closes a campaign: nobody gets contacts of it, no first text is taken, and late replies go to their owner. Refused while texts are on
/// their way, wait for a captain, or a possible opt-out is undecided. Twice is once.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/close",
    operation_id = "close_campaign",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("dry_run" = Option<bool>, Query, description = "`true`: nothing is closed; the answer says what is in the way"),
    ),
    request_body = CloseRequest,
    responses((status = 200, body = CloseReport), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn close(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
    Sent(request): Sent<CloseRequest>,
) -> Reply<Json<CloseReport>> {
    if query.dry_run {
        let now = state.desk.clock.now();
        let found = state.store().closing(admin.actor(), campaign, &request, now).await?;
        let mut report = found.ok_or_else(Refusal::not_found)??;
        if let Some(queued) = report.in_the_way.iter_mut().find(|one| one.what == InTheWay::Queued) {
            queued.until = state.desk.nothing_goes_before().await?;
        }
        return Ok(Json(report));
    }
    told(admin.close_campaign(&state.desk, campaign, request).await?)
}

/// Opens a closed campaign again. It is paused then: a captain lets it go on.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/reopen",
    operation_id = "reopen_campaign",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = CloseReport), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn reopen(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<CloseReport>> {
    told(admin.reopen_campaign(&state.desk, campaign).await?)
}
