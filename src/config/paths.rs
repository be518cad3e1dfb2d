//! Where things are kept.

use std::path::{Path, PathBuf};

/// The directories of one person (and one profile) on this machine.
///
/// By the platform's convention; or everything below one directory (`--home`, `TEXTBANK_HOME`), so that several people
/// can share a machine and tests keep to themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    config: PathBuf,
    data: PathBuf,
    state: PathBuf,
    together: bool,
}

/// The machine tells us no home directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathsError {
    /// No home directory known.
    #[error("this machine tells no home directory: name one with --home DIR or TEXTBANK_HOME")]
    NoHome,
    /// A profile's name becomes a directory's name.
    #[error("the profile name {0:?} may hold only letters, digits, - and _")]
    BadProfile(String),
}

impl Paths {
    /// Everything is below one directory that was named.
    #[must_use]
    pub fn together(&self) -> bool {
        self.together
    }

    /// Everything below `home`.
    #[must_use]
    pub fn below(home: &Path) -> Self {
        Self { config: home.join("config"), data: home.join("data"), state: home.join("state"), together: true }
    }

    /// By the platform's convention, or below `home` when it is given. A profile has its own sign-ins, journals and logs;
    /// the settings file is shared.
    ///
    /// # Errors
    /// When there is no home directory, or the profile's name cannot be a directory's name.
    pub fn find(home: Option<&Path>, profile: Option<&str>) -> Result<Self, PathsError> {
        let mut paths = match home {
            Some(home) => Self::below(home),
            None => {
                let dirs = directories::ProjectDirs::from("", "", "textbank").ok_or(PathsError::NoHome)?;
                Self {
                    config: dirs.config_dir().to_owned(),
                    data: dirs.data_dir().to_owned(),
                    state: dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned(),
                    together: false,
                }
            }
        };
        if let Some(profile) = profile {
            let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if profile.is_empty() || !profile.chars().all(valid) {
                return Err(PathsError::BadProfile(profile.to_owned()));
            }
            paths.data = paths.data.join("profiles").join(profile);
            paths.state = paths.state.join("profiles").join(profile);
        }
        Ok(paths)
    }

    /// The settings file.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// What must not be lost: sign-ins, journals.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// What may be lost: logs.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.state
    }

    /// The log file.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.state.join("textbank.log")
    }

    /// Sign-ins of this person.
    #[must_use]
    pub fn sign_ins_dir(&self) -> PathBuf {
        self.data.join("sign-ins")
    }

    /// The journal of one sign-in, by the sign-in's name.
    #[must_use]
    pub fn journal_dir(&self, sign_in: &str) -> PathBuf {
        self.data.join("journals").join(sign_in)
    }
}

/// Makes a directory that only its owner can read.
///
/// # Errors
/// As the file system says.
pub fn create_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rstest::rstest;

    use super::{Paths, PathsError};

    #[test]
    fn home_keeps_everything_below_it_and_profiles_apart() {
        let home = Path::new("h");
        let plain = Paths::find(Some(home), None).expect("given home");
        let ana = Paths::find(Some(home), Some("ana")).expect("given home");
        assert_eq!(plain.config_file(), ana.config_file());
        assert_ne!(plain.sign_ins_dir(), ana.sign_ins_dir());
        for path in [plain.log_file(), plain.journal_dir("s"), ana.log_file(), ana.journal_dir("s"), ana.config_file()]
        {
            assert!(path.starts_with(home), "{}", path.display());
        }
    }

    #[rstest]
    #[case("")]
    #[case("..")]
    #[case("a/b")]
    #[case("a b")]
    fn profile_cannot_leave_its_place(#[case] name: &str) {
        let found = Paths::find(Some(Path::new("h")), Some(name));
        assert_eq!(found, Err(PathsError::BadProfile(name.to_owned())));
    }

    #[cfg(unix)]
    #[test]
    fn private_directory_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("temporary directory");
        let made = dir.path().join("a/b");
        super::create_private_dir(&made).expect("created");
        assert_eq!(made.metadata().expect("exists").permissions().mode() & 0o777, 0o700);
    }
}
