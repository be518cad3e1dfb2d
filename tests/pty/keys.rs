//! Key presses as terminals bring them: held keys at the pace of real systems, pastes, a terminal's own answers, presses
//! before there was anything to read, and a quick honest hand.

use std::time::Duration;

use crate::harness::{ANSWERS, Home, Terminal};

const QUIET: Duration = Duration::from_secs(1);
const REHEARSE: &[&str] = &["rehearse", "--short", "--seed", "7"];
/// A terminal that speaks kitty's keyboard protocol.
const KITTY: &str = "\x1b[?0u\x1b[?62;22c";

fn start() -> Terminal {
    let terminal = Terminal::start(80, 24, REHEARSE);
    terminal.wait_for("sends this text");
    terminal.wait_until_quiet(QUIET);
    terminal
}

fn start_kitty() -> Terminal {
    let terminal = Terminal::start_with(&Home::new(), 80, 24, REHEARSE, &[(ANSWERS, KITTY)]);
    terminal.wait_for("sends this text");
    // The long form of every key has to be settled in.
    terminal.wait_until_quiet(QUIET);
    terminal.pass(QUIET);
    terminal
}

fn sent(terminal: &Terminal) -> u32 {
    let screen = terminal.screen();
    let before = screen.split_once(" of 8 done").map(|(before, _)| before).unwrap_or_default();
    before.rsplit(char::is_whitespace).next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{screen}"))
}

#[expect(clippy::disallowed_methods, reason = "the pace of a keyboard is real time")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// Presses at these moments; true when the machine let us keep the pace, to within `slack` of each pause.
fn press_at(terminal: &mut Terminal, pauses: &[Duration], slack: Duration, key: &[u8]) -> bool {
    let mut kept = true;
    let mut last = now();
    terminal.press(key);
    for pause in pauses {
        terminal.pass(pause.saturating_sub(last.elapsed()));
        kept &= last.elapsed() < *pause + slack;
        last = now();
        terminal.press(key);
    }
    kept
}

/// The first press, the pause before a system repeats it, and then its repeats, for five seconds.
fn held(first: u64, then: u64) -> Vec<Duration> {
    let repeats = usize::try_from((5000 - first) / then).expect("a number");
    let mut pauses = vec![Duration::from_millis(first)];
    pauses.resize(repeats, Duration::from_millis(then));
    pauses
}

#[rstest::rstest]
#[case::xterm(660, 40)]
#[case::a_mac(375, 90)]
#[case::a_fast_mac(225, 30)]
#[case::windows(500, 33)]
fn a_key_held_for_five_seconds_sends_one_text(#[case] first: u64, #[case] then: u64) {
    // A machine that is too busy to hold the key evenly lets go of it: that is another test.
    for _ in 0..5 {
        let mut terminal = start();
        let kept = press_at(&mut terminal, &held(first, then), Duration::from_millis(110 - then), b"\r");
        terminal.wait_until_quiet(QUIET);
        if kept {
            assert_eq!(sent(&terminal), 1, "{}", terminal.screen());
            return;
        }
    }
    crate::harness::skip("this machine is too busy to hold a key evenly");
}

#[test]
fn a_key_held_where_the_terminal_tells_repeats_sends_one_text() {
    let mut terminal = start_kitty();
    terminal.press(b"\x1b[13;1:1u");
    for pause in held(500, 33) {
        terminal.pass(pause);
        terminal.press(b"\x1b[13;1:2u");
    }
    terminal.press(b"\x1b[13;1:3u");
    terminal.wait_until_quiet(QUIET);
    assert_eq!(sent(&terminal), 1, "{}", terminal.screen());
    // However slow the repeats are: the terminal says what they are.
    for _ in 0..3 {
        terminal.pass(Duration::from_millis(1200));
        terminal.press(b"\x1b[13;1:2u");
    }
    terminal.wait_until_quiet(QUIET);
    assert_eq!(sent(&terminal), 1, "{}", terminal.screen());
    terminal.press(b"\x1b[13;1:1u\x1b[13;1:3u");
    terminal.wait_for("2 of 8 done");
}

#[test]
fn five_hundred_pasted_presses_send_nothing() {
    let mut terminal = start();
    let mut paste = b"\x1b[200~".to_vec();
    paste.extend([b'\r'; 500]);
    paste.extend(b"\x1b[201~");
    terminal.press(&paste);
    terminal.wait_until_quiet(QUIET);
    assert_eq!(sent(&terminal), 0, "{}", terminal.screen());
}

#[test]
fn five_hundred_pasted_presses_that_the_terminal_does_not_mark_send_one_at_most() {
    let mut terminal = start();
    terminal.press(&[b'\r'; 500]);
    terminal.wait_until_quiet(QUIET);
    assert!(sent(&terminal) <= 1, "{}", terminal.screen());
}

#[rstest::rstest]
#[case::where_the_cursor_is(b"\x1b[12;34R")]
#[case::who_it_is(b"\x1b[?62;22c\x1b[>41;379;0c")]
#[case::its_name(b"\x1bP>|XTerm(379)\x1b\\")]
#[case::a_colour(b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\\x1b]11;rgb:0000/0000/0000\x07")]
#[case::the_window_has_the_focus(b"\x1b[I\x1b[O\x1b[I")]
#[case::its_keyboard(b"\x1b[?0u")]
#[case::a_mode(b"\x1b[?2026;2$y\x1b[?2048;0$y")]
#[case::its_size(b"\x1b[8;24;80t\x1b[48;24;80;480;800t")]
fn what_a_terminal_answers_by_itself_does_nothing(#[case] answer: &[u8]) {
    let mut terminal = start();
    let before = terminal.screen();
    terminal.press(answer);
    terminal.wait_until_quiet(QUIET);
    assert_eq!(sent(&terminal), 0);
    // Time goes on in the header; the card, the panes and the keys below stay as they were. What is left of an answer may be taken for a
    // key that nothing is bound to: that it does nothing is all that is said of it.
    let after = terminal.screen();
    let below = |screen: &str| screen.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    let (now, then) = (below(&after), below(&before));
    assert_eq!(now.len(), then.len());
    for (now, then) in now.iter().zip(&then) {
        assert!(now == then || now.contains("does nothing here"), "{after}");
    }
}

#[test]
fn what_was_pressed_before_the_first_card_sends_nothing() {
    // With the answer to the first question come presses that nobody can have meant for a card.
    let answers = format!("\x1b[?62;22c{}", "\r".repeat(3));
    let mut terminal = Terminal::start_with(&Home::new(), 80, 24, REHEARSE, &[(ANSWERS, &answers)]);
    terminal.press(b"\r");
    terminal.wait_for("sends this text");
    terminal.wait_until_quiet(QUIET);
    assert_eq!(sent(&terminal), 0, "{}", terminal.screen());
}

#[rstest::rstest]
#[case::plain(false)]
#[case::kitty(true)]
fn four_honest_presses_a_second_all_count(#[case] kitty: bool) {
    // A machine that is too busy shows a card later than it says, and the press comes before the dwell: then more slowly.
    for seen in [200, 200, 400, 1_000, 3_000] {
        let mut terminal = if kitty { start_kitty() } else { start() };
        let key: &[u8] = if kitty { b"\x1b[13;1:1u\x1b[13;1:3u" } else { b"\r" };
        let all = (1..=7).all(|n| {
            terminal.press(key);
            let pressed = now();
            let next = format!("{n} of 8 done");
            let counted = terminal.becomes(Duration::from_secs(10), |screen| screen.contains(&next));
            // The next card has to have been there for its dwell.
            let seen = Duration::from_millis(seen);
            terminal.pass(seen.max(Duration::from_millis(250).saturating_sub(pressed.elapsed())));
            counted
        });
        if all {
            assert_eq!(sent(&terminal), 7);
            return;
        }
    }
    panic!("presses of a quick hand are not counted");
}
