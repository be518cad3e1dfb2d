//! A ledger as a file: one JSON document a line, from a first line that says whose it is to a last one that counts. Whoever
//! has the file can check it without the server ([`verify`]).

mod verify;

use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ledger::HexHash;
use crate::domain::received::{Anchor, Received};
use crate::domain::safe_text::safe_json;

pub use verify::{Finding, Kind, Report, verify};

/// What the first line says it is.
pub const FORMAT: &str = "textbank ledger 1";

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// [`FORMAT`]
    pub format: String,
    /// Whose ledger.
    pub organization: String,
    /// Of which server.
    pub server: String,
    /// When it was written, by the clock of who wrote it; by the server's when that is a rehearsal's own.
    pub exported_at: Timestamp,
    /// The server kept a rehearsal's own time: laptops' clocks are not held against it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_time: bool,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Entries in the file.
    pub entries: u64,
    /// Anchors in the file.
    pub anchors: u64,
    /// Hash (BLAKE3, hex) of the first line, without its line end.
    pub title: HexHash,
    /// Hash of this line, so that a change of it is not taken for one of the others.
    pub hash: HexHash,
}

impl End {
    fn new(entries: u64, anchors: u64, title: HexHash) -> Self {
        let hash = end_hash(entries, anchors, &title);
        Self { entries, anchors, title, hash }
    }

    fn holds(&self) -> bool {
        self.hash == end_hash(self.entries, self.anchors, &self.title)
    }
}

fn end_hash(entries: u64, anchors: u64, title: &str) -> HexHash {
    let mut hasher = blake3::Hasher::new_derive_key("textbank ledger 1 end");
    hasher.update(&entries.to_be_bytes()).update(&anchors.to_be_bytes()).update(title.as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first.
    Ledger(Title),
    /// A confirmed text.
    Text(Box<Received>),
    /// An anchor over the texts up to some number; after all texts.
    Anchor(Anchor),
    /// The last.
    End(End),
}

/// Writes a ledger line by line.
#[derive(Debug)]
pub struct Writer<W: Write> {
    to: W,
    entries: u64,
    anchors: u64,
    title: HexHash,
}

impl<W: Write> Writer<W> {
    /// Begins with the title.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(mut to: W, title: Title) -> io::Result<Self> {
        let line = safe_json(serde_json::to_string(&Line::Ledger(title))?);
        writeln!(to, "{line}")?;
        Ok(Self { to, entries: 0, anchors: 0, title: title_hash(line.as_bytes()) })
    }

    /// The next text, in the order of arrival.
    ///
    /// # Errors
    /// As the system says.
    pub fn text(&mut self, text: Received) -> io::Result<()> {
        self.entries += 1;
        self.line(&Line::Text(Box::new(text)))
    }

    /// The next anchor, after all texts.
    ///
    /// # Errors
    /// As the system says.
    pub fn anchor(&mut self, anchor: Anchor) -> io::Result<()> {
        self.anchors += 1;
        self.line(&Line::Anchor(anchor))
    }

    /// The last line; gives back what was written to, and the counts.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(mut self) -> io::Result<(W, End)> {
        let end = End::new(self.entries, self.anchors, self.title.clone());
        self.line(&Line::End(end.clone()))?;
        self.to.flush()?;
        Ok((self.to, end))
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        writeln!(self.to, "{}", safe_json(serde_json::to_string(line)?))
    }
}

fn title_hash(line: &[u8]) -> HexHash {
    blake3::hash(line).to_hex().to_string()
}

#[cfg(test)]
mod tests;
