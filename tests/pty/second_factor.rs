//! A captain's second factor in a terminal: set, asked for line by line, and asked for over an open board.

use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use textbank::api::people::JoinRequest;
use textbank::api::problem::Code;
use textbank::client::CallError;
use textbank::client::native::{JoinLink, NativeServer, Timeouts, join};
use textbank::domain::ids::DeviceId;
use textbank::domain::second_factor::{OneTimeCode, Secret, step_at};
use textbank::env::SystemClock;

use crate::harness::{Home, Terminal};
use crate::served::leave;
use crate::serving::Served;

const NOT_NOW: &str = "That is not the code now";

/// What the phone shows now, or so many half minutes later; the next one is taken as well.
pub fn code(secret: &Secret, later: u64) -> OneTimeCode {
    secret.code(step_at(SystemClock::shared().now()) + later)
}

/// Types codes until one is taken: a slow machine may take longer for it than a code is good.
fn until_taken(terminal: &mut Terminal, secret: &Secret, later: u64, done: &str) {
    for _ in 0..4 {
        let before = terminal.screen().matches(NOT_NOW).count();
        terminal.press(format!("{}\r", code(secret, later).digits()).as_bytes());
        terminal.wait_for_screen("a code taken or not", |screen| {
            screen.contains(done) || screen.matches(NOT_NOW).count() > before
        });
        if terminal.screen().contains(done) {
            return;
        }
    }
    panic!("no code was taken:\n{}", terminal.screen());
}

/// Signs in as a captain in this home.
fn captain(served: &Served, home: &Home, name: &str) {
    let joined = home.command(&["join", &served.captain_link(), "--name", name]).output().expect("it runs");
    assert!(joined.status.success(), "{joined:?}");
}

/// Sets a second factor by another sign-in of the same captain on the same laptop.
pub fn set_elsewhere(served: &Served, home: &Home, name: &str) -> Secret {
    let of_name = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).ok()?;
        let stored: serde_json::Value = serde_json::from_str(&text).ok()?;
        let sign_ins = file.parent().expect("a folder").to_owned();
        (stored["me"]["name"] == name).then(|| (stored["device"].clone(), sign_ins))
    };
    let (device, sign_ins) = home.below("data").iter().find_map(of_name).expect("a sign-in");
    let device: DeviceId = serde_json::from_value(device).expect("a device");
    let link = JoinLink::parse(&served.captain_link()).expect("a link");
    let proof = Some(textbank::client::sign_in::proof(&sign_ins, &link.base_url, [0; 32]).expect("this laptop's"));
    let secret = Secret::from_bytes(b"12345678901234567890").expect("twenty bytes");
    let invite = link.secret.expose_secret().to_owned();
    served.block_on(async {
        let request = JoinRequest { invite, name: name.to_owned(), device, proof };
        let joined = join(served.url(), &request, Timeouts::default()).await.expect("joined");
        let token = SecretString::from(joined.token);
        let server = NativeServer::new(served.url(), &token, Timeouts::default()).expect("a client");
        loop {
            match server.set_second_factor(&secret, code(&secret, 0)).await {
                Ok(standing) => break assert!(standing.set && !standing.needed),
                Err(CallError::Refused(problem)) if problem.code == Code::WrongCode => {}
                Err(error) => panic!("not set: {error}"),
            }
        }
    });
    secret
}

#[test]
fn it_is_set_by_a_code_of_what_is_shown() {
    let served = Served::start();
    let home = Home::new();
    captain(&served, &home, "Kim");
    let alone = home.command(&["second-factor", "set"]).stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(alone.status.code(), Some(2), "{alone:?}");

    let mut setting = Terminal::start_lines(&home, 100, 60, &["second-factor", "set"]);
    setting.wait_for("The six digits that your authenticator app shows:");
    let screen = setting.screen();
    assert!(screen.contains("█▀▀▀▀▀█") && screen.contains("Scan this"), "{screen}");
    let shown = screen.lines().map(str::trim).find(|line| {
        let groups: Vec<&str> = line.split(' ').collect();
        groups.len() == 8 && groups.iter().all(|group| group.len() == 4)
    });
    let secret = Secret::parse(shown.expect("the letters")).expect("a secret");
    setting.press(b"12 34\r");
    setting.wait_for("That is not six digits.");
    setting.press(format!("{}\r", code(&secret, 9).digits()).as_bytes());
    setting.wait_for(NOT_NOW);
    until_taken(&mut setting, &secret, 0, "Your second factor is set.");
    assert!(setting.wait_for_end().success());

    let status = home.command(&["second-factor", "status", "--json"]).output().expect("it runs");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!((&status["set"], &status["needed"]), (&true.into(), &false.into()), "{status}");
    let again = home.command(&["second-factor", "set"]).stdin(Stdio::null()).output().expect("it runs");
    assert!(String::from_utf8_lossy(&again.stderr).contains("set already"), "{again:?}");
    for folder in ["data", "state"] {
        for file in home.below(folder) {
            let kept = String::from_utf8_lossy(&std::fs::read(&file).expect("readable")).into_owned();
            assert!(!kept.contains(&secret.base32()) && !kept.contains(&secret.in_groups()), "{}", file.display());
        }
    }
}

#[test]
fn a_command_asks_for_it_line_by_line_and_without_a_terminal_says_so() {
    let served = Served::start();
    let home = Home::new();
    captain(&served, &home, "Lee");
    let secret = set_elsewhere(&served, &home, "Lee");
    let alone = home.command(&["captain", "--json"]).stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(alone.status.code(), Some(4), "{alone:?}");
    assert!(String::from_utf8_lossy(&alone.stderr).contains("textbank second-factor prove"), "{alone:?}");

    let mut asking = Terminal::start_lines(&home, 100, 40, &["people", "waiting"]);
    asking.wait_for("The six digits that your authenticator app shows:");
    until_taken(&mut asking, &secret, 1, "Nobody is in the waiting room.");
    assert!(asking.wait_for_end().success());
    let proved = home.command(&["captain", "--json"]).stdin(Stdio::null()).output().expect("it runs");
    assert!(proved.status.success(), "{proved:?}");
}

#[test]
fn an_open_board_asks_for_it_and_goes_on() {
    let served = Served::start();
    let home = Home::new();
    captain(&served, &home, "Kim");
    let mut console = Terminal::start_in(&home, 100, 30, &["captain"]);
    // The board is there before the feed that brings its changes.
    console.wait_for_screen("a board with its feed", |screen| {
        screen.contains("running") && screen.lines().any(|line| line.trim_end().ends_with("online"))
    });
    let secret = set_elsewhere(&served, &home, "Kim");
    console.wait_for("Which six digits does your authenticator app show now?");
    // The feed's end and its new beginning may both ask for the board, and the second refusal come after the key.
    let gone = (0..30).any(|_| {
        console.press(b"\x1b");
        console.becomes(Duration::from_secs(2), |screen| !screen.contains("Which six digits"))
    });
    assert!(gone, "{}", console.screen());
    console.press(b"r");
    console.wait_for("Which six digits");
    console.press(format!("{}\r", code(&secret, 9).digits()).as_bytes());
    console.wait_for(NOT_NOW);
    console.press(format!("{}\r", code(&secret, 1).digits()).as_bytes());
    console.wait_for_screen("the board again", |screen| {
        screen.contains("running") && !screen.contains("Which six digits")
    });
    leave(console);
}
