//! Layers: defaults <- file <- environment <- flags. Every value knows where it came from, and every fault is told at once,
//! with its place and, for a name, the nearest one that exists.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::rules;
use super::schema::Config;
use crate::console::keymap::Keymap;
use crate::console::keymap::fault::BindingError;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// Built in.
    Default,
    /// A line of the settings file.
    File {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        variable: String,
    },
    /// The command line.
    Flag {
        /// The option, as written.
        flag: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => write!(f, "environment {variable}"),
            Self::Flag { flag } => write!(f, "option {flag}"),
        }
    }
}

/// The settings that count, and where each came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Every key in order, with its value as TOML and its origin.
    pub origins: BTreeMap<String, (String, Origin)>,
}

/// One fault of the settings, already placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `file:line:column`, a variable or an option.
    pub place: String,
    /// What is wrong and what would be right.
    pub what: String,
    /// The line of the file, with a caret below the place.
    pub excerpt: Option<String>,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(
    /// One at least.
    pub Vec<Fault>,
);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{}: {}", fault.place, fault.what)?;
            if let Some(excerpt) = &fault.excerpt {
                write!(f, "\n{excerpt}")?;
            }
        }
        Ok(())
    }
}

/// What goes into [`load`].
#[derive(Debug, Default)]
pub struct Layers<'a> {
    /// The settings file and its text; none when there is no file.
    pub file: Option<(&'a Path, &'a str)>,
    /// `TEXTBANK_*` variables, without those that name places.
    pub environment: Option<&'a BTreeMap<String, String>>,
    /// `KEY=VALUE` of `--set`, and options that stand for a key, each as written.
    pub flags: Vec<(String, String)>,
}

/// Puts the layers together.
///
/// # Errors
/// Every fault of every layer.
pub fn load(layers: &Layers<'_>) -> Result<Loaded, ConfigError> {
    let mut collected = Collected::default();
    for (key, value) in rules::defaults() {
        collected.values.insert(key, (value, Origin::Default));
    }
    if let Some((path, text)) = layers.file {
        file_layer(path, text, &mut collected);
    }
    for (variable, text) in layers.environment.into_iter().flatten() {
        environment_layer(variable, text, &mut collected);
    }
    for (flag, pair) in &layers.flags {
        flag_layer(flag, pair, &mut collected);
    }
    collected.finish()
}

#[derive(Default)]
struct Collected {
    values: BTreeMap<Vec<String>, (Value, Origin)>,
    faults: Vec<Fault>,
}

impl Collected {
    fn take(
        &mut self,
        path: Vec<String>,
        value: Value,
        origin: Origin,
        place: impl FnOnce() -> (String, Option<String>),
    ) {
        match rules::check(&path, value) {
            Ok(value) => {
                self.values.insert(path, (value, origin));
            }
            Err(what) => {
                let (place, excerpt) = place();
                self.faults.push(Fault { place, what, excerpt });
            }
        }
    }

    fn finish(self) -> Result<Loaded, ConfigError> {
        if !self.faults.is_empty() {
            return Err(ConfigError(self.faults));
        }
        let mut table = Table::new();
        let mut origins = BTreeMap::new();
        for (path, (value, origin)) in self.values {
            origins.insert(rules::dotted(&path), (value.to_string(), origin));
            insert(&mut table, &path, value);
        }
        let config: Config = table.try_into().map_err(|error: toml::de::Error| {
            ConfigError(vec![Fault { place: "settings".into(), what: error.message().to_owned(), excerpt: None }])
        })?;
        match Keymap::with_user(&config.keys) {
            Ok(_) => Ok(Loaded { config, origins }),
            Err(faults) => Err(ConfigError(faults.iter().map(|fault| place_binding(fault, &origins)).collect())),
        }
    }
}

/// The key map names a faulty binding by `keys.<context>."<key>"`, or by its context alone; here it gets its line.
fn place_binding(fault: &BindingError, origins: &BTreeMap<String, (String, Origin)>) -> Fault {
    let what = fault.to_string();
    let bare = what.replace('"', "");
    let origin = origins
        .iter()
        .filter(|(key, _)| key.starts_with("keys."))
        .map(|(key, (_, origin))| (key.replace('"', ""), origin))
        .filter_map(|(key, origin)| {
            let context = key.split('.').take(2).collect::<Vec<_>>().join(".");
            let near = if bare.starts_with(&format!("{key}:")) {
                2
            } else {
                usize::from(bare.starts_with(&format!("{context}:")))
            };
            (near > 0).then_some((near, origin))
        })
        .max_by_key(|(near, _)| *near)
        .map_or(&Origin::Default, |(_, origin)| origin);
    Fault { place: origin.to_string(), what, excerpt: None }
}

fn insert(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            table.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

fn file_layer(path: &Path, text: &str, collected: &mut Collected) {
    let source = Source { path, text };
    // A file from Windows may start with a byte order mark.
    let (table, errors) = DeTable::parse_recoverable(text.strip_prefix('\u{feff}').unwrap_or(text));
    for error in &errors {
        let (place, excerpt) = source.place(error.span().unwrap_or(0..0));
        collected.faults.push(Fault { place, what: error.message().to_owned(), excerpt });
    }
    // After a fault of the syntax the rest of the text cannot be trusted.
    if errors.is_empty() {
        walk(table.get_ref(), &mut Vec::new(), &source, collected);
    }
}

fn walk(table: &DeTable<'_>, path: &mut Vec<String>, source: &Source<'_>, collected: &mut Collected) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) if rules::is_section(path) => walk(inner, path, source, collected),
            _ if rules::is_known(path) => {
                let (line, _) = source.line_column(key.span().start);
                let origin = Origin::File { path: source.path.to_owned(), line };
                collected.take(path.clone(), plain_value(value), origin, || source.place(value.span()));
            }
            _ => {
                let (place, excerpt) = source.place(key.span());
                collected.faults.push(Fault { place, what: rules::unknown(path), excerpt });
            }
        }
        path.pop();
    }
}

/// A spanned value as a plain one; what has no plain form stays as its own words, which the check then refuses by type.
fn plain_value(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(yes) => Value::Boolean(*yes),
        DeValue::Integer(number) => match i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Float(f64::MAX),
        },
        DeValue::Float(number) => Value::Float(number.as_str().replace('_', "").parse().unwrap_or(f64::MAX)),
        DeValue::Datetime(at) => Value::Datetime(*at),
        DeValue::Array(items) => Value::Array(items.iter().map(plain_value).collect()),
        DeValue::Table(inner) => {
            Value::Table(inner.iter().map(|(key, value)| (key.get_ref().to_string(), plain_value(value))).collect())
        }
    }
}

fn environment_layer(variable: &str, text: &str, collected: &mut Collected) {
    let place = || (format!("environment variable {variable}"), None);
    match rules::by_variable(variable) {
        Some(path) => {
            let value = rules::value_from_words(&path, text);
            collected.take(path, value, Origin::Environment { variable: variable.to_owned() }, place);
        }
        None => {
            let (place, excerpt) = place();
            collected.faults.push(Fault { place, what: rules::unknown_variable(variable), excerpt });
        }
    }
}

fn flag_layer(flag: &str, pair: &str, collected: &mut Collected) {
    let place = || (format!("option {flag}"), None);
    let fault = |what: String| Fault { place: format!("option {flag}"), what, excerpt: None };
    let Some((key, text)) = pair.split_once('=') else {
        return collected.faults.push(fault("must be KEY=VALUE, as in console.side_pane=false".into()));
    };
    let path: Vec<String> = key.trim().split('.').map(str::to_owned).collect();
    if rules::is_known(&path) {
        let value = rules::value_from_words(&path, text.trim());
        collected.take(path, value, Origin::Flag { flag: flag.to_owned() }, place);
    } else {
        // As it was typed: quotes that TOML would want are not the point.
        collected.faults.push(fault(rules::unknown_key(key.trim())));
    }
}

struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn text(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(self.text)
    }

    /// Line and column from 1; columns count characters.
    fn line_column(&self, at: usize) -> (usize, usize) {
        let before = self.text().get(..at.min(self.text().len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    fn place(&self, span: Range<usize>) -> (String, Option<String>) {
        let (line, column) = self.line_column(span.start);
        let place = format!("{}:{line}:{column}", self.path.display());
        let Some(words) = self.text().lines().nth(line - 1) else { return (place, None) };
        let marked =
            self.text().get(span).map_or(1, |marked| marked.lines().next().unwrap_or_default().chars().count());
        let room = words.chars().count().saturating_sub(column - 1).max(1);
        // Tabs are shown one cell wide, so that the caret stands below its place.
        let excerpt = format!(
            "{line:>5} | {}\n      | {}{}",
            words.replace('\t', " "),
            " ".repeat(column - 1),
            "^".repeat(marked.clamp(1, room))
        );
        (place, Some(excerpt))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use rstest::rstest;

    use super::{Layers, Origin, load};
    use crate::config::Config;

    fn file(text: &str) -> Layers<'_> {
        Layers { file: Some((Path::new("c.toml"), text)), ..Layers::default() }
    }

    #[test]
    fn nothing_gives_the_defaults() {
        let loaded = load(&Layers::default()).expect("defaults");
        assert_eq!(loaded.config, Config::default());
        assert!(loaded.origins.values().all(|(_, origin)| *origin == Origin::Default));
    }

    #[test]
    fn later_layer_wins_and_is_named() {
        let environment = BTreeMap::from([
            ("TEXTBANK_CONSOLE_DWELL_MS".to_owned(), "200".to_owned()),
            ("TEXTBANK_CONSOLE_SIDE_PANE".to_owned(), "false".to_owned()),
        ]);
        let mut layers = file("name = 'Ana'\n[console]\ndwell_ms = 300\n[keys.card]\n'ctrl+s' = 'send'\n");
        layers.environment = Some(&environment);
        layers.flags = vec![("--set".into(), "console.dwell_ms=250".into())];
        let loaded = load(&layers).expect("valid");
        assert_eq!(loaded.config.name, "Ana");
        assert_eq!(loaded.config.console.dwell_ms, 250);
        assert!(!loaded.config.console.side_pane);
        assert_eq!(loaded.config.keys["card"]["ctrl+s"], "send");
        let origin = |key: &str| loaded.origins[key].1.to_string();
        assert_eq!(origin("name"), "c.toml:1");
        assert_eq!(origin("console.dwell_ms"), "option --set");
        assert_eq!(origin("console.side_pane"), "environment TEXTBANK_CONSOLE_SIDE_PANE");
        assert_eq!(origin("keys.card.\"ctrl+s\""), "c.toml:5");
        assert_eq!(origin("console.bell"), "default");
    }

    #[rstest]
    #[case::typing_error(
        "[console]\ndwel_ms = 1\n",
        "c.toml:2:1: unknown setting `console.dwel_ms`; did you mean `console.dwell_ms`?\n    2 | dwel_ms = 1\n      | ^^^^^^^"
    )]
    #[case::unknown_section(
        "[consol]\nascii = true\n",
        "c.toml:1:2: unknown setting `consol`; did you mean `console`?\n    1 | [consol]\n      |  ^^^^^^"
    )]
    #[case::wrong_type(
        "\u{feff}[console]\n  ascii = 'yes'\n",
        "c.toml:2:11: `console.ascii` must be true or false, not \"yes\"\n    2 |   ascii = 'yes'\n      |           ^^^^^"
    )]
    #[case::out_of_range(
        "console.dwell_ms = -1",
        "c.toml:1:20: `console.dwell_ms` must be a whole number from 50 to 5000, not -1\n    1 | console.dwell_ms = -1\n      |                    ^^"
    )]
    #[case::not_one_of(
        "language = 'sp'",
        "c.toml:1:12: `language` must be one of auto, en, es, not \"sp\"\n    1 | language = 'sp'\n      |            ^^^^"
    )]
    #[case::section_as_value(
        "console = 3",
        "c.toml:1:11: `console` is a section, not a setting\n    1 | console = 3\n      |           ^"
    )]
    fn fault_has_place_caret_and_remedy(#[case] text: &str, #[case] said: &str) {
        assert_eq!(load(&file(text)).expect_err("faulty").to_string(), said);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let environment = BTreeMap::from([("TEXTBANK_LOG_LEVL".to_owned(), "x".to_owned())]);
        let mut layers = file("nam = 'x'\n[log]\nlevel = 'loud'\n");
        layers.environment = Some(&environment);
        layers.flags = vec![("--set".into(), "log.level".into())];
        let said = load(&layers).expect_err("faulty").to_string();
        for part in [
            "c.toml:1:1: unknown setting `nam`; did you mean `name`?",
            "c.toml:3:9: `log.level` must be one of",
            "environment variable TEXTBANK_LOG_LEVL: no such setting; did you mean TEXTBANK_LOG_LEVEL?",
            "option --set: must be KEY=VALUE",
        ] {
            assert!(said.contains(part), "{part}\nnot in\n{said}");
        }
    }

    #[rstest]
    #[case("console.foo=1", "option --set: unknown setting `console.foo`; `console` has ")]
    #[case("console.dwell=1", "option --set: unknown setting `console.dwell`; did you mean `console.dwell_ms`?")]
    #[case("foo=1", "option --set: unknown setting `foo`; `textbank config show` lists all")]
    #[case("carrier.registration=x", "must be one of none, political, ")]
    #[case("carrier.registration=x", "short-code or nothing (\"\"), not ")]
    fn a_setting_that_is_none_is_answered_by_what_can_be_meant(#[case] pair: &str, #[case] words: &str) {
        let layers = Layers { flags: vec![("--set".into(), pair.into())], ..Layers::default() };
        let said = load(&layers).expect_err("faulty").to_string();
        assert!(said.contains(words), "{said}");
    }

    #[test]
    fn faulty_bindings_are_placed() {
        let said = load(&file("[keys.card]\nx = 'sned'\n[keys.crad]\ny = 'send'\n")).expect_err("faulty").to_string();
        let lines: Vec<_> = said.lines().collect();
        assert!(
            lines[0].starts_with("c.toml:2: keys.card.\"x\": there is no action `sned`; did you mean `send`?"),
            "{said}"
        );
        assert!(lines[1].starts_with("c.toml:4: keys.crad: there is no such place; did you mean `card`?"), "{said}");
    }

    /// The same three keys in each of the ways in which they may be written.
    #[test]
    fn a_key_may_have_a_condition() {
        let texts = [
            "[keys.inbox]\nx = 'close when waiting && !draft, star'\n",
            "[keys.inbox]\nx = [{ action = 'close', when = 'waiting && !draft' }, { action = 'star' }]\n",
            "[keys.inbox]\nx = [{ action = 'close', when = 'waiting && !draft' }, 'star']\n",
        ];
        for text in texts {
            let loaded = load(&file(text)).expect(text);
            assert_eq!(loaded.config.keys["inbox"]["x"], "close when waiting && !draft, star", "{text}");
        }
        let one = load(&file("[keys.card.x]\naction = 'skip'\nwhen = 'off_hours'\n")).expect("a table of its own");
        assert_eq!(one.config.keys["card"]["x"], "skip when off_hours");
        for (value, said) in [
            (
                "{ action = 'close', when = 'wating' }",
                "c.toml:2: keys.inbox.\"x\": there is no condition `wating`; did you mean `waiting`?",
            ),
            ("{ acton = 'close' }", "c.toml:2:5: `acton` is not a part of a key; did you mean `action`?"),
            ("{ when = 'waiting' }", "c.toml:2:5: `keys.inbox.x` does not say what it does"),
            ("{ action = 'close', when = 3 }", "c.toml:2:5: `when` of `keys.inbox.x` must be text in quotes, not 3"),
            (
                "{ action = 'close', when = 'waiting, draft' }",
                "c.toml:2:5: `when` of `keys.inbox.x` joins conditions by",
            ),
            ("{ action = 'close, star' }", "c.toml:2:5: `action` of `keys.inbox.x` is one action"),
            ("[]", "c.toml:2:5: `keys.inbox.x` must be the name of an action in quotes, or"),
        ] {
            let text = format!("[keys.inbox]\nx = {value}\n");
            let told = load(&file(&text)).expect_err("faulty").to_string();
            assert!(told.starts_with(said), "{told}");
        }
    }

    #[test]
    fn syntax_fault_is_placed() {
        let said = load(&file("name = 'x'\nlanguage = = 3\n")).expect_err("faulty").to_string();
        assert!(said.starts_with("c.toml:2:"), "{said}");
        assert!(said.contains('^'), "{said}");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_with_a_place(text in "\\PC*(\n\\PC*){0,4}") {
            if let Err(error) = load(&file(&text)) {
                for fault in error.0 {
                    proptest::prop_assert!(fault.place.starts_with("c.toml:"), "{}", fault.place);
                }
            }
        }
    }
}
