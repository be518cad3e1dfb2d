//! The loop: input and answers in, effects out.
//!
//! [`turn`] is the loop itself, over any terminal, any input and any program.

pub mod effects;
pub mod launch;
pub mod turn;

pub use launch::{Launch, Left as Outcome, Look, captain, texter};
