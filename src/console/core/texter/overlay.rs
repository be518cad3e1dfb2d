//! What lies over the panes.

use crate::console::core::shared::editor::Editor;
use crate::console::keymap::context::Context;
use crate::domain::ids::ContactId;

/// One layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// Every action with its keys.
    Help {
        /// Where it was opened from.
        from: Context,
        /// First row shown.
        scroll: usize,
    },
    /// Actions by name.
    Palette {
        /// Where it was opened from.
        from: Context,
        /// What was typed.
        query: Editor,
        /// Which row.
        selected: usize,
    },
    /// Canned replies.
    Canned {
        /// What was typed.
        query: Editor,
        /// Which row.
        selected: usize,
    },
    /// The answers to one question of the script.
    Answers {
        /// Place of the question in the campaign.
        question: usize,
        /// Which row.
        selected: usize,
    },
    /// Opt this person out?
    OptOut {
        /// Who.
        contact: ContactId,
        /// 0 with notice, 1 without, 2 not at all.
        selected: usize,
    },
    /// Give contacts back?
    Release {
        /// 0 the unsent ones, 1 the conversations, 2 everything, 3 nothing.
        selected: usize,
    },
    /// Leave although texts wait to be handed in?
    Leave {
        /// 0 stay, 1 leave.
        selected: usize,
    },
    /// What waits, what nobody knows, what came back.
    Outbox {
        /// First row shown.
        scroll: usize,
    },
    /// What was said.
    Messages {
        /// First row shown.
        scroll: usize,
    },
    /// The scorecard.
    Score {
        /// First row shown.
        scroll: usize,
    },
}

impl Overlay {
    /// The key context it makes.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Help { .. } => Context::Help,
            Self::Palette { .. } => Context::Palette,
            Self::Canned { .. } => Context::Canned,
            Self::Answers { .. } => Context::Answers,
            Self::OptOut { .. } | Self::Release { .. } | Self::Leave { .. } => Context::Confirm,
            Self::Messages { .. } | Self::Outbox { .. } => Context::Messages,
            Self::Score { .. } => Context::Score,
        }
    }
}
