//! The state of one conversation. Being opted out is a flag beside it, not a status.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a conversation stands; the field's own five words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No text has gone out yet.
    NeedsMessage,
    /// The initial message went out; no answer yet.
    Messaged,
    /// The voter wrote last.
    NeedsResponse,
    /// The campaign wrote last, after an answer.
    Convo,
    /// A person closed it (or it was skipped). An answer reopens it.
    Closed,
}

impl Status {
    /// All of them, in the order of a conversation's life.
    pub const ALL: [Self; 5] = [Self::NeedsMessage, Self::Messaged, Self::NeedsResponse, Self::Convo, Self::Closed];

    /// The word as stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeedsMessage => "needs_message",
            Self::Messaged => "messaged",
            Self::NeedsResponse => "needs_response",
            Self::Convo => "convo",
            Self::Closed => "closed",
        }
    }

    /// The status after an outgoing text by a person.
    #[must_use]
    pub fn after_outbound(self) -> Self {
        match self {
            Self::NeedsMessage | Self::Messaged => Self::Messaged,
            Self::NeedsResponse | Self::Convo | Self::Closed => Self::Convo,
        }
    }

    /// The status after any inbound text: the voter waits.
    #[must_use]
    pub fn after_inbound(self) -> Self {
        Self::NeedsResponse
    }
}

/// Whether texts to this person are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OptOut {
    /// Texts are allowed.
    #[default]
    No,
    /// Something they wrote may be an opt-out: nothing goes out until a person decides.
    Possible {
        /// The words that raised the question, as found in the text.
        words: String,
    },
    /// Opted out. Nothing goes out but the one notice.
    Yes {
        /// True when their own per-se word did it (nobody may undo that); false when a person did.
        by_word: bool,
    },
}

impl OptOut {
    /// True when a text by a person may go out.
    #[must_use]
    pub fn allows_text(&self) -> bool {
        matches!(self, Self::No)
    }
}
