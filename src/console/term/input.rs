//! What the terminal sends, free of its library's types.
//!
//! Only what a person does becomes input. Releases, lone modifiers, answers of the terminal to questions and keys with
//! modifiers that we do not know (Super, Hyper, Meta) are dropped: none of them may ever confirm a text.

use std::io;
use std::time::Duration;

use crossterm::event::{
    Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use futures_util::{Stream, StreamExt, stream};

use crate::console::keymap::chord::{Chord, Key};

/// One thing the terminal sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key {
        /// Which.
        chord: Chord,
        /// The terminal says that it is held down.
        repeat: bool,
    },
    /// Pasted text.
    Paste(String),
    /// The new size.
    Resize(u16, u16),
    /// A click with the first button.
    Click {
        /// Column, from 0.
        x: u16,
        /// Row, from 0.
        y: u16,
    },
    /// The wheel was turned: rows down, or up below 0.
    Wheel(isize),
    /// The terminal has the focus now, or lost it.
    Focus(bool),
}

/// What a terminal writes by itself comes in one piece; nobody presses two keys within this time and means both as commands.
const SAME_PIECE: Duration = Duration::from_millis(60);
/// No answer of a terminal is longer; what goes on for longer is somebody who types.
const LONGEST_ANSWER: usize = 1024;

/// The real terminal's input, from now on. Dropping the stream gives the keyboard back.
pub fn real() -> impl Stream<Item = io::Result<Input>> + Send + Unpin {
    let inputs = EventStream::new().filter_map(|event| {
        std::future::ready(match event {
            Ok(event) => from_event(event).map(Ok),
            Err(error) => Some(Err(error)),
        })
    });
    without_answers(inputs)
}

/// Takes a terminal's own answers out: a colour, its name, its settings (OSC, DCS and their like). The terminal library
/// knows them not, and calls them Alt and a sign, followed by ordinary keys, any of which could be a command.
fn without_answers(
    inputs: impl Stream<Item = io::Result<Input>> + Send,
) -> impl Stream<Item = io::Result<Input>> + Send + Unpin {
    // With what was read already and is still to be given out.
    Box::pin(stream::unfold((Box::pin(inputs), None), |(mut inputs, mut ready)| async move {
        loop {
            let first = match ready.take() {
                Some(input) => input,
                None => inputs.next().await?,
            };
            if !first.as_ref().is_ok_and(begins_an_answer) {
                return Some((first, (inputs, None)));
            }
            let mut swallowed = 0;
            // The next answer may begin where this one ends.
            ready = loop {
                match tokio::time::timeout(SAME_PIECE, inputs.next()).await {
                    Ok(Some(Ok(input))) if ends_an_answer(&input) => break None,
                    Ok(Some(Ok(Input::Key { chord, .. }))) if is_text(chord) && swallowed < LONGEST_ANSWER => {
                        swallowed += 1;
                    }
                    // Alone: somebody pressed it.
                    Err(_silence) if swallowed == 0 => return Some((first, (inputs, None))),
                    Ok(Some(next)) if swallowed == 0 => return Some((first, (inputs, Some(next)))),
                    Ok(Some(next)) => break Some(next),
                    Ok(None) => return None,
                    Err(_silence) => break None,
                }
            };
        }
    }))
}

fn is_text(chord: Chord) -> bool {
    matches!(chord.key, Key::Char(_)) && !chord.ctrl && !chord.alt
}

fn begins_an_answer(input: &Input) -> bool {
    let Input::Key { chord: Chord { key: Key::Char(sign), ctrl: false, alt: true, .. }, .. } = input else {
        return false;
    };
    matches!(sign, ']' | 'P' | '_' | '^' | 'X')
}

/// String terminator, or the bell as one.
fn ends_an_answer(input: &Input) -> bool {
    let Input::Key { chord, .. } = input else { return false };
    *chord == Chord { alt: true, ..Chord::plain(Key::Char('\\')) } || *chord == Chord::ctrl(Key::Char('g'))
}

fn from_event(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => from_key(key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(width, height) => Some(Input::Resize(width, height)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(event) => match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Input::Click { x: event.column, y: event.row }),
            MouseEventKind::ScrollUp => Some(Input::Wheel(-1)),
            MouseEventKind::ScrollDown => Some(Input::Wheel(1)),
            _ => None,
        },
    }
}

fn from_key(event: KeyEvent) -> Option<Input> {
    let repeat = match event.kind {
        KeyEventKind::Press => false,
        KeyEventKind::Repeat => true,
        KeyEventKind::Release => return None,
    };
    let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
    if !known.contains(event.modifiers) {
        return None;
    }
    let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let key = match event.code {
        KeyCode::Char(c) if c.is_control() => return None,
        KeyCode::Char(c) => {
            // In the long form a terminal may send the bare letter with Shift beside it.
            let c = if shift && c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c };
            shift = false;
            Key::Char(c)
        }
        KeyCode::Tab if shift => {
            shift = false;
            Key::BackTab
        }
        KeyCode::BackTab => {
            shift = false;
            Key::BackTab
        }
        KeyCode::Tab => Key::Tab,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    };
    Some(Input::Key {
        chord: Chord {
            key,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
            shift,
        },
        repeat,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn key(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> Option<Input> {
        from_event(Event::Key(KeyEvent::new_with_kind(code, modifiers, kind)))
    }

    #[rstest]
    #[case::letter(KeyCode::Char('j'), KeyModifiers::NONE, Chord::plain(Key::Char('j')))]
    #[case::upper_case(KeyCode::Char('J'), KeyModifiers::SHIFT, Chord::plain(Key::Char('J')))]
    #[case::long_form_of_upper_case(KeyCode::Char('j'), KeyModifiers::SHIFT, Chord::plain(Key::Char('J')))]
    #[case::control(KeyCode::Char('s'), KeyModifiers::CONTROL, Chord::ctrl(Key::Char('s')))]
    #[case::shift_tab(KeyCode::Tab, KeyModifiers::SHIFT, Chord::plain(Key::BackTab))]
    #[case::back_tab(KeyCode::BackTab, KeyModifiers::SHIFT, Chord::plain(Key::BackTab))]
    #[case::shift_up(KeyCode::Up, KeyModifiers::SHIFT, Chord { shift: true, ..Chord::plain(Key::Up) })]
    fn keys_become_chords(#[case] code: KeyCode, #[case] modifiers: KeyModifiers, #[case] chord: Chord) {
        assert_eq!(key(code, modifiers, KeyEventKind::Press), Some(Input::Key { chord, repeat: false }));
        assert_eq!(key(code, modifiers, KeyEventKind::Repeat), Some(Input::Key { chord, repeat: true }));
        assert_eq!(key(code, modifiers, KeyEventKind::Release), None);
    }

    fn pressed(chord: Chord) -> Input {
        Input::Key { chord, repeat: false }
    }

    fn alt(sign: char) -> Input {
        pressed(Chord { alt: true, ..Chord::plain(Key::Char(sign)) })
    }

    fn typed(text: &str) -> Vec<Input> {
        text.chars().map(|c| pressed(Chord::plain(Key::Char(c)))).collect()
    }

    #[rstest]
    #[case::a_colour(']', "10;rgb:ffff/ffff/ffff", alt('\\'))]
    #[case::one_with_a_bell(']', "11;rgb:0000/0000/0000", pressed(Chord::ctrl(Key::Char('g'))))]
    #[case::its_name('P', ">|XTerm(379)", alt('\\'))]
    #[tokio::test]
    async fn an_answer_of_the_terminal_is_no_key(#[case] sign: char, #[case] text: &str, #[case] end: Input) {
        let after = pressed(Chord::plain(Key::Enter));
        let mut all = typed("a");
        for _ in 0..2 {
            all.push(alt(sign));
            all.extend(typed(text));
            all.push(end.clone());
        }
        all.extend([after.clone(), alt(sign)]);
        let given: Vec<Input> = without_answers(stream::iter(all.into_iter().map(Ok)))
            .map(|input| input.expect("no error"))
            .collect()
            .await;
        // The last one is alone, and at the end there is nobody left to press it.
        assert_eq!(given, [typed("a"), vec![after]].concat());
    }

    #[tokio::test]
    async fn a_sign_that_somebody_presses_is_a_key() {
        let keys = stream::iter([alt('P'), typed("s").remove(0)]).then(|input| async move {
            let _ = tokio::time::timeout(SAME_PIECE * 2, std::future::pending::<()>()).await;
            Ok(input)
        });
        let given: Vec<Input> = without_answers(keys).map(|input| input.expect("no error")).collect().await;
        assert_eq!(given, [vec![alt('P')], typed("s")].concat());
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_over_with_the_first_other_key() {
        let enter = pressed(Chord::plain(Key::Enter));
        let mut all = vec![alt(']')];
        all.extend(typed("10;rgb"));
        all.push(enter.clone());
        all.extend(typed("s"));
        let given: Vec<Input> = without_answers(stream::iter(all.into_iter().map(Ok)))
            .map(|input| input.expect("no error"))
            .collect()
            .await;
        assert_eq!(given, [vec![enter], typed("s")].concat());
    }

    #[rstest]
    #[case::super_enter(KeyCode::Enter, KeyModifiers::SUPER)]
    #[case::null(KeyCode::Null, KeyModifiers::NONE)]
    #[case::lone_caps_lock(KeyCode::CapsLock, KeyModifiers::NONE)]
    #[case::control_character(KeyCode::Char('\u{9b}'), KeyModifiers::NONE)]
    fn what_is_odd_is_no_key(#[case] code: KeyCode, #[case] modifiers: KeyModifiers) {
        assert_eq!(key(code, modifiers, KeyEventKind::Press), None);
    }
}
