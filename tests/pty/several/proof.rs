//! The journals, the database and the carrier's log, put together for the checker, and what can be said of them without it.

use std::collections::BTreeMap;

use textbank::client::CampaignServer as _;
use textbank::domain::ids::CampaignId;
use textbank::server::carrier::loopback::read_log;
use textbank::sim::history::{Fact, Row};
use uuid::Uuid;

use super::town::Town;
use crate::kills::proof::{chains_hold, ends, history};

impl Town {
    /// All logs as one history.
    pub(super) fn facts(&self) -> Vec<Fact> {
        history(&self.texters, self.rows(), &self.log)
    }

    /// What can be said without the checker: how many texts came to which end.
    pub(super) fn look(&self, facts: &[Fact]) -> BTreeMap<&'static str, usize> {
        chains_hold(&self.texters, facts);
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
