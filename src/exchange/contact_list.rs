//! Contact lists (CSV, TSV): whatever a campaign's other tools export.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use super::decode::{delimiter, to_text};
use super::problem::FileProblem;
use crate::domain::contact::Contact;
use crate::domain::phone::{Phone, PhoneProblem};
use crate::domain::safe_text::safe_line;
use crate::domain::script::{fold_name, tidy_name};
use crate::domain::zone;

/// A list, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactList {
    /// Rows that can be texted, first of each number.
    pub contacts: Vec<Contact>,
    /// The columns that are custom fields, as named in the file.
    pub columns: Vec<String>,
    /// Rows left out because the number came earlier in the list.
    pub duplicates: u64,
    /// Rows left out because of a problem of their own; `problems` has the reasons.
    pub rejected: u64,
    /// Rows left out, with the reason (not fatal), and other warnings.
    pub problems: Vec<FileProblem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Aliases {
    first_name: Vec<String>,
    last_name: Vec<String>,
    phone: Vec<String>,
    external_id: Vec<String>,
    zip: Vec<String>,
    state: Vec<String>,
    language: Vec<String>,
    time_zone: Vec<String>,
    languages: BTreeMap<String, Vec<String>>,
}

static ALIASES: LazyLock<Option<Aliases>> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/rules/header_aliases.toml")).ok());

/// Reads and checks a list; numbers without a country code are taken as US ones.
///
/// # Errors
/// Every problem that stops the work, at once (no such file, no column with numbers, nothing readable).
pub fn load(path: &Path) -> Result<ContactList, Vec<FileProblem>> {
    load_with(path, "US")
}

/// Like [`load`], for numbers of the country `region` (two letters).
///
/// # Errors
/// As [`load`].
pub fn load_with(path: &Path, region: &str) -> Result<ContactList, Vec<FileProblem>> {
    let bytes = std::fs::read(path).map_err(|error| vec![FileProblem::unreadable(path, &error)])?;
    parse(path, &bytes, region)
}

/// Reads and checks the bytes of a list; `path` only names it in problems.
///
/// # Errors
/// As [`load`].
pub fn parse(path: &Path, bytes: &[u8], region: &str) -> Result<ContactList, Vec<FileProblem>> {
    let (text, guessed) = to_text(path, bytes)?;
    let mut list = ContactList::default();
    list.problems.extend(guessed);
    let (delimiter, skip) = delimiter(&text);
    let body = &text[skip..];
    let skipped = u64::from(skip > 0);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(body.as_bytes());
    let headers: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(|h| safe_line(h.trim())).collect(),
        Err(error) => {
            return Err(vec![FileProblem::whole(path, format!("is no table ({error})"), "Export the list as CSV.")]);
        }
    };
    if headers.iter().all(String::is_empty) && reader.is_done() {
        return Err(vec![FileProblem::whole(path, "the file is empty", "Export the list again, with a header row.")]);
    }
    let columns = Columns::find(path, &headers, region, &mut list.problems)?;
    list.columns = columns.custom.iter().map(|(_, name)| name.clone()).collect();
    let mut seen: HashSet<Phone> = HashSet::new();
    let mut row = Row { path, region, columns: &columns, odd: BTreeSet::new() };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(|p| p.line() + skipped);
                list.rejected += 1;
                list.problems.push(FileProblem {
                    line,
                    fatal: false,
                    ..FileProblem::whole(
                        path,
                        format!("this row cannot be read ({error})"),
                        "The row is left out: write it anew.",
                    )
                });
                continue;
            }
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map(|p| p.line() + skipped);
        match row.contact(&record, line, &mut list.problems) {
            Ok(contact) if seen.insert(contact.phone.clone()) => list.contacts.push(contact),
            Ok(_) => list.duplicates += 1,
            Err(problem) => {
                list.rejected += 1;
                list.problems.push(*problem);
            }
        }
    }
    if list.contacts.is_empty() {
        let mut problems = std::mem::take(&mut list.problems);
        let (what, remedy) = if problems.is_empty() {
            ("there are no contacts in this list", "It has a header row only: export it again.")
        } else {
            ("not one row of this list can be texted", "The reasons stand with the rows.")
        };
        problems.push(FileProblem::whole(path, what, remedy));
        return Err(problems);
    }
    Ok(list)
}

/// Which column is what.
#[derive(Default)]
struct Columns {
    count: usize,
    first_name: usize,
    /// The column holds the full name.
    full_name: bool,
    last_name: Option<usize>,
    phone: usize,
    phone_header: String,
    external_id: Option<usize>,
    zip: Option<usize>,
    state: Option<usize>,
    language: Option<usize>,
    time_zone: Option<usize>,
    custom: Vec<(usize, String)>,
}

fn fold_header(header: &str) -> String {
    fold_name(header).chars().filter(|c| !matches!(c, '.' | '#' | ':' | '*' | '/')).map(without_accent).collect()
}

fn without_accent(c: char) -> char {
    match c {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        _ => c,
    }
}

impl Columns {
    fn find(
        path: &Path,
        headers: &[String],
        region: &str,
        warnings: &mut Vec<FileProblem>,
    ) -> Result<Self, Vec<FileProblem>> {
        let problem = |field: &str, what: String, remedy: &str, fatal: bool| FileProblem {
            line: Some(1),
            field: Some(field.to_owned()),
            fatal,
            ..FileProblem::whole(path, what, remedy)
        };
        let Some(aliases) = &*ALIASES else {
            return Err(vec![FileProblem::whole(path, "the table of headers is broken", "Install textbank anew.")]);
        };
        if headers.iter().any(|h| Phone::parse(h, region).is_ok()) {
            let what = "the first row holds a contact, not the names of the columns".to_owned();
            return Err(vec![problem("header", what, "Add a first row such as: firstName,lastName,cell", true)]);
        }
        let folded: Vec<String> = headers.iter().map(|h| fold_header(h)).collect();
        let at = |names: &[String]| names.iter().find_map(|name| folded.iter().position(|h| h == name));
        let (first_name, phone) = (at(&aliases.first_name), at(&aliases.phone));
        let found = headers.iter().map(|h| format!("`{h}`")).collect::<Vec<_>>().join(", ");
        let mut problems = Vec::new();
        if first_name.is_none() {
            let what = format!("no column holds first names; the columns are {found}");
            problems.push(problem("firstName", what, "Name one of them `firstName`.", true));
        }
        if phone.is_none() {
            let what = format!("no column holds telephone numbers; the columns are {found}");
            problems.push(problem("cell", what, "Name one of them `cell`.", true));
        }
        let (Some(first_name), Some(phone)) = (first_name, phone) else { return Err(problems) };
        let last_name = at(&aliases.last_name);
        let mut columns = Self {
            count: headers.len(),
            first_name,
            full_name: last_name.is_none()
                && matches!(folded[first_name].as_str(), "name" | "fullname" | "contactname"),
            last_name,
            phone,
            phone_header: headers[phone].clone(),
            external_id: at(&aliases.external_id),
            zip: at(&aliases.zip),
            state: at(&aliases.state),
            language: at(&aliases.language),
            time_zone: at(&aliases.time_zone),
            custom: Vec::new(),
        };
        let taken: Vec<usize> = [Some(first_name), Some(phone)]
            .into_iter()
            .chain([
                columns.last_name,
                columns.external_id,
                columns.zip,
                columns.state,
                columns.language,
                columns.time_zone,
            ])
            .flatten()
            .collect();
        for (at, header) in headers.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
            if header.is_empty() {
                let what = format!("column {} has no name and is left out", at + 1);
                warnings.push(problem("header", what, "Name it, if scripts should use it.", false));
            } else if folded[..at].contains(&folded[at]) {
                let what = format!("a second column is called `{header}`; it is left out");
                warnings.push(problem(header, what, "Give each column its own name.", false));
            } else {
                columns.custom.push((at, header.clone()));
            }
        }
        Ok(columns)
    }
}

/// Reads rows of one list.
struct Row<'a> {
    path: &'a Path,
    region: &'a str,
    columns: &'a Columns,
    /// Odd values reported already: each is told once.
    odd: BTreeSet<String>,
}

impl Row<'_> {
    fn contact(
        &mut self,
        record: &csv::StringRecord,
        line: Option<u64>,
        warnings: &mut Vec<FileProblem>,
    ) -> Result<Contact, Box<FileProblem>> {
        let columns = self.columns;
        let path = self.path;
        let problem = |field: &str, what: String, remedy: &str| FileProblem {
            line,
            field: Some(field.to_owned()),
            fatal: false,
            ..FileProblem::whole(path, what, remedy)
        };
        if record.iter().skip(columns.count).any(|cell| !cell.trim().is_empty()) {
            let what = format!("this row has {} cells, the header has {}; it is left out", record.len(), columns.count);
            return Err(Box::new(problem("row", what, "A comma in a value needs quotes around the value.")));
        }
        let cell = |at: usize| safe_line(record.get(at).unwrap_or_default()).trim().to_owned();
        let optional = |at: Option<usize>| at.map(cell).filter(|value| !value.is_empty());
        let raw = record.get(columns.phone).unwrap_or_default();
        let phone = Phone::parse(raw, self.region).map_err(|fault| {
            let what = if fault == PhoneProblem::Empty {
                fault.to_string()
            } else {
                format!("{fault} (`{}`)", safe_line(raw.trim()))
            };
            Box::new(problem(&columns.phone_header, what, fault.remedy()))
        })?;
        let mut first_name = cell(columns.first_name);
        let mut last_name = optional(columns.last_name).unwrap_or_default();
        if columns.full_name {
            (first_name, last_name) = split_name(&first_name);
        }
        for name in [&mut first_name, &mut last_name] {
            // What people write for "nothing" so that other tools take the row.
            if matches!(name.to_lowercase().as_str(), "null" | "n/a" | "na" | "none" | "-" | "unknown" | "#n/a") {
                name.clear();
            }
        }
        let mut tell = |kind: &str, field: &str, value: &str, what: String, remedy: &str| {
            if self.odd.insert(format!("{kind} {value}")) {
                warnings.push(problem(field, what, remedy));
            }
        };
        let language = optional(columns.language).and_then(|value| {
            let folded = language(&value);
            if folded.is_none() {
                let what = format!("`{value}` is not a language textbank knows; the main language is used");
                tell("language", "language", &value, what, "Write a tag such as en or es.");
            }
            folded
        });
        let time_zone = optional(columns.time_zone).and_then(|value| {
            let known = zone::canonical(&value);
            if known.is_none() {
                let what = format!("`{value}` is not a time zone; it is left out");
                tell("zone", "timezone", &value, what, "Write a name such as America/Chicago.");
            }
            known
        });
        let fields = columns.custom.iter().map(|(at, name)| (name.clone(), cell(*at))).collect();
        Ok(Contact {
            external_id: optional(columns.external_id),
            first_name: tidy_name(&first_name),
            last_name: tidy_name(&last_name),
            phone,
            zip: optional(columns.zip).map(whole_zip),
            state: optional(columns.state).map(|s| s.to_uppercase()),
            language,
            time_zone,
            fields,
        })
    }
}

/// `Jane Doe` and `Doe, Jane` into first and last name.
fn split_name(full: &str) -> (String, String) {
    let parts = match full.split_once(',') {
        Some((last, first)) => (first, last),
        None => full.split_once(' ').unwrap_or((full, "")),
    };
    (parts.0.trim().to_owned(), parts.1.trim().to_owned())
}

/// A zip code that lost its leading zero in a spreadsheet gets it back.
fn whole_zip(zip: String) -> String {
    let zip = zip.strip_suffix(".0").map(str::to_owned).unwrap_or(zip);
    if (3..5).contains(&zip.len()) && zip.bytes().all(|b| b.is_ascii_digit()) { format!("{zip:0>5}") } else { zip }
}

static LANGUAGES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut by_word = HashMap::new();
    for (tag, words) in ALIASES.iter().flat_map(|a| &a.languages) {
        for word in words {
            by_word.insert(word.clone(), tag.clone());
        }
    }
    by_word
});

/// The tag for what a list says: `Español`, `es-MX`, `SPA` -> `es`.
fn language(value: &str) -> Option<String> {
    let words: String =
        value.to_lowercase().chars().map(without_accent).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let word = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(tag) = LANGUAGES.get(&word) {
        return Some(tag.clone());
    }
    let tag = word.split(' ').next().unwrap_or_default();
    super::campaign_file::LANGUAGES.contains(&tag).then(|| tag.to_owned())
}

#[cfg(test)]
mod tests;
