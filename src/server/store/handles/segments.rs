//! The verbs about segments, and about campaigns made of one.

use uuid::Uuid;

use super::{Admin, Answered, Desk};
use crate::api::segments::{FollowUpRequest, SaveSegment};
use crate::domain::ids::CampaignId;
use crate::server::store::{
    change::{Change, SegmentChange},
    command::CommandKind,
    segments::FollowUpPart,
};

/// No campaign has this number.
const OF_NONE: CampaignId = CampaignId(0);

impl Admin {
    /// Saves a condition under a name: [`crate::server::store::change::Changed::Segment`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn save_segment(&self, desk: &Desk, request: SaveSegment) -> Answered {
        let campaign = request.campaign.unwrap_or(OF_NONE);
        let change = Box::new(Change::Segment(SegmentChange::Save(Box::new(request))));
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Removes a saved segment: [`crate::server::store::command::Answer::Done`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn remove_segment(&self, desk: &Desk, segment: i64) -> Answered {
        let change = Box::new(Change::Segment(SegmentChange::Remove(segment)));
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign: OF_NONE, change }).await
    }

    /// Begins a follow-up, or finds it: [`crate::server::store::change::Changed::FollowUp`]. Without an expression it is only found.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn follow_up(
        &self,
        desk: &Desk,
        id: Uuid,
        request: FollowUpRequest,
        expression: Option<String>,
    ) -> Answered {
        let campaign = request.campaign;
        let change = Box::new(Change::FollowUp { id, request: Box::new(request), expression });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Adds a part to a follow-up of contacts of `of`, once: [`crate::server::store::change::Changed::FollowUp`]. With the last one
    /// the campaign is there.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn follow_up_part(&self, desk: &Desk, of: CampaignId, id: Uuid, part: FollowUpPart) -> Answered {
        let change = Box::new(Change::FollowUpPart { id, part });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign: of, change }).await
    }
}
