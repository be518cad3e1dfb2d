//! What both consoles share: messages in, effects out, words to say.

pub mod effect;
pub mod msg;
pub mod say;
