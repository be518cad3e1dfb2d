//! What a captain watches.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign::CampaignState;
use crate::domain::{
    ids::{CampaignId, ContactId, MessageId, PersonId},
    message::{Delivery, MessageKind},
    stats::Counts,
};

/// One campaign at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// Which.
    pub campaign: CampaignId,
    /// Name.
    pub title: String,
    /// Running or paused.
    pub state: CampaignState,
    /// The counts.
    pub counts: Counts,
    /// Since when the voter who waits longest has waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub oldest_wait: Option<Timestamp>,
    /// Carrier calls under way now.
    pub in_flight: u64,
    /// Texts whose outcome at the carrier is not known yet; the ones that wait for a captain are `counts.held`.
    #[serde(default)]
    pub unknown: u64,
    /// People in the waiting room.
    #[serde(default, skip_serializing_if = "is_nobody")]
    pub waiting_room: u64,
    /// What the carrier lets through, and what is left of it; absent where nothing is bounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gauge: Option<Box<Gauge>>,
    /// Whom another campaign has texted lately, so that the frequency cap holds them back; absent: nobody that is known of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lately: Option<Box<HeldLately>>,
    /// Contacts whom nobody has yet, by texting hours at `at`; absent where it was not counted: the feed's boards tell it not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Box<ByHours>>,
    /// Recalls in force.
    #[serde(default, skip_serializing_if = "is_nobody")]
    pub recalls: u64,
    /// Since when the newest of them holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recalled_at: Option<Timestamp>,
    /// Of a campaign that asks for money: the states (`US`: all) whose hours it keeps are wider than those in the data of the server's
    /// program, as it took them from an older program, or its counsel chose so. `campaign update` with its file gives it those of today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours_behind: Vec<String>,
    /// Per texter, by name.
    pub texters: Vec<TexterLine>,
    /// When this was counted.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Event number at which this was read.
    pub seq: u64,
    /// Only of a server of another make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<Box<Foreign>>,
}

/// What a server of another make (Spoke) tells besides, and what it does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Foreign {
    /// Texts that went out, replies too.
    #[serde(default)]
    pub texts_out: Option<u64>,
    /// Texts that voters wrote.
    #[serde(default)]
    pub texts_in: Option<u64>,
    /// What the carrier said of texts that failed.
    #[serde(default)]
    pub errors: Vec<CarrierError>,
    /// Figures of the board that it does not tell, by name (`counts.held`): they stand at 0 here and mean nothing.
    #[serde(default)]
    pub untold: Vec<String>,
}

/// How often the carrier said this of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CarrierError {
    /// Its code (`30003`).
    pub code: String,
    /// How often.
    pub count: u64,
    /// What it means; empty where nobody says.
    #[serde(default)]
    pub description: String,
}

impl Board {
    /// True when the server tells this figure (`counts.held`).
    #[must_use]
    pub fn tells(&self, figure: &str) -> bool {
        self.foreign.as_ref().is_none_or(|foreign| !foreign.untold.iter().any(|untold| untold == figure))
    }
}

/// Contacts without a first text whom nobody has yet, by when they may be texted: their hours, and when the campaign begins and ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ByHours {
    /// Contacts who may be texted now.
    pub open: u64,
    /// Contacts who are held until later.
    pub held: u64,
    /// When the first of them may be texted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Contacts whose hours never come, or not before the campaign ends.
    pub never: u64,
}

/// Contacts without a first text whom the campaign's frequency cap holds back. They are found when texters ask for contacts: there may be
/// more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldLately {
    /// How many.
    pub contacts: u64,
    /// When the first of them may be texted.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// What the carrier lets through, of the whole organization, and what is left of it. All figures but `queued` are segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gauge {
    /// How the sender is registered with the carriers (`low-volume`); empty for figures of its own.
    pub registration: String,
    /// Handed to the carrier in the last minute.
    pub last_minute: u64,
    /// What it takes in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u64>,
    /// What it takes in a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Today>,
    /// Texts that wait for their turn.
    pub queued: u64,
    /// Their segments, about.
    pub queued_segments: u64,
    /// How long those will take that do not wait in a paused campaign, in minutes, a day's cap aside.
    pub drain_minutes: u64,
    /// First texts are handed out again then; absent while they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub initials_open_at: Option<Timestamp>,
    /// Nothing at all is handed to the carrier before then, replies and notices neither: the day's cap is used up. What waits goes then, or
    /// comes back when texting hours end before. Absent while something goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub nothing_goes_before: Option<Timestamp>,
    /// Why no first texts are handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<StoppedBy>,
}

/// A day's cap: it ends at midnight Pacific time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Today {
    /// All of it.
    pub cap: u64,
    /// Handed to the carrier.
    pub used: u64,
    /// Queued, or handed out to texters and not confirmed yet.
    pub reserved: u64,
    /// Still kept for replies and opt-out notices: no first text gets it.
    pub kept: u64,
    /// Left for further first texts.
    pub left: u64,
    /// When the day ends.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
}

/// Why no first texts are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoppedBy {
    /// The day's cap.
    DayCap,
    /// What is queued takes too long already.
    Queue,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nobody(many: &u64) -> bool {
    *many == 0
}

/// A text whose outcome at the carrier nobody knows. It is never sent again by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldText {
    /// Which.
    pub message: MessageId,
    /// To whom.
    pub contact: ContactId,
    /// Their first name.
    pub first_name: String,
    /// First name of who confirmed it; absent for the system's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<String>,
    /// What it is for.
    pub kind: MessageKind,
    /// The text.
    pub body: String,
    /// When the server took it.
    #[schema(value_type = String, format = DateTime)]
    pub confirmed_at: Timestamp,
    /// When the last call to the carrier began.
    #[schema(value_type = String, format = DateTime)]
    pub tried_at: Timestamp,
    /// Calls made for it.
    pub attempts: u64,
    /// True when the carrier's own list does not hold it, and is known to hold all: it did not arrive.
    pub safe_to_send_again: bool,
    /// `held`: a captain decides; `unknown`: the answer may still come in by itself.
    pub delivery: Delivery,
    /// True when the person has opted out meanwhile: sent again, it would be dropped.
    pub opted_out: bool,
}

/// A conversation that a texter flagged to the captains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flagged {
    /// Which.
    pub contact: ContactId,
    /// The voter's first name.
    pub first_name: String,
    /// In whose hands it is; absent: in nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texter: Option<String>,
    /// What was asked last; empty: a flag alone.
    #[serde(default)]
    pub question: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub asked_at: Option<Timestamp>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// Start of the latest message.
    #[serde(default)]
    pub preview: String,
}

/// One texter on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TexterLine {
    /// Who.
    pub person: PersonId,
    /// First name; the second of the same name is "Ann (2)".
    pub name: String,
    /// They have been through the practice.
    #[serde(default)]
    pub practised: bool,
    /// No sign-in of theirs is left: they hold nothing and get nothing.
    #[serde(default)]
    pub signed_out: bool,
    /// Contacts in hand.
    pub assigned: u64,
    /// Of these without a first text.
    pub unsent: u64,
    /// Texts accepted from this texter in this campaign.
    pub sent: u64,
    /// Replies in hand that wait.
    pub waiting: u64,
    /// Texts accepted in the last ten minutes.
    pub last_ten_minutes: u64,
    /// When last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
}
