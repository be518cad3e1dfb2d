//! The undo window: between the press and the moment when a text is confirmed it may still be taken back.
//!
//! A text in the window is *not* confirmed. Its reply stays a draft in the journal, behind what is being written, and its
//! card is simply not done at the server. So a crash loses nothing and sends nothing that nobody looks at: the reply comes
//! again as the draft, the contact as a card. When the window ends, all that a press is held against is looked at again;
//! what holds no more comes back with the reason. Only then is the text journaled, under the id and with the evidence of
//! its press.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::acts::Then;
use super::model::Model;
use super::undo::Undo;
use crate::api::assignment::ContactSummary;
use crate::api::message::SendRequest;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat, Stamp, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;

/// A text that was pressed and may still be taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Pressed {
    /// Minted at the press; the text's id once it is confirmed.
    pub id: Uuid,
    /// When, by this laptop's wall clock.
    pub at: Timestamp,
    /// When it leaves, by the monotonic clock.
    due: Duration,
    /// As it will be confirmed.
    pub request: SendRequest,
    /// Where the contact stood before.
    before: (Status, Option<Timestamp>),
}

impl Model {
    /// How long a text of this kind may be taken back; none when it leaves with its press.
    pub(super) fn window_of(&self, kind: MessageKind) -> Option<Duration> {
        let window = match kind {
            MessageKind::Initial => self.options.initial_window,
            _ => self.options.reply_window,
        };
        (!window.is_zero()).then_some(window)
    }

    /// Those in the window, oldest first.
    #[must_use]
    pub fn in_window(&self) -> &[Pressed] {
        &self.window
    }

    /// True when a first text to this person is in the window.
    pub(super) fn initial_in_window(&self, contact: ContactId) -> bool {
        let initial = |one: &Pressed| one.request.kind == MessageKind::Initial && one.request.contact == contact;
        self.window.iter().any(initial)
    }

    /// A line of the server's, with what is in the window.
    pub(super) fn as_pressed(&self, line: &mut ContactSummary) {
        for one in self.window.iter().filter(|one| one.request.contact == line.id) {
            match one.request.kind {
                MessageKind::Initial if line.status == Status::NeedsMessage => line.status = Status::Messaged,
                MessageKind::Reply if line.foreign_seq <= one.request.after_seq => {
                    line.status = line.status.after_outbound();
                    line.waiting_since = None;
                }
                _ => {}
            }
        }
    }

    /// Puts a text that was pressed into the window, and the hands move on.
    pub(super) fn hold(
        &mut self,
        request: SendRequest,
        window: Duration,
        stamp: Stamp,
        go_on: bool,
        fx: &mut Vec<Effect>,
    ) {
        if self.fresh.is_some_and(|fresh| fresh.id == stamp.id) {
            self.fresh = None;
        }
        let (contact, kind) = (request.contact, request.kind);
        let before = self.people.line(contact).map_or((Status::NeedsMessage, None), |l| (l.status, l.waiting_since));
        if kind == MessageKind::Reply {
            // What waited behind it stays behind it.
            self.put_draft(contact, "", fx);
            self.put_behind(contact, &request.body, fx);
        }
        self.undo.push(Undo::Text { id: stamp.id, contact });
        self.window.push(Pressed { id: stamp.id, at: stamp.wall, due: stamp.mono + window, request, before });
        if let Some(mut line) = self.people.line(contact).cloned() {
            self.as_pressed(&mut line);
            self.people.put(line);
        }
        if kind == MessageKind::Initial {
            self.card = None;
            return;
        }
        let mut next = None;
        if self.open.as_ref().is_some_and(|open| open.contact == contact) {
            next = self.take_behind(contact, fx);
        }
        if let Some(text) = &next {
            self.put_draft(contact, text, fx);
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.contact == contact) {
            open.clear();
            if let Some(text) = &next {
                // To be looked at before the hands go on.
                open.editor.replace(text);
                open.looked_through = false;
            }
        }
        if next.is_some() {
            let say = self.about("texter-leaving-then", contact).with("seconds", window.as_secs());
            let say = say.with("key", self.undo_key());
            return self.say(Level::Info, say);
        }
        if go_on {
            self.go_on(Some(contact), fx);
        }
        let say = self.about("texter-leaving", contact).with("seconds", window.as_secs()).with("key", self.undo_key());
        self.say(Level::Info, say);
    }

    /// Takes one out of the window: it never was confirmed. A reply is in the composer again, a first text on the card.
    pub(super) fn take_back(&mut self, id: Uuid, fx: &mut Vec<Effect>) {
        let Some(place) = self.window.iter().position(|one| one.id == id) else { return };
        let one = self.window.remove(place);
        let contact = one.request.contact;
        self.back_as_it_was(&one);
        let mut later = false;
        match one.request.kind {
            MessageKind::Initial => {
                self.people.queue_first(contact);
                self.card = None;
                self.focus = super::model::Focus::Card;
            }
            _ => {
                self.drop_behind(contact, &one.request.body, fx);
                self.side_pane = true;
                if self.open.as_ref().is_none_or(|open| open.contact != contact) {
                    self.open_thread(contact, fx);
                }
                // What was begun meanwhile waits behind it: what was asked for is what comes.
                let begun = self.open.as_mut().filter(|open| open.contact == contact && !open.editor.is_blank());
                let begun = begun.map(|open| std::mem::take(&mut open.editor).text().to_owned());
                if let Some(begun) = &begun {
                    self.put_draft(contact, "", fx);
                    self.put_behind(contact, begun, fx);
                    later = true;
                }
                self.draft_again(contact, &one.request.body, one.request.source.clone(), fx);
                if let Some(open) = self.open.as_mut().filter(|open| open.contact == contact) {
                    open.source_version = one.request.script_version;
                    self.focus = super::model::Focus::Composer;
                }
            }
        }
        let say = if later { "texter-taken-back-text-first" } else { "texter-taken-back-text" };
        self.say(Level::Info, self.about(say, contact));
    }

    fn back_as_it_was(&mut self, one: &Pressed) {
        let (status, waiting_since) = one.before;
        let again = one.request.kind == MessageKind::Initial;
        self.people.change(one.request.contact, |line| {
            if again && line.status == Status::Messaged || line.status == Status::Convo {
                line.status = status;
                line.waiting_since = line.waiting_since.or(waiting_since);
            }
        });
    }

    /// A text of the window is not confirmed after all, and why.
    fn comes_back(&mut self, one: &Pressed, why: Say, fx: &mut Vec<Effect>) {
        let contact = one.request.contact;
        self.back_as_it_was(one);
        if one.request.kind == MessageKind::Initial {
            self.card_again(contact, &why, None);
        } else {
            self.drop_behind(contact, &one.request.body, fx);
            // What was recalled must not be said any more: the voter waits, and gets other words.
            if !self.carries(contact, &one.request.said()) {
                self.draft_again(contact, &one.request.body, one.request.source.clone(), fx);
            }
        }
        self.say(Level::Warning, why);
    }

    /// Why a text of the window must not be confirmed any more.
    fn holds_no_more(&self, one: &Pressed) -> Option<Say> {
        let request = &one.request;
        let line = self.people.line(request.contact)?;
        if line.epoch != request.epoch {
            return Some(self.about("texter-back", request.contact));
        }
        let initial = request.kind == MessageKind::Initial;
        if let Some(why) = if initial { self.all_blocked() } else { self.replies_blocked() } {
            return Some(why);
        }
        if !initial && line.foreign_seq > request.after_seq {
            return Some(self.about("texter-back-wrote-again", request.contact));
        }
        let (Some(_), Some(campaign)) = (self.campaign_now(), self.campaign.as_ref()) else {
            return Some(self.about("texter-back", request.contact));
        };
        if initial && campaign.script_version != request.script_version {
            return Some(self.about("texter-corrected", request.contact));
        }
        // A new script makes all that was read of a contact forgotten, and what is not known is not looked at.
        if self.people.body(request.contact).is_none() {
            return Some(self.about("texter-back", request.contact));
        }
        if let Some(opens) = self.opens_there(request.contact, request.kind) {
            return Some(Say::new("texter-hours-closed").with("at", opens));
        }
        self.carries(request.contact, &request.said()).then(|| {
            let key = if initial { "texter-back-recalled" } else { "texter-back-recalled-reply" };
            self.about(key, request.contact)
        })
    }

    /// The window of some has ended: they are confirmed, or come back. True when none came back.
    pub(super) fn window_ends(&mut self, mono: Duration, fx: &mut Vec<Effect>) -> bool {
        let mut all = true;
        let (due, rest) = std::mem::take(&mut self.window).into_iter().partition(|one: &Pressed| one.due <= mono);
        self.window = rest;
        let due: Vec<Pressed> = due;
        for one in due {
            // What was done since is what an undo pressed just then means.
            let on_top = matches!(self.undo.last(), Some(Undo::Text { id, .. }) if *id == one.id);
            self.undo.retain(|undo| !matches!(undo, Undo::Text { id, .. } if *id == one.id));
            if let Some(why) = self.holds_no_more(&one) {
                self.comes_back(&one, why, fx);
                all = false;
                continue;
            }
            if on_top {
                self.left_at = Some((mono, one.request.contact));
            }
            let confirmed = Confirmed { id: one.id, at: one.at, what: ConfirmedWhat::Text(one.request) };
            self.acts.start(confirmed.clone(), Then::Nothing);
            fx.push(Effect::Confirm(confirmed));
        }
        all
    }

    /// What is in the window for this person, or for all, leaves before its time. False when something of it came back instead: then
    /// what was to be done after it is not done either.
    pub(super) fn leave_now(&mut self, contact: Option<ContactId>, mono: Duration, fx: &mut Vec<Effect>) -> bool {
        let meant = |one: &Pressed| contact.is_none_or(|contact| one.request.contact == contact);
        for one in self.window.iter_mut().filter(|one| meant(one)) {
            one.due = Duration::ZERO;
        }
        self.window_ends(mono, fx)
    }

    /// Takes out of the window what may not go out any more, and sees to it that its end is told.
    pub(super) fn mind_the_window(&mut self, fx: &mut Vec<Effect>) {
        let stays = |model: &Self, one: &Pressed| {
            model.people.line(one.request.contact).is_some_and(|line| line.opt_out.allows_text())
        };
        let (keep, out): (Vec<Pressed>, Vec<Pressed>) =
            std::mem::take(&mut self.window).into_iter().partition(|one| stays(self, one));
        self.window = keep;
        for one in out {
            self.undo.retain(|undo| !matches!(undo, Undo::Text { id, .. } if *id == one.id));
            let contact = one.request.contact;
            match self.people.line(contact).map(|line| line.opt_out.clone()) {
                // What is undecided may be answered later: its words are kept.
                Some(OptOut::Possible { .. }) => {
                    let why = self.about("texter-back-frozen", contact);
                    self.comes_back(&one, why, fx);
                }
                Some(_) => {
                    self.drop_behind(contact, &one.request.body, fx);
                    let say = self.about("texter-back-opted-out", contact);
                    self.say(Level::Warning, say);
                }
                None => self.say(Level::Warning, Say::new("texter-back-gone")),
            }
        }
        let first = self.window.iter().map(|one| one.due).min();
        if first != self.window_due {
            self.window_due = first;
            if let (Some(due), Some(now)) = (first, self.now) {
                fx.push(Effect::After { timer: Timer::Window, delay: due.saturating_sub(now.mono) });
            }
        }
    }
}
