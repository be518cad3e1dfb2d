//! A whole small campaign in one thread, from a seed: laptops with their real journals and outboxes, the real server on a file, a
//! carrier, voters and captains, and everything that can go wrong between them.
//!
//! The story is data ([`plan::Plan`]); each action is awaited before the next one begins, clocks and ids are simulated, so the same
//! plan gives the same facts. At the end everything is brought to rest and [`crate::sim::check::judge`] reads the history.

mod audit;
mod cast;
pub mod database;
mod house;
mod laptop;
pub mod line;
pub mod plan;
mod recalls;
mod rest;
pub mod shrink;
mod steering;
pub mod strange;
mod tap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use self::cast::{import, join, phone};
use self::house::House;
use self::laptop::{Laptop, Parts, SignIn};
use self::line::{Fault, Limbo};
use self::plan::{Action, CAMPAIGNS, LAPTOPS, Other, Plan};
use self::recalls::words;
use super::check::{Broken, judge};
use super::history::{Fact, History, Seen};
use crate::api::act::Act;
use crate::api::people::Role;
use crate::client::journal::JournalError;
use crate::db;
use crate::domain::ids::{CampaignId, DeviceId};
use crate::env::{Clock as _, SeededIds, SharedIds};
use crate::server::store::StoreError;
use crate::server::store::command::Actor;

/// Why a story could not be told to its end. Not a broken promise: a fault of the machine or of the simulator.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A file.
    #[error("the simulator's files: {0}")]
    Io(#[from] std::io::Error),
    /// The server's store.
    #[error("the server's store: {0}")]
    Store(#[from] StoreError),
    /// The second look into the server's database.
    #[error("the server's database: {0}")]
    Database(#[from] db::Error),
    /// Its rows.
    #[error(transparent)]
    Read(#[from] database::ReadError),
    /// A laptop's journal.
    #[error("a laptop's journal: {0}")]
    Journal(#[from] JournalError),
    /// Something else.
    #[error("{0}")]
    Odd(String),
}

/// How a story went.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What happened, on every side.
    pub facts: Vec<Fact>,
    /// Promises that did not hold.
    pub broken: Vec<Broken>,
    /// The story in words, a line an action.
    pub story: Vec<String>,
    /// How often what happened.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Tells a story in a directory of its own below `dir`, in a runtime of its own.
///
/// # Errors
/// [`WorldError`]
pub fn run(dir: &Path, plan: &Plan) -> Result<Outcome, WorldError> {
    let home = dir.join(format!("story-{}", plan.seed));
    if home.exists() {
        std::fs::remove_dir_all(&home)?;
    }
    std::fs::create_dir_all(&home)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(tell(&home, plan));
    drop(runtime);
    std::fs::remove_dir_all(&home)?;
    outcome
}

async fn tell(home: &Path, plan: &Plan) -> Result<Outcome, WorldError> {
    let mut world = World::new(home, plan).await?;
    for action in &plan.actions {
        world.take(action).await?;
    }
    world.rest().await?;
    world.history_with_rows().await
}

/// `journal.db` and `-wal` is `journal.db-wal`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

struct World {
    home: PathBuf,
    history: Arc<History>,
    house: House,
    captain: Actor,
    other_captain: Actor,
    admin: Actor,
    campaigns: Vec<CampaignId>,
    laptops: Vec<Laptop>,
    limbo: Limbo,
    copied: bool,
    seed: u64,
    texts: u32,
    story: Vec<String>,
    counts: BTreeMap<&'static str, u64>,
}

impl World {
    async fn new(home: &Path, plan: &Plan) -> Result<Self, WorldError> {
        let history = Arc::new(History::default());
        let ids = SeededIds::shared(plan.seed);
        let house = House::open(home, plan.start, ids, history.clone()).await?;
        let admin = join(&house, "Ada", Role::Admin).await?.1;
        let captain = join(&house, "Cap", Role::Captain).await?.1;
        let other_captain = join(&house, "Cab", Role::Captain).await?.1;
        let mut campaigns = Vec::new();
        for number in 0..CAMPAIGNS {
            campaigns.push(import(&house, &admin, number).await?);
        }
        let mut world = Self {
            home: home.to_owned(),
            history,
            house,
            captain,
            other_captain,
            admin,
            campaigns,
            laptops: Vec::new(),
            limbo: Limbo::default(),
            copied: false,
            seed: plan.seed,
            texts: 0,
            story: Vec::new(),
            counts: BTreeMap::new(),
        };
        for name in ["Ann", "Ben"] {
            world.join(name).await?;
        }
        // The second device of the first texter: the same sign-in on another machine.
        let second = world.laptops[0].sign_in.clone();
        world.laptop(second, "Ann's-desktop".into()).await?;
        debug_assert_eq!(world.laptops.len(), LAPTOPS, "as the plan counts them");
        Ok(world)
    }

    async fn join(&mut self, name: &str) -> Result<(), WorldError> {
        let (token, actor) = join(&self.house, name, Role::Texter).await?;
        self.laptop(SignIn { name: name.into(), person: actor.person, token }, name.into()).await
    }

    async fn laptop(&mut self, sign_in: SignIn, label: String) -> Result<(), WorldError> {
        let (device, ids) = self.machine();
        let parts = Parts {
            sign_in,
            label,
            device,
            dir: &self.home,
            start: self.house.clock.now(),
            ids,
            history: self.history.clone(),
            door: self.house.door.clone(),
            limbo: self.limbo.clone(),
        };
        self.laptops.push(Laptop::open(parts).await?);
        Ok(())
    }

    /// A new machine: what the history calls it, and where its program's ids come from.
    fn machine(&self) -> (DeviceId, SharedIds) {
        let number = u64::try_from(self.laptops.len()).unwrap_or(0);
        let ids: SharedIds = SeededIds::shared(self.seed.wrapping_mul(31).wrapping_add(1_000 + number));
        (DeviceId(ids.act_id(self.house.clock.now())), ids)
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn tell(&mut self, what: &'static str, words: String) {
        self.count(what);
        let at = self.house.clock.now();
        self.story.push(format!("{at}  {words}"));
    }

    async fn take(&mut self, action: &Action) -> Result<(), WorldError> {
        match self.try_take(action).await {
            Err(WorldError::Store(StoreError::Unavailable(why))) if self.house.refuses() => {
                self.tell("changes that the disk refused", format!("the server's disk refuses {action:?}: {why}"));
                Ok(())
            }
            // A store that is made to break its promise answers what it then does not hold: an invite that nobody can join by.
            Err(WorldError::Odd(why)) if self.house.refuses() => {
                self.tell("changes that the disk refused", format!("the server's disk refuses {action:?}: {why}"));
                Ok(())
            }
            done => done,
        }
    }

    async fn try_take(&mut self, action: &Action) -> Result<(), WorldError> {
        match action {
            Action::Claim { who, .. }
            | Action::Press { who, .. }
            | Action::Act { who, .. }
            | Action::Forge { who, .. }
            | Action::HandIn { who, .. }
            | Action::Feed { who, .. }
            | Action::Look { who }
            | Action::Presence { who }
            | Action::LaptopCrash { who, .. }
            | Action::LaptopJump { who, .. }
            | Action::DiskFull { who, .. } => self.texter(who % self.laptops.len(), action).await,
            Action::Copy { who } => self.copy(who % self.laptops.len()).await,
            Action::Revoke { who } => self.revoke(who % self.laptops.len()).await,
            Action::Captain { what, which } => self.steer(*what, *which).await,
            Action::Overtaken { who, campaign } => self.overtaken(who % self.laptops.len(), *campaign).await,
            Action::TwoCaptains { which } => self.two_captains(*which).await,
            _ => self.outside(action).await,
        }
    }

    /// What happens on one laptop.
    async fn texter(&mut self, who: usize, action: &Action) -> Result<(), WorldError> {
        let at = self.house.clock.now();
        let laptop = &mut self.laptops[who];
        let name = laptop.label.clone();
        match action {
            Action::Claim { campaign, fault, .. } => {
                // Once there is a correction it is worked on too.
                let turn = if self.campaigns.len() > CAMPAIGNS { self.story.len() } else { 0 };
                let campaign = self.campaigns[(campaign + turn) % self.campaigns.len()];
                let said = laptop.claim(campaign, *fault).await;
                self.fault(*fault);
                self.tell("claims", format!("{name} asks for a slice of campaign {campaign}: {said}"));
            }
            Action::Press { which, initial, crash, .. } => {
                let Some(to) = laptop.card(*which, *initial).cloned() else { return Ok(()) };
                self.texts += 1;
                let body = words(self.texts);
                let kind = if *initial { "first text" } else { "reply" };
                let words = format!("{name} presses on the {kind} {body:?} to {} ({})", to.first_name, to.id);
                let said = laptop.press(&to, *initial, body, at).await?;
                self.tell("presses", format!("{words}: {said}"));
                if *crash {
                    self.crash(who, plan::Tear::None).await?;
                }
            }
            Action::Act { which, what, .. } => {
                let Some(to) = laptop.remembered(*which).cloned() else { return Ok(()) };
                let contact = to.id;
                let act = match what {
                    Other::OptOut => Act::OptOut { contact, notice: true, grace: false },
                    Other::NotOptOut => Act::NotOptOut { contact, after_seq: to.foreign_seq },
                    Other::Close => Act::Close { contact },
                    Other::Reopen => Act::Reopen { contact },
                    Other::WrongNumber => Act::WrongNumber { contact },
                    Other::Release => laptop.gives_or_takes(to.campaign, *which),
                };
                let said = laptop.act(act, at).await?;
                self.tell("acts", format!("{name} confirms {what:?} on {} ({contact}): {said}", to.first_name));
            }
            Action::Forge { which, .. } => {
                let Some(to) = laptop.remembered(*which).cloned() else { return Ok(()) };
                self.texts += 1;
                if let Some(said) = laptop.forge(&to, words(self.texts), at).await {
                    let words =
                        format!("{name}'s changed program hands in \"Text {}\" to {}", self.texts, to.first_name);
                    self.tell("forged places", format!("{words} in another text's place: {said}"));
                }
            }
            Action::HandIn { pick, fault, nudge, .. } => {
                if let Some(said) = laptop.hand_in(*pick, *fault, *nudge).await? {
                    self.fault(*fault);
                    self.tell("calls", format!("{name}'s outbox hands something in, {}: {said}", fault.words()));
                }
            }
            Action::Feed { many, .. } => {
                if let Some(said) = laptop.feed(&self.house, &self.campaigns, *many).await? {
                    self.tell("feeds", format!("{name}'s laptop reads {said}"));
                }
            }
            Action::Look { .. } => {
                laptop.look(&self.campaigns).await;
                self.tell("looks", format!("{name} reads the slice anew"));
            }
            Action::Presence { .. } => {
                laptop.presence().await;
                self.tell("heartbeats", format!("{name}'s laptop says that it is there"));
            }
            Action::LaptopCrash { tear, .. } => self.crash(who, *tear).await?,
            Action::LaptopJump { seconds, .. } => {
                let to = laptop.clock.now().saturating_add(SignedDuration::from_secs(*seconds));
                laptop.clock.jump_to(to.unwrap_or(at));
                self.history.add(Fact::Jumped { whom: name.clone(), seconds: *seconds });
                self.tell("laptop clock jumps", format!("{name}'s clock jumps by {seconds} s"));
            }
            Action::DiskFull { full, .. } => {
                laptop.disk_full(*full).await?;
                let said = if *full { "is full" } else { "has room again" };
                self.tell("full disks", format!("{name}'s disk {said}"));
            }
            _ => {}
        }
        Ok(())
    }

    fn fault(&mut self, fault: Fault) {
        if fault != Fault::None {
            self.count(fault.words());
        }
    }

    async fn crash(&mut self, who: usize, tear: plan::Tear) -> Result<(), WorldError> {
        let laptop = &mut self.laptops[who];
        let name = laptop.label.clone();
        let said = laptop.crash(tear).await?;
        laptop.resume(&self.campaigns).await?;
        laptop.look(&self.campaigns).await;
        self.tell("laptop crashes", format!("{name}'s laptop dies and comes up again; {said}"));
        Ok(())
    }

    /// A laptop's home directory is copied to another machine. One copy a story is enough to meet its original.
    async fn copy(&mut self, who: usize) -> Result<(), WorldError> {
        if self.copied {
            return Ok(());
        }
        self.copied = true;
        let (device, ids) = self.machine();
        let original = &self.laptops[who];
        let label = format!("{}-copied", original.label);
        let mut copy = original.copied(label, device, ids).await?;
        copy.resume(&self.campaigns).await?;
        copy.look(&self.campaigns).await;
        let words = format!("{}'s home directory is copied to another laptop; both are used", original.label);
        // Beside its original, so that the same dice reach both.
        self.laptops.insert(who + 1, copy);
        self.tell("laptops copied", words);
        Ok(())
    }

    /// What happens on the server, at the carrier, at the voters' and to time.
    async fn outside(&mut self, action: &Action) -> Result<(), WorldError> {
        match action {
            Action::Join if self.laptops.len() < LAPTOPS + 2 => {
                let name = if self.laptops.len() == LAPTOPS { "Cleo" } else { "Dan" };
                self.join(name).await?;
                self.tell("joins", format!("{name} joins"));
            }
            Action::Dispatch { many, reactions } => {
                for said in self.house.dispatch(*many, reactions).await? {
                    self.tell("carrier calls", said);
                }
            }
            Action::Answer { pick } => {
                if let Some(said) = self.house.answer(*pick).await? {
                    self.tell("carrier answers", said);
                }
            }
            Action::Receipt { pick, failed, twice } => {
                if let Some(said) = self.house.receipt(*pick, *failed, *twice).await? {
                    self.tell("receipts", said);
                }
            }
            Action::Housekeeping => {
                self.house.housekeeping().await?;
                self.tell("housekeeping", "the server looks at leases and old attempts".into());
            }
            Action::LookUp => {
                let many = self.house.look_up().await?;
                if many > 0 {
                    self.tell("look-ups", format!("{many} texts are looked up in the carrier's list"));
                }
            }
            Action::ServerDisk { refuses } => {
                self.house.disk(*refuses).await?;
                let said = if *refuses { "takes nothing any more" } else { "takes everything again" };
                self.tell("server's disks", format!("the server's disk {said}"));
            }
            Action::ServerCrash => {
                line::cut_halves(&self.limbo);
                self.house.crash().await?;
                self.tell("server crashes", "the server dies and comes up again".into());
            }
            Action::ServerJump { seconds } => {
                let to = self.house.clock.now().saturating_add(SignedDuration::from_secs(*seconds));
                self.house.clock.jump_to(to.unwrap_or(self.house.clock.now()));
                self.history.add(Fact::Jumped { whom: "server".into(), seconds: *seconds });
                self.tell("server clock jumps", format!("the server's clock jumps by {seconds} s"));
            }
            Action::Arrive { pick } => {
                if let Some(said) = line::arrive(&self.house.door, &self.limbo, *pick).await {
                    self.tell("late arrivals", said);
                }
            }
            Action::Says { number, what, twice } => {
                let from = phone(*number)?;
                self.house.says(&from, what.text(), *twice).await?;
                let twice = if *twice { ", and the callback comes twice" } else { "" };
                self.tell("voters' texts", format!("Voter{number} writes {:?}{twice}", what.text()));
            }
            Action::Pass { seconds } => {
                self.pass(*seconds);
                self.tell("time passes", format!("{seconds} s pass"));
                // The dispatcher looks at leases and old attempts twice a minute.
                if *seconds >= 60 {
                    self.house.housekeeping().await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn pass(&self, seconds: u64) {
        let by = Duration::from_secs(seconds);
        line::wait(&self.limbo, by);
        self.house.clock.advance(by);
        for laptop in &self.laptops {
            laptop.clock.advance(by);
        }
    }

    async fn history_with_rows(mut self) -> Result<Outcome, WorldError> {
        let mut facts = self.history.facts();
        for fact in &facts {
            match fact {
                Fact::Shown { code: Some(code), .. } => self.count(code.as_str()),
                Fact::Shown { state: Seen::Accepted, .. } => self.count("accepted"),
                Fact::Decided { .. } => self.count("held texts decided"),
                _ => {}
            }
        }
        facts.extend(database::rows(&self.house.file).await?);
        facts.push(audit::of_the_ledger(self.house.store(), &self.admin).await?);
        let broken = judge(&facts);
        Ok(Outcome { facts, broken, story: self.story, counts: self.counts })
    }
}
