//! Damage of every kind: what was saved is said, the damaged file is kept, work goes on, nothing half-done stays.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;

/// Texts in the journals that are hurt.
const TEXTS: u64 = 24;

fn whole_text(n: u64) -> Confirmed {
    text(n, i64::try_from(n).unwrap())
}

/// A closed journal of [`TEXTS`] texts (every third decided) and two drafts; with its log when it was not closed.
async fn written(dir: &Path, close: bool) -> Option<Journal> {
    let journal = open(dir).await;
    for n in 0..TEXTS {
        journal.confirm(&whole_text(n)).await.unwrap();
        if n % 3 == 0 {
            journal.settle(&accepted(n)).await.unwrap();
        }
    }
    journal.save_draft(ContactId(7), "seven").await.unwrap();
    journal.save_draft(ContactId(8), "eight").await.unwrap();
    if close {
        journal.close().await.unwrap();
        return None;
    }
    Some(journal)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["journal.db", "journal.db-wal", "key"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// A text is what it was, its link in the ledger aside: that was minted at the journal.
fn same(act: &Confirmed, n: u64) -> bool {
    let strip = |mut act: Confirmed| {
        if let ConfirmedWhat::Text(text) = &mut act.what {
            text.shown.link = None;
        }
        act
    };
    strip(act.clone()) == strip(whole_text(n))
}

fn number(act: &Confirmed) -> u64 {
    u64::try_from(act.id.as_u128() - 1).unwrap()
}

/// Opens what was hurt and holds it to everything that is promised. Returns how many acts are there, and the damage.
async fn goes_on(dir: &Path, hurt: Option<&[u8]>) -> (usize, Option<Damage>) {
    let (journal, opened) = try_open(dir).await.unwrap_or_else(|error| panic!("it does not open: {error}"));
    let held = journal.held().await.unwrap();
    let mut seen = BTreeSet::new();
    for one in &held {
        assert!(same(&one.act, number(&one.act)), "another text than was confirmed");
        assert!(seen.insert(one.act.id), "one act twice");
        // An act is only ever taken for decided when its sealed verdict says so.
        assert_eq!(one.state == State::Accepted, one.verdict.as_ref().is_some_and(Verdict::is_accepted));
    }
    for (contact, draft) in journal.drafts().await.unwrap() {
        assert_eq!(draft, if contact == ContactId(7) { "seven" } else { "eight" });
    }
    if let Some(damage) = &opened.damaged {
        assert_eq!(damage.acts, held.len() as u64, "it says what was saved");
        if let Some(hurt) = hurt {
            assert_eq!(fs::read(&damage.kept).unwrap(), hurt, "the damaged file is kept as it was");
        }
    }
    journal.confirm(&text(900, 900)).await.unwrap();
    journal.close().await.unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = ["journal.db", "key", "lock"].contains(&name.as_str());
        assert!(known || name.contains("damaged"), "{name} was left behind");
    }
    let (journal, opened_again) = try_open(dir).await.unwrap();
    assert_eq!(opened_again.damaged, None, "mended once");
    assert_eq!(journal.held().await.unwrap().len(), held.len() + 1);
    journal.close().await.unwrap();
    (held.len(), opened.damaged)
}

#[tokio::test]
async fn cut_at_any_length() {
    let (home, dir) = home();
    written(&dir, true).await;
    let all = fs::read(dir.join("journal.db")).unwrap();
    let mut saved_some = 0;
    let lengths =
        [0, 1, 16, 99, 100, 101, 511, 4_095, 4_096, 4_097].into_iter().chain((8_000..all.len()).step_by(2_731));
    for length in lengths.filter(|length| *length < all.len()) {
        let place = home.path().join(format!("cut-{length}"));
        copy(&dir, &place);
        fs::write(place.join("journal.db"), &all[..length]).unwrap();
        let (saved, damage) = goes_on(&place, Some(&all[..length])).await;
        assert!(damage.is_some(), "cut at {length} and nothing said");
        assert!(saved < TEXTS as usize || length > all.len() / 2);
        saved_some += usize::from(saved > 0);
    }
    assert!(saved_some > 3, "{saved_some}");
}

#[tokio::test]
async fn a_log_cut_at_any_length_keeps_a_run_from_the_first() {
    let (home, dir) = home();
    let journal = written(&dir, false).await.unwrap();
    let place = home.path().join("live");
    copy(&dir, &place);
    journal.close().await.unwrap();
    let log = fs::read(place.join("journal.db-wal")).unwrap();
    let mut most = 0;
    let mut steps = BTreeSet::new();
    // From nothing upwards: what is longer never holds less.
    for length in (0..=log.len()).step_by(512).step_by(if log.len() > 120_000 { 3 } else { 1 }) {
        let cut = home.path().join(format!("log-{length}"));
        copy(&place, &cut);
        fs::write(cut.join("journal.db-wal"), &log[..length]).unwrap();
        let (saved, _) = goes_on(&cut, None).await;
        assert!(saved >= most, "{saved} at {length}, {most} before");
        most = saved;
        steps.insert(saved);
        fs::remove_dir_all(&cut).unwrap();
    }
    assert_eq!(most, TEXTS as usize);
    assert!(steps.len() > TEXTS as usize / 2, "{steps:?}");
}

#[tokio::test]
async fn a_header_bent_anywhere_loses_no_text() {
    let (home, dir) = home();
    written(&dir, true).await;
    let all = fs::read(dir.join("journal.db")).unwrap();
    for byte in (0..100).step_by(3) {
        let place = home.path().join(format!("bent-{byte}"));
        copy(&dir, &place);
        let mut bent = all.clone();
        bent[byte] ^= 0xFF;
        fs::write(place.join("journal.db"), &bent).unwrap();
        let (saved, damage) = goes_on(&place, None).await;
        assert_eq!(saved, TEXTS as usize, "byte {byte}: {damage:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Bytes bent anywhere, in the database or in its log: what is there is what was confirmed, and the rest is said.
    #[test]
    fn bytes_bent_anywhere(
        in_log in any::<bool>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (home, dir) = home();
            let journal = written(&dir, !in_log).await;
            let place = home.path().join("bent");
            copy(&dir, &place);
            if let Some(journal) = journal {
                journal.close().await.unwrap();
            }
            let file = place.join(if in_log { "journal.db-wal" } else { "journal.db" });
            let mut bytes = fs::read(&file).unwrap();
            for (at, bits) in &places {
                // The header has its own test; the tables' version is a number that may say anything.
                let at = at.index(bytes.len() - 4_096) + 4_096;
                bytes[at] ^= bits;
            }
            fs::write(&file, &bytes).unwrap();
            match try_open(&place).await {
                // A bent version number says that a newer program wrote it; it is left alone, and nothing is lost.
                Err(JournalError::Newer { .. }) => return,
                Err(error) => panic!("{error}"),
                Ok((journal, _)) => journal.close().await.unwrap(),
            }
            // Opened once already: mended, or cut by the log's own sums.
            let (saved, _) = goes_on(&place, None).await;
            if !in_log && places.len() == 1 {
                assert!(saved >= TEXTS as usize / 4, "one bent byte cost {} texts", TEXTS as usize - saved);
            }
        });
    }
}

#[rstest]
#[case::key_gone(|dir: &Path| fs::remove_file(dir.join("key")).unwrap(), 0)]
#[case::key_empty(|dir: &Path| fs::write(dir.join("key"), b"").unwrap(), 0)]
#[case::key_of_another(|dir: &Path| fs::write(dir.join("key"), [7; 32]).unwrap(), 0)]
#[case::key_a_directory(|dir: &Path| swap_for_directory(&dir.join("key")), 0)]
#[case::database_empty(|dir: &Path| fs::write(dir.join("journal.db"), b"").unwrap(), 0)]
#[case::database_gone(|dir: &Path| fs::remove_file(dir.join("journal.db")).unwrap(), 0)]
#[case::database_a_directory(|dir: &Path| swap_for_directory(&dir.join("journal.db")), 0)]
#[case::half_built_a_directory(|dir: &Path| fs::create_dir(dir.join("journal.building")).unwrap(), 24)]
#[case::half_built(|dir: &Path| fs::write(dir.join("journal.building"), b"x").unwrap(), 24)]
#[case::new_key_left(|dir: &Path| fs::write(dir.join("key.new"), b"x").unwrap(), 24)]
#[tokio::test]
async fn what_is_missing_or_in_the_way(#[case] hurt: fn(&Path), #[case] saved: usize) {
    let (_home, dir) = home();
    written(&dir, true).await;
    hurt(&dir);
    let (journal, opened) = try_open(&dir).await.unwrap();
    assert_eq!(journal.held().await.unwrap().len(), saved);
    assert_eq!(opened.damaged.is_some(), saved == 0, "{:?}", opened.damaged);
    journal.confirm(&text(900, 9)).await.unwrap();
    journal.close().await.unwrap();
    assert_eq!(try_open(&dir).await.unwrap().1.damaged, None);
}

fn swap_for_directory(path: &Path) {
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
    fs::write(path.join("not ours"), b"kept").unwrap();
}

/// A file system of its own, taken away with the test. None (said) where this account may not make one.
struct Small(PathBuf);

impl Small {
    fn mount(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={size},mode=700");
        let made = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).output();
        match made {
            Ok(output) if output.status.success() => Some(Self(at.to_owned())),
            _ => {
                #[expect(clippy::print_stderr, reason = "a test that could not run says so")]
                {
                    eprintln!("skipped: no tmpfs can be mounted here");
                }
                None
            }
        }
    }

    fn again(&self, option: &str) {
        let args = ["-o", &format!("remount,{option}")];
        assert!(std::process::Command::new("mount").args(args).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[tokio::test]
async fn a_disk_that_is_really_full_confirms_nothing_and_loses_nothing() {
    let (home, _) = home();
    let Some(small) = Small::mount(&home.path().join("small"), "1m") else { return };
    let dir = small.0.join("sign-in");
    let journal = open(&dir).await;
    let mut confirmed = 0;
    let said = loop {
        match journal.confirm(&whole_text(confirmed)).await {
            Ok(()) => confirmed += 1,
            Err(error) => break error,
        }
        assert!(confirmed < 5_000);
    };
    assert_eq!(said, JournalError::DiskFull);
    assert_eq!(journal.unsettled_count(), confirmed, "only what was confirmed counts");
    // Room again: it goes on, and what was refused is not there.
    small.again("size=8m");
    journal.confirm(&whole_text(6_000)).await.unwrap();
    journal.close().await.unwrap();
    let expected: Vec<Uuid> = (0..confirmed).chain([6_000]).map(id).collect();
    assert_eq!(ids_open(&open(&dir).await).await, expected);
}

#[tokio::test]
async fn no_room_to_mend_is_said_and_leaves_the_damaged_one_in_its_place() {
    let (home, _) = home();
    let Some(small) = Small::mount(&home.path().join("small"), "8m") else { return };
    let dir = small.0.join("sign-in");
    written(&dir, true).await;
    let db = dir.join("journal.db");
    let mut bytes = fs::read(&db).unwrap();
    let cut = bytes.len() - 5_000;
    bytes.truncate(cut);
    fs::write(&db, &bytes).unwrap();
    let free = fs::File::create(dir.join("ballast")).unwrap();
    let mut filled = 0;
    while std::io::Write::write_all(&mut (&free), &[0; 4_096]).is_ok() {
        filled += 1;
        assert!(filled < 100_000);
    }
    assert_eq!(try_open(&dir).await.unwrap_err(), JournalError::DiskFull);
    assert_eq!(fs::read(&db).unwrap(), bytes, "nothing was moved");
    assert!(!dir.join("journal.building").exists(), "nothing half-built stays");
    drop(free);
    fs::remove_file(dir.join("ballast")).unwrap();
    let (_, opened) = try_open(&dir).await.unwrap();
    assert!(opened.damaged.unwrap().acts > 0);
}

#[tokio::test]
async fn a_disk_that_may_not_be_written_is_said() {
    let (home, _) = home();
    let Some(small) = Small::mount(&home.path().join("small"), "8m") else { return };
    let dir = small.0.join("sign-in");
    written(&dir, true).await;
    small.again("ro");
    assert_eq!(try_open(&dir).await.unwrap_err(), JournalError::ReadOnly);
    small.again("rw");
    assert_eq!(open(&dir).await.held().await.unwrap().len() as u64, TEXTS);
}
