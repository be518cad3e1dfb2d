//! Questions about a campaign's events and queues. They change nothing.

use async_trait::async_trait;

use super::{command::Actor, query::Found};
use crate::api::rsvp::{EventTally, QueueOut, QueueTally, RsvpsOut};
use crate::domain::ids::CampaignId;

/// Which page is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Of this event or queue alone.
    pub only: Option<String>,
    /// After this one: what the page before gave as its `next`.
    pub after: i64,
    /// So many rows at most.
    pub limit: u32,
}

/// What can be asked. `None` for a campaign that is not the actor's to see.
#[async_trait]
pub trait Turnout {
    /// The events of a campaign's script, with how many said what.
    async fn calendar(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<EventTally>>>;
    /// A page of those who said something of an event. For admins' handles only.
    async fn rsvps_out(&self, actor: &Actor, campaign: CampaignId, part: &Part) -> Found<Option<RsvpsOut>>;
    /// The queues of a campaign, with how many are in each. For captains' handles.
    async fn queues(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<QueueTally>>>;
    /// A page of those in a queue, the done ones too with `all`. For admins' handles only.
    async fn queue_out(&self, actor: &Actor, campaign: CampaignId, part: &Part, all: bool) -> Found<Option<QueueOut>>;
}
