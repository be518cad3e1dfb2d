//! The captain's board: counts in words, the longest wait, every texter.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use unicode_width::UnicodeWidthStr as _;

use super::ink::{Ink, Piece, Sign};
use super::theme::Role;
use super::wrap;
use crate::api::captain::{Board, Gauge, StoppedBy, TexterLine};
use crate::console::core::captain::view::{GaugeView, foreign_says};
use crate::console::core::shared::pointer::Aim;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// The counts, in the order of a contact's way: catalogue key, number, how it is meant.
fn counts(board: &Board) -> Vec<(&'static str, u64, Role)> {
    let c = &board.counts;
    let warn = |n: u64| if n > 0 { Role::Warn } else { Role::Text };
    let all = [
        ("counts.unsent", "ui-count-unsent", c.unsent, Role::Text),
        ("counts.unassigned", "ui-count-unassigned", c.unassigned, Role::Text),
        ("counts.sent", "ui-count-sent", c.sent, Role::Text),
        ("", "ui-count-handled", c.sent, Role::Text),
        ("counts.waiting", "ui-count-waiting", c.waiting, warn(c.waiting)),
        ("counts.convo", "ui-count-convo", c.convo, Role::Text),
        ("counts.closed", "ui-count-closed", c.closed, Role::Text),
        ("counts.opted_out", "ui-count-opted-out", c.opted_out, Role::Text),
        ("counts.failed", "ui-count-failed", c.failed, warn(c.failed)),
        ("counts.held", "ui-count-held", c.held, warn(c.held)),
    ];
    // Where nobody tells who was texted and who was closed before that, both are one figure.
    let is_told = |name: &str| if name.is_empty() { !board.tells("counts.sent") } else { board.tells(name) };
    let told = all.into_iter().filter(|(name, ..)| is_told(name));
    told.map(|(_, key, n, role)| (key, n, role)).collect()
}

/// Draws the board. Returns the place of the selected texter.
pub(super) fn draw(
    ink: Ink<'_>,
    board: &Board,
    now: Option<Timestamp>,
    selected: usize,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let used = draw_counts(ink, board, now, area, buffer);
    let rest = Rect { y: area.y + used, height: area.height.saturating_sub(used), ..area };
    draw_texters(ink, board, now, selected, rest, buffer)
}

fn draw_counts(ink: Ink<'_>, board: &Board, now: Option<Timestamp>, area: Rect, buffer: &mut Buffer) -> u16 {
    let cells: Vec<Vec<Piece>> = counts(board)
        .into_iter()
        .map(|(key, n, role)| vec![(format!("{:>6} ", grouped(ink, n)), role), (ink.word(key), Role::Faint)])
        .collect();
    let columns = (area.width / 24).clamp(1, 3);
    let width = area.width / columns;
    let per_column = u16::try_from(cells.len()).unwrap_or(9).div_ceil(columns);
    let rows = per_column.min(area.height);
    for (index, cell) in (0u16..).zip(&cells) {
        let place = Rect::new(area.x + index / per_column * width, area.y, width.saturating_sub(1), area.height);
        if index % per_column < rows {
            ink.line(buffer, place, index % per_column, cell);
        }
    }
    let wait = match board.oldest_wait {
        Some(since) => (ink.with_text("ui-board-oldest", "age", &ink.age(since, now)), Role::Warn),
        None => (ink.word("ui-board-nobody-waits"), Role::Good),
    };
    let in_flight =
        (format!(" {} {}", ink.sign(Sign::Dot), ink.counted("ui-board-in-flight", "n", board.in_flight)), Role::Faint);
    let mut pieces = if board.tells("oldest_wait") { vec![wait] } else { Vec::new() };
    if board.counts.waiting_unassigned > 0 {
        let alone = ink.counted("ui-board-waiting-unassigned", "n", board.counts.waiting_unassigned);
        pieces.push((format!(" {} {alone}", ink.sign(Sign::Dot)), Role::Warn));
    }
    if board.counts.possible_opt_outs > 0 {
        let possible = ink.counted("ui-board-possible-opt-outs", "n", board.counts.possible_opt_outs);
        pieces.push((format!(" {} {possible}", ink.sign(Sign::Dot)), Role::Warn));
    }
    if board.tells("in_flight") {
        pieces.push(in_flight);
    }
    if board.unknown > 0 {
        let unknown = ink.counted("ui-board-unknown", "n", board.unknown);
        pieces.push((format!(" {} {unknown}", ink.sign(Sign::Dot)), Role::Warn));
    }
    if board.recalls > 0 {
        let since = board.recalled_at.map(|at| ink.age(at, now)).unwrap_or_default();
        let recalls = ink.words.say(
            "ui-board-recalls",
            &[("n", Value::Number(i64::try_from(board.recalls).unwrap_or(i64::MAX))), ("age", Value::Text(since))],
        );
        pieces.insert(0, (format!("{recalls} {} ", ink.sign(Sign::Dot)), Role::Warn));
    }
    // Nothing stands before the first of them.
    if let Some((text, _)) = pieces.first_mut() {
        let dot = format!(" {} ", ink.sign(Sign::Dot));
        *text = text.strip_prefix(&dot).unwrap_or(text).to_owned();
    }
    if board.waiting_room > 0 {
        // First: whoever is at the door does nothing until somebody looks.
        let door = ink.counted("ui-board-waiting-room", "n", board.waiting_room);
        pieces.insert(0, (format!("{door} {} ", ink.sign(Sign::Dot)), Role::Warn));
    }
    let mut used = rows;
    // What does not fit goes on in the next line: a figure that is cut says nothing.
    let mut rest = pieces.as_slice();
    while !rest.is_empty() {
        let mut width = 0;
        let fits = |(text, _): &&Piece| {
            width += text.width();
            width <= usize::from(area.width)
        };
        let many = rest.iter().take_while(fits).count().max(1);
        let (line, behind) = rest.split_at(many);
        ink.line(buffer, area, used, line);
        used += 1;
        rest = behind;
    }
    for say in foreign_says(board) {
        let text = ink.say(&say);
        for part in wrap::wrap(&text, area.width) {
            let role = if say.key == "ui-board-errors" { Role::Warn } else { Role::Text };
            ink.line(buffer, area, used, &[(text[part].trim_end().to_owned(), role)]);
            used += 1;
        }
    }
    for line in board.gauge.iter().flat_map(|gauge| gauge_lines(ink, gauge)) {
        // The figures are short; a sentence takes the lines that it needs.
        if let [(text, role)] = line.as_slice() {
            for part in wrap::wrap(text, area.width) {
                ink.line(buffer, area, used, &[(text[part].trim_end().to_owned(), *role)]);
                used += 1;
            }
            continue;
        }
        ink.line(buffer, area, used, &line);
        used += 1;
    }
    (used + 1).min(area.height)
}

/// What the carrier lets through: the rate and the queue, the day, and why first texts are not handed out.
fn gauge_lines(ink: Ink<'_>, gauge: &Gauge) -> Vec<Vec<Piece>> {
    let told = GaugeView::of(gauge);
    let is = |stopped_by| if gauge.stopped_by == Some(stopped_by) { Role::Bad } else { Role::Text };
    let dot = (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
    let mut lines = vec![vec![(ink.say(&told.rate), Role::Text), dot, (ink.say(&told.queue), is(StoppedBy::Queue))]];
    lines.extend(told.today.map(|say| vec![(ink.say(&say), is(StoppedBy::DayCap))]));
    let role = if gauge.nothing_goes_before.is_some() { Role::Bad } else { Role::Warn };
    lines.extend(told.stopped.map(|say| vec![(ink.say(&say), role)]));
    lines
}

fn grouped(ink: Ink<'_>, n: u64) -> String {
    ink.counted("ui-number", "n", n)
}

/// One column of the table: key of its title, width, and its value.
struct Column {
    key: &'static str,
    /// The figure's name, which a server may not tell.
    figure: &'static str,
    width: u16,
    value: fn(Ink<'_>, &TexterLine, Option<Timestamp>) -> Piece,
}

/// Whom a texter has texted; where that is not told, whom they have not to text any more.
const SENT: &str = "texters.sent";

/// In order of importance: the last ones go first when it is narrow.
const COLUMNS: [Column; 7] = [
    Column {
        key: "ui-texter-waiting",
        figure: "texters.waiting",
        width: 8,
        value: |ink, t, _| (grouped(ink, t.waiting), if t.waiting > 0 { Role::Warn } else { Role::Text }),
    },
    Column { key: "ui-texter-sent", figure: SENT, width: 7, value: |ink, t, _| (grouped(ink, t.sent), Role::Text) },
    Column {
        key: "ui-texter-unsent",
        figure: "texters.unsent",
        width: 8,
        value: |ink, t, _| (grouped(ink, t.unsent), Role::Text),
    },
    Column {
        key: "ui-texter-assigned",
        figure: "texters.assigned",
        width: 9,
        value: |ink, t, _| (grouped(ink, t.assigned), Role::Text),
    },
    Column {
        key: "ui-texter-pace",
        figure: "texters.last_ten_minutes",
        width: 13,
        value: |ink, t, _| (grouped(ink, t.last_ten_minutes), Role::Text),
    },
    Column {
        key: "ui-texter-seen",
        figure: "texters.last_seen",
        width: 10,
        value: |ink, t, now| {
            (t.last_seen.map_or_else(|| ink.word("ui-texter-never"), |at| ink.age(at, now)), Role::Faint)
        },
    },
    Column {
        key: "ui-texter-practice",
        figure: "texters.practised",
        width: 10,
        value: |ink, t, _| {
            let word = if t.practised { "ui-texter-practised" } else { "ui-texter-not-practised" };
            (ink.word(word), Role::Faint)
        },
    },
];

fn draw_texters(
    ink: Ink<'_>,
    board: &Board,
    now: Option<Timestamp>,
    selected: usize,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    if area.height < 2 {
        return None;
    }
    let texters: &[TexterLine] = &board.texters;
    let mut shown: Vec<&Column> = Vec::new();
    let mut used = 0;
    let is_told = |figure: &str| board.tells(figure) || figure == SENT;
    for column in COLUMNS.iter().filter(|column| is_told(column.figure)) {
        if used + column.width + 14 > area.width {
            break;
        }
        used += column.width;
        shown.push(column);
    }
    let name_width = area.width.saturating_sub(used).clamp(1, 28);
    let place = |row: u16, index: usize| {
        let before: u16 = shown[..index].iter().map(|c| c.width).sum();
        Rect::new(area.x + name_width + before, area.y + row, shown[index].width, 1)
    };
    let head = Rect { width: name_width, ..area };
    ink.line(buffer, head, 0, &[(format!("  {}", ink.word("ui-texter-name")), Role::Title)]);
    for (index, column) in shown.iter().enumerate() {
        let key = if board.tells(column.figure) { column.key } else { "ui-texter-handled" };
        ink.right(buffer, place(0, index), 0, &ink.word(key), Role::Title);
    }
    if texters.is_empty() {
        ink.line(buffer, area, 1, &[(ink.word("ui-board-no-texters"), Role::Faint)]);
        return None;
    }
    let rows = usize::from(area.height - 1);
    let selected = selected.min(texters.len() - 1);
    let first = selected.saturating_sub(rows / 2).min(texters.len().saturating_sub(rows));
    let mut cursor = None;
    for (index, row) in (first..texters.len()).zip(1..area.height) {
        let texter = &texters[index];
        let here = index == selected;
        let look = |role| if here { Role::Selected } else { role };
        ink.spots.put(Rect { y: area.y + row, height: 1, ..area }, Aim::Row(index as isize - selected as isize));
        if here {
            let bar = Rect { y: area.y + row, height: 1, ..area };
            ink.fill(buffer, bar, Role::Selected);
            cursor = Some(bar.as_position());
        }
        let mark = if here { ink.sign(Sign::Here) } else { " " };
        let name = safe_line(&texter.name);
        let name = if texter.signed_out { ink.with_text("ui-texter-signed-out", "name", &name) } else { name };
        let name = wrap::cut(&name, name_width.saturating_sub(3), ink.sign(Sign::More));
        ink.line(buffer, head, row, &[(format!("{mark} {name}"), look(Role::Text))]);
        for (column_index, column) in shown.iter().enumerate() {
            let (text, role) = (column.value)(ink, texter, now);
            ink.right(buffer, place(row, column_index), 0, &text, look(role));
        }
    }
    cursor
}
