//! The composer: the text being written, its cursor, its length.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ink::{Ink, Sign, put};
use super::theme::Role;
use super::wrap;

/// Rows of text the composer wants in `width` columns, between 1 and `most`.
pub(super) fn rows_wanted(text: &str, width: u16, most: u16) -> u16 {
    u16::try_from(wrap::wrap(text, width).len()).unwrap_or(most).clamp(1, most.max(1))
}

/// What a composer shows.
#[derive(Debug)]
pub(super) struct Written<'a> {
    /// The text.
    pub text: &'a str,
    /// Byte offset of the cursor in it.
    pub cursor: usize,
    /// Shown while nothing is written.
    pub placeholder: String,
}

/// What was drawn of a text being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DrawnWriting {
    /// Where the cursor is.
    pub cursor: Position,
    /// The text's end is on the screen.
    pub end_seen: bool,
    /// All of the text is on the screen.
    pub whole: bool,
}

/// Draws the text so that the cursor is seen.
pub(super) fn draw(ink: Ink<'_>, written: &Written<'_>, area: Rect, buffer: &mut Buffer) -> DrawnWriting {
    if area.is_empty() {
        return DrawnWriting { cursor: area.as_position(), end_seen: false, whole: false };
    }
    let lines = wrap::wrap(written.text, area.width);
    let (row, column) = wrap::place(written.text, &lines, written.cursor, area.width);
    let rows = usize::from(area.height);
    let first = (row + 1).saturating_sub(rows).min(lines.len().saturating_sub(rows));
    if written.text.is_empty() {
        ink.line(buffer, area, 0, &[(written.placeholder.clone(), Role::Faint)]);
    }
    for (line, y) in lines.iter().skip(first).zip(area.top()..area.bottom()) {
        put(buffer, area.x, y, area.width, &written.text[line.clone()], ink.style(Role::Exact));
    }
    if first > 0 {
        ink.right(buffer, area, 0, ink.sign(Sign::Up), Role::Key);
    }
    if first + rows < lines.len() {
        ink.right(buffer, area, area.height - 1, ink.sign(Sign::Down), Role::Key);
    }
    let y = area.y + u16::try_from(row.saturating_sub(first)).unwrap_or(0).min(area.height - 1);
    let end_seen = first + rows >= lines.len();
    DrawnWriting { cursor: Position::new(area.x + column, y), end_seen, whole: first == 0 && end_seen }
}
