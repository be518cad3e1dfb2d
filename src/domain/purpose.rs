//! What a campaign is for, and whose law it is under.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the texts of a campaign ask for. It decides which rules are in force: asking for money is solicitation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// For or against somebody or something.
    #[default]
    Persuasion,
    /// Get out the vote.
    Gotv,
    /// Asks for money.
    Fundraising,
    /// Asks for opinions.
    Survey,
    /// Invites.
    Event,
}

impl Purpose {
    /// Every one, as a campaign file writes it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("persuasion", Self::Persuasion),
        ("gotv", Self::Gotv),
        ("fundraising", Self::Fundraising),
        ("survey", Self::Survey),
        ("event", Self::Event),
    ];

    /// True when the hours of the states for solicitation are in force.
    #[must_use]
    pub const fn is_solicitation(self) -> bool {
        matches!(self, Self::Fundraising)
    }

    /// As a campaign file writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("persuasion", |(word, _)| word)
    }
}

/// Whose law a campaign is under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Jurisdiction {
    /// United States.
    #[default]
    Us,
    /// United Kingdom.
    Uk,
    /// European Union.
    Eu,
    /// Canada.
    Ca,
}

impl Jurisdiction {
    /// Every one, as a campaign file writes it.
    pub const ALL: [(&'static str, Self); 4] = [("us", Self::Us), ("uk", Self::Uk), ("eu", Self::Eu), ("ca", Self::Ca)];

    /// True where a text needs the person's consent beforehand, whatever it asks for: the ePrivacy rules count campaigning as
    /// direct marketing.
    #[must_use]
    pub const fn needs_consent(self) -> bool {
        matches!(self, Self::Uk | Self::Eu)
    }
}

/// For `skip_serializing_if`: what holds its default is left out of the bytes, so that a definition made before the field was
/// there keeps its hash.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
