//! Telephone numbers: E.164, behind our own type so that the library can be changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A number in E.164 form (`+14155550123`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// The number as E.164 text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Takes text that already is E.164 (from our own database). Only digits after `+` are checked.
    #[must_use]
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        ((8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
    }
    /// The last two digits, the rest hidden: `•••• ••23`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("•••• ••{}", &self.0[self.0.len().saturating_sub(2)..])
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}
