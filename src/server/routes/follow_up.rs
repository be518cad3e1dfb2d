//! `PUT /api/v1/follow-ups/{id}`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use super::segments::{days_before, meant};
use crate::api::{
    problem::{Code, Problem},
    segments::{FollowUp, FollowUpRequest, MAX_KEEP_HOURS},
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::AsAdmin,
    store::{change::Changed, command::Answer, handles::Admin},
};

/// So long one request goes on: whoever asks hears how far it is.
const ONCE: Duration = Duration::from_secs(3);

/// Makes a campaign of those contacts of another one of whom a condition holds, in parts: asked again with the same id it goes on, until
/// it is finished. Who opted out or may have, is deceased, has a wrong or a failing number or was taken off the list is left out.
#[utoipa::path(
    put,
    path = "/api/v1/follow-ups/{id}",
    operation_id = "follow_up",
    tag = "admin",
    params(("id" = Uuid, Path, description = "Minted by the client")),
    request_body = FollowUpRequest,
    responses((status = 200, body = FollowUp), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    AsAdmin(admin): AsAdmin,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    Sent(request): Sent<FollowUpRequest>,
) -> Reply<Json<FollowUp>> {
    let begun = state.desk.clock.monotonic();
    days_before(state.desk.clock.now(), request.not_texted_within_days)?;
    if request.keep_texter_hours.is_some_and(|hours| !(1..=MAX_KEEP_HOURS).contains(&hours)) {
        return Err(Refusal::new(Code::Invalid, format!("keep_texter_hours: 1 to {MAX_KEEP_HOURS}")));
    }
    // What is begun goes on by the condition that it began with, whatever became of the segment.
    let expression = match state.store().follow_up(admin.actor(), id).await? {
        Some(_) => None,
        None => {
            let (expression, segment) = (request.expression.clone(), request.segment.as_deref());
            Some(meant(&state, admin.actor(), expression, segment).await?.0)
        }
    };
    let of = request.campaign;
    let first = told(admin.follow_up(&state.desk, id, request, expression).await?)?;
    gone_on(&state, &admin, (of, id), first, begun).await.map(Json)
}

/// Adds parts to what is made of contacts of `of`, for as long as one request may take that came in at `begun`.
pub(super) async fn gone_on(
    state: &AppState,
    admin: &Admin,
    (of, id): (CampaignId, Uuid),
    mut now: FollowUp,
    begun: Duration,
) -> Reply<FollowUp> {
    while !now.finished && state.desk.clock.monotonic().saturating_sub(begun) < ONCE {
        let standing = state.store().follow_up(admin.actor(), id).await?.ok_or_else(Refusal::not_found)?;
        let Some(part) = standing.part else { break };
        now = told(admin.follow_up_part(&state.desk, of, id, part).await?)?;
    }
    Ok(now)
}

pub(super) fn told(answer: Answer) -> Reply<FollowUp> {
    match answer {
        Answer::Changed(Changed::FollowUp(told)) => Ok(told),
        other => Err(Refusal::unfit(&other)),
    }
}
