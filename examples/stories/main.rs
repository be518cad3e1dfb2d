//! Tells as many stories as wanted and judges each: `cargo run --example stories -- --seeds 1..5000 [--steps N] [--break NAME]`.
//!
//! A story that breaks a promise is shortened and printed in words; then the exit code is 1. Ctrl-C stops with the counts so far.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, anyhow, bail};
use textbank::env::SystemClock;
use textbank::sim::world::plan::Plan;
use textbank::sim::world::shrink::shrink;
use textbank::sim::world::{Outcome, run};

struct Wanted {
    seeds: Range<u64>,
    steps: usize,
    broken: Option<String>,
    tell: bool,
}

fn wanted() -> anyhow::Result<Wanted> {
    let mut wanted = Wanted { seeds: 1..101, steps: 120, broken: None, tell: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--seeds" => {
                let text = value()?;
                let (from, to) = text.split_once("..").unwrap_or((&text, ""));
                let from: u64 = from.parse().context("--seeds: FROM..TO, or one number")?;
                wanted.seeds = from..if to.is_empty() { from + 1 } else { to.parse().context("--seeds: FROM..TO")? };
            }
            "--steps" => wanted.steps = value()?.parse().context("--steps: a number")?,
            "--break" => wanted.broken = Some(value()?),
            "--tell" => wanted.tell = true,
            _ => bail!("{word} is not known; there are --seeds FROM..TO, --steps N, --break NAME, --tell"),
        }
    }
    Ok(wanted)
}

#[cfg(feature = "mutations")]
fn break_it(name: &str) -> anyhow::Result<()> {
    use textbank::mutation::{Mutation, set};
    let found = Mutation::ALL.into_iter().find(|one| format!("{one:?}") == name);
    set(Some(found.ok_or_else(|| anyhow!("{name} is none of {:?}", Mutation::ALL))?));
    Ok(())
}

#[cfg(not(feature = "mutations"))]
fn break_it(_: &str) -> anyhow::Result<()> {
    Err(anyhow!("this build keeps its promises: build with --features mutations"))
}

fn main() -> anyhow::Result<ExitCode> {
    let wanted = wanted()?;
    if let Some(name) = &wanted.broken {
        break_it(name)?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;
    // Memory is quicker than a disk, and these stories do not depend on a real one.
    let memory = std::path::Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let dir = dir.context("a directory for the stories")?;
    let clock = SystemClock::shared();
    let mut out = std::io::stdout().lock();
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut runs = 0_u64;
    for seed in wanted.seeds.clone() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let plan = Plan::draw(seed, wanted.steps);
        let outcome = run(dir.path(), &plan).with_context(|| format!("seed {seed}"))?;
        runs += 1;
        if wanted.tell {
            for line in &outcome.story {
                writeln!(out, "{line}")?;
            }
        }
        if !outcome.broken.is_empty() {
            tell_shortest(&mut out, dir.path(), &plan, &outcome)?;
            return Ok(ExitCode::FAILURE);
        }
        for (what, many) in outcome.counts {
            *counts.entry(what).or_default() += many;
        }
        if runs.is_multiple_of(50) {
            writeln!(out, "{runs} stories, {:.0} s", clock.monotonic().as_secs_f64())?;
        }
    }
    writeln!(
        out,
        "{runs} stories of {} steps in {:.1} s, every promise held",
        wanted.steps,
        clock.monotonic().as_secs_f64()
    )?;
    for (what, many) in counts {
        writeln!(out, "{many:>9}  {what}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the shortest story that breaks the same promise.
fn tell_shortest(
    out: &mut impl std::io::Write,
    dir: &std::path::Path,
    plan: &Plan,
    outcome: &Outcome,
) -> anyhow::Result<()> {
    let rule = outcome.broken[0].rule;
    writeln!(out, "seed {}: {}; looking for the shortest story", plan.seed, outcome.broken[0])?;
    let same = |plan: &Plan| run(dir, plan).is_ok_and(|one| one.broken.iter().any(|broken| broken.rule == rule));
    let shortest = shrink(plan, 400, same);
    let told = run(dir, &shortest)?;
    writeln!(out, "seed {}, {} actions:", plan.seed, shortest.actions.len())?;
    for line in &told.story {
        writeln!(out, "  {line}")?;
    }
    for broken in &told.broken {
        writeln!(out, "BROKEN {broken}")?;
    }
    Ok(())
}
