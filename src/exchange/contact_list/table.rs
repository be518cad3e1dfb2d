//! A list's bytes into lines of cells: CSV with whatever delimiter and encoding, and spreadsheets.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::{Data, Reader as _};
use csv::StringRecord;
use serde::Serialize;

use crate::exchange::decode::{Input, Letters, Utf8, delimiter};
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

/// A spreadsheet is held in memory, many times its size: larger ones are not opened.
pub(super) const MOST_OF_A_SPREADSHEET: u64 = 64 * 1024 * 1024;
/// The text by which the delimiter is found.
const HEAD: u64 = 256 * 1024;
/// A row of text that is longer than this is none: a quote was not closed. It would be held whole.
const LONGEST_ROW: usize = 1024 * 1024;

/// A file that was looked at, to be read as often as wanted. Text is never held; a spreadsheet is.
pub(super) struct Source {
    path: PathBuf,
    kind: Kind,
    pub(super) shape: Shape,
    pub(super) warning: Option<FileProblem>,
}

enum Kind {
    Text { input: Input, letters: Letters, delimiter: u8, skip: u64 },
    Sheet { rows: Arc<[StringRecord]>, first: u64 },
}

impl Source {
    /// Looks at a list. `sheet` names the sheet of a spreadsheet; none: the first one that holds something.
    pub(super) fn of(path: &Path, input: Input, sheet: Option<&str>) -> Result<Self, Vec<FileProblem>> {
        let unreadable = |error| vec![FileProblem::unreadable(path, &error)];
        let head = input.head().map_err(unreadable)?;
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
            let Some(bytes) = input.whole(MOST_OF_A_SPREADSHEET).map_err(unreadable)? else {
                let what = "is a spreadsheet of more than 64 MiB, which would have to be held in memory";
                return Err(vec![FileProblem::whole(path, what, "Save it as CSV (in Excel: Save As, CSV UTF-8).")]);
            };
            return spreadsheet(path, &bytes, sheet);
        }
        if let Some(sheet) = sheet {
            let what = format!("has no sheet `{sheet}`: it is text, not a spreadsheet");
            return Err(vec![FileProblem::whole(path, what, "Leave --sheet out.")]);
        }
        let mut letters = Letters::of(path, &input)?;
        let warning = letters.warning.take();
        let mut head = Vec::new();
        let begun = input.open().and_then(|file| letters.utf8(file));
        begun.and_then(|text| text.take(HEAD).read_to_end(&mut head)).map_err(unreadable)?;
        let (delimiter, skip) = delimiter(&String::from_utf8_lossy(&head));
        let shape = Shape::Text { delimiter: char::from(delimiter), encoding: letters.name };
        let kind = Kind::Text { input, letters, delimiter, skip: skip as u64 };
        Ok(Self { path: path.to_owned(), kind, shape, warning })
    }

    /// Its lines, from the first on.
    pub(super) fn table(&self) -> Result<Table, Box<FileProblem>> {
        match &self.kind {
            Kind::Sheet { rows, first } => Ok(Table::Sheet { rows: rows.clone(), at: 0, first: *first }),
            Kind::Text { input, letters, delimiter, skip } => {
                let text = input.open().and_then(|file| letters.utf8(file)).and_then(|mut text| {
                    io::copy(&mut text.by_ref().take(*skip), &mut io::sink())?;
                    Ok(text)
                });
                let text = text.map_err(|error| Box::new(FileProblem::unreadable(&self.path, &error)))?;
                let reader = csv::ReaderBuilder::new()
                    .delimiter(*delimiter)
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(Window { from: text, kept: Vec::new(), base: 0, too_long: false });
                let skipped = u64::from(*skip > 0);
                Ok(Table::Text { path: self.path.clone(), reader: Box::new(reader), row: StringRecord::new(), skipped })
            }
        }
    }
}

/// The lines of a file, one after the other; those that hold nothing are passed over.
pub(super) enum Table {
    Text {
        path: PathBuf,
        reader: Box<csv::Reader<Window>>,
        row: StringRecord,
        skipped: u64,
    },
    Sheet {
        rows: Arc<[StringRecord]>,
        at: usize,
        first: u64,
    },
    /// After a problem that ends it.
    Over,
}

/// The text from the beginning of the row that is being read up to where the reader has got to: the number of its line stands
/// in it, and it is the one part of a file that is held.
pub(super) struct Window {
    from: Utf8,
    kept: Vec<u8>,
    /// Where in the text `kept` begins.
    base: u64,
    too_long: bool,
}

impl Read for Window {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.kept.len() > 2 * LONGEST_ROW {
            self.too_long = true;
            return Err(io::Error::other("a row does not end"));
        }
        let many = self.from.read(to)?;
        self.kept.extend_from_slice(&to[..many]);
        Ok(many)
    }
}

impl Window {
    fn rest(&self, at: u64) -> &[u8] {
        let from = usize::try_from(at.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.kept.get(from..).unwrap_or_default()
    }

    /// What comes before `at` is not asked for any more.
    fn forget_before(&mut self, at: u64) {
        let many = usize::try_from(at.saturating_sub(self.base)).unwrap_or(usize::MAX);
        // Moving what is left costs: not at every row.
        if many >= LONGEST_ROW {
            self.kept.drain(..many.min(self.kept.len()));
            self.base = at;
        }
    }
}

fn spreadsheet(path: &Path, bytes: &[u8], sheet: Option<&str>) -> Result<Source, Vec<FileProblem>> {
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
    let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
    Ok(Source {
        path: path.to_owned(),
        kind: Kind::Sheet { rows: rows.into(), first },
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
                Self::Over => return None,
                Self::Text { path, reader, row, skipped } => {
                    let before = reader.position().clone();
                    reader.get_mut().forget_before(before.byte());
                    match reader.read_record(row) {
                        Ok(false) => return None,
                        Ok(true) => {
                            let start = row.position().unwrap_or(&before);
                            let number = line_of(reader.get_ref(), start) + *skipped;
                            if row.as_byte_record().as_slice().len() > LONGEST_ROW {
                                let problem = endless_row(path, number);
                                *self = Self::Over;
                                return Some(Err(problem));
                            }
                            Line { number: Some(number), cells: row.clone() }
                        }
                        Err(error) => {
                            let number = line_of(reader.get_ref(), &before) + *skipped;
                            let problem = if reader.get_ref().too_long {
                                endless_row(path, number)
                            } else if let csv::ErrorKind::Io(error) = error.kind() {
                                FileProblem::unreadable(path, error)
                            } else {
                                return Some(Err(FileProblem {
                                    line: error.position().map(|p| p.line() + *skipped),
                                    fatal: false,
                                    ..FileProblem::whole(
                                        path,
                                        format!("this row cannot be read ({error})"),
                                        "The row is left out: write it anew.",
                                    )
                                }));
                            };
                            *self = Self::Over;
                            return Some(Err(problem));
                        }
                    }
                }
                Self::Sheet { rows, at, first } => {
                    let cells = rows.get(*at)?.clone();
                    *at += 1;
                    Line { number: Some(*first + *at as u64 - 1), cells }
                }
            };
            if line.cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Ok(line));
            }
        }
    }
}

/// The line that a row begins in. For the reader a row begins with the line ends before it: the LF of a CR LF, empty lines.
fn line_of(text: &Window, start: &csv::Position) -> u64 {
    let ends = text.rest(start.byte()).iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start.line() + ends.fold(0, |n, byte| n + u64::from(*byte == b'\n'))
}

fn endless_row(path: &Path, line: u64) -> FileProblem {
    FileProblem { line: Some(line), ..FileProblem::whole(path, super::QUOTE_LEFT_OPEN.0, super::QUOTE_LEFT_OPEN.1) }
}
