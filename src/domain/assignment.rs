//! Slices and leases.

use std::time::Duration;

/// How long contacts stay in one pair of hands after their holder was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leases {
    /// Those without a first text.
    pub unsent: Duration,
    /// Conversations.
    pub conversations: Duration,
}

impl Default for Leases {
    fn default() -> Self {
        Self { unsent: Duration::from_secs(15 * 60), conversations: Duration::from_secs(60 * 60) }
    }
}

/// How long before something leaves somebody's hands they are told.
pub const WARNED_BEFORE: Duration = Duration::from_secs(5 * 60);

/// The largest slice that may be asked for at once.
pub const MAX_SLICE: u32 = 500;
