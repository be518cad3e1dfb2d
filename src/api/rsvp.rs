//! Events of a campaign and the queues that answers of its survey fill.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    ids::ContactId,
    rsvp::{CampaignEvent, QueueResult, RsvpResult},
};

/// Most contacts in one request.
pub const MAX_DONE: usize = 1_000;

/// An event, and how many people said what. Who was taken off the list is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventTally {
    /// The event.
    #[serde(flatten)]
    pub event: CampaignEvent,
    /// How many people come and have a place; an answer may be for several.
    pub yes: u64,
    /// How many would come when there were more places.
    pub waiting: u64,
    /// How many perhaps come.
    pub maybe: u64,
    /// How many do not.
    pub no: u64,
}

/// Some of the people who said something of an event, in the order in which it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RsvpsOut {
    /// The people.
    pub rsvps: Vec<RsvpResult>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A queue, and how many are in it. Who was taken off the list is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueTally {
    /// Its name.
    pub queue: String,
    /// How many wait.
    pub open: u64,
    /// How many are done.
    pub done: u64,
    /// Since when the first of them waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub open_since: Option<Timestamp>,
}

/// Some of the people in a queue, in the order in which it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueOut {
    /// The people.
    pub entries: Vec<QueueResult>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Says that people of a queue are done. Twice is once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueDone {
    /// The queue's name.
    pub queue: String,
    /// Whose, at most 1,000.
    #[schema(max_items = 1000)]
    pub contacts: Vec<ContactId>,
    /// It was a mistake: they wait again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
}

/// What became of that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueChanged {
    /// How many changed.
    pub changed: u64,
    /// How many were so already.
    pub already: u64,
    /// Contacts that are not in the queue.
    #[serde(default)]
    pub not_found: Vec<ContactId>,
}
