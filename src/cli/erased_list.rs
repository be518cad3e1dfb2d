//! A list of one's own of the numbers that were erased, outside the database: whoever puts back a backup erases them again by it.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;

/// Begins a line that is no number.
const REMARK: char = '#';

/// Opens the list to be written on, or makes it, for its owner alone. Before anything is erased: a number that cannot be noted is not
/// erased.
///
/// # Errors
/// What the disk says.
pub(super) fn open(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("cannot write {}", path.display()))
}

/// Notes a number, on the disk when this returns.
///
/// # Errors
/// What the disk says.
pub(super) fn note(list: &mut File, phone: &Phone) -> std::io::Result<()> {
    writeln!(list, "{}", phone.as_str())?;
    list.sync_all()
}

/// The numbers of a list, each once, in their order.
///
/// # Errors
/// A line that is neither a number nor a remark, or what the disk says.
pub(super) fn read(path: &Path, country: &str) -> anyhow::Result<Vec<Phone>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut seen, mut numbers) = (BTreeSet::new(), Vec::new());
    for (at, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with(REMARK) {
            continue;
        }
        let phone = Phone::parse(line, &country.to_ascii_uppercase()).map_err(|problem| {
            let line = safe_line(line);
            super::Misuse(format!("{}:{}: {line}: {problem}. {}", path.display(), at + 1, problem.remedy()))
        })?;
        if seen.insert(phone.as_str().to_owned()) {
            numbers.push(phone);
        }
    }
    if numbers.is_empty() {
        bail!("{}: there is no number in it", path.display());
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_again_once_and_a_bad_line_is_named() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("erased.txt");
        let number = |text: &str| Phone::parse(text, "US").expect("a number");
        for _ in 0..2 {
            let mut list = open(&path).expect("opened");
            note(&mut list, &number("(212) 555-0123")).expect("noted");
        }
        note(&mut open(&path).expect("opened"), &number("+14155550199")).expect("noted");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(read(&path, "us").expect("read"), [number("+12125550123"), number("+14155550199")]);
        std::fs::write(&path, "# by letter\n(212) 555-0123\n\nnobody\n").expect("written");
        let said = format!("{:#}", read(&path, "US").expect_err("no number"));
        assert!(said.contains("erased.txt:4: nobody"), "{said}");
        std::fs::write(&path, "# nothing\n").expect("written");
        assert!(read(&path, "US").is_err());
    }
}
