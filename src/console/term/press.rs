//! Whether a key was pressed or is held down.

use std::time::Duration;

use crate::console::keymap::chord::{Chord, Key, Press};

/// After asking for the long form of every key, bytes in the old form may still be on their way. Until this long after
/// the asking nothing is vouched for.
pub const SETTLING: Duration = Duration::from_secs(1);

/// How a key event came about.
///
/// `tells_repeats`: the terminal speaks kitty's protocol. `armed_for`: since when it has been asked to send every key in
/// the long form, if it is. Without the long form, text keys, Enter, Tab and Backspace come as bare bytes, also when they
/// repeat: the terminal library calls each of them a press, and that may not be believed.
#[must_use]
pub fn judge(tells_repeats: bool, armed_for: Option<Duration>, chord: Chord, repeat: bool) -> Press {
    if repeat {
        return Press::Repeat;
    }
    let bare = match chord.key {
        Key::Char(_) | Key::Enter | Key::Tab | Key::Backspace => !chord.ctrl && !chord.alt,
        _ => false,
    };
    let long_form = armed_for.is_some_and(|since| since >= SETTLING);
    if tells_repeats && (!bare || long_form) { Press::Fresh } else { Press::Unsure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain_terminal(false, None, Key::Enter, false, Press::Unsure)]
    #[case::plain_terminal_never_vouches(false, Some(SETTLING), Key::Enter, false, Press::Unsure)]
    #[case::kitty_unarmed_enter_is_a_bare_byte(true, None, Key::Enter, false, Press::Unsure)]
    #[case::kitty_unarmed_space_is_a_bare_byte(true, None, Key::Char(' '), false, Press::Unsure)]
    #[case::kitty_just_armed(true, Some(Duration::from_millis(999)), Key::Enter, false, Press::Unsure)]
    #[case::kitty_armed(true, Some(SETTLING), Key::Enter, false, Press::Fresh)]
    #[case::kitty_armed_held(true, Some(SETTLING), Key::Enter, true, Press::Repeat)]
    #[case::kitty_arrows_always_have_the_long_form(true, None, Key::Down, false, Press::Fresh)]
    fn only_what_the_terminal_can_know_is_vouched_for(
        #[case] kitty: bool,
        #[case] armed: Option<Duration>,
        #[case] key: Key,
        #[case] repeat: bool,
        #[case] press: Press,
    ) {
        assert_eq!(judge(kitty, armed, Chord::plain(key), repeat), press);
    }
}
