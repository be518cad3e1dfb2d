//! What happened in a rehearsal, as the director and the witness wrote it down.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::expect::Expect;
use super::persona::Persona;
use crate::api::act::Act;
use crate::api::problem::Code;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::phone::Phone;

/// A text that a voter wrote, handed to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// From which number.
    pub phone: Phone,
    /// Who plays that voter.
    pub persona: Arc<Persona>,
    /// The words.
    pub body: String,
    /// What a good texter does.
    pub expect: Expect,
    /// What should not be said from now on.
    pub avoid: Vec<String>,
}

/// A text that reached the carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When.
    pub at: Timestamp,
    /// To which number.
    pub phone: Phone,
    /// The words.
    pub body: String,
    /// The opt-out notice.
    pub notice: bool,
}

/// What the store decided on a press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Minted at the press.
    pub id: Uuid,
    /// The server's clock at the decision.
    pub at: Timestamp,
    /// How long campaign time had been stopped by then, all in all.
    pub stopped: Duration,
    /// On which contact.
    pub contact: ContactId,
    /// What.
    pub what: Done,
    /// None = accepted.
    pub refused: Option<Code>,
}

/// See [`Deed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// A text by a person.
    Text {
        /// Initial or reply.
        kind: MessageKind,
        /// The words.
        body: String,
        /// Other words than the script's.
        off_script: bool,
    },
    /// Anything else.
    Act(Act),
}

/// One line of the story, in order: what two runs with one seed have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryLine {
    /// Campaign time.
    pub at: Timestamp,
    /// The voter's number.
    pub phone: Phone,
    /// `<` from the voter, `>` to the voter, `x` failed.
    pub way: char,
    /// The words.
    pub body: String,
}
