//! A row of a list into a contact.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use csv::StringRecord;
use jiff::civil::Date;
use serde::Serialize;

use super::aliases::{Confidence, PhoneKind, Says, Told, is_nothing, is_of_person, language, phone_kind, told};
use super::columns::{Columns, PhoneColumn};
use super::table::Line;
use crate::domain::contact::Contact;
use crate::domain::phone::{Phone, PhoneProblem};
use crate::domain::provenance::{Consent, law_of_consent};
use crate::domain::safe_text::safe_line;
use crate::domain::script::tidy_name;
use crate::domain::zone;
use crate::exchange::problem::FileProblem;

/// Reads rows of one list.
pub(super) struct Rows<'a> {
    pub(super) path: &'a Path,
    pub(super) region: &'a str,
    pub(super) columns: &'a Columns,
    /// What is said of the consent of all of them.
    pub(super) consent: Option<&'a Consent>,
    /// Everybody's consent is needed, whatever the number.
    pub(super) consent_needed: bool,
    /// It is a list of those who opted out, to be taken as such.
    pub(super) opt_outs: bool,
    /// The day it is; consent of a later one shows nothing.
    pub(super) today: Option<Date>,
    /// Numbers of rows that get no texts: no other row's person is texted there either.
    pub(super) shunned: &'a HashSet<Phone>,
    /// Odd values reported already: each is told once, up to [`MOST_ODD`] of them.
    pub(super) odd: BTreeSet<String>,
}

/// So many values that are not understood are told; a column of the wrong sort has as many as the list has rows.
const MOST_ODD: usize = 200;

/// A row, understood.
pub(super) struct Read {
    pub(super) contact: Contact,
    /// The column its number is from.
    pub(super) phone_column: usize,
}

impl Rows<'_> {
    pub(super) fn contact(&mut self, line: &Line, warnings: &mut Vec<FileProblem>) -> Result<Read, Box<FileProblem>> {
        let columns = self.columns;
        let path = self.path;
        let record = &line.cells;
        let problem = |field: &str, what: String, remedy: &str| FileProblem {
            line: line.number,
            field: Some(field.to_owned()),
            fatal: false,
            ..FileProblem::whole(path, what, remedy)
        };
        let width = columns.headers.len();
        if record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
            let what = format!("this row has {} cells, the header has {width}; it is left out", record.len());
            return Err(Box::new(problem("row", what, "A comma in a value needs quotes around the value.")));
        }
        let cell = |at: usize| safe_line(record.get(at).unwrap_or_default()).trim().to_owned();
        let optional = |at: Option<usize>| at.map(cell).filter(|value| !value.is_empty());
        self.may_be_taken(line, warnings)?;
        let (phone, phone_column) =
            self.phone(record).map_err(|(at, what, remedy)| Box::new(problem(&columns.headers[at], what, remedy)))?;
        if self.shunned.contains(&phone) {
            let what = "another row of the list says that this number gets no texts".to_owned();
            let remedy = "Whoever shares the number is left out too. Give another number, or put the other row right.";
            return Err(Box::new(problem(&columns.headers[phone_column], what, remedy)));
        }
        let mut first_name = cell(columns.name);
        let mut last_name = optional(columns.last_name).unwrap_or_default();
        if columns.full_name {
            (first_name, last_name) = split_name(&first_name);
        }
        for (at, name) in [(Some(columns.name), &mut first_name), (columns.last_name, &mut last_name)] {
            // What people write for "nothing" so that other tools take the row. Na is a name, unless the column is full of them.
            let empty = at.is_some_and(|at| columns.empty_names.contains(&at)) && name.eq_ignore_ascii_case("na");
            if empty || matches!(name.to_lowercase().as_str(), "null" | "n/a" | "none" | "-" | "unknown" | "#n/a") {
                name.clear();
            }
        }
        let mut tell = |kind: &str, field: &str, value: &str, what: String, remedy: &str| {
            if self.odd.len() < MOST_ODD && self.odd.insert(format!("{kind} {value}")) {
                warnings.push(problem(field, what, remedy));
            }
        };
        if let Some(area) = zone::area_of_nobody(&phone).filter(|_| !self.opt_outs) {
            let what = format!("nobody has been given the area code `{area}`: texts to such numbers arrive nowhere");
            tell(
                "area",
                &columns.headers[phone_column],
                area,
                what,
                "Look where these numbers come from, or leave the rows out.",
            );
        }
        let language = optional(columns.language).and_then(|value| {
            let folded = language(&value);
            if folded.is_none() {
                let what = format!("`{value}` is not a language textbank knows; the main language is used");
                tell("language", "language", &value, what, "Write a tag such as en or es.");
            }
            folded
        });
        let state = optional(columns.state).map(|state| state.to_uppercase());
        let zip = optional(columns.zip);
        let is_military = self.region == "US" && zone::is_military(zip.as_deref(), state.as_deref());
        if is_military {
            let what = "an address of the armed forces abroad (AA, AE, AP) does not say where somebody is: texting hours go by the number and \
                        by the whole continent, and it may be night there all the same";
            let remedy = "Fill a column `timezone` for them, such as Europe/Berlin, or leave these rows out.";
            tell("forces", "state", "", what.to_owned(), remedy);
        } else if let Some(value) =
            state.as_deref().filter(|value| self.region == "US" && zone::state_code(value).is_none())
        {
            let what = format!("`{value}` is no state; it decides nothing about texting hours");
            tell("state", "state", value, what, "Write its two letters, as OH, or its name.");
        }
        let time_zone = optional(columns.time_zone).and_then(|value| {
            let known = zone::canonical(&value);
            if known.is_none() {
                let what = format!("`{value}` is not a time zone; it is left out");
                tell("zone", "timezone", &value, what, "Write a name such as America/Chicago.");
            }
            known
        });
        let consent = columns.consent.iter().any(Option::is_some).then(|| {
            let date = optional(columns.consent[0]).and_then(|value| {
                let read = date(&value, self.region);
                if read.is_none() {
                    let what = format!("`{value}` is not a date; it shows no consent");
                    tell(
                        "date",
                        &columns.headers[columns.consent[0].unwrap_or_default()],
                        &value,
                        what,
                        "Write it as 2026-06-04.",
                    );
                }
                read
            });
            let text = |at: Option<usize>| optional(at).unwrap_or_default();
            Consent { date, wording: text(columns.consent[1]), source: text(columns.consent[2]) }
        });
        // What says nothing of its own is left to what is said of the list.
        let consent = consent.filter(|own| *own != Consent::default()).map(|own| own.or_as(self.consent));
        let shown = consent.as_ref().or(self.consent);
        let counts =
            |consent: &Consent| self.today.map_or_else(|| consent.is_evidence(), |day| consent.is_evidence_on(day));
        // Whoever opted out is no less out where the law asks for consent.
        if !self.opt_outs && !shown.is_some_and(counts) {
            let law = law_of_consent(&phone).or(self.consent_needed.then_some("the campaign's jurisdiction"));
            if let Some(law) = law {
                let to_come = shown.filter(|consent| consent.is_evidence()).and_then(|consent| consent.date);
                let to_come = to_come.map(|day| format!(" ({day} is a day to come)")).unwrap_or_default();
                let what = format!("no evidence of consent{to_come}, which {law} asks for");
                let remedy = "Give columns such as consent_date and consent_source, or for the whole list --consent-date and \
                              --consent-source.";
                return Err(Box::new(problem(&columns.headers[phone_column], what, remedy)));
            }
        }
        let contact = Contact {
            external_id: optional(columns.external_id),
            first_name: tidy_name(&first_name),
            last_name: tidy_name(&last_name),
            phone,
            zip: optional(columns.zip).map(whole_zip),
            state,
            language,
            time_zone,
            fields: columns.fields.iter().map(|(at, name)| (name.clone(), cell(*at))).collect(),
            consent,
        };
        Ok(Read { contact, phone_column })
    }

    /// Of a list of people to be texted: that no column says that they get no texts. Of a list of opt-outs: that none says clearly that they
    /// do, unless another one says that they do not.
    fn may_be_taken(&mut self, line: &Line, warnings: &mut Vec<FileProblem>) -> Result<(), Box<FileProblem>> {
        let columns = self.columns;
        let cell = |at: usize| safe_line(line.cells.get(at).unwrap_or_default()).trim().to_owned();
        let problem = |at: usize, what: String, remedy: &str| FileProblem {
            line: line.number,
            field: columns.headers.get(at).cloned(),
            fatal: false,
            ..FileProblem::whole(self.path, what, remedy)
        };
        let (mut out, mut may) = (None, None);
        for (at, says) in columns.no_texts.iter().copied() {
            match told(line.cells.get(at).unwrap_or_default(), says) {
                Told::Out => drop(out.get_or_insert(at)),
                Told::May if says != Says::AnyStatus => drop(may.get_or_insert(at)),
                Told::Nothing if columns.flags.contains(&at) => drop(may.get_or_insert(at)),
                Told::Nothing if self.opt_outs && says == Says::NoTexts => {
                    if self.odd.insert(format!("empty {at}")) {
                        let what = "is empty in some rows; they are put on the list as well".to_owned();
                        warnings.push(problem(at, what, "Take those rows out of the file if they did not opt out."));
                    }
                }
                Told::Unknown if self.opt_outs && says != Says::AnyStatus => drop(out.get_or_insert(at)),
                Told::Unknown if !self.opt_outs && says != Says::AnyStatus => {
                    let value = cell(at);
                    if self.odd.len() < MOST_ODD && self.odd.insert(format!("texts {value}")) {
                        let what = format!("`{value}` does not say whether they get texts; they are not left out");
                        let remedy = "Take out those who get none, or write yes or no.";
                        warnings.push(problem(at, what, remedy));
                    }
                }
                Told::NoCalls if !self.opt_outs && self.odd.insert(format!("calls {at}")) => {
                    let header = columns.headers.get(at).map(|header| safe_line(header)).unwrap_or_default();
                    let what =
                        "says of some that they are not to be called: that is about calls, and they are not left out"
                            .to_owned();
                    let remedy = format!("Should it be about texts too: --map \"{header}=no_texts\"");
                    warnings.push(problem(at, what, &remedy));
                }
                Told::May | Told::Nothing | Told::Unknown | Told::NoCalls => {}
            }
        }
        match (self.opt_outs, out, may) {
            (true, None, Some(at)) => {
                let what = format!("the list does not say that they get no texts (`{}`)", cell(at));
                let remedy = "It is not put on the list. Should the column say something else: --map COLUMN=ignore";
                Err(Box::new(problem(at, what, remedy)))
            }
            (false, Some(at), _) => {
                let what = format!("the list says that they get no texts (`{}`)", cell(at));
                let remedy = "They are left out. Should the column say something else: --map COLUMN=ignore";
                Err(Box::new(problem(at, what, remedy)))
            }
            _ => Ok(()),
        }
    }

    /// The numbers of a row of which the list says that it gets no texts; of any other none.
    pub(super) fn shuns(&mut self, line: &Line) -> Vec<Phone> {
        let cell = |at: usize| line.cells.get(at).unwrap_or_default();
        let of_number = |(at, says): &(usize, Says)| {
            told(cell(*at), *says) == Told::Out && !is_of_person(&self.columns.headers[*at], cell(*at), *says)
        };
        let whole_row = self.columns.no_texts.iter().any(of_number);
        let numbers = self.choice(&line.cells).into_iter();
        let shunned = numbers.filter(|(_, said, _)| whole_row || *said == Some(PhoneKind::OptedOut));
        shunned.filter_map(|(_, _, column)| self.number(&line.cells, (None, column))?.ok()).collect()
    }

    /// The columns of numbers in the order of choice in this row, and what the list says of the number.
    fn choice(&self, record: &StringRecord) -> Vec<(Confidence, Option<PhoneKind>, &PhoneColumn)> {
        // The only number of a row is of the sort that the row says, though the column of sorts stands behind another, empty one.
        let mut filled =
            self.columns.phones.iter().filter(|column| !is_nothing(record.get(column.at).unwrap_or_default()));
        let only = filled.next().filter(|_| filled.next().is_none()).map(|column| column.at);
        let of_row = self.columns.row_kind.and_then(|at| phone_kind(record.get(at).unwrap_or_default()));
        let mut choice: Vec<(Confidence, Option<PhoneKind>, &PhoneColumn)> = self
            .columns
            .phones
            .iter()
            .map(|column| {
                let said = column.kind.and_then(|at| phone_kind(record.get(at).unwrap_or_default()));
                let confidence = match said {
                    Some(PhoneKind::VerifiedCell) => Confidence::VerifiedCell,
                    Some(PhoneKind::Cell) => column.confidence.min(Confidence::Cell),
                    _ => column.confidence,
                };
                let row_says = of_row.filter(|_| column.kind.is_none() && only == Some(column.at));
                let named = Some(PhoneKind::Landline).filter(|_| confidence == Confidence::Landline);
                let no_texts = |kind: &PhoneKind| kind.no_texts().is_some();
                (confidence, said.filter(no_texts).or(row_says.filter(no_texts)).or(named), column)
            })
            .collect();
        choice.sort_by_key(|(confidence, ..)| *confidence);
        choice
    }

    /// What a column of numbers holds in a row, and whether it can be texted; otherwise what is wrong, and the remedy.
    fn number(
        &self,
        record: &StringRecord,
        (said, column): (Option<PhoneKind>, &PhoneColumn),
    ) -> Option<Result<Phone, (String, &'static str)>> {
        let written = record.get(column.at).unwrap_or_default().trim();
        let area = column.area.and_then(|at| record.get(at)).unwrap_or_default().trim();
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
        // A number of seven digits and its area code beside it, as some states' files have them.
        let raw = match (digits(area), digits(written)) {
            (3, 7) => Cow::Owned(format!("{area}{written}")),
            _ => Cow::Borrowed(written),
        };
        // In a list of opt-outs it is one all the same: another list may call it a mobile.
        let said = said.and_then(PhoneKind::no_texts).filter(|_| !self.opt_outs);
        Some(match (Phone::parse(&raw, self.region), said) {
            (Err(PhoneProblem::Empty), _) => return None,
            (Ok(_), Some((said, remedy))) => {
                Err((format!("the list says that {said} (`{}`)", safe_line(&raw)), remedy))
            }
            (Ok(phone), None) => Ok(phone),
            (Err(problem), _) => Err((format!("{problem} (`{}`)", safe_line(&raw)), problem.remedy_in(self.region))),
        })
    }

    /// The numbers of a row besides that in this column.
    pub(super) fn others(&self, record: &StringRecord, but: usize) -> Vec<Phone> {
        let others = self.choice(record).into_iter().filter(|(.., column)| column.at != but);
        others.filter_map(|(_, said, column)| self.number(record, (said, column))?.ok()).collect()
    }

    /// The surest number of a row that can be texted, and its column; otherwise what is wrong with the surest one there is.
    fn phone(&self, record: &StringRecord) -> Result<(Phone, usize), (usize, String, &'static str)> {
        let mut fault = None;
        for (_, said, column) in self.choice(record) {
            match self.number(record, (said, column)) {
                None => {}
                Some(Ok(phone)) => return Ok((phone, column.at)),
                Some(Err((what, remedy))) => drop(fault.get_or_insert((column.at, what, remedy))),
            }
        }
        let none = || {
            let first = self.columns.phones.first().map_or(0, |column| column.at);
            (first, PhoneProblem::Empty.to_string(), PhoneProblem::Empty.remedy())
        };
        Err(fault.unwrap_or_else(none))
    }

    /// Why the number of this row is the one that [`Self::phone`] took.
    pub(super) fn reason(&self, record: &StringRecord, taken: usize) -> NumberReason {
        let mut reason = NumberReason::default();
        for (confidence, said, column) in self.choice(record) {
            let header = self.columns.headers.get(column.at).cloned().unwrap_or_default();
            if column.at == taken {
                (reason.column, reason.confidence) = (header, Some(confidence));
                continue;
            }
            let why = match self.number(record, (said, column)) {
                None => continue,
                Some(Err((what, _))) => what,
                Some(Ok(_)) if reason.confidence == Some(confidence) => format!("{confidence} too, but further back"),
                Some(Ok(_)) => format!("{confidence}, less sure"),
            };
            reason.passed_over.push(PassedOver { column: header, why });
        }
        reason
    }
}

/// Why a contact's number is this one, where a row has several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NumberReason {
    /// The column that it is from.
    pub column: String,
    /// How sure it is that a mobile answers there: by the column's name, or the list's word about this number.
    pub confidence: Option<Confidence>,
    /// The other columns that hold something in this row.
    pub passed_over: Vec<PassedOver>,
}

/// A number that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Its column.
    pub column: String,
    /// Why.
    pub why: String,
}

impl std::fmt::Display for NumberReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "number from `{}`", self.column)?;
        if let Some(confidence) = self.confidence {
            write!(f, " ({confidence})")?;
        }
        for (at, over) in self.passed_over.iter().enumerate() {
            write!(f, "{}`{}`: {}", if at == 0 { "; not " } else { ", " }, over.column, over.why)?;
        }
        Ok(())
    }
}

/// A day as lists write it, with or without the time after it: `2026-06-04`, `6/4/2026`; with the day first where the country
/// writes it so.
fn date(value: &str, region: &str) -> Option<Date> {
    let day = value.split(['T', ' ']).next()?.trim_end_matches(',');
    let parts: Vec<i16> = day.split(['-', '/', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [one, two, three] = parts[..] else { return None };
    let month_first = ["US", "CA", "PR", "PH"].contains(&region) && !day.contains('.');
    let (year, month, day) = match (one > 31, month_first) {
        (true, _) => (one, two, three),
        (false, true) => (three, one, two),
        (false, false) => (three, two, one),
    };
    let year = if (0..100).contains(&year) { year + 2_000 } else { year };
    if !(1990..2100).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::date;

    #[rstest]
    #[case("2026-06-04", "US", Some((2026, 6, 4)))]
    #[case("2026-06-04T12:30:00Z", "US", Some((2026, 6, 4)))]
    #[case("6/4/2026 9:15 PM", "US", Some((2026, 6, 4)))]
    #[case("6/4/26", "US", Some((2026, 6, 4)))]
    #[case("4/6/2026", "GB", Some((2026, 6, 4)))]
    #[case("04.06.2026", "DE", Some((2026, 6, 4)))]
    #[case("13/13/2026", "US", None)]
    #[case("yes", "US", None)]
    #[case("0000-00-00", "US", None)]
    fn days(#[case] value: &str, #[case] region: &str, #[case] day: Option<(i16, i8, i8)>) {
        assert_eq!(date(value, region), day.map(|(y, m, d)| jiff::civil::date(y, m, d)));
    }
}
