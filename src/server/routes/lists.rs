//! `GET /api/v1/campaigns/{id}/lists`, `PUT /api/v1/campaigns/{id}/lists/{import}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    admin::{ImportState, ListInfo, ListStart},
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::AsAdmin, store::command::Answer};

/// The lists that came into a campaign: where from, when obtained, for what use, and what became of them.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/lists",
    operation_id = "lists",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<ListInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<ListInfo>>> {
    state.store().lists(admin.actor(), campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// Starts to add contacts to a campaign that is there, or finds that import. Its chunks and its finish are those of any import.
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/lists/{import}",
    operation_id = "list_add",
    tag = "admin",
    params(("id" = i64, Path, description = "Campaign"), ("import" = Uuid, Path, description = "Minted by the client")),
    request_body = ListStart,
    responses((status = 200, body = ImportState), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn add(
    AsAdmin(admin): AsAdmin,
    At((campaign, import)): At<(CampaignId, Uuid)>,
    State(state): State<AppState>,
    Sent(start): Sent<ListStart>,
) -> Reply<Json<ImportState>> {
    match admin.list_add(&state.desk, import, campaign, start).await? {
        Answer::Import(import) => Ok(Json(import)),
        other => Err(Refusal::unfit(&other)),
    }
}
