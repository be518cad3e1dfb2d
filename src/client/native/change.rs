//! What captains and admins ask of a running campaign.

use reqwest::Method;
use uuid::Uuid;

use super::{AdminClient, NativeServer};
use crate::api::{
    approval::ProposalState,
    campaign::CampaignView,
    canned::{CannedReplies, CannedSet},
    closing::{CloseReport, CloseRequest},
    list_change::{ListChanged, ListCorrection, ListRemoval},
    recall::{CorrectionRequest, RecallInForce, RecallInfo, RecallReport, RecallRequest, ScriptState, ScriptUpdate},
    rsvp::{EventTally, QueueChanged, QueueDone, QueueOut, QueueTally, RsvpsOut},
    segments::{FollowUp, FollowUpRequest, SaveSegment, SegmentCount, SegmentInfo},
    trial::{TrialInfo, TrialRequest},
};
use crate::client::Call;
use crate::domain::ids::{CampaignId, MessageId};

impl NativeServer {
    /// Recalls something, or with `dry_run` says what that would reach.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn recall(&self, campaign: CampaignId, request: &RecallRequest, dry_run: bool) -> Call<RecallReport> {
        let query = if dry_run { "?dry_run=true" } else { "" };
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/recalls{query}"), request).await
    }

    /// Takes something of a campaign back, and counts nothing: the answer is there as soon as it holds.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn recall_at_once(&self, campaign: CampaignId, request: &RecallRequest) -> Call<RecallReport> {
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/recalls?counted=false"), request).await
    }

    /// What a recall reaches, and in which other campaigns of the organization the same words stand. Nothing is recalled.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn recall_elsewhere(&self, campaign: CampaignId, request: &RecallRequest) -> Call<RecallReport> {
        self.wire
            .with_body(Method::POST, &format!("campaigns/{campaign}/recalls?dry_run=true&elsewhere=true"), request)
            .await
    }

    /// Every recall that is in force in a campaign of the organization.
    ///
    /// # Errors
    /// [`crate::client::CallError`]; an older server has no such path.
    pub async fn all_recalls(&self) -> Call<Vec<RecallInForce>> {
        self.wire.get("recalls").await
    }

    /// A campaign's recalls.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn recalls(&self, campaign: CampaignId) -> Call<Vec<RecallInfo>> {
        self.wire.get(&format!("campaigns/{campaign}/recalls")).await
    }

    /// Sends one text of the script to a staff phone; the same id once more is the same text.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn send_trial(&self, campaign: CampaignId, id: MessageId, request: &TrialRequest) -> Call<TrialInfo> {
        self.wire.with_body(Method::PUT, &format!("campaigns/{campaign}/trials/{id}"), request).await
    }

    /// A campaign's trials, the newest first.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn trials(&self, campaign: CampaignId) -> Call<Vec<TrialInfo>> {
        self.wire.get(&format!("campaigns/{campaign}/trials")).await
    }

    /// A campaign's events, and how many said what.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn calendar(&self, campaign: CampaignId) -> Call<Vec<EventTally>> {
        self.wire.get(&format!("campaigns/{campaign}/calendar")).await
    }

    /// A campaign's queues.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn queues(&self, campaign: CampaignId) -> Call<Vec<QueueTally>> {
        self.wire.get(&format!("campaigns/{campaign}/queues")).await
    }

    /// Says that people of a queue are done, or wait again.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn queue_done(&self, campaign: CampaignId, request: &QueueDone) -> Call<QueueChanged> {
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/queue-entries/done"), request).await
    }

    /// Lifts a recall.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn lift_recall(&self, campaign: CampaignId, recall: i64) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("campaigns/{campaign}/recalls/{recall}")).await
    }
}

impl AdminClient {
    /// A campaign's recalls, as [`NativeServer::recalls`].
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn recalls(&self, campaign: CampaignId) -> Call<Vec<RecallInfo>> {
        self.wire.get(&format!("campaigns/{campaign}/recalls")).await
    }

    /// A campaign as it stands.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn campaign(&self, campaign: CampaignId) -> Call<CampaignView> {
        self.wire.get(&format!("campaigns/{campaign}")).await
    }

    /// A page of those who said something of an event; `query` says which: `event`, `cursor`.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn rsvps_out(&self, campaign: CampaignId, query: &[(&str, String)]) -> Call<RsvpsOut> {
        self.wire.get_with(&format!("campaigns/{campaign}/rsvps"), query).await
    }

    /// A page of those in a queue; `query` says which: `queue`, `all`, `cursor`.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn queue_out(&self, campaign: CampaignId, query: &[(&str, String)]) -> Call<QueueOut> {
        self.wire.get_with(&format!("campaigns/{campaign}/queue-entries"), query).await
    }

    /// Gives a campaign the next version of its script.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn update_script(&self, campaign: CampaignId, update: &ScriptUpdate) -> Call<ScriptState> {
        self.wire.with_body(Method::PUT, &format!("campaigns/{campaign}/script"), update).await
    }

    /// What would become of it.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn try_script(&self, campaign: CampaignId, update: &ScriptUpdate) -> Call<ScriptState> {
        self.wire.with_body(Method::PUT, &format!("campaigns/{campaign}/script?dry_run=true"), update).await
    }

    /// What waits for a second approver.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn proposal(&self, campaign: CampaignId) -> Call<ProposalState> {
        self.wire.get(&format!("campaigns/{campaign}/proposal")).await
    }

    /// Puts in force what was looked at, by its hash, and nothing else.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn approve(&self, campaign: CampaignId, hash: &str) -> Call<ScriptState> {
        self.wire.empty(Method::POST, &format!("campaigns/{campaign}/proposal/approve?hash={hash}")).await
    }

    /// Puts the canned replies in force that were looked at, by their hash, and no others.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn approve_canned(&self, hash: &str) -> Call<CannedSet> {
        self.wire.empty(Method::POST, &format!("canned-replies/proposal/approve?hash={hash}")).await
    }

    /// Takes away the canned replies that wait.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn withdraw_canned(&self) -> Call<CannedReplies> {
        self.wire.empty(Method::DELETE, "canned-replies/proposal").await
    }

    /// Takes it away.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn withdraw(&self, campaign: CampaignId) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("campaigns/{campaign}/proposal")).await
    }

    /// Makes a campaign of those who got what was recalled, or goes on with it: asked again until it is finished.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn correct(&self, id: Uuid, request: &CorrectionRequest) -> Call<FollowUp> {
        self.wire.with_body(Method::PUT, &format!("corrections/{id}"), request).await
    }

    /// Makes a campaign of a segment of another one's contacts, or goes on with it: asked again until it is finished.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn follow_up(&self, id: Uuid, request: &FollowUpRequest) -> Call<FollowUp> {
        self.wire.with_body(Method::PUT, &format!("follow-ups/{id}"), request).await
    }

    /// How many of a part of a campaign's contacts are in a segment; `query`: `expression` or `segment`, `not_texted_within_days`,
    /// `cursor`.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn segment_count(&self, campaign: CampaignId, query: &[(&str, String)]) -> Call<SegmentCount> {
        self.wire.get_with(&format!("campaigns/{campaign}/results/segment"), query).await
    }

    /// The organization's saved segments, by name.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn segments(&self) -> Call<Vec<SegmentInfo>> {
        self.wire.get("segments").await
    }

    /// Saves a condition under a name.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn save_segment(&self, request: &SaveSegment) -> Call<SegmentInfo> {
        self.wire.with_body(Method::POST, "segments", request).await
    }

    /// Removes a saved segment.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn remove_segment(&self, segment: i64) -> Call<()> {
        self.wire.silent(Method::DELETE, &format!("segments/{segment}")).await
    }

    /// Takes contacts off a campaign's list.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn remove_contacts(&self, campaign: CampaignId, removal: &ListRemoval) -> Call<ListChanged> {
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/contacts/remove"), removal).await
    }

    /// Puts contacts on a campaign's list again who were taken off it.
    ///
    /// # Errors
    /// [`crate::client::CallError`]; an older server has no such path.
    pub async fn bring_back(&self, campaign: CampaignId, whom: &ListRemoval) -> Call<ListChanged> {
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/contacts/bring-back"), whom).await
    }

    /// Corrects contacts of a campaign's list.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn correct_contacts(&self, campaign: CampaignId, correction: &ListCorrection) -> Call<ListChanged> {
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/contacts/correct"), correction).await
    }

    /// Closes a campaign, or with `dry_run` says what is in the way.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn close_campaign(
        &self,
        campaign: CampaignId,
        request: &CloseRequest,
        dry_run: bool,
    ) -> Call<CloseReport> {
        let query = if dry_run { "?dry_run=true" } else { "" };
        self.wire.with_body(Method::POST, &format!("campaigns/{campaign}/close{query}"), request).await
    }

    /// Opens a closed campaign again, paused.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn reopen_campaign(&self, campaign: CampaignId) -> Call<CloseReport> {
        self.wire.empty(Method::POST, &format!("campaigns/{campaign}/reopen")).await
    }
}
