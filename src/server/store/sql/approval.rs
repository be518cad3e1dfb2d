//! What waits for a second approver, where the campaign asks for one: new versions of a script, one at a time (a newer takes the place of
//! an older), and corrections, which are made and do not begin before that. Who changes what waits has proposed it from then on.

use jiff::{SignedDuration, Timestamp};

use super::{
    rows::{self, col, json, time, to_json},
    script::{Way, refused},
    tx::{Campaign, Tx},
};
use crate::api::{
    approval::Proposal,
    campaign::CampaignState,
    problem::{Code, Problem},
    recall::ScriptState,
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, PersonId},
    recall::repeated_in,
};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
    query::Found,
};

/// So long a proposal can be approved: facts of date and place do not keep.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);

/// Characters of a hash that somebody has to copy.
const HASH: usize = 16;

/// What waits for a campaign, expired or not.
pub(super) async fn waiting(conn: &mut Conn, campaign: i64) -> Found<Option<Proposal>> {
    let row = db::query(
        "SELECT r.def, r.version, r.person, p.name, p.namesake, r.at, r.begins FROM proposals r JOIN people p ON p.id = r.person
         WHERE r.campaign = $1",
    )
    .bind(campaign)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (at, stored): (_, String) = (time(col(&row, 5)?)?, col(&row, 0)?);
    Ok(Some(Proposal {
        def: json(&stored)?,
        hash: hash_of(&stored),
        version: u32::try_from(col::<i64>(&row, 1)?).unwrap_or(u32::MAX),
        person: PersonId(col(&row, 2)?),
        who: rows::told_apart(col(&row, 3)?, col(&row, 4)?),
        at,
        expires_at: expires(at),
        begins: col::<i64>(&row, 6)? != 0,
    }))
}

/// Until when it can be approved.
pub(super) fn expires(at: Timestamp) -> Timestamp {
    at.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX)
}

/// By what one knows again what was looked at: of its words alone, so that the same once more is the same.
pub(super) fn hash_of(stored: &str) -> String {
    blake3::hash(stored.as_bytes()).to_hex().chars().take(HASH).collect()
}

/// Why something that waits since `at` is not approved now by this person; `seen` is the hash of what was looked at.
pub(super) fn unfit(
    (person, at, hash): (PersonId, Timestamp, &str),
    seen: &str,
    actor: &Actor,
    now: Timestamp,
) -> Option<Problem> {
    if seen != hash {
        let detail = "something else waits now than what you have looked at: look at it again (--show)";
        return Some(Problem::new(Code::Invalid, detail));
    }
    if now >= expires(at) {
        let detail = "what waited for approval is older than three days: propose it again";
        return Some(Problem::new(Code::Invalid, detail));
    }
    (person == actor.person)
        .then(|| Problem::new(Code::Forbidden, "you have proposed it yourself: another admin approves it"))
}

impl Tx<'_> {
    /// Keeps a new version until somebody else has approved it.
    pub(super) async fn propose(&mut self, actor: &Actor, campaign: &Campaign, def: &CampaignDef) -> Found<()> {
        let hash = self.put_proposal(actor, campaign, def, false).await?;
        self.audit(
            Some(actor),
            "script_proposed",
            format!("campaign {}", campaign.id),
            format!("over version {}, definition {hash}", campaign.script_version),
        );
        Ok(())
    }

    /// Lets a campaign that was made wait until somebody else has approved it: by its definition as it is now.
    pub(super) async fn propose_to_begin(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        def: &CampaignDef,
    ) -> Found<()> {
        let hash = self.put_proposal(actor, campaign, def, true).await?;
        let subject = format!("campaign {}", campaign.id);
        self.audit(Some(actor), "campaign_proposed", subject, format!("definition {hash}"));
        Ok(())
    }

    async fn put_proposal(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        def: &CampaignDef,
        begins: bool,
    ) -> Found<String> {
        let text = to_json(def)?;
        db::query(
            "INSERT INTO proposals (campaign, def, version, at, person, begins) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (campaign) DO UPDATE SET def = excluded.def, version = excluded.version, at = excluded.at,
                 person = excluded.person, begins = excluded.begins",
        )
        .bind(campaign.id)
        .bind(text.as_str())
        .bind(campaign.script_version)
        .bind(self.micros())
        .bind(actor.person.0)
        .bind(i64::from(begins))
        .execute(&mut *self.conn)
        .await?;
        Ok(blake3::hash(text.as_bytes()).to_hex().to_string())
    }

    /// True when a campaign does not begin before somebody else has approved it.
    pub(super) async fn waits_to_begin(&mut self, campaign: i64) -> Found<bool> {
        let row = db::query("SELECT 1 FROM proposals WHERE campaign = $1 AND begins <> 0")
            .bind(campaign)
            .fetch_optional(&mut *self.conn)
            .await?;
        Ok(row.is_some())
    }

    /// Puts in force what somebody else has proposed.
    pub(super) async fn approve(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        seen: &str,
    ) -> Result<Answer, StoreError> {
        let Some(found) = waiting(self.conn, campaign.id).await? else {
            return refused(Code::Invalid, "nothing of this campaign waits for approval");
        };
        if let Some(problem) = unfit((found.person, found.at, &found.hash), seen, actor, self.now) {
            return Ok(Answer::Refused(Box::new(problem)));
        }
        if found.begins {
            return self.approve_to_begin(actor, campaign, &found).await;
        }
        let answer = self.update_script(actor, campaign, found.def.clone(), Way::Approved).await?;
        if let Answer::Changed(_) = &answer {
            self.forget_proposal(campaign.id).await?;
            self.approved(actor, campaign, &found, "script_approved");
        }
        Ok(answer)
    }

    async fn approve_to_begin(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        found: &Proposal,
    ) -> Result<Answer, StoreError> {
        if campaign.state != CampaignState::Paused {
            return refused(Code::Closed, "the campaign was closed before it began: an admin opens it again first");
        }
        self.forget_proposal(campaign.id).await?;
        let row = db::query("SELECT paused, source FROM follow_ups WHERE campaign = $1")
            .bind(campaign.id)
            .fetch_optional(&mut *self.conn)
            .await?;
        let (mut stays, mut still) = (false, repeated_in(&campaign.def, &campaign.recalls));
        if let Some(row) = row {
            stays = col::<i64>(&row, 0)? != 0;
            // What was recalled where its people come from, while it was made or waited.
            if let Some(source) = self.campaign(col(&row, 1)?).await? {
                still.extend(repeated_in(&campaign.def, &source.recalls));
            }
        }
        still.sort_unstable();
        still.dedup();
        // Nobody says to anybody what was taken back: whoever approved it looks at it once more, and lets texters begin.
        stays |= !still.is_empty();
        if !stays && let Err(problem) = self.turn(campaign, CampaignState::Paused, CampaignState::Running).await? {
            return Ok(Answer::Refused(Box::new(problem)));
        }
        self.approved(actor, campaign, found, "campaign_approved");
        Ok(Answer::Changed(Changed::Script(ScriptState {
            campaign: CampaignId(campaign.id),
            script_version: u32::try_from(campaign.script_version).unwrap_or(u32::MAX),
            changed: false,
            proposed: false,
            begun: true,
            still_recalled: still,
        })))
    }

    fn approved(&mut self, actor: &Actor, campaign: &Campaign, found: &Proposal, word: &'static str) {
        let subject = format!("campaign {}", campaign.id);
        self.audit(Some(actor), word, subject, format!("proposed by person {}", found.person));
    }

    /// Takes away what waits; twice is once.
    pub(super) async fn withdraw(&mut self, actor: &Actor, campaign: &Campaign) -> Result<Answer, StoreError> {
        if let Some(found) = waiting(self.conn, campaign.id).await? {
            if found.begins {
                return refused(
                    Code::Invalid,
                    "the campaign itself waits to begin: close it, and it never does (textbank campaign close)",
                );
            }
            self.forget_proposal(campaign.id).await?;
            self.approved(actor, campaign, &found, "script_withdrawn");
        }
        Ok(Answer::Done)
    }

    async fn forget_proposal(&mut self, campaign: i64) -> Found<()> {
        db::query("DELETE FROM proposals WHERE campaign = $1").bind(campaign).execute(&mut *self.conn).await?;
        Ok(())
    }
}
