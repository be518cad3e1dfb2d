//! Reads persona files (TOML). Everything wrong with a file is said at once, with line and remedy.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::expect::{Expect, Wish};
use super::persona::{Fate, Persona, Personas, QuestionKind, Reaction, START, Trigger};
use crate::exchange::problem::FileProblem;

const PERSONA_KEYS: &[&str] = &["id", "title", "weight", "language", "short", "fate", "reaction"];
const REACTION_KEYS: &[&str] = &["in", "on", "words", "says", "after", "to", "expect", "avoid"];
const EXPECT_KEYS: &[&str] = &["answer", "opt_out", "not_opt_out", "wrong_number", "close", "reply_minutes"];
const KIND_KEYS: &[&str] = &["name", "questions", "values"];

type Value<'i> = Spanned<DeValue<'i>>;

/// The personas that come with the program.
///
/// # Errors
/// Never with an unchanged program; a test reads them.
pub fn built_in() -> Result<Personas, Vec<FileProblem>> {
    let mut personas = Personas::default();
    let mut problems = Vec::new();
    for (name, text) in [
        ("assets/personas/en.toml", include_str!("../../assets/personas/en.toml")),
        ("assets/personas/es.toml", include_str!("../../assets/personas/es.toml")),
    ] {
        match parse(Path::new(name), text) {
            Ok(more) => personas.add(more),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(personas) } else { Err(problems) }
}

/// The voters of a practice in this language (`en`, `es`); English ones for any other.
///
/// # Errors
/// Never with an unchanged program; a test reads them.
pub fn of_practice(language: &str) -> Result<Personas, Vec<FileProblem>> {
    let text = include_str!("../../assets/personas/practice.toml");
    let mut personas = parse(Path::new("assets/personas/practice.toml"), text)?;
    let language = if personas.all.iter().any(|one| one.language == language) { language } else { "en" };
    personas.all.retain(|one| one.language == language);
    Ok(personas)
}

/// Reads a person's own file.
///
/// # Errors
/// Every problem of the file at once.
pub fn load(path: &Path) -> Result<Personas, Vec<FileProblem>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![FileProblem {
            file: path.to_owned(),
            line: None,
            column: None,
            field: None,
            what: format!("the file cannot be read: {error}"),
            remedy: "Check the path and that the file is text in UTF-8".into(),
            fatal: true,
        }]
    })?;
    parse(path, &text)
}

impl Personas {
    /// Adds personas and kinds; one with a known id or name takes the place of the former.
    pub fn add(&mut self, more: Self) {
        for persona in more.all {
            match self.all.iter_mut().find(|p| p.id == persona.id) {
                Some(place) => *place = persona,
                None => self.all.push(persona),
            }
        }
        self.kinds.extend(more.kinds);
    }
}

/// Reads the text of a persona file.
///
/// # Errors
/// Every problem of the text at once.
pub fn parse(file: &Path, text: &str) -> Result<Personas, Vec<FileProblem>> {
    let mut reader = Reader { file, text, problems: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    // A contact list, say: each of its lines would be told as a fault.
    if errors.len() > 1 && !["persona", "kind"].iter().any(|key| root.get_ref().contains_key(*key)) {
        let remedy = "Name a TOML file with [[persona]] sections; a contact list belongs behind --contacts";
        reader.problem(0..0, None, "this is no persona file", remedy);
        return Err(reader.problems);
    }
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        reader.problem(span, None, error.message(), "Correct the TOML here");
    }
    let mut personas = Personas::default();
    let mut ids = BTreeSet::new();
    for (key, value) in root.get_ref() {
        match key.get_ref().as_ref() {
            "persona" => {
                for table in reader.tables(value, "persona") {
                    let Some(persona) = reader.persona(table) else { continue };
                    if ids.insert(persona.id.clone()) {
                        personas.all.push(Arc::new(persona));
                    } else {
                        let what = format!("the persona `{}` is in the file twice", persona.id);
                        reader.problem(table.span(), Some("id"), &what, "Give each persona its own id");
                    }
                }
            }
            "kind" => {
                for table in reader.tables(value, "kind") {
                    if let Some((name, kind)) = reader.kind(table) {
                        personas.kinds.insert(name, kind);
                    }
                }
            }
            other => reader.unknown(key.span(), other, &["persona", "kind"]),
        }
    }
    if personas.all.is_empty() && personas.kinds.is_empty() && reader.problems.is_empty() {
        reader.problem(0..0, None, "the file has no persona", "Begin one with [[persona]]");
    }
    if reader.problems.is_empty() {
        Ok(personas)
    } else {
        reader.problems.sort_by_key(|p| (p.line, p.column));
        Err(reader.problems)
    }
}

struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    problems: Vec<FileProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, span: Range<usize>, field: Option<&str>, what: &str, remedy: &str) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        self.problems.push(FileProblem {
            file: self.file.to_owned(),
            line: Some(line as u64),
            column: Some(column as u64),
            field: field.map(str::to_owned),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
            fatal: true,
        });
    }

    fn unknown(&mut self, span: Range<usize>, key: &str, known: &[&str]) {
        let near = known
            .iter()
            .map(|k| (strsim::damerau_levenshtein(k, key), k))
            .min()
            .filter(|(distance, _)| *distance <= 3)
            .map_or_else(|| format!("Known here: {}", known.join(", ")), |(_, k)| format!("Did you mean `{k}`?"));
        self.problem(span, Some(key), "this key is not known", &near);
    }

    fn tables<'v, 'i>(&mut self, value: &'v Value<'i>, field: &str) -> Vec<&'v Value<'i>> {
        if let DeValue::Array(items) = value.get_ref() {
            return items.iter().collect();
        }
        self.problem(value.span(), Some(field), "a list of tables is needed", &format!("Write [[{field}]]"));
        Vec::new()
    }

    fn table<'v, 'i>(&mut self, value: &'v Value<'i>, known: &[&str]) -> Option<&'v DeTable<'i>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.problem(value.span(), None, "a table is needed here", "Write key = value lines");
            return None;
        };
        for key in table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                self.unknown(key.span(), key.get_ref(), known);
            }
        }
        Some(table)
    }

    /// A field of any type serde knows; a wrong type is a problem.
    fn field<T: for<'d> Deserialize<'d>>(&mut self, table: &DeTable<'_>, key: &str, wanted: &str) -> Option<T> {
        let value = table.get(key)?;
        let read = T::deserialize(toml::de::ValueDeserializer::from(value.clone()));
        if read.is_err() {
            self.problem(
                value.span(),
                Some(key),
                &format!("{wanted} is needed"),
                "See the personas in assets/personas",
            );
        }
        read.ok()
    }

    fn needed<T: for<'d> Deserialize<'d>>(
        &mut self,
        span: Range<usize>,
        table: &DeTable<'_>,
        key: &str,
        wanted: &str,
    ) -> Option<T> {
        if table.get(key).is_none() {
            self.problem(span, Some(key), &format!("`{key}` is missing"), &format!("Add {wanted}"));
        }
        self.field(table, key, wanted)
    }

    fn span_of(table: &DeTable<'_>, key: &str) -> Range<usize> {
        table.get(key).map_or(0..0, Spanned::span)
    }

    fn persona(&mut self, value: &Value<'_>) -> Option<Persona> {
        let span = value.span();
        let table = self.table(value, PERSONA_KEYS)?;
        let id: Option<String> = self.needed(span.clone(), table, "id", "a short name");
        let title: Option<String> = self.needed(span.clone(), table, "title", "a name for the scorecard");
        let weight = self.field(table, "weight", "a whole number from 0 up").unwrap_or(1);
        let language = self.field(table, "language", "a language such as \"en\"").unwrap_or_else(|| "en".to_owned());
        let short = self.field(table, "short", "a place from 1 up");
        let fate = match self.field::<String>(table, "fate", "\"delivered\"").as_deref() {
            None | Some("delivered") => Fate::Delivered,
            Some("landline") => Fate::Landline,
            Some("carrier_failure") => Fate::CarrierFailure,
            Some(_) => {
                let remedy = "Write delivered, landline or carrier_failure";
                self.problem(Self::span_of(table, "fate"), Some("fate"), "this fate is not known", remedy);
                Fate::Delivered
            }
        };
        let mut reactions = Vec::new();
        if let Some(list) = table.get("reaction") {
            for item in self.tables(list, "persona.reaction") {
                if let Some(reaction) = self.reaction(item) {
                    reactions.push((item.span(), reaction));
                }
            }
        } else if fate == Fate::Delivered {
            self.problem(
                span,
                Some("reaction"),
                "this persona never does anything",
                "Add [[persona.reaction]] with on = \"initial\"",
            );
        }
        let known: BTreeSet<&str> =
            std::iter::once(START).chain(reactions.iter().filter_map(|(_, r)| r.to.as_deref())).collect();
        for (at, reaction) in &reactions {
            if !known.contains(reaction.state.as_str()) {
                let what = format!("no reaction leads to the state `{}`", reaction.state);
                self.problem(
                    at.clone(),
                    Some("in"),
                    &what,
                    "Name it in the `to` of another reaction, or take this one out",
                );
            }
        }
        let reactions = reactions.into_iter().map(|(_, r)| r).collect();
        Some(Persona { id: id?, title: title?, weight, language, short, fate, reactions })
    }

    fn reaction(&mut self, value: &Value<'_>) -> Option<Reaction> {
        let span = value.span();
        let table = self.table(value, REACTION_KEYS)?;
        let words: Vec<String> = self.field(table, "words", "a list of words").unwrap_or_default();
        let on: Option<String> =
            self.needed(span.clone(), table, "on", "on = \"initial\", \"words\", \"any\" or \"notice\"");
        let trigger = match on.as_deref() {
            Some("initial") => Some(Trigger::Initial),
            Some("any") => Some(Trigger::Any),
            Some("notice") => Some(Trigger::Notice),
            Some("words") if words.is_empty() => {
                self.problem(span, Some("words"), "no words are named", "Add words = [\"...\"], or write on = \"any\"");
                None
            }
            Some("words") => Some(Trigger::Words(words)),
            Some(_) => {
                self.problem(
                    Self::span_of(table, "on"),
                    Some("on"),
                    "this is not known",
                    "Write initial, words, any or notice",
                );
                None
            }
            None => None,
        };
        let after: Vec<u32> = self.field(table, "after", "two numbers of seconds").unwrap_or_else(|| vec![10, 60]);
        let after = match after.as_slice() {
            [from, to] if from <= to => Some((*from, *to)),
            _ => {
                self.problem(
                    Self::span_of(table, "after"),
                    Some("after"),
                    "this is no range",
                    "Write after = [shortest, longest] in seconds",
                );
                None
            }
        };
        let expect = table.get("expect").map_or_else(|| Some(Expect::default()), |value| self.expect(value));
        Some(Reaction {
            state: self.field(table, "in", "the name of a state").unwrap_or_else(|| START.to_owned()),
            on: trigger?,
            says: self.field(table, "says", "a list of wordings").unwrap_or_default(),
            after: after?,
            to: self.field(table, "to", "the name of a state"),
            expect: expect?,
            avoid: self.field(table, "avoid", "a list of words").unwrap_or_default(),
        })
    }

    fn expect(&mut self, value: &Value<'_>) -> Option<Expect> {
        let table = self.table(value, EXPECT_KEYS)?;
        let answer = match self.field::<String>(table, "answer", "\"kind=meaning\"") {
            None => None,
            Some(text) => match text.split_once('=') {
                Some((kind, meaning)) => Some((kind.trim().to_owned(), meaning.trim().to_owned())),
                None => {
                    let remedy = "Write answer = \"support=yes\"";
                    self.problem(Self::span_of(table, "answer"), Some("answer"), "no meaning is named", remedy);
                    None
                }
            },
        };
        let opt_out = match self.field::<String>(table, "opt_out", "\"word\" or \"other_words\"").as_deref() {
            None => None,
            Some("word") => Some(Wish::Word),
            Some("other_words") => Some(Wish::OtherWords),
            Some(_) => {
                let remedy = "Write word or other_words";
                self.problem(Self::span_of(table, "opt_out"), Some("opt_out"), "this is not known", remedy);
                None
            }
        };
        Some(Expect {
            answer,
            opt_out,
            not_opt_out: self.field(table, "not_opt_out", "true or false").unwrap_or(false),
            wrong_number: self.field(table, "wrong_number", "true or false").unwrap_or(false),
            close: self.field(table, "close", "true or false").unwrap_or(false),
            reply_minutes: self.field(table, "reply_minutes", "a number of minutes"),
        })
    }

    fn kind(&mut self, value: &Value<'_>) -> Option<(String, QuestionKind)> {
        let table = self.table(value, KIND_KEYS)?;
        let name: Option<String> = self.needed(value.span(), table, "name", "a name such as \"support\"");
        let questions: Option<Vec<String>> =
            self.needed(value.span(), table, "questions", "words that such a question has");
        let values: BTreeMap<String, Vec<String>> =
            self.field(table, "values", "meaning = [\"answer value\", ...]").unwrap_or_default();
        Some((name?, QuestionKind { questions: questions?, values }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Else a rehearsal in Spanish would keep the score by answers that its script does not have.
    #[test]
    fn what_a_persona_means_is_the_same_answer_of_the_built_in_script_in_both_languages() {
        use crate::exchange::sample;
        use crate::rehearsal::expect::in_script;
        let personas = built_in().expect("the assets are right");
        let (english, spanish) =
            (sample::campaign().expect("the sample"), sample::campaign_in("es").expect("the same"));
        let mut found = 0;
        for (kind, meaning) in
            personas.kinds.iter().flat_map(|(name, kind)| kind.values.keys().map(move |meaning| (name, meaning)))
        {
            let place = |def: &crate::domain::campaign::CampaignDef| {
                let (id, value) = in_script(def, &personas, kind, meaning)?;
                let at = def.questions.iter().position(|question| question.id == id)?;
                Some((at, def.questions[at].answers.iter().position(|answer| answer.value == value)?))
            };
            assert_eq!(place(&spanish), place(&english), "{kind} = {meaning}");
            found += usize::from(place(&english).is_some());
        }
        assert!(found >= 6, "{found}");
    }

    #[test]
    fn the_built_in_personas_are_read_and_there_are_enough() {
        let personas = built_in().expect("the assets are right");
        assert!(personas.all.len() >= 20, "{}", personas.all.len());
        let places: Vec<_> = personas.all.iter().filter_map(|p| p.short).collect::<BTreeSet<_>>().into_iter().collect();
        assert_eq!(places, (1..=8).collect::<Vec<_>>(), "the short rehearsal has eight places");
        let short: Vec<_> = personas.all.iter().filter(|p| p.short.is_some()).collect();
        assert_eq!(short.len(), 8);
        assert!(short.iter().any(|p| p.language == "es"));
        for wanted in [
            "supporter",
            "undecided",
            "where_to_vote",
            "volunteer",
            "wrong_number",
            "who_is_this",
            "how_number",
            "spanish",
            "abusive",
            "stop",
            "stop_the_bill",
            "other_words",
            "late",
            "silent",
            "landline",
            "carrier_failure",
        ] {
            assert!(personas.all.iter().any(|p| p.id == wanted), "{wanted}");
        }
    }

    /// Every state that a reaction speaks of can be come to from the start, and every meaning has its words.
    #[test]
    fn every_expectation_can_be_reached() {
        let personas = built_in().expect("the assets are right");
        for persona in &personas.all {
            let mut reached = BTreeSet::from([START]);
            loop {
                let before = reached.len();
                for reaction in &persona.reactions {
                    if reached.contains(reaction.state.as_str()) {
                        reached.extend(reaction.to.as_deref());
                    }
                }
                if reached.len() == before {
                    break;
                }
            }
            for reaction in &persona.reactions {
                assert!(reached.contains(reaction.state.as_str()), "{}: {}", persona.id, reaction.state);
                assert!(
                    !reaction.expect.wants_something() || !reaction.says.is_empty(),
                    "{}: silence wants nothing",
                    persona.id
                );
                if let Some((kind, meaning)) = &reaction.expect.answer {
                    let kind = personas.kinds.get(kind).unwrap_or_else(|| panic!("{}: kind {kind}", persona.id));
                    assert!(kind.values.contains_key(meaning), "{}: {meaning}", persona.id);
                }
            }
        }
    }

    #[test]
    fn a_practice_has_its_eight_voters_in_each_language() {
        for language in ["en", "es"] {
            let personas = of_practice(language).expect("the asset is right");
            let mut places: Vec<_> = personas.all.iter().filter_map(|one| one.short).collect();
            places.sort_unstable();
            assert_eq!(places, (1..=8).collect::<Vec<_>>());
            assert!(personas.all.iter().all(|one| one.language == language));
        }
        assert_eq!(of_practice("xx").expect("English").all.len(), 8);
    }

    #[test]
    fn all_problems_come_at_once_with_line_and_remedy() {
        let text = "[[persona]]\nid = \"a\"\nwieght = 3\n\n[[persona.reaction]]\non = \"sometimes\"\nafter = [9, 1]\n\n[[persona]]\ntitle = 7\n";
        let problems = parse(Path::new("mine.toml"), text).expect_err("it is wrong in many ways");
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for wanted in [
            "mine.toml:1:1: error in `title`: `title` is missing. Add a name for the scorecard",
            "mine.toml:3:1: error in `wieght`: this key is not known. Did you mean `weight`?",
            "mine.toml:6:6: error in `on`: this is not known. Write initial, words, any or notice",
            "mine.toml:7:9: error in `after`: this is no range. Write after = [shortest, longest] in seconds",
            "mine.toml:9:1: error in `id`: `id` is missing. Add a short name",
            "mine.toml:10:9: error in `title`: a name for the scorecard is needed. See the personas in assets/personas",
        ] {
            assert!(said.iter().any(|s| s == wanted), "{wanted}\nis not among\n{}", said.join("\n"));
        }
    }

    #[test]
    fn a_contact_list_is_told_in_one_line() {
        let list = "first name,cell\nAna,2122000002\nBo,2122000003\n";
        let problems = parse(Path::new("list.csv"), list).expect_err("no personas");
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("this is no persona file") && said[0].contains("--contacts"), "{said:?}");
    }

    #[test]
    fn broken_toml_says_where() {
        let problems = parse(Path::new("mine.toml"), "[[persona]\nid = 1").expect_err("no TOML");
        assert_eq!(problems[0].line, Some(1));
    }
}
