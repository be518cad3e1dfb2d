//! What is wrong with a user's own keys, each with its place.

use super::chord::BadChord;
use super::context::Fact;

/// A fault in the user's bindings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// No such context.
    #[error("keys.{context}: there is no such place{}", suggestion(*.nearest))]
    Context {
        /// As written.
        context: String,
        /// Perhaps meant.
        nearest: Option<&'static str>,
    },
    /// Not a key.
    #[error("keys.{context}: {fault}")]
    Chord {
        /// Where.
        context: &'static str,
        /// What is wrong.
        fault: BadChord,
    },
    /// No such action.
    #[error("keys.{context}.\"{chord}\": there is no action `{action}`{}", suggestion(*.nearest))]
    Action {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
        /// As written.
        action: String,
        /// Perhaps meant.
        nearest: Option<&'static str>,
    },
    /// The action does nothing there.
    #[error("keys.{context}.\"{chord}\": `{action}` works in {}, not here", .works_in.join(", "))]
    Place {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
        /// Which action.
        action: &'static str,
        /// Where it works.
        works_in: Vec<&'static str>,
    },
    /// No such condition.
    #[error(
        "keys.{context}.\"{chord}\": there is no condition `{condition}`{}; there are {}",
        suggestion(*.nearest), Fact::ALL.map(Fact::name).join(", ")
    )]
    Condition {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
        /// As written.
        condition: String,
        /// Perhaps meant.
        nearest: Option<&'static str>,
    },
    /// A part of a condition is missing.
    #[error(
        "keys.{context}.\"{chord}\": a condition is missing: `when` is empty, or nothing stands beside `&&` or `||`; leave `when` out where the key always counts"
    )]
    NoCondition {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
    },
    /// A meaning that no press can have.
    #[error("keys.{context}.\"{chord}\": `{action}` is never done: {}", never(*.shadowed))]
    Never {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
        /// Which action.
        action: &'static str,
        /// Another one stands before it that always counts.
        shadowed: bool,
    },
    /// No action among others.
    #[error(
        "keys.{context}.\"{chord}\": `none` takes a key away in all cases and has no condition: `\"{chord}\" = \"none\"`; or tie the action that counts to one"
    )]
    NoneWhen {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
    },
    /// A letter where text is typed.
    #[error(
        "keys.{context}.\"{chord}\": text is typed there, and this key is a part of it; take one with ctrl or alt, or a key that is no character"
    )]
    Letter {
        /// Where.
        context: &'static str,
        /// Which key.
        chord: String,
    },
    /// Nothing does any more what a place is there for.
    #[error(
        "keys.{context}: no key does `{action}` any more, and nothing else can; give it one, or leave it one of its own"
    )]
    Without {
        /// Where.
        context: &'static str,
        /// What.
        action: &'static str,
    },
    /// A key that is bound and begins a longer sequence.
    #[error(
        "keys.{context}: `{short}` has a meaning of its own, so `{long}` can never be typed; set one of them to `none`"
    )]
    Prefix {
        /// Where.
        context: &'static str,
        /// The shorter.
        short: String,
        /// The longer.
        long: String,
    },
}

fn never(shadowed: bool) -> &'static str {
    if shadowed { "what stands before it always counts" } else { "its condition wants something and its opposite" }
}

fn suggestion(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
