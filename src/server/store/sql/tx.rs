//! What every command's decision stands on: the open transaction, what the writer remembers, and what a change
//! leaves behind (events, audit rows), written once for the whole group.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::accepted::Accepted;
use super::ahead::Ahead;
use super::closing::OPEN_CONSOLE;
use super::recall::{self, Lifted};
use super::rows::{self, ContactRow, col, contact_columns, json, listed_columns, to_json, unsigned};
use crate::api::{campaign::CampaignState, event::EventKind, message::ThreadEntry, people::Role};
use crate::db::{self, Conn, Step, Value};
use crate::domain::{
    assignment::Leases,
    campaign::CampaignDef,
    contact::Contact,
    hours::HoursVerdict,
    ids::{ContactId, OrganizationId},
    message::MessageKind,
    recall::Recall,
    zone::Zones,
};
use crate::server::store::{StoreError, command::Actor};

/// A campaign as the writer remembers it.
#[derive(Debug)]
pub(super) struct Campaign {
    pub(super) id: i64,
    pub(super) organization: i64,
    pub(super) state: CampaignState,
    pub(super) script_version: i64,
    pub(super) def: CampaignDef,
    /// What of it must not be said any more.
    pub(super) recalls: Vec<Recall>,
    /// Recalls that are in force no more.
    pub(super) lifted: Vec<Lifted>,
    /// Who answers late replies once it is closed.
    pub(super) late_owner: Option<i64>,
    /// Until then contacts are kept for the texters who wrote to them before.
    pub(super) kept_until: Option<Timestamp>,
}

/// Texting hours as they stand for one kind of text and one set of zones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hours {
    pub(super) verdict: HoursVerdict,
    /// When the window that is open now began.
    pub(super) opened_at: Option<Timestamp>,
    /// The next window follows without a break: midnight is only a seam.
    pub(super) seamless: bool,
}

/// What the writer remembers between commands. It is the only one that changes these rows, so what it remembers is
/// true; it forgets everything when something is taken back.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) organization: OrganizationId,
    /// No text of this database reaches a phone: it is in memory.
    pub(super) simulated: bool,
    pub(super) newest: u64,
    /// When this database was put back from a backup after which something may have been sent. It stays as it is while anybody
    /// is connected to it.
    pub(super) restored_at: Option<Timestamp>,
    /// How long what is in hand stays with somebody who is not seen.
    pub(super) leases: Leases,
    campaigns: HashMap<i64, Arc<Campaign>>,
    zones: HashMap<i64, Arc<Zones>>,
    pub(super) zone_sets: HashMap<String, i64>,
    names: HashMap<i64, String>,
    hours: HashMap<(i64, i64, MessageKind), (Timestamp, Hours)>,
    pub(super) seen: HashMap<i64, Timestamp>,
    /// When each sign-in was ended; none = it runs.
    ended: HashMap<i64, Option<Timestamp>>,
    /// Something that is remembered for long was changed in this transaction: the other processes have to forget all they
    /// remember.
    pub(super) lasting: bool,
    /// Opt-outs put off on purpose: number and word. Always empty in a build that keeps its promises.
    pub(super) late: Vec<(String, String)>,
    pub(super) ledger: super::ledger::Known,
    /// The minute in which old counts of what went out were last thrown away.
    pub(super) minute_pruned: i64,
    /// A trial may wait for the carrier.
    pub(super) trials: bool,
    /// A call for a trial may be under way.
    pub(super) trials_out: bool,
    /// The campaign whose texts the carrier was given last.
    pub(super) busy: Option<i64>,
    /// When the owner of a closed campaign's late replies last asked for those who wait: campaign and person. Whoever forgets it knows
    /// it again with the next time they ask.
    asked_late: HashMap<(i64, i64), Timestamp>,
    /// Whom ids of a list mean who share their number with somebody, of the campaign that was asked about last.
    pub(super) shared: Option<(i64, super::household::Shared)>,
    /// Words were removed in this transaction: the log that still has them is to begin anew.
    pub(super) log_tells: bool,
}

impl Cache {
    pub(super) fn new(organization: OrganizationId, simulated: bool) -> Self {
        Self {
            organization,
            simulated,
            newest: 0,
            restored_at: None,
            leases: Leases::default(),
            campaigns: HashMap::new(),
            zones: HashMap::new(),
            zone_sets: HashMap::new(),
            names: HashMap::new(),
            hours: HashMap::new(),
            seen: HashMap::new(),
            ended: HashMap::new(),
            lasting: false,
            late: Vec::new(),
            ledger: super::ledger::Known::default(),
            minute_pruned: 0,
            trials: true,
            trials_out: true,
            busy: None,
            asked_late: HashMap::new(),
            shared: None,
            log_tells: false,
        }
    }

    pub(super) fn forget(&mut self) {
        let (newest, restored_at, leases) = (self.newest, self.restored_at, self.leases);
        *self = Self::new(self.organization, self.simulated);
        self.leases = leases;
        self.newest = newest;
        self.restored_at = restored_at;
    }

    /// A campaign as it is remembered.
    pub(super) fn known_campaign(&self, id: i64) -> Option<Arc<Campaign>> {
        self.campaigns.get(&id).cloned()
    }

    /// The owner of late replies asked for those who wait.
    pub(super) fn asks_late(&mut self, campaign: i64, owner: i64, now: Timestamp) {
        self.asked_late.insert((campaign, owner), now);
    }

    /// True while the owner's console looks after the late replies of this campaign.
    pub(super) fn looks_after(&self, campaign: i64, owner: i64, now: Timestamp) -> bool {
        let asked = self.asked_late.get(&(campaign, owner));
        asked.is_some_and(|asked| now.duration_since(*asked).abs() < OPEN_CONSOLE)
    }

    /// A campaign changed.
    pub(super) fn forget_campaign(&mut self, campaign: i64) {
        self.lasting = true;
        self.campaigns.remove(&campaign);
        self.hours.retain(|key, _| key.0 != campaign);
    }

    /// A sign-in was ended.
    pub(super) fn forget_session(&mut self, session: i64) {
        self.lasting = true;
        self.ended.remove(&session);
    }

    /// Somebody is called otherwise.
    pub(super) fn forget_name(&mut self, person: i64) {
        self.lasting = true;
        self.names.remove(&person);
    }

    /// When a sign-in was ended, if that is remembered.
    pub(super) fn ended(&self, session: i64) -> Option<Option<Timestamp>> {
        self.ended.get(&session).copied()
    }

    pub(super) fn remember_ended(&mut self, session: i64, ended_at: Option<Timestamp>) {
        if self.ended.len() >= SIGN_INS {
            self.ended.clear();
        }
        self.ended.insert(session, ended_at);
    }

    /// Others wrote nothing but what is routine: texts, and what the carrier said. Of all that is remembered that moves only the
    /// ends of the ledger.
    pub(super) fn others_went_on(&mut self) {
        self.ledger.others_went_on();
    }
}

/// Sign-ins whose end is remembered; more are looked up again.
const SIGN_INS: usize = 10_000;

/// Whoever was seen keeps what they hold.
const SEEN: &str = "UPDATE people SET last_seen = $2, lease_until = $3 WHERE id = $1";
const SEEN_THERE: &str = "UPDATE sessions SET last_seen = $2 WHERE id = $1";

const EVENT: &str = "INSERT INTO events (at, campaign, person, captain_only, payload) VALUES ($1, $2, $3, $4, $5)";

/// Not `MAX(seq)`: planned while the table was known to be small, PostgreSQL goes through all of it for that.
const NEWEST: &str = "SELECT seq FROM events WHERE seq > 0 ORDER BY seq DESC LIMIT 1";

const AUDIT: &str =
    "INSERT INTO audit (at, organization, person, session, what, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Who hears of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// One person.
    Person(i64),
    /// Everybody in the campaign.
    All,
    /// The captains.
    Captains,
}

impl Audience {
    /// The one who holds a contact; the captains when nobody does.
    pub(super) fn of(contact: &ContactRow) -> Self {
        contact.assigned.map_or(Self::Captains, Self::Person)
    }
}

/// The open transaction of one group.
#[derive(Debug)]
pub(super) struct Tx<'c> {
    pub(super) conn: &'c mut Conn,
    pub(super) cache: &'c mut Cache,
    pub(super) now: Timestamp,
    pub(super) ahead: Ahead,
    /// Decided and not written yet.
    pub(super) texts: Accepted,
    /// Each text is written before the next one is decided.
    pub(super) one_by_one: bool,
    events: Vec<Vec<Value>>,
    audits: Vec<Vec<Value>>,
}

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c mut Conn, cache: &'c mut Cache, one_by_one: bool) -> Self {
        cache.ledger.trim();
        Self {
            conn,
            cache,
            now: Timestamp::UNIX_EPOCH,
            ahead: Ahead::default(),
            texts: Accepted::default(),
            one_by_one,
            events: Vec::new(),
            audits: Vec::new(),
        }
    }

    pub(super) fn micros(&self) -> i64 {
        self.now.as_microsecond()
    }

    /// Where the pending rows stand, for [`Self::back_to`].
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.events.len(), self.audits.len())
    }

    /// Drops what a taken-back command left behind. What is not written yet is its own: whatever came before was written before it
    /// began.
    pub(super) fn back_to(&mut self, mark: (usize, usize)) {
        self.texts = Accepted::default();
        self.ahead.forget();
        self.events.truncate(mark.0);
        self.audits.truncate(mark.1);
        self.cache.forget();
    }

    /// From now on what is written over is gone from SQLite's file, or no more. PostgreSQL sees to its own files.
    pub(super) async fn writes_over(&mut self, on: bool) -> Result<(), StoreError> {
        if !self.conn.is_postgres() {
            let sql = if on { "PRAGMA secure_delete = ON" } else { "PRAGMA secure_delete = OFF" };
            db::script(sql, &mut *self.conn).await?;
        }
        Ok(())
    }

    /// Drops the lines of contacts that were to be told since a mark, because they are told anew.
    pub(super) fn unsay_lines(&mut self, mark: (usize, usize)) {
        let is_line = |row: &Vec<Value>| match row.last() {
            Some(Value::Text(payload)) => {
                matches!(serde_json::from_str(payload), Ok(EventKind::Contact { .. }))
            }
            _ => false,
        };
        let since = self.events.split_off(mark.0.min(self.events.len()));
        self.events.extend(since.into_iter().filter(|row| !is_line(row)));
    }

    /// Drops the events that were to be told since a mark.
    pub(super) fn unsay(&mut self, mark: (usize, usize)) {
        self.events.truncate(mark.0);
    }

    /// Says something else in place of events that are still to be written.
    pub(super) fn mend_pending_events(&mut self, instead: impl Fn(&str) -> Option<String>) {
        for event in &mut self.events {
            if let Some(Value::Text(payload)) = event.last_mut()
                && let Some(mended) = instead(payload)
            {
                *payload = mended;
            }
        }
    }

    /// True when such an audit row is still to be written.
    pub(super) fn is_pending_audit(&self, what: &str, subject: &str, detail: impl Fn(&str) -> bool) -> bool {
        self.audits.iter().any(|row| match row.as_slice() {
            [.., Value::Text(done), Value::Text(on), Value::Text(told)] => {
                done.as_str() == what && on.as_str() == subject && detail(told)
            }
            _ => false,
        })
    }

    /// Rewrites the detail of audit rows that are still to be written.
    pub(super) fn mend_pending_audit(&mut self, what: &str, subject: &str, mended: impl Fn(&str) -> String) {
        for row in &mut self.audits {
            if let [.., Value::Text(done), Value::Text(on), Value::Text(detail)] = row.as_mut_slice()
                && done.as_str() == what
                && on.as_str() == subject
            {
                *detail = mended(detail);
            }
        }
    }

    pub(super) async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        db::query(sql).execute(&mut *self.conn).await?;
        Ok(())
    }

    /// Writes the texts that were accepted so far. Whoever reads what they change asks for it first.
    pub(super) async fn write_texts(&mut self) -> db::Result<()> {
        if self.texts.is_empty() {
            return Ok(());
        }
        std::mem::take(&mut self.texts).write(&mut *self.conn).await
    }

    /// All that is left to write at the end of a group, and the question for the newest event's number when there are new ones.
    pub(super) fn rest(&mut self) -> (Vec<Step>, Option<&'static str>) {
        let mut steps = std::mem::take(&mut self.texts).steps();
        let newest = (!self.events.is_empty()).then_some(NEWEST);
        steps.push((AUDIT, std::mem::take(&mut self.audits)));
        steps.push((EVENT, std::mem::take(&mut self.events)));
        (steps, newest)
    }

    pub(super) fn event(&mut self, campaign: i64, audience: Audience, what: &EventKind) -> Result<(), StoreError> {
        let (person, captain_only) = match audience {
            Audience::Person(person) => (Some(person), false),
            Audience::All => (None, false),
            Audience::Captains => (None, true),
        };
        let payload = to_json(what)?;
        self.events.push(vec![
            self.micros().into(),
            campaign.into(),
            person.into(),
            captain_only.into(),
            payload.into(),
        ]);
        Ok(())
    }

    /// Tells the holder of a contact its new line.
    pub(super) fn contact_event(&mut self, contact: &ContactRow) -> Result<(), StoreError> {
        let what = EventKind::Contact { contact: contact.summary()? };
        self.event(contact.campaign, Audience::of(contact), &what)
    }

    /// One audit row: who did what to what. Bodies and numbers stay out of it.
    pub(super) fn audit(&mut self, actor: Option<&Actor>, what: &'static str, subject: String, detail: String) {
        self.audits.push(vec![
            self.micros().into(),
            actor.map_or(self.cache.organization.0, |a| a.organization.0).into(),
            actor.map(|a| a.person.0).into(),
            actor.map(|a| a.session).into(),
            what.into(),
            subject.into(),
            detail.into(),
        ]);
    }

    /// What the server did by itself in an organization.
    pub(super) fn audit_of(&mut self, organization: i64, what: &'static str, subject: String, detail: String) {
        let (at, none) = (self.micros(), Value::Null);
        let row = [at.into(), organization.into(), none.clone(), none, what.into(), subject.into(), detail.into()];
        self.audits.push(row.into());
    }

    /// Adds a line to a thread and tells the holder.
    pub(super) async fn note(
        &mut self,
        contact: &ContactRow,
        actor: Option<&Actor>,
        what: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        let at = self.micros();
        db::query("INSERT INTO notes (contact, seq, at, person, what, detail) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(contact.id)
            .bind(contact.last_seq)
            .bind(at)
            .bind(actor.map(|a| a.person.0))
            .bind(what)
            .bind(detail)
            .execute(&mut *self.conn)
            .await?;
        let item = ThreadEntry::Note {
            seq: unsigned(contact.last_seq),
            // As it is kept: a conversation that is read has the same line, and not another one.
            at: rows::time(at)?,
            who: actor.map(|a| a.name.clone()).unwrap_or_default(),
            what: what.to_owned(),
            detail: detail.to_owned(),
        };
        let event = EventKind::Thread { contact: ContactId(contact.id), item };
        self.event(contact.campaign, Audience::of(contact), &event)
    }

    /// A campaign, remembered or read.
    pub(super) async fn campaign(&mut self, id: i64) -> Result<Option<Arc<Campaign>>, StoreError> {
        if let Some(known) = self.cache.campaigns.get(&id) {
            return Ok(Some(Arc::clone(known)));
        }
        let row = db::query(
            "SELECT organization, state, script_version, def, late_owner, kept_until FROM campaigns WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let campaign = Arc::new(Campaign {
            id,
            organization: col(&row, 0)?,
            state: rows::state(&col::<String>(&row, 1)?)?,
            script_version: col(&row, 2)?,
            def: json(&col::<String>(&row, 3)?)?,
            recalls: recall::in_force(self.conn, id).await?,
            lifted: recall::lifted(self.conn, id).await?,
            late_owner: col(&row, 4)?,
            kept_until: col::<Option<i64>>(&row, 5)?.map(rows::time).transpose()?,
        });
        self.cache.campaigns.insert(id, Arc::clone(&campaign));
        Ok(Some(campaign))
    }

    /// A campaign that this actor may work in.
    pub(super) async fn campaign_of(&mut self, actor: &Actor, id: i64) -> Result<Option<Arc<Campaign>>, StoreError> {
        let found = self.campaign(id).await?;
        Ok(found.filter(|c| c.organization == actor.organization.0 && actor.campaign.is_none_or(|only| only.0 == id)))
    }

    /// A contact by id.
    pub(super) async fn contact(&mut self, id: i64) -> Result<Option<ContactRow>, StoreError> {
        let row = db::query(concat!("SELECT ", contact_columns!(), " FROM contacts c WHERE c.id = $1"))
            .bind(id)
            .fetch_optional(&mut *self.conn)
            .await?;
        row.as_ref().map(ContactRow::read).transpose()
    }

    /// A contact as its list gave it.
    pub(super) async fn listed(&mut self, id: i64) -> Result<Option<Contact>, StoreError> {
        let row = db::query(concat!("SELECT ", listed_columns!(), " FROM contacts c WHERE c.id = $1"))
            .bind(id)
            .fetch_optional(&mut *self.conn)
            .await?;
        row.map(|row| rows::listed(&row, 0)).transpose()
    }

    /// A person's first name, told apart from others of the same.
    pub(super) async fn name_of(&mut self, person: i64) -> Result<Option<String>, StoreError> {
        if let Some(name) = self.cache.names.get(&person) {
            return Ok(Some(name.clone()));
        }
        let row = db::query("SELECT name, namesake FROM people WHERE id = $1")
            .bind(person)
            .fetch_optional(&mut *self.conn)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let name = rows::told_apart(row.try_get(0)?, row.try_get(1)?);
        self.cache.names.insert(person, name.clone());
        Ok(Some(name))
    }

    /// The zones of an interned set.
    pub(super) async fn zones(&mut self, set: i64) -> Result<Arc<Zones>, StoreError> {
        if let Some(zones) = self.cache.zones.get(&set) {
            return Ok(Arc::clone(zones));
        }
        let row = db::query("SELECT zones FROM zone_sets WHERE id = $1").bind(set).fetch_one(&mut *self.conn).await?;
        let zones: Arc<Zones> = Arc::new(json(&col::<String>(&row, 0)?)?);
        self.cache.zones.insert(set, Arc::clone(&zones));
        Ok(zones)
    }

    /// May a text of `kind` go out now to somebody in `zone_set`?
    pub(super) async fn hours(
        &mut self,
        campaign: &Campaign,
        zone_set: i64,
        kind: MessageKind,
    ) -> Result<HoursVerdict, StoreError> {
        Ok(self.hours_of(campaign, zone_set, kind).await?.verdict)
    }

    /// [`Self::hours`], and since when. Remembered for as long as the verdict holds.
    pub(super) async fn hours_of(
        &mut self,
        campaign: &Campaign,
        zone_set: i64,
        kind: MessageKind,
    ) -> Result<Hours, StoreError> {
        let key = (campaign.id, zone_set, kind);
        if let Some((since, hours)) = self.cache.hours.get(&key) {
            let end = match hours.verdict {
                HoursVerdict::Open { until } => until,
                HoursVerdict::Closed { opens_at } => opens_at,
            };
            if *since <= self.now && self.now < end {
                return Ok(*hours);
            }
        }
        let zones = self.zones(zone_set).await?;
        let verdict = campaign.def.hours.verdict(kind, self.now, &zones);
        let hours = Hours {
            verdict,
            opened_at: campaign.def.hours.opened_at(kind, self.now, &zones),
            seamless: match verdict {
                HoursVerdict::Open { until } => campaign.def.hours.is_seam(kind, until, &zones),
                HoursVerdict::Closed { .. } => false,
            },
        };
        self.cache.hours.insert(key, (self.now, hours));
        Ok(hours)
    }

    /// A person was seen: what they hold stays theirs. Written at most twice a minute.
    pub(super) async fn seen(&mut self, actor: &Actor) -> Result<(), StoreError> {
        if let Some([person, session]) = self.sight_of(actor) {
            db::all(vec![(SEEN, vec![person]), (SEEN_THERE, vec![session])], &mut *self.conn).await?;
        }
        Ok(())
    }

    /// [`Self::seen`], written with the text that they handed in.
    pub(super) fn seen_with_text(&mut self, actor: &Actor) {
        if let Some([person, session]) = self.sight_of(actor) {
            self.texts.also(SEEN, person);
            self.texts.also(SEEN_THERE, session);
        }
    }

    /// For [`SEEN`] and [`SEEN_THERE`], unless that was written lately.
    fn sight_of(&mut self, actor: &Actor) -> Option<[Vec<Value>; 2]> {
        let person = actor.person.0;
        let recently = jiff::SignedDuration::from_secs(30);
        if let Some(last) = self.cache.seen.get(&person)
            && *last <= self.now
            && self.now.duration_since(*last) < recently
        {
            return None;
        }
        self.cache.seen.insert(person, self.now);
        let now = self.micros();
        Some([
            vec![person.into(), now.into(), self.lease_end().as_microsecond().into()],
            vec![actor.session.into(), now.into()],
        ])
    }

    /// When a lease renewed now runs out.
    pub(super) fn lease_end(&self) -> Timestamp {
        self.now.saturating_add(self.cache.leases.unsent).unwrap_or(Timestamp::MAX)
    }

    /// The stored verdict of an id: whose, for which request, and the outcome.
    pub(super) async fn stored_verdict(&mut self, id: Uuid) -> Result<Option<(i64, Vec<u8>, String)>, StoreError> {
        if self.ahead.undecided(&id) {
            return Ok(None);
        }
        self.write_texts().await?;
        let row = db::query("SELECT person, request_hash, outcome FROM verdicts WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *self.conn)
            .await?;
        row.map(|row| Ok((col(&row, 0)?, col(&row, 1)?, col(&row, 2)?))).transpose()
    }
}

/// True when the actor may decide about contacts that are in somebody else's hands.
pub(super) fn is_captain(actor: &Actor) -> bool {
    actor.role >= Role::Captain
}
