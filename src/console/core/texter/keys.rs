//! Keys to actions, actions to deeds.

use std::time::Duration;

use super::model::{Claim, Focus, Model};
use super::overlay::{Overlay, Picking, Writing};
use super::overlay_keys::{digit, release_rows};
use super::people::is_waiting;
use crate::api::act::Act;
use crate::api::message::ThreadEntry;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Stamp, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::presses::Meant;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::keymap::action::Action;
use crate::console::keymap::chord::{Chord, Key, Press};
use crate::console::keymap::context::{Fact, Facts};
use crate::domain::bidi::joined;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::safe_text::safe_body;
use crate::domain::tag;

/// Rows of a page.
const PAGE: usize = 10;

/// Actions that change something outside this screen: each wants one deliberate press.
pub(super) fn is_deed(action: Action) -> bool {
    matches!(
        action,
        Action::Send
            | Action::SendNext
            | Action::SendStay
            | Action::Skip
            | Action::Undo
            | Action::WrongNumber
            | Action::OptOut
            | Action::OptOutNow
            | Action::NotOptOut
            | Action::OptOutSilent
            | Action::Flag
            | Action::Star
            | Action::Suggestion
            | Action::Close
            | Action::Reopen
            | Action::Choose
            | Action::Pick
            | Action::Yes
            | Action::No
            | Action::ClearAnswer
            | Action::RequestMore
            | Action::TakeReplies
            | Action::Release
            | Action::Finish
            | Action::Home
            | Action::Quit
    )
}

impl Model {
    /// The facts that bindings ask for.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let line = self.at_hand().and_then(|id| self.people.line(id));
        // All replies are looked through for it.
        let suggestion = self.options.keymap.asks_for(Fact::Suggestion) && !self.suggestions().is_empty();
        Facts::default()
            .with(Fact::Frozen, line.is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. })))
            .with(Fact::Closed, line.is_some_and(|line| line.status == Status::Closed))
            .with(Fact::ThreadOpen, self.open.is_some())
            .with(Fact::Waiting, self.people.waiting() > 0)
            .with(Fact::Draft, self.open.as_ref().is_some_and(|open| !open.editor.is_blank()))
            .with(Fact::Undoable, !self.undo.is_empty())
            .with(Fact::Paused, self.state == crate::api::campaign::CampaignState::Paused)
            .with(Fact::Rehearsal, self.rehearsal() == Some(true))
            .with(Fact::OptedOut, line.is_some_and(|line| matches!(line.opt_out, OptOut::Yes { .. })))
            .with(Fact::Suggestion, suggestion)
            .with(Fact::FirstText, line.is_some_and(|line| line.status == Status::NeedsMessage))
            .with(Fact::OffHours, self.at_hand().is_some_and(|contact| self.is_off_hours(contact)))
    }

    /// The keys typed of a sequence that is not complete.
    #[must_use]
    pub fn typed(&self) -> &[Chord] {
        self.hands.typed()
    }

    pub(super) fn key(&mut self, chord: Chord, press: Press, stamp: Stamp, fx: &mut Vec<Effect>) {
        if self.is_typed_on(chord, stamp) {
            return;
        }
        self.notices.seen();
        self.works(stamp);
        let (context, facts) = (self.context(), self.facts());
        let look_up = |typed: &[Chord]| self.options.keymap.look_up(context, typed, facts);
        let gate = (&mut self.gate, &self.options.gate);
        match self.hands.press((chord, press, stamp), gate, look_up, is_deed, fx) {
            Meant::Do(action) => self.perform(action, chord, stamp, fx),
            Meant::Keys(typed) => {
                if let ([Chord { key: Key::Char(c), ctrl: false, alt: false, .. }], true) =
                    (typed.as_slice(), context.takes_text())
                {
                    self.type_char(*c, fx);
                } else if press != Press::Repeat && !context.takes_text() && self.overlays.is_empty() {
                    // Said, so that nobody waits for what will not come.
                    let typed: Vec<String> = typed.iter().map(Chord::to_string).collect();
                    let help = self.options.keymap.key_for(context, Action::Help).unwrap_or_default();
                    self.say(
                        Level::Info,
                        Say::new("texter-no-such-key").with("typed", typed.join(" ")).with("help", help),
                    );
                }
            }
            // It may wait to be known as one press: its stamp is that act's, and nobody else's id.
            Meant::Nothing => self.fresh = None,
        }
    }

    /// Does what was asked for by its name, or says why not.
    pub(super) fn by_name(&mut self, action: Action, stamp: Stamp, fx: &mut Vec<Effect>) {
        self.notices.seen();
        self.hands.forget();
        match self.why_not(action) {
            Some(why) => self.say(Level::Info, why),
            None => self.perform(action, Chord::plain(Key::Enter), stamp, fx),
        }
    }

    fn type_char(&mut self, c: char, fx: &mut Vec<Effect>) {
        if self.overlays.last() == Some(&Overlay::Begin) {
            return self.begin(c, fx);
        }
        let kept = self.as_kept(c.encode_utf8(&mut [0; 4]));
        if let Some((text, selected)) = self.overlays.last_mut().and_then(Overlay::typed_in) {
            text.type_char(c);
            if let Some(selected) = selected {
                *selected = 0;
            }
        } else if let Some(open) = self.open.as_mut().filter(|_| self.focus == Focus::Composer) {
            kept.chars().for_each(|c| open.editor.type_char(c));
            open.typed = true;
            self.draft_dirty = true;
        }
    }

    /// Text, never commands.
    pub(super) fn paste(&mut self, text: &str, fx: &mut Vec<Effect>) {
        let text = &self.as_kept(&joined(text));
        if self.overlays.last() == Some(&Overlay::Begin) {
            // A line of the front end in lines: that letter alone.
            let mut letters = text.trim().chars();
            if let (Some(letter), None) = (letters.next(), letters.next()) {
                self.begin(letter, fx);
            }
            return;
        }
        match self.overlays.last_mut() {
            Some(layer) => {
                if let Some((typed, _)) = layer.typed_in() {
                    typed.insert(&text.replace(['\n', '\r'], " "));
                }
            }
            None if self.focus == Focus::Composer => {
                if let Some(open) = &mut self.open {
                    let text = safe_body(text);
                    open.editor.insert(&text);
                    open.typed = false;
                    open.looked_through = false;
                    self.draft_dirty = true;
                    // One that came with more than was meant is seen before it is sent.
                    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
                    if lines > 1 {
                        self.say(Level::Warning, Say::new("texter-pasted-lines").with("count", lines));
                    }
                }
            }
            None => self.say(Level::Info, Say::new("texter-paste-nowhere")),
        }
    }

    fn edit(&mut self, change: impl FnOnce(&mut crate::console::core::shared::editor::Editor)) {
        if let Some((text, selected)) = self.overlays.last_mut().and_then(Overlay::typed_in) {
            change(text);
            if let Some(selected) = selected {
                *selected = 0;
            }
        } else if let Some(open) = self.open.as_mut().filter(|_| self.focus == Focus::Composer) {
            change(&mut open.editor);
            open.typed = true;
            open.looked_through |= open.editor.cursor() == 0;
            self.draft_dirty = true;
        }
    }

    /// A change that may bring a whole text at once.
    fn turn_back(&mut self, change: impl FnOnce(&mut crate::console::core::shared::editor::Editor)) {
        if let Some(open) = self.open.as_mut().filter(|_| self.overlays.is_empty()) {
            open.looked_through = false;
        }
        self.edit(change);
    }

    pub(super) fn push_overlay(&mut self, overlay: Overlay) {
        self.opened_at = self.now.map_or(std::time::Duration::ZERO, |now| now.mono);
        self.overlays.push(overlay);
    }

    /// Does what an action says. `stamp` is the press's.
    pub(super) fn perform(&mut self, action: Action, chord: Chord, stamp: Stamp, fx: &mut Vec<Effect>) {
        self.notices.done_with();
        match action {
            Action::Send => self.send_card(stamp, fx),
            Action::SendNext => self.send_reply(stamp, true, fx),
            Action::SendStay => self.send_reply(stamp, false, fx),
            Action::Skip => self.on_contact(stamp, fx, |contact| Act::Close { contact }),
            Action::Close => self.close(stamp, fx),
            Action::Reopen => self.on_contact(stamp, fx, |contact| Act::Reopen { contact }),
            Action::WrongNumber => self.on_contact(stamp, fx, |contact| Act::WrongNumber { contact }),
            Action::OptOutNow | Action::OptOutSilent if self.is_out() => {
                self.say(Level::Info, Say::new("texter-opted-out"));
            }
            Action::OptOutNow => {
                self.on_contact(stamp, fx, |contact| Act::OptOut { contact, notice: true, grace: true })
            }
            Action::NotOptOut => self.not_opt_out(stamp, fx),
            Action::OptOut => self.ask_opt_out(),
            Action::Undo => self.take_last_back(stamp, fx),
            Action::RequestMore => self.request_more(fx),
            Action::TakeReplies => self.take_replies(stamp, fx),
            Action::Release => {
                if self.people.is_empty() {
                    self.say(Level::Info, Say::new("texter-nothing-to-release"));
                } else {
                    self.push_overlay(Overlay::Release { selected: release_rows(self.options.talks_alone) - 1 });
                }
            }
            Action::Finish => self.finish(fx),
            Action::NextWaiting => self.next_waiting(fx),
            Action::Open => match self.selected {
                Some(contact) => self.open_thread(contact, fx),
                None => self.say(Level::Info, Say::new("texter-inbox-empty")),
            },
            Action::Compose => match self.may_compose() {
                Ok(()) => {
                    self.focus = Focus::Composer;
                    if let Some(open) = &mut self.open {
                        open.typed = false;
                        // What is being answered stays in view; what came since has to be seen before anything goes.
                        let seen = self.threads.get(open.contact).is_some_and(|t| t.foreign_seq() <= open.seen_seq);
                        if !seen || open.new_below > 0 {
                            open.hidden_below = 0;
                            open.new_below = 0;
                        }
                    }
                }
                Err(why) => self.say(Level::Warning, why),
            },
            Action::Canned => match self.may_compose() {
                Ok(()) => self.push_overlay(Overlay::Canned { query: Default::default(), selected: 0 }),
                Err(why) => self.say(Level::Warning, why),
            },
            Action::Answers => self.ask_answer(false),
            Action::Script => self.ask_answer(true),
            Action::Person => match self.at_hand().filter(|contact| self.people.body(*contact).is_some()) {
                Some(contact) => self.push_overlay(Overlay::Person { contact, scroll: 0 }),
                None => self.say(Level::Info, Say::new("texter-loading")),
            },
            Action::Guide => match self.why_not(Action::Guide) {
                None => self.push_overlay(Overlay::Guide { query: Default::default(), scroll: 0 }),
                Some(why) => self.say(Level::Info, why),
            },
            Action::Tags => self.ask_pick(|contact| Picking::Tags { contact, close: false }),
            Action::TagClose => self.ask_pick(|contact| Picking::Tags { contact, close: true }),
            Action::Snooze => self.ask_pick(Picking::Snooze),
            Action::Language => self.ask_pick(Picking::Language),
            Action::Flag => self.mark(tag::ESCALATED, stamp, fx),
            Action::Star => self.mark(tag::STAR, stamp, fx),
            Action::Sort => {
                let next = self.people.sort().next();
                self.people.set_sort(next);
                self.say(Level::Info, Say::new("texter-sorted").with("sort", Arg::Key(next.key())));
            }
            Action::Search => self.push_overlay(Overlay::Search { query: Default::default(), selected: 0 }),
            Action::OptOutSilent => {
                self.on_contact(stamp, fx, |contact| Act::OptOut { contact, notice: false, grace: false })
            }
            Action::Note => self.ask_note(),
            Action::AskCaptain => match self.at_hand() {
                Some(contact) => {
                    self.push_overlay(Overlay::Write { what: Writing::Ask(contact), text: Default::default() });
                }
                None => self.say(Level::Info, Say::new("texter-inbox-empty")),
            },
            Action::Suggestion => self.take_suggestion(digit(chord), stamp, fx),
            Action::Plain => self.make_plain(),
            Action::Greet => self.greet(),
            Action::ShowHard => self.show_hard(),
            Action::EditCard => self.edit_card(),
            Action::Filter => self.push_overlay(Overlay::Pick { what: Picking::Filter, selected: 0 }),
            Action::Copy => self.copy(fx),
            Action::SwitchPane => self.switch_pane(fx),
            Action::SidePane => {
                self.side_pane = !self.side_pane;
                // On a narrow screen nothing else would show that the key did anything.
                let key = self.options.keymap.key_for(self.context(), Action::SidePane).unwrap_or_default();
                let say = if self.side_pane { "texter-side-pane-on" } else { "texter-side-pane-off" };
                self.say(Level::Info, Say::new(say).with("key", key));
                if !self.side_pane && self.focus != Focus::Card {
                    // The hands stay where they are; the pane comes back with the next key that needs it.
                    self.save_draft(fx);
                }
            }
            Action::Back => self.back(fx),
            Action::Up => self.vertical(-1, fx),
            Action::Down => self.vertical(1, fx),
            Action::PageUp => self.vertical(-(PAGE as isize), fx),
            Action::PageDown => self.vertical(PAGE as isize, fx),
            Action::Top => self.vertical(isize::MIN / 2, fx),
            Action::Bottom => self.vertical(isize::MAX / 2, fx),
            Action::Choose | Action::Pick | Action::Yes | Action::No => self.choose(action, chord, stamp, fx),
            Action::PreviousQuestion => self.turn_question(-1),
            Action::NextQuestion => self.turn_question(1),
            Action::ClearAnswer => self.clear_answer(stamp, fx),
            Action::CursorLeft => self.edit(|e| e.left()),
            Action::CursorRight => self.edit(|e| e.right()),
            Action::CursorUp => self.edit(|e| {
                if !e.up() {
                    e.line_start()
                }
            }),
            Action::CursorDown => self.edit(|e| {
                if !e.down() {
                    e.line_end()
                }
            }),
            Action::WordLeft => self.edit(|e| e.word_left()),
            Action::WordRight => self.edit(|e| e.word_right()),
            Action::LineStart => self.edit(|e| e.line_start()),
            Action::LineEnd => self.edit(|e| e.line_end()),
            Action::DeleteBack => self.edit(|e| e.delete_back()),
            Action::DeleteForward => self.edit(|e| e.delete_forward()),
            Action::DeleteWord => self.edit(|e| e.delete_word()),
            Action::KillEnd => self.edit(|e| e.kill_end()),
            Action::KillLine => self.edit(|e| e.kill_line()),
            Action::UndoEdit => self.turn_back(|e| _ = e.undo()),
            Action::RedoEdit => self.turn_back(|e| _ = e.redo()),
            Action::Newline => self.edit(|e| e.type_char('\n')),
            Action::ExternalEditor => match (self.may_compose(), &self.open) {
                (Ok(()), Some(open)) => {
                    fx.push(Effect::OpenEditor { contact: open.contact, text: open.editor.text().to_owned() });
                }
                (Err(why), _) => self.say(Level::Warning, why),
                (Ok(()), None) => {}
            },
            Action::Help => {
                let from = self.context();
                self.push_overlay(Overlay::Help { from, scroll: 0 });
            }
            Action::Palette => {
                let from = self.context();
                let seen = self.focus == Focus::Card && self.card_was_seen(stamp);
                self.seen_below = self.at_hand().filter(|_| seen);
                self.push_overlay(Overlay::Palette { from, query: Default::default(), selected: 0 });
            }
            Action::Outbox => self.push_overlay(Overlay::Outbox { scroll: 0 }),
            Action::Messages => self.push_overlay(Overlay::Messages { scroll: 0 }),
            Action::Redraw => self.gate.disarm(),
            Action::Suspend => {
                self.save_draft(fx);
                fx.push(Effect::Suspend);
            }
            Action::Home => {
                if let Some(why) = self.why_not(Action::Home) {
                    self.say(Level::Info, why);
                } else {
                    // Nothing is given up by it: what waits to be handed in goes on from there.
                    self.goes_home = true;
                    self.quit(fx);
                }
            }
            Action::Quit => self.ask_quit(fx),
            Action::PauseResume
            | Action::Reclaim
            | Action::Held
            | Action::Flagged
            | Action::Talks
            | Action::Mark
            | Action::MarkAll
            | Action::Reassign
            | Action::SetStatus
            | Action::Announce
            | Action::DoneForDay
            | Action::WaitingRoom
            | Action::Refresh => {}
        }
    }

    /// An act on the contact at hand. On the card it must have been seen, like a text.
    fn on_contact(&mut self, stamp: Stamp, fx: &mut Vec<Effect>, act: impl FnOnce(ContactId) -> Act) {
        let Some(contact) = self.at_hand() else { return };
        if self.focus == Focus::Card && !self.card_was_seen(stamp) && self.seen_below != Some(contact) {
            return;
        }
        let act = act(contact);
        let out = self.people.line(contact).is_some_and(|line| matches!(line.opt_out, OptOut::Yes { .. }));
        if out && matches!(act, Act::OptOut { .. }) {
            // Said again, it would be taken back as if it were this person's own.
            return self.say(Level::Info, Say::new("texter-opted-out"));
        }
        self.confirm_act(act, stamp, fx);
    }

    /// Decides on what was seen: a text that came meanwhile may be another doubt.
    fn not_opt_out(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        let Some(after_seq) = self.open.as_ref().map(|open| open.seen_seq) else { return };
        self.on_contact(stamp, fx, |contact| Act::NotOptOut { contact, after_seq });
    }

    fn close(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        let frozen = self
            .at_hand()
            .and_then(|id| self.people.line(id))
            .is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. }));
        if frozen {
            // Undecided at close counts as opted out; that is not to happen by a slip.
            self.say(Level::Warning, Say::new("texter-decide-first"));
        } else {
            self.on_contact(stamp, fx, |contact| Act::Close { contact });
        }
    }

    /// A card that cannot be sent may be skipped once it is there; one that can, once it was seen.
    pub(super) fn card_was_seen(&self, stamp: Stamp) -> bool {
        self.card_block().is_some() || self.gate.ready(stamp.mono, &self.options.gate).is_some()
    }

    /// Whoever is at hand is opted out already.
    pub(super) fn is_out(&self) -> bool {
        let line = self.at_hand().and_then(|contact| self.people.line(contact));
        line.is_some_and(|line| matches!(line.opt_out, OptOut::Yes { .. }))
    }

    fn ask_opt_out(&mut self) {
        let Some(contact) = self.at_hand() else { return };
        if self.is_out() {
            self.say(Level::Info, Say::new("texter-opted-out"));
            return;
        }
        // One default wherever it is pressed: a slip of one more key opts nobody out. Only who wrote what sounds like it may well have asked.
        let line = self.people.line(contact);
        let asked = line.is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. }));
        let selected = if asked { 0 } else { 2 };
        self.push_overlay(Overlay::OptOut { contact, selected });
    }

    /// Asks for contacts, whatever was said before.
    fn request_more(&mut self, fx: &mut Vec<Effect>) {
        if matches!(self.link, LinkState::Offline { .. }) {
            return self.say(Level::Info, Say::new("texter-offline-no-more"));
        }
        if !self.loaded {
            for ask in [Ask::Me, Ask::Campaign(self.options.campaign), Ask::Assignment(self.options.campaign)] {
                fx.push(Effect::Load(ask));
            }
            return;
        }
        self.asked_more = true;
        if !matches!(self.claim, Claim::Asked { .. }) {
            self.ask_for_slice(fx);
            fx.push(Effect::Stop(Timer::Retry));
        }
    }

    pub(super) fn finish(&mut self, fx: &mut Vec<Effect>) {
        if !self.is_scored() {
            self.say(Level::Info, Say::new("texter-no-rehearsal"));
        } else if self.score.is_some() {
            self.overlays = vec![Overlay::Score { scroll: 0 }];
        } else if !self.is_handed_in() {
            // Ended now, what was pressed a moment ago would not go out, or not be in the score, and nobody would be told.
            self.finish_later = true;
            self.say(Level::Info, Say::new("texter-finish-later"));
        } else if !self.finishing {
            // What was pressed leaves: the end takes nothing back.
            _ = self.window_ends(Duration::MAX, fx);
            self.save_draft(fx);
            self.finish_later = false;
            self.finishing = true;
            fx.push(Effect::FinishRehearsal);
            self.say(Level::Info, Say::new("texter-finishing"));
        }
    }

    fn next_waiting(&mut self, fx: &mut Vec<Effect>) {
        let here = self.open.as_ref().map(|open| open.contact);
        match self.people.waiting_after(here) {
            Some(next) => {
                self.side_pane = true;
                self.open_thread(next, fx);
            }
            // From the cards the one that is open is the next.
            None if self.only_this_one_waits() && self.focus == Focus::Card => {
                self.side_pane = true;
                self.focus = Focus::Thread;
            }
            None if self.only_this_one_waits() => self.say(Level::Info, Say::new("texter-nobody-else-waits")),
            None => self.say(Level::Info, Say::new("texter-nobody-waits")),
        }
    }

    /// The one whose conversation is open waits, and nobody else.
    pub(super) fn only_this_one_waits(&self) -> bool {
        let here = self.open.as_ref().map(|open| open.contact);
        let waits = here.and_then(|id| self.people.line(id)).is_some_and(is_waiting);
        waits && self.people.longest_waiting(here).is_none()
    }

    fn copy(&mut self, fx: &mut Vec<Effect>) {
        let Some(thread) = self.open.as_ref().and_then(|open| self.threads.get(open.contact)) else { return };
        let last = thread.entries().iter().rev().find_map(|entry| match entry {
            ThreadEntry::Message(message) => Some(safe_body(&message.body)),
            ThreadEntry::Note { .. } => None,
        });
        if let Some(text) = last {
            fx.push(Effect::Copy(text));
            self.say(Level::Info, Say::new("texter-copied"));
        }
    }

    /// The one key that arms the card.
    fn switch_pane(&mut self, fx: &mut Vec<Effect>) {
        self.save_draft(fx);
        let writing = self.focus == Focus::Composer && self.open.as_ref().is_some_and(|open| !open.editor.is_blank());
        if writing && self.card_could_go() {
            // A slip while writing: the next space of the sentence would send a first text to somebody else.
            let key = self.options.keymap.key_for(self.context(), Action::Back).unwrap_or_default();
            return self.say(Level::Info, Say::new("texter-still-writing-here").with("key", key));
        }
        self.focus = match self.focus {
            Focus::Card => {
                self.side_pane = true;
                if self.open.is_some() { Focus::Thread } else { Focus::Inbox }
            }
            Focus::Inbox | Focus::Thread | Focus::Composer => Focus::Card,
        };
    }

    /// A card waits that one press would send, or is about to.
    fn card_could_go(&self) -> bool {
        self.card.is_some() || !self.people.queue().is_empty()
    }

    fn back(&mut self, fx: &mut Vec<Effect>) {
        if self.overlays.last() == Some(&Overlay::Begin) {
            return;
        }
        if let Some(overlay) = self.overlays.pop() {
            match overlay {
                Overlay::Leave { .. } => self.leaving = false,
                Overlay::Write { what: Writing::Card(contact), text } => self.keep_edit(contact, text.text()),
                Overlay::Write { .. } => {
                    self.notices.withdraw("texter-not-a-day");
                    self.notices.withdraw("texter-not-a-moment");
                }
                _ => {}
            }
            return;
        }
        match self.focus {
            Focus::Composer => {
                self.save_draft(fx);
                self.focus = Focus::Thread;
            }
            Focus::Thread => self.leave_thread(fx),
            Focus::Inbox => {
                let key = self.options.keymap.key_for(self.context(), Action::SwitchPane).unwrap_or_default();
                self.say(Level::Info, Say::new("texter-back-from-list").with("key", key));
            }
            Focus::Card => {}
        }
    }

    pub(super) fn ask_quit(&mut self, fx: &mut Vec<Effect>) {
        let asked = self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Leave { .. }));
        let waiting = self.is_unsettled() || self.stays_first();
        if asked || !(waiting || self.something_stays() || self.score_is_due()) {
            self.quit(fx);
        } else if waiting || self.something_stays() {
            self.save_draft(fx);
            self.push_overlay(Overlay::Leave { selected: 0 });
        } else {
            self.finish(fx);
        }
    }

    /// Something that was confirmed is not handed in, or needs somebody.
    fn is_unsettled(&self) -> bool {
        let open = self.unknown_count() + self.parked_count() > 0;
        open || !self.is_handed_in() || self.acts.busy().is_some()
    }

    /// Everything that was pressed is confirmed, and everything confirmed is handed in.
    pub(super) fn is_handed_in(&self) -> bool {
        self.window.is_empty() && self.acts.unsettled() == 0 && self.outbox.0 == 0
    }

    /// Voters wait for this texter's answer, who could still give it. A rehearsal says so in its score.
    pub(super) fn voters_wait(&self) -> bool {
        self.people.waiting() > 0
            && !self.is_scored()
            && !self.options.practice
            && !matches!(self.link, LinkState::SignedOut { .. })
    }

    /// Something is in hand, or begun to be written, of which it is said before leaving who gets it and when.
    pub(super) fn something_stays(&self) -> bool {
        if self.is_scored() || self.options.practice || matches!(self.link, LinkState::SignedOut { .. }) {
            return false;
        }
        let (unsent, talks, _) = self.in_hand();
        unsent + talks > 0 || self.drafts_begun() > 0
    }

    /// Nothing keeps anybody from leaving but what stays theirs.
    pub(super) fn leaves_only_what_stays(&self) -> bool {
        self.something_stays() && !self.is_unsettled()
    }

    /// A practice is left before its end.
    pub(super) fn leaves_practice(&self) -> bool {
        self.options.practice && !self.practised() && !self.is_unsettled()
    }

    /// Who leaves is asked once more, and to stay is the first choice.
    pub(super) fn stays_first(&self) -> bool {
        self.leaves_only_what_stays() || self.leaves_practice()
    }

    /// A rehearsal is not left without its score; a second press leaves all the same.
    fn score_is_due(&self) -> bool {
        self.is_scored() && self.sent > 0 && self.score.is_none() && !self.finishing
    }

    pub(super) fn vertical(&mut self, by: isize, fx: &mut Vec<Effect>) {
        // What waits to be known as one press was pressed on another row.
        self.hands.drop_waiting();
        let rows = self.overlay_rows();
        let step = |at: &mut usize, len: usize| {
            *at = at.saturating_add_signed(by).min(len.saturating_sub(1));
        };
        match self.overlays.last_mut() {
            Some(
                Overlay::Help { scroll: at, .. }
                | Overlay::Messages { scroll: at }
                | Overlay::Outbox { scroll: at }
                | Overlay::Person { scroll: at, .. }
                | Overlay::Guide { scroll: at, .. }
                | Overlay::Score { scroll: at }
                | Overlay::Palette { selected: at, .. }
                | Overlay::Canned { selected: at, .. }
                | Overlay::Answers { selected: at, .. }
                | Overlay::Pick { selected: at, .. }
                | Overlay::Search { selected: at, .. }
                | Overlay::OptOut { selected: at, .. }
                | Overlay::Release { selected: at }
                | Overlay::Leave { selected: at },
            ) => step(at, rows),
            Some(Overlay::Write { .. } | Overlay::Begin) => {}
            None => match self.focus {
                Focus::Card => {}
                Focus::Inbox => {
                    let mut at = self.selected.and_then(|id| self.people.inbox_place(id)).unwrap_or(0);
                    step(&mut at, self.people.inbox_len());
                    self.selected = self.people.inbox().nth(at);
                }
                Focus::Thread | Focus::Composer => self.scroll_thread(by, fx),
            },
        }
    }

    fn scroll_thread(&mut self, by: isize, fx: &mut Vec<Effect>) {
        let Some(open) = &mut self.open else { return };
        let Some(thread) = self.threads.get(open.contact) else { return };
        let most = (thread.entries().len() + self.acts.about(open.contact).count()).saturating_sub(1);
        open.hidden_below = open.hidden_below.saturating_add_signed(by.saturating_neg()).min(most);
        open.new_below = open.new_below.min(open.hidden_below);
        let at_top = open.hidden_below == most;
        if at_top && by < 0 && thread.more_before && self.thread_asked.is_none() {
            self.thread_asked = Some(open.contact);
            fx.push(Effect::Load(Ask::Thread { contact: open.contact, before: thread.oldest() }));
        }
    }
}
