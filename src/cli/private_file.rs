//! A file that is there whole under its name or not at all, and that its owner alone can read: results are voters' data.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::builder::{PathBufValueParser, TypedValueParser};

use super::Misuse;

/// A file that is being written. Dropped before it is kept, it is gone.
#[derive(Debug)]
pub(super) struct Part {
    name: PathBuf,
    part: PathBuf,
    kept: bool,
    force: bool,
    /// No regular file: written to as it is, and never replaced.
    as_it_is: bool,
}

/// True for what has a place among the files and is none: a device, a pipe. Nothing takes its name from it.
pub(super) fn is_special(name: &Path) -> bool {
    fs::metadata(name).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Where a link leads: its file gets another content, and the link stays one.
fn behind_links(name: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(name).is_ok_and(|found| found.file_type().is_symlink());
    let there = if is_link { fs::canonicalize(name).ok() } else { None };
    there.unwrap_or_else(|| name.to_owned())
}

/// Reads a file's name; `-` is none.
fn no_dash(remedy: &'static str) -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(move |path: PathBuf| {
        if path.as_os_str() == "-" { Err(format!("`-` is no file: {remedy}")) } else { Ok(path) }
    })
}

/// The name of a file that a command writes.
pub(super) fn named() -> impl TypedValueParser<Value = PathBuf> {
    no_dash("this is written to a file, whole or not at all, so name one")
}

/// The same where it goes to standard output otherwise.
pub(super) fn named_or_output() -> impl TypedValueParser<Value = PathBuf> {
    no_dash("for standard output leave --out away")
}

/// Another name in the same directory.
pub(super) fn beside(path: &Path, name: &str) -> PathBuf {
    path.with_file_name(name)
}

/// A file that was not there, for its owner alone.
///
/// # Errors
/// What the disk says; `AlreadyExists`.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Refuses a name that is taken, unless it was said that what has it may be written over.
///
/// # Errors
/// [`Misuse`].
pub(super) fn refuse_taken(name: &Path, force: bool) -> anyhow::Result<()> {
    if force || !name.exists() || is_special(name) {
        return Ok(());
    }
    let why = format!("{} is there already: choose another name, or say --force to write over it", name.display());
    Err(Misuse(why).into())
}

impl Part {
    /// Begins one. `force`: what has the name is written over in the end.
    pub(super) fn begin(name: &Path, force: bool) -> anyhow::Result<Self> {
        refuse_taken(name, force)?;
        if is_special(name) {
            return Ok(Self { name: name.to_owned(), part: name.to_owned(), kept: true, force, as_it_is: true });
        }
        let name = behind_links(name);
        let mut part = name.as_os_str().to_owned();
        part.push(".part");
        let this = Self { name, part: PathBuf::from(part), kept: false, force, as_it_is: false };
        // What a program that was killed has left, with whatever rights it has.
        match fs::remove_file(&this.part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot write {}", this.part.display()))
            }
            _ => Ok(this),
        }
    }

    /// The file, to be written once.
    pub(super) fn file(&self) -> anyhow::Result<File> {
        let file = match self.as_it_is {
            true => OpenOptions::new().write(true).open(&self.name),
            false => create_new(&self.part),
        };
        file.with_context(|| format!("cannot write {}", self.part.display()))
    }

    /// Gives it its name, once everything in it is on the disk.
    pub(super) fn keep(mut self) -> anyhow::Result<()> {
        if self.as_it_is {
            return Ok(());
        }
        let cannot = || format!("cannot write {}", self.name.display());
        OpenOptions::new().write(true).open(&self.part).and_then(|file| file.sync_all()).with_context(cannot)?;
        refuse_taken(&self.name, self.force)?;
        fs::rename(&self.part, &self.name).with_context(cannot)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            // Perhaps it was never made.
            let _ = fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_dash_is_no_file() {
        let read = |parser: clap::builder::ValueParser, name: &'static str| {
            let arg = clap::Arg::new("out").value_parser(parser);
            clap::Command::new("x").arg(arg).try_get_matches_from(["x", name]).map_err(|error| error.to_string())
        };
        assert!(read(named_or_output().into(), "-").is_err_and(|why| why.contains("leave --out away")));
        assert!(read(named().into(), "-").is_err_and(|why| why.contains("name one")));
        let found = read(named().into(), "./-").expect("a file");
        assert_eq!(found.get_one::<PathBuf>("out").map(PathBuf::as_path), Some(Path::new("./-")));
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a directory");
        let name = dir.path().join("x.csv");
        let names = || -> Vec<String> {
            let all = fs::read_dir(dir.path()).expect("a directory");
            all.map(|one| one.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
        };
        let part = Part::begin(&name, false).expect("begun");
        part.file().expect("a file").write_all(b"half").expect("written");
        assert_eq!(names(), ["x.csv.part"]);
        drop(part);
        assert_eq!(names(), [""; 0], "stopped: nothing is left");

        // A killed one left its part, for everybody to read.
        fs::write(dir.path().join("x.csv.part"), "old").expect("written");
        let part = Part::begin(&name, false).expect("begun");
        part.file().expect("a file").write_all(b"whole").expect("written");
        part.keep().expect("kept");
        assert_eq!(names(), ["x.csv"]);
        assert_eq!(fs::read(&name).expect("a file"), b"whole");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&name).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        assert!(Part::begin(&name, false).is_err(), "nothing is written over unasked");
        let over = Part::begin(&name, true).expect("begun");
        over.file().expect("a file").write_all(b"new").expect("written");
        over.keep().expect("kept");
        assert_eq!(fs::read(&name).expect("a file"), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_a_link_stays_one() {
        let dir = tempfile::tempdir().expect("a directory");
        let null = Part::begin(Path::new("/dev/null"), true).expect("begun");
        null.file().expect("a file").write_all(b"x").expect("written");
        null.keep().expect("kept");
        assert!(is_special(Path::new("/dev/null")), "nothing took its place");
        let (file, link) = (dir.path().join("file.csv"), dir.path().join("link.csv"));
        fs::write(&file, "old").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        let part = Part::begin(&link, true).expect("begun");
        part.file().expect("a file").write_all(b"new").expect("written");
        part.keep().expect("kept");
        assert!(fs::symlink_metadata(&link).expect("there").file_type().is_symlink());
        assert_eq!(fs::read(&file).expect("a file"), b"new");
    }
}
