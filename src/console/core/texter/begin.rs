//! The screen between one that ends and real voters. What left the other one, a press too many of it included, must send nothing.

use super::model::{Before, Model};
use super::overlay::Overlay;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;

/// What goes on to the voters, the first that sends nothing here by whatever keys somebody has set.
const LETTERS: [char; 3] = ['c', 'b', 'g'];

/// What leaves instead.
const LEAVE: char = 'q';

/// What tells what all this is.
const HELP: char = '?';

impl Model {
    /// The letter that goes on to the voters.
    pub(super) fn begin_letter(&self) -> char {
        let sends = self.options.keymap.keys_for(Context::Card, Action::Send);
        let free = |letter: &char| !sends.iter().any(|key| *key == letter.to_string());
        LETTERS.into_iter().find(free).unwrap_or(LETTERS[0])
    }

    /// A letter on that screen.
    pub(super) fn begin(&mut self, letter: char, fx: &mut Vec<Effect>) {
        if letter.to_ascii_lowercase() == self.begin_letter() {
            self.overlays.retain(|layer| *layer != Overlay::Begin);
        } else if letter == LEAVE {
            self.quit(fx);
        } else if letter == HELP {
            let (key, leave) = (self.begin_letter().to_string(), LEAVE.to_string());
            self.say(Level::Info, Say::new("begin-help").with("key", key).with("leave", leave));
        }
    }

    /// What stands on it, and how to go on.
    pub(super) fn begin_lines(&self) -> (Say, Vec<Say>) {
        let over = (self.options.before == Before::Practice).then(|| Say::new("begin-practice-over"));
        let campaign = self.campaign.as_ref().map(|campaign| {
            let title = crate::domain::safe_text::safe_line(&campaign.def.title);
            Say::new("begin-campaign").with("campaign", title)
        });
        let keys = Say::new("begin-keys").with("key", self.begin_letter().to_string()).with("leave", LEAVE.to_string());
        // A team's rehearsal has simulated voters, and somebody who looks on.
        let rehearsal = self.rehearsal() == Some(true);
        let (title, next) =
            if rehearsal { ("begin-rehearsal-title", "begin-rehearsal") } else { ("begin-title", "begin-real") };
        let lines = over.into_iter().chain([Say::new(next)]).chain(campaign).chain([keys]).collect();
        (Say::new(title), lines)
    }
}
