//! The question tree of a campaign.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rsvp::Rsvp;
use super::safe_text::safe_line;

/// One interaction step: a question the texter answers for the voter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// Stable key, unique in the campaign.
    pub id: String,
    /// The question as the texter reads it.
    pub text: String,
    /// The answers to choose from, in order.
    pub answers: Vec<Answer>,
}

/// What may be typed in the place of an answer's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Free {
    /// Any line of at most [`MAX_FREE`] characters.
    Text,
    /// A day (`2026-11-03`).
    Date,
}

/// Longest answer that is typed, in characters.
pub const MAX_FREE: usize = 200;

impl Free {
    /// True when a value is one of these.
    #[must_use]
    pub fn takes(self, value: &str) -> bool {
        match self {
            Self::Text => !value.trim().is_empty() && value.chars().count() <= MAX_FREE && safe_line(value) == value,
            Self::Date => value.parse::<jiff::civil::Date>().is_ok_and(|day| day.to_string() == value),
        }
    }
}

impl Question {
    /// The answer that a recorded value is: a choice of that name, else the one in whose place it was typed.
    #[must_use]
    pub fn answer_of(&self, value: &str) -> Option<&Answer> {
        let named = self.answers.iter().find(|answer| answer.free.is_none() && answer.value == value);
        // A day is words too: what takes nothing else is meant first.
        let typed = |free: Free| self.answers.iter().find(|answer| answer.free == Some(free) && free.takes(value));
        named.or_else(|| typed(Free::Date)).or_else(|| typed(Free::Text))
    }
}

/// What of recorded answers is in a script's words, in whichever of its versions they were given. The rest was typed as the voter
/// said it, and is as much theirs as what they write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    questions: BTreeMap<String, Known>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Known {
    /// How the question is put, in whichever version.
    texts: BTreeSet<String>,
    choices: BTreeSet<String>,
    days: bool,
    /// How the answer is called in whose place own words are typed.
    own: Option<String>,
}

impl Vocabulary {
    /// That of some versions of a script, the newest last: what it calls an answer in own words counts.
    #[must_use]
    pub fn of<'a>(versions: impl IntoIterator<Item = &'a [Question]>) -> Self {
        let mut all = Self::default();
        for question in versions.into_iter().flatten() {
            let known = all.questions.entry(question.id.clone()).or_default();
            known.texts.insert(safe_line(&question.text));
            for answer in &question.answers {
                match answer.free {
                    None => drop(known.choices.insert(answer.value.clone())),
                    Some(Free::Date) => known.days = true,
                    Some(Free::Text) => known.own = Some(answer.value.clone()),
                }
            }
        }
        all
    }

    /// True when anything can have been typed in a voter's own words.
    #[must_use]
    pub fn has_own_words(&self) -> bool {
        self.questions.values().any(|known| known.own.is_some())
    }

    /// An answer as the script says it: a choice and a day as they are, in the place of own words how their answer is called.
    #[must_use]
    pub fn told<'a>(&'a self, question: &str, value: &'a str) -> &'a str {
        let Some(known) = self.questions.get(question) else { return value };
        let ours = known.choices.contains(value) || (known.days && Free::Date.takes(value));
        known.own.as_deref().filter(|_| !ours).unwrap_or(value)
    }

    /// True for the line of a conversation (`question: answer`) whose answer is in a voter's own words.
    #[must_use]
    pub fn has_words(&self, line: &str) -> bool {
        self.questions.iter().any(|(id, known)| {
            let value = |text: &String| line.strip_prefix(text.as_str())?.strip_prefix(": ");
            known.texts.iter().filter_map(value).any(|value| !value.is_empty() && self.told(id, value) != value)
        })
    }

    /// Takes own words out of recorded answers; false: there were none.
    pub fn take_out(&self, answers: &mut BTreeMap<String, String>) -> bool {
        let mut changed = false;
        for (question, value) in answers {
            let told = self.told(question, value);
            if told != value {
                *value = told.to_owned();
                changed = true;
            }
        }
        changed
    }
}

/// One answer and what follows from it. What was added later is left out of the bytes while it is not there: an import is known by
/// their hash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// The value recorded.
    pub value: String,
    /// The next line of the script by language (`en` -> text with merge fields); empty when nothing follows.
    #[serde(default)]
    pub reply: BTreeMap<String, String>,
    /// What is said in the place of `reply` to whoever waits, as the event that they said yes to is full; empty: nothing is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reply_when_full: BTreeMap<String, String>,
    /// The question asked next, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What it says about an event of the campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rsvp: Option<Rsvp>,
    /// Puts whoever gives it into this queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// What the texter types in its place; absent: it is recorded as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<Free>,
}

impl Answer {
    /// All texts that may follow it: by language, what is said, and what is said in its place where an event is full.
    pub fn replies(&self) -> impl Iterator<Item = &BTreeMap<String, String>> {
        [&self.reply, &self.reply_when_full].into_iter().filter(|texts| !texts.is_empty())
    }
}

/// What is wrong with a tree. `question` is an index into the questions, `answer` one into its answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurveyFault {
    /// Two questions with one id.
    #[error("the question id `{id}` is used twice")]
    DuplicateQuestion {
        /// The later one.
        question: usize,
        /// The id.
        id: String,
    },
    /// Two answers of a question with one value; letter case does not tell them apart.
    #[error("the answer `{value}` stands twice under `{id}`")]
    DuplicateAnswer {
        /// Which question.
        question: usize,
        /// The later one.
        answer: usize,
        /// The question's id.
        id: String,
        /// The value.
        value: String,
    },
    /// Two answers of a question in whose place the same is typed.
    #[error("what is typed for `{value}` would count as `{first}`")]
    TypedTwice {
        /// Which question.
        question: usize,
        /// The later one.
        answer: usize,
        /// How it is called.
        value: String,
        /// How the earlier one is called.
        first: String,
    },
    /// A question without answers.
    #[error("the question `{id}` has no answers")]
    NoAnswers {
        /// Which.
        question: usize,
        /// Its id.
        id: String,
    },
    /// `next` names a question that is not there.
    #[error("`{next}` is not a question of this campaign")]
    UnknownNext {
        /// Which question.
        question: usize,
        /// Which answer.
        answer: usize,
        /// The name.
        next: String,
    },
    /// Following `next` from here comes back to here.
    #[error("`{next}` leads back to a question that was already asked")]
    Cycle {
        /// Which question.
        question: usize,
        /// Which answer.
        answer: usize,
        /// The question it goes back to.
        next: String,
    },
    /// No path from the first question leads here.
    #[error("no answer leads to the question `{id}`, so nobody is asked")]
    Unreachable {
        /// Which.
        question: usize,
        /// Its id.
        id: String,
    },
}

/// Everything that is wrong with a tree.
#[must_use]
pub fn faults(questions: &[Question]) -> Vec<SurveyFault> {
    let mut faults = Vec::new();
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    for (q, question) in questions.iter().enumerate() {
        if index.contains_key(question.id.as_str()) {
            faults.push(SurveyFault::DuplicateQuestion { question: q, id: question.id.clone() });
        } else {
            index.insert(&question.id, q);
        }
        if question.answers.is_empty() {
            faults.push(SurveyFault::NoAnswers { question: q, id: question.id.clone() });
        }
    }
    for (q, question) in questions.iter().enumerate() {
        // Segments, maps of results and exports do not look at letter case: neither may two answers differ by it alone.
        let mut values = BTreeSet::new();
        for (a, answer) in question.answers.iter().enumerate() {
            if !values.insert(answer.value.trim().to_lowercase()) {
                faults.push(SurveyFault::DuplicateAnswer {
                    question: q,
                    answer: a,
                    id: question.id.clone(),
                    value: answer.value.clone(),
                });
            }
            let first = question.answers[..a].iter().find(|one| one.free.is_some() && one.free == answer.free);
            if let Some(first) = first {
                faults.push(SurveyFault::TypedTwice {
                    question: q,
                    answer: a,
                    value: answer.value.clone(),
                    first: first.value.clone(),
                });
            }
            let Some(next) = &answer.next else { continue };
            if !index.contains_key(next.as_str()) {
                faults.push(SurveyFault::UnknownNext { question: q, answer: a, next: next.clone() });
            } else if *next == question.id || below(questions, next).contains(question.id.as_str()) {
                faults.push(SurveyFault::Cycle { question: q, answer: a, next: next.clone() });
            }
        }
    }
    if let Some(first) = questions.first() {
        let reached = below(questions, &first.id);
        for (q, question) in questions.iter().enumerate().skip(1) {
            if !reached.contains(question.id.as_str()) && question.id != first.id {
                faults.push(SurveyFault::Unreachable { question: q, id: question.id.clone() });
            }
        }
    }
    faults
}

fn find<'a>(questions: &'a [Question], id: &str) -> Option<&'a Question> {
    questions.iter().find(|q| q.id == id)
}

/// Ids of the questions that some answer to `id` leads to, near and far; cycles end.
fn below<'a>(questions: &'a [Question], id: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Question> = find(questions, id).into_iter().collect();
    while let Some(question) = open.pop() {
        for next in question.answers.iter().filter_map(|a| a.next.as_deref()) {
            if let Some(question) = find(questions, next)
                && found.insert(question.id.as_str())
            {
                open.push(question);
            }
        }
    }
    found
}

/// Questions whose recorded answers hang below `question`: when its answer changes they no longer follow.
/// In the order of the script.
#[must_use]
pub fn clear_below(questions: &[Question], answers: &BTreeMap<String, String>, question: &str) -> Vec<String> {
    let below = below(questions, question);
    questions
        .iter()
        .map(|q| q.id.as_str())
        .filter(|id| *id != question && below.contains(id) && answers.contains_key(*id))
        .map(str::to_owned)
        .collect()
}

/// The question to ask next: from the first one along the recorded answers. Nothing when the path has come to its end,
/// or when a recorded answer is not (any more) one of the choices.
#[must_use]
pub fn open_question<'a>(questions: &'a [Question], answers: &BTreeMap<String, String>) -> Option<&'a Question> {
    let mut question = questions.first()?;
    // Not more steps than questions: a cycle that slipped through ends.
    for _ in 0..questions.len() {
        let Some(value) = answers.get(&question.id) else { return Some(question) };
        let answer = question.answer_of(value)?;
        question = find(questions, answer.next.as_deref()?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use rstest::rstest;

    use super::*;

    fn question(id: &str, answers: &[(&str, Option<&str>)]) -> Question {
        let answers = answers
            .iter()
            .map(|(value, next)| Answer {
                value: (*value).into(),
                reply: BTreeMap::new(),
                next: next.map(str::to_owned),
                ..Answer::default()
            })
            .collect();
        Question { id: id.into(), text: format!("{id}?"), answers }
    }

    fn tree() -> Vec<Question> {
        vec![
            question("support", &[("yes", Some("vote")), ("no", None), ("maybe", Some("issue"))]),
            question("vote", &[("early", None), ("day", Some("ride"))]),
            question("ride", &[("yes", None), ("no", None)]),
            question("issue", &[("schools", Some("vote"))]),
        ]
    }

    fn answers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    #[rstest]
    #[case(&[], Some("support"))]
    #[case(&[("support", "yes")], Some("vote"))]
    #[case(&[("support", "yes"), ("vote", "day")], Some("ride"))]
    #[case(&[("support", "yes"), ("vote", "early")], None)]
    #[case(&[("support", "no")], None)]
    #[case(&[("support", "gone from the script")], None)]
    #[case(&[("vote", "day")], Some("support"))]
    fn next_to_ask(#[case] given: &[(&str, &str)], #[case] expected: Option<&str>) {
        assert_eq!(open_question(&tree(), &answers(given)).map(|q| q.id.as_str()), expected);
    }

    #[test]
    fn an_answer_in_their_own_words_leads_on_like_a_choice() {
        let mut tree = tree();
        tree[3].answers.push(Answer {
            value: "something else".into(),
            next: Some("vote".into()),
            free: Some(Free::Text),
            ..Answer::default()
        });
        let given = answers(&[("support", "maybe"), ("issue", "the bus to work")]);
        assert_eq!(open_question(&tree, &given).map(|q| q.id.as_str()), Some("vote"));
        assert_eq!(tree[3].answer_of("schools").map(|a| a.value.as_str()), Some("schools"), "a choice comes first");
        assert_eq!(tree[3].answer_of(" "), None);
        assert_eq!(tree[3].answer_of(&"x".repeat(MAX_FREE + 1)), None);
        assert_eq!(tree[3].answer_of("two\nlines"), None);
        for (value, is) in [("2026-11-03", true), ("2026-11-31", false), ("Nov 3", false), ("2026-11-3", false)] {
            assert_eq!(Free::Date.takes(value), is, "{value}");
        }
    }

    #[test]
    fn own_words_are_told_from_the_scripts() {
        let mut older = tree();
        older[0].answers.push(Answer { value: "old".into(), ..Answer::default() });
        let mut newer = tree();
        let free = |value: &str, free| Answer { value: value.into(), free: Some(free), ..Answer::default() };
        newer[0].answers.extend([free("in their words", Free::Text), free("on a day", Free::Date)]);
        let words = Vocabulary::of([older.as_slice(), newer.as_slice()]);
        assert!(words.has_own_words() && !Vocabulary::of([older.as_slice()]).has_own_words());
        for same in ["yes", "old", "2026-11-03", "in their words"] {
            assert_eq!(words.told("support", same), same);
        }
        assert_eq!(words.told("support", "My sister runs"), "in their words");
        assert_eq!(words.told("vote", "whatever"), "whatever", "nothing is typed there");
        assert_eq!(newer[0].answer_of("2026-11-03").map(|a| a.value.as_str()), Some("on a day"));
        let mut given = answers(&[("support", "My sister runs"), ("vote", "early")]);
        assert!(words.take_out(&mut given) && !words.take_out(&mut given));
        assert_eq!(given, answers(&[("support", "in their words"), ("vote", "early")]));
        newer[0].answers.push(free("again", Free::Text));
        let fault =
            SurveyFault::TypedTwice { question: 0, answer: 5, value: "again".into(), first: "in their words".into() };
        assert_eq!(faults(&newer), [fault]);
    }

    #[test]
    fn what_hangs_below() {
        let all = answers(&[("support", "maybe"), ("issue", "schools"), ("vote", "day"), ("ride", "no")]);
        assert_eq!(clear_below(&tree(), &all, "support"), ["vote", "ride", "issue"]);
        assert_eq!(clear_below(&tree(), &all, "issue"), ["vote", "ride"]);
        assert_eq!(clear_below(&tree(), &all, "ride"), Vec::<String>::new());
        assert_eq!(clear_below(&tree(), &answers(&[("support", "yes")]), "support"), Vec::<String>::new());
    }

    #[test]
    fn a_sound_tree_has_no_faults() {
        assert_eq!(faults(&tree()), []);
        assert_eq!(faults(&[]), []);
    }

    #[test]
    fn every_fault_is_found() {
        let bad = vec![
            question("a", &[("x", Some("b")), ("X", Some("nowhere"))]),
            question("b", &[("x", Some("a"))]),
            question("b", &[("x", None)]),
            question("c", &[]),
            question("d", &[("x", Some("d"))]),
        ];
        assert_eq!(
            faults(&bad),
            [
                SurveyFault::DuplicateQuestion { question: 2, id: "b".into() },
                SurveyFault::NoAnswers { question: 3, id: "c".into() },
                SurveyFault::Cycle { question: 0, answer: 0, next: "b".into() },
                SurveyFault::DuplicateAnswer { question: 0, answer: 1, id: "a".into(), value: "X".into() },
                SurveyFault::UnknownNext { question: 0, answer: 1, next: "nowhere".into() },
                SurveyFault::Cycle { question: 1, answer: 0, next: "a".into() },
                SurveyFault::Cycle { question: 4, answer: 0, next: "d".into() },
                SurveyFault::Unreachable { question: 3, id: "c".into() },
                SurveyFault::Unreachable { question: 4, id: "d".into() },
            ]
        );
    }
}
