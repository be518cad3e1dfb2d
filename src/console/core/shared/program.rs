//! What the loop knows of a console.

use super::{effect::Effect, msg::Msg};

/// A console without its outside: the loop hands it what happened, it answers with what it wants done.
pub trait Program {
    /// What to do first.
    fn start(&mut self) -> Vec<Effect>;

    /// One thing happened. Never blocks, never fails: what goes wrong is shown.
    fn update(&mut self, msg: Msg) -> Vec<Effect>;
}
