//! Promises broken on purpose, to see that the checkers notice.
//!
//! Only a build with the feature `mutations` can break one, and only when it is told to at run time; in every other build
//! [`on`] is a constant `false` and the compiler leaves nothing of it. Each place that asks is one line long.

/// One way to break a promise (the numbers are those of ARCHITECTURE.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Mutation {
    /// 3: the journal says "on disk" before the commit.
    JournalForgets,
    /// 3: a journal row goes with the server's answer, not with the feed's echo.
    RowFreedEarly,
    /// 3: the server answers before its commit.
    AnswerBeforeCommit,
    /// 4: a press that got no answer is handed in again under a new id.
    FreshIdOnRetry,
    /// 4: the database has no "one initial" constraint, and the program does not look.
    SecondInitial,
    /// 4: verdicts are not stored: the same id is decided anew.
    VerdictForgotten,
    /// 4: the carrier job is written though the message row was there.
    JobTwice,
    /// 4: an unknown outcome goes to the carrier again.
    ResendUnknown,
    /// 4: an attempt that was under way at a crash goes to the carrier again.
    ResendLost,
    /// 5: suppression is looked at only at accept, not before the carrier call.
    SuppressionAtAcceptOnly,
    /// 5: suppression holds in one campaign, not in the organization.
    SuppressionPerCampaign,
    /// 5: an inbound opt-out word suppresses after the answer, not in the transaction that stores it.
    LateSuppression,
    /// 5: the notice of an opt-out goes out once a cause, however often the callback comes.
    NoticeTwice,
    /// 5: a text that carries what was recalled is taken.
    RecalledTaken,
    /// 5: recalls are looked at only at accept, not before the carrier call.
    RecallAtAcceptOnly,
    /// 6: hours are looked at only at accept, not before the carrier call.
    HoursAtAcceptOnly,
    /// 6: a text confirmed yesterday goes out this morning.
    SentNextMorning,
    /// 7: leases are not fenced: an old epoch counts.
    NoFencing,
    /// 7: a contact in somebody's hands is handed out once more.
    TwoHands,
    /// 8: a link of the ledger is taken without a look.
    LedgerUnchecked,
    /// 7: a sign-in that was ended while its request was on the way still counts as running.
    EndedWhileOnTheWay,
    /// 3: commands whose commit failed are answered as they were decided.
    FailedCommitAnswered,
    /// 4: a reply is taken though the thread has a newer message.
    StaleReplyTaken,
    /// 3: whatever answers in the server's place (a login page, a damaged answer, a box's 502) counts as a yes.
    StrangeIsYes,
    /// 3: the same, and a server's "not now", counts as a no.
    StrangeIsNo,
    /// 3: no answer in time counts as a yes.
    SilenceIsYes,
    /// 8: a text that hangs on another text than its chain's newest is taken: a copied journal goes unseen.
    ForkTaken,
    /// 8: a fork is refused, and nothing of it is written down.
    ForkUnlisted,
}

impl Mutation {
    /// Every one.
    pub const ALL: [Self; 28] = [
        Self::JournalForgets,
        Self::RowFreedEarly,
        Self::AnswerBeforeCommit,
        Self::FreshIdOnRetry,
        Self::SecondInitial,
        Self::VerdictForgotten,
        Self::JobTwice,
        Self::ResendUnknown,
        Self::ResendLost,
        Self::SuppressionAtAcceptOnly,
        Self::SuppressionPerCampaign,
        Self::LateSuppression,
        Self::NoticeTwice,
        Self::RecalledTaken,
        Self::RecallAtAcceptOnly,
        Self::HoursAtAcceptOnly,
        Self::SentNextMorning,
        Self::NoFencing,
        Self::TwoHands,
        Self::LedgerUnchecked,
        Self::EndedWhileOnTheWay,
        Self::FailedCommitAnswered,
        Self::StaleReplyTaken,
        Self::StrangeIsYes,
        Self::StrangeIsNo,
        Self::SilenceIsYes,
        Self::ForkTaken,
        Self::ForkUnlisted,
    ];
}

#[cfg(feature = "mutations")]
mod switch {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::Mutation;

    static BROKEN: AtomicU8 = AtomicU8::new(u8::MAX);

    /// True when this promise is broken now.
    #[must_use]
    pub fn on(which: Mutation) -> bool {
        BROKEN.load(Ordering::Relaxed) == which as u8
    }

    /// Breaks one promise, or none. For the whole process: one at a time.
    pub fn set(which: Option<Mutation>) {
        BROKEN.store(which.map_or(u8::MAX, |which| which as u8), Ordering::Relaxed);
    }
}

#[cfg(feature = "mutations")]
pub use switch::{on, set};

/// False: this build keeps its promises.
#[cfg(not(feature = "mutations"))]
#[must_use]
#[inline(always)]
pub const fn on(_: Mutation) -> bool {
    false
}
