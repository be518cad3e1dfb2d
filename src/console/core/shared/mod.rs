//! What both consoles share: messages in, effects out, words to say, a text editor.

pub mod editor;
pub mod effect;
pub mod msg;
pub mod notice;
pub mod program;
pub mod say;

pub use program::Program;
