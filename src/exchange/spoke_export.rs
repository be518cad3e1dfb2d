//! The two files that a Spoke server exports of a campaign (contacts, messages), as the sums that a report is made of.
//!
//! What stands in them is counted, nothing else: the columns are those of Spoke's own export, as `tests/data/spoke` has them. The texts
//! name nobody who wrote them, so each counts with whoever has its contact now; and their words are not looked at.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};
use jiff::Timestamp;

use super::decode::{Input, Letters, Utf8};
use super::problem::FileProblem;
use crate::domain::figures::{Figures, OptOutSum, PeopleSum, SLOT_SECONDS, TextSum, TexterName, WaitSum};
use crate::domain::ids::PersonId;
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::safe_text::safe_line;
use crate::domain::stats::Counts;
use crate::domain::survey::Question;

/// Figures of a report that these files do not tell, by their names there.
pub const UNTOLD: [&str; 11] = [
    "board.possible_opt_outs",
    "board.held",
    "board.waiting_unassigned",
    "texts.notices",
    "texts.held",
    "texts.dropped",
    "people.by_word",
    "people.wrong_numbers",
    "people.removed",
    "variants",
    "lists",
];

/// What stands in the files.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokeExport {
    /// The campaign's number there.
    pub campaign: i64,
    /// The sums.
    pub figures: Figures,
    /// The texters that contacts are with.
    pub texters: Vec<TexterName>,
    /// What a board would have shown.
    pub counts: Counts,
    /// The questions, in the order of their columns. Answers are those that somebody gave.
    pub questions: Vec<Question>,
    /// The latest moment in the files.
    pub until: Option<Timestamp>,
}

/// A text, without its words.
#[derive(Debug, Clone, Copy)]
struct Text {
    at: Timestamp,
    inbound: bool,
    delivery: Delivery,
}

#[derive(Debug)]
struct Person {
    status: String,
    assigned: bool,
    sum: PeopleSum,
    opted_out_at: Option<Timestamp>,
    texts: Vec<Text>,
}

/// Reads both files.
///
/// # Errors
/// The first problem of a file, with its place and what to do about it.
pub fn read(contacts: &Path, messages: &Path) -> Result<SpokeExport, Vec<FileProblem>> {
    let mut export = Contacts::read(contacts)?;
    export.add_messages(messages)?;
    Ok(export.summed())
}

/// A file with the places of its columns.
struct Table<'a> {
    path: &'a Path,
    csv: Reader<Utf8>,
    head: StringRecord,
}

impl<'a> Table<'a> {
    fn open(path: &'a Path, wanted: &[&str], which: &str) -> Result<Self, Vec<FileProblem>> {
        let input = Input::of(path)?;
        let letters = Letters::of(path, &input)?;
        let unreadable = |error: &std::io::Error| vec![FileProblem::unreadable(path, error)];
        let text = input.open().and_then(|from| letters.utf8(from)).map_err(|error| unreadable(&error))?;
        let mut csv = ReaderBuilder::new().from_reader(text);
        let head = csv.headers().cloned().map_err(|error| Self::no_csv(path, &error))?;
        for name in wanted {
            if !head.iter().any(|cell| cell == *name) {
                let mut problem = FileProblem::whole(
                    path,
                    format!("this column is missing: it is no export of {which} of Spoke's"),
                    format!(
                        "Name first the file of contacts, then that of messages, as Spoke wrote them; this should be the one of {which}."
                    ),
                );
                (problem.line, problem.field) = (Some(1), Some((*name).to_owned()));
                return Err(vec![problem]);
            }
        }
        Ok(Self { path, csv, head })
    }

    fn no_csv(path: &Path, error: &csv::Error) -> Vec<FileProblem> {
        let mut problem = FileProblem::whole(
            path,
            format!("is no sound CSV ({})", safe_line(&error.to_string())),
            "Export the campaign in Spoke again; do not save the file from a spreadsheet program in between.",
        );
        problem.line = error.position().map(csv::Position::line);
        vec![problem]
    }

    fn next(&mut self) -> Result<Option<StringRecord>, Vec<FileProblem>> {
        let mut row = StringRecord::new();
        match self.csv.read_record(&mut row) {
            Ok(true) => Ok(Some(row)),
            Ok(false) => Ok(None),
            Err(error) => Err(Self::no_csv(self.path, &error)),
        }
    }

    fn cell<'r>(&self, row: &'r StringRecord, name: &str) -> &'r str {
        let at = self.head.iter().position(|cell| cell == name);
        at.and_then(|at| row.get(at)).unwrap_or_default().trim()
    }

    fn wrong(&self, row: &StringRecord, name: &str, what: impl Display, remedy: &str) -> Vec<FileProblem> {
        let mut problem = FileProblem::whole(self.path, what.to_string(), remedy);
        problem.line = row.position().map(csv::Position::line);
        let at = self.head.iter().position(|cell| cell == name);
        problem.column = at.and_then(|at| u64::try_from(at + 1).ok());
        problem.field = Some(name.to_owned());
        vec![problem]
    }

    fn number(&self, row: &StringRecord, name: &str) -> Result<i64, Vec<FileProblem>> {
        let cell = self.cell(row, name);
        let wrong = || self.wrong(row, name, format!("`{}` is no number", safe_line(cell)), AGAIN);
        cell.parse().map_err(|_| wrong())
    }

    fn time(&self, row: &StringRecord, name: &str) -> Result<Option<Timestamp>, Vec<FileProblem>> {
        let cell = self.cell(row, name);
        if cell.is_empty() {
            return Ok(None);
        }
        let wrong = || {
            let what = format!("`{}` is no time as 2026-11-21T20:31:24.065Z", safe_line(cell));
            self.wrong(row, name, what, AGAIN)
        };
        cell.parse().map(Some).map_err(|_| wrong())
    }
}

const AGAIN: &str = "Export the campaign in Spoke again; do not save the file from a spreadsheet program in between.";

struct Contacts {
    campaign: i64,
    people: HashMap<i64, Person>,
    names: BTreeMap<(String, String), PersonId>,
    questions: Vec<Question>,
}

impl Contacts {
    fn read(path: &Path) -> Result<Self, Vec<FileProblem>> {
        let wanted = ["id", "campaign_id", "assignment_id", "optedOut", "message_status"];
        let mut table = Table::open(path, &wanted, "contacts")?;
        // Two questions of the same words have `_1` behind the second.
        let asked: Vec<(usize, Question)> = table
            .head
            .iter()
            .enumerate()
            .filter_map(|(at, name)| {
                let (text, _) = name.strip_prefix("question[")?.rsplit_once(']')?;
                let question = Question { id: safe_line(name), text: safe_line(text), answers: Vec::new() };
                Some((at, question))
            })
            .collect();
        let mut this = Self { campaign: 0, people: HashMap::new(), names: BTreeMap::new(), questions: Vec::new() };
        while let Some(row) = table.next()? {
            let id = table.number(&row, "id")?;
            let campaign = table.number(&row, "campaign_id")?;
            if this.people.is_empty() {
                this.campaign = campaign;
            } else if campaign != this.campaign {
                let what = format!("{campaign} is another campaign than {}, which the first row is of", this.campaign);
                return Err(table.wrong(&row, "campaign_id", what, "Give the files of one campaign."));
            }
            let status = table.cell(&row, "message_status");
            if !STATUSES.contains(&status) {
                let what = format!("`{}` is no status that Spoke knows", safe_line(status));
                return Err(table.wrong(&row, "message_status", what, AGAIN));
            }
            let opted_out_at = table.time(&row, "optedOut")?;
            let assigned = !table.cell(&row, "assignment_id").is_empty();
            let texter = assigned.then(|| this.texter(&table, &row)).flatten();
            let error = table.cell(&row, "error_code");
            let answers = asked.iter().filter_map(|(at, question)| {
                let value = row.get(*at).map(safe_line).filter(|value| !value.is_empty())?;
                Some((question.id.clone(), value))
            });
            let sum = PeopleSum {
                variant: None,
                list: None,
                texter,
                texted: status != "needsMessage",
                // A negative number is a remark of Spoke's own, such as of a first text that was changed.
                failed: error.parse::<i64>().is_ok_and(|code| code > 0),
                answered: false,
                opted_out: opted_out_at.is_some(),
                by_word: false,
                wrong_number: false,
                removed: false,
                answers: answers.collect(),
                many: 1,
            };
            let person = Person { status: status.to_owned(), assigned, sum, opted_out_at, texts: Vec::new() };
            // Spoke writes a contact once for each time that it was opted out: the first of these counts.
            match this.people.entry(id) {
                Entry::Vacant(free) => drop(free.insert(person)),
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.sum.opted_out |= person.sum.opted_out;
                    known.opted_out_at = [known.opted_out_at, person.opted_out_at].into_iter().flatten().min();
                }
            }
        }
        if this.people.is_empty() {
            return Err(vec![FileProblem::whole(
                path,
                "has no contact",
                "Give the export of a campaign with contacts.",
            )]);
        }
        this.questions = asked.into_iter().map(|(_, question)| question).collect();
        Ok(this)
    }

    /// Who has the contact, known by the e-mail.
    fn texter(&mut self, table: &Table<'_>, row: &StringRecord) -> Option<PersonId> {
        let cell = |name| safe_line(table.cell(row, name));
        let name = format!("{} {}", cell("texterFirst"), cell("texterLast"));
        let key = (name.trim().to_owned(), cell("texterEmail"));
        if key.0.is_empty() && key.1.is_empty() {
            return None;
        }
        let fresh = PersonId(i64::try_from(self.names.len()).unwrap_or(i64::MAX) + 1);
        Some(*self.names.entry(key).or_insert(fresh))
    }

    fn add_messages(&mut self, path: &Path) -> Result<(), Vec<FileProblem>> {
        let wanted = ["campaign_contact_id", "campaign_id", "is_from_contact", "send_status", "attempted_at"];
        let mut table = Table::open(path, &wanted, "messages")?;
        while let Some(row) = table.next()? {
            let contact = table.number(&row, "campaign_contact_id")?;
            let campaign = table.number(&row, "campaign_id")?;
            if campaign != self.campaign {
                let what = format!("these messages are of campaign {campaign}, the contacts of {}", self.campaign);
                return Err(table.wrong(&row, "campaign_id", what, "Give both files of one export."));
            }
            let inbound = match table.cell(&row, "is_from_contact") {
                "true" => true,
                "false" => false,
                other => {
                    let what = format!("`{}` is neither true nor false", safe_line(other));
                    return Err(table.wrong(&row, "is_from_contact", what, AGAIN));
                }
            };
            let Some(at) = table.time(&row, "attempted_at")? else {
                return Err(table.wrong(&row, "attempted_at", "the time is missing", AGAIN));
            };
            let error = table.cell(&row, "error_code").parse::<i64>().is_ok_and(|code| code > 0);
            let delivery = match table.cell(&row, "send_status") {
                _ if inbound => Delivery::Received,
                _ if error => Delivery::Failed,
                "ERROR" => Delivery::Failed,
                "DELIVERED" => Delivery::Delivered,
                "SENT" => Delivery::Submitted,
                // Stuck there when the server was killed: nobody knows.
                "SENDING" => Delivery::Unknown,
                _ => Delivery::Accepted,
            };
            let Some(person) = self.people.get_mut(&contact) else {
                let what = format!("contact {contact} is not in the file of contacts");
                return Err(table.wrong(&row, "campaign_contact_id", what, "Give both files of one export."));
            };
            person.texts.push(Text { at, inbound, delivery });
        }
        Ok(())
    }

    fn summed(mut self) -> SpokeExport {
        let mut sums = Sums::default();
        for person in self.people.values_mut() {
            person.texts.sort_by_key(|text| text.at);
            sums.add(person);
        }
        let texters = self
            .names
            .into_iter()
            .map(|((name, email), person)| TexterName { person, name: if name.is_empty() { email } else { name } });
        SpokeExport {
            campaign: self.campaign,
            texters: texters.collect(),
            counts: sums.counts,
            questions: self.questions,
            until: sums.until,
            figures: sums.figures(),
        }
    }
}

const STATUSES: [&str; 5] = ["needsMessage", "messaged", "needsResponse", "convo", "closed"];

/// Slot, kind, delivery, texter.
type TextKind = (i64, u8, u8, Option<PersonId>);

#[derive(Default)]
struct Sums {
    people: BTreeMap<PeopleSum, u64>,
    texts: BTreeMap<TextKind, (TextSum, u64)>,
    waits: BTreeMap<(bool, Option<PersonId>, u64), u64>,
    opt_outs: BTreeMap<i64, u64>,
    counts: Counts,
    until: Option<Timestamp>,
}

fn slot(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SLOT_SECONDS)
}

/// To the second below an hour, to the minute below a day, else to the hour.
fn rounded(seconds: u64) -> u64 {
    match seconds {
        0..3_600 => seconds,
        3_600..86_400 => seconds / 60 * 60,
        _ => seconds / 3_600 * 3_600,
    }
}

impl Sums {
    fn add(&mut self, person: &Person) {
        let texter = person.sum.texter;
        let mut began: Option<Timestamp> = None;
        let mut waits: Option<Timestamp> = None;
        let mut answered = false;
        for text in &person.texts {
            self.until = self.until.max(Some(text.at));
            let kind = (!text.inbound).then(|| if began.is_none() { MessageKind::Initial } else { MessageKind::Reply });
            let direction = if text.inbound { Direction::Inbound } else { Direction::Outbound };
            let mut length = |ours: bool, since: Timestamp| {
                let seconds = u64::try_from(text.at.duration_since(since).as_secs()).unwrap_or(0);
                let who = texter.filter(|_| ours);
                *self.waits.entry((ours, who, rounded(seconds))).or_default() += 1;
            };
            match (text.inbound, began) {
                (true, Some(since)) => {
                    if !answered {
                        length(false, since);
                    }
                    answered = true;
                    waits = waits.or(Some(text.at));
                }
                (true, None) => answered = true,
                (false, _) => {
                    if let Some(since) = waits.take() {
                        length(true, since);
                    }
                    began = began.or(Some(text.at));
                }
            }
            let texter = texter.filter(|_| !text.inbound);
            let sum = TextSum { slot: slot(text.at), direction, kind, delivery: text.delivery, texter, many: 0 };
            let key = (sum.slot, kind.map_or(0, |kind| kind as u8 + 1), text.delivery as u8, texter);
            self.texts.entry(key).or_insert((sum, 0)).1 += 1;
        }
        if let Some(at) = person.opted_out_at {
            *self.opt_outs.entry(slot(at)).or_default() += 1;
            self.until = self.until.max(Some(at));
        }
        let sum = PeopleSum {
            texted: person.sum.texted || began.is_some(),
            answered: answered || person.status == "needsResponse",
            many: 0,
            ..person.sum.clone()
        };
        let c = &mut self.counts;
        let out = person.opted_out_at.is_some();
        c.total += 1;
        c.opted_out += u64::from(out);
        c.sent += u64::from(sum.texted);
        c.failed +=
            u64::try_from(person.texts.iter().filter(|one| one.delivery == Delivery::Failed).count()).unwrap_or(0);
        match person.status.as_str() {
            "needsMessage" if !out => {
                c.unsent += 1;
                c.unassigned += u64::from(!person.assigned);
            }
            "needsResponse" if !out => c.waiting += 1,
            "messaged" => c.messaged += 1,
            "convo" => c.convo += 1,
            "closed" => c.closed += 1,
            _ => {}
        }
        *self.people.entry(sum).or_default() += 1;
    }

    fn figures(self) -> Figures {
        Figures {
            people: self.people.into_iter().map(|(sum, many)| PeopleSum { many, ..sum }).collect(),
            texts: self.texts.into_values().map(|(sum, many)| TextSum { many, ..sum }).collect(),
            waits: self
                .waits
                .into_iter()
                .map(|((ours, texter, seconds), many)| WaitSum { ours, texter, seconds, many })
                .collect(),
            opt_outs: self.opt_outs.into_iter().map(|(slot, many)| OptOutSum { slot, many }).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use pretty_assertions::assert_eq;

    use super::*;

    fn at(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/spoke").join(name)
    }

    #[test]
    fn what_a_spoke_server_wrote_is_counted() {
        let read = read(&at("campaign-export-1.csv"), &at("campaign-export-1-message.csv")).expect("sound files");
        assert_eq!(read.campaign, 1);
        let c = read.counts;
        assert_eq!((c.total, c.unsent, c.messaged, c.waiting, c.convo, c.closed), (200, 140, 58, 0, 2, 0));
        assert_eq!((c.opted_out, c.unassigned), (2, 0), "one of them stands there twice");
        assert_eq!(
            read.questions.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
            ["Will they vote on June 4?", "Would they volunteer?"]
        );
        let of = |is: &dyn Fn(&PeopleSum) -> bool| -> u64 {
            read.figures.people.iter().filter(|one| is(one)).map(|one| one.many).sum()
        };
        assert_eq!((of(&|one| one.answered), of(&|one| one.failed), of(&|one| one.opted_out)), (2, 1, 2));
        assert_eq!(of(&|one| one.answers.values().any(|value| value == "Yes")), 2);
        let texts = |is: &dyn Fn(&TextSum) -> bool| -> u64 {
            read.figures.texts.iter().filter(|one| is(one)).map(|one| one.many).sum()
        };
        assert_eq!(texts(&|one| one.direction == Direction::Inbound), 2);
        assert_eq!(texts(&|one| one.kind == Some(MessageKind::Initial)), 60);
        assert_eq!(texts(&|one| one.delivery == Delivery::Failed), 1);
        assert_eq!(read.texters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Tess Texter"]);
    }

    const HEAD: &str =
        "id,campaign_id,assignment_id,optedOut,texterFirst,message_status,error_code,question[Q?],question[Q?]_1\n";
    const MESSAGES: &str = "campaign_contact_id,campaign_id,is_from_contact,send_status,attempted_at,text,error_code\n";

    fn both(contacts: &str, messages: &str) -> Result<SpokeExport, String> {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str, text: String| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        };
        let (one, two) = (file("c.csv", format!("{HEAD}{contacts}")), file("m.csv", format!("{MESSAGES}{messages}")));
        read(&one, &two).map_err(|problems| {
            let said = problems[0].to_string();
            said.rsplit_once('/').map(|(_, said)| said.to_owned()).unwrap_or(said)
        })
    }

    #[test]
    fn a_bad_file_is_refused_with_its_place_and_a_remedy() {
        let sound = "7,1,1,,Tess,messaged,,,\n";
        for (contacts, messages, said) in [
            ("x,1,1,,Tess,messaged,,,\n", "", "c.csv:2:1: error in `id`: `x` is no number. Export"),
            ("7,1,1,yesterday,Tess,messaged,,,\n", "", "c.csv:2:4: error in `optedOut`: `yesterday` is no time"),
            ("7,1,1,,Tess,bogus,,,\n", "", "c.csv:2:6: error in `message_status`: `bogus` is no status"),
            (
                "7,1,1,,Tess,messaged,,,\n8,2,1,,Tess,messaged,,,\n",
                "",
                "c.csv:3:2: error in `campaign_id`: 2 is another",
            ),
            ("7,1\n", "", "c.csv:2: error: is no sound CSV"),
            ("", "", "c.csv: error: has no contact"),
            (
                sound,
                "9,1,false,SENT,2026-11-21T20:31:24Z,hi,\n",
                "m.csv:2:1: error in `campaign_contact_id`: contact 9 is not",
            ),
            (sound, "7,2,false,SENT,2026-11-21T20:31:24Z,hi,\n", "m.csv:2:2: error in `campaign_id`: these messages"),
            (sound, "7,1,maybe,SENT,2026-11-21T20:31:24Z,hi,\n", "m.csv:2:3: error in `is_from_contact`"),
            (sound, "7,1,false,SENT,,hi,\n", "m.csv:2:5: error in `attempted_at`: the time is missing"),
        ] {
            let refused = both(contacts, messages).expect_err(said);
            assert!(refused.starts_with(said), "{refused}\n{said}");
        }
        let (contacts, messages) = (at("campaign-export-1.csv"), at("campaign-export-1-message.csv"));
        let swapped = read(&messages, &contacts).expect_err("swapped")[0].to_string();
        assert!(swapped.contains("Name first the file of contacts"), "{swapped}");
        assert!(read(Path::new("/nowhere"), &messages).is_err());
    }

    #[test]
    fn hostile_cells_are_text_and_waits_are_told_apart() {
        let contacts = "7,1,1,2026-11-21T21:00:00Z,\"<b>\u{1b}[2JTess\",convo,-167,\"=cmd|' /C'!A0\u{202e}\",No\n";
        let messages = "7,1,false,SENDING,2026-11-21T20:00:00Z,\"a\nb\",\n\
                        7,1,true,DELIVERED,2026-11-21T20:01:00Z,x,\n\
                        7,1,true,DELIVERED,2026-11-21T20:02:00Z,y,\n\
                        7,1,false,SENT,2026-11-21T20:03:30Z,z,\n";
        let read = both(contacts, messages).expect("sound");
        let name = &read.texters[0].name;
        assert!(!name.contains('\u{1b}') && name.contains("Tess"), "{name:?}");
        let one = &read.figures.people[0];
        assert_eq!((one.failed, one.answered, one.opted_out), (false, true, true), "a remark is no failure");
        assert!(one.answers.values().all(|value| !value.contains('\u{202e}')), "{:?}", one.answers);
        assert_eq!(read.questions.len(), 2);
        let waits: Vec<_> = read.figures.waits.iter().map(|wait| (wait.ours, wait.seconds)).collect();
        assert_eq!(waits, [(false, 60), (true, 150)]);
        assert_eq!(read.until, "2026-11-21T21:00:00Z".parse().ok());
    }
}
