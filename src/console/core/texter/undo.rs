//! Taking back: every act but a text that has left and somebody's own STOP.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::model::{Focus, Model};
use super::pick::tag_key;
use crate::api::act::Act;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Stamp, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::conversation::OptOut;
use crate::domain::ids::ContactId;
use crate::domain::opt_out::{Inbound, verdict};
use crate::domain::safe_text::safe_line;
use crate::domain::tag;

/// Whoever presses undo so soon after a text left meant that text, and nothing below it.
const JUST_LEFT: Duration = Duration::from_secs(2);

/// How many acts are remembered to be taken back.
const REMEMBERED: usize = 100;

/// Something that can be taken back, with what there was before.
#[derive(Debug, Clone, PartialEq)]
pub enum Undo {
    /// A text whose window has not ended.
    Text {
        /// Its id.
        id: Uuid,
        /// Whose.
        contact: ContactId,
    },
    /// Closed or skipped.
    Close(ContactId),
    /// A tag was set, or taken off.
    Tag {
        /// Whose.
        contact: ContactId,
        /// Which.
        tag: String,
        /// It was set.
        on: bool,
    },
    /// A note was replaced.
    Note {
        /// Whose.
        contact: ContactId,
        /// By what is no more: the note before.
        before: String,
    },
    /// An answer was recorded or cleared, and what hung on it went with it.
    Answer {
        /// Whose.
        contact: ContactId,
        /// Which question.
        question: String,
        /// All answers before.
        before: BTreeMap<String, String>,
    },
    /// Put aside, or taken up again.
    Snooze {
        /// Whose.
        contact: ContactId,
        /// Until when it was put aside before.
        before: Option<Timestamp>,
    },
    /// Another language was recorded.
    Language {
        /// Whose.
        contact: ContactId,
        /// The one before.
        before: String,
    },
    /// Opted out by this texter.
    OptOut(ContactId),
    /// The number was recorded as somebody else's.
    WrongNumber(ContactId),
    /// What may be an opt-out was taken for none.
    NotOptOut(ContactId),
    /// The words of a first text were changed.
    Words {
        /// Whose.
        contact: ContactId,
        /// The changed words before; none: the script's.
        before: Option<String>,
    },
    /// A captain was asked, and had no flag of this conversation before.
    Asked(ContactId),
    /// A tag was set and the conversation closed with it, by one press.
    TagClose {
        /// Whose.
        contact: ContactId,
        /// Which, when it was not set before.
        tag: Option<String>,
    },
    /// Contacts were given back.
    Release {
        /// By which act.
        release: Uuid,
        /// Who may come back.
        given: Vec<ContactId>,
    },
    /// Something that stays as it is: it is said why, and nothing older is taken back in its place.
    Final {
        /// Whom it concerns; of several, one.
        contact: ContactId,
        /// Why it stays.
        why: Say,
    },
}

impl Undo {
    /// Whom it concerns; of several, one.
    #[must_use]
    pub fn contact(&self) -> ContactId {
        match self {
            // Of nobody nothing is kept.
            Self::Release { given, .. } => given.first().copied().unwrap_or(ContactId(0)),
            Self::Close(contact)
            | Self::OptOut(contact)
            | Self::WrongNumber(contact)
            | Self::NotOptOut(contact)
            | Self::Asked(contact) => *contact,
            Self::Final { contact, .. }
            | Self::Words { contact, .. }
            | Self::Text { contact, .. }
            | Self::TagClose { contact, .. }
            | Self::Tag { contact, .. }
            | Self::Note { contact, .. }
            | Self::Answer { contact, .. }
            | Self::Snooze { contact, .. }
            | Self::Language { contact, .. } => *contact,
        }
    }
}

impl Model {
    /// Remembers what can be taken back.
    pub(super) fn may_undo(&mut self, undo: Undo) {
        if self.undo.len() >= REMEMBERED {
            self.undo.remove(0);
        }
        self.left_at = None;
        self.took_back = false;
        self.just_opted_out = matches!(undo, Undo::OptOut(_));
        self.undo.push(undo);
    }

    /// Nothing that was done to this contact can be taken back from here any more. What stays as it is goes on standing before what is
    /// older: the server tells of what was given back a moment after.
    pub(super) fn no_undo_for(&mut self, contact: ContactId) {
        let stays = |undo: &Undo| matches!(undo, Undo::Text { .. } | Undo::Release { .. } | Undo::Final { .. });
        self.undo.retain(|undo| undo.contact() != contact || stays(undo));
    }

    /// That there is nothing to take back; whoever has sent something learns why that is not.
    pub(super) fn nothing_to_undo(&self) -> Say {
        Say::new(match (self.took_back, self.sent + self.replied) {
            (true, _) => "texter-nothing-more-to-undo",
            (false, 0) => "texter-nothing-to-undo",
            (false, _) => "texter-sent-is-sent",
        })
    }

    /// Takes the last act back. It stays remembered until the acts that undo it are in the journal's hands.
    pub(super) fn take_last_back(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        if self.acts.busy().is_some() {
            self.say(Level::Warning, Say::new("texter-still-writing"));
            return;
        }
        // In its own conversation it is what is meant however long ago it left, as long as nothing was done since.
        let meant = |(left, whose): (Duration, ContactId)| {
            let here = self.focus == Focus::Composer && self.at_hand() == Some(whose);
            here || stamp.mono.saturating_sub(left) < JUST_LEFT
        };
        if let Some((_, whose)) = self.left_at.filter(|left| meant(*left)) {
            self.left_at = None;
            return self.say(Level::Warning, self.about("texter-left-already", whose));
        }
        self.left_at = None;
        // Whoever writes to somebody means what they did with them.
        if let (Focus::Composer, Some(here), Some(undo)) = (self.focus, self.at_hand(), self.undo.last())
            && undo.contact() != here
            && !matches!(undo, Undo::Text { .. })
        {
            let key = self.options.keymap.key_for(Context::Composer, Action::Back).unwrap_or_default();
            let say = match undo {
                Undo::Release { .. } => Say::new("texter-undo-released-elsewhere").with("key", key),
                _ => self.about("texter-undo-elsewhere", undo.contact()).with("key", key),
            };
            return self.say(Level::Warning, say);
        }
        let Some(undo) = self.undo.pop() else {
            self.say(Level::Info, self.nothing_to_undo());
            return;
        };
        self.took_back = !matches!(undo, Undo::Final { .. });
        if self.focus == Focus::Inbox && self.people.line(undo.contact()).is_some() {
            // The next key is about whom this one was about.
            self.selected = Some(undo.contact());
            // Whom the list leaves out (opted out, closed) is in it again once the act is in the journal.
            self.go_back_to = Some(undo.contact());
        }
        // An opt-out from before is not taken back by a press that may have meant something else: its conversation is shown first.
        if let Undo::OptOut(contact) = undo
            && !self.just_opted_out
            && self.open.as_ref().is_none_or(|open| open.contact != contact)
            && self.people.line(contact).is_some()
        {
            self.undo.push(undo);
            self.open_thread(contact, fx);
            let say = self.about("texter-undo-opt-out", contact).with("key", self.undo_key());
            return self.say(Level::Warning, say);
        }
        // In a conversation, too, the next key is about whom this one was about: their conversation is open again.
        if self.focus == Focus::Thread && self.goes_back_to(&undo) {
            self.open_thread(undo.contact(), fx);
        }
        let act = match undo.clone() {
            Undo::Text { id, .. } => return self.take_back(id, fx),
            Undo::Words { contact, before } => return self.words_back(contact, before),
            Undo::Close(contact) => Act::Reopen { contact },
            Undo::Tag { contact, tag, on } => Act::Tag { contact, tag, on: !on },
            Undo::Note { contact, before } => Act::Note { contact, text: before },
            Undo::Snooze { contact, before } => {
                let after_seq = self.people.line(contact).map(|line| line.foreign_seq);
                Act::Snooze { contact, until: before, after_seq }
            }
            Undo::Language { contact, before } => Act::Language { contact, language: before, hand_over: false },
            Undo::OptOut(contact) if self.is_out_by_own_word(contact) => {
                let why = self.about("texter-stays-own-word", contact);
                return self.say(Level::Warning, why);
            }
            Undo::OptOut(contact) => Act::UndoOptOut { contact },
            Undo::WrongNumber(contact) => Act::UndoWrongNumber { contact },
            Undo::NotOptOut(contact) => Act::UndoNotOptOut { contact },
            // The answer came while nobody listened: the conversation, read anew, has it.
            Undo::Asked(contact) if self.is_answered(contact) => {
                return self.say(Level::Info, self.about("texter-stays-answered", contact));
            }
            // Without its flag the question is in no captain's list any more; one who answers just now is heard all the same.
            Undo::Asked(contact) => Act::Tag { contact, tag: tag::ESCALATED.to_owned(), on: false },
            Undo::TagClose { contact, tag } => {
                self.to_do.extend(tag.map(|tag| Act::Tag { contact, tag, on: false }));
                Act::Reopen { contact }
            }
            Undo::Release { release, given } => self.take_again(stamp.id, release, &given),
            Undo::Final { why, .. } => return self.say(Level::Info, why),
            Undo::Answer { contact, .. } if self.people.body(contact).is_none() => {
                self.undo.push(undo);
                return self.say(Level::Info, Say::new("texter-loading"));
            }
            Undo::Answer { contact, question, before } => {
                let Some(act) = self.answers_back(contact, &question, &before) else {
                    return self.say(Level::Info, Say::new("texter-nothing-to-undo"));
                };
                act
            }
        };
        self.undoing = Some(stamp.id);
        self.withdrawn = matches!(undo, Undo::Asked(_)).then(|| undo.contact());
        if !self.confirm_act(act, stamp, fx) {
            self.undoing = None;
            self.withdrawn = None;
            self.taking_back.take_if(|_| matches!(undo, Undo::Release { .. }));
            self.undo.push(undo);
        }
    }

    /// What is taken back was done to somebody whose conversation is another one than that at hand. Nobody is led to a card by it.
    fn goes_back_to(&self, undo: &Undo) -> bool {
        let stays = matches!(undo, Undo::Text { .. } | Undo::Words { .. } | Undo::Release { .. } | Undo::Final { .. });
        let talked = self.people.line(undo.contact()).is_some_and(|line| line.last_seq > 0);
        !stays && talked && self.at_hand() != Some(undo.contact())
    }

    /// What would be taken back now, for who asks where something else is at hand. None where nothing would be, where it stays as it is, and of a text
    /// that waits to leave: of that one the moment counts, and it is told what was taken back.
    #[must_use]
    pub fn would_take_back(&self) -> Option<Say> {
        let here = self.at_hand();
        let just_left = self.left_at.is_some_and(|(_, whose)| here == Some(whose));
        let undo = self.undo.last().filter(|undo| !just_left && here == Some(undo.contact()))?;
        let about = |key| self.about(key, undo.contact());
        Some(match undo {
            Undo::Text { .. } | Undo::Final { .. } => return None,
            Undo::Close(_) => about("undo-would-close"),
            Undo::Tag { tag, .. } | Undo::TagClose { tag: Some(tag), .. } => {
                let key = if matches!(undo, Undo::Tag { .. }) { "undo-would-tag" } else { "undo-would-tag-close" };
                match tag_key(tag) {
                    Some(word) => about(key).with("tag", Arg::Key(word)),
                    None => about(key).with("tag", safe_line(tag)),
                }
            }
            Undo::Note { .. } => about("undo-would-note"),
            Undo::Answer { .. } => about("undo-would-answer"),
            Undo::Snooze { .. } => about("undo-would-snooze"),
            Undo::Language { .. } => about("undo-would-language"),
            Undo::OptOut(_) => about("undo-would-opt-out"),
            Undo::WrongNumber(_) => about("undo-would-wrong-number"),
            Undo::NotOptOut(_) => about("undo-would-not-opt-out"),
            Undo::Asked(_) => about("undo-would-asked"),
            _ => about("undo-would-last"),
        })
    }

    /// A first text has the words again that it had before they were changed.
    fn words_back(&mut self, contact: ContactId, before: Option<String>) {
        match before {
            Some(before) => drop(self.edited.insert(contact, before)),
            None => drop(self.edited.remove(&contact)),
        }
        self.edit_begun.take_if(|(of, _)| *of == contact);
        self.rebuild_card();
        self.say(Level::Info, self.about("texter-words-back", contact));
    }

    /// The act that puts an answer back, with those that hung on it queued behind it.
    fn answers_back(&mut self, contact: ContactId, question: &str, before: &BTreeMap<String, String>) -> Option<Act> {
        let questions = self.campaign.as_ref()?.def.questions.iter().map(|question| question.id.clone());
        let now = self.people.body(contact).map(|view| view.answers.clone()).unwrap_or_default();
        // In the order of the script: what hangs on an answer is put back after it.
        let below: Vec<Act> = questions
            .filter(|id| id != question && before.contains_key(id) && before.get(id) != now.get(id))
            .map(|id| Act::Answer { contact, value: before.get(&id).cloned(), question: id })
            .collect();
        self.to_do.extend(below);
        Some(Act::Answer { contact, question: question.to_owned(), value: before.get(question).cloned() })
    }

    /// True for whoever said themselves that they want no more texts.
    pub(super) fn is_out_by_own_word(&self, contact: ContactId) -> bool {
        self.people.line(contact).is_some_and(|line| line.opt_out == (OptOut::Yes { by_word: true }))
    }

    /// What their own words say, as far as they are here: a doubt that was decided is one again.
    pub(super) fn doubt(&self, contact: ContactId) -> OptOut {
        let thread = self.threads.get(contact);
        let written = thread.and_then(|thread| thread.last_inbound()).map(|message| message.body.clone());
        let written = written.or_else(|| self.people.line(contact).map(|line| line.preview.clone()));
        if self.is_out_by_own_word(contact) {
            return OptOut::Yes { by_word: true };
        }
        match written.as_deref().map(verdict) {
            Some(Inbound::Possible { words }) => OptOut::Possible { words: safe_line(&words) },
            _ => OptOut::No,
        }
    }

    /// A doubt, whatever the words were: nothing is sent until somebody decides.
    pub(super) fn open_doubt(&self, contact: ContactId) -> OptOut {
        match self.doubt(contact) {
            OptOut::No => OptOut::Possible { words: String::new() },
            doubt => doubt,
        }
    }

    /// Hands the next of several acts of one press to the journal, once the one before is in it.
    pub(super) fn do_next(&mut self, fx: &mut Vec<Effect>) {
        if self.to_do.is_empty() || self.acts.busy().is_some() {
            return;
        }
        let Some(stamp) = self.fresh.take() else {
            fx.push(Effect::After { timer: Timer::Next, delay: std::time::Duration::ZERO });
            return;
        };
        if let Some(act) = self.to_do.pop_front() {
            self.undoing = Some(stamp.id);
            self.confirm_act(act, stamp, fx);
        }
    }
}
