//! `GET /api/v1/segments`, `POST /api/v1/segments`, `DELETE /api/v1/segments/{id}`, `GET /api/v1/campaigns/{id}/results/segment`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use super::results::place;
use crate::api::{
    problem::{Code, Problem},
    segments::{SaveSegment, SegmentCount, SegmentInfo},
};
use crate::domain::{filter::Filter, ids::CampaignId};
use crate::server::{
    AppState,
    auth::{AsAdmin, AsReadingAdmin},
    store::{
        change::Changed,
        command::{Actor, Answer},
    },
};

/// Most days that anybody looks back.
pub(super) const MOST_DAYS: u32 = 3_650;

/// The organization's saved segments, by name.
#[utoipa::path(
    get,
    path = "/api/v1/segments",
    operation_id = "segments",
    tag = "admin",
    responses((status = 200, body = Vec<SegmentInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn list(AsAdmin(admin): AsAdmin, State(state): State<AppState>) -> Reply<Json<Vec<SegmentInfo>>> {
    Ok(Json(state.store().segments(admin.actor()).await?))
}

/// Saves a condition under a name. The same once more changes nothing; another condition under a name that is taken is refused, unless
/// it is to replace that one.
#[utoipa::path(
    post,
    path = "/api/v1/segments",
    operation_id = "save_segment",
    tag = "admin",
    request_body = SaveSegment,
    responses((status = 200, body = SegmentInfo), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn save(
    AsAdmin(admin): AsAdmin,
    State(state): State<AppState>,
    Sent(request): Sent<SaveSegment>,
) -> Reply<Json<SegmentInfo>> {
    match admin.save_segment(&state.desk, request).await? {
        Answer::Changed(Changed::Segment(saved)) => Ok(Json(saved)),
        other => Err(Refusal::unfit(&other)),
    }
}

/// Removes a saved segment. Campaigns that were made of it stay as they are.
#[utoipa::path(
    delete,
    path = "/api/v1/segments/{id}",
    operation_id = "remove_segment",
    tag = "admin",
    params(("id" = i64, Path, description = "Segment")),
    responses((status = 204), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn remove(AsAdmin(admin): AsAdmin, At(segment): At<i64>, State(state): State<AppState>) -> Reply<StatusCode> {
    match admin.remove_segment(&state.desk, segment).await? {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    expression: Option<String>,
    segment: Option<String>,
    not_texted_within_days: Option<u32>,
    cursor: Option<String>,
}

/// The condition that is meant: written out, or that of a saved segment.
pub(super) async fn meant(
    state: &AppState,
    actor: &Actor,
    expression: Option<String>,
    segment: Option<&str>,
) -> Reply<(String, Filter)> {
    let text = match (expression, segment) {
        (Some(text), None) => text,
        (None, Some(name)) => state.store().segment(actor, name).await?.ok_or_else(Refusal::not_found)?.expression,
        _ => return Err(Refusal::new(Code::Invalid, "either an expression or the name of a segment")),
    };
    match Filter::parse(&text) {
        Ok(filter) => Ok((text, filter)),
        Err(fault) => {
            let mut problem = Problem::new(Code::Invalid, "the condition cannot be read");
            problem.faults = vec![fault.to_string()];
            Err(problem.into())
        }
    }
}

/// So many days before now.
pub(super) fn days_before(now: Timestamp, days: Option<u32>) -> Reply<Option<Timestamp>> {
    let Some(days) = days else { return Ok(None) };
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Refusal::new(Code::Invalid, format!("not_texted_within_days: 1 to {MOST_DAYS}")));
    }
    let span = SignedDuration::from_hours(24 * i64::from(days));
    Ok(Some(now.saturating_sub(span).unwrap_or(Timestamp::MIN)))
}

/// How many of a part of a campaign's contacts are in a segment, and who of these may not be texted: nobody is named. The sums of all
/// parts are the campaign's.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/results/segment",
    operation_id = "segment_count",
    tag = "admin",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("expression" = Option<String>, Query, description = "The condition; either this or `segment`"),
        ("segment" = Option<String>, Query, description = "The name of a saved segment"),
        ("not_texted_within_days" = Option<u32>, Query, description = "Counts whom any campaign has texted within so many days (1 to 3650) as left out"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, body = SegmentCount), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn count(
    AsReadingAdmin(admin): AsReadingAdmin,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
) -> Reply<Json<SegmentCount>> {
    let actor = admin.actor();
    let (_, filter) = meant(&state, actor, query.expression, query.segment.as_deref()).await?;
    let since = days_before(state.desk.clock.now(), query.not_texted_within_days)?;
    let part = state.store().segment_count(actor, campaign, &filter, since, place(query.cursor)?).await?;
    part.map(Json).ok_or_else(Refusal::not_found)
}
