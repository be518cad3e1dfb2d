//! Canned replies of an organization. They stand in the scripts of its campaigns, behind each campaign's own: setting them is the next
//! version of every script, so consoles draw anew, recalls reach them and old versions stay on record, as with any change.

use super::{
    approval::{expires, hash_of, unfit},
    rows::{self, col, json, time, to_json},
    script::refused,
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    campaign::CampaignState,
    canned::{CannedProposal, CannedReplies, CannedSet, HiddenReply},
    event::EventKind,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::{CampaignDef, CannedReply, shared_faults},
    ids::{CampaignId, PersonId},
    recall::Recall,
    safe_text::{safe_body, safe_line},
};
use crate::server::store::{
    StoreError,
    change::CannedChange,
    command::{Actor, Answer},
    query::Found,
};

/// The organization's canned replies, with who set them and when.
pub(super) async fn shared(conn: &mut Conn, organization: i64) -> Found<CannedReplies> {
    let row = db::query(
        "SELECT s.replies, s.at, p.name, p.namesake FROM shared_canned s JOIN people p ON p.id = s.person
         WHERE s.organization = $1",
    )
    .bind(organization)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(CannedReplies::default()) };
    Ok(CannedReplies {
        replies: json(&col::<String>(&row, 0)?)?,
        at: Some(time(col(&row, 1)?)?),
        who: Some(rows::told_apart(col(&row, 2)?, col(&row, 3)?)),
        proposal: None,
    })
}

/// The same, with what waits for a second approver.
pub(super) async fn told(conn: &mut Conn, organization: i64) -> Found<CannedReplies> {
    let proposal = proposed(conn, organization).await?;
    Ok(CannedReplies { proposal, ..shared(conn, organization).await? })
}

async fn proposed(conn: &mut Conn, organization: i64) -> Found<Option<CannedProposal>> {
    let row = db::query(
        "SELECT s.replies, s.person, p.name, p.namesake, s.at FROM proposed_canned s JOIN people p ON p.id = s.person
         WHERE s.organization = $1",
    )
    .bind(organization)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (at, stored): (_, String) = (time(col(&row, 4)?)?, col(&row, 0)?);
    Ok(Some(CannedProposal {
        replies: json(&stored)?,
        hash: hash_of(&stored),
        person: PersonId(col(&row, 1)?),
        who: rows::told_apart(col(&row, 2)?, col(&row, 3)?),
        at,
        expires_at: expires(at),
    }))
}

impl Tx<'_> {
    /// A script with the organization's canned replies behind its own.
    pub(super) async fn with_shared(&mut self, organization: i64, mut def: CampaignDef) -> Found<CampaignDef> {
        def.take_shared(&shared(self.conn, organization).await?.replies);
        Ok(def)
    }

    pub(super) async fn change_canned(&mut self, actor: &Actor, change: CannedChange) -> Result<Answer, StoreError> {
        if actor.campaign.is_some() {
            return refused(Code::Forbidden, "your invite is for one campaign: these replies are in all of them");
        }
        match change {
            CannedChange::Set(replies) => self.set_canned(actor, replies).await,
            CannedChange::Approve { seen } => self.approve_canned(actor, &seen).await,
            CannedChange::Withdraw => self.withdraw_canned(actor).await,
        }
    }

    async fn set_canned(&mut self, actor: &Actor, replies: Vec<CannedReply>) -> Result<Answer, StoreError> {
        let mut faults = shared_faults(&replies);
        if to_json(&replies)?.contains("\\u0000") {
            faults.push("a text or a name has a NUL character".to_owned());
        }
        if !faults.is_empty() {
            let mut problem = Problem::new(Code::Invalid, "the canned replies have faults");
            problem.faults = faults;
            return Ok(Answer::Refused(Box::new(problem)));
        }
        let clean = |reply: CannedReply| CannedReply {
            id: safe_line(reply.id.trim()),
            title: safe_line(reply.title.trim()),
            text: reply.text.into_iter().map(|(language, text)| (language, safe_body(text.trim()))).collect(),
            shared: false,
        };
        let replies: Vec<CannedReply> = replies.into_iter().map(clean).collect();
        let organization = actor.organization.0;
        let now = shared(self.conn, organization).await?.replies;
        if now == replies {
            return Ok(Answer::Canned(CannedSet { replies: replies.len() as u64, ..CannedSet::default() }));
        }
        let only_less = replies.iter().all(|one| now.contains(one));
        if !only_less && self.asks_for_another(organization).await? {
            return self.propose_canned(actor, &replies).await;
        }
        if let Some(mut waiting) = proposed(self.conn, organization).await? {
            // What somebody takes away does not come back with what was proposed before.
            waiting.replies.retain(|one| replies.contains(one) || !now.contains(one));
            db::query("UPDATE proposed_canned SET replies = $2 WHERE organization = $1")
                .bind(organization)
                .bind(to_json(&waiting.replies)?)
                .execute(&mut *self.conn)
                .await?;
        }
        self.put_canned(actor, &replies).await
    }

    /// True when one of the organization's campaigns that are not closed asks for a second approver.
    async fn asks_for_another(&mut self, organization: i64) -> Found<bool> {
        let rows = db::query("SELECT id FROM campaigns WHERE organization = $1 AND state <> 'archived' ORDER BY id")
            .bind(organization)
            .fetch_all(&mut *self.conn)
            .await?;
        for row in &rows {
            if self.campaign(col(row, 0)?).await?.is_some_and(|campaign| campaign.def.second_approver) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn propose_canned(&mut self, actor: &Actor, replies: &[CannedReply]) -> Result<Answer, StoreError> {
        db::query(
            "INSERT INTO proposed_canned (organization, replies, at, person) VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization) DO UPDATE SET replies = excluded.replies, at = excluded.at, person = excluded.person",
        )
        .bind(actor.organization.0)
        .bind(to_json(&replies)?)
        .bind(self.micros())
        .bind(actor.person.0)
        .execute(&mut *self.conn)
        .await?;
        self.audit(Some(actor), "canned_proposed", "organization".to_owned(), ids_of(replies));
        let many = replies.len() as u64;
        Ok(Answer::Canned(CannedSet { replies: many, proposed: true, ..CannedSet::default() }))
    }

    async fn approve_canned(&mut self, actor: &Actor, seen: &str) -> Result<Answer, StoreError> {
        let Some(found) = proposed(self.conn, actor.organization.0).await? else {
            return refused(Code::Invalid, "no canned replies wait for approval");
        };
        if let Some(problem) = unfit((found.person, found.at, &found.hash), seen, actor, self.now) {
            return Ok(Answer::Refused(Box::new(problem)));
        }
        self.forget_proposed(actor, &found, "canned_approved").await?;
        self.put_canned(actor, &found.replies).await
    }

    async fn withdraw_canned(&mut self, actor: &Actor) -> Result<Answer, StoreError> {
        if let Some(found) = proposed(self.conn, actor.organization.0).await? {
            self.forget_proposed(actor, &found, "canned_withdrawn").await?;
        }
        Ok(Answer::Done)
    }

    async fn forget_proposed(&mut self, actor: &Actor, found: &CannedProposal, word: &'static str) -> Found<()> {
        db::query("DELETE FROM proposed_canned WHERE organization = $1")
            .bind(actor.organization.0)
            .execute(&mut *self.conn)
            .await?;
        let detail = format!("proposed by person {}", found.person);
        self.audit(Some(actor), word, "organization".to_owned(), detail);
        Ok(())
    }

    async fn put_canned(&mut self, actor: &Actor, replies: &[CannedReply]) -> Result<Answer, StoreError> {
        let organization = actor.organization.0;
        let mut set = CannedSet { replies: replies.len() as u64, ..CannedSet::default() };
        // What is taken away is not kept here; versions of scripts that had it keep it, as the record of what could be said.
        db::query(
            "INSERT INTO shared_canned (organization, replies, at, person) VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization) DO UPDATE SET replies = excluded.replies, at = excluded.at, person = excluded.person",
        )
        .bind(organization)
        .bind(to_json(&replies)?)
        .bind(self.micros())
        .bind(actor.person.0)
        .execute(&mut *self.conn)
        .await?;
        let rows = db::query("SELECT id FROM campaigns WHERE organization = $1 ORDER BY id")
            .bind(organization)
            .fetch_all(&mut *self.conn)
            .await?;
        for row in &rows {
            let Some(campaign) = self.campaign(col(row, 0)?).await? else { continue };
            let mut def = campaign.def.clone();
            if campaign.state != CampaignState::Archived {
                let own = def.canned.iter().filter(|one| !one.shared && replies.iter().any(|reply| reply.id == one.id));
                let hidden = own.map(|one| HiddenReply { campaign: CampaignId(campaign.id), id: one.id.clone() });
                set.hidden.extend(hidden);
            }
            def.take_shared(replies);
            if def == campaign.def {
                continue;
            }
            let still = self.next_version(&campaign, &def).await?;
            set.campaigns.push(CampaignId(campaign.id));
            if !still.is_empty() {
                set.still_recalled.push(CampaignId(campaign.id));
            }
        }
        self.audit(
            Some(actor),
            "canned_set",
            "organization".to_owned(),
            format!("{}; new versions of campaigns {}", ids_of(replies), to_json(&set.campaigns)?),
        );
        Ok(Answer::Canned(set))
    }

    /// Writes the next version of a campaign's script and tells every console; says which recalls hold in it too.
    pub(super) async fn next_version(&mut self, campaign: &Campaign, def: &CampaignDef) -> Found<Vec<Recall>> {
        let version = campaign.script_version + 1;
        let number = u32::try_from(version).unwrap_or(u32::MAX);
        let still: Vec<Recall> =
            campaign.recalls.iter().filter(|recall| recall.is_unchanged_in(def)).cloned().collect();
        let text = to_json(def)?;
        db::query("INSERT INTO scripts (campaign, version, def, at) VALUES ($1, $2, $3, $4)")
            .bind(campaign.id)
            .bind(version)
            .bind(text.as_str())
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        db::query("UPDATE campaigns SET script_version = $2, def = $3, title = $4, language = $5 WHERE id = $1")
            .bind(campaign.id)
            .bind(version)
            .bind(text.as_str())
            .bind(safe_line(&def.title))
            .bind(def.language.as_str())
            .execute(&mut *self.conn)
            .await?;
        // It reads all contacts of the campaign, while everybody's texts wait.
        if campaign.def.frequency_days > 0 && def.frequency_days == 0 {
            self.forget_texted_elsewhere(campaign.id).await?;
        }
        for recall in &still {
            let mut versions = recall.versions.clone();
            versions.push(number);
            db::query("UPDATE recalls SET versions = $2 WHERE id = $1")
                .bind(recall.id)
                .bind(to_json(&versions)?)
                .execute(&mut *self.conn)
                .await?;
        }
        self.put_right_anew(campaign, def).await?;
        self.cache.forget_campaign(campaign.id);
        // Nobody has a console open in one that is still being imported.
        if campaign.state != CampaignState::Importing {
            let what = EventKind::Campaign { state: campaign.state, script_version: number };
            self.event(campaign.id, Audience::All, &what)?;
        }
        Ok(still)
    }
}

fn ids_of(replies: &[CannedReply]) -> String {
    replies.iter().map(|reply| reply.id.as_str()).collect::<Vec<_>>().join(", ")
}
