//! Words that are written from right to left, set apart from what stands beside them on a line.
//!
//! A terminal that reorders lines (UAX 9) takes the number or the sign behind a Hebrew name for a part of it: "4:01 PM" changes sides with the
//! dot before it. Between U+2068 and U+2069 such words are a world of their own. Marks of this kind that strangers write are made visible before
//! (see [`super::safe_text`]); these here are ours, and have no width.

use std::borrow::Cow;

/// Opens an isolate: what is in it goes in its own direction.
pub const OPEN: char = '\u{2068}';
/// Closes it.
pub const CLOSE: char = '\u{2069}';

/// Our own marks taken out again: what was copied off the screen comes back without them, and never into a text.
#[must_use]
pub fn joined(text: &str) -> Cow<'_, str> {
    if text.contains([OPEN, CLOSE]) { Cow::Owned(text.replace([OPEN, CLOSE], "")) } else { Cow::Borrowed(text) }
}

/// What a character is for the order of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A letter that is written from right to left.
    RightToLeft,
    /// A letter of the other direction, or a sign that stands between two things of one line.
    Other,
    /// A blank.
    Blank,
    /// Whatever goes with what is around it: digits, stops.
    Neutral,
}

/// What a character is for the order of a line.
#[must_use]
pub fn class(c: char) -> Class {
    match c {
        ' ' => Class::Blank,
        // Arabic digits go from left to right, in whatever they stand.
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => Class::Neutral,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}' => Class::RightToLeft,
        '·' | '…' | '\u{2500}'..='\u{25ff}' | '|' => Class::Other,
        c if c.is_alphabetic() => Class::Other,
        _ => Class::Neutral,
    }
}

/// The stretches to be set apart: first and last place of each. Two blanks end one: they stand between columns of a screen.
pub fn stretches(classes: impl Iterator<Item = Class>) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let (mut goes_on, mut blanks) = (false, 0);
    for (place, class) in classes.enumerate() {
        blanks = if class == Class::Blank { blanks + 1 } else { 0 };
        match class {
            Class::RightToLeft => match found.last_mut().filter(|_| goes_on) {
                Some((_, last)) => *last = place,
                None => {
                    found.push((place, place));
                    goes_on = true;
                }
            },
            Class::Other => goes_on = false,
            Class::Blank => goes_on = goes_on && blanks < 2,
            Class::Neutral => {}
        }
    }
    found
}

/// A line with what is written from right to left set apart.
#[must_use]
pub fn isolated(line: &str) -> Cow<'_, str> {
    if !line.chars().any(|c| class(c) == Class::RightToLeft) {
        return Cow::Borrowed(line);
    }
    let apart = stretches(line.chars().map(class));
    let mut out = String::with_capacity(line.len() + apart.len() * 6);
    // Both go forward: of a long line no stretch is looked at twice.
    let mut apart = apart.into_iter().peekable();
    for (place, c) in line.chars().enumerate() {
        if apart.peek().is_some_and(|(first, _)| *first == place) {
            out.push(OPEN);
        }
        out.push(c);
        if apart.next_if(|(_, last)| *last == place).is_some() {
            out.push(CLOSE);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_right_to_left_are_set_apart_and_others_left_alone() {
        for plain in ["", "Ann · 4:01 PM", "日本 Zoë", "👩‍👩‍👧 12"] {
            assert_eq!(isolated(plain), plain);
        }
        assert_eq!(isolated("אברהם · 4:01 PM"), "\u{2068}אברהם\u{2069} · 4:01 PM");
        assert_eq!(isolated("1: שלום 5 לכם, waits"), "1: \u{2068}שלום 5 לכם\u{2069}, waits");
        assert_eq!(isolated("محمد Ali محمد"), "\u{2068}محمد\u{2069} Ali \u{2068}محمد\u{2069}");
        assert_eq!(isolated("שלום  שלום│שלום").matches(OPEN).count(), 3, "columns of a screen are not one text");
    }

    #[test]
    fn of_a_long_text_each_stretch_is_set_apart_once() {
        // As many stretches as a text can have: a search for each place among all of them would take a hundred thousand times as long.
        let many = 200_000;
        let long = "א·".repeat(many);
        let apart = isolated(&long);
        assert_eq!((apart.matches(OPEN).count(), apart.matches(CLOSE).count()), (many, many));
        assert_eq!(joined(&apart), long);
    }
}
