//! Every fault of the line, one after the other, under one shift: what was confirmed arrives once, and the screen says how
//! things stand all the while.

use crate::proxy::Fault::{self, *};
use crate::proxy::{Proxy, everything, feeds, texts};
use crate::served::{confirm_until, leave, server_gets, wait_until_all_is_handed_in};
use crate::serving::Served;

/// What the screen says while nothing gets through.
const NOT_THROUGH: &[&str] = &["offline since", "next try", "1 waiting to upload"];
/// What it says while the server answers that it is asked too much.
const ASKED_TO_WAIT: &[&str] = &["the server asks to wait", "1 waiting to upload"];
/// What it says of a text that is on its way.
const UNDER_WAY: &[&str] = &["1 waiting to upload"];
/// The feed may settle a text whose answer was lost before anybody reads a word on the screen.
const NOTHING: &[&str] = &[];

const HTML: &str = "Content-Type: text/html";
const LOGIN: &str = "<html><form action=/login>Guest network. Please sign in.</form></html>";

/// Requests that each fault hits at least, and what the screen must have said meanwhile.
type Row = (Fault, usize, &'static [&'static str]);

fn work_through(table: &[Row], surroundings: &[(&str, &str)]) {
    let line = Proxy::start();
    let served = Served::start_behind(|server| line.lead_to(server));
    let mut console = served.console_with(surroundings);
    let mut confirmed = 0;
    confirm_until(&mut console, 1);
    server_gets(&served, &console, 1);
    wait_until_all_is_handed_in(&console);
    for (fault, hits, says) in table {
        line.breaks(texts, *fault);
        confirmed = confirmed.max(1) + 1;
        confirm_until(&mut console, confirmed);
        line.wait_for_hits(*hits);
        for words in *says {
            console.wait_for_screen(&format!("{words:?} under {fault:?}"), |screen| screen.contains(words));
        }
        line.is_well();
        wait_until_all_is_handed_in(&console);
        server_gets(&served, &console, confirmed as i64);
        // A request that was lost on the way may still arrive, long after its text was handed in by another try.
        let late = line.deliver_late();
        assert_eq!(late > 0, *fault == Late);
        server_gets(&served, &console, confirmed as i64);
    }
    assert!(line.texts_seen() >= confirmed, "the texts took this line");
    leave(console);
}

#[test]
fn a_cut_line_loses_nothing_and_doubles_nothing() {
    let table: &[Row] = &[
        (CutBefore, 2, NOT_THROUGH),
        (CutInRequest, 2, NOT_THROUGH),
        (LoseAnswer, 1, NOTHING),
        (CutInAnswer, 1, NOTHING),
        (Late, 2, NOT_THROUGH),
        (Twice, 1, NOTHING),
        (TwiceAtOnce, 1, NOTHING),
        (Slow, 1, NOTHING),
    ];
    work_through(table, &[]);
}

#[test]
fn what_a_box_on_the_way_answers_decides_nothing() {
    let table: &[Row] = &[
        (Instead("429 Too Many Requests\r\nContent-Type: text/html\r\nRetry-After: 1", "slow down"), 2, ASKED_TO_WAIT),
        (Instead("500 Internal Server Error\r\nContent-Type: text/html", "oops"), 2, NOT_THROUGH),
        (Instead("502 Bad Gateway\r\nContent-Type: text/html", "<h1>502</h1>"), 2, NOT_THROUGH),
        (Instead("503 Service Unavailable\r\nContent-Type: text/plain", "down"), 2, NOT_THROUGH),
        (Instead("200 OK\r\nContent-Type: application/json", "{\"id\": \"0199"), 2, NOT_THROUGH),
        (Instead("200 OK\r\nContent-Type: application/json", "{\"status\": \"ok\"}"), 2, NOT_THROUGH),
        (Instead("200 OK\r\nContent-Type: text/html", LOGIN), 2, NOT_THROUGH),
        (Instead("403 Forbidden\r\nContent-Type: text/html", LOGIN), 2, NOT_THROUGH),
        (Instead("302 Found\r\nLocation: http://login.example/\r\nContent-Type: text/html", LOGIN), 2, NOT_THROUGH),
    ];
    assert!(table.iter().any(|(fault, ..)| matches!(fault, Instead(head, _) if head.contains(HTML))));
    work_through(table, &[]);
}

#[test]
fn a_line_that_is_silent_is_given_up_and_tried_again() {
    let table: &[Row] =
        &[(HalfOpen, 2, NOT_THROUGH), (HalfOpenAnswer, 1, NOTHING), (Delay, 1, NOTHING), (HalfOpen, 1, UNDER_WAY)];
    // A person would wait for twenty seconds; the test has no time for that.
    work_through(table, &[("TEXTBANK_CLIENT_TIMEOUT_SECONDS", "1")]);
}

#[test]
fn a_feed_that_is_cut_in_mid_event_misses_nothing() {
    let line = Proxy::start();
    let served = Served::start_behind(|server| line.lead_to(server));
    let mut console = served.console();
    let mut confirmed = 0;
    // Cut after each of these many bytes: in the head, at its end, in the first event, and in later ones.
    for bytes in [40, 170, 260, 333, 500, 900] {
        line.breaks(feeds, CutFeed(bytes));
        line.cut();
        confirmed += 2;
        confirm_until(&mut console, confirmed);
        line.wait_for_hits(1);
        line.is_well();
        line.cut();
        wait_until_all_is_handed_in(&console);
        server_gets(&served, &console, confirmed as i64);
    }
    leave(console);
}

#[test]
fn a_whole_network_that_goes_and_comes_back_is_told() {
    let line = Proxy::start();
    let served = Served::start_behind(|server| line.lead_to(server));
    let mut console = served.console();
    let mut confirmed = 1;
    confirm_until(&mut console, confirmed);
    wait_until_all_is_handed_in(&console);
    for fault in [CutBefore, Instead("302 Found\r\nLocation: http://login.example/\r\nContent-Type: text/html", LOGIN)]
    {
        line.breaks(everything, fault);
        line.cut();
        console.wait_for("offline since");
        confirmed += 2;
        confirm_until(&mut console, confirmed);
        console.wait_for("2 waiting to upload");
        line.is_well();
        wait_until_all_is_handed_in(&console);
        server_gets(&served, &console, confirmed as i64);
    }
    leave(console);
}
