//! Everything a key can do: the one table of which help, footer, palette, docs and config checks are projections.

use super::context::Context;

/// Group of actions in help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// First texts.
    Sending,
    /// Conversations.
    Replying,
    /// Getting around.
    Moving,
    /// Writing.
    Writing,
    /// The shift as a whole.
    Shift,
    /// A captain's.
    Steering,
    /// The program.
    Program,
}

impl Category {
    /// All, in the order of help.
    pub const ALL: [Self; 7] =
        [Self::Sending, Self::Replying, Self::Moving, Self::Writing, Self::Shift, Self::Steering, Self::Program];

    /// Key of its title in the catalogue.
    #[must_use]
    pub fn title_key(self) -> &'static str {
        match self {
            Self::Sending => "category-sending",
            Self::Replying => "category-replying",
            Self::Moving => "category-moving",
            Self::Writing => "category-writing",
            Self::Shift => "category-shift",
            Self::Steering => "category-steering",
            Self::Program => "category-program",
        }
    }
}

/// What the registry knows of an action.
#[derive(Debug)]
pub struct Info {
    /// Which.
    pub action: Action,
    /// Name in the config file and the palette.
    pub name: &'static str,
    /// Group in help.
    pub category: Category,
    /// Key of its short label in the catalogue; the long text is the same key with `.doc`.
    pub label_key: &'static str,
    /// Where it may be bound.
    pub contexts: &'static [Context],
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $variant:ident, $name:literal, $label:literal, $category:ident, [$($context:ident),+];)+) => {
        /// Something a key can do. The name in the config file is [`Action::name`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[doc = $doc])* $variant,)+
        }

        /// The registry.
        pub const ACTIONS: &[Info] = &[
            $(Info {
                action: Action::$variant,
                name: $name,
                category: Category::$category,
                label_key: $label,
                contexts: &[$(Context::$context),+],
            },)+
        ];
    };
}

actions! {
    /// Confirm the text on the card.
    Send, "send", "action-send", Sending, [Card];
    /// Leave this contact out.
    Skip, "skip", "action-skip", Sending, [Card];
    /// Ask for more contacts.
    RequestMore, "request_more", "action-request-more", Sending, [Texting, Card, Inbox, Thread, Home];
    /// Ask for replies that wait in others' hands, or in nobody's.
    TakeReplies, "take_replies", "action-take-replies", Replying, [Texting, Card, Inbox, Thread];
    /// Take the last act back: a text that has not left, a skip, a closing, a tag, an answer, a note.
    Undo, "undo", "action-undo", Sending, [Texting, Card, Inbox, Thread, Composer];
    /// The number is somebody else's.
    WrongNumber, "wrong_number", "action-wrong-number", Replying, [Card, Inbox, Thread];
    /// Opt the person out (asks first).
    OptOut, "opt_out", "action-opt-out", Replying, [Card, Inbox, Thread, Composer];
    /// A possible opt-out was one.
    OptOutNow, "opt_out_now", "action-opt-out-now", Replying, [Thread];
    /// A possible opt-out was none.
    NotOptOut, "not_opt_out", "action-not-opt-out", Replying, [Thread];
    /// Go to the voter who waits longest.
    NextWaiting, "next_waiting", "action-next-waiting", Replying, [Texting, Card, Inbox, Thread];
    /// Open the selected conversation.
    Open, "open", "action-open", Replying, [Inbox, Home];
    /// Write.
    Compose, "compose", "action-compose", Replying, [Thread];
    /// Send the reply, go on to the next who waits.
    SendNext, "send_next", "action-send-next", Replying, [Composer];
    /// Send the reply, stay.
    SendStay, "send_stay", "action-send-stay", Replying, [Composer];
    /// Choose a canned reply.
    Canned, "canned", "action-canned", Replying, [Thread, Composer];
    /// Record the voter's answer.
    Answers, "answers", "action-answers", Replying, [Thread, Composer];
    /// The script's questions beside what was answered.
    Script, "script", "action-script", Replying, [Thread, Composer];
    /// All that is known of the person, whole.
    Person, "person", "action-person", Replying, [Texting, Card, Inbox, Thread];
    /// Read the campaign's guide, its events, its script and its canned replies, and look for words in them.
    Guide, "guide", "action-guide", Moving, [Texting, Card, Inbox, Thread];
    /// Close the conversation.
    Close, "close", "action-close", Replying, [Inbox, Thread];
    /// Open a closed conversation again.
    Reopen, "reopen", "action-reopen", Replying, [Inbox, Thread];
    /// Set or take off a tag.
    Tags, "tags", "action-tags", Replying, [Texting, Card, Inbox, Thread, Review];
    /// Set a tag and close.
    TagClose, "tag_close", "action-tag-close", Replying, [Inbox, Thread];
    /// Write a note on the voter.
    Note, "note", "action-note", Replying, [Texting, Card, Inbox, Thread];
    /// Ask the captains about this contact.
    AskCaptain, "ask_captain", "action-ask-captain", Shift, [Texting, Card, Inbox, Thread];
    /// Take a reply that fits, by its number.
    Suggestion, "suggestion", "action-suggestion", Replying, [Thread];
    /// The greeting of who takes a conversation over.
    Greet, "greet", "action-greet", Replying, [Thread];
    /// Show what is held back from sight.
    ShowHard, "show_hard", "action-show-hard", Replying, [Thread];
    /// Change the words of the first text, where the campaign allows it.
    EditCard, "edit_card", "action-edit-card", Sending, [Card];
    /// Plain signs for typographic ones.
    Plain, "plain", "action-plain", Writing, [Composer, Palette];
    /// Put the conversation aside until a time.
    Snooze, "snooze", "action-snooze", Replying, [Inbox, Thread];
    /// They write another language: go on in it, or hand over to somebody who does.
    Language, "language", "action-language", Replying, [Inbox, Thread];
    /// Flag to a captain; on the card the contact is left out with it.
    Flag, "flag", "action-flag", Replying, [Card, Inbox, Thread];
    /// Mark to come back to.
    Star, "star", "action-star", Replying, [Inbox, Thread];
    /// Opt the person out without a word to them.
    OptOutSilent, "opt_out_silent", "action-opt-out-silent", Replying, [Inbox, Thread];
    /// Search names and texts.
    Search, "search", "action-search", Moving, [Texting, Card, Inbox, Thread];
    /// Sort the conversations otherwise.
    Sort, "sort", "action-sort", Moving, [Inbox];
    /// Show other conversations.
    Filter, "filter", "action-filter", Replying, [Inbox, Review];
    /// Copy the last message.
    Copy, "copy", "action-copy", Replying, [Thread];
    /// Between sending and replying.
    SwitchPane, "switch_pane", "action-switch-pane", Moving, [Texting, Card, Inbox, Thread, Composer];
    /// Hide or show the side pane.
    SidePane, "side_pane", "action-side-pane", Moving, [Texting, Card, Inbox, Thread];
    /// One back: out of the composer, the conversation, the dialog.
    Back, "back", "action-back", Moving,
        [Inbox, Thread, Composer, Help, Palette, Canned, Answers, Confirm, Messages, Score, Board, Review];
    /// One up.
    Up, "up", "action-up", Moving,
        [Card, Inbox, Thread, Help, Palette, Canned, Answers, Confirm, Messages, Score, Board, Home, Review];
    /// One down.
    Down, "down", "action-down", Moving,
        [Card, Inbox, Thread, Help, Palette, Canned, Answers, Confirm, Messages, Score, Board, Home, Review];
    /// A page up.
    PageUp, "page_up", "action-page-up", Moving, [Inbox, Thread, Composer, Help, Palette, Messages, Score, Board, Home, Review];
    /// A page down.
    PageDown, "page_down", "action-page-down", Moving, [Inbox, Thread, Composer, Help, Palette, Messages, Score, Board, Home, Review];
    /// To the start.
    Top, "top", "action-top", Moving, [Inbox, Thread, Help, Messages, Score, Board, Home, Review];
    /// To the end.
    Bottom, "bottom", "action-bottom", Moving, [Inbox, Thread, Help, Messages, Score, Board, Home, Review];
    /// Take what is selected.
    Choose, "choose", "action-choose", Moving, [Palette, Canned, Answers, Confirm, Review];
    /// Take by its number.
    Pick, "pick", "action-pick", Moving, [Canned, Answers];
    /// Yes.
    Yes, "yes", "action-yes", Moving, [Confirm];
    /// The other choice.
    No, "no", "action-no", Moving, [Confirm];
    /// The question before.
    PreviousQuestion, "previous_question", "action-previous-question", Moving, [Answers];
    /// The next question.
    NextQuestion, "next_question", "action-next-question", Moving, [Answers];
    /// Take the recorded answer away.
    ClearAnswer, "clear_answer", "action-clear-answer", Replying, [Answers];
    /// Cursor left.
    CursorLeft, "cursor_left", "action-cursor-left", Writing, [Composer, Palette, Canned];
    /// Cursor right.
    CursorRight, "cursor_right", "action-cursor-right", Writing, [Composer, Palette, Canned];
    /// Cursor up.
    CursorUp, "cursor_up", "action-cursor-up", Writing, [Composer];
    /// Cursor down.
    CursorDown, "cursor_down", "action-cursor-down", Writing, [Composer];
    /// Cursor a word left.
    WordLeft, "word_left", "action-word-left", Writing, [Composer, Palette, Canned];
    /// Cursor a word right.
    WordRight, "word_right", "action-word-right", Writing, [Composer, Palette, Canned];
    /// Cursor to the line's start.
    LineStart, "line_start", "action-line-start", Writing, [Composer, Palette, Canned];
    /// Cursor to the line's end.
    LineEnd, "line_end", "action-line-end", Writing, [Composer, Palette, Canned];
    /// Delete before the cursor.
    DeleteBack, "delete_back", "action-delete-back", Writing, [Composer, Palette, Canned];
    /// Delete after the cursor.
    DeleteForward, "delete_forward", "action-delete-forward", Writing, [Composer, Palette, Canned];
    /// Delete the word before the cursor.
    DeleteWord, "delete_word", "action-delete-word", Writing, [Composer, Palette, Canned];
    /// Delete to the line's end.
    KillEnd, "kill_end", "action-kill-end", Writing, [Composer, Palette, Canned];
    /// Delete the line.
    KillLine, "kill_line", "action-kill-line", Writing, [Composer, Palette, Canned];
    /// Take the last change of the text back.
    UndoEdit, "undo_edit", "action-undo-edit", Writing, [Composer];
    /// Do it again.
    RedoEdit, "redo_edit", "action-redo-edit", Writing, [Composer];
    /// New line.
    Newline, "newline", "action-newline", Writing, [Composer];
    /// Write in `$VISUAL` or `$EDITOR`.
    ExternalEditor, "external_editor", "action-external-editor", Writing, [Thread, Composer];
    /// Give contacts back (asks first).
    Release, "release", "action-release", Shift, [Texting, Card, Inbox, Thread, Home];
    /// Done for the day: give everything back, keep nothing on this laptop (asks first).
    DoneForDay, "done_for_day", "action-done-for-day", Shift, [Home];
    /// To the list of my campaigns.
    Home, "home", "action-home", Shift, [Texting, Card, Inbox, Thread];
    /// End the rehearsal and see the score.
    Finish, "finish", "action-finish", Shift, [Texting, Card, Inbox, Thread, Score];
    /// Stop all texts of the campaign, or let them go on (asks first).
    PauseResume, "pause_resume", "action-pause-resume", Steering, [Board];
    /// Take the selected texter's unsent contacts back (asks first).
    Reclaim, "reclaim", "action-reclaim", Steering, [Board];
    /// See the texts whose outcome nobody knows, and decide on them.
    Held, "held", "action-held", Steering, [Board];
    /// See the conversations that texters flagged, and answer what they asked.
    Flagged, "flagged", "action-flagged", Steering, [Board];
    /// Look through the conversations, where the server shows them.
    Talks, "talks", "action-talks", Steering, [Board];
    /// Mark the conversation: what is done is done with all that are marked.
    Mark, "mark", "action-mark", Steering, [Review];
    /// Mark all, or none.
    MarkAll, "mark_all", "action-mark-all", Steering, [Review];
    /// Give the conversation to another texter, or to nobody.
    Reassign, "reassign", "action-reassign", Steering, [Review];
    /// Close the conversation, or open it again.
    SetStatus, "set_status", "action-set-status", Steering, [Review];
    /// Write the texters of the campaign a note.
    Announce, "announce", "action-announce", Steering, [Board];
    /// See who waits to be let in: let them in, or show them out.
    WaitingRoom, "waiting_room", "action-waiting-room", Steering, [Board];
    /// Count again.
    Refresh, "refresh", "action-refresh", Steering, [Board, Home, Review];
    /// Help.
    Help, "help", "action-help", Program,
        [Global, Texting, Card, Inbox, Thread, Composer, Help, Palette, Canned, Answers, Confirm, Messages, Score, Board, Home, Review];
    /// The command palette.
    Palette, "palette", "action-palette", Program, [Global, Texting, Card, Inbox, Thread, Composer, Board, Home, Review];
    /// What waits to be handed in, what nobody knows, what came back.
    Outbox, "outbox", "action-outbox", Shift, [Texting, Card, Inbox, Thread];
    /// What was said.
    Messages, "messages", "action-messages", Program, [Global, Texting, Card, Inbox, Thread, Messages, Board, Home, Review];
    /// Draw everything anew.
    Redraw, "redraw", "action-redraw", Program, [Global, Texting, Card, Inbox, Thread, Composer, Board, Home, Review];
    /// To the shell, for a while.
    Suspend, "suspend", "action-suspend", Program, [Global, Texting, Card, Inbox, Thread, Composer, Board, Home, Review];
    /// Leave.
    Quit, "quit", "action-quit", Program,
        [Global, Texting, Card, Inbox, Thread, Composer, Help, Palette, Canned, Answers, Confirm, Messages, Score, Board, Home, Review];
}

impl Action {
    /// Its line in the registry.
    #[must_use]
    pub fn info(self) -> &'static Info {
        // The table is made from the same list as the enum, in the same order; a test holds that.
        &ACTIONS[self as usize]
    }

    /// Name in the config file.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// True when it works in this place, or in one around it.
    #[must_use]
    pub fn works_in(self, context: Context) -> bool {
        context.chain().any(|place| self.info().contexts.contains(&place))
    }

    /// Key of its short label in the catalogue.
    #[must_use]
    pub fn label_key(self) -> &'static str {
        self.info().label_key
    }

    /// The action of this name.
    ///
    /// # Errors
    /// The nearest name, when there is one near enough.
    pub fn from_name(name: &str) -> Result<Self, Option<&'static str>> {
        ACTIONS
            .iter()
            .find(|info| info.name == name)
            .map(|info| info.action)
            .ok_or_else(|| nearest(name, ACTIONS.iter().map(|info| info.name)))
    }
}

/// The candidate most like `word`, when it is like it at all.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_names_are_unique() {
        let mut names = BTreeSet::new();
        for (index, info) in ACTIONS.iter().enumerate() {
            assert_eq!(info.action as usize, index);
            assert!(names.insert(info.name), "{} twice", info.name);
            assert_eq!(info.label_key, format!("action-{}", info.name.replace('_', "-")));
            assert_eq!(Action::from_name(info.name), Ok(info.action));
        }
    }

    #[test]
    fn a_wrong_name_gets_the_nearest() {
        assert_eq!(Action::from_name("opt_uot"), Err(Some("opt_out")));
        assert_eq!(Action::from_name("zzzzzz"), Err(None));
    }
}
