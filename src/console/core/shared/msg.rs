//! Everything that can happen to a console.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api::{
    act::Act,
    assignment::{AssignmentPage, ContactView, SliceGrant, Whereabouts},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, Flagged, HeldText},
    event::Event,
    message::{SendRequest, Thread, Verdict},
    people::{Me, Presence, WaitingPerson},
    problem::Problem,
    review::{ReviewAnswer, ReviewAsk},
};
use crate::console::core::shared::pointer::Aim;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::keymap::chord::{Chord, Press};
use crate::domain::ids::{CampaignId, ContactId};

/// When an input happened, and a fresh id should it become an act. Stamped by the runtime, so that the core needs no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// A fresh UUIDv7.
    pub id: Uuid,
    /// Wall clock.
    pub wall: Timestamp,
    /// Monotonic clock.
    pub mono: Duration,
}

/// What a view drew, told to the core after the frame is out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrawnCard {
    /// Whose card.
    pub contact: Option<ContactId>,
    /// BLAKE3 (hex) of the exact text on it; the whole text was visible.
    pub body_hash: String,
    /// The core's count of what it has armed so far; the view hands it back as it got it. The same text armed anew
    /// (after a dialog, after the other pane) has another number and has to be drawn again.
    pub turn: u64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// A key.
    Key {
        /// Which.
        chord: Chord,
        /// Fresh, repeat, or the terminal cannot tell.
        press: Press,
        /// When.
        stamp: Stamp,
    },
    /// Something was asked for by its name: a line typed in the linear front end, or anything else that is no key. One
    /// deliberate act, as fresh as a press that the terminal vouches for; what it would confirm must have been seen all the same.
    Named {
        /// What.
        action: Action,
        /// When.
        stamp: Stamp,
    },
    /// A reply that was offered under a number is taken: by its place from 0.
    Suggested {
        /// Its place.
        place: usize,
        /// When.
        stamp: Stamp,
    },
    /// A click on something that means something.
    Pointed {
        /// On what.
        aim: Aim,
        /// When.
        stamp: Stamp,
    },
    /// The wheel, by so many rows.
    Wheel {
        /// Down, or up below 0.
        by: isize,
        /// When.
        stamp: Stamp,
    },
    /// Pasted text: text, never commands.
    Paste(String),
    /// The terminal's size in cells.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The terminal gained or lost the focus.
    Focus(bool),
    /// A frame is on the screen.
    Drawn {
        /// The card that was armed in it, if any.
        card: Option<DrawnCard>,
        /// When.
        stamp: Stamp,
    },
    /// A timer set by `Effect::After` has run out.
    Timer {
        /// Which.
        timer: Timer,
        /// When.
        stamp: Stamp,
    },
    /// An act of mine is in the journal, synced.
    Journaled {
        /// Its id.
        id: Uuid,
    },
    /// The journal could not take it: nothing was confirmed.
    NotJournaled {
        /// Its id.
        id: Uuid,
        /// Why.
        reason: String,
    },
    /// What the journal held when the console started: confirmed, not settled.
    JournalOpen {
        /// In order of confirmation.
        acts: Vec<Confirmed>,
        /// Drafts by contact.
        drafts: Vec<(ContactId, String)>,
    },
    /// When the drafts that the journal held were last written, by this laptop's clock.
    DraftsWritten {
        /// Of those of whom it is known.
        at: Vec<(ContactId, Timestamp)>,
    },
    /// The server decided on one of mine.
    Verdict {
        /// On which, and how.
        verdict: Verdict,
    },
    /// What became of one of mine is not known, and this server cannot be asked again without risk of a second text.
    /// It is never resent by itself; a person decides. (Never with a server of our own contract.)
    Unknown {
        /// Its id.
        id: Uuid,
    },
    /// One of mine, of several calls, stopped between them: the notice of an opt-out went, the opt-out itself not yet. It is gone on with.
    HalfWay {
        /// Its id.
        id: Uuid,
    },
    /// How far the upload is behind.
    Outbox {
        /// Confirmed, not yet decided by the server.
        waiting: u64,
        /// Since when the oldest waits.
        oldest: Option<Timestamp>,
    },
    /// State of the line to the server.
    Link(LinkState),
    /// Answer to `Effect::Load`: who I am.
    Me(Me),
    /// Answer: the campaign.
    Campaign(Box<CampaignView>),
    /// Answer: my contacts, page by page.
    Assignment(AssignmentPage),
    /// Answer: bodies. `asked` minus these are not mine any more.
    Contacts {
        /// What was asked for.
        asked: Vec<ContactId>,
        /// What came.
        found: Vec<ContactView>,
    },
    /// Answer: a slice.
    Slice {
        /// Which claim.
        claim: Uuid,
        /// What came of it.
        result: Result<SliceGrant, Box<Problem>>,
    },
    /// Answer: so many replies were taken over, or why none.
    TookReplies {
        /// Which request.
        claim: Uuid,
        /// What came of it.
        result: Result<u64, Box<Problem>>,
    },
    /// Answer: a thread.
    Thread(Thread),
    /// Answer: who has what was mine before.
    Whereabouts(Whereabouts),
    /// Answer: my campaigns.
    Campaigns(Vec<CampaignTodo>),
    /// Answer: the board.
    Board(Box<Board>),
    /// Answer: the texts whose outcome nobody knows.
    Held(Vec<HeldText>),
    /// Answer: the conversations that texters flagged.
    Flagged(Vec<Flagged>),
    /// Answer: conversations to look through, or what was done with them.
    Review(Box<ReviewAnswer>),
    /// Answer: who waits to be let in.
    WaitingRoom(Vec<WaitingPerson>),
    /// Answer: the code of the second factor was taken, or why not.
    Proved(Result<(), Box<Problem>>),
    /// Heartbeat answered.
    Presence(Presence),
    /// The server's clock is so much ahead of this laptop's, as an answer just said.
    Clock {
        /// Negative when it is behind.
        offset: SignedDuration,
    },
    /// What the client has noticed beside what the server answers, when that is something else than before.
    Beside(Beside),
    /// Something was asked and failed for good; the runtime has retried what may be retried.
    Failed {
        /// What was asked.
        what: Ask,
        /// Why.
        problem: Box<Problem>,
    },
    /// From the feed.
    Event(Box<Event>),
    /// From the rehearsal's director: the score so far (shown at the end).
    Score(Box<serde_json::Value>),
    /// `$EDITOR` came back.
    Edited {
        /// For which contact.
        contact: ContactId,
        /// The text, or none when nothing was saved.
        text: Option<String>,
    },
    /// The process was asked to end (TERM, HUP, closed window).
    Quit,
    /// Back from a suspension: draw everything.
    Resumed,
    /// The runtime has something to say about the terminal (no suspension here, the editor did not start): a toast.
    Tell(Say),
}

/// A confirmed act as the journal holds it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Confirmed {
    /// Minted at the press.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: ConfirmedWhat,
}

/// See [`Confirmed`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "confirmed", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "nearly all are texts")]
pub enum ConfirmedWhat {
    /// A text.
    Text(SendRequest),
    /// Anything else.
    Act {
        /// What.
        act: Act,
    },
}

/// What a server's client notices beside its answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Beside {
    /// Contacts in hand of whom the server gives no data. They are asked for again by the client.
    pub unreadable: BTreeSet<ContactId>,
    /// Entries of my list of whom not even the number could be read.
    pub nameless: usize,
    /// What the server says instead, of the first of them. A stranger's words.
    pub why: String,
    /// Contacts who were opted out without the notice that was to go first, since the program started.
    pub unnoticed: BTreeSet<ContactId>,
    /// The longest text that the server takes, in characters.
    pub longest: Option<usize>,
    /// The server wants two presses for a first text.
    pub two_presses: bool,
    /// It is closed for maintenance.
    pub downtime: Option<Downtime>,
}

/// What a server that is closed for maintenance takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downtime {
    /// No text at all.
    All,
    /// No first texts.
    FirstTexts,
}

/// State of the line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LinkState {
    /// Never connected yet.
    #[default]
    Connecting,
    /// The feed runs.
    Online,
    /// Cut.
    Offline {
        /// Since when.
        since: Timestamp,
        /// Next try.
        next_try: Timestamp,
    },
    /// The server answers, and asks to be left alone for a while.
    AskedToWait {
        /// So many seconds from when it said so.
        seconds: u64,
    },
    /// The sign-in was ended; sign in again.
    SignedOut {
        /// What was confirmed before is still handed in. False: not even that is taken.
        hands_in: bool,
    },
}

/// What can be asked of the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Who am I.
    Me,
    /// The campaign.
    Campaign(CampaignId),
    /// Everything in my hands, all pages.
    Assignment(CampaignId),
    /// Bodies.
    Contacts(CampaignId, Vec<ContactId>),
    /// Who has these now, that were mine before; 500 of them at most.
    Whereabouts(CampaignId, Vec<ContactId>),
    /// A slice (0 = the campaign's size).
    Slice {
        /// Of which campaign.
        campaign: CampaignId,
        /// Fresh id.
        claim: Uuid,
        /// How many.
        want: u32,
    },
    /// Replies that wait in others' hands, or in nobody's.
    TakeReplies {
        /// Of which campaign.
        campaign: CampaignId,
        /// Fresh id.
        claim: Uuid,
    },
    /// A page of a thread.
    Thread {
        /// Whose.
        contact: ContactId,
        /// Before which message.
        before: Option<u64>,
    },
    /// My campaigns, with what is in hand.
    Campaigns,
    /// The captain's board.
    Board(CampaignId),
    /// The captain's list of texts whose outcome nobody knows.
    Held(CampaignId),
    /// The conversations that texters flagged.
    Flagged(CampaignId),
    /// Conversations to look through, and what is done with them.
    Review(Box<ReviewAsk>),
    /// Who waits to be let in.
    WaitingRoom,
}

/// Timers a console may set. Setting one again replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timer {
    /// A toast has been up long enough.
    Toast,
    /// The key has been silent long enough: an unsure press was a press.
    KeySilence,
    /// Shown times are a minute older.
    Minute,
    /// A pending key sequence ran out.
    Sequence,
    /// Heartbeat.
    Presence,
    /// Try again to get a slice that was refused for now.
    Retry,
    /// Keep the draft that is being written.
    Draft,
    /// The undo window of a text ends.
    Window,
    /// What waits to be handed in has waited long enough for an answer.
    Answer,
    /// What left somebody's hands at once is gathered: it is told in one sentence.
    Away,
    /// A time has come that was told: what is said of it is true no more.
    Due,
    /// At once: for the stamp that the next of several acts of one press needs.
    Next,
}
