//! `POST /api/v1/opt-outs`

use axum::Json;
use axum::extract::State;
use futures_util::future::try_join_all;

use super::extract::Sent;
use super::refusal::{Refusal, Reply};
use crate::api::{
    opt_out::{MAX_OPT_OUTS, OptOutWay, OptOuts, OptOutsTaken},
    people::Role,
    problem::{Code, Problem},
};
use crate::domain::{phone::Phone, safe_text::safe_line};
use crate::server::store::{
    command::{Actor, Answer},
    handles::Admin,
};
use crate::server::{
    AppState,
    auth::{AsCaptain, second_factor},
};

/// Numbers that are put on the list at a time: the writer takes them in one group.
const AT_ONCE: usize = 64;

/// Longest note, in characters.
const NOTE: usize = 200;

/// Puts numbers on the organization's list of opt-outs: people who told so on the telephone, in a letter, by e-mail, or on a list from
/// elsewhere. They are texted no more in any campaign, and what was about to go out to them is taken back. No notice goes out. With
/// `taken_back` an admin takes numbers off it again that somebody put there by mistake.
#[utoipa::path(
    post,
    path = "/api/v1/opt-outs",
    operation_id = "add_opt_outs",
    tag = "captain",
    request_body = OptOuts,
    responses((status = 200, body = OptOutsTaken), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn add(
    AsCaptain(captain): AsCaptain,
    State(state): State<AppState>,
    Sent(request): Sent<OptOuts>,
) -> Reply<Json<OptOutsTaken>> {
    if request.numbers.is_empty() || request.numbers.len() > MAX_OPT_OUTS {
        return Err(Refusal::new(Code::Invalid, "from 1 to 1000 numbers at a time"));
    }
    let note: String = safe_line(&request.note).chars().take(NOTE).collect();
    let reason = match note.trim() {
        "" => request.how.word().to_owned(),
        note => format!("{}: {note}", request.how.word()),
    };
    if request.how == OptOutWay::TakenBack {
        return taken_back(captain.actor(), &state, &request.numbers, note.trim()).await.map(Json);
    }
    let mut already = 0;
    for some in request.numbers.chunks(AT_ONCE) {
        let answers = some.iter().map(|phone| captain.suppress(&state.desk, phone.clone(), reason.clone()));
        for answer in try_join_all(answers).await? {
            match answer {
                Answer::Done => {}
                Answer::Already => already += 1,
                other => return Err(Refusal::unfit(&other)),
            }
        }
    }
    Ok(Json(OptOutsTaken { numbers: u64::try_from(request.numbers.len()).unwrap_or(u64::MAX), already, stay: 0 }))
}

/// Mistakes are an admin's to take back, each with its reason.
async fn taken_back(actor: &Actor, state: &AppState, numbers: &[Phone], reason: &str) -> Result<OptOutsTaken, Refusal> {
    let Some(admin) = Admin::of(actor.clone()) else { return Err(second_factor::lacks(actor, Role::Admin)) };
    if reason.is_empty() {
        return Err(Refusal::new(Code::Invalid, "say why it was a mistake: it is kept in each conversation"));
    }
    let mut told = OptOutsTaken { numbers: 0, already: 0, stay: 0 };
    for phone in numbers {
        match admin.take_back_opt_out(&state.desk, phone.clone(), reason.to_owned()).await? {
            Answer::Done => told.numbers += 1,
            Answer::Already => (told.numbers, told.already) = (told.numbers + 1, told.already + 1),
            Answer::Refused(problem) if problem.code == Code::Suppressed => told.stay += 1,
            other => return Err(Refusal::unfit(&other)),
        }
    }
    Ok(told)
}
