//! The rows that were left out, to be mended and read again: the columns of the list and one more with the reason.

use std::io::Write;

use super::table::Line;
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

/// Writes them as CSV, one by one. A value that a spreadsheet would take for a formula gets a `'` before it.
pub struct Writer<W: Write> {
    file: csv::Writer<W>,
    width: usize,
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("width", &self.width).finish_non_exhaustive()
    }
}

impl<W: Write> Writer<W> {
    /// Begins with the list's own headers and one more.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(to: W, headers: &[String]) -> csv::Result<Self> {
        let mut file = csv::WriterBuilder::new().flexible(true).from_writer(to);
        file.write_record(headers.iter().map(String::as_str).chain([REASON]))?;
        Ok(Self { file, width: headers.len() })
    }

    /// Writes one.
    ///
    /// # Errors
    /// As the system says.
    pub fn write(&mut self, row: &Rejected) -> csv::Result<()> {
        // A short row must not put the reason into another column.
        let missing = self.width.saturating_sub(row.cells.len());
        // Nor may a long one: what is too much stands with the last.
        let mut fitting = row.cells.clone();
        if self.width > 0 && fitting.len() > self.width {
            let rest = fitting.split_off(self.width - 1);
            fitting.push(rest.join(","));
        }
        let cells = fitting.iter().map(|cell| harmless(cell)).chain(std::iter::repeat_n(String::new(), missing));
        self.file.write_record(cells.chain([harmless(&row.reason)]))
    }

    /// Ends it.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A value that no spreadsheet runs. Numbers with a sign stay as they are.
/// Source: OWASP, "CSV Injection".
fn harmless(value: &str) -> String {
    let number = value.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.'))
    });
    if !number && value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() }
}
