//! `PUT /api/v1/corrections/{id}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::recalls::reached;
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::Problem,
    recall::{Correction, CorrectionRequest},
};
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{change::Changed, command::Answer, handles::Captain},
};

/// Makes a campaign of exactly those who got what was recalled, or may have got it; who opted out, has a wrong number or was taken off
/// the list is left out. The same request once more is the same campaign.
#[utoipa::path(
    put,
    path = "/api/v1/corrections/{id}",
    operation_id = "correction",
    tag = "admin",
    params(("id" = Uuid, Path, description = "Minted by the client")),
    request_body = CorrectionRequest,
    responses((status = 200, body = Correction), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    Sent(request): Sent<CorrectionRequest>,
) -> Reply<Json<Correction>> {
    let of = request.campaign;
    let captain = Captain::of(admin.actor().clone()).ok_or_else(Refusal::not_found)?;
    let recalls = state.store().recalls(captain.actor(), of).await?.ok_or_else(Refusal::not_found)?;
    let recall = recalls.into_iter().find(|one| one.recall.id == request.recall).ok_or_else(Refusal::not_found)?;
    let got = reached(&state, &captain, of, &recall.recall.what).await?.reach.got;
    let provenance = format!("those who got what recall {} of campaign {of} took back", request.recall);
    let new = (id, request.def, provenance);
    match admin.offshoot(&state.desk, of, new, got, request.paused).await? {
        Answer::Changed(Changed::Offshoot(made)) => Ok(Json(made)),
        other => Err(Refusal::unfit(&other)),
    }
}
