//! Questions about how long things are kept: what is in the way of closing a campaign, what is removed when, what is held of one
//! person. They change nothing.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{command::Actor, query::Found};
use crate::api::{
    closing::{CloseReport, CloseRequest},
    keeping::{HoldInfo, PersonOut, PersonPlace, RetentionRun, RetentionState},
    problem::Problem,
};
use crate::domain::{ids::CampaignId, phone::Phone};

/// What can be asked. `None` for a campaign that is not the actor's to see. For admins' handles only.
#[async_trait]
pub trait Keeping {
    /// What closing a campaign this way would do, or a refusal where the owner is none.
    async fn closing(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        request: &CloseRequest,
        now: Timestamp,
    ) -> Found<Option<Result<CloseReport, Box<Problem>>>>;
    /// How long words are kept, and the last removal.
    async fn retention(&self, actor: &Actor) -> Found<RetentionState>;
    /// What a removal at `now` would come to.
    async fn retention_due(&self, actor: &Actor, now: Timestamp) -> Found<RetentionRun>;
    /// Legal holds, lifted ones too.
    async fn holds(&self, actor: &Actor) -> Found<Vec<HoldInfo>>;
    /// All that is held about a number.
    async fn person_out(&self, actor: &Actor, phone: &Phone, now: Timestamp) -> Found<PersonOut>;
    /// A part of it, as much as is quickly found: the next one begins at [`PersonOut::next`].
    async fn person_part(
        &self,
        actor: &Actor,
        phone: &Phone,
        now: Timestamp,
        from: Option<&PersonPlace>,
    ) -> Found<PersonOut>;
}
