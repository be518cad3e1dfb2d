//! A stand-in of a Spoke server on a port of this machine, to text at by hand: `cargo run --example spoke -- PORT CONTACTS DELAY`
//! (the delay of each answer in milliseconds). Nothing of it reaches anybody. Voters answer by themselves, some seconds later.
//!
//! Sign in as tess.texter@example.org to text, or as ada.admin@example.org to watch; the password of both is hunter22hunter.

#[path = "../../tests/it/spoke/stand_in/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
mod stand_in;

use std::io::Write;
use std::time::Duration;

use stand_in::{StandIn, World};
use textbank::env::SystemClock;

const HELP: &str = "A stand-in of a Spoke server, to text at by hand. Nothing of it reaches anybody.

usage: spoke [PORT] [CONTACTS] [DELAY]

  PORT      of this machine; 3033 without it
  CONTACTS  in the texter's hands; 200 without it
  DELAY     of each answer, in milliseconds; 0 without it

Every third voter who was texted answers some seconds later. It runs until ctrl+c, and keeps nothing.
Sign in as tess.texter@example.org to text, or as ada.admin@example.org to watch; the password of both is hunter22hunter:

  textbank login --spoke http://127.0.0.1:3033 --email tess.texter@example.org
";

#[tokio::main]
async fn main() {
    let strange = |arg: &String| arg.parse::<u32>().is_err();
    if let Some(arg) = std::env::args().skip(1).find(strange) {
        let help = ["-h", "--help", "help"].contains(&arg.as_str());
        if help {
            let _ = std::io::stdout().write_all(HELP.as_bytes());
        } else {
            let _ = writeln!(std::io::stderr(), "`{arg}` is no number\n\n{HELP}");
        }
        std::process::exit(if help { 0 } else { 2 });
    }
    let number = |at: usize, usual: i64| std::env::args().nth(at).and_then(|arg| arg.parse().ok()).unwrap_or(usual);
    let clock = SystemClock::shared();
    let mut world = World::with_contacts(number(2, 200), clock.now());
    world.habits.delay = u64::try_from(number(3, 0)).unwrap_or(0);
    let port = u16::try_from(number(1, 3033)).unwrap_or(3033);
    let here = StandIn::start(port, world, clock.clone()).await;
    let _ = writeln!(std::io::stdout(), "a stand-in of a Spoke server: {}", here.url());
    let words = ["yes! where do I vote?", "who is this?", "No thanks", "STOP texting me"];
    let mut next = 0;
    loop {
        clock.sleep(Duration::from_secs(4)).await;
        let mut world = here.world();
        // Every third who was texted answers, once.
        let silent = |id: &i64| !world.messages.iter().any(|message| message.contact == *id && message.inbound);
        let texted = world.contacts.values().filter(|contact| contact.status == "messaged" && contact.id % 3 == 0);
        let who = texted.map(|contact| contact.id).find(silent);
        if let Some(id) = who {
            world.voter_writes(id, words[next % words.len()], clock.now());
            next += 1;
        }
    }
}
