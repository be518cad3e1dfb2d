//! Counts a captain watches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One campaign's counts. `unsent`, `messaged`, `waiting`, `convo` and `closed` together are `total`, less those who opted
/// out before their first text or while they waited; `opted_out` counts these and the others who opted out, so it
/// overlaps the rest, as `sent`, `failed` and `held` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// All campaign contacts.
    pub total: u64,
    /// No text yet, in nobody's hands and textable.
    pub unassigned: u64,
    /// No text yet (`needs_message`), assigned or not, opted-out ones left out.
    pub unsent: u64,
    /// Initial messages accepted.
    pub sent: u64,
    /// Texted, no answer yet.
    pub messaged: u64,
    /// Waiting for an answer of ours, opted-out ones left out.
    pub waiting: u64,
    /// Of the waiting: in nobody's hands. The next texter who asks for more gets them.
    #[serde(default)]
    pub waiting_unassigned: u64,
    /// In conversation.
    pub convo: u64,
    /// Closed.
    pub closed: u64,
    /// Opted out.
    pub opted_out: u64,
    /// Those who may have opted out, of whom nobody has decided, in whatever campaign they wrote it: they get no text meanwhile, and are
    /// counted where they stand too (`unsent`, `waiting`), but not in `unassigned`.
    #[serde(default)]
    pub possible_opt_outs: u64,
    /// Outgoing texts that the carrier failed.
    pub failed: u64,
    /// Outgoing texts that a captain must decide on.
    pub held: u64,
}
