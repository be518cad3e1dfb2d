//! Contact lists (CSV, TSV, spreadsheets): whatever a campaign's other tools export.
//!
//! `table` makes lines of a file, `columns` understands its header by the field's names (`aliases`) and a person's word,
//! `rows` makes a contact of a line; here the list is put together, and every line of the file accounted for.

mod aliases;
mod columns;
pub mod rejected;
mod rows;
mod table;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use serde::Serialize;

pub use self::aliases::Confidence;
use self::columns::Columns;
pub use self::columns::{Mapping, Meaning};
use self::rejected::Rejected;
use self::rows::Rows;
pub use self::table::Shape;
use super::problem::FileProblem;
use crate::domain::contact::Contact;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::domain::script::fold_name;

/// The field that holds the ids of the other people who share a contact's number, `;` between them.
pub const HOUSEHOLD: &str = "household_ids";

/// How a list is read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Country of numbers without a country code (two letters); empty: US.
    pub region: String,
    /// What somebody says of single columns.
    pub map: Vec<Mapping>,
    /// The first row holds a contact: columns have numbers, no names.
    pub no_header: bool,
    /// The sheet of a spreadsheet; none: the first that holds something.
    pub sheet: Option<String>,
}

/// A list, read. `rows` = contacts + duplicates + rejected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactList {
    /// Rows that can be texted, first of each number.
    pub contacts: Vec<Contact>,
    /// The columns that are custom fields, as named in the script.
    pub columns: Vec<String>,
    /// Rows of the file that hold something, without the header.
    pub rows: u64,
    /// Rows left out because their number came earlier in the list.
    pub duplicates: u64,
    /// How many of these are of somebody else than who came first with it: one text goes to the number. Their ids are kept
    /// in that contact's field [`HOUSEHOLD`].
    pub shared: u64,
    /// Rows left out because of a problem of their own; `problems` has the reasons.
    pub rejected: u64,
    /// These rows as they stand in the file.
    pub rejected_rows: Vec<Rejected>,
    /// Rows left out, with the reason (not fatal), and other warnings.
    pub problems: Vec<FileProblem>,
    /// What sort of file it is.
    pub shape: Option<Shape>,
    /// How each column is understood, in the file's order.
    pub understood: Vec<ColumnUse>,
}

/// A column and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnUse {
    /// Its header.
    pub header: String,
    /// What it is.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// Rows in which it holds something.
    pub filled: u64,
    /// For a column of numbers: contacts whose number is from it.
    pub chosen: u64,
    /// What the first of these rows holds.
    pub example: String,
}

/// Reads and checks a list; numbers without a country code are taken as US ones.
///
/// # Errors
/// Every problem that stops the work, at once (no such file, no column with numbers, nothing readable).
pub fn load(path: &Path) -> Result<ContactList, Vec<FileProblem>> {
    load_with(path, &Options::default())
}

/// Like [`load`], read as `options` say.
///
/// # Errors
/// As [`load`].
pub fn load_with(path: &Path, options: &Options) -> Result<ContactList, Vec<FileProblem>> {
    let bytes = std::fs::read(path).map_err(|error| vec![FileProblem::unreadable(path, &error)])?;
    parse(path, &bytes, options)
}

/// Reads and checks the bytes of a list; `path` only names it in problems.
///
/// # Errors
/// As [`load`].
pub fn parse(path: &Path, bytes: &[u8], options: &Options) -> Result<ContactList, Vec<FileProblem>> {
    let region = if options.region.is_empty() { "US" } else { &options.region };
    let opened = table::open(path, bytes, options.sheet.as_deref())?;
    let mut list = ContactList { shape: Some(opened.shape), ..ContactList::default() };
    list.problems.extend(opened.warning);
    let mut lines = opened.table.peekable();
    let first = match lines.peek() {
        Some(Ok(line)) => line.cells.clone(),
        Some(Err(problem)) => return Err(vec![FileProblem { fatal: true, ..problem.clone() }]),
        None => {
            let remedy = "Export the list again, with a header row.";
            return Err(vec![FileProblem::whole(path, "the file is empty", remedy)]);
        }
    };
    let headers: Vec<String> = if options.no_header {
        (1..=first.len()).map(|number| number.to_string()).collect()
    } else {
        lines.next();
        first.iter().map(|header| safe_line(header.trim())).collect()
    };
    let columns = Columns::find(path, headers, &options.map, region, !options.no_header, &mut list.problems)?;
    list.columns = columns.fields.iter().map(|(_, name)| name.clone()).collect();
    list.understood = columns
        .headers
        .iter()
        .zip(&columns.meanings)
        .map(|(header, meaning)| ColumnUse {
            header: header.clone(),
            meaning: meaning.clone(),
            filled: 0,
            chosen: 0,
            example: String::new(),
        })
        .collect();
    let mut rows = Rows { path, region, columns: &columns, odd: BTreeSet::new() };
    let mut seen: HashMap<Phone, usize> = HashMap::new();
    for line in lines {
        list.rows += 1;
        match line {
            Ok(line) => {
                if let Some(problem) = quote_left_open(path, &line, list.shape.as_ref(), rows.columns, region) {
                    return Err(vec![problem]);
                }
                list.take(&line, &mut rows, &mut seen);
            }
            Err(problem) => {
                list.rejected += 1;
                list.rejected_rows.push(Rejected::unreadable(&problem));
                list.problems.push(problem);
            }
        }
    }
    if list.contacts.is_empty() {
        let mut problems = std::mem::take(&mut list.problems);
        let (what, remedy) = if list.rows == 0 {
            ("there are no contacts in this list", "It has a header row only: export it again.")
        } else {
            ("not one row of this list can be texted", "The reasons stand with the rows.")
        };
        problems.push(FileProblem::whole(path, what, remedy));
        return Err(problems);
    }
    Ok(list)
}

impl ContactList {
    /// Takes one more row.
    fn take(&mut self, line: &table::Line, rows: &mut Rows<'_>, seen: &mut HashMap<Phone, usize>) {
        for (column, cell) in self.understood.iter_mut().zip(line.cells.iter()) {
            let cell = cell.trim();
            if !cell.is_empty() {
                column.filled += 1;
                if column.filled == 1 {
                    column.example = safe_line(cell);
                }
            }
        }
        let read = match rows.contact(line, &mut self.problems) {
            Ok(read) => read,
            Err(problem) => {
                self.rejected += 1;
                self.rejected_rows.push(Rejected::of(line, &problem));
                self.problems.push(*problem);
                return;
            }
        };
        match seen.entry(read.contact.phone.clone()) {
            Entry::Vacant(place) => {
                place.insert(self.contacts.len());
                self.contacts.push(read.contact);
                if let Some(column) = self.understood.get_mut(read.phone_column) {
                    column.chosen += 1;
                }
            }
            Entry::Occupied(place) => {
                let first = &mut self.contacts[*place.get()];
                self.duplicates += 1;
                if !same_person(first, &read.contact) {
                    self.shared += 1;
                    keep_id(first, read.contact.external_id);
                }
            }
        }
    }
}

/// A quote that nobody closed makes one cell of all rows up to the next quote: they would be gone without a word, and stand in
/// one person's field. A cell of several lines is such a one when one of them looks like a row: it holds a number, or as many
/// cells as the list has columns.
fn quote_left_open(
    path: &Path,
    line: &table::Line,
    shape: Option<&Shape>,
    columns: &Columns,
    region: &str,
) -> Option<FileProblem> {
    let Some(Shape::Text { delimiter, .. }) = shape else { return None };
    let is_row = |text: &str| {
        let mut cells = text.split(*delimiter);
        cells.clone().count() >= columns.headers.len().max(2)
            || (text.contains(*delimiter) && cells.any(|cell| Phone::parse(cell.trim_matches('"'), region).is_ok()))
    };
    line.cells.iter().any(|cell| cell.lines().skip(1).any(is_row)).then(|| FileProblem {
        line: line.number,
        ..FileProblem::whole(
            path,
            "a quote that begins in this row is not closed: the rows after it would be taken for a part of it",
            "Close the quote or take it out, or export the list again.",
        )
    })
}

/// Two rows with one number: by their ids, or by their names when one of them has none.
fn same_person(one: &Contact, other: &Contact) -> bool {
    match (&one.external_id, &other.external_id) {
        (Some(one), Some(other)) => one == other,
        _ => {
            fold_name(&one.first_name) == fold_name(&other.first_name)
                && fold_name(&one.last_name) == fold_name(&other.last_name)
        }
    }
}

fn keep_id(first: &mut Contact, id: Option<String>) {
    let Some(id) = id else { return };
    let ids = first.fields.entry(HOUSEHOLD.into()).or_default();
    if ids.split(';').any(|there| there == id) {
        return;
    }
    if !ids.is_empty() {
        ids.push(';');
    }
    ids.push_str(&id);
}

#[cfg(test)]
mod tests;
