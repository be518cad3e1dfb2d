//! Pure views: draw a model into a buffer. No clock, no network, no terminal; sentences come from the catalogue.

mod board;
pub mod captain;
mod card;
mod composer;
pub mod home;
mod inbox;
pub mod ink;
mod layers;
mod outbox;
mod overlay;
mod practice;
#[cfg(test)]
mod scenes;
mod score;
mod script;
mod shell;
mod spots;
pub mod svg;
pub mod texter;
pub mod theme;
mod thread;
pub mod wrap;

pub use spots::at as aimed_at;
pub use thread::RenderCache;

use ratatui::layout::{Position, Rect};

use crate::console::core::shared::msg::DrawnCard;
use crate::console::core::shared::pointer::Aim;

/// What a drawing put on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// Where the real cursor belongs: on the focused item, always, for screen readers, braille and input methods.
    pub cursor: Option<Position>,
    /// The card that a press would send, when its whole text was visible.
    pub card: Option<DrawnCard>,
    /// The terminal should send every key in the long form: a press may confirm, and nothing is being written (while
    /// writing, the long form would get between the person and their input method).
    pub every_key: bool,
    /// Where a click means something, in the order of drawing.
    pub spots: Vec<(Rect, Aim)>,
}
