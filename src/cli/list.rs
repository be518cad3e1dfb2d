//! `textbank list check`: how a list is understood, before anything of it is stored anywhere.

use std::fs::OpenOptions;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::campaign_check::shown;
use super::reach::tell;
use super::{Exit, Misuse, Outcome, out, out_json};
use crate::domain::contact::Contact;
use crate::exchange::contact_list::{self, ColumnUse, ContactList, HOUSEHOLD, Mapping, Options, Shape, rejected};
use crate::exchange::problem::FileProblem;

/// What can be done with a list.
#[derive(Debug, Subcommand)]
pub enum ListCommand {
    /// Show how each column of a list is understood, and every row that cannot be texted; nothing is stored
    Check(CheckArgs),
}

/// How a list is to be read; of every command that reads one.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ReadArgs {
    /// Say what a column is: its header (or number) = firstName, lastName, fullName, verifiedCell, cell, mobile, phone,
    /// homePhone, phoneKind, external_id, zip, state, language, timezone, ignore, or a merge field's name
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    pub map: Vec<Mapping>,
    /// The first row holds a contact: name the columns by number, as in --map 1=firstName --map 2=cell
    #[arg(long)]
    pub no_header: bool,
    /// The sheet of a spreadsheet (without it: the first that holds something)
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// The country of numbers without a country code, in two letters
    #[arg(long, value_name = "CODE", default_value = "US")]
    pub country: String,
    /// Write the rows that were left out, with the reason, to FILE (CSV, the list's own columns and one more)
    #[arg(long, value_name = "FILE")]
    pub rejected: Option<PathBuf>,
}

impl ReadArgs {
    /// Reads a list so. The outer error is one of the options.
    ///
    /// # Errors
    /// A country that is none; the file of rejected rows cannot be written.
    pub fn read(&self, list: &Path) -> anyhow::Result<Result<ContactList, Vec<FileProblem>>> {
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(Misuse(format!("--country {}: write two letters, such as US or MX", self.country)).into());
        }
        let options = Options {
            region: self.country.to_ascii_uppercase(),
            map: self.map.clone(),
            no_header: self.no_header,
            sheet: self.sheet.clone(),
        };
        let read = contact_list::load_with(list, &options);
        if let (Ok(list), Some(file)) = (&read, &self.rejected) {
            // Nobody's file is written over: it may be the list itself. Names and numbers are for their owner alone.
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let to = options.open(file).with_context(|| format!("{} cannot be written", file.display()))?;
            let many = rejected::write(list, BufWriter::new(to))?;
            tell(format!("{}: {many} rows that were left out, each with the reason", file.display()));
        }
        Ok(read)
    }
}

/// Arguments of `list check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The list: CSV, TSV or a spreadsheet (XLSX, XLS, ODS)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show so many contacts as they are understood
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub rows: usize,
    /// How it is to be read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Checked<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Shape>,
    columns: &'a [ColumnUse],
    rows: u64,
    contacts: usize,
    /// Their number came earlier in the list; `shared` of them with another person.
    duplicates: u64,
    shared: u64,
    left_out: u64,
    first: &'a [Contact],
    problems: &'a [FileProblem],
}

/// Runs a sub-command of `list`.
///
/// # Errors
/// A file cannot be written, or an option has no meaning.
pub fn run(command: &ListCommand) -> Outcome {
    let ListCommand::Check(args) = command;
    let (list, problems) = match args.read.read(&args.file)? {
        Ok(mut list) => {
            let problems = std::mem::take(&mut list.problems);
            (list, problems)
        }
        Err(problems) => (ContactList::default(), problems),
    };
    let ok = problems.iter().all(|problem| !problem.fatal);
    if args.json {
        out_json(&Checked {
            ok,
            file: list.shape.as_ref(),
            columns: &list.understood,
            rows: list.rows,
            contacts: list.contacts.len(),
            duplicates: list.duplicates,
            shared: list.shared,
            left_out: list.rejected,
            first: &list.contacts[..list.contacts.len().min(args.rows)],
            problems: &problems,
        })?;
    } else {
        out(page(&args.file, &list, &problems, args.rows))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Problems })
}

/// What was understood, as text.
fn page(file: &Path, list: &ContactList, problems: &[FileProblem], rows: usize) -> String {
    let mut lines = Vec::new();
    if let Some(shape) = &list.shape {
        lines.push(format!("{}: {shape}", file.display()));
        lines.push(String::new());
        lines.extend(columns(&list.understood));
        lines.push(String::new());
        lines.push(counts(list));
        for contact in list.contacts.iter().take(rows) {
            lines.push(format!("  {}", in_words(contact)));
        }
    }
    if !problems.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(shown(problems, "--json lists all"));
    }
    if problems.iter().any(|problem| problem.fatal) {
        lines.push("This list cannot be used as it is.".into());
    } else {
        lines.push(
            "Nothing was stored. A column that is understood wrongly is corrected by --map COLUMN=FIELD, \
             here and where the list is used."
                .into(),
        );
    }
    lines.join("\n") + "\n"
}

fn columns(understood: &[ColumnUse]) -> Vec<String> {
    let several = understood.iter().filter(|column| column.chosen > 0).count() > 1;
    let rows: Vec<[String; 4]> = understood
        .iter()
        .map(|column| {
            let mut meaning = column.meaning.to_string();
            if several && matches!(column.meaning, contact_list::Meaning::Phone { .. }) {
                meaning = format!("{meaning}, used for {}", column.chosen);
            }
            [shortened(&column.header, 28), meaning, column.filled.to_string(), shortened(&column.example, 24)]
        })
        .collect();
    let head = ["Column", "Understood as", "Filled", "For example"].map(str::to_owned);
    let width = |at: usize| {
        rows.iter().chain([&head]).map(|row| unicode_width::UnicodeWidthStr::width(row[at].as_str())).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let line = |row: &[String; 4]| {
        let pad =
            |at: usize| " ".repeat(widths[at].saturating_sub(unicode_width::UnicodeWidthStr::width(row[at].as_str())));
        let text = format!("{}{}  {}{}  {}{}  {}", row[0], pad(0), row[1], pad(1), pad(2), row[2], row[3]);
        text.trim_end().to_owned()
    };
    std::iter::once(line(&head)).chain(rows.iter().map(line)).collect()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn counts(list: &ContactList) -> String {
    let mut parts = vec![format!("{} of {} rows can be texted", list.contacts.len(), list.rows)];
    if list.duplicates > 0 {
        let others = match list.shared {
            0 => String::new(),
            shared => format!(", {shared} of them of somebody else (one text goes to the number)"),
        };
        parts.push(format!("{} have a number that came earlier in the list{others}", list.duplicates));
    }
    if list.rejected > 0 {
        parts.push(format!("{} left out with a problem", list.rejected));
    }
    parts.join(", ") + "."
}

fn in_words(contact: &Contact) -> String {
    let mut words = format!("{} {}", contact.first_name, contact.last_name).trim().to_owned();
    if words.is_empty() {
        words.push_str("(no name)");
    }
    words.push_str(&format!(", {}", contact.phone.as_str()));
    for (name, value) in [
        ("id", &contact.external_id),
        ("ZIP", &contact.zip),
        ("state", &contact.state),
        ("language", &contact.language),
        ("time zone", &contact.time_zone),
    ] {
        if let Some(value) = value {
            words.push_str(&format!(", {name} {value}"));
        }
    }
    if let Some(ids) = contact.fields.get(HOUSEHOLD) {
        words.push_str(&format!(", same number as id {}", ids.replace(';', ", ")));
    }
    words
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn args(map: &[&str], no_header: bool) -> ReadArgs {
        let map = map.iter().map(|word| word.parse().unwrap()).collect();
        ReadArgs { map, no_header, country: "US".into(), ..ReadArgs::default() }
    }

    /// Lists as the field's tools export them (made-up people), each with the expected understanding.
    #[rstest]
    #[case("action_network.csv", &[], false)]
    #[case("actionkit.csv", &[], false)]
    #[case("callhub.csv", &[], false)]
    #[case("florida_voter_file.txt", &[], false)]
    #[case("household.csv", &[], false)]
    #[case("impactive.csv", &[], false)]
    #[case("mapped.csv", &["Polling Loc=pollingPlace", "Nr=cell", "Who=firstName", "Secret=ignore"], false)]
    #[case("nationbuilder.csv", &[], false)]
    #[case("no_header.csv", &["1=firstName", "3=cell", "2=lastName"], true)]
    #[case("no_header.csv", &[], false)]
    #[case("pdi.csv", &[], false)]
    #[case("rumbleup.csv", &[], false)]
    #[case("scale_to_win.csv", &[], false)]
    #[case("spanish_1252.csv", &[], false)]
    #[case("spoke.csv", &[], false)]
    #[case("spreadsheet.xlsx", &[], false)]
    #[case("thrutext.csv", &[], false)]
    #[case("van_tabs.txt", &[], false)]
    #[case("votebuilder_utf16.txt", &[], false)]
    fn a_list_is_understood(#[case] name: &str, #[case] map: &[&str], #[case] no_header: bool) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lists").join(name);
        let (list, problems) = match args(map, no_header).read(&path).unwrap() {
            Ok(mut list) => {
                let problems = std::mem::take(&mut list.problems);
                (list, problems)
            }
            Err(problems) => (ContactList::default(), problems),
        };
        let page = page(&path, &list, &problems, 2).replace(&format!("{}/", path.parent().unwrap().display()), "");
        let kind = if map.is_empty() { "" } else { "_mapped" };
        insta::assert_snapshot!(format!("{}{kind}", name.replace('.', "_")), page);
    }

    #[test]
    fn rows_that_were_left_out_can_be_mended_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let (list, out) = (dir.path().join("l.csv"), dir.path().join("left_out.csv"));
        std::fs::write(&list, "firstName,cell,note\nAna,2122000002,\nBen,12,\"=cmd|'/c calc'!A1\"\nCy\n").unwrap();
        let args = ReadArgs { rejected: Some(out.clone()), ..args(&[], false) };
        assert_eq!(args.read(&list).unwrap().unwrap().rejected, 2);
        let written = std::fs::read_to_string(&out).unwrap();
        assert_eq!(
            written,
            "firstName,cell,note,left out because\n\
             Ben,12,'=cmd|'/c calc'!A1,line 3: no such number can exist (`12`)\n\
             Cy,,,line 4: no number\n"
        );
        std::fs::write(&list, written.replace(",12,", ",2122000003,")).unwrap();
        assert_eq!(self::args(&[], false).read(&list).unwrap().unwrap().contacts[0].first_name, "Ben");
        // Once more: what is there is not written over.
        assert!(args.read(&list).is_err());
    }

    #[rstest]
    #[case("cell")]
    #[case("=cell")]
    #[case("Nr=")]
    fn a_mapping_that_says_nothing_is_refused(#[case] word: &str) {
        assert!(word.parse::<Mapping>().is_err());
    }

    #[test]
    fn a_country_is_two_letters() {
        let args = ReadArgs { country: "Mexico".into(), ..ReadArgs::default() };
        assert!(args.read(Path::new("l.csv")).is_err());
    }
}
