//! Everything there is at one moment. What is here and not marked as memory survives every crash.

use super::policy::Policy;

/// Most presses in one search.
pub const TEXTS: usize = 3;
/// Most carrier calls for one text.
pub const CALLS: usize = 2;

/// A text's row in the journal of the laptop it was pressed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Row {
    /// Confirmed, no verdict yet.
    Waits,
    /// Has a verdict, not echoed yet.
    Has(Verdict),
    /// Freed.
    Gone,
}

/// What the server decided; stored with the id, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    Accepted,
    /// For good: opted out, lease lost, already sent, stale reply.
    Refused,
    /// Comes back as a card, for a new press: outside hours, confirmed yesterday.
    Parked,
}

/// A text's carrier job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    None,
    Ready,
    Submitting,
    Unknown,
    Held,
    Done,
    /// Taken back before any call that may have succeeded: the contact may be texted anew.
    Dropped,
    /// A captain gave it up: it is not to go out again, whether or not it arrived.
    GivenUp,
}

/// One carrier call: its request, and what the carrier made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    None,
    /// Claimed; not called, perhaps never to be.
    Claimed,
    /// The request is under way, whether or not its sender still lives.
    UnderWay,
    /// It never arrived and never will.
    Lost,
    /// The carrier has the text, and the voter gets it.
    Taken,
    /// The carrier surely does not have it, and said so.
    Refused,
    /// The same, and later may help.
    Later,
    /// The server has that in writing.
    LaterRecorded,
}

/// One confirmed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    /// Which press; another text of the same press is a duplicate.
    pub press: u8,
    pub laptop: u8,
    /// Lease epoch under which it was pressed.
    pub epoch: u8,
    /// The day on which it was pressed.
    pub day: u8,
    pub row: Row,
    /// A request was made: from now on it may arrive at any time, any number of times, or never.
    pub sent: bool,
    pub verdict: Option<Verdict>,
    pub job: Job,
    pub calls: [Call; CALLS],
}

/// Memory of a server worker: the text whose call it makes, and which call. Ordered, so that workers that only changed
/// places are one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Worker {
    Calls { text: u8, call: u8 },
    Idle,
}

/// The last commit, when a disk that loses its tail could lose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tail {
    Safe,
    Accept(u8),
    Claim(u8),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub texts: [Option<Text>; TEXTS],
    pub workers: [Worker; 2],
    /// Who holds the contact, under which epoch.
    pub holder: u8,
    pub epoch: u8,
    /// Even: hours are open. Odd: closed, until the next day.
    pub day: u8,
    pub suppressed: bool,
    pub tail: Tail,
    /// What must never be. Not part of the system: only seen by the search.
    pub wrong: Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wrong {
    /// Claimed after the opt-out.
    pub after_opt_out: bool,
    /// Claimed outside hours, or accepted on another day than pressed.
    pub outside_hours: bool,
    /// Accepted from somebody who does not hold the contact.
    pub two_hands: bool,
}

impl State {
    pub fn new(policy: &Policy) -> Self {
        let bounds = &policy.bounds;
        assert!(usize::from(bounds.texts) <= TEXTS && usize::from(bounds.calls) <= CALLS && bounds.workers <= 2);
        Self {
            texts: [None; TEXTS],
            workers: [Worker::Idle; 2],
            holder: 0,
            epoch: 0,
            day: 0,
            suppressed: false,
            tail: Tail::Safe,
            wrong: Wrong::default(),
        }
    }

    pub fn text(&self, t: u8) -> Option<&Text> {
        self.texts.get(usize::from(t)).and_then(Option::as_ref)
    }

    pub fn open(&self) -> bool {
        self.day.is_multiple_of(2)
    }

    /// Texts with their places.
    pub fn each(&self) -> impl Iterator<Item = (u8, &Text)> {
        (0_u8..).zip(&self.texts).filter_map(|(t, text)| text.as_ref().map(|text| (t, text)))
    }

    /// True when a live worker is about to call, or waits for the answer, of this text.
    pub fn in_hand(&self, t: u8) -> bool {
        self.workers.iter().any(|worker| matches!(worker, Worker::Calls { text, .. } if *text == t))
    }
}

impl Text {
    /// How often the carrier has it.
    pub fn taken(&self) -> usize {
        self.calls.iter().filter(|call| **call == Call::Taken).count()
    }

    /// Calls made so far.
    pub fn tries(&self) -> u8 {
        self.calls.iter().map(|call| u8::from(*call != Call::None)).sum()
    }

    pub fn may_try_again(&self, policy: &Policy) -> bool {
        self.tries() < policy.bounds.calls
    }

    /// Whatever the job waits for, that the carrier has the text ends it.
    pub fn takes_receipts(&self) -> bool {
        !matches!(self.job, Job::None | Job::Done | Job::Dropped)
    }

    /// A call may have succeeded, for all that the server knows.
    pub fn in_doubt(&self) -> bool {
        self.calls.iter().any(|call| !matches!(call, Call::None | Call::LaterRecorded))
    }

    pub fn under_way(&self) -> bool {
        self.calls.contains(&Call::UnderWay)
    }
}
