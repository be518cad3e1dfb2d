//! Who may know whom, and what may stand nowhere. The table is ARCHITECTURE.md's.

use std::collections::BTreeMap;

use crate::source::{files, is_test_file, root, rust, without_tests};

/// A part, and the parts it may use. A longer path is looked up before a shorter one.
pub const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("i18n", &[]),
    ("console::keymap", &[]),
    ("env", &[]),
    ("mutation", &[]),
    ("db", &[]),
    ("exchange", &["domain"]),
    // A page for people: figures in their language.
    ("report", &["domain", "i18n"]),
    ("api", &["domain"]),
    ("config", &["console::keymap"]),
    ("telemetry", &["domain", "env"]),
    ("console::core", &["domain", "api", "console::keymap"]),
    ("console::words", &["console::core", "domain", "i18n"]),
    ("console::ui", &["console::core", "domain", "api", "console::keymap", "i18n", "console::words"]),
    ("console::plain", &["console::core", "domain", "api", "console::keymap", "i18n", "console::words"]),
    ("console::term", &["console::keymap"]),
    ("console::runtime", &["console", "client", "api", "domain", "config", "env", "i18n"]),
    // The journal holds what the console confirmed, in the console's own words.
    ("client", &["api", "domain", "env", "mutation", "console::core::shared::msg"]),
    // The store writes down what a carrier said and is about to be told; it never calls one.
    ("server::store", &["domain", "env", "api", "mutation", "db", "server::carrier"]),
    ("server::carrier", &["domain", "env", "api"]),
    ("server", &["api", "domain", "exchange", "env", "mutation"]),
    // The simulator drives both wings against each other, and reads the ledger's file as an auditor does.
    (
        "sim",
        &["client", "server", "console::core", "console::keymap", "api", "db", "domain", "env", "exchange", "mutation"],
    ),
    ("rehearsal", &["server", "client", "api", "domain", "sim", "env", "exchange"]),
    ("doctor", &["api", "client", "config", "console::keymap", "domain", "env", "i18n"]),
    (
        "cli",
        &[
            "api",
            "client",
            "config",
            "console",
            "db",
            "doctor",
            "domain",
            "env",
            "exchange",
            "i18n",
            "rehearsal",
            "report",
            "server",
            "sim",
            "telemetry",
        ],
    ),
];

fn within(path: &str, part: &str) -> bool {
    path == part || path.strip_prefix(part).is_some_and(|rest| rest.starts_with("::"))
}

/// `client/journal/seal.rs` is `client::journal::seal`.
fn module(file: &str) -> String {
    let path = file.trim_end_matches(".rs").replace('/', "::");
    path.trim_end_matches("::mod").to_owned()
}

fn part_of(module: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    MAY_USE.iter().filter(|(part, _)| within(module, part)).max_by_key(|(part, _)| part.len())
}

/// Every path that a text takes from the crate's root, groups unfolded.
fn crate_paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for rest in code.split("crate::").skip(1) {
        unfold("", rest, &mut found);
    }
    found
}

/// Reads `a::{b, c::d}` after a prefix; gives back how much it took.
fn unfold(prefix: &str, text: &str, found: &mut Vec<String>) -> usize {
    let word: usize = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..word]);
    if (path.ends_with("::") || path.is_empty()) && text[word..].starts_with('{') {
        let mut at = word + 1;
        loop {
            at += text[at..].len() - text[at..].trim_start().len();
            if at >= text.len() || text[at..].starts_with('}') {
                return at + 1;
            }
            let took = unfold(&path, &text[at..], found);
            at += took.max(1);
            // Renames and commas are stepped over.
            at += text[at..].find([',', '}']).unwrap_or(text.len() - at);
            if text[at..].starts_with(',') {
                at += 1;
            }
        }
    }
    found.push(path.trim_end_matches("::").to_owned());
    word
}

#[test]
fn parts_use_only_the_parts_they_may() {
    let mut faults = Vec::new();
    for (file, text) in rust() {
        if ["lib.rs", "main.rs"].contains(&file.as_str()) {
            continue;
        }
        let here = module(&file);
        let Some((part, may)) = part_of(&here) else {
            // `console` and `server` themselves only name their parts.
            if here != "console" {
                faults.push(format!("{file}: no row of the table holds it"));
            }
            continue;
        };
        let text = if is_test_file(&file) { "" } else { without_tests(&text) };
        for path in crate_paths(text) {
            let own = within(&path, part) || path.is_empty();
            let known = part_of(&path).is_some() || path.starts_with("console");
            if known && !own && !may.iter().any(|allowed| within(&path, allowed)) {
                faults.push(format!("{file}: `{part}` uses crate::{path}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn unfolding_reads_groups() {
    let found = crate_paths("use crate::{api::{act::Act, message}, env as e};\nlet x = crate::domain::ids::ActId;");
    assert_eq!(found, ["api::act::Act", "api::message", "env", "domain::ids::ActId"]);
}

/// Words that a part must not hold outside its tests, with the reason.
const BANNED: &[(&str, &[&str], &str)] = &[
    ("domain", &["tokio", "reqwest", "ratatui", "std::fs", "std::net", "std::env"], "the ground floor is pure"),
    ("console::core", &["tokio", "reqwest", "ratatui", "crossterm", "std::fs", "std::env"], "cores are pure"),
    ("console::ui", &["tokio", "reqwest", "crossterm", "std::fs", "std::net"], "views only draw"),
    ("i18n", &["ratatui", "crossterm", "tokio"], "sentences know no screen"),
];

/// Tasks without an owner that could cancel them, each with its reason.
const TASKS_THAT_END_BY_THEMSELVES: &[(&str, &str)] = &[
    ("db/postgres/options.rs", "moves the bytes of a connection, and ends with its handle"),
    ("client/journal/mod.rs", "the keeper must finish its writes, and ends when the last handle is gone"),
    ("server/store/sql/mod.rs", "the writer must finish its commits, and ends when the store is gone"),
];

#[test]
fn pure_parts_hold_no_outside_world() {
    let mut faults = Vec::new();
    for (file, text) in rust() {
        let here = module(&file);
        if is_test_file(&file) {
            continue;
        }
        let code: String =
            without_tests(&text).lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for (part, words, why) in BANNED {
            for word in words.iter().filter(|word| within(&here, part) && code.contains(&format!("{word}::"))) {
                faults.push(format!("{file}: {word} ({why})"));
            }
        }
        if code.contains("crossterm::") && !within(&here, "console::term") {
            faults.push(format!("{file}: only console::term names crossterm"));
        }
        if code.contains("std::env::") && !within(&here, "config") && !code.contains("reason = \"this is the seam\"") {
            let harmless = [
                "std::env::temp_dir",
                "std::env::current_dir",
                "std::env::args",
                "std::env::current_exe",
                "std::env::consts",
            ];
            let named =
                code.match_indices("std::env::").any(|(at, _)| !harmless.iter().any(|h| code[at..].starts_with(h)));
            if named {
                faults.push(format!("{file}: only config reads the environment"));
            }
        }
        let prints = ["println!(", "print!(", "dbg!("].iter().any(|word| code.contains(word));
        if prints && !within(&here, "cli") && !within(&here, "console::plain") {
            faults.push(format!("{file}: prints"));
        }
        let owned = TASKS_THAT_END_BY_THEMSELVES.iter().any(|(allowed, _)| *allowed == file);
        if code.contains("tokio::spawn(") && !owned {
            faults.push(format!("{file}: tasks have an owner (TaskTracker), not tokio::spawn"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_stay_readable() {
    const LINES: usize = 700;
    let long: BTreeMap<_, _> =
        rust().iter().map(|(file, text)| (file.clone(), text.lines().count())).filter(|(_, n)| *n > LINES).collect();
    assert!(long.is_empty(), "longer than {LINES} lines: {long:?}");
}

#[test]
fn nothing_names_a_machine_or_a_tracker() {
    // Put together here, so that this file does not find itself.
    let words = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["issue", " #"], ["TO", "DO"], ["FIX", "ME"]]
        .map(|w| w.concat());
    let top = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "Cargo.toml",
        "config.example.toml",
        "clippy.toml",
    ];
    let mut all: Vec<_> = top.iter().map(|name| root().join(name)).collect();
    for dir in ["src", "tests", "assets", "benches", "examples", "docs", ".ci"] {
        all.extend(files(dir));
    }
    let mut faults = Vec::new();
    for path in all {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (n, line) in text.lines().enumerate() {
            faults.extend(
                words.iter().filter(|w| line.contains(*w)).map(|w| format!("{}:{}: {w}", path.display(), n + 1)),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
