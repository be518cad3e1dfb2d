//! What the loop needs of a terminal.

use std::io;

use ratatui::backend::{Backend, TestBackend};

/// A terminal with its manners. The loop knows no other side of it.
pub trait Host {
    /// Where cells go.
    type Backend: Backend;

    /// The cells' way out.
    fn backend(&mut self) -> &mut Self::Backend;

    /// The next bytes belong to one frame: show them together.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn begin_frame(&mut self) -> io::Result<()>;

    /// The frame is complete: send it off.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn end_frame(&mut self) -> io::Result<()>;

    /// True when repeats of a held key are told apart from presses (kitty's protocol).
    fn tells_repeats(&self) -> bool;

    /// A card that a press would send is on the screen, or no longer is: while it is, every key is asked for in the
    /// long form, so that a held Space or Enter can be told from a press.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn arm(&mut self, armed: bool) -> io::Result<()>;

    /// Sets the window's title. Characters that are not plain text are left out.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn title(&mut self, text: &str) -> io::Result<()>;

    /// Puts text on the clipboard (OSC 52).
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Rings.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn bell(&mut self) -> io::Result<()>;

    /// Shows a notification, where this terminal can. Characters that are not plain text are left out.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn notify(&mut self, text: &str) -> io::Result<()>;

    /// Gives the terminal back to whoever had it before (an editor, the shell).
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn leave(&mut self) -> io::Result<()>;

    /// Takes the terminal (again). Harmless when it is ours already: everything is set anew, as after a stop by signal.
    ///
    /// # Errors
    /// When the terminal cannot be set up.
    fn enter(&mut self) -> io::Result<()>;

    /// Stops this process until the shell continues it. The terminal has been left before. `false`: not possible here.
    ///
    /// # Errors
    /// When the signal cannot be raised.
    fn stop_process(&mut self) -> io::Result<bool>;

    /// The terminal says it has a new size. Only the recorded one must do something.
    fn resized(&mut self, _width: u16, _height: u16) {}
}

/// A terminal that only remembers, for tests and benches.
#[derive(Debug)]
pub struct Recorded {
    backend: TestBackend,
    /// Frames that were written.
    pub frames: usize,
    /// Titles, in order.
    pub titles: Vec<String>,
    /// What was copied, in order.
    pub copied: Vec<String>,
    /// How often it rang.
    pub rung: usize,
    /// Notifications, in order.
    pub notified: Vec<String>,
    /// Every change of the armed state, in order.
    pub arming: Vec<bool>,
    /// Whether it tells repeats apart.
    pub repeats: bool,
    /// Whether the process can be stopped.
    pub can_stop: bool,
    /// How often it was stopped.
    pub stopped: usize,
    /// `true` for each entering, `false` for each leaving.
    pub entering: Vec<bool>,
}

impl Recorded {
    /// A terminal of this size.
    #[must_use]
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            backend: TestBackend::new(width, height),
            frames: 0,
            titles: Vec::new(),
            copied: Vec::new(),
            rung: 0,
            notified: Vec::new(),
            arming: Vec::new(),
            repeats: false,
            can_stop: true,
            stopped: 0,
            entering: Vec::new(),
        }
    }

    /// What is on the screen.
    #[must_use]
    pub fn screen(&self) -> &ratatui::buffer::Buffer {
        self.backend.buffer()
    }
}

impl Host for Recorded {
    type Backend = TestBackend;

    fn backend(&mut self) -> &mut TestBackend {
        &mut self.backend
    }

    fn begin_frame(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.frames += 1;
        Ok(())
    }

    fn tells_repeats(&self) -> bool {
        self.repeats
    }

    fn arm(&mut self, armed: bool) -> io::Result<()> {
        self.arming.push(armed);
        Ok(())
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        self.titles.push(text.to_owned());
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn bell(&mut self) -> io::Result<()> {
        self.rung += 1;
        Ok(())
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        self.notified.push(text.to_owned());
        Ok(())
    }

    fn leave(&mut self) -> io::Result<()> {
        self.entering.push(false);
        Ok(())
    }

    fn enter(&mut self) -> io::Result<()> {
        self.entering.push(true);
        Ok(())
    }

    fn stop_process(&mut self) -> io::Result<bool> {
        self.stopped += usize::from(self.can_stop);
        Ok(self.can_stop)
    }

    fn resized(&mut self, width: u16, height: u16) {
        self.backend.resize(width, height);
    }
}
