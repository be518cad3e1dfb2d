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

/// Why a chord could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key; write for example `enter`, `ctrl+s`, `alt+enter`, `f1`, `G` or `g g`")]
pub struct BadChord(pub String);

const NAMED: [(&str, Key); 15] = [
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("backspace", Key::Backspace),
    ("tab", Key::Tab),
    ("backtab", Key::BackTab),
    ("delete", Key::Delete),
    ("insert", Key::Insert),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
];

impl std::str::FromStr for Chord {
    type Err = BadChord;

    fn from_str(text: &str) -> Result<Self, BadChord> {
        let bad = || BadChord(text.to_owned());
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        while let Some((prefix, tail)) = rest.split_once('+') {
            if tail.is_empty() {
                break; // the key is `+` itself
            }
            match prefix {
                "ctrl" => ctrl = true,
                "alt" => alt = true,
                "shift" => shift = true,
                _ => return Err(bad()),
            }
            rest = tail;
        }
        let mut chars = rest.chars();
        let key = match (chars.next(), chars.next()) {
            (None, _) => return Err(bad()),
            (Some(c), None) if c.is_control() || c.is_whitespace() => return Err(bad()),
            (Some(c), None) => {
                // Shift is folded into the character, as terminals send it.
                let upper = std::mem::take(&mut shift);
                Key::Char(if upper { c.to_uppercase().next().unwrap_or(c) } else { c })
            }
            _ => match rest {
                "space" => Key::Char(' '),
                "escape" => Key::Esc,
                "return" => Key::Enter,
                _ => match NAMED.iter().find(|(name, _)| *name == rest) {
                    Some((_, Key::Tab)) if std::mem::take(&mut shift) => Key::BackTab,
                    Some((_, key)) => *key,
                    None => {
                        let number = rest.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()).ok_or_else(bad)?;
                        if !(1..=24).contains(&number) {
                            return Err(bad());
                        }
                        Key::F(number)
                    }
                },
            },
        };
        Ok(Self { key, ctrl, alt, shift })
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ctrl {
            f.write_str("ctrl+")?;
        }
        if self.alt {
            f.write_str("alt+")?;
        }
        if self.shift {
            f.write_str("shift+")?;
        }
        match self.key {
            Key::Char(' ') => f.write_str("space"),
            Key::Char(c) => write!(f, "{c}"),
            Key::F(n) => write!(f, "f{n}"),
            key => {
                let name = NAMED.iter().find(|(_, named)| *named == key).map_or("?", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

/// Reads a sequence of chords separated by spaces (`g g`).
///
/// # Errors
/// Names the first part that is not a key; an empty text is one.
pub fn parse_sequence(text: &str) -> Result<Vec<Chord>, BadChord> {
    let chords: Vec<Chord> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    if chords.is_empty() { Err(BadChord(text.to_owned())) } else { Ok(chords) }
}

/// Writes a sequence as [`parse_sequence`] reads it.
#[must_use]
pub fn print_sequence(chords: &[Chord]) -> String {
    chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("enter", Chord::plain(Key::Enter))]
    #[case("space", Chord::plain(Key::Char(' ')))]
    #[case("ctrl+s", Chord::ctrl(Key::Char('s')))]
    #[case("+", Chord::plain(Key::Char('+')))]
    #[case("ctrl++", Chord::ctrl(Key::Char('+')))]
    #[case("?", Chord::plain(Key::Char('?')))]
    #[case("f12", Chord::plain(Key::F(12)))]
    #[case("G", Chord::plain(Key::Char('G')))]
    #[case("alt+enter", Chord { alt: true, ..Chord::plain(Key::Enter) })]
    #[case("backtab", Chord::plain(Key::BackTab))]
    fn reads_and_writes(#[case] text: &str, #[case] chord: Chord) {
        assert_eq!(text.parse::<Chord>(), Ok(chord));
        assert_eq!(chord.to_string(), text);
    }

    #[rstest]
    #[case("shift+g", "G")]
    #[case("shift+tab", "backtab")]
    #[case("escape", "esc")]
    fn reads_other_spellings(#[case] text: &str, #[case] printed: &str) {
        assert_eq!(text.parse::<Chord>().map(|c| c.to_string()), Ok(printed.to_owned()));
    }

    #[rstest]
    #[case("")]
    #[case("hyper+x")]
    #[case("f0")]
    #[case("f25")]
    #[case("ctrl+entre")]
    #[case("\u{1b}")]
    fn refuses(#[case] text: &str) {
        assert_eq!(text.parse::<Chord>(), Err(BadChord(text.to_owned())));
    }

    #[test]
    fn sequences() {
        let chords = parse_sequence("g  ctrl+x").unwrap();
        assert_eq!(print_sequence(&chords), "g ctrl+x");
        assert!(parse_sequence("  ").is_err());
    }
}
