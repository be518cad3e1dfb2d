//! `textbank db` from outside: beside a server that runs, and with one that must not.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn textbank(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_textbank"))
        .env_clear()
        .env("TEXTBANK_HOME", home)
        .args(args)
        .output()
        .expect("the program runs")
}

/// What it said on both its outputs, and that it ended so.
#[track_caller]
fn said(output: &Output, code: i32) -> String {
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

/// A server that stands.
struct Server(Child);

impl Server {
    fn start(home: &Path, data: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_textbank"))
            .env_clear()
            .env("TEXTBANK_HOME", home)
            .args(["serve", "--listen", "127.0.0.1:0", "--data", data])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        // The link is the last that it says.
        assert!(lines.any(|line| line.contains("/join#")), "it stands");
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_database_is_made_checked_backed_up_and_put_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let run = |args: &[&str]| textbank(dir.path(), args);
    let (data, backup, other) = (at("data"), at("backup"), at("other"));

    let none = said(&run(&["db", "check", "--data", &data]), 1);
    assert!(none.contains("there is no database at"), "{none}");
    assert!(!Path::new(&data).exists(), "looking makes nothing");
    let made = said(&run(&["db", "migrate", "--data", &data]), 0);
    assert!(made.contains("steps taken, now at step") && made.contains("step 1 of"), "{made}");
    assert!(said(&run(&["db", "migrate", "--data", &data]), 0).contains("up to date"));

    let server = Server::start(dir.path(), &data);
    assert!(said(&run(&["db", "check", "--data", &data]), 0).contains("sound"));
    let json = run(&["db", "check", "--json", "--data", &data]);
    let report: Value = serde_json::from_slice(&json.stdout).expect("json");
    assert_eq!((&report["sound"], report["findings"].as_array().map(Vec::len)), (&Value::Bool(true), Some(0)));
    assert!(said(&run(&["db", "backup", "--to", &backup, "--data", &data]), 0).contains("sound"));
    assert!(said(&run(&["db", "backup", "--to", &backup, "--data", &data]), 1).contains("is there already"));
    let database = format!("sqlite:{data}/textbank.db");
    for args in [
        ["db", "restore", "--from", &backup, "--data", &data],
        ["db", "copy", "--from", &database, "--to", &format!("sqlite:{other}/textbank.db")],
    ] {
        let refused = said(&run(&args), 1);
        assert!(refused.contains("another textbank is at work on"), "{refused}");
    }
    let refused = said(&run(&["db", "migrate", "--data", &data]), 1);
    assert!(refused.contains("a server runs on"), "{refused}");
    assert!(!Path::new(&other).join("textbank.db").exists(), "nothing is left of what was refused");
    drop(server);

    let refused = said(&run(&["serve", "--listen", "127.0.0.1:0", "--database", &format!("sqlite:{backup}")]), 1);
    assert!(refused.contains("it is a backup of"), "{refused}");
    // Whoever names the wrong file is told what it is, and nothing is made of it.
    let wrong = |name: &str, bytes: &[u8]| {
        std::fs::write(at(name), bytes).expect("written");
        at(name)
    };
    for (file, what) in [
        (wrong("empty", b""), "is no backup: it is an empty file"),
        (wrong("letter.txt", b"Dear Sir or Madam"), "is no backup: it is not a database at all"),
        (format!("{data}/textbank.db"), "is no backup: it is a campaign's own database"),
    ] {
        let refused = said(&run(&["db", "restore", "--from", &file, "--data", &other]), 1);
        assert!(refused.contains(what), "{refused}");
        assert!(!Path::new(&other).join("textbank.db").exists(), "{file}");
    }
    let snapshot = at("snapshot.db");
    std::fs::copy(format!("{data}/textbank.db"), &snapshot).expect("copied");
    let args = ["db", "restore", "--snapshot", "--from", &snapshot, "--data", &at("from-snapshot")];
    assert!(said(&run(&args), 0).contains("is back"));
    let restored = said(&run(&["db", "restore", "--from", &backup, "--data", &other]), 0);
    assert!(restored.contains("is back") && restored.contains("1 join links ended"), "{restored}");
    // Its owner gets a link anew.
    drop(Server::start(dir.path(), &other));
}

#[test]
fn a_file_is_moved_and_set_aside() {
    let dir = tempfile::tempdir().expect("a directory");
    let run = |args: &[&str]| textbank(dir.path(), args);
    let url = |name: &str| format!("sqlite:{}/textbank.db", dir.path().join(name).display());
    let data = dir.path().join("old").to_str().expect("UTF-8").to_owned();
    drop(Server::start(dir.path(), &data));
    assert!(said(&run(&["db", "copy", "--from", &url("old"), "--to", &url("old")]), 1).contains("the same database"));
    assert!(
        said(&run(&["db", "copy", "--from", &url("none"), "--to", &url("new")]), 1).contains("there is no database at")
    );
    let moved = said(&run(&["db", "copy", "--from", &url("old"), "--to", &url("new")]), 0);
    assert!(moved.contains("the same on both sides") && moved.contains("set aside"), "{moved}");
    let refused = said(&run(&["serve", "--listen", "127.0.0.1:0", "--data", &data]), 1);
    assert!(refused.contains("the campaign was moved to") && refused.contains("db reopen"), "{refused}");
    assert!(said(&run(&["db", "reopen", "--data", &data]), 0).contains("is the campaign again"));
    assert!(said(&run(&["db", "check", "--data", &data]), 0).contains("sound"));
    let wrong = said(&run(&["db", "copy", "--from", "mysql://u:hunter2@h/x", "--to", &url("new")]), 2);
    assert!(wrong.contains("--from") && !wrong.contains("hunter2"), "{wrong}");
}

/// A campaign whose time is its own: what is confirmed after a restore is later than it by that time, whatever the machine's is.
#[rstest::rstest]
#[case::ahead("2041-05-05T20:00:00Z", "2041-05-05T20:01:00Z")]
#[case::behind("2021-05-05T20:00:00Z", "2026-07-14T19:00:00Z")]
fn a_restore_goes_by_the_campaigns_own_clock(#[case] last: &str, #[case] restored_at: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    let at = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let run = |args: &[&str]| textbank(dir.path(), args);
    let (data, backup, other) = (at("data"), at("backup"), at("other"));
    said(&run(&["db", "migrate", "--data", &data]), 0);
    said(&run(&["db", "backup", "--to", &backup, "--data", &data]), 0);
    std::fs::create_dir(&other).expect("a directory");
    let kept = Path::new(&other).join("campaign-time");
    std::fs::write(&kept, format!("{last}\n")).expect("written");
    said(&run(&["db", "restore", "--from", &backup, "--data", &other]), 0);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let known: String = runtime.block_on(async {
        let file = Path::new(&other).join("textbank.db");
        let mut conn = textbank::db::Options::file(&file).read_only().open().await.expect("a database");
        let sql = textbank::db::query("SELECT value FROM meta WHERE key = 'restored_at'");
        sql.fetch_one(&mut conn).await.expect("a row").try_get(0).expect("text")
    });
    let wanted: jiff::Timestamp = restored_at.parse().expect("a time");
    assert_eq!(known, wanted.as_microsecond().to_string());
    // The next server begins no earlier.
    assert_eq!(std::fs::read_to_string(&kept).expect("a time").trim(), restored_at);
}
