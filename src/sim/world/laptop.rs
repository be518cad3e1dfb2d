//! A texter's laptop: the real journal in a directory of its own, the real outbox taken step by step, and what its console
//! remembers.

mod copied;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::house::{House, copy_database};
use super::line::{Door, Fault, Limbo, Line};
use super::plan::Tear;
use super::{WorldError, beside};
use crate::api::act::Act;
use crate::api::assignment::ContactSummary;
use crate::api::event::EventKind;
use crate::api::message::{Outcome, SendRequest, Shown, Verdict};
use crate::api::problem::Code;
use crate::client::journal::{Journal, JournalError, State};
use crate::client::outbox::{Line as Seems, Report, Steps};
use crate::client::{CallError, CampaignServer as _};
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use crate::domain::ids::{ActId, CampaignId, ContactId, DeviceId, MessageId, PersonId};
use crate::domain::message::MessageKind;
use crate::env::{Clock as _, SharedClock, SharedIds, SimClock};
use crate::server::store::handles::secret_hash;
use crate::sim::history::{Deed, Fact, History, Press, Seen};

/// Somebody's sign-in.
#[derive(Debug, Clone)]
pub(super) struct SignIn {
    pub(super) name: String,
    pub(super) person: PersonId,
    pub(super) token: String,
}

/// See the module.
pub(super) struct Laptop {
    pub(super) sign_in: SignIn,
    /// What stories call it.
    pub(super) label: String,
    /// The machine, as the history knows it.
    pub(super) device: DeviceId,
    /// The machine that its program believes to be on: another one when its home was copied.
    named: DeviceId,
    pub(super) clock: Arc<SimClock>,
    pub(super) line: Arc<Line>,
    ids: SharedIds,
    history: Arc<History>,
    dir: PathBuf,
    life: u32,
    journal: Journal,
    steps: Steps,
    /// Length of the journal's log when the latest act was confirmed.
    safe_log: u64,
    /// What the console shows of contacts.
    memory: BTreeMap<ContactId, ContactSummary>,
    cursors: BTreeMap<CampaignId, u64>,
    /// Everything that was ever journaled here, and of it what is still there.
    ever: BTreeSet<Uuid>,
    there: BTreeSet<Uuid>,
    /// A claim that got no answer is asked for again.
    claim: Option<(Uuid, CampaignId)>,
    /// What was given back last: it may be taken back.
    gave_back: Option<(CampaignId, ActId)>,
    seems: Option<Seems>,
}

/// What a call comes to that brings none.
const NO_VERDICT: &str = "no verdict";

/// What a laptop is made of.
pub(super) struct Parts<'a> {
    pub(super) sign_in: SignIn,
    pub(super) label: String,
    pub(super) device: DeviceId,
    pub(super) dir: &'a Path,
    pub(super) start: Timestamp,
    pub(super) ids: SharedIds,
    pub(super) history: Arc<History>,
    pub(super) door: Door,
    pub(super) limbo: Limbo,
}

impl Laptop {
    pub(super) async fn open(parts: Parts<'_>) -> Result<Self, WorldError> {
        let device = parts.device;
        let laptop = Self::with_what_is_there(parts).await?;
        laptop.journal.set_device(device).await?;
        Ok(laptop)
    }

    /// On whatever its directory holds already.
    async fn with_what_is_there(parts: Parts<'_>) -> Result<Self, WorldError> {
        let clock = SimClock::at(parts.start);
        let shared: SharedClock = clock.clone();
        let line = Arc::new(Line {
            door: parts.door,
            limbo: parts.limbo,
            token: parts.sign_in.token.clone(),
            device: parts.device,
            clock: shared.clone(),
            history: parts.history.clone(),
            next: Mutex::new(Fault::None),
            link: Mutex::new(None),
        });
        let dir = parts.dir.join(format!("{}-0", parts.label));
        let (journal, _) = Journal::open(&dir, &shared, &parts.ids).await?;
        let steps = Steps::new(line.clone(), journal.clone(), shared, parts.ids.clone());
        Ok(Self {
            sign_in: parts.sign_in,
            label: parts.label,
            device: parts.device,
            named: parts.device,
            clock,
            line,
            ids: parts.ids,
            history: parts.history,
            dir: parts.dir.to_owned(),
            life: 0,
            journal,
            steps,
            safe_log: 0,
            memory: BTreeMap::new(),
            cursors: BTreeMap::new(),
            ever: BTreeSet::new(),
            there: BTreeSet::new(),
            claim: None,
            gave_back: None,
            seems: None,
        })
    }

    fn home(&self) -> PathBuf {
        self.dir.join(format!("{}-{}", self.label, self.life))
    }

    pub(super) fn remembered(&self, which: usize) -> Option<&ContactSummary> {
        (!self.memory.is_empty()).then(|| self.memory.values().nth(which % self.memory.len())).flatten()
    }

    /// Those that a console would offer for this: unsent for a first text, the others for a reply.
    pub(super) fn card(&self, which: usize, initial: bool) -> Option<&ContactSummary> {
        use crate::domain::conversation::Status;
        let fits: Vec<_> =
            self.memory.values().filter(|line| (line.status == Status::NeedsMessage) == initial).collect();
        // Now and then something that does not fit: a bug of a console must not get through either.
        if fits.is_empty() || which.is_multiple_of(16) {
            return self.remembered(which / 16);
        }
        fits.get((which / 16) % fits.len()).copied()
    }

    /// A key press on a card. Says what became of it.
    pub(super) async fn press(
        &mut self,
        to: &ContactSummary,
        initial: bool,
        body: String,
        at: Timestamp,
    ) -> Result<String, WorldError> {
        let (id, request) = self.pressed(to, initial, body, at);
        let at = request.shown.pressed_at;
        self.confirm(Confirmed { id, at, what: ConfirmedWhat::Text(request) }).await
    }

    /// The press itself: its fact, its id and what would be handed in.
    fn pressed(&self, to: &ContactSummary, initial: bool, body: String, at: Timestamp) -> (Uuid, SendRequest) {
        let kind = if initial { MessageKind::Initial } else { MessageKind::Reply };
        let id = self.ids.act_id(self.clock.now());
        let after_seq = if initial { 0 } else { to.foreign_seq };
        let pressed_at = self.clock.now();
        let dwell = SignedDuration::from_millis(400);
        let request = SendRequest {
            campaign: to.campaign,
            contact: to.id,
            kind,
            after_seq,
            epoch: to.epoch,
            script_version: 1,
            variant: None,
            source: None,
            off_script: false,
            shown: Shown {
                body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
                drawn_at: pressed_at.saturating_sub(dwell).unwrap_or(pressed_at),
                pressed_at,
                dwell_ms: 400,
                mono_ms: u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(0),
                device: self.named,
                link: None,
            },
            body,
        };
        self.history.add(Fact::Pressed(Press::of(&request, self.sign_in.person, self.device, id, at)));
        (id, request)
    }

    /// A press on a changed program: no journal, and the place of the text that was handed in last.
    pub(super) async fn forge(&mut self, to: &ContactSummary, body: String, at: Timestamp) -> Option<String> {
        use crate::domain::conversation::Status;
        let mut link = self.line.last_link()?;
        let (id, mut request) = self.pressed(to, to.status == Status::NeedsMessage, body, at);
        link.n += 1;
        link.prev.clone_from(&link.hash);
        request.shown.link = Some(link);
        Some(match self.line.send(MessageId(id), &request).await {
            Ok(verdict) => format!("{:?}", State::after(&verdict)),
            Err(error) => error.to_string(),
        })
    }

    /// Giving everything back; every other time that something was given back lately, taking that back.
    pub(super) fn gives_or_takes(&mut self, campaign: CampaignId, which: usize) -> Act {
        match self.gave_back.take_if(|_| which % 2 == 1) {
            Some((campaign, release)) => Act::TakeBack { campaign, release },
            None => Act::Release { campaign, unsent: true, conversations: true },
        }
    }

    /// A key press for something else.
    pub(super) async fn act(&mut self, act: Act, at: Timestamp) -> Result<String, WorldError> {
        let id = self.ids.act_id(self.clock.now());
        if let Act::Release { campaign, .. } = &act {
            self.gave_back = Some((*campaign, ActId(id)));
        }
        let deed = Deed { texter: self.sign_in.person, device: self.device, id, act: act.clone(), at };
        self.history.add(Fact::Acted(deed));
        self.confirm(Confirmed { id, at: self.clock.now(), what: ConfirmedWhat::Act { act } }).await
    }

    async fn confirm(&mut self, act: Confirmed) -> Result<String, WorldError> {
        let (id, device) = (act.id, self.device);
        match self.journal.confirm(&act).await {
            Ok(()) => {
                self.history.add(Fact::Journaled { device, id });
                self.ever.insert(id);
                self.there.insert(id);
                self.safe_log = self.log_length();
                Ok("it is in the journal".into())
            }
            Err(error) => {
                self.history.add(Fact::NotJournaled { device, id, why: error.to_string() });
                Ok(format!("the journal refuses it: {error}"))
            }
        }
    }

    fn log_length(&self) -> u64 {
        fs::metadata(beside(&self.home().join("journal.db"), "-wal")).map_or(0, |meta| meta.len())
    }

    /// Makes one of the calls that the outbox would make now.
    pub(super) async fn hand_in(
        &mut self,
        pick: usize,
        fault: Fault,
        nudge: bool,
    ) -> Result<Option<String>, WorldError> {
        if nudge {
            self.steps.try_now();
        }
        let ready = self.steps.take_off();
        if ready == 0 {
            return Ok(None);
        }
        self.line.fail(fault);
        let reports = self.steps.land(pick % ready).await;
        self.line.fail(Fault::None);
        self.look_for_freed().await?;
        Ok(Some(self.report(reports)))
    }

    /// Shows what the outbox says.
    fn report(&mut self, reports: Vec<Report>) -> String {
        let mut said = String::from(NO_VERDICT);
        for report in reports {
            match report {
                Report::Verdict(verdict) => {
                    said = self.show(&verdict);
                }
                Report::Unknown(id) => {
                    self.history.add(Fact::Shown { device: self.device, id, state: Seen::Unknown, code: None });
                }
                Report::Line(line) => self.seems = Some(line),
                Report::Progress { .. } | Report::HalfWay(_) => {}
            }
        }
        said
    }

    fn show(&self, verdict: &Verdict) -> String {
        let state = match State::after(verdict) {
            State::Accepted => Seen::Accepted,
            State::Parked => Seen::Parked,
            _ => Seen::Refused,
        };
        let code = match &verdict.outcome {
            Outcome::Refused { problem } => Some(problem.code),
            Outcome::Accepted { .. } => None,
        };
        self.history.add(Fact::Shown { device: self.device, id: verdict.id, state, code });
        format!("{state:?}{}", code.map(|code| format!(" ({})", code.as_str())).unwrap_or_default())
    }

    /// Reads on in the feed of each campaign, as far as `many` events go.
    pub(super) async fn feed(
        &mut self,
        house: &House,
        campaigns: &[CampaignId],
        many: u32,
    ) -> Result<Option<String>, WorldError> {
        let Some(actor) = house.store().session(secret_hash(&self.sign_in.token)).await? else {
            // No feed will echo: what is settled is read back, one a look.
            self.steps.echoes(false);
            self.steps.read_all_back().await;
            self.steps.read_back().await;
            self.look_for_freed().await?;
            return Ok(Some("the feed is refused: the sign-in was ended".into()));
        };
        self.steps.echoes(true);
        let mut seen = 0;
        for campaign in campaigns {
            let after = self.cursors.get(campaign).copied().unwrap_or(0);
            match house.store().events(&actor, *campaign, after, many).await? {
                Some(events) => {
                    for event in events {
                        seen += 1;
                        self.cursors.insert(*campaign, event.seq);
                        self.event(*campaign, event.seq, event.what).await?;
                    }
                }
                None => {
                    // The place is of another life of the database: the console starts anew.
                    self.cursors.insert(*campaign, 0);
                }
            }
        }
        self.look_for_freed().await?;
        Ok((seen > 0).then(|| format!("{seen} events of the feed")))
    }

    async fn event(&mut self, campaign: CampaignId, seq: u64, what: EventKind) -> Result<(), WorldError> {
        match what {
            EventKind::Settled { verdict } => {
                self.history.add(Fact::Echoed { device: self.device, id: verdict.id });
                // As the console: what the disk does not take of an echo is no reason to stop.
                let settled = self.journal.settle(&verdict).await;
                if settled.as_ref().is_ok_and(|first| *first) {
                    self.show(&verdict);
                }
                let echoed = self.journal.echoed(verdict.id).await;
                let mark = serde_json::Value::from(seq);
                let marked = self.journal.ui_set(&format!("feed.{campaign}"), &mark).await;
                match settled.map(drop).and(echoed).and(marked) {
                    Err(JournalError::DiskFull) => self.steps.missed(verdict.id).await,
                    done => done?,
                }
            }
            EventKind::Contact { contact } => drop(self.memory.insert(contact.id, contact)),
            EventKind::Gone { contact, .. } => drop(self.memory.remove(&contact)),
            _ => {}
        }
        Ok(())
    }

    /// Rows that are not in the journal any more.
    async fn look_for_freed(&mut self) -> Result<(), WorldError> {
        for id in self.there.clone() {
            if self.journal.load(id).await?.is_none() {
                self.there.remove(&id);
                self.history.add(Fact::Freed { device: self.device, id });
            }
        }
        Ok(())
    }

    /// Asks for a slice; a claim without an answer is asked for again under its id.
    pub(super) async fn claim(&mut self, campaign: CampaignId, fault: Fault) -> String {
        let (claim, campaign) = match self.claim {
            Some(open) => open,
            None => (self.ids.act_id(self.clock.now()), campaign),
        };
        self.line.fail(fault);
        let answer = self.line.claim(campaign, claim, 0).await;
        self.claim = match &answer {
            Err(error) if error.is_transient() => Some((claim, campaign)),
            _ => None,
        };
        match answer {
            Ok(grant) => {
                let said = format!("{} contacts", grant.contacts.len());
                for line in grant.contacts {
                    self.memory.insert(line.id, line);
                }
                said
            }
            Err(CallError::Refused(problem)) => problem.code.as_str().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Reads the slice anew.
    pub(super) async fn look(&mut self, campaigns: &[CampaignId]) {
        for campaign in campaigns {
            if let Ok(page) = self.line.assignment(*campaign, None).await {
                self.memory.retain(|_, line| line.campaign != *campaign);
                self.memory.extend(page.contacts.into_iter().map(|line| (line.id, line)));
            }
        }
    }

    pub(super) async fn presence(&self) {
        drop(self.line.presence().await);
    }

    /// The process dies with the machine: what its disk holds now is all there is.
    pub(super) async fn crash(&mut self, tear: Tear) -> Result<String, WorldError> {
        let from = self.home().join("journal.db");
        let log = self.log_length();
        self.life += 1;
        let home = self.home();
        fs::create_dir_all(&home)?;
        let to = home.join("journal.db");
        copy_database(&from, &to)?;
        if let Some(key) = from.parent().map(|dir| dir.join("key")).filter(|key| key.exists()) {
            fs::copy(key, home.join("key"))?;
        }
        let said = self.tear(tear, &beside(&to, "-wal"), log)?;
        let whom = self.label.clone();
        self.history.add(Fact::Crashed { whom: whom.clone() });
        let shared: SharedClock = self.clock.clone();
        let (journal, opened) = Journal::open(&home, &shared, &self.ids).await?;
        self.steps = Steps::new(self.line.clone(), journal.clone(), shared, self.ids.clone());
        // As the outbox does at its start.
        self.steps.read_all_back().await;
        self.journal = journal;
        self.history.add(Fact::Reopened { whom });
        self.memory.clear();
        self.claim = None;
        self.seems = None;
        self.safe_log = self.log_length();
        self.cursors.clear();
        self.there.clear();
        for id in self.ever.clone() {
            if self.journal.load(id).await?.is_some() {
                self.there.insert(id);
            }
        }
        let damage = opened.damaged.map(|damage| format!("; damaged: {}", damage.why)).unwrap_or_default();
        Ok(format!("{said}{damage}"))
    }

    fn tear(&self, tear: Tear, log: &Path, length: u64) -> Result<String, WorldError> {
        match tear {
            Tear::TailLost if length > self.safe_log && self.safe_log > 0 => {
                fs::OpenOptions::new().write(true).open(log)?.set_len(self.safe_log)?;
                Ok("what its disk took after the last confirm is gone".into())
            }
            Tear::HalfWritten if length > 0 => {
                let mut bytes = fs::read(log)?;
                let half = bytes.iter().rev().take(700).map(|byte| byte ^ 0x5a).collect::<Vec<_>>();
                bytes.extend(half);
                fs::write(log, bytes)?;
                Ok("the last write is half there".into())
            }
            _ => Ok("its disk is as it was".into()),
        }
    }

    /// Where the feed was last seen, as the journal keeps it.
    pub(super) async fn resume(&mut self, campaigns: &[CampaignId]) -> Result<(), WorldError> {
        for campaign in campaigns {
            if let Some(seen) = self.journal.ui_get(&format!("feed.{campaign}")).await? {
                self.cursors.insert(*campaign, seen.as_u64().unwrap_or(0));
            }
        }
        Ok(())
    }

    /// Fills the disk, or makes room.
    pub(super) async fn disk_full(&self, full: bool) -> Result<(), WorldError> {
        Ok(self.journal.may_grow(!full).await?)
    }

    /// Hands everything in that can be, with a good line.
    pub(super) async fn settle_down(&mut self) -> Result<usize, WorldError> {
        let (mut calls, mut in_vain) = (0, 0);
        // With a good line every call brings a verdict, but for a sign-in that was ended.
        while in_vain < 3 {
            match self.hand_in(0, Fault::None, true).await? {
                None => break,
                Some(said) if said == NO_VERDICT => in_vain += 1,
                Some(_) => calls += 1,
            }
        }
        // Nor does a wait hold that was for the disk.
        self.steps.try_now();
        while self.steps.read_back().await {}
        self.look_for_freed().await?;
        Ok(calls)
    }

    /// What is left in the journal at the end, and what its owner sees of it.
    pub(super) async fn at_rest(&self) -> Result<(), WorldError> {
        let device = self.device;
        let waiting: BTreeSet<Uuid> = self.journal.open_acts().await?.into_iter().map(|act| act.id).collect();
        for id in &self.there {
            self.history.add(Fact::Kept { device, id: *id });
            if waiting.contains(id) {
                let code = (self.seems == Some(Seems::SignedOut)).then_some(Code::Unauthorized);
                self.history.add(Fact::Shown { device, id: *id, state: Seen::Waiting, code });
            }
        }
        for id in self.journal.unknown() {
            self.history.add(Fact::Shown { device, id, state: Seen::Unknown, code: None });
        }
        Ok(())
    }
}
