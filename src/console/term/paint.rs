//! One frame out, and nothing at all when it equals the last one.

use std::io;

use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::host::Host;

/// Remembers what the terminal shows, so that only the difference is written: no cell, no cursor movement, no
/// synchronisation mark when there is none. An idle screen writes zero bytes.
#[derive(Debug, Default)]
pub struct Painter {
    shown: Option<Buffer>,
    cursor: Option<Position>,
}

impl Painter {
    /// The screen's content is not known any more: the next frame is drawn from nothing.
    pub fn forget(&mut self) {
        self.shown = None;
        self.cursor = None;
    }

    /// Puts `next` on the screen. `true` when anything was written.
    ///
    /// # Errors
    /// When the terminal cannot be written to; what it shows is then unknown and the next frame starts from nothing.
    pub fn paint<H: Host>(&mut self, host: &mut H, next: &Buffer, cursor: Option<Position>) -> io::Result<bool> {
        let result = self.try_paint(host, next, cursor);
        if result.is_err() {
            self.forget();
        }
        result
    }

    fn try_paint<H: Host>(&mut self, host: &mut H, next: &Buffer, cursor: Option<Position>) -> io::Result<bool> {
        let cursor = cursor.filter(|at| next.area.contains(*at));
        let same_size = self.shown.as_ref().is_some_and(|shown| shown.area == next.area);
        let blank;
        let before = match &self.shown {
            Some(shown) if same_size => shown,
            _ => {
                blank = Buffer::empty(next.area);
                &blank
            }
        };
        let changes = before.diff(next);
        if same_size && changes.is_empty() && cursor == self.cursor {
            return Ok(false);
        }
        host.begin_frame()?;
        let backend = host.backend();
        if !same_size {
            backend.clear().map_err(written)?;
        }
        if !changes.is_empty() {
            if self.cursor.is_some() || !same_size {
                backend.hide_cursor().map_err(written)?;
            }
            backend.draw(changes.into_iter()).map_err(written)?;
        }
        match cursor {
            Some(at) => {
                backend.set_cursor_position(at).map_err(written)?;
                backend.show_cursor().map_err(written)?;
            }
            None => backend.hide_cursor().map_err(written)?,
        }
        backend.flush().map_err(written)?;
        host.end_frame()?;
        match &mut self.shown {
            Some(shown) => shown.clone_from(next),
            none => *none = Some(next.clone()),
        }
        self.cursor = cursor;
        Ok(true)
    }
}

/// A backend's error as one of input and output, its words kept.
fn written<E: std::error::Error>(error: E) -> io::Error {
    io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::term::host::Recorded;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn frame(text: &str) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
        buffer.set_string(0, 0, text, Style::new());
        buffer
    }

    #[test]
    fn an_equal_frame_writes_nothing() {
        let mut host = Recorded::new(10, 2);
        let mut painter = Painter::default();
        let at = Some(Position::new(1, 0));
        assert!(painter.paint(&mut host, &frame("hello"), at).expect("painted"));
        assert!(!painter.paint(&mut host, &frame("hello"), at).expect("painted"));
        assert_eq!(host.frames, 1);
        assert!(painter.paint(&mut host, &frame("hello"), Some(Position::new(2, 0))).expect("cursor moved"));
        assert!(painter.paint(&mut host, &frame("jello"), at).expect("text changed"));
        painter.forget();
        assert!(painter.paint(&mut host, &frame("jello"), at).expect("drawn from nothing"));
        assert_eq!(host.frames, 4);
    }
}
