//! The script with what was answered, and all that is known of a person: as lines, in a box or beside a conversation.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, Sign};
use super::overlay::{Line, page, wrapped};
use super::theme::Role;
use super::wrap;
use crate::console::core::texter::view::{PersonView, ScriptStep, StepState};
use crate::console::words::{clock, field_name, language_name};

/// The script as lines of `width`, the rows of answers below the question that is open. Also the place of the first of those.
pub(super) fn lines(ink: Ink<'_>, steps: &[ScriptStep], rows: &[Line], width: u16) -> (Vec<Line>, usize) {
    let mut lines = Vec::new();
    let mut first = 0;
    for step in steps {
        let (sign, role, word) = match &step.state {
            StepState::Recorded(_) => (Sign::Done, Role::Text, None),
            StepState::Now => (Sign::Here, Role::Title, Some("ui-script-now")),
            StepState::Later => (Sign::Open, Role::Faint, Some("ui-script-later")),
        };
        // Where there is little room, the depth takes none of it from the words.
        let indent = "  ".repeat(step.depth.min(usize::from(width) / 20));
        let head = format!("{indent}{} ", ink.sign(sign));
        let room = width.saturating_sub(wrap::columns(&head)).max(10);
        let mut text = step.text.clone();
        if let Some(word) = word {
            text.push_str(&format!(" ({})", ink.word(word)));
        }
        let ranges = wrap::wrap(&text, room);
        // Only the one that is open is told in full.
        let shown = if step.open { ranges.len() } else { 1 };
        for (n, range) in ranges.iter().take(shown).enumerate() {
            let lead = if n == 0 { head.clone() } else { " ".repeat(usize::from(wrap::columns(&head))) };
            let mut line = text[range.clone()].trim_end().to_owned();
            if n + 1 == shown && shown < ranges.len() {
                line = wrap::cut(&format!("{line} {}", ink.sign(Sign::More)), room, ink.sign(Sign::More));
            }
            lines.push(Line { pieces: vec![(lead, Role::Key), (line, role)], ..Line::default() });
        }
        if let StepState::Recorded(value) = &step.state {
            let lead = " ".repeat(usize::from(wrap::columns(&head)));
            let value = (format!("{} {value}", ink.word("ui-answers-recorded")), Role::Good);
            lines.push(Line { pieces: vec![(lead, Role::Text), value], ..Line::default() });
        }
        if step.open {
            first = lines.len();
            lines.extend(rows.iter().cloned());
        }
    }
    (lines, first)
}

/// The script beside a conversation. `key`: what opens the answers, to be followed by a digit.
pub(super) fn pane(ink: Ink<'_>, steps: &[ScriptStep], key: &str, area: Rect, buffer: &mut Buffer) {
    let title = format!("{} {} {key}", ink.word("ui-script-title"), ink.sign(Sign::Dot));
    let inner = ink.frame(buffer, area, &title, Role::Border, false);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let open = steps.iter().find(|step| step.open);
    let rows: Vec<Line> =
        open.into_iter().flat_map(|step| step.answers.iter().zip(1..)).map(|row| answer(ink, key, row)).collect();
    let (lines, first) = lines(ink, steps, &rows, inner.width);
    // The question that is asked now is in sight, whatever is above it.
    let room = usize::from(inner.height);
    let scroll = (first + rows.len()).saturating_sub(room);
    page(ink, &lines, scroll, inner, buffer);
}

/// `key` stands before the digit: alone it may mean a reply that fits.
fn answer(ink: Ink<'_>, key: &str, ((title, chosen), number): (&(String, bool), usize)) -> Line {
    let number = if number < 10 { format!("  {key} {number} ") } else { "      ".to_owned() };
    let mark = if *chosen { format!(" {}", ink.sign(Sign::Done)) } else { String::new() };
    Line { pieces: vec![(number, Role::Key), (format!("{title}{mark}"), Role::Text)], ..Line::default() }
}

/// All that is known of somebody, in lines of `width`, nothing of it cut.
pub(super) fn person(ink: Ink<'_>, person: &PersonView, width: u16) -> Vec<Line> {
    let mut facts: Vec<(String, String)> = vec![(ink.word("ui-person-name"), person.name.clone())];
    let mut add = |key: &str, value: String| {
        if !value.is_empty() {
            facts.push((ink.word(key), value));
        }
    };
    if let Some((from, to)) = person.local_time {
        let (from, to) = (clock(ink.words, from), clock(ink.words, to));
        add("ui-person-time", if from == to { from } else { format!("{from} - {to}") });
    }
    add(
        "ui-person-language",
        person.language.as_ref().map_or_else(String::new, |code| language_name(|key| ink.word(key), code)),
    );
    add("ui-person-tags", person.tags.iter().map(|tag| ink.say(tag)).collect::<Vec<_>>().join(", "));
    add("ui-person-snoozed", person.snoozed_until.map(|at| ink.time(at)).unwrap_or_default());
    add("ui-person-note", person.note.clone());
    facts.extend(person.fields.iter().map(|(name, value)| (field_name(ink.words, name), value.clone())));
    facts.extend(person.answers.iter().cloned());
    facts.iter().flat_map(|(name, value)| wrapped(&format!("{name}: {value}"), width, Role::Text)).collect()
}
