//! Answers that say yes to an event with so many places: the script's words wait until the server has said whether one is left.
//!
//! Nobody is told "see you there" whom the campaign has no room for. The server writes into the conversation when somebody waits, in the
//! same commit as the answer's verdict and before it: with the verdict in the feed it is known. Where the verdict comes without the feed
//! (the line was cut, the console was started again), the conversation is read. What is waited for is kept in the journal: the words are owed
//! to the voter, whoever goes on to the next one or is cut off.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::acts::{Mine, Stage};
use super::model::{Focus, Model};
use crate::api::act::Act;
use crate::api::message::{Outcome, ThreadEntry, Verdict};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Ask;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::place::Due;
use crate::domain::ids::ContactId;
use crate::domain::rsvp::{self, CampaignEvent};
use crate::domain::safe_text::safe_line;

/// What the server writes into the thread of somebody who waits.
const FULL: &str = "event_full";
/// What it writes of an answer that was recorded or taken off.
const ANSWERED: &str = "answered";

/// How much is known of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The server has not decided on the answer yet, as far as is known.
    No,
    /// It has; the conversation, which says the rest, is being read.
    Read,
    /// All; the words come as soon as they can be put together.
    Yes,
}

/// An answer whose words wait for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Awaited {
    due: Due,
    known: Known,
    /// It was recorded before this console was started: somebody may have gone on with it since.
    before: bool,
}

impl Model {
    /// Takes an answer's words into keeping until it is known whether there is a place. False: nothing has to be waited for.
    pub(super) fn wait_for_place(&mut self, id: Uuid, contact: ContactId, question: &str, value: &str) -> bool {
        self.forget_place(contact, question);
        let due = Due { act: id, contact, question: question.to_owned(), value: value.to_owned(), full: false };
        if self.event_of(&due).is_none() {
            return false;
        }
        self.awaited.push(Awaited { due, known: Known::No, before: false });
        // Where the words will stand: who goes on typing says it in their own.
        if self.may_compose().is_ok() {
            self.focus = Focus::Composer;
        }
        self.say(Level::Info, self.about("texter-place-asked", contact));
        true
    }

    /// The event whose places an answer waits for; none when its words wait for nothing.
    fn event_of(&self, due: &Due) -> Option<&CampaignEvent> {
        let def = &self.campaign.as_ref()?.def;
        let answer = def.questions.iter().find(|one| one.id == due.question)?.answer_of(&due.value)?;
        answer.replies().next()?;
        rsvp::may_wait(&def.events, answer)
    }

    /// Another answer, or none, is recorded in its place.
    pub(super) fn forget_place(&mut self, contact: ContactId, question: &str) {
        self.awaited.retain(|one| (one.due.contact, one.due.question.as_str()) != (contact, question));
    }

    /// They are nobody's to write to from here any more.
    pub(super) fn forget_places_of(&mut self, contact: ContactId) {
        self.awaited.retain(|one| one.due.contact != contact);
    }

    /// What is waited for, for the next start.
    pub(super) fn places_due(&self) -> Vec<Due> {
        // Until those of the last start are taken up they are kept beside the new ones.
        self.coming_back.due.iter().chain(self.awaited.iter().map(|one| &one.due)).cloned().collect()
    }

    /// What an earlier start of this console waited for is waited for again. Once, when it is known what the journal holds.
    pub(super) fn take_places_up(&mut self, fx: &mut Vec<Effect>) {
        if self.coming_back.places || !self.loaded || !self.coming_back.journal || self.campaign.is_none() {
            return;
        }
        let mut due = std::mem::take(&mut self.coming_back.due);
        // Whoever was cut off between the two has the answer in the journal alone.
        for mine in self.acts.all().filter(|mine| matches!(mine.stage, Stage::Waiting | Stage::Unknown)) {
            let Some(Act::Answer { contact, question, value }) = mine.act() else { continue };
            due.retain(|one| (one.contact, &one.question) != (*contact, question) || one.act == mine.confirmed.id);
            if let Some(value) = value.clone().filter(|_| due.iter().all(|one| one.act != mine.confirmed.id)) {
                due.push(Due {
                    act: mine.confirmed.id,
                    contact: *contact,
                    question: question.clone(),
                    value,
                    full: false,
                });
            }
        }
        due.retain(|one| self.people.line(one.contact).is_some() && self.event_of(one).is_some());
        due.retain(|one| self.awaited.iter().all(|known| known.due.act != one.act));
        self.awaited.extend(due.into_iter().map(|due| Awaited { due, known: Known::No, before: true }));
        self.coming_back.places = true;
        self.read_for_places(fx);
    }

    /// The feed was broken off: what the server said of a place may be lost. The conversation tells it.
    pub(super) fn read_for_places(&mut self, fx: &mut Vec<Effect>) {
        let waits = |mine: &Mine| matches!(mine.stage, Stage::Journaling | Stage::Waiting | Stage::Unknown);
        for one in &mut self.awaited {
            if one.known != Known::Yes && !self.acts.get(one.due.act).is_some_and(waits) {
                one.known = Known::Read;
                fx.push(Effect::Load(Ask::Thread { contact: one.due.contact, before: None }));
            }
        }
    }

    /// Something was added to a conversation.
    pub(super) fn mark_full(&mut self, contact: ContactId, item: &ThreadEntry) {
        let ThreadEntry::Note { what, detail, .. } = item else { return };
        if what != FULL {
            return;
        }
        for n in 0..self.awaited.len() {
            if self.awaited[n].due.contact == contact && self.names_its_event(&self.awaited[n].due, detail) {
                self.awaited[n].due.full = true;
            }
        }
    }

    /// True when a line of the conversation is about the event of this answer: "1, Rally".
    fn names_its_event(&self, due: &Due, detail: &str) -> bool {
        let title = self.event_of(due).map(|event| safe_line(&event.title));
        let named = detail.split_once(", ").map(|(_, title)| safe_line(title));
        title.zip(named).is_none_or(|(title, named)| title == named)
    }

    /// The answer to a question is decided, and the feed has not told so yet: it may have done so while nobody listened.
    pub(super) fn place_decided(&mut self, verdict: &Verdict, fx: &mut Vec<Effect>) {
        let refused = matches!(verdict.outcome, Outcome::Refused { .. });
        let Some(at) = self.awaited.iter().position(|one| one.due.act == verdict.id) else { return };
        if refused {
            self.awaited.remove(at);
            self.notices.withdraw("texter-place-asked");
        } else if self.awaited[at].known == Known::No {
            self.awaited[at].known = Known::Read;
            fx.push(Effect::Load(Ask::Thread { contact: self.awaited[at].due.contact, before: None }));
        }
    }

    /// A verdict came by the feed: of an answer that was waited for it is known now.
    pub(super) fn place_known(&mut self, verdict: &Verdict) {
        let Some(at) = self.awaited.iter().position(|one| one.due.act == verdict.id) else { return };
        if matches!(verdict.outcome, Outcome::Refused { .. }) {
            self.awaited.remove(at);
            self.notices.withdraw("texter-place-asked");
        } else {
            self.awaited[at].known = Known::Yes;
        }
    }

    /// A conversation was read: it says of each answer whether they wait.
    pub(super) fn place_read(&mut self, contact: ContactId) {
        let of = |one: &Awaited| one.due.contact == contact && one.known == Known::Read;
        for mut one in self.awaited.extract_if(.., |one| of(one)).collect::<Vec<_>>() {
            match self.told_of(&one) {
                Some(full) => {
                    one.due.full |= full;
                    one.known = Known::Yes;
                    self.awaited.push(one);
                }
                None => self.notices.withdraw("texter-place-asked"),
            }
        }
    }

    /// What a conversation that was just read says of an answer: that they wait, or not. None: the answer is another one by now, or
    /// something was written to them since.
    fn told_of(&self, one: &Awaited) -> Option<bool> {
        let entries = self.threads.get(one.due.contact)?.entries();
        let questions = &self.campaign.as_ref()?.def.questions;
        let asked = safe_line(&questions.iter().find(|asked| asked.id == one.due.question)?.text);
        let of_it = |entry: &ThreadEntry| match entry {
            ThreadEntry::Note { what, detail, .. } if what.starts_with(ANSWERED) => {
                detail.strip_prefix(&asked).and_then(|rest| rest.strip_prefix(':')).map(|value| value.trim().to_owned())
            }
            _ => None,
        };
        // Not among the latest of a long conversation: what stands behind it is all there is to go by.
        let recorded = entries.iter().rposition(|entry| of_it(entry).is_some());
        let value = recorded.and_then(|at| of_it(&entries[at]));
        if value.is_some_and(|value| value != safe_line(&one.due.value).trim()) {
            return None;
        }
        let since = &entries[recorded.map_or(0, |at| at + 1)..];
        let wrote = |entry: &ThreadEntry| matches!(entry, ThreadEntry::Message(message) if message.mine);
        if one.before && recorded.is_some() && since.iter().any(wrote) {
            return None;
        }
        let full = |entry: &ThreadEntry| match entry {
            ThreadEntry::Note { what, detail, .. } => what == FULL && self.names_its_event(&one.due, detail),
            ThreadEntry::Message(_) => false,
        };
        Some(since.iter().any(full))
    }

    /// A conversation could not be read: whether there is a place stands in it, for whoever opens it.
    pub(super) fn place_not_read(&mut self, contact: ContactId) {
        let read = |one: &mut Awaited| one.due.contact == contact && one.known == Known::Read;
        if self.awaited.extract_if(.., read).count() > 0 {
            self.say(Level::Warning, self.about("texter-place-unknown", contact));
        }
    }

    /// Whose data are needed to put words together that are owed.
    pub(super) fn owed_words_to(&self) -> impl Iterator<Item = ContactId> + '_ {
        let waits = self.awaited.iter().filter(|one| one.known == Known::Yes).map(|one| one.due.contact);
        waits.filter(|id| self.people.line(*id).is_some() && self.people.body(*id).is_none())
    }

    /// Gives the words of every answer of which it is known by now whether there is a place.
    pub(super) fn give_words_owed(&mut self, fx: &mut Vec<Effect>) {
        let ready = |model: &Self, one: &Awaited| {
            let line = model.people.line(one.due.contact).is_some();
            one.known == Known::Yes && (!line || (model.people.body(one.due.contact).is_some() && model.me.is_some()))
        };
        while let Some(at) = self.awaited.iter().position(|one| ready(self, one)) {
            let one = self.awaited.remove(at);
            self.notices.withdraw("texter-place-asked");
            if self.people.line(one.due.contact).is_some() {
                self.give_words(&one.due, fx);
            }
        }
    }

    fn give_words(&mut self, one: &Due, fx: &mut Vec<Effect>) {
        if self.takes_answer(&one.question, Some(&one.value)) {
            self.say(Level::Told, self.about("texter-answer-recalled", one.contact));
            return;
        }
        let Some(texts) = self.words_for(one) else { return };
        let words = self.script_text(one.contact, &texts).ok();
        if words.is_some_and(|words| self.went_since(one, &words)) {
            return;
        }
        let open = self.open.as_ref().filter(|open| open.contact == one.contact);
        let here = open.is_some();
        let written = match open {
            Some(open) => !open.editor.is_blank(),
            None => !self.draft(one.contact).is_empty(),
        };
        let key = match (one.full, texts.is_empty(), written) {
            (true, true, _) => Some("texter-place-full-no-words"),
            (true, false, true) => Some("texter-place-full-written"),
            (true, false, false) => Some("texter-place-full"),
            (false, true, _) => None,
            (false, false, true) => Some("texter-place-left-written"),
            // The words are before the eyes.
            (false, false, false) => (!here).then_some("texter-place-left"),
        };
        if let Some(key) = key {
            // Whoever went on is with somebody else now: it stays until a key is pressed.
            self.say(if here { Level::Warning } else { Level::Told }, self.about(key, one.contact));
        }
        // Nothing is put between words that somebody is typing.
        if written || texts.is_empty() {
            return;
        }
        let text = match self.script_text(one.contact, &texts) {
            Ok(text) => text,
            Err(why) => return self.say(Level::Warning, why),
        };
        if !here {
            return self.put_draft(one.contact, &text, fx);
        }
        // The hands may be elsewhere by now: they stay there.
        let focus = self.focus;
        self.put_into_composer(format!("answer:{}", one.question), &text);
        self.focus = focus;
    }

    /// These words went to them since the answer was recorded: whoever was cut off may have written them by hand.
    fn went_since(&self, one: &Due, words: &str) -> bool {
        let same = |body: &str| body.trim() == words.trim();
        let since = |mine: &Mine| {
            let text = mine.text().filter(|_| !matches!(mine.stage, Stage::Refused(_)));
            mine.confirmed.id > one.act && text.is_some_and(|text| same(&text.body))
        };
        let leaves =
            self.in_window().iter().any(|text| text.request.contact == one.contact && same(&text.request.body));
        if leaves || self.acts.about(one.contact).any(since) {
            return true;
        }
        // What the server has taken stands in the conversation, behind the line that tells of the answer.
        let Some(thread) = self.threads.get(one.contact) else { return false };
        let entries = thread.entries();
        let told = |entry: &ThreadEntry| matches!(entry, ThreadEntry::Note { what, .. } if what.starts_with(ANSWERED));
        let Some(recorded) = entries.iter().rposition(told) else { return false };
        let went = |entry: &ThreadEntry| matches!(entry, ThreadEntry::Message(ours) if ours.mine && same(&ours.body));
        entries[recorded..].iter().any(went)
    }

    fn words_for(&self, one: &Due) -> Option<BTreeMap<String, String>> {
        let questions = &self.campaign.as_ref()?.def.questions;
        let answer = questions.iter().find(|asked| asked.id == one.question)?.answer_of(&one.value)?;
        Some(if one.full { &answer.reply_when_full } else { &answer.reply }.clone())
    }
}
