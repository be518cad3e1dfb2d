//! The send card: whom, where, the exact text that one press sends.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ink::{Ink, Piece, Sign, put};
use super::theme::Role;
use super::wrap;
use crate::console::core::texter::marks::Mark;
use crate::domain::segment::{self, Segments};

/// A card to draw. Strings have passed `safe_text`.
#[derive(Debug, Default)]
pub(super) struct CardFace {
    /// First name, or the word for one who has none.
    pub name: String,
    /// Local time there and what else stands beside the name.
    pub facts: Vec<Piece>,
    /// Fields the texter may see, with their names.
    pub fields: Vec<(String, String)>,
    /// What happened to it before.
    pub note: Option<Piece>,
    /// The exact text that would go out.
    pub text: String,
    /// What is to be seen in it: links, and what the list put in.
    pub marks: Vec<Mark>,
    /// Why it cannot go out now, if so.
    pub barred: Option<(String, Role)>,
    /// What is to be known of the text itself, behind its length; each with how much it matters where there is no room for all.
    pub about: Vec<Fact>,
    /// What to press, as one line.
    pub hint: Vec<Piece>,
}

/// What was drawn of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DrawnText {
    /// Where the text begins on the screen: the cursor's place.
    pub start: Position,
    /// All of the text is on the screen.
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
        let facts: Vec<Vec<Piece>> = face.facts.iter().map(|fact| vec![fact.clone()]).collect();
        row += flow(ink, &facts, area, row, 2, buffer);
        let fields: Vec<Vec<Piece>> = face
            .fields
            .iter()
            .map(|(name, value)| vec![(format!("{name}: "), Role::Faint), (format!("{value}   "), Role::Text)])
            .collect();
        if !fields.is_empty() {
            row += flow(ink, &fields, area, row, 3, buffer);
        }
        if let Some(note) = &face.note {
            row += flow(ink, &[vec![note.clone()]], area, row, 1, buffer);
        }
        row += 1;
    } else {
        first.push(("  ".to_owned(), Role::Text));
        first.extend(face.facts.iter().cloned());
        ink.line(buffer, area, row, &first);
        row += 1;
    }
    // The text comes first; its length, and air, only where all of it still fits. What to press stands right below it.
    let wanted = u16::try_from(wrap::wrap(&face.text, area.width - 2).len()).unwrap_or(u16::MAX).max(1);
    let room = area.height.saturating_sub(row + 1);
    let below = if room > wanted + 3 {
        let measure_row = row + wanted + 1;
        ink.line(buffer, area, measure_row, &length(ink, face, area.width));
        press(ink, face, area, measure_row + 2, buffer);
        row + wanted
    } else {
        press(ink, face, area, area.height - 1, buffer);
        let tells_length = room > wanted || room >= 8;
        if tells_length {
            ink.line(buffer, area, area.height - 2, &length(ink, face, area.width));
        }
        area.height - 1 - u16::from(tells_length)
    };
    let body = Rect { x: area.x + 2, y: area.y + row, width: area.width - 2, height: below.saturating_sub(row) };
    if body.is_empty() {
        return nothing;
    }
    let lines = wrap::wrap(&face.text, body.width);
    let rows = usize::from(body.height);
    let bar = if ink.caps.ascii { "|" } else { "┃" };
    for (line, y) in lines.iter().zip(body.top()..body.bottom()) {
        put(buffer, area.x, y, 1, bar, ink.style(Role::Focus));
        put(buffer, body.x, y, body.width, &face.text[line.clone()], ink.style(Role::Exact));
        ink.marked(buffer, (body.x, y, body.width), &face.text, line, &face.marks);
    }
    let hidden_below = lines.len().saturating_sub(rows);
    if hidden_below > 0 {
        let text =
            format!(" {} {} ", ink.sign(Sign::Down), ink.counted("ui-card-more-lines", "n", hidden_below as u64));
        ink.right(buffer, body, body.height - 1, &text, Role::Selected);
    }
    nothing.start = body.as_position();
    nothing.end_seen = hidden_below == 0 && !face.text.is_empty();
    nothing
}

/// One fact of a line of facts, and how much it matters: those of a lower number are kept where there is no room for all.
pub(super) type Fact = (Piece, u8);

/// It is no text of the campaign's any more.
pub(super) const OFF_SCRIPT: u8 = 1;
/// A letter makes it dear.
const DEAR: u8 = 2;
/// Plain signs would be cheaper, or are.
pub(super) const SAVES: u8 = 3;
/// How much room there is.
const ROOM: u8 = 4;
/// What else there is to see.
pub(super) const BESIDE: u8 = 5;

/// The text's length, and what else is to be known of it.
fn length(ink: Ink<'_>, face: &CardFace, width: u16) -> Vec<Piece> {
    let mut facts = measured(ink, &face.text, &segment::measure(&face.text));
    facts.extend(face.about.iter().cloned());
    fitted(ink, facts, width)
}

/// Facts on one line, a dot between two. Where there is no room for all, those that matter most are taken first, each whole, and a sign
/// says that something is left out.
pub(super) fn fitted(ink: Ink<'_>, facts: Vec<Fact>, width: u16) -> Vec<Piece> {
    let dot = format!(" {} ", ink.sign(Sign::Dot));
    let gap = wrap::columns(&dot);
    let all: u16 = facts.iter().map(|((text, _), _)| wrap::columns(text) + gap).sum();
    let whole = all.saturating_sub(gap) <= width;
    let sign = format!(" {}", ink.sign(Sign::More));
    let mut room = if whole { width } else { width.saturating_sub(wrap::columns(&sign)) };
    let mut order: Vec<usize> = (0..facts.len()).collect();
    order.sort_by_key(|place| facts[*place].1);
    let mut taken: Vec<Option<Piece>> = vec![None; facts.len()];
    for (nth, place) in order.into_iter().enumerate() {
        let (text, role) = &facts[place].0;
        // Which letter it is matters more than its number.
        let short =
            text.split_once(" (U+").and_then(|(before, rest)| Some(format!("{before}{}", rest.split_once(')')?.1)));
        let before = if nth == 0 { 0 } else { gap };
        let fits = |text: &String| nth == 0 || wrap::columns(text) + before <= room;
        if let Some(text) = [Some(text.clone()), short].into_iter().flatten().find(fits) {
            room = room.saturating_sub(wrap::columns(&text) + before);
            taken[place] = Some((text, *role));
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in taken.into_iter().flatten() {
        if !pieces.is_empty() {
            pieces.push((dot.clone(), Role::Faint));
        }
        pieces.push(piece);
    }
    if !whole && facts.len() > 1 {
        pieces.push((sign, Role::Faint));
    }
    pieces
}

/// What to press, or what bars it.
fn press(ink: Ink<'_>, face: &CardFace, area: Rect, row: u16, buffer: &mut Buffer) {
    match &face.barred {
        Some((why, role)) => {
            let why = format!("{} {why}", ink.sign(Sign::Open));
            let lines = wrap::wrap(&why, area.width);
            let room = usize::from(area.height.saturating_sub(row));
            if lines.len() > room {
                // One line is cut with a sign, never in silence.
                ink.line(buffer, area, row, &[(why, *role)]);
                return;
            }
            for (line, row) in lines.into_iter().zip(row..) {
                ink.line(buffer, area, row, &[(why[line].trim_end().to_owned(), *role)]);
            }
        }
        None => {
            ink.line(buffer, area, row, &face.hint);
        }
    }
}

/// Groups of pieces over several lines, at most `most`; broken between groups, where a dot between two is left out. Returns
/// the lines used.
pub(super) fn flow(
    ink: Ink<'_>,
    groups: &[Vec<Piece>],
    area: Rect,
    first_row: u16,
    most: u16,
    buffer: &mut Buffer,
) -> u16 {
    let mut lines = flowed(ink, groups, area.width, most);
    for (line, row) in lines.iter_mut().zip(first_row..) {
        // Blanks at the end of a line are no reason to cut it.
        if let Some((text, _)) = line.last_mut() {
            text.truncate(text.trim_end().len());
        }
        ink.line(buffer, area, row, line);
    }
    u16::try_from(lines.len()).unwrap_or(most)
}

/// The lines that [`flow`] would use.
pub(super) fn rows_of(ink: Ink<'_>, groups: &[Vec<Piece>], width: u16, most: u16) -> u16 {
    u16::try_from(flowed(ink, groups, width, most).len()).unwrap_or(most)
}

fn flowed(ink: Ink<'_>, groups: &[Vec<Piece>], width: u16, most: u16) -> Vec<Vec<Piece>> {
    let dot = format!(" {} ", ink.sign(Sign::Dot));
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    for group in groups {
        let all: String = group.iter().map(|(text, _)| text.as_str()).collect();
        let mut group = group.clone();
        if used + wrap::columns(all.trim_end()) > width && used > 0 && lines.len() < usize::from(most) {
            lines.push(Vec::new());
            used = 0;
            if let Some((text, _)) = group.first_mut() {
                *text = text.strip_prefix(&dot).unwrap_or(text).to_owned();
            }
        }
        used += group.iter().map(|(text, _)| wrap::columns(text)).sum::<u16>();
        if let Some(line) = lines.last_mut() {
            line.extend(group);
        }
    }
    lines
}

/// Segments, characters, and which character makes it dear.
pub(super) fn measured(ink: Ink<'_>, text: &str, measured: &Segments) -> Vec<Fact> {
    let parts = measured.parts as u64;
    let role = if parts > 2 { Role::Warn } else { Role::Faint };
    let mut pieces = vec![((ink.counted("ui-segments", "n", parts), role), 0)];
    let units = ink.words.say(
        "ui-segment-room",
        &[
            ("used", crate::i18n::Value::Number(i64::try_from(measured.taken()).unwrap_or(i64::MAX))),
            ("room", crate::i18n::Value::Number(i64::try_from(measured.room()).unwrap_or(i64::MAX))),
        ],
    );
    pieces.push(((units, Role::Faint), ROOM));
    if let Some(culprit) = measured.culprits.first().filter(|_| segment::is_dear(text, measured)) {
        let shown = crate::domain::safe_text::safe_line(&culprit.ch.to_string());
        let code = format!("U+{:04X}", u32::from(culprit.ch));
        let why = ink.words.say(
            "ui-segment-culprit",
            &[("char", crate::i18n::Value::Text(shown)), ("code", crate::i18n::Value::Text(code))],
        );
        pieces.push(((why, Role::Warn), DEAR));
    }
    pieces
}
