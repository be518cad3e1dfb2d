//! Carries out effects: each becomes a task, each answer a message. Nothing here ever makes the loop wait.

use crate::console::core::shared::effect::Effect;
use crate::env::BoxFuture;

/// What is left of an effect for the loop to do itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// The terminal's part: `Copy`, `Notify`, `Title`, `OpenEditor`, `Suspend`, `Quit`.
    Terminal(Effect),
    /// Nothing: it is under way.
    Nothing,
}

/// The rehearsal, as the console's runtime knows it.
pub trait RehearsalPort: Send + Sync + std::fmt::Debug + 'static {
    /// The director may let time pass (`true`), or must wait because something is being read.
    fn may_go_on(&self, may: bool);

    /// The shift is over: the score, as the console shows it.
    fn finish(&self) -> BoxFuture<'static, serde_json::Value>;
}
