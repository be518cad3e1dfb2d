//! Who may come in, who is in: the questions.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    SqlStore, approval, audit, canned, conduct, practice,
    rows::{self, col, time, unsigned},
    second_factor,
    visible::is_visible,
    waiting_room,
};
use crate::api::{
    admin::InviteInfo,
    approval::ProposalState,
    audit::AuditPage,
    canned::CannedReplies,
    conduct::ConductText,
    people::{PersonInfo, Role, WaitingPerson},
    practice::Practice,
};
use crate::db;
use crate::domain::ids::{CampaignId, PersonId};
use crate::server::store::{
    command::Actor,
    query::Found,
    roster::{AuditWanted, FactorKept, Roster, Standing},
};

/// Longest list of invites: the newest.
const MOST_INVITES: i64 = 1_000;

#[async_trait]
impl Roster for SqlStore {
    async fn invite_standing(&self, secret_hash: [u8; 32], now: Timestamp) -> Found<Standing> {
        let mut conn = self.reader().await?;
        let row = db::query("SELECT uses_left, expires_at, revoked FROM invites WHERE secret_hash = $1")
            .bind(secret_hash.as_slice())
            .fetch_optional(&mut conn)
            .await?;
        let Some(row) = row else { return Ok(Standing::Unknown) };
        Ok(if is_good(col(&row, 0)?, col(&row, 1)?, col(&row, 2)?, now) { Standing::Good } else { Standing::Spent })
    }

    async fn knows_token(&self, token_hash: [u8; 32]) -> Found<bool> {
        let mut conn = self.reader().await?;
        let row = db::query("SELECT 1 FROM tokens WHERE hash = $1")
            .bind(token_hash.as_slice())
            .fetch_optional(&mut conn)
            .await?;
        Ok(row.is_some())
    }

    async fn second_factor(&self, actor: &Actor) -> Found<Option<FactorKept>> {
        let mut conn = self.reader().await?;
        second_factor::kept(&mut conn, actor.person).await
    }

    async fn audit(&self, actor: &Actor, wanted: &AuditWanted) -> Found<AuditPage> {
        let mut conn = self.reader().await?;
        audit::page(&mut conn, actor, wanted).await
    }

    async fn proposal(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<ProposalState>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        Ok(Some(ProposalState { proposal: approval::waiting(&mut conn, campaign.0).await? }))
    }

    async fn canned(&self, actor: &Actor) -> Found<CannedReplies> {
        let mut conn = self.reader().await?;
        canned::told(&mut conn, actor.organization.0).await
    }

    async fn conduct(&self, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Vec<ConductText>>> {
        let mut conn = self.reader().await?;
        conduct::to_read(&mut conn, actor, campaign).await
    }

    async fn practice(&self, actor: &Actor, campaign: Option<CampaignId>) -> Found<Option<Practice>> {
        practice::of(&mut *self.reader().await?, actor, campaign).await
    }

    async fn waiting_room(&self, actor: &Actor) -> Found<Vec<WaitingPerson>> {
        let mut conn = self.reader().await?;
        waiting_room::list(&mut conn, actor).await
    }

    async fn people(&self, actor: &Actor) -> Found<Vec<PersonInfo>> {
        let mut conn = self.reader().await?;
        let rows = db::query(
            "SELECT p.id, p.name, p.namesake, p.last_seen, (SELECT COUNT(*) FROM contacts c WHERE c.assigned = p.id),
                 (SELECT COUNT(*) FROM second_factors f WHERE f.person = p.id)
             FROM people p WHERE p.organization = $1 ORDER BY p.name, p.namesake, p.id",
        )
        .bind(actor.organization.0)
        .fetch_all(&mut conn)
        .await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in &rows {
            people.push(PersonInfo {
                id: PersonId(col(row, 0)?),
                name: rows::told_apart(col(row, 1)?, col(row, 2)?),
                role: None,
                waiting: false,
                sessions: 0,
                in_hand: unsigned(col(row, 4)?),
                last_seen: col::<Option<i64>>(row, 3)?.map(time).transpose()?,
                conduct: None,
                second_factor: col::<i64>(row, 5)? != 0,
                practised_at: None,
            });
        }
        let running = db::query(
            "SELECT s.person, s.role, s.waiting FROM sessions s JOIN people p ON p.id = s.person
             WHERE p.organization = $1 AND s.revoked = 0",
        )
        .bind(actor.organization.0)
        .fetch_all(&mut conn)
        .await?;
        let mut at_the_door: BTreeMap<i64, u64> = BTreeMap::new();
        let mut signed_in: BTreeMap<i64, (Role, u64)> = BTreeMap::new();
        for row in &running {
            let role = rows::role(&col::<String>(row, 1)?)?;
            if col::<i64>(row, 2)? != 0 {
                *at_the_door.entry(col(row, 0)?).or_default() += 1;
                continue;
            }
            let one = signed_in.entry(col(row, 0)?).or_insert((role, 0));
            *one = (one.0.max(role), one.1 + 1);
        }
        let mut accepted = conduct::accepted_last(&mut conn, actor.organization.0).await?;
        let mut practised = practice::all(&mut conn, actor.organization.0).await?;
        for person in &mut people {
            person.practised_at = practised.remove(&person.id.0);
            person.conduct = accepted.remove(&person.id.0);
            if let Some((role, sessions)) = signed_in.get(&person.id.0) {
                person.role = Some(*role);
                person.sessions = *sessions;
            }
            // Whoever waits at the door has a sign-in, for which nothing is open yet.
            let waiting = at_the_door.get(&person.id.0).copied().unwrap_or(0);
            person.sessions += waiting;
            person.waiting = person.role.is_none() && waiting > 0;
        }
        Ok(people)
    }

    async fn invites(&self, actor: &Actor, now: Timestamp) -> Found<Vec<InviteInfo>> {
        let mut conn = self.reader().await?;
        let rows = db::query(
            "SELECT i.id, i.role, i.campaign, i.uses_left, i.expires_at, i.created_at, i.revoked, p.name,
                 (SELECT COUNT(DISTINCT s.person) FROM sessions s WHERE s.invite = i.id)
             , i.waiting_room FROM invites i LEFT JOIN people p ON p.id = i.created_by
             WHERE i.organization = $1 ORDER BY i.id DESC LIMIT $2",
        )
        .bind(actor.organization.0)
        .bind(MOST_INVITES)
        .fetch_all(&mut conn)
        .await?;
        rows.iter()
            .map(|row| {
                let (uses_left, expires_at, revoked) = (col(row, 3)?, col(row, 4)?, col::<i64>(row, 6)?);
                Ok(InviteInfo {
                    id: col(row, 0)?,
                    role: rows::role(&col::<String>(row, 1)?)?,
                    campaign: col::<Option<i64>>(row, 2)?.map(CampaignId),
                    joined: unsigned(col(row, 8)?),
                    uses_left: unsigned(uses_left),
                    expires_at: time(expires_at)?,
                    created_at: time(col(row, 5)?)?,
                    created_by: col(row, 7)?,
                    good: is_good(uses_left, expires_at, revoked, now),
                    waiting_room: col::<i64>(row, 9)? != 0,
                    revoked: revoked != 0,
                })
            })
            .collect()
    }
}

fn is_good(uses_left: i64, expires_at: i64, revoked: i64, now: Timestamp) -> bool {
    uses_left > 0 && expires_at > now.as_microsecond() && revoked == 0
}
