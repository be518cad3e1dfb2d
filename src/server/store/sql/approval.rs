//! New versions of a script that wait for a second approver, where the campaign asks for one. One waits at a time: a newer takes the
//! place of an older.

use jiff::{SignedDuration, Timestamp};

use super::{
    rows::{self, col, json, time, to_json},
    script::refused,
    tx::{Campaign, Tx},
};
use crate::api::{approval::Proposal, problem::Code};
use crate::db::{self, Conn};
use crate::domain::{campaign::CampaignDef, ids::PersonId};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    query::Found,
};

/// So long a proposal can be approved: facts of date and place do not keep.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);

/// What waits for a campaign, expired or not.
pub(super) async fn waiting(conn: &mut Conn, campaign: i64) -> Found<Option<Proposal>> {
    let row = db::query(
        "SELECT r.def, r.version, r.person, p.name, p.namesake, r.at FROM proposals r JOIN people p ON p.id = r.person
         WHERE r.campaign = $1",
    )
    .bind(campaign)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let at = time(col(&row, 5)?)?;
    Ok(Some(Proposal {
        def: json(&col::<String>(&row, 0)?)?,
        version: u32::try_from(col::<i64>(&row, 1)?).unwrap_or(u32::MAX),
        person: PersonId(col(&row, 2)?),
        who: rows::told_apart(col(&row, 3)?, col(&row, 4)?),
        at,
        expires_at: at.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX),
    }))
}

impl Tx<'_> {
    /// Keeps a new version until somebody else has approved it.
    pub(super) async fn propose(&mut self, actor: &Actor, campaign: &Campaign, def: &CampaignDef) -> Found<()> {
        let text = to_json(def)?;
        db::query(
            "INSERT INTO proposals (campaign, def, version, at, person) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (campaign) DO UPDATE SET def = excluded.def, version = excluded.version, at = excluded.at,
                 person = excluded.person",
        )
        .bind(campaign.id)
        .bind(text.as_str())
        .bind(campaign.script_version)
        .bind(self.micros())
        .bind(actor.person.0)
        .execute(&mut *self.conn)
        .await?;
        let hash = blake3::hash(text.as_bytes()).to_hex();
        self.audit(
            Some(actor),
            "script_proposed",
            format!("campaign {}", campaign.id),
            format!("over version {}, definition {hash}", campaign.script_version),
        );
        Ok(())
    }

    /// Puts in force what somebody else has proposed.
    pub(super) async fn approve(&mut self, actor: &Actor, campaign: &Campaign) -> Result<Answer, StoreError> {
        let Some(found) = waiting(self.conn, campaign.id).await? else {
            return refused(Code::Invalid, "no new version of the script waits for approval");
        };
        if self.now >= found.expires_at {
            self.forget_proposal(campaign.id).await?;
            return refused(Code::Invalid, "what waited for approval is older than three days: propose it again");
        }
        if found.person == actor.person {
            return refused(Code::Forbidden, "you have proposed it yourself: another admin approves it");
        }
        let answer = self.update_script(actor, campaign, found.def, true).await?;
        if let Answer::Changed(_) = &answer {
            self.forget_proposal(campaign.id).await?;
            self.audit(
                Some(actor),
                "script_approved",
                format!("campaign {}", campaign.id),
                format!("proposed by person {}", found.person),
            );
        }
        Ok(answer)
    }

    /// Takes away what waits; twice is once.
    pub(super) async fn withdraw(&mut self, actor: &Actor, campaign: &Campaign) -> Result<Answer, StoreError> {
        if let Some(found) = waiting(self.conn, campaign.id).await? {
            self.forget_proposal(campaign.id).await?;
            self.audit(
                Some(actor),
                "script_withdrawn",
                format!("campaign {}", campaign.id),
                format!("proposed by person {}", found.person),
            );
        }
        Ok(Answer::Done)
    }

    async fn forget_proposal(&mut self, campaign: i64) -> Found<()> {
        db::query("DELETE FROM proposals WHERE campaign = $1").bind(campaign).execute(&mut *self.conn).await?;
        Ok(())
    }
}
