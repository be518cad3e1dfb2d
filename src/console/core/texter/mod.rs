//! The texter's console: sending, replying, and everything a shift needs.
//!
//! [`Model`] holds the state, [`Model::update`](crate::console::core::shared::Program::update) changes it, the
//! projections in [`view`] say what is to be seen. Nothing here reads a clock: stamps bring the time.

pub mod acts;
mod announce;
mod around;
mod away;
mod begin;
mod called;
pub mod card;
pub mod carried;
pub mod claims;
mod drafts;
pub mod gate;
mod giving_back;
pub mod guide;
pub mod help_out;
mod inbox;
pub mod keys;
pub mod leaving;
pub mod marks;
pub mod model;
mod notice;
pub mod outbox;
pub mod overlay;
pub mod overlay_keys;
pub mod people;
pub mod pick;
mod places;
mod pointed;
pub mod practice;
mod recall;
pub mod replies;
pub mod resume;
mod send;
pub mod server;
pub mod threads;
pub mod undo;
pub mod update;
pub mod view;
pub mod window;

#[cfg(test)]
pub(crate) mod tests;

pub use carried::Carried;
pub use gate::GateTimes;
pub use model::{Before, Focus, Model, TexterOptions};
pub use overlay::Overlay;
