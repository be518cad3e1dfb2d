//! The outbox: what waits, what nobody knows, what came back, what was refused.

use jiff::Timestamp;

use super::ink::{Ink, Sign};
use super::overlay::{Line, wrapped};
use super::theme::Role;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::outbox::{OutboxRow, Standing};
use crate::domain::safe_text::safe_line;

/// Its lines, wrapped to `width`. `now` is this laptop's time, by which the rows were confirmed.
pub(super) fn lines(ink: Ink<'_>, head: &[Say], rows: &[OutboxRow], now: Option<Timestamp>, width: u16) -> Vec<Line> {
    let mut lines: Vec<Line> = head.iter().flat_map(|say| wrapped(&ink.say(say), width, Role::Text)).collect();
    for row in rows {
        lines.push(Line::default());
        let (word, role, why) = match &row.standing {
            Standing::Waiting => ("outbox-waiting", Role::Text, None),
            Standing::Unknown => ("outbox-unknown", Role::Bad, None),
            Standing::Parked(why) => ("outbox-parked", Role::Warn, Some(why)),
            Standing::Refused(why) => ("outbox-refused", Role::Faint, Some(why)),
        };
        let dot = || (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
        let mut pieces = Vec::new();
        if !row.name.is_empty() {
            pieces.extend([(safe_line(&row.name), Role::Title), dot()]);
        }
        pieces.extend([(ink.say(&row.kind), Role::Text), dot(), (ink.word(word), role)]);
        lines.push(Line { pieces, ..Line::default() }.with_right(ink.age(row.at, now)));
        for say in why.into_iter().chain([&row.todo]) {
            let indented = wrapped(&ink.say(say), width.saturating_sub(2), Role::Faint).into_iter().map(|mut line| {
                line.pieces.insert(0, ("  ".to_owned(), Role::Faint));
                line
            });
            lines.extend(indented);
        }
    }
    lines
}
