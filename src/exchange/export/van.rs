//! VAN's bulk upload: one row a contact that came to something, only when it means something else than what was written the last
//! time.
//!
//! What was written is remembered beside the file, a line a contact, in their order: the contact's number and a hash of its row
//! without the date. Old and new are read and written side by side, so a million contacts need no memory.

use std::io::{self, BufRead, Write};

use jiff::tz::TimeZone;

use super::cell::Sheet;
use super::van_map::VanMap;
use crate::domain::conversation::OptOut;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::message::Delivery;
use crate::domain::results::ContactResult;
use crate::domain::survey::Question;

/// What the first line of what is remembered begins with.
const MEMORY: &str = "textbank van 1";

/// Why what was remembered cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryFault {
    /// As the system says.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("it is no memory of an export for VAN, or it is damaged (line {0})")]
    NotOne(u64),
    /// It is another campaign's.
    #[error("it is the memory of another export: {found}; this one is {wanted}")]
    Another {
        /// What it says.
        found: String,
        /// What it would have to say.
        wanted: String,
    },
}

/// What was written, and what was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Written {
    /// Rows in the file.
    pub rows: u64,
    /// Contacts whose row was written before and means the same.
    pub unchanged: u64,
    /// Contacts that came to something and have no VAN ID.
    pub without_id: u64,
    /// Contacts that came to nothing that the map names.
    pub nothing: u64,
    /// Answers that were typed and for whose words the map names no column.
    pub words: u64,
}

/// Which export this is, on which server: what is remembered is of that alone.
#[must_use]
pub fn title(server: &str, campaign: CampaignId) -> String {
    format!("{MEMORY} campaign {campaign} of {server}")
}

/// Writes rows for VAN.
#[derive(Debug)]
pub struct Van<W: Write, B: BufRead, M: Write> {
    sheet: Sheet<W>,
    map: VanMap,
    questions: Vec<Question>,
    zone: TimeZone,
    before: Before<B>,
    memory: M,
    written: Written,
}

/// What was remembered, read once from its beginning.
#[derive(Debug)]
struct Before<B: BufRead> {
    from: Option<B>,
    line: u64,
    next: Option<(i64, String)>,
}

impl<B: BufRead> Before<B> {
    fn new(mut from: Option<B>, title: &str) -> Result<Self, MemoryFault> {
        if let Some(from) = &mut from {
            let mut first = String::new();
            from.read_line(&mut first)?;
            let found = first.trim_end();
            if found != title {
                return Err(match found.starts_with(MEMORY) {
                    true => MemoryFault::Another { found: found.to_owned(), wanted: title.to_owned() },
                    false => MemoryFault::NotOne(1),
                });
            }
        }
        let mut before = Self { from, line: 1, next: None };
        before.step()?;
        Ok(before)
    }

    fn step(&mut self) -> Result<(), MemoryFault> {
        self.next = None;
        let Some(from) = &mut self.from else { return Ok(()) };
        let mut line = String::new();
        self.line += 1;
        if from.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let read = line.trim_end().split_once(' ').and_then(|(id, hash)| Some((id.parse().ok()?, hash.to_owned())));
        let Some(read) = read.filter(|(_, hash): &(i64, String)| hash.len() == 32) else {
            return Err(MemoryFault::NotOne(self.line));
        };
        self.next = Some(read);
        Ok(())
    }

    /// What is remembered of a contact. Those before it, whom nobody asks about any more, stay remembered.
    fn of(&mut self, contact: ContactId, memory: &mut impl Write) -> Result<Option<String>, MemoryFault> {
        while let Some((id, hash)) = self.next.take() {
            if id > contact.0 {
                self.next = Some((id, hash));
                return Ok(None);
            }
            self.step()?;
            if id == contact.0 {
                return Ok(Some(hash));
            }
            writeln!(memory, "{id} {hash}")?;
        }
        Ok(None)
    }
}

impl<W: Write, B: BufRead, M: Write> Van<W, B, M> {
    /// Begins with the header. `questions`: the campaign's, which the map was held against; `before`: what the export before remembered; `memory`: what the next one will read.
    ///
    /// # Errors
    /// [`MemoryFault`]
    pub fn new(
        to: W,
        (map, questions): (VanMap, Vec<Question>),
        zone: TimeZone,
        title: &str,
        before: Option<B>,
        mut memory: M,
    ) -> Result<Self, MemoryFault> {
        let before = Before::new(before, title)?;
        let mut sheet = Sheet::new(to, false);
        sheet.row(map.header())?;
        writeln!(memory, "{title}")?;
        Ok(Self { sheet, map, questions, zone, before, memory, written: Written::default() })
    }

    /// The next contact, in the order of their numbers.
    ///
    /// # Errors
    /// [`MemoryFault`]
    pub fn add(&mut self, contact: &ContactResult) -> Result<(), MemoryFault> {
        let known = self.before.of(contact.id, &mut self.memory)?;
        let row = self.row(contact);
        let Some((date, meaning)) = row else {
            // What was uploaded stays uploaded: when it comes back to the same, there is nothing to say again.
            if let Some(hash) = known {
                writeln!(self.memory, "{} {hash}", contact.id)?;
            }
            return Ok(());
        };
        let hash = blake3::hash(meaning.join("\u{1f}").as_bytes()).to_hex();
        let hash = hash.as_str().get(..32).unwrap_or_default();
        writeln!(self.memory, "{} {hash}", contact.id)?;
        if known.as_deref() == Some(hash) {
            self.written.unchanged += 1;
            return Ok(());
        }
        let mut cells = meaning;
        cells.insert(1, date);
        self.sheet.row(cells)?;
        self.written.rows += 1;
        Ok(())
    }

    /// Date, and all else of a contact's row.
    fn row(&mut self, contact: &ContactResult) -> Option<(String, Vec<String>)> {
        let result = &self.map.result;
        let texted = contact.texted_at.is_some();
        let answered = contact.answered_at.is_some();
        let came_to = [
            (contact.wrong_number, &result.wrong_number),
            ((texted || answered) && matches!(contact.opt_out, OptOut::Yes { .. }), &result.opted_out),
            (answered, &result.answered),
            (contact.delivery == Some(Delivery::Failed), &result.failed),
            (texted, &result.texted),
        ];
        let Some(result) = came_to.into_iter().find_map(|(is, words)| words.clone().filter(|_| is)) else {
            self.written.nothing += 1;
            return None;
        };
        let id = match self.map.id.as_str() {
            "external_id" => contact.listed.external_id.clone(),
            name => contact.listed.fields.get(name).cloned(),
        };
        let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
            self.written.without_id += 1;
            return None;
        };
        let at = contact.last_text_at.max(contact.answered_at).or(contact.texted_at).unwrap_or(contact.updated_at);
        let date = at.to_zoned(self.zone.clone()).strftime("%m/%d/%Y").to_string();
        // A country that VAN does not know stands as it is.
        let number = contact.listed.phone.as_str();
        let number = number.strip_prefix("+1").filter(|rest| rest.len() == 10).unwrap_or(number);
        let mut meaning = vec![id, number.to_owned(), result];
        for map in &self.map.question {
            let value = contact.answers.get(&map.question);
            let asked = self.questions.iter().find(|question| question.id == map.question);
            let answer = asked.zip(value).and_then(|(asked, value)| asked.answer_of(value));
            let typed = answer.filter(|answer| answer.free.is_some());
            // An answer of an older script still goes by its own name.
            let name = typed.map(|answer| &answer.value).or(value);
            meaning.push(name.and_then(|name| map.answers.get(name)).cloned().unwrap_or_default());
            let words = value.filter(|_| typed.is_some());
            match map.words {
                Some(_) => meaning.push(words.cloned().unwrap_or_default()),
                None => self.written.words += u64::from(words.is_some()),
            }
        }
        for map in &self.map.tag {
            meaning.push(if contact.tags.contains(&map.tag) { map.value.clone() } else { String::new() });
        }
        Some((date, meaning))
    }

    /// Writes what is still kept back; gives back both files and the counts.
    ///
    /// # Errors
    /// [`MemoryFault`]
    pub fn finish(mut self) -> Result<(W, M, Written), MemoryFault> {
        // Whoever is not in the campaign any more.
        self.before.of(ContactId(i64::MAX), &mut self.memory)?;
        self.memory.flush()?;
        Ok((self.sheet.finish()?, self.memory, self.written))
    }
}
