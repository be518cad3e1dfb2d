//! When the program breaks: the terminal first, then a file that says where, and nobody's words.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::real;

/// Installs the hook. On the screen's own thread a panic first gives the terminal back, then writes one line to standard
/// error; on any other thread (whose owner reports the failure) it only writes the file.
///
/// The panic's message is left out on purpose: it may hold a voter's words or number.
pub fn install(directory: PathBuf) {
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(|| "?".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        let ours = real::restore_if_entered_by_this_thread();
        let file = write_report(&directory, &place);
        if ours || !real::is_entered() {
            let mut err = std::io::stderr();
            // Standard error may be closed; there is nothing left to do then.
            let _ = match file {
                Some(path) => writeln!(err, "textbank broke at {place}. Report: {}", path.display()),
                None => writeln!(err, "textbank broke at {place}."),
            };
        }
    }));
}

fn write_report(directory: &Path, place: &str) -> Option<PathBuf> {
    std::fs::create_dir_all(directory).ok()?;
    let path = directory.join(format!("crash-{}.txt", std::process::id()));
    let mut report = String::new();
    let thread = std::thread::current();
    writeln!(report, "textbank {}", env!("CARGO_PKG_VERSION")).ok()?;
    writeln!(report, "at {place}, thread {}", thread.name().unwrap_or("without a name")).ok()?;
    writeln!(report, "{}", std::backtrace::Backtrace::force_capture()).ok()?;
    std::fs::write(&path, report).ok()?;
    Some(path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_report_says_where_and_no_more() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = super::write_report(dir.path(), "src/x.rs:7").expect("written");
        let text = std::fs::read_to_string(path).expect("read");
        assert!(text.contains("at src/x.rs:7"));
    }
}
