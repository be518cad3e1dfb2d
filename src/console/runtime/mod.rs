//! The loop: input and answers in, effects out.

pub mod effects;
