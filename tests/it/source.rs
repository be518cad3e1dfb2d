//! The repository's own files, as the tests over the source read them.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a directory (none when it does not exist), in order.
pub fn files(below: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(below), &mut found);
    found.sort();
    found
}

fn collect(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, found) } else { found.push(path) }
    }
}

/// A Rust file of `src`: its path from there with `/`, and its text.
pub fn rust() -> Vec<(String, String)> {
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root().join("src")).expect("below src").to_string_lossy().replace('\\', "/");
        (name, std::fs::read_to_string(&path).expect("readable"))
    };
    files("src").into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs")).map(read).collect()
}

/// The text up to its unit tests.
pub fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// A file that holds nothing but tests.
pub fn is_test_file(file: &str) -> bool {
    file.ends_with("tests.rs") || file.contains("/tests/")
}
