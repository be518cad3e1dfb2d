//! Bytes of a list into text: encodings and delimiters as spreadsheets leave them. Nothing is held but what is being read.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::{Decoder, Encoding};

use super::problem::FileProblem;

/// Bytes that are read at once.
const BLOCK: usize = 64 * 1024;
/// What cannot be read twice (a pipe) is held in memory; more than this is not.
const MOST_HELD: u64 = 512 * 1024 * 1024;

/// Where a list's bytes are. They are read more than once.
#[derive(Debug, Clone)]
pub(super) enum Input {
    /// On the disk.
    File(PathBuf),
    /// Here.
    Memory(Arc<[u8]>),
}

impl Input {
    /// A file; what is none on a disk is read into memory.
    pub(super) fn of(path: &Path) -> Result<Self, Vec<FileProblem>> {
        let unreadable = |error| vec![FileProblem::unreadable(path, &error)];
        let file = File::open(path).map_err(unreadable)?;
        let about = file.metadata().map_err(unreadable)?;
        if about.is_file() || about.is_dir() {
            return Ok(Self::File(path.to_owned()));
        }
        let mut bytes = Vec::new();
        file.take(MOST_HELD + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MOST_HELD {
            let what = "is too large to be held in memory, which a pipe has to be";
            return Err(vec![FileProblem::whole(path, what, "Write it into a file and name that.")]);
        }
        Ok(Self::Memory(bytes.into()))
    }

    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(BLOCK, File::open(path)?)),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        })
    }

    /// All of it, when it is not longer than `most`.
    pub(super) fn whole(&self, most: u64) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        self.open()?.take(most + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= most).then_some(bytes))
    }

    /// How it begins.
    pub(super) fn head(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.take(512).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// How a file's letters are written.
#[derive(Debug, Clone)]
pub(super) struct Letters {
    encoding: &'static Encoding,
    /// The encoding's name.
    pub(super) name: &'static str,
    /// Bytes before the text that say so.
    mark: usize,
    /// When the encoding had to be guessed.
    pub(super) warning: Option<FileProblem>,
}

impl Letters {
    /// Finds it out; for that all of the file is read.
    pub(super) fn of(path: &Path, input: &Input) -> Result<Self, Vec<FileProblem>> {
        let unreadable = |error| vec![FileProblem::unreadable(path, &error)];
        let refuse =
            |what: &str| Err(vec![FileProblem::whole(path, what, "Save it as CSV (in Excel: Save As, CSV UTF-8).")]);
        let head = input.head().map_err(unreadable)?;
        let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count() * 4 > head.len();
        let wide = if head.starts_with(b"\xff\xfe") {
            Some((encoding_rs::UTF_16LE, 2))
        } else if head.starts_with(b"\xfe\xff") {
            Some((encoding_rs::UTF_16BE, 2))
        } else if zeros(1) {
            Some((encoding_rs::UTF_16LE, 0))
        } else if zeros(0) {
            Some((encoding_rs::UTF_16BE, 0))
        } else {
            None
        };
        if let Some((encoding, mark)) = wide {
            let letters = Self { encoding, name: "UTF-16", mark, warning: None };
            let mut text = letters.utf8(input.open().map_err(unreadable)?).map_err(unreadable)?;
            io::copy(&mut text, &mut io::sink()).map_err(unreadable)?;
            return if text.broken { refuse("this file looks like UTF-16 but is broken") } else { Ok(letters) };
        }
        if head.contains(&0) {
            return refuse("this is not a text file");
        }
        if is_utf8(input.open().map_err(unreadable)?).map_err(unreadable)? {
            let mark = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            return Ok(Self { encoding: encoding_rs::UTF_8, name: "UTF-8", mark, warning: None });
        }
        // Every byte is a character there, so this cannot fail; names show whether it was right.
        let warning = FileProblem {
            fatal: false,
            ..FileProblem::whole(path, "is not UTF-8; read as Windows-1252", "Check names with accents.")
        };
        let encoding = encoding_rs::WINDOWS_1252;
        Ok(Self { encoding, name: "Windows-1252", mark: 0, warning: Some(warning) })
    }

    /// The text in UTF-8.
    pub(super) fn utf8(&self, mut from: Box<dyn Read + Send>) -> io::Result<Utf8> {
        io::copy(&mut from.by_ref().take(self.mark as u64), &mut io::sink())?;
        Ok(Utf8 {
            from,
            decoder: self.encoding.new_decoder_without_bom_handling(),
            raw: vec![0; BLOCK],
            text: Vec::new(),
            at: 0,
            done: false,
            broken: false,
        })
    }
}

fn is_utf8(mut from: Box<dyn Read + Send>) -> io::Result<bool> {
    let mut block = vec![0; BLOCK];
    let mut held = 0;
    loop {
        let many = match from.read(&mut block[held..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let all = held + many;
        match std::str::from_utf8(&block[..all]) {
            Ok(_) => held = 0,
            // A letter that the end of the block cuts.
            Err(error) if error.error_len().is_none() && many > 0 => {
                let whole = error.valid_up_to();
                block.copy_within(whole..all, 0);
                held = all - whole;
            }
            Err(_) => return Ok(false),
        }
        if many == 0 {
            return Ok(true);
        }
    }
}

/// A reader of text in UTF-8, whatever it was written in.
pub(super) struct Utf8 {
    from: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    done: bool,
    /// Something was no letter.
    broken: bool,
}

impl Read for Utf8 {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.text.len() {
            if self.done {
                return Ok(0);
            }
            let many = self.from.read(&mut self.raw)?;
            self.done = many == 0;
            self.text.resize(self.decoder.max_utf8_buffer_length(many).unwrap_or(4 * BLOCK), 0);
            // There is room for all of it.
            let (_, _, written, broken) = self.decoder.decode_to_utf8(&self.raw[..many], &mut self.text, self.done);
            self.text.truncate(written);
            self.at = 0;
            self.broken |= broken;
        }
        let many = to.len().min(self.text.len() - self.at);
        to[..many].copy_from_slice(&self.text[self.at..self.at + many]);
        self.at += many;
        Ok(many)
    }
}

/// The delimiter, and where the header starts (Excel writes `sep=;` before it), by how a text begins.
pub(super) fn delimiter(text: &str) -> (u8, usize) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(&[byte]) = first.strip_prefix("sep=").map(str::as_bytes) {
        return (byte, (first.len() + text[first.len()..].find('\n').map_or(0, |n| n + 1)).min(text.len()));
    }
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && counts.iter().any(|(_, n)| *n > 0) => break,
            _ if quoted => {}
            _ => {
                for (delimiter, n) in &mut counts {
                    *n += usize::from(*delimiter == byte);
                }
            }
        }
    }
    let best = counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(d, n)| if *n == 0 { b',' } else { *d });
    (best, 0)
}
