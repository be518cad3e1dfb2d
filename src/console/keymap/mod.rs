//! Keys and actions: one registry, of which help, footer, palette and docs are projections.

pub mod action;
pub mod chord;
pub mod context;
pub mod defaults;
pub mod fault;
pub mod map;

pub use action::{ACTIONS, Action, Category};
pub use chord::{Chord, Key, Press};
pub use context::{Context, Fact, Facts};
pub use map::{HelpRow, Keymap, Lookup, UserBindings};
