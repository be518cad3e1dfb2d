//! Holds histories against the promises.
//!
//! [`judge`] is the whole checker: facts of every side and the server's rows, after everything came to rest. [`check`] is the
//! smaller one for robots, who see only the contract.

mod book;
mod ends;
mod fork;
mod order;
mod recalled;
#[cfg(test)]
mod tests;
mod threads;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::history::Fact;

pub use self::threads::check;

/// A promise as the checker reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Every confirmed text and act comes to exactly one end that its author can see.
    OneEnd,
    /// A text is taken by the carrier at most once, whatever it answered.
    CarriedOnce,
    /// A text goes to the number and with the words of its press, and only what was pressed goes out.
    AsPressed,
    /// A campaign contact gets one initial.
    OneInitial,
    /// An id has one verdict, for ever.
    OneVerdict,
    /// A row leaves its journal only after the feed echoed its verdict.
    FreedAfterEcho,
    /// No carrier call begins after the commit of an opt-out or of a doubt, but the one notice.
    OptOutStops,
    /// One notice for each opt-out.
    OneNotice,
    /// No text that carries what is recalled is accepted or begins its way to the carrier after the commit of the recall.
    Recalled,
    /// A recall is put right with exactly those who got it, in one campaign.
    CorrectedOnce,
    /// A contact is in one pair of hands, and only these hands' texts are taken.
    OneHand,
    /// A reply is taken only when its author had seen all that others wrote.
    SeenBeforeReply,
    /// No carrier call outside the voter's hours.
    Hours,
    /// What was confirmed before the hours closed does not go out after they opened again.
    SameDay,
    /// Every confirmed text has its place in an unbroken chain.
    Ledger,
    /// When a chain goes on twice, one of the two texts is refused, and the exported ledger's check names it.
    Fork,
    /// Every change has an author.
    Author,
    /// After the commit that ended a sign-in nothing is done by it but handing in.
    SignIn,
}

/// A promise that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub rule: Rule,
    /// Where, in words.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)
    }
}

/// Every broken promise of a history that came to rest; empty = none.
///
/// What must be in it: presses with what the journals said, each carrier call, and the server's rows ([`super::history::Row`]).
/// The rest (grants, answers, echoes, tries) is checked where it is there.
#[must_use]
pub fn judge(facts: &[Fact]) -> Vec<Broken> {
    let book = book::Book::of(facts);
    let mut broken = Vec::new();
    ends::judge(&book, &mut broken);
    order::judge(&book, &mut broken);
    fork::judge(&book, &mut broken);
    recalled::judge(&book, &mut broken);
    broken
}
