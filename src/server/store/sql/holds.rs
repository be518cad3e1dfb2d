//! Legal holds: what is under one is neither purged nor erased, whatever was set before or is asked for meanwhile.

use jiff::Timestamp;

use super::{
    retention::ONE_CAMPAIGN,
    rows::{self, col, time},
    script::refused,
    tx::Tx,
};
use crate::api::{
    keeping::{self, HoldInfo},
    problem::{Code, Problem},
};
use crate::db::{self, Conn, Row};
use crate::domain::{ids::CampaignId, phone::Phone};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    keep::Kept,
};

/// In force, of an organization `o` bound as `$1`: those on all of it.
pub(super) const ON_ALL: &str = "SELECT id, reason FROM holds
     WHERE organization = $1 AND campaign IS NULL AND phone IS NULL AND lifted_at IS NULL ORDER BY id LIMIT 1";

/// In force on a number, on a campaign that has it, or on all.
const ON_PERSON: &str = "SELECT id, reason, campaign FROM holds WHERE organization = $1 AND lifted_at IS NULL
         AND ((campaign IS NULL AND phone IS NULL) OR phone = $2
             OR campaign IN (SELECT campaign FROM contacts WHERE organization = $1 AND phone = $2))
     ORDER BY id LIMIT 1";

const ALL: &str = "SELECT h.id, h.campaign, h.phone, h.reason, h.at, p.name, p.namesake, h.lifted_at
     FROM holds h JOIN people p ON p.id = h.person
     WHERE h.organization = $1 AND (h.id = $2 OR $2 IS NULL) ORDER BY h.id";

fn read(row: &Row) -> Result<HoldInfo, StoreError> {
    let phone: Option<String> = col(row, 2)?;
    Ok(HoldInfo {
        id: col(row, 0)?,
        campaign: col::<Option<i64>>(row, 1)?.map(CampaignId),
        number_ends: phone.and_then(|phone| Phone::from_e164(&phone)).map(|phone| phone.last_digits()),
        reason: col(row, 3)?,
        at: time(col(row, 4)?)?,
        by: rows::told_apart(col(row, 5)?, col(row, 6)?),
        lifted_at: col::<Option<i64>>(row, 7)?.map(time).transpose()?,
    })
}

/// The subject of a hold's lines in the audit.
fn on_what(campaign: Option<CampaignId>, phone: Option<&Phone>) -> String {
    match (campaign, phone) {
        (Some(campaign), _) => format!("campaign {campaign}"),
        (_, Some(phone)) => format!("number ending {}", phone.last_digits()),
        _ => "organization".to_owned(),
    }
}

/// All holds of an organization, lifted ones too; or this one.
pub(super) async fn all(conn: &mut Conn, organization: i64, only: Option<i64>) -> Result<Vec<HoldInfo>, StoreError> {
    let rows = db::query(ALL).bind(organization).bind(only).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

/// How many are in force.
pub(super) async fn in_force(conn: &mut Conn, organization: i64) -> Result<u64, StoreError> {
    let row = db::query("SELECT COUNT(*) FROM holds WHERE organization = $1 AND lifted_at IS NULL")
        .bind(organization)
        .fetch_one(conn)
        .await?;
    Ok(rows::unsigned(col(&row, 0)?))
}

impl Tx<'_> {
    /// `legal_hold`, while one is on whoever has this number.
    pub(super) async fn hold_on(&mut self, organization: i64, phone: &Phone) -> Result<Option<Problem>, StoreError> {
        let row = db::query(ON_PERSON).bind(organization).bind(phone.as_str()).fetch_optional(&mut *self.conn).await?;
        let Some(row) = row else { return Ok(None) };
        let (hold, reason): (i64, String) = (col(&row, 0)?, col(&row, 1)?);
        let on = match col::<Option<i64>>(&row, 2)? {
            Some(campaign) => format!(" on campaign {campaign}"),
            None => String::new(),
        };
        Ok(Some(Problem::new(Code::LegalHold, format!("legal hold {hold}{on} is in force: {reason}"))))
    }

    pub(super) async fn hold(
        &mut self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        phone: Option<&Phone>,
        reason: &str,
    ) -> Result<Answer, StoreError> {
        if campaign.is_some() && phone.is_some() {
            return refused(Code::Invalid, "a hold is on a campaign or on a number, not on both: make two");
        }
        if let Some(campaign) = campaign
            && self.campaign_of(actor, campaign.0).await?.is_none()
        {
            return refused(Code::NotFound, "no such campaign for you");
        }
        if campaign.is_none() && actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        let reason = match keeping::reason(reason) {
            Ok(reason) => reason,
            Err(problem) => return Ok(Answer::Refused(Box::new(problem))),
        };
        let organization = actor.organization.0;
        let same = db::query(
            "SELECT id FROM holds WHERE organization = $1 AND lifted_at IS NULL AND reason = $4
                 AND campaign IS NOT DISTINCT FROM CAST($2 AS BIGINT) AND phone IS NOT DISTINCT FROM CAST($3 AS VARCHAR)
             ORDER BY id LIMIT 1",
        )
        .bind(organization)
        .bind(campaign.map(|one| one.0))
        .bind(phone.map(Phone::as_str))
        .bind(reason.as_str())
        .fetch_optional(&mut *self.conn)
        .await?;
        let id: i64 = match same {
            // The same once more is the same hold.
            Some(row) => col(&row, 0)?,
            None => {
                let row = db::query(
                    "INSERT INTO holds (organization, campaign, phone, reason, at, person) VALUES ($1, $2, $3, $4, $5, $6)
                     RETURNING id",
                )
                .bind(organization)
                .bind(campaign.map(|one| one.0))
                .bind(phone.map(Phone::as_str))
                .bind(reason.as_str())
                .bind(self.micros())
                .bind(actor.person.0)
                .fetch_one(&mut *self.conn)
                .await?;
                let id = col(&row, 0)?;
                let on = on_what(campaign, phone);
                self.audit(Some(actor), "hold_set", on, format!("legal hold {id}: {reason}"));
                id
            }
        };
        match all(self.conn, organization, Some(id)).await?.into_iter().next() {
            Some(info) => Ok(Answer::Kept(Kept::Hold(info))),
            None => Err(rows::corrupt("a hold", &id.to_string())),
        }
    }

    pub(super) async fn lift_hold(&mut self, actor: &Actor, hold: i64) -> Result<Answer, StoreError> {
        let found = db::query("SELECT campaign, lifted_at, phone FROM holds WHERE id = $1 AND organization = $2")
            .bind(hold)
            .bind(actor.organization.0)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = found else { return refused(Code::NotFound, "there is no such legal hold") };
        let elsewhere = |only: CampaignId| col::<Option<i64>>(&row, 0).map(|on| on != Some(only.0));
        if actor.campaign.map(elsewhere).transpose()?.unwrap_or(false) {
            return refused(Code::NotFound, "there is no such legal hold");
        }
        if col::<Option<i64>>(&row, 1)?.is_some() {
            return Ok(Answer::Done);
        }
        db::query("UPDATE holds SET lifted_at = $2, lifted_by = $3 WHERE id = $1")
            .bind(hold)
            .bind(self.micros())
            .bind(actor.person.0)
            .execute(&mut *self.conn)
            .await?;
        let phone = col::<Option<String>>(&row, 2)?.and_then(|phone| Phone::from_e164(&phone));
        let on = on_what(col::<Option<i64>>(&row, 0)?.map(CampaignId), phone.as_ref());
        self.audit(Some(actor), "hold_lifted", on, format!("legal hold {hold}"));
        Ok(Answer::Done)
    }
}

/// The moment before which words are too old.
pub(super) fn cutoff(now: Timestamp, days: i64) -> i64 {
    now.as_microsecond().saturating_sub(days.saturating_mul(24 * 60 * 60 * 1_000_000))
}
