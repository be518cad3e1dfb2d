//! When the program breaks, the terminal comes back first.

use textbank::console::term::host::Host;
use textbank::console::term::{panic, real::RealTerminal};

use crate::harness::{Home, Terminal};

/// Says to the test's own program, started anew in a terminal, that it is the one to break.
const BREAKS: &str = "TEXTBANK_TEST_BREAKS_IN";

/// Not a test by itself: what the next one starts in a terminal.
#[test]
#[expect(clippy::disallowed_methods, reason = "the only way to tell this program that it was started for this")]
fn breaks_with_the_terminal_in_its_hands() {
    let Ok(directory) = std::env::var(BREAKS) else { return };
    panic::install(directory.into());
    let mut terminal = RealTerminal::take(false, None).expect("a terminal");
    terminal.title("about to break").expect("a title");
    panic!("Maria Castillo +12125550123");
}

#[test]
fn a_panic_gives_the_terminal_back_and_tells_nobody_s_words() {
    let home = Home::new();
    let directory = tempfile::tempdir().expect("a directory");
    let program = std::env::current_exe().expect("this program");
    let name = "panic::breaks_with_the_terminal_in_its_hands";
    let crash = directory.path().to_str().expect("a plain path");
    let mut terminal = Terminal::start_program(
        &home,
        100,
        24,
        program,
        &["--exact", name, "--nocapture", "--test-threads=1"],
        &[(BREAKS, crash)],
    );
    assert!(!terminal.wait_for_end().success(), "it broke");
    terminal.is_given_back();
    let output = String::from_utf8_lossy(&terminal.output()).into_owned();
    let left = output.rfind("\u{1b}[?1049l").expect("the alternate screen was left");
    let told = output.find("textbank broke at").expect("it says so");
    assert!(left < told, "what is told is told on the screen that stays");
    let reports: Vec<_> = std::fs::read_dir(directory.path()).expect("the directory").flatten().collect();
    assert_eq!(reports.len(), 1);
    let report = std::fs::read_to_string(reports[0].path()).expect("the report");
    for text in [output, report] {
        assert!(!text.contains("Castillo") && !text.contains("5550123"), "{text}");
    }
}
