//! The captain's console: counts live, pause and resume, a texter's unsent contacts back into the pool.

pub mod flagged;
mod line;
pub mod model;
mod second_factor;
pub mod talks;
pub mod update;
pub mod view;

#[cfg(test)]
mod talks_tests;
#[cfg(test)]
mod tests;

pub use model::{CaptainOptions, Model, Overlay};
