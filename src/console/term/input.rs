//! What the terminal sends, free of its library's types.
//!
//! Only what a person does becomes input. Releases, lone modifiers, answers of the terminal to questions and keys with
//! modifiers that we do not know (Super, Hyper, Meta) are dropped: none of them may ever confirm a text.

use std::io;

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::{Stream, StreamExt};

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
    /// The terminal has the focus now, or lost it.
    Focus(bool),
}

/// The real terminal's input, from now on. Dropping the stream gives the keyboard back.
pub fn real() -> impl Stream<Item = io::Result<Input>> + Send + Unpin {
    Box::pin(EventStream::new().filter_map(|event| {
        std::future::ready(match event {
            Ok(event) => from_event(event).map(Ok),
            Err(error) => Some(Err(error)),
        })
    }))
}

fn from_event(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => from_key(key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(width, height) => Some(Input::Resize(width, height)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(_) => None,
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

    #[rstest]
    #[case::super_enter(KeyCode::Enter, KeyModifiers::SUPER)]
    #[case::null(KeyCode::Null, KeyModifiers::NONE)]
    #[case::lone_caps_lock(KeyCode::CapsLock, KeyModifiers::NONE)]
    #[case::control_character(KeyCode::Char('\u{9b}'), KeyModifiers::NONE)]
    fn what_is_odd_is_no_key(#[case] code: KeyCode, #[case] modifiers: KeyModifiers) {
        assert_eq!(key(code, modifiers, KeyEventKind::Press), None);
    }
}
