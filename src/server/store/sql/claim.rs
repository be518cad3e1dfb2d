//! Slices and leases: who may text whom.

use uuid::Uuid;

use super::{
    closing::MOST_LATE,
    list_change::counted,
    pool::Pool,
    rows::{self, ContactRow, col, contact_columns, time, to_json, unsigned},
    tx::{Audience, Campaign, Tx},
};
use crate::api::{
    assignment::SliceGrant,
    campaign::CampaignState,
    event::EventKind,
    people::{Keeps, Presence, Role},
    problem::{Code, Problem},
};
use crate::db;
use crate::domain::{
    assignment::MAX_SLICE,
    ids::{CampaignId, ContactId},
    tag,
    throughput::Throughput,
};
use crate::mutation::{self, Mutation};
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
};

/// A texter may hold this many unsent contacts at least, however small the slices are.
const MIN_QUOTA: i64 = 100;

/// Conversations without hands that a claim takes along, longest wait first.
const RESCUED: i64 = 20;

/// Whoever waits for somebody who speaks their language is anybody's after this long, in microseconds.
const SPEAKER_WITHIN: i64 = 20 * 60 * 1_000_000;

/// A vetted texter is there who was seen this lately, in microseconds. When none is, no voter waits for one.
const VETTED_THERE: i64 = 10 * 60 * 1_000_000;

fn refused(code: Code, detail: &str) -> Problem {
    Problem::new(code, detail)
}

fn slice(campaign: &Campaign) -> i64 {
    i64::from(campaign.def.slice_size.clamp(1, MAX_SLICE))
}

impl Tx<'_> {
    pub(super) async fn claim(
        &mut self,
        actor: &Actor,
        campaign: CampaignId,
        claim: Uuid,
        (want, speaks): (u32, &[String]),
        limits: Option<&Throughput>,
    ) -> Result<Answer, StoreError> {
        let no = |problem: Problem| Ok(Answer::Refused(Box::new(problem)));
        let stored = db::query("SELECT person, campaign, contacts FROM claims WHERE id = $1")
            .bind(claim)
            .fetch_optional(&mut *self.conn)
            .await?;
        if let Some(row) = stored {
            let (person, of): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            if person != actor.person.0 || of != campaign.0 {
                return no(refused(Code::IdReused, "this claim's id was used before for something else"));
            }
            let ids: String = row.try_get(2)?;
            return self.granted(actor, &ids, 0).await;
        }
        let Some(campaign) = self.campaign_of(actor, campaign.0).await? else {
            return no(refused(Code::NotFound, "no such campaign for you"));
        };
        match campaign.state {
            CampaignState::Running => {}
            CampaignState::Paused => return no(refused(Code::Paused, "a captain paused the campaign")),
            CampaignState::Importing => return no(refused(Code::Paused, "the campaign is being imported")),
            CampaignState::Archived if Self::answers_late(actor, &campaign) => {}
            CampaignState::Archived => return no(refused(Code::Closed, "the campaign is closed")),
        }
        let closed = campaign.state == CampaignState::Archived;
        if let Some(problem) = self.conduct_missing(actor, &campaign).await? {
            return no(problem);
        }
        if let Some(problem) = self.practice_missing(actor, &campaign).await? {
            return no(problem);
        }
        self.seen(actor).await?;
        if closed && campaign.late_owner == Some(actor.person.0) {
            self.cache.asks_late(campaign.id, actor.person.0, self.now);
        }
        self.expire_leases(Some(campaign.id)).await?;
        let rescued = if closed {
            self.late_waiting(campaign.id, MOST_LATE).await?
        } else {
            self.waiting_without_hands(actor, campaign.id, speaks).await?
        };
        if closed && rescued.is_empty() {
            return no(refused(Code::NoneLeft, "the campaign is closed, and nobody waits for an answer"));
        }
        let want = if want == 0 { slice(&campaign) } else { i64::from(want.min(MAX_SLICE)) };
        let in_hand = self.unsent_in_hand(actor, campaign.id).await?;
        let room = Self::quota(&campaign) - in_hand;
        if room <= 0 && rescued.is_empty() {
            let mut full = refused(Code::QuotaReached, "finish or release some of what you hold");
            full.count = Some(unsigned(in_hand));
            return no(full);
        }
        let mut pool =
            if closed { Pool::default() } else { self.pool(actor, &campaign, want.min(room).max(0)).await? };
        if mutation::on(Mutation::TwoHands) {
            let held =
                "SELECT id FROM contacts WHERE campaign = $1 AND status = 'needs_message' AND opt_out = 0 LIMIT $2";
            let held = db::query(held).bind(campaign.id).bind(want).fetch_all(&mut *self.conn).await?;
            pool.open = held.iter().map(|row| col(row, 0)).collect::<Result<_, _>>()?;
        }
        // What is handed out may be confirmed, whatever happens to the cap meanwhile: so here is where first texts stop.
        if let Some(limits) = limits.filter(|_| !pool.open.is_empty()) {
            let (most, open_at) = self.hand_out(limits, &campaign).await?;
            pool.open.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            if let Some(at) = open_at.filter(|_| rescued.is_empty()) {
                let mut full =
                    refused(Code::CapReached, "as many first texts as the carrier lets through are under way");
                full.at = Some(at);
                return no(full);
            }
        }
        if pool.open.is_empty() && rescued.is_empty() {
            return no(self.nothing_to_hand_out(actor, &campaign, &pool).await?);
        }
        let ids = to_json(&rescued.iter().chain(&pool.open).collect::<Vec<_>>())?;
        db::query(
            "UPDATE contacts SET assigned = $2, holder = $2, epoch = epoch + 1, kept_for = NULL, snoozed_until = NULL, updated_at = $3,
                 foreign_seq = CASE WHEN last_seq = 0 THEN 0 ELSE COALESCE((SELECT MAX(m.seq) FROM messages m
                     WHERE m.contact = contacts.id AND (m.direction = 'in' OR m.author <> $2)), 0) END
             WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))",
        )
        .bind(ids.as_str())
        .bind(actor.person.0)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        db::query("INSERT INTO claims (id, person, campaign, contacts, at) VALUES ($1, $2, $3, $4, $5)")
            .bind(claim)
            .bind(actor.person.0)
            .bind(campaign.id)
            .bind(ids.as_str())
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        for id in &rescued {
            if let Some(contact) = self.contact(*id).await? {
                self.note(&contact, Some(actor), "assigned", &actor.name).await?;
            }
        }
        let detail =
            format!("{} of campaign {}", counted((rescued.len() + pool.open.len()) as u64, "contact"), campaign.id);
        self.audit(Some(actor), "claimed", claim.to_string(), detail);
        let to = (actor.organization.0, actor.person.0, Some(actor.session));
        self.contacts_received(to, &format!("claim {claim}"), &ids).await?;
        self.granted(actor, &ids, pool.closed + pool.never + pool.lately).await
    }

    /// A grant of those of `ids` that are in the actor's hands.
    async fn granted(&mut self, actor: &Actor, ids: &str, held_back: u64) -> Result<Answer, StoreError> {
        let rows = db::query(concat!(
            "SELECT ",
            contact_columns!(),
            " FROM json_each($1) j JOIN contacts c ON c.id = CAST(j.atom AS BIGINT) WHERE c.assigned = $2 ORDER BY j.key"
        ))
        .bind(ids)
        .bind(actor.person.0)
        .fetch_all(&mut *self.conn)
        .await?;
        let contacts = rows.iter().map(|row| ContactRow::read(row)?.summary()).collect::<Result<Vec<_>, _>>()?;
        Ok(Answer::Slice(SliceGrant { contacts, lease_until: self.lease_end(), held_back }))
    }

    /// How many contacts without a first text one person may hold.
    pub(super) fn quota(campaign: &Campaign) -> i64 {
        (2 * slice(campaign)).max(MIN_QUOTA)
    }

    pub(super) async fn unsent_in_hand(&mut self, actor: &Actor, campaign: i64) -> Result<i64, StoreError> {
        let row = db::query(
            "SELECT COUNT(*) FROM contacts INDEXED BY contacts_hand
             WHERE assigned = $1 AND campaign = $2 AND status = 'needs_message' AND opt_out < 2",
        )
        .bind(actor.person.0)
        .bind(campaign)
        .fetch_one(&mut *self.conn)
        .await?;
        Ok(row.try_get(0)?)
    }

    /// Voters who wait for an answer while nobody holds their conversation; those behind a wrong number too, as what they
    /// write may be an opt-out that only a person can see.
    ///
    /// What others began goes to vetted texters, as long as one is there; who is not vetted gets back what was theirs.
    async fn waiting_without_hands(
        &mut self,
        actor: &Actor,
        campaign: i64,
        speaks: &[String],
    ) -> Result<Vec<i64>, StoreError> {
        let anybodys = actor.role >= Role::VettedTexter || !self.a_vetted_texter_is_there(actor, campaign).await?;
        let rows = db::query(
            r#"SELECT id, tags, waiting_since FROM contacts INDEXED BY contacts_waiting
             WHERE campaign = $1 AND waiting_since IS NOT NULL AND assigned IS NULL
                 AND status = 'needs_response' AND opt_out < 2 AND ($3 = 1 OR holder = $4)
                 AND (tags NOT LIKE '%"needs:%' OR waiting_since < $5
                     OR EXISTS (SELECT 1 FROM json_each($6) s WHERE tags LIKE '%"needs:' || CAST(s.atom AS TEXT) || '"%'))
             ORDER BY waiting_since LIMIT $2"#,
        )
        .bind(campaign)
        .bind(4 * RESCUED)
        .bind(i64::from(anybodys))
        .bind(actor.person.0)
        .bind(self.micros().saturating_sub(SPEAKER_WITHIN))
        .bind(rows::to_json(&speaks)?)
        .fetch_all(&mut *self.conn)
        .await?;
        let mut found = Vec::new();
        for row in &rows {
            let tags: Vec<String> = rows::json(&col::<String>(row, 1)?)?;
            let waits_long = self.micros().saturating_sub(col(row, 2)?) > SPEAKER_WITHIN;
            let theirs = |language: &str| speaks.iter().any(|spoken| spoken == language);
            let mut needed = tags.iter().filter_map(|tag| tag::needed(tag));
            if waits_long || needed.all(theirs) {
                found.push(col(row, 0)?);
            }
        }
        found.truncate(usize::try_from(RESCUED).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn a_vetted_texter_is_there(&mut self, actor: &Actor, campaign: i64) -> Result<bool, StoreError> {
        let row = db::query(
            "SELECT COUNT(*) FROM sessions s JOIN people p ON p.id = s.person
             WHERE s.role = 'vetted_texter' AND s.revoked = 0 AND p.organization = $1 AND p.last_seen > $2
                 AND (s.campaign IS NULL OR s.campaign = $3)",
        )
        .bind(actor.organization.0)
        .bind(self.micros().saturating_sub(VETTED_THERE))
        .bind(campaign)
        .fetch_one(&mut *self.conn)
        .await?;
        Ok(col::<i64>(&row, 0)? > 0)
    }

    pub(super) async fn presence(&mut self, actor: &Actor) -> Result<Answer, StoreError> {
        self.cache.seen.remove(&actor.person.0);
        self.seen(actor).await?;
        let (server_time, lease_until) = (self.now, self.lease_end());
        let minutes = |long: std::time::Duration| u32::try_from(long.as_secs() / 60).unwrap_or(u32::MAX);
        let leases = self.cache.leases;
        let keeps =
            Some(Keeps { unsent_minutes: minutes(leases.unsent), reply_minutes: minutes(leases.conversations) });
        Ok(Answer::Presence(Presence { server_time, lease_until, own_time: false, nothing_goes_before: None, keeps }))
    }

    /// Gives back what is held by people who have not been seen for too long: unsent contacts at the end of the lease,
    /// conversations when theirs is over, an hour after they were last seen unless the server says otherwise. With a campaign: only that one's unsent contacts.
    pub(super) async fn expire_leases(&mut self, campaign: Option<i64>) -> Result<Answer, StoreError> {
        let gone = db::query("SELECT id, COALESCE(last_seen, 0) FROM people WHERE lease_until <= $1")
            .bind(self.micros())
            .fetch_all(&mut *self.conn)
            .await?;
        for row in gone {
            let (person, last_seen): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            self.cache.seen.remove(&person);
            let unsent = db::query(
                "UPDATE contacts SET assigned = NULL, updated_at = $2
                 WHERE assigned = $1 AND status = 'needs_message' AND (CAST($3 AS BIGINT) IS NULL OR campaign = $3)
                 RETURNING id, campaign",
            )
            .bind(person)
            .bind(self.micros())
            .bind(campaign)
            .fetch_all(&mut *self.conn)
            .await?;
            self.gone(None, person, &unsent, "lease_expired")?;
            let talks = i64::try_from(self.cache.leases.conversations.as_micros()).unwrap_or(i64::MAX);
            if campaign.is_none() && self.micros() >= last_seen.saturating_add(talks) {
                let conversations = db::query(
                    "UPDATE contacts SET assigned = NULL, updated_at = $2 WHERE assigned = $1 RETURNING id, campaign",
                )
                .bind(person)
                .bind(self.micros())
                .fetch_all(&mut *self.conn)
                .await?;
                self.gone(None, person, &conversations, "lease_expired")?;
                db::query("UPDATE people SET lease_until = NULL WHERE id = $1")
                    .bind(person)
                    .execute(&mut *self.conn)
                    .await?;
            }
        }
        Ok(Answer::Done)
    }

    /// A sign-in of a person was ended: nobody works behind what they hold where none is left to them, as a sign-in may be for one
    /// campaign alone. Unsent contacts go back into the pool, conversations to whoever claims next. The epoch stays: what was
    /// confirmed before the end still counts for whatever was given to nobody since.
    pub(super) async fn leaves(&mut self, actor: &Actor, person: i64) -> Result<(), StoreError> {
        let held = db::query(
            "UPDATE contacts SET assigned = NULL, updated_at = $2 WHERE assigned = $1
                 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.person = $1 AND s.revoked = 0 AND s.waiting = 0
                     AND (s.campaign IS NULL OR s.campaign = contacts.campaign))
             RETURNING id, campaign",
        )
        .bind(person)
        .bind(self.micros())
        .fetch_all(&mut *self.conn)
        .await?;
        self.cache.seen.remove(&person);
        self.gone(Some(actor), person, &held, "session_ended")
    }

    /// Tells a person what left their hands. Rows: contact, campaign.
    pub(super) fn gone(
        &mut self,
        actor: Option<&Actor>,
        person: i64,
        rows: &[db::Row],
        why: &'static str,
    ) -> Result<(), StoreError> {
        for row in rows {
            let what = EventKind::Gone { contact: ContactId(col(row, 0)?), why: why.to_owned(), who: None };
            self.event(col(row, 1)?, Audience::Person(person), &what)?;
        }
        if !rows.is_empty() {
            self.audit(actor, why, format!("person {person}"), counted(rows.len() as u64, "contact"));
        }
        Ok(())
    }
}

/// When what a person holds runs out.
pub(super) async fn lease_of(conn: &mut db::Conn, person: i64) -> Result<Option<jiff::Timestamp>, StoreError> {
    let row = db::query("SELECT lease_until FROM people WHERE id = $1").bind(person).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    rows::col::<Option<i64>>(&row, 0)?.map(time).transpose()
}
