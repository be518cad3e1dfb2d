//! A drawn screen as a picture (SVG), so that a page about the console shows the console.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (u16, u16) = (9, 19);
const MARGIN: u16 = 12;
const FORE: &str = "#d8dee6";
const BACK: &str = "#0f151c";

/// The buffer as a complete SVG document.
#[must_use]
pub fn svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let width = area.width * CELL.0 + 2 * MARGIN;
    let height = area.height * CELL.1 + 2 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACK}\"/>\n"
    );
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let mut run = Run::start(x, &buffer[(x, y)]);
            x = run.end;
            while x < area.right() && run.takes(&buffer[(x, y)]) {
                x = run.end;
            }
            run.write(&mut out, y - area.y, area.x);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Neighbours of one style, drawn as one piece of text.
struct Run<'a> {
    first: &'a Cell,
    start: u16,
    end: u16,
    text: String,
}

impl<'a> Run<'a> {
    fn start(x: u16, cell: &'a Cell) -> Self {
        let width = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        Self { first: cell, start: x, end: x + width, text: cell.symbol().to_owned() }
    }

    /// Takes a cell of the same style; wide and composed ones are drawn alone, each at its own place.
    fn takes(&mut self, cell: &Cell) -> bool {
        let plain = |text: &str| text.len() <= 3 && text.width() == 1;
        let last_is_plain = self.text.width() == usize::from(self.end - self.start);
        let fits = cell.style() == self.first.style()
            && plain(cell.symbol())
            && last_is_plain
            && self.text.chars().all(|c| c.len_utf8() <= 3);
        if fits {
            self.text.push_str(cell.symbol());
            self.end += 1;
        }
        fits
    }

    fn write(&self, out: &mut String, row: u16, left: u16) {
        let style = self.first.style();
        let attributes = style.add_modifier;
        let mut fore = style.fg.map_or_else(|| FORE.to_owned(), |c| hex(c, FORE));
        let mut back = style.bg.map_or_else(|| BACK.to_owned(), |c| hex(c, BACK));
        if attributes.contains(Modifier::REVERSED) {
            std::mem::swap(&mut fore, &mut back);
        }
        let x = MARGIN + (self.start - left) * CELL.0;
        let y = MARGIN + row * CELL.1;
        let width = (self.end - self.start) * CELL.0;
        // Writing to a String cannot fail.
        if back != BACK {
            let _ =
                writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{back}\"/>", CELL.1);
        }
        if self.text.trim().is_empty() {
            return;
        }
        let mut extra = String::new();
        if attributes.contains(Modifier::BOLD) {
            extra.push_str(" font-weight=\"bold\"");
        }
        if attributes.contains(Modifier::DIM) {
            extra.push_str(" opacity=\"0.7\"");
        }
        if attributes.contains(Modifier::UNDERLINED) {
            extra.push_str(" text-decoration=\"underline\"");
        }
        let text = escape(&self.text);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{}\" fill=\"{fore}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{extra}>{text}</text>",
            y + CELL.1 - 5
        );
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn hex(colour: Color, default: &str) -> String {
    let (r, g, b) = match colour {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(n @ 16..=231) => {
            let step = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
            let n = n - 16;
            (step(n / 36), step(n / 6 % 6), step(n % 6))
        }
        Color::Indexed(n @ 232..) => [8 + 10 * (n - 232); 3].into(),
        Color::Black => (0, 0, 0),
        Color::Red => (205, 49, 49),
        Color::Green => (13, 188, 121),
        Color::Yellow => (229, 229, 16),
        Color::Blue => (36, 114, 200),
        Color::Magenta => (188, 63, 188),
        Color::Cyan => (17, 168, 205),
        Color::DarkGray => (127, 127, 127),
        Color::Gray => (229, 229, 229),
        Color::LightRed => (255, 110, 103),
        Color::LightGreen => (95, 250, 104),
        Color::LightYellow => (255, 252, 103),
        Color::LightCyan => (96, 253, 255),
        Color::White => (255, 255, 255),
        _ => return default.to_owned(),
    };
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn text_is_escaped_and_wide_cells_keep_their_place() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(0, 0, "a<b 日本 ok", Style::new().fg(Color::Rgb(1, 2, 3)));
        let picture = svg(&buffer);
        assert!(picture.contains(">a&lt;b </text>"), "{picture}");
        assert!(picture.contains("fill=\"#010203\""));
        let x_of_second = MARGIN + 6 * CELL.0;
        assert!(picture.contains(&format!("<text x=\"{x_of_second}\"")) && picture.contains(">本"), "{picture}");
    }
}
