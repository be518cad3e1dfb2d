//! What a file seems to be, by its beginning: for the word to somebody who named another one than is wanted.

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing is in it.
    Empty,
    /// A campaign file.
    Campaign,
    /// A contact list.
    List,
    /// An exported ledger.
    Ledger,
    /// A spreadsheet or another archive.
    Spreadsheet,
    /// A database.
    Database,
    /// A web page.
    Page,
    /// JSON of another kind.
    Json,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::Campaign => "a campaign file",
            Self::List => "a contact list",
            Self::Ledger => "an exported ledger",
            Self::Spreadsheet => "a spreadsheet or archive",
            Self::Database => "a database",
            Self::Page => "a web page",
            Self::Json => "JSON of another kind",
        })
    }
}

/// What a file that begins so seems to be; none when it may be anything.
#[must_use]
pub fn kind_of(beginning: &[u8]) -> Option<Kind> {
    if beginning.starts_with(b"SQLite format 3") {
        return Some(Kind::Database);
    }
    if beginning.starts_with(b"PK\x03\x04") {
        return Some(Kind::Spreadsheet);
    }
    let text = String::from_utf8_lossy(beginning);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first = text.lines().next().unwrap_or_default().trim();
    let lower = first.to_ascii_lowercase();
    if first.is_empty() {
        return beginning.is_empty().then_some(Kind::Empty);
    }
    if lower.starts_with("<!doctype") || lower.starts_with("<html") {
        return Some(Kind::Page);
    }
    if first.starts_with('{') {
        return Some(if first.contains("textbank ledger") || first.contains("\"ledger\"") {
            Kind::Ledger
        } else {
            Kind::Json
        });
    }
    let table =
        |line: &str| matches!(line.trim(), "[campaign]" | "[[initial]]" | "[hours]" | "[[question]]" | "[variables]");
    if text.lines().any(table) {
        return Some(Kind::Campaign);
    }
    let columns: Vec<String> = lower.split([',', ';', '\t']).map(|name| name.replace(['"', ' ', '_'], "")).collect();
    let phone = ["cell", "phone", "mobile", "phonenumber", "cellphone", "mobilephone", "telephone"];
    (columns.len() > 1 && columns.iter().any(|name| phone.contains(&name.as_str()))).then_some(Kind::List)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"" as &[u8], Some(Kind::Empty))]
    #[case(b"SQLite format 3\0...", Some(Kind::Database))]
    #[case(b"PK\x03\x04...", Some(Kind::Spreadsheet))]
    #[case(b"First Name,Mobile\nAna,1\n", Some(Kind::List))]
    #[case(b"\xef\xbb\xbffirstName;cell\n", Some(Kind::List))]
    #[case(b"# mine\n\n[campaign]\ntitle = \"T\"\n", Some(Kind::Campaign))]
    #[case(b"<!DOCTYPE html>", Some(Kind::Page))]
    #[case(b"{\"a\": 1}", Some(Kind::Json))]
    #[case(b"title = \"T\"\n", None)]
    #[case(b"Hello, world\n", None)]
    fn a_beginning_tells(#[case] bytes: &[u8], #[case] kind: Option<Kind>) {
        assert_eq!(kind_of(bytes), kind);
    }
}
