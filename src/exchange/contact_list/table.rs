//! A list's bytes into lines of cells: CSV with whatever delimiter and encoding, and spreadsheets.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader as _};
use csv::StringRecord;
use serde::Serialize;

use crate::exchange::decode::{delimiter, to_text};
use crate::exchange::problem::FileProblem;

/// What sort of file it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum Shape {
    /// Text.
    Text {
        /// Between two cells.
        delimiter: char,
        /// How its letters are written.
        encoding: &'static str,
    },
    /// A spreadsheet.
    Spreadsheet {
        /// The sheet that is read.
        sheet: String,
        /// The other sheets that hold something.
        others: Vec<String>,
    },
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text { delimiter, encoding } => {
                let between = match delimiter {
                    ',' => "commas".to_owned(),
                    ';' => "semicolons".to_owned(),
                    '\t' => "tabs".to_owned(),
                    other => format!("`{other}`"),
                };
                write!(f, "text with {between} between the cells, {encoding}")
            }
            Self::Spreadsheet { sheet, .. } => write!(f, "a spreadsheet, sheet `{sheet}`"),
        }
    }
}

/// A line of the table.
pub(super) struct Line {
    /// Where it stands in the file, from 1.
    pub(super) number: Option<u64>,
    pub(super) cells: StringRecord,
}

/// The lines of a file, one after the other; those that hold nothing are passed over.
pub(super) enum Table {
    Text { path: std::path::PathBuf, records: csv::StringRecordsIntoIter<Cursor<Vec<u8>>>, skipped: u64 },
    Sheet { rows: std::vec::IntoIter<StringRecord>, next: u64 },
}

/// A file, opened.
pub(super) struct Opened {
    pub(super) table: Table,
    pub(super) shape: Shape,
    pub(super) warning: Option<FileProblem>,
}

/// Opens a list. `sheet` names the sheet of a spreadsheet; none: the first one that holds something.
pub(super) fn open(path: &Path, bytes: &[u8], sheet: Option<&str>) -> Result<Opened, Vec<FileProblem>> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return spreadsheet(path, bytes, sheet);
    }
    if let Some(sheet) = sheet {
        let what = format!("has no sheet `{sheet}`: it is text, not a spreadsheet");
        return Err(vec![FileProblem::whole(path, what, "Leave --sheet out.")]);
    }
    let decoded = to_text(path, bytes)?;
    let (delimiter, skip) = delimiter(&decoded.text);
    let mut body = decoded.text.into_bytes();
    body.drain(..skip);
    let reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Cursor::new(body))
        .into_records();
    Ok(Opened {
        table: Table::Text { path: path.to_owned(), records: reader, skipped: u64::from(skip > 0) },
        shape: Shape::Text { delimiter: char::from(delimiter), encoding: decoded.encoding },
        warning: decoded.warning,
    })
}

fn spreadsheet(path: &Path, bytes: &[u8], sheet: Option<&str>) -> Result<Opened, Vec<FileProblem>> {
    let refuse = |what: String, remedy: &str| Err(vec![FileProblem::whole(path, what, remedy)]);
    let mut book = match calamine::open_workbook_auto_from_rs(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(error) => {
            return refuse(
                format!("cannot be read as a spreadsheet ({error})"),
                "Save it as CSV (in Excel: Save As, CSV UTF-8).",
            );
        }
    };
    let names = book.sheet_names();
    let filled: Vec<String> =
        names.iter().filter(|name| book.worksheet_range(name).is_ok_and(|range| !range.is_empty())).cloned().collect();
    let wanted = match sheet {
        Some(sheet) => names.iter().find(|name| name.as_str() == sheet),
        None => filled.first(),
    };
    let Some(wanted) = wanted else {
        return match sheet {
            Some(sheet) => refuse(format!("has no sheet `{sheet}`"), &format!("It has: {}.", names.join(", "))),
            None => refuse("the file is empty".into(), "Export the list again, with a header row."),
        };
    };
    let range = match book.worksheet_range(wanted) {
        Ok(range) => range,
        Err(error) => {
            let what = format!("the sheet `{wanted}` cannot be read ({error})");
            return refuse(what, "Save it as CSV (in Excel: Save As, CSV UTF-8).");
        }
    };
    // Many people keep a second list, or notes, in the same file.
    let others: Vec<String> = filled.iter().filter(|name| *name != wanted).cloned().collect();
    let warning = (sheet.is_none() && !others.is_empty()).then(|| FileProblem {
        fatal: false,
        ..FileProblem::whole(
            path,
            format!("only the sheet `{wanted}` is read; there are also: {}", others.join(", ")),
            "Name another one with --sheet.",
        )
    });
    let rows: Vec<StringRecord> = range.rows().map(|row| row.iter().map(written).collect::<StringRecord>()).collect();
    let next = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
    Ok(Opened {
        table: Table::Sheet { rows: rows.into_iter(), next },
        shape: Shape::Spreadsheet { sheet: wanted.clone(), others },
        warning,
    })
}

/// A cell as a person would write it.
fn written(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(value) => value.to_string(),
        Data::Int(number) => number.to_string(),
        // Rust writes a whole number without a fraction, and all digits of a long one.
        Data::Float(number) => number.to_string(),
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
            if (hour, minute) == (0, 0) {
                format!("{year}-{month:02}-{day:02}")
            } else if time.as_f64() < 1.0 {
                format!("{hour:02}:{minute:02}")
            } else {
                format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}")
            }
        }
    }
}

impl Iterator for Table {
    type Item = Result<Line, FileProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self {
                Self::Text { path, records, skipped } => match records.next()? {
                    Ok(cells) => {
                        let number = cells.position().map(|start| {
                            // For the reader a row begins with the line ends before it: the LF of a CR LF, empty lines.
                            let text = records.reader().get_ref().get_ref();
                            let from = usize::try_from(start.byte()).unwrap_or(usize::MAX);
                            let ends = text.get(from..).unwrap_or_default();
                            let ends = ends.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
                            start.line() + *skipped + ends.fold(0, |n, byte| n + u64::from(*byte == b'\n'))
                        });
                        Line { number, cells }
                    }
                    Err(error) => {
                        return Some(Err(FileProblem {
                            line: error.position().map(|p| p.line() + *skipped),
                            fatal: false,
                            ..FileProblem::whole(
                                path,
                                format!("this row cannot be read ({error})"),
                                "The row is left out: write it anew.",
                            )
                        }));
                    }
                },
                Self::Sheet { rows, next } => {
                    let cells = rows.next()?;
                    *next += 1;
                    Line { number: Some(*next - 1), cells }
                }
            };
            if line.cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Ok(line));
            }
        }
    }
}
