//! The waiting room: who joined by a link that says so, and was not let in yet.
//!
//! A sign-in that waits is one like any other whose routes all refuse. A captain sees and lets in those of the campaign that their own
//! sign-in is for, and nobody above their own role.

use super::{
    act::{Decision, no, own_feed},
    conduct,
    rows::{self, col, time, to_json, unsigned},
    tx::Tx,
};
use crate::api::{
    people::{Role, WaitingPerson},
    problem::Code,
};
use crate::db::{self, Conn};
use crate::domain::ids::{CampaignId, PersonId};
use crate::server::store::{StoreError, command::Actor, query::Found};

/// How many people wait, as this captain sees it.
pub(super) async fn count(conn: &mut Conn, actor: &Actor) -> Found<u64> {
    let row = db::query(
        "SELECT COUNT(DISTINCT s.person) FROM sessions s JOIN people p ON p.id = s.person
         WHERE s.waiting <> 0 AND s.revoked = 0 AND p.organization = $1
             AND (CAST($2 AS BIGINT) IS NULL OR s.campaign = $2)",
    )
    .bind(actor.organization.0)
    .bind(actor.campaign.map(|c| c.0))
    .fetch_one(conn)
    .await?;
    Ok(unsigned(col(&row, 0)?))
}

/// Each of them once, the longest wait first.
pub(super) async fn list(conn: &mut Conn, actor: &Actor) -> Found<Vec<WaitingPerson>> {
    let rows = db::query(
        "SELECT s.person, p.name, p.namesake, s.role, s.campaign, s.created_at
         FROM sessions s JOIN people p ON p.id = s.person
         WHERE s.waiting <> 0 AND s.revoked = 0 AND p.organization = $1
             AND (CAST($2 AS BIGINT) IS NULL OR s.campaign = $2) ORDER BY s.created_at, s.id",
    )
    .bind(actor.organization.0)
    .bind(actor.campaign.map(|c| c.0))
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let rules = conduct::any(conn, actor.organization.0).await?;
    let mut accepted = conduct::accepted_last(conn, actor.organization.0).await?;
    let mut all: Vec<WaitingPerson> = Vec::with_capacity(rows.len());
    for row in &rows {
        let person = PersonId(col(row, 0)?);
        if all.iter().any(|one| one.person == person) {
            continue;
        }
        let conduct = accepted.remove(&person.0);
        all.push(WaitingPerson {
            person,
            name: rows::told_apart(col(row, 1)?, col(row, 2)?),
            role: rows::role(&col::<String>(row, 3)?)?,
            campaign: col::<Option<i64>>(row, 4)?.map(CampaignId),
            since: time(col(row, 5)?)?,
            unread: rules && !conduct.as_ref().is_some_and(|accepted| accepted.current),
            conduct,
        });
    }
    Ok(all)
}

/// A sign-in that waits.
struct AtTheDoor {
    session: i64,
    person: i64,
    role: Role,
    /// The campaign that it is for, where it is for one.
    campaign: Option<i64>,
}

impl Tx<'_> {
    /// True when this person was let in before with the same rights.
    pub(super) async fn is_in(
        &mut self,
        person: Option<i64>,
        role: &str,
        campaign: Option<i64>,
    ) -> Result<bool, StoreError> {
        let Some(person) = person else { return Ok(false) };
        let row = db::query(
            "SELECT 1 FROM sessions WHERE person = $1 AND role = $2 AND campaign IS NOT DISTINCT FROM CAST($3 AS BIGINT)
                 AND waiting = 0 AND revoked = 0 LIMIT 1",
        )
        .bind(person)
        .bind(role)
        .bind(campaign)
        .fetch_optional(&mut *self.conn)
        .await?;
        Ok(row.is_some())
    }

    /// Where the verdict on an act about the waiting room is told: in this campaign, when the actor may see it.
    async fn told_in(&mut self, actor: &Actor, campaign: Option<CampaignId>) -> Result<Option<i64>, StoreError> {
        match campaign {
            None => Ok(Some(own_feed(actor))),
            Some(campaign) => Ok(self.campaign_of(actor, campaign.0).await?.map(|found| found.id)),
        }
    }

    /// Those of `people` that wait where this captain sees it.
    async fn at_the_door(&mut self, actor: &Actor, people: &[PersonId]) -> Result<Vec<AtTheDoor>, StoreError> {
        let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
        let rows = db::query(
            "SELECT s.id, s.person, s.role, s.campaign FROM sessions s JOIN people p ON p.id = s.person
             WHERE s.waiting <> 0 AND s.revoked = 0 AND p.organization = $2
                 AND (CAST($3 AS BIGINT) IS NULL OR s.campaign = $3)
                 AND p.id IN (SELECT CAST(j.atom AS BIGINT) FROM json_each($1) j) ORDER BY s.created_at, s.id",
        )
        .bind(to_json(&ids)?)
        .bind(actor.organization.0)
        .bind(actor.campaign.map(|c| c.0))
        .fetch_all(&mut *self.conn)
        .await?;
        let read = |row| -> Result<AtTheDoor, StoreError> {
            Ok(AtTheDoor {
                session: col(row, 0)?,
                person: col(row, 1)?,
                role: rows::role(&col::<String>(row, 2)?)?,
                campaign: col(row, 3)?,
            })
        };
        let mut shown: Vec<AtTheDoor> = Vec::new();
        for row in &rows {
            let one: AtTheDoor = read(row)?;
            // Of somebody who waits by links of several kinds, the list shows the one who waits longest, and no other kind is let in with it.
            let first = shown.iter().find(|other| other.person == one.person);
            if first.is_none_or(|first| (first.role, first.campaign) == (one.role, one.campaign)) {
                shown.push(one);
            }
        }
        Ok(shown)
    }

    /// True when one of them joined by a link with a waiting room and is in: another captain was quicker.
    async fn was_let_in(&mut self, actor: &Actor, people: &[PersonId]) -> Result<bool, StoreError> {
        let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
        let row = db::query(
            "SELECT 1 FROM sessions s JOIN people p ON p.id = s.person JOIN invites i ON i.id = s.invite
             WHERE i.waiting_room <> 0 AND s.waiting = 0 AND s.revoked = 0 AND p.organization = $2
                 AND (CAST($3 AS BIGINT) IS NULL OR s.campaign = $3)
                 AND p.id IN (SELECT CAST(j.atom AS BIGINT) FROM json_each($1) j) LIMIT 1",
        )
        .bind(to_json(&ids)?)
        .bind(actor.organization.0)
        .bind(actor.campaign.map(|c| c.0))
        .fetch_optional(&mut *self.conn)
        .await?;
        Ok(row.is_some())
    }

    pub(super) async fn admit(
        &mut self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        people: &[PersonId],
    ) -> Result<(i64, Decision), StoreError> {
        let Some(feed) = self.told_in(actor, campaign).await? else {
            return Ok((own_feed(actor), no(Code::NotFound, "no such campaign for you")?));
        };
        let waiting = self.at_the_door(actor, people).await?;
        // Two captains may let the same person in: the second is told that it is done. Whoever never waited was not let in.
        if waiting.is_empty() && !self.was_let_in(actor, people).await? {
            return Ok((feed, no(Code::NotFound, "nobody of these is in your waiting room")?));
        }
        if waiting.iter().any(|one| one.role > actor.role) {
            return Ok((feed, no(Code::Forbidden, super::people::ABOVE)?));
        }
        for one in waiting {
            db::query("UPDATE sessions SET waiting = 0 WHERE id = $1")
                .bind(one.session)
                .execute(&mut *self.conn)
                .await?;
            let (subject, detail) = (format!("person {}", one.person), format!("session {}", one.session));
            self.audit(Some(actor), "admitted", subject, detail);
        }
        Ok((feed, Ok(())))
    }

    pub(super) async fn show_out(
        &mut self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        person: PersonId,
    ) -> Result<(i64, Decision), StoreError> {
        let Some(feed) = self.told_in(actor, campaign).await? else {
            return Ok((own_feed(actor), no(Code::NotFound, "no such campaign for you")?));
        };
        let waiting = self.at_the_door(actor, &[person]).await?;
        if waiting.is_empty() {
            return Ok((feed, no(Code::NotFound, "nobody of these is in your waiting room")?));
        }
        if waiting.iter().any(|one| one.role > actor.role) {
            return Ok((feed, no(Code::Forbidden, super::people::ABOVE)?));
        }
        for one in waiting {
            self.end_session(one.session).await?;
            let (subject, detail) = (format!("person {}", one.person), format!("session {}", one.session));
            self.audit(Some(actor), "shown_out", subject, detail);
        }
        Ok((feed, Ok(())))
    }
}
