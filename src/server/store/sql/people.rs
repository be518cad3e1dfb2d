//! Invites, joining, sessions.

use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    rows::{self, col},
    tx::Tx,
};
use crate::api::{
    admin::{Invite, InviteRequest},
    people::{Me, Role},
    problem::{Code, Problem},
};
use crate::db;
use crate::domain::{
    ids::{CampaignId, DeviceId, OrganizationId, PersonId},
    person_name,
};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer, Factor},
    handles::SECOND_FACTOR_NEEDED,
};

/// Nobody makes, ends or takes back what is above them.
pub(super) const ABOVE: &str = "this is about a role above your own: an owner can do it";

fn no(code: Code, detail: &str) -> Result<Answer, StoreError> {
    Ok(Answer::Refused(Box::new(Problem::new(code, detail))))
}

impl Tx<'_> {
    pub(super) async fn make_invite(
        &mut self,
        actor: Option<&Actor>,
        organization: OrganizationId,
        request: &InviteRequest,
        secret_hash: [u8; 32],
    ) -> Result<Answer, StoreError> {
        if request.uses == 0 {
            return no(Code::Invalid, "an invite is for one use at least");
        }
        if actor.is_some_and(|actor| request.role > actor.role) {
            return no(Code::Forbidden, ABOVE);
        }
        if let Some(campaign) = request.campaign {
            let found = self.campaign(campaign.0).await?;
            if found.is_none_or(|c| c.organization != organization.0) {
                return no(Code::NotFound, "no such campaign");
            }
        }
        let valid = SignedDuration::from_secs(i64::try_from(request.valid_seconds).unwrap_or(i64::MAX));
        let Ok(expires_at) = self.now.checked_add(valid) else {
            return no(Code::Invalid, "an invite cannot be good for so long");
        };
        let id = db::query(
            "INSERT INTO invites (organization, secret_hash, role, campaign, uses_left, expires_at, created_at, created_by,
                 waiting_room)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        )
        .bind(organization.0)
        .bind(secret_hash.as_slice())
        .bind(rows::role_word(request.role))
        .bind(request.campaign.map(|c| c.0))
        .bind(i64::from(request.uses))
        .bind(expires_at.as_microsecond())
        .bind(self.micros())
        .bind(actor.map(|a| a.person.0))
        .bind(i64::from(request.waiting_room))
        .fetch_one(&mut *self.conn)
        .await?
        .try_get::<i64>(0)?;
        self.audit(actor, "invited", format!("invite {id}"), rows::role_word(request.role).to_owned());
        Ok(Answer::Invite(Invite { id, secret: String::new(), expires_at }))
    }

    pub(super) async fn revoke_invite(&mut self, actor: &Actor, invite: i64) -> Result<Answer, StoreError> {
        let row = db::query("SELECT role FROM invites WHERE id = $1 AND organization = $2")
            .bind(invite)
            .bind(actor.organization.0)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = row else { return no(Code::NotFound, "no such invite") };
        if rows::role(&col::<String>(&row, 0)?)? > actor.role {
            return no(Code::Forbidden, ABOVE);
        }
        let sql = "UPDATE invites SET revoked = 1 WHERE id = $1 AND revoked = 0";
        let done = db::query(sql).bind(invite).execute(&mut *self.conn).await?;
        // It happens once, however often it is asked for.
        if done.rows_affected() > 0 {
            self.audit(Some(actor), "invite_revoked", format!("invite {invite}"), String::new());
        }
        Ok(Answer::Done)
    }

    pub(super) async fn join(
        &mut self,
        (invite_hash, token_hash): ([u8; 32], [u8; 32]),
        name: &str,
        device: DeviceId,
        proof: Option<[u8; 32]>,
    ) -> Result<Answer, StoreError> {
        let name = match person_name::cleaned(name) {
            Ok(name) => name,
            Err(why) => return no(Code::Invalid, why),
        };
        // The answer to a join may be lost: the same device asking again under the same name is the same person, for no use.
        let former = self.joined_before(invite_hash, &name, (device, proof)).await?;
        let known = match former {
            Some(person) => Some(person),
            None => self.known_here(invite_hash, &name, (device, proof)).await?,
        };
        let row = db::query(
            "UPDATE invites SET uses_left = uses_left - CASE WHEN $3 THEN 0 ELSE 1 END
             WHERE secret_hash = $1 AND (uses_left > 0 OR $3) AND expires_at > $2 AND revoked = 0
             RETURNING id, organization, role, campaign, (SELECT name FROM organizations o WHERE o.id = organization),
                 waiting_room",
        )
        .bind(invite_hash.as_slice())
        .bind(self.micros())
        .bind(former.is_some())
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else {
            return no(
                Code::InviteSpent,
                "no join link like this is good now: it was used up, has expired, was revoked, or is not whole",
            );
        };
        let invite: i64 = row.try_get(0)?;
        let organization: i64 = row.try_get(1)?;
        let role_word: String = row.try_get(2)?;
        let campaign: Option<i64> = row.try_get(3)?;
        let organization_name: String = row.try_get(4)?;
        let waiting = col::<i64>(&row, 5)? != 0 && !self.is_in(known, &role_word, campaign).await?;
        let person = match known {
            Some(person) => person,
            None => db::query(
                "INSERT INTO people (organization, name, created_at, last_seen, namesake)
                 SELECT $1, $2, $3, $3, 1 + COALESCE(MAX(namesake), 0) FROM people WHERE organization = $1 AND name = $2
                 RETURNING id",
            )
            .bind(organization)
            .bind(name.as_str())
            .bind(self.micros())
            .fetch_one(&mut *self.conn)
            .await?
            .try_get::<i64>(0)?,
        };
        let session = db::query(
            "INSERT INTO sessions (person, token_hash, role, campaign, device, invite, created_at, last_seen, waiting, proof)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) RETURNING id",
        )
        .bind(person)
        .bind(token_hash.as_slice())
        .bind(role_word.as_str())
        .bind(campaign)
        .bind(device.0)
        .bind(invite)
        .bind(self.micros())
        .bind(i64::from(waiting))
        .bind(proof.as_ref().map(<[u8; 32]>::as_slice))
        .fetch_one(&mut *self.conn)
        .await?
        .try_get::<i64>(0)?;
        let role = rows::role(&role_word)?;
        let actor = Actor {
            session,
            person: PersonId(person),
            name: name.clone(),
            role,
            organization: OrganizationId(organization),
            campaign: campaign.map(CampaignId),
            unread: false,
            waiting,
            second_factor: Factor::default(),
            ended_at: None,
        };
        self.audit(Some(&actor), "joined", format!("invite {invite}"), role_word);
        Ok(Answer::Joined(Me {
            person: actor.person,
            name,
            role,
            organization: organization_name,
            campaign: actor.campaign,
            rehearsal: self.cache.simulated,
            waiting,
        }))
    }

    /// Who joined by this invite from this device under this name, unless that sign-in was revoked. Devices' ids are no secret (they stand
    /// in the ledger): its proof says that it is the same one. A program of before has none; it finds who did nothing since.
    async fn joined_before(
        &mut self,
        invite_hash: [u8; 32],
        name: &str,
        (device, proof): (DeviceId, Option<[u8; 32]>),
    ) -> Result<Option<i64>, StoreError> {
        let row = db::query(
            "SELECT s.person, s.revoked FROM invites i JOIN sessions s ON s.invite = i.id JOIN people p ON p.id = s.person
             WHERE i.secret_hash = $1 AND s.device = $2 AND p.name = $3
                 AND (s.proof = $4 OR (s.proof IS NULL AND NOT EXISTS (SELECT 1 FROM sessions o WHERE o.person = s.person
                     AND (o.proof IS NOT NULL OR o.last_seen > o.created_at))))
             ORDER BY s.id DESC LIMIT 1",
        )
        .bind(invite_hash.as_slice())
        .bind(device.0)
        .bind(name)
        .bind(proof.as_ref().map(<[u8; 32]>::as_slice))
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let revoked = col::<i64>(&row, 1)? != 0;
        Ok((!revoked).then_some(col(&row, 0)?))
    }

    /// Who joined by another link from this device under this name, whatever it was for: the same person again, on the board, in exports and
    /// for those who wrote with them before. Who is meant among several is who joined by a link of this kind, else the latest. What a sign-in
    /// may do is its own link's. Who cannot prove that it is the same device is somebody new.
    async fn known_here(
        &mut self,
        invite_hash: [u8; 32],
        name: &str,
        (device, proof): (DeviceId, Option<[u8; 32]>),
    ) -> Result<Option<i64>, StoreError> {
        let Some(proof) = proof else { return Ok(None) };
        let row = db::query(
            "SELECT s.person FROM invites i JOIN people p ON p.organization = i.organization AND p.name = $3
             JOIN sessions s ON s.person = p.id AND s.device = $2 AND s.proof = $4
             WHERE i.secret_hash = $1 ORDER BY CASE WHEN s.role = i.role AND s.campaign IS NOT DISTINCT FROM i.campaign
                 THEN 0 ELSE 1 END, s.id DESC LIMIT 1",
        )
        .bind(invite_hash.as_slice())
        .bind(device.0)
        .bind(name)
        .bind(proof.as_slice())
        .fetch_optional(&mut *self.conn)
        .await?;
        row.map(|row| col(&row, 0)).transpose()
    }

    /// Gives somebody another name: oneself by anybody, others by a captain of theirs, and nobody above.
    pub(super) async fn rename_person(
        &mut self,
        actor: &Actor,
        person: PersonId,
        name: &str,
    ) -> Result<Answer, StoreError> {
        if person != actor.person && actor.role < Role::Captain {
            if actor.full_role() >= Role::Captain {
                return no(Code::SecondFactorNeeded, SECOND_FACTOR_NEEDED);
            }
            return no(Code::Forbidden, "only your own name is yours to change: a captain changes others'");
        }
        let name = match person_name::cleaned(name) {
            Ok(name) => name,
            Err(why) => return no(Code::Invalid, why),
        };
        // A captain of one campaign sees its people and no others.
        let row = db::query(
            "SELECT p.name FROM people p WHERE p.id = $1 AND p.organization = $2
                 AND (CAST($3 AS BIGINT) IS NULL OR p.id = $4
                     OR EXISTS (SELECT 1 FROM sessions s WHERE s.person = p.id AND s.campaign = $3))",
        )
        .bind(person.0)
        .bind(actor.organization.0)
        .bind(actor.campaign.map(|c| c.0))
        .bind(actor.person.0)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return no(Code::NotFound, "nobody here has this id") };
        let former: String = col(&row, 0)?;
        let roles = db::query("SELECT DISTINCT role FROM sessions WHERE person = $1 AND revoked = 0")
            .bind(person.0)
            .fetch_all(&mut *self.conn)
            .await?;
        for row in &roles {
            if person != actor.person && rows::role(&col::<String>(row, 0)?)? > actor.role {
                return no(Code::Forbidden, ABOVE);
            }
        }
        if former == name {
            return Ok(Answer::Done);
        }
        // Whoever is called so already keeps the number that tells them apart.
        db::query(
            "UPDATE people SET name = $2, namesake = 1 + COALESCE((SELECT MAX(o.namesake) FROM people o
                 WHERE o.organization = $3 AND o.name = $2 AND o.id <> $1), 0) WHERE id = $1",
        )
        .bind(person.0)
        .bind(name.as_str())
        .bind(actor.organization.0)
        .execute(&mut *self.conn)
        .await?;
        self.cache.forget_name(person.0);
        self.audit(Some(actor), "renamed", format!("person {}", person.0), format!("{former} -> {name}"));
        Ok(Answer::Done)
    }

    /// Whoever hands in is there: what they hold stays theirs. A sign-in that was ended renews nothing, and the record says that
    /// it came by one; what its person still holds runs out.
    pub(super) async fn handed_in(&mut self, actor: &Actor, id: Uuid) -> Result<(), StoreError> {
        if actor.ended_at.is_none() {
            return self.seen(actor).await;
        }
        self.handed_in_late(actor, id).await
    }

    /// [`Self::handed_in`] of a text; what can be is written with it.
    pub(super) async fn handed_in_text(&mut self, actor: &Actor, id: Uuid) -> Result<(), StoreError> {
        if actor.ended_at.is_none() {
            self.seen_with_text(actor);
            return Ok(());
        }
        self.handed_in_late(actor, id).await
    }

    async fn handed_in_late(&mut self, actor: &Actor, id: Uuid) -> Result<(), StoreError> {
        db::query("UPDATE people SET lease_until = COALESCE(lease_until, $2) WHERE id = $1")
            .bind(actor.person.0)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        self.audit(Some(actor), "by_ended_session", id.to_string(), format!("session {}", actor.session));
        Ok(())
    }

    pub(super) async fn revoke_session(&mut self, actor: &Actor, session: i64) -> Result<Answer, StoreError> {
        let row = db::query(
            "SELECT s.person, s.role FROM sessions s JOIN people p ON p.id = s.person
             WHERE s.id = $1 AND p.organization = $2",
        )
        .bind(session)
        .bind(actor.organization.0)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return no(Code::NotFound, "no such session") };
        let person: i64 = col(&row, 0)?;
        if rows::role(&col::<String>(&row, 1)?)? > actor.role {
            return no(Code::Forbidden, ABOVE);
        }
        self.end_session(session).await?;
        self.audit(Some(actor), "session_revoked", format!("session {session}"), format!("person {person}"));
        self.leaves(actor, person).await?;
        Ok(Answer::Done)
    }
}
