//! A stolen or bent file: it shows nobody, and nothing of it can be put elsewhere.

use pretty_assertions::assert_eq;

use super::*;

/// Everything that must be on no disk: names, numbers, words, and what we would call them.
const SECRETS: &[&str] =
    &[NAME, NUMBER, "5125550142", "call me", "Dear", "see a doctor", "Springfield", "noteworthy", "who has it", "body"];

/// The bytes of every file of a directory tree.
fn every_byte(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(every_byte(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all
}

fn search(dir: &Path, when: &str) {
    let all = every_byte(dir);
    assert!(all.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 4_000, "there is something to search {when}");
    for (path, bytes) in all {
        for secret in SECRETS {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {} {when}", path.display());
        }
    }
}

fn note(n: u64) -> Confirmed {
    let act = Act::Note { contact: ContactId(8), text: "noteworthy: see a doctor in Springfield".into() };
    Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act } }
}

/// Everything that a journal can hold of anybody.
async fn full(dir: &Path) -> Journal {
    let journal = open(dir).await;
    for n in 0..30 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    journal.confirm(&note(40)).await.unwrap();
    for n in 0..200 {
        // Typed letter by letter: every state of a draft was on the disk once.
        journal.save_draft(ContactId(7), &format!("Dear {NAME}, {}", "call me ".repeat(n % 9))).await.unwrap();
    }
    journal.ui_set("filter", &serde_json::json!({ "body": NAME, "call me": NUMBER })).await.unwrap();
    let mut refusal = Problem::new(Code::LeaseLost, "who has it");
    refusal.who = Some(NAME.into());
    journal.settle(&Verdict { id: id(1), outcome: Outcome::Refused { problem: refusal } }).await.unwrap();
    journal.settle(&accepted(2)).await.unwrap();
    journal.echoed(id(2)).await.unwrap();
    journal
}

#[tokio::test]
async fn it_shows_no_name_number_or_text_at_any_time() {
    let (home, dir) = home();
    let journal = full(&dir).await;
    search(home.path(), "while open");
    journal.close().await.unwrap();
    search(home.path(), "when closed");
    // Mended after damage: the kept file and the new one.
    let db = dir.join("journal.db");
    let mut bytes = fs::read(&db).unwrap();
    let cut = bytes.len() * 2 / 3;
    bytes.truncate(cut);
    fs::write(&db, &bytes).unwrap();
    let (journal, opened) = try_open(&dir).await.unwrap();
    assert!(opened.damaged.is_some());
    search(home.path(), "while mended");
    journal.close().await.unwrap();
    // A lost key: the file is kept, and nobody can read it any more.
    fs::write(dir.join("key"), b"short").unwrap();
    try_open(&dir).await.unwrap();
    search(home.path(), "with another key");
}

/// Each swap, and what the journal says of it: acts still there, and whether it counts as damaged.
#[rstest]
#[case::payload_for_payload("UPDATE acts SET payload = (SELECT payload FROM acts WHERE ord = 5) WHERE ord = 6", true)]
#[case::payloads_swapped(
    "CREATE TEMP TABLE t AS SELECT ord, payload FROM acts WHERE ord IN (5, 6);
     UPDATE acts SET payload = t.payload FROM t WHERE acts.ord IN (5, 6) AND t.ord = 11 - acts.ord",
    true
)]
#[case::verdict_as_payload("UPDATE acts SET payload = (SELECT verdict FROM acts WHERE ord = 2) WHERE ord = 6", true)]
#[case::payload_as_verdict("UPDATE acts SET verdict = payload WHERE ord = 2", true)]
#[case::verdict_of_another(
    "UPDATE acts SET verdict = (SELECT verdict FROM acts WHERE ord = 2), state = 'refused' WHERE ord = 6",
    true
)]
#[case::said_to_be_accepted("UPDATE acts SET state = 'accepted' WHERE ord = 6", true)]
#[case::refused_said_to_be_accepted("UPDATE acts SET state = 'accepted' WHERE ord = 2", true)]
#[case::verdict_taken_away("UPDATE acts SET verdict = NULL WHERE ord = 2", true)]
#[case::another_place("UPDATE acts SET ord = ord + 1000 WHERE ord = 6", true)]
#[case::another_id("UPDATE acts SET id = x'00000000000000000000000000000099' WHERE ord = 6", true)]
#[case::draft_of_another("UPDATE drafts SET contact = 99", true)]
#[case::payload_as_draft("UPDATE drafts SET text = (SELECT payload FROM acts WHERE ord = 5)", true)]
#[case::draft_as_payload("UPDATE acts SET payload = (SELECT text FROM drafts) WHERE ord = 6", true)]
#[case::an_id_for_another(
    "UPDATE meta SET value = (SELECT payload FROM acts WHERE ord = 5) WHERE key = 'device'",
    true
)]
#[case::nothing_bent("SELECT 1", false)]
#[tokio::test]
async fn nothing_of_it_can_be_put_elsewhere(#[case] swap: &str, #[case] noticed: bool) {
    let (_home, dir) = home();
    full(&dir).await.close().await.unwrap();
    bend(&dir, swap).await;
    let (journal, opened) = try_open(&dir).await.unwrap();
    assert_eq!(opened.damaged.is_some(), noticed, "{:?}", opened.damaged);
    let held = journal.held().await.unwrap();
    assert!(held.len() >= 28, "only what was bent is lost: {}", held.len());
    for one in held {
        let n = u64::try_from(one.act.id.as_u128() - 1).unwrap();
        match &one.act.what {
            ConfirmedWhat::Text(text) => assert!(text.body.ends_with(&format!("Text {n}")), "{n}: {}", text.body),
            ConfirmedWhat::Act { .. } => assert_eq!(one.act, note(40)),
        }
        // Nobody but the server makes an act decided: what was bent waits again, and gets its verdict again.
        let decided = one.verdict.is_some();
        assert_eq!(decided, one.state != State::Confirmed, "{n}");
        assert!(!decided || n == 1, "{n} was never decided");
    }
    for (contact, draft) in journal.drafts().await.unwrap() {
        assert!(contact == ContactId(7) && draft.starts_with("Dear"));
    }
}

#[tokio::test]
async fn what_the_console_keeps_for_itself_is_bound_to_its_name() {
    let (_home, dir) = home();
    let journal = full(&dir).await;
    journal.ui_set("other", &serde_json::json!(1)).await.unwrap();
    journal.close().await.unwrap();
    bend(&dir, "UPDATE ui_state SET value = (SELECT value FROM ui_state WHERE key = 'filter') WHERE key = 'other'")
        .await;
    let journal = open(&dir).await;
    assert!(matches!(journal.ui_get("other").await, Err(JournalError::Damaged(_))));
    assert!(journal.ui_get("filter").await.is_ok());
}

/// Whatever the umask and whatever was there: the directory and its files are their owner's alone. In a process of its own,
/// because a umask is the whole process's.
#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_it_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    const INSIDE: &str = "TEXTBANK_TEST_UMASK_DIR";
    #[expect(clippy::disallowed_methods, reason = "how the process tells itself where to work")]
    let inside = std::env::var_os(INSIDE);
    if let Some(dir) = inside {
        let journal = full(Path::new(&dir)).await;
        let mut names = 0;
        for path in every_byte(Path::new(&dir)).into_iter().map(|(path, _)| path) {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
            names += 1;
        }
        assert!(names >= 4);
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        journal.close().await.unwrap();
        return;
    }
    for lax in [false, true] {
        let (_home, dir) = home();
        if lax {
            fs::create_dir_all(&dir).unwrap();
            fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        }
        let test = "client::journal::tests::stolen::nobody_else_may_read_it_whatever_the_umask";
        let me = std::env::current_exe().unwrap();
        let script = "umask 000; exec \"$0\" --exact \"$1\" --test-threads 1";
        let output = std::process::Command::new("sh").args(["-c", script]).arg(me).arg(test).env(INSIDE, &dir).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "lax {lax}: {said}");
        assert!(dir.join("journal.db").exists(), "it worked there");
    }
}
