//! The home screen: all campaigns that somebody texts in, what is in their hands of each, and what can be done about it.

pub mod model;
pub mod update;
pub mod view;

#[cfg(test)]
mod tests;

pub use model::{HomeOptions, Model, Overlay, WrittenTo};
