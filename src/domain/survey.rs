//! The question tree of a campaign.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rsvp::Rsvp;

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
            Self::Text => {
                !value.trim().is_empty()
                    && value.chars().count() <= MAX_FREE
                    && super::safe_text::safe_line(value) == value
            }
            Self::Date => value.parse::<jiff::civil::Date>().is_ok_and(|day| day.to_string() == value),
        }
    }
}

impl Question {
    /// The answer that a recorded value is: a choice of that name, else the one in whose place it was typed.
    #[must_use]
    pub fn answer_of(&self, value: &str) -> Option<&Answer> {
        let named = self.answers.iter().find(|answer| answer.free.is_none() && answer.value == value);
        named.or_else(|| self.answers.iter().find(|answer| answer.free.is_some_and(|free| free.takes(value))))
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
    /// Two answers of a question with one value.
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
        let mut values = BTreeSet::new();
        for (a, answer) in question.answers.iter().enumerate() {
            if !values.insert(&answer.value) {
                faults.push(SurveyFault::DuplicateAnswer {
                    question: q,
                    answer: a,
                    id: question.id.clone(),
                    value: answer.value.clone(),
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
            question("a", &[("x", Some("b")), ("x", Some("nowhere"))]),
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
                SurveyFault::DuplicateAnswer { question: 0, answer: 1, id: "a".into(), value: "x".into() },
                SurveyFault::UnknownNext { question: 0, answer: 1, next: "nowhere".into() },
                SurveyFault::Cycle { question: 1, answer: 0, next: "a".into() },
                SurveyFault::Cycle { question: 4, answer: 0, next: "d".into() },
                SurveyFault::Unreachable { question: 3, id: "c".into() },
                SurveyFault::Unreachable { question: 4, id: "d".into() },
            ]
        );
    }
}
