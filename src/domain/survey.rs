//! The question tree of a campaign.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One interaction step: a question the texter answers for the voter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// Stable key, unique in the campaign.
    pub id: String,
    /// The question as the texter reads it.
    pub text: String,
    /// The answers to choose from, in order.
    pub answers: Vec<Answer>,
}

/// One answer and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// The value recorded.
    pub value: String,
    /// The next line of the script by language (`en` -> text with merge fields); empty when nothing follows.
    #[serde(default)]
    pub reply: std::collections::BTreeMap<String, String>,
    /// The question asked next, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
