//! Which time zones a contact may be in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Candidate IANA zones of one contact; never empty. A text is allowed only when it is in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Zones(Vec<String>);

impl Zones {
    /// The zone names, most likely first.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}
