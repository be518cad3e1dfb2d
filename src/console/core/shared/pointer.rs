//! Clicks and the wheel: what they may do in every console. Additive: nothing is behind the mouse alone, and a click never does
//! what changes something outside this screen. Whoever sends presses a key, for one text.

use super::say::Say;
use crate::console::keymap::action::Action;

/// What lies under a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// A row of the list that has the keys, so many rows below the selected one; 0 is that one itself.
    Row(isize),
    /// A row of the list of conversations, the same.
    Conversation(isize),
    /// A key of the footer.
    Key(Action),
}

/// What a click comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clicked {
    /// The selection goes so many rows down.
    Moves(isize),
    /// The action is done, as if it had been asked for by its name.
    Does(Action),
    /// Only a key does this: it is said.
    Refused(Say),
}

/// `layer`: the row is one of a question or a list over the screen, where choosing may be a deed. `key_of`: the key of an action there.
pub fn clicked(
    aim: Aim,
    layer: bool,
    is_deed: impl FnOnce(Action) -> bool,
    key_of: impl FnOnce(Action) -> Option<String>,
) -> Clicked {
    let action = match aim {
        Aim::Row(0) | Aim::Conversation(0) if layer => Action::Choose,
        // To look at something is no deed, wherever it leads.
        Aim::Row(0) | Aim::Conversation(0) => return Clicked::Does(Action::Open),
        Aim::Row(by) | Aim::Conversation(by) => return Clicked::Moves(by),
        Aim::Key(action) => action,
    };
    if action == Action::Choose || is_deed(action) {
        return Clicked::Refused(Say::new("console-no-click").with("key", key_of(action).unwrap_or_default()));
    }
    Clicked::Does(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case::another_row(Aim::Row(-2), false, Clicked::Moves(-2))]
    #[case::the_selected_one(Aim::Conversation(0), false, Clicked::Does(Action::Open))]
    #[case::a_harmless_key(Aim::Key(Action::Help), false, Clicked::Does(Action::Help))]
    #[case::the_key_that_sends(Aim::Key(Action::Send), false, refused())]
    #[case::an_answer_to_a_question(Aim::Row(0), true, refused())]
    fn a_click_selects_and_opens_and_sends_nothing(#[case] aim: Aim, #[case] layer: bool, #[case] comes_to: Clicked) {
        assert_eq!(clicked(aim, layer, |action| action == Action::Send, |_| Some("enter".into())), comes_to);
    }

    fn refused() -> Clicked {
        Clicked::Refused(Say::new("console-no-click").with("key", "enter"))
    }
}
