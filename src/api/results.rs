//! What came of a campaign, page by page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    figures::{Figures, TexterName},
    results::{ContactResult, MessageResult, OptOutResult},
};

/// Some contacts of a campaign, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactsOut {
    /// The contacts; may be none on a page that is not the last.
    pub contacts: Vec<ContactResult>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many numbers of contacts are still to be looked at.
    pub left: u64,
}

/// Some texts of a campaign, contact by contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessagesOut {
    /// The texts; may be none on a page that is not the last.
    pub messages: Vec<MessageResult>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many numbers of contacts are still to be looked at.
    pub left: u64,
}

/// Some of the organization's opt-outs, in the order of the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptOutsOut {
    /// The opt-outs.
    pub opt_outs: Vec<OptOutResult>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The columns that a part of a campaign's contacts have beside the ones that every contact has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnsOut {
    /// Their names, in order.
    pub columns: Vec<String>,
    /// Contacts of this part who may still be texted.
    #[serde(default)]
    pub contacts: u64,
    /// How many of these have something in a column; the ones that every contact has are among them.
    #[serde(default)]
    pub filled: std::collections::BTreeMap<String, u64>,
    /// Cursor of the next part; absent with the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Sums over a part of a campaign's contacts. The sums of all parts together are the campaign's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FiguresOut {
    /// The sums.
    pub figures: Figures,
    /// Who the texters in it are.
    pub texters: Vec<TexterName>,
    /// Cursor of the next part; absent with the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many numbers of contacts are still to be looked at.
    pub left: u64,
}
