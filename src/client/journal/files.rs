//! The journal's files: made for their owner alone, whatever the umask, and held by one console at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::{JournalError, seal::KEY_BYTES};
use crate::env::SharedIds;

/// Tries to take the lock before it counts as held, and the pause between two: half a second in all.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// Where things are in a sign-in's directory.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) dir: PathBuf,
}

impl Files {
    pub(super) fn db(&self) -> PathBuf {
        self.dir.join("journal.db")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.dir.join("key")
    }

    /// Says that the key is in the keychain, and under which name.
    pub(super) fn marker(&self) -> PathBuf {
        self.dir.join("key.keychain")
    }

    /// Under which name the keychain has the key; none when no key is there.
    pub(super) fn read_marker(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.marker()) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|name| !name.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whole or not at all.
    pub(super) fn write_marker(&self, account: &str) -> io::Result<()> {
        self.write_whole("key.new", &self.marker(), account.as_bytes())
    }

    pub(super) fn remove_marker(&self) -> io::Result<()> {
        remove_if_there(&self.marker())?;
        self.sync_dir()
    }

    /// Writes the key to its file, whole or not at all.
    pub(super) fn write_key(&self, key: &[u8; KEY_BYTES]) -> io::Result<()> {
        self.write_whole("key.new", &self.key(), key)
    }

    /// Zeros over the key's file, and it goes.
    pub(super) fn destroy_key_file(&self) -> io::Result<()> {
        overwrite(&self.key())?;
        fs::remove_file(self.key())?;
        self.sync_dir()
    }

    fn write_whole(&self, fresh: &str, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let fresh = self.dir.join(fresh);
        remove_if_there(&fresh)?;
        let mut file = private().write(true).create_new(true).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        self.sync_dir()
    }

    fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// A rebuilt journal that is not finished; thrown away when found.
    pub(super) fn building(&self) -> PathBuf {
        self.dir.join("journal.building")
    }

    /// A rebuilt journal that is complete, to be put in place.
    pub(super) fn rebuilt(&self) -> PathBuf {
        self.dir.join("journal.rebuilt")
    }

    /// Makes the directory if needed, for the owner only.
    pub(super) fn make_dir(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.dir)?;
        // One that was there already may be open to others. On Windows the profile's own access list does this.
        #[cfg(unix)]
        fs::set_permissions(&self.dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        Ok(())
    }

    /// Takes the lock for as long as the file lives. The file stays afterwards, empty: were it removed, whoever had opened it
    /// before could lock what has no name any more while a third one makes and locks a new one, and two consoles would
    /// have one journal.
    pub(super) fn take_lock(&self) -> Result<File, JournalError> {
        let file = private().read(true).write(true).create(true).truncate(false).open(self.lock())?;
        // A child that this very process is just starting has every open file for an instant, this one too if it was open.
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => std::thread::park_timeout(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        Err(JournalError::InUse(self.dir.clone()))
    }

    /// Makes sure that the database file exists with its owner's rights before SQLite opens it; SQLite gives `-wal`
    /// the same rights.
    pub(super) fn make_private(&self, path: &Path) -> io::Result<()> {
        let file = private().read(true).write(true).create(true).truncate(false).open(path)?;
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.sync_all()?;
        self.sync_dir()
    }

    /// The key; `None` when there is none or it is no key.
    pub(super) fn read_key(&self) -> io::Result<Option<Zeroizing<[u8; KEY_BYTES]>>> {
        let mut file = match File::open(self.key()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.metadata()?.is_dir() {
            return Ok(None);
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
        std::io::Read::by_ref(&mut file).take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(<[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new))
    }

    /// Makes a key, durable before anything is sealed with it. A former one that was no key is kept aside.
    pub(super) fn make_key(&self, ids: &SharedIds) -> io::Result<Zeroizing<[u8; KEY_BYTES]>> {
        if self.key().exists() {
            fs::rename(self.key(), self.free_name("key.damaged"))?;
        }
        let mut key = Zeroizing::new([0u8; KEY_BYTES]);
        ids.fill(key.as_mut_slice());
        // Under another name first: a key file is whole or absent.
        self.write_key(&key)?;
        Ok(key)
    }

    /// The first free `stem-N` in the directory.
    pub(super) fn free_name(&self, stem: &str) -> PathBuf {
        let mut n = 1u32;
        loop {
            let path = self.dir.join(format!("{stem}-{n}"));
            if !path.exists() {
                return path;
            }
            n += 1;
        }
    }

    /// Moves a database and what belongs to it. The main file goes last: while it is there, the move is not done.
    pub(super) fn move_db(&self, from: &Path, to: &Path) -> io::Result<()> {
        // A journal of pages that stayed behind would be played into whatever takes the place.
        for tail in ["-wal", "-journal"] {
            rename_if_there(&beside(from, tail), &beside(to, tail))?;
        }
        remove_if_there(&beside(from, "-shm"))?;
        rename_if_there(from, to)?;
        self.sync_dir()
    }

    /// Removes a database and what belongs to it.
    pub(super) fn remove_db(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            // None of ours; it is not for us to empty it.
            return self.move_db(path, &self.free_name("journal.damaged"));
        }
        for tail in ["-wal", "-shm", "-journal", ""] {
            remove_if_there(&beside(path, tail))?;
        }
        self.sync_dir()
    }

    /// Destroys the key, then everything else but the lock (it is held).
    pub(super) fn destroy(&self) -> io::Result<()> {
        let mut failed = None;
        let names: Vec<PathBuf> = fs::read_dir(&self.dir)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        let is_key = |path: &&PathBuf| file_name(path).is_some_and(|n| n.starts_with("key"));
        let is_data = |path: &&PathBuf| file_name(path).is_some_and(|n| n.starts_with("journal."));
        for path in names.iter().filter(is_key) {
            if let Err(error) = overwrite(path).and_then(|()| fs::remove_file(path)) {
                failed = Some(error);
            }
        }
        for path in names.iter().filter(is_data) {
            if let Err(error) = fs::remove_file(path) {
                failed = Some(error);
            }
        }
        self.sync_dir()?;
        failed.map_or(Ok(()), Err)
    }

    /// Makes renames and new files durable. Windows does so by itself.
    pub(super) fn sync_dir(&self) -> io::Result<()> {
        #[cfg(unix)]
        File::open(&self.dir)?.sync_all()?;
        Ok(())
    }
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// Zeros over a key before it goes. A flash disk may keep old blocks: the database is destroyed as well.
fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(KEY_BYTES).min(4096);
    file.write_all(&vec![0; length])?;
    file.sync_all()
}

/// The path with `tail` at its end, as SQLite names its side files.
pub(super) fn beside(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    PathBuf::from(name)
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Options for files that only their owner may read, from the moment they exist.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[cfg(not(unix))]
    let _ = &mut options;
    options
}
