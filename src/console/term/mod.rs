//! The real terminal; the only place that names crossterm.
//!
//! - [`host`]: what the loop needs of a terminal, as a trait, and the recorded one for tests;
//! - [`real`]: ours, entered and left in order;
//! - [`input`]: what the terminal sends, as [`input::Input`];
//! - [`lines`]: lines typed, for the linear front end;
//! - [`press`]: whether a key was really pressed, or is held down;
//! - [`paint`]: one frame out, and nothing at all when it equals the last one;
//! - [`mod@panic`]: the terminal first, then a file without anybody's words in it;
//! - [`signals`]: what the system asks of us;
//! - [`watch`]: the keyboard alone, to tell what it sends;
//! - [`editor`]: the person's own editor on a draft.

pub mod editor;
pub mod host;
pub mod input;
pub mod lines;
pub mod paint;
pub mod panic;
pub mod press;
pub mod real;
pub mod signals;
pub mod watch;
