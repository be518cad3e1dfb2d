//! The keyboard alone, without a screen: to tell what a terminal sends, and whether it tells repeats apart.

use std::io::{self, Write as _};

use crossterm::event::{
    DisableBracketedPaste, EnableBracketedPaste, KeyboardEnhancementFlags as Flags, PopKeyboardEnhancementFlags,
    PushKeyboardEnhancementFlags,
};
use crossterm::execute;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode, supports_keyboard_enhancement};

/// The keyboard, byte by byte, from taking it until it is dropped. Lines written meanwhile end with a carriage return of their own.
#[derive(Debug)]
pub struct Watch {
    repeats: bool,
}

impl Watch {
    /// Takes the keyboard as the send card does.
    ///
    /// # Errors
    /// When standard input is not a terminal or refuses raw mode.
    pub fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        let watch = Self { repeats: supports_keyboard_enhancement().unwrap_or(false) };
        let mut out = io::stdout();
        execute!(out, EnableBracketedPaste)?;
        if watch.repeats {
            let every_key = Flags::DISAMBIGUATE_ESCAPE_CODES
                | Flags::REPORT_EVENT_TYPES
                | Flags::REPORT_ALL_KEYS_AS_ESCAPE_CODES
                | Flags::REPORT_ALTERNATE_KEYS;
            execute!(out, PushKeyboardEnhancementFlags(every_key))?;
        }
        Ok(watch)
    }

    /// The terminal tells a key that is held down from one that is pressed again (kitty's protocol).
    #[must_use]
    pub fn tells_repeats(&self) -> bool {
        self.repeats
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut out = io::stdout();
        if self.repeats {
            let _ = execute!(out, PopKeyboardEnhancementFlags);
        }
        let _ = execute!(out, DisableBracketedPaste);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Asks the terminal whether it tells repeats apart; none when it cannot be asked.
#[must_use]
pub fn tells_repeats() -> Option<bool> {
    enable_raw_mode().ok()?;
    let told = supports_keyboard_enhancement().ok();
    disable_raw_mode().ok()?;
    told
}
