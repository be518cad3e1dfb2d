//! Rows that change a campaign's list: who is meant, and what is to be different. Unlike a list of contacts they need no name, no
//! number where there is an id, and hold just the columns that are to change.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::decode::{Input, Letters, delimiter};
use super::problem::FileProblem;
use crate::domain::household;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::domain::script::{fold_name, tidy_name};
use crate::domain::zone::{is_military, state_code};

/// One row. What is absent is not to change; an empty cell changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRow {
    /// Where it stands in the file, from 1.
    pub line: u64,
    /// The number, when the file has a column of them.
    pub phone: Option<Phone>,
    /// The id in the list that the contact came from.
    pub external_id: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Postal code.
    pub zip: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Time zone.
    pub time_zone: Option<String>,
    /// Every other column, by its header.
    pub fields: BTreeMap<String, String>,
}

/// What a file of rows holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListRows {
    /// Its rows.
    pub rows: Vec<ListRow>,
    /// The columns that are to change, as they were understood.
    pub columns: Vec<String>,
    /// Rows that name nobody, and other warnings.
    pub problems: Vec<FileProblem>,
}

/// Names of columns, as `assets/rules/header_aliases.toml` has them.
#[derive(Deserialize)]
struct Names {
    first_name: Vec<String>,
    full_name: Vec<String>,
    last_name: Vec<String>,
    external_id: Vec<String>,
    zip: Vec<String>,
    state: Vec<String>,
    language: Vec<String>,
    time_zone: Vec<String>,
    phone: BTreeMap<String, Vec<String>>,
}

static NAMES: LazyLock<Option<Names>> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/rules/header_aliases.toml")).ok());

/// The surest number first.
const NUMBERS: [&str; 5] = ["verified_cell", "cell", "mobile", "phone", "home"];

/// What a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Phone,
    ExternalId,
    FirstName,
    LastName,
    Zip,
    State,
    Language,
    TimeZone,
    Field(String),
    Nothing,
}

/// Reads a file of rows. Numbers without a country code are of `region`.
///
/// # Errors
/// Every problem that stops the work: no such file, no column that says who is meant, nothing readable.
pub fn load(path: &Path, region: &str) -> Result<ListRows, Vec<FileProblem>> {
    let bytes = std::fs::read(path).map_err(|error| vec![FileProblem::unreadable(path, &error)])?;
    parse(path, &bytes, region)
}

/// Reads the bytes of such a file; `path` only names it in problems.
///
/// # Errors
/// As [`load`].
pub fn parse(path: &Path, bytes: &[u8], region: &str) -> Result<ListRows, Vec<FileProblem>> {
    let stop = |what: &str, remedy: &str| Err(vec![FileProblem::whole(path, what, remedy)]);
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return stop("is a spreadsheet", "Save it as CSV (in Excel: Save As, CSV UTF-8).");
    }
    let unreadable = |error| vec![FileProblem::unreadable(path, &error)];
    let input = Input::Memory(bytes.into());
    let letters = Letters::of(path, &input)?;
    let mut whole = String::new();
    let opened = input.open().map_err(unreadable)?;
    letters.utf8(opened).map_err(unreadable)?.read_to_string(&mut whole).map_err(unreadable)?;
    let (between, skip) = delimiter(&whole);
    let text = whole.get(skip..).unwrap_or_default();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(between).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut found = ListRows { problems: letters.warning.into_iter().collect(), ..ListRows::default() };
    let mut columns: Option<Vec<Column>> = None;
    for record in reader.records() {
        let record = record.map_err(|error| {
            vec![FileProblem::whole(path, format!("cannot be read ({error})"), "Save it as CSV again.")]
        })?;
        if record.iter().any(|cell| cell.contains('\n')) && text.matches('"').count() % 2 == 1 {
            // All rows after it would be a part of one cell, and gone without a word.
            let line = record.position().map(|at| at.line() + u64::from(skip > 0));
            let what = "a quote that begins in this row is not closed";
            let remedy = "Close the quote or take it out, or export the list again.";
            return Err(vec![FileProblem { line, ..FileProblem::whole(path, what, remedy) }]);
        }
        let line = record.position().map_or(0, csv::Position::line) + u64::from(skip > 0);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(columns) = &columns else {
            // Numbers alone, one a line, need no header.
            if record.len() == 1 && Phone::parse(record.get(0).unwrap_or_default().trim(), region).is_ok() {
                columns = Some(vec![Column::Phone]);
                found.take(path, line, &record, &[Column::Phone], region);
                continue;
            }
            let understood = understand(&record.iter().map(str::to_owned).collect::<Vec<_>>());
            if !understood.iter().any(|column| matches!(column, Column::Phone | Column::ExternalId)) {
                return stop(
                    "no column says who is meant",
                    "Add a first row that names the columns, one of them cell (the number) or external_id (the list's id).",
                );
            }
            found.columns = record
                .iter()
                .zip(&understood)
                .filter(|(_, column)| !matches!(column, Column::Phone | Column::ExternalId | Column::Nothing))
                .map(|(header, _)| safe_line(header.trim()))
                .collect();
            columns = Some(understood);
            continue;
        };
        found.take(path, line, &record, columns, region);
    }
    if columns.is_none() {
        return stop("the file is empty", "Export it again, with a header row.");
    }
    if found.problems.iter().any(|problem| problem.fatal) {
        return Err(found.problems);
    }
    Ok(found)
}

/// A postal code as it is kept; `None` when it cannot be one. Only those of the US are known here.
fn postal_code(value: &str, region: &str) -> Option<String> {
    let (first, more) = value.split_once('-').map_or((value, None), |(first, more)| (first, Some(more)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match region {
        "US" if !digits(first) || !(3..=5).contains(&first.len()) => None,
        "US" if more.is_some_and(|more| !digits(more) || more.len() != 4) => None,
        // A spreadsheet takes the zeros away.
        "US" => Some(more.map_or_else(|| format!("{first:0>5}"), |more| format!("{first:0>5}-{more}"))),
        _ => Some(value.to_owned()),
    }
}

fn understand(headers: &[String]) -> Vec<Column> {
    let folded: Vec<String> = headers
        .iter()
        .map(|header| fold_name(header.trim()).chars().filter(|c| !matches!(c, '.' | '#' | ':' | '*' | '/')).collect())
        .collect();
    let mut columns: Vec<Option<Column>> = vec![None; headers.len()];
    let Some(names) = &*NAMES else { return Vec::new() };
    let mut set = |wanted: &[String], column: Column| {
        let place = wanted.iter().find_map(|name| {
            folded.iter().enumerate().position(|(at, header)| columns.get(at) == Some(&None) && header == name)
        });
        if let Some(slot) = place.and_then(|at| columns.get_mut(at)) {
            *slot = Some(column);
        }
    };
    let numbers: Vec<String> = NUMBERS.iter().filter_map(|sort| names.phone.get(*sort)).flatten().cloned().collect();
    set(&numbers, Column::Phone);
    set(&names.external_id, Column::ExternalId);
    // A whole name in one column cannot be told apart here without guessing.
    let first: Vec<String> = names.first_name.iter().filter(|name| !names.full_name.contains(name)).cloned().collect();
    set(&first, Column::FirstName);
    set(&names.last_name, Column::LastName);
    set(&names.zip, Column::Zip);
    set(&names.state, Column::State);
    set(&names.language, Column::Language);
    set(&names.time_zone, Column::TimeZone);
    columns
        .into_iter()
        .zip(headers)
        .map(|(column, header)| {
            let name = safe_line(header.trim());
            let ours = name.is_empty() || household::is_own(&name);
            column.unwrap_or(if ours { Column::Nothing } else { Column::Field(name) })
        })
        .collect()
}

impl ListRows {
    fn take(&mut self, path: &Path, line: u64, record: &csv::StringRecord, columns: &[Column], region: &str) {
        let mut row = ListRow { line, ..ListRow::default() };
        let mut bad_number = None;
        let wrong = |problems: &mut Vec<FileProblem>, what: &str, value: &str, remedy: &str| {
            let what = format!("`{value}` is no {what}");
            problems.push(FileProblem { line: Some(line), fatal: true, ..FileProblem::whole(path, what, remedy) });
        };
        for (column, cell) in columns.iter().zip(record) {
            let value = safe_line(cell.trim());
            if value.is_empty() {
                continue;
            }
            match column {
                Column::Phone => match Phone::parse(&value, region) {
                    Ok(phone) => row.phone = Some(phone),
                    Err(problem) => bad_number = Some(problem.to_string()),
                },
                Column::ExternalId => row.external_id = Some(value),
                Column::FirstName => row.first_name = Some(tidy_name(&value)),
                Column::LastName => row.last_name = Some(tidy_name(&value)),
                Column::Zip => match postal_code(&value, region) {
                    Some(zip) => row.zip = Some(zip),
                    None => wrong(
                        &mut self.problems,
                        "ZIP code",
                        &value,
                        "It has five digits, as 94110, or nine, as 94110-1234.",
                    ),
                },
                Column::State if region == "US" && state_code(&value).is_none() && !is_military(None, Some(&value)) => {
                    wrong(&mut self.problems, "state", &value, "Write its two letters, as OH, or its name.");
                }
                Column::State => row.state = Some(value),
                Column::Language => row.language = Some(value),
                Column::TimeZone if TimeZone::get(&value).is_err() => {
                    wrong(&mut self.problems, "time zone", &value, "Write it as America/Chicago.");
                }
                Column::TimeZone => row.time_zone = Some(value),
                Column::Field(name) => drop(row.fields.insert(name.clone(), value)),
                Column::Nothing => {}
            }
        }
        if row.phone.is_some() || row.external_id.is_some() {
            self.rows.push(row);
            return;
        }
        let what = bad_number
            .map_or_else(|| "this row names nobody".to_owned(), |why| format!("this row names nobody: {why}"));
        self.problems.push(FileProblem {
            line: Some(line),
            fatal: false,
            ..FileProblem::whole(path, what, "Give it a number or the list's id.")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ListRows, Vec<FileProblem>> {
        parse(Path::new("l.csv"), text.as_bytes(), "US")
    }

    #[test]
    fn a_file_of_numbers_needs_no_header() {
        let rows = read("(415) 555-0101\n4155550102\nx\n\n").unwrap();
        let numbers: Vec<_> = rows.rows.iter().filter_map(|row| row.phone.as_ref()).map(Phone::as_str).collect();
        assert_eq!(numbers, ["+14155550101", "+14155550102"]);
        assert_eq!((rows.problems.len(), rows.problems[0].line), (1, Some(3)));
    }

    #[test]
    fn only_what_is_there_is_to_change() {
        let rows = read("VANID\tpolling_place\tzip\n7\t12 Oak St\t\n8\t\t94110\n").unwrap();
        assert_eq!(rows.columns, ["polling_place", "zip"]);
        let [first, second] = rows.rows.as_slice() else { panic!("two") };
        assert_eq!((first.external_id.as_deref(), first.zip.as_deref()), (Some("7"), None));
        assert_eq!(first.fields, BTreeMap::from([("polling_place".to_owned(), "12 Oak St".to_owned())]));
        assert_eq!((second.zip.as_deref(), second.fields.len(), second.line), (Some("94110"), 0, 3));
    }

    #[test]
    fn an_address_that_cannot_be_is_named_and_stops_all() {
        let rows = read("VANID,zip,state\n7,941,Ohio\n8,94110-1234,oh\n").unwrap();
        let kept: Vec<_> = rows.rows.iter().map(|row| row.zip.as_deref().unwrap_or_default()).collect();
        assert_eq!(kept, ["00941", "94110-1234"]);
        let problems = read("VANID,zip,state,timezone\n7,94x10,Ohoi,Mars\n8,94110,OH,America/Chicago\n").unwrap_err();
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().all(|line| line.contains("2")) && told.len() == 3, "{told:?}");
        assert!(parse(Path::new("l.csv"), b"VANID,zip\n7,SW1A 1AA\n", "GB").is_ok());
    }

    #[test]
    fn an_open_quote_swallows_nobody() {
        let problems = read("cell,place\n4155550101,\"Oak\n4155550102,Elm\n").unwrap_err();
        assert_eq!(problems[0].line, Some(2));
        let rows = read("cell,place\n4155550101,\"Oak\nStreet\"\n4155550102,5 wide\n").unwrap();
        assert_eq!(rows.rows.len(), 2);
    }

    #[test]
    fn a_file_that_names_nobody_is_refused() {
        assert!(read("polling_place\n12 Oak St\n").is_err());
        assert!(read("").is_err());
        assert!(read("PK\u{3}\u{4}").is_err());
    }
}
