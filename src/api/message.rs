//! Sending, verdicts, threads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::problem::Problem;
use crate::domain::purpose::is_default;
use crate::domain::{
    ids::{CampaignId, ContactId, DeviceId, MessageId},
    ledger::{Link, Pressed},
    message::{Delivery, Direction, MessageKind},
    recall::Said,
};

/// Header of a handed-in text: the laptop's wall clock at that moment (RFC 3339), so that its skew is known.
pub const SENT_AT: &str = "textbank-sent-at";

/// Header beside [`SENT_AT`]: the server's time minus the laptop's in microseconds, by an earlier answer. A request that was
/// long on its way is told from a clock that is behind by it.
pub const CLOCK_OFFSET: &str = "textbank-clock-offset";

/// Header of every answer: the id of its request (UUID), as both logs have it.
pub const REQUEST_ID: &str = "x-request-id";

/// Header of every answer: the server's time (RFC 3339).
pub const SERVER_TIME: &str = "textbank-time";

/// One text, confirmed by one press. Sent again with the same id it gets the same verdict, for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SendRequest {
    /// In which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub contact: ContactId,
    /// `initial` or `reply`; others are refused.
    pub kind: MessageKind,
    /// The exact text as shown: at most 1,600 characters, something to read among them, no NUL.
    #[schema(min_length = 1, max_length = 1600, pattern = r"^[^\x00]*\S[^\x00]*$")]
    pub body: String,
    /// For replies: the latest inbound or other texter's message the author had seen.
    #[serde(default)]
    pub after_seq: u64,
    /// Lease epoch under which it was confirmed.
    pub epoch: u32,
    /// Version of the script shown.
    pub script_version: u32,
    /// Initial variant, when it was one.
    #[schema(max_length = 500)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Canned reply or answer it came from (`canned:ID`, `answer:QUESTION`), when it did.
    #[schema(max_length = 500)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// True when the texter changed the words of the script.
    #[serde(default)]
    pub off_script: bool,
    /// What the texter saw and did.
    pub shown: Shown,
}

impl SendRequest {
    /// The text and where it came from, as recalls look at it.
    #[must_use]
    pub fn said(&self) -> Said<'_> {
        Said {
            kind: self.kind,
            body: &self.body,
            script_version: self.script_version,
            variant: self.variant.as_deref(),
            source: self.source.as_deref(),
            off_script: self.off_script,
        }
    }
}

/// The evidence of the single human act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shown {
    /// Hash (BLAKE3, hex) of the exact text on the screen at the press.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub body_hash: String,
    /// When that card was drawn (laptop's wall clock).
    #[schema(value_type = String, format = DateTime)]
    pub drawn_at: Timestamp,
    /// When the key was pressed (laptop's wall clock).
    #[schema(value_type = String, format = DateTime)]
    pub pressed_at: Timestamp,
    /// Monotonic milliseconds between the two.
    #[schema(minimum = 100)]
    pub dwell_ms: u64,
    /// When the key was pressed by the laptop's monotonic clock, in milliseconds since its console started.
    #[serde(default)]
    pub mono_ms: u64,
    /// On which installation.
    pub device: DeviceId,
    /// Its place in the device's ledger. Minted by the journal, in the commit that holds the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

impl SendRequest {
    /// What the ledger says of it, under this id.
    #[must_use]
    pub fn pressed(&self, id: Uuid) -> Pressed {
        Pressed {
            id,
            device: self.shown.device,
            campaign: self.campaign,
            contact: self.contact,
            kind: self.kind,
            body_hash: self.shown.body_hash.clone(),
            drawn_at: self.shown.drawn_at,
            pressed_at: self.shown.pressed_at,
            mono_ms: self.shown.mono_ms,
            dwell_ms: self.shown.dwell_ms,
        }
    }
}

/// What became of a message or an act. Stored once per id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The id it is about.
    pub id: Uuid,
    /// Yes or no.
    pub outcome: Outcome,
}

/// See [`Verdict`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done, durably.
    Accepted {
        /// Number of the message in its thread (messages), else 0.
        #[serde(default)]
        seq: u64,
        /// When.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// Not done, and with this id it never will be.
    Refused {
        /// Why.
        problem: Problem,
    },
}

impl Verdict {
    /// True when it was accepted.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self.outcome, Outcome::Accepted { .. })
    }
}

/// A page of one conversation, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Thread {
    /// Whose.
    pub contact: ContactId,
    /// Messages and notable events in order.
    pub entries: Vec<ThreadEntry>,
    /// True when older ones exist.
    pub more_before: bool,
}

/// A message or an event in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum ThreadEntry {
    /// A text.
    Message(ThreadMessage),
    /// An act of somebody, as one line.
    Note {
        /// Position among the messages: after the message with this number.
        seq: u64,
        /// When.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// Who.
        who: String,
        /// What: a stable word (`opted_out`, `opted_out_by_word`, `opted_in_by_word`, `not_opt_out`, `closed`, `reopened`,
        /// `answered`, `assigned`, `wrong_number`, `tagged`, `untagged`, `noted`, `snoozed`, `unsnoozed`, `language`, `opt_out_taken_back`, `asked`, `captain_answered`; from the campaigns that this one follows, all before the
        /// first text: `earlier_campaign`, `earlier_sent`, `earlier_received`, `earlier_answers`).
        what: String,
        /// What exactly (the answer, the tag), safe to show. Of an earlier text its words, as they came.
        #[serde(default)]
        detail: String,
    },
}

/// One text of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadMessage {
    /// Its id.
    pub id: MessageId,
    /// Its number in the thread, from 1.
    pub seq: u64,
    /// Which way.
    pub direction: Direction,
    /// What for (inbound ones: absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<MessageKind>,
    /// The text. Inbound text is as received: show it through `safe_text` only.
    pub body: String,
    /// How many pictures (or other files) came with it, by the carrier's word. They are never fetched.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pictures: u32,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Where it stands.
    pub delivery: Delivery,
    /// The carrier's error code, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// First name of the texter who sent it; absent for the voter and the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// True when this session's person sent it.
    #[serde(default)]
    pub mine: bool,
    /// True when its words are not the script's: a first text that was changed, a reply written by hand. Absent from servers that do not
    /// tell.
    #[serde(default, skip_serializing_if = "is_default")]
    pub off_script: bool,
}
