//! A campaign made of contacts of another one: copied here, with their names, fields and zones. Who may not be texted any more is left
//! out. The server alone says whose contacts: nobody outside sends a list or a condition.

use uuid::Uuid;

use super::{
    rows::{LISTED_COLUMNS, col, listed, listed_columns, signed, to_json, unsigned},
    script::refused,
    send::request_hash,
    tx::{Audience, Campaign, Tx},
};
use crate::api::{campaign::CampaignState, event::EventKind, problem::Code, recall::Correction};
use crate::db;
use crate::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, ContactId},
    safe_text::safe_line,
};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
};

/// Copies those of a list of contacts who may be texted.
const COPY: &str = "INSERT INTO contacts (organization, campaign, phone, external_id, first_name, last_name, zip, state,
         language, time_zone, fields, zone_set, consent, list, updated_at)
     SELECT c.organization, $2, c.phone, c.external_id, c.first_name, c.last_name, c.zip, c.state, c.language, c.time_zone,
         c.fields, c.zone_set, COALESCE(c.consent, i.consent), 1, $3
     FROM json_each($1) j JOIN contacts c ON c.id = CAST(j.atom AS BIGINT)
     LEFT JOIN imports i ON i.campaign = c.campaign AND i.number = c.list
     LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone
     WHERE +c.campaign = $4 AND c.opt_out = 0 AND s.at IS NULL AND c.wrong_number = 0 AND c.removed = 0 ORDER BY j.key
     ON CONFLICT (campaign, phone) DO NOTHING";

/// Those of a list of contacts who may not, each counted once.
const LEFT_OUT: &str = "SELECT
         CAST(COALESCE(SUM(CASE WHEN c.opt_out <> 0 OR s.at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
         CAST(COALESCE(SUM(CASE WHEN c.opt_out = 0 AND s.at IS NULL AND c.wrong_number <> 0 THEN 1 ELSE 0 END), 0) AS BIGINT),
         CAST(COALESCE(SUM(CASE WHEN c.opt_out = 0 AND s.at IS NULL AND c.wrong_number = 0 AND c.removed <> 0 THEN 1 ELSE 0 END), 0)
             AS BIGINT)
     FROM json_each($1) j JOIN contacts c ON c.id = CAST(j.atom AS BIGINT)
     LEFT JOIN suppressions s ON s.organization = c.organization AND s.phone = c.phone WHERE +c.campaign = $2";

const TO_PLACE: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.id, c.zone_set FROM contacts c WHERE c.campaign = $1 AND c.id > $2 ORDER BY c.id LIMIT 1000"
);

impl Tx<'_> {
    pub(super) async fn offshoot(
        &mut self,
        actor: &Actor,
        of: &Campaign,
        (id, def, provenance): (Uuid, &CampaignDef, &str),
        contacts: &[ContactId],
        paused: bool,
    ) -> Result<Answer, StoreError> {
        // Whom it reaches may change between two tries of one request; what was asked for does not.
        let hash = request_hash("offshoot", &(of.id, def, provenance))?;
        let ids = to_json(&contacts.iter().map(|contact| contact.0).collect::<Vec<_>>())?;
        let left_out = db::query(LEFT_OUT).bind(ids.as_str()).bind(of.id).fetch_one(&mut *self.conn).await?;
        let made = |campaign: i64, contacts: i64, paused: bool| -> Result<Answer, StoreError> {
            Ok(Answer::Changed(Changed::Offshoot(Correction {
                campaign: CampaignId(campaign),
                contacts: unsigned(contacts),
                opted_out: unsigned(col(&left_out, 0)?),
                wrong_number: unsigned(col(&left_out, 1)?),
                removed: unsigned(col(&left_out, 2)?),
                paused,
            })))
        };
        let known = db::query(
            "SELECT i.request_hash, i.organization, i.campaign, i.stored, c.state FROM imports i
             JOIN campaigns c ON c.id = i.campaign WHERE i.id = $1",
        )
        .bind(id)
        .fetch_optional(&mut *self.conn)
        .await?;
        if let Some(row) = known {
            if col::<i64>(&row, 1)? != actor.organization.0 || col::<Vec<u8>>(&row, 0)? != hash {
                return refused(Code::IdReused, "this id was used before for something else");
            }
            return made(col(&row, 2)?, col(&row, 3)?, col::<String>(&row, 4)? == "paused");
        }
        if let Some(refusal) = Self::unfit_offshoot(of, def) {
            return Ok(refusal);
        }
        let mut def = def.clone();
        def.take_solicitation();
        let state = if paused { CampaignState::Paused } else { CampaignState::Running };
        let campaign = self.new_campaign(actor, state, &def).await?;
        let stored = db::query(COPY)
            .bind(ids.as_str())
            .bind(campaign)
            .bind(self.micros())
            .bind(of.id)
            .execute(&mut *self.conn)
            .await?
            .rows_affected();
        self.place(campaign, &def).await?;
        db::query(
            "INSERT INTO imports (id, organization, campaign, request_hash, expected, provenance, chunks, stored, finished, at,
                 person, obtained, permitted_use)
             SELECT $1, $2, $3, $4, $5, $6, 0, $7, 1, $8, $9, MAX(i.obtained), COALESCE(MAX(i.permitted_use), '')
             FROM imports i WHERE i.campaign = $10 AND i.number = 1",
        )
        .bind(id)
        .bind(actor.organization.0)
        .bind(campaign)
        .bind(hash.as_slice())
        .bind(signed(u64::try_from(contacts.len()).unwrap_or(u64::MAX)))
        .bind(safe_line(provenance))
        .bind(signed(stored))
        .bind(self.micros())
        .bind(actor.person.0)
        .bind(of.id)
        .execute(&mut *self.conn)
        .await?;
        self.take_recalls(of, campaign).await?;
        self.event(campaign, Audience::All, &EventKind::Campaign { state, script_version: 1 })?;
        self.audit(
            Some(actor),
            "campaign_made",
            format!("campaign {campaign}"),
            format!("{} of {} contacts of campaign {}: {}", stored, contacts.len(), of.id, safe_line(provenance)),
        );
        made(campaign, signed(stored), paused)
    }

    /// Where each contact is depends on what the campaign is for: every one is looked at by the new one's hours.
    async fn place(&mut self, campaign: i64, def: &CampaignDef) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let rows = db::query(TO_PLACE).bind(campaign).bind(after).fetch_all(&mut *self.conn).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                let places = def.hours.places_of(&listed(row, 0)?);
                after = col(row, LISTED_COLUMNS)?;
                let zone_set = self.zone_set(campaign, &to_json(&places)?).await?;
                if zone_set != col::<i64>(row, LISTED_COLUMNS + 1)? {
                    db::query("UPDATE contacts SET zone_set = $2 WHERE id = $1")
                        .bind(after)
                        .bind(zone_set)
                        .execute(&mut *self.conn)
                        .await?;
                }
            }
        }
    }
}
