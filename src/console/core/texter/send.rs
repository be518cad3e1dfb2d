//! The one way to a confirmed text: a press on what is on the screen, with the evidence that it was seen.

use std::time::Duration;

use super::acts::Then;
use super::gate::Armed;
use super::model::{Focus, Model};
use crate::api::message::{SendRequest, Shown, ThreadEntry};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{ConfirmedWhat, Stamp};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::ids::ContactId;
use crate::domain::message::{Delivery, Direction, MessageKind};

/// Where a server wants two presses for a text: the second comes within this time, or it is a first one again.
const SECOND_PRESS: Duration = Duration::from_secs(10);

impl Model {
    /// The evidence for a text that is on the screen now and was pressed at `stamp`; none when it was not seen.
    fn shown(&self, kind: Armed, contact: ContactId, text_hash: &str, stamp: Stamp) -> Option<Shown> {
        let target = self.gate.target()?;
        if target.kind != kind || target.contact != Some(contact) || target.hash != text_hash {
            return None;
        }
        let seen = self.gate.ready(stamp.mono, &self.options.gate)?;
        Some(Shown {
            body_hash: text_hash.to_owned(),
            drawn_at: seen.wall,
            pressed_at: stamp.wall,
            dwell_ms: u64::try_from(stamp.mono.saturating_sub(seen.mono).as_millis()).unwrap_or(u64::MAX),
            mono_ms: u64::try_from(stamp.mono.as_millis()).unwrap_or(u64::MAX),
            device: self.options.device,
            link: None,
        })
    }

    /// The one way a first text is confirmed.
    pub(super) fn send_card(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        let Some(card) = self.card.clone() else { return };
        if self.focus != Focus::Card || !self.overlays.is_empty() || self.acts.busy().is_some() {
            return;
        }
        if let Some(why) = self.card_block() {
            self.say_of_card(Level::Warning, why);
            return;
        }
        // Hours may have closed and an opt-out come since the card was drawn.
        self.pick_card();
        if self.card.as_ref() != Some(&card) {
            return;
        }
        let Some(shown) = self.shown(Armed::Card, card.contact, &card.hash, stamp) else { return };
        if self.beside.two_presses && self.wants_another_press((card.contact, &card.hash), "texter-press-again", stamp)
        {
            return;
        }
        let (Some(line), Some(campaign)) = (self.people.line(card.contact), &self.campaign) else { return };
        let request = SendRequest {
            campaign: self.options.campaign,
            contact: card.contact,
            kind: MessageKind::Initial,
            body: card.body,
            after_seq: 0,
            epoch: line.epoch,
            script_version: campaign.script_version,
            variant: Some(card.variant),
            source: None,
            off_script: card.off_script,
            shown,
        };
        self.count_press(stamp);
        match self.window_of(MessageKind::Initial) {
            Some(window) => self.hold(request, window, stamp, false, fx),
            None => drop(self.confirm(ConfirmedWhat::Text(request), stamp, Then::Stay, fx)),
        }
    }

    /// These words have gone to this person before, as far as their conversation is here.
    pub(super) fn has_been_told(&self, contact: ContactId, words: &str) -> bool {
        let Some(thread) = self.threads.get(contact) else { return false };
        thread.entries().iter().any(|entry| match entry {
            ThreadEntry::Message(message) => {
                let went = !matches!(message.delivery, Delivery::Dropped | Delivery::Failed);
                message.direction == Direction::Outbound && went && message.body.trim() == words.trim()
            }
            ThreadEntry::Note { .. } => false,
        })
    }

    /// True for the first of two presses, where two are wanted: by some servers for each text, and by us for words that went before. The
    /// second is to follow soon, on the same words. `why` is said.
    fn wants_another_press(&mut self, (contact, hash): (ContactId, &str), why: &'static str, stamp: Stamp) -> bool {
        let first = self.pressed_once.take().filter(|(of, words, at)| {
            *of == contact && words == hash && stamp.mono.saturating_sub(*at) <= SECOND_PRESS
        });
        if first.is_some() {
            return false;
        }
        self.pressed_once = Some((contact, hash.to_owned(), stamp.mono));
        self.say(Level::Info, self.about(why, contact));
        true
    }

    /// The one way a reply is confirmed.
    pub(super) fn send_reply(&mut self, stamp: Stamp, go_on: bool, fx: &mut Vec<Effect>) {
        let Some(open) = &self.open else { return };
        if self.focus != Focus::Composer || !self.overlays.is_empty() || open.editor.is_blank() {
            return;
        }
        if let Some(why) = self.reply_block() {
            self.say(Level::Warning, why);
            return;
        }
        let body = open.editor.text().to_owned();
        let text_hash = super::card::hash(&body);
        let Some(shown) = self.shown(Armed::Reply, open.contact, &text_hash, stamp) else {
            let key = |action| self.options.keymap.key_for(Context::Composer, action).unwrap_or_default();
            let (up, down) = (key(Action::CursorUp), key(Action::CursorDown));
            self.say(Level::Info, Say::new("texter-not-seen-yet").with("up", up).with("down", down));
            return;
        };
        let contact = open.contact;
        let again = self.has_been_told(contact, &body);
        let why = if again { "texter-told-before" } else { "texter-press-again" };
        if (again || self.beside.two_presses) && self.wants_another_press((contact, &text_hash), why, stamp) {
            return;
        }
        let Some(open) = &self.open else { return };
        let (Some(line), Some(campaign)) = (self.people.line(open.contact), &self.campaign) else { return };
        let request = SendRequest {
            campaign: self.options.campaign,
            contact: open.contact,
            kind: MessageKind::Reply,
            after_seq: open.seen_seq,
            epoch: line.epoch,
            script_version: if open.source.is_some() { open.source_version } else { campaign.script_version },
            variant: None,
            off_script: self.off_script(),
            source: open.source.as_ref().map(|(source, _)| source.clone()),
            body,
            shown,
        };
        match self.window_of(MessageKind::Reply) {
            Some(window) => self.hold(request, window, stamp, go_on, fx),
            None => {
                let then = if go_on { Then::GoOn } else { Then::Stay };
                self.confirm(ConfirmedWhat::Text(request), stamp, then, fx);
            }
        }
    }
}
