//! Time and processes that stop: a laptop asleep, clocks that jump, a server that is killed and comes back.

use std::path::PathBuf;
use std::time::Duration;

use textbank::api::act::Act;
use textbank::client::CampaignServer as _;
use textbank::domain::ids::{ActId, CampaignId, PersonId};
use textbank::env::{SystemClock, SystemIds};

use crate::harness::skip;
use crate::proxy::{Fault, Proxy, everything, texts};
use crate::served::{confirm_until, counts, leave, press_enter, server_gets, wait_until_all_is_handed_in};
use crate::serving::{CONTACTS, Plan, Served};

/// So that the test need not sleep for as long as a person's laptop.
const SHORT: &[(&str, &str)] = &[("TEXTBANK_CLIENT_TIMEOUT_SECONDS", "1")];
const PAST_THE_TIME_OUT: Duration = Duration::from_millis(2500);

#[test]
fn a_server_killed_in_mid_slice_has_all_it_answered_for() {
    let mut served = Served::start();
    let mut console = served.console();
    let mut confirmed = 0;
    for round in 0..4 {
        confirm_until(&mut console, confirmed + 1);
        press_enter(&mut console);
        if round % 2 == 0 {
            counts(&mut console, confirmed + 2);
        }
        served.kill();
        served.start_again();
        counts(&mut console, confirmed + 2);
        confirmed += 2;
    }
    served.stop();
    confirm_until(&mut console, confirmed + 2);
    served.start_again();
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, confirmed as i64 + 2);
    leave(console);
}

#[test]
fn a_laptop_that_sleeps_through_its_time_outs_sends_nothing_twice() {
    let line = Proxy::start();
    let served = Served::start_behind(|server| line.lead_to(server));
    let mut console = served.console_with(SHORT);
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    let mut confirmed = 1;
    for fault in [Fault::Delay, Fault::HalfOpen, Fault::HalfOpenAnswer] {
        line.breaks(texts, fault);
        confirmed += 1;
        confirm_until(&mut console, confirmed);
        line.wait_for_hits(1);
        console.signal("STOP");
        console.pass(PAST_THE_TIME_OUT);
        // What was answered meanwhile lies in its sockets, or the network went to sleep with the laptop.
        line.is_well();
        if fault == Fault::HalfOpen {
            line.cut();
        }
        console.signal("CONT");
        wait_until_all_is_handed_in(&console);
        server_gets(&served, &console, confirmed as i64);
    }
    leave(console);
}

#[test]
fn what_was_taken_from_a_laptop_asleep_is_said_and_does_not_go_out() {
    let line = Proxy::start();
    let served = Served::start_behind(|server| line.lead_to(server));
    let mut console = served.console_with(SHORT);
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    line.breaks(everything, Fault::CutBefore);
    line.cut();
    confirm_until(&mut console, 2);
    console.wait_for("1 waiting to upload");
    console.signal("STOP");
    let id = ActId(SystemIds::shared().act_id(SystemClock::shared().now()));
    let texter = served.count("SELECT DISTINCT assigned FROM contacts WHERE assigned IS NOT NULL");
    let act = Act::Reclaim { campaign: CampaignId(1), texter: PersonId(texter) };
    let verdict = served.block_on(served.admin().act(id, &act)).expect("an answer");
    assert!(verdict.is_accepted(), "{verdict:?}");
    line.is_well();
    console.signal("CONT");
    console.wait_for_screen("that contacts were taken back", |screen| {
        screen.contains("took") && screen.contains("back for others to text")
    });
    wait_until_all_is_handed_in(&console);
    // A captain's word stands over a text that had not come in: it has one verdict, a no.
    assert_eq!(served.count("SELECT count(*) FROM messages WHERE direction = 'out'"), 1);
    assert_eq!(served.count("SELECT count(*) FROM verdicts WHERE outcome LIKE '%lease_lost%'"), 1);
}

/// The library that lies about the time, and the settings that let the monotonic clock alone: a machine's own does not jump.
pub fn false_clock(says: &std::path::Path) -> Option<Vec<(String, String)>> {
    let found = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime"));
    let library: PathBuf = found.map(|dir| dir.join("libfaketime.so.1")).find(|file| file.exists())?;
    let settings = [
        ("LD_PRELOAD", library.to_str()?),
        ("FAKETIME_TIMESTAMP_FILE", says.to_str()?),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_DONT_RESET", "1"),
    ];
    Some(settings.map(|(name, value)| (name.into(), value.into())).into())
}

#[rstest::rstest]
#[case::the_laptop_s(true)]
#[case::the_server_s(false)]
fn a_wall_clock_that_jumps_loses_nothing_and_doubles_nothing(#[case] laptop: bool) {
    let directory = tempfile::tempdir().expect("a directory");
    let says = directory.path().join("clock");
    std::fs::write(&says, "+0").expect("written");
    let Some(settings) = false_clock(&says) else {
        return skip("faketime is not installed: wall clocks did not jump");
    };
    let surroundings = if laptop { Vec::new() } else { settings.clone() };
    let served = Served::start_as(Plan { surroundings, ..Plan::default() });
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut console = served.console_with(if laptop { &settings } else { &[] });
    let mut confirmed = 0;
    // Past a lease, back, past a night, and to the other side of a changed hour.
    for jump in ["+0", "+2h", "-3h", "+1h", "-20m"] {
        std::fs::write(&says, jump).expect("written");
        confirmed += 2;
        confirm_until(&mut console, confirmed);
        wait_until_all_is_handed_in(&console);
        server_gets(&served, &console, confirmed as i64);
    }
    assert!(confirmed < CONTACTS);
    leave(console);
}
