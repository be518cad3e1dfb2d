//! The person's own editor on a draft.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

/// Lets `editor` (a program and its arguments, split at blanks) work on `text` and returns what it left. The file holds a
/// voter's conversation: it is readable by its owner only, and gone afterwards. The terminal must have been left before.
/// `None`: the editor reported failure, nothing is taken over.
///
/// # Errors
/// When the file cannot be written or read, or the editor cannot be started.
pub fn edit(editor: &str, name: &str, text: &str) -> io::Result<Option<String>> {
    let mut words = editor.split_whitespace();
    let Some(program) = words.next() else { return Err(io::ErrorKind::NotFound.into()) };
    let file = Draft::create(name, text)?;
    let status = Command::new(program).args(words).arg(&file.0).status()?;
    if !status.success() {
        return Ok(None);
    }
    let edited = fs::read_to_string(&file.0)?;
    // Editors end the last line; a text has no last line break.
    Ok(Some(edited.trim_end_matches(['\n', '\r']).to_owned()))
}

/// The file, removed when dropped.
struct Draft(PathBuf);

impl Draft {
    fn create(name: &str, text: &str) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("textbank-{name}.txt"));
        let mut options = fs::OpenOptions::new();
        // `create_new` follows no link that somebody else put there.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        let draft = Self(path);
        file.write_all(text.as_bytes())?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn what_the_editor_leaves_comes_back() {
        let edited = super::edit("sed -i s/no/yes/", "test-edit-1", "no\n").expect("edited");
        assert_eq!(edited.as_deref(), Some("yes"));
        assert_eq!(super::edit("false", "test-edit-2", "no").expect("ran"), None);
        assert!(super::edit("/no/such/editor", "test-edit-3", "no").is_err());
        let left: Vec<_> = std::fs::read_dir(std::env::temp_dir())
            .expect("listed")
            .filter_map(Result::ok)
            .filter(|f| f.file_name().to_string_lossy().starts_with("textbank-test-edit"))
            .collect();
        assert!(left.is_empty());
    }
}
