//! The embedded database: SQLite, one file, one writer, any number of readers.

use std::path::PathBuf;

/// Where a database lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In this file; made when missing.
    File(PathBuf),
    /// In memory, gone with the store: rehearsals and tests.
    Memory,
}
