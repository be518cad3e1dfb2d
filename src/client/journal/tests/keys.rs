//! The key's place: a keychain that is there, locked, gone and back again; nothing is lost by a move.

use std::collections::HashMap;
use std::sync::Mutex;

use pretty_assertions::assert_eq;

use super::*;
use crate::client::journal::keys::{Key, Keychain, KeychainError, SystemKeychain};

/// A keychain in memory that can be locked, and that can break off before or after any step.
#[derive(Debug, Default)]
struct FakeKeychain {
    kept: Mutex<HashMap<String, Key>>,
    locked: Mutex<bool>,
    forgets: Mutex<bool>,
}

impl FakeKeychain {
    fn open(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Key>>, KeychainError> {
        if *self.locked.lock().unwrap() { Err(KeychainError("locked".into())) } else { Ok(self.kept.lock().unwrap()) }
    }

    fn count(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

impl Keychain for FakeKeychain {
    fn name(&self) -> &'static str {
        "a fake keychain"
    }

    fn read(&self, account: &str) -> Result<Option<Key>, KeychainError> {
        Ok(self.open()?.get(account).cloned())
    }

    fn write(&self, account: &str, key: &Key) -> Result<(), KeychainError> {
        let mut kept = self.open()?;
        if !*self.forgets.lock().unwrap() {
            kept.insert(account.to_owned(), key.clone());
        }
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.open()?.remove(account);
        Ok(())
    }
}

fn place(keychain: &Arc<FakeKeychain>, in_keychain: bool) -> KeyPlace {
    KeyPlace { keychain: Some(keychain.clone()), in_keychain }
}

async fn open_at(dir: &Path, place: KeyPlace) -> Result<Journal, JournalError> {
    let clock: SharedClock = SimClock::at(at(0));
    let seed = fs::read_dir(dir).map_or(0, |files| files.count() as u64);
    let (journal, opened) = Journal::open_with(dir, &clock, &SeededIds::shared(seed), place).await?;
    assert_eq!(opened.damaged, None);
    Ok(journal)
}

/// Opens, holds what it must hold, confirms one more, closes.
async fn one_more(dir: &Path, place: KeyPlace, n: u64) -> KeyLocation {
    let journal = open_at(dir, place).await.unwrap();
    assert_eq!(ids_open(&journal).await, (0..n).map(id).collect::<Vec<_>>());
    journal.confirm(&text(n, 7)).await.unwrap();
    let location = journal.key_location();
    journal.close().await.unwrap();
    location
}

#[tokio::test]
async fn it_moves_between_file_and_keychain_and_nothing_is_lost() {
    let (_home, dir) = home();
    let keychain = Arc::new(FakeKeychain::default());
    let (file, chain) = (KeyLocation::File(dir.join("key")), KeyLocation::Keychain("a fake keychain"));
    assert_eq!(one_more(&dir, KeyPlace::default(), 0).await, file, "begun without one");
    assert_eq!(one_more(&dir, place(&keychain, true), 1).await, chain, "one came");
    assert!(!dir.join("key").exists(), "no key lies about any more");
    assert_eq!(one_more(&dir, place(&keychain, true), 2).await, chain);
    assert_eq!(one_more(&dir, place(&keychain, false), 3).await, file, "it is not wanted any more");
    assert_eq!((keychain.count(), dir.join("key.keychain").exists()), (0, false));
    assert_eq!(one_more(&dir, KeyPlace::default(), 4).await, file);
    assert_eq!(one_more(&dir, place(&keychain, true), 5).await, chain);
}

#[tokio::test]
async fn a_locked_or_missing_keychain_loses_nothing() {
    let (_home, dir) = home();
    let keychain = Arc::new(FakeKeychain::default());
    // Locked before anything was in it: the file does.
    *keychain.locked.lock().unwrap() = true;
    assert_eq!(one_more(&dir, place(&keychain, true), 0).await, KeyLocation::File(dir.join("key")));
    *keychain.locked.lock().unwrap() = false;
    one_more(&dir, place(&keychain, true), 1).await;
    // Locked or gone when the key is in it: said, and nothing is taken for damaged.
    let before: Vec<_> = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    *keychain.locked.lock().unwrap() = true;
    let error = open_at(&dir, place(&keychain, true)).await.unwrap_err();
    assert_eq!(error, JournalError::KeyElsewhere("locked".into()));
    assert!(matches!(open_at(&dir, KeyPlace::default()).await, Err(JournalError::KeyElsewhere(_))));
    let after: Vec<_> = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(before, after, "nothing was moved aside");
    *keychain.locked.lock().unwrap() = false;
    one_more(&dir, place(&keychain, true), 2).await;
}

#[tokio::test]
async fn a_keychain_that_forgets_at_once_is_not_trusted() {
    let (_home, dir) = home();
    let keychain = Arc::new(FakeKeychain::default());
    *keychain.forgets.lock().unwrap() = true;
    assert_eq!(one_more(&dir, place(&keychain, true), 0).await, KeyLocation::File(dir.join("key")));
    one_more(&dir, KeyPlace::default(), 1).await;
}

#[rstest]
#[case::in_but_the_file_stayed(true)]
#[case::out_but_the_marker_stayed(false)]
#[tokio::test]
async fn a_move_cut_short_is_finished_by_the_next_start(#[case] wanted: bool) {
    let (_home, dir) = home();
    let keychain = Arc::new(FakeKeychain::default());
    one_more(&dir, KeyPlace::default(), 0).await;
    let key = fs::read(dir.join("key")).unwrap();
    one_more(&dir, place(&keychain, true), 1).await;
    // Both have it: as after a kill between the two steps.
    fs::write(dir.join("key"), key).unwrap();
    one_more(&dir, place(&keychain, wanted), 2).await;
    assert_eq!((keychain.count(), dir.join("key").exists()), if wanted { (1, false) } else { (0, true) });
    one_more(&dir, place(&keychain, wanted), 3).await;
}

#[tokio::test]
async fn a_wipe_takes_it_out_of_the_keychain() {
    let (_home, dir) = home();
    let keychain = Arc::new(FakeKeychain::default());
    one_more(&dir, place(&keychain, true), 0).await;
    let journal = open_at(&dir, place(&keychain, true)).await.unwrap();
    journal.wipe(Wipe::Everything).await.unwrap();
    assert_eq!(keychain.count(), 0);
    let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
}

/// A tool that takes the commands of `secret-tool` and keeps a file per account; what it is given stays out of `ps`.
#[cfg(unix)]
#[tokio::test]
async fn the_systems_tool_is_given_the_key_by_its_input() {
    use std::os::unix::fs::PermissionsExt;
    let (home, dir) = home();
    let tool = home.path().join("secret-tool");
    let script = "#!/bin/sh\ncd \"$(dirname \"$0\")\"; echo \"$@\" >> said\ncase $1 in\n\
        store) cat > \"kept-$6\";;\nlookup) [ -e \"kept-$5\" ] || exit 1; cat \"kept-$5\";;\n\
        clear) rm -f \"kept-$5\";;\nesac\n";
    fs::write(&tool, script).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let keychain = SystemKeychain::by_tool(tool.to_str().unwrap(), false);
    assert!(keychain.is_there());
    assert!(!SystemKeychain::by_tool(home.path().join("none").to_str().unwrap(), false).is_there());
    let place = || KeyPlace { keychain: Some(Arc::new(keychain.clone())), in_keychain: true };
    for n in 0..3 {
        assert_eq!(one_more(&dir, place(), n).await, KeyLocation::Keychain("the system's keyring"));
    }
    let kept = fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().path());
    let kept = kept.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("kept-journal-"));
    let kept: Vec<String> = kept.map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!((kept.len(), kept[0].len()), (1, 64));
    let said = fs::read_to_string(home.path().join("said")).unwrap();
    assert!(!said.contains(&kept[0]), "the key was an argument: {said}");
    open_at(&dir, place()).await.unwrap().wipe(Wipe::Everything).await.unwrap();
    assert!(!fs::read_to_string(home.path().join("said")).unwrap().contains(&kept[0]));
    assert_eq!(
        fs::read_dir(home.path())
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_str().unwrap().starts_with("kept"))
            .count(),
        0
    );
}

/// The keyring of this session, where there is one and it may be used: `TEXTBANK_TEST_KEYRING=1`, for instance in
/// `dbus-run-session` with an unlocked gnome-keyring. What is put in is taken out again.
#[tokio::test]
async fn the_keyring_of_this_session() {
    #[expect(clippy::disallowed_methods, reason = "how a person says that the keyring may be used")]
    if std::env::var_os("TEXTBANK_TEST_KEYRING").is_none() {
        return;
    }
    let keychain = SystemKeychain::default();
    assert!(keychain.is_there(), "TEXTBANK_TEST_KEYRING is set and there is no keyring");
    let (_home, dir) = home();
    let place = |in_keychain| KeyPlace { keychain: Some(Arc::new(keychain.clone())), in_keychain };
    let chain = KeyLocation::Keychain(keychain.name());
    assert_eq!(one_more(&dir, place(true), 0).await, chain);
    assert_eq!(one_more(&dir, place(true), 1).await, chain);
    assert!(!dir.join("key").exists());
    assert_eq!(one_more(&dir, place(false), 2).await, KeyLocation::File(dir.join("key")));
    assert_eq!(one_more(&dir, place(true), 3).await, chain);
    let account = fs::read_to_string(dir.join("key.keychain")).unwrap();
    assert!(keychain.read(account.trim()).unwrap().is_some());
    open_at(&dir, place(true)).await.unwrap().wipe(Wipe::Everything).await.unwrap();
    assert_eq!(keychain.read(account.trim()).unwrap(), None, "nothing is left in it");
}
