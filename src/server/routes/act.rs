//! `PUT /api/v1/acts/{id}`

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{act::Act, message::Verdict, problem::Problem};
use crate::domain::ids::ActId;
use crate::server::{
    AppState,
    auth::Session,
    store::{
        command::Answer,
        handles::{Captain, Texter},
    },
};

/// Hands in one act. The same id with the same act gets the same verdict, for ever.
#[utoipa::path(
    put,
    path = "/api/v1/acts/{id}",
    operation_id = "act",
    tag = "texting",
    params(("id" = Uuid, Path, description = "Minted at the press (UUIDv7)")),
    request_body = Act,
    responses((status = 200, description = "Done, durably", body = Verdict), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn handler(
    Session { actor, .. }: Session,
    At(id): At<Uuid>,
    State(state): State<AppState>,
    Sent(act): Sent<Act>,
) -> Reply<Json<Verdict>> {
    let id = ActId(id);
    let answer = match Captain::of(actor.clone()) {
        Some(captain) => captain.act(&state.desk, id, act).await?,
        None => Texter::of(actor).act(&state.desk, id, act).await?,
    };
    match answer {
        Answer::Verdict(verdict) => Ok(Json(Refusal::unless_accepted(verdict)?)),
        other => Err(Refusal::unfit(&other)),
    }
}
