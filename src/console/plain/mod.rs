//! The linear front end: whole lines, for screen readers, braille lines, dumb terminals and pipes.
//!
//! The same cores as the screen's, the same effects, the same confirm rule. A person types a line; what it asks for is found in
//! the same registry and key map and given to the core as [`Msg::Named`]. What stands in front ([`Pages`]) is told when it
//! changed, the important thing first; then a question is asked, and the next line answers that one.
//!
//! - **What will go out has been printed**: the core confirms nothing but what was told to it as drawn, and that is told after
//!   the printing. Of a wording that was printed whole before, the name and the values that differ are printed.
//! - **An empty line never sends**, it tells again. So no held or pasted Enter ever confirms a text.
//! - **Nothing comes in mid-line**: what is new is told when a line was entered; at once only where there is nothing to answer
//!   to, or where what was asked about is gone.
//! - **Only printable characters and our own line ends** are written: no escape sequence at all, no bell, no title.
//!
//! [`Msg::Named`]: crate::console::core::shared::msg::Msg::Named

mod beside;
mod captain;
mod command;
mod home;
mod layers;
mod lines;
mod news;
mod screen_keys;
mod talk;
#[cfg(test)]
mod tests;
mod texter;
mod version;
mod voice;
mod writing;

pub use captain::CaptainPages;
pub use command::{Offer, Typed, offers, parse, word_for};
pub use home::HomePages;
pub use lines::{Front, Lines, Page, Pages, Spoken};
pub use texter::TexterPages;
pub use voice::{Voice, printable};
