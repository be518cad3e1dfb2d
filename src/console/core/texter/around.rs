//! What is around the panes: hands that go on typing when the composer was shut beneath them, the rehearsal's clock, the window's title.

use std::time::Duration;

use super::model::{Focus, Model};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Stamp;
use crate::console::core::shared::say::Say;
use crate::console::keymap::chord::{Chord, Key};

/// Letters that follow each other so soon are a sentence.
const TYPED_ON: Duration = Duration::from_secs(1);

impl Model {
    /// The composer was shut by what came in, and the hands go on typing: letters of a sentence are no commands. A second of silence, or a key
    /// that is no letter, ends it.
    pub(super) fn is_typed_on(&mut self, chord: Chord, stamp: Stamp) -> bool {
        let Some(last) = self.shut_beneath.take() else { return false };
        let letter = matches!(chord.key, Key::Char(_)) && !chord.ctrl && !chord.alt;
        if !letter || stamp.mono.saturating_sub(last) > TYPED_ON || self.focus == Focus::Composer {
            return false;
        }
        self.shut_beneath = Some(stamp.mono);
        true
    }

    pub(super) fn tell_director(&mut self, fx: &mut Vec<Effect>) {
        if self.rehearsal() != Some(true) {
            return;
        }
        let reading = match self.focus {
            Focus::Card | Focus::Inbox => false,
            Focus::Thread | Focus::Composer => {
                let line = self.open.as_ref().and_then(|open| self.people.line(open.contact));
                line.is_some_and(super::people::is_waiting)
            }
        };
        let may = !reading && self.overlays.is_empty();
        if self.may_go_on != Some(may) {
            self.may_go_on = Some(may);
            fx.push(Effect::DirectorMayGoOn(may));
        }
    }

    pub(super) fn tell_title(&mut self, fx: &mut Vec<Effect>) {
        let (Some(campaign), Some(rehearsal)) = (&self.campaign, self.rehearsal()) else { return };
        let waiting = self.people.waiting() as u64;
        if self.title == Some((waiting, rehearsal)) {
            return;
        }
        self.title = Some((waiting, rehearsal));
        let key = if rehearsal { "texter-title-rehearsal" } else { "texter-title-real" };
        let title = crate::domain::safe_text::safe_line(&campaign.def.title);
        fx.push(Effect::Title(Say::new(key).with("campaign", title).with("waiting", waiting)));
    }
}
