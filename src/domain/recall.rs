//! Recalls: what of a campaign must not be said any more (a wrong polling place at 7 pm), and which texts carry it.
//!
//! A text carries it by where it came from (the version of the script, the wording, the canned reply) or by its words: a draft
//! that was put away and taken up again does not say any more where it came from.

mod quoting;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign::{CampaignDef, fill_text};
use super::message::MessageKind;
use super::script::{Field, Fill, Source, Template, fold_name, lookup};
use super::survey::Answer;

pub use quoting::{is_same, is_same_value, of_values, puts_in, quotes, quotes_anew, said_in, same_words};

/// What is recalled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "recalled", rename_all = "snake_case")]
pub enum Recalled {
    /// A whole version of the script.
    Script {
        /// Which; 0: the one in force.
        #[serde(default)]
        version: u32,
    },
    /// One wording of the first text.
    Wording {
        /// Its name.
        name: String,
        /// As it stood in this version; 0: the one in force.
        #[serde(default)]
        version: u32,
    },
    /// A canned reply.
    Canned {
        /// Its id.
        id: String,
        /// As it stood in this version; 0: the one in force.
        #[serde(default)]
        version: u32,
    },
    /// The line of the script that follows an answer.
    Answer {
        /// The question's id.
        question: String,
        /// The answer's value.
        value: String,
        /// As it stood in this version; 0: the one in force.
        #[serde(default)]
        version: u32,
    },
    /// The value of a contact field.
    Field {
        /// The field, as the script names it.
        name: String,
        /// What must not be said; three letters or digits at least.
        value: String,
    },
}

impl Recalled {
    /// The version that is meant: 0 for the one in force; none for a field.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        match self {
            Self::Script { version }
            | Self::Wording { version, .. }
            | Self::Canned { version, .. }
            | Self::Answer { version, .. } => Some(*version),
            Self::Field { .. } => None,
        }
    }

    /// The same of this version.
    #[must_use]
    pub fn of_version(mut self, of: u32) -> Self {
        match &mut self {
            Self::Script { version }
            | Self::Wording { version, .. }
            | Self::Canned { version, .. }
            | Self::Answer { version, .. } => *version = of,
            Self::Field { .. } => {}
        }
        self
    }

    /// Its words in a version of the script, with merge fields, the campaign's variables filled in; none when it is not there or
    /// says nothing.
    #[must_use]
    pub fn words_in(&self, def: &CampaignDef) -> Option<Vec<String>> {
        let texts: Vec<&String> = match self {
            Self::Script { .. } => return Some(def.texts().map(|text| with_variables(def, text)).collect()),
            Self::Wording { name, .. } => {
                def.initial.iter().filter(|one| one.name == *name).map(|one| &one.text).collect()
            }
            Self::Canned { id, .. } => {
                def.canned.iter().filter(|one| one.id == *id).flat_map(|one| one.text.values()).collect()
            }
            Self::Answer { question, value, .. } => {
                let answers = def.questions.iter().filter(|one| one.id == *question).flat_map(|one| &one.answers);
                answers.filter(|one| one.value == *value).flat_map(Answer::replies).flat_map(BTreeMap::values).collect()
            }
            Self::Field { .. } => return Some(Vec::new()),
        };
        (!texts.is_empty()).then(|| texts.into_iter().map(|text| with_variables(def, text)).collect())
    }
}

/// True when a text is of a line of the script `was` that says the same in the script `now`: its wording, its canned reply, or the line
/// after its answer. What a texter changed is not.
#[must_use]
pub fn says_the_same(said: &Said<'_>, was: &CampaignDef, now: &CampaignDef) -> bool {
    if said.off_script {
        return false;
    }
    let same = |line: Recalled| line.words_in(was).is_some_and(|words| Some(words) == line.words_in(now));
    if said.kind == MessageKind::Initial {
        return said.variant.is_some_and(|name| same(Recalled::Wording { name: name.to_owned(), version: 0 }));
    }
    match said.source.and_then(|source| source.split_once(':')) {
        Some(("canned", id)) => same(Recalled::Canned { id: id.to_owned(), version: 0 }),
        Some(("answer", id)) => {
            let of = was.questions.iter().filter(|question| question.id == id).flat_map(|question| &question.answers);
            // The source names the question alone: its words say which answer it was.
            let mut lines = of
                .map(|answer| Recalled::Answer { question: id.to_owned(), value: answer.value.clone(), version: 0 })
                .filter(|line| {
                    line.words_in(was).is_some_and(|words| words.iter().any(|text| is_filled(said.body, text)))
                })
                .peekable();
            lines.peek().is_some() && lines.all(same)
        }
        _ => false,
    }
}

/// A recall in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recall {
    /// Its number.
    pub id: i64,
    /// What is recalled.
    pub what: Recalled,
    /// The versions of the script in which it stands in these very words.
    #[serde(default)]
    pub versions: Vec<u32>,
    /// Its words, with merge fields. Of a field's value, in the campaign that puts it right: the lines that may quote it.
    #[serde(default)]
    pub texts: Vec<String>,
    /// Why, in a captain's words; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A text and where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What for.
    pub kind: MessageKind,
    /// Its words.
    pub body: &'a str,
    /// The script's version under which it was confirmed.
    pub script_version: u32,
    /// The wording, for a first text.
    pub variant: Option<&'a str>,
    /// `canned:ID`, `answer:QUESTION`.
    pub source: Option<&'a str>,
    /// The texter changed the words of the script.
    pub off_script: bool,
}

impl Recall {
    /// True when what was taken back stands in this script in the same words: it stays shut there.
    #[must_use]
    pub fn is_unchanged_in(&self, def: &CampaignDef) -> bool {
        self.what.version().is_some() && self.what.words_in(def).is_some_and(|words| words == self.texts)
    }

    /// True when it is this line of the script, in this version.
    fn covers(&self, version: u32) -> bool {
        self.versions.contains(&version)
    }

    /// True when the text came from what is recalled, whatever became of its words.
    #[must_use]
    pub fn is_source_of(&self, said: &Said<'_>) -> bool {
        let from = |kind: &str, id: &str| {
            said.source.and_then(|source| source.strip_prefix(kind)).and_then(|rest| rest.strip_prefix(':')) == Some(id)
        };
        let initial = said.kind == MessageKind::Initial;
        self.covers(said.script_version)
            && match &self.what {
                Recalled::Script { .. } => initial || said.source.is_some() || !said.off_script,
                Recalled::Wording { name, .. } => initial && said.variant == Some(name),
                Recalled::Canned { id, .. } => from("canned", id),
                // The source names the question alone: its other answers have other words, unless somebody changed them.
                Recalled::Answer { question, .. } => {
                    from("answer", question)
                        && (said.off_script || self.texts.iter().any(|text| is_filled(said.body, text)))
                }
                Recalled::Field { .. } => false,
            }
    }

    /// True when the text has its words in it.
    #[must_use]
    pub fn is_in(&self, body: &str) -> bool {
        match &self.what {
            Recalled::Field { value, .. } => has_phrase(body, value) && !self.is_quoted_by(body),
            _ => self.texts.iter().any(|text| has_template(body, text)),
        }
    }

    /// True when the script in force still has this canned reply, and it is recalled.
    #[must_use]
    pub fn takes_canned(&self, canned: &str, version: u32) -> bool {
        let this = match &self.what {
            Recalled::Canned { id, .. } => id == canned,
            Recalled::Script { .. } => true,
            _ => false,
        };
        this && self.covers(version)
    }

    /// The same of the line after an answer.
    #[must_use]
    pub fn takes_answer(&self, of: &str, chosen: Option<&str>, version: u32) -> bool {
        let this = match &self.what {
            Recalled::Answer { question, value, .. } => question == of && chosen == Some(value),
            Recalled::Script { .. } => true,
            _ => false,
        };
        this && self.covers(version)
    }
}

/// The first recall that a text carries. `as_it_stands`: the text is word for word what the script in force says to this contact
/// now; asked only when the words alone speak against it, as what was put right may well hold the words of what was wrong.
pub fn carried<'r>(recalls: &'r [Recall], said: &Said<'_>, as_it_stands: impl FnOnce() -> bool) -> Option<&'r Recall> {
    if let Some(source) = recalls.iter().find(|recall| recall.is_source_of(said)) {
        return Some(source);
    }
    let mut by_words = recalls.iter().filter(|recall| recall.is_in(said.body)).peekable();
    // A value is wrong wherever it stands.
    let field = by_words.peek().is_some() && recalls.iter().any(|one| is_field(one) && one.is_in(said.body));
    let first = by_words.next()?;
    (field || !as_it_stands()).then_some(first)
}

fn is_field(recall: &Recall) -> bool {
    matches!(recall.what, Recalled::Field { .. })
}

/// True when these are the words of a line of the script in force for this contact, which is not recalled itself.
#[must_use]
pub fn stands_in(
    def: &CampaignDef,
    recalls: &[Recall],
    body: &str,
    fields: &BTreeMap<String, String>,
    texter: &str,
) -> bool {
    let takes = |recall: &Recall, words: &String| match &recall.what {
        // All lines of a version were taken back: those that stand unchanged in a newer one were looked at again.
        Recalled::Script { .. } => recall.is_unchanged_in(def),
        Recalled::Field { .. } => false,
        _ => recall.texts.contains(words),
    };
    def.texts().filter(|text| fill_text(def, text, fields, texter).is_ok_and(|filled| filled == body)).any(|text| {
        let words = with_variables(def, text);
        !recalls.iter().any(|recall| takes(recall, &words))
    })
}

/// The recalls of whose lines a script still holds one in the very words; of all lines of a version: when it holds them all.
#[must_use]
pub fn repeated_in(def: &CampaignDef, recalls: &[Recall]) -> Vec<i64> {
    let all: Vec<String> = def.texts().map(|text| with_variables(def, text)).collect();
    let repeats = |recall: &&Recall| match &recall.what {
        Recalled::Script { .. } => recall.is_unchanged_in(def),
        Recalled::Field { .. } => false,
        _ => recall.texts.iter().any(|text| all.contains(text)),
    };
    recalls.iter().filter(repeats).map(|recall| recall.id).collect()
}

/// True when a contact's fields hold a recalled value.
#[must_use]
pub fn holds(recalled: &Recalled, fields: &BTreeMap<String, String>) -> bool {
    match recalled {
        Recalled::Field { name, value } => lookup(fields, name).is_some_and(|held| folded(held) == folded(value)),
        _ => false,
    }
}

/// True when a text with merge fields uses this one.
#[must_use]
pub fn uses_field(text: &str, name: &str) -> bool {
    let wanted = fold_name(name);
    Template::parse(text).is_ok_and(|template| {
        template.fields().any(|field| field.source == Source::Contact && fold_name(&field.name) == wanted)
    })
}

/// Letters and digits of a value that is recalled, at least: fewer are in too many words.
pub const LEAST: usize = 3;

/// How many letters and digits there are.
#[must_use]
pub fn weight(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Letters and digits that the fixed words of a line must have to be known again in other words.
const KNOWN_AGAIN: usize = 8;

/// Stands for a merge field while a line is taken apart; no text can hold it.
const GAP: char = '\u{1}';

fn with_variables(def: &CampaignDef, text: &str) -> String {
    put_in(text, |field| match field.source {
        Source::Variable => {
            lookup(&def.variables, field.variable()).map(str::to_owned).or_else(|| field.fallback.clone())
        }
        _ => None,
    })
}

/// A line with some of its fields put in; the others stay merge fields.
fn put_in(text: &str, value_of: impl Fn(&Field) -> Option<String>) -> String {
    let Ok(template) = Template::parse(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for field in template.fields() {
        let value = value_of(field);
        let end = text.get(field.at..).and_then(|rest| rest.find('}')).map(|length| field.at + length + 1);
        let (Some(value), Some(end), Some(before)) = (value, end, text.get(done..field.at)) else { continue };
        out.push_str(before);
        out.push_str(&value.replace('{', "{{").replace('}', "}}"));
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Small letters, single spaces.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn has_phrase(body: &str, phrase: &str) -> bool {
    phrases_in(body, phrase) > 0
}

/// How often a phrase stands in a text, between other words.
fn phrases_in(body: &str, phrase: &str) -> usize {
    let (body, phrase) = (folded(body), folded(phrase));
    if phrase.is_empty() {
        return 0;
    }
    let stands = |at: usize, found: &str| {
        let before = body[..at].chars().next_back();
        let after = body[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    body.match_indices(&phrase).filter(|(at, found)| stands(*at, found)).count()
}

/// True when the fixed words of a line stand in a text, in their order.
fn has_template(body: &str, text: &str) -> bool {
    let pieces = fixed_words(text);
    let all: usize = pieces.iter().map(|piece| weight(piece)).sum();
    let body = folded(body);
    if all < KNOWN_AGAIN {
        // "Thanks!" is in many a text: only the whole of it counts.
        return matches!(pieces.as_slice(), [only] if *only == body);
    }
    let mut rest = body.as_str();
    pieces.iter().all(|piece| match rest.split_once(piece.as_str()) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

/// True when a text is this line with something in its fields, from its first word to its last.
fn is_filled(body: &str, text: &str) -> bool {
    let (body, whole) = (folded(body), with_gaps(text));
    let pieces: Vec<String> = whole.split(GAP).map(folded).collect();
    let [first, between @ .., last] = pieces.as_slice() else { return pieces.first() == Some(&body) };
    let Some(mut rest) = body.strip_prefix(first.as_str()) else { return false };
    for piece in between {
        let Some((_, after)) = rest.split_once(piece.as_str()) else { return false };
        rest = after;
    }
    rest.ends_with(last.as_str())
}

/// What of a line is the same for everybody, piece by piece.
fn fixed_words(text: &str) -> Vec<String> {
    with_gaps(text).split(GAP).map(folded).filter(|piece| weight(piece) > 0).collect()
}

/// A line with [`GAP`] in place of each field.
fn with_gaps(text: &str) -> Cow<'_, str> {
    match Template::parse(text) {
        Ok(template) => {
            let gap = GAP.to_string();
            let of = |source: Source| -> BTreeMap<String, String> {
                let named = template.fields().filter(|field| field.source == source);
                named
                    .map(|field| if source == Source::Variable { field.variable() } else { field.name.as_str() })
                    .map(|name| (name.to_owned(), gap.clone()))
                    .collect()
            };
            let (fields, variables) = (of(Source::Contact), of(Source::Variable));
            let fill = Fill { fields: &fields, texter: &gap, variables: &variables };
            Cow::Owned(template.fill(&fill).unwrap_or_default())
        }
        Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn recall(what: Recalled, versions: &[u32], texts: &[&str]) -> Recall {
        Recall {
            id: 1,
            what,
            versions: versions.to_vec(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            reason: String::new(),
        }
    }

    fn initial(body: &str, version: u32, variant: &'static str) -> (String, u32, &'static str) {
        (body.to_owned(), version, variant)
    }

    #[rstest]
    #[case::the_very_words("Hi Ana, vote at 12 Oak St until 7 pm!", true)]
    #[case::other_case_and_spaces("hi BEN,  vote at 12 Oak st until\n7 pm!", true)]
    #[case::something_put_before_it("Sorry! Hi Ana, vote at 12 Oak St until 7 pm! Bye", true)]
    #[case::put_right("Hi Ana, vote at 12 Elm St until 8 pm!", false)]
    #[case::free_words("Hi Ana, thank you!", false)]
    fn a_line_is_known_by_its_fixed_words(#[case] body: &str, #[case] known: bool) {
        let what = Recalled::Canned { id: "where".into(), version: 1 };
        assert_eq!(recall(what, &[1], &["Hi {firstName}, vote at 12 Oak St until 7 pm!"]).is_in(body), known);
    }

    #[rstest]
    #[case("Thanks!", true)]
    #[case("thanks!", true)]
    #[case("Thanks! See you at the school.", false)]
    fn a_word_that_is_in_many_texts_counts_only_alone(#[case] body: &str, #[case] known: bool) {
        let what = Recalled::Canned { id: "thanks".into(), version: 1 };
        assert_eq!(recall(what, &[1], &["Thanks!"]).is_in(body), known);
    }

    #[rstest]
    #[case("Polls close at 7 PM.", true)]
    #[case("Polls close at 7  pm", true)]
    #[case("Polls close at 17 pm", false)]
    #[case("Polls close at 7 pmx", false)]
    fn a_value_is_found_between_words(#[case] body: &str, #[case] found: bool) {
        let what = Recalled::Field { name: "closes".into(), value: "7 pm".into() };
        assert_eq!(recall(what, &[], &[]).is_in(body), found);
    }

    #[rstest]
    #[case::wording_as_before(MessageKind::Initial, Some("a"), None, "", false, true)]
    #[case::wording_mended(MessageKind::Initial, Some("b"), None, "", false, false)]
    #[case::wording_that_is_gone(MessageKind::Initial, Some("c"), None, "", false, false)]
    #[case::changed_by_the_texter(MessageKind::Initial, Some("a"), None, "", true, false)]
    #[case::canned_as_before(MessageKind::Reply, None, Some("canned:thanks"), "", false, true)]
    #[case::canned_mended(MessageKind::Reply, None, Some("canned:where"), "", false, false)]
    #[case::answer_as_before(MessageKind::Reply, None, Some("answer:vote"), "Great, Ana!", false, true)]
    #[case::answer_mended(MessageKind::Reply, None, Some("answer:vote"), "Polls close at 7 pm.", false, false)]
    #[case::answer_without_words(MessageKind::Reply, None, Some("answer:vote"), "", false, false)]
    #[case::typed(MessageKind::Reply, None, None, "Great, Ana!", false, false)]
    fn a_line_that_says_the_same_in_the_newest_version(
        #[case] kind: MessageKind,
        #[case] variant: Option<&str>,
        #[case] source: Option<&str>,
        #[case] body: &str,
        #[case] off_script: bool,
        #[case] same: bool,
    ) {
        let script = |hour: &str, wordings: &[&str]| {
            let json = serde_json::json!({
                "initial": wordings.iter().map(|name| serde_json::json!({
                    "name": name, "language": "en", "text": if *name == "b" { format!("Until {hour}.") } else { "Hi!".into() },
                })).collect::<Vec<_>>(),
                "canned": [
                    {"id": "thanks", "title": "Thanks", "text": {"en": "Thank you, {firstName}!"}},
                    {"id": "where", "title": "Where", "text": {"en": format!("At the school until {hour}.")}},
                ],
                "questions": [{"id": "vote", "text": "?", "answers": [
                    {"value": "yes", "reply": {"en": "Great, {firstName}!"}},
                    {"value": "when", "reply": {"en": format!("Polls close at {hour}.")}},
                ]}],
            });
            let mut all = serde_json::to_value(CampaignDef::default()).expect("json");
            all.as_object_mut().expect("an object").extend(json.as_object().expect("an object").clone());
            serde_json::from_value::<CampaignDef>(all).expect("a script")
        };
        let (was, now) = (script("7 pm", &["a", "b", "c"]), script("8 pm", &["a", "b"]));
        let said = Said { kind, body, script_version: 1, variant, source, off_script };
        assert_eq!(says_the_same(&said, &was, &now), same);
    }

    #[rstest]
    #[case::this_version(initial("anything", 2, "a"), true)]
    #[case::another_version(initial("anything", 1, "a"), false)]
    #[case::another_wording(initial("anything", 2, "b"), false)]
    fn a_wording_is_recalled_in_its_version(#[case] text: (String, u32, &'static str), #[case] carries: bool) {
        let recalls = [recall(Recalled::Wording { name: "a".into(), version: 2 }, &[2], &["Vote at 12 Oak St."])];
        let said = Said {
            kind: MessageKind::Initial,
            body: &text.0,
            script_version: text.1,
            variant: Some(text.2),
            source: None,
            off_script: false,
        };
        assert_eq!(carried(&recalls, &said, || false).is_some(), carries);
    }

    #[test]
    fn what_was_put_right_may_hold_the_words_of_what_was_wrong() {
        let recalls = [recall(Recalled::Canned { id: "where".into(), version: 1 }, &[1], &["Vote at 12 Oak St"])];
        let body = "Vote at 12 Oak St, on Tuesday";
        let said = Said {
            kind: MessageKind::Reply,
            body,
            script_version: 2,
            variant: None,
            source: Some("canned:where"),
            off_script: false,
        };
        assert!(carried(&recalls, &said, || true).is_none(), "it is what the script says now");
        assert!(carried(&recalls, &said, || false).is_some(), "somebody's own words with the wrong ones in them");
    }

    #[rstest]
    #[case("At {cv:place}, {firstName}", "At 12 Oak {{St}}, {firstName}")]
    #[case("At {cv:nowhere/the school}", "At the school")]
    #[case("At {cv:nowhere}", "At {cv:nowhere}")]
    fn a_variable_is_a_part_of_the_words(#[case] text: &str, #[case] words: &str) {
        let def: CampaignDef = serde_json::from_value(serde_json::json!({
            "title": "", "organization": "", "language": "en", "hours": super::super::hours::TextingHours::default(),
            "initial": [], "opt_out_notice": {}, "slice_size": 1, "variables": {"place": "12 Oak {St}"},
        }))
        .unwrap();
        assert_eq!(with_variables(&def, text), words);
    }
}
