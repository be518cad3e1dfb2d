//! Cells that stay cells: a spreadsheet takes what begins with `=`, `+`, `-`, `@`, a tab or a line's end for a formula, whoever wrote
//! it. Such a cell gets an apostrophe before it, as people type one who mean text. A plain number with its sign stays as it is: it is
//! one either way, and telephone numbers go back into other systems by these files.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::domain::safe_text::safe_body;

/// `text` as a cell that no spreadsheet works out.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    let begins = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    // A blank before it is skipped by some.
    let dangerous = text.trim_start_matches(' ').starts_with(begins);
    if dangerous && !is_number(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A sign, digits, and one point or comma between digits.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(part)
}

/// A CSV whose cells are harmless.
#[derive(Debug)]
pub struct Sheet<W: Write> {
    csv: csv::Writer<W>,
    raw: bool,
}

impl<W: Write> Sheet<W> {
    /// An empty one. `raw`: a formula stays one.
    pub fn new(to: W, raw: bool) -> Self {
        Self { csv: csv::WriterBuilder::new().from_writer(to), raw }
    }

    /// The next row.
    ///
    /// # Errors
    /// As the system says.
    pub fn row(&mut self, cells: Vec<String>) -> io::Result<()> {
        for cell in cells {
            let cell = safe_body(&cell);
            let cell = if self.raw { Cow::Borrowed(cell.as_str()) } else { harmless(&cell) };
            self.csv.write_field(cell.as_bytes()).map_err(of_system)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(of_system)
    }

    /// Writes what is still kept back, and gives back what was written to.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(mut self) -> io::Result<W> {
        self.csv.flush()?;
        self.csv.into_inner().map_err(|error| io::Error::new(error.error().kind(), error.error().to_string()))
    }
}

/// The system's own word, not the writer's about it: that nobody reads on is known by its kind.
fn of_system(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("=1+1", "'=1+1")]
    #[case("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    #[case("+1+1", "'+1+1")]
    #[case("-2+3", "'-2+3")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("  =1", "'  =1")]
    #[case("\t=1", "'\t=1")]
    #[case("\n=1", "'\n=1")]
    #[case("＝1", "'＝1")]
    #[case("-", "'-")]
    #[case("- yes, I will", "'- yes, I will")]
    #[case("+1 (415) 555", "'+1 (415) 555")]
    #[case("+1,2,3", "'+1,2,3")]
    #[case("+13032000070", "+13032000070")]
    #[case("-5", "-5")]
    #[case("-5.25", "-5.25")]
    #[case("yes = no", "yes = no")]
    #[case("'quoted'", "'quoted'")]
    #[case("", "")]
    fn a_formula_is_text_and_a_number_a_number(#[case] text: &str, #[case] cell: &str) {
        assert_eq!(harmless(text), cell);
    }

    #[test]
    fn a_row_is_one_row_whatever_is_in_it() {
        let mut sheet = Sheet::new(Vec::new(), false);
        let row = ["a,b", "say \"hi\"\nand = go", "=HYPERLINK(\"http://x\")", "\u{1b}[2Jx", "", "+14155550101"];
        sheet.row(row.map(str::to_owned).to_vec()).expect("written");
        let text = String::from_utf8(sheet.finish().expect("written")).expect("UTF-8");
        assert!(!text.contains('\u{1b}'), "{text:?}");
        let mut back = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = back.records().collect::<Result<_, _>>().expect("a CSV");
        assert_eq!(rows.len(), 1);
        let cells: Vec<&str> = rows[0].iter().collect();
        assert_eq!((cells[0], cells[1], cells[2]), (row[0], row[1], "'=HYPERLINK(\"http://x\")"));
        assert_eq!((cells[4], cells[5]), ("", "+14155550101"));
    }

    #[test]
    fn that_nobody_reads_on_is_told_as_such() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut sheet = Sheet::new(Gone, false);
        let long = "x".repeat(100_000);
        let kind = sheet.row(vec![long]).and_then(|()| sheet.finish().map(drop)).expect_err("nobody reads").kind();
        assert_eq!(kind, io::ErrorKind::BrokenPipe);
    }
}
