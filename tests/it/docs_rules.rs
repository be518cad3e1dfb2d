//! docs/rules.md says of each rule where its data and its test are; they are there.

use crate::source::root;

fn read(name: &str) -> Option<String> {
    std::fs::read_to_string(root().join(name)).ok()
}

/// Cells of the tables' rows, without their heads. `\|` is a bar inside a cell.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule |"));
    let cells = |line: &str| {
        let line = line.replace("\\|", "\u{1}");
        let inner = line.trim().trim_matches('|').to_owned();
        inner.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect::<Vec<_>>()
    };
    lines.map(cells).collect()
}

#[test]
fn each_rule_has_a_line_of_data_and_a_test() {
    let text = read("docs/rules.md").expect("the page");
    let rows = rows(&text);
    assert!(rows.len() > 25, "{}", rows.len());
    let mut faults = Vec::new();
    for row in &rows {
        let [rule, _, data, test] = row.as_slice() else {
            faults.push(format!("not four cells: {row:?}"));
            continue;
        };
        for (cell, of) in [(data, "data"), (test, "test")] {
            let named =
                cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).and_then(|cell| cell.split_once('#'));
            let Some((file, place)) = named else {
                faults.push(format!("{rule}: no {of}: {cell}"));
                continue;
            };
            let wanted = if of == "test" { format!("fn {place}(") } else { place.to_owned() };
            match read(file) {
                None => faults.push(format!("{rule}: no file {file}")),
                Some(text) if !text.contains(&wanted) => faults.push(format!("{rule}: {file} has no `{wanted}`")),
                Some(_) => {}
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_state_with_rules_of_its_own_is_in_the_table() {
    let text = read("docs/rules.md").expect("the page");
    for file in ["assets/rules/hours.toml", "assets/rules/disclaimers.toml"] {
        for line in read(file).expect("the data").lines().filter(|line| line.starts_with("code = ")) {
            assert!(text.contains(&format!("`{file}#{line}`")), "{file}: {line}");
        }
    }
}
