//! The program itself in a pseudo-terminal, against a served campaign on this machine.

use std::time::{Duration, Instant};

use crate::harness::Terminal;
use crate::line;
use crate::machine::resident;
use crate::serving::{CONTACTS, Served, sent};

/// Measures `rounds` starts and as many sends.
pub fn measure(rounds: usize) -> anyhow::Result<()> {
    println!("the program in a pseudo-terminal, 80x24, against `textbank serve` over loopback");
    let served = Served::start();
    let mut starts = Vec::new();
    let mut memory: f64 = 0.0;
    for _ in 0..rounds {
        let begun = Instant::now();
        let mut console = Terminal::start_in(&served.home, 80, 24, &["text"]);
        console.wait_for("sends this text");
        starts.push(begun.elapsed());
        memory = memory.max(resident(console.process()));
        leave(&mut console);
    }
    line("  start -> first card painted (`text`)", starts);
    let mut console = Terminal::start_in(&served.home, 80, 24, &["text"]);
    console.wait_for("sends this text");
    let mut keys = Vec::new();
    for n in 1..=rounds.min(CONTACTS - 1) {
        // Longer than the rest after which a second press stands at once.
        console.bytes_within(Duration::from_millis(10));
        console.wait_until_quiet(Duration::from_millis(1_100));
        let begun = Instant::now();
        console.press(b"\r");
        console
            .wait_for_screen("the next card", |screen| sent(screen) == Some(n) && screen.contains("sends this text"));
        keys.push(begun.elapsed());
    }
    line("  key -> next card painted (`text`)", keys);
    memory = memory.max(resident(console.process()));
    leave(&mut console);
    println!("  resident memory of `text`: {memory:.1} MB");
    let mut starts = Vec::new();
    for _ in 0..rounds.min(10) {
        let begun = Instant::now();
        let mut console = Terminal::start(80, 24, &["rehearse", "--short", "--seed", "7"]);
        console.wait_for("sends this text");
        starts.push(begun.elapsed());
        memory = resident(console.process());
        leave(&mut console);
    }
    line("  start -> first card painted (`rehearse`, server included)", starts);
    println!("  resident memory of `rehearse`, server included: {memory:.1} MB");
    Ok(())
}

fn leave(console: &mut Terminal) {
    console.signal("TERM");
    console.wait_for_end();
}
