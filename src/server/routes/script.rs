//! `PUT /api/v1/campaigns/{id}/script`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::Problem,
    recall::{ScriptState, ScriptUpdate},
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

/// Gives a campaign the next version of its script. The same definition twice is one version. What was confirmed under an older
/// version still goes out; what must not is recalled.
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/script",
    operation_id = "update_script",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("dry_run" = Option<bool>, Query, description = "`true`: nothing is changed; the answer, a refusal too, is what it would be"),
    ),
    request_body = ScriptUpdate,
    responses((status = 200, body = ScriptState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
    Asked(query): Asked<Query>,
    Sent(update): Sent<ScriptUpdate>,
) -> Reply<Json<ScriptState>> {
    let answer = if query.dry_run {
        admin.try_script(&state.desk, campaign, update.def).await?
    } else {
        admin.update_script(&state.desk, campaign, update.def).await?
    };
    match answer {
        Answer::Changed(Changed::Script(state)) => Ok(Json(state)),
        other => Err(Refusal::unfit(&other)),
    }
}
