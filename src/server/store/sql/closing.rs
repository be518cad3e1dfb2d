//! Closing a campaign: nothing may be open any more that only its texters could settle, and somebody looks after late replies.
//!
//! A closed campaign hands out nobody and takes no first text. Who writes later is put into the hands of the owner of late replies,
//! while they are there, else into those of whoever of owner and captains asks next. STOP, START and HELP work as ever.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{
    SqlStore, holds,
    opt_out::{Suppression, UNDECIDED},
    person, retention,
    rows::{self, ContactRow, col, signed, time, unsigned},
    script::refused,
    tx::{Audience, Campaign, Tx, is_captain},
    visible::is_visible,
};
use crate::api::{
    campaign::CampaignState,
    closing::{CloseReport, CloseRequest, Concerned, InTheWay, Obstacle},
    event::EventKind,
    keeping::{HoldInfo, PersonOut, PersonPlace, RetentionRun, RetentionState},
    message::SendRequest,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    ids::{CampaignId, ContactId, PersonId},
    message::MessageKind,
    phone::Phone,
};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
    keeping::Keeping,
    query::Found,
};

/// A console is open whose texter was seen this lately: it tells of itself once a minute.
pub(super) const OPEN_CONSOLE: SignedDuration = SignedDuration::from_mins(3);

/// Voters that are put into a hand at once, at most.
pub(super) const MOST_LATE: u64 = 500;

/// Possible opt-outs that are counted in one commit: others' commits wait for it.
const DOUBTS: i64 = 200;

/// Counts of what is in the way, by an index of just those rows each.
const OPEN_JOBS: &str = "SELECT
     (SELECT COUNT(*) FROM jobs INDEXED BY jobs_ready WHERE campaign = $1 AND state = 'ready'),
     (SELECT COUNT(*) FROM jobs INDEXED BY jobs_open
         WHERE state IN ('submitting', 'unknown') AND state = 'submitting' AND campaign = $1),
     (SELECT COUNT(*) FROM jobs INDEXED BY jobs_undecided
         WHERE state IN ('unknown', 'held') AND state = 'unknown' AND campaign = $1),
     (SELECT COUNT(*) FROM jobs INDEXED BY jobs_undecided
         WHERE state IN ('unknown', 'held') AND state = 'held' AND campaign = $1)";

/// Whom it is about, by the same indices and that of the undecided; in none of them an order is worth a sort.
pub(super) fn concerned(what: InTheWay) -> Option<&'static str> {
    Some(match what {
        InTheWay::InHand => return None,
        InTheWay::Queued => {
            "SELECT c.id, c.first_name FROM jobs j INDEXED BY jobs_ready JOIN contacts c ON c.id = j.contact
             WHERE j.campaign = $1 AND j.state = 'ready' LIMIT 20"
        }
        InTheWay::Submitting => {
            "SELECT c.id, c.first_name FROM jobs j INDEXED BY jobs_open JOIN contacts c ON c.id = j.contact
             WHERE j.state IN ('submitting', 'unknown') AND j.state = 'submitting' AND j.campaign = $1 LIMIT 20"
        }
        InTheWay::Unknown => {
            "SELECT c.id, c.first_name FROM jobs j INDEXED BY jobs_undecided JOIN contacts c ON c.id = j.contact
             WHERE j.state IN ('unknown', 'held') AND j.state = 'unknown' AND j.campaign = $1 LIMIT 20"
        }
        InTheWay::Held => {
            "SELECT c.id, c.first_name FROM jobs j INDEXED BY jobs_undecided JOIN contacts c ON c.id = j.contact
             WHERE j.state IN ('unknown', 'held') AND j.state = 'held' AND j.campaign = $1 LIMIT 20"
        }
        InTheWay::Undecided => {
            "SELECT id, first_name FROM contacts INDEXED BY contacts_doubt
             WHERE campaign = $1 AND opt_out = 1 ORDER BY phone LIMIT 20"
        }
    })
}

/// How a campaign stands, for whoever is about to close it: `owner` keeps the conversations in their hands, and those who may have opted out
/// count as if they had.
pub(super) async fn standing(
    conn: &mut Conn,
    campaign: i64,
    owner: Option<i64>,
    now: Timestamp,
) -> Result<CloseReport, StoreError> {
    let row = db::query(
        "SELECT k.state, k.closed_at, k.late_owner, p.name, p.namesake FROM campaigns k LEFT JOIN people p ON p.id = k.late_owner
         WHERE k.id = $1",
    )
    .bind(campaign)
    .fetch_one(&mut *conn)
    .await?;
    let state = rows::state(&col::<String>(&row, 0)?)?;
    let named = col::<Option<String>>(&row, 3)?.zip(col::<Option<i64>>(&row, 4)?);
    let mut report = CloseReport {
        campaign: CampaignId(campaign),
        state,
        closed_at: col::<Option<i64>>(&row, 1)?.map(time).transpose()?,
        owner: col::<Option<i64>>(&row, 2)?.map(PersonId),
        owner_name: named.map(|(name, namesake)| rows::told_apart(name, namesake)),
        in_the_way: Vec::new(),
        unsent: 0,
        waiting: 0,
        opted_out: 0,
        taken_back: 0,
    };
    let row = db::query(
        "SELECT CAST(COALESCE(SUM(CASE WHEN status = 'needs_message' AND opt_out < 2 AND wrong_number = 0 THEN many END), 0) AS BIGINT),
             CAST(COALESCE(SUM(CASE WHEN status = 'needs_response' AND opt_out < 2 THEN many END), 0) AS BIGINT),
             CAST(COALESCE(SUM(CASE WHEN opt_out = 1 THEN many END), 0) AS BIGINT),
             CAST(COALESCE(SUM(CASE WHEN assigned <> 0 AND (assigned <> $2 OR status = 'needs_message') THEN many END), 0) AS BIGINT)
         FROM contact_counts WHERE campaign = $1",
    )
    .bind(campaign)
    .bind(owner.unwrap_or(0))
    .fetch_one(&mut *conn)
    .await?;
    report.unsent = unsigned(col(&row, 0)?);
    report.waiting = unsigned(col(&row, 1)?);
    report.opted_out = unsigned(col(&row, 2)?);
    report.taken_back = unsigned(col(&row, 3)?);
    if state == CampaignState::Archived {
        return Ok(report);
    }
    let seen_since = now.saturating_sub(OPEN_CONSOLE).unwrap_or(Timestamp::MIN);
    let hands = db::query(
        "SELECT p.name, p.namesake, CAST(SUM(k.many) AS BIGINT) FROM contact_counts k JOIN people p ON p.id = k.assigned
         WHERE k.campaign = $1 AND k.many > 0 AND p.last_seen > $2 AND (k.assigned <> $3 OR k.status = 'needs_message')
         GROUP BY p.id, p.name, p.namesake ORDER BY p.name, p.namesake",
    )
    .bind(campaign)
    .bind(seen_since.as_microsecond())
    .bind(owner.unwrap_or(0))
    .fetch_all(&mut *conn)
    .await?;
    let mut in_hand = Obstacle { what: InTheWay::InHand, count: 0, who: Vec::new(), contacts: Vec::new(), until: None };
    for row in &hands {
        in_hand.who.push(rows::told_apart(col(row, 0)?, col(row, 1)?));
        in_hand.count += unsigned(col(row, 2)?);
    }
    let row = db::query(OPEN_JOBS).bind(campaign).fetch_one(&mut *conn).await?;
    let jobs = [InTheWay::Queued, InTheWay::Submitting, InTheWay::Unknown, InTheWay::Held];
    let mut all = vec![in_hand];
    for (at, what) in jobs.into_iter().enumerate() {
        all.push(Obstacle {
            what,
            count: unsigned(col(&row, at)?),
            who: Vec::new(),
            contacts: Vec::new(),
            until: None,
        });
    }
    all.push(Obstacle {
        what: InTheWay::Undecided,
        count: report.opted_out,
        who: Vec::new(),
        contacts: Vec::new(),
        until: None,
    });
    all.retain(|one| one.count > 0);
    for one in &mut all {
        let Some(sql) = concerned(one.what) else { continue };
        for row in &db::query(sql).bind(campaign).fetch_all(&mut *conn).await? {
            one.contacts.push(Concerned { contact: ContactId(col(row, 0)?), first_name: col(row, 1)? });
        }
        one.contacts.sort_by_key(|one| one.contact);
    }
    report.in_the_way = all;
    Ok(report)
}

/// True when the campaign is closed, and late replies are this owner's: nothing is left to do.
fn is_so(report: &CloseReport, request: &CloseRequest) -> bool {
    report.state == CampaignState::Archived && report.owner == Some(request.owner)
}

/// What is in the way, less what the request settles.
pub(super) fn left(report: &mut CloseReport, request: &CloseRequest) {
    report.in_the_way.retain(|one| match one.what {
        InTheWay::InHand => !request.take_back,
        InTheWay::Undecided => !request.doubts_are_opt_outs,
        InTheWay::Queued | InTheWay::Submitting | InTheWay::Unknown | InTheWay::Held => true,
    });
}

fn in_words(one: &Obstacle) -> String {
    let many = one.count;
    match one.what {
        InTheWay::InHand => {
            format!(
                "in_hand: {many} contacts are in the hands of texters whose consoles are open: {}",
                one.who.join(", ")
            )
        }
        InTheWay::Queued => format!("queued: {many} texts wait for the carrier"),
        InTheWay::Submitting => format!("submitting: the carrier is being given {many} texts"),
        InTheWay::Unknown => format!("unknown: of {many} texts nobody knows yet whether the carrier took them"),
        InTheWay::Held => format!("held: {many} texts wait for a captain's decision"),
        InTheWay::Undecided => format!("undecided: {many} people may have opted out, and nobody has decided"),
    }
}

/// Of somebody called `p`: signed in, and let into the campaign `$3`.
macro_rules! may_work {
    () => {
        "EXISTS (SELECT 1 FROM sessions s WHERE s.person = p.id AND s.revoked = 0 AND s.waiting = 0
             AND (s.campaign IS NULL OR s.campaign = $3))"
    };
}

/// The name of somebody who can look after late replies of a campaign.
pub(super) async fn able_owner(
    conn: &mut Conn,
    organization: i64,
    campaign: i64,
    person: PersonId,
) -> Result<Option<String>, StoreError> {
    let row = db::query(concat!(
        "SELECT p.name, p.namesake FROM people p WHERE p.id = $1 AND p.organization = $2 AND ",
        may_work!()
    ))
    .bind(person.0)
    .bind(organization)
    .bind(campaign)
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok(rows::told_apart(col(&row, 0)?, col(&row, 1)?))).transpose()
}

/// For a campaign that is not there yet.
pub(super) const IMPORTING: &str = "the campaign is not whole yet: the same command that began it (campaign import, follow-up or correct) goes on with it, and when that is done this can be asked again. Begun by mistake, it can be closed (campaign close)";

/// For an owner who is none.
pub(super) const NO_OWNER: &str =
    "owner: nobody of this number is signed in who may work in this campaign (textbank people lists everybody)";

#[async_trait]
impl Keeping for SqlStore {
    async fn closing(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        request: &CloseRequest,
        now: Timestamp,
    ) -> Found<Option<Result<CloseReport, Box<Problem>>>> {
        let mut conn = self.reader().await?;
        if !is_visible(&mut conn, actor, campaign).await? {
            return Ok(None);
        }
        let Some(name) = able_owner(&mut conn, actor.organization.0, campaign.0, request.owner).await? else {
            return Ok(Some(Err(Box::new(Problem::new(Code::Invalid, NO_OWNER)))));
        };
        let mut report = standing(&mut conn, campaign.0, Some(request.owner.0), now).await?;
        if is_so(&report, request) {
            (report.opted_out, report.taken_back) = (0, 0);
        } else if !request.doubts_are_opt_outs {
            report.opted_out = 0;
        }
        left(&mut report, request);
        if report.state != CampaignState::Archived {
            (report.owner, report.owner_name) = (Some(request.owner), Some(name));
        }
        Ok(Some(Ok(report)))
    }

    async fn retention(&self, actor: &Actor) -> Found<RetentionState> {
        retention::state(&mut *self.reader().await?, actor).await
    }

    async fn retention_due(&self, actor: &Actor, now: Timestamp) -> Found<RetentionRun> {
        retention::would(&mut *self.reader().await?, actor, now).await
    }

    async fn holds(&self, actor: &Actor) -> Found<Vec<HoldInfo>> {
        let mut all = holds::all(&mut *self.reader().await?, actor.organization.0, None).await?;
        // Whoever works in one campaign alone sees what is on it.
        let seen = |one: &HoldInfo| {
            actor.campaign.is_none_or(|only| one.number_ends.is_none() && one.campaign.is_none_or(|on| on == only))
        };
        all.retain(seen);
        Ok(all)
    }

    async fn person_out(&self, actor: &Actor, phone: &Phone, now: Timestamp) -> Found<PersonOut> {
        person::out(&mut *self.reader().await?, actor, phone, now).await
    }

    async fn person_part(
        &self,
        actor: &Actor,
        phone: &Phone,
        now: Timestamp,
        from: Option<&PersonPlace>,
    ) -> Found<PersonOut> {
        let mut conn = self.reader().await?;
        person::part(&mut conn, actor, phone, now, from).await
    }
}

impl Tx<'_> {
    /// True when the campaign is closed.
    pub(super) async fn was_closed(&mut self, campaign: i64) -> Result<bool, StoreError> {
        Ok(self.campaign(campaign).await?.is_some_and(|campaign| campaign.state == CampaignState::Archived))
    }

    pub(super) async fn close_campaign(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        request: &CloseRequest,
    ) -> Result<Answer, StoreError> {
        let owner = request.owner;
        let Some(name) = able_owner(self.conn, campaign.organization, campaign.id, owner).await? else {
            return refused(Code::Invalid, NO_OWNER);
        };
        let mut report = standing(self.conn, campaign.id, Some(owner.0), self.now).await?;
        report.opted_out = 0;
        if is_so(&report, request) {
            report.taken_back = 0;
            return Ok(Answer::Changed(Changed::Closed(report)));
        }
        left(&mut report, request);
        if !report.in_the_way.is_empty() {
            let mut problem = Problem::new(Code::Unsettled, "the campaign cannot be closed yet");
            problem.faults = report.in_the_way.iter().map(in_words).collect();
            return Ok(Answer::Refused(Box::new(problem)));
        }
        db::query(
            "UPDATE campaigns SET state = 'archived', closed_at = COALESCE(closed_at, $2), late_owner = $3 WHERE id = $1",
        )
        .bind(campaign.id)
        .bind(self.micros())
        .bind(owner.0)
        .execute(&mut *self.conn)
        .await?;
        self.cache.forget_campaign(campaign.id);
        self.told_state(campaign, CampaignState::Archived)?;
        if request.doubts_are_opt_outs {
            report.opted_out = self.doubts_count(actor, campaign.id, i64::MAX).await?;
        }
        report.taken_back = self.out_of_hands(actor, campaign.id, owner.0).await?;
        self.audit(
            Some(actor),
            "campaign_closed",
            format!("campaign {}", campaign.id),
            format!(
                "late replies: person {owner}, {} possible opt-outs counted, {} contacts out of hands, {} without a first text",
                report.opted_out, report.taken_back, report.unsent
            ),
        );
        let after = standing(self.conn, campaign.id, Some(owner.0), self.now).await?;
        Ok(Answer::Changed(Changed::Closed(CloseReport {
            owner_name: Some(name),
            opted_out: report.opted_out,
            taken_back: report.taken_back,
            ..after
        })))
    }

    /// A part of the possible opt-outs becomes opt-outs, when nothing else is in the way of closing.
    pub(super) async fn count_doubts(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        request: &CloseRequest,
    ) -> Result<Answer, StoreError> {
        if able_owner(self.conn, campaign.organization, campaign.id, request.owner).await?.is_none() {
            return refused(Code::Invalid, NO_OWNER);
        }
        let mut report = standing(self.conn, campaign.id, Some(request.owner.0), self.now).await?;
        left(&mut report, request);
        if is_so(&report, request) || !report.in_the_way.is_empty() {
            // The close itself answers.
            return Ok(Answer::Changed(Changed::Doubts(0, false)));
        }
        let many = self.doubts_count(actor, campaign.id, DOUBTS).await?;
        if many > 0 {
            self.audit(
                Some(actor),
                "doubts_counted",
                format!("campaign {}", campaign.id),
                format!("{many} possible opt-outs, before it is closed"),
            );
        }
        Ok(Answer::Changed(Changed::Doubts(many, signed(many) >= DOUBTS)))
    }

    pub(super) async fn reopen_campaign(&mut self, actor: &Actor, campaign: &Campaign) -> Result<Answer, StoreError> {
        if campaign.state != CampaignState::Archived {
            // Asked twice, or never closed: it is as wanted.
            let mut report = standing(self.conn, campaign.id, None, self.now).await?;
            (report.opted_out, report.taken_back) = (0, 0);
            return Ok(Answer::Changed(Changed::Closed(report)));
        }
        db::query("UPDATE campaigns SET state = 'paused', closed_at = NULL, late_owner = NULL WHERE id = $1")
            .bind(campaign.id)
            .execute(&mut *self.conn)
            .await?;
        self.cache.forget_campaign(campaign.id);
        self.told_state(campaign, CampaignState::Paused)?;
        self.audit(Some(actor), "campaign_reopened", format!("campaign {}", campaign.id), String::new());
        let mut report = standing(self.conn, campaign.id, None, self.now).await?;
        (report.opted_out, report.taken_back) = (0, 0);
        Ok(Answer::Changed(Changed::Closed(report)))
    }

    fn told_state(&mut self, campaign: &Campaign, state: CampaignState) -> Result<(), StoreError> {
        let script_version = u32::try_from(campaign.script_version).unwrap_or(u32::MAX);
        self.event(campaign.id, Audience::All, &EventKind::Campaign { state, script_version })
    }

    /// Undecided at close is opted out, without a word to them.
    async fn doubts_count(&mut self, actor: &Actor, campaign: i64, most: i64) -> Result<u64, StoreError> {
        let doubts = db::query(
            "SELECT organization, phone FROM contacts INDEXED BY contacts_doubt
             WHERE campaign = $1 AND opt_out = 1 ORDER BY phone LIMIT $2",
        )
        .bind(campaign)
        .bind(most)
        .fetch_all(&mut *self.conn)
        .await?;
        for row in &doubts {
            let why = Suppression { reason: UNDECIDED, by_word: false, actor: Some(actor), notice: None };
            self.opt_out(col(row, 0)?, &col::<String>(row, 1)?, why).await?;
        }
        Ok(doubts.len() as u64)
    }

    /// Everything of the campaign leaves everybody's hands, but the owner's conversations. The epoch stays: what was noted, answered
    /// or decided about a contact before is still taken, only texts are not.
    async fn out_of_hands(&mut self, actor: &Actor, campaign: i64, owner: i64) -> Result<u64, StoreError> {
        let holders = db::query(
            "SELECT DISTINCT assigned FROM contact_counts WHERE campaign = $1 AND assigned <> 0 AND many > 0 ORDER BY assigned",
        )
        .bind(campaign)
        .fetch_all(&mut *self.conn)
        .await?;
        let mut many = 0;
        for row in &holders {
            let person: i64 = col(row, 0)?;
            let gone = db::query(
                "UPDATE contacts INDEXED BY contacts_hand SET assigned = NULL, updated_at = $3
                 WHERE assigned = $1 AND campaign = $2 AND (assigned <> $4 OR status = 'needs_message') RETURNING id, campaign",
            )
            .bind(person)
            .bind(campaign)
            .bind(self.micros())
            .bind(owner)
            .fetch_all(&mut *self.conn)
            .await?;
            many += gone.len() as u64;
            self.gone(Some(actor), person, &gone, "closed")?;
        }
        Ok(many)
    }

    /// A voter wrote in a closed campaign: the owner of late replies has it from now on, while they are there. That is who asked for those
    /// who wait in this very campaign a moment ago, as its console does every minute; at the board or in another campaign nobody
    /// would see it. Otherwise it waits for whoever of owner and captains asks. Nothing changes in any other campaign.
    pub(super) async fn late_reply(&mut self, contact: ContactRow) -> Result<ContactRow, StoreError> {
        let Some(campaign) = self.campaign(contact.campaign).await? else { return Ok(contact) };
        match campaign.late_owner {
            // A captain who has it answers it: nothing is taken out of anybody's hands.
            Some(owner) if campaign.state == CampaignState::Archived && contact.assigned.is_none() => {
                self.give_late(contact, owner).await
            }
            _ => Ok(contact),
        }
    }

    async fn give_late(&mut self, mut contact: ContactRow, owner: i64) -> Result<ContactRow, StoreError> {
        if !self.cache.looks_after(contact.campaign, owner, self.now) {
            return Ok(contact);
        }
        let there =
            db::query(concat!("SELECT p.name FROM people p WHERE p.id = $1 AND p.lease_until > $2 AND ", may_work!()))
                .bind(owner)
                .bind(self.micros())
                .bind(contact.campaign)
                .fetch_optional(&mut *self.conn)
                .await?;
        let Some(row) = there else { return Ok(contact) };
        let name: String = col(&row, 0)?;
        db::query(
            "UPDATE contacts SET assigned = $2, holder = $2, epoch = epoch + 1, updated_at = $3,
                 foreign_seq = COALESCE((SELECT MAX(m.seq) FROM messages m
                     WHERE m.contact = contacts.id AND (m.direction = 'in' OR m.author <> $2)), 0) WHERE id = $1",
        )
        .bind(contact.id)
        .bind(owner)
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        if let Some(now) = self.contact(contact.id).await? {
            contact = now;
        }
        // Theirs from now on, whoever has it later: an opt-out that they press offline counts.
        let seed = blake3::hash(format!("late reply {} {owner} {}", contact.id, contact.epoch).as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&seed.as_bytes()[..16]);
        db::query(
            "INSERT INTO claims (id, person, campaign, contacts, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
        )
        .bind(uuid::Builder::from_custom_bytes(id).into_uuid())
        .bind(owner)
        .bind(contact.campaign)
        .bind(format!("[{}]", contact.id))
        .bind(self.micros())
        .execute(&mut *self.conn)
        .await?;
        self.audit(None, "late_reply", format!("contact {}", contact.id), format!("person {owner}"));
        let claim = uuid::Builder::from_custom_bytes(id).into_uuid();
        self.contacts_received(
            (contact.organization, owner, None),
            &format!("claim {claim}"),
            &format!("[{}]", contact.id),
        )
        .await?;
        self.note(&contact, None, "assigned", &name).await?;
        self.contact_event(&contact)?;
        Ok(contact)
    }

    /// True for who may work on conversations of a closed campaign.
    pub(super) fn answers_late(actor: &Actor, campaign: &Campaign) -> bool {
        is_captain(actor) || campaign.late_owner == Some(actor.person.0)
    }

    /// `closed`, unless this is a late reply's answer by whoever may give it.
    pub(super) fn is_closed(actor: &Actor, campaign: &Campaign, request: &SendRequest) -> Option<Problem> {
        if campaign.state != CampaignState::Archived {
            return None;
        }
        let late = request.kind == MessageKind::Reply && Self::answers_late(actor, campaign);
        (!late).then(|| Problem::new(Code::Closed, "the campaign is closed"))
    }

    /// Every voter of a closed campaign who waits in nobody's hands, the longest wait first.
    pub(super) async fn late_waiting(&mut self, campaign: i64, most: u64) -> Result<Vec<i64>, StoreError> {
        let rows = db::query(
            "SELECT id FROM contacts INDEXED BY contacts_waiting
             WHERE campaign = $1 AND waiting_since IS NOT NULL AND assigned IS NULL AND status = 'needs_response' AND opt_out < 2
             ORDER BY waiting_since LIMIT $2",
        )
        .bind(campaign)
        .bind(signed(most))
        .fetch_all(&mut *self.conn)
        .await?;
        rows.iter().map(|row| col(row, 0)).collect()
    }
}
