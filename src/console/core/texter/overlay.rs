//! What lies over the panes.

use crate::console::core::shared::editor::Editor;
use crate::console::keymap::context::Context;
use crate::domain::ids::ContactId;
use crate::domain::survey::Free;

/// What is chosen in a layer with a few numbered rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picking {
    /// A tag.
    Tags {
        /// Whose.
        contact: ContactId,
        /// The conversation is closed with it.
        close: bool,
    },
    /// When to come back to a conversation.
    Snooze(ContactId),
    /// What somebody writes in, and who goes on.
    Language(ContactId),
    /// Whether somebody else who speaks it goes on: nobody can take that back.
    HandOver {
        /// Whose.
        contact: ContactId,
        /// The language that they write in.
        language: String,
    },
    /// Which conversations are shown.
    Filter,
}

/// What is written in a layer with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// The note on a contact.
    Note(ContactId),
    /// A first text in other words.
    Card(ContactId),
    /// Nothing: that this campaign's first text stays as it is. What is typed goes nowhere, least of all to the card's keys.
    CardAsIs(ContactId),
    /// A question to the captains.
    Ask(ContactId),
    /// When to come back to a conversation.
    Snooze(ContactId),
    /// The voter's own answer to a question.
    Answer {
        /// Whose.
        contact: ContactId,
        /// The question's place in the campaign.
        question: usize,
        /// What may be typed.
        free: Free,
    },
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// Real voters are next, and another screen was there a moment ago: only a key of its own goes on to them.
    Begin,
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
        /// Among all questions of the script.
        tree: bool,
    },
    /// All that is known of somebody.
    Person {
        /// Whom.
        contact: ContactId,
        /// First row shown.
        scroll: usize,
    },
    /// One of a few things, by its number.
    Pick {
        /// Of what.
        what: Picking,
        /// Which row.
        selected: usize,
    },
    /// People by name and by what was written.
    Search {
        /// What was typed.
        query: Editor,
        /// Which row.
        selected: usize,
    },
    /// What there is to read while texting.
    Guide {
        /// What was typed: only what has these words is shown.
        query: Editor,
        /// First row shown.
        scroll: usize,
    },
    /// Something to write.
    Write {
        /// What.
        what: Writing,
        /// The text so far.
        text: Editor,
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
    /// The contact that it asks about: without them it makes no sense any more.
    #[must_use]
    pub fn about(&self) -> Option<ContactId> {
        match self {
            Self::OptOut { contact, .. }
            | Self::Person { contact, .. }
            | Self::Pick {
                what:
                    Picking::Tags { contact, .. }
                    | Picking::Snooze(contact)
                    | Picking::Language(contact)
                    | Picking::HandOver { contact, .. },
                ..
            }
            | Self::Write { what: Writing::Answer { contact, .. }, .. }
            | Self::Write {
                what:
                    Writing::Note(contact)
                    | Writing::Card(contact)
                    | Writing::CardAsIs(contact)
                    | Writing::Ask(contact)
                    | Writing::Snooze(contact),
                ..
            } => Some(*contact),
            _ => None,
        }
    }

    /// What is typed in it, and which of its rows is selected by that.
    pub(super) fn typed_in(&mut self) -> Option<(&mut Editor, Option<&mut usize>)> {
        match self {
            Self::Palette { query, selected, .. }
            | Self::Canned { query, selected }
            | Self::Search { query, selected } => Some((query, Some(selected))),
            Self::Guide { query, scroll } => Some((query, Some(scroll))),
            Self::Write { what: Writing::CardAsIs(_), .. } => None,
            Self::Write { text, .. } => Some((text, None)),
            _ => None,
        }
    }

    /// The key context it makes.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Help { .. } => Context::Help,
            Self::Palette { .. } => Context::Palette,
            Self::Canned { .. } => Context::Canned,
            Self::Answers { .. } | Self::Pick { .. } => Context::Answers,
            // Letters mean nothing there but the one that goes on.
            Self::Write { .. } | Self::Search { .. } | Self::Guide { .. } | Self::Begin => Context::Palette,
            Self::OptOut { .. } | Self::Release { .. } | Self::Leave { .. } => Context::Confirm,
            Self::Messages { .. } | Self::Outbox { .. } | Self::Person { .. } => Context::Messages,
            Self::Score { .. } => Context::Score,
        }
    }
}
