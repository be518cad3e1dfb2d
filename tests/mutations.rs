//! Each promise broken on purpose, one after the other: the checker of histories must notice every one.
//!
//! The switch is one for the whole process, so everything is in one test. It is a program of its own: the others need not be built
//! anew with that feature.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use pretty_assertions::assert_eq;
use textbank::mutation::{Mutation, set};
use textbank::sim::check::Rule;
use textbank::sim::world::plan::Plan;
use textbank::sim::world::run;

/// Things that happen in one story.
const STEPS: usize = 120;

/// So many stories at most, until a broken promise must have been noticed.
const SEEDS: std::ops::Range<u64> = 1..200;

/// What the list says before its lines.
const HEAD: &str = "# Promises broken on purpose, and what notices

A build with the feature `mutations` can break each of these promises when it is told to (`src/mutation.rs`). For each one, stories
(`src/sim/world/`) are told from seed 1 on until the checker of histories (`src/sim/check/`) notices; the list is what it found when
it was written. `tests/mutations.rs` fails when one is not noticed, or is not in this list. Write it anew with
`TEXTBANK_WRITE_DOCS=1 cargo test --features mutations --test mutations`; see one happen with
`cargo run --features mutations --example stories -- --seeds SEED --break NAME`.

| broken on purpose | noticed by | in the story of seed |
|---|---|---|
";

/// The first story in which the checker notices, and the promises it names.
fn noticed(which: Mutation) -> Option<(u64, BTreeSet<Rule>)> {
    // Memory is quicker than a disk.
    let memory = Path::new("/dev/shm");
    let home = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a directory");
    set(Some(which));
    let found = SEEDS.clone().find_map(|seed| {
        let outcome = run(home.path(), &Plan::draw(seed, STEPS)).expect("the story can be told");
        let rules: BTreeSet<Rule> = outcome.broken.iter().map(|broken| broken.rule).collect();
        (!rules.is_empty()).then_some((seed, rules))
    });
    set(None);
    found
}

#[test]
fn every_broken_promise_is_noticed() {
    let mut list = HEAD.to_owned();
    let mut missed = Vec::new();
    for which in Mutation::ALL {
        match noticed(which) {
            Some((seed, rules)) => {
                let rules: Vec<_> = rules.iter().map(|rule| format!("{rule:?}")).collect();
                writeln!(list, "| {which:?} | {} | {seed} |", rules.join(", ")).expect("a line");
            }
            None => missed.push(which),
        }
    }
    assert!(missed.is_empty(), "nothing noticed {missed:?} in {SEEDS:?}\n{list}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mutations.md");
    if std::env::var_os("TEXTBANK_WRITE_DOCS").is_some() {
        std::fs::write(&path, &list).expect("the list is written");
    }
    // The seeds move with every change of behaviour; that each is listed does not.
    let kept = std::fs::read_to_string(&path).expect("docs/mutations.md");
    let unlisted: Vec<_> = Mutation::ALL.into_iter().filter(|one| !kept.contains(&format!("| {one:?} |"))).collect();
    assert_eq!(unlisted, [], "write docs/mutations.md anew: see its head");
}
