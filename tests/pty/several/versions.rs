//! Two versions of the program serve one database at the same time, as they do while servers are replaced by newer ones, and
//! again when one has to go back: the older program on the newer tables, and consoles of both versions on servers of both.
//!
//! `TEXTBANK_OLDER` names the older program (`.ci/long` builds one).

use std::path::PathBuf;

use textbank::db;
use textbank::server::store::sql::{Location, upkeep};
use textbank::sim::check::judge;

use super::town::Town;
use crate::harness::skip;
use crate::kills::Dice;
use crate::postgres::Database;

/// Texts of each texter between two changes.
const BETWEEN: usize = 3;

impl Town {
    /// Everybody texts, and comes to another server in between.
    fn all_text(&mut self) {
        for _ in 0..BETWEEN {
            for texter in &mut self.texters {
                texter.confirm();
            }
            self.front.cut();
        }
    }

    fn steps(&self) -> i64 {
        self.number(db::query("SELECT CAST(MAX(version) AS BIGINT) FROM schema_steps"))
    }
}

#[test]
fn servers_of_two_versions_side_by_side_lose_and_double_nothing() {
    #[expect(clippy::disallowed_methods, reason = "the long run says where it is")]
    let Some(older) = std::env::var_os("TEXTBANK_OLDER").map(PathBuf::from) else {
        return skip("TEXTBANK_OLDER names no older program: no two versions were side by side");
    };
    let Some(database) = Database::make() else { return skip("no PostgreSQL: no two versions were side by side") };
    let location = Location::Postgres(database.url());
    let mut town = Town::start_as(&mut Dice(5), database, &[], &older);
    let before = town.steps();
    town.all_text();
    // The first newer one brings the tables up to date while the others serve.
    town.roll(0);
    assert!(town.steps() > before, "the older program has all the steps: build one that is older");
    town.all_text();
    town.roll(1);
    town.all_text();
    // It is not what was hoped for: back, and forward again.
    town.roll_to(1, &older);
    town.all_text();
    town.roll(1);
    town.roll(2);
    town.all_text();
    town.come_to_rest();
    let facts = town.facts();
    let broken: Vec<_> = judge(&facts).iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let ends = town.look(&facts);
    assert!(ends.values().sum::<usize>() >= 15 * BETWEEN, "{ends:?}");
    let report = town.block_on(upkeep::check(&location, &mut |_| {})).expect("a report");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
}
