//! Whole small campaigns from a seed, with everything that can go wrong, judged by the checker of histories.

use std::path::Path;

use pretty_assertions::assert_eq;
use tempfile::TempDir;
use textbank::sim::history::{from_lines, to_lines};
use textbank::sim::world::plan::Plan;
use textbank::sim::world::shrink::shrink;
use textbank::sim::world::{Outcome, run};

/// Things that happen in one story.
const STEPS: usize = 120;

/// The stories of every run of the tests; `examples/stories` tells as many as wanted.
const SEEDS: std::ops::Range<u64> = 1..41;

/// Memory is quicker than a disk, and these stories do not depend on a real one.
fn home() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a directory")
}

fn tell(home: &TempDir, plan: &Plan) -> Outcome {
    run(home.path(), plan).expect("the story can be told")
}

/// The shortest story that breaks the same promise, in words.
fn shortest(home: &TempDir, plan: &Plan, outcome: &Outcome) -> String {
    let rule = outcome.broken[0].rule;
    let short = shrink(plan, 200, |plan| tell(home, plan).broken.iter().any(|broken| broken.rule == rule));
    let told = tell(home, &short);
    let broken: Vec<_> = told.broken.iter().map(ToString::to_string).collect();
    format!("seed {}:\n  {}\n{}", plan.seed, told.story.join("\n  "), broken.join("\n"))
}

#[test]
fn every_promise_holds_in_every_story() {
    let home = home();
    for seed in SEEDS {
        let plan = Plan::draw(seed, STEPS);
        let outcome = tell(&home, &plan);
        assert!(outcome.broken.is_empty(), "{}", shortest(&home, &plan, &outcome));
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let home = home();
    for seed in [3, 4] {
        let plan = Plan::draw(seed, STEPS);
        let (one, other) = (tell(&home, &plan), tell(&home, &plan));
        assert_eq!(one.story, other.story);
        assert_eq!(one.facts, other.facts);
        let lines = to_lines(&one.facts).expect("lines");
        assert_eq!(from_lines(&lines).expect("facts"), one.facts);
    }
    assert!(tell(&home, &Plan::draw(3, STEPS)).story != tell(&home, &Plan::draw(4, STEPS)).story);
}
