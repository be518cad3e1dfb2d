//! Tests of the journal against a real file.

mod chain;
mod damage;
mod keys;
mod stolen;

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use pretty_assertions::assert_eq;
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

use super::*;
use crate::api::act::Act;
use crate::api::message::{Outcome, SendRequest, Shown};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::msg::ConfirmedWhat;
use crate::domain::ids::CampaignId;
use crate::domain::message::MessageKind;
use crate::env::{SeededIds, SimClock};

const NAME: &str = "Marisol";
const NUMBER: &str = "+15125550142";

fn at(n: u64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(n).unwrap()).unwrap()
}

fn id(n: u64) -> Uuid {
    Uuid::from_u128(u128::from(n) + 1)
}

fn text(n: u64, contact: i64) -> Confirmed {
    let request = SendRequest {
        campaign: CampaignId(1),
        contact: ContactId(contact),
        kind: MessageKind::Reply,
        body: format!("Hi {NAME}, call me back at {NUMBER}. Text {n}"),
        after_seq: 3,
        epoch: 1,
        script_version: 1,
        variant: None,
        source: None,
        off_script: false,
        shown: Shown {
            body_hash: "00".into(),
            drawn_at: at(n),
            pressed_at: at(n),
            dwell_ms: 400,
            mono_ms: 0,
            device: DeviceId(id(9_000)),
            link: None,
        },
    };
    Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Text(request) }
}

fn pause(n: u64) -> Confirmed {
    Confirmed { id: id(n), at: at(n), what: ConfirmedWhat::Act { act: Act::Pause { campaign: CampaignId(1) } } }
}

fn accepted(n: u64) -> Verdict {
    Verdict { id: id(n), outcome: Outcome::Accepted { seq: 4, at: at(n) } }
}

fn refused(n: u64, code: Code) -> Verdict {
    Verdict { id: id(n), outcome: Outcome::Refused { problem: Problem::new(code, "no") } }
}

async fn try_open(dir: &Path) -> Result<(Journal, Opened), JournalError> {
    let clock: SharedClock = SimClock::at(at(0));
    // A key is read from the file, so that another seed at each opening is like the real thing.
    let seed = fs::read_dir(dir).map_or(0, |files| files.count() as u64);
    Journal::open(dir, &clock, &SeededIds::shared(seed)).await
}

async fn open(dir: &Path) -> Journal {
    let (journal, opened) = try_open(dir).await.unwrap();
    assert_eq!(opened.damaged, None);
    journal
}

/// What the journal holds, but for the links that it minted.
async fn without_links(journal: &Journal) -> Vec<Confirmed> {
    journal.open_acts().await.unwrap().into_iter().map(without_link).collect()
}

fn without_link(mut act: Confirmed) -> Confirmed {
    if let ConfirmedWhat::Text(text) = &mut act.what {
        assert!(text.shown.link.take().is_some(), "every text has its place in the ledger");
    }
    act
}

async fn ids_open(journal: &Journal) -> Vec<Uuid> {
    journal.open_acts().await.unwrap().into_iter().map(|act| act.id).collect()
}

fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("deep").join("sign-in");
    (home, dir)
}

#[tokio::test]
async fn holds_acts_in_order_over_a_restart_and_frees_them_at_the_echo() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for act in [text(3, 7), pause(1), text(2, 8)] {
        journal.confirm(&act).await.unwrap();
    }
    journal.confirm(&text(3, 7)).await.unwrap();
    let device = journal.device();
    assert_eq!(without_links(&journal).await, [text(3, 7), pause(1), text(2, 8)]);
    // An echo without a verdict frees nothing.
    journal.echoed(id(2)).await.unwrap();
    assert!(journal.settle(&accepted(3)).await.unwrap());
    assert!(!journal.settle(&refused(3, Code::Invalid)).await.unwrap(), "one verdict for an id");
    assert_eq!(journal.unsettled_count(), 2);
    journal.close().await.unwrap();
    assert_eq!(journal.confirm(&text(9, 9)).await, Err(JournalError::Closed));

    let (journal, opened) = try_open(&dir).await.unwrap();
    assert_eq!(opened, Opened { recovered: 2, damaged: None });
    assert_eq!(ids_open(&journal).await, [id(1), id(2)]);
    assert_eq!(journal.device(), device);
    assert_eq!(journal.load(id(3)).await.unwrap().map(without_link), Some(text(3, 7)));
    journal.echoed(id(3)).await.unwrap();
    assert_eq!(journal.load(id(3)).await.unwrap(), None);
    // New rows go behind the old ones.
    journal.confirm(&text(4, 7)).await.unwrap();
    assert_eq!(ids_open(&journal).await, [id(1), id(2), id(4)]);
}

#[tokio::test]
async fn what_waits_is_offered_in_order_per_contact() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for act in [text(1, 7), text(2, 7), text(3, 8), pause(4), pause(5)] {
        journal.confirm(&act).await.unwrap();
    }
    let next = |busy: &[u64]| {
        let busy: Vec<Uuid> = busy.iter().map(|n| id(*n)).collect();
        journal.next_waiting(|row| !busy.contains(&row.id), |_| false).map(|(row, _)| row.id)
    };
    assert_eq!(next(&[]), Some(id(1)));
    assert_eq!(next(&[1]), Some(id(3)), "2 waits behind 1");
    assert_eq!(next(&[1, 3]), None, "4 concerns all: it waits for what was confirmed before it");
    assert_eq!(journal.progress(), (5, Some(at(1))));
    journal.confirm(&text(6, 9)).await.unwrap();
    for n in [1, 2, 3] {
        assert_ne!(next(&[]), Some(id(4)), "before {n} is decided");
        journal.settle(&accepted(n)).await.unwrap();
    }
    assert_eq!(next(&[]), Some(id(4)));
    assert_eq!(next(&[4]), None, "and what was confirmed after it waits for it");
    journal.settle(&accepted(4)).await.unwrap();
    assert_eq!(next(&[]), Some(id(5)));
    journal.settle(&accepted(5)).await.unwrap();
    assert_eq!(next(&[]), Some(id(6)));
}

#[tokio::test]
async fn what_is_set_aside_holds_up_nothing() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for act in [pause(1), text(2, 7), text(3, 7), pause(4), text(5, 8)] {
        journal.confirm(&act).await.unwrap();
    }
    let next = |aside: &[u64]| {
        let aside: Vec<Uuid> = aside.iter().map(|n| id(*n)).collect();
        let offered = journal.next_waiting(|_| true, |row| aside.contains(&row.id));
        offered.map(|(row, behind)| (row.id, behind))
    };
    assert_eq!(next(&[]), Some((id(1), false)));
    assert_eq!(next(&[1]), Some((id(2), false)), "it concerns another contact");
    assert_eq!(next(&[1, 2]), Some((id(3), true)), "said: one of its contact was passed");
    assert_eq!(next(&[1, 2, 3]), Some((id(4), true)), "nothing else waits before it");
    assert_eq!(next(&[1, 2, 3, 4]), Some((id(5), false)));
    assert_eq!(next(&[1, 2, 3, 4, 5]), None);
}

#[tokio::test]
async fn is_there_after_a_drop_without_close() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    // A copy taken now is what a kill would leave.
    let copy = dir.with_file_name("copy");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    assert_eq!(ids_open(&open(&copy).await).await, [id(1)]);
}

#[tokio::test]
async fn no_name_number_or_text_is_on_the_disk() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 0..40 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    journal.save_draft(ContactId(7), &format!("Dear {NAME}")).await.unwrap();
    journal.ui_set("filter", &serde_json::json!({ "search": NAME })).await.unwrap();
    let mut refusal = Problem::new(Code::LeaseLost, "gone");
    refusal.who = Some(NAME.into());
    journal.settle(&Verdict { id: id(1), outcome: Outcome::Refused { problem: refusal } }).await.unwrap();
    let search = |when: &str| {
        let mut read = 0;
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            read += bytes.len();
            for secret in [NAME, NUMBER, "5125550142", "call me", "body", "Dear", "search"] {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} is in {} {when}", path.display());
            }
        }
        assert!(read > 20_000, "there was something to search: {read} bytes");
    };
    search("while open");
    journal.close().await.unwrap();
    search("when closed");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, dir) = home();
    fs::create_dir_all(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["journal.db", "journal.db-wal", "key", "lock"]);
    assert_eq!(journal.key_location(), KeyLocation::File(dir.join("key")));
}

#[tokio::test]
async fn a_second_console_is_told_that_it_is_in_use() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    assert_eq!(try_open(&dir).await.unwrap_err(), JournalError::InUse(dir.clone()));
    journal.close().await.unwrap();
    open(&dir).await;
}

/// Bends the closed database with SQL.
async fn bend(dir: &Path, sql: &str) {
    let url = dir.join("journal.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(url);
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

#[rstest]
#[case::payloads(
    "CREATE TEMP TABLE t AS SELECT * FROM acts; UPDATE acts SET payload = t.payload FROM t WHERE acts.ord = 3 - t.ord",
    1,
    2
)]
#[case::order("UPDATE acts SET ord = ord + 10 WHERE ord = 1", 2, 1)]
#[case::drafts("UPDATE drafts SET contact = contact + 100", 3, 0)]
#[tokio::test]
async fn swapped_rows_do_not_open(#[case] swap: &str, #[case] saved: u64, #[case] lost: u64) {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 1..=3 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    journal.save_draft(ContactId(7), "hello").await.unwrap();
    journal.close().await.unwrap();
    bend(&dir, swap).await;
    let (journal, opened) = try_open(&dir).await.unwrap();
    let damage = opened.damaged.unwrap();
    assert_eq!((damage.acts, damage.lost), (saved, lost), "{damage:?}");
    assert!(damage.kept.exists());
    assert_eq!(journal.open_acts().await.unwrap().len() as u64, saved);
    journal.close().await.unwrap();
    assert_eq!(try_open(&dir).await.unwrap().1.damaged, None, "mended once");
}

#[tokio::test]
async fn a_cut_tail_of_the_log_keeps_the_earlier_rows() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 0..50 {
        journal.confirm(&text(n, i64::try_from(n).unwrap())).await.unwrap();
    }
    let all = fs::read(dir.join("journal.db-wal")).unwrap();
    let mut fewest = 50;
    for cut in [1, 4_000, 5_000, 20_000, 60_000] {
        let copy = dir.with_file_name(format!("cut-{cut}"));
        fs::create_dir(&copy).unwrap();
        for name in ["journal.db", "key"] {
            fs::copy(dir.join(name), copy.join(name)).unwrap();
        }
        fs::write(copy.join("journal.db-wal"), &all[..all.len() - cut]).unwrap();
        let kept = ids_open(&open(&copy).await).await;
        assert_eq!(kept, (0..kept.len() as u64).map(id).collect::<Vec<_>>(), "a run from the first");
        assert!(kept.len() > 20 && kept.len() <= fewest, "{} after cutting {cut}", kept.len());
        fewest = kept.len();
    }
    assert!(fewest < 50);
}

#[rstest]
#[case::cut(|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() * 2 / 3), 1)]
#[case::garbage_page(|bytes: &mut Vec<u8>| { let n = bytes.len() / 2 / 4096 * 4096; bytes[n..n + 4096].fill(0xA5) }, 1)]
#[case::no_database(|bytes: &mut Vec<u8>| bytes.fill(b'x'), 0)]
#[case::emptied(|bytes: &mut Vec<u8>| bytes.clear(), 0)]
#[tokio::test]
async fn a_damaged_file_is_kept_aside(#[case] hurt: fn(&mut Vec<u8>), #[case] at_least: u64) {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 0..200 {
        journal.confirm(&text(n, i64::try_from(n).unwrap())).await.unwrap();
    }
    journal.close().await.unwrap();
    let db = dir.join("journal.db");
    let mut bytes = fs::read(&db).unwrap();
    hurt(&mut bytes);
    fs::write(&db, &bytes).unwrap();
    let (journal, opened) = try_open(&dir).await.unwrap();
    let damage = opened.damaged.unwrap();
    assert!(damage.acts >= at_least && damage.acts < 200, "{damage:?}");
    assert_eq!(damage.kept, dir.join("journal.db.damaged-1"));
    assert_eq!(fs::read(&damage.kept).unwrap(), bytes, "kept as it was");
    assert_eq!(opened.recovered, damage.acts);
    for act in without_links(&journal).await {
        let n = u64::try_from(act.id.as_u128() - 1).unwrap();
        assert_eq!(act, text(n, i64::try_from(n).unwrap()));
    }
    journal.confirm(&text(900, 1)).await.unwrap();
}

#[tokio::test]
async fn a_lost_key_loses_the_texts_and_says_so() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    journal.close().await.unwrap();
    fs::write(dir.join("key"), b"short").unwrap();
    let (journal, opened) = try_open(&dir).await.unwrap();
    assert_eq!(opened.damaged.unwrap().acts, 0);
    assert!(dir.join("key.damaged-1").exists());
    journal.confirm(&text(2, 7)).await.unwrap();
}

#[rstest]
#[case::full("PRAGMA max_page_count = 1", JournalError::DiskFull, "PRAGMA max_page_count = 100000")]
#[case::read_only("PRAGMA query_only = ON", JournalError::ReadOnly, "PRAGMA query_only = OFF")]
#[tokio::test]
async fn a_disk_that_says_no_confirms_nothing(
    #[case] hurt: &'static str,
    #[case] error: JournalError,
    #[case] heal: &'static str,
) {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(0, 7)).await.unwrap();
    journal.raw(hurt).await.unwrap();
    // A page may have room left; a full disk is met when a new one is needed.
    let mut confirmed = 1;
    let said = loop {
        match journal.confirm(&text(confirmed, 7)).await {
            Ok(()) => confirmed += 1,
            Err(error) => break error,
        }
        assert!(confirmed < 100);
    };
    assert_eq!(said, error);
    assert_eq!(journal.unsettled_count(), confirmed);
    journal.raw(heal).await.unwrap();
    journal.confirm(&text(500, 7)).await.unwrap();
    journal.close().await.unwrap();
    let kept = ids_open(&open(&dir).await).await;
    assert_eq!(kept, (0..confirmed).chain([500]).map(id).collect::<Vec<_>>(), "what was refused is not there");
}

#[rstest]
#[case(Code::OutsideHours, State::Parked)]
#[case(Code::Paused, State::Parked)]
#[case(Code::Frozen, State::Parked)]
#[case(Code::StaleReply, State::Parked)]
#[case(Code::LeaseLost, State::Refused)]
#[case(Code::Suppressed, State::Refused)]
#[case(Code::AlreadySent, State::Refused)]
#[case(Code::Invalid, State::Refused)]
#[tokio::test]
async fn a_parked_replys_words_become_a_draft(#[case] code: Code, #[case] state: State) {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    assert_eq!(State::after(&refused(1, code)), state);
    journal.settle(&refused(1, code)).await.unwrap();
    journal.echoed(id(1)).await.unwrap();
    let drafts = journal.drafts().await.unwrap();
    let body = format!("Hi {NAME}, call me back at {NUMBER}. Text 1");
    assert_eq!(drafts, if state == State::Parked { vec![(ContactId(7), body)] } else { vec![] });
    assert_eq!(journal.unsettled_count(), 0);
}

#[tokio::test]
async fn an_unknown_outcome_is_not_offered_again_but_can_be_settled() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    assert!(journal.mark_unknown(id(1)).await.unwrap());
    assert_eq!((journal.progress(), journal.unsettled_count()), ((0, None), 1));
    journal.close().await.unwrap();
    let journal = open(&dir).await;
    assert_eq!((ids_open(&journal).await, journal.unknown()), (vec![id(1)], vec![id(1)]));
    assert!(journal.mark_waiting(id(1)).await.unwrap());
    assert_eq!(journal.progress(), (1, Some(at(1))));
    journal.mark_unknown(id(1)).await.unwrap();
    assert!(journal.settle(&accepted(1)).await.unwrap());
    assert_eq!(journal.unsettled_count(), 0);
}

#[tokio::test]
async fn the_last_draft_counts_and_an_empty_one_is_forgotten() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for draft in ["h", "he", "hey"] {
        journal.put_draft(ContactId(7), draft);
    }
    journal.put_draft(ContactId(8), "x");
    journal.close().await.unwrap();
    let journal = open(&dir).await;
    let kept = |list: &[(i64, &str)]| list.iter().map(|(c, t)| (ContactId(*c), (*t).to_owned())).collect::<Vec<_>>();
    assert_eq!(journal.drafts().await.unwrap(), kept(&[(7, "hey"), (8, "x")]));
    assert!(journal.draft_written(ContactId(7)).await.unwrap().is_some(), "when it was last written is kept with it");
    journal.save_draft(ContactId(7), "").await.unwrap();
    assert_eq!(journal.draft_written(ContactId(7)).await.unwrap(), None, "and goes with it");
    assert_eq!(journal.drafts().await.unwrap(), kept(&[(8, "x")]));
    journal.ui_set("pane", &serde_json::json!(3)).await.unwrap();
    assert_eq!(journal.ui_get("pane").await.unwrap(), Some(serde_json::json!(3)));
    assert_eq!(journal.ui_get("other").await.unwrap(), None);
}

#[tokio::test]
async fn a_wipe_spares_what_is_not_settled_and_leaves_nothing_else() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    journal.confirm(&text(1, 7)).await.unwrap();
    journal.confirm(&text(2, 7)).await.unwrap();
    journal.settle(&accepted(1)).await.unwrap();
    assert_eq!(journal.wipe(Wipe::SpareUnsettled).await, Err(JournalError::Unsettled(1)));
    assert_eq!(ids_open(&journal).await, [id(2)], "nothing was destroyed");
    journal.settle(&accepted(2)).await.unwrap();
    journal.wipe(Wipe::SpareUnsettled).await.unwrap();
    let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
    assert_eq!(journal.confirm(&text(3, 7)).await, Err(JournalError::Closed));
    let journal = open(&dir).await;
    journal.confirm(&text(4, 7)).await.unwrap();
    journal.wipe(Wipe::Everything).await.unwrap();
}

#[tokio::test]
async fn once_all_is_settled_not_even_sealed_bytes_stay() {
    let (_home, dir) = home();
    let journal = open(&dir).await;
    for n in 0..40 {
        journal.confirm(&text(n, 7)).await.unwrap();
    }
    journal.save_draft(ContactId(7), "hello").await.unwrap();
    journal.close().await.unwrap();
    let sealed = sealed_bytes(&dir).await;
    assert_eq!(sealed.len(), 41);
    let found = |sealed: &Vec<u8>| {
        let files: Vec<Vec<u8>> = fs::read_dir(&dir).unwrap().map(|e| fs::read(e.unwrap().path()).unwrap()).collect();
        // A page may end within one; any 48 bytes of it are enough to know it by.
        sealed.chunks_exact(48).any(|piece| files.iter().any(|bytes| bytes.windows(48).any(|window| window == piece)))
    };
    assert!(sealed.iter().all(found), "the search finds what is there");
    let journal = open(&dir).await;
    for n in 0..40 {
        journal.settle(&accepted(n)).await.unwrap();
        journal.echoed(id(n)).await.unwrap();
    }
    journal.save_draft(ContactId(7), "").await.unwrap();
    journal.close().await.unwrap();
    assert_eq!(sealed.iter().filter(|one| found(one)).count(), 0);
}

/// Every sealed text of a closed journal.
async fn sealed_bytes(dir: &Path) -> Vec<Vec<u8>> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("journal.db"));
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let sql = "SELECT payload FROM acts UNION ALL SELECT text FROM drafts";
    let all = sqlx::query_scalar(sql).fetch_all(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    all
}

#[tokio::test]
async fn a_journal_of_a_newer_textbank_is_left_alone() {
    let (_home, dir) = home();
    open(&dir).await.close().await.unwrap();
    bend(&dir, "UPDATE meta SET value = 99 WHERE key = 'version'").await;
    assert_eq!(try_open(&dir).await.unwrap_err(), JournalError::Newer { found: 99, known: 1 });
    assert!(!dir.join("journal.db.damaged-1").exists());
}
