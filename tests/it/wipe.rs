//! `textbank wipe`, from outside: what goes, what is spared, and how it is asked.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pretty_assertions::assert_eq;
use rstest::rstest;
use serde_json::Value;
use textbank::api::act::Act;
use textbank::api::message::{Outcome, Verdict};
use textbank::api::people::{Joined, Me, Role};
use textbank::client::journal::Journal;
use textbank::client::sign_in::{self, SignIn};
use textbank::config::Paths;
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use textbank::env::{SystemClock, SystemIds};
use uuid::Uuid;

struct Laptop {
    home: tempfile::TempDir,
    journal_dir: PathBuf,
    name: String,
}

fn act(n: u128) -> Confirmed {
    let at = jiff::Timestamp::from_second(1_790_000_000).expect("a time");
    let act = Act::Pause { campaign: CampaignId(1) };
    Confirmed { id: Uuid::from_u128(n), at, what: ConfirmedWhat::Act { act } }
}

impl Laptop {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let (journal_dir, name) = Self::join(home.path(), 7);
        Self { home, journal_dir, name }
    }

    fn join(home: &Path, person: i64) -> (PathBuf, String) {
        let paths = Paths::below(home);
        let me = Me {
            person: PersonId(person),
            name: "Sam".into(),
            role: Role::Texter,
            organization: "Us".into(),
            campaign: None,
            rehearsal: false,
            waiting: false,
        };
        let at = jiff::Timestamp::from_second(1_790_000_000).expect("a time");
        let joined = Joined { token: "secret".into(), me };
        let sign_in = SignIn::new("http://127.0.0.1:9", joined, DeviceId(Uuid::from_u128(5)), at);
        sign_in::save(&paths.sign_ins_dir(), &sign_in).expect("stored");
        (paths.journal_dir(&sign_in.name()), sign_in.name())
    }

    async fn journal(&self) -> Journal {
        Journal::open(&self.journal_dir, &SystemClock::shared(), &SystemIds::shared()).await.expect("a journal").0
    }

    /// Confirms acts 1 to `n`, of which the first `settled` have their verdict.
    async fn confirm(&self, n: u128, settled: u128) {
        let journal = self.journal().await;
        for one in 1..=n {
            journal.confirm(&act(one)).await.expect("confirmed");
        }
        for one in 1..=settled {
            let outcome = Outcome::Accepted { seq: 1, at: jiff::Timestamp::UNIX_EPOCH };
            journal.settle(&Verdict { id: Uuid::from_u128(one), outcome }).await.expect("settled");
        }
        journal.save_draft(ContactId(3), "half a sentence").await.expect("kept");
        journal.close().await.expect("closed");
    }

    fn wipe(&self, args: &[&str], typed: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_textbank"))
            .env_clear()
            .env("TEXTBANK_HOME", self.home.path())
            .arg("wipe")
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        // It may end without reading.
        let _ = child.stdin.take().expect("a pipe").write_all(typed.as_bytes());
        child.wait_with_output().expect("it ends")
    }

    fn left(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.journal_dir).expect("there");
        let mut names: Vec<_> = names.map(|e| e.expect("one").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }

    fn signed_in(&self) -> bool {
        let all = sign_in::list(&Paths::below(self.home.path()).sign_ins_dir()).expect("read");
        all.iter().any(|sign_in| sign_in.name() == self.name)
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one document")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn takes_key_journal_and_token() {
    let laptop = Laptop::new();
    laptop.confirm(2, 2).await;
    let output = laptop.wipe(&["--yes", "--json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = json(&output);
    assert_eq!((&report["wiped"], &report["drafts"]), (&Value::Bool(true), &Value::from(1)));
    assert_eq!((laptop.left(), laptop.signed_in()), (vec!["lock".to_owned()], false));
    // Signed in anew, the journal begins anew.
    let journal = laptop.journal().await;
    assert_eq!(journal.held().await.expect("read"), []);
}

#[tokio::test]
async fn spares_what_is_not_handed_in_and_says_how_to_settle_it() {
    let laptop = Laptop::new();
    laptop.confirm(3, 1).await;
    let before = laptop.left();
    let output = laptop.wipe(&["--yes"], "");
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stdout);
    for part in ["Not wiped: 2 other acts not handed in, 1 draft", "textbank text", "--everything"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let report = json(&laptop.wipe(&["--yes", "--json"], ""));
    assert_eq!((&report["wiped"], &report["held"]["acts"]), (&Value::Bool(false), &Value::from(2)));
    assert_eq!((laptop.left(), laptop.signed_in()), (before, true));
    assert_eq!(laptop.journal().await.unsettled_count(), 2, "they are there");
}

#[rstest]
#[case::another_number("3\n", false)]
#[case::yes("yes\n", false)]
#[case::nothing("", false)]
#[case::the_number("2\n", true)]
#[tokio::test]
async fn everything_goes_only_when_its_number_is_typed(#[case] typed: &str, #[case] goes: bool) {
    let laptop = Laptop::new();
    laptop.confirm(3, 1).await;
    let output = laptop.wipe(&["--everything", "--yes", "--json"], typed);
    assert_eq!(output.status.code(), Some(if goes { 0 } else { 1 }), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("Type 2 to destroy them"));
    assert_eq!(json(&output)["wiped"], Value::Bool(goes));
    assert_eq!(laptop.signed_in(), !goes);
    assert_eq!(laptop.journal().await.unsettled_count(), if goes { 0 } else { 2 });
}

#[tokio::test]
async fn asks_nobody_and_guesses_nothing() {
    let laptop = Laptop::new();
    laptop.confirm(1, 1).await;
    let output = laptop.wipe(&[], "");
    assert_eq!(output.status.code(), Some(2), "no terminal, no --yes");
    Laptop::join(laptop.home.path(), 8);
    let output = laptop.wipe(&["--yes"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("several sign-ins"), "{}", text(&output.stderr));
    assert!(laptop.signed_in());
    let output = laptop.wipe(&["--yes", "--sign-in", &laptop.name], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!laptop.signed_in());
}

#[tokio::test]
async fn an_open_console_keeps_its_store() {
    let laptop = Laptop::new();
    laptop.confirm(1, 1).await;
    let journal = laptop.journal().await;
    let output = laptop.wipe(&["--yes"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("another textbank console"), "{}", text(&output.stderr));
    assert!(laptop.signed_in());
    journal.confirm(&act(9)).await.expect("it works on");
}

fn outbox(laptop: &Laptop, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
    command.env_clear().env("TEXTBANK_HOME", laptop.home.path()).arg("outbox").args(args);
    command.output().expect("the program runs")
}

#[tokio::test]
async fn the_outbox_is_told_without_a_console() {
    let laptop = Laptop::new();
    let only = |output: &Output| json(output)["sign_ins"][0].clone();
    let nothing = only(&outbox(&laptop, &["--json"]));
    assert_eq!((&nothing["rows"], &nothing["counts"]["acts"]), (&Value::Array(vec![]), &Value::from(0)));
    assert!(!laptop.journal_dir.exists(), "asking makes nothing");
    laptop.confirm(3, 1).await;
    let report = only(&outbox(&laptop, &["--json"]));
    let states: Vec<&str> =
        report["rows"].as_array().expect("rows").iter().map(|r| r["state"].as_str().expect("a word")).collect();
    assert_eq!(states, ["accepted", "confirmed", "confirmed"]);
    assert_eq!((&report["rows"][1]["kind"], &report["counts"]["acts"]), (&Value::from("pause"), &Value::from(2)));
    let said = text(&outbox(&laptop, &[]).stdout);
    assert!(said.contains("2 other acts not handed in, 1 draft"), "{said}");
    assert!(!said.contains("half a sentence"), "no words of anybody");
    let journal = laptop.journal().await;
    let output = outbox(&laptop, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("press O in it"), "{}", text(&output.stderr));
    assert_eq!(journal.unsettled_count(), 2);
    // Each sign-in of this home is told, whatever one of them is at.
    let (other, _) = Laptop::join(laptop.home.path(), 8);
    let output = outbox(&laptop, &["--json"]);
    assert_eq!((output.status.code(), json(&output)["sign_ins"].as_array().map(Vec::len)), (Some(1), Some(1)));
    assert!(text(&output.stderr).contains("press O in it") && !other.exists());
    drop(journal);
}

#[tokio::test]
async fn a_second_console_of_the_same_sign_in_says_so() {
    let laptop = Laptop::new();
    let journal = laptop.journal().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
    command.env_clear().env("TEXTBANK_HOME", laptop.home.path()).args(["text", "--campaign", "1"]);
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("another textbank console with this sign-in is open"), "{said}");
    journal.confirm(&act(1)).await.expect("the first works on");
}
