//! Contact lists (CSV, TSV, spreadsheets): whatever a campaign's other tools export.
//!
//! `table` makes lines of a file, `columns` understands its header by the field's names (`aliases`) and a person's word,
//! `rows` makes a contact of a line; here the list is put together, and every line of the file accounted for.
//!
//! A list may have any size: it is read twice, once to see what is in it ([`survey`]), once to hand its contacts out
//! ([`Surveyed::each`]). Of each number 16 bytes are kept meanwhile, to know it again, and the ids of those who share one; of the
//! problems the first [`MOST_PROBLEMS`]; nothing else.

mod aliases;
mod columns;
mod numbers;
pub mod rejected;
mod rows;
mod table;

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use self::aliases::Confidence;
use self::aliases::{Says, Told, is_flag, is_nothing, told};
use self::columns::Columns;
pub use self::columns::{Mapping, Meaning};
use self::numbers::Numbers;
use self::rejected::Rejected;
use self::rows::Rows;
pub use self::rows::{NumberReason, PassedOver};
pub use self::table::Shape;
use self::table::Source;
use super::decode::Input;
use super::problem::FileProblem;
use crate::domain::contact::Contact;
use crate::domain::phone::Phone;
use crate::domain::provenance::Consent;
use crate::domain::safe_text::safe_line;

/// So many problems of single rows are kept; the others are counted.
pub const MOST_PROBLEMS: usize = 1_000;

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
    /// What is said of the consent of everybody on it, where a row does not say it.
    pub consent: Option<Consent>,
    /// The day it is: consent of a later one shows nothing. None: any day is taken.
    pub today: Option<jiff::civil::Date>,
    /// True where nobody may be texted without consent; otherwise some numbers need it (`assets/rules/consent.toml`).
    pub consent_needed: bool,
    /// True of a list of those who opted out: only the numbers matter, no column needs to hold names, and where columns say who gets no
    /// texts, those rows are left out that clearly say that they do.
    pub numbers_only: bool,
    /// True when all numbers of the list are meant, whatever its columns say of texts.
    pub every_row: bool,
}

/// A list, read. `rows` = `texted` + `duplicates` + `rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactList {
    /// Rows that can be texted, first of each number; empty after a [`survey`].
    pub contacts: Vec<Contact>,
    /// How many they are.
    pub texted: u64,
    /// Of a list of opt-outs: the other numbers of its rows.
    pub more_numbers: Vec<Phone>,
    /// The columns that are custom fields, as named in the script.
    pub columns: Vec<String>,
    /// Rows of the file that hold something, without the header.
    pub rows: u64,
    /// Rows left out because their number came earlier in the list.
    pub duplicates: u64,
    /// How many of these are of somebody else than who came first with it: one text goes to the number. Their ids are kept
    /// in that contact's field [`crate::domain::household::IDS`].
    pub shared: u64,
    /// Rows left out because of a problem of their own; `problems` has the reasons.
    pub rejected: u64,
    /// These rows as they stand in the file; empty after a [`survey`].
    pub rejected_rows: Vec<Rejected>,
    /// Rows left out, with the reason (not fatal), and other warnings: the first [`MOST_PROBLEMS`].
    pub problems: Vec<FileProblem>,
    /// How many more there are.
    pub more_problems: u64,
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

/// Sees what a list holds while it is read.
pub trait Visitor {
    /// The columns that are custom fields, as named in the script: before everything else.
    fn begin(&mut self, columns: &[String]) {
        let _ = columns;
    }

    /// Somebody who can be texted, the first with this number. The ids of others with the same number are not known yet.
    ///
    /// # Errors
    /// As the system says: reading ends.
    fn contact(&mut self, contact: &Contact) -> io::Result<()>;

    /// True when it wants to be told why the number of the contact that comes next is the one it is: [`Self::number`].
    fn wants_reasons(&self) -> bool {
        false
    }

    /// Why a contact's number is this one: behind [`Self::contact`], in lists with several columns of numbers.
    fn number(&mut self, reason: NumberReason) {
        let _ = reason;
    }

    /// A row that is left out; `headers` are those of the list.
    ///
    /// # Errors
    /// As the system says: reading ends.
    fn rejected(&mut self, headers: &[String], row: Rejected) -> io::Result<()>;
}

/// Reads and checks a list; numbers without a country code are taken as US ones.
///
/// # Errors
/// Every problem that stops the work, at once (no such file, no column with numbers, nothing readable).
pub fn load(path: &Path) -> Result<ContactList, Vec<FileProblem>> {
    load_with(path, &Options::default())
}

/// Like [`load`], read as `options` say. All of the list is held: for lists of which that is known to be possible.
///
/// # Errors
/// As [`load`].
pub fn load_with(path: &Path, options: &Options) -> Result<ContactList, Vec<FileProblem>> {
    held(path, Input::of(path)?, options)
}

/// Reads and checks the bytes of a list; `path` only names it in problems.
///
/// # Errors
/// As [`load`].
pub fn parse(path: &Path, bytes: &[u8], options: &Options) -> Result<ContactList, Vec<FileProblem>> {
    held(path, Input::Memory(bytes.into()), options)
}

/// Reads a list of any size to see what is in it, without holding it.
///
/// # Errors
/// As [`load`]; also what the visitor said.
pub fn survey(
    path: &Path,
    options: &Options,
    visitor: &mut dyn Visitor,
) -> Result<(ContactList, Surveyed), Vec<FileProblem>> {
    Surveyed::read(path, Input::of(path)?, options, visitor)
}

/// Keeps everything.
#[derive(Default)]
struct Keeper {
    contacts: Vec<Contact>,
    rejected: Vec<Rejected>,
}

impl Visitor for Keeper {
    fn contact(&mut self, contact: &Contact) -> io::Result<()> {
        self.contacts.push(contact.clone());
        Ok(())
    }

    fn rejected(&mut self, _headers: &[String], row: Rejected) -> io::Result<()> {
        self.rejected.push(row);
        Ok(())
    }
}

fn held(path: &Path, input: Input, options: &Options) -> Result<ContactList, Vec<FileProblem>> {
    let mut keeper = Keeper::default();
    let (list, surveyed) = Surveyed::read(path, input, options, &mut keeper)?;
    let mut contacts = keeper.contacts;
    for contact in &mut contacts {
        surveyed.numbers.add_household(contact);
    }
    Ok(ContactList { contacts, rejected_rows: keeper.rejected, ..list })
}

/// A list that was read once; its contacts can be handed out.
pub struct Surveyed {
    path: PathBuf,
    region: String,
    consent: Option<Consent>,
    consent_needed: bool,
    numbers_only: bool,
    today: Option<jiff::civil::Date>,
    header: bool,
    source: Source,
    columns: Columns,
    shunned: HashSet<Phone>,
    numbers: Numbers,
    /// Of all its rows.
    fingerprint: blake3::Hash,
}

impl std::fmt::Debug for Surveyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surveyed").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Surveyed {
    fn read(
        path: &Path,
        input: Input,
        options: &Options,
        visitor: &mut dyn Visitor,
    ) -> Result<(ContactList, Self), Vec<FileProblem>> {
        let region = if options.region.is_empty() { "US" } else { &options.region };
        let mut source = Source::of(path, input, options.sheet.as_deref())?;
        let mut list = ContactList { shape: Some(source.shape.clone()), ..ContactList::default() };
        list.problems.extend(source.warning.take());
        let mut lines = source.table().map_err(|problem| vec![*problem])?.peekable();
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
        let mut columns = Columns::find(
            path,
            headers,
            &options.map,
            region,
            (!options.no_header, !options.numbers_only),
            &mut list.problems,
        )?;
        let flags = landline_flags(&source, &columns, !options.no_header)?;
        columns.landline_flags(&flags, &options.map);
        columns.empty_names = empty_names(&source, &columns, !options.no_header)?;
        if options.every_row {
            columns.no_texts.clear();
        } else if options.numbers_only {
            let (others, said) = not_flags(&source, &columns, !options.no_header)?;
            columns.with_others(&others, &said);
        }
        let sorts = columns.row_kind.is_some() || columns.phones.iter().any(|column| column.kind.is_some());
        let shunned =
            if options.numbers_only || (columns.no_texts.iter().all(|(_, says)| *says == Says::Calls) && !sorts) {
                HashSet::new()
            } else {
                shunned(&source, path, region, &columns, !options.no_header)?
            };
        list.begin(&columns);
        visitor.begin(&list.columns);
        let mut rows = Rows {
            path,
            region,
            columns: &columns,
            consent: options.consent.as_ref(),
            consent_needed: options.consent_needed,
            opt_outs: options.numbers_only,
            today: options.today,
            shunned: &shunned,
            odd: BTreeSet::new(),
        };
        let mut numbers = Numbers::default();
        let mut fingerprint = blake3::Hasher::new();
        let unwritten = |error: io::Error| {
            vec![FileProblem::whole(path, format!("what was found cannot be written ({error})"), "See to the disk.")]
        };
        for line in lines {
            list.rows += 1;
            match line {
                Ok(line) => {
                    fingerprint.update(line.cells.as_byte_record().as_slice());
                    if let Some(problem) = quote_left_open(path, &line, list.shape.as_ref(), rows.columns, region) {
                        return Err(vec![problem]);
                    }
                    list.take(&line, &mut rows, &mut numbers, visitor).map_err(unwritten)?;
                }
                Err(problem) if problem.fatal => return Err(vec![problem]),
                Err(problem) => {
                    list.rejected += 1;
                    visitor.rejected(&columns.headers, Rejected::unreadable(&problem)).map_err(unwritten)?;
                    list.problems.push(problem);
                }
            }
            list.bound();
        }
        if list.texted == 0 {
            let mut problems = std::mem::take(&mut list.problems);
            let (what, remedy) = if list.rows == 0 {
                ("there are no contacts in this list", "It has a header row only: export it again.")
            } else {
                match options.numbers_only {
                    true => (
                        "not one row of this list says that somebody gets no texts",
                        "The reasons stand with the rows.",
                    ),
                    false => ("not one row of this list can be texted", "The reasons stand with the rows."),
                }
            };
            problems.push(FileProblem::whole(path, what, remedy));
            return Err(problems);
        }
        let surveyed = Self {
            path: path.to_owned(),
            region: region.to_owned(),
            consent: options.consent.clone(),
            consent_needed: options.consent_needed,
            numbers_only: options.numbers_only,
            today: options.today,
            header: !options.no_header,
            source,
            columns,
            shunned,
            numbers,
            fingerprint: fingerprint.finalize(),
        };
        Ok((list, surveyed))
    }

    /// Of all its rows as they stand in the file, those that are left out too.
    #[must_use]
    pub fn fingerprint(&self) -> blake3::Hash {
        self.fingerprint
    }

    /// True when some number of it is that of several people.
    #[must_use]
    pub fn has_shared(&self) -> bool {
        self.numbers.has_shared()
    }

    /// True when some of these are known by an id of their own.
    #[must_use]
    pub fn names_others(&self) -> bool {
        self.numbers.names_others()
    }

    /// Reads the list once more and hands out those whose number is first another one's, as often as they stand in it.
    ///
    /// # Errors
    /// The file cannot be read any more, or is another one now.
    pub fn each_shared(&mut self, take: &mut dyn FnMut(Contact) -> bool) -> Result<(), Box<FileProblem>> {
        self.walk(true, take)
    }

    /// Reads the list once more and hands out its contacts in order, the ids of those who share a number with them; until
    /// `take` says false.
    ///
    /// # Errors
    /// The file cannot be read any more, or is another one now.
    pub fn each(&mut self, take: &mut dyn FnMut(Contact) -> bool) -> Result<(), Box<FileProblem>> {
        self.walk(false, take)
    }

    fn walk(&mut self, shared: bool, take: &mut dyn FnMut(Contact) -> bool) -> Result<(), Box<FileProblem>> {
        self.numbers.begin_again();
        let mut rows = Rows {
            path: &self.path,
            region: &self.region,
            columns: &self.columns,
            consent: self.consent.as_ref(),
            consent_needed: self.consent_needed,
            opt_outs: self.numbers_only,
            today: self.today,
            shunned: &self.shunned,
            odd: BTreeSet::new(),
        };
        // Told at the first reading.
        let mut told = Vec::new();
        let mut fingerprint = blake3::Hasher::new();
        for line in self.source.table()?.skip(usize::from(self.header)) {
            let line = match line {
                Ok(line) => line,
                Err(problem) if problem.fatal => return Err(Box::new(problem)),
                Err(_) => continue,
            };
            fingerprint.update(line.cells.as_byte_record().as_slice());
            told.clear();
            let Ok(read) = rows.contact(&line, &mut told) else { continue };
            let mut contact = read.contact;
            let wanted = if shared { self.numbers.is_shared(&contact) } else { self.numbers.is_first(&contact.phone) };
            if !wanted {
                continue;
            }
            if !shared {
                self.numbers.add_household(&mut contact);
            }
            if !take(contact) {
                return Ok(());
            }
        }
        if fingerprint.finalize() != self.fingerprint {
            let what = "was changed while it was read";
            let remedy = "Run the command again once nobody writes to it.";
            return Err(Box::new(FileProblem::whole(&self.path, what, remedy)));
        }
        Ok(())
    }
}

/// The numbers of all rows of which the list says that they get no texts.
fn shunned(
    source: &Source,
    path: &Path,
    region: &str,
    columns: &Columns,
    header: bool,
) -> Result<HashSet<Phone>, Vec<FileProblem>> {
    let nobody = HashSet::new();
    let mut rows = Rows {
        path,
        region,
        columns,
        consent: None,
        consent_needed: false,
        opt_outs: false,
        today: None,
        shunned: &nobody,
        odd: BTreeSet::new(),
    };
    let lines = source.table().map_err(|problem| vec![*problem])?;
    let read = lines.skip(usize::from(header)).filter_map(Result::ok);
    Ok(read.flat_map(|line| rows.shuns(&line)).collect())
}

/// Of the columns that may say who gets no texts those of which some cell is no flag, and those of which some cell says yes and
/// none says no.
fn not_flags(
    source: &Source,
    columns: &Columns,
    header: bool,
) -> Result<(BTreeSet<usize>, BTreeSet<usize>), Vec<FileProblem>> {
    let (mut others, mut said, mut noes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let lines = source.table().map_err(|problem| vec![*problem])?;
    for line in lines.skip(usize::from(header)).filter_map(Result::ok) {
        for at in columns.no_texts.iter().map(|(at, _)| *at) {
            let cell = line.cells.get(at).unwrap_or_default();
            others.extend((!is_flag(cell)).then_some(at));
            said.extend((!is_nothing(cell)).then_some(at));
            noes.extend((told(cell, Says::NoTexts) == Told::May).then_some(at));
        }
    }
    Ok((others, &said - &noes))
}

/// Columns that are called as one of landline numbers, and say yes or no all along.
fn landline_flags(source: &Source, columns: &Columns, header: bool) -> Result<BTreeSet<usize>, Vec<FileProblem>> {
    let mut flags: BTreeSet<usize> = columns.named_landline().collect();
    // A file without any other number has none at all: its rows say so.
    if flags.is_empty() || flags.len() == columns.phones.len() {
        return Ok(BTreeSet::new());
    }
    let mut said: BTreeSet<usize> = BTreeSet::new();
    let lines = source.table().map_err(|problem| vec![*problem])?;
    for line in lines.skip(usize::from(header)).filter_map(Result::ok) {
        let cell = |at: usize| line.cells.get(at).unwrap_or_default();
        flags.retain(|at| is_flag(cell(*at)));
        said.extend(flags.iter().copied().filter(|at| !is_nothing(cell(*at))));
        if flags.is_empty() {
            break;
        }
    }
    flags.retain(|at| said.contains(at));
    Ok(flags)
}

/// So many rows are looked at to tell a name from what people write for none.
const LOOKED_AT: usize = 2_000;

/// Columns of names in which `Na` stands for nothing: some are called so, and nowhere is one in ten.
fn empty_names(source: &Source, columns: &Columns, header: bool) -> Result<BTreeSet<usize>, Vec<FileProblem>> {
    let names: Vec<usize> = std::iter::once(columns.name).chain(columns.last_name).collect();
    let (mut rows, mut many) = (0_usize, vec![0_usize; names.len()]);
    let lines = source.table().map_err(|problem| vec![*problem])?;
    for line in lines.skip(usize::from(header)).filter_map(Result::ok).take(LOOKED_AT) {
        rows += 1;
        for (many, at) in many.iter_mut().zip(&names) {
            *many += usize::from(line.cells.get(*at).unwrap_or_default().trim().eq_ignore_ascii_case("na"));
        }
    }
    Ok(names.into_iter().zip(many).filter(|(_, many)| *many > 1 && many * 10 >= rows).map(|(at, _)| at).collect())
}

impl ContactList {
    fn begin(&mut self, columns: &Columns) {
        self.columns = columns.fields.iter().map(|(_, name)| name.clone()).collect();
        self.understood = columns
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
    }

    /// Takes one more row.
    fn take(
        &mut self,
        line: &table::Line,
        rows: &mut Rows<'_>,
        numbers: &mut Numbers,
        visitor: &mut dyn Visitor,
    ) -> io::Result<()> {
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
                visitor.rejected(&rows.columns.headers, Rejected::of(line, &problem))?;
                self.problems.push(*problem);
                return Ok(());
            }
        };
        if rows.opt_outs {
            self.more_numbers.extend(rows.others(&line.cells, read.phone_column));
        }
        match numbers.meet(&read.contact) {
            numbers::Met::First => {
                self.texted += 1;
                let explained = rows.columns.phones.len() > 1 && visitor.wants_reasons();
                visitor.contact(&read.contact)?;
                if explained {
                    visitor.number(rows.reason(&line.cells, read.phone_column));
                }
                if let Some(column) = self.understood.get_mut(read.phone_column) {
                    column.chosen += 1;
                }
            }
            numbers::Met::Again => self.duplicates += 1,
            numbers::Met::Shared => {
                self.duplicates += 1;
                self.shared += 1;
            }
        }
        Ok(())
    }

    /// Keeps no more problems than are told.
    fn bound(&mut self) {
        let more = self.problems.len().saturating_sub(MOST_PROBLEMS);
        self.problems.truncate(MOST_PROBLEMS);
        self.more_problems += more as u64;
    }
}

/// Of a row whose quote nobody closed: what is wrong, and what to do.
const QUOTE_LEFT_OPEN: (&str, &str) = (
    "a quote that begins in this row is not closed: the rows after it would be taken for a part of it",
    "Close the quote or take it out, or export the list again.",
);

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
    line.cells
        .iter()
        .any(|cell| cell.lines().skip(1).any(is_row))
        .then(|| FileProblem { line: line.number, ..FileProblem::whole(path, QUOTE_LEFT_OPEN.0, QUOTE_LEFT_OPEN.1) })
}

#[cfg(test)]
mod tests;
