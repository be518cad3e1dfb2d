//! `POST /api/v1/campaigns/{id}/contacts/remove`, `.../bring-back`, `.../correct`

use axum::Json;
use axum::extract::State;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    list_change::{ListChanged, ListCorrection, ListRemoval},
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{change::Changed, command::Answer},
};

fn told(answer: Answer) -> Reply<Json<ListChanged>> {
    match answer {
        Answer::Changed(Changed::List(done)) => Ok(Json(done)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Takes contacts off a campaign's list: out of the pool and out of hands, what waits for the carrier is dropped, and no text that we
/// begin goes to them any more. Threads stay. Twice is once.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/remove",
    operation_id = "remove_contacts",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    request_body = ListRemoval,
    responses((status = 200, body = ListChanged), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn remove(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
    Sent(removal): Sent<ListRemoval>,
) -> Reply<Json<ListChanged>> {
    told(admin.remove_contacts(&state.desk, campaign, removal.contacts, removal.dry_run).await?)
}

/// Puts contacts on a campaign's list again who were taken off it by mistake. Texts that were dropped stay so, and so does an opt-out that
/// the removal counted. Twice is once. It has a path of its own: a server that does not know it must not take them off instead.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/bring-back",
    operation_id = "bring_back_contacts",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    request_body = ListRemoval,
    responses((status = 200, body = ListChanged), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn bring_back(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
    Sent(whom): Sent<ListRemoval>,
) -> Reply<Json<ListChanged>> {
    told(admin.bring_back(&state.desk, campaign, whom.contacts, whom.dry_run).await?)
}

/// Corrects contacts of a campaign's list; drawn cards of theirs are drawn anew. Twice is once.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/contacts/correct",
    operation_id = "correct_contacts",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    request_body = ListCorrection,
    responses((status = 200, body = ListChanged), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn correct(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
    Sent(correction): Sent<ListCorrection>,
) -> Reply<Json<ListChanged>> {
    told(admin.correct_contacts(&state.desk, campaign, correction.contacts, correction.dry_run).await?)
}
