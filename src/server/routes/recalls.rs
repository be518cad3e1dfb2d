//! `GET /api/v1/recalls`, `POST /api/v1/campaigns/{id}/recalls`, `GET` of the same, `DELETE /api/v1/campaigns/{id}/recalls/{recall}`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::extract::{Asked, At, Sent};
use super::refusal::{Refusal, Reply};
use crate::api::{
    problem::{Code, Problem},
    recall::{self, RecallInForce, RecallInfo, RecallReport, RecallRequest},
};
use crate::domain::{ids::CampaignId, recall::Recalled};
use crate::server::{
    AppState,
    auth::AsCaptain,
    store::{
        change::{Changed, Reach, Reached},
        command::Answer,
        handles::System,
    },
};

/// How long one who recalls or lifts waits for texts to be taken back. Far below what a client waits for an answer.
const MOST: Duration = Duration::from_secs(5);

/// What stands after `?`.
#[derive(Debug, Deserialize)]
pub struct Query {
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    elsewhere: bool,
    #[serde(default = "yes")]
    counted: bool,
}

fn yes() -> bool {
    true
}

/// Takes something of a campaign back. It holds in the commit that this answers: what carries it is refused from then on, comes
/// back instead of going to the carrier, and is shut on every screen. Recalled once more it is the same recall.
#[utoipa::path(
    post,
    path = "/api/v1/campaigns/{id}/recalls",
    operation_id = "recall",
    tag = "captain",
    params(
        ("id" = i64, Path, description = "Campaign"),
        ("dry_run" = Option<bool>, Query, description = "`true`: nothing is recalled; the answer says what would be reached"),
        ("elsewhere" = Option<bool>, Query, description = "`true`: the answer says in which other campaigns the same words stand, or may: by their \
            scripts, at once. With `dry_run` beside it nothing is counted, neither there nor here (all figures are 0)"),
        ("counted" = Option<bool>, Query, description = "`false`: the answer is there as soon as the recall holds; texts that wait are taken back and \
            counted behind it (all figures are 0, and `uncounted` is `true`)"),
    ),
    request_body = RecallRequest,
    responses((status = 200, body = RecallReport), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn make(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    Asked(query): Asked<Query>,
    State(state): State<AppState>,
    Sent(request): Sent<RecallRequest>,
) -> Reply<Json<RecallReport>> {
    let (mut done, mut here) = (None, None);
    let mut what = request.what;
    let mut reason = recall::reason(&request.reason)?;
    if !query.dry_run {
        let answer = match request.everywhere {
            true => captain.recall_for_good(&state.desk, campaign, what, reason.clone()).await?,
            false => captain.recall(&state.desk, campaign, what, reason.clone()).await?,
        };
        match answer {
            Answer::Changed(Changed::Recalled { recall, already }) => {
                what = recall.what.clone();
                // Of one that holds already, what was said then.
                reason.clone_from(&recall.reason);
                done = Some((recall.id, already));
                if query.counted {
                    take_back(&state, recall.id).await;
                } else {
                    // The dispatcher takes back what waits; no claim gives any of it to the carrier meanwhile.
                    here = Some(Reached { campaign, recall, reach: Reach::default() });
                }
            }
            other => return Err(Refusal::unfit(&other)),
        }
    }
    let mut elsewhere = None;
    if query.elsewhere {
        let found = state.store().elsewhere(captain.actor(), campaign, &what).await?.ok_or_else(Refusal::not_found)?;
        let (recall, others) = found?;
        elsewhere = Some(others);
        // Whoever only asks where it stands waits for no texts to be counted.
        if query.dry_run {
            here = Some(Reached { campaign, recall, reach: Reach::default() });
        }
    }
    let uncounted = here.is_some();
    let Reached { recall, reach, .. } = match here {
        Some(here) => here,
        None => reached(&state, &captain, campaign, &what).await?,
    };
    let dropped = match done {
        Some((id, _)) if !uncounted => {
            let infos = state.store().recalls(captain.actor(), campaign).await?.unwrap_or_default();
            infos.iter().find(|info| info.recall.id == id).map_or(0, |info| info.dropped)
        }
        _ => 0,
    };
    Ok(Json(RecallReport {
        campaign,
        recall: done.map(|(id, _)| id),
        what: recall.what,
        reason,
        versions: recall.versions,
        texts: recall.texts,
        got: reach.got.len() as u64,
        delivered: reach.delivered,
        in_doubt: reach.in_doubt,
        unchanged: reach.unchanged,
        waiting: reach.waiting,
        dropped,
        already: done.is_some_and(|(_, already)| already),
        to_get: reach.to_get,
        wordless: reach.wordless,
        uncounted,
        elsewhere,
    }))
}

/// Takes back what waits, or some of it: the recall holds whatever becomes of this, and the dispatcher does the rest.
async fn take_back(state: &AppState, recall: i64) {
    match System::clear_recall_for(&state.desk, recall, MOST).await {
        Ok(true) => {}
        Ok(false) => tracing::info!(recall, "many texts wait: the rest of them is taken back behind the answer"),
        Err(error) => tracing::warn!(%error, recall, "texts that wait are taken back later"),
    }
}

pub(super) async fn reached(
    state: &AppState,
    captain: &crate::server::store::handles::Captain,
    campaign: CampaignId,
    what: &Recalled,
) -> Reply<Reached> {
    let reached = state.store().reach(captain.actor(), campaign, what).await?.ok_or_else(Refusal::not_found)?;
    Ok(reached?)
}

/// A campaign's recalls, in their order, lifted ones too.
#[utoipa::path(
    get,
    path = "/api/v1/campaigns/{id}/recalls",
    operation_id = "recalls",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign")),
    responses((status = 200, body = Vec<RecallInfo>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn list(
    AsCaptain(captain): AsCaptain,
    At(campaign): At<CampaignId>,
    State(state): State<AppState>,
) -> Reply<Json<Vec<RecallInfo>>> {
    state.store().recalls(captain.actor(), campaign).await?.map(Json).ok_or_else(Refusal::not_found)
}

/// Every recall that is in force in a campaign of the organization.
#[utoipa::path(
    get,
    path = "/api/v1/recalls",
    operation_id = "all_recalls",
    tag = "captain",
    responses((status = 200, body = Vec<RecallInForce>), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn all(AsCaptain(captain): AsCaptain, State(state): State<AppState>) -> Reply<Json<Vec<RecallInForce>>> {
    Ok(Json(state.store().all_recalls(captain.actor()).await?))
}

/// Lifts a recall that was a mistake. What it dropped stays dropped; what is confirmed from then on may go out. Twice is once. What
/// was confirmed before it comes back in any case: as long as some of it still waits or is on its way this is refused as `unsettled`;
/// ask again in a minute.
#[utoipa::path(
    delete,
    path = "/api/v1/campaigns/{id}/recalls/{recall}",
    operation_id = "lift_recall",
    tag = "captain",
    params(("id" = i64, Path, description = "Campaign"), ("recall" = i64, Path, description = "The recall")),
    responses((status = 204, description = "Lifted"), (status = "default", description = "A refusal", body = Problem, content_type = "application/problem+json")),
    security(("session" = [])),
)]
pub async fn lift(
    AsCaptain(captain): AsCaptain,
    At((campaign, recall)): At<(CampaignId, i64)>,
    State(state): State<AppState>,
) -> Reply<StatusCode> {
    let mut lifted = captain.lift_recall(&state.desk, campaign, recall).await?;
    if matches!(&lifted, Answer::Refused(problem) if problem.code == Code::Unsettled) {
        take_back(&state, recall).await;
        lifted = captain.lift_recall(&state.desk, campaign, recall).await?;
    }
    match lifted {
        Answer::Done => Ok(StatusCode::NO_CONTENT),
        other => Err(Refusal::unfit(&other)),
    }
}
