//! The sentences fit the source: no key missing, none dead, none without its arguments.

use std::collections::{BTreeMap, BTreeSet};

use textbank::api::problem::Code;
use textbank::console::keymap::{ACTIONS, Category, Context};
use textbank::i18n::{Catalogue, Value};

use crate::source::{is_test_file, rust, without_tests};

/// All string literals of a text that look like a key: lower case words with dashes.
fn literals(text: &str) -> BTreeSet<String> {
    let is_key = |word: &&str| {
        word.contains('-')
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.split('"').filter(is_key).map(str::to_owned).collect()
}

/// Beginnings of keys that are put together (`format!("score-well-{what}")` gives `score-well-`).
fn families(text: &str) -> BTreeSet<String> {
    let beginning = |word: &str| word.split_once('{').map(|(before, _)| before.to_owned());
    let is_family = |word: &String| {
        word.ends_with('-') && word.len() > 4 && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
    };
    text.split('"').filter_map(beginning).filter(is_family).collect()
}

/// The keys given to `Say::new("...")`, `Arg::Key("...")` and `say("...", ...)`.
fn said(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for opening in ["Say::new(", "Arg::Key(", ".say("] {
        for piece in text.split(opening).skip(1) {
            let piece = piece.trim_start();
            if let Some(key) = piece.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                found.insert(key.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_key_that_is_said_exists() {
    let catalogue = Catalogue::english();
    let mut missing = Vec::new();
    for (file, text) in rust().into_iter().filter(|(file, _)| !is_test_file(file)) {
        for key in said(without_tests(&text)) {
            if !catalogue.has(&key) {
                missing.push(format!("{file}: {key}"));
            }
        }
    }
    let mut named: Vec<&str> = Code::ALL.into_iter().map(Code::say_key).collect();
    named.extend(ACTIONS.iter().map(|info| info.label_key));
    named.extend(Category::ALL.into_iter().map(Category::title_key));
    named.extend(Context::ALL.into_iter().map(Context::title_key));
    missing.extend(named.into_iter().filter(|key| !catalogue.has(key)).map(|key| format!("registry: {key}")));
    assert!(missing.is_empty(), "keys without a sentence:\n{}", missing.join("\n"));
}

#[test]
fn no_sentence_is_dead() {
    let used: BTreeSet<String> = rust().iter().flat_map(|(_, text)| literals(without_tests(text))).collect();
    let families: BTreeSet<String> = rust().iter().flat_map(|(_, text)| families(without_tests(text))).collect();
    let alive = |key: &String| used.contains(key) || families.iter().any(|family| key.starts_with(family));
    let dead: Vec<_> = Catalogue::keys("en").into_iter().filter(|key| !alive(key)).collect();
    assert!(dead.is_empty(), "sentences that nothing says:\n{}", dead.join("\n"));
}

/// The arguments that each sentence of a language's files wants.
fn wanted(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for file in crate::source::files(&format!("assets/i18n/{language}")) {
        for line in std::fs::read_to_string(file).expect("readable").lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split('=').next().unwrap_or_default().trim().to_owned();
                found.entry(key.clone()).or_default();
            }
            for after in line.split('$').skip(1) {
                let name: String =
                    after.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
                found.entry(key.clone()).or_default().insert(name);
            }
        }
    }
    found
}

#[test]
fn arguments_that_can_be_seen_in_the_source_are_the_ones_wanted() {
    let wanted = wanted("en");
    let mut faults = Vec::new();
    for (file, text) in rust() {
        for piece in without_tests(&text).split("Say::new(\"").skip(1) {
            let Some((key, rest)) = piece.split_once('"') else { continue };
            let Some(mut rest) = rest.strip_prefix(')') else { continue };
            let mut given = BTreeSet::new();
            while let Some(after) = rest.trim_start().strip_prefix(".with(") {
                let Some(name) = after.trim_start().strip_prefix('"').and_then(|n| n.split('"').next()) else { break };
                given.insert(name.to_owned());
                rest = &after[closing(after)..];
            }
            // A Say that is kept and given more later cannot be judged by its line.
            let ends = rest.trim_start().starts_with([')', ',', ';', '}', ']']);
            let lacks: Vec<_> = wanted.get(key).into_iter().flatten().filter(|name| !given.contains(*name)).collect();
            if ends && !lacks.is_empty() && !rest.trim_start().starts_with(';') {
                faults.push(format!("{file}: {key} wants {lacks:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where the parenthesis that was opened before `text` closes.
fn closing(text: &str) -> usize {
    let mut depth = 1usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn languages_want_the_same_arguments() {
    let english = wanted("en");
    for (key, args) in wanted("es") {
        let extra: Vec<_> = args.difference(&english[&key]).collect();
        assert!(extra.is_empty(), "{key}: Spanish wants {extra:?}, which nobody gives");
    }
}

#[test]
fn refusals_tell_what_to_do_in_both_languages() {
    for catalogue in [Catalogue::english(), Catalogue::spanish()] {
        for code in Code::ALL {
            let args =
                [("who", Value::Text("Ana".into())), ("count", Value::Number(3)), ("at", Value::Time("9:00".into()))];
            let said = catalogue.say(code.say_key(), &args);
            assert!(said.len() > 20 && said.ends_with('.') && !said.contains('$'), "{code:?}: {said}");
            assert!(!said.contains(code.as_str()) || !code.as_str().contains('_'), "{code:?} in jargon: {said}");
        }
    }
}
