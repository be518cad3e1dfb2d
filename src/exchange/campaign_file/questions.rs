//! The question tree of a campaign file.

use std::collections::BTreeMap;

use super::super::toml_reader::Tab;
use super::Walk;
use super::events::Events;
use crate::domain::safe_text::safe_line;
use crate::domain::survey::{self, Answer, Free, Question, SurveyFault};

impl<'i> Walk<'_, 'i> {
    /// What is typed in an answer's place.
    fn free(&mut self, answer: &Tab<'_, 'i>) -> Option<Free> {
        let found = self.reader.string(answer, "free", false)?;
        match found.value.as_str() {
            "text" => Some(Free::Text),
            "date" => Some(Free::Date),
            other => {
                let what = format!("`{other}` is nothing that can be typed");
                self.reader.error(
                    &found.span,
                    &answer.child("free"),
                    what,
                    "Write \"text\" or \"date\", or leave it out.",
                );
                None
            }
        }
    }

    pub(super) fn questions(
        &mut self,
        root: &Tab<'_, 'i>,
        variables: &BTreeMap<String, String>,
        events: &Events<'_, 'i>,
    ) -> Vec<Question> {
        let tabs = self.reader.tables(root, "question");
        let mut questions = Vec::new();
        let mut answer_tabs = Vec::new();
        for tab in &tabs {
            self.reader.only(tab, &["id", "text", "answer"]);
            let id = self.line(tab, "id", true);
            let text = self.line(tab, "text", true);
            let under = self.reader.tables(tab, "answer");
            let answers = under
                .iter()
                .map(|answer| {
                    self.reader.only(answer, &["value", "reply", "reply_when_full", "next", "rsvp", "queue", "free"]);
                    Answer {
                        value: self.line(answer, "value", true),
                        reply: self.scripts(answer, "reply", variables),
                        reply_when_full: self.scripts(answer, "reply_when_full", variables),
                        next: self.reader.string(answer, "next", false).map(|t| safe_line(t.value.trim())),
                        rsvp: self.rsvp(answer),
                        queue: self.queue(answer),
                        free: self.free(answer),
                    }
                })
                .collect();
            answer_tabs.push(under);
            questions.push(Question { id, text, answers });
        }
        for (question, under) in questions.iter().zip(&answer_tabs) {
            for (answer, tab) in question.answers.iter().zip(under) {
                if let (Some(next), true) = (&answer.next, answer.reply.is_empty()) {
                    let what = format!("`{}` leads on to `{next}` without a reply that asks it", answer.value);
                    self.reader.warn(
                        &tab.span,
                        &tab.child("reply"),
                        what,
                        "Add a `reply` that puts the next question.",
                    );
                }
            }
        }
        let ids: Vec<String> = questions.iter().map(|q| q.id.clone()).collect();
        for fault in survey::faults(&questions) {
            let what = fault.to_string();
            let nowhere = Tab { key: "question".into(), ..root.clone() };
            let question = |q: usize| tabs.get(q).unwrap_or(&nowhere);
            let answer = |q: usize, a: usize| answer_tabs.get(q).and_then(|t| t.get(a)).unwrap_or(&nowhere);
            // An id that is missing has been reported as such.
            match &fault {
                SurveyFault::DuplicateQuestion { id, .. } | SurveyFault::Unreachable { id, .. } if id.is_empty() => {}
                SurveyFault::DuplicateQuestion { question: q, .. } => {
                    self.reader.error(
                        &question(*q).span,
                        &question(*q).child("id"),
                        what,
                        "Give each question its own id.",
                    );
                }
                SurveyFault::NoAnswers { question: q, .. } => {
                    let remedy = "Add at least one `[[question.answer]]` with a `value`.";
                    self.reader.error(&question(*q).span, &question(*q).key, what, remedy);
                }
                SurveyFault::DuplicateAnswer { value, .. } if value.is_empty() => {}
                SurveyFault::DuplicateAnswer { question: q, answer: a, .. } => {
                    let tab = answer(*q, *a);
                    self.reader.error(&tab.span, &tab.child("value"), what, "Take one out or word it differently.");
                }
                SurveyFault::TypedTwice { question: q, answer: a, .. } => {
                    let tab = answer(*q, *a);
                    let remedy = "Let one answer of a question be typed as text, and one as a date.";
                    self.reader.error(&tab.span, &tab.child("free"), what, remedy);
                }
                SurveyFault::UnknownNext { question: q, answer: a, next } => {
                    let remedy = match super::super::toml_reader::nearest(next, ids.iter().map(String::as_str)) {
                        Some(near) => format!("Did you mean `{near}`?"),
                        None => format!("Questions are: {}.", ids.join(", ")),
                    };
                    let tab = answer(*q, *a);
                    let at = self.reader.string(tab, "next", false).map_or(tab.span.clone(), |t| t.span);
                    self.reader.error(&at, &tab.child("next"), what, remedy);
                }
                SurveyFault::Cycle { question: q, answer: a, .. } => {
                    let tab = answer(*q, *a);
                    let at = self.reader.string(tab, "next", false).map_or(tab.span.clone(), |t| t.span);
                    self.reader.error(
                        &at,
                        &tab.child("next"),
                        what,
                        "Each question is asked once: lead on to another one or end here.",
                    );
                }
                SurveyFault::Unreachable { question: q, .. } => {
                    let remedy = "Let an answer lead to it with `next`, or take it out.";
                    self.reader.warn(&question(*q).span, &question(*q).child("id"), what, remedy);
                }
            }
        }
        self.event_faults(events, &questions, &answer_tabs);
        self.words_when_full(events, &questions, &answer_tabs);
        questions
    }
}
