//! The linear front end: a whole shift through a pipe, and what a terminal must not let through.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::harness::{DEADLINE, Home, Terminal};
use crate::served::server_gets;
use crate::serving::Served;

const QUIET: Duration = Duration::from_secs(1);
const REHEARSE: &[&str] = &["rehearse", "--short", "--seed", "7", "--plain"];

/// The program with a pipe on either side.
struct Piped {
    child: Child,
    input: ChildStdin,
    seen: Arc<(Mutex<(String, bool)>, Condvar)>,
    /// How much of the output was looked at when the last line was typed.
    at: usize,
    _home: Home,
}

impl Piped {
    fn start(args: &[&str]) -> Self {
        let home = Home::new();
        let mut child = home
            .command(args)
            // A reply leaves with its press here: nobody waits for it.
            .env("TEXTBANK_CONSOLE_REPLY_UNDO_SECONDS", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take().expect("piped");
        let mut output = child.stdout.take().expect("piped");
        let seen = Arc::new((Mutex::new((String::new(), false)), Condvar::new()));
        let sink = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                let got = output.read(&mut bytes).unwrap_or(0);
                let mut seen = sink.0.lock().expect("not broken");
                seen.0.push_str(&String::from_utf8_lossy(&bytes[..got]));
                seen.1 = got == 0;
                sink.1.notify_all();
                if got == 0 {
                    return;
                }
            }
        });
        Self { child, input, seen, at: 0, _home: home }
    }

    /// What came since the last line was typed, once it is as `done` wants it.
    fn wait(&self, what: &str, done: impl Fn(&str) -> bool) -> String {
        let guard = self.seen.0.lock().expect("not broken");
        let (seen, late) = self
            .seen
            .1
            .wait_timeout_while(guard, DEADLINE, |(text, closed)| !*closed && !done(&text[self.at..]))
            .expect("not broken");
        assert!(!late.timed_out(), "waited for {what}; it said\n{}", seen.0);
        seen.0[self.at..].to_owned()
    }

    /// What is said until the next question.
    fn question(&self) -> String {
        let asks = ["Send?", "Which number?", "What for", "Send this", "Nothing to send now", "Nobody to", "That was"];
        self.wait("a question", |text| {
            text.ends_with('\n') && text.lines().last().is_some_and(|line| asks.iter().any(|ask| line.starts_with(ask)))
        })
    }

    /// Types a line, and gives what is said until the next question.
    fn answer(&mut self, line: &str) -> String {
        self.send(line);
        self.question()
    }

    fn send(&mut self, line: &str) {
        self.at = self.seen.0.lock().expect("not broken").0.len();
        writeln!(self.input, "{line}").expect("it listens");
    }

    fn all(&self) -> String {
        self.seen.0.lock().expect("not broken").0.clone()
    }

    /// Waits for its end, and gives everything it said.
    fn end(mut self) -> String {
        drop(self.input);
        assert!(self.child.wait().expect("it ends").success());
        self.at = 0;
        let guard = self.seen.0.lock().expect("not broken");
        let (seen, late) = self.seen.1.wait_timeout_while(guard, DEADLINE, |seen| !seen.1).expect("not broken");
        assert!(!late.timed_out());
        seen.0.clone()
    }
}

/// True when nothing but printable characters and line ends is in it.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\n')
}

#[test]
fn a_whole_shift_is_worked_through_a_pipe() {
    let mut shift = Piped::start(REHEARSE);
    let first = shift.question();
    assert!(first.starts_with("REHEARSAL."), "{first}");
    assert!(first.contains("Text: ") && first.contains("1 of 8."), "{first}");
    // Enter alone tells it again, and a question mark what can be done.
    assert!(shift.answer("").contains("1 of 8."));
    assert!(shift.answer("?").contains("o: opt out."));
    let mut answer = String::new();
    for card in 1..=8 {
        answer = shift.answer("y");
        assert_eq!(answer.contains(&format!("{} of 8.", card + 1)), card < 8, "after {card}: {answer}");
    }
    assert!(!answer.contains("Send?"), "{answer}");
    // Somebody answers; their words are told, and the list says who it is.
    if !shift.all().contains("answered") && !shift.all().contains("new answers") {
        shift.wait("an answer", |text| text.contains("answered") || text.contains("new answers"));
    }
    let mut talk = shift.answer("n");
    assert!(talk.contains("Conversation with ") && talk.contains("What for "), "{talk}");
    assert!(talk.contains("the first text"), "what was heard is not told again: {talk}");
    // An answer is recorded by its number, the script's line is told whole before it can go out.
    talk = shift.answer("a");
    assert!(talk.contains("\n1: ") && talk.contains("Which number?"), "{talk}");
    talk = shift.answer("b");
    assert!(talk.contains("What for "), "{talk}");
    talk = shift.answer("c");
    assert!(talk.contains("Canned replies") && talk.contains("\n1: "), "{talk}");
    talk = shift.answer("1");
    assert!(talk.contains("Your reply to ") && talk.ends_with("?\n") || talk.contains("Send this reply?"), "{talk}");
    talk = shift.answer("y");
    assert!(!talk.contains("Not sent"), "{talk}");
    talk = shift.answer("status");
    assert!(talk.contains("Sent now: 8. Replies sent: 1."), "{talk}");
    shift.send("F");
    shift.wait("the score", |text| text.contains("That was your shift."));
    shift.send("q");
    let all = shift.end();
    assert!(all.contains("9 texts sent (8 of them first texts)"), "{all}");
    assert_eq!(all.matches("Your rehearsal").count(), 1, "the score is told once");
    assert!(is_plain(&all), "{all:?}");
    // Each wording is told whole once: eight cards, fewer texts.
    let texts: Vec<&str> = all.lines().filter(|line| line.starts_with("Text: ")).collect();
    assert!((1..8).contains(&texts.len()), "{texts:#?}");
}

#[test]
fn empty_lines_through_a_pipe_send_nothing() {
    let args = [REHEARSE, &["--set", "console.dwell_ms=50"]].concat();
    let mut shift = Piped::start(&args);
    shift.question();
    shift.input.write_all(&[b'\n'; 100]).expect("it listens");
    shift.send("status");
    let said = shift.wait("the status", |text| text.contains("Sent now: "));
    assert!(said.contains("0 of 8 first texts done. Sent now: 0."), "{said}");
}

/// The program in a terminal that shows what it writes and no more.
fn terminal() -> Terminal {
    Terminal::start_lines(&Home::new(), 200, 60, REHEARSE)
}

fn said(terminal: &Terminal) -> String {
    String::from_utf8_lossy(&terminal.output()).into_owned()
}

/// Waits until it has said this.
fn wait_said(terminal: &Terminal, words: &str) {
    wait_until(terminal, words, |all| all.contains(words));
}

fn wait_until(terminal: &Terminal, what: &str, done: impl Fn(&str) -> bool) {
    for _ in 0..DEADLINE.as_millis() / 100 {
        if done(&said(terminal)) {
            return;
        }
        terminal.bytes_within(Duration::from_millis(100));
    }
    panic!("waited for {what}; it said\n{}", said(terminal));
}

/// What the status says of texts sent.
fn sent(terminal: &mut Terminal) -> u32 {
    terminal.wait_until_quiet(QUIET);
    let before = said(terminal).matches("Sent now: ").count();
    terminal.press(b"status\n");
    wait_until(terminal, "the status", |all| all.matches("Sent now: ").count() > before);
    let all = said(terminal);
    let number = all.rsplit_once("Sent now: ").map(|(_, rest)| rest.split('.').next().unwrap_or_default());
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{all}"))
}

#[test]
fn what_was_typed_before_the_text_was_told_is_thrown_away() {
    let mut terminal = terminal();
    terminal.press(b"y\ny\ny\ny\n");
    wait_said(&terminal, "Thrown away");
    assert_eq!(sent(&mut terminal), 0, "{}", said(&terminal));
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"y\n");
    wait_said(&terminal, "2 of 8.");
    assert_eq!(sent(&mut terminal), 1, "{}", said(&terminal));
    let all = said(&terminal);
    assert!(!all.contains('\u{1b}') && !all.contains('\u{7}'), "{all:?}");
    assert!(!terminal.is_on_alternate_screen());
}

#[rstest::rstest]
#[case::enters(b"\n".as_slice())]
#[case::words(b"y\n".as_slice())]
fn five_hundred_pasted_lines_send_nothing(#[case] line: &[u8]) {
    let mut terminal = terminal();
    wait_said(&terminal, "Send?");
    terminal.wait_until_quiet(QUIET);
    terminal.press(&line.repeat(500));
    wait_said(&terminal, "Thrown away");
    assert_eq!(sent(&mut terminal), 0, "{}", said(&terminal));
    let thrown = said(&terminal).matches("Thrown away").count();
    assert!(thrown <= 3, "said {thrown} times");
}

#[test]
fn several_lines_at_once_are_one_reply_and_nothing_is_sent_by_them() {
    let mut terminal = terminal();
    wait_said(&terminal, "Send?");
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"y\n");
    wait_said(&terminal, "2 of 8.");
    // The first answer comes within seconds; in mid-question nothing of it is told.
    for _ in 0..100 {
        terminal.wait_until_quiet(QUIET);
        terminal.press(b"n\n");
        wait_until(&terminal, "an answer to n", |all| {
            let after = all.rsplit_once("\nn\r\n").map_or("", |(_, after)| after);
            after.contains("Nobody waits") || after.contains("What for")
        });
        if said(&terminal).contains("What for") {
            break;
        }
    }
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"i\n");
    wait_said(&terminal, "Write to ");
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"Thank you!\ny\ny\n");
    wait_said(&terminal, "Next line: y");
    let all = said(&terminal);
    assert!(all.contains(": Thank you!\r\nNext line: y\r\nNext line: y\r\n"), "{all}");
    terminal.wait_until_quiet(QUIET);
    terminal.press(b"status\n");
    wait_said(&terminal, "Replies sent: 0.");
}

#[test]
fn a_terminal_that_can_draw_nothing_gets_lines() {
    let command = format!("TERM=dumb exec '{}' {}", env!("CARGO_BIN_EXE_textbank"), REHEARSE[..4].join(" "));
    let terminal = Terminal::start_shell(&Home::new(), 200, 60, &["-c", &command]);
    wait_said(&terminal, "Send?");
    let all = said(&terminal);
    assert!(all.contains("REHEARSAL.") && !all.contains('\u{1b}'), "{all:?}");
}

#[test]
fn a_real_campaign_takes_no_pipe() {
    let served = Served::start();
    for command in ["text", "captain"] {
        let mut child = served
            .home
            .command(&[command, "--plain"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // It may be gone before anybody has written.
        let _ = child.stdin.take().expect("piped").write_all(b"y\ny\ny\n");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(2), "{command}");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(why.contains("worked at a terminal") && why.contains("textbank rehearse"), "{why}");
    }
    assert_eq!(served.accepted(), 0);
}

#[test]
fn a_servers_campaign_is_worked_in_lines() {
    let served = Served::start();
    let mut console = Terminal::start_lines(&served.home, 80, 60, &["text", "--plain"]);
    wait_said(&console, "Send?");
    let all = said(&console);
    let mark = all.find("REHEARSAL.").expect("the mark");
    assert!(all.find("Text: ").is_some_and(|text| mark < text), "who the voters are comes first: {all}");
    console.wait_until_quiet(QUIET);
    console.press(b"y\n");
    server_gets(&served, &console, 1);
    wait_said(&console, "2 of ");
    console.wait_until_quiet(QUIET);
    // Broken at words by us, not in mid-word by the terminal; what goes on is indented.
    let all = said(&console);
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");
    assert!(all.lines().any(|line| line.starts_with("  ")), "{all}");
    console.press(b"q\n");
    wait_said(&console, "Leave now");
    console.wait_until_quiet(QUIET);
    console.press(b"y\n");
    assert!(console.wait_for_end().success());
    assert!(!said(&console).contains('\u{1b}'), "{:?}", said(&console));
}
