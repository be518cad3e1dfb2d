//! `PUT /api/v1/campaigns/{id}/trials/{message}`, `GET /api/v1/campaigns/{id}/trials`

use axum::Json;
use axum::extract::State;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::Problem,
    trial::{TrialInfo, TrialRequest},
};
use crate::domain::ids::{CampaignId, MessageId};
use crate::server::{
    AppState,
    auth::AsCaptain,
    store::{change::Changed, command::Answer},
};

/// Sends one text of the script to a staff phone, filled with a made-up contact's fields. It goes by the same carrier as all texts and
/// keeps to texting hours; no figure, export or report counts it. The same id once more is the same text.
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/trials/{message}",
    operation_id = "send_trial",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign"), ("message" = uuid::Uuid, Path, description = "The text's id, minted by the client")),
    request_body = TrialRequest,
    responses((status = 200, body = TrialInfo), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn send(
    AsCaptain(captain): AsCaptain,
    At((campaign, message)): At<(CampaignId, MessageId)>,
    State(state): State<AppState>,
    Sent(request): Sent<TrialRequest>,
) -> Reply<Json<TrialInfo>> {
    match captain.send_trial(&state.desk, campaign, message, request).await? {
        Answer::Changed(Changed::Trial(info)) => Ok(Json(info)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// A campaign's trials, the newest first, and what became of each.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/trials",
    operation_id = "trials",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<TrialInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn list(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<TrialInfo>>> {
    state.store().trials(captain.actor(), campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}
