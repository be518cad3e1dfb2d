//! Asks the server and asks again.

use std::time::Duration;

use super::Ctx;
use crate::api::problem::{Code, Problem};
use crate::api::review::ReviewAsk;
use crate::client::backoff::Backoff;
use crate::client::outbox::asked_to_wait;
use crate::client::{Call, CallError};
use crate::console::core::shared::msg::{Ask, Msg};
use crate::domain::ids::{CampaignId, ContactId};

/// Messages of a conversation in one page.
const THREAD_PAGE: u32 = 50;
/// Contacts in one request.
const CONTACTS: usize = 100;
/// Tries of a server that is there but does not answer as it should. One that is not there is asked for ever: the line's
/// state says so.
const TRIES: u32 = 6;

/// One request.
#[derive(Debug, Clone)]
enum Step<'a> {
    Whole(&'a Ask),
    Page(CampaignId, Option<String>),
    Chunk(CampaignId, &'a [ContactId]),
}

/// Loads one thing to the end.
pub(super) async fn load(ctx: &Ctx, ask: &Ask) {
    let result = match ask {
        Ask::Contacts(campaign, ids) => chunks(ctx, *campaign, ids).await,
        Ask::Assignment(campaign) => pages(ctx, *campaign).await,
        // A deed: whether it was done when no answer came is looked at by a person, and it is not done anew.
        Ask::Review(review) if matches!(**review, ReviewAsk::Do(..)) => match call(ctx, &Step::Whole(ask)).await {
            Ok(msg) => {
                ctx.tell(msg).await;
                Ok(())
            }
            Err(error) => Err(error),
        },
        _ => one(ctx, Step::Whole(ask)).await,
    };
    if let Err(error) = result {
        tracing::warn!(%error, ?ask, "a load failed");
        if is_signed_out(&error) {
            ctx.signed_out().await;
        }
        ctx.tell(Msg::Failed { what: ask.clone(), problem: Box::new(problem(error)) }).await;
    }
}

async fn chunks(ctx: &Ctx, campaign: CampaignId, ids: &[ContactId]) -> Call<()> {
    for chunk in ids.chunks(CONTACTS) {
        one(ctx, Step::Chunk(campaign, chunk)).await?;
    }
    Ok(())
}

async fn pages(ctx: &Ctx, campaign: CampaignId) -> Call<()> {
    let mut cursor = None;
    loop {
        let msg = repeat(ctx, &Step::Page(campaign, cursor.clone())).await?;
        let next = if let Msg::Assignment(page) = &msg { page.next.clone() } else { None };
        if next.is_some() && next == cursor {
            return Err(CallError::Strange("a page that leads to itself".into()));
        }
        ctx.tell(msg).await;
        if next.is_none() {
            return Ok(());
        }
        cursor = next;
    }
}

async fn one(ctx: &Ctx, step: Step<'_>) -> Call<()> {
    let msg = repeat(ctx, &step).await?;
    ctx.tell(msg).await;
    Ok(())
}

async fn call(ctx: &Ctx, step: &Step<'_>) -> Call<Msg> {
    let server = &ctx.server;
    let ask = match step {
        Step::Page(campaign, cursor) => return server.assignment(*campaign, cursor.clone()).await.map(Msg::Assignment),
        Step::Chunk(campaign, ids) => return contacts(ctx, *campaign, ids).await,
        Step::Whole(ask) => ask,
    };
    Ok(match ask {
        Ask::Me => Msg::Me(server.me().await?),
        Ask::Campaign(id) => {
            let view = server.campaign(*id).await?;
            ctx.known.campaign(*id, &view.def.hours);
            Msg::Campaign(Box::new(view))
        }
        Ask::Whereabouts(id, ids) => Msg::Whereabouts(server.whereabouts(*id, ids).await?),
        Ask::WaitingRoom => Msg::WaitingRoom(server.waiting_room().await?),
        Ask::Campaigns => Msg::Campaigns(server.campaigns().await?),
        Ask::Review(ask) => Msg::Review(Box::new(server.review(ask).await?)),
        Ask::Flagged(id) => Msg::Flagged(server.flagged(*id).await?),
        Ask::Held(id) => Msg::Held(server.held(*id).await?),
        Ask::Board(id) => Msg::Board(Box::new(server.board(*id).await?)),
        Ask::Thread { contact, before } => Msg::Thread(server.thread(*contact, *before, THREAD_PAGE).await?),
        Ask::Slice { campaign, claim, want } => {
            let result = match server.claim(*campaign, *claim, *want).await {
                Ok(grant) => Ok(grant),
                Err(CallError::Refused(problem)) if !problem.code.is_transient() => Err(problem),
                Err(error) => return Err(error),
            };
            Msg::Slice { claim: *claim, result }
        }
        Ask::TakeReplies { campaign, claim } => {
            let result = match server.take_replies(*campaign, *claim).await {
                Ok(count) => Ok(count),
                Err(CallError::Refused(problem)) if !problem.code.is_transient() => Err(problem),
                Err(error) => return Err(error),
            };
            Msg::TookReplies { claim: *claim, result }
        }
        // Taken apart into pages and chunks before; whole, they are a first page and one chunk.
        Ask::Assignment(campaign) => Msg::Assignment(server.assignment(*campaign, None).await?),
        Ask::Contacts(campaign, ids) => contacts(ctx, *campaign, ids).await?,
    })
}

async fn contacts(ctx: &Ctx, campaign: CampaignId, ids: &[ContactId]) -> Call<Msg> {
    let found = ctx.server.contacts(campaign, ids).await?;
    for view in &found {
        ctx.known.contact(view.summary.id, &view.zones);
    }
    Ok(Msg::Contacts { asked: ids.to_vec(), found })
}

/// Calls until there is an answer, or none can come.
async fn repeat(ctx: &Ctx, step: &Step<'_>) -> Call<Msg> {
    let mut backoff = Backoff::default();
    let mut tries = 0;
    loop {
        let error = match call(ctx, step).await {
            Ok(answer) => {
                // Before the answer: what it holds is judged by the campaign's time.
                ctx.tell_clock().await;
                ctx.tell_beside().await;
                return Ok(answer);
            }
            Err(error) => error,
        };
        if !error.is_transient() || is_signed_out(&error) || wants_a_code(&error) {
            return Err(error);
        }
        if !matches!(error, CallError::NotReached(_) | CallError::NoAnswer(_)) {
            tries += 1;
            if tries >= TRIES {
                return Err(error);
            }
        }
        tracing::debug!(%error, "asking again");
        let asked = match &error {
            CallError::Refused(problem) => asked_to_wait(problem, ctx.clock.now()),
            _ => Duration::ZERO,
        };
        ctx.wait(backoff.next(&*ctx.ids).max(asked)).await;
    }
}

/// A failure that needs no answer of its own: it is logged, and an ended session is shown.
pub(super) async fn note_failure(ctx: &Ctx, error: &CallError, what: &str) {
    tracing::debug!(%error, what, "failed");
    if is_signed_out(error) {
        ctx.signed_out().await;
    }
}

pub(super) fn is_signed_out(error: &CallError) -> bool {
    matches!(error, CallError::Refused(problem) if problem.code == Code::Unauthorized)
}

/// Only a person has one.
fn wants_a_code(error: &CallError) -> bool {
    matches!(error, CallError::Refused(problem) if problem.code == Code::SecondFactorNeeded)
}

/// The problem to show for an error.
pub(super) fn problem(error: CallError) -> Problem {
    match error {
        CallError::Refused(problem) => *problem,
        other => Problem::new(Code::Unavailable, other.to_string()),
    }
}
