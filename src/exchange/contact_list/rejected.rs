//! The rows that were left out, to be mended and read again: the columns of the list and one more with the reason.

use std::io::Write;

use super::table::Line;
use super::{ColumnUse, ContactList};
use crate::exchange::problem::FileProblem;

/// The column with the reason.
const REASON: &str = "left out because";

/// A row that was left out, as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    cells: Vec<String>,
    reason: String,
}

impl Rejected {
    pub(super) fn of(line: &Line, problem: &FileProblem) -> Self {
        Self { cells: line.cells.iter().map(str::to_owned).collect(), reason: reason(problem) }
    }

    /// A row of which not even the cells can be told.
    pub(super) fn unreadable(problem: &FileProblem) -> Self {
        Self { cells: Vec::new(), reason: reason(problem) }
    }
}

fn reason(problem: &FileProblem) -> String {
    let place = problem.line.map_or_else(String::new, |line| format!("line {line}: "));
    format!("{place}{}", problem.what)
}

/// Writes them as CSV; returns how many. A value that a spreadsheet would take for a formula gets a `'` before it.
///
/// # Errors
/// As the system says.
pub fn write(list: &ContactList, to: impl Write) -> csv::Result<usize> {
    let mut file = csv::WriterBuilder::new().flexible(true).from_writer(to);
    let width = list.understood.len();
    file.write_record(list.understood.iter().map(|ColumnUse { header, .. }| header.as_str()).chain([REASON]))?;
    for row in &list.rejected_rows {
        // A short row must not put the reason into another column.
        let missing = width.saturating_sub(row.cells.len());
        let cells = row.cells.iter().map(|cell| harmless(cell)).chain(std::iter::repeat_n(String::new(), missing));
        file.write_record(cells.chain([harmless(&row.reason)]))?;
    }
    file.flush()?;
    Ok(list.rejected_rows.len())
}

/// A value that no spreadsheet runs. Numbers with a sign stay as they are.
/// Source: OWASP, "CSV Injection".
fn harmless(value: &str) -> String {
    let number = value.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.'))
    });
    if !number && value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() }
}
