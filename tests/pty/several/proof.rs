//! The journals, the database and the carrier's log, put together for the checker, and what can be said of them without it.

use std::collections::{BTreeMap, BTreeSet};

use textbank::api::message::Outcome;
use textbank::client::CampaignServer as _;
use textbank::domain::ids::{CampaignId, DeviceId, PersonId};
use textbank::domain::ledger::Link;
use textbank::domain::message::Delivery;
use textbank::server::carrier::loopback::{LogLine, read_log};
use textbank::sim::history::{Fact, Press, Row};
use uuid::Uuid;

use super::town::Town;
use crate::kills::proof::{calls, ledger, messages, pressed};

impl Town {
    /// All logs as one history.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let rows = self.rows();
        let texts = messages(&rows);
        let mut facts = Vec::new();
        let mut texters: BTreeMap<DeviceId, PersonId> = BTreeMap::new();
        let mut known: BTreeSet<Uuid> = BTreeSet::new();
        for texter in &self.texters {
            for (id, request) in &texter.journaled {
                let device = request.shown.device;
                texters.insert(device, texter.id);
                known.insert(*id);
                facts.extend([pressed(texter.id, *id, request), Fact::Journaled { device, id: *id }]);
            }
        }
        // Those that no dead console held any more: the chain in the journal stands for them, and the hash for their words.
        for (_, entry) in ledger(&rows) {
            if known.contains(&entry.id) {
                continue;
            }
            let words = texts.get(&entry.id).map(|text| text.body.clone());
            let words = words.filter(|words| blake3::hash(words.as_bytes()).to_hex().as_str() == entry.body_hash);
            facts.push(Fact::Pressed(Press {
                texter: texters[&entry.device],
                device: entry.device,
                id: entry.id,
                campaign: entry.campaign,
                contact: entry.contact,
                kind: entry.kind,
                body: words.unwrap_or_else(|| "other words than are stored".into()),
                epoch: 0,
                after_seq: 0,
                at: entry.pressed_at,
            }));
            facts.push(Fact::Journaled { device: entry.device, id: entry.id });
        }
        facts.extend(calls(&read_log(&self.log).expect("the carrier's log")));
        facts.extend(rows);
        facts
    }

    /// What can be said without the checker: how many texts came to which end.
    pub(super) fn look(&self, facts: &[Fact]) -> BTreeMap<&'static str, usize> {
        // The newest hash of each journal stands for every text before it: the servers have each, as it was confirmed.
        let mut lines: Vec<_> = ledger(facts).collect();
        lines.sort_by_key(|(link, _)| link.n);
        let mut confirmed = 0;
        for texter in &self.texters {
            let newest = texter.newest.as_ref().expect("a place in the ledger");
            let chain: Vec<_> = lines.iter().filter(|(link, _)| link.chain == newest.chain).collect();
            assert_eq!(chain.len() as u64, newest.n, "texts that were confirmed, and lines of the ledger");
            let mut before: Option<&Link> = None;
            for ((link, entry), n) in chain.iter().zip(1..) {
                assert!(link.n == n && link.holds(entry), "line {n}: {link:?}");
                assert!(before.is_none_or(|before| before.hash == link.prev), "line {n} hangs on another");
                before = Some(link);
            }
            assert_eq!(before, Some(newest));
            assert!(texter.most as u64 <= newest.n, "a screen said {} of {}", texter.most, newest.n);
            confirmed += chain.len();
        }
        assert_eq!(confirmed, lines.len(), "lines of the ledger that are nobody's");

        let log = read_log(&self.log).expect("the carrier's log");
        let mut phones: BTreeMap<&str, usize> = BTreeMap::new();
        for line in &log {
            if let LogLine::Received { to, taken: true, .. } = line {
                *phones.entry(to.as_str()).or_default() += 1;
            }
        }
        let twice: Vec<_> = phones.iter().filter(|(_, many)| **many > 1).collect();
        assert!(twice.is_empty(), "a first text twice on a phone: {twice:?}");
        self.none_again_in_doubt(facts);

        let texts = messages(facts);
        let (mut verdicts, mut phone) = (BTreeMap::new(), BTreeMap::new());
        for fact in facts {
            match fact {
                Fact::Row(Row::Verdict { verdict, .. }) => drop(verdicts.insert(verdict.id, &verdict.outcome)),
                Fact::Row(Row::Contact { id, phone: number, .. }) => drop(phone.insert(*id, number.as_str())),
                _ => {}
            }
        }
        let held = self.block_on(self.admin().held(CampaignId(1))).expect("a list");
        let held: BTreeSet<Uuid> = held.iter().map(|text| text.message.0).collect();
        let mut ends: BTreeMap<&'static str, usize> = BTreeMap::new();
        for fact in facts {
            let Fact::Pressed(press) = fact else { continue };
            let on_the_phone = phones.get(phone[&press.contact]).copied().unwrap_or(0);
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
                        "failed, with the carrier's word"
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

    /// No text went to the carrier again but after its definite "later". The order is that of the commits: the servers' clocks
    /// jump.
    fn none_again_in_doubt(&self, facts: &[Fact]) {
        let begun = facts.iter().filter_map(|fact| match fact {
            Fact::Row(Row::Audit(line)) if line.what == "submitting" => Some((line.detail.parse().ok()?, line.n)),
            _ => None,
        });
        let begun: BTreeMap<Uuid, i64> = begun.collect();
        let mut tries: BTreeMap<Uuid, Vec<(i64, String)>> = BTreeMap::new();
        for (attempt, message, answer) in self.attempts() {
            tries.entry(message).or_default().push((begun[&attempt], answer.unwrap_or_default()));
        }
        for (message, mut tries) in tries {
            tries.sort();
            tries.pop();
            assert!(
                tries.iter().all(|(_, answer)| answer.starts_with("later")),
                "{message} went again after {tries:?}"
            );
        }
    }
}
