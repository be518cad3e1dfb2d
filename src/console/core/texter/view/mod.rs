//! What is to be seen: projections of the model, so that views only draw.
//!
//! A view reports `Model::armed` as drawn when everything it stands for was wholly visible: the card's text, the
//! composer's text, the end of the open conversation.

mod keys;
mod layers;
mod panes;
mod script;
mod talk;

pub use layers::{release_choices, released_there};
pub use script::{PersonView, ScriptStep, StepState};
pub use talk::{
    EARLIER_RECEIVED, EARLIER_SENT, NOTE_ANSWERED, NOTE_EVENT_FULL, NOTE_OPTED_OUT, NOTE_SNOOZED, NOTE_TAGGED,
    NOTE_UNTAGGED, NOTES,
};

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::guide::GuidePart;
use super::help_out::Suggestion;
use super::marks::Mark;
use super::outbox::OutboxRow;
use super::people::{Filter, Sort};
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::{Action, Category};
use crate::console::keymap::context::Context;
use crate::console::keymap::map::HelpRow;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::{Delivery, Direction};
use crate::domain::segment::Segments;

/// The line at the top.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderView {
    /// The campaign's title; empty until it is known.
    pub title: String,
    /// The organization.
    pub organization: String,
    /// REHEARSAL (true) or REAL VOTERS (false); none until it is known, and then nothing can be sent.
    pub rehearsal: Option<bool>,
    /// The line to the server.
    pub link: LinkState,
    /// The line seems well, and the server does not answer.
    pub unanswered: bool,
    /// Confirmed, not yet decided by the server.
    pub upload_waiting: u64,
    /// Since when the oldest of these waits.
    pub upload_oldest: Option<Timestamp>,
    /// Of which nobody knows what became.
    pub unknown: u64,
    /// Came back, and not taken up again.
    pub parked: u64,
    /// Why nothing goes out at all.
    pub blocked: Option<Say>,
    /// First texts of the slice that are done, and all of it.
    pub progress: (usize, usize),
    /// First texts confirmed in this session.
    pub sent: u64,
    /// Replies confirmed in this session.
    pub replied: u64,
    /// First texts in a minute of late, and minutes that the rest of the slice takes.
    pub pace: Option<(u64, u64)>,
    /// First texts of the slice that may not go out yet, and when the first of them may.
    pub held_back: (usize, Option<Timestamp>),
    /// Contacts of whom the server gives no data.
    pub unreadable: usize,
    /// Voters who wait.
    pub waiting: usize,
    /// Conversations with something unread.
    pub unread: usize,
    /// The campaign's time now.
    pub now: Option<Timestamp>,
    /// This laptop's time now.
    pub laptop_now: Option<Timestamp>,
}

/// The sending pane.
#[derive(Debug, Clone, PartialEq)]
pub enum CardPane {
    /// Something is being fetched.
    Loading,
    /// Nothing to send: why, and what can be done.
    Empty {
        /// Sentences, the reason first.
        lines: Vec<Say>,
    },
    /// A card.
    Card(Box<CardView>),
}

/// How far a text is from going out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sendable {
    /// One press sends it.
    Armed,
    /// The keys are elsewhere: the pane key arms it.
    Unfocused,
    /// The press is being written to the journal.
    Journaling,
    /// It cannot go out now.
    Blocked(Say),
    /// There is nothing to send.
    Empty,
}

/// The send card.
#[derive(Debug, Clone, PartialEq)]
pub struct CardView {
    /// Whose.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// What the texter may see besides: field and value.
    pub details: Vec<(String, String)>,
    /// The time there: earliest and latest when the zone is not certain.
    pub local_time: Option<(DateTime, DateTime)>,
    /// Their language, when known.
    pub language: Option<String>,
    /// The exact text.
    pub body: String,
    /// Links in it, and what the list put in.
    pub marks: Vec<Mark>,
    /// Its length.
    pub segments: Segments,
    /// How far it is from going out.
    pub state: Sendable,
    /// The texter changed its words.
    pub off_script: bool,
    /// It may be changed.
    pub may_edit: bool,
    /// Parts that plain signs save.
    pub parts_saved: usize,
    /// What happened to it before.
    pub note: Option<Say>,
    /// Held back for now because of the hours, and when the first of them opens.
    pub held_back: (usize, Option<Timestamp>),
}

/// The inbox, without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxView {
    /// Which are shown.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// How many.
    pub len: usize,
    /// Place of the selected one.
    pub selected: Option<usize>,
}

/// A row of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Who.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// Whether texts are allowed.
    pub opt_out: OptOut,
    /// Since when they wait.
    pub waiting_since: Option<Timestamp>,
    /// When anything last happened.
    pub updated_at: Timestamp,
    /// Start of the latest message.
    pub preview: String,
    /// It is of one's own side: the server has told of it. Right after a press it is still what the voter wrote.
    pub own: bool,
    /// Tags set.
    pub tags: Vec<Say>,
    /// Their language, when it is not the campaign's.
    pub language: Option<String>,
    /// Put aside until then.
    pub snoozed_until: Option<Timestamp>,
    /// The preview is held back from sight.
    pub held_back: bool,
    /// Something came in since it was last open.
    pub unread: bool,
    /// A draft is kept.
    pub draft: bool,
    /// When it was last written, by this laptop's clock, as far as it is known.
    pub draft_written: Option<Timestamp>,
    /// The keys act on it.
    pub selected: bool,
    /// It is open.
    pub open: bool,
}

/// Where a text in a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemState {
    /// Pressed, and may still be taken back.
    Leaving,
    /// Confirmed, on its way to the server.
    Confirmed,
    /// What became of it is not known.
    Unknown,
    /// The server said no.
    Refused(Say),
    /// As the server knows it.
    Server(Delivery),
}

/// One item of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadItem {
    /// A text.
    Message {
        /// Which way.
        direction: Direction,
        /// The text, safe to show.
        body: String,
        /// How many pictures came with it.
        pictures: u32,
        /// When.
        at: Timestamp,
        /// Where it stands.
        state: ItemState,
        /// The carrier's error.
        error: Option<String>,
        /// Who sent it, when another texter did.
        author: Option<String>,
        /// I did.
        mine: bool,
        /// By the system (opt-out notice, help).
        system: bool,
        /// A first text whose words are not the script's.
        off_script: bool,
        /// Held back from sight until asked for.
        held_back: bool,
    },
    /// An act of somebody.
    Note {
        /// What, as a key of the catalogue.
        what: &'static str,
        /// Who.
        who: String,
        /// What exactly.
        detail: String,
        /// When.
        at: Timestamp,
    },
}

/// The composer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComposerView {
    /// The text.
    pub text: String,
    /// Byte offset of the cursor.
    pub cursor: usize,
    /// Its length.
    pub segments: Segments,
    /// How far it is from going out.
    pub state: Sendable,
    /// The words of the script were changed.
    pub off_script: bool,
    /// Parts that plain signs would save, with the key that puts them there.
    pub parts_saved: usize,
    /// All of it has been on the screen, if need be part by part.
    pub looked_through: bool,
}

/// The open conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadView {
    /// Whose.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// What the texter may see besides.
    pub details: Vec<(String, String)>,
    /// The time there.
    pub local_time: Option<(DateTime, DateTime)>,
    /// Where it stands.
    pub status: Status,
    /// Whether texts are allowed.
    pub opt_out: OptOut,
    /// For a possible opt-out: the words, for the banner with its two keys.
    pub frozen: Option<String>,
    /// Recorded answers: question and value.
    pub answers: Vec<(String, String)>,
    /// Tags.
    pub tags: Vec<Say>,
    /// Their language, when it is not the campaign's.
    pub language: Option<String>,
    /// Put aside until then.
    pub snoozed_until: Option<Timestamp>,
    /// Note.
    pub note: String,
    /// It is not here: why.
    pub loading: Option<Say>,
    /// What is known of it while it is not here: the last words.
    pub known: String,
    /// Older ones exist.
    pub more_before: bool,
    /// Oldest first; the ones hidden below are left out.
    pub items: Vec<ThreadItem>,
    /// So many of them, from the first on, stay where they are: behind them stand those of this person's that are on their way.
    pub settled: usize,
    /// Hidden below the last item.
    pub hidden_below: usize,
    /// Those items, in their order: seen where there is room below the start.
    pub below: Vec<ThreadItem>,
    /// Of these, new.
    pub new_below: usize,
    /// Replies that fit, while nothing is written.
    pub suggestions: Vec<Suggestion>,
    /// Who wrote to them before this texter did.
    pub took_over_from: Option<String>,
    /// The composer; none when nothing may be written.
    pub composer: Option<ComposerView>,
}

/// One key of the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterKey {
    /// What it does.
    pub action: Action,
    /// The key.
    pub key: String,
    /// Its word, as a key of the catalogue: the action's own, or what it means just here.
    pub label: &'static str,
    /// Why not now (shown greyed), or none.
    pub why_not: Option<Say>,
}

/// A row to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceRow {
    /// Its number for choosing by key, from 1.
    pub number: Option<usize>,
    /// Title: text of the campaign.
    pub title: String,
    /// Title that the catalogue has, in place of it.
    pub say: Option<Say>,
    /// What it would put into the composer.
    pub text: String,
    /// Recorded now.
    pub chosen: bool,
}

/// A conversation of the list that a captain looks through.
#[derive(Debug, Clone, PartialEq)]
pub struct TalkRow {
    /// It is marked.
    pub marked: bool,
    /// Who, where it stands, what was said last.
    pub says: Vec<Say>,
}

/// The top layer.
#[derive(Debug, Clone, PartialEq)]
pub enum OverlayView {
    /// Real voters are next.
    Begin {
        /// That they are.
        title: Say,
        /// What it means, and the key that goes on.
        lines: Vec<Say>,
    },
    /// Help.
    Help {
        /// Where it was opened from.
        from: Context,
        /// All actions, grouped.
        groups: Vec<(Category, Vec<HelpRow>)>,
        /// First row shown; group titles count as rows.
        scroll: usize,
    },
    /// The palette.
    Palette {
        /// What was typed.
        query: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// Actions with their key, if bound here.
        rows: Vec<(Action, Option<String>)>,
        /// Which is selected.
        selected: usize,
    },
    /// Canned replies.
    Canned {
        /// What was typed.
        query: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// The replies.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// People by name and by what was written.
    Search {
        /// What was typed.
        query: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// Who was found.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// What there is to read while texting.
    Guide {
        /// What was typed.
        query: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// What has those words.
        parts: Vec<GuidePart>,
        /// First row shown.
        scroll: usize,
    },
    /// Answers.
    Answers {
        /// The question.
        question: String,
        /// Its number, and how many there are.
        place: (usize, usize),
        /// The answers.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// The whole script, one question of it open.
    Script {
        /// All questions.
        steps: Vec<ScriptStep>,
        /// The answers of the open one.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// All that is known of somebody.
    Person {
        /// Of whom, and what.
        person: Box<PersonView>,
        /// First row shown.
        scroll: usize,
    },
    /// One of several, by number.
    Pick {
        /// What is chosen.
        title: Say,
        /// The choices.
        rows: Vec<ChoiceRow>,
        /// Which is selected.
        selected: usize,
    },
    /// A question that is answered by typing.
    Ask {
        /// The question.
        title: Say,
        /// What it means.
        lines: Vec<Say>,
        /// What was typed.
        text: String,
        /// Byte offset of the cursor in it.
        cursor: usize,
        /// The lines say how what was typed is understood, before it is done with; false: not at all.
        understood: Option<bool>,
    },
    /// Conversations to look through.
    Talks {
        /// How many.
        title: Say,
        /// Which, and how the list stands.
        lines: Vec<Say>,
        /// One a row.
        rows: Vec<TalkRow>,
        /// Which is selected.
        selected: usize,
    },
    /// One conversation, to be read.
    Talk {
        /// With whom.
        title: Say,
        /// Where it stands, then what was said, each with who said it.
        lines: Vec<Say>,
        /// First row shown.
        scroll: usize,
    },
    /// A question with few choices.
    Confirm {
        /// The question.
        title: Say,
        /// What it means.
        lines: Vec<Say>,
        /// The choices, each with its own key if it has one.
        choices: Vec<(Say, Option<String>)>,
        /// Which is selected.
        selected: usize,
    },
    /// The outbox.
    Outbox {
        /// The line, and how much is where.
        head: Vec<Say>,
        /// What waits, what nobody knows, what came back, what was refused.
        rows: Vec<OutboxRow>,
        /// This laptop's time.
        now: Option<Timestamp>,
        /// First row shown.
        scroll: usize,
    },
    /// What was said: newest first, in [`Model::notices`](super::Model).
    Messages {
        /// First row shown.
        scroll: usize,
    },
    /// The scorecard, as data.
    Score {
        /// The score.
        score: serde_json::Value,
        /// First row shown.
        scroll: usize,
    },
}
