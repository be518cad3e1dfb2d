//! Giving contacts back, and taking that back: for ten minutes it is known by which act who left whose hands.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    act::{Decision, minted_at, no},
    list_change::counted,
    rows::{ContactRow, col, contact_columns, json, to_json},
    tx::{Campaign, Tx},
};
use crate::api::{campaign::CampaignState, problem::Code};
use crate::db;
use crate::domain::{ids::ActId, throughput::Throughput};
use crate::server::store::{StoreError, command::Actor};

/// How long what was given back can be taken back.
const WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// How long it is kept what was given back: an act that comes late is told that it is late.
const KEPT: i64 = 3_600 * 1_000_000;

/// Takes what one person holds of one campaign out of their hands.
pub(super) const GIVE_BACK: &str = "UPDATE contacts INDEXED BY contacts_hand
     SET assigned = NULL, epoch = epoch + 1, updated_at = $5
     WHERE assigned = $1 AND campaign = $2
         AND ((status = 'needs_message' AND $3) OR (status <> 'needs_message' AND $4))
     RETURNING id, campaign, epoch";

/// Of these, those whom nobody holds and a texter may have: nobody who is off the list, or opted out, or may not get a first text now.
pub(super) const STILL_FREE: &str = "SELECT c.id, c.epoch, CASE WHEN c.status = 'needs_message' THEN 1 ELSE 0 END
     FROM json_each($1) j CROSS JOIN contacts c
     WHERE c.id = CAST(j.atom AS BIGINT) AND c.assigned IS NULL AND c.removed = 0 AND c.erased_at IS NULL AND c.opt_out < 2
         AND (c.status <> 'needs_message' OR (c.opt_out = 0 AND c.wrong_number = 0 AND c.texted_elsewhere IS NULL))
     ORDER BY c.id";

impl Tx<'_> {
    /// Takes contacts out of a person's hands: what they had confirmed for them is refused. By whose act, when it can be taken back.
    pub(super) async fn give_back(
        &mut self,
        actor: &Actor,
        person: i64,
        campaign: i64,
        (unsent, conversations): (bool, bool),
        own: Option<ActId>,
    ) -> Result<(), StoreError> {
        let rows = db::query(GIVE_BACK)
            .bind(person)
            .bind(campaign)
            .bind(unsent)
            .bind(conversations)
            .bind(self.micros())
            .fetch_all(&mut *self.conn)
            .await?;
        if let Some(ActId(release)) = own {
            let given = rows.iter().map(|row| Ok((col(row, 0)?, col(row, 2)?)));
            let given = given.collect::<Result<Vec<(i64, i64)>, StoreError>>()?;
            db::query("DELETE FROM releases WHERE at < $1")
                .bind(self.micros().saturating_sub(KEPT))
                .execute(&mut *self.conn)
                .await?;
            db::query("INSERT INTO releases (id, person, campaign, contacts, at) VALUES ($1, $2, $3, $4, $5)")
                .bind(release)
                .bind(person)
                .bind(campaign)
                .bind(to_json(&given)?)
                .bind(self.micros())
                .execute(&mut *self.conn)
                .await?;
        }
        self.gone(Some(actor), person, &rows, if own.is_some() { "released" } else { "reclaimed" })
    }

    /// Gives back to a person whom they gave back with `release` and nobody has had since.
    pub(super) async fn hold_again(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        (id, ActId(release)): (ActId, ActId),
        (skew, limits): (Option<SignedDuration>, Option<&Throughput>),
    ) -> Result<Decision, StoreError> {
        let closed = campaign.state == CampaignState::Archived;
        match campaign.state {
            CampaignState::Running | CampaignState::Paused => {}
            CampaignState::Importing => return no(Code::Paused, "the campaign is being imported"),
            CampaignState::Archived if Self::answers_late(actor, campaign) => {}
            CampaignState::Archived => return no(Code::Closed, "the campaign is closed"),
        }
        let kept = db::query("SELECT contacts, at FROM releases WHERE id = $1 AND person = $2 AND campaign = $3")
            .bind(release)
            .bind(actor.person.0)
            .bind(campaign.id)
            .fetch_optional(&mut *self.conn)
            .await?;
        let late = "what was given back longer ago than ten minutes stays so";
        let Some(kept) = kept else {
            let long_ago = |at| self.now.duration_since(at) > WITHIN;
            return match minted_at(release, skew).is_some_and(long_ago) {
                true => no(Code::TooLate, late),
                false => no(Code::NotFound, "nothing is known of what was given back there"),
            };
        };
        if self.micros().saturating_sub(col(&kept, 1)?) > i64::try_from(WITHIN.as_micros()).unwrap_or(i64::MAX) {
            return no(Code::TooLate, late);
        }
        if let Some(problem) = self.conduct_missing(actor, campaign).await? {
            return Ok(Err(problem));
        }
        if let Some(problem) = self.practice_missing(actor, campaign).await? {
            return Ok(Err(problem));
        }
        let given: Vec<(i64, i64)> = json(&col::<String>(&kept, 0)?)?;
        let first_texts = if closed { 0 } else { self.first_texts_for(actor, campaign, limits).await? };
        let free = self.still_free(&given, first_texts).await?;
        self.seen(actor).await?;
        self.lease_again(actor, campaign.id, id, &free).await?;
        Ok(Ok(()))
    }

    /// How many first texts more this person may be given.
    async fn first_texts_for(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        limits: Option<&Throughput>,
    ) -> Result<usize, StoreError> {
        let mut most = Self::quota(campaign) - self.unsent_in_hand(actor, campaign.id).await?;
        if let Some(limits) = limits {
            most = most.min(self.hand_out(limits, campaign).await?.0);
        }
        Ok(usize::try_from(most).unwrap_or(0))
    }

    /// Whom nobody has had since: contacts with the number their lease had then.
    async fn still_free(&mut self, given: &[(i64, i64)], first_texts: usize) -> Result<Vec<i64>, StoreError> {
        let ids: Vec<i64> = given.iter().map(|(id, _)| *id).collect();
        let rows = db::query(STILL_FREE).bind(to_json(&ids)?).fetch_all(&mut *self.conn).await?;
        let then: BTreeSet<(i64, i64)> = given.iter().copied().collect();
        let (mut free, mut left) = (Vec::new(), first_texts);
        for row in &rows {
            let (id, epoch, unsent): (i64, i64, i64) = (col(row, 0)?, col(row, 1)?, col(row, 2)?);
            if !then.contains(&(id, epoch)) || (unsent != 0 && left == 0) {
                continue;
            }
            left -= usize::from(unsent != 0);
            free.push(id);
        }
        Ok(free)
    }

    async fn lease_again(&mut self, actor: &Actor, campaign: i64, id: ActId, free: &[i64]) -> Result<(), StoreError> {
        self.audit(Some(actor), "took_back", id.to_string(), {
            let contacts = counted(free.len() as u64, "contact");
            format!("{contacts} of campaign {campaign}")
        });
        if free.is_empty() {
            return Ok(());
        }
        let ids = to_json(&free)?;
        db::query(
            "UPDATE contacts SET assigned = $2, holder = $2, epoch = epoch + 1, updated_at = $3
             WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))",
        )
        .bind(ids.as_str())
        .bind(actor.person.0)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        let to = (actor.organization.0, actor.person.0, Some(actor.session));
        self.contacts_received(to, &format!("act {id}"), &ids).await?;
        let rows = db::query(concat!(
            "SELECT ",
            contact_columns!(),
            " FROM json_each($1) j JOIN contacts c ON c.id = CAST(j.atom AS BIGINT) ORDER BY j.key"
        ))
        .bind(ids.as_str())
        .fetch_all(&mut *self.conn)
        .await?;
        for row in &rows {
            self.contact_event(&ContactRow::read(row)?)?;
        }
        Ok(())
    }
}
