//! `PUT /api/v1/messages/{id}`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    message::{CLOCK_OFFSET, Outcome, SENT_AT, SendRequest, Verdict},
    problem::Problem,
};
use crate::domain::ids::MessageId;
use crate::server::{
    AppState,
    auth::HandsIn,
    metrics,
    store::{
        command::Answer,
        handles::{Texter, Told},
    },
};

/// Hands in one confirmed text. The same id with the same body gets the same verdict, for ever. A sign-in that was ended may
/// still hand in what was pressed before; what was pressed after is refused with `session_ended`.
#[utoipa::path(
    put,
    path = "/api/v1/messages/{id}",
    operation_id = "send",
    tag = "texting",
    params(
        ("id" = Uuid, Path, description = "Minted at the press (UUIDv7)"),
        ("textbank-sent-at" = Option<String>, Header, description = "The laptop's clock now (RFC 3339; anything else counts as not said): its skew is recorded"),
        ("textbank-clock-offset" = Option<String>, Header, description = "The server's time (textbank-time of an earlier answer) minus the laptop's, in microseconds; a whole number, or it counts as not said"),
    ),
    request_body = SendRequest,
    responses((status = 202, description = "Accepted, durably", body = Verdict), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    HandsIn(actor): HandsIn,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    headers: HeaderMap,
    Sent(request): Sent<SendRequest>,
) -> Reply<(StatusCode, Json<Verdict>)> {
    match Texter::of(actor).send_told(&state.desk, MessageId(id), request, told(&headers)).await? {
        Answer::Verdict(verdict) => {
            metrics::text(match &verdict.outcome {
                Outcome::Accepted { .. } => "accepted",
                Outcome::Refused { problem } => problem.code.as_str(),
            });
            Ok((StatusCode::ACCEPTED, Json(Refusal::unless_accepted(verdict)?)))
        }
        other => Err(Refusal::unfit(&other)),
    }
}

/// The laptop's clock as it says; what is no time is no clock. A wrong one is recorded, never a reason to refuse.
pub(super) fn told(headers: &HeaderMap) -> Told {
    let header = |name| headers.get(name)?.to_str().ok();
    let sent_at = header(SENT_AT).and_then(|text| text.parse().ok());
    let offset = header(CLOCK_OFFSET).and_then(|text| text.parse().ok()).map(SignedDuration::from_micros);
    Told { sent_at, offset }
}
