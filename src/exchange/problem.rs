//! What is wrong with a file: where exactly, and what to do.

use std::path::PathBuf;

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
