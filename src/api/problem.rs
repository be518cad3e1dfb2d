//! Refusals: problem documents (RFC 9457) with a stable code that says what to do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something was refused. The string form is part of the contract and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Every contact of the campaign has been texted or is opted out.
    NoneLeft,
    /// Contacts remain, all in other texters' slices.
    HeldByOthers,
    /// Contacts remain, but it is outside texting hours where they are; `opens_at` says when.
    OutsideHours,
    /// Contacts remain, but what the carrier lets through is used up by first texts that are handed out or queued, or the queue is too
    /// long; `at` says when to ask again. Replies go on.
    CapReached,
    /// Another campaign of the organization has texted them within the days that this one leaves between; `at` says when it is possible.
    TextedLately,
    /// A captain paused the campaign.
    Paused,
    /// The texter has reached the number of contacts allowed at once; finish or release some.
    QuotaReached,
    /// The number is on the organization's suppression list.
    Suppressed,
    /// Something the voter wrote may be an opt-out; a person must decide first.
    Frozen,
    /// The contact is not in this texter's hands (any more).
    LeaseLost,
    /// Somebody already sent the initial message to this contact.
    AlreadySent,
    /// The thread has a newer message that the author had not seen.
    StaleReply,
    /// It was confirmed before the present texting hours began, or too long ago: look at it again.
    TooLate,
    /// It carries something that was recalled, or was before that recall was lifted: look at the contact again and confirm it anew.
    Recalled,
    /// The contact was taken off the campaign's list.
    Removed,
    /// The campaign is closed: no first text goes out any more, and late replies are somebody else's to answer.
    Closed,
    /// Something is still open that has to be settled first; `faults` names each when a campaign is closed.
    Unsettled,
    /// The campaign is under a legal hold: nothing of it is removed.
    LegalHold,
    /// Its place in the device's ledger is taken by another text, or hangs on another one.
    LedgerBroken,
    /// It was confirmed after this device's sign-in was ended.
    SessionEnded,
    /// The id was used before for something else.
    IdReused,
    /// The text is empty or has unfilled merge fields, or a field of the request is wrong.
    Invalid,
    /// The body is larger than allowed.
    TooLarge,
    /// No such thing, or not visible to this session.
    NotFound,
    /// Not signed in, or the session was revoked.
    Unauthorized,
    /// Signed in, but this role may not do it.
    Forbidden,
    /// The invite was used up, expired or revoked.
    InviteSpent,
    /// The rules of conduct, or the campaign's guide, are to be read and accepted first (`/conduct`).
    ConductNotAccepted,
    /// The campaign hands out no contacts before its texters have been through the practice (`textbank practice`, `/practice`).
    PracticeNeeded,
    /// In the waiting room: a captain lets this person in first.
    WaitingRoom,
    /// A captain's and above: the second factor is to be proved first, or set (`/second-factor`).
    SecondFactorNeeded,
    /// Not the code of the second factor now, or one that was used already; `at`: no code is taken before then.
    WrongCode,
    /// Too many requests; `Retry-After` says how long.
    RateLimited,
    /// The server cannot answer now; try again with the same id.
    Unavailable,
}

impl Code {
    /// The HTTP status that goes with the code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::NoneLeft
            | Self::HeldByOthers
            | Self::QuotaReached
            | Self::AlreadySent
            | Self::StaleReply
            | Self::TooLate
            | Self::Recalled
            | Self::Unsettled
            | Self::LedgerBroken => 409,
            Self::OutsideHours | Self::CapReached | Self::TextedLately => 425,
            Self::Paused | Self::Frozen | Self::Closed | Self::LegalHold => 423,
            Self::Suppressed | Self::Removed | Self::InviteSpent => 410,
            Self::LeaseLost
            | Self::Forbidden
            | Self::SessionEnded
            | Self::ConductNotAccepted
            | Self::PracticeNeeded
            | Self::WaitingRoom
            | Self::SecondFactorNeeded
            | Self::WrongCode => 403,
            Self::IdReused | Self::Invalid => 422,
            Self::TooLarge => 413,
            Self::NotFound => 404,
            Self::Unauthorized => 401,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
        }
    }

    /// True when the same request may be sent again later with the same id: nothing was decided.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Unavailable | Self::Unauthorized | Self::WaitingRoom | Self::SecondFactorNeeded
        )
    }

    /// True when the text was refused for now: it comes back as a card or a draft, for a new press with a new id.
    #[must_use]
    pub fn parks(self) -> bool {
        matches!(
            self,
            Self::OutsideHours
                | Self::TextedLately
                | Self::Paused
                | Self::Frozen
                | Self::StaleReply
                | Self::TooLate
                | Self::Recalled
                | Self::Closed
                | Self::LedgerBroken
        )
    }

    /// The code as sent (`already_sent`).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoneLeft => "none_left",
            Self::HeldByOthers => "held_by_others",
            Self::OutsideHours => "outside_hours",
            Self::CapReached => "cap_reached",
            Self::TextedLately => "texted_lately",
            Self::Paused => "paused",
            Self::QuotaReached => "quota_reached",
            Self::Suppressed => "suppressed",
            Self::Frozen => "frozen",
            Self::LeaseLost => "lease_lost",
            Self::AlreadySent => "already_sent",
            Self::StaleReply => "stale_reply",
            Self::TooLate => "too_late",
            Self::Recalled => "recalled",
            Self::Removed => "removed",
            Self::Closed => "closed",
            Self::Unsettled => "unsettled",
            Self::LegalHold => "legal_hold",
            Self::LedgerBroken => "ledger_broken",
            Self::SessionEnded => "session_ended",
            Self::IdReused => "id_reused",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::NotFound => "not_found",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::InviteSpent => "invite_spent",
            Self::ConductNotAccepted => "conduct_not_accepted",
            Self::PracticeNeeded => "practice_needed",
            Self::WaitingRoom => "waiting_room",
            Self::SecondFactorNeeded => "second_factor_needed",
            Self::WrongCode => "wrong_code",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
        }
    }

    /// The catalogue's key of the sentence that tells a person what to do.
    #[must_use]
    pub fn say_key(self) -> &'static str {
        match self {
            Self::NoneLeft => "problem-none-left",
            Self::HeldByOthers => "problem-held-by-others",
            Self::OutsideHours => "problem-outside-hours",
            Self::CapReached => "problem-cap-reached",
            Self::TextedLately => "problem-texted-lately",
            Self::Paused => "problem-paused",
            Self::QuotaReached => "problem-quota-reached",
            Self::Suppressed => "problem-suppressed",
            Self::Frozen => "problem-frozen",
            Self::LeaseLost => "problem-lease-lost",
            Self::AlreadySent => "problem-already-sent",
            Self::StaleReply => "problem-stale-reply",
            Self::TooLate => "problem-too-late",
            Self::Recalled => "problem-recalled",
            Self::Removed => "problem-removed",
            Self::Closed => "problem-closed",
            Self::Unsettled => "problem-unsettled",
            Self::LegalHold => "problem-legal-hold",
            Self::LedgerBroken => "problem-ledger-broken",
            Self::SessionEnded => "problem-session-ended",
            Self::IdReused => "problem-id-reused",
            Self::Invalid => "problem-invalid",
            Self::TooLarge => "problem-too-large",
            Self::NotFound => "problem-not-found",
            Self::Unauthorized => "problem-unauthorized",
            Self::Forbidden => "problem-forbidden",
            Self::InviteSpent => "problem-invite-spent",
            Self::ConductNotAccepted => "problem-conduct-not-accepted",
            Self::PracticeNeeded => "problem-practice-needed",
            Self::WaitingRoom => "problem-waiting-room",
            Self::SecondFactorNeeded => "problem-second-factor-needed",
            Self::WrongCode => "problem-wrong-code",
            Self::RateLimited => "problem-rate-limited",
            Self::Unavailable => "problem-unavailable",
        }
    }

    /// Every code.
    pub const ALL: [Self; 34] = [
        Self::NoneLeft,
        Self::HeldByOthers,
        Self::OutsideHours,
        Self::CapReached,
        Self::TextedLately,
        Self::Paused,
        Self::QuotaReached,
        Self::Suppressed,
        Self::Frozen,
        Self::LeaseLost,
        Self::AlreadySent,
        Self::StaleReply,
        Self::TooLate,
        Self::Recalled,
        Self::Removed,
        Self::Closed,
        Self::Unsettled,
        Self::LegalHold,
        Self::LedgerBroken,
        Self::SessionEnded,
        Self::IdReused,
        Self::Invalid,
        Self::TooLarge,
        Self::NotFound,
        Self::Unauthorized,
        Self::Forbidden,
        Self::InviteSpent,
        Self::ConductNotAccepted,
        Self::PracticeNeeded,
        Self::WaitingRoom,
        Self::SecondFactorNeeded,
        Self::WrongCode,
        Self::RateLimited,
        Self::Unavailable,
    ];
}

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// HTTP status, repeated.
    pub status: u16,
    /// Stable code.
    pub code: Code,
    /// One English sentence for logs and developers; consoles speak from the code.
    pub detail: String,
    /// When it will be possible (`outside_hours`, `texted_lately`, `cap_reached`, `wrong_code`), or when the winner's text was accepted (`already_sent`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Who (`already_sent`: the texter who sent the first; `lease_lost`: who has the contact now).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// How many contacts it concerns (`outside_hours`, `texted_lately`, `held_by_others`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Every single fault of an `invalid` request: field and remedy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// How many seconds the answer's `Retry-After` asked for; not part of the document.
    #[serde(skip)]
    pub retry_after: Option<u16>,
}

impl Problem {
    /// A problem with nothing but code and detail.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code,
            detail: detail.into(),
            at: None,
            who: None,
            count: None,
            faults: Vec::new(),
            retry_after: None,
        }
    }
}
