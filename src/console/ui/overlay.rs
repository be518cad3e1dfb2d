//! What lies over the screen: boxes with lists, questions, hints.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ink::{Ink, Piece, Sign};
use super::theme::Role;
use super::wrap;
use crate::console::core::shared::pointer::Aim;

/// A box in the middle of `area`, at most `width` by `height` with its border. The screen below is blanked there.
pub(super) fn boxed(ink: Ink<'_>, title: &str, width: u16, height: u16, area: Rect, buffer: &mut Buffer) -> Rect {
    let width = width.min(area.width);
    // A single row left beside it would show a torn edge of what is below.
    let height = if area.height.saturating_sub(height) < 2 { area.height } else { height };
    let outer = Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height);
    // A wide character that reaches into the box would be drawn over its border.
    if outer.x > buffer.area.x {
        for y in outer.top()..outer.bottom().min(buffer.area.bottom()) {
            let cell = &mut buffer[(outer.x - 1, y)];
            if wrap::columns(cell.symbol()) > 1 {
                cell.set_symbol(" ");
            }
        }
    }
    // So would a few columns at its sides.
    let blank = if area.width - width < 16 { Rect { x: area.x, width: area.width, ..outer } } else { outer };
    ink.fill(buffer, blank, Role::Text);
    ink.spots.cover();
    let inner = ink.frame(buffer, outer, title, Role::Focus, false);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// One line of a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// From the left.
    pub pieces: Vec<Piece>,
    /// At the right end.
    pub right: String,
}

impl Line {
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { pieces: vec![(text.into(), role)], right: String::new() }
    }

    pub fn with_right(mut self, text: impl Into<String>) -> Self {
        self.right = text.into();
        self
    }
}

/// A list with a selected line, scrolled so that it is seen. Returns the selected line's place.
pub(super) fn list(ink: Ink<'_>, lines: &[Line], selected: usize, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() || lines.is_empty() {
        return None;
    }
    let rows = usize::from(area.height);
    let selected = selected.min(lines.len() - 1);
    let first = selected.saturating_sub(rows / 2).min(lines.len().saturating_sub(rows));
    let mut cursor = None;
    for (index, y) in (first..lines.len()).zip(0..area.height) {
        let line = &lines[index];
        let here = index == selected;
        let row = Rect { y: area.y + y, height: 1, ..area };
        ink.spots.put(row, Aim::Row(index as isize - selected as isize));
        if here {
            ink.fill(buffer, row, Role::Selected);
            cursor = Some(row.as_position());
        }
        let right = wrap::columns(&line.right).min(area.width / 2);
        if right > 0 {
            ink.right(buffer, row, 0, &line.right, if here { Role::Selected } else { Role::Key });
        }
        let left = Rect { width: row.width.saturating_sub(if right > 0 { right + 1 } else { 0 }), ..row };
        let mut pieces = vec![(format!("{} ", if here { ink.sign(Sign::Here) } else { " " }), Role::Key)];
        pieces.extend(line.pieces.iter().cloned());
        if here {
            for piece in &mut pieces {
                piece.1 = Role::Selected;
            }
        }
        ink.line(buffer, left, 0, &pieces);
    }
    marks(ink, first > 0, first + rows < lines.len(), area, buffer);
    cursor
}

/// Lines without a selection, from line `scroll` on. Returns the first one's place.
pub(super) fn page(ink: Ink<'_>, lines: &[Line], scroll: usize, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let rows = usize::from(area.height);
    let first = scroll.min(lines.len().saturating_sub(rows));
    for (line, y) in lines.iter().skip(first).zip(0..area.height) {
        let row = Rect { y: area.y + y, height: 1, ..area };
        let right = wrap::columns(&line.right).min(area.width / 2);
        if right > 0 {
            ink.right(buffer, row, 0, &line.right, Role::Key);
        }
        let left = Rect { width: row.width.saturating_sub(if right > 0 { right + 1 } else { 0 }), ..row };
        ink.line(buffer, left, 0, &line.pieces);
    }
    marks(ink, first > 0, first + rows < lines.len(), area, buffer);
    Some(area.as_position())
}

fn marks(ink: Ink<'_>, above: bool, below: bool, area: Rect, buffer: &mut Buffer) {
    // On the border of the box, where there is one: beside a key the sign would be taken for a part of it.
    let x = if area.right() + 1 < buffer.area.right() { area.right() + 1 } else { area.right() };
    let edge = Rect { x, width: 1, ..area }.intersection(buffer.area);
    if above {
        ink.right(buffer, edge, 0, ink.sign(Sign::Up), Role::Key);
    }
    if below && area.height > 0 {
        ink.right(buffer, edge, area.height - 1, ink.sign(Sign::Down), Role::Key);
    }
}

/// A text in lines of `width`.
pub(super) fn wrapped(text: &str, width: u16, role: Role) -> Vec<Line> {
    wrap::wrap(text, width).into_iter().map(|range| Line::new(text[range].trim_end(), role)).collect()
}
