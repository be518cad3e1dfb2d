//! The documents say what is so.

use std::collections::BTreeSet;

use textbank::server::carrier::Pace;
use textbank::server::jobs::IN_FLIGHT;

use crate::architecture::MAY_USE;
use crate::source::root;

const DOCS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md"];

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands between single backticks.
fn quoted(text: &str) -> Vec<String> {
    let outside: String = text.split("```").step_by(2).collect();
    outside.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn table_of_dependencies_is_the_one_that_is_tested() {
    let text = read("ARCHITECTURE.md");
    let block = text.split("```dependencies\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the block");
    let written: BTreeSet<String> = block.lines().map(str::to_owned).collect();
    let tested: BTreeSet<String> = MAY_USE
        .iter()
        .map(|(part, may)| format!("{part} -> {}", if may.is_empty() { "nothing".into() } else { may.join(", ") }))
        .collect();
    assert_eq!(written, tested);
}

#[test]
fn files_and_tests_that_are_named_exist() {
    let places = ["src/", "tests/", "assets/", "benches/", "examples/", "docs/", ".ci/"];
    let mut faults = Vec::new();
    for doc in DOCS {
        for name in quoted(&read(doc)) {
            let (path, test) = name.split_once('#').map_or((name.as_str(), None), |(path, test)| (path, Some(test)));
            if !places.iter().any(|place| path.starts_with(place)) {
                continue;
            }
            match std::fs::read_to_string(root().join(path)) {
                Ok(text) => {
                    if test.is_some_and(|test| !text.contains(&format!("fn {test}("))) {
                        faults.push(format!("{doc}: {name}: no such test"));
                    }
                }
                Err(_) if root().join(path).is_dir() && test.is_none() => {}
                Err(_) => faults.push(format!("{doc}: {name}: no such file")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Rows of a document's tables, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text.lines().filter(|line| line.starts_with('|'));
    let cells = lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    cells.filter(|row| row.iter().any(|cell| cell.len() > 3 && !cell.starts_with("---"))).collect()
}

#[test]
fn promises_and_threats_name_their_tests() {
    let text = read("SECURITY.md");
    let heads = ["#", "threat"];
    let rows: Vec<_> = rows(&text).into_iter().filter(|row| !heads.contains(&row[0])).collect();
    assert!(rows.len() > 20, "{} rows", rows.len());
    for row in rows {
        let tests = row.last().expect("a cell");
        let told = tests.contains("#") || tests.starts_with("nothing to test") || tests.starts_with("not run");
        assert!(told, "no test is named for: {}", row[..2].join(": "));
    }
}

#[test]
fn figures_that_are_promised_are_the_programs() {
    let pace = Pace::default();
    let wanted = [
        format!("At most `IN_FLIGHT` ({IN_FLIGHT}) calls"),
        format!("At most {IN_FLIGHT} calls are under way, each for at most {} seconds", pace.call.as_secs()),
        format!("(`Pace::look_up_after`, {} s from", pace.look_up_after.as_secs()),
    ];
    let text = read("SECURITY.md");
    let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in wanted {
        assert!(squeezed.contains(&sentence), "SECURITY.md does not say: {sentence}");
    }
}

#[test]
fn commands_that_are_named_exist() {
    let mut faults = Vec::new();
    for doc in DOCS {
        let text = read(doc);
        let blocks = text.split("```").skip(1).step_by(2).flat_map(str::lines).map(str::to_owned);
        let words = quoted(&text).into_iter().chain(blocks);
        for line in words {
            let line = line.replace("cargo run --release -- ", "textbank ");
            let Some(rest) = line.trim().trim_start_matches("$ ").strip_prefix("textbank ") else { continue };
            let mut command = textbank::cli::tree();
            for word in rest.split_whitespace().take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase())) {
                match command.find_subcommand(word).cloned() {
                    Some(sub) => command = sub,
                    None if command.has_subcommands() => faults.push(format!("{doc}: `{line}`: no {word}")),
                    None => break,
                }
            }
            for option in rest.split_whitespace().filter_map(|word| word.strip_prefix("--")) {
                let option = option.split('=').next().unwrap_or_default();
                let known = command
                    .get_arguments()
                    .chain(textbank::cli::tree().get_arguments().collect::<Vec<_>>())
                    .any(|arg| arg.get_long() == Some(option));
                if !known && !["version", "help"].contains(&option) {
                    faults.push(format!("{doc}: `{line}`: no option --{option}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pictures_that_are_shown_exist() {
    let text = read("README.md");
    let shown: Vec<_> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    for path in shown.iter().filter(|path| !path.starts_with("http") && !path.starts_with('#')) {
        assert!(root().join(path).exists(), "README.md shows {path}");
    }
}
