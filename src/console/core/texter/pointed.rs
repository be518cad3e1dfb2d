//! What a click does on the texter's screen.

use super::keys::is_deed;
use super::model::{Focus, Model};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Stamp;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::pointer::{Aim, Clicked, clicked};
use crate::console::keymap::action::Action;

impl Model {
    /// A click. The card cannot be reached by one: only the key of the panes arms it.
    pub(super) fn pointed(&mut self, aim: Aim, stamp: Stamp, fx: &mut Vec<Effect>) {
        self.notices.seen();
        self.hands.forget();
        self.works(stamp);
        let layer = !self.overlays.is_empty();
        // A list behind the open conversation is gone to first, as the keys do; the draft is kept.
        let elsewhere = matches!(aim, Aim::Conversation(_)) && !layer && self.focus != Focus::Inbox;
        if elsewhere {
            self.save_draft(fx);
            self.open = None;
            self.focus = Focus::Inbox;
        }
        let context = self.context();
        let arms = self.focus != Focus::Card;
        let by_key_alone = |action| is_deed(action) || (arms && action == Action::SwitchPane);
        match clicked(aim, layer, by_key_alone, |action| self.options.keymap.key_for(context, action)) {
            Clicked::Moves(by) => self.vertical(by, fx),
            Clicked::Does(Action::Open) if elsewhere => {}
            Clicked::Does(action) => self.by_name(action, stamp, fx),
            Clicked::Refused(say) => self.say(Level::Info, say),
        }
    }
}
