//! Slices, leases and the contacts in them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    conversation::{OptOut, Status},
    ids::{CampaignId, ContactId},
    zone::Zones,
};

/// Asks for a slice. The claim's id in the path makes it idempotent: asked twice, granted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimRequest {
    /// How many at most; 0 = the campaign's slice size.
    #[serde(default)]
    pub want: u32,
    /// Languages that this texter answers in (`en`, `es`): who waits for one of them is handed out to them first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speaks: Vec<String>,
}

/// A slice, leased. A refusal is a problem with a reason, never an empty slice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SliceGrant {
    /// The contacts, in the order to text them.
    pub contacts: Vec<ContactSummary>,
    /// Until when they are this texter's unless renewed by presence.
    #[schema(value_type = String, format = DateTime)]
    pub lease_until: Timestamp,
    /// Contacts of this campaign held back now because it is outside hours where they are, or because another campaign
    /// has texted them lately.
    pub held_back: u64,
}

/// A contact in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactSummary {
    /// Which.
    pub id: ContactId,
    /// In which campaign.
    pub campaign: CampaignId,
    /// First name, safe to show.
    pub first_name: String,
    /// Where the conversation stands.
    pub status: Status,
    /// Whether texts are allowed.
    pub opt_out: OptOut,
    /// Fencing number of the lease; goes up each time the contact changes hands.
    pub epoch: u32,
    /// Since when the voter waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<Timestamp>,
    /// Start of the latest message, safe to show.
    #[serde(default)]
    pub preview: String,
    /// Number of the latest message in the thread (0 = none).
    #[serde(default)]
    pub last_seq: u64,
    /// Number of the latest message that is inbound or another texter's: what a reply's `after_seq` is held against.
    #[serde(default)]
    pub foreign_seq: u64,
    /// When anything last happened.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Tags set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Put aside by its texter until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub snoozed_until: Option<Timestamp>,
}

impl ContactSummary {
    /// True for who was skipped, marked as a wrong number or opted out before anything was said.
    #[must_use]
    pub fn is_passed_over(&self) -> bool {
        match self.status {
            Status::Closed => self.last_seq == 0,
            Status::NeedsMessage => matches!(self.opt_out, OptOut::Yes { .. }),
            _ => false,
        }
    }
}

/// A page of everything in my hands. All ids come; bodies are asked for as needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssignmentPage {
    /// By id.
    pub contacts: Vec<ContactSummary>,
    /// Opaque; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Event number at which this was read.
    pub seq: u64,
    /// Until when the leases run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lease_until: Option<Timestamp>,
    /// First texts accepted from me in this campaign.
    #[serde(default)]
    pub sent: u64,
}

/// A contact with all that its texter may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// The line of the list.
    pub summary: ContactSummary,
    /// Fields for merging and showing: the ones the script uses and the ones the campaign shows. Keys as in the list
    /// (`firstName`, `lastName`, `zip`, columns). The number is `phone`, only when the campaign shows it; `lastDigits` is its end,
    /// when the campaign shows that.
    pub fields: BTreeMap<String, String>,
    /// Which of `fields` the texter may read as such.
    pub visible: Vec<String>,
    /// Where the person may be.
    pub zones: Zones,
    /// Language, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Name of the initial variant drawn for this contact (stable per contact).
    pub variant: String,
    /// Answers recorded so far, by question id.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// Tags set.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Notes by texters.
    #[serde(default)]
    pub note: String,
    /// True when someone marked the number as wrong.
    #[serde(default)]
    pub wrong_number: bool,
}

/// Who has now what was in my hands before: counts, and of no contact more than that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Whereabouts {
    /// Others who have some of it, who has most first.
    pub others: Vec<NowWith>,
    /// What nobody has, and whoever asks for contacts gets.
    pub pool: u64,
}

/// Somebody who has contacts that I had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NowWith {
    /// Their first name, as texters read it.
    pub who: String,
    /// How many of mine they have.
    pub contacts: u64,
}
