//! Contact lists (CSV, TSV).

use std::path::Path;

use super::problem::FileProblem;
use crate::domain::contact::Contact;

/// A list, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactList {
    /// Rows that can be texted, first of each number.
    pub contacts: Vec<Contact>,
    /// The columns that are custom fields, as named in the file.
    pub columns: Vec<String>,
    /// Rows left out because the number came earlier in the list.
    pub duplicates: u64,
    /// Rows left out, with the reason (not fatal), and other warnings.
    pub problems: Vec<FileProblem>,
}

/// Reads and checks a list.
///
/// # Errors
/// Every problem that stops the work, at once (no such file, no column with numbers, nothing readable).
pub fn load(path: &Path) -> Result<ContactList, Vec<FileProblem>> {
    Err(vec![FileProblem {
        file: path.to_owned(),
        line: None,
        column: None,
        field: None,
        what: "not read".into(),
        remedy: String::new(),
        fatal: true,
    }])
}
