//! The loop: input and answers in, effects out.
//!
//! [`turn`] is the loop itself, over any terminal, any input and any program; [`lines`] is that of the linear front end.

pub mod effects;
pub mod kept;
pub mod launch;
pub mod lines;
pub mod turn;

pub use launch::{Launch, Left as Outcome, Look, captain, captain_in_lines, texter, texter_in_lines};
