//! Servers that break a promise on purpose, in a build made for that alone: what is seen of them from outside must be noticed.

use textbank::sim::check::{Rule, judge};

use super::town::Town;
use crate::harness::skip;
use crate::kills::Dice;
use crate::postgres::Database;

/// Kills until one fell between an answer and its commit, at most.
const TRIES: usize = 30;

/// The texter's console was told that a text is accepted, and the server died before it was: nobody but the console knows of it then.
#[test]
fn an_answer_before_its_commit_is_noticed() {
    let Some(database) = Database::make() else { return skip("no PostgreSQL: nothing was answered before its commit") };
    let mut town = Town::start(&mut Dice(5), database, &[]);
    town.one_server_breaks(Some("AnswerBeforeCommit"));
    let lost = (0..TRIES).any(|_| town.dies_after_an_answer());
    assert!(lost, "no server died between its answer and its commit");
    town.one_server_breaks(None);
    town.come_to_rest();
    let broken = judge(&town.facts());
    assert!(broken.iter().any(|broken| broken.rule == Rule::OneVerdict), "{broken:?}");
}
