//! `PUT /api/v1/corrections/{id}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::follow_up::{gone_on, told};
use super::refusal::Reply;
use crate::api::{problem::Problem, recall::CorrectionRequest, segments::FollowUp};
use crate::server::{AppState, auth::AsAdmin};

/// Makes a campaign of exactly those who got what was recalled, or may have got it, in parts: asked again with the same id it goes on,
/// until it is finished. Who may not be texted any more is left out, as in a follow-up. Where one of the two campaigns asks for a second
/// approver it is paused then, and does not begin before another admin has approved it; asked once more it is proposed anew.
#[utoipa::path(
    put,
    path = "/api/v1/corrections/{id}",
    operation_id = "correction",
    tag = "admin",
    params(("id" = Uuid, Path, description = "Minted by the client")),
    request_body = CorrectionRequest,
    responses((status = 200, body = FollowUp), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    Sent(request): Sent<CorrectionRequest>,
) -> Reply<Json<FollowUp>> {
    let begun = state.desk.clock.monotonic();
    let of = request.campaign;
    let first = told(admin.correction(&state.desk, id, request).await?)?;
    gone_on(&state, &admin, (of, id), first, begun).await.map(Json)
}
