//! `GET`, `PUT /api/v1/second-factor`, `POST .../proof`, `POST .../removal`, and `DELETE /api/v1/people/{id}/second-factor`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::{Code, Problem},
    second_factor::{SecondFactor, SecondFactorCode, SetSecondFactor},
};
use crate::domain::{
    ids::PersonId,
    second_factor::{OneTimeCode, Secret, step_at},
};
use crate::server::{
    AppState,
    auth::{AsAdmin, Session, second_factor::AsHolder},
    store::command::{Actor, Answer},
};

fn code(text: &str) -> Reply<OneTimeCode> {
    OneTimeCode::parse(text).ok_or_else(|| Refusal::new(Code::Invalid, "a `code` is six digits"))
}

/// By the machine's time, as the phone's is: the campaign's may be another one.
fn step(state: &AppState) -> u64 {
    step_at(state.machine.now())
}

async fn standing(state: &AppState, actor: &Actor) -> Reply<Json<SecondFactor>> {
    let now = state.desk.clock.now();
    let kept = state.store().second_factor(actor).await?;
    Ok(Json(SecondFactor {
        set: kept.is_some(),
        set_at: kept.map(|kept| kept.set_at),
        required: state.second_factor.required,
        needed: actor.second_factor.held_back.is_some(),
        proved_until: state.second_factor.proved_until(actor, now),
        good_for_seconds: u64::try_from(state.second_factor.good_for.as_secs()).unwrap_or(0),
        locked_until: kept.and_then(|kept| kept.locked_until).filter(|until| *until > now),
    }))
}

/// What came of a change: how it stands after it. Feeds look at once whether they are still a captain's, or one again.
async fn changed(state: &AppState, session: Session, answer: Answer) -> Reply<Json<SecondFactor>> {
    match answer {
        Answer::Done => {
            state.revocations.happened();
            let actor = crate::server::auth::second_factor::signed_in(state, session.token_hash).await?;
            standing(state, &actor.unwrap_or(session.actor)).await
        }
        other => Err(Refusal::unfit(&other)),
    }
}

/// How my second factor stands. No route tells its secret.
#[utoipa::path(
    get,
    path = "/api/v1/second-factor",
    operation_id = "second_factor",
    tag = "people",
    responses((status = 200, body = SecondFactor), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn read(session: Session, State(state): State<AppState>) -> Reply<Json<SecondFactor>> {
    standing(&state, &session.actor).await
}

/// Sets my second factor (captains and above): a secret that the client made and the phone has, and a code as the proof of it. From
/// then on each of my sign-ins has to prove it. One that is set is removed first.
#[utoipa::path(
    put,
    path = "/api/v1/second-factor",
    operation_id = "set_second_factor",
    tag = "people",
    request_body = SetSecondFactor,
    responses((status = 200, body = SecondFactor), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn set(
    session: Session,
    AsHolder(holder): AsHolder,
    State(state): State<AppState>,
    Sent(wanted): Sent<SetSecondFactor>,
) -> Reply<Json<SecondFactor>> {
    let secret = Secret::parse(&wanted.secret)
        .ok_or_else(|| Refusal::new(Code::Invalid, "a `secret` is 20 bytes in Base32: 32 letters and digits"))?;
    let answer = holder.set(&state.desk, secret, code(&wanted.code)?, step(&state)).await?;
    changed(&state, session, answer).await
}

/// Proves my second factor for this sign-in. After five wrong codes in a row none is taken for a while.
#[utoipa::path(
    post,
    path = "/api/v1/second-factor/proof",
    operation_id = "prove_second_factor",
    tag = "people",
    request_body = SecondFactorCode,
    responses((status = 200, body = SecondFactor), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn prove(
    session: Session,
    AsHolder(holder): AsHolder,
    State(state): State<AppState>,
    Sent(wanted): Sent<SecondFactorCode>,
) -> Reply<Json<SecondFactor>> {
    let answer = holder.prove(&state.desk, code(&wanted.code)?, step(&state)).await?;
    changed(&state, session, answer).await
}

/// Removes my second factor, by a code of it.
#[utoipa::path(
    post,
    path = "/api/v1/second-factor/removal",
    operation_id = "remove_second_factor",
    tag = "people",
    request_body = SecondFactorCode,
    responses((status = 200, body = SecondFactor), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn remove(
    session: Session,
    AsHolder(holder): AsHolder,
    State(state): State<AppState>,
    Sent(wanted): Sent<SecondFactorCode>,
) -> Reply<Json<SecondFactor>> {
    let answer = holder.remove(&state.desk, code(&wanted.code)?, step(&state)).await?;
    changed(&state, session, answer).await
}

/// Removes somebody else's second factor, nobody's above the own role: the phone is lost. Twice is once.
#[utoipa::path(
    delete,
    path = "/api/v1/people/{id}/second-factor",
    operation_id = "lift_second_factor",
    tag = "admin",
    params(("id" = i64, Path, description = "The person")),
    responses((status = 204, description = "Removed"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn lift(AsAdmin(admin): AsAdmin, At(person): At<i64>, State(state): State<AppState>) -> Reply<StatusCode> {
    match admin.lift_second_factor(&state.desk, PersonId(person)).await? {
        Answer::Done => {
            state.revocations.happened();
            Ok(StatusCode::NO_CONTENT)
        }
        other => Err(Refusal::unfit(&other)),
    }
}
