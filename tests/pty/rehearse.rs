//! A rehearsal in a terminal.

use std::time::Duration;

use crate::harness::Terminal;

const QUIET: Duration = Duration::from_secs(1);

fn start(columns: u16, rows: u16) -> Terminal {
    let terminal = Terminal::start(columns, rows, &["rehearse", "--short", "--seed", "7"]);
    terminal.wait_for("sends this text");
    terminal
}

/// First texts confirmed so far, as the header says.
fn sent(screen: &str) -> Option<u32> {
    let (before, _) = screen.split_once(" of 8 done")?;
    before.rsplit(char::is_whitespace).next()?.parse().ok()
}

#[test]
fn the_first_screen_says_that_it_is_a_rehearsal_and_an_idle_one_writes_nothing() {
    let terminal = start(80, 24);
    assert!(terminal.screen().contains("REHEARSAL"), "{}", terminal.screen());
    assert!(terminal.is_on_alternate_screen());
    terminal.wait_until_quiet(QUIET);
    let bytes = terminal.bytes_within(Duration::from_secs(5));
    assert!(bytes.is_empty(), "{:?}", String::from_utf8_lossy(&bytes));
}

#[test]
fn the_cursor_is_on_the_text_that_would_be_sent() {
    let terminal = start(80, 24);
    terminal.wait_until_quiet(QUIET);
    assert!(terminal.cursor_is_shown());
    let (row, column) = terminal.cursor();
    let line = terminal.row(row);
    let around: Vec<char> = line.chars().skip(usize::from(column) - 2).take(3).collect();
    assert!(
        matches!(around.as_slice(), ['┃', ' ', first] if first.is_alphabetic()),
        "cursor at {row},{column} of\n{}",
        terminal.screen()
    );
}

#[test]
fn a_paste_sends_nothing() {
    let mut terminal = start(80, 24);
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"\x1b[200~\r\r  \r\x1b[201~");
    terminal.wait_until_quiet(QUIET);
    assert_eq!(sent(&terminal.screen()), Some(0), "{}", terminal.screen());
}

#[test]
fn a_paste_that_the_terminal_does_not_mark_sends_at_most_one() {
    let mut terminal = start(80, 24);
    terminal.wait_until_quiet(QUIET);
    terminal.press(&[b'\r'; 200]);
    terminal.wait_until_quiet(QUIET);
    assert!(sent(&terminal.screen()).is_some_and(|sent| sent <= 1), "{}", terminal.screen());
}

#[rstest::rstest]
#[case::asked_to_end("TERM")]
#[case::the_window_was_closed("HUP")]
#[case::interrupted("INT")]
fn a_signal_to_end_gives_the_terminal_back(#[case] signal: &str) {
    let mut terminal = start(80, 24);
    terminal.wait_until_quiet(QUIET);
    terminal.signal(signal);
    terminal.wait_for_end();
    terminal.is_given_back();
    let output = terminal.output();
    let has = |part: &[u8]| output.windows(part.len()).any(|window| window == part);
    assert!(has(b"\x1b[?2004h") && has(b"\x1b[?2004l"), "bracketed paste on and off");
}

#[test]
fn clicks_are_asked_for_where_they_are_wanted_and_send_nothing() {
    let mut terminal = Terminal::start(80, 24, &["rehearse", "--short", "--seed", "7", "--set", "console.mouse=true"]);
    terminal.wait_for("sends this text");
    terminal.wait_until_quiet(QUIET);
    // On the card, and on the key that sends it.
    for (column, row) in [(20, 8), (2, 24), (2, 24)] {
        terminal.press(format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m").as_bytes());
    }
    terminal.wait_for("A click does not do this");
    assert_eq!(sent(&terminal.screen()), Some(0), "{}", terminal.screen());
    terminal.signal("TERM");
    terminal.wait_for_end();
    terminal.is_given_back();
    let output = terminal.output();
    let has = |part: &[u8]| output.windows(part.len()).any(|window| window == part);
    assert!(has(b"\x1b[?1000h") && has(b"\x1b[?1006h") && has(b"\x1b[?1000l"), "on and off");
}

/// Shows the score and leaves it; says how long that took.
fn score_and_leave() -> Duration {
    let mut terminal = start(80, 24);
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"\r");
    terminal.wait_for("1 of 8 done");
    terminal.wait_for_screen("the text handed in", |screen| !screen.contains("to upload"));
    terminal.press(b"q");
    terminal.wait_for("Your rehearsal");
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"q");
    // Nothing is unsettled, so nothing is waited for: no farewell of the server, no call that hangs until its time-out.
    let took = terminal.time_to_end();
    assert!(terminal.wait_for_end().success());
    terminal.is_given_back();
    took
}

#[test]
fn the_score_is_shown_and_left_at_once() {
    // A busy machine may be slow once; a time-out that is waited for is waited for each time.
    assert!((0..4).any(|_| score_and_leave() < Duration::from_secs(9)), "something is waited for");
}

#[test]
fn every_size_is_drawn() {
    let terminal = start(80, 24);
    terminal.resize(40, 12);
    terminal.wait_for_screen("the small screen", |screen| {
        screen.lines().all(|line| line.chars().count() <= 40) && screen.contains("REHEARSAL")
    });
    terminal.resize(20, 5);
    terminal.wait_for("40×12 needed");
    terminal.resize(120, 40);
    terminal.wait_for("Replies");
}
