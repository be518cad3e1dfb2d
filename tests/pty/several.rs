//! Three campaign servers on one PostgreSQL, three texters' consoles that are passed on from one to another, and the carrier:
//! real processes, each with a log of its own. Servers are killed and stand still past every time-out, their lines to the
//! database are cut and stand half open, their clocks jump, consoles die. When all of it has come to rest the checker of
//! histories reads the journals, the database and the carrier's log.
//!
//! `TEXTBANK_SEVERAL` says how many faults, `TEXTBANK_SEVERAL_SEED` by which dice. The dice choose what, whom and for how long;
//! how far each process had come at that moment is the machine's.

mod proof;
mod rolling;
mod town;
mod versions;
pub mod wire;

use std::io::Write as _;

use textbank::sim::check::judge;

use self::town::Town;
use crate::harness::skip;
use crate::kills::proof::changes_are_noticed;
use crate::kills::{Dice, of_the_surroundings};
use crate::postgres::Database;

#[test]
fn whatever_befalls_three_servers_nothing_is_lost_and_nothing_goes_out_twice() {
    let wanted = of_the_surroundings("TEXTBANK_SEVERAL").map_or(6, |faults| usize::try_from(faults).expect("a number"));
    let seed = of_the_surroundings("TEXTBANK_SEVERAL_SEED").unwrap_or(11);
    let mut dice = Dice(seed);
    let mut suffered = 0;
    while suffered < wanted {
        let Some(database) = Database::make() else { return skip("no PostgreSQL: there were no three servers") };
        let mut town = Town::start(&mut dice, database, &[]);
        let befell = town.work(&mut dice, wanted - suffered);
        suffered += befell.len();
        town.come_to_rest();
        let facts = town.facts();
        let broken: Vec<_> = judge(&facts).iter().map(ToString::to_string).collect();
        assert!(broken.is_empty(), "seed {seed}, after {befell:?}: {broken:#?}");
        let ends = town.look(&facts);
        changes_are_noticed(&facts);
        // Nobody reads it when the output is captured.
        let _ = writeln!(std::io::stderr(), "seed {seed}: {befell:?}; {ends:?}");
    }
}
