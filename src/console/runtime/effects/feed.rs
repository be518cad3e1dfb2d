//! Follows the feed: tells the console what changed, and the journal what it may let go of.

use std::time::Duration;

use futures_util::StreamExt;

use super::{Ctx, load};
use crate::api::event::{Event, EventKind};
use crate::api::message::Verdict;
use crate::api::problem::Code;
use crate::client::CallError;
use crate::client::backoff::Backoff;
use crate::client::outbox::asked_to_wait;
use crate::console::core::shared::msg::{Ask, Msg};
use crate::domain::ids::CampaignId;

/// Follows until it is told to stop.
///
/// The console wants what came after `after`. The journal may want more: verdicts that were given while no console ran.
/// So the feed starts where the journal last saw it; of what is older than `after` only the verdicts are used.
pub(super) async fn follow(ctx: &Ctx, campaign: CampaignId, after: u64) {
    let mark = format!("feed.{campaign}");
    let seen = match ctx.journal.ui_get(&mark).await {
        Ok(seen) => seen.and_then(|seen| seen.as_u64()),
        Err(error) => {
            tracing::warn!(%error, "where the feed was last seen is not known");
            None
        }
    };
    let mut feed =
        Feed { ctx, mark, after, last: seen.map_or(after, |seen| seen.min(after)), backoff: Backoff::default() };
    loop {
        let error = feed.read(campaign).await;
        if load::is_signed_out(&error) {
            ctx.signed_out().await;
            ctx.wait(Backoff::LONGEST).await;
            continue;
        }
        if !error.is_transient() {
            tracing::warn!(%error, %campaign, "the feed is refused");
            let problem = Box::new(load::problem(error));
            ctx.tell(Msg::Failed { what: Ask::Campaign(campaign), problem }).await;
            return;
        }
        tracing::debug!(%error, last = feed.last, "the feed is cut");
        let now = ctx.clock.now();
        let asked = match &error {
            CallError::Refused(problem) if problem.code == Code::RateLimited => Some(asked_to_wait(problem, now)),
            _ => None,
        };
        // Not sooner than it was asked for.
        let wait = feed.backoff.next(&*ctx.ids).max(asked.unwrap_or_default());
        let next_try = now.saturating_add(jiff::SignedDuration::try_from(wait).unwrap_or_default()).unwrap_or(now);
        ctx.tell_link(ctx.link.feed_down(next_try, asked.is_some())).await;
        ctx.wait(wait).await;
    }
}

struct Feed<'a> {
    ctx: &'a Ctx,
    /// Where the journal keeps how far it has seen the feed.
    mark: String,
    after: u64,
    last: u64,
    backoff: Backoff,
}

impl Feed<'_> {
    /// Reads one connection to its end, and says why it ended.
    async fn read(&mut self, campaign: CampaignId) -> CallError {
        let ctx = self.ctx;
        let mut stream = match ctx.server.events(campaign, self.last).await {
            Ok(stream) => stream,
            Err(error) => return error,
        };
        ctx.outbox.echoes(true);
        ctx.tell_link(ctx.link.feed_up()).await;
        // What waits elsewhere need not wait any longer.
        ctx.retry_now();
        let began = ctx.clock.monotonic();
        let error = loop {
            match stream.next().await {
                Some(Ok(event)) => {
                    self.backoff.reset();
                    ctx.tell_beside().await;
                    self.take(event).await;
                }
                Some(Err(error)) => break error,
                None => break CallError::NoAnswer("the feed ended".into()),
            }
        };
        // A server that takes the connection and cuts it at once is not tried at full speed.
        if ctx.clock.monotonic().saturating_sub(began) > Duration::from_secs(30) {
            self.backoff.reset();
        }
        error
    }

    async fn take(&mut self, event: Event) {
        let told = self.last;
        self.last = self.last.max(event.seq);
        let wanted = match &event.what {
            EventKind::Settled { verdict } => {
                self.settled(verdict).await;
                event.seq > self.after
            }
            // The server knows less than it told: it lost its last commits, or was put back to an older copy. What it
            // tells from now on is new, whatever its number; and what it had accepted may be lost as well.
            EventKind::Snapshot { seq } if *seq < told => {
                self.last = *seq;
                self.after = *seq;
                self.ctx.outbox.doubt();
                true
            }
            EventKind::Snapshot { seq } => {
                // A gap that only the journal's older verdicts had is no gap for the console.
                let wanted = event.seq.max(*seq) > self.after;
                self.ctx.outbox.doubt();
                self.last = self.last.max(*seq).max(self.after);
                wanted
            }
            // Boards come with the number at which they were counted.
            EventKind::Board { .. } => true,
            // It moves the place to resume from, and nothing else.
            EventKind::Here {} => false,
            _ => event.seq > self.after,
        };
        if wanted {
            self.ctx.tell(Msg::Event(Box::new(event))).await;
        }
    }

    /// The journal first, then the screen. The order of the two reports does not matter to the outbox: whoever is first
    /// to settle tells the verdict.
    async fn settled(&self, verdict: &Verdict) {
        let ctx = self.ctx;
        match ctx.journal.settle(verdict).await {
            Ok(true) => ctx.tell(Msg::Verdict { verdict: verdict.clone() }).await,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, id = %verdict.id, "a verdict from the feed is not in the journal");
                ctx.outbox.missed(verdict.id);
            }
        }
        let mark = serde_json::Value::from(self.last);
        let (echoed, marked) = tokio::join!(ctx.journal.echoed(verdict.id), ctx.journal.ui_set(&self.mark, &mark));
        if let Err(error) = echoed.and(marked) {
            tracing::warn!(%error, id = %verdict.id, "an echo is not in the journal");
            ctx.outbox.missed(verdict.id);
        }
    }
}
