//! `textbank list check`: how a list is understood, before anything of it is stored anywhere.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::Timestamp;
use serde::Serialize;

use super::campaign_check::shown;
use super::list_read::Look;
pub use super::list_read::ReadArgs;
use super::{Exit, Outcome, out, out_json};
use crate::domain::contact::Contact;
use crate::domain::household;
use crate::exchange::contact_list::{self, ColumnUse, ContactList, NumberReason, Shape};
use crate::exchange::problem::FileProblem;

/// What can be done with a list.
#[derive(Debug, Subcommand)]
pub enum ListCommand {
    /// Show how each column of a list is understood, and every row that cannot be texted; nothing is stored
    Check(CheckArgs),
    /// Hand a list in with its campaign: the same as campaign import
    Import(Box<super::campaign_import::ImportArgs>),
    /// Add contacts to a campaign that is there; texters can draw from them at once
    Add(super::list_add::AddArgs),
    /// Print where the contacts of a campaign come from: each list, when it was obtained, what use is permitted
    Provenance(super::list_add::ProvenanceOf),
    /// Write a list of made-up people, to try things out with lists of any size
    Generate(super::list_generate::GenerateArgs),
    /// Take contacts off a running campaign's list, with effect at once: out of the pool, out of hands, off the cards
    Remove(super::list_change::RemoveArgs),
    /// Correct contacts of a running campaign's list, with effect at once: their cards are drawn anew
    Update(super::list_change::UpdateArgs),
}

/// Arguments of `list check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The list: CSV, TSV or a spreadsheet (XLSX, XLS, ODS)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show so many contacts as they are understood, and of several numbers why this one is taken
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
    contacts: u64,
    /// Their number came earlier in the list; `shared` of them with another person.
    duplicates: u64,
    shared: u64,
    left_out: u64,
    first: &'a [Contact],
    /// Why the number of each of `first` is the one it is, in lists with several columns of numbers.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    first_numbers: &'a [NumberReason],
    problems: &'a [FileProblem],
    /// So many more are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    more_problems: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Shows how a list is understood.
///
/// # Errors
/// A file cannot be written, or an option has no meaning.
pub fn check(args: &CheckArgs, now: Timestamp) -> Outcome {
    let Looked { list, first, numbers, problems } = read(args, now)?;
    let ok = problems.iter().all(|problem| !problem.fatal);
    if args.json {
        out_json(&Checked {
            ok,
            file: list.shape.as_ref(),
            columns: &list.understood,
            rows: list.rows,
            contacts: list.texted,
            duplicates: list.duplicates,
            shared: list.shared,
            left_out: list.rejected,
            first: &first,
            first_numbers: &numbers,
            problems: &problems,
            more_problems: list.more_problems,
        })?;
    } else {
        out(page(&args.file, &list, (&first, &numbers), &problems))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Problems })
}

/// What is in the list, its first contacts, why each has the number it has, and its problems.
#[derive(Debug, Default)]
struct Looked {
    list: ContactList,
    first: Vec<Contact>,
    numbers: Vec<NumberReason>,
    problems: Vec<FileProblem>,
}

fn read(args: &CheckArgs, now: Timestamp) -> anyhow::Result<Looked> {
    let mut look = Look::new(&args.read, args.rows);
    let found = args.read.survey(&args.file, now, &mut look)?;
    look.finish()?;
    Ok(match found {
        Ok((mut list, mut surveyed)) => {
            let problems = std::mem::take(&mut list.problems);
            // Once more from the beginning: now it is known who shares a number with whom.
            let mut first = Vec::new();
            if list.shared > 0 && !look.first.is_empty() {
                let again = surveyed.each(&mut |contact| {
                    first.push(contact);
                    first.len() < look.first.len()
                });
                if again.is_err() {
                    first = look.first;
                }
            } else {
                first = look.first;
            }
            Looked { list, first, numbers: look.numbers, problems }
        }
        Err(problems) => Looked { problems, ..Looked::default() },
    })
}

/// What was understood, as text.
fn page(
    file: &Path,
    list: &ContactList,
    (first, numbers): (&[Contact], &[NumberReason]),
    problems: &[FileProblem],
) -> String {
    let mut lines = Vec::new();
    if let Some(shape) = &list.shape {
        lines.push(format!("{}: {shape}", file.display()));
        lines.push(String::new());
        lines.extend(columns(&list.understood));
        lines.push(String::new());
        lines.push(counts(list));
        for (at, contact) in first.iter().enumerate() {
            lines.push(format!("  {}", in_words(contact)));
            lines.extend(numbers.get(at).map(|reason| format!("    {reason}")));
        }
    }
    if !problems.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(shown(problems, list.more_problems, "--json lists more, --rejected FILE all rows"));
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
    let mut parts = vec![format!("{} of {} rows can be texted", list.texted, list.rows)];
    if list.duplicates > 0 {
        let others = match list.shared {
            0 => String::new(),
            shared => format!(", {shared} of them of somebody else (one text goes to the number)"),
        };
        parts.push(format!("{} with a number that came earlier in the list{others}", list.duplicates));
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
    if let Some(ids) = contact.fields.get(household::IDS) {
        words.push_str(&format!(", same number as id {}", ids.replace(';', ", ")));
    }
    words
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::exchange::contact_list::Mapping;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

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
    #[case("florida_extract.txt", &["2=externalId", "3=lastName", "5=firstName", "12=zip", "35=areaCode", "36=phone"], true)]
    #[case("florida_extract.txt", &[], false)]
    #[case("nationbuilder.csv", &[], false)]
    #[case("north_carolina_voter_file.txt", &[], false)]
    #[case("wants_no_texts.csv", &[], false)]
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
        let args = CheckArgs { file: path.clone(), rows: 2, read: args(map, no_header), json: false };
        let Looked { list, first, numbers, problems } = read(&args, NOW).unwrap();
        let page = page(&path, &list, (&first, &numbers), &problems)
            .replace(&format!("{}/", path.parent().unwrap().display()), "");
        let kind = if map.is_empty() { "" } else { "_mapped" };
        insta::assert_snapshot!(format!("{}{kind}", name.replace('.', "_")), page);
    }

    #[test]
    fn rows_that_were_left_out_can_be_mended_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let (list, out) = (dir.path().join("l.csv"), dir.path().join("left_out.csv"));
        std::fs::write(&list, "firstName,cell,note\nAna,2122000002,\nBen,12,\"=cmd|'/c calc'!A1\"\nCy\n").unwrap();
        let with = |args| CheckArgs { file: list.clone(), rows: 1, read: args, json: false };
        let args = ReadArgs { rejected: Some(out.clone()), ..args(&[], false) };
        assert_eq!(read(&with(args.clone()), NOW).unwrap().list.rejected, 2);
        let written = std::fs::read_to_string(&out).unwrap();
        assert_eq!(
            written,
            "firstName,cell,note,left out because\n\
             Ben,12,'=cmd|'/c calc'!A1,line 3: no such number can exist (`12`)\n\
             Cy,,,line 4: no number\n"
        );
        std::fs::write(&list, written.replace(",12,", ",2122000003,")).unwrap();
        assert_eq!(read(&with(self::args(&[], false)), NOW).unwrap().first[0].first_name, "Ben");
        // Once more: what is there is not written over.
        assert_eq!(read(&with(args), NOW).unwrap().list.rejected, 1);
        assert_eq!(std::fs::read_to_string(&out).unwrap(), written);
        assert!(std::fs::read_to_string(dir.path().join("left_out-2.csv")).unwrap().contains("Cy"));
    }

    #[rstest]
    #[case("cell")]
    #[case("=cell")]
    #[case("Nr=")]
    fn a_mapping_that_says_nothing_is_refused(#[case] word: &str) {
        assert!(word.parse::<Mapping>().is_err());
    }

    #[rstest]
    #[case("Mexico", false)]
    #[case("XX", false)]
    #[case("", false)]
    #[case("mx", true)]
    #[case("GB", true)]
    fn a_country_is_one(#[case] country: &str, #[case] is: bool) {
        let args = ReadArgs { country: country.into(), ..ReadArgs::default() };
        assert_eq!(args.options(NOW).is_ok(), is);
    }

    #[test]
    fn consent_is_a_day_and_words_or_a_place() {
        let day = Some(jiff::civil::date(2026, 6, 4));
        let args = ReadArgs { consent_date: day, country: "US".into(), ..ReadArgs::default() };
        assert!(args.options(NOW).is_err());
        let args = ReadArgs { consent_source: Some("form".into()), ..args };
        assert!(args.options(NOW).unwrap().consent.is_some_and(|consent| consent.is_evidence()));
    }
}
