//! A console with a scripted outside: a frame after every message, a journal and a clock that obey the test.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api::act::Act;
use crate::api::assignment::{AssignmentPage, ContactSummary, ContactView};
use crate::api::campaign::{CampaignState, CampaignView};
use crate::api::event::{Event, EventKind};
use crate::api::message::{SendRequest, Thread, ThreadEntry, ThreadMessage};
use crate::api::people::{Me, Role};
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, ConfirmedWhat, Msg, Stamp, Timer};
use crate::console::core::texter::{Model, TexterOptions};
use crate::console::keymap::chord::{Chord, Key, Press};
use crate::domain::campaign::{CampaignDef, CannedReply, Variant};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::hours::TextingHours;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, MessageId, PersonId};
use crate::domain::message::{Delivery, Direction};
use crate::domain::survey::{Answer, Question};
use crate::domain::zone::Zones;

pub const CAMPAIGN: CampaignId = CampaignId(1);

fn texts(text: &str) -> std::collections::BTreeMap<String, String> {
    [("en".to_owned(), text.to_owned())].into()
}

pub fn def() -> CampaignDef {
    let t = |hour| Time::constant(hour, 0, 0, 0);
    CampaignDef {
        title: "Vote".into(),
        organization: "Org".into(),
        language: "en".into(),
        hours: TextingHours {
            initial_start: t(9),
            initial_end: t(21),
            reply_start: t(8),
            reply_end: t(22),
            sunday_start: t(9),
            ..TextingHours::default()
        },
        initial: vec![Variant {
            name: "a".into(),
            language: "en".into(),
            text: "Hi {firstName}, it's {texterName}".into(),
        }],
        questions: vec![Question {
            id: "support".into(),
            text: "Do they support?".into(),
            answers: vec![
                Answer { value: "yes".into(), reply: texts("Great, {firstName}!"), ..Answer::default() },
                Answer { value: "no".into(), ..Answer::default() },
            ],
        }],
        canned: vec![CannedReply {
            id: "where".into(),
            title: "Where to vote".into(),
            text: texts("At the school, {firstName}."),
            ..CannedReply::default()
        }],
        opt_out_notice: texts("You are off the list."),
        slice_size: 50,
        ..CampaignDef::default()
    }
}

pub fn line(id: i64, status: Status) -> ContactSummary {
    let waits = status == Status::NeedsResponse;
    ContactSummary {
        id: ContactId(id),
        campaign: CAMPAIGN,
        first_name: format!("N{id}"),
        status,
        opt_out: OptOut::No,
        epoch: 1,
        waiting_since: waits.then_some(start()),
        preview: String::new(),
        last_seq: if waits { 2 } else { 0 },
        foreign_seq: if waits { 2 } else { 0 },
        updated_at: start(),
        tags: vec![],
        language: None,
        snoozed_until: None,
    }
}

pub fn view(line: ContactSummary) -> ContactView {
    ContactView {
        fields: [("firstName".to_owned(), line.first_name.clone())].into(),
        summary: line,
        visible: vec![],
        zones: Zones::from_names(["America/New_York"]),
        language: None,
        variant: "a".into(),
        answers: Default::default(),
        tags: vec![],
        note: String::new(),
        wrong_number: false,
    }
}

/// Noon of a working day in New York.
pub fn start() -> Timestamp {
    "2026-10-07T16:00:00Z".parse().unwrap()
}

/// What a console is told at its start: `unsent` contacts from 1 on, `waiting` conversations from 1001 on.
pub fn opening(unsent: i64, waiting: i64) -> Vec<Msg> {
    let me = Msg::Me(Me {
        person: PersonId(1),
        name: "Ana".into(),
        role: Role::Texter,
        organization: "Org".into(),
        campaign: None,
        rehearsal: true,
        waiting: false,
    });
    let campaign = Msg::Campaign(Box::new(CampaignView {
        id: CAMPAIGN,
        state: CampaignState::Running,
        script_version: 3,
        def: def(),
        recalled: vec![],
        note: None,
        late_owner: None,
        seq: 1,
    }));
    let lines: Vec<ContactSummary> = (1..=unsent)
        .map(|id| line(id, Status::NeedsMessage))
        .chain((1001..1001 + waiting).map(|id| line(id, Status::NeedsResponse)))
        .collect();
    let assignment =
        Msg::Assignment(AssignmentPage { contacts: lines.clone(), next: None, seq: 1, lease_until: None, sent: 0 });
    let contacts = Msg::Contacts {
        asked: lines.iter().map(|line| line.id).collect(),
        found: lines.into_iter().map(view).collect(),
    };
    vec![me, campaign, assignment, contacts]
}

pub struct Desk {
    pub model: Model,
    pub mono: Duration,
    pub wall: Timestamp,
    next: u128,
    pub effects: Vec<Effect>,
    pub confirmed: Vec<Confirmed>,
    /// Confirmed and not yet told to be in the journal.
    pub journal: Vec<Uuid>,
    pub journal_at_once: bool,
    pub draw: bool,
    pub press: Press,
    pub timers: Vec<(Duration, Timer)>,
    told: Option<crate::console::core::shared::msg::DrawnCard>,
}

impl Desk {
    /// `unsent` contacts from 1 on, `waiting` conversations from 1001 on; drawn, and looked at for a second.
    pub fn with(unsent: i64, waiting: i64) -> Self {
        let mut desk = Self::fresh();
        for msg in opening(unsent, waiting) {
            desk.tell(msg);
        }
        desk.wait(1000);
        desk
    }

    /// A console that nobody has told anything yet.
    pub fn fresh() -> Self {
        let mut options = TexterOptions::new(CAMPAIGN, DeviceId(Uuid::from_u128(9)));
        options.prefetch = 1_000;
        let mut desk = Self {
            model: Model::new(options),
            mono: Duration::from_secs(100),
            wall: start(),
            next: 0,
            effects: Vec::new(),
            confirmed: Vec::new(),
            journal: Vec::new(),
            journal_at_once: true,
            draw: true,
            press: Press::Fresh,
            timers: Vec::new(),
            told: None,
        };
        let fx = desk.model.start();
        desk.take(fx);
        desk
    }

    /// The console is killed and started again: what the journal holds is there, and where the console was. `out`: who has opted out by
    /// the server's word.
    pub fn restart(&mut self, unsent: i64, waiting: i64, out: &BTreeSet<i64>) {
        let lost = std::mem::take(&mut self.journal);
        let acts = self.confirmed.iter().filter(|confirmed| !lost.contains(&confirmed.id)).cloned().collect();
        let drafts = self.model.drafts.iter().map(|(contact, text)| (*contact, text.clone())).collect();
        self.model = Model::new(self.model.options.clone());
        self.timers.clear();
        self.told = None;
        let fx = self.model.start();
        self.take(fx);
        self.tell(Msg::JournalOpen { acts, drafts });
        for mut msg in opening(unsent, waiting) {
            let gone = |line: &mut ContactSummary| {
                if out.contains(&line.id.0) {
                    line.opt_out = OptOut::Yes { by_word: true };
                }
            };
            match &mut msg {
                Msg::Assignment(page) => page.contacts.iter_mut().for_each(gone),
                Msg::Contacts { found, .. } => found.iter_mut().for_each(|view| gone(&mut view.summary)),
                _ => {}
            }
            self.tell(msg);
        }
    }

    pub fn stamp(&mut self) -> Stamp {
        self.next += 1;
        Stamp { id: Uuid::from_u128(self.next), wall: self.wall, mono: self.mono }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match &effect {
                Effect::Confirm(confirmed) => {
                    self.confirmed.push(confirmed.clone());
                    self.journal.push(confirmed.id);
                }
                Effect::After { timer, delay } => {
                    self.timers.retain(|(_, other)| other != timer);
                    self.timers.push((self.mono + *delay, *timer));
                }
                Effect::Stop(timer) => self.timers.retain(|(_, other)| other != timer),
                Effect::Load(Ask::Thread { contact, .. }) => {
                    let contact = *contact;
                    self.effects.push(effect);
                    let entries = vec![inbound(contact, 2, "yes?")];
                    let fx = self.model.update(Msg::Thread(Thread { contact, entries, more_before: false }));
                    self.take(fx);
                    continue;
                }
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    /// One message, then (unless the test wants otherwise) the journal's answer and a frame.
    pub fn tell(&mut self, msg: Msg) {
        let fx = self.model.update(msg);
        self.take(fx);
        if self.journal_at_once {
            self.sync();
        }
        if self.draw {
            self.frame();
        }
    }

    /// The journal answers.
    pub fn sync(&mut self) {
        for id in std::mem::take(&mut self.journal) {
            let fx = self.model.update(Msg::Journaled { id });
            self.take(fx);
        }
    }

    /// A frame; told to the core only when its card is another one, as the loop does.
    pub fn frame(&mut self) {
        while self.model.armed() != self.told {
            let card = self.model.armed();
            self.told.clone_from(&card);
            let stamp = self.stamp();
            let fx = self.model.update(Msg::Drawn { card, stamp });
            self.take(fx);
        }
    }

    /// Time passes, timers run.
    pub fn wait(&mut self, ms: u64) {
        let end = self.mono + Duration::from_millis(ms);
        loop {
            let due = self.timers.iter().copied().filter(|(at, _)| *at <= end).min();
            let Some((at, timer)) = due else { break };
            self.timers.retain(|entry| *entry != (at, timer));
            self.go_to(at.max(self.mono));
            let stamp = self.stamp();
            self.tell(Msg::Timer { timer, stamp });
        }
        self.go_to(end);
    }

    fn go_to(&mut self, mono: Duration) {
        let by = SignedDuration::try_from(mono - self.mono).unwrap();
        self.wall += by;
        self.mono = mono;
    }

    pub fn key(&mut self, chord: Chord) {
        let stamp = self.stamp();
        let press = self.press;
        self.tell(Msg::Key { chord, press, stamp });
    }

    /// `"j j <enter> hello <ctrl+s>"`: words are typed, `<...>` is a key; 300 ms between any two.
    pub fn keys(&mut self, script: &str) -> &mut Self {
        let mut rest = script;
        while !rest.is_empty() {
            let (chord, tail) = match rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
                Some((name, tail)) => (name.parse().unwrap(), tail),
                None => {
                    let c = rest.chars().next().unwrap();
                    (Chord::plain(Key::Char(c)), &rest[c.len_utf8()..])
                }
            };
            self.wait(300);
            self.key(chord);
            rest = tail;
        }
        self
    }

    pub fn sent(&self) -> Vec<&SendRequest> {
        self.confirmed
            .iter()
            .filter_map(|confirmed| match &confirmed.what {
                ConfirmedWhat::Text(request) => Some(request),
                ConfirmedWhat::Act { .. } => None,
            })
            .collect()
    }

    pub fn acts(&self) -> Vec<&Act> {
        self.confirmed
            .iter()
            .filter_map(|confirmed| match &confirmed.what {
                ConfirmedWhat::Text(_) => None,
                ConfirmedWhat::Act { act } => Some(act),
            })
            .collect()
    }

    pub fn event(&mut self, what: EventKind) {
        let at = self.wall;
        self.next += 1;
        // Above every number that an opening page names.
        let seq = 100 + u64::try_from(self.next).unwrap();
        self.tell(Msg::Event(Box::new(Event { seq, at, what })));
    }

    pub fn card(&self) -> Option<i64> {
        self.model.card.as_ref().map(|card| card.contact.0)
    }
}

pub fn inbound(contact: ContactId, seq: u64, body: &str) -> ThreadEntry {
    ThreadEntry::Message(ThreadMessage {
        id: MessageId(Uuid::from_u128(u128::from(seq) << 64 | u128::from(contact.0.unsigned_abs()))),
        seq,
        direction: Direction::Inbound,
        kind: None,
        body: body.into(),
        pictures: 0,
        at: start(),
        delivery: Delivery::Received,
        error: None,
        author: None,
        mine: false,
        off_script: false,
    })
}
