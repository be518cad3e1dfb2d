//! Questions. They read; each sees one state of the database per statement, and the event number first, so that
//! resuming the feed after it shows nothing too little.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    SqlStore, announce,
    board::count,
    claim::lease_of,
    copies, earlier, everywhere, flagged, held, import, ledger, pool, reach, recall,
    rows::{
        self, CONTACT_COLUMNS, ContactRow, LISTED_COLUMNS, col, contact_columns, json, listed, listed_columns, signed,
        time, to_json, unsigned,
    },
    sessions, throughput, todos, trial,
    visible::visible,
    waiting_room, whereabouts,
};
use crate::api::{
    admin::{ImportState, ListInfo},
    assignment::{AssignmentPage, ContactView, Whereabouts},
    campaign::{CampaignTodo, CampaignView},
    captain::{Board, ByHours, Flagged, Gauge, HeldText},
    event::Event,
    ledger::{LedgerPage, LedgerState},
    message::{Thread, ThreadEntry, ThreadMessage, Verdict},
    people::{Me, Role, SessionInfo},
    problem::Problem,
    recall::{Elsewhere, RecallInForce, RecallInfo},
    trial::TrialInfo,
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::{CampaignDef, LAST_DIGITS, merge_fields_in, variant_for},
    ids::{CampaignId, ContactId, MessageId, OrganizationId, PersonId},
    message::Direction,
    phone::Phone,
    recall::{Recall, Recalled},
    script::{alias, fold_name},
    throughput::Throughput,
};
use crate::server::carrier::Asked;
use crate::server::store::{
    StoreError,
    change::Reached,
    command::Actor,
    query::{Found, Queries, Told},
};

/// Largest page of anything.
const MAX_PAGE: u32 = 1_000;

/// The oldest wait and the calls under way. Both by an index of just those rows: a board is counted four times a second.
pub(super) const BOARD_REST: &str = "SELECT
     (SELECT waiting_since FROM contacts INDEXED BY contacts_waiting WHERE campaign = $1 AND waiting_since IS NOT NULL
         AND status = 'needs_response' AND opt_out < 2 ORDER BY waiting_since LIMIT 1),
     (SELECT COUNT(*) FROM jobs INDEXED BY jobs_open
         WHERE state IN ('submitting', 'unknown') AND state = 'submitting' AND campaign = $1),
     (SELECT COUNT(*) FROM jobs INDEXED BY jobs_undecided
         WHERE state IN ('unknown', 'held') AND state = 'unknown' AND campaign = $1),
     (SELECT COUNT(*) FROM recalls WHERE campaign = $1 AND lifted_at IS NULL),
     (SELECT MAX(at) FROM recalls WHERE campaign = $1 AND lifted_at IS NULL)";

async fn newest(conn: &mut Conn) -> Found<u64> {
    let row = db::query("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(conn).await?;
    Ok(unsigned(col(&row, 0)?))
}

/// The oldest and the newest event. Each by itself: asked for together, SQLite reads all events.
const BOUNDS: &str = "SELECT COALESCE((SELECT MIN(seq) FROM events), 1), COALESCE((SELECT MAX(seq) FROM events), 0)";

/// Events after a number that concern one person. No index by person: it would cost every text its own pages of that, and
/// whoever asks has missed a part of the newest events, not more, so these are looked through as they lie.
pub(super) const EVENTS: &str =
    "SELECT seq, at, payload, (SELECT COUNT(*) FROM erasures WHERE ended_at IS NULL AND id > 0) FROM events
     WHERE seq > $3 AND campaign = $1 AND (person = $2 OR (person IS NULL AND (captain_only = 0 OR $5)))
     ORDER BY seq LIMIT $4";

/// All events after a number.
pub(super) const TOLD: &str =
    "SELECT seq, at, campaign, person, captain_only, payload, (SELECT COUNT(*) FROM erasures WHERE ended_at IS NULL AND id > 0)
     FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";

#[async_trait]
impl Queries for SqlStore {
    async fn session(&self, token_hash: [u8; 32]) -> Found<Option<Actor>> {
        Ok(self.session_even_ended(token_hash).await?.filter(|actor| actor.ended_at.is_none()))
    }

    async fn session_even_ended(&self, token_hash: [u8; 32]) -> Found<Option<Actor>> {
        let now = self.clock.monotonic();
        let before = match self.sessions.get(&token_hash, now) {
            Ok(actor) => return Ok(Some(actor)),
            Err(before) => before,
        };
        let mut conn = self.reader().await?;
        let Some(actor) = sessions::look_up(&mut conn, token_hash).await? else { return Ok(None) };
        // Looked up anew each time: whoever accepts or is let in wants contacts at once, from whichever server.
        if !actor.unread && !actor.waiting {
            self.sessions.remember(token_hash, &actor, before, now);
        }
        Ok(Some(actor))
    }

    async fn me(&self, actor: &Actor) -> Found<Me> {
        let mut conn = self.reader().await?;
        let row = db::query("SELECT name FROM organizations WHERE id = $1")
            .bind(actor.organization.0)
            .fetch_one(&mut conn)
            .await?;
        Ok(Me {
            person: actor.person,
            name: actor.name.clone(),
            role: actor.full_role(),
            organization: col(&row, 0)?,
            campaign: actor.campaign,
            rehearsal: self.simulated,
            waiting: actor.waiting,
        })
    }

    async fn campaigns(&self, actor: &Actor) -> Found<Vec<CampaignTodo>> {
        todos::todos(&mut *self.reader().await?, actor, self.clock.now()).await
    }

    async fn campaign(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<CampaignView>> {
        let mut conn = self.reader().await?;
        let seq = newest(&mut conn).await?;
        let Some(seen) = visible(&mut conn, actor, campaign).await? else { return Ok(None) };
        Ok(Some(CampaignView {
            id: campaign,
            state: seen.state,
            script_version: seen.script_version,
            def: seen.def,
            recalled: recall::in_force(&mut conn, campaign.0).await?,
            note: announce::standing(&mut conn, campaign.0).await?,
            late_owner: seen.late_owner,
            seq,
        }))
    }

    async fn assignment(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u32,
    ) -> Found<Option<AssignmentPage>> {
        let mut conn = self.reader().await?;
        let seq = newest(&mut conn).await?;
        if visible(&mut conn, actor, campaign).await?.is_none() {
            return Ok(None);
        }
        let limit = limit.clamp(1, MAX_PAGE);
        let rows = db::query(concat!(
            "SELECT ",
            contact_columns!(),
            " FROM contacts c WHERE c.assigned = $1 AND c.campaign = $2 AND c.id > $3 ORDER BY c.id LIMIT $4"
        ))
        .bind(actor.person.0)
        .bind(campaign.0)
        .bind(after.map_or(0, |id| id.0))
        .bind(i64::from(limit) + 1)
        .fetch_all(&mut conn)
        .await?;
        let page = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        let contacts =
            rows.iter().take(page).map(|row| ContactRow::read(row)?.summary()).collect::<Result<Vec<_>, _>>()?;
        let next = contacts.last().filter(|_| more).map(|last| last.id.to_string());
        let lease_until = lease_of(&mut conn, actor.person.0).await?;
        let sent = db::query("SELECT initials FROM tallies WHERE campaign = $1 AND person = $2")
            .bind(campaign.0)
            .bind(actor.person.0)
            .fetch_optional(&mut conn)
            .await?;
        let sent = sent.map(|row| col(&row, 0)).transpose()?.map_or(0, unsigned);
        Ok(Some(AssignmentPage { contacts, next, seq, lease_until, sent }))
    }

    async fn import(&self, actor: &Actor, import: Uuid) -> Found<Option<ImportState>> {
        import::state(&mut *self.reader().await?, actor, import).await
    }

    async fn lists(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<ListInfo>>> {
        import::lists(&mut *self.reader().await?, actor, campaign).await
    }

    async fn whereabouts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Option<Whereabouts>> {
        whereabouts::read(&mut *self.reader().await?, actor, campaign, ids).await
    }

    async fn contacts(&self, actor: &Actor, campaign: CampaignId, ids: &[ContactId]) -> Found<Vec<ContactView>> {
        let mut conn = self.reader().await?;
        let Some(seen) = visible(&mut conn, actor, campaign).await? else { return Ok(Vec::new()) };
        let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = db::query(concat!(
            "SELECT ",
            contact_columns!(),
            ", ",
            listed_columns!(),
            ", z.zones, c.answers, c.tags, c.note, i.provenance, i.obtained, COALESCE(c.consent, i.consent), c.earlier_answers
             FROM json_each($1) j JOIN contacts c ON c.id = CAST(j.atom AS BIGINT)
             JOIN zone_sets z ON z.id = c.zone_set
             LEFT JOIN imports i ON i.campaign = c.campaign AND i.number = c.list
             WHERE c.campaign = $2 AND (c.assigned = $3 OR $4) AND c.erased_at IS NULL ORDER BY j.key"
        ))
        .bind(to_json(&wanted)?)
        .bind(campaign.0)
        .bind(actor.person.0)
        .bind(actor.role >= Role::Captain)
        .fetch_all(&mut conn)
        .await?;
        let named = seen.def.fields_used().into_iter().map(|name| fold_name(&name));
        let used: BTreeSet<String> = named.flat_map(|name| [alias(&name).to_owned(), name]).collect();
        let shown: BTreeSet<String> = seen.def.visible_fields.iter().map(|name| fold_name(name)).collect();
        rows.iter()
            .map(|row| {
                let contact = ContactRow::read(row)?;
                let listed = listed(row, CONTACT_COLUMNS)?;
                let mut fields = merge_fields_in(&seen.def, &listed);
                // A volunteer's laptop holds little: the number only when the campaign shows it.
                fields.retain(|name, _| {
                    let folded = fold_name(name);
                    let needed = used.contains(&folded) && name != "phone";
                    name == "firstName" || needed || shown.contains(&folded)
                });
                if shown.contains(&fold_name(LAST_DIGITS)) {
                    // A column of the list that is called so is its campaign's own.
                    fields.entry(LAST_DIGITS.to_owned()).or_insert_with(|| listed.phone.last_digits());
                }
                let mut visible: Vec<String> = fields
                    .keys()
                    .filter(|name| *name == "firstName" || shown.contains(&fold_name(name)))
                    .cloned()
                    .collect();
                let variant = variant_for(&seen.def, contact.id, listed.language.as_deref());
                let rest = CONTACT_COLUMNS + LISTED_COLUMNS;
                // The answer to "how did you get my number?"; a column of the list that is called so is its campaign's own.
                if let Some(from) = import::from_where(row, rest + 4)?
                    && !fields.contains_key(import::LIST_SOURCE)
                {
                    visible.push(import::LIST_SOURCE.to_owned());
                    fields.insert(import::LIST_SOURCE.to_owned(), from);
                }
                if let Some(earlier) = col::<Option<String>>(row, rest + 7)?
                    && !fields.contains_key(earlier::EARLIER_ANSWERS)
                {
                    visible.push(earlier::EARLIER_ANSWERS.to_owned());
                    fields.insert(earlier::EARLIER_ANSWERS.to_owned(), earlier::in_words(&json(&earlier)?));
                }
                Ok(ContactView {
                    summary: contact.summary()?,
                    fields,
                    visible,
                    zones: json(&col::<String>(row, rest)?)?,
                    language: listed.language,
                    variant: variant.map(|v| v.name.clone()).unwrap_or_default(),
                    answers: json(&col::<String>(row, rest + 1)?)?,
                    tags: json(&col::<String>(row, rest + 2)?)?,
                    note: col(row, rest + 3)?,
                    wrong_number: contact.wrong_number,
                })
            })
            .collect()
    }

    async fn thread(
        &self,
        actor: &Actor,
        contact: ContactId,
        before: Option<u64>,
        limit: u32,
    ) -> Found<Option<Thread>> {
        let mut conn = self.reader().await?;
        let mine = db::query(
            "SELECT follows FROM contacts WHERE id = $1 AND organization = $2 AND (assigned = $3 OR $4) AND erased_at IS NULL
                 AND (CAST($5 AS BIGINT) IS NULL OR campaign = $5)",
        )
        .bind(contact.0)
        .bind(actor.organization.0)
        .bind(actor.person.0)
        .bind(actor.role >= Role::Captain)
        .bind(actor.campaign.map(|c| c.0))
        .fetch_optional(&mut conn)
        .await?;
        let Some(mine) = mine else { return Ok(None) };
        let limit = limit.clamp(1, MAX_PAGE);
        let before = before.map_or(i64::MAX, signed);
        let rows = db::query(
            "SELECT m.id, m.seq, m.direction, m.kind, m.body, m.at, m.delivery, m.error, m.author, p.name, m.pictures,
                 m.off_script
             FROM messages m LEFT JOIN people p ON p.id = m.author
             WHERE m.contact = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3",
        )
        .bind(contact.0)
        .bind(before)
        .bind(i64::from(limit) + 1)
        .fetch_all(&mut conn)
        .await?;
        let page = usize::try_from(limit).unwrap_or(usize::MAX);
        let more_before = rows.len() > page;
        let mut messages = BTreeMap::new();
        for row in rows.iter().take(page) {
            let message = thread_message(actor, row)?;
            messages.insert(message.seq, message);
        }
        // Notes stand after the message of their number; those of the messages on this page come with it.
        let from = if more_before { messages.keys().next().copied().unwrap_or(0) } else { 0 };
        let notes = db::query(
            "SELECT n.seq, n.at, p.name, n.what, n.detail FROM notes n LEFT JOIN people p ON p.id = n.person
             WHERE n.contact = $1 AND n.seq >= $2 AND n.seq < $3 ORDER BY n.seq, n.id",
        )
        .bind(contact.0)
        .bind(signed(from))
        .bind(before)
        .fetch_all(&mut conn)
        .await?;
        let mut after: BTreeMap<u64, Vec<ThreadEntry>> = BTreeMap::new();
        for row in &notes {
            let seq = unsigned(col(row, 0)?);
            after.entry(seq).or_default().push(ThreadEntry::Note {
                seq,
                at: time(col(row, 1)?)?,
                who: col::<Option<String>>(row, 2)?.unwrap_or_default(),
                what: col(row, 3)?,
                detail: col(row, 4)?,
            });
        }
        let mut entries = Vec::with_capacity(messages.len() + notes.len());
        if let Some(follows) = col::<Option<i64>>(&mine, 0)?.filter(|_| !more_before) {
            entries.extend(earlier::entries(&mut conn, actor.organization.0, follows).await?);
        }
        entries.extend(after.remove(&0).unwrap_or_default());
        for (seq, message) in messages {
            entries.push(ThreadEntry::Message(message));
            entries.extend(after.remove(&seq).unwrap_or_default());
        }
        Ok(Some(Thread { contact, entries, more_before }))
    }

    async fn verdict(&self, actor: &Actor, id: Uuid) -> Found<Option<Verdict>> {
        let mut conn = self.reader().await?;
        let row = db::query("SELECT outcome FROM verdicts WHERE id = $1 AND person = $2")
            .bind(id)
            .bind(actor.person.0)
            .fetch_optional(&mut conn)
            .await?;
        row.map(|row| Ok(Verdict { id, outcome: json(&col::<String>(&row, 0)?)? })).transpose()
    }

    async fn events(&self, actor: &Actor, campaign: CampaignId, after: u64, limit: u32) -> Found<Option<Vec<Event>>> {
        let mut conn = self.reader().await?;
        if visible(&mut conn, actor, campaign).await?.is_none() {
            return Ok(None);
        }
        let bounds = db::query(BOUNDS).fetch_one(&mut conn).await?;
        let (oldest, latest) = (unsigned(col(&bounds, 0)?), unsigned(col(&bounds, 1)?));
        // Older than what is kept, or of another database: nothing to resume from.
        if after + 1 < oldest || after > latest {
            return Ok(None);
        }
        let limit = i64::from(limit.clamp(1, MAX_PAGE));
        let rows = db::query(EVENTS)
            .bind(campaign.0)
            .bind(actor.person.0)
            .bind(signed(after))
            .bind(limit)
            .bind(actor.role >= Role::Captain)
            .fetch_all(&mut conn)
            .await?;
        let erased = copies::erased_in(&mut conn, &rows, 2, 3).await?;
        rows.iter().map(|row| rows::event(row, &erased)).collect::<Found<_>>().map(Some)
    }

    async fn told(&self, after: u64, limit: u32) -> Found<Vec<Told>> {
        let mut conn = self.reader().await?;
        let limit = i64::from(limit.clamp(1, MAX_PAGE));
        let rows = db::query(TOLD).bind(signed(after)).bind(limit).fetch_all(&mut conn).await?;
        let erased = copies::erased_in(&mut conn, &rows, 5, 6).await?;
        let told = rows.iter().map(|row| {
            let (at, payload) = rows::written(row, 1, 5);
            Ok(Told {
                seq: unsigned(col(row, 0)?),
                at,
                campaign: CampaignId(col(row, 2)?),
                person: col::<Option<i64>>(row, 3)?.map(PersonId),
                captains_only: col::<i64>(row, 4)? != 0,
                payload: copies::said(payload, &erased),
            })
        });
        told.collect()
    }

    async fn board(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<Board>> {
        if actor.role < Role::Captain {
            return Ok(None);
        }
        let mut conn = self.reader().await?;
        let seq = newest(&mut conn).await?;
        let Some(seen) = visible(&mut conn, actor, campaign).await? else { return Ok(None) };
        let (counts, texters) = count(&mut conn, campaign, seen.def.practice, now).await?;
        let row = db::query(BOARD_REST).bind(campaign.0).fetch_one(&mut conn).await?;
        let lately = pool::held_lately(&mut conn, campaign.0, seen.def.frequency_days).await?;
        Ok(Some(Board {
            campaign,
            title: seen.title,
            state: seen.state,
            counts,
            oldest_wait: col::<Option<i64>>(&row, 0)?.map(time).transpose()?,
            foreign: None,
            in_flight: unsigned(col(&row, 1)?),
            unknown: unsigned(col(&row, 2)?),
            waiting_room: waiting_room::count(&mut conn, actor).await?,
            lately: lately.map(Box::new),
            hours: None,
            recalls: unsigned(col(&row, 3)?),
            recalled_at: col::<Option<i64>>(&row, 4)?.map(time).transpose()?,
            hours_behind: seen.def.hours_behind(),
            texters,
            gauge: None,
            at: now,
            seq,
        }))
    }

    async fn by_hours(&self, actor: &Actor, campaign: CampaignId, now: Timestamp) -> Found<Option<ByHours>> {
        let mut conn = self.reader().await?;
        match visible(&mut conn, actor, campaign).await? {
            Some(seen) => todos::by_hours(&mut conn, campaign.0, &seen.def, now).await.map(Some),
            None => Ok(None),
        }
    }

    async fn gauge(&self, limits: &Throughput, campaign: Option<CampaignId>, now: Timestamp) -> Found<Gauge> {
        let mut conn = self.reader().await?;
        throughput::gauge(&mut conn, self.organization.0, limits, campaign.map(|campaign| campaign.0), now).await
    }

    async fn sessions(&self, actor: &Actor) -> Found<Vec<SessionInfo>> {
        let mut conn = self.reader().await?;
        let rows = db::query(
            "SELECT s.id, p.name, s.role, s.created_at, s.last_seen, s.revoked, p.namesake FROM sessions s
             JOIN people p ON p.id = s.person WHERE p.organization = $1 ORDER BY s.id",
        )
        .bind(actor.organization.0)
        .fetch_all(&mut conn)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(SessionInfo {
                    id: col(row, 0)?,
                    own: col::<i64>(row, 0)? == actor.session,
                    name: rows::told_apart(col(row, 1)?, col(row, 6)?),
                    role: rows::role(&col::<String>(row, 2)?)?,
                    created_at: time(col(row, 3)?)?,
                    last_seen: col::<Option<i64>>(row, 4)?.map(time).transpose()?,
                    revoked: col::<i64>(row, 5)? != 0,
                })
            })
            .collect()
    }

    async fn ledger(&self, actor: &Actor, after: u64, limit: u32) -> Found<LedgerPage> {
        let mut conn = self.reader().await?;
        ledger::page(&mut conn, actor, after, limit.clamp(1, MAX_PAGE)).await
    }

    async fn ledger_state(&self, actor: &Actor) -> Found<LedgerState> {
        let mut conn = self.reader().await?;
        ledger::state(&mut conn, actor).await
    }

    async fn nobody_joined(&self) -> Found<bool> {
        let mut conn = self.reader().await?;
        Ok(db::query("SELECT id FROM people LIMIT 1").fetch_optional(&mut conn).await?.is_none())
    }

    async fn hours_behind(&self) -> Found<Vec<(CampaignId, String, Vec<String>)>> {
        let mut conn = self.reader().await?;
        let open = db::query("SELECT id, title, def FROM campaigns WHERE state IN ('running', 'paused') ORDER BY id");
        let mut found = Vec::new();
        for row in open.fetch_all(&mut conn).await? {
            let states = json::<CampaignDef>(&col::<String>(&row, 2)?)?.hours_behind();
            if !states.is_empty() {
                found.push((CampaignId(col(&row, 0)?), col(&row, 1)?, states));
            }
        }
        Ok(found)
    }

    async fn first_organization(&self) -> Found<OrganizationId> {
        Ok(self.organization)
    }

    async fn named_organization(&self) -> Found<Option<String>> {
        let mut conn = self.reader().await?;
        let rows = db::query("SELECT name FROM organizations WHERE named <> 0 ORDER BY id LIMIT 2")
            .fetch_all(&mut conn)
            .await?;
        match rows.as_slice() {
            [one] => Ok(Some(col(one, 0)?)),
            _ => Ok(None),
        }
    }

    async fn numbers(&self, actor: &Actor, campaign: CampaignId) -> Found<Vec<(ContactId, Phone, Option<String>)>> {
        if actor.role < Role::Captain || actor.campaign.is_some_and(|only| only != campaign) {
            return Ok(Vec::new());
        }
        let mut conn = self.reader().await?;
        let rows =
            db::query("SELECT id, phone, language FROM contacts WHERE campaign = $1 AND organization = $2 ORDER BY id")
                .bind(campaign.0)
                .bind(actor.organization.0)
                .fetch_all(&mut conn)
                .await?;
        rows.iter()
            .map(|row| {
                let phone: String = col(row, 1)?;
                let phone =
                    Phone::from_e164(&phone).ok_or_else(|| StoreError::Corrupt("a number is none".to_owned()))?;
                Ok((ContactId(col(row, 0)?), phone, col(row, 2)?))
            })
            .collect()
    }

    async fn flagged(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<Flagged>>> {
        if actor.role < Role::Captain {
            return Ok(None);
        }
        let mut conn = self.reader().await?;
        if visible(&mut conn, actor, campaign).await?.is_none() {
            return Ok(None);
        }
        flagged::flagged(&mut conn, campaign.0).await.map(Some)
    }

    async fn held(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<HeldText>>> {
        if actor.role < Role::Captain {
            return Ok(None);
        }
        let mut conn = self.reader().await?;
        if visible(&mut conn, actor, campaign).await?.is_none() {
            return Ok(None);
        }
        held::held(&mut conn, campaign.0).await.map(Some)
    }

    async fn reach(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        what: &Recalled,
    ) -> Found<Option<Result<Reached, Box<Problem>>>> {
        let mut conn = self.reader().await?;
        reach::asked(&mut conn, actor, campaign, what).await
    }

    async fn elsewhere(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        what: &Recalled,
    ) -> Found<Option<Result<(Recall, Vec<Elsewhere>), Box<Problem>>>> {
        let mut conn = self.reader().await?;
        reach::elsewhere(&mut conn, actor, campaign, what).await
    }

    async fn recalls(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<RecallInfo>>> {
        let mut conn = self.reader().await?;
        reach::recalls(&mut conn, actor, campaign).await
    }

    async fn all_recalls(&self, actor: &Actor) -> Found<Vec<RecallInForce>> {
        let mut conn = self.reader().await?;
        everywhere::all_in_force(&mut conn, actor).await
    }

    async fn trials(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<TrialInfo>>> {
        if actor.role < Role::Captain {
            return Ok(None);
        }
        let mut conn = self.reader().await?;
        if visible(&mut conn, actor, campaign).await?.is_none() {
            return Ok(None);
        }
        trial::trials(&mut conn, actor.organization.0, campaign.0, None).await.map(Some)
    }

    async fn to_look_up(&self, since: Timestamp, after: Option<Uuid>, limit: u32) -> Found<Vec<Asked>> {
        let mut conn = self.reader().await?;
        held::to_look_up(&mut conn, since, after, limit).await
    }

    async fn open_jobs(&self) -> Found<(u64, u64, u64)> {
        let mut conn = self.reader().await?;
        let row = db::query(
            "SELECT (SELECT COUNT(*) FROM jobs WHERE state = 'ready'),
                 (SELECT COUNT(*) FROM jobs WHERE state = 'submitting'),
                 (SELECT COUNT(*) FROM jobs WHERE state = 'unknown')",
        )
        .fetch_one(&mut conn)
        .await?;
        Ok((unsigned(col(&row, 0)?), unsigned(col(&row, 1)?), unsigned(col(&row, 2)?)))
    }
}

fn thread_message(actor: &Actor, row: &db::Row) -> Found<ThreadMessage> {
    let author: Option<i64> = col(row, 8)?;
    Ok(ThreadMessage {
        id: MessageId(col(row, 0)?),
        seq: unsigned(col(row, 1)?),
        direction: match col::<String>(row, 2)?.as_str() {
            "in" => Direction::Inbound,
            _ => Direction::Outbound,
        },
        kind: col::<Option<String>>(row, 3)?.map(|word| rows::kind(&word)).transpose()?,
        body: col(row, 4)?,
        pictures: rows::pictures(col(row, 10)?),
        at: time(col(row, 5)?)?,
        delivery: rows::delivery(&col::<String>(row, 6)?)?,
        error: col(row, 7)?,
        author: col(row, 9)?,
        mine: author == Some(actor.person.0),
        off_script: col::<i64>(row, 11)? != 0,
    })
}
