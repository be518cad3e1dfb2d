//! One key with its modifiers, free of any terminal library's types.

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A character, as typed (upper case stays upper case).
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Tab.
    Tab,
    /// Shift+Tab.
    BackTab,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Function key.
    F(u8),
}

/// A key with modifiers. Shift is folded into characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    /// Which key.
    pub key: Key,
    /// Control held.
    pub ctrl: bool,
    /// Alt (Option, Meta) held.
    pub alt: bool,
    /// Shift held, for keys that are not characters.
    pub shift: bool,
}

impl Chord {
    /// The bare key.
    #[must_use]
    pub fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }

    /// With Control.
    #[must_use]
    pub fn ctrl(key: Key) -> Self {
        Self { ctrl: true, ..Self::plain(key) }
    }
}

/// How a key event came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Press {
    /// A press the terminal vouches for as fresh (it reports repeats apart).
    Fresh,
    /// The terminal says that the key is held down.
    Repeat,
    /// The terminal cannot tell a press from a repeat.
    Unsure,
}
