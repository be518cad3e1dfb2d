//! The ledger, for auditors.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::received::{Anchor, Received};

/// A page of the ledger in the order of arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerPage {
    /// The confirmed texts.
    pub entries: Vec<Received>,
    /// With the last page: every anchor over what was given.
    pub anchors: Vec<Anchor>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How far the ledger is anchored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerState {
    /// The newest anchor; absent when there is none yet.
    pub anchor: Option<Anchor>,
    /// Entries in all.
    pub entries: u64,
    /// Entries that arrived after that anchor.
    pub uncovered: u64,
}
