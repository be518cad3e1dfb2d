//! The dispatcher: takes accepted texts to the carrier, and does the store's regular housekeeping.
//!
//! Each call is committed before it is made and recorded after it. Whatever is neither a definite yes nor a definite
//! no is `unknown`, and never made again by itself.

mod look_up;
mod trouble;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use self::trouble::{Errand, News, Trouble};
use super::carrier::{Carrier, Pace, Submission, Submitted};
use super::metrics;
use super::store::{
    StoreError,
    command::Answer,
    handles::{Desk, System},
};
use crate::env::SystemClock;

/// Carrier calls under way at once: also the most that a crash can leave unknown.
pub const IN_FLIGHT: usize = 20;

/// While there is more to do than calls under way, no claim is made for fewer: a commit for each text would cost all others.
const WORTH_A_CLAIM: usize = IN_FLIGHT / 2;

/// Where processes share the database, a claim that leaves something behind is followed by no other sooner: each is a commit for which
/// everybody's texts wait. A carrier takes about so long for a call, so its answers make no more room than this for so many at once.
const CLAIMS_APART: Duration = Duration::from_millis(100);

/// How old a claim may be when its call begins, where other processes share the database: in so long nobody counts it as lost,
/// and hardly anybody opts out.
const FRESH: Duration = Duration::from_secs(3);

/// A call still open after so many of its time-outs is lost: its record failed.
const LOST_AFTER: u32 = 4;

/// How often it is asked whether old words are to be removed.
const REMOVES_EVERY: Duration = Duration::from_secs(60);

/// How long others have the database for themselves between two parts of a removal.
const BETWEEN_PARTS: Duration = Duration::from_millis(20);

/// How often postponed jobs, leases and old attempts are looked at when nothing else happens.
const TICK: Duration = Duration::from_secs(1);

/// Takes texts from one store to one carrier.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    desk: Desk,
    carrier: Arc<dyn Carrier>,
    pace: Pace,
    started: Timestamp,
    calls: Arc<Mutex<look_up::Calls>>,
}

impl Dispatcher {
    /// A dispatcher that starts now: attempts begun before are somebody else's and lost.
    #[must_use]
    pub fn new(desk: Desk, carrier: Arc<dyn Carrier>) -> Self {
        let started = desk.clock.now();
        let pace = carrier.pace();
        let calls = Arc::new(Mutex::new(look_up::Calls::new(desk.clock.monotonic())));
        Self { desk, carrier, pace, started, calls }
    }

    /// Runs until `cancel`; calls under way are then waited for and recorded.
    pub async fn run(&self, cancel: CancellationToken) {
        let mut wake = self.desk.store.wake();
        let mut calls = FuturesUnordered::new();
        // Slow lists do not hold up the calls.
        let mut looking_up = FuturesUnordered::new();
        // Nor do the many texts that a recall may reach.
        let mut taking_back = FuturesUnordered::new();
        // Nor does the removal of old words.
        let mut removing = FuturesUnordered::new();
        let mut removed_at: Option<Duration> = None;
        let mut kept_at: Option<Duration> = None;
        let mut look = true;
        // What is spared is this machine's, whatever time it is for the campaign.
        let machine = SystemClock::shared();
        // The last claim, and whether it left something behind.
        let mut claimed: Option<Duration> = None;
        let mut more = false;
        let mut trouble = Trouble::default();
        while !cancel.is_cancelled() {
            let monotonic = self.desk.clock.monotonic();
            if kept_at.is_none_or(|at| monotonic.saturating_sub(at) >= self.pace.housekeeping) {
                kept_at = Some(monotonic);
                self.note(&mut trouble, Errand::Housekeeping, &self.upkeep().await);
                if taking_back.is_empty() {
                    taking_back.push(System::clear_recalls(&self.desk));
                }
                let is_time = removed_at.is_none_or(|at| monotonic.saturating_sub(at) >= REMOVES_EVERY);
                if removing.is_empty() && is_time {
                    removed_at = Some(monotonic);
                    removing.push(self.remove());
                }
                if looking_up.is_empty() {
                    let ready = self.to_look_up().await;
                    if ready.is_err() {
                        self.note(&mut trouble, Errand::LookUp, &ready);
                    }
                    looking_up.extend(ready.ok().map(|ready| self.look_up(ready)));
                }
            }
            let room = IN_FLIGHT.saturating_sub(calls.len());
            let apart = if more && self.desk.store.is_shared() { CLAIMS_APART } else { Duration::ZERO };
            let rest =
                claimed.map_or(Duration::ZERO, |at| apart.saturating_sub(machine.monotonic().saturating_sub(at)));
            let is_worth_it = look && room >= if more { WORTH_A_CLAIM } else { 1 };
            if is_worth_it && rest.is_zero() && trouble.may_claim(monotonic) {
                claimed = Some(machine.monotonic());
                // Seen before the look: what is committed during it wakes us again.
                wake.mark_unchanged();
                let claimed_at = self.both_clocks();
                let jobs = self.claim(room).await;
                self.note(&mut trouble, Errand::Claim, &jobs);
                let jobs = jobs.unwrap_or_default();
                more = jobs.len() >= room;
                look = !jobs.is_empty();
                calls.extend(jobs.into_iter().map(|job| self.call(job, claimed_at)));
            }
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                Some(done) = calls.next() => {
                    look = true;
                    self.note(&mut trouble, Errand::Record, &done);
                    // Answers that were recorded together make room together, for one claim.
                    while let Some(Some(done)) = calls.next().now_or_never() {
                        self.note(&mut trouble, Errand::Record, &done);
                    }
                }
                Some(done) = taking_back.next() => self.note(&mut trouble, Errand::TakeBack, &done),
                Some(done) = removing.next() => self.note(&mut trouble, Errand::Remove, &done),
                Some(done) = looking_up.next() => self.note(&mut trouble, Errand::LookUp, &done),
                changed = wake.changed() => {
                    look = true;
                    if changed.is_err() {
                        break;
                    }
                }
                () = machine.sleep(rest), if is_worth_it && !rest.is_zero() => {}
                () = self.desk.clock.sleep(TICK) => look = true,
            }
        }
        while let Some(done) = calls.next().await {
            self.note(&mut trouble, Errand::Record, &done);
        }
    }

    /// Makes the calls that can be made now, and waits for them; says how many they were.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot say what to do, or cannot record what was done.
    pub async fn drain_once(&self) -> Result<usize, StoreError> {
        let claimed_at = self.both_clocks();
        let jobs = self.claim(IN_FLIGHT).await?;
        let many = jobs.len();
        let mut calls: FuturesUnordered<_> = jobs.into_iter().map(|job| self.call(job, claimed_at)).collect();
        let mut result = Ok(many);
        while let Some(done) = calls.next().await {
            if let Err(error) = done {
                result = Err(error);
            }
        }
        result
    }

    /// Makes calls until there is nothing to call for; says how many they were.
    ///
    /// # Errors
    /// As [`Self::drain_once`].
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut all = 0;
        loop {
            match self.drain_once().await? {
                0 => return Ok(all),
                many => all += many,
            }
        }
    }

    /// What [`Self::run`] keeps in order, at once and to the end: leases, anchors, attempts that nobody came back to, what a recall left
    /// half done, and words that are older than was set.
    ///
    /// # Errors
    /// [`StoreError`] of what failed first; the rest was done, and the next time will do it.
    pub async fn housekeeping(&self) -> Result<(), StoreError> {
        let kept = self.upkeep().await;
        let cleared = System::clear_recalls(&self.desk).await;
        System::purge(&self.desk).await.and(cleared).and(kept)
    }

    /// Leases that ran out, the ledger's anchor, attempts whose outcome nobody will tell. Each is done whatever becomes of the others.
    async fn upkeep(&self) -> Result<(), StoreError> {
        let leases = System::expire_leases(&self.desk).await;
        let anchored = System::anchor(&self.desk).await;
        // Our own calls end at their time-out: one that is still open long after was never recorded. Those begun before
        // this process are lost too, unless they may be another one's that lives.
        let lost = self.desk.clock.now().saturating_sub(self.pace.call * LOST_AFTER).unwrap_or(Timestamp::MIN);
        let lost = if self.desk.store.is_shared() { lost } else { self.started.max(lost) };
        let swept = System::sweep_attempts(&self.desk, lost, self.pace.hold_after).await;
        leases.and(anchored).and(swept).map(drop)
    }

    /// Words that are older than was set, and copies of whoever was erased, a part at a time: whoever texts comes between.
    async fn remove(&self) -> Result<(), StoreError> {
        let machine = SystemClock::shared();
        while System::purge_part(&self.desk).await? {
            machine.sleep(BETWEEN_PARTS).await;
        }
        Ok(())
    }

    async fn claim(&self, many: usize) -> Result<Vec<Submission>, StoreError> {
        match System::claim_jobs(&self.desk, u32::try_from(many).unwrap_or(u32::MAX)).await? {
            Answer::Jobs(jobs) => Ok(jobs),
            other => Err(StoreError::Corrupt(format!("a claim of jobs was answered with {other:?}"))),
        }
    }

    fn both_clocks(&self) -> (Duration, Timestamp) {
        (self.desk.clock.monotonic(), self.desk.clock.now())
    }

    /// True when much time went by on either clock: a machine that sleeps may stop the one, and somebody may set the other.
    fn stood_still(&self, (monotonic, wall): (Duration, Timestamp)) -> bool {
        let wall = self.desk.clock.now().duration_since(wall).unsigned_abs();
        self.desk.clock.monotonic().saturating_sub(monotonic).max(wall) > FRESH
    }

    /// One call and its record. No call begins when the time of its text is over. A process that stood still since the claim makes no call any more: others have counted it as
    /// lost by now, or are about to, and a captain may have decided to send the text again.
    async fn call(&self, job: Submission, claimed_at: (Duration, Timestamp)) -> Result<(), StoreError> {
        if self.desk.store.is_shared() && self.stood_still(claimed_at) {
            let answer = Submitted::Later { reason: "never called: this server stood still".into() };
            return System::record_attempt(&self.desk, job.attempt, answer).await.map(drop);
        }
        if job.expires_at <= self.desk.clock.now() {
            // The claim waited for others who wrote, or the machine slept: the next look brings it back to its texter.
            let answer = Submitted::Later { reason: "never called: its time was over".into() };
            return System::record_attempt(&self.desk, job.attempt, answer).await.map(drop);
        }
        self.note_call(job.attempt);
        let begun = self.desk.clock.monotonic();
        let answer = tokio::select! {
            biased;
            answer = self.carrier.submit(&job) => answer,
            () = self.desk.clock.sleep(self.pace.call) => Submitted::Unknown { reason: "no answer in time".into() },
        };
        metrics::call(&answer, self.desk.clock.monotonic().saturating_sub(begun));
        System::record_attempt(&self.desk, job.attempt, answer).await?;
        Ok(())
    }

    fn note<T>(&self, trouble: &mut Trouble, errand: Errand, result: &Result<T, StoreError>) {
        let carrier = self.carrier.name();
        match (trouble.note(errand, result.as_ref(), self.desk.clock.monotonic()), result) {
            (News::Fails, Err(error)) => {
                tracing::error!(%error, carrier, ?errand, "the dispatcher gets no answer from the store; it tries again");
            }
            (News::WorksAgain(failures), _) => {
                tracing::info!(failures, carrier, ?errand, "the dispatcher gets answers from the store again");
            }
            (_, Err(error)) => tracing::debug!(%error, carrier, ?errand, "still no answer from the store"),
            (News::None | News::Fails, Ok(_)) => {}
        }
    }
}
