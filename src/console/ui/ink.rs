//! What every view draws with: styles, words, and text put down by graphemes.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::spots::Spots;
use super::theme::{Role, Theme};
use super::wrap;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::marks::{Mark, MarkKind};
use crate::console::words;
use crate::domain::bidi;
use crate::i18n::{Catalogue, Value};

/// What the person's terminal and place are like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caps {
    /// Only ASCII for lines and signs.
    pub ascii: bool,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The footer with the keys that work now is shown.
    pub footer: bool,
    /// Who was signed out signs in again alone: see [`Capabilities::login`](crate::client::Capabilities::login).
    pub login: bool,
}

impl Default for Caps {
    fn default() -> Self {
        Self { ascii: false, zone: TimeZone::UTC, footer: true, login: false }
    }
}

/// Signs with an ASCII twin each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Something is cut off.
    More,
    /// Between two facts of one line.
    Dot,
    /// There is more above.
    Up,
    /// There is more below.
    Down,
    /// The selected row.
    Here,
    /// Done.
    Done,
    /// Not done.
    Open,
}

impl Sign {
    fn text(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Self::More, false) => "…",
            (Self::More, true) => "~",
            (Self::Dot, false) => "·",
            (Self::Dot | Self::Open, true) => "-",
            (Self::Up, false) => "↑",
            (Self::Up, true) => "^",
            (Self::Down, false) => "↓",
            (Self::Down, true) => "v",
            (Self::Here, false) => "▸",
            (Self::Here, true) => ">",
            (Self::Done, false) => "✓",
            (Self::Done, true) => "+",
            (Self::Open, false) => "○",
        }
    }
}

/// Styles, words and manners of one drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink<'a> {
    pub theme: &'a Theme,
    pub caps: &'a Caps,
    pub words: &'a Catalogue,
    /// Where clicks mean something.
    pub spots: &'a Spots,
}

/// A piece of a line: its text and its role.
pub(super) type Piece = (String, Role);

impl Ink<'_> {
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    pub fn sign(&self, sign: Sign) -> &'static str {
        sign.text(self.caps.ascii)
    }

    pub fn word(&self, key: &str) -> String {
        self.words.say(key, &[])
    }

    pub fn counted(&self, key: &str, name: &str, n: u64) -> String {
        self.words.say(key, &[(name, Value::Number(i64::try_from(n).unwrap_or(i64::MAX)))])
    }

    pub fn with_text(&self, key: &str, name: &str, text: &str) -> String {
        self.words.say(key, &[(name, Value::Text(text.to_owned()))])
    }

    /// A key as it is called in this language.
    pub fn key(&self, key: &str) -> String {
        words::key_name(self.words, key)
    }

    pub fn say(&self, say: &Say) -> String {
        phrase(self.words, &self.caps.zone, say)
    }

    /// A time of day here.
    pub fn time(&self, at: Timestamp) -> String {
        time_of_day(self.words, &self.caps.zone, at)
    }

    /// How long ago, in words (`now`, `4 min`).
    pub fn age(&self, since: Timestamp, now: Option<Timestamp>) -> String {
        words::age(self.words, &self.caps.zone, since, now)
    }

    /// Gives the marked places of a line that was drawn at a column, row and width their looks. The letters stay as they were put:
    /// cut apart, some of them would be others.
    pub fn marked(
        &self,
        buffer: &mut Buffer,
        (x, y, width): (u16, u16, u16),
        text: &str,
        line: &Range<usize>,
        marks: &[Mark],
    ) {
        for mark in marks {
            let (start, end) = (mark.range.start.max(line.start), mark.range.end.min(line.end));
            let (Some(before), Some(inside)) = (text.get(line.start..start), text.get(start..end)) else { continue };
            let from = wrap::columns(before).min(width);
            let many = wrap::columns(inside.trim_end()).min(width - from);
            let style = self.style(match mark.kind {
                MarkKind::Link => Role::Link,
                MarkKind::Field | MarkKind::Match => Role::Marked,
            });
            for column in x + from..x + from + many {
                if let Some(cell) = buffer.cell_mut((column, y)) {
                    cell.set_style(style);
                }
            }
        }
    }

    /// Sets apart what is written from right to left: done last, over all of the screen. Such marks have no width, and stand with the cell
    /// before, which is drawn anew whenever they change.
    pub fn set_apart(&self, buffer: &mut Buffer, area: Rect) {
        if self.caps.ascii {
            return;
        }
        let area = area.intersection(buffer.area);
        for y in area.rows().map(|row| row.y) {
            let of = |x: u16| buffer[(x, y)].symbol().chars().next().map_or(bidi::Class::Blank, bidi::class);
            let stretches = bidi::stretches((area.left()..area.right()).map(of));
            for (first, last) in stretches {
                let column = |place: usize| area.left().saturating_add(u16::try_from(place).unwrap_or(u16::MAX));
                let wide = |x: u16| wrap::columns(buffer[(x, y)].symbol()) > 1;
                let (first, last) = (column(first), column(last));
                // The second half of a wide character is no cell of its own.
                let before = (first > area.left() && (first < 2 || !wide(first - 2))).then(|| first - 1);
                match before {
                    Some(before) => {
                        let symbol = format!("{}{}", buffer[(before, y)].symbol(), bidi::OPEN);
                        buffer[(before, y)].set_symbol(&symbol);
                    }
                    None => {
                        let symbol = format!("{}{}", bidi::OPEN, buffer[(first, y)].symbol());
                        buffer[(first, y)].set_symbol(&symbol);
                    }
                }
                let symbol = format!("{}{}", buffer[(last, y)].symbol(), bidi::CLOSE);
                buffer[(last, y)].set_symbol(&symbol);
            }
        }
    }

    /// Fills `area` with the role's background.
    pub fn fill(&self, buffer: &mut Buffer, area: Rect, role: Role) {
        let style = self.style(role);
        for position in area.intersection(buffer.area).positions() {
            let cell = &mut buffer[position];
            cell.reset();
            cell.set_style(style);
        }
    }

    /// Pieces of one line from the left; what does not fit is cut with a sign. Returns the columns used.
    pub fn line(&self, buffer: &mut Buffer, area: Rect, row: u16, pieces: &[Piece]) -> u16 {
        if row >= area.height {
            return 0;
        }
        let mut used = 0;
        for (index, (text, role)) in pieces.iter().enumerate() {
            let room = area.width.saturating_sub(used);
            if room == 0 {
                break;
            }
            let more_follows = pieces[index + 1..].iter().any(|(text, _)| !text.trim().is_empty());
            let fits = wrap::columns(text) < room || (wrap::columns(text) == room && !more_follows);
            let shown = if fits { text.clone() } else { wrap::cut(text, room.max(1), self.sign(Sign::More)) };
            used += put(buffer, area.x + used, area.y + row, room, &shown, self.style(*role));
        }
        used
    }

    /// One text at the right end of a line. Returns the columns used.
    pub fn right(&self, buffer: &mut Buffer, area: Rect, row: u16, text: &str, role: Role) -> u16 {
        let text = wrap::cut(text, area.width, self.sign(Sign::More));
        let width = wrap::columns(&text);
        if row < area.height {
            put(buffer, area.right().saturating_sub(width), area.y + row, width, &text, self.style(role));
        }
        width
    }

    /// A box with a title; returns its inside. `double` sets it apart without colour.
    pub fn frame(&self, buffer: &mut Buffer, area: Rect, title: &str, role: Role, double: bool) -> Rect {
        use ratatui::symbols::border;
        let area = area.intersection(buffer.area);
        if area.width < 2 || area.height < 2 {
            return Rect::new(area.x, area.y, 0, 0);
        }
        let ascii = border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: if double { "=" } else { "-" },
            horizontal_bottom: if double { "=" } else { "-" },
        };
        let set = match (self.caps.ascii, double) {
            (true, _) => ascii,
            (false, true) => border::DOUBLE,
            (false, false) => border::ROUNDED,
        };
        let style = self.style(role);
        let (left, right, top, bottom) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
        for x in left..=right {
            buffer[(x, top)].set_symbol(set.horizontal_top).set_style(style);
            buffer[(x, bottom)].set_symbol(set.horizontal_bottom).set_style(style);
        }
        for y in top..=bottom {
            buffer[(left, y)].set_symbol(set.vertical_left).set_style(style);
            buffer[(right, y)].set_symbol(set.vertical_right).set_style(style);
        }
        buffer[(left, top)].set_symbol(set.top_left);
        buffer[(right, top)].set_symbol(set.top_right);
        buffer[(left, bottom)].set_symbol(set.bottom_left);
        buffer[(right, bottom)].set_symbol(set.bottom_right);
        if !title.is_empty() && area.width > 6 {
            let shown = format!(" {} ", wrap::cut(title, area.width - 6, self.sign(Sign::More)));
            put(buffer, left + 2, top, area.width - 4, &shown, style);
        }
        Rect::new(left + 1, top + 1, area.width - 2, area.height - 2)
    }
}

/// Puts `text` down cell by cell; returns the columns used. Nothing that could move the cursor, reorder the line or hide
/// gets through: such text should have been made visible before; here it is the last door, and it is left out.
pub(super) fn put(buffer: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    if y < buffer.area.top() || y >= buffer.area.bottom() || x < buffer.area.left() {
        return 0;
    }
    let end = x.saturating_add(width).min(buffer.area.right());
    let mut at = x;
    for grapheme in text.graphemes(true) {
        let columns = u16::try_from(wrap::grapheme_columns(grapheme)).unwrap_or(0);
        if columns == 0 || grapheme.chars().any(is_dangerous) {
            continue;
        }
        if at + columns > end {
            break;
        }
        let cell = &mut buffer[(at, y)];
        cell.set_symbol(grapheme);
        cell.set_style(style);
        for behind in 1..columns {
            let cell = &mut buffer[(at + behind, y)];
            cell.reset();
            cell.set_style(style);
        }
        at += columns;
    }
    at.saturating_sub(x)
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

pub use crate::console::words::{phrase, time_of_day};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_stays_in_its_place() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let hostile = "a\u{1b}[2J\u{202e}b\u{2028}日本語";
        let used = put(&mut buffer, 0, 0, 8, hostile, Style::new());
        assert_eq!(used, 7);
        let shown: String = (0..8).map(|x| buffer[(x, 0)].symbol()).collect();
        assert_eq!(shown, "a[2Jb日  ");
        assert_eq!(put(&mut buffer, 7, 0, 8, "日", Style::new()), 0, "half a character is none");
    }

    #[test]
    fn what_goes_from_right_to_left_is_set_apart_and_takes_no_more_room() {
        let (theme, words) = (Theme::default(), Catalogue::english());
        let row = |text: &str, ascii| {
            let caps = Caps { ascii, ..Caps::default() };
            let spots = Spots::default();
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
            put(&mut buffer, 0, 0, 12, text, Style::new());
            Ink { theme: &theme, caps: &caps, words: &words, spots: &spots }
                .set_apart(&mut buffer, Rect::new(0, 0, 12, 1));
            let columns: usize = (0..12).map(|x| usize::from(wrap::columns(buffer[(x, 0)].symbol()))).sum();
            assert_eq!(columns, 12);
            (0..12).map(|x| buffer[(x, 0)].symbol().to_owned()).collect::<String>()
        };
        assert_eq!(row("שלום · 4 PM", false), "\u{2068}שלום\u{2069} · 4 PM ");
        assert_eq!(row("> שלום 4:01", false), "> \u{2068}שלום\u{2069} 4:01 ");
        assert_eq!(row("שלום · 4 PM", true), "שלום · 4 PM ");
        // Somebody's own marks do not come in here.
        assert_eq!(row("\u{2068}Ann\u{202e}", false), "Ann         ");
    }
}
