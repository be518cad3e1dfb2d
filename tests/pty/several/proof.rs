//! The journals, the database and the carrier's log, put together for the checker, and what can be said of them without it.

use std::collections::{BTreeMap, BTreeSet};

use textbank::client::CampaignServer as _;
use textbank::domain::ids::{CampaignId, DeviceId, PersonId};
use textbank::server::carrier::loopback::read_log;
use textbank::sim::history::{Fact, Row};
use uuid::Uuid;

use super::town::Town;
use crate::kills::proof::{calls, chain_holds, ends, ledger, only_in_the_ledger, pressed};

impl Town {
    /// All logs as one history.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let rows = self.rows();
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
        facts.extend(only_in_the_ledger(&rows, |id| known.contains(id), |device| texters[&device]));
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
            let chain: Vec<_> = lines.iter().filter(|(link, _)| link.chain == newest.chain).copied().collect();
            chain_holds(&chain, newest);
            assert!(texter.most as u64 <= newest.n, "a screen said {} of {}", texter.most, newest.n);
            confirmed += chain.len();
        }
        assert_eq!(confirmed, lines.len(), "lines of the ledger that are nobody's");

        let log = read_log(&self.log).expect("the carrier's log");
        self.none_again_in_doubt(facts);
        let held = self.block_on(self.admin().held(CampaignId(1))).expect("a list");
        ends(facts, &log, &held)
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
