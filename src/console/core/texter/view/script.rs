//! The script beside a conversation, and all that is known of a person.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::console::core::shared::say::Say;
use crate::console::core::texter::model::Model;
use crate::console::core::texter::pick::tag_word;
use crate::domain::ids::ContactId;
use crate::domain::safe_text::safe_line;
use crate::domain::survey::{Question, open_question};

/// Where a question of the script stands for one voter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Answered so.
    Recorded(String),
    /// Asked now.
    Now,
    /// Not asked: an answer before it decides whether it will be.
    Later,
}

/// A question of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStep {
    /// The question.
    pub text: String,
    /// How many questions lead to it.
    pub depth: usize,
    /// Where it stands.
    pub state: StepState,
    /// The answers with their numbers hang below this one.
    pub open: bool,
    /// Its answers, and whether each is recorded.
    pub answers: Vec<(String, bool)>,
}

/// All that is known of somebody, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// First name.
    pub name: String,
    /// The time there: earliest and latest when the zone is not certain.
    pub local_time: Option<(DateTime, DateTime)>,
    /// Their language, when it is not the campaign's.
    pub language: Option<String>,
    /// Tags.
    pub tags: Vec<Say>,
    /// Put aside until then.
    pub snoozed_until: Option<Timestamp>,
    /// Note.
    pub note: String,
    /// What the campaign lets the texter see of the list: field and value.
    pub fields: Vec<(String, String)>,
    /// Recorded answers: question and value.
    pub answers: Vec<(String, String)>,
}

/// How many questions lead to one.
fn depth(questions: &[Question], id: &str) -> usize {
    let before =
        |id: &str| questions.iter().find(|other| other.answers.iter().any(|answer| answer.next.as_deref() == Some(id)));
    // A script has no circles; who counts further than it is long would be in one.
    std::iter::successors(before(id), |question| before(&question.id)).take(questions.len()).count()
}

impl Model {
    /// The questions of the script for the open conversation, those that hang on others after them.
    #[must_use]
    pub fn script(&self) -> Vec<ScriptStep> {
        self.may_answer().map(|question| self.script_steps(question)).unwrap_or_default()
    }

    /// The same with a question open.
    pub(super) fn script_steps(&self, open: usize) -> Vec<ScriptStep> {
        let Some(campaign) = &self.campaign else { return Vec::new() };
        let questions = &campaign.def.questions;
        let recorded = self.open.as_ref().and_then(|open| self.people.body(open.contact)).map(|view| &view.answers);
        let now = recorded.and_then(|answers| open_question(questions, answers)).map(|question| &question.id);
        let steps = questions.iter().enumerate().map(|(place, question)| {
            let value = recorded.and_then(|answers| answers.get(&question.id));
            let given = value.and_then(|value| question.answer_of(value));
            ScriptStep {
                text: safe_line(&question.text),
                depth: depth(questions, &question.id),
                state: match value {
                    Some(value) => StepState::Recorded(safe_line(value)),
                    None if now == Some(&question.id) => StepState::Now,
                    None => StepState::Later,
                },
                open: place == open,
                answers: question
                    .answers
                    .iter()
                    .map(|answer| (safe_line(&answer.value), given.is_some_and(|given| std::ptr::eq(given, answer))))
                    .collect(),
            }
        });
        steps.collect()
    }

    /// All that is known of a contact; none while it is not here.
    pub(super) fn person_view(&self, contact: ContactId) -> Option<PersonView> {
        let (line, body) = (self.people.line(contact)?, self.people.body(contact)?);
        let questions = self.campaign.as_ref().map(|campaign| campaign.def.questions.as_slice()).unwrap_or_default();
        let answers = questions
            .iter()
            .filter_map(|question| Some((safe_line(&question.text), safe_line(body.answers.get(&question.id)?))));
        Some(PersonView {
            name: line.first_name.clone(),
            local_time: self.time_there(contact),
            language: self.other_language(contact),
            tags: line.tags.iter().map(|tag| tag_word(tag)).collect(),
            snoozed_until: line.snoozed_until,
            note: safe_line(&body.note),
            fields: self.details(contact),
            answers: answers.collect(),
        })
    }
}
