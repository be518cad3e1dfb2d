//! `GET /api/v1/campaigns/{id}/{calendar,rsvps,queues,queue-entries}`, `POST /api/v1/campaigns/{id}/queue-entries/done`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::{Code, Problem},
    rsvp::{EventTally, QueueChanged, QueueDone, QueueOut, QueueTally, RsvpsOut},
};
use crate::domain::ids::CampaignId;
use crate::server::{
    AppState,
    auth::{AsCaptain, AsReadingAdmin, Session},
    store::{
        change::Changed,
        command::{Answer, TakenOut},
        turnout::Part,
    },
};

/// Rows in a page, unless asked for less.
const PAGE: u32 = 1_000;

/// What stands after `?` of the people of events.
#[derive(Debug, Deserialize)]
pub struct RsvpQuery {
    event: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What stands after `?` of the people in queues.
#[derive(Debug, Deserialize)]
pub struct QueueQuery {
    queue: Option<String>,
    #[serde(default)]
    all: bool,
    cursor: Option<String>,
    limit: Option<u32>,
}

fn part(only: Option<String>, cursor: Option<String>, limit: Option<u32>) -> Reply<Part> {
    let not_ours = |_| Refusal::new(Code::Invalid, "the cursor is not one of this server's");
    let after = cursor.map(|cursor| cursor.parse()).transpose().map_err(not_ours)?.unwrap_or(0);
    if only.as_ref().is_some_and(|name| name.contains('\0')) {
        return Err(Refusal::new(Code::Invalid, "a name has a NUL character"));
    }
    Ok(Part { only, after, limit: limit.unwrap_or(PAGE).clamp(1, PAGE) })
}

/// The events that a campaign invites to, and how many people said what.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/calendar",
    operation_id = "calendar",
    tag = "campaigns",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<EventTally>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn calendar(
    session: Session,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<EventTally>>> {
    state.store().calendar(&session.actor, campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// A page of those who said something of a campaign's events, in the order in which it was recorded. Each page is put on record.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/rsvps",
    operation_id = "rsvps_out",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("event" = Option<String>, Query, description = "Only of this event"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = RsvpsOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn rsvps(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<RsvpQuery>,
    State(state): State<AppState>,
) -> Reply<Json<RsvpsOut>> {
    let part = part(query.event, query.cursor, query.limit)?;
    let page = state.store().rsvps_out(admin.actor(), campaign, &part).await?.ok_or_else(Refusal::not_found)?;
    let ids = page.rsvps.iter().map(|one| one.contact);
    let ends = ids.clone().min().zip(ids.max());
    let taken = TakenOut { what: "rsvps", campaign: Some(campaign), many: page.rsvps.len(), contacts: ends };
    admin.takes_out(&state.desk, taken).await??;
    Ok(Json(page))
}

/// A campaign's queues, and how many people wait in each.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/queues",
    operation_id = "queues",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<QueueTally>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn queues(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<QueueTally>>> {
    state.store().queues(captain.actor(), campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// A page of those who wait in a campaign's queues, in the order in which it was recorded. Each page is put on record.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/queue-entries",
    operation_id = "queue_out",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("queue" = Option<String>, Query, description = "Only of this queue"),
        ("all" = Option<bool>, Query, description = "`true`: those that are done too"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "How many; more than 1000 counts as 1000, 0 as 1"),
    ),
    responses((status = 200, body = QueueOut), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn entries(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<QueueQuery>,
    State(state): State<AppState>,
) -> Reply<Json<QueueOut>> {
    let part = part(query.queue, query.cursor, query.limit)?;
    let page = state.store().queue_out(admin.actor(), campaign, &part, query.all).await?;
    let page = page.ok_or_else(Refusal::not_found)?;
    let ids = page.entries.iter().map(|one| one.contact);
    let ends = ids.clone().min().zip(ids.max());
    let taken = TakenOut { what: "queue entries", campaign: Some(campaign), many: page.entries.len(), contacts: ends };
    admin.takes_out(&state.desk, taken).await??;
    Ok(Json(page))
}

/// Says that people of a queue are done, or with `undo` that they wait again. Twice is once.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/queue-entries/done",
    operation_id = "queue_done",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    request_body = QueueDone,
    responses((status = 200, body = QueueChanged), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn done(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
    Sent(request): Sent<QueueDone>,
) -> Reply<Json<QueueChanged>> {
    match captain.queue_done(&state.desk, campaign, request).await? {
        Answer::Changed(Changed::Queue(changed)) => Ok(Json(changed)),
        other => Err(Refusal::unfit(&other)),
    }
}
