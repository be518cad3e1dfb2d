//! Questions about how long things are kept: what is in the way of closing a campaign. They change nothing.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{command::Actor, query::Found};
use crate::api::{
    closing::{CloseReport, CloseRequest},
    problem::Problem,
};
use crate::domain::ids::CampaignId;

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
}
