//! The replies: who waits, and how long.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ink::{Ink, Sign};
use super::theme::Role;
use super::wrap;
use crate::console::core::shared::pointer::Aim;

/// One conversation in the list. Strings have passed `safe_text`.
#[derive(Debug, Clone)]
pub(super) struct InboxRow {
    /// First name.
    pub name: String,
    /// The state in words, or the age of the wait.
    pub state: String,
    /// How that is meant.
    pub role: Role,
    /// What else is known: tags, language.
    pub marks: String,
    /// Start of the latest message.
    pub preview: String,
}

/// Draws the rows around the selected one. Returns where the selected one begins. Only the rows that are seen are asked for.
pub(super) fn draw(
    ink: Ink<'_>,
    count: usize,
    selected: usize,
    focused: bool,
    rows: impl Fn(Range<usize>) -> Vec<InboxRow>,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    if area.is_empty() || count == 0 {
        return None;
    }
    // Two lines each, or one where it is tight.
    let lines: u16 = if area.height >= 8 { 2 } else { 1 };
    let fit = usize::from((area.height / lines).max(1));
    let selected = selected.min(count - 1);
    let first = selected.saturating_sub(fit / 2).min(count.saturating_sub(fit));
    let mut cursor = None;
    let seen = first..count.min(first + fit);
    let places = seen.clone().zip((0..area.height).step_by(usize::from(lines)));
    for (row, (index, y)) in rows(seen).into_iter().zip(places) {
        let here = index == selected;
        let place = Rect { y: area.y + y, height: lines, ..area }.intersection(area);
        ink.spots.put(place, Aim::Conversation(index as isize - selected as isize));
        let look = |role| if here && focused { Role::Selected } else { role };
        if here {
            let bar = Rect { y: area.y + y, height: 1, ..area };
            if focused {
                ink.fill(buffer, bar, Role::Selected);
            }
            cursor = Some(bar.as_position());
        }
        let mark = if here { ink.sign(Sign::Here) } else { " " };
        let state_width = wrap::columns(&row.state).min(area.width / 2);
        // The sign that there is more stands behind the words, not on them.
        let scrolls = (first > 0 && y == 0) || (first + fit < count && y + 1 == area.height);
        let inner = Rect { width: area.width.saturating_sub(if scrolls { 2 } else { 0 }), ..area };
        ink.right(buffer, inner, y, &wrap::cut(&row.state, state_width, ink.sign(Sign::More)), look(row.role));
        let left = Rect { width: inner.width.saturating_sub(state_width + 1), ..area };
        let mut pieces = vec![(format!("{mark} "), look(Role::Key)), (row.name.clone(), look(Role::Title))];
        if !row.marks.is_empty() {
            pieces.push((format!("  {}", row.marks), look(Role::Key)));
        }
        if lines == 1 {
            pieces.push((format!("  {}", row.preview), look(Role::Faint)));
        }
        ink.line(buffer, left, y, &pieces);
        if lines == 2 {
            ink.line(buffer, area, y + 1, &[(format!("  {}", row.preview), Role::Faint)]);
        }
    }
    if first > 0 {
        ink.right(buffer, area, 0, ink.sign(Sign::Up), Role::Key);
    }
    if first + fit < count {
        ink.right(buffer, area, area.height - 1, ink.sign(Sign::Down), Role::Key);
    }
    cursor
}
