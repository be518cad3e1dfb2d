//! Conversations: opening, writing, drafts, and what follows from an act on one.

use uuid::Uuid;

use super::card::hash;
use super::help_out::plainer;
use super::model::{Focus, Model, Open};
use super::overlay::Overlay;
use super::people::has_tag;
use super::pick::tag_key;
use super::undo::Undo;
use crate::api::act::Act;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::keymap::action::Action;
use crate::domain::campaign::{fill_text, in_language};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::hours::HoursVerdict;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::script::leftover_field;
use crate::domain::survey::{Answer, clear_below};
use crate::domain::tag;
use crate::domain::zone::local_time;

impl Model {
    /// Opens a conversation; the draft of the one before is kept.
    pub(super) fn open_thread(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        if self.people.line(contact).is_none() {
            return;
        }
        self.leave_thread(fx);
        let leaves = self.window.iter().any(|one| one.request.contact == contact);
        if self.draft(contact).is_empty() && self.has_behind(contact) && !leaves {
            self.next_draft(contact, fx);
        }
        let draft = self.draft(contact).to_owned();
        self.threads.touch(contact);
        self.people.touch(contact);
        self.open = Some(Open {
            contact,
            editor: Editor::new(&draft),
            source: None,
            source_version: 0,
            hidden_below: 0,
            new_below: 0,
            seen_seq: 0,
            typed: false,
            looked_through: draft.is_empty(),
        });
        self.selected = Some(contact);
        self.focus = Focus::Thread;
    }

    /// Closes the open conversation; its draft is kept.
    pub(super) fn leave_thread(&mut self, fx: &mut Vec<Effect>) {
        self.save_draft(fx);
        self.open = None;
        if matches!(self.focus, Focus::Thread | Focus::Composer) {
            self.focus = Focus::Inbox;
        }
    }

    /// Keeps the draft of the open conversation, when it changed.
    pub(super) fn save_draft(&mut self, fx: &mut Vec<Effect>) {
        let Some(open) = &self.open else { return };
        let text = if open.editor.is_blank() { String::new() } else { open.editor.text().to_owned() };
        self.put_draft(open.contact, &text, fx);
    }

    /// Throws a draft away, with all that waits behind it. True when there was one.
    pub(super) fn drop_draft(&mut self, contact: ContactId) -> bool {
        let mut had = self.drafts.remove(&contact).is_some();
        if let Some(open) = self.open.as_mut().filter(|open| open.contact == contact) {
            had = had || !open.editor.is_blank();
            open.editor = Editor::default();
            open.source = None;
            open.looked_through = true;
        }
        if had {
            self.dropped.insert(contact);
        }
        had
    }

    /// Why a reply cannot be sent now; none when a press would send it.
    #[must_use]
    pub fn reply_block(&self) -> Option<Say> {
        let open = self.open.as_ref()?;
        let Some(line) = self.people.line(open.contact) else { return Some(Say::new("texter-not-mine")) };
        match &line.opt_out {
            OptOut::Yes { .. } => return Some(Say::new("texter-opted-out")),
            OptOut::Possible { .. } => return Some(Say::new("texter-frozen")),
            OptOut::No => {}
        }
        if let Some(why) = self.replies_blocked() {
            return Some(why);
        }
        // Until it is known whether voters are real, the screen cannot say so, and nothing goes out.
        if self.me.is_none() {
            return Some(Say::new("texter-loading"));
        }
        if line.status == Status::NeedsMessage {
            return Some(Say::new("texter-reply-before-first"));
        }
        let Some(view) = self.people.body(open.contact) else { return Some(Say::new("texter-loading")) };
        if view.wrong_number {
            return Some(Say::new("texter-wrong-number"));
        }
        if self.threads.get(open.contact).is_none() {
            return Some(Say::new("texter-loading"));
        }
        if let Some(opens) = self.opens_there(open.contact, MessageKind::Reply) {
            return Some(Say::new("texter-hours-closed").with("at", opens));
        }
        let text = open.editor.text();
        if leftover_field(text).is_some() {
            return Some(Say::new("texter-reply-unfilled"));
        }
        if safe_body(text) != text {
            return Some(Say::new("texter-reply-unsafe"));
        }
        if self.reply_recalled() {
            return Some(Say::new("texter-reply-recalled"));
        }
        super::card::too_long(text, self.beside.longest)
    }

    /// When texts of this kind may go to a contact for whom that is not now, by their clock.
    #[must_use]
    pub fn opens_there(&self, contact: ContactId, kind: MessageKind) -> Option<Arg> {
        let (now, campaign) = (self.campaign_now()?, self.campaign.as_ref()?);
        let zones = &self.people.body(contact)?.zones;
        let HoursVerdict::Closed { opens_at } = campaign.def.hours.verdict(kind, now, zones) else { return None };
        // Of clocks where they may be, the one that gets there last.
        Some(Arg::There(opens_at, local_time(opens_at, zones).earliest))
    }

    /// True when the composer may be entered.
    pub(super) fn may_compose(&self) -> Result<(), Say> {
        let line = self.open.as_ref().and_then(|open| self.people.line(open.contact));
        match line.map(|line| &line.opt_out) {
            None => Err(Say::new("texter-not-mine")),
            Some(OptOut::Yes { .. }) => Err(Say::new("texter-opted-out")),
            Some(OptOut::Possible { .. }) => Err(Say::new("texter-frozen")),
            Some(OptOut::No) => Ok(()),
        }
    }

    /// A text of the script for the open contact, in their language.
    pub(super) fn script_text(
        &self,
        contact: ContactId,
        texts: &std::collections::BTreeMap<String, String>,
    ) -> Result<String, Say> {
        let loading = || Say::new("texter-loading");
        let campaign = self.campaign.as_ref().ok_or_else(loading)?;
        let view = self.people.body(contact).ok_or_else(loading)?;
        let me = self.me.as_ref().ok_or_else(loading)?;
        let language = view.language.as_deref().unwrap_or(&campaign.def.language);
        let text = in_language(texts, language, &campaign.def.language).ok_or_else(|| Say::new("texter-no-text"))?;
        fill_text(&campaign.def, text, &view.fields, &me.name)
            .map_err(|error| Say::new("texter-script-fault").with("fault", error.to_string()))
    }

    /// True when the reply has other words than the script's: typed by hand, or a line of it that was changed.
    pub(super) fn off_script(&self) -> bool {
        let Some(open) = self.open.as_ref().filter(|open| !open.editor.is_blank()) else { return false };
        let text = open.editor.text();
        if let Some((_, before)) = &open.source {
            return before != text;
        }
        // A draft of an earlier day does not say where it came from.
        let Some(campaign) = &self.campaign else { return true };
        let answers = campaign.def.questions.iter().flat_map(|question| &question.answers).flat_map(Answer::replies);
        let mut lines = campaign.def.canned.iter().map(|reply| &reply.text).chain(answers);
        !lines.any(|texts| self.script_text(open.contact, texts).is_ok_and(|line| line == text))
    }

    /// Puts a line of the script into the composer, to be looked at and sent.
    pub(super) fn put_into_composer(&mut self, source: String, text: &str) {
        if let Err(why) = self.may_compose() {
            self.say(Level::Warning, why);
            return;
        }
        let version = self.script_version();
        // Typographic signs of the script cost a part: plain ones say the same.
        let plain = plainer(text);
        let text = &self.as_kept(plain.as_ref().map_or(text, |(plain, _)| plain.as_str()));
        let Some(open) = &mut self.open else { return };
        open.source_version = version;
        let untouched = open.source.as_ref().is_some_and(|(_, before)| before == open.editor.text());
        if open.editor.is_blank() || untouched {
            open.editor.replace(text);
            open.source = Some((source, text.to_owned()));
        } else {
            let before = open.editor.text().get(..open.editor.cursor()).unwrap_or_default();
            if before.ends_with(|c: char| !c.is_whitespace()) {
                open.editor.insert(" ");
            }
            open.editor.insert(text);
            open.source.get_or_insert((source, text.to_owned()));
        }
        open.typed = false;
        open.looked_through = false;
        self.focus = Focus::Composer;
        self.draft_dirty = true;
        let written = self.open.as_ref().map(|open| (open.contact, open.editor.text().to_owned()));
        if let Some((contact, _)) = written.filter(|(contact, words)| self.has_been_told(*contact, words)) {
            self.say(Level::Info, self.about("texter-told-already", contact));
        }
    }

    /// The editor came back with a text.
    pub(super) fn edited(&mut self, contact: ContactId, text: Option<String>, fx: &mut Vec<Effect>) {
        let Some(text) = text else { return };
        let text = self.as_kept(text.trim_end());
        match self.open.as_mut().filter(|open| open.contact == contact) {
            Some(open) => {
                open.editor.replace(&text);
                open.typed = false;
                open.looked_through = false;
                self.draft_dirty = true;
                if self.may_compose().is_ok() {
                    self.focus = Focus::Composer;
                }
            }
            None => self.put_draft(contact, &text, fx),
        }
    }

    /// A reply is in the journal.
    pub(super) fn reply_done(&mut self, contact: ContactId, go_on: bool, fx: &mut Vec<Effect>) {
        if let Some(open) = self.open.as_mut().filter(|open| open.contact == contact) {
            open.clear();
            if let Some(next) = self.next_draft(contact, fx) {
                // It came back too: to be looked at before the hands go on.
                if let Some(open) = &mut self.open {
                    open.editor.replace(&next);
                    open.looked_through = false;
                }
                let say = self.about("texter-next-draft", contact);
                self.say(Level::Info, say);
            } else if go_on {
                self.go_on(Some(contact), fx);
            }
        } else {
            self.next_draft(contact, fx);
        }
    }

    /// To the next who waits; with nobody left the hands stay in the inbox, never on the card.
    pub(super) fn go_on(&mut self, but: Option<ContactId>, fx: &mut Vec<Effect>) {
        match self.people.longest_waiting(but) {
            Some(next) => self.open_thread(next, fx),
            None => {
                self.leave_thread(fx);
                self.focus = Focus::Inbox;
            }
        }
    }

    /// An act other than a text is in the journal: shown at once, before the server says the same.
    pub(super) fn act_done(&mut self, id: Uuid, act: &Act, undoes: bool, fx: &mut Vec<Effect>) {
        // It was said of what is decided now.
        self.notices.withdraw("texter-decide-first");
        let at_hand = |model: &Self, id: ContactId| model.open.as_ref().is_some_and(|open| open.contact == id);
        match act {
            Act::OptOut { contact, notice, .. } => {
                let contact = *contact;
                if at_hand(self, contact) {
                    self.save_draft(fx);
                }
                // A slip that is taken back costs no words.
                if let Some(words) = self.drafts.get(&contact).filter(|_| self.options.undo_opt_out).cloned() {
                    self.words_of_out.insert(contact, words);
                }
                self.drop_draft(contact);
                let on_card = self.card.as_ref().is_some_and(|card| card.contact == contact);
                if on_card {
                    self.card = None;
                }
                self.people.change(contact, |line| {
                    // Their own word stands.
                    if line.opt_out != (OptOut::Yes { by_word: true }) {
                        line.opt_out = OptOut::Yes { by_word: false };
                    }
                });
                if self.options.undo_opt_out {
                    self.may_undo(Undo::OptOut(contact));
                    let key = self.undo_key();
                    let done = match self.notice_kept_back(contact) {
                        _ if !*notice => self.about("texter-opt-out-silent-done", contact),
                        Some(why) => self.about("texter-opt-out-untold-done", contact).with("why", Arg::Key(why)),
                        None => self.about("texter-opt-out-done", contact),
                    };
                    self.say(Level::Info, done.with("key", key));
                } else {
                    let why = self.about("texter-stays-opt-out", contact);
                    self.may_undo(Undo::Final { contact, why });
                    self.say(Level::Info, self.about("texter-opt-out-for-good", contact));
                }
                if at_hand(self, contact) {
                    self.go_on(Some(contact), fx);
                }
            }
            Act::NotOptOut { contact, .. } => {
                self.people.change(*contact, |line| line.opt_out = OptOut::No);
                // No server has told anybody of it, so it can be taken back even where an opt-out cannot.
                self.may_undo(Undo::NotOptOut(*contact));
                let key = self.undo_key();
                self.say(Level::Info, self.about("texter-not-opt-out-done", *contact).with("key", key));
            }
            Act::UndoNotOptOut { contact } => {
                let contact = *contact;
                let doubt = self.open_doubt(contact);
                self.people.change(contact, |line| line.opt_out = doubt.clone());
                self.opt_out_changed(contact, &doubt);
                self.say(Level::Info, self.about("texter-doubt-again", contact));
            }
            Act::UndoWrongNumber { contact } => {
                let contact = *contact;
                self.people.change_body(contact, |view| view.wrong_number = false);
                // What it decided is to be decided; the server knows whether it did, and says so.
                let doubt = self.open_doubt(contact);
                self.people.change(contact, |line| {
                    if line.opt_out == (OptOut::Yes { by_word: false }) {
                        line.opt_out = doubt;
                    }
                });
                self.reopened(contact);
                self.say(Level::Info, self.about("texter-wrong-number-undone", contact));
            }
            Act::WrongNumber { contact } => {
                let contact = *contact;
                let undecided =
                    self.people.line(contact).is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. }));
                self.people.change_body(contact, |view| view.wrong_number = true);
                // As at the server: what was undecided is decided, in favour of silence.
                self.people.change(contact, |line| {
                    if matches!(line.opt_out, OptOut::Possible { .. }) {
                        line.opt_out = OptOut::Yes { by_word: false };
                    }
                });
                // The server's own keys are those of the acts that can be undone there.
                self.may_undo(if self.options.undo_opt_out {
                    Undo::WrongNumber(contact)
                } else {
                    Undo::Final { contact, why: self.about("texter-stays", contact) }
                });
                self.closed(contact, fx);
                let done = if undecided { "texter-wrong-number-opted-out" } else { "texter-wrong-number-done" };
                let key = self.undo_key();
                self.say(Level::Info, self.about(done, contact).with("key", key));
            }
            Act::Close { contact } => {
                let contact = *contact;
                let skipped = self.people.line(contact).is_some_and(|line| line.status == Status::NeedsMessage);
                let with_tag = self.tag_closes.take_if(|(of, _)| *of == contact).map(|(_, tag)| tag);
                let tagged = with_tag.clone().flatten();
                let flagged = with_tag.as_ref().is_some_and(|tag| tag.as_deref() == Some(tag::ESCALATED));
                match with_tag {
                    // One press: taken back as one.
                    Some(tag) => {
                        let same =
                            |undo: &Undo| matches!(undo, Undo::Tag { contact: of, on: true, .. } if *of == contact);
                        self.undo.pop_if(|undo| same(undo));
                        self.may_undo(Undo::TagClose { contact, tag });
                    }
                    None => self.may_undo(Undo::Close(contact)),
                }
                let begun = !skipped && self.has_words(contact);
                self.closed(contact, fx);
                let key = self.undo_key();
                let done = match (skipped, flagged) {
                    _ if begun => "texter-closed-draft",
                    (true, true) => "texter-flagged-done",
                    (true, false) => "texter-skipped-done",
                    _ => "texter-closed-done",
                };
                let done = self.about(done, contact).with("key", key.clone());
                self.say(
                    Level::Info,
                    match tagged.filter(|_| !flagged && !begun && !skipped) {
                        // All that the press did.
                        Some(tag) => self.about_tag("texter-tag-closed-done", contact, &tag).with("key", key),
                        None => done,
                    },
                );
            }
            Act::Reopen { contact } => {
                let contact = *contact;
                self.reopened(contact);
                // What was done by one press is taken back by one: all of it is said at once.
                let with_it = self.to_do.front().and_then(|next| match next {
                    Act::Tag { contact: of, tag, on: false } if *of == contact => Some(tag.clone()),
                    _ => None,
                });
                let say = match with_it.filter(|_| undoes) {
                    Some(tag) => {
                        let say = self.about_tag("texter-reopened-untagged", contact, &tag);
                        self.untags = Some((contact, tag));
                        say
                    }
                    None => self.about("texter-reopened-done", contact),
                };
                self.say(Level::Info, say);
            }
            Act::Answer { contact, question, value } => {
                let before = self.people.body(*contact).map(|view| view.answers.clone()).unwrap_or_default();
                self.answered(id, *contact, question, value.as_deref(), undoes);
                if !undoes {
                    self.may_undo(Undo::Answer { contact: *contact, question: question.clone(), before });
                } else {
                    let key = if self.takes_its_line(*contact, question, before.get(question)) {
                        "texter-answer-undone-line"
                    } else {
                        "texter-answer-undone"
                    };
                    self.say(Level::Info, self.about(key, *contact));
                }
            }
            Act::Tag { contact, tag, on } => {
                self.people.change(*contact, |line| {
                    line.tags.retain(|set| set != tag);
                    if *on {
                        line.tags.push(tag.clone());
                    }
                });
                if !undoes {
                    self.may_undo(Undo::Tag { contact: *contact, tag: tag.clone(), on: *on });
                }
                if undoes && !*on && self.withdrawn.take_if(|of| of == contact).is_some() {
                    return self.say(Level::Info, self.about("texter-ask-withdrawn", *contact));
                }
                if undoes && !*on && self.untags.take_if(|(of, told)| of == contact && told == tag).is_some() {
                    return;
                }
                let key = if *on { "texter-tagged-done" } else { "texter-untagged-done" };
                self.say(Level::Info, self.about_tag(key, *contact, tag));
            }
            Act::Ask { contact, .. } => {
                let flagged = self.people.line(*contact).is_some_and(|line| has_tag(line, tag::ESCALATED));
                self.people.change(*contact, |line| {
                    if !flagged {
                        line.tags.push(tag::ESCALATED.to_owned());
                    }
                });
                // Where a flag stood before, taking it off would take more back than was done.
                self.may_undo(if flagged {
                    Undo::Final { contact: *contact, why: self.about("texter-stays-asked", *contact) }
                } else {
                    Undo::Asked(*contact)
                });
                let key = self.undo_key();
                self.say(Level::Info, self.about("texter-asked-done", *contact).with("key", key));
            }
            Act::Snooze { contact, until, .. } => {
                let contact = *contact;
                let before = self.people.line(contact).and_then(|line| line.snoozed_until);
                self.people.change(contact, |line| line.snoozed_until = *until);
                if !undoes {
                    self.may_undo(Undo::Snooze { contact, before });
                }
                let say = match until {
                    Some(until) => self.about("texter-snoozed-done", contact).with("at", *until),
                    None => self.about("texter-awake", contact),
                };
                self.say(Level::Info, say);
                if until.is_some() && at_hand(self, contact) {
                    self.go_on(Some(contact), fx);
                }
            }
            Act::Language { contact, language, hand_over } => {
                let contact = *contact;
                let before = self.people.line(contact).and_then(|line| line.language.clone());
                let main = self.campaign.as_ref().map(|campaign| campaign.def.language.clone());
                let before = before.or(main);
                let key = if *hand_over { "texter-handed-over-done" } else { "texter-language-done" };
                let say = self.about(key, contact).with("language", language.clone());
                let why = self.about("texter-stays-handed-over", contact);
                self.people.change(contact, |line| line.language = Some(language.clone()));
                if *hand_over {
                    let open = at_hand(self, contact);
                    self.forget_contact(contact, fx);
                    self.may_undo(Undo::Final { contact, why });
                    if open {
                        self.go_on(None, fx);
                    }
                } else if let Some(before) = before.filter(|_| !undoes) {
                    self.may_undo(Undo::Language { contact, before });
                }
                self.say(Level::Info, say);
            }
            Act::UndoOptOut { contact } => {
                let contact = *contact;
                if self.is_out_by_own_word(contact) {
                    // They said so themselves meanwhile: nobody takes that back, and the server refuses it.
                    return;
                }
                let doubt = self.doubt(contact);
                let wrote = self.wrote_at(contact);
                self.people.change(contact, |line| {
                    line.opt_out = doubt;
                    if line.status == Status::NeedsResponse {
                        line.waiting_since.get_or_insert(wrote.unwrap_or(line.updated_at));
                    }
                });
                if self.people.line(contact).is_some_and(|line| line.status == Status::NeedsMessage) {
                    self.people.queue_first(contact);
                    self.card = None;
                }
                if let Some(words) = self.words_of_out.remove(&contact) {
                    self.words_again(contact, &words, fx);
                }
                self.say(Level::Info, self.about("texter-opt-out-undone", contact));
            }
            Act::Note { contact, text } => {
                let before = self.people.body(*contact).map(|view| view.note.clone()).unwrap_or_default();
                self.people.change_body(*contact, |view| view.note.clone_from(text));
                if !undoes {
                    self.may_undo(Undo::Note { contact: *contact, before });
                }
                let done = if undoes { "texter-note-undone" } else { "texter-note-done" };
                self.say(Level::Info, self.about(done, *contact));
            }
            Act::Release { unsent, conversations, .. } => self.gave_back(id, *unsent, *conversations, fx),
            Act::TakeBack { .. } => self.say(Level::Info, Say::new("texter-again-asked")),
            Act::Pause { .. }
            | Act::Resume { .. }
            | Act::Reclaim { .. }
            | Act::Admit { .. }
            | Act::ShowOut { .. }
            | Act::DecideHeld { .. }
            | Act::Announce { .. }
            | Act::AnswerAsked { .. } => {}
        }
    }

    /// A conversation is open again, a skipped contact back in the queue.
    fn reopened(&mut self, contact: ContactId) {
        self.undo.retain(|undo| *undo != Undo::Close(contact));
        self.came_back.remove(&contact);
        self.people.change(contact, |line| {
            line.status = match line {
                _ if line.last_seq == 0 => Status::NeedsMessage,
                _ if line.waiting_since.is_some() => Status::NeedsResponse,
                _ if line.foreign_seq > 0 => Status::Convo,
                _ => Status::Messaged,
            };
        });
        if self.people.line(contact).is_some_and(|line| line.status == Status::NeedsMessage) {
            self.people.queue_first(contact);
            self.card = None;
        }
    }

    /// A sentence about somebody that names a tag.
    fn about_tag(&self, key: &'static str, contact: ContactId, tag: &str) -> Say {
        match tag_key(tag) {
            Some(word) => self.about(key, contact).with("tag", Arg::Key(word)),
            None => self.about(key, contact).with("tag", safe_line(tag)),
        }
    }

    /// The key that takes the last act back, where the hands are.
    pub(super) fn undo_key(&self) -> String {
        self.options.keymap.key_for(self.context(), Action::Undo).unwrap_or_default()
    }

    pub(super) fn about(&self, key: &'static str, contact: ContactId) -> Say {
        let name = self.called(contact);
        let name = if name.trim().is_empty() { Arg::Key("ui-no-name") } else { Arg::Text(name) };
        Say::new(key).with("name", name)
    }

    fn closed(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        if self.card.as_ref().is_some_and(|card| card.contact == contact) {
            self.card = None;
        }
        self.people.change(contact, |line| line.status = Status::Closed);
        if self.open.as_ref().is_some_and(|open| open.contact == contact) {
            self.go_on(Some(contact), fx);
        }
    }

    fn answered(&mut self, id: Uuid, contact: ContactId, question: &str, value: Option<&str>, undoes: bool) {
        let Some(campaign) = &self.campaign else { return };
        let questions = &campaign.def.questions;
        let reply = questions
            .iter()
            .find(|q| q.id == question)
            .zip(value)
            .and_then(|(question, value)| question.answer_of(value))
            .map(|answer| answer.reply.clone())
            .filter(|reply| !reply.is_empty());
        if let Some(view) = self.people.body(contact) {
            let hanging = clear_below(questions, &view.answers, question);
            self.people.change_body(contact, |view| {
                for below in hanging {
                    view.answers.remove(&below);
                }
                match value {
                    Some(value) => drop(view.answers.insert(question.to_owned(), value.to_owned())),
                    None => drop(view.answers.remove(question)),
                }
            });
        }
        // Taken back, it puts no words into anybody's mouth.
        self.forget_place(contact, question);
        if undoes || self.open.as_ref().is_none_or(|open| open.contact != contact) {
            return;
        }
        if let (Some(_), Err(why)) = (&reply, self.may_compose()) {
            // Not read as if the answer had been refused too.
            let say = self.about("texter-answer-kept", contact);
            return self.say(Level::Warning, say.with("why", Arg::Key(why.key)));
        }
        if value.is_some_and(|value| self.wait_for_place(id, contact, question, value)) {
            return;
        }
        if let Some(reply) = reply {
            if self.takes_answer(question, value) {
                self.say(Level::Warning, self.about("texter-answer-recalled", contact));
                return;
            }
            match self.script_text(contact, &reply) {
                Ok(text) => self.put_into_composer(format!("answer:{question}"), &text),
                Err(why) => self.say(Level::Warning, why),
            }
        }
    }

    /// Takes the line that came with an answer out of what is being written, now that the answer is taken back. What was added by hand
    /// stays. True when there was one.
    fn takes_its_line(&mut self, contact: ContactId, question: &str, value: Option<&String>) -> bool {
        let own = format!("answer:{question}");
        let source = self.open.as_ref().filter(|open| open.contact == contact).and_then(|open| open.source.clone());
        // Where other words stood before, the line was put behind them: it is looked for as it was put there.
        let put = || {
            let questions = &self.campaign.as_ref()?.def.questions;
            let reply = &questions.iter().find(|one| one.id == question)?.answer_of(value?)?.reply;
            let text = self.script_text(contact, reply).ok().filter(|text| !text.is_empty())?;
            Some(self.as_kept(plainer(&text).as_ref().map_or(text.as_str(), |(plain, _)| plain.as_str())))
        };
        let Some(line) = source.filter(|(source, _)| *source == own).map(|(_, line)| line).or_else(put) else {
            return false;
        };
        let Some(open) = self.open.as_mut().filter(|open| open.contact == contact) else { return false };
        let Some(place) = open.editor.text().find(&line) else { return false };
        let text = open.editor.text();
        let (before, after) =
            (text.get(..place).unwrap_or_default(), text.get(place + line.len()..).unwrap_or_default());
        let rest = match (before.trim_end(), after.trim_start()) {
            ("", rest) | (rest, "") => rest.to_owned(),
            (before, after) => format!("{before} {after}"),
        };
        open.editor.replace(&rest);
        if open.source.as_ref().is_some_and(|(source, _)| *source == own) {
            open.source = None;
        }
        open.typed = false;
        self.draft_dirty = true;
        true
    }

    /// A contact is not mine any more.
    pub(super) fn forget_contact(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        self.keep_name_of_mine(contact);
        if self.card.as_ref().is_some_and(|card| card.contact == contact) {
            self.card = None;
        }
        if self.open.as_ref().is_some_and(|open| open.contact == contact) {
            self.leave_thread(fx);
            self.overlays.retain(|overlay| !matches!(overlay, Overlay::Canned { .. } | Overlay::Answers { .. }));
        }
        self.overlays.retain(|overlay| overlay.about() != Some(contact));
        self.forget_places_of(contact);
        self.no_undo_for(contact);
        self.asked.remove(&contact);
        // It counts neither as sent nor as still to be sent. Where what is done is counted by what is held, who was texted counts no more
        // either: after a restart nobody could tell.
        let by_what_is_held = !self.options.hands_out;
        if self.people.remove(contact).is_some_and(|line| by_what_is_held || line.status == Status::NeedsMessage) {
            self.slice_total = self.slice_total.saturating_sub(1);
        }
        self.threads.remove(contact);
    }

    /// Hash of the reply as it stands, for the view's report.
    #[must_use]
    pub fn reply_hash(&self) -> Option<String> {
        self.open.as_ref().map(|open| hash(open.editor.text()))
    }
}
