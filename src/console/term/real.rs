//! Our terminal, entered and left in order.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Mutex;
use std::thread::ThreadId;

use crossterm::clipboard::CopyToClipboard;
#[cfg(windows)]
use crossterm::event::EnableMouseCapture;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    KeyboardEnhancementFlags as Flags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode, supports_keyboard_enhancement,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;

use super::host::Host;

/// What has been switched on, and by whom: all that is needed to give the terminal back from anywhere.
static ENTERED: Mutex<Option<Entered>> = Mutex::new(None);

#[derive(Debug, Clone, Copy)]
struct Entered {
    thread: ThreadId,
    /// How many times keyboard flags were pushed.
    pushed: u8,
    mouse: bool,
}

fn entered<T>(f: impl FnOnce(&mut Option<Entered>) -> T) -> T {
    f(&mut ENTERED.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// True while the terminal is ours.
pub(super) fn is_entered() -> bool {
    entered(|state| state.is_some())
}

/// For the panic hook: gives the terminal back when this thread took it.
pub(super) fn restore_if_entered_by_this_thread() -> bool {
    // A panic inside `entered` would hold the lock; then there is nothing that could be done safely.
    let Ok(mut state) = ENTERED.try_lock() else { return false };
    if state.is_none_or(|e| e.thread != std::thread::current().id()) {
        return false;
    }
    if let Some(what) = state.take() {
        let _ = switch_off(what);
    }
    true
}

/// The window's title is the shell's again when we have left: put aside and taken back as xterm has it (`CSI 22 ; 2 t` and
/// `CSI 23 ; 2 t`, XTWINOPS); terminals that have no such place do nothing.
const PUT_TITLE_ASIDE: &str = "\u{1b}[22;2t";
const GIVE_TITLE_BACK: &str = "\u{1b}[23;2t";

/// Everything off again, in reverse order.
fn switch_off(what: Entered) -> io::Result<()> {
    let mut out = io::stdout();
    // A frame may be half written: end it, or some terminals go on holding everything back.
    queue!(out, EndSynchronizedUpdate)?;
    for _ in 0..what.pushed {
        queue!(out, PopKeyboardEnhancementFlags)?;
    }
    if what.mouse {
        queue!(out, DisableMouseCapture)?;
    }
    let written = execute!(
        out,
        DisableFocusChange,
        DisableBracketedPaste,
        cursor::Show,
        LeaveAlternateScreen,
        Print(GIVE_TITLE_BACK)
    );
    disable_raw_mode().and(written)
}

/// The terminal this process was started in. Given back when dropped.
#[derive(Debug)]
pub struct RealTerminal {
    backend: CrosstermBackend<BufWriter<Stdout>>,
    kitty: bool,
    mouse: bool,
    /// What stands before and behind a notification's words; none where the terminal shows none.
    notifies: Option<(&'static str, &'static str)>,
    armed: bool,
}

impl RealTerminal {
    /// Takes the terminal. `notifies`: what this terminal wants before and behind the words of a notification.
    ///
    /// # Errors
    /// When standard output is not a terminal or refuses raw mode.
    pub fn take(mouse: bool, notifies: Option<(&'static str, &'static str)>) -> io::Result<Self> {
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()));
        let mut terminal = Self { backend, kitty: false, mouse, notifies, armed: false };
        enable_raw_mode()?;
        // Asked once, in raw mode, before anything reads keys: the answer comes on standard input.
        terminal.kitty = supports_keyboard_enhancement().unwrap_or(false);
        terminal.enter()?;
        Ok(terminal)
    }

    fn push(&mut self, flags: Flags) -> io::Result<()> {
        queue!(self.backend, PushKeyboardEnhancementFlags(flags))?;
        entered(|state| {
            if let Some(state) = state {
                state.pushed += 1;
            }
        });
        Ok(())
    }
}

impl Drop for RealTerminal {
    fn drop(&mut self) {
        let _ = self.leave();
    }
}

const BASE: Flags = Flags::DISAMBIGUATE_ESCAPE_CODES.union(Flags::REPORT_EVENT_TYPES);
const EVERY_KEY: Flags = BASE.union(Flags::REPORT_ALL_KEYS_AS_ESCAPE_CODES).union(Flags::REPORT_ALTERNATE_KEYS);

impl Host for RealTerminal {
    type Backend = CrosstermBackend<BufWriter<Stdout>>;

    fn backend(&mut self) -> &mut Self::Backend {
        &mut self.backend
    }

    fn begin_frame(&mut self) -> io::Result<()> {
        queue!(self.backend, BeginSynchronizedUpdate)
    }

    fn end_frame(&mut self) -> io::Result<()> {
        execute!(self.backend, EndSynchronizedUpdate)
    }

    fn tells_repeats(&self) -> bool {
        self.kitty
    }

    fn arm(&mut self, armed: bool) -> io::Result<()> {
        if !self.kitty || armed == self.armed {
            return Ok(());
        }
        if armed {
            self.push(EVERY_KEY)?;
        } else {
            queue!(self.backend, PopKeyboardEnhancementFlags)?;
            entered(|state| {
                if let Some(state) = state {
                    state.pushed = state.pushed.saturating_sub(1);
                }
            });
        }
        self.armed = armed;
        self.backend.flush()
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        execute!(self.backend, SetTitle(plain(text)))
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.backend, CopyToClipboard::to_clipboard_from(text))
    }

    fn bell(&mut self) -> io::Result<()> {
        execute!(self.backend, Print('\u{7}'))
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        let Some((before, behind)) = self.notifies else { return Ok(()) };
        // A semicolon parts the fields of such a sequence.
        let text = plain(text).replace(';', ",");
        execute!(self.backend, Print(format!("{before}{text}{behind}")))
    }

    fn leave(&mut self) -> io::Result<()> {
        let Some(what) = entered(Option::take) else { return Ok(()) };
        self.armed = false;
        self.backend.flush()?;
        switch_off(what)
    }

    fn enter(&mut self) -> io::Result<()> {
        self.leave()?;
        enable_raw_mode()?;
        entered(|state| {
            *state = Some(Entered { thread: std::thread::current().id(), pushed: 0, mouse: self.mouse });
        });
        queue!(self.backend, Print(PUT_TITLE_ASIDE), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if self.mouse {
            hear_clicks(&mut self.backend)?;
        }
        if self.kitty {
            self.push(BASE)?;
        }
        self.backend.flush()
    }

    #[cfg(unix)]
    fn stop_process(&mut self) -> io::Result<bool> {
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        Ok(true)
    }

    #[cfg(not(unix))]
    fn stop_process(&mut self) -> io::Result<bool> {
        Ok(false)
    }
}

/// Buttons and the wheel, in the form that knows wide screens; not every move of the hand, which would wake us for nothing.
#[cfg(not(windows))]
fn hear_clicks(out: &mut impl Write) -> io::Result<()> {
    queue!(out, Print("\u{1b}[?1000h\u{1b}[?1006h"))
}

#[cfg(windows)]
fn hear_clicks(out: &mut impl Write) -> io::Result<()> {
    queue!(out, EnableMouseCapture)
}

/// Only what can do no harm inside an OSC sequence, and not too much of it.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| *c == ' ' || c.is_alphanumeric() || (c.is_ascii() && c.is_ascii_graphic()) || "·•…—–".contains(*c))
        .take(80)
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_title_cannot_end_its_sequence() {
        assert_eq!(super::plain("Maria \u{1b}]52;c;eA==\u{7}\u{9c}\u{202e}· 3 waiting"), "Maria ]52;c;eA==· 3 waiting");
    }
}
