//! The logs, put together for the checker, and what can be said of them without it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use textbank::api::captain::HeldText;
use textbank::api::message::{Outcome, SendRequest};
use textbank::client::CampaignServer as _;
use textbank::domain::ids::{CampaignId, DeviceId, PersonId};
use textbank::domain::ledger::{Link, Pressed};
use textbank::domain::message::{Delivery, MessageKind};
use textbank::server::carrier::loopback::{LogLine, read_log};
use textbank::sim::check::{Rule, judge};
use textbank::sim::history::{Call, Fact, MessageRow, Press, Row, Told};
use uuid::Uuid;

use super::Town;
use crate::crew::Texter;

impl Town {
    /// All logs as one history.
    pub(super) fn facts(&self) -> Vec<Fact> {
        history(&self.texters, self.rows(), &self.log)
    }

    /// What can be said without the checker.
    pub(super) fn look(&self, facts: &[Fact]) -> BTreeMap<&'static str, usize> {
        chains_hold(&self.texters, facts);
        let log = read_log(&self.log).expect("the carrier's log");
        let in_doubt =
            "SELECT count(*) FROM attempts a WHERE (a.answer IS NULL OR a.answer NOT LIKE 'later%') AND EXISTS
             (SELECT 1 FROM attempts b WHERE b.message = a.message AND b.started_at > a.started_at)";
        assert_eq!(self.served.count(in_doubt), 0, "a text went to the carrier again without its definite answer");
        let held = self.served.block_on(self.served.admin().held(CampaignId(1))).expect("a list");
        ends(facts, &log, &held)
    }
}

/// The journals, the servers' rows and the carrier's log as one history.
pub fn history(texters: &[Texter], rows: Vec<Fact>, log: &Path) -> Vec<Fact> {
    let mut facts: Vec<_> = texters.iter().flat_map(Texter::facts).collect();
    let whose = |device| texters.iter().find(|texter| texter.device() == Some(device)).expect("somebody's laptop").id;
    facts.extend(only_in_the_ledger(&rows, |id| texters.iter().any(|texter| texter.held(id)), whose));
    let log = read_log(log).expect("the carrier's log");
    facts.extend(log.iter().filter_map(|line| match line {
        LogLine::Inbound { at, from, body, .. } => {
            Some(Fact::Wrote { from: from.as_str().to_owned(), body: body.clone(), at: *at })
        }
        _ => None,
    }));
    facts.extend(calls(&log));
    facts.extend(rows);
    facts
}

/// The newest hash of each journal stands for every text before it: the servers have each, as it was confirmed, and no other. And
/// every act that a journal held has its verdict.
pub fn chains_hold(texters: &[Texter], facts: &[Fact]) {
    let mut lines: Vec<_> = ledger(facts).collect();
    lines.sort_by_key(|(link, _)| link.n);
    let mut confirmed = 0;
    for texter in texters {
        let newest = texter.newest.as_ref().expect("a place in the ledger");
        let chain: Vec<_> = lines.iter().filter(|(link, _)| link.chain == newest.chain).copied().collect();
        chain_holds(&chain, newest);
        confirmed += chain.len();
    }
    assert_eq!(confirmed, lines.len(), "lines of the ledger that are nobody's");
    let mut known: BTreeSet<_> = presses(facts).map(|press| press.id).collect();
    known.extend(refused(facts));
    assert_eq!(
        confirmed,
        known.len(),
        "texts that were confirmed and are in no journal, and in no ledger's line either"
    );
    let verdicts: BTreeSet<Uuid> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Row(Row::Verdict { verdict, .. }) => Some(verdict.id),
            _ => None,
        })
        .collect();
    for act in texters.iter().flat_map(Texter::deeds) {
        assert!(verdicts.contains(&act.id), "{act:?} has no verdict");
    }
}

fn presses(facts: &[Fact]) -> impl Iterator<Item = &Press> {
    facts.iter().filter_map(|fact| match fact {
        Fact::Pressed(press) => Some(press),
        _ => None,
    })
}

/// Texts that were refused and are in no thread.
fn refused(facts: &[Fact]) -> BTreeSet<Uuid> {
    let texts = messages(facts);
    let verdicts = facts.iter().filter_map(|fact| match fact {
        Fact::Row(Row::Verdict { verdict, .. }) if matches!(verdict.outcome, Outcome::Refused { .. }) => {
            Some(verdict.id)
        }
        _ => None,
    });
    let listed: BTreeSet<_> = ledger(facts).map(|(_, entry)| entry.id).collect();
    verdicts.filter(|id| listed.contains(id) && !texts.contains_key(id)).collect()
}

/// The presses that no dead console's journal held any more: the chain in it stands for them, and the hash for their words. Of one
/// that was refused, and went from its journal when its texter had read that, nobody has the words: the chain alone stands for it.
fn only_in_the_ledger(
    rows: &[Fact],
    known: impl Fn(&Uuid) -> bool,
    texter: impl Fn(DeviceId) -> PersonId,
) -> Vec<Fact> {
    let (texts, refused) = (messages(rows), refused(rows));
    let unknown = ledger(rows).map(|(_, entry)| entry).filter(|entry| !known(&entry.id));
    let facts = unknown.flat_map(|entry| {
        let words = texts.get(&entry.id).map(|text| text.body.clone());
        let words = words.filter(|words| blake3::hash(words.as_bytes()).to_hex().as_str() == entry.body_hash);
        let press = Press {
            texter: texter(entry.device),
            device: entry.device,
            id: entry.id,
            campaign: entry.campaign,
            contact: entry.contact,
            kind: entry.kind,
            body: words.unwrap_or_else(|| "other words than are stored".into()),
            epoch: 0,
            after_seq: 0,
            at: entry.pressed_at,
        };
        let pressed = (!refused.contains(&entry.id)).then_some(Fact::Pressed(press));
        pressed.into_iter().chain([Fact::Journaled { device: entry.device, id: entry.id }])
    });
    facts.collect()
}

/// These lines, in their order, are one unbroken chain that ends in `newest`.
fn chain_holds(lines: &[(&Link, &Pressed)], newest: &Link) {
    assert_eq!(lines.len() as u64, newest.n, "texts that were confirmed, and lines of the ledger");
    let mut before: Option<&Link> = None;
    for ((link, entry), n) in lines.iter().zip(1..) {
        assert!(link.n == n && link.chain == newest.chain && link.holds(entry), "line {n}: {link:?}");
        assert!(before.is_none_or(|before| before.hash == link.prev), "line {n} hangs on another");
        before = Some(link);
    }
    assert_eq!(before, Some(newest));
}

/// How many texts came to which end, each to one; nobody has a text twice on the phone, nor two first ones. `held` is the captain's list.
pub fn ends(facts: &[Fact], log: &[LogLine], held: &[HeldText]) -> BTreeMap<&'static str, usize> {
    let texts = messages(facts);
    let attempts: BTreeMap<Uuid, Uuid> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Row(Row::Attempt { id, message }) => Some((*id, *message)),
            _ => None,
        })
        .collect();
    let (mut phones, mut first): (BTreeMap<Uuid, usize>, BTreeMap<&str, usize>) = Default::default();
    for line in log {
        if let LogLine::Received { attempt, to, taken: true, .. } = line {
            let text = attempts[attempt];
            *phones.entry(text).or_default() += 1;
            if texts[&text].kind == Some(MessageKind::Initial) {
                *first.entry(to.as_str()).or_default() += 1;
            }
        }
    }
    let twice: Vec<_> = phones.iter().filter(|(_, many)| **many > 1).collect();
    assert!(twice.is_empty(), "a text twice on a phone: {twice:?}");
    let twice: Vec<_> = first.iter().filter(|(_, many)| **many > 1).collect();
    assert!(twice.is_empty(), "a first text twice on a phone: {twice:?}");
    let held: BTreeSet<Uuid> = held.iter().map(|text| text.message.0).collect();
    let mut verdicts = BTreeMap::new();
    for fact in facts {
        if let Fact::Row(Row::Verdict { verdict, .. }) = fact {
            verdicts.insert(verdict.id, &verdict.outcome);
        }
    }
    let mut ends: BTreeMap<&'static str, usize> = BTreeMap::new();
    for press in presses(facts) {
        let on_the_phone = phones.get(&press.id).copied().unwrap_or(0);
        let end = match (verdicts.get(&press.id), texts.get(&press.id)) {
            (Some(Outcome::Refused { problem }), None) => {
                assert_eq!(on_the_phone, 0);
                if problem.code.parks() { "parked" } else { "refused" }
            }
            (Some(Outcome::Accepted { .. }), Some(text)) => match text.delivery {
                Delivery::Submitted | Delivery::Delivered => {
                    assert_eq!(on_the_phone, 1, "{text:?}");
                    "delivered to the carrier"
                }
                Delivery::Failed => {
                    assert!(text.error.is_some(), "{text:?}");
                    if on_the_phone == 1 {
                        "not brought to the phone, with the carrier's word"
                    } else {
                        "refused by the carrier"
                    }
                }
                Delivery::Held => {
                    assert!(held.contains(&press.id), "{text:?} is in no captain's list");
                    "held for a captain"
                }
                Delivery::Dropped => "given back",
                _ => panic!("no end: {text:?}"),
            },
            other => panic!("{press:?} is nowhere: {other:?}"),
        };
        *ends.entry(end).or_default() += 1;
    }
    ends
}

/// The texts in the server's rows.
pub fn messages(facts: &[Fact]) -> BTreeMap<Uuid, &MessageRow> {
    let texts = facts.iter().filter_map(|fact| match fact {
        Fact::Row(Row::Message(text)) => Some((text.id, text)),
        _ => None,
    });
    texts.collect()
}

/// The lines of its ledger.
pub fn ledger(facts: &[Fact]) -> impl Iterator<Item = (&Link, &Pressed)> {
    facts.iter().filter_map(|fact| match fact {
        Fact::Row(Row::Ledger { link, entry }) => Some((link, entry)),
        _ => None,
    })
}

/// A press, as the journal has it.
pub fn pressed(texter: PersonId, id: Uuid, request: &SendRequest) -> Fact {
    Fact::Pressed(Press::of(request, texter, request.shown.device, id, request.shown.pressed_at))
}

/// The carrier's log as facts. What it answered stands in a line of its own, which a kill may have taken.
fn calls(log: &[LogLine]) -> Vec<Fact> {
    let answers: BTreeMap<Uuid, &str> = log
        .iter()
        .filter_map(|line| match line {
            LogLine::Answered { attempt, answer, .. } => Some((*attempt, answer.as_str())),
            _ => None,
        })
        .collect();
    let called = log.iter().filter_map(|line| match line {
        LogLine::Received { at, attempt, to, body, taken, .. } => {
            let told = match answers.get(attempt).copied() {
                Some("accepted" | "slow") => Told::Yes,
                Some("refused") => Told::No,
                Some("later") => Told::Later,
                // It may have said "later" before it was killed, and it surely does not have it.
                None if !taken => Told::Later,
                _ => Told::Nothing,
            };
            let (to, body) = (to.as_str().to_owned(), body.clone());
            Some(Fact::Called(Call { attempt: *attempt, to, body, at: *at, told, took: *taken }))
        }
        _ => None,
    });
    called.collect()
}

/// A checker that cannot fail proves nothing: the same history, changed as a broken program would have left it.
pub fn changes_are_noticed(facts: &[Fact]) {
    let noticed = |rule: Rule, change: &dyn Fn(&mut Vec<Fact>)| {
        let mut changed = facts.to_vec();
        change(&mut changed);
        assert!(judge(&changed).iter().any(|broken| broken.rule == rule), "{rule:?} is not noticed");
    };
    let took = |fact: &&Fact| matches!(fact, Fact::Called(Call { took: true, .. }));
    let call = facts.iter().find(took).expect("a call").clone();
    noticed(Rule::CarriedOnce, &|facts| facts.push(call.clone()));
    let lost = facts.iter().find_map(|fact| match fact {
        Fact::Row(Row::Message(text)) if text.kind == Some(MessageKind::Initial) => Some(text.clone()),
        _ => None,
    });
    let lost = lost.expect("a text");
    noticed(Rule::OneEnd, &|facts| {
        facts.retain(|fact| match fact {
            Fact::Row(Row::Message(text)) => text.id != lost.id,
            Fact::Row(Row::Verdict { verdict, .. }) => verdict.id != lost.id,
            _ => true,
        });
    });
    noticed(Rule::AsPressed, &|facts| {
        facts.retain(|fact| !matches!(fact, Fact::Pressed(press) if press.id == lost.id));
    });
    noticed(Rule::OneInitial, &|facts| {
        facts.push(Fact::Row(Row::Message(MessageRow { id: Uuid::nil(), seq: 2, ..lost.clone() })));
    });
    noticed(Rule::Ledger, &|facts| {
        facts.push(Fact::Journaled { device: DeviceId(Uuid::nil()), id: lost.id });
        facts.retain(|fact| !matches!(fact, Fact::Row(Row::Ledger { entry, .. }) if entry.id == lost.id));
    });
}
