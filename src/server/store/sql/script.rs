//! A running campaign's next script.

use super::{
    closing::IMPORTING,
    import::def_faults,
    rows::{self, signed, to_json},
    tx::Tx,
};
use crate::api::{
    campaign::CampaignState,
    problem::{Code, Problem},
    recall::ScriptState,
};
use crate::db;
use crate::domain::{campaign::CampaignDef, ids::CampaignId, recall::Recall};
use crate::server::store::{
    StoreError,
    change::{Change, Changed},
    command::{Actor, Answer},
};

/// How a script comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Somebody asks for it.
    Asked,
    /// Somebody else has approved it.
    Approved,
    /// Somebody wants to know what would become of it.
    DryRun,
}

/// A refusal.
pub(super) fn refused(code: Code, detail: impl Into<String>) -> Result<Answer, StoreError> {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

impl Tx<'_> {
    pub(super) async fn change(
        &mut self,
        actor: &Actor,
        campaign: CampaignId,
        change: Change,
    ) -> Result<Answer, StoreError> {
        if let Change::Segment(change) = change {
            return self.change_segment(actor, change).await;
        }
        let Some(found) = self.campaign_of(actor, campaign.0).await? else {
            return refused(Code::NotFound, "no such campaign for you");
        };
        // One that was begun by mistake can be closed; a recall holds from its first minute on.
        let may = matches!(change, Change::Close { .. } | Change::Recall { .. });
        if found.state == CampaignState::Importing && !may {
            return refused(Code::Invalid, IMPORTING);
        }
        match change {
            Change::Script { def, dry_run } => {
                let way = if dry_run { Way::DryRun } else { Way::Asked };
                self.update_script(actor, &found, *def, way).await
            }
            Change::Approve { seen } => self.approve(actor, &found, &seen).await,
            Change::Withdraw => self.withdraw(actor, &found).await,
            Change::Recall { what, reason, everywhere } => {
                self.recall(actor, &found, (what, everywhere), &reason).await
            }
            Change::Trial { id, request } => self.put_trial(actor, &found, id, &request).await,
            Change::LiftRecall { recall } => self.lift_recall(actor, &found, recall).await,
            Change::Correction { id, request } => self.correction(actor, &found, id, &request).await,
            Change::Segment(change) => self.change_segment(actor, change).await,
            Change::FollowUp { id, request, expression } => {
                self.follow_up(actor, &found, (id, &request, expression.as_deref())).await
            }
            Change::FollowUpPart { id, part } => self.follow_up_part(actor, &found, (id, &part)).await,
            Change::Remove { contacts, dry_run } => self.remove_contacts(actor, &found, &contacts, dry_run).await,
            Change::BringBack { contacts, dry_run } => self.bring_back(actor, &found, &contacts, dry_run).await,
            Change::Correct { contacts, dry_run } => self.correct_contacts(actor, &found, contacts, dry_run).await,
            Change::Close { request } => self.close_campaign(actor, &found, &request).await,
            Change::CountDoubts { request } => self.count_doubts(actor, &found, &request).await,
            Change::Reopen => self.reopen_campaign(actor, &found).await,
            Change::QueueDone { request } => self.queue_done(actor, &found, &request).await,
        }
    }

    /// What is confirmed under an older version still goes out: somebody saw it and meant it. What must not is recalled.
    pub(super) async fn update_script(
        &mut self,
        actor: &Actor,
        campaign: &super::tx::Campaign,
        def: CampaignDef,
        way: Way,
    ) -> Result<Answer, StoreError> {
        let def = self.with_shared(campaign.organization, def).await?;
        let mut faults = def_faults(&def);
        faults.extend(self.lost_events(campaign.id, &def).await?);
        if !faults.is_empty() {
            let mut problem = Problem::new(Code::Invalid, "the campaign has faults");
            problem.faults = faults;
            return Ok(Answer::Refused(Box::new(problem)));
        }
        if (&def.hours, &def.purpose, &def.jurisdiction)
            != (&campaign.def.hours, &campaign.def.purpose, &campaign.def.jurisdiction)
        {
            // In which hours each contact is was settled when the list came in.
            let detail = "hours, purpose and jurisdiction of a running campaign stay as they are: leave them, or make another campaign";
            return refused(Code::Invalid, detail);
        }
        let same = def == campaign.def;
        let approved = way == Way::Approved;
        if way == Way::DryRun {
            let to_begin = self.waits_to_begin(campaign.id).await?;
            let still = campaign.recalls.iter().filter(|recall| recall.is_unchanged_in(&def));
            return Ok(Answer::Changed(Changed::Script(ScriptState {
                campaign: CampaignId(campaign.id),
                script_version: u32::try_from(campaign.script_version).unwrap_or(u32::MAX),
                changed: !same,
                proposed: !same && (campaign.def.second_approver || to_begin),
                begun: false,
                still_recalled: still.map(|recall| recall.id).collect(),
            })));
        }
        if !same && let Some(refusal) = self.too_new(&def, false).await? {
            return Ok(refusal);
        }
        // Nobody was handed anything of a campaign that waits to begin: what it says is changed, and waits as it is now.
        let to_begin = !same && !approved && self.waits_to_begin(campaign.id).await?;
        if !same && campaign.def.second_approver && !approved && !to_begin {
            self.propose(actor, campaign, &def).await?;
            return Ok(Answer::Changed(Changed::Script(ScriptState {
                campaign: CampaignId(campaign.id),
                script_version: u32::try_from(campaign.script_version).unwrap_or(u32::MAX),
                changed: false,
                proposed: true,
                begun: false,
                still_recalled: Vec::new(),
            })));
        }
        let version = if same { campaign.script_version } else { campaign.script_version + 1 };
        let still = match same {
            true => campaign.recalls.iter().filter(|recall| recall.is_unchanged_in(&def)).cloned().collect(),
            false => self.next_version(campaign, &def).await?,
        };
        let state = ScriptState {
            campaign: CampaignId(campaign.id),
            script_version: u32::try_from(version).unwrap_or(u32::MAX),
            changed: !same,
            proposed: to_begin,
            begun: false,
            still_recalled: still.iter().map(|recall: &Recall| recall.id).collect(),
        };
        if same {
            return Ok(Answer::Changed(Changed::Script(state)));
        }
        let text = to_json(&def)?;
        let hash = blake3::hash(text.as_bytes()).to_hex();
        self.audit(
            Some(actor),
            "script_changed",
            format!("campaign {}", campaign.id),
            format!("version {version}, definition {hash}"),
        );
        if to_begin && let Some(changed) = self.campaign(campaign.id).await? {
            self.propose_to_begin(actor, &changed, &def).await?;
        }
        Ok(Answer::Changed(Changed::Script(state)))
    }
}

/// A version of a campaign's script.
pub(super) async fn script_of(
    conn: &mut db::Conn,
    campaign: i64,
    version: u32,
) -> Result<Option<CampaignDef>, StoreError> {
    let row = db::query("SELECT def FROM scripts WHERE campaign = $1 AND version = $2")
        .bind(campaign)
        .bind(signed(u64::from(version)))
        .fetch_optional(conn)
        .await?;
    row.map(|row| rows::json(&rows::col::<String>(&row, 0)?)).transpose()
}
