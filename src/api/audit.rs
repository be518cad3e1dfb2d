//! Who did what when, and whose data was on which device.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{ContactId, DeviceId, PersonId};

/// One line of the audit. It holds no number and nobody's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its number; they only grow.
    pub id: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who; absent: the server itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Their first name; the second of the same name is "Ann (2)".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// By which sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<i64>,
    /// On which installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// What: `joined`, `claimed`, `contact_received` (a device got it with a slice), `contact_read` (a captain saw it), ...
    pub what: String,
    /// To what.
    pub subject: String,
    /// More about it.
    pub detail: String,
    /// Whose data it was (`contact_received`, `contact_read`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}

/// A page of the audit, the oldest line first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// Its lines.
    pub entries: Vec<AuditEntry>,
    /// The next page's cursor; absent when this was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
