//! What is wrong with a file: where exactly, and what to do.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// One problem of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column (text files) from 1.
    pub column: Option<u64>,
    /// Field or key (`cell`, `hours.initial.start`).
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// True when it stops the work; false for a warning.
    pub fatal: bool,
}

impl FileProblem {
    /// A problem of the whole file that stops the work.
    pub(crate) fn whole(file: &Path, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
            field: None,
            what: what.into(),
            remedy: remedy.into(),
            fatal: true,
        }
    }

    /// The file cannot be read.
    pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "Check the name and the directory.",
            std::io::ErrorKind::PermissionDenied => "Check who may read it.",
            _ => "Check that it is a file that can be read.",
        };
        Self::whole(file, format!("cannot be read ({error})"), remedy)
    }
}

impl std::fmt::Display for FileProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        write!(f, ": {}", if self.fatal { "error" } else { "warning" })?;
        if let Some(field) = &self.field {
            write!(f, " in `{field}`")?;
        }
        write!(f, ": {}. {}", self.what, self.remedy)
    }
}
