//! The texter's console against a campaign server, both real programs, when things go wrong: the console is killed, the
//! server hangs, stops and comes back. Nothing confirmed may be lost, and nobody may get the first text twice.

use std::time::Duration;

use crate::harness::Terminal;
use crate::serving::{CONTACTS, Served, sent};

/// Long enough without a byte that the card has been there for its dwell.
const DWELL: Duration = Duration::from_millis(400);

/// Waits until the header counts this many texts. Where the machine was so busy that a press came before the card had
/// been there for its dwell, the press was none, by design: it is pressed again.
pub fn counts(console: &mut Terminal, number: usize) {
    for _ in 0..4 {
        if console.becomes(Duration::from_secs(40), |screen| sent(screen).is_some_and(|n| n >= number)) {
            assert_eq!(sent(&console.screen()), Some(number));
            return;
        }
        press_enter(console);
    }
    panic!("Enter does nothing:\n{}", console.screen());
}

pub fn press_enter(console: &mut Terminal) {
    console.wait_for("sends this text");
    console.wait_until_quiet(DWELL);
    console.press(b"\r");
}

/// Confirms cards until `number` are confirmed.
pub fn confirm_until(console: &mut Terminal, number: usize) {
    console.wait_for_screen("the header", |screen| sent(screen).is_some());
    let from = sent(&console.screen()).expect("a header");
    for n in from + 1..=number {
        press_enter(console);
        counts(console, n);
    }
}

pub fn wait_until_all_is_handed_in(console: &Terminal) {
    let all = |screen: &str| !screen.contains("to upload") && screen.contains("online");
    for _ in 0..100 {
        console.wait_for_screen("everything handed in", all);
        // That a text is on its way shows a moment after its press.
        console.wait_until_quiet(DWELL);
        if all(&console.screen()) {
            return;
        }
    }
    panic!("never all handed in:\n{}", console.screen());
}

/// Waits until the server has accepted this many first texts; it may never be more.
pub fn server_gets(served: &Served, console: &Terminal, number: i64) {
    // The header counts a text at the press; that it is on its way shows a moment later. Only the server's file can say.
    for _ in 0..600 {
        if served.accepted() >= number {
            break;
        }
        console.bytes_within(Duration::from_millis(100));
    }
    assert_eq!(served.accepted(), number);
}

/// `q`, and nothing is left to do: no dialog, but the one that says who waits for an answer.
pub fn leave(mut console: Terminal) {
    console.press(b"q");
    if console.shows_before_its_end("Leave now") {
        assert!(console.screen().contains("stay"), "what becomes of it is said: {}", console.screen());
        // A press that comes with the dialog is not taken for an answer to it.
        console.press_until_it_ends(b"y");
    }
    assert!(console.wait_for_end().success());
    console.is_given_back();
}

#[test]
fn a_killed_console_goes_on_where_it_was() {
    #[expect(clippy::disallowed_methods, reason = "the long run asks for more rounds")]
    let rounds = std::env::var("TEXTBANK_KILLS").ok().map_or(4, |rounds| rounds.parse().expect("a number"));
    let (mut confirmed, mut killed) = (0, 0);
    while killed < rounds {
        let served = Served::start();
        // Each campaign is worked through to the end.
        let mut seen = 0;
        while killed < rounds && seen + 3 <= CONTACTS {
            let mut console = served.console();
            console.wait_for_screen("the header", |screen| sent(screen).is_some_and(|n| n >= seen));
            console.wait_for("sends this text");
            console.wait_until_quiet(DWELL);
            // What was confirmed a moment before the last kill may have been on no screen.
            seen = sent(&console.screen()).unwrap_or(seen);
            console.press(b"\r");
            if killed % 2 == 1 {
                // The header says that it is confirmed: from here on it may not be lost.
                counts(&mut console, seen + 1);
            }
            seen = sent(&console.screen()).unwrap_or(seen);
            console.kill();
            killed += 1;
        }
        let mut console = served.console();
        console.wait_for_screen("what was confirmed", |screen| sent(screen).is_some_and(|n| n >= seen));
        confirm_until(&mut console, CONTACTS);
        wait_until_all_is_handed_in(&console);
        server_gets(&served, &console, CONTACTS as i64);
        confirmed += CONTACTS;
        leave(console);
    }
    assert!(confirmed >= CONTACTS);
}

#[test]
fn what_a_hanging_server_was_given_before_the_kill_arrives_once() {
    let served = Served::start();
    let mut console = served.console();
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    // Requests lie in the server's sockets; nobody knows whether they will count.
    served.signal("STOP");
    confirm_until(&mut console, 4);
    console.wait_for("3 waiting to upload");
    console.kill();
    served.signal("CONT");
    let console = served.console();
    console.wait_for_screen("the confirmed texts", |screen| sent(screen) == Some(4));
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, 4);
    leave(console);
}

#[test]
fn an_outage_is_told_and_worked_through() {
    let mut served = Served::start();
    let mut console = served.console();
    confirm_until(&mut console, 2);
    server_gets(&served, &console, 2);
    wait_until_all_is_handed_in(&console);
    served.stop();
    console.wait_for("offline since");
    confirm_until(&mut console, 5);
    console.wait_for("3 waiting to upload");
    server_gets(&served, &console, 2);
    // Left and opened again without the network: the journal's texts are still there.
    console.press(b"q");
    console.wait_for("not yet handed in");
    console.wait_until_quiet(DWELL);
    console.press(b"y");
    assert!(console.wait_for_end().success());
    let console = served.console();
    console.wait_for("offline since");
    console.wait_for("3 waiting to upload");
    served.start_again();
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, 5);
    leave(console);
}

#[test]
fn leaving_with_something_to_hand_in_waits_where_it_is_seen() {
    let served = Served::start();
    let mut console = served.console();
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    served.signal("STOP");
    confirm_until(&mut console, 2);
    console.press(b"q");
    console.wait_for("not yet handed in");
    console.wait_until_quiet(DWELL);
    console.press(b"\r");
    console.wait_for("Waiting until all is handed in");
    assert!(console.is_on_alternate_screen());
    served.signal("CONT");
    assert!(console.wait_for_end().success());
    console.is_given_back();
    server_gets(&served, &console, 2);
}

#[test]
fn leaving_now_does_not_wait_for_a_hanging_server() {
    let served = Served::start();
    let mut console = served.console();
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    served.signal("STOP");
    confirm_until(&mut console, 2);
    console.press(b"q");
    console.wait_for("not yet handed in");
    console.wait_until_quiet(DWELL);
    console.press(b"y");
    // The server hangs for longer than this test may take: only a console that does not wait for it ends.
    assert!(console.wait_for_end().success());
    assert!(console.screen().contains("safe in the journal"), "{}", console.screen());
    served.signal("CONT");
    let console = served.console();
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, 2);
    leave(console);
}

#[test]
fn a_sign_in_ended_while_texting_is_said_and_wiped_when_left() {
    let served = Served::start();
    let mut console = served.console();
    confirm_until(&mut console, 2);
    wait_until_all_is_handed_in(&console);
    server_gets(&served, &console, 2);
    assert!(served.kept().iter().any(|name| name == "journal.db"), "{:?}", served.kept());
    served.end_the_sign_in();
    console.wait_for("signed out");
    console.press(b"\r");
    console.wait_until_quiet(DWELL);
    assert_eq!(served.accepted(), 2, "nothing more goes out");
    console.press(b"q");
    assert!(console.wait_for_end().success());
    console.is_given_back();
    assert!(console.screen().contains("wiped from this machine"), "{}", console.screen());
    let kept = served.kept();
    assert!(
        !kept.iter().any(|name| name.starts_with("journal.") || name.starts_with("key") || name.ends_with(".json")),
        "{kept:?}"
    );
}
