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

/// The keys given to `Say::new("...")`, `Arg::Key("...")`, `say("...", ...)` and `said("...", ...)`.
fn said(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for opening in ["Say::new(", "Arg::Key(", ".say(", " said("] {
        for piece in text.split(opening).skip(1) {
            let piece = piece.trim_start();
            let key = piece.strip_prefix('"').and_then(|rest| rest.split('"').next());
            // What a page said, under a name in capitals, is none of ours.
            if let Some(key) = key.filter(|key| !key.contains(char::is_uppercase)) {
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
    // What --help says stands in English in the commands' own source; a test beside it holds the Spanish words to that.
    let sentences = |file: &std::path::PathBuf| !file.ends_with("help.ftl");
    for file in crate::source::files(&format!("assets/i18n/{language}")).into_iter().filter(sentences) {
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
fn languages_say_the_same_sentences_with_the_same_arguments() {
    let (english, spanish) = (wanted("en"), wanted("es"));
    let lacks = |a: &BTreeMap<String, BTreeSet<String>>, b: &BTreeMap<String, BTreeSet<String>>| -> Vec<String> {
        a.keys().filter(|key| !b.contains_key(*key)).cloned().collect()
    };
    assert_eq!(lacks(&english, &spanish), Vec::<String>::new(), "not said in Spanish");
    assert_eq!(lacks(&spanish, &english), Vec::<String>::new(), "said in Spanish alone");
    for (key, args) in &english {
        assert_eq!(args, &spanish[key], "{key}: the arguments differ between the languages");
    }
}

/// The string literals of a text, without comments and attributes, each with the line it begins in.
fn strings(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut inside, mut in_attribute, mut word) = (false, false, String::new());
    for (number, line) in text.lines().enumerate() {
        if !inside && line.trim_start().starts_with("//") {
            continue;
        }
        in_attribute |= !inside && line.trim_start().starts_with("#[");
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if inside => word.extend([c].into_iter().chain(chars.next())),
                // A quote as a character of its own.
                '\'' if !inside && chars.peek() == Some(&'"') => drop(chars.next()),
                '"' if inside => {
                    inside = false;
                    let whole = std::mem::take(&mut word);
                    if !in_attribute {
                        found.push((number + 1, whole));
                    }
                }
                '"' => inside = true,
                _ if inside => word.push(c),
                _ => {}
            }
        }
        in_attribute &= !line.trim_end().ends_with(']');
    }
    found
}

/// The files whose words a person reads on the console.
fn spoken(file: &str) -> bool {
    ["core/", "ui/", "plain/", "words"].iter().any(|part| file.starts_with(&format!("console/{part}")))
}

#[test]
fn whatever_looks_like_a_key_in_the_console_is_one() {
    let keys: BTreeSet<String> = Catalogue::keys("en").into_iter().collect();
    let begins: BTreeSet<&str> = keys.iter().filter_map(|key| key.split('-').next()).collect();
    let mut strange = Vec::new();
    for (file, text) in rust().into_iter().filter(|(file, _)| file.starts_with("console/") && !is_test_file(file)) {
        for word in literals(without_tests(&text)) {
            let ours = begins.contains(word.split('-').next().unwrap_or_default()) && !word.ends_with('-');
            if ours && !keys.contains(&word) {
                strange.push(format!("{file}: {word}"));
            }
        }
    }
    assert!(strange.is_empty(), "keys that no catalogue has:\n{}", strange.join("\n"));
}

/// Words in the source that are no sentence for the person at the keyboard: file, beginning, why.
const NOT_OURS: &[(&str, &str, &str)] = &[
    ("console/ui/scenes.rs", "", "the made-up campaign of the pictures and tests"),
    ("console/ui/svg.rs", "<svg xmlns=", "the head of a picture"),
    ("console/core/texter/help_out.rs", "Hola {name}, soy {me}.", "a text to a voter, in the voter's language"),
    ("console/core/texter/help_out.rs", "Hi {name}, this is {me}.", "a text to a voter, in the voter's language"),
    ("console/core/texter/claims.rs", "the grant was empty", "the detail of a problem, for the log"),
];

#[test]
fn screens_and_cores_hold_no_sentences_of_their_own() {
    let two_words = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !word.contains(['{', '_']);
        words.windows(2).any(|pair| letters(pair[0]) && letters(pair[1]))
    };
    let mut found = Vec::new();
    for (file, text) in rust().into_iter().filter(|(file, _)| spoken(file) && !is_test_file(file)) {
        for (line, words) in strings(without_tests(&text)) {
            let allowed = NOT_OURS.iter().any(|(of, begins, _)| *of == file && words.starts_with(begins));
            if two_words(&words) && !allowed {
                found.push(format!("{file}:{line}: {words}"));
            }
        }
    }
    assert!(found.is_empty(), "sentences that do not come from the catalogue:\n{}", found.join("\n"));
}

#[test]
fn a_sentence_in_the_source_is_found() {
    let source = "// \"not this one\"\n#[expect(x, reason = \"nor this one\")]\nlet a = '\"'; say(\"Wait a moment\");";
    assert_eq!(strings(source), [(3, "Wait a moment".to_owned())]);
}

#[test]
fn spanish_speaks_to_one_person_as_tu() {
    let formal = ["usted", "su capitán", "pulse", "vuelva a", "pida a", "elija", "escriba un", "confírmelo"];
    let spanish = Catalogue::for_command_line("es");
    for key in Catalogue::keys("es").into_iter().chain(Catalogue::help_keys()) {
        let said = spanish.say(&key, &[]).to_lowercase();
        assert!(
            !formal.iter().any(|word| said.split(['.', ':', ';', ',']).any(|part| part.contains(word))),
            "{key}: {said}"
        );
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
