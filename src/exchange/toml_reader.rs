//! Walks a TOML document by hand, so that every problem is found at once and each says where it is.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::FileProblem;

/// The document's text and the problems found so far.
pub(super) struct Reader<'i> {
    path: PathBuf,
    text: &'i str,
    /// In order of discovery.
    pub problems: Vec<FileProblem>,
}

/// A table of the document, with the way to it.
#[derive(Clone)]
pub(super) struct Tab<'t, 'i> {
    /// Its keys and values.
    pub table: &'t DeTable<'i>,
    /// `question[2].answer[1]`; empty for the document.
    pub key: String,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A string of the document.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// The value.
    pub value: String,
    /// Where it stands.
    pub span: Range<usize>,
    /// The way to it.
    pub key: String,
}

impl<'i> Reader<'i> {
    pub(super) fn new(path: &Path, text: &'i str) -> Self {
        Self { path: path.to_owned(), text, problems: Vec::new() }
    }

    /// Adds a problem at a byte position.
    pub(super) fn report(
        &mut self,
        at: usize,
        key: &str,
        fatal: bool,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let (line, column) = position(self.text, at);
        self.problems.push(FileProblem {
            file: self.path.clone(),
            line: Some(line),
            column: Some(column),
            field: (!key.is_empty()).then(|| key.to_owned()),
            what: what.into(),
            remedy: remedy.into(),
            fatal,
        });
    }

    /// An error at the start of a span.
    pub(super) fn error(&mut self, span: &Range<usize>, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.report(span.start, key, true, what, remedy);
    }

    /// A warning at the start of a span.
    pub(super) fn warn(&mut self, span: &Range<usize>, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.report(span.start, key, false, what, remedy);
    }

    /// Where the byte `offset` of a string value stands in the document: exactly when the value is written without
    /// escapes, else the start of the value.
    pub(super) fn inside(&self, text: &Text, offset: usize) -> usize {
        let written = self.text.get(text.span.clone()).unwrap_or_default();
        written.find(&text.value).map_or(text.span.start, |start| text.span.start + start + offset)
    }

    /// Reports keys that are not `known`, each with the nearest one that is.
    pub(super) fn only(&mut self, tab: &Tab<'_, '_>, known: &[&str]) {
        for key in tab.table.keys() {
            let name = key.get_ref();
            if known.contains(&name.as_ref()) {
                continue;
            }
            let remedy = match nearest(name, known.iter().copied()) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("Known here: {}.", known.join(", ")),
            };
            self.error(&key.span(), &tab.child(name), format!("`{name}` is not a key"), remedy);
        }
    }

    fn wrong_type(&mut self, tab: &Tab<'_, '_>, name: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let what = format!("this is {}, not {wanted}", kind(value.get_ref()));
        self.error(&value.span(), &tab.child(name), what, format!("Write {wanted}."));
    }

    /// A string; blank ones and missing ones are problems when `required`.
    pub(super) fn string(&mut self, tab: &Tab<'_, '_>, name: &str, required: bool) -> Option<Text> {
        let Some(value) = tab.table.get(name) else {
            if required {
                self.error(
                    &tab.span,
                    &tab.child(name),
                    format!("`{name}` is missing"),
                    format!("Add `{name} = \"...\"`."),
                );
            }
            return None;
        };
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(tab, name, value, "text in quotes");
            return None;
        };
        if required && text.trim().is_empty() {
            self.error(&value.span(), &tab.child(name), format!("`{name}` is empty"), "Fill it in.");
            return None;
        }
        Some(Text { value: text.clone().into_owned(), span: value.span(), key: tab.child(name) })
    }

    /// A date or a time, in quotes or without.
    pub(super) fn date(&mut self, tab: &Tab<'_, '_>, name: &str) -> Option<Text> {
        match tab.table.get(name).map(|value| (value.get_ref(), value.span())) {
            Some((DeValue::Datetime(date), span)) => Some(Text { value: date.to_string(), span, key: tab.child(name) }),
            _ => self.string(tab, name, false),
        }
    }

    /// True or false; `default` when missing.
    pub(super) fn boolean(&mut self, tab: &Tab<'_, '_>, name: &str, default: bool) -> bool {
        match tab.table.get(name) {
            None => default,
            Some(value) => value.get_ref().as_bool().unwrap_or_else(|| {
                self.wrong_type(tab, name, value, "true or false");
                default
            }),
        }
    }

    /// A whole number of a range; `default` when missing.
    pub(super) fn number(
        &mut self,
        tab: &Tab<'_, '_>,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
        default: u32,
    ) -> u32 {
        let Some(value) = tab.table.get(name) else { return default };
        let parsed = value.get_ref().as_integer().and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
        match parsed {
            Some(n) if range.contains(&n) => n,
            _ => {
                let wanted = format!("a whole number from {} to {}", range.start(), range.end());
                if value.get_ref().is_integer() {
                    self.error(
                        &value.span(),
                        &tab.child(name),
                        format!("`{name}` is out of range"),
                        format!("Write {wanted}."),
                    );
                } else {
                    self.wrong_type(tab, name, value, &wanted);
                }
                default
            }
        }
    }

    /// A list of strings; empty when missing.
    pub(super) fn strings(&mut self, tab: &Tab<'_, '_>, name: &str) -> Vec<Text> {
        let Some(value) = tab.table.get(name) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(tab, name, value, "a list, such as [\"one\", \"two\"]");
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, item) in array.iter().enumerate() {
            let key = format!("{}[{}]", tab.child(name), at + 1);
            match item.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => {
                    found.push(Text { value: text.clone().into_owned(), span: item.span(), key });
                }
                DeValue::String(_) => {
                    self.error(&item.span(), &key, "this entry is empty", "Fill it in or take it out.")
                }
                other => {
                    let what = format!("this is {}, not text in quotes", kind(other));
                    self.error(&item.span(), &key, what, "Put it in quotes.");
                }
            }
        }
        found
    }

    /// Text by language: one string (in `main`) or a table of them.
    pub(super) fn by_language(&mut self, tab: &Tab<'_, 'i>, name: &str, main: &str) -> Vec<(Text, Text)> {
        match tab.table.get(name) {
            Some(value) if value.get_ref().is_table() => {
                let Some(inner) = self.table(tab, name) else { return Vec::new() };
                let keys: Vec<_> = inner.table.keys().map(|k| (k.get_ref().clone().into_owned(), k.span())).collect();
                keys.into_iter()
                    .filter_map(|(key, span)| {
                        let text = self.string(&inner, &key, true)?;
                        Some((Text { key: inner.child(&key), value: key, span }, text))
                    })
                    .collect()
            }
            Some(_) => self
                .string(tab, name, true)
                .map(|text| (Text { value: main.to_owned(), span: text.span.clone(), key: text.key.clone() }, text))
                .into_iter()
                .collect(),
            None => Vec::new(),
        }
    }

    /// Every key of a table of strings.
    pub(super) fn string_table(&mut self, tab: &Tab<'_, '_>) -> Vec<(String, Text)> {
        let keys: Vec<String> = tab.table.keys().map(|k| k.get_ref().clone().into_owned()).collect();
        keys.into_iter().filter_map(|key| self.string(tab, &key, true).map(|text| (key, text))).collect()
    }

    /// A table; nothing when missing.
    pub(super) fn table<'t>(&mut self, tab: &Tab<'t, 'i>, name: &str) -> Option<Tab<'t, 'i>> {
        let value = tab.table.get(name)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(tab, name, value, &format!("a section `[{}]`", tab.child(name)));
            return None;
        };
        Some(Tab { table, key: tab.child(name), span: value.span() })
    }

    /// A list of tables; empty when missing.
    pub(super) fn tables<'t>(&mut self, tab: &Tab<'t, 'i>, name: &str) -> Vec<Tab<'t, 'i>> {
        let Some(value) = tab.table.get(name) else { return Vec::new() };
        let wanted = format!("sections `[[{}]]`, one for each", tab.bare(name));
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(tab, name, value, &wanted);
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, item) in array.iter().enumerate() {
            match item.get_ref().as_table() {
                Some(table) => {
                    found.push(Tab { table, key: format!("{}[{}]", tab.child(name), at + 1), span: item.span() })
                }
                None => self.wrong_type(tab, name, item, &wanted),
            }
        }
        found
    }
}

impl<'t, 'i> Tab<'t, 'i> {
    /// The document itself.
    pub(super) fn root(document: &'t Spanned<DeTable<'i>>) -> Self {
        Self { table: document.get_ref(), key: String::new(), span: 0..0 }
    }

    /// The way to one of its keys.
    pub(super) fn child(&self, name: &str) -> String {
        if self.key.is_empty() { name.to_owned() } else { format!("{}.{name}", self.key) }
    }

    /// The same without numbers, as a header is written.
    fn bare(&self, name: &str) -> String {
        let mut inside = false;
        self.child(name)
            .chars()
            .filter(|c| {
                inside = (inside || *c == '[') && *c != ']';
                !inside && *c != ']'
            })
            .collect()
    }

    /// True when the key is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// Line and column (in characters), from 1.
pub(super) fn position(text: &str, at: usize) -> (u64, u64) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u64::try_from(line).unwrap_or(u64::MAX), u64::try_from(column).unwrap_or(u64::MAX))
}

/// The name that `word` was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = crate::domain::script::fold_name(word);
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&folded, &crate::domain::script::fold_name(name)), name))
        .filter(|(likeness, _)| *likeness >= 0.82)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
