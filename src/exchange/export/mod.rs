//! Results as files: CSV in the column shapes of Spoke and of Rewired Spoke, JSON lines with everything, and VAN's bulk upload.
//!
//! Writers take one row at a time and keep none. What strangers wrote can neither be a formula in a spreadsheet ([`cell`]) nor
//! reach a terminal ([`crate::domain::safe_text`]).

pub mod cell;
mod json;
pub mod segment;
pub mod shape;
pub mod turnout;
pub mod van;
pub mod van_map;

use std::io::{self, Write};

use crate::domain::campaign::CampaignDef;
use crate::domain::ids::CampaignId;
use crate::domain::results::{ContactResult, MessageResult, OptOutResult};

pub use cell::Sheet;

/// Column shape of a CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Spoke's.
    Spoke,
    /// Rewired Spoke's.
    Rewired,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSV in this shape; `raw`: cells exactly as they are, for programs.
    Csv {
        /// Columns.
        shape: Shape,
        /// Not made harmless for spreadsheets.
        raw: bool,
    },
    /// One JSON document a line, with everything.
    JsonLines,
}

/// Which campaign the rows are of.
#[derive(Debug, Clone)]
pub struct Campaign<'a> {
    /// Its number.
    pub id: CampaignId,
    /// What its file says.
    pub def: &'a CampaignDef,
    /// Columns of its contacts beside the ones that every contact has.
    pub columns: &'a [String],
}

/// Writes rows of one kind.
#[derive(Debug)]
enum Rows<W: Write> {
    Csv(Box<Sheet<W>>),
    Json(W),
}

impl<W: Write> Rows<W> {
    fn new(to: W, format: Format, header: impl FnOnce(Shape) -> Vec<String>) -> io::Result<Self> {
        Ok(match format {
            Format::Csv { shape, raw } => {
                let mut sheet = Sheet::new(to, raw);
                sheet.row(header(shape))?;
                Self::Csv(Box::new(sheet))
            }
            Format::JsonLines => Self::Json(to),
        })
    }

    fn row(&mut self, cells: impl FnOnce() -> Vec<String>, whole: &impl serde::Serialize) -> io::Result<()> {
        match self {
            Self::Csv(sheet) => sheet.row(cells()),
            Self::Json(to) => json::line(to, whole),
        }
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Self::Csv(sheet) => sheet.finish(),
            Self::Json(mut to) => to.flush().map(|()| to),
        }
    }
}

/// Writes contacts.
#[derive(Debug)]
pub struct Contacts<W: Write> {
    rows: Rows<W>,
    shape: shape::ContactShape,
}

impl<W: Write> Contacts<W> {
    /// Begins with the header, where there is one.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(to: W, format: Format, campaign: &Campaign<'_>) -> io::Result<Self> {
        let shape = match format {
            Format::Csv { shape, .. } => shape,
            Format::JsonLines => Shape::Spoke,
        };
        let shape = shape::ContactShape::new(shape, campaign);
        let rows = Rows::new(to, format, |_| shape.header())?;
        Ok(Self { rows, shape })
    }

    /// The next one.
    ///
    /// # Errors
    /// As the system says.
    pub fn add(&mut self, contact: &ContactResult) -> io::Result<()> {
        let shape = &self.shape;
        self.rows.row(|| shape.cells(contact), contact)
    }

    /// Writes what is still kept back.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// Writes texts. Spoke and Rewired Spoke have the same columns for them.
#[derive(Debug)]
pub struct Messages<W: Write>(Rows<W>);

impl<W: Write> Messages<W> {
    /// Begins with the header, where there is one.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(to: W, format: Format) -> io::Result<Self> {
        Rows::new(to, format, |_| shape::message_header()).map(Self)
    }

    /// The next one.
    ///
    /// # Errors
    /// As the system says.
    pub fn add(&mut self, message: &MessageResult) -> io::Result<()> {
        self.0.row(|| shape::message_cells(message), message)
    }

    /// Writes what is still kept back.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

/// Writes opt-outs. The first column is called as suppression lists of other systems call it.
#[derive(Debug)]
pub struct OptOuts<W: Write>(Rows<W>);

impl<W: Write> OptOuts<W> {
    /// Begins with the header, where there is one.
    ///
    /// # Errors
    /// As the system says.
    pub fn new(to: W, format: Format) -> io::Result<Self> {
        Rows::new(to, format, |_| shape::opt_out_header()).map(Self)
    }

    /// The next one.
    ///
    /// # Errors
    /// As the system says.
    pub fn add(&mut self, opt_out: &OptOutResult) -> io::Result<()> {
        self.0.row(|| shape::opt_out_cells(opt_out), opt_out)
    }

    /// Writes what is still kept back.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests;
