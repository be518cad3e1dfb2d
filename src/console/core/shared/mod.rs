//! What all consoles share: messages in, effects out, presses on their way to an action, words to say, a text editor.

pub mod editor;
pub mod effect;
mod link;
pub mod msg;
pub mod notice;
pub mod place;
pub mod pointer;
pub mod presses;
pub mod program;
pub mod say;

pub use program::Program;
