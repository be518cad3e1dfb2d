//! The practice: eight made-up cards that somebody sends before real voters are texted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where this person stands with it. How well it went is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Practice {
    /// When they had been through it for the first time; absent: not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub passed_at: Option<Timestamp>,
    /// The campaign that was asked about hands out no contacts without it.
    pub required: bool,
}
