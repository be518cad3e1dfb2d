//! The send card: whom, where, the exact text that one press sends.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ink::{Ink, Piece, Sign, put};
use super::theme::Role;
use super::wrap;
use crate::domain::segment;

/// A card to draw. Strings have passed `safe_text`.
#[derive(Debug, Default)]
pub(super) struct CardFace {
    /// First name, or the word for one who has none.
    pub name: String,
    /// Local time there and what else stands beside the name.
    pub facts: Vec<Piece>,
    /// Fields the texter may see, with their names.
    pub fields: Vec<(String, String)>,
    /// The exact text that would go out.
    pub text: String,
    /// Why it cannot go out now, if so.
    pub barred: Option<(String, Role)>,
    /// What to press, as one line.
    pub hint: Vec<Piece>,
    /// First line of the text that is shown.
    pub scroll: usize,
}

/// What was drawn of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DrawnText {
    /// Where the text begins on the screen: the cursor's place.
    pub start: Position,
    /// The text's end is on the screen (and its start was, before it was scrolled).
    pub end_seen: bool,
}

/// Draws the card into `area`.
pub(super) fn draw(ink: Ink<'_>, face: &CardFace, area: Rect, buffer: &mut Buffer) -> DrawnText {
    let mut nothing = DrawnText { start: area.as_position(), end_seen: false };
    if area.width < 4 || area.height < 3 {
        return nothing;
    }
    let roomy = area.height >= 12;
    let mut row = 0;
    let mut first = vec![(face.name.clone(), Role::Title)];
    if roomy {
        ink.line(buffer, area, row, &first);
        row += 1;
        row += flow(ink, &face.facts, area, row, 2, buffer);
        let fields: Vec<Piece> = face
            .fields
            .iter()
            .flat_map(|(name, value)| [(format!("{name}: "), Role::Faint), (format!("{value}   "), Role::Text)])
            .collect();
        if !fields.is_empty() {
            row += flow(ink, &fields, area, row, 3, buffer);
        }
        row += 1;
    } else {
        first.extend(face.facts.iter().cloned());
        ink.line(buffer, area, row, &first);
        row += 1;
    }
    // From below: what to press, what bars it, how long the text is.
    let mut below = area.height;
    below -= 1;
    match &face.barred {
        Some((why, role)) => {
            let text = if ink.caps.ascii { why.clone() } else { format!("{} {why}", ink.sign(Sign::Open)) };
            ink.line(buffer, area, below, &[(text, *role)]);
        }
        None => {
            ink.line(buffer, area, below, &face.hint);
        }
    }
    let measure = measure(ink, &face.text);
    if below > row + 2 {
        below -= 1;
        ink.line(buffer, area, below, &measure);
    }
    if roomy && below > row + 3 {
        below -= 1;
    }
    let body = Rect { x: area.x + 2, y: area.y + row, width: area.width - 2, height: below.saturating_sub(row) };
    if body.is_empty() {
        return nothing;
    }
    let lines = wrap::wrap(&face.text, body.width);
    let rows = usize::from(body.height);
    let scroll = face.scroll.min(lines.len().saturating_sub(rows));
    let bar = if ink.caps.ascii { "|" } else { "┃" };
    for (line, y) in lines.iter().skip(scroll).zip(body.top()..body.bottom()) {
        put(buffer, area.x, y, 1, bar, ink.style(Role::Focus));
        put(buffer, body.x, y, body.width, &face.text[line.clone()], ink.style(Role::Exact));
    }
    let hidden_below = lines.len().saturating_sub(scroll + rows);
    if hidden_below > 0 {
        let text =
            format!(" {} {} ", ink.sign(Sign::Down), ink.counted("ui-card-more-lines", "n", hidden_below as u64));
        ink.right(buffer, body, body.height - 1, &text, Role::Selected);
    }
    nothing.start = body.as_position();
    nothing.end_seen = hidden_below == 0 && !face.text.is_empty();
    nothing
}

/// Pieces over several lines, at most `most`; broken between pieces. Returns the lines used.
fn flow(ink: Ink<'_>, pieces: &[Piece], area: Rect, first_row: u16, most: u16, buffer: &mut Buffer) -> u16 {
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    for piece in pieces {
        let width = wrap::columns(piece.0.trim_end());
        if used + width > area.width && used > 0 && lines.len() < usize::from(most) {
            lines.push(Vec::new());
            used = 0;
        }
        used += wrap::columns(&piece.0);
        if let Some(line) = lines.last_mut() {
            line.push(piece.clone());
        }
    }
    for (line, row) in lines.iter().zip(first_row..) {
        ink.line(buffer, area, row, line);
    }
    u16::try_from(lines.len()).unwrap_or(most)
}

/// Segments, characters, and which character makes it dear.
pub(super) fn measure(ink: Ink<'_>, text: &str) -> Vec<Piece> {
    let measured = segment::measure(text);
    let parts = measured.parts as u64;
    let role = if parts > 2 { Role::Warn } else { Role::Faint };
    let mut pieces = vec![(ink.counted("ui-segments", "n", parts), role)];
    let units = ink.words.say(
        "ui-segment-room",
        &[
            ("used", crate::i18n::Value::Number(i64::try_from(measured.units).unwrap_or(i64::MAX))),
            ("left", crate::i18n::Value::Number(i64::try_from(measured.left_in_part).unwrap_or(i64::MAX))),
        ],
    );
    pieces.push((format!(" {} {units}", ink.sign(Sign::Dot)), Role::Faint));
    if let Some(culprit) = measured.culprits.first() {
        let shown = crate::domain::safe_text::safe_line(&culprit.ch.to_string());
        let code = format!("U+{:04X}", u32::from(culprit.ch));
        let why = ink.words.say(
            "ui-segment-culprit",
            &[("char", crate::i18n::Value::Text(shown)), ("code", crate::i18n::Value::Text(code))],
        );
        pieces.push((format!(" {} {why}", ink.sign(Sign::Dot)), Role::Warn));
    }
    pieces
}
