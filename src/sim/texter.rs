//! A texter made of code. It speaks the contract like a console does: slices, one text a press, replies first.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::history::{Deed as Pressed, Fact, History, Press};
use super::minter::Minter;
use crate::api::act::Act;
use crate::api::assignment::{ContactSummary, ContactView};
use crate::api::campaign::CampaignView;
use crate::api::message::{SendRequest, Shown, Thread, ThreadEntry, ThreadMessage, Verdict};
use crate::api::people::Me;
use crate::api::problem::Code;
use crate::client::{Call, CallError, CampaignServer};
use crate::domain::campaign::{CampaignDef, fill_initial, fill_text, in_language};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ActId, CampaignId, ContactId, DeviceId, MessageId};
use crate::domain::message::{Direction, MessageKind};
use crate::domain::opt_out;
use crate::env::{SharedClock, SharedIds};

/// How often the same press is handed in again when nobody answered.
const TRIES: u32 = 20;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// What a robot wants to do on a reply, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Write.
    Reply {
        /// The words.
        body: String,
        /// Canned reply or answer it came from.
        source: Option<String>,
        /// Other words than the script's.
        off_script: bool,
    },
    /// Anything else.
    Act(Act),
}

/// What a robot thinks. It sees what a texter sees.
pub trait Mind: Send + std::fmt::Debug {
    /// What to do on a conversation that waits; nothing = leave it.
    fn decide(&mut self, contact: &ContactView, thread: &Thread, def: &CampaignDef, texter: &str) -> Vec<Deed>;
}

/// One step's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A first text was confirmed; whether it was accepted.
    Texted(bool),
    /// A waiting conversation was dealt with.
    Answered,
    /// A slice of so many.
    Claimed(usize),
    /// Nothing to do, and no more contacts to be had: why.
    Nothing(Code),
}

/// Who the robot is and where.
#[derive(Debug, Clone)]
pub struct Place {
    /// The server.
    pub server: Arc<dyn CampaignServer>,
    /// The campaign.
    pub campaign: CampaignId,
    /// Where times come from.
    pub clock: SharedClock,
    /// Where ids come from.
    pub ids: SharedIds,
    /// Where facts go.
    pub history: Arc<History>,
}

/// See the module.
#[derive(Debug)]
pub struct Robot {
    place: Place,
    mind: Box<dyn Mind>,
    me: Me,
    view: CampaignView,
    hand: BTreeMap<ContactId, ContactSummary>,
    unsent: VecDeque<ContactId>,
    /// Conversations left as they are, with the message up to which they were read.
    left: BTreeMap<ContactId, u64>,
    device: DeviceId,
    minter: Minter,
}

impl Robot {
    /// Signs on: asks who it is and for the campaign.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn start(place: Place, mind: Box<dyn Mind>) -> Call<Self> {
        let me = place.server.me().await?;
        let view = place.server.campaign(place.campaign).await?;
        let device = DeviceId(place.ids.act_id(place.clock.now()));
        let mut robot = Self {
            place,
            mind,
            me,
            view,
            hand: BTreeMap::new(),
            unsent: VecDeque::new(),
            left: BTreeMap::new(),
            device,
            minter: Minter::default(),
        };
        robot.refresh().await?;
        Ok(robot)
    }

    /// Who it is.
    #[must_use]
    pub fn me(&self) -> &Me {
        &self.me
    }

    /// What it holds.
    pub fn hand(&self) -> impl Iterator<Item = &ContactSummary> {
        self.hand.values()
    }

    /// Reads everything in hand anew, as a console does after a gap in the feed.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn refresh(&mut self) -> Call<()> {
        let mut all = BTreeMap::new();
        let mut cursor = None;
        loop {
            let page = self.place.server.assignment(self.place.campaign, cursor).await?;
            all.extend(page.contacts.into_iter().map(|c| (c.id, c)));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        for gone in self.hand.keys().filter(|id| !all.contains_key(id)) {
            self.place.history.add(Fact::Left { texter: self.me.person, contact: *gone, why: String::new() });
        }
        self.unsent.retain(|id| all.get(id).is_some_and(|c| c.status == Status::NeedsMessage));
        for contact in all.values() {
            if contact.status == Status::NeedsMessage && !self.unsent.contains(&contact.id) {
                self.unsent.push_back(contact.id);
            }
        }
        self.hand = all;
        Ok(())
    }

    /// Does one thing: deals with the conversation that waits longest, else sends the next first text, else takes a slice.
    ///
    /// # Errors
    /// [`CallError`] when the server gave no answer in many tries, or refused what is never refused.
    pub async fn step(&mut self) -> Call<Step> {
        if let Some(contact) = self.longest_waiting() {
            self.answer(contact).await?;
            return Ok(Step::Answered);
        }
        while let Some(contact) = self.unsent.pop_front() {
            if self.hand.get(&contact).is_some_and(|c| c.opt_out.allows_text())
                && let Some(accepted) = self.first_text(contact).await?
            {
                return Ok(Step::Texted(accepted));
            }
        }
        let claim = self.id();
        match self.place.server.claim(self.place.campaign, claim, 0).await {
            Ok(grant) => {
                for contact in &grant.contacts {
                    let (texter, id, epoch) = (self.me.person, contact.id, contact.epoch);
                    self.place.history.add(Fact::Granted { texter, contact: id, epoch });
                    self.unsent.push_back(id);
                    self.hand.insert(id, contact.clone());
                }
                Ok(Step::Claimed(grant.contacts.len()))
            }
            Err(CallError::Refused(problem)) => Ok(Step::Nothing(problem.code)),
            Err(error) => Err(error),
        }
    }

    /// Gives everything back.
    ///
    /// # Errors
    /// [`CallError`]
    pub async fn release(&mut self) -> Call<bool> {
        let act = Act::Release { campaign: self.place.campaign, unsent: true, conversations: true };
        let done = self.act(&act).await?.is_accepted();
        self.refresh().await?;
        Ok(done)
    }

    fn id(&self) -> Uuid {
        self.place.ids.act_id(self.place.clock.now())
    }

    fn longest_waiting(&self) -> Option<ContactId> {
        self.hand
            .values()
            .filter(|c| c.status == Status::NeedsResponse && !matches!(c.opt_out, OptOut::Yes { .. }))
            .filter(|c| self.left.get(&c.id).is_none_or(|seq| *seq < c.last_seq))
            .min_by_key(|c| (c.waiting_since, c.id))
            .map(|c| c.id)
    }

    async fn body_of(&self, contact: ContactId) -> Call<Option<ContactView>> {
        let found = self.place.server.contacts(self.place.campaign, &[contact]).await?;
        Ok(found.into_iter().next())
    }

    async fn first_text(&mut self, contact: ContactId) -> Call<Option<bool>> {
        let Some(view) = self.body_of(contact).await? else {
            self.lose(contact);
            return Ok(None);
        };
        let Ok(body) = fill_initial(&self.view.def, &view.variant, &view.fields, &self.me.name) else {
            return Ok(None);
        };
        let request = self.request(&view.summary, MessageKind::Initial, body, Some(view.variant.clone()), None, false);
        let verdict = self.send(request).await?;
        if let Some(line) = self.hand.get_mut(&contact) {
            line.status = Status::Messaged;
        }
        Ok(Some(verdict.is_accepted()))
    }

    async fn answer(&mut self, contact: ContactId) -> Call<()> {
        let Some(view) = self.body_of(contact).await? else {
            self.lose(contact);
            return Ok(());
        };
        let thread = self.place.server.thread(contact, None, 50).await?;
        let deeds = self.mind.decide(&view, &thread, &self.view.def, &self.me.name);
        for deed in deeds {
            match deed {
                Deed::Reply { body, source, off_script } => {
                    // Its own act may have changed the epoch's line; the newest is what a console would show.
                    let Some(now) = self.body_of(contact).await? else { break };
                    let request = self.request(&now.summary, MessageKind::Reply, body, None, source, off_script);
                    self.send(request).await?;
                }
                Deed::Act(act) => {
                    self.act(&act).await?;
                }
            }
        }
        self.left.insert(contact, view.summary.last_seq);
        match self.body_of(contact).await? {
            Some(now) => {
                self.hand.insert(contact, now.summary);
            }
            None => self.lose(contact),
        }
        Ok(())
    }

    fn lose(&mut self, contact: ContactId) {
        if self.hand.remove(&contact).is_some() {
            self.place.history.add(Fact::Left { texter: self.me.person, contact, why: String::new() });
        }
    }

    fn request(
        &self,
        line: &ContactSummary,
        kind: MessageKind,
        body: String,
        variant: Option<String>,
        source: Option<String>,
        off_script: bool,
    ) -> SendRequest {
        let pressed_at = self.place.clock.now();
        SendRequest {
            campaign: self.place.campaign,
            contact: line.id,
            kind,
            after_seq: if kind == MessageKind::Reply { line.foreign_seq } else { 0 },
            epoch: line.epoch,
            script_version: self.view.script_version,
            variant,
            source,
            off_script,
            shown: Shown {
                body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
                drawn_at: before(pressed_at, 400),
                pressed_at,
                dwell_ms: 400,
                mono_ms: 0,
                device: self.device,
                link: None,
            },
            body,
        }
    }

    async fn send(&self, mut request: SendRequest) -> Call<Verdict> {
        let id = self.id();
        self.minter.link(self.me.person, id, &mut request);
        let press = Press::of(&request, self.me.person, self.device, id, request.shown.pressed_at);
        self.place.history.add(Fact::Pressed(press));
        let mut tries = 0;
        loop {
            tries += 1;
            match self.place.server.send(MessageId(id), &request).await {
                Ok(verdict) => return Ok(self.decided(verdict)),
                Err(error) if error.is_transient() && tries < TRIES => self.place.clock.sleep(PAUSE).await,
                Err(error) => return Err(error),
            }
        }
    }

    async fn act(&self, act: &Act) -> Call<Verdict> {
        let id = self.id();
        let at = self.place.clock.now();
        let pressed = Pressed { texter: self.me.person, device: self.device, id, act: act.clone(), at };
        self.place.history.add(Fact::Acted(pressed));
        let mut tries = 0;
        loop {
            tries += 1;
            match self.place.server.act(ActId(id), act).await {
                Ok(verdict) => return Ok(self.decided(verdict)),
                Err(error) if error.is_transient() && tries < TRIES => self.place.clock.sleep(PAUSE).await,
                Err(error) => return Err(error),
            }
        }
    }

    fn decided(&self, verdict: Verdict) -> Verdict {
        self.place.history.add(Fact::Answered { device: self.device, verdict: verdict.clone() });
        verdict
    }
}

fn before(at: Timestamp, millis: i64) -> Timestamp {
    at.saturating_sub(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MIN)
}

/// The latest message of a thread that a voter wrote.
#[must_use]
pub fn last_words(thread: &Thread) -> Option<&ThreadMessage> {
    thread.entries.iter().rev().find_map(|entry| match entry {
        ThreadEntry::Message(message) if message.direction == Direction::Inbound => Some(message),
        _ => None,
    })
}

/// The campaign's canned reply of that number, filled for one contact; none when there is no such one or it cannot be filled.
#[must_use]
pub fn canned(contact: &ContactView, def: &CampaignDef, texter: &str, at: usize) -> Option<Deed> {
    let reply = def.canned.get(at)?;
    let language = contact.language.as_deref().unwrap_or(&def.language);
    let text = in_language(&reply.text, language, &def.language)?;
    let body = fill_text(def, text, &contact.fields, texter).ok()?;
    Some(Deed::Reply { body, source: Some(format!("canned:{}", reply.id)), off_script: false })
}

/// A simple mind: opts out who may want it, thanks everybody else and closes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Thankful;

impl Mind for Thankful {
    fn decide(&mut self, contact: &ContactView, thread: &Thread, def: &CampaignDef, texter: &str) -> Vec<Deed> {
        let id = contact.summary.id;
        let words = last_words(thread).map(|m| m.body.as_str()).unwrap_or_default();
        let wants_out = !contact.summary.opt_out.allows_text()
            || matches!(
                opt_out::verdict(words),
                opt_out::Inbound::OptOutWord { .. } | opt_out::Inbound::Possible { .. }
            );
        if wants_out {
            return vec![Deed::Act(Act::OptOut { contact: id, notice: true, grace: false })];
        }
        let thanks = canned(contact, def, texter, 0).unwrap_or_else(|| Deed::Reply {
            body: "Thank you!".into(),
            source: None,
            off_script: true,
        });
        vec![thanks, Deed::Act(Act::Close { contact: id })]
    }
}
