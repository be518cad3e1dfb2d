//! The server's side: the real store on a file, the real router over it, and a carrier that answers when it is told to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::line::Door;
use super::plan::Reaction;
use super::tap::{Known, Tap};
use super::{WorldError, beside};
use crate::api::act::Act;
use crate::api::recall::CorrectionRequest;
use crate::db::{self, Options};
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::{ActId, CampaignId, MessageId};
use crate::domain::message::Delivery;
use crate::domain::phone::Phone;
use crate::domain::recall::{Recall, Recalled};
use crate::env::{Clock as _, SharedClock, SharedIds, SimClock};
use crate::mutation::{self, Mutation};
use crate::server::carrier::{Asked, Carrier, CarrierEvent, Found, Submission, Submitted};
use crate::server::jobs::Dispatcher;
use crate::server::store::change::Changed;
use crate::server::store::command::{Actor, Answer};
use crate::server::store::handles::{Admin, Captain, Desk, System, Webhook};
use crate::server::store::sql::{Location, SqlStore};
use crate::server::store::{SharedStore, StoreError};
use crate::server::{AppState, router};
use crate::sim::history::{Call, Fact, History, Told};

/// A call that the server waits for.
#[derive(Debug, Clone)]
struct Flying {
    attempt: Uuid,
    answer: Submitted,
}

/// The carrier's list of what it took. It is told the truth; its calls are made by the story ([`House::dispatch`]).
#[derive(Debug, Clone, Default)]
struct List(Arc<Mutex<BTreeSet<Uuid>>>);

impl List {
    fn taken(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Carrier for List {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn is_simulated(&self) -> bool {
        true
    }

    async fn submit(&self, _: &Submission) -> Submitted {
        Submitted::Unknown { reason: "calls are made step by step".into() }
    }

    fn list_is_authoritative(&self) -> bool {
        true
    }

    async fn look_up(&self, asked: &Asked) -> Found {
        if self.taken().contains(&asked.attempt) {
            Found::Present { carrier_id: format!("c-{}", asked.attempt) }
        } else {
            Found::Absent
        }
    }
}

/// See the module.
pub(super) struct House {
    dir: PathBuf,
    life: u32,
    pub(super) file: PathBuf,
    pub(super) clock: Arc<SimClock>,
    ids: SharedIds,
    history: Arc<History>,
    pub(super) door: Door,
    known: Known,
    list: List,
    running: Running,
    flying: Vec<Flying>,
    /// Texts that the carrier has: it may report on them.
    pub(super) carried: Vec<Uuid>,
    callbacks: u64,
    /// Its disk takes nothing.
    refuses: bool,
    /// Callbacks that got no answer: the carrier brings them again.
    unheard: Vec<CarrierEvent>,
}

struct Running {
    desk: Desk,
    dispatcher: Dispatcher,
}

impl House {
    pub(super) async fn open(
        dir: &Path,
        start: Timestamp,
        ids: SharedIds,
        history: Arc<History>,
    ) -> Result<Self, WorldError> {
        let clock = SimClock::at(start);
        let file = dir.join("server-0.db");
        let (door, known, list) = (Door::default(), Known::default(), List::default());
        let running = run(&file, &clock, &ids, &history, &door, &known, &list).await?;
        Ok(Self {
            dir: dir.to_owned(),
            life: 0,
            file,
            clock,
            ids,
            history,
            door,
            known,
            list,
            running,
            flying: Vec::new(),
            carried: Vec::new(),
            callbacks: 0,
            refuses: false,
            unheard: Vec::new(),
        })
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.running.desk
    }

    pub(super) fn store(&self) -> &SharedStore {
        &self.running.desk.store
    }

    /// The process dies: what is on the disk now is all there is. Calls under way were made; nobody records their answers.
    pub(super) async fn crash(&mut self) -> Result<(), WorldError> {
        self.life += 1;
        let next = self.dir.join(format!("server-{}.db", self.life));
        copy_database(&self.file, &next)?;
        self.door.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.flying.clear();
        self.file = next;
        self.history.add(Fact::Crashed { whom: "server".into() });
        self.clock.advance(Duration::from_secs(1));
        self.running =
            run(&self.file, &self.clock, &self.ids, &self.history, &self.door, &self.known, &self.list).await?;
        self.history.add(Fact::Reopened { whom: "server".into() });
        Ok(())
    }

    /// Takes jobs, each marked in a commit of its own kind before its call, and calls the carrier. Says what was called.
    pub(super) async fn dispatch(&mut self, many: u32, reactions: &[Reaction]) -> Result<Vec<String>, WorldError> {
        let Answer::Jobs(jobs) = System::claim_jobs(self.desk(), many).await? else {
            return Err(WorldError::Odd("jobs were asked for and something else came".into()));
        };
        let mut said = Vec::new();
        for (n, job) in jobs.into_iter().enumerate() {
            let reaction = reactions.get(n % reactions.len().max(1)).copied().unwrap_or(Reaction::Takes);
            said.push(format!("the carrier is called with {:?} to {}: {reaction:?}", job.body, job.to.as_str()));
            self.call(&job, reaction);
        }
        Ok(said)
    }

    fn call(&mut self, job: &Submission, reaction: Reaction) {
        let carrier_id = format!("c-{}", job.attempt);
        let (answer, told) = match reaction {
            Reaction::Takes => (Submitted::Accepted { carrier_id }, Told::Yes),
            Reaction::Refuses => (Submitted::Refused { code: "30006".into() }, Told::No),
            Reaction::Later => (Submitted::Later { reason: "busy".into() }, Told::Later),
            Reaction::TakesInSilence | Reaction::Silent => {
                (Submitted::Unknown { reason: "no answer".into() }, Told::Nothing)
            }
        };
        let took = matches!(reaction, Reaction::Takes | Reaction::TakesInSilence);
        let (to, body) = (job.to.as_str().to_owned(), job.body.clone());
        self.history.add(Fact::Called(Call { attempt: job.attempt, to, body, at: self.clock.now(), told, took }));
        if took {
            self.carried.push(job.attempt);
            self.list.taken().insert(job.attempt);
        }
        self.flying.push(Flying { attempt: job.attempt, answer });
    }

    /// One answer of the carrier comes back and is recorded.
    pub(super) async fn answer(&mut self, pick: usize) -> Result<Option<String>, WorldError> {
        if self.flying.is_empty() {
            return Ok(None);
        }
        let call = self.flying.remove(pick % self.flying.len());
        let said = format!("the carrier's answer comes back: {:?}", call.answer);
        System::record_attempt(self.desk(), call.attempt, call.answer).await?;
        Ok(Some(said))
    }

    /// The carrier reports on a text that it has.
    pub(super) async fn receipt(
        &mut self,
        pick: usize,
        failed: bool,
        twice: bool,
    ) -> Result<Option<String>, WorldError> {
        if self.carried.is_empty() {
            return Ok(None);
        }
        let attempt = self.carried[pick % self.carried.len()];
        let delivery = if failed { Delivery::Failed } else { Delivery::Delivered };
        let error = failed.then(|| "30005".to_owned());
        let key = self.key();
        for _ in 0..=usize::from(twice) {
            let event = CarrierEvent::Receipt { key: key.clone(), attempt, delivery, error: error.clone() };
            self.callback(event).await?;
        }
        Ok(Some(format!("the carrier reports {delivery:?}{}", if twice { ", twice" } else { "" })))
    }

    /// A voter writes.
    pub(super) async fn says(&mut self, from: &Phone, body: &str, twice: bool) -> Result<(), WorldError> {
        let (key, at) = (self.key(), self.clock.now());
        self.history.add(Fact::Wrote { from: from.as_str().to_owned(), body: body.to_owned(), at });
        for _ in 0..=usize::from(twice) {
            let event =
                CarrierEvent::Inbound { key: key.clone(), from: from.clone(), body: body.to_owned(), pictures: 0 };
            self.callback(event).await?;
        }
        Ok(())
    }

    fn key(&mut self) -> String {
        self.callbacks += 1;
        format!("callback-{}", self.callbacks)
    }

    async fn callback(&mut self, event: CarrierEvent) -> Result<(), WorldError> {
        match Webhook::of("simulated").event(self.desk(), event.clone()).await {
            Err(StoreError::Unavailable(_)) if self.refuses => self.unheard.push(event),
            answer => drop(answer?),
        }
        Ok(())
    }

    /// Lets the disk take nothing, or all again. What a transaction does to the first row of the audit, which every change
    /// has, ends it, as SQLite does when the disk fails.
    pub(super) async fn disk(&mut self, refuses: bool) -> Result<(), WorldError> {
        if mutation::on(Mutation::AnswerBeforeCommit) {
            // Its transaction is open for ever: nobody else gets at the file.
            return Ok(());
        }
        let mut conn = Options::file(&self.file).open().await?;
        let sql = if refuses {
            "CREATE TRIGGER IF NOT EXISTS disk_refuses BEFORE INSERT ON audit
             BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END"
        } else {
            "DROP TRIGGER IF EXISTS disk_refuses"
        };
        db::script(sql, &mut conn).await?;
        self.refuses = refuses;
        if !refuses {
            for event in std::mem::take(&mut self.unheard) {
                self.callback(event).await?;
            }
        }
        Ok(())
    }

    pub(super) fn refuses(&self) -> bool {
        self.refuses
    }

    /// Asks the carrier's list for what nobody knows.
    pub(super) async fn look_up(&self) -> Result<usize, WorldError> {
        Ok(self.running.dispatcher.look_up_unknown().await?)
    }

    pub(super) async fn housekeeping(&self) -> Result<(), WorldError> {
        Ok(self.running.dispatcher.housekeeping().await?)
    }

    /// An act of a captain, by their own handle.
    pub(super) async fn steer(&self, captain: &Actor, act: Act) -> Result<bool, WorldError> {
        let Some(captain) = Captain::of(captain.clone()) else { return Ok(false) };
        let id = ActId(self.ids.act_id(self.clock.now()));
        match captain.act(self.desk(), id, act).await {
            Ok(answer) => Ok(matches!(answer, Answer::Verdict(verdict) if verdict.is_accepted())),
            // The program does not know this act yet.
            Err(error) => {
                tracing::debug!(%error, "a captain's act came to nothing");
                Ok(false)
            }
        }
    }

    pub(super) async fn suppress(&self, captain: &Actor, phone: &Phone) -> Result<(), WorldError> {
        let Some(captain) = Captain::of(captain.clone()) else { return Ok(()) };
        captain.suppress(self.desk(), phone.clone(), "by_captain: a letter".into()).await?;
        Ok(())
    }

    /// Takes back what texts say of a place, in the recall's own commit alone: what waits for the carrier is left to the housekeeping.
    pub(super) async fn recall(&self, captain: &Actor, campaign: CampaignId, place: &str) -> Result<(), WorldError> {
        let Some(captain) = Captain::of(captain.clone()) else { return Ok(()) };
        let what = Recalled::Field { name: "place".into(), value: place.into() };
        captain.recall(self.desk(), campaign, what, String::new()).await?;
        Ok(())
    }

    /// What is recalled in a campaign now.
    pub(super) async fn recalls(&self, captain: &Actor, campaign: CampaignId) -> Result<Vec<Recall>, WorldError> {
        let all = self.store().recalls(captain, campaign).await?.unwrap_or_default();
        Ok(all.into_iter().filter(|one| one.lifted_at.is_none()).map(|one| one.recall).collect())
    }

    pub(super) async fn lift(&self, captain: &Actor, campaign: CampaignId, recall: i64) -> Result<(), WorldError> {
        let Some(captain) = Captain::of(captain.clone()) else { return Ok(()) };
        // Refused while something from before it waits: as the route does it, that is taken back first. What is under way may refuse it
        // even then.
        if let Answer::Refused(_) = captain.lift_recall(self.desk(), campaign, recall).await? {
            System::clear_recalls(self.desk()).await?;
            captain.lift_recall(self.desk(), campaign, recall).await?;
        }
        Ok(())
    }

    /// Makes a campaign of those who got what was recalled; says which, unless it was refused.
    pub(super) async fn correct(
        &self,
        admin: &Actor,
        of: CampaignId,
        (id, def): (Uuid, CampaignDef),
        recall: &Recall,
    ) -> Result<Option<CampaignId>, WorldError> {
        let Some(by) = Admin::of(admin.clone()) else { return Ok(None) };
        let request = CorrectionRequest { campaign: of, recall: recall.id, def, paused: false };
        let mut answer = by.correction(self.desk(), id, request).await?;
        loop {
            let Answer::Changed(Changed::FollowUp(made)) = answer else { return Ok(None) };
            let part = self.store().follow_up(admin, id).await?.and_then(|standing| standing.part);
            let Some(part) = part else {
                self.history.add(Fact::Corrected { of, recall: recall.id, campaign: made.campaign });
                return Ok(Some(made.campaign));
            };
            answer = by.follow_up_part(self.desk(), of, id, part).await?;
        }
    }

    /// Texts that wait for a captain.
    pub(super) async fn held(&self) -> Result<Vec<MessageId>, WorldError> {
        Ok(super::database::held(&self.file).await?.into_iter().map(MessageId).collect())
    }

    /// Calls whose answer the server waits for.
    pub(super) fn waits(&self) -> usize {
        self.flying.len()
    }

    pub(super) fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }
}

async fn run(
    file: &Path,
    clock: &Arc<SimClock>,
    ids: &SharedIds,
    history: &Arc<History>,
    door: &Door,
    known: &Known,
    list: &List,
) -> Result<Running, WorldError> {
    let shared: SharedClock = clock.clone();
    let store = SqlStore::open(Location::File(file.to_owned()), shared.clone(), ids.clone()).await?;
    let tap = Tap::beside(Arc::new(store), file, history.clone(), known.clone()).await?;
    let state = AppState::new(tap, shared, ids.clone(), true);
    let desk = state.desk.clone();
    let dispatcher = Dispatcher::new(desk.clone(), Arc::new(list.clone()));
    *door.lock().unwrap_or_else(PoisonError::into_inner) = Some(router(state));
    Ok(Running { desk, dispatcher })
}

/// Copies a database as a crash leaves it: the file and its log, without the index of the log.
pub(super) fn copy_database(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::copy(from, to)?;
    let log = beside(from, "-wal");
    if log.exists() {
        fs::copy(log, beside(to, "-wal"))?;
    }
    Ok(())
}
