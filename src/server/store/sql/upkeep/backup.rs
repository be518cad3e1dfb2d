//! A copy of a campaign in one file, made while a server is at work on it.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::aside::{Aside, aside, set_aside};
use super::check::look;
use super::{Done, Fault, Report, Told, builder, copy, ledger, reader};
use crate::db::{self, Options};
use crate::server::store::sql::Location;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// Where.
    pub file: PathBuf,
    /// Its size, in bytes.
    pub bytes: u64,
    /// Where every ledger ends in it.
    pub ledgers: Vec<ledger::End>,
    /// What a check of it says.
    pub report: Report,
}

/// Writes a database as it is at one moment to a new file that only its owner can read, and checks what was written. Under
/// its name is a whole backup or nothing.
///
/// # Errors
/// When there is such a file already, the disk says no, or the database cannot be read. A database in which something is not
/// as it has to be is backed up all the same, and the report says so.
pub async fn backup(from: &Location, to: &Path, made_at: &str, told: Told<'_>) -> Done<Backup> {
    if to.symlink_metadata().is_ok() {
        return Err(Fault::Refused(format!(
            "{} is there already: a backup never takes another file's place",
            to.display()
        )));
    }
    if let Some(Aside::Moved(to)) = aside(&mut reader(from).await?).await? {
        return Err(Fault::Refused(format!(
            "the campaign was moved to {to}: what goes on there is not in here. Back that up"
        )));
    }
    let part = Part::new(to)?;
    match from {
        Location::File(_) => {
            let mut conn = reader(from).await?;
            let name = part.0.to_str().ok_or_else(|| Fault::Refused("the file's name is not UTF-8".into()))?;
            db::query("VACUUM INTO $1").bind(name).execute(&mut conn).await?;
        }
        _ => {
            let mut source = reader(from).await?;
            let mut target = builder(&Location::File(part.0.clone())).await?;
            copy::fill(&mut source, &mut target, told).await?;
            target.commit().await?;
        }
    }
    // In one file: no log stays beside it.
    let mut conn = Options::file(&part.0)
        .pragma("journal_mode", "delete")
        .pragma("synchronous", "full")
        .elsewhere()
        .open()
        .await?;
    set_aside(&mut conn, Some(&Aside::Backup(made_at.to_owned()))).await?;
    drop(conn);
    let mut conn = Options::file(&part.0).read_only().elsewhere().open().await?;
    let report = look(&mut conn, told).await?;
    let ledgers = ledger::ends(&mut conn).await?;
    drop(conn);
    let file = part.under(to)?;
    let bytes = file.metadata().map_err(Fault::disk(to.display()))?.len();
    Ok(Backup { file: to.to_owned(), bytes, ledgers, report })
}

/// A file on its way, gone with its owner unless it got its name.
pub(super) struct Part(pub(super) PathBuf);

impl Part {
    pub(super) fn new(to: &Path) -> Done<Self> {
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let cannot = || format!("cannot write {}", part.display());
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Fault::disk(cannot())(error)),
            // Left by one that was killed.
            _ => {}
        }
        let mut options = File::options();
        options.write(true).create_new(true);
        // On Windows the directory's own access list keeps others out.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&part).map_err(Fault::disk(cannot()))?;
        Ok(Self(part))
    }

    /// Gives it its name, unless another file has it by now.
    fn under(self, to: &Path) -> Done<File> {
        let cannot = || format!("cannot write {}", to.display());
        let file = File::open(&self.0).map_err(Fault::disk(cannot()))?;
        file.sync_all().map_err(Fault::disk(cannot()))?;
        match std::fs::hard_link(&self.0, to) {
            Ok(()) => {}
            // Not every file system has two names for a file.
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && to.symlink_metadata().is_err() => {
                std::fs::rename(&self.0, to).map_err(Fault::disk(cannot()))?;
            }
            Err(error) => return Err(Fault::disk(cannot())(error)),
        }
        #[cfg(unix)]
        if let Some(dir) = to.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(Fault::disk(cannot()))?;
        }
        Ok(file)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            // Gone already, or nobody is left to tell.
            let _ = std::fs::remove_file(name);
        }
    }
}
