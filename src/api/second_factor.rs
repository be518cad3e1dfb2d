//! The second factor of captains and above: a code that changes with time.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a sign-in's second factor stands. The secret is in no answer of any route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// The person has set one.
    pub set: bool,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub set_at: Option<Timestamp>,
    /// This server wants one of captains and above.
    pub required: bool,
    /// What is only for captains and above is refused to this sign-in now (`second_factor_needed`): it is to be set, or proved.
    pub needed: bool,
    /// Until when this sign-in has proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proved_until: Option<Timestamp>,
    /// How long a proof is good, in seconds.
    pub good_for_seconds: u64,
    /// After too many wrong codes: none is taken before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub locked_until: Option<Timestamp>,
}

/// Sets the second factor: a secret made by the client, which has shown it to the phone, and a code of it as the proof.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetSecondFactor {
    /// 20 random bytes in Base32.
    pub secret: String,
    /// Six digits (RFC 6238: SHA-1, 30 seconds).
    pub code: String,
}

/// Proves the second factor for this sign-in, or removes it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorCode {
    /// Six digits. Each is taken once.
    pub code: String,
}

impl fmt::Debug for SetSecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetSecondFactor(<hidden>)")
    }
}

impl fmt::Debug for SecondFactorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondFactorCode(<hidden>)")
    }
}
