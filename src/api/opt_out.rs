//! Opt-outs that came by another way than a text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::phone::Phone;

/// Most numbers in one request.
pub const MAX_OPT_OUTS: usize = 1_000;

/// How somebody who opted out told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptOutWay {
    /// On the telephone.
    Phone,
    /// In a letter.
    Mail,
    /// By e-mail.
    Email,
    /// Face to face, at a door.
    InPerson,
    /// On a list that came from elsewhere.
    List,
    /// They did not: what somebody entered by another way was a mistake, and is taken back. An admin's; never what a word of the voter's
    /// own did, nor one that they were told of, nor that of somebody who was erased.
    TakenBack,
}

impl OptOutWay {
    /// The word that the list keeps.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Phone => "by_phone",
            Self::Mail => "by_mail",
            Self::Email => "by_email",
            Self::InPerson => "in_person",
            Self::List => "from_a_list",
            Self::TakenBack => "taken_back",
        }
    }
}

/// Numbers to be texted no more, in any campaign of the organization, or with `taken_back` to be texted again. Asked twice: the same list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptOuts {
    /// The numbers.
    #[schema(min_items = 1, max_items = 1000)]
    pub numbers: Vec<Phone>,
    /// How they told so.
    pub how: OptOutWay,
    /// In whose words, from which list; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptOutsTaken {
    /// Numbers that are on the list now, those that were on it before among them; of `taken_back`: that are not on it now, those that were
    /// not before among them.
    pub numbers: u64,
    /// How many of them were so before.
    #[serde(default)]
    pub already: u64,
    /// Of `taken_back`: numbers that stay on the list.
    #[serde(default, skip_serializing_if = "none_stays")]
    pub stay: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn none_stays(many: &u64) -> bool {
    *many == 0
}
