//! The question for a code of the second factor: the server shows no board without it.

use super::model::{Model, Overlay};
use crate::api::problem::Problem;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Ask;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::server::problem_say;
use crate::domain::second_factor::OneTimeCode;

/// Types what may stand in a code.
pub(super) fn type_digit(code: &mut Editor, c: char) {
    // Six, with room for a blank in the middle as many apps show it.
    if (c.is_ascii_digit() || c == ' ') && code.text().chars().count() < 7 {
        code.type_char(c);
    }
}

impl Model {
    /// Nothing of a captain's can be seen or done without: what was shown goes, as nobody says any more whether it still is so.
    pub(super) fn ask_for_code(&mut self) {
        if !self.overlays.iter().any(|overlay| matches!(overlay, Overlay::SecondFactor { .. })) {
            self.board = None;
            self.held.clear();
            self.flagged.clear();
            self.waiting_room.clear();
            self.overlays.clear();
            self.open(Overlay::SecondFactor { code: Editor::default(), said: None });
        }
    }

    pub(super) fn hand_in_code(&mut self, typed: &str, fx: &mut Vec<Effect>) {
        match OneTimeCode::parse(typed) {
            Some(code) => {
                self.answer_code(Say::new("captain-code-asking"));
                fx.push(Effect::Prove(code));
            }
            None => self.answer_code(Say::new("captain-code-digits")),
        }
    }

    /// Says it in the question, with room for the next code.
    fn answer_code(&mut self, say: Say) {
        let asked = self.overlays.iter_mut().find(|overlay| matches!(overlay, Overlay::SecondFactor { .. }));
        match asked {
            Some(asked) => *asked = Overlay::SecondFactor { code: Editor::default(), said: Some(say) },
            None => self.say(Level::Warning, say),
        }
    }

    pub(super) fn proved(&mut self, result: Result<(), Box<Problem>>, fx: &mut Vec<Effect>) {
        match result {
            Ok(()) => {
                self.overlays.retain(|overlay| !matches!(overlay, Overlay::SecondFactor { .. }));
                self.say(Level::Info, Say::new("captain-code-taken"));
                // With the board comes a captain's feed.
                self.following = false;
                fx.push(Effect::Load(Ask::Board(self.options.campaign)));
            }
            Err(problem) => self.answer_code(match problem.at {
                Some(at) => Say::new("captain-code-locked").with("at", at),
                None => problem_say(&problem),
            }),
        }
    }
}
