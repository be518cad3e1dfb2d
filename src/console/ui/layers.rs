//! What lies over the panes: help, palette, pickers, questions, the log, the score.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::composer::{self, Written};
use super::ink::{Ink, Sign};
use super::overlay::{Line, boxed, list, page, wrapped};
use super::theme::Role;
use super::{outbox, score, script, shell};
use crate::console::core::shared::notice::{Level, Notices};
use crate::console::core::texter::view::{ChoiceRow, OverlayView, TalkRow};
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// Draws the top layer. Returns where its selected line, or what is being typed, is.
pub(super) fn draw(
    ink: Ink<'_>,
    notices: &Notices,
    layer: &OverlayView,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    match layer {
        OverlayView::Help { from, groups, scroll } => {
            let inner = boxed(ink, &ink.word("ui-help-title"), 72, area.height, area, buffer);
            let lines = shell::help_lines(ink, *from, groups);
            page(ink, &lines, *scroll, inner, buffer)
        }
        OverlayView::Outbox { head, rows, now, scroll } => {
            let inner = boxed(ink, &ink.word("outbox-title"), 84, area.height, area, buffer);
            let lines = outbox::lines(ink, head, rows, *now, inner.width);
            page(ink, &lines, *scroll, inner, buffer)
        }
        OverlayView::Messages { scroll } => {
            let inner = boxed(ink, &ink.word("ui-messages-title"), 84, area.height, area, buffer);
            let lines = messages(ink, notices, inner.width);
            page(ink, &lines, *scroll, inner, buffer)
        }
        OverlayView::Score { score, scroll } => {
            let inner = boxed(ink, &ink.word("ui-score-title"), 84, area.height, area, buffer);
            let mut lines = score::lines(ink, score, inner.width);
            if lines.is_empty() {
                lines.push(Line::new(ink.word("ui-score-waiting"), Role::Faint));
            }
            page(ink, &lines, *scroll, inner, buffer)
        }
        OverlayView::Palette { query, cursor, rows, selected } => {
            let lines: Vec<Line> = rows
                .iter()
                .map(|(action, key)| {
                    Line::new(ink.word(action.label_key()), Role::Text)
                        .with_right(ink.key(key.as_deref().unwrap_or_default()))
                })
                .collect();
            let written = Written { text: query, cursor: *cursor, placeholder: ink.word("ui-palette-prompt") };
            searched(ink, &ink.word("ui-palette-title"), &written, &lines, *selected, area, buffer)
        }
        OverlayView::Canned { query, cursor, rows, selected } => {
            let row = |row: &ChoiceRow| match row.text.is_empty() {
                true => choice(ink, &ChoiceRow { text: ink.word("ui-canned-unfilled"), ..row.clone() }),
                false => choice(ink, row),
            };
            let lines: Vec<Line> = rows.iter().map(row).collect();
            let written = Written { text: query, cursor: *cursor, placeholder: ink.word("ui-canned-prompt") };
            let preview = rows.get(*selected).map(|row| row.text.as_str()).unwrap_or_default();
            previewed(ink, &ink.word("ui-canned-title"), &written, &lines, *selected, (preview, 1), area, buffer)
        }
        OverlayView::Answers { question, place, rows, selected } => {
            let number = |n: usize| Value::Number(i64::try_from(n).unwrap_or(1));
            let title = ink.words.say("ui-answers-title", &[("n", number(place.0)), ("of", number(place.1))]);
            let asked = vec![(question.clone(), Role::Title)];
            let lines: Vec<Line> = rows.iter().map(|row| choice(ink, row)).collect();
            chosen(ink, &title, &asked, &lines, *selected, area, buffer)
        }
        OverlayView::Search { query, cursor, rows, selected } => {
            let lines: Vec<Line> = rows.iter().map(|row| choice(ink, row)).collect();
            let written = Written { text: query, cursor: *cursor, placeholder: ink.word("ui-search-prompt") };
            previewed(ink, &ink.word("ui-search-title"), &written, &lines, *selected, ("", FOUND), area, buffer)
        }
        OverlayView::Guide { query, cursor, parts, scroll } => {
            let inner = boxed(ink, &ink.word("ui-guide-title"), 84, area.height, area, buffer);
            let written = Written { text: query, cursor: *cursor, placeholder: ink.word("ui-guide-prompt") };
            let typed = composer::draw(ink, &written, Rect { height: inner.height.min(1), ..inner }, buffer).cursor;
            let rest = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
            let mut lines = Vec::new();
            let mut below = None;
            for part in parts {
                if below.is_some() {
                    lines.push(Line::default());
                }
                // Paragraphs of one text have one heading.
                if below.replace(&part.head) != Some(&part.head) {
                    lines.extend(wrapped(&ink.say(&part.head), inner.width, Role::Title));
                }
                lines.extend(part.text.lines().flat_map(|line| wrapped(line, inner.width, Role::Text)));
            }
            if lines.is_empty() {
                lines.push(Line::new(ink.word("ui-none-found"), Role::Faint));
            }
            page(ink, &lines, *scroll, rest, buffer);
            Some(typed)
        }
        OverlayView::Script { steps, rows, selected } => {
            let width = 76.min(area.width);
            let rows: Vec<Line> = rows.iter().map(|row| choice(ink, row)).collect();
            let (lines, first) = script::lines(ink, steps, &rows, width.saturating_sub(6));
            let height = u16::try_from(lines.len() + 2).unwrap_or(area.height);
            let inner = boxed(ink, &ink.word("ui-script-title"), width, height, area, buffer);
            list(ink, &lines, first + selected, inner, buffer)
        }
        OverlayView::Person { person, scroll } => {
            let inner = boxed(ink, &ink.word("ui-person-title"), 84, area.height, area, buffer);
            let lines = script::person(ink, person, inner.width);
            page(ink, &lines, *scroll, inner, buffer)
        }
        OverlayView::Pick { title, rows, selected } => {
            let set = |row: &ChoiceRow| {
                let line = choice(ink, &ChoiceRow { chosen: false, ..row.clone() });
                if row.chosen { line.with_right(ink.word("ui-picked")) } else { line }
            };
            let lines: Vec<Line> = rows.iter().map(set).collect();
            chosen(ink, &ink.say(title), &[], &lines, *selected, area, buffer)
        }
        OverlayView::Ask { title, lines, text, cursor, .. } => {
            let asked = (ink.say(title), Role::Title);
            let asked = std::iter::once(asked).chain(lines.iter().map(|say| (ink.say(say), Role::Text)));
            let width = 72.min(area.width);
            let mut above: Vec<Line> =
                asked.flat_map(|(sentence, role)| wrapped(&sentence, width.saturating_sub(4), role)).collect();
            let rows = composer::rows_wanted(text, width.saturating_sub(4), 8);
            let height = u16::try_from(above.len() + 3).unwrap_or(area.height).saturating_add(rows);
            let inner = boxed(ink, &ink.word("ui-write-title"), width, height, area, buffer);
            // The lines to type in are never crowded out.
            above.truncate(usize::from(inner.height.saturating_sub(rows + 1)).max(1));
            page(ink, &above, 0, inner, buffer);
            let used = u16::try_from(above.len() + 1).unwrap_or(inner.height).min(inner.height.saturating_sub(1));
            let rest = Rect { y: inner.y + used, height: inner.height.saturating_sub(used), ..inner };
            let written = Written { text, cursor: *cursor, placeholder: String::new() };
            Some(composer::draw(ink, &written, rest, buffer).cursor)
        }
        OverlayView::Talks { title, lines, rows, selected } => {
            let inner = boxed(ink, &ink.say(title), area.width.min(116), area.height, area, buffer);
            let above: Vec<Line> =
                lines.iter().flat_map(|say| wrapped(&ink.say(say), inner.width, Role::Faint)).collect();
            page(ink, &above, 0, inner, buffer);
            let used = u16::try_from(above.len() + 1).unwrap_or(inner.height).min(inner.height.saturating_sub(1));
            let rest = Rect { y: inner.y + used, height: inner.height - used, ..inner };
            let rows: Vec<Line> = rows.iter().map(|row| talk_row(ink, row)).collect();
            list(ink, &rows, *selected, rest, buffer)
        }
        OverlayView::Begin { title, lines } => {
            let width = 72.min(area.width);
            let mut rows = Vec::new();
            for say in lines {
                rows.extend(wrapped(&ink.say(say), width.saturating_sub(4), Role::Title));
            }
            let height = u16::try_from(rows.len() + 2).unwrap_or(area.height);
            let inner = boxed(ink, &ink.say(title), width, height, area, buffer);
            page(ink, &rows, 0, inner, buffer)
        }
        OverlayView::Talk { title, lines, scroll } => {
            let inner = boxed(ink, &ink.say(title), 84, area.height, area, buffer);
            let lines: Vec<Line> =
                lines.iter().flat_map(|say| wrapped(&ink.say(say), inner.width, Role::Text)).collect();
            page(ink, &lines, *scroll, inner, buffer)
        }
        OverlayView::Confirm { title, lines, choices, selected } => {
            let mut asked = vec![(ink.say(title), Role::Title)];
            asked.extend(lines.iter().map(|say| (ink.say(say), Role::Text)));
            let choices: Vec<Line> = choices
                .iter()
                .map(|(say, key)| {
                    Line::new(ink.say(say), Role::Text).with_right(ink.key(key.as_deref().unwrap_or_default()))
                })
                .collect();
            chosen(ink, &ink.word("ui-question-title"), &asked, &choices, *selected, area, buffer)
        }
    }
}

fn choice(ink: Ink<'_>, row: &ChoiceRow) -> Line {
    let number = row.number.map_or_else(|| "  ".to_owned(), |n| format!("{n} "));
    let title = row.say.as_ref().map_or_else(|| row.title.clone(), |say| ink.say(say));
    let mut pieces = vec![(number, Role::Key), (title, Role::Title)];
    if !row.text.is_empty() {
        pieces.push((format!("  {}", safe_line(&row.text)), Role::Faint));
    }
    let line = Line { pieces, ..Line::default() };
    if row.chosen { line.with_right(ink.word("ui-answers-recorded")) } else { line }
}

/// Who it is, then the rest of it, fainter.
fn talk_row(ink: Ink<'_>, row: &TalkRow) -> Line {
    let mark = if row.marked { "* " } else { "  " };
    let mut pieces = vec![(mark.to_owned(), Role::Key)];
    for (place, say) in row.says.iter().enumerate() {
        let role = if place == 0 { Role::Title } else { Role::Text };
        if place > 0 {
            pieces.push((format!(" {} ", ink.sign(Sign::Dot)), Role::Faint));
        }
        pieces.push((ink.say(say), role));
    }
    Line { pieces, ..Line::default() }
}

fn messages(ink: Ink<'_>, notices: &Notices, width: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    for notice in notices.newest_first() {
        let role = match notice.level {
            Level::Info => Role::Text,
            Level::Warning => Role::Warn,
            Level::Told => Role::Title,
            Level::Error => Role::Bad,
        };
        let time = notice.at.map(|at| format!("{}  ", ink.time(at))).unwrap_or_default();
        lines.extend(wrapped(&format!("{time}{}", ink.say(&notice.say)), width, role));
    }
    if lines.is_empty() {
        lines.push(Line::new(ink.word("ui-messages-empty"), Role::Faint));
    }
    lines
}

/// Rows that the search keeps however few are found: the line that is typed in stays where it is.
const FOUND: u16 = 14;

/// A box with a line to type in and a list below it.
fn searched(
    ink: Ink<'_>,
    title: &str,
    written: &Written<'_>,
    lines: &[Line],
    selected: usize,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    previewed(ink, title, written, lines, selected, ("", 1), area, buffer)
}

/// The same, with all of what the selected line would put into the composer below it, and room for so many lines at least.
#[expect(clippy::too_many_arguments, reason = "one box with its parts")]
fn previewed(
    ink: Ink<'_>,
    title: &str,
    written: &Written<'_>,
    lines: &[Line],
    selected: usize,
    (preview, least): (&str, u16),
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).max(least);
    let below = if preview.is_empty() {
        Vec::new()
    } else {
        wrapped(preview, 72.min(area.width.saturating_sub(4)), Role::Exact)
    };
    // The list keeps three rows whatever is shown of one of them.
    let shown = u16::try_from(below.len()).unwrap_or(0).min(area.height.saturating_sub(8));
    let room = if shown > 0 { shown + 1 } else { 0 };
    let inner = boxed(ink, title, 76, rows.saturating_add(4 + room).min(area.height), area, buffer);
    if room > 0 && inner.height >= room + 3 {
        let place = Rect { y: inner.bottom() - shown, height: shown, ..inner };
        page(ink, &below, 0, place, buffer);
    }
    let inner = if inner.height >= room + 3 { Rect { height: inner.height - room, ..inner } } else { inner };
    let first = Rect { height: inner.height.min(1), ..inner };
    let drawn = composer::draw(ink, written, first, buffer);
    let rest = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
    if lines.is_empty() {
        ink.line(buffer, rest, 0, &[(ink.word("ui-none-found"), Role::Faint)]);
    }
    let row = list(ink, lines, selected, rest, buffer);
    // The cursor is on the selected row once something was selected by moving, else where is typed.
    if selected > 0 { row.or(Some(drawn.cursor)) } else { Some(drawn.cursor) }
}

/// A question with its choices.
fn chosen(
    ink: Ink<'_>,
    title: &str,
    asked: &[(String, Role)],
    choices: &[Line],
    selected: usize,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let width = 72.min(area.width);
    let text: Vec<Line> =
        asked.iter().flat_map(|(sentence, role)| wrapped(sentence, width.saturating_sub(4), *role)).collect();
    let height = u16::try_from(text.len() + choices.len() + 3).unwrap_or(area.height);
    let inner = boxed(ink, title, width, height, area, buffer);
    // The choices are never crowded out by the explanation.
    let room = usize::from(inner.height).saturating_sub(choices.len() + 1).max(1);
    let shown = text.len().min(room);
    // What finds no room is read as the selection goes down, and it is marked that there is more.
    let left = (text.len() - shown) * selected.min(choices.len()) / choices.len().saturating_sub(1).max(1);
    let place = Rect { height: u16::try_from(shown).unwrap_or(inner.height).min(inner.height), ..inner };
    page(ink, &text, left, place, buffer);
    let used = u16::try_from(shown + 1).unwrap_or(inner.height).min(inner.height);
    let rest = Rect { y: inner.y + used, height: inner.height - used, ..inner };
    list(ink, choices, selected, rest, buffer)
}
