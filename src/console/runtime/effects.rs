//! Carries out effects: each becomes a task, each answer a message. Nothing here ever makes the loop wait.
//!
//! - `Confirm` goes to the journal at once, in the order of the calls; `Journaled` follows the synced commit. The outbox
//!   hands it in by itself.
//! - What is asked of the server is asked again until it is answered or can never be; asked anew, the former is dropped.
//! - One feed, resumed after the last event seen. It also brings the echo that frees the journal's rows.

mod again;
mod feed;
mod link;
mod load;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::link::Link;
use super::kept::{PlacesToKeep, keep_hands};
use super::turn::Hands;
use crate::api::act::Act;
use crate::client::CampaignServer;
use crate::client::journal::{Journal, JournalError};
use crate::client::outbox::{FlushGate, KnownHours, Line, Outbox, Report};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Beside, Confirmed, ConfirmedWhat, LinkState, Msg, Stamp, Timer};
use crate::domain::second_factor::OneTimeCode;
use crate::env::{BoxFuture, SharedClock, SharedIds};

/// A clock that is off by so much more or less is told anew.
const CLOCK_STEP: SignedDuration = SignedDuration::from_secs(1);
/// Reports of the outbox that may wait for the loop.
const REPORTS: usize = 64;

/// What is left of an effect for the loop to do itself.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, for as long as the loop looks at it")]
pub enum Left {
    /// The terminal's part: `Copy`, `Notify`, `Title`, `OpenEditor`, `Suspend`, `Quit`.
    Terminal(Effect),
    /// Nothing: it is under way.
    Nothing,
}

/// The rehearsal, as the console's runtime knows it.
pub trait RehearsalPort: Send + Sync + std::fmt::Debug + 'static {
    /// The director may let time pass (`true`), or must wait because something is being read.
    fn may_go_on(&self, may: bool);

    /// The shift is over: the score, as the console shows it.
    fn finish(&self) -> BoxFuture<'static, serde_json::Value>;
}

/// What the tasks share.
#[derive(Debug)]
struct Ctx {
    server: Arc<dyn CampaignServer>,
    journal: Journal,
    inbox: mpsc::Sender<Msg>,
    clock: SharedClock,
    ids: SharedIds,
    link: Link,
    /// What was last told of the server's clock.
    clock_told: Mutex<Option<SignedDuration>>,
    /// What was last told of what the client noticed.
    /// Held over comparing and telling: else an older word could be told after a newer one, and stay.
    beside_told: tokio::sync::Mutex<Beside>,
    /// Rings when the line may be back: waits end early.
    nudge: watch::Sender<u64>,
    /// Where the console is, on its way to the journal.
    places: PlacesToKeep,
    /// What was loaded of texting hours, for the outbox's last look.
    known: Arc<KnownHours>,
    outbox: Outbox,
}

impl Ctx {
    /// Gives the loop a message; waits while its inbox is full. Nobody listens any more when it has ended.
    async fn tell(&self, msg: Msg) {
        let _ = self.inbox.send(msg).await;
    }

    /// Tells, unless the console has left.
    async fn tell_unless(&self, left: &CancellationToken, msg: Msg) {
        tokio::select! {
            biased;
            () = left.cancelled() => {}
            () = self.tell(msg) => {}
        }
    }

    /// Waits on the clock, or until the line may be back.
    async fn wait(&self, wait: Duration) {
        let mut nudged = self.nudge.subscribe();
        tokio::select! {
            () = self.clock.sleep(wait) => {}
            _ = nudged.changed() => {}
        }
    }

    /// Tells what the server's clock shows beside this one, when that is another difference than was told.
    async fn tell_clock(&self) {
        let Some(offset) = self.server.clock_offset() else { return };
        let news = {
            let mut told = lock(&self.clock_told);
            let news = told.is_none_or(|told| (offset - told).abs() >= CLOCK_STEP);
            if news {
                *told = Some(offset);
            }
            news
        };
        if news {
            self.tell(Msg::Clock { offset }).await;
        }
    }

    /// Tells what the client has noticed beside the answers, when that is something else than was told.
    async fn tell_beside(&self) {
        let mut told = self.beside_told.lock().await;
        let Some(beside) = self.server.beside() else { return };
        if *told != beside {
            told.clone_from(&beside);
            self.tell(Msg::Beside(beside)).await;
        }
    }

    async fn tell_link(&self, change: Option<LinkState>) {
        if let Some(state) = change {
            self.tell(Msg::Link(state)).await;
        }
    }

    /// The sign-in was ended: no feed echoes any more, what was confirmed is still handed in.
    async fn signed_out(&self) {
        self.outbox.echoes(false);
        self.tell_link(self.link.signed_out()).await;
    }

    /// Everything that waits for another try tries now.
    fn retry_now(&self) {
        self.nudge.send_modify(|n| *n += 1);
        self.outbox.nudge();
    }

    fn stamp(&self) -> Stamp {
        let wall = self.clock.now();
        Stamp { id: self.ids.act_id(wall), wall, mono: self.clock.monotonic() }
    }
}

/// Loads under way, each with the number of its asking.
type Loads = Arc<Mutex<HashMap<Ask, (u64, CancellationToken)>>>;

/// Runs effects.
#[derive(Debug)]
pub struct Runner {
    ctx: Arc<Ctx>,
    tracker: TaskTracker,
    /// Everything but the outbox.
    work: CancellationToken,
    upload: CancellationToken,
    loads: Loads,
    asked: u64,
    timers: HashMap<Timer, CancellationToken>,
    feed: CancellationToken,
    present: Arc<AtomicBool>,
    rehearsal: Option<Arc<dyn RehearsalPort>>,
}

impl Runner {
    /// Starts: tells what the journal holds (`JournalOpen`), then hands it in. Tasks run on `tracker` and end with
    /// `cancel`. Needs a Tokio runtime whose time is not paused.
    #[must_use]
    pub fn new(
        server: Arc<dyn CampaignServer>,
        journal: Journal,
        inbox: mpsc::Sender<Msg>,
        clock: SharedClock,
        ids: SharedIds,
        tracker: TaskTracker,
        cancel: &CancellationToken,
    ) -> Self {
        let (work, upload) = (cancel.child_token(), cancel.child_token());
        let (reports, reported) = mpsc::channel(REPORTS);
        let known = Arc::new(KnownHours::default());
        let gate: Arc<dyn FlushGate> = Arc::<KnownHours>::clone(&known);
        let (outbox, worker) = Outbox::gated(
            Arc::clone(&server),
            journal.clone(),
            reports,
            Arc::clone(&clock),
            Arc::clone(&ids),
            upload.clone(),
            Some(gate),
        );
        let ctx = Arc::new(Ctx {
            link: Link::new(Arc::clone(&clock)),
            clock_told: Mutex::default(),
            beside_told: tokio::sync::Mutex::default(),
            nudge: watch::Sender::new(0),
            places: PlacesToKeep::default(),
            known,
            outbox,
            server,
            journal,
            inbox,
            clock,
            ids,
        });
        let first = Arc::clone(&ctx);
        let stop = work.clone();
        tracker.spawn(async move {
            // What waits is shown before any verdict on it can come.
            tokio::select! {
                () = tell_journal(&first) => {}
                () = stop.cancelled() => {}
            }
            worker.await;
        });
        tracker.spawn(forward(Arc::clone(&ctx), reported, work.clone()));
        let (again, stop) = (Arc::clone(&ctx), work.clone());
        tracker.spawn(async move { stop.run_until_cancelled(again::watch(again)).await });
        Self {
            ctx,
            tracker,
            feed: work.child_token(),
            work,
            upload,
            loads: Loads::default(),
            asked: 0,
            timers: HashMap::new(),
            present: Arc::default(),
            rehearsal: None,
        }
    }

    /// For a console that follows no campaign's feed: what the server has decided is read back, so that the journal can let go of it.
    #[must_use]
    pub fn without_feed(self) -> Self {
        self.ctx.outbox.echoes(false);
        self
    }

    /// Joins a rehearsal's director to it.
    #[must_use]
    pub fn with_rehearsal(mut self, port: Arc<dyn RehearsalPort>) -> Self {
        self.rehearsal = Some(port);
        self
    }

    /// Starts one effect, or gives it back when it is the terminal's. Never blocks.
    pub fn run(&mut self, effect: Effect) -> Left {
        match effect {
            Effect::Confirm(act) => self.confirm(&act),
            Effect::Load(ask) => self.load(ask),
            Effect::Follow { campaign, after } => {
                self.feed.cancel();
                self.feed = self.work.child_token();
                let ctx = Arc::clone(&self.ctx);
                self.spawn_until(self.feed.clone(), async move { feed::follow(&ctx, campaign, after).await });
            }
            Effect::Presence => self.presence(),
            Effect::Prove(code) => self.prove(code),
            Effect::SaveDraft { contact, text } => {
                self.ctx.journal.put_draft(contact, &text);
                let journal = self.ctx.journal.clone();
                self.spawn(async move {
                    if let Err(error) = journal.flush_drafts().await {
                        tracing::warn!(%error, "a draft is not on disk yet; it goes with the next one");
                    }
                });
            }
            Effect::KeepPlace { campaign, place } => {
                self.ctx.places.put(campaign, place);
                let ctx = Arc::clone(&self.ctx);
                self.spawn(async move { ctx.places.write_at_last(&ctx.journal, &ctx.clock).await });
            }
            Effect::KeepHands { campaign, hands } => {
                let journal = self.ctx.journal.clone();
                self.spawn(async move { keep_hands(&journal, campaign, &hands).await });
            }
            Effect::After { timer, delay } => self.after(timer, delay),
            Effect::Stop(timer) => {
                if let Some(running) = self.timers.remove(&timer) {
                    running.cancel();
                }
            }
            Effect::DirectorMayGoOn(may) => {
                if let Some(port) = &self.rehearsal {
                    port.may_go_on(may);
                }
            }
            Effect::FinishRehearsal => {
                if let Some(port) = &self.rehearsal {
                    let (ctx, finish) = (Arc::clone(&self.ctx), port.finish());
                    self.spawn(async move { ctx.tell(Msg::Score(Box::new(finish.await))).await });
                }
            }
            Effect::Copy(_)
            | Effect::Notify { .. }
            | Effect::Title(_)
            | Effect::OpenEditor { .. }
            | Effect::Suspend
            | Effect::Quit => return Left::Terminal(effect),
        }
        Left::Nothing
    }

    /// Acts confirmed and without a verdict: what a quit would leave in the journal.
    #[must_use]
    pub fn unsettled(&self) -> u64 {
        self.ctx.journal.unsettled_count()
    }

    /// Leaves: everything but the outbox stops at once; what waits is handed in as long as that goes well, for at most
    /// `grace`. Returns how many acts stay in the journal. The journal stays open.
    pub async fn shutdown(&mut self, grace: Duration) -> u64 {
        let over = self.ctx.clock.sleep(grace);
        self.work.cancel();
        let calm = async {
            // Goes through the journal behind every confirm, so that all of them are known to the outbox.
            if let Err(error) = self.ctx.journal.flush_drafts().await {
                tracing::warn!(%error, "drafts were not saved");
            }
            self.ctx.outbox.idle().await;
        };
        tokio::select! {
            () = calm => {}
            () = over => {}
        }
        self.upload.cancel();
        self.ctx.outbox.ended().await;
        self.unsettled()
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn_until(self.work.clone(), work);
    }

    fn spawn_until(&self, stop: CancellationToken, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }

    fn confirm(&self, act: &Confirmed) {
        let id = act.id;
        let ctx = Arc::clone(&self.ctx);
        // Queued here and now: the order of confirmation is the order of the presses.
        let queued = self.ctx.journal.confirm_soon(act);
        self.spawn(async move {
            let result = match queued {
                Ok(answer) => answer.await.unwrap_or(Err(JournalError::Closed)),
                Err(error) => Err(error),
            };
            ctx.tell(match result {
                Ok(_) => Msg::Journaled { id },
                Err(error) => {
                    tracing::error!(%error, %id, "an act was not journaled");
                    Msg::NotJournaled { id, reason: error.to_string() }
                }
            })
            .await;
        });
    }

    fn load(&mut self, ask: Ask) {
        self.asked += 1;
        let (number, stop) = (self.asked, self.work.child_token());
        let former = lock(&self.loads).insert(ask.clone(), (number, stop.clone()));
        if let Some((_, former)) = former {
            former.cancel();
        }
        let (ctx, loads) = (Arc::clone(&self.ctx), Arc::clone(&self.loads));
        self.spawn_until(stop, async move {
            load::load(&ctx, &ask).await;
            let mut loads = lock(&loads);
            if loads.get(&ask).is_some_and(|(now, _)| *now == number) {
                loads.remove(&ask);
            }
        });
    }

    fn presence(&self) {
        // One heartbeat at a time: on a slow line they would pile up.
        if self.present.swap(true, Ordering::AcqRel) {
            return;
        }
        let (ctx, present) = (Arc::clone(&self.ctx), Arc::clone(&self.present));
        self.spawn(async move {
            let answer = ctx.server.presence().await;
            present.store(false, Ordering::Release);
            match answer {
                Ok(presence) => {
                    ctx.tell(Msg::Presence(presence)).await;
                    ctx.tell_clock().await;
                }
                Err(error) => load::note_failure(&ctx, &error, "heartbeat").await,
            }
        });
    }

    fn prove(&self, code: OneTimeCode) {
        let ctx = Arc::clone(&self.ctx);
        self.spawn(async move {
            let proved = ctx.server.prove(code).await;
            match &proved {
                // What was set aside for want of it is done now.
                Ok(()) => ctx.outbox.nudge(),
                Err(error) => load::note_failure(&ctx, error, "a code").await,
            }
            ctx.tell(Msg::Proved(proved.map_err(|error| Box::new(load::problem(error))))).await;
        });
    }

    fn after(&mut self, timer: Timer, delay: Duration) {
        let stop = self.work.child_token();
        if let Some(former) = self.timers.insert(timer, stop.clone()) {
            former.cancel();
        }
        // From now, not from when the task gets its turn.
        let sleep = self.ctx.clock.sleep(delay);
        let ctx = Arc::clone(&self.ctx);
        self.spawn_until(stop, async move {
            sleep.await;
            ctx.tell(Msg::Timer { timer, stamp: ctx.stamp() }).await;
        });
    }
}

impl Hands for Runner {
    fn run(&mut self, effect: Effect) -> Left {
        Self::run(self, effect)
    }
}

impl Drop for Runner {
    /// Without a shutdown nothing is waited for; what the journal holds stays there.
    fn drop(&mut self) {
        self.work.cancel();
        self.upload.cancel();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn tell_journal(ctx: &Ctx) {
    let acts = ctx.journal.open_acts().await.unwrap_or_else(|error| {
        tracing::error!(%error, "the journal's acts could not be read");
        Vec::new()
    });
    let drafts = ctx.journal.drafts().await.unwrap_or_else(|error| {
        tracing::error!(%error, "the journal's drafts could not be read");
        Vec::new()
    });
    let mut half_way = Vec::new();
    for act in acts.iter().filter(|act| matches!(act.what, ConfirmedWhat::Act { act: Act::OptOut { .. } })) {
        if matches!(ctx.journal.is_half_way(act.id).await, Ok(true)) {
            half_way.push(act.id);
        }
    }
    let mut at = Vec::new();
    for (contact, _) in &drafts {
        if let Ok(Some(written)) = ctx.journal.draft_written(*contact).await {
            at.push((*contact, written));
        }
    }
    ctx.tell(Msg::JournalOpen { acts, drafts }).await;
    if !at.is_empty() {
        ctx.tell(Msg::DraftsWritten { at }).await;
    }
    for id in half_way {
        ctx.tell(Msg::HalfWay { id }).await;
    }
    for id in ctx.journal.unknown() {
        ctx.tell(Msg::Unknown { id }).await;
    }
}

/// Turns the outbox's reports into messages; when the console has left, only takes them off its hands.
async fn forward(ctx: Arc<Ctx>, mut reports: mpsc::Receiver<Report>, left: CancellationToken) {
    while let Some(report) = reports.recv().await {
        let msg = match report {
            Report::Verdict(verdict) => Some(Msg::Verdict { verdict }),
            Report::Unknown(id) => Some(Msg::Unknown { id }),
            Report::HalfWay(id) => Some(Msg::HalfWay { id }),
            Report::Progress { waiting, oldest } => {
                if let Some(state) = ctx.link.upload_waits(waiting) {
                    ctx.tell_unless(&left, Msg::Link(state)).await;
                }
                Some(Msg::Outbox { waiting, oldest })
            }
            Report::Line(line) => match line {
                Line::Up => ctx.link.upload_up(),
                Line::Down { next_try } => ctx.link.upload_down(next_try, false),
                Line::AskedToWait(next_try) => ctx.link.upload_down(next_try, true),
                Line::SignedOut => ctx.link.shut_out(),
            }
            .map(Msg::Link),
        };
        if let Some(msg) = msg {
            ctx.tell_unless(&left, msg).await;
        }
    }
}
