//! `POST /api/v1/opt-outs`

use axum::Json;
use axum::extract::State;
use futures_util::future::try_join_all;

use super::extract::Sent;
use super::refusal::{Refusal, Reply};
use crate::api::{
    opt_out::{MAX_OPT_OUTS, OptOuts, OptOutsTaken},
    problem::{Code, Problem},
};
use crate::domain::safe_text::safe_line;
use crate::server::store::command::Answer;
use crate::server::{AppState, auth::AsCaptain};

/// Numbers that are put on the list at a time: the writer takes them in one group.
const AT_ONCE: usize = 64;

/// Longest note, in characters.
const NOTE: usize = 200;

/// Puts numbers on the organization's list of opt-outs: people who told so on the telephone, in a letter, by e-mail, or on a list from
/// elsewhere. They are texted no more in any campaign, and what was about to go out to them is taken back. No notice goes out.
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
    Ok(Json(OptOutsTaken { numbers: u64::try_from(request.numbers.len()).unwrap_or(u64::MAX), already }))
}
