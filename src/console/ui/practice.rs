//! The practice's two lines below the header: what to do now, and what is always there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, Piece};
use super::theme::Role;
use super::wrap;
use crate::console::core::texter::{Focus, Model};

/// Draws them at the top of `body`, and gives what is left of it.
pub(super) fn coach(ink: Ink<'_>, model: &Model, body: Rect, buffer: &mut Buffer) -> Rect {
    let (Some(now), Some(keys)) = (model.coach(), model.coach_keys()) else { return body };
    let small = body.height < 14;
    // Every row counts there, and the header says already that nothing of this is real.
    let mark = if small { String::new() } else { format!(" {} ", ink.word("practice-mark")) };
    let text = ink.say(&now);
    let room = body.width.saturating_sub(1);
    // The words may need two rows on a small screen; what is always there has one of its own.
    let taken = wrap::columns(&mark) + 1;
    let first = room.saturating_sub(taken).max(10);
    let mut rows: Vec<&str> = wrap::wrap(&text, first).into_iter().map(|range| text[range].trim_end()).collect();
    // On a small screen what is written needs the room.
    let writes = model.focus == Focus::Composer;
    rows.truncate(match (small, writes) {
        (false, _) => 3,
        (true, false) => 3,
        (true, true) => 1,
    });
    let mut row = 0;
    for line in rows {
        let lead = if row == 0 {
            (mark.clone(), Role::Rehearsal)
        } else {
            (" ".repeat(wrap::columns(&mark).into()), Role::Text)
        };
        let pieces: Vec<Piece> = vec![lead, (format!(" {line}"), Role::Title)];
        ink.line(buffer, body, row, &pieces);
        row += 1;
    }
    if !(small && writes) {
        ink.line(buffer, body, row, &[(format!(" {}", ink.say(&keys)), Role::Faint)]);
        row += 1;
    }
    Rect { y: body.y + row, height: body.height - row, ..body }
}

#[cfg(test)]
mod tests;
