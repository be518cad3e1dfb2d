//! Pure views: draw a model into a buffer. No clock, no network, no terminal; sentences come from the catalogue.

mod card;
mod composer;
mod inbox;
pub mod ink;
mod overlay;
pub mod svg;
pub mod theme;
mod thread;
pub mod wrap;

pub use thread::RenderCache;

use ratatui::layout::Position;

use crate::console::core::shared::msg::DrawnCard;

/// What a drawing put on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// Where the real cursor belongs: on the focused item, always, for screen readers, braille and input methods.
    pub cursor: Option<Position>,
    /// The card that a press would send, when its whole text was visible.
    pub card: Option<DrawnCard>,
}
