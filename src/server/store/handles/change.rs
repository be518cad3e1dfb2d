//! The verbs that change a running campaign.

use uuid::Uuid;

use super::{Admin, Answered, Captain, Desk};
use crate::api::closing::{CloseReport, CloseRequest};
use crate::api::list_change::{ContactChange, ContactKey};
use crate::api::recall::CorrectionRequest;
use crate::api::rsvp::QueueDone;
use crate::api::trial::TrialRequest;
use crate::domain::{
    campaign::{CampaignDef, CannedReply},
    ids::{CampaignId, MessageId},
    recall::Recalled,
};
use crate::server::store::{
    change::{CannedChange, Change, Changed},
    command::{Answer, CommandKind},
};

impl Captain {
    /// Takes something of a campaign back: [`crate::server::store::change::Changed::Recalled`]. It holds from this commit on.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn recall(&self, desk: &Desk, campaign: CampaignId, what: Recalled, reason: String) -> Answered {
        let change = Box::new(Change::Recall { what, reason, everywhere: false });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// As [`Self::recall`]; it holds in campaigns that are made later too.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn recall_for_good(&self, desk: &Desk, campaign: CampaignId, what: Recalled, reason: String) -> Answered {
        let change = Box::new(Change::Recall { what, reason, everywhere: true });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Sends one text of the script to a staff phone: [`crate::server::store::change::Changed::Trial`]. The same id twice is one text.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn send_trial(
        &self,
        desk: &Desk,
        campaign: CampaignId,
        id: MessageId,
        request: TrialRequest,
    ) -> Answered {
        let change = Box::new(Change::Trial { id: id.0, request: Box::new(request) });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Says that people of a queue are done, or wait again: [`crate::server::store::change::Changed::Queue`]. Twice is once.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn queue_done(&self, desk: &Desk, campaign: CampaignId, request: QueueDone) -> Answered {
        let change = Box::new(Change::QueueDone { request });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Lifts a recall: [`crate::server::store::command::Answer::Done`]. Refused with `unsettled` while a text from before it may still
    /// go out by itself: [`super::System::clear_recall_for`] comes first.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn lift_recall(&self, desk: &Desk, campaign: CampaignId, recall: i64) -> Answered {
        let change = Box::new(Change::LiftRecall { recall });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }
}

impl Admin {
    /// Puts in force what somebody else has proposed, a version of the script or a campaign that is to begin:
    /// [`crate::server::store::change::Changed::Script`]. `seen`: the hash of what was looked at; nothing else
    /// is approved.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn approve_script(&self, desk: &Desk, campaign: CampaignId, seen: String) -> Answered {
        let change = Box::new(Change::Approve { seen });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Takes away what waits for approval: [`crate::server::store::command::Answer::Done`]. Twice is once.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn withdraw_script(&self, desk: &Desk, campaign: CampaignId) -> Answered {
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change: Box::new(Change::Withdraw) }).await
    }

    /// Sets the canned replies that every campaign of the organization has: [`crate::server::store::command::Answer::Canned`]. Twice is
    /// once.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn set_canned(&self, desk: &Desk, replies: Vec<CannedReply>) -> Answered {
        self.canned(desk, CannedChange::Set(replies)).await
    }

    /// Puts in force the canned replies that somebody else has proposed: [`crate::server::store::command::Answer::Canned`]. `seen` as in
    /// [`Admin::approve_script`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn approve_canned(&self, desk: &Desk, seen: String) -> Answered {
        self.canned(desk, CannedChange::Approve { seen }).await
    }

    /// Takes away the canned replies that wait for approval: [`crate::server::store::command::Answer::Done`]. Twice is once.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn withdraw_canned(&self, desk: &Desk) -> Answered {
        self.canned(desk, CannedChange::Withdraw).await
    }

    async fn canned(&self, desk: &Desk, change: CannedChange) -> Answered {
        desk.run(CommandKind::Canned { actor: self.0.clone(), change }).await
    }

    /// Gives a campaign the next version of its script: [`crate::server::store::change::Changed::Script`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn update_script(&self, desk: &Desk, campaign: CampaignId, def: CampaignDef) -> Answered {
        let change = Box::new(Change::Script { def: Box::new(def), dry_run: false });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Says what [`Admin::update_script`] would say, refusals too, and changes nothing.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn try_script(&self, desk: &Desk, campaign: CampaignId, def: CampaignDef) -> Answered {
        let change = Box::new(Change::Script { def: Box::new(def), dry_run: true });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Begins a campaign of those who got what was recalled, whoever of them may be texted, or finds it:
    /// [`crate::server::store::change::Changed::FollowUp`]. The same id twice makes one. It is gone on with part by part
    /// ([`Admin::follow_up_part`]).
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn correction(&self, desk: &Desk, id: Uuid, request: CorrectionRequest) -> Answered {
        let campaign = request.campaign;
        let change = Box::new(Change::Correction { id, request: Box::new(request) });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Takes contacts off a campaign's list, or with `dry_run` says what that would do: [`crate::server::store::change::Changed::List`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn remove_contacts(
        &self,
        desk: &Desk,
        campaign: CampaignId,
        contacts: Vec<ContactKey>,
        dry_run: bool,
    ) -> Answered {
        let change = Box::new(Change::Remove { contacts, dry_run });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Brings contacts back that were taken off a campaign's list, or with `dry_run` says whom:
    /// [`crate::server::store::change::Changed::List`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn bring_back(
        &self,
        desk: &Desk,
        campaign: CampaignId,
        contacts: Vec<ContactKey>,
        dry_run: bool,
    ) -> Answered {
        let change = Box::new(Change::BringBack { contacts, dry_run });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Corrects contacts of a campaign's list, or with `dry_run` says what that would do: [`crate::server::store::change::Changed::List`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn correct_contacts(
        &self,
        desk: &Desk,
        campaign: CampaignId,
        contacts: Vec<ContactChange>,
        dry_run: bool,
    ) -> Answered {
        let change = Box::new(Change::Correct { contacts, dry_run });
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change }).await
    }

    /// Closes a campaign: [`crate::server::store::change::Changed::Closed`], or refused while something is in the way.
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn close_campaign(&self, desk: &Desk, campaign: CampaignId, request: CloseRequest) -> Answered {
        let run = async |change| {
            let (actor, change) = (self.0.clone(), Box::new(change));
            desk.run(CommandKind::Change { actor, campaign, change }).await
        };
        // Many of them are no single commit: others' commits would wait for all.
        let (mut counted, mut more) = (0, request.doubts_are_opt_outs);
        while more {
            match run(Change::CountDoubts { request: request.clone() }).await? {
                Answer::Changed(Changed::Doubts(many, rest)) => {
                    counted += many;
                    more = rest;
                }
                other => return Ok(other),
            }
        }
        Ok(match run(Change::Close { request }).await? {
            Answer::Changed(Changed::Closed(report)) => {
                Answer::Changed(Changed::Closed(CloseReport { opted_out: report.opted_out + counted, ..report }))
            }
            other => other,
        })
    }

    /// Opens a closed campaign again, paused: [`crate::server::store::change::Changed::Closed`].
    ///
    /// # Errors
    /// As [`super::Texter::send`].
    pub async fn reopen_campaign(&self, desk: &Desk, campaign: CampaignId) -> Answered {
        desk.run(CommandKind::Change { actor: self.0.clone(), campaign, change: Box::new(Change::Reopen) }).await
    }
}
