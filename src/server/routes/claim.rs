//! `PUT /api/v1/campaigns/{id}/claims/{claim}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    assignment::{ClaimRequest, SliceGrant},
    problem::Problem,
};
use crate::domain::ids::CampaignId;
use crate::server::{AppState, auth::AsTexter, store::command::Answer};

/// Takes a slice. The same claim twice grants once; nothing to grant is a refusal with a reason, never an empty slice.
#[utoipa::path(
    put,
    path = "/api/v1/campaigns/{id}/claims/{claim}",
    operation_id = "claim",
    tag = "texting",
    params(("id" = i64, Path, description = "Campaign"), ("claim" = Uuid, Path, description = "Minted by the client")),
    request_body = ClaimRequest,
    responses((status = 200, body = SliceGrant), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsTexter(texter): AsTexter,
    At((campaign, claim)): At<(CampaignId, Uuid)>,
    State(state): State<AppState>,
    Sent(request): Sent<ClaimRequest>,
) -> Reply<Json<SliceGrant>> {
    match texter.claim_speaking(&state.desk, campaign, claim, request.want, request.speaks).await? {
        Answer::Slice(grant) => Ok(Json(grant)),
        other => Err(Refusal::unfit(&other)),
    }
}
