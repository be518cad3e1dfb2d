//! Bytes of a list into text: encodings and delimiters as spreadsheets leave them.

use std::path::Path;

use super::problem::FileProblem;

/// A file's text, and how it was written.
pub(super) struct Decoded {
    pub(super) text: String,
    /// The encoding's name.
    pub(super) encoding: &'static str,
    /// When the encoding had to be guessed.
    pub(super) warning: Option<FileProblem>,
}

/// The text.
pub(super) fn to_text(path: &Path, bytes: &[u8]) -> Result<Decoded, Vec<FileProblem>> {
    let refuse =
        |what: &str| Err(vec![FileProblem::whole(path, what, "Save it as CSV (in Excel: Save As, CSV UTF-8).")]);
    let utf16 = |encoding: &'static encoding_rs::Encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        if broken {
            return refuse("this file looks like UTF-16 but is broken");
        }
        Ok(Decoded { text: text.into_owned(), encoding: "UTF-16", warning: None })
    };
    if bytes.starts_with(b"\xff\xfe") {
        return utf16(encoding_rs::UTF_16LE);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return utf16(encoding_rs::UTF_16BE);
    }
    let head = &bytes[..bytes.len().min(512)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count() * 4 > head.len();
    if zeros(1) {
        return utf16(encoding_rs::UTF_16LE);
    }
    if zeros(0) {
        return utf16(encoding_rs::UTF_16BE);
    }
    if head.contains(&0) {
        return refuse("this is not a text file");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), encoding: "UTF-8", warning: None }),
        Err(_) => {
            // Every byte is a character there, so this cannot fail; names show whether it was right.
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            let warning = FileProblem {
                fatal: false,
                ..FileProblem::whole(path, "is not UTF-8; read as Windows-1252", "Check names with accents.")
            };
            Ok(Decoded { text: text.into_owned(), encoding: "Windows-1252", warning: Some(warning) })
        }
    }
}

/// The delimiter, and where the header starts (Excel writes `sep=;` before it).
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
