//! The product's own checker over the stand-in's history: what was pressed, journaled, shown and freed here, and what rows the server has.
//!
//! Spoke keeps neither our ids nor verdicts nor an audit. So each of its rows is given the id of the press with its contact and words; a row more
//! than there were presses is a second call for the same text, and one with other words was pressed by nobody. A row that a crash
//! left stuck (it is sent by nothing, and no texter can see it) is no text as long as it is the only one; with a second beside it both count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use pretty_assertions::assert_eq;
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::api::message::{Outcome, SendRequest, Verdict};
use textbank::client::CampaignServer;
use textbank::client::journal::{Journal, State};
use textbank::client::outbox::{Report, Steps};
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::domain::conversation::Status;
use textbank::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use textbank::domain::message::{Delivery, Direction, MessageKind};
use textbank::domain::zone::Zones;
use textbank::env::{SeededIds, SharedIds, SystemClock};
use textbank::sim::check::{Rule, judge};
use textbank::sim::history::{AuditRow, Call, Deed, Fact, MessageRow, Press, Row, Seen, Told};

use super::shift::{Tess, now};
use super::stand_in::{Fault, TESS, Trouble, World};

const DEVICE: DeviceId = DeviceId(Uuid::from_u128(99));
const ME: PersonId = PersonId(TESS);
const NOTICE: &str = "I'm opting you out of texts immediately. Have a great day.";
const FAULTS: [Fault; 8] = [
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::GatewayAfter,
    Fault::GatewayBefore,
    Fault::KilledBetween,
    Fault::FailedBetween,
    Fault::Damaged,
    Fault::Refused,
];

/// What happened on this side.
#[derive(Default)]
struct Log {
    facts: Vec<Fact>,
    presses: BTreeMap<Uuid, Press>,
    verdicts: BTreeMap<Uuid, Verdict>,
    deeds: BTreeMap<Uuid, Act>,
}

impl Log {
    fn pressed(&mut self, id: Uuid, request: &SendRequest) {
        let press = Press::of(request, ME, DEVICE, id, now());
        self.presses.insert(id, press.clone());
        self.facts.extend([Fact::Pressed(press), Fact::Journaled { device: DEVICE, id }]);
    }

    fn acted(&mut self, id: Uuid, act: Act) {
        self.deeds.insert(id, act.clone());
        self.facts.push(Fact::Acted(Deed { texter: ME, device: DEVICE, id, act, at: now() }));
        self.facts.push(Fact::Journaled { device: DEVICE, id });
    }

    fn shown(&mut self, id: Uuid, state: Seen) {
        self.facts.push(Fact::Shown { device: DEVICE, id, state, code: None });
    }

    fn hear(&mut self, reports: Vec<Report>) {
        for report in reports {
            match report {
                Report::Verdict(verdict) => {
                    let id = verdict.id;
                    let (state, code) = match (&verdict.outcome, State::after(&verdict)) {
                        (Outcome::Refused { problem }, State::Parked) => (Seen::Parked, Some(problem.code)),
                        (Outcome::Refused { problem }, _) => (Seen::Refused, Some(problem.code)),
                        (Outcome::Accepted { .. }, _) => (Seen::Accepted, None),
                    };
                    self.facts.push(Fact::Answered { device: DEVICE, verdict: verdict.clone() });
                    // A server that keeps no verdicts echoes none: the answer is the last word.
                    self.facts.push(Fact::Echoed { device: DEVICE, id });
                    self.facts.push(Fact::Shown { device: DEVICE, id, state, code });
                    self.facts.push(Fact::Row(Row::Verdict { person: ME, verdict: verdict.clone() }));
                    self.verdicts.insert(id, verdict);
                }
                Report::Unknown(id) => self.shown(id, Seen::Unknown),
                Report::Progress { .. } | Report::Line(_) | Report::HalfWay(_) => {}
            }
        }
    }

    /// What the journal holds when all has come to rest.
    async fn at_rest(&mut self, journal: &Journal) {
        let kept: BTreeSet<Uuid> = journal.held().await.expect("held").iter().map(|held| held.act.id).collect();
        let unknown = journal.unknown();
        let ids: Vec<Uuid> = self.presses.keys().chain(self.deeds.keys()).copied().collect();
        for id in ids {
            if !kept.contains(&id) {
                self.facts.push(Fact::Freed { device: DEVICE, id });
                continue;
            }
            self.facts.push(Fact::Kept { device: DEVICE, id });
            if unknown.contains(&id) {
                self.shown(id, Seen::Unknown);
            }
        }
    }

    /// With the server's rows behind what happened here.
    fn with_rows(&self, world: &World, campaign: CampaignId) -> Vec<Fact> {
        let mut rows = Rows { log: self, facts: self.facts.clone(), taken: BTreeSet::new(), n: 0, attempts: 0 };
        rows.add(world, campaign);
        rows.facts
    }
}

struct Rows<'a> {
    log: &'a Log,
    facts: Vec<Fact>,
    taken: BTreeSet<Uuid>,
    n: i64,
    attempts: u128,
}

impl Rows<'_> {
    fn audit(&mut self, what: &str, subject: String) {
        self.n += 1;
        let (person, session) = (Some(ME), Some(1));
        let (what, detail) = (what.to_owned(), String::new());
        self.facts.push(Fact::Row(Row::Audit(AuditRow {
            n: self.n,
            at: now(),
            person,
            session,
            what,
            subject,
            detail,
        })));
    }

    fn call(&mut self, of: Uuid, to: &str, body: &str) {
        self.attempts += 1;
        let attempt = Uuid::from_u128(1 << 100 | self.attempts);
        self.facts.push(Fact::Row(Row::Attempt { id: attempt, message: of }));
        let call = Call { attempt, to: to.into(), body: body.into(), at: now(), told: Told::Yes, took: true };
        self.facts.push(Fact::Called(call));
    }

    fn add(&mut self, world: &World, campaign: CampaignId) {
        for contact in world.contacts.values() {
            let (phone, opted_out) = (contact.cell.clone(), contact.opted_out);
            let zones = Zones::from_names(["America/New_York"]);
            let assigned = (contact.assignment == Some(campaign.0)).then_some(ME);
            let id = ContactId(contact.id);
            self.facts.push(Fact::Row(Row::Contact { id, campaign, phone: phone.clone(), zones, opted_out, assigned }));
            if opted_out {
                self.facts.push(Fact::Row(Row::Suppression { phone, by_word: false }));
            }
        }
        let mut seqs: BTreeMap<i64, u64> = BTreeMap::new();
        for (place, message) in world.messages.iter().enumerate() {
            for (contact, _) in world.opted_out_at.iter().filter(|(_, at)| *at == place) {
                self.audit("opted_out", format!("contact {contact}"));
            }
            let seq = seqs.entry(message.contact).or_default();
            *seq += 1;
            let seq = *seq;
            self.message(world, message, seq);
        }
        for (contact, _) in world.opted_out_at.iter().filter(|(_, at)| *at >= world.messages.len()) {
            self.audit("opted_out", format!("contact {contact}"));
        }
        // Who decided what is ours alone to know.
        let decided: Vec<(Uuid, bool)> =
            self.log.verdicts.values().map(|verdict| (verdict.id, verdict.is_accepted())).collect();
        for (id, accepted) in decided {
            if self.log.deeds.contains_key(&id) {
                self.audit("acted", id.to_string());
            } else if !accepted {
                self.audit("refused", id.to_string());
            }
        }
    }

    fn message(&mut self, world: &World, message: &super::stand_in::Message, seq: u64) {
        let contact = &world.contacts[&message.contact];
        let row = |id, kind: Option<MessageKind>, after_seq| {
            Fact::Row(Row::Message(MessageRow {
                id,
                contact: ContactId(message.contact),
                seq,
                direction: if kind.is_some() { Direction::Outbound } else { Direction::Inbound },
                kind,
                body: message.text.clone(),
                at: message.at,
                author: kind.map(|_| ME),
                delivery: if kind.is_some() { Delivery::Submitted } else { Delivery::Received },
                error: None,
                after_seq,
            }))
        };
        let its_own = Uuid::from_u128(1 << 110 | u128::try_from(message.id).unwrap_or_default());
        if message.inbound {
            self.facts.push(row(its_own, None, 0));
            return self.audit("inbound", its_own.to_string());
        }
        let same = |press: &&Press| press.contact.0 == message.contact && press.body == message.text;
        let rows = world.sent_to(message.contact).iter().filter(|other| other.text == message.text).count();
        let press = self.log.presses.values().filter(same).find(|press| !self.taken.contains(&press.id));
        let Some(press) = press else {
            let is_notice = message.text == NOTICE;
            if let Some(first) = self.log.presses.values().find(same).filter(|_| !is_notice) {
                // Once more the same.
                return self.call(first.id, &contact.cell, &message.text);
            }
            let kind = if is_notice { MessageKind::OptOutNotice } else { MessageKind::Reply };
            self.facts.push(row(its_own, Some(kind), 0));
            return self.call(its_own, &contact.cell, &message.text);
        };
        let stuck = contact.status == "needsMessage" && rows == 1;
        if stuck && !self.log.verdicts.get(&press.id).is_some_and(Verdict::is_accepted) {
            return;
        }
        self.taken.insert(press.id);
        let (id, told) = (press.id, row(press.id, Some(press.kind), press.after_seq));
        self.facts.push(told);
        self.audit("accepted", id.to_string());
        self.call(id, &contact.cell, &message.text);
    }
}

/// One shift, judged.
struct Shift {
    tess: Tess,
    ids: SharedIds,
    home: tempfile::TempDir,
    journal: Journal,
    log: Log,
    claims: usize,
}

async fn open(dir: &Path, ids: &SharedIds) -> Journal {
    Journal::open(dir, &SystemClock::shared(), ids).await.expect("a journal").0
}

impl Shift {
    async fn begin(seed: u64) -> Self {
        let ids = SeededIds::shared(seed);
        let mut world = World::with_contacts(6, now());
        world.campaign = serde_json::json!({ "useDynamicAssignment": true, "batchSize": 3 });
        world.add_contacts(100, 20, None, now());
        let tess = Tess::with(world).await;
        tess.server.campaign(tess.campaign).await.expect("a campaign");
        let home = tempfile::tempdir().expect("a directory");
        let journal = open(home.path(), &ids).await;
        Self { tess, ids, home, journal, log: Log::default(), claims: 0 }
    }

    fn steps(&self) -> Steps {
        let server: Arc<dyn CampaignServer> = self.tess.server.clone();
        Steps::new(server, self.journal.clone(), SystemClock::shared(), Arc::clone(&self.ids))
    }

    /// Whoever holds the keys texts or answers what the list shows, where it shows anything.
    async fn press(&mut self) {
        let Ok(page) = self.tess.server.assignment(self.tess.campaign, None).await else { return };
        let done = |contact: ContactId, log: &Log| {
            log.presses.values().filter(|press| press.contact == contact && press.kind == MessageKind::Initial).count()
                > 0
        };
        for line in page.contacts {
            let kind = match line.status {
                Status::NeedsMessage if !done(line.id, &self.log) => MessageKind::Initial,
                Status::NeedsResponse if self.ids.below(2) == 0 => MessageKind::Reply,
                _ => continue,
            };
            let waits = self
                .log
                .presses
                .values()
                .any(|press| press.contact == line.id && !self.log.verdicts.contains_key(&press.id));
            if waits && kind == MessageKind::Reply {
                continue;
            }
            let id = self.ids.act_id(now());
            let body = format!("{kind:?} {} to {}", self.log.presses.len(), line.id);
            let mut request = crate::support::text_of(now(), &line, kind, &body);
            request.after_seq = line.foreign_seq;
            let what = ConfirmedWhat::Text(request.clone());
            self.journal.confirm(&Confirmed { id, at: now(), what }).await.expect("confirmed");
            self.log.pressed(id, &request);
        }
    }

    async fn opt_out(&mut self, contact: i64) {
        let id = self.ids.act_id(now());
        let act = Act::OptOut { contact: ContactId(contact), notice: true, grace: false };
        let what = ConfirmedWhat::Act { act: act.clone() };
        self.journal.confirm(&Confirmed { id, at: now(), what }).await.expect("confirmed");
        self.log.acted(id, act);
    }

    fn goes_wrong(&self) {
        let draw = |most| usize::try_from(self.ids.below(most)).expect("small");
        let mut world = self.tess.there.world();
        match draw(12) {
            0..=3 => world.faults.push_back(FAULTS[draw(8)]),
            4 => world.habits.unreadable = !world.habits.unreadable,
            5 => world.habits.masked = !world.habits.masked,
            6 => world.habits.nulls = !world.habits.nulls,
            7 => world.habits.cached = !world.habits.cached,
            8 => {
                let who = i64::try_from(draw(6)).unwrap_or(0) + 1;
                world.habits.broken = if draw(2) == 0 { [(who, "")].into() } else { [].into() };
            }
            9 => world.troubles.push_back((["optOut", "details", "notice", "more"][draw(4)], Trouble::Gateway)),
            _ => {
                // A voter answers.
                let texted = world.contacts.values().filter(|one| one.status == "messaged" && !one.opted_out);
                let all: Vec<i64> = texted.map(|one| one.id).collect();
                if let Some(id) = all.get(draw(20)) {
                    world.voter_writes(*id, "yes, where do I vote?", now());
                }
            }
        }
    }

    /// More contacts are asked for by one press; its answer may be lost, and the same request is made again.
    async fn more(&mut self) {
        self.claims += 1;
        let claim = Uuid::from_u128(u128::try_from(self.claims).expect("few"));
        for _ in 0..3 {
            if self.tess.server.claim(self.tess.campaign, claim, 0).await.is_ok() {
                break;
            }
        }
    }

    async fn go_on(&mut self, turns: usize) {
        let mut outbox = self.steps();
        for turn in 0..turns {
            self.goes_wrong();
            self.press().await;
            match self.ids.below(12) {
                0 => self.more().await,
                1 => {
                    let who =
                        self.log.presses.values().nth(turn % self.log.presses.len().max(1)).map(|one| one.contact.0);
                    let new = |who: &i64| !self.log.deeds.values().any(|act| act.contact() == Some(ContactId(*who)));
                    if let Some(who) = who.filter(new) {
                        self.opt_out(who).await;
                    }
                }
                2 => {
                    // The program ends, with whatever was in the air, and is started again.
                    drop(outbox);
                    self.journal.close().await.expect("closed");
                    self.journal = open(self.home.path(), &self.ids).await;
                    outbox = self.steps();
                }
                _ => {}
            }
            outbox.try_now();
            if outbox.take_off() > 0 {
                let reports = outbox.land(0).await;
                self.log.hear(reports);
            }
            let reports = outbox.look_up().await;
            self.log.hear(reports);
        }
        self.rest(&mut outbox).await;
    }

    /// Everything is well again, and comes to rest.
    async fn rest(&mut self, outbox: &mut Steps) {
        {
            let mut world = self.tess.there.world();
            world.faults.clear();
            world.troubles.clear();
            world.habits = Default::default();
        }
        outbox.try_now();
        while outbox.take_off() > 0 {
            let reports = outbox.land(0).await;
            self.log.hear(reports);
            outbox.try_now();
        }
        for _ in 0..self.log.presses.len() {
            let reports = outbox.look_up().await;
            self.log.hear(reports);
        }
        let journal = self.journal.clone();
        self.log.at_rest(&journal).await;
    }

    fn judged(&self) -> Vec<Fact> {
        self.log.with_rows(&self.tess.there.world(), self.tess.campaign)
    }
}

#[tokio::test]
async fn the_checker_finds_nothing_broken_whatever_goes_wrong() {
    let (mut texts, mut unknown, mut outs) = (0, 0, 0);
    for seed in 0..12 {
        let mut shift = Shift::begin(seed).await;
        shift.go_on(60).await;
        let facts = shift.judged();
        assert_eq!(judge(&facts), [], "seed {seed}");
        texts += shift.log.presses.len();
        unknown += shift.journal.unknown().len();
        outs += shift.log.verdicts.values().filter(|one| shift.log.deeds.contains_key(&one.id)).count();
        let world = shift.tess.there.world();
        // However often an answer was lost, one request gave one batch.
        let made = world.asked.iter().filter(|name| *name == "more").count();
        assert!(made <= shift.claims, "seed {seed}: {made} calls for {} requests", shift.claims);
    }
    // It was a history with something in it.
    assert!(texts > 90 && outs > 3 && unknown > 0, "{texts} texts, {outs} opt-outs, {unknown} unknown");
}

#[tokio::test]
async fn the_checker_notices_what_it_is_there_for() {
    let mut shift = Shift::begin(3).await;
    shift.go_on(12).await;
    assert_eq!(judge(&shift.judged()), []);
    let rules = |shift: &Shift| judge(&shift.judged()).into_iter().map(|broken| broken.rule).collect::<BTreeSet<_>>();
    let sent = shift.tess.there.world().messages.iter().find(|one| !one.inbound).cloned().expect("sent");
    // The same once more.
    shift.tess.there.world().store(sent.contact, TESS, &sent.text, now(), false);
    assert!(rules(&shift).contains(&Rule::CarriedOnce));
    shift.tess.there.world().messages.pop();
    // What nobody pressed.
    shift.tess.there.world().store(sent.contact, TESS, "Buy now", now(), false);
    assert!(rules(&shift).contains(&Rule::AsPressed));
    shift.tess.there.world().messages.pop();
    // An accepted one that is not there.
    let all = std::mem::take(&mut shift.tess.there.world().messages);
    assert!(rules(&shift).contains(&Rule::OneEnd));
    shift.tess.there.world().messages = all;
    assert_eq!(judge(&shift.judged()), []);
}
