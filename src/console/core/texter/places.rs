//! Answers that say yes to an event with so many places: the script's words wait until the server has said whether one is left.
//!
//! Nobody is told "see you there" whom the campaign has no room for. The server writes into the conversation when somebody waits, in the
//! same commit as the answer's verdict and before it: with the verdict in the feed it is known.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::model::{Focus, Model};
use crate::api::message::{Outcome, ThreadEntry, Verdict};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::domain::ids::ContactId;
use crate::domain::rsvp;

/// What the server writes into the thread of somebody who waits.
const FULL: &str = "event_full";

/// An answer whose words wait for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Awaited {
    /// The act that records it.
    id: Uuid,
    contact: ContactId,
    question: String,
    value: String,
    /// The conversation has said that they wait.
    full: bool,
}

impl Model {
    /// Takes an answer's words into keeping until it is known whether there is a place. False: nothing has to be waited for.
    pub(super) fn wait_for_place(&mut self, id: Uuid, contact: ContactId, question: &str, value: &str) -> bool {
        self.forget_place(contact, question);
        let Some(campaign) = &self.campaign else { return false };
        let asked = campaign.def.questions.iter().find(|one| one.id == question);
        let Some(answer) = asked.and_then(|asked| asked.answer_of(value)) else { return false };
        if rsvp::may_wait(&campaign.def.events, answer).is_none() || answer.replies().next().is_none() {
            return false;
        }
        let (question, value) = (question.to_owned(), value.to_owned());
        self.awaited.push(Awaited { id, contact, question, value, full: false });
        // Where the words will stand: who goes on typing says it in their own.
        if self.may_compose().is_ok() {
            self.focus = Focus::Composer;
        }
        self.say(Level::Info, self.about("texter-place-asked", contact));
        true
    }

    /// Another answer, or none, is recorded in its place.
    pub(super) fn forget_place(&mut self, contact: ContactId, question: &str) {
        self.awaited.retain(|one| (one.contact, one.question.as_str()) != (contact, question));
    }

    /// The feed was broken off: what the server said of a place may be lost. The conversation tells it, and the words are the
    /// texter's to choose.
    pub(super) fn forget_places(&mut self) {
        for one in std::mem::take(&mut self.awaited) {
            let say = self.about("texter-place-unknown", one.contact);
            self.say(Level::Warning, say);
        }
    }

    /// Something was added to a conversation.
    pub(super) fn mark_full(&mut self, contact: ContactId, item: &ThreadEntry) {
        if matches!(item, ThreadEntry::Note { what, .. } if what == FULL) {
            self.awaited.iter_mut().filter(|one| one.contact == contact).for_each(|one| one.full = true);
        }
    }

    /// A verdict came by the feed: of an answer that was waited for it is known now.
    pub(super) fn place_known(&mut self, verdict: &Verdict, fx: &mut Vec<Effect>) {
        let Some(at) = self.awaited.iter().position(|one| one.id == verdict.id) else { return };
        let one = self.awaited.remove(at);
        self.notices.withdraw("texter-place-asked");
        if matches!(verdict.outcome, Outcome::Refused { .. }) || self.people.line(one.contact).is_none() {
            return;
        }
        if self.takes_answer(&one.question, Some(&one.value)) {
            self.say(Level::Warning, self.about("texter-answer-recalled", one.contact));
            return;
        }
        let Some(texts) = self.words_for(&one) else { return };
        let written = match self.open.as_ref().filter(|open| open.contact == one.contact) {
            Some(open) => !open.editor.is_blank(),
            None => !self.draft(one.contact).is_empty(),
        };
        if one.full {
            let key = match (texts.is_empty(), written) {
                (true, _) => "texter-place-full-no-words",
                (false, true) => "texter-place-full-written",
                (false, false) => "texter-place-full",
            };
            self.say(Level::Warning, self.about(key, one.contact));
        }
        // Nothing is put between words that somebody is typing.
        if written || texts.is_empty() {
            return;
        }
        let text = match self.script_text(one.contact, &texts) {
            Ok(text) => text,
            Err(why) => return self.say(Level::Warning, why),
        };
        if self.open.as_ref().is_none_or(|open| open.contact != one.contact) {
            return self.put_draft(one.contact, &text, fx);
        }
        // The hands may be elsewhere by now: they stay there.
        let focus = self.focus;
        self.put_into_composer(format!("answer:{}", one.question), &text);
        self.focus = focus;
    }

    fn words_for(&self, one: &Awaited) -> Option<BTreeMap<String, String>> {
        let questions = &self.campaign.as_ref()?.def.questions;
        let answer = questions.iter().find(|asked| asked.id == one.question)?.answer_of(&one.value)?;
        Some(if one.full { &answer.reply_when_full } else { &answer.reply }.clone())
    }
}
