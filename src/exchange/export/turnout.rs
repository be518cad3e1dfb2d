//! People of an event and of a queue as rows.

use std::io::{self, Write};
use std::path::Path;

use super::shape::each_once;
use super::{Format, Rows};
use crate::domain::contact::Contact;
use crate::domain::ids::ContactId;
use crate::domain::rsvp::{QueueResult, RsvpResult};
use crate::domain::safe_text::safe_line;
use crate::exchange::problem::FileProblem;

/// Columns of whoever it is about.
const WHO: [&str; 8] = ["contact", "external_id", "first_name", "last_name", "phone", "zip", "state", "language"];

fn header(about: &[&str], columns: &[String]) -> Vec<String> {
    let named = WHO.iter().chain(about).map(|name| (*name).to_owned());
    // The list may have a column of the same name.
    each_once(named.chain(["note".to_owned()]).chain(columns.iter().cloned()).collect())
}

fn cells(contact: ContactId, listed: &Contact, about: Vec<String>, note: &str, columns: &[String]) -> Vec<String> {
    let some = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut cells = vec![
        contact.to_string(),
        some(&listed.external_id),
        listed.first_name.clone(),
        listed.last_name.clone(),
        listed.phone.as_str().to_owned(),
        some(&listed.zip),
        some(&listed.state),
        some(&listed.language),
    ];
    cells.extend(about);
    cells.push(note.to_owned());
    cells.extend(columns.iter().map(|column| listed.fields.get(column).cloned().unwrap_or_default()));
    cells
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

/// Writes the people of events.
#[derive(Debug)]
pub struct Rsvps<W: Write> {
    rows: Rows<W>,
    columns: Vec<String>,
}

impl<W: Write> Rsvps<W> {
    /// Begins with the header, where there is one; `columns` are those of the campaign's lists.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(to: W, format: Format, columns: Vec<String>) -> io::Result<Self> {
        let rows = Rows::new(to, format, |_| {
            header(&["event", "standing", "people", "recorded_at", "opted_out_of_texts"], &columns)
        })?;
        Ok(Self { rows, columns })
    }

    /// The next one.
    ///
    /// # Errors
    /// As the system says.
    pub fn add(&mut self, one: &RsvpResult) -> io::Result<()> {
        let about = || {
            vec![
                one.event.clone(),
                one.standing.as_str().to_owned(),
                one.people.to_string(),
                one.at.to_string(),
                yes(one.opted_out),
            ]
        };
        let columns = &self.columns;
        self.rows.row(|| cells(one.contact, &one.listed, about(), &one.note, columns), one)
    }

    /// Writes what is still kept back.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// Writes the people of queues.
#[derive(Debug)]
pub struct Entries<W: Write> {
    rows: Rows<W>,
    columns: Vec<String>,
}

impl<W: Write> Entries<W> {
    /// As [`Rsvps::new`].
    ///
    /// # Errors
    /// As the system says.
    pub fn new(to: W, format: Format, columns: Vec<String>) -> io::Result<Self> {
        let about = ["queue", "recorded_at", "done_at", "done_by", "opted_out_of_texts"];
        let rows = Rows::new(to, format, |_| header(&about, &columns))?;
        Ok(Self { rows, columns })
    }

    /// The next one.
    ///
    /// # Errors
    /// As the system says.
    pub fn add(&mut self, one: &QueueResult) -> io::Result<()> {
        let about = || {
            vec![
                one.queue.clone(),
                one.at.to_string(),
                one.done_at.map(|at| at.to_string()).unwrap_or_default(),
                one.done_by.clone().unwrap_or_default(),
                yes(one.opted_out),
            ]
        };
        let columns = &self.columns;
        self.rows.row(|| cells(one.contact, &one.listed, about(), &one.note, columns), one)
    }

    /// Writes what is still kept back.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// The contacts that a file of [`Entries`] or [`Rsvps`] names, or what is left of it when somebody has worked on it.
///
/// # Errors
/// The file cannot be read, has no such column, or a cell of it is no number of a contact.
pub fn contacts_in(path: &Path) -> Result<Vec<ContactId>, Box<FileProblem>> {
    let whole = |what: String, remedy: &str| Box::new(FileProblem::whole(path, what, remedy));
    let text = std::fs::read_to_string(path)
        .map_err(|error| whole(format!("cannot be read ({error})"), "Name a CSV file that queue export wrote."))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let no_table =
        |error: csv::Error| whole(format!("is no CSV ({error})"), "Name a CSV file that queue export wrote.");
    let headers = reader.headers().map_err(no_table)?;
    let column = headers.iter().position(|name| name.trim() == WHO[0]).ok_or_else(|| {
        whole("has no column `contact`".to_owned(), "Keep the first column of the file that queue export wrote.")
    })?;
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row.map_err(no_table)?;
        let cell = row.get(column).unwrap_or_default().trim();
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let id = cell.parse().map_err(|_no_number| {
            let mut problem =
                whole(format!("`{}` is no number of a contact", safe_line(cell)), "Write it as queue export did.");
            problem.line = row.position().map(csv::Position::line);
            problem.field = Some(WHO[0].to_owned());
            problem
        })?;
        found.push(ContactId(id));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_column_of_the_list_has_a_name_of_its_own() {
        assert_eq!(header(&[], &["note".to_owned(), "zip".to_owned()])[8..], ["note", "note_1", "zip_1"]);
    }

    use crate::domain::phone::Phone;
    use crate::domain::rsvp::Standing;

    #[test]
    fn rows_are_written_whole_and_a_queues_file_is_read_back() {
        let listed = Contact {
            external_id: Some("V7".into()),
            first_name: "=cmd()".into(),
            last_name: "Xu, Lila".into(),
            phone: Phone::from_e164("+12122000050").expect("a number"),
            zip: None,
            state: None,
            language: None,
            time_zone: None,
            fields: BTreeMap::from([("ward".to_owned(), "3".to_owned())]),
            consent: None,
        };
        let at = "2027-05-01T18:06:00Z".parse().expect("a time");
        let format = Format::Csv { shape: super::super::Shape::Spoke, raw: false };
        let mut rsvps = Rsvps::new(Vec::new(), format, vec!["ward".into()]).expect("begun");
        let one = RsvpResult {
            contact: ContactId(7),
            event: "rally".into(),
            standing: Standing::Waiting,
            people: 3,
            at,
            opted_out: false,
            note: "with a friend".into(),
            listed: listed.clone(),
        };
        rsvps.add(&one).expect("written");
        let text = String::from_utf8(rsvps.finish().expect("written")).expect("UTF-8");
        assert_eq!(
            text,
            "contact,external_id,first_name,last_name,phone,zip,state,language,event,standing,people,recorded_at,opted_out_of_texts,note,ward\n\
             7,V7,'=cmd(),\"Xu, Lila\",+12122000050,,,,rally,waiting,3,2027-05-01T18:06:00Z,no,with a friend,3\n"
        );

        let mut entries = Entries::new(Vec::new(), format, Vec::new()).expect("begun");
        for (n, done_at) in [(7, None), (9, Some(at))] {
            let one = QueueResult {
                contact: ContactId(n),
                queue: "ride".into(),
                at,
                done_at,
                done_by: done_at.map(|_| "Tess".into()),
                opted_out: true,
                note: "two\nlines".into(),
                listed: listed.clone(),
            };
            entries.add(&one).expect("written");
        }
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("ride.csv");
        std::fs::write(&file, entries.finish().expect("written")).expect("written");
        assert_eq!(contacts_in(&file).expect("read"), [ContactId(7), ContactId(9)]);
        std::fs::write(&file, "contact,x\n7,1\n,\nseven,1\n").expect("written");
        let said = contacts_in(&file).expect_err("no number").to_string();
        assert!(said.contains(":4: error in `contact`: `seven` is no number"), "{said}");
        std::fs::write(&file, "name\nAnn\n").expect("written");
        assert!(contacts_in(&file).expect_err("no column").to_string().contains("has no column `contact`"));
    }
}
