//! What can be chosen: how the program behaves, what the world does to it, how far the search goes.

/// What is done about a carrier call whose outcome is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The program: a receipt or a look-up that finds it settles it, nothing else does; a captain decides.
    Hold,
    /// Naive: it goes back into the queue.
    Retry,
    /// Naive: it goes back when a list of the carrier's, which lags behind, does not show it.
    RequeueLagging,
    /// Naive: it goes back when a truthful list does not show it, though the request may still be under way.
    RequeueTooEarly,
    /// It goes back when a truthful list does not show it and no request can arrive any more.
    RequeueAuthoritative,
}

/// Who decides on held texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Captain {
    /// Says what is so at the carrier.
    Truthful,
    /// Says anything.
    Careless,
}

/// When a journal row is freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreedAt {
    /// When the server's feed has echoed the verdict.
    Echo,
    /// Naive: with the answer.
    Answer,
}

/// What the server's disk does when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// Keeps every commit that was synced.
    Honest,
    /// Loses an accepted text when nothing was written or read behind it.
    LosesTheTail,
    /// Loses any last commit, though it said that it was synced.
    Lies,
}

/// Who has the two laptops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Team {
    /// Two texters; the contact may go from the first to the second.
    Two,
    /// One texter with two laptops: both hold the same lease.
    OneWithTwoLaptops,
}

/// Which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first one: one a contact, whoever presses.
    Initial,
    /// A reply: as many as are pressed.
    Reply,
}

/// All of it.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub unknown: Unknown,
    pub captain: Captain,
    pub freed_at: FreedAt,
    /// What was answered and not echoed is asked for at the next start, and handed in again if the server has lost it.
    pub reads_back: bool,
    /// An id is kept over all tries.
    pub one_id: bool,
    /// The carrier job is written only with the message row.
    pub job_with_row: bool,
    /// The database refuses a second first text.
    pub one_initial: bool,
    /// The lease's epoch is looked at.
    pub fenced: bool,
    /// Opt-outs are looked at again just before the carrier call.
    pub looks_again_for_opt_outs: bool,
    /// So are the hours.
    pub looks_again_for_hours: bool,
    /// A text confirmed before the present hours began is neither accepted nor sent.
    pub parks_yesterday: bool,
    pub disk: Disk,
    pub team: Team,
    pub kind: Kind,
    pub bounds: Bounds,
}

/// How far the search goes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Presses, all laptops together.
    pub texts: u8,
    /// Carrier calls for one text.
    pub calls: u8,
    /// Server workers.
    pub workers: u8,
    /// Hours may close, and open again the next day.
    pub hours: bool,
    /// The voter may opt out.
    pub opt_out: bool,
}

impl Policy {
    /// What the program does, in an honest world.
    pub const CHOSEN: Self = Self {
        unknown: Unknown::Hold,
        captain: Captain::Truthful,
        freed_at: FreedAt::Echo,
        reads_back: true,
        one_id: true,
        job_with_row: true,
        one_initial: true,
        fenced: true,
        looks_again_for_opt_outs: true,
        looks_again_for_hours: true,
        parks_yesterday: true,
        disk: Disk::Honest,
        team: Team::Two,
        kind: Kind::Initial,
        bounds: Bounds { texts: 2, calls: 2, workers: 2, hours: true, opt_out: true },
    };
}
