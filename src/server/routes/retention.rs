//! `GET /api/v1/retention`, `PUT`; `PUT /api/v1/campaigns/{id}/retention`; `POST /api/v1/retention/runs`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    keeping::{RetentionRun, RetentionState, SetRetention},
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{
        command::Answer,
        handles::{Admin, System},
        keep::Kept,
    },
};

/// How long a request waits for the removal that it asked for. What is left goes on behind the answer.
const MOST: Duration = Duration::from_secs(8);

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    dry_run: bool,
}

/// How long the words of texts are kept, in the organization and in campaigns with a rule of their own, and what the last removal came
/// to.
#[utoipa::path(
    get,
    path = "/api/v1/retention",
    operation_id = "retention",
    tag = "admin",
    responses((status = 200, body = RetentionState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn read(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<RetentionState>> {
    Ok(Json(state.store().retention(admin.actor()).await?))
}

/// Sets how long the words of texts are kept in all campaigns that have no rule of their own.
#[utoipa::path(
    put,
    path = "/api/v1/retention",
    operation_id = "set_retention",
    tag = "admin",
    request_body = SetRetention,
    responses((status = 200, body = RetentionState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn set(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(request): Sent<SetRetention>,
) -> Reply<Json<RetentionState>> {
    put(&state, &admin, None, request).await
}

/// Sets how long the words of texts are kept in one campaign.
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/retention",
    operation_id = "set_campaign_retention",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    request_body = SetRetention,
    responses((status = 200, body = RetentionState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn set_in_campaign(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
    Sent(request): Sent<SetRetention>,
) -> Reply<Json<RetentionState>> {
    put(&state, &admin, Some(campaign), request).await
}

async fn put(
    state: &AppState,
    admin: &Admin,
    campaign: Option<CampaignId>,
    request: SetRetention,
) -> Reply<Json<RetentionState>> {
    match admin.set_retention(&state.desk, campaign, request.bodies_after_days).await? {
        Answer::Kept(Kept::Retention(set)) => Ok(Json(set)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Removes words that are older than was set, now and not at the server's own time, which is once a day. Twice is once. What is left
/// when the answer goes out is removed behind it (`ended_at` is absent then).
#[utoipa::path(
    post,
    path = "/api/v1/retention/runs",
    operation_id = "run_retention",
    tag = "admin",
    params(("dry_run" = Option<bool>, Query, description = "`true`: nothing is removed; the answer says what would be")),
    responses((status = 200, body = RetentionRun), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn run(
    AsAdmin(admin): AsAdmin,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<RetentionRun>> {
    if query.dry_run {
        return Ok(Json(state.store().retention_due(admin.actor(), state.desk.clock.now()).await?));
    }
    let mut run = match admin.run_retention(&state.desk).await? {
        Answer::Kept(Kept::Run(run)) => run,
        other => return Err(Refusal::unfit(&other)),
    };
    let begun = state.desk.clock.monotonic();
    loop {
        let more = System::purge_part(&state.desk).await?;
        if let Some(now) = state.store().retention(admin.actor()).await?.last_run {
            run = now;
        }
        if !more || run.ended_at.is_some() || state.desk.clock.monotonic().saturating_sub(begun) > MOST {
            return Ok(Json(run));
        }
    }
}
