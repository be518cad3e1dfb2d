//! Where on the screen a click means something, as the frame was drawn.

use std::cell::RefCell;

use ratatui::layout::{Position, Rect};

use crate::console::core::shared::pointer::Aim;

/// The places of one frame. What lies over the screen takes away those of rows below it.
#[derive(Debug, Default)]
pub(super) struct Spots(RefCell<Vec<(Rect, Aim)>>);

impl Spots {
    /// A click here means this.
    pub fn put(&self, area: Rect, aim: Aim) {
        self.0.borrow_mut().push((area, aim));
    }

    /// A layer comes over the screen: rows drawn before cannot be meant.
    pub fn cover(&self) {
        self.0.borrow_mut().retain(|(_, aim)| matches!(aim, Aim::Key(_)));
    }

    /// Words come over a part of the screen: rows below them cannot be meant.
    pub fn hide(&self, area: Rect) {
        self.0.borrow_mut().retain(|(place, aim)| matches!(aim, Aim::Key(_)) || !place.intersects(area));
    }

    /// All of the frame.
    pub fn taken(self) -> Vec<(Rect, Aim)> {
        self.0.into_inner()
    }
}

/// What lies at a place of the frame: the last that was drawn there.
#[must_use]
pub fn at(spots: &[(Rect, Aim)], place: Position) -> Option<Aim> {
    spots.iter().rev().find(|(area, _)| area.contains(place)).map(|(_, aim)| *aim)
}
