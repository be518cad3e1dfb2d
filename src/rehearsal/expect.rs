//! What a good texter does, and where a campaign's script has a place for it.

use super::persona::{Personas, fold};
use crate::domain::campaign::CampaignDef;
use serde::Serialize;

/// What a good texter does on one text of a voter. The default: nothing needs doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Expect {
    /// Record this: kind of question and meaning (`support`, `yes`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<(String, String)>,
    /// The voter wants no more texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opt_out: Option<Wish>,
    /// It sounds like an opt-out and is none.
    #[serde(skip_serializing_if = "is_false")]
    pub not_opt_out: bool,
    /// Mark the number as wrong.
    #[serde(skip_serializing_if = "is_false")]
    pub wrong_number: bool,
    /// Closing without a word is fine.
    #[serde(skip_serializing_if = "is_false")]
    pub close: bool,
    /// Deal with it within so many minutes of campaign time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_minutes: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// How a voter asks for silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// By one of the fixed words: the server acts by itself.
    Word,
    /// In other words: a person must see it.
    OtherWords,
}

impl Expect {
    /// True when somebody has to do something.
    #[must_use]
    pub fn wants_something(&self) -> bool {
        self.answer.is_some()
            || self.opt_out == Some(Wish::OtherWords)
            || self.wrong_number
            || self.close
            || self.reply_minutes.is_some()
    }
}

/// The question and the answer of this campaign's script that stand for a meaning; none when the script does not ask.
#[must_use]
pub fn in_script<'a>(
    def: &'a CampaignDef,
    personas: &Personas,
    kind: &str,
    meaning: &str,
) -> Option<(&'a str, &'a str)> {
    let kind = personas.kinds.get(kind)?;
    let values = kind.values.get(meaning)?;
    def.questions
        .iter()
        .filter(|q| {
            let (id, text) = (fold(&q.id), fold(&q.text));
            kind.questions.iter().map(|w| fold(w)).any(|w| id.contains(&w) || text.contains(&w))
        })
        .find_map(|question| {
            let answer = values.iter().map(|v| fold(v)).find_map(|wanted| {
                question.answers.iter().find(|a| {
                    let value = fold(&a.value);
                    value == wanted
                        || value.starts_with(&format!("{wanted} "))
                        || value.starts_with(&format!("{wanted},"))
                })
            })?;
            Some((question.id.as_str(), answer.value.as_str()))
        })
}
