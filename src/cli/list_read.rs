//! How a command reads a list: its options, the file of the rows that are left out, and a line that tells how far it got.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{Timestamp, tz::TimeZone};

use super::Misuse;
use super::private_file::create_new;
use super::reach::tell;
use crate::domain::contact::Contact;
use crate::domain::phone::is_country;
use crate::domain::provenance::Consent;
use crate::exchange::contact_list::rejected::{Rejected, Writer};
use crate::exchange::contact_list::{self, ContactList, Mapping, NumberReason, Options, Surveyed, Visitor};
use crate::exchange::problem::FileProblem;

/// How a list is to be read; of every command that reads one.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ReadArgs {
    /// Say what a column is: its header (or number) = firstName, lastName, fullName, verifiedCell, cell, mobile, phone,
    /// homePhone, landline, phoneKind, areaCode, noTexts, mayText, external_id, zip, state, language, timezone, consent_date,
    /// consent_wording, consent_source, ignore, or a merge field's name
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
    /// Write the rows that were left out, with the reason, to FILE (CSV, the list's own columns and one more); a file that is
    /// there is kept, and the new one numbered
    #[arg(long, value_name = "FILE")]
    pub rejected: Option<PathBuf>,
    /// When everybody on the list agreed to be texted (2026-06-04), where no column says it
    #[arg(long, value_name = "DATE")]
    pub consent_date: Option<jiff::civil::Date>,
    /// To which words they agreed
    #[arg(long, value_name = "TEXT", requires = "consent_date")]
    pub consent_wording: Option<String>,
    /// Where they agreed: the form, page or event
    #[arg(long, value_name = "TEXT", requires = "consent_date")]
    pub consent_source: Option<String>,
}

impl ReadArgs {
    /// The consent that is said to be everybody's.
    ///
    /// # Errors
    /// It is no evidence.
    pub fn consent(&self) -> anyhow::Result<Option<Consent>> {
        let Some(date) = self.consent_date else { return Ok(None) };
        let text = |given: &Option<String>| given.as_deref().unwrap_or_default().trim().to_owned();
        let consent =
            Consent { date: Some(date), wording: text(&self.consent_wording), source: text(&self.consent_source) };
        if consent.is_evidence() {
            return Ok(Some(consent));
        }
        let what = "--consent-date alone shows nothing: say also where they agreed (--consent-source \"web form\") or to which \
                    words (--consent-wording)";
        Err(Misuse(what.into()).into())
    }

    /// As the reader of lists takes them.
    ///
    /// # Errors
    /// A country that is none; consent that is no evidence.
    pub fn options(&self, now: Timestamp) -> anyhow::Result<Options> {
        if !is_country(&self.country) {
            let what = format!(
                "--country {}: no country has this code; write its two letters, such as US, MX or GB",
                self.country
            );
            return Err(Misuse(what).into());
        }
        Ok(Options {
            region: self.country.to_ascii_uppercase(),
            map: self.map.clone(),
            no_header: self.no_header,
            sheet: self.sheet.clone(),
            consent: self.consent()?,
            consent_needed: false,
            today: Some(now.to_zoned(TimeZone::UTC).date()),
            numbers_only: false,
            every_row: false,
        })
    }

    /// Reads a list of people who are only texted in a rehearsal, and holds all of it. The outer error is one of the options.
    ///
    /// # Errors
    /// As [`Self::options`].
    pub fn rehearse(&self, list: &Path) -> anyhow::Result<Result<ContactList, Vec<FileProblem>>> {
        // Consent is not asked for, so no day matters.
        let mut options = self.options(Timestamp::MAX)?;
        // Nobody is texted: it is not asked who agreed.
        options.consent = crate::domain::provenance::Provenance::of_made_up_people("").consent;
        let read = contact_list::load_with(list, &options);
        if let Ok(list) = &read {
            let mut file = RejectedFile::new(self.rejected.as_deref());
            let headers: Vec<String> = list.understood.iter().map(|column| column.header.clone()).collect();
            list.rejected_rows.iter().try_for_each(|row| file.write(&headers, row))?;
            file.finish()?;
        }
        Ok(read)
    }

    /// Reads a list of any size and shows it to `look`. The outer error is one of the options.
    ///
    /// # Errors
    /// As [`Self::options`].
    pub fn survey(
        &self,
        list: &Path,
        now: Timestamp,
        look: &mut Look,
    ) -> anyhow::Result<Result<(ContactList, Surveyed), Vec<FileProblem>>> {
        Ok(contact_list::survey(list, &self.options(now)?, look))
    }
}

/// What a command keeps of a list while it is read.
pub struct Look {
    /// The first contacts.
    pub first: Vec<Contact>,
    /// Why the number of each of them is the one it is; empty where the list has one column of numbers.
    pub numbers: Vec<NumberReason>,
    keep: usize,
    rejected: RejectedFile,
    /// Of all contacts in their order, when it is wanted.
    pub digest: Option<blake3::Hasher>,
    rows: u64,
    shown: bool,
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Look").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Rows between two words of how far it got.
const STEP: u64 = 10_000;

impl Look {
    /// Keeps the first `keep` contacts, and writes the rows that are left out where `args` say.
    #[must_use]
    pub fn new(args: &ReadArgs, keep: usize) -> Self {
        say_when_stopped();
        let rejected = RejectedFile::new(args.rejected.as_deref());
        Self {
            first: Vec::new(),
            numbers: Vec::new(),
            keep,
            rejected,
            digest: None,
            rows: 0,
            shown: io::stderr().is_terminal(),
        }
    }

    /// After the last row: says where the rows are that were left out.
    ///
    /// # Errors
    /// As the system says.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        if self.shown && self.rows >= STEP {
            // The line is wiped; one that cannot be drawn is no reason to stop.
            let _ = write!(io::stderr().lock(), "\r{:50}\r", "");
        }
        self.rejected.finish()
    }

    fn row(&mut self) {
        self.rows += 1;
        if self.shown && self.rows.is_multiple_of(STEP) {
            let _ = write!(io::stderr().lock(), "\rreading the list: {} rows", thousands(self.rows));
        }
    }
}

/// Whoever hands in says itself what a Ctrl-C leaves.
static HANDS_IN: AtomicBool = AtomicBool::new(false);

/// From now on a Ctrl-C is answered by whoever hands the list in.
pub(super) fn handing_in() {
    HANDS_IN.store(true, Ordering::Relaxed);
}

/// While a list is read, and until it is handed in, a Ctrl-C ends the program with a word.
fn say_when_stopped() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    ONCE.call_once(|| {
        runtime.spawn(async {
            if tokio::signal::ctrl_c().await.is_ok() && !HANDS_IN.load(Ordering::Relaxed) {
                tell("\nstopped: nothing was handed in, and nothing was changed");
                std::process::exit(i32::from(super::Exit::Failed.code()));
            }
        });
    });
}

impl Visitor for Look {
    fn contact(&mut self, contact: &Contact) -> io::Result<()> {
        self.row();
        if self.first.len() < self.keep {
            self.first.push(contact.clone());
        }
        if let Some(digest) = &mut self.digest {
            add(digest, contact)?;
        }
        Ok(())
    }

    fn wants_reasons(&self) -> bool {
        self.first.len() < self.keep
    }

    fn number(&mut self, reason: NumberReason) {
        self.numbers.push(reason);
    }

    fn rejected(&mut self, headers: &[String], row: Rejected) -> io::Result<()> {
        self.row();
        self.rejected.write(headers, &row)
    }
}

/// Adds a contact to the digest of a list.
///
/// # Errors
/// None that can be thought of.
pub fn add(digest: &mut blake3::Hasher, contact: &Contact) -> io::Result<()> {
    digest.update(&serde_json::to_vec(contact)?);
    Ok(())
}

/// A number with its thousands marked.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The file of the rows that are left out: made with the first of them, and nobody's file is written over, as it may be the list
/// itself, or the last one with somebody's work in it.
struct RejectedFile {
    wanted: Option<PathBuf>,
    open: Option<(PathBuf, Writer<BufWriter<File>>)>,
    many: u64,
}

impl RejectedFile {
    fn new(wanted: Option<&Path>) -> Self {
        Self { wanted: wanted.map(Path::to_owned), open: None, many: 0 }
    }

    fn write(&mut self, headers: &[String], row: &Rejected) -> io::Result<()> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        if self.open.is_none() {
            let (path, file) =
                fresh(wanted).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", wanted.display())))?;
            self.open = Some((path, Writer::new(BufWriter::new(file), headers)?));
        }
        self.many += 1;
        match &mut self.open {
            Some((_, file)) => Ok(file.write(row)?),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        if let Some((path, file)) = self.open.take() {
            file.finish()?;
            let rows =
                if self.many == 1 { "1 row that was".to_owned() } else { format!("{} rows that were", self.many) };
            tell(format!("{}: {rows} left out, each with the reason", path.display()));
        } else if let Some(wanted) = &self.wanted {
            tell(format!("No row was left out: {} is not written.", wanted.display()));
        }
        Ok(())
    }
}

/// A file of this name, or of this name with a number. Names and numbers in it are for their owner alone.
fn fresh(wanted: &Path) -> io::Result<(PathBuf, File)> {
    let mut path = wanted.to_owned();
    for number in 2..1_000 {
        match create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
        let stem = wanted.file_stem().unwrap_or_default().to_string_lossy();
        let end = wanted.extension().map_or_else(String::new, |end| format!(".{}", end.to_string_lossy()));
        path = wanted.with_file_name(format!("{stem}-{number}{end}"));
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "there are a thousand files of this name"))
}
