//! Slices and leases.

use std::time::Duration;

/// How long a slice stays in one pair of hands after its holder was last seen.
pub const LEASE: Duration = Duration::from_secs(15 * 60);

/// The largest slice that may be asked for at once.
pub const MAX_SLICE: u32 = 500;
