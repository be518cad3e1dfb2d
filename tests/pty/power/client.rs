//! The laptop's side: whatever happens to the disk, each confirm that returned is in the journal.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use rstest::rstest;
use textbank::api::message::{SendRequest, Shown};
use textbank::client::journal::Journal;
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::domain::ids::{CampaignId, ContactId, DeviceId};
use textbank::domain::message::MessageKind;
use textbank::env::{SystemClock, SystemIds};
use uuid::Uuid;

use super::hits;
use super::trace::{self, Call, Hit, OF_THE_DISK};
use crate::harness::skip;

/// Names the journal's directory to this test's own program, started anew to confirm.
const CONFIRMS: &str = "TEXTBANK_TEST_CONFIRMS_IN";
const TEXTS: usize = 6;
const LOG: &str = "journal.db-wal";

fn id(n: usize) -> Uuid {
    Uuid::from_u128(n as u128 + 1)
}

fn act(n: usize) -> Confirmed {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let shown = Shown {
        body_hash: "0".repeat(64),
        drawn_at: at,
        pressed_at: at,
        dwell_ms: 400,
        mono_ms: 0,
        device: DeviceId(Uuid::nil()),
        link: None,
    };
    let text = SendRequest {
        campaign: CampaignId(1),
        contact: ContactId(n as i64),
        kind: MessageKind::Initial,
        body: "Hi Marisol, can we count on your vote for the school bond?".to_owned(),
        after_seq: 0,
        epoch: 1,
        script_version: 1,
        variant: Some("a".to_owned()),
        source: None,
        off_script: false,
        shown,
    };
    Confirmed { id: id(n), at, what: ConfirmedWhat::Text(text) }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// One line at once, past whatever a test harness keeps to itself.
fn say(line: &str) {
    std::io::stderr().write_all(format!("\n{line}\n").as_bytes()).expect("said");
}

/// Not a test by itself: what the others start under strace.
#[test]
#[expect(clippy::disallowed_methods, reason = "the only way to tell this program that it was started for this")]
fn confirms_one_after_the_other() {
    let Ok(directory) = std::env::var(CONFIRMS) else { return };
    runtime().block_on(async {
        let opened = Journal::open(Path::new(&directory), &SystemClock::shared(), &SystemIds::shared()).await;
        let journal = match opened {
            Ok((journal, _)) => journal,
            Err(error) => return say(&format!("refused all: {error}")),
        };
        for n in 0..TEXTS {
            match journal.confirm(&act(n)).await {
                Ok(()) => say(&format!("confirmed {}", id(n))),
                Err(error) => say(&format!("refused {}: {error}", id(n))),
            }
        }
        if let Err(error) = journal.close().await {
            say(&format!("not closed: {error}"));
        }
    });
}

/// A journal's directory, and what happened to it.
struct Laptop {
    /// The journal before, which was opened and closed.
    before: PathBuf,
    journal: PathBuf,
    trace: PathBuf,
    _own: tempfile::TempDir,
}

impl Laptop {
    /// None where strace cannot look on; that is said.
    fn new(opened_before: bool) -> Option<Self> {
        if !trace::is_possible() {
            skip("strace is not there or may not look on");
            return None;
        }
        let own = tempfile::tempdir().expect("a directory");
        let before = own.path().join("before");
        std::fs::create_dir(&before).expect("a directory");
        if opened_before {
            runtime().block_on(async {
                let (journal, _) =
                    Journal::open(&before, &SystemClock::shared(), &SystemIds::shared()).await.expect("a journal");
                journal.close().await.expect("closed");
            });
        }
        Some(Self { before, journal: own.path().join("journal"), trace: own.path().join("trace"), _own: own })
    }

    /// Confirms under strace, from the state before.
    fn confirm(&self, options: &[String]) -> Said {
        let _ = std::fs::remove_dir_all(&self.journal);
        trace::copy(&self.before, &self.journal);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let program = std::env::current_exe().expect("this program");
        let output = trace::watched(&self.trace, &options, &program)
            .args(["--exact", "power::client::confirms_one_after_the_other", "--nocapture", "--test-threads=1"])
            .env(CONFIRMS, &self.journal)
            .output()
            .expect("strace runs");
        Said::of(&output)
    }

    fn calls(&self) -> Vec<Call> {
        trace::read(&self.trace)
    }

    /// How many calls of these the log gets when nothing happens.
    fn count(&self, names: &str) -> usize {
        let said = self.confirm(&watch(OF_THE_DISK));
        assert_eq!(said.confirmed().count(), TEXTS, "{said:?}");
        self.calls().iter().filter(|call| names.split(',').any(|name| name == call.name) && call.is_of(LOG)).count()
    }

    /// True when an error was put in.
    fn was_hit(&self) -> bool {
        std::fs::read_to_string(&self.trace).expect("a trace").contains("(INJECTED)")
    }

    /// The journal as it would be found after the power came back.
    fn after_power_loss(&self) -> PathBuf {
        let after = self.journal.with_file_name("after");
        let _ = std::fs::remove_dir_all(&after);
        trace::power_loss(&self.calls(), &self.before, &after, "journal.db");
        after
    }
}

fn watch(names: &str) -> Vec<String> {
    vec!["-e".to_owned(), format!("trace={names}")]
}

/// What the program said of each text.
#[derive(Debug)]
struct Said {
    killed: bool,
    texts: BTreeMap<Uuid, Result<(), String>>,
    all: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let all = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut texts = BTreeMap::new();
        for line in all.lines() {
            if let Some(id) = line.strip_prefix("confirmed ") {
                texts.insert(id.parse().expect("an id"), Ok(()));
            } else if let Some((id, why)) = line.strip_prefix("refused ").and_then(|rest| rest.split_once(": "))
                && id != "all"
            {
                texts.insert(id.parse().expect("an id"), Err(why.to_owned()));
            }
        }
        Self { killed: output.status.signal() == Some(9), texts, all }
    }

    fn confirmed(&self) -> impl Iterator<Item = Uuid> {
        self.texts.iter().filter(|(_, said)| said.is_ok()).map(|(id, _)| *id)
    }
}

/// What a journal holds when it is opened again; opening checks the whole file.
fn held(directory: &Path) -> Vec<Uuid> {
    runtime().block_on(async {
        let (journal, opened) =
            Journal::open(directory, &SystemClock::shared(), &SystemIds::shared()).await.expect("a journal");
        assert_eq!(opened.damaged, None, "no power loss damages it");
        let acts = journal.open_acts().await.expect("acts");
        journal.close().await.expect("closed");
        acts.iter().map(|act| act.id).collect()
    })
}

/// Each text that was confirmed is there, and nothing that nobody pressed.
fn check(said: &Said, held: &[Uuid], what: &str) {
    for id in said.confirmed() {
        assert!(held.contains(&id), "{what}: {id} was confirmed and is not there\n{held:?}\n{said:?}");
    }
    let unsaid = held.iter().filter(|id| !said.texts.contains_key(id)).count();
    assert!(unsaid <= 1, "{what}: more is there than was under way\n{held:?}\n{said:?}");
}

#[test]
fn each_confirm_is_synced_before_it_is_said() {
    let Some(laptop) = Laptop::new(true) else { return };
    let said = laptop.confirm(&watch(&format!("{OF_THE_DISK},write")));
    assert_eq!(said.confirmed().count(), TEXTS, "{said:?}");
    assert_eq!(unsynced(&laptop.calls()), Vec::<Uuid>::new());
}

/// Texts of which it was said that they are confirmed without a write to the log since the one before and a sync of it.
fn unsynced(calls: &[Call]) -> Vec<Uuid> {
    let mut since = 0;
    let mut found = Vec::new();
    for n in 0..TEXTS {
        let line = format!("confirmed {}", id(n));
        let told = calls.iter().find(|call| call.name == "write" && call.says(&line)).expect("it was said");
        let synced = calls.iter().any(|sync| {
            let written = |write: &Call| write.name == "pwrite64" && write.begun >= since && write.ended < sync.begun;
            sync.is_sync()
                && sync.is_done()
                && sync.is_of(LOG)
                && sync.ended < told.begun
                && calls.iter().any(|write| write.is_of(LOG) && written(write))
        });
        if !synced {
            found.push(id(n));
        }
        since = told.ended;
    }
    found
}

#[rstest]
#[case::at_a_sync("fsync,fdatasync")]
#[case::at_a_write("pwrite64")]
fn killed_or_without_power_every_confirmed_text_is_there(#[case] calls: &'static str) {
    let Some(laptop) = Laptop::new(true) else { return };
    let all = laptop.count(calls);
    for nth in hits(all, 6) {
        let hit = Hit { what: "signal=KILL", calls, nth, once: true };
        let said = laptop.confirm(&hit.options(&laptop.journal.join(LOG)));
        // The last one may come from the thread that closes it.
        assert!(said.killed || nth == all, "{hit:?} hit nothing: {}", said.all);
        // The files, as a kill leaves them, are opened last: that folds the log in.
        check(&said, &held(&laptop.after_power_loss()), &format!("power lost, {hit:?}"));
        check(&said, &held(&laptop.journal), &format!("killed, {hit:?}"));
    }
}

#[test]
fn killed_while_it_is_made_a_journal_is_made_anew() {
    let Some(laptop) = Laptop::new(false) else { return };
    let options = |what: &str| {
        let mut options = watch(OF_THE_DISK);
        options.extend(["-e".to_owned(), what.to_owned()]);
        options
    };
    let mut nth = 1;
    loop {
        // By thread, whatever the file: the directory, the database, the key.
        let said = laptop.confirm(&options(&format!("inject=fsync,fdatasync:signal=KILL:when={nth}")));
        check(&said, &held(&laptop.journal), &format!("killed at {nth}"));
        if !said.killed {
            assert_eq!(said.confirmed().count(), TEXTS, "{said:?}");
            break;
        }
        nth += 1;
        assert!(nth < 200, "it is hit for ever");
    }
    assert!(nth > TEXTS, "it was hit only {nth} times");
}

#[rstest]
#[case::a_sync_fails_once("error=EIO", "fsync,fdatasync", true)]
#[case::syncs_fail_from_then_on("error=EIO", "fsync,fdatasync", false)]
#[case::a_write_finds_no_room("error=ENOSPC", "pwrite64", true)]
#[case::no_write_finds_room_any_more("error=ENOSPC", "pwrite64", false)]
fn what_the_disk_refuses_is_confirmed_and_there_or_refused_with_a_reason(
    #[case] what: &'static str,
    #[case] calls: &'static str,
    #[case] once: bool,
) {
    let Some(laptop) = Laptop::new(true) else { return };
    let all = laptop.count(calls);
    for nth in hits(all, 3) {
        let hit = Hit { what, calls, nth, once };
        let said = laptop.confirm(&hit.options(&laptop.journal.join(LOG)));
        assert!(laptop.was_hit() || nth == all, "{hit:?} hit nothing");
        assert!(!said.killed && (said.texts.len() == TEXTS || said.all.contains("refused all: ")), "{said:?}");
        for why in said.texts.values().filter_map(|said| said.as_ref().err()) {
            assert!(why.contains("disk"), "{hit:?}: no reason: {why}");
        }
        // A disk that fails once is tried twice.
        assert!(!once || said.texts.values().all(Result::is_ok), "{hit:?}: {said:?}");
        check(&said, &held(&laptop.after_power_loss()), &format!("power lost, {hit:?}"));
        check(&said, &held(&laptop.journal), &format!("{hit:?}"));
    }
}

/// The tests above can fail: a disk that only says that it synced loses what was confirmed, and that is noticed.
#[test]
fn a_disk_that_lies_is_noticed() {
    let Some(laptop) = Laptop::new(true) else { return };
    let mut options = watch(&format!("{OF_THE_DISK},write"));
    options.extend(["-e".to_owned(), "inject=fsync,fdatasync:retval=0".to_owned()]);
    let said = laptop.confirm(&options);
    assert_eq!(said.confirmed().count(), TEXTS, "{said:?}");
    assert_eq!(unsynced(&laptop.calls()).len(), TEXTS, "no confirm was synced");
    assert_eq!(held(&laptop.after_power_loss()), Vec::<Uuid>::new(), "nothing was kept");
}
