//! Rules of conduct: what is in force, who accepted which words.
//!
//! The rules are the organization's, and their rows are never changed: the newest is in force, and one without a text says that
//! nothing is. A guide is its campaign's own. Both are known by a hash of their words, so that what was accepted can be proved.

use std::collections::BTreeMap;

use super::{
    rows::{col, json, time, to_json},
    tx::{Campaign, Tx},
};
use crate::api::{
    conduct::{Accepted, ConductText},
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef,
    conduct::{cleaned, guide_version, rules_version},
    ids::{CampaignId, OrganizationId},
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
};

/// The rules in force: their version and their texts.
struct Rules {
    version: String,
    texts: String,
}

/// The newest rules; with an empty version when they were lifted.
async fn newest(conn: &mut Conn, organization: i64) -> Found<Option<Rules>> {
    let row = db::query("SELECT version, texts FROM conduct WHERE organization = $1 ORDER BY id DESC LIMIT 1")
        .bind(organization)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(Rules { version: col(&row, 0)?, texts: col(&row, 1)? })).transpose()
}

/// True when rules are in force.
pub(super) async fn any(conn: &mut Conn, organization: i64) -> Found<bool> {
    Ok(in_force(conn, organization).await?.is_some())
}

async fn in_force(conn: &mut Conn, organization: i64) -> Found<Option<Rules>> {
    Ok(newest(conn, organization).await?.filter(|rules| !rules.version.is_empty()))
}

/// The version of a campaign's guide; none when it says nothing.
fn guide_of(def: &CampaignDef) -> Option<String> {
    (!def.guide.trim().is_empty()).then(|| guide_version(&def.guide))
}

pub(super) async fn accepted_at(conn: &mut Conn, person: i64, version: &str) -> Found<Option<jiff::Timestamp>> {
    let row = db::query("SELECT at FROM acceptances WHERE person = $1 AND version = $2")
        .bind(person)
        .bind(version)
        .fetch_optional(conn)
        .await?;
    row.map(|row| time(col(&row, 0)?)).transpose()
}

/// What this person is to read: the rules in force, and with them the guide of the one campaign that is meant. `None` when that
/// campaign is not theirs to see.
pub(super) async fn to_read(
    conn: &mut Conn,
    actor: &Actor,
    campaign: Option<CampaignId>,
) -> Found<Option<Vec<ConductText>>> {
    if campaign.is_some() && actor.campaign.is_some() && campaign != actor.campaign {
        return Ok(None);
    }
    let mut guide = None;
    if let Some(campaign) = campaign.or(actor.campaign) {
        let row = db::query("SELECT title, def FROM campaigns WHERE id = $1 AND organization = $2")
            .bind(campaign.0)
            .bind(actor.organization.0)
            .fetch_optional(&mut *conn)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let def: CampaignDef = json(&col::<String>(&row, 1)?)?;
        guide = Some((campaign, col::<String>(&row, 0)?, def));
    }
    let Some(rules) = in_force(conn, actor.organization.0).await? else { return Ok(Some(Vec::new())) };
    let name = db::query("SELECT CASE WHEN named <> 0 THEN name ELSE '' END FROM organizations WHERE id = $1")
        .bind(actor.organization.0)
        .fetch_one(&mut *conn)
        .await?;
    let mut all = vec![ConductText {
        accepted_at: accepted_at(conn, actor.person.0, &rules.version).await?,
        version: rules.version,
        campaign: None,
        title: col(&name, 0)?,
        texts: json(&rules.texts)?,
    }];
    if let Some((campaign, title, def)) = guide
        && let Some(version) = guide_of(&def)
    {
        all.push(ConductText {
            accepted_at: accepted_at(conn, actor.person.0, &version).await?,
            version,
            campaign: Some(campaign),
            title,
            texts: BTreeMap::from([(def.language, def.guide)]),
        });
    }
    Ok(Some(all))
}

/// The rules that each person of an organization accepted last.
pub(super) async fn accepted_last(conn: &mut Conn, organization: i64) -> Found<BTreeMap<i64, Accepted>> {
    let current = in_force(conn, organization).await?.map(|rules| rules.version);
    let rows = db::query(
        "SELECT a.person, a.version, a.at FROM acceptances a JOIN people p ON p.id = a.person
         WHERE p.organization = $1 AND a.kind = 'rules' ORDER BY a.at, a.version",
    )
    .bind(organization)
    .fetch_all(conn)
    .await?;
    let mut last = BTreeMap::new();
    for row in &rows {
        let version: String = col(row, 1)?;
        let accepted = Accepted { current: current.as_ref() == Some(&version), version, at: time(col(row, 2)?)? };
        // Who has accepted what is in force has done so, also when it was put back after something newer.
        let one = last.entry(col::<i64>(row, 0)?).or_insert_with(|| accepted.clone());
        if !one.current {
            *one = accepted;
        }
    }
    Ok(last)
}

impl Tx<'_> {
    pub(super) async fn set_conduct(
        &mut self,
        actor: Option<&Actor>,
        organization: OrganizationId,
        texts: &BTreeMap<String, String>,
        first: bool,
    ) -> Result<Answer, StoreError> {
        let texts = match cleaned(texts) {
            Ok(texts) => texts,
            Err(faults) => {
                let mut problem = Problem::new(Code::Invalid, "these rules cannot be kept as they stand");
                problem.faults = faults;
                return Ok(Answer::Refused(Box::new(problem)));
            }
        };
        let version = if texts.is_empty() { String::new() } else { rules_version(&texts) };
        let before = newest(self.conn, organization.0).await?.map(|rules| rules.version);
        let told = |version: &str| Answer::Conduct(Some(version.to_owned()).filter(|version| !version.is_empty()));
        // Asked for twice is once, and what is there already is not set aside by what a new server begins with.
        if let Some(before) = before.filter(|before| first || *before == version) {
            return Ok(told(&before));
        }
        db::query("INSERT INTO conduct (organization, version, texts, at, person) VALUES ($1, $2, $3, $4, $5)")
            .bind(organization.0)
            .bind(version.as_str())
            .bind(to_json(&texts)?)
            .bind(self.micros())
            .bind(actor.map(|actor| actor.person.0))
            .execute(&mut *self.conn)
            .await?;
        let what = if version.is_empty() { "conduct_lifted" } else { "conduct_set" };
        self.audit(actor, what, format!("rules {version}").trim_end().to_owned(), String::new());
        Ok(told(&version))
    }

    /// Keeps that somebody accepted or did something, once: by which sign-in, on which device. True when it was not known before.
    pub(super) async fn keep_acceptance(
        &mut self,
        actor: &Actor,
        version: &str,
        kind: &str,
    ) -> Result<bool, StoreError> {
        let kept = db::query(
            "INSERT INTO acceptances (person, version, kind, at, session, device)
             SELECT $1, $2, $3, $4, s.id, s.device FROM sessions s WHERE s.id = $5
             ON CONFLICT (person, version) DO NOTHING",
        )
        .bind(actor.person.0)
        .bind(version)
        .bind(kind)
        .bind(self.micros())
        .bind(actor.session)
        .execute(&mut *self.conn)
        .await?;
        Ok(kept.rows_affected() > 0)
    }

    pub(super) async fn accept_conduct(&mut self, actor: &Actor, version: &str) -> Result<Answer, StoreError> {
        let rules = in_force(self.conn, actor.organization.0).await?;
        let kind = if rules.is_some_and(|rules| rules.version == version) {
            "rules"
        } else if self.is_a_guide(actor, version).await? {
            "guide"
        } else {
            let detail = "no text of this version is in force: read the one that is, and accept that";
            return Ok(Answer::Refused(Box::new(Problem::new(Code::NotFound, detail))));
        };
        if self.keep_acceptance(actor, version, kind).await? {
            self.audit(Some(actor), "conduct_accepted", format!("{kind} {version}"), String::new());
        }
        Ok(Answer::Done)
    }

    async fn is_a_guide(&mut self, actor: &Actor, version: &str) -> Result<bool, StoreError> {
        let rows = db::query("SELECT id FROM campaigns WHERE organization = $1")
            .bind(actor.organization.0)
            .fetch_all(&mut *self.conn)
            .await?;
        for row in &rows {
            let campaign = self.campaign_of(actor, col(row, 0)?).await?;
            if campaign.and_then(|campaign| guide_of(&campaign.def)).is_some_and(|guide| guide == version) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What keeps this person from new contacts of the campaign: words in force that they have not accepted.
    pub(super) async fn conduct_missing(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
    ) -> Result<Option<Problem>, StoreError> {
        let Some(rules) = in_force(self.conn, actor.organization.0).await? else { return Ok(None) };
        let mut wanted = vec![(rules.version, "the rules of conduct")];
        wanted.extend(guide_of(&campaign.def).map(|version| (version, "the campaign's guide")));
        for (version, what) in wanted {
            if accepted_at(self.conn, actor.person.0, &version).await?.is_none() {
                let detail = format!("{what} in force (version {version}) is not accepted yet: read it and accept it");
                return Ok(Some(Problem::new(Code::ConductNotAccepted, detail)));
            }
        }
        Ok(None)
    }
}
