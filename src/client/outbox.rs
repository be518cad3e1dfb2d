//! Hands the journal's rows in to the server, in order per contact, in parallel over contacts.
//!
//! The queue is the journal itself: here are only ids, and of those only the ones in flight or waiting for another try.
//! A row keeps its id over every try, so the server's one stored verdict is what comes back. When the line is down,
//! one row at a time is tried (each time another contact's), so that an outage of an hour costs little and ends fast.
//! What waits for a code of the second factor is set aside: it holds up nothing but what must come after it. What failed and may be done
//! again at a server that cannot be asked twice is tried later, in the same way.
//! A sign-in that was ended may still hand in and read its verdicts back; only a refusal of that stops it.

mod aside;
mod doubt;
mod gate;
mod memo;
mod read_back;
mod steps;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::gate::{FlushGate, KnownHours};
pub use self::steps::Steps;

use self::aside::Later;
use self::doubt::Doubt;
use self::memo::{Kept, Notes};
use self::read_back::ReadBack;
use super::backoff::Backoff;
use super::journal::{Journal, JournalError, Waiting};
use super::{Call, CallError, CampaignServer};
use crate::api::{
    act::Act,
    message::{Outcome, SendRequest, Verdict},
    problem::{Code, Problem},
};
use crate::console::core::shared::msg::ConfirmedWhat;
use crate::domain::ids::{ActId, ContactId, MessageId};
use crate::env::{BoxFuture, SharedClock, SharedIds};
use crate::mutation::{self, Mutation};

/// Calls at once.
pub const PARALLEL: usize = 8;

/// What the outbox has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// The first and only verdict on an act.
    Verdict(Verdict),
    /// What became of it is not known, and this server cannot be asked twice.
    Unknown(Uuid),
    /// An act of several calls stopped between them. It is gone on with by itself.
    HalfWay(Uuid),
    /// How much waits.
    Progress {
        /// Acts without a verdict.
        waiting: u64,
        /// When the oldest of them was confirmed.
        oldest: Option<Timestamp>,
    },
    /// The line, as seen from here.
    Line(Line),
}

/// State of the line as the outbox sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The server answers.
    Up,
    /// It does not.
    Down {
        /// When the next try is made.
        next_try: Timestamp,
    },
    /// It answers, and asks to be left alone; then the next try is made.
    AskedToWait(Timestamp),
    /// The sign-in was ended, and not even what was confirmed before is taken: nothing is handed in until somebody signs
    /// in again.
    SignedOut,
}

/// What it is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Activity {
    /// Calls under way.
    pub in_flight: usize,
    /// True while the line is down, or everything that waits waits for a code of the second factor: it will wait on.
    pub stalled: bool,
}

/// A handle to the running outbox.
#[derive(Debug, Clone)]
pub struct Outbox {
    journal: Journal,
    nudge: Arc<Notify>,
    activity: watch::Receiver<Activity>,
    echoes: Arc<watch::Sender<Echoes>>,
}

impl Outbox {
    /// The handle and the task to run; the caller's tracker runs it, `cancel` ends it.
    pub fn new(
        server: Arc<dyn CampaignServer>,
        journal: Journal,
        reports: mpsc::Sender<Report>,
        clock: SharedClock,
        ids: SharedIds,
        cancel: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        Self::gated(server, journal, reports, clock, ids, cancel, None)
    }

    /// [`Self::new`], with a last look at each text for servers that take none.
    pub fn gated(
        server: Arc<dyn CampaignServer>,
        journal: Journal,
        reports: mpsc::Sender<Report>,
        clock: SharedClock,
        ids: SharedIds,
        cancel: CancellationToken,
        gate: Option<Arc<dyn FlushGate>>,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let nudge = Arc::new(Notify::new());
        let handle = journal.clone();
        let (mut worker, watched, echoes) = Worker::new(server, journal, reports, clock, ids, cancel);
        worker.gate = gate;
        let outbox = Self { journal: handle, nudge: Arc::clone(&nudge), activity: watched, echoes: Arc::new(echoes) };
        (outbox, worker.run(nudge))
    }

    /// The line may be back, or somebody signed in: try now.
    pub fn nudge(&self) {
        self.nudge.notify_one();
    }

    /// Whether a feed echoes verdicts. While none does (the sign-in was ended), each is read back before its row goes.
    pub fn echoes(&self, yes: bool) {
        self.echoes.send_if_modified(|now| std::mem::replace(&mut now.heard, yes) != yes);
    }

    /// The feed echoed this verdict and the disk did not take it: it will not be echoed again, so it is read back.
    pub fn missed(&self, id: Uuid) {
        self.echoes.send_modify(|now| {
            now.missed.insert(id);
        });
    }

    /// The server may have lost what it had accepted, or the feed left something out: everything that it has not echoed is
    /// asked for.
    pub fn doubt(&self) {
        self.echoes.send_modify(|_| {});
    }

    /// What it is doing now.
    #[must_use]
    pub fn activity(&self) -> Activity {
        *self.activity.borrow()
    }

    /// Completes when nothing waits, or nothing can be done about it now, or the outbox has ended.
    pub async fn idle(&self) {
        let mut activity = self.activity.clone();
        let still = |now: &Activity| now.in_flight == 0 && (now.stalled || self.journal.progress().0 == 0);
        // An error means that it has ended.
        let _ = activity.wait_for(still).await;
    }

    /// Completes when the outbox has ended.
    pub async fn ended(&self) {
        let mut activity = self.activity.clone();
        while activity.changed().await.is_ok() {}
    }
}

/// What the feed does for the rows that have a verdict.
#[derive(Debug)]
struct Echoes {
    /// There is one, and it echoes verdicts.
    heard: bool,
    /// What it echoed and the disk would not take.
    missed: HashSet<Uuid>,
}

/// A wait for another try. `until` is on the monotonic clock.
#[derive(Debug, Clone, Copy, Default)]
struct Wait {
    backoff: Backoff,
    until: Duration,
    down: bool,
}

#[derive(Debug)]
enum Answer {
    /// The server's.
    Call(Call<Verdict>),
    /// It failed, and may be handed in again whatever became of it: it waits in its place.
    /// `true`: an opt-out, which is tried until it is done.
    Again(CallError, bool),
    /// Refused on this side: it was not handed in.
    Here(Verdict),
    /// Not handed in: it comes after one that was set aside.
    Behind,
    /// The feed settled it meanwhile.
    Gone,
    /// The journal could not be read or written: nothing was handed in.
    Journal(JournalError),
}

type Flight = BoxFuture<'static, (Waiting, Answer)>;

struct Worker {
    server: Arc<dyn CampaignServer>,
    journal: Journal,
    reports: mpsc::Sender<Report>,
    clock: SharedClock,
    ids: SharedIds,
    cancel: CancellationToken,
    activity: watch::Sender<Activity>,
    read_back: ReadBack,
    /// What waited at the start. An earlier run may have handed it in, and its echo may be past.
    left_over: HashSet<Uuid>,
    echoes: watch::Receiver<Echoes>,
    idempotent: bool,
    /// The server stores verdicts; else each is final as it is answered, and its row goes at once.
    verdicts: bool,
    doubt: Doubt,
    gate: Option<Arc<dyn FlushGate>>,
    /// Contacts with a call under way.
    busy: HashSet<Option<ContactId>>,
    /// Acts with one, and when they were confirmed.
    in_the_air: HashMap<Uuid, Timestamp>,
    /// Contacts that wait for another try.
    lanes: HashMap<Option<ContactId>, Wait>,
    /// Verdicts that the disk would not take yet; not asked for again.
    unrecorded: HashMap<Uuid, Verdict>,
    line: Wait,
    /// Rows that wait for a code of the second factor. They are passed until the wait is over, then tried in order.
    aside: HashSet<Uuid>,
    code: Wait,
    /// Rows that failed and may be repeated, and what must come after them: each is passed until its own wait is over, so that none of
    /// them holds up an opt-out, nor another contact's turn.
    later: HashMap<Uuid, Later>,
    /// Acts of which it was said that they stopped half-way.
    half_way: HashSet<Uuid>,
    /// The journal was closed or wiped.
    closed: bool,
    shown_line: Option<Line>,
    shown_progress: Option<(u64, Option<Timestamp>)>,
}

impl Worker {
    /// The worker, what can be seen of it, and where it is told whether a feed echoes.
    fn new(
        server: Arc<dyn CampaignServer>,
        journal: Journal,
        reports: mpsc::Sender<Report>,
        clock: SharedClock,
        ids: SharedIds,
        cancel: CancellationToken,
    ) -> (Self, watch::Receiver<Activity>, watch::Sender<Echoes>) {
        let (activity, watched) = watch::channel(Activity::default());
        server.keep_in(Arc::new(Notes { journal: journal.clone() }));
        let (echoes, no_echo) = watch::channel(Echoes { heard: true, missed: HashSet::new() });
        let worker = Self {
            idempotent: server.capabilities().idempotent_send,
            verdicts: server.capabilities().verdicts,
            doubt: Doubt::new(Arc::clone(&server), journal.clone()),
            gate: None,
            read_back: ReadBack::new(Arc::clone(&server), journal.clone()),
            left_over: journal.waiting().into_iter().collect(),
            echoes: no_echo,
            server,
            journal,
            reports,
            clock,
            ids,
            cancel,
            activity,
            busy: HashSet::new(),
            in_the_air: HashMap::new(),
            lanes: HashMap::new(),
            unrecorded: HashMap::new(),
            line: Wait::default(),
            aside: HashSet::new(),
            code: Wait::default(),
            later: HashMap::new(),
            half_way: HashSet::new(),
            closed: false,
            shown_line: None,
            shown_progress: None,
        };
        (worker, watched, echoes)
    }

    async fn run(mut self, nudge: Arc<Notify>) {
        let mut changes = self.journal.changes();
        let mut flights: FuturesUnordered<Flight> = FuturesUnordered::new();
        let mut questions: FuturesUnordered<BoxFuture<'static, read_back::Answer>> = FuturesUnordered::new();
        let mut looks: FuturesUnordered<BoxFuture<'static, doubt::Answer>> = FuturesUnordered::new();
        // What an earlier run left: the feed may echo it as well, whichever is first.
        self.settled_before().await;
        self.doubt.add_all();
        loop {
            changes.borrow_and_update();
            self.say_progress().await;
            self.take_off(&mut flights);
            questions.extend(self.ask_back());
            self.plan_looks();
            looks.extend(self.look_up());
            let stalled = self.line.down || self.all_aside();
            self.activity.send_replace(Activity { in_flight: flights.len(), stalled });
            if self.closed {
                break;
            }
            let wake = self.next_wake();
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => break,
                Some((row, answer)) = flights.next() => self.land(row, answer).await,
                Some(answer) = questions.next() => {
                    self.read_back.land(answer, self.clock.monotonic(), &*self.ids).await;
                }
                Some((id, answer)) = looks.next() => self.looked_up(id, answer).await,
                // No feed echoes any more, or one does that may have left something out.
                Ok(()) = self.echoes.changed() => self.settled_before().await,
                Ok(()) = changes.changed() => {}
                () = nudge.notified() => self.try_now(),
                () = wake => {}
            }
        }
    }

    /// Starts calls, as many as may run.
    fn take_off(&mut self, flights: &mut FuturesUnordered<Flight>) {
        let now = self.clock.monotonic();
        if self.line.until > now {
            return;
        }
        let most = if self.line.down { 1 } else { PARALLEL };
        while flights.len() < most {
            let free = |row: &Waiting| {
                !self.busy.contains(&row.contact) && self.lanes.get(&row.contact).is_none_or(|wait| wait.until <= now)
            };
            let aside = |row: &Waiting| self.is_aside(row, now);
            let Some((row, behind)) = self.journal.next_waiting(free, aside) else { return };
            self.busy.insert(row.contact);
            self.in_the_air.insert(row.id, row.at);
            if let Some(verdict) = self.unrecorded.get(&row.id) {
                let answer = Answer::Call(Ok(verdict.clone()));
                flights.push(Box::pin(async move { (row, answer) }));
                continue;
            }
            let (server, journal, once) = (Arc::clone(&self.server), self.journal.clone(), !self.idempotent);
            let mut as_id = row.id;
            if mutation::on(Mutation::FreshIdOnRetry) && self.lanes.contains_key(&row.contact) {
                as_id = self.ids.act_id(self.clock.now());
            }
            // Only what surely has not reached the server may be decided here.
            let gate = self.gate.clone().filter(|_| once);
            let now = self.clock.now();
            flights.push(Box::pin(async move {
                let objection = |text: &SendRequest| gate.and_then(|gate| gate.objection(text, now));
                (row, hand_in(&*server, &journal, (row.id, as_id), Manner { once, behind }, objection).await)
            }));
        }
    }

    fn ask_back(&mut self) -> Option<BoxFuture<'static, read_back::Answer>> {
        let now = self.clock.monotonic();
        let may = !self.line.down && self.line.until <= now;
        may.then(|| self.read_back.take_off(now)).flatten()
    }

    /// A sleep until the first wait is over; for ever when there is none.
    fn next_wake(&self) -> BoxFuture<'static, ()> {
        let now = self.clock.monotonic();
        let line = (self.line.until > now).then_some(self.line.until);
        // While the line waits, nothing else matters.
        let lanes = self.lanes.values().map(|wait| wait.until).filter(|until| *until > now);
        let code = (!self.aside.is_empty() && self.code.until > now).then_some(self.code.until);
        let later = self.later.values().map(|one| one.wait.until).filter(|until| *until > now);
        let next = line.or_else(|| {
            lanes.chain(code).chain(later).chain(self.read_back.wake(now)).chain(self.doubt.wake(now)).min()
        });
        match next {
            // Only a nudge ends it.
            Some(Duration::MAX) | None => Box::pin(std::future::pending()),
            Some(until) => self.clock.sleep(until.saturating_sub(now)),
        }
    }

    /// What has a verdict and is in the journal still: to be read back, or, where no verdicts are stored, to be let go.
    async fn settled_before(&mut self) {
        if self.verdicts {
            self.read_back.add_all().await;
            return;
        }
        match self.journal.settled().await {
            Ok(ids) => {
                for id in ids {
                    self.let_go(id).await;
                }
            }
            Err(error) => tracing::warn!(%error, "what is settled could not be read from the journal"),
        }
    }

    /// Nobody will say anything more of it.
    async fn let_go(&self, id: Uuid) {
        if let Err(error) = self.journal.echoed(id).await {
            tracing::warn!(%error, %id, "a row stays in the journal");
        }
    }

    /// A look for an act of unknown outcome, when one may be taken.
    fn look_up(&mut self) -> Option<BoxFuture<'static, doubt::Answer>> {
        let now = self.clock.monotonic();
        // Where nothing else is tried, a look is what shows that the server answers again.
        let quiet = !self.line.down || self.in_the_air.is_empty();
        let may = !self.idempotent && quiet && self.line.until <= now;
        let in_the_air = &self.in_the_air;
        may.then(|| self.doubt.take_off(|id| in_the_air.contains_key(&id))).flatten()
    }

    async fn looked_up(&mut self, id: Uuid, answer: Call<Option<Verdict>>) {
        match self.doubt.land(id, answer) {
            Some(verdict) => {
                self.line_is_up().await;
                let row = Waiting { order: 0, id, contact: None, at: self.clock.now() };
                self.decided(row, verdict).await;
            }
            None => tracing::debug!(%id, "what became of it is still not known"),
        }
    }

    fn try_now(&mut self) {
        self.read_back.try_now();
        self.doubt.add_all();
        self.line.until = Duration::ZERO;
        self.code.until = Duration::ZERO;
        self.lanes.values_mut().for_each(|wait| wait.until = Duration::ZERO);
        self.later.values_mut().for_each(|one| one.wait.until = Duration::ZERO);
    }

    async fn land(&mut self, row: Waiting, answer: Answer) {
        self.busy.remove(&row.contact);
        self.in_the_air.remove(&row.id);
        match answer {
            Answer::Gone => {
                self.lanes.remove(&row.contact);
                self.not_aside(row.id);
            }
            Answer::Here(verdict) => self.decided(row, verdict).await,
            Answer::Behind if self.idempotent => drop(self.aside.insert(row.id)),
            Answer::Behind => self.set_later(row, false),
            Answer::Journal(error) => {
                tracing::warn!(%error, "an act could not be read from the journal");
                self.closed = error == JournalError::Closed;
                self.hold_lane(row.contact);
            }
            Answer::Call(Ok(verdict)) if verdict.id == row.id => {
                self.line_is_up().await;
                self.decided(row, verdict).await;
            }
            Answer::Call(Ok(_)) => {
                let error = CallError::Strange("a verdict on something else".into());
                self.failed(row, &error).await;
            }
            Answer::Call(Err(CallError::Refused(problem))) if !problem.code.is_transient() => {
                self.line_is_up().await;
                self.decided(row, Verdict { id: row.id, outcome: Outcome::Refused { problem: *problem } }).await;
            }
            Answer::Again(error, never_ends) => {
                tracing::debug!(%error, id = %row.id, "not taken yet");
                if matches!(error, CallError::Strange(_)) {
                    // The server answers: what it cannot do with this one it may do with the others.
                    self.line_is_up().await;
                    if !never_ends && self.was_tried_enough(row) {
                        return self.give_up(row).await;
                    }
                } else {
                    self.put_off(row, &error).await;
                }
                self.half_way(row.id).await;
                self.set_later(row, true);
            }
            Answer::Call(Err(error)) => self.failed(row, &error).await,
        }
    }

    async fn decided(&mut self, row: Waiting, verdict: Verdict) {
        match self.journal.settle(&verdict).await {
            Ok(first) => {
                self.lanes.remove(&row.contact);
                self.not_aside(row.id);
                // In the journal that goes with the row.
                self.half_way.remove(&row.id);
                if mutation::on(Mutation::RowFreedEarly) {
                    drop(self.journal.echoed(row.id).await);
                }
                if !self.verdicts {
                    self.let_go(row.id).await;
                } else if self.will_not_be_echoed(&verdict) {
                    self.read_back.add(row.id);
                }
                let told = self.unrecorded.remove(&row.id).is_some();
                if first && !told {
                    self.report(Report::Verdict(verdict)).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a verdict could not be written to the journal");
                self.hold_lane(row.contact);
                if self.unrecorded.insert(row.id, verdict.clone()).is_none() {
                    self.report(Report::Verdict(verdict)).await;
                }
            }
        }
    }

    fn will_not_be_echoed(&self, verdict: &Verdict) -> bool {
        let echoes = self.echoes.borrow();
        let missed = self.left_over.contains(&verdict.id) || echoes.missed.contains(&verdict.id);
        missed || !echoes.heard || is_never_echoed(verdict)
    }

    async fn failed(&mut self, row: Waiting, error: &CallError) {
        tracing::debug!(%error, id = %row.id, "not handed in");
        if !self.idempotent {
            if surely_not_done(error) {
                if let Err(error) = self.journal.mark_waiting(row.id).await {
                    tracing::warn!(%error, "an act stays unknown: the journal could not be written");
                    self.report(Report::Unknown(row.id)).await;
                }
            } else {
                self.report(Report::Unknown(row.id)).await;
            }
        }
        self.put_off(row, error).await;
    }

    /// The line, or the server's word, keeps this one back for a while.
    async fn put_off(&mut self, row: Waiting, error: &CallError) {
        if matches!(error, CallError::Refused(problem) if problem.code == Code::SecondFactorNeeded) {
            // The line is well, and others' acts need no code.
            self.line_is_up().await;
            self.lanes.remove(&row.contact);
            self.aside.insert(row.id);
            self.code.until = self.clock.monotonic() + self.code.backoff.next(&*self.ids);
            return;
        }
        self.hold_lane(row.contact);
        let now = self.clock.monotonic();
        let mut wait = self.line.backoff.next(&*self.ids);
        if let CallError::Refused(problem) = error {
            wait = wait.max(asked_to_wait(problem, self.clock.now()));
        }
        self.line.down = true;
        if matches!(error, CallError::Refused(problem) if problem.code == Code::Unauthorized) {
            self.line.until = Duration::MAX;
            self.show_line(Line::SignedOut).await;
            return;
        }
        // Eight calls may fail together: the line waits once.
        self.line.until = self.line.until.max(now + wait);
        let wall = self.clock.now();
        let next_try = wall
            .saturating_add(jiff::SignedDuration::try_from(self.line.until.saturating_sub(now)).unwrap_or_default());
        let next_try = next_try.unwrap_or(wall);
        let asked = matches!(error, CallError::Refused(problem) if problem.code == Code::RateLimited);
        self.show_line(if asked { Line::AskedToWait(next_try) } else { Line::Down { next_try } }).await;
    }

    fn hold_lane(&mut self, contact: Option<ContactId>) {
        let now = self.clock.monotonic();
        let lane = self.lanes.entry(contact).or_default();
        lane.until = now + lane.backoff.next(&*self.ids);
    }

    async fn line_is_up(&mut self) {
        self.line = Wait::default();
        self.show_line(Line::Up).await;
    }

    async fn show_line(&mut self, line: Line) {
        if self.shown_line != Some(line) {
            self.shown_line = Some(line);
            self.report(Report::Line(line)).await;
        }
    }

    async fn say_progress(&mut self) {
        let now = self.progress();
        if self.shown_progress != Some(now) {
            self.shown_progress = Some(now);
            self.report(Report::Progress { waiting: now.0, oldest: now.1 }).await;
        }
    }

    /// Nobody listens any more when the console leaves; what waits is handed in all the same.
    async fn report(&self, report: Report) {
        tokio::select! {
            biased;
            sent = self.reports.send(report) => drop(sent),
            () = self.cancel.cancelled() => {}
        }
    }
}

/// How one is handed in.
#[derive(Debug, Clone, Copy)]
struct Manner {
    /// The server cannot be asked twice.
    once: bool,
    /// One of its contact that was confirmed before it was set aside.
    behind: bool,
}

/// `as_id` is `id`, unless a promise is broken on purpose.
async fn hand_in(
    server: &dyn CampaignServer,
    journal: &Journal,
    (id, as_id): (Uuid, Uuid),
    Manner { once, behind }: Manner,
    objection: impl FnOnce(&SendRequest) -> Option<Problem>,
) -> Answer {
    let act = match journal.load(id).await {
        Ok(Some(act)) => act,
        Ok(None) => return Answer::Gone,
        Err(error) => return Answer::Journal(error),
    };
    if behind && !never_waits_for_a_code(&act.what) {
        return Answer::Behind;
    }
    if let ConfirmedWhat::Text(text) = &act.what
        && let Some(problem) = objection(text)
    {
        return Answer::Here(Verdict { id, outcome: Outcome::Refused { problem } });
    }
    let again = once && server.may_repeat(&act.what);
    if once && !again {
        // Before the call: were this process killed during it, the act must not be handed in again.
        match journal.mark_unknown(id).await {
            Ok(true) => {}
            Ok(false) => return Answer::Gone,
            Err(error) => return Answer::Journal(error),
        }
    }
    let answer = match &act.what {
        ConfirmedWhat::Text(text) => server.send_with(MessageId(as_id), text, &Kept { journal, id }).await,
        ConfirmedWhat::Act { act } => server.act_with(ActId(as_id), act, &Kept { journal, id }).await,
    };
    if again
        && let Err(error) = &answer
        && error.is_transient()
    {
        return Answer::Again(error.clone(), matches!(act.what, ConfirmedWhat::Act { act: Act::OptOut { .. } }));
    }
    Answer::Call(answer.map(|verdict| if verdict.id == as_id { Verdict { id, ..verdict } } else { verdict }))
}

/// True for what needs no code whoever does it, and may be done before what was confirmed earlier: stopping, and giving back.
fn never_waits_for_a_code(what: &ConfirmedWhat) -> bool {
    matches!(what, ConfirmedWhat::Act { act: Act::OptOut { .. } | Act::Release { .. } })
}

/// True for refusals that a server may have given without storing a verdict of this row (the id was another's, or the request
/// could not be read): no feed echoes them.
fn is_never_echoed(verdict: &Verdict) -> bool {
    let Outcome::Refused { problem } = &verdict.outcome else { return false };
    matches!(problem.code, Code::IdReused | Code::Invalid | Code::TooLarge | Code::Forbidden | Code::NotFound)
}

/// True when a server that cannot be asked twice has certainly not done it.
fn surely_not_done(error: &CallError) -> bool {
    match error {
        CallError::NotReached(_) => true,
        CallError::Refused(problem) => {
            matches!(problem.code, Code::RateLimited | Code::Unauthorized | Code::SecondFactorNeeded)
        }
        CallError::NoAnswer(_) | CallError::Strange(_) => false,
    }
}

/// How long the server, or a box on the way, asked to be left alone; ten minutes at most.
pub(crate) fn asked_to_wait(problem: &Problem, now: Timestamp) -> Duration {
    let until = problem.at.map(|at| at.duration_since(now)).unwrap_or_default();
    let asked = Duration::from_secs(problem.retry_after.unwrap_or_default().into());
    Duration::try_from(until).unwrap_or_default().max(asked).min(Duration::from_secs(600))
}

#[cfg(test)]
mod tests;
