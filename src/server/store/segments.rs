//! Questions about segments, and about campaigns that are being made of one. They change nothing.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{command::Actor, query::Found, results::Place};
use crate::api::segments::{SegmentCount, SegmentInfo};
use crate::domain::{
    filter::Filter,
    ids::{CampaignId, ContactId},
};

/// The next part of a follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpPart {
    /// Behind this contact it begins; the part is only good while that is so.
    pub after: i64,
    /// Behind this one the next part begins.
    pub next: i64,
    /// Of whom the condition holds in between.
    pub contacts: Vec<ContactId>,
}

/// How a follow-up stands, as it is read to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpStanding {
    /// Whose contacts.
    pub source: CampaignId,
    /// The part to add; none when all are.
    pub part: Option<FollowUpPart>,
}

/// What can be asked. As with all questions, an [`Actor`] sees only the own organization. For admins' handles only.
#[async_trait]
pub trait Segments {
    /// The organization's saved segments, by name.
    async fn segments(&self, actor: &Actor) -> Found<Vec<SegmentInfo>>;
    /// The saved segment of this name.
    async fn segment(&self, actor: &Actor, name: &str) -> Found<Option<SegmentInfo>>;
    /// How many of a part of a campaign's contacts a condition holds of, and who of these may not be texted; with `texted_since` also
    /// whom any campaign has texted since then. `None` for a campaign that is not the actor's to see.
    async fn segment_count(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        filter: &Filter,
        texted_since: Option<Timestamp>,
        place: Option<Place>,
    ) -> Found<Option<SegmentCount>>;
    /// Where a follow-up goes on; `None` when nobody has begun it.
    async fn follow_up(&self, actor: &Actor, id: Uuid) -> Found<Option<FollowUpStanding>>;
}
