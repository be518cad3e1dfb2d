//! `PUT /api/v1/acts/{id}`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use super::send::told;
use crate::api::{act::Act, message::Verdict, problem::Problem};
use crate::domain::ids::ActId;
use crate::server::{
    AppState,
    auth::HandsIn,
    store::{
        command::Answer,
        handles::{Captain, Texter},
    },
};

/// Hands in one act. The same id with the same act gets the same verdict, for ever. A sign-in that was ended may still hand in
/// acts on contacts that were pressed before (the id's own time says when), and opt-outs at any time.
#[utoipa::path(
    put,
    path = "/api/v1/acts/{id}",
    operation_id = "act",
    tag = "texting",
    params(
        ("id" = Uuid, Path, description = "Minted at the press (UUIDv7): its time is the press's, by the laptop's clock"),
        ("textbank-sent-at" = Option<String>, Header, description = "The laptop's clock now (RFC 3339; anything else counts as not said)"),
        ("textbank-clock-offset" = Option<String>, Header, description = "The server's time minus the laptop's, in microseconds; a whole number, or it counts as not said"),
    ),
    request_body = Act,
    responses((status = 200, description = "Done, durably", body = Verdict), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    HandsIn(actor): HandsIn,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    headers: HeaderMap,
    Sent(act): Sent<Act>,
) -> Reply<Json<Verdict>> {
    let id = ActId(id);
    let answer = match Captain::of(actor.clone()) {
        Some(captain) => captain.act(&state.desk, id, act).await?,
        None => Texter::of(actor).act_told(&state.desk, id, act, told(&headers)).await?,
    };
    match answer {
        Answer::Verdict(verdict) => Ok(Json(Refusal::unless_accepted(verdict)?)),
        other => Err(Refusal::unfit(&other)),
    }
}
