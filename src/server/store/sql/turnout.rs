//! Who comes to a campaign's events, and who is in its queues: rows that the answers of the survey write, in their own transaction.
//!
//! A row is held by the contact's id alone. Rows are numbered through in the order in which they were recorded; who is in and who
//! waits is worked out from that whenever somebody asks.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    SqlStore,
    rows::{
        self, ContactRow, LISTED_COLUMNS, OPTED_OUT, col, corrupt, listed, listed_columns, time, to_json, unsigned,
    },
    script::refused,
    tx::{Campaign, Tx},
    visible::visible,
};
use crate::api::{
    problem::Code,
    rsvp::{EventTally, MAX_DONE, QueueChanged, QueueDone, QueueOut, QueueTally, RsvpsOut},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef,
    ids::{CampaignId, ContactId},
    rsvp::{self, QueueResult, RsvpAnswer, RsvpResult, Standing, recorded},
    safe_text::safe_line,
};
use crate::server::store::{
    StoreError,
    change::Changed,
    command::{Actor, Answer},
    query::Found,
    turnout::{Part, Turnout},
};

/// All that is written down of a contact.
const OF_CONTACT: &str = "SELECT CAST(0 AS BIGINT), event, answer, question, people FROM rsvps WHERE contact = $1
     UNION ALL SELECT CAST(1 AS BIGINT), queue, CASE WHEN done_at IS NULL THEN 'open' ELSE 'done' END, question, CAST(1 AS BIGINT)
     FROM queue_entries WHERE contact = $1";

const PUT_RSVP: &str = "INSERT INTO rsvps (contact, event, campaign, answer, question, place, at, person, people)
     VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(r.place), 0) + 1 FROM rsvps r WHERE r.campaign = $3), $6, $7, $8)
     ON CONFLICT (contact, event) DO UPDATE SET answer = excluded.answer, question = excluded.question,
         place = excluded.place, at = excluded.at, person = excluded.person, people = excluded.people";

const PUT_QUEUE: &str = "INSERT INTO queue_entries (contact, queue, campaign, question, place, at, person)
     VALUES ($1, $2, $3, $4, (SELECT COALESCE(MAX(q.place), 0) + 1 FROM queue_entries q WHERE q.campaign = $3), $5, $6)
     ON CONFLICT (contact, queue) DO UPDATE SET question = excluded.question, place = excluded.place, at = excluded.at,
         person = excluded.person, done_at = NULL, done_by = NULL";

const TALLIES: &str =
    "SELECT r.event, r.answer, CAST(SUM(r.people) AS BIGINT) FROM rsvps r JOIN contacts c ON c.id = r.contact
     WHERE r.campaign = $1 AND c.removed = 0 AND c.wrong_number = 0 GROUP BY r.event, r.answer";

/// The place of the first who waits, when so many people are in: whoever comes with more people than there are places waits, and everybody
/// behind. Each of them is at least one: no more rows have to be read than there are places.
pub(super) const FIRST_WAITING: &str =
    "SELECT w.place FROM (SELECT y.place AS place, CAST(SUM(y.people) OVER (ORDER BY y.place) AS BIGINT) AS so_far
         FROM (SELECT r.place AS place, r.people AS people FROM rsvps r JOIN contacts c ON c.id = r.contact
             WHERE r.campaign = $1 AND r.event = $2 AND r.answer = 'yes' AND c.removed = 0 AND c.wrong_number = 0
             ORDER BY r.place LIMIT CAST($3 AS BIGINT) + 1) y) w
     WHERE w.so_far > $3 ORDER BY w.place LIMIT 1";

/// How many answers wait up to this place, as far as that is told.
pub(super) const WAIT: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM rsvps r JOIN contacts c ON c.id = r.contact
     WHERE r.campaign = $1 AND r.event = $2 AND r.answer = 'yes' AND r.place >= $3 AND r.place <= $5
         AND c.removed = 0 AND c.wrong_number = 0 LIMIT $4) w";

/// Up to so many who wait are counted for whoever records one more.
const TELLABLE: i64 = 200;

/// How many people come and have a place, and how many answers wait.
const IN_AND_WAITING: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN r.place < $3 THEN r.people ELSE 0 END), 0) AS BIGINT),
         CAST(COALESCE(SUM(CASE WHEN r.place >= $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
     FROM rsvps r JOIN contacts c ON c.id = r.contact
     WHERE r.campaign = $1 AND r.event = $2 AND r.answer = 'yes' AND c.removed = 0 AND c.wrong_number = 0";

/// A page of those who said something.
pub(super) const RSVPS: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", r.place, r.contact, r.event, r.answer, r.at, c.opt_out, c.note, r.people
     FROM rsvps r JOIN contacts c ON c.id = r.contact
     WHERE r.campaign = $1 AND r.place > $2 AND (CAST($3 AS TEXT) IS NULL OR r.event = $3) AND c.removed = 0 AND c.wrong_number = 0
     ORDER BY r.place LIMIT $4"
);

/// A page of those in queues.
pub(super) const ENTRIES: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", q.place, q.contact, q.queue, q.at, q.done_at, p.name, p.namesake, c.opt_out, c.note
     FROM queue_entries q JOIN contacts c ON c.id = q.contact LEFT JOIN people p ON p.id = q.done_by
     WHERE q.campaign = $1 AND q.place > $2 AND (CAST($3 AS TEXT) IS NULL OR q.queue = $3) AND c.removed = 0 AND c.wrong_number = 0
         AND (q.done_at IS NULL OR $4) ORDER BY q.place LIMIT $5"
);

/// What a run of contacts said of events.
pub(super) const OF_RUN: &str =
    "SELECT contact, event, answer, place FROM rsvps WHERE contact >= $1 AND contact <= $2 AND +campaign = $3";

async fn in_and_waiting(conn: &mut Conn, campaign: i64, event: &str, from: i64) -> Found<(u64, u64)> {
    let row = db::query(IN_AND_WAITING).bind(campaign).bind(event).bind(from).fetch_one(conn).await?;
    Ok((unsigned(col(&row, 0)?), unsigned(col(&row, 1)?)))
}

fn people_of(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(1).max(1)
}

fn answer_of(word: &str) -> Result<RsvpAnswer, StoreError> {
    RsvpAnswer::from_word(word).ok_or_else(|| corrupt("an answer to an event", word))
}

/// From which place on people wait, by event. Events that take everybody, or have places left, are not in it.
async fn waits_from(conn: &mut Conn, campaign: i64, def: &CampaignDef) -> Found<BTreeMap<String, i64>> {
    let mut found = BTreeMap::new();
    for event in &def.events {
        let Some(capacity) = event.capacity else { continue };
        let row = db::query(FIRST_WAITING)
            .bind(campaign)
            .bind(event.id.as_str())
            .bind(i64::from(capacity))
            .fetch_optional(&mut *conn)
            .await?;
        if let Some(row) = row {
            found.insert(event.id.clone(), col(&row, 0)?);
        }
    }
    Ok(found)
}

fn standing(waits: &BTreeMap<String, i64>, event: &str, answer: &str, place: i64) -> Found<Standing> {
    Ok(Standing::of(answer_of(answer)?, waits.get(event).is_some_and(|from| place >= *from)))
}

/// How a run of contacts stands with the campaign's events.
pub(super) async fn standings(
    conn: &mut Conn,
    actor: &Actor,
    campaign: CampaignId,
    (first, last): (i64, i64),
) -> Found<BTreeMap<i64, BTreeMap<String, Standing>>> {
    let rows = db::query(OF_RUN).bind(first).bind(last).bind(campaign.0).fetch_all(&mut *conn).await?;
    let mut found: BTreeMap<i64, BTreeMap<String, Standing>> = BTreeMap::new();
    if rows.is_empty() {
        return Ok(found);
    }
    let Some(seen) = visible(conn, actor, campaign).await? else { return Ok(found) };
    let waits = waits_from(conn, campaign.0, &seen.def).await?;
    for row in &rows {
        let event: String = col(row, 1)?;
        let standing = standing(&waits, &event, &col::<String>(row, 2)?, col(row, 3)?)?;
        found.entry(col(row, 0)?).or_default().insert(event, standing);
    }
    Ok(found)
}

/// `next` of a page that is full.
fn next(places: &[i64], limit: u32) -> Option<String> {
    let full = places.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    places.last().filter(|_| full).map(ToString::to_string)
}

#[async_trait]
impl Turnout for SqlStore {
    async fn calendar(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<EventTally>>> {
        let mut conn = self.reader().await?;
        let Some(seen) = visible(&mut conn, actor, campaign).await? else { return Ok(None) };
        let rows = db::query(TALLIES).bind(campaign.0).fetch_all(&mut conn).await?;
        let mut counts: BTreeMap<(String, RsvpAnswer), u64> = BTreeMap::new();
        for row in &rows {
            counts.insert((col(row, 0)?, answer_of(&col::<String>(row, 1)?)?), unsigned(col(row, 2)?));
        }
        let waits = waits_from(&mut conn, campaign.0, &seen.def).await?;
        let mut full = BTreeMap::new();
        for (event, from) in &waits {
            let (coming, _) = in_and_waiting(&mut conn, campaign.0, event, *from).await?;
            full.insert(event.clone(), coming);
        }
        let tally = |event: crate::domain::rsvp::CampaignEvent| {
            let of = |answer| counts.get(&(event.id.clone(), answer)).copied().unwrap_or(0);
            let (said_yes, maybe, no) = (of(RsvpAnswer::Yes), of(RsvpAnswer::Maybe), of(RsvpAnswer::No));
            let yes = full.get(&event.id).copied().unwrap_or(said_yes);
            EventTally { event, yes, waiting: said_yes - yes, maybe, no }
        };
        Ok(Some(seen.def.events.into_iter().map(tally).collect()))
    }

    async fn rsvps_out(&self, actor: &Actor, campaign: CampaignId, part: &Part) -> Found<Option<RsvpsOut>> {
        let mut conn = self.reader().await?;
        let Some(seen) = visible(&mut conn, actor, campaign).await? else { return Ok(None) };
        let waits = waits_from(&mut conn, campaign.0, &seen.def).await?;
        let rows = db::query(RSVPS)
            .bind(campaign.0)
            .bind(part.after)
            .bind(part.only.clone())
            .bind(i64::from(part.limit))
            .fetch_all(&mut conn)
            .await?;
        let at = |n: usize| LISTED_COLUMNS + n;
        let (mut rsvps, mut places) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in &rows {
            let (place, event): (i64, String) = (col(row, at(0))?, col(row, at(2))?);
            rsvps.push(RsvpResult {
                contact: ContactId(col(row, at(1))?),
                standing: standing(&waits, &event, &col::<String>(row, at(3))?, place)?,
                event,
                at: time(col(row, at(4))?)?,
                opted_out: col::<i64>(row, at(5))? >= OPTED_OUT,
                note: col(row, at(6))?,
                people: people_of(col(row, at(7))?),
                listed: listed(row, 0)?,
            });
            places.push(place);
        }
        Ok(Some(RsvpsOut { rsvps, next: next(&places, part.limit) }))
    }

    async fn queues(&self, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<QueueTally>>> {
        let mut conn = self.reader().await?;
        let Some(seen) = visible(&mut conn, actor, campaign).await? else { return Ok(None) };
        let empty = |queue: &str| QueueTally { queue: queue.to_owned(), open: 0, done: 0, open_since: None };
        let mut found: BTreeMap<String, QueueTally> =
            rsvp::queues(&seen.def.questions).into_iter().map(|queue| (queue.to_owned(), empty(queue))).collect();
        let rows = db::query(
            "SELECT q.queue, CAST(COALESCE(SUM(CASE WHEN q.done_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*),
                 MIN(CASE WHEN q.done_at IS NULL THEN q.at END)
             FROM queue_entries q JOIN contacts c ON c.id = q.contact WHERE q.campaign = $1 AND c.removed = 0 AND c.wrong_number = 0
             GROUP BY q.queue ORDER BY q.queue",
        )
        .bind(campaign.0)
        .fetch_all(&mut conn)
        .await?;
        for row in &rows {
            let queue: String = col(row, 0)?;
            let (open, all) = (unsigned(col(row, 1)?), unsigned(col(row, 2)?));
            let open_since = col::<Option<i64>>(row, 3)?.map(time).transpose()?;
            found.insert(queue.clone(), QueueTally { queue, open, done: all - open, open_since });
        }
        Ok(Some(found.into_values().collect()))
    }

    async fn queue_out(&self, actor: &Actor, campaign: CampaignId, part: &Part, all: bool) -> Found<Option<QueueOut>> {
        let mut conn = self.reader().await?;
        if visible(&mut conn, actor, campaign).await?.is_none() {
            return Ok(None);
        }
        let rows = db::query(ENTRIES)
            .bind(campaign.0)
            .bind(part.after)
            .bind(part.only.clone())
            .bind(all)
            .bind(i64::from(part.limit))
            .fetch_all(&mut conn)
            .await?;
        let at = |n: usize| LISTED_COLUMNS + n;
        let (mut entries, mut places) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in &rows {
            let moment = |n| -> Found<Option<Timestamp>> { col::<Option<i64>>(row, at(n))?.map(time).transpose() };
            let named = col::<Option<String>>(row, at(5))?.zip(col::<Option<i64>>(row, at(6))?);
            entries.push(QueueResult {
                contact: ContactId(col(row, at(1))?),
                queue: col(row, at(2))?,
                at: time(col(row, at(3))?)?,
                done_at: moment(4)?,
                done_by: named.map(|(name, namesake)| rows::told_apart(name, namesake)),
                opted_out: col::<i64>(row, at(7))? >= OPTED_OUT,
                note: col(row, at(8))?,
                listed: listed(row, 0)?,
            });
            places.push(col(row, at(0))?);
        }
        Ok(Some(QueueOut { entries, next: next(&places, part.limit) }))
    }
}

impl Tx<'_> {
    /// Brings what is written down of a contact to what its answers say now that `question` was answered or cleared, and with it
    /// perhaps what hangs below. What other answers wrote stays as it was recorded, though the script may have another word for them
    /// by now or none, and so does what somebody has done already, until it is wished for anew.
    pub(super) async fn settle_turnout(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contact: &ContactRow,
        question: &str,
        (before, answers): (&BTreeMap<String, String>, &BTreeMap<String, String>),
    ) -> Result<(), StoreError> {
        let def = &campaign.def;
        if !rsvp::is_asked(&def.questions) {
            return Ok(());
        }
        let mut wanted = recorded(&def.questions, answers);
        let was = recorded(&def.questions, before);
        let touched = |id: &str| id == question || before.get(id) != answers.get(id);
        let rows = db::query(OF_CONTACT).bind(contact.id).fetch_all(&mut *self.conn).await?;
        let mut stand: BTreeSet<(bool, String)> = BTreeSet::new();
        // Who is said to come once more: whether they have a place is told again, as words follow it again.
        let mut again: Vec<String> = Vec::new();
        for row in &rows {
            let (is_queue, name, word, by): (i64, String, String, String) =
                (col(row, 0)?, col(row, 1)?, col(row, 2)?, col(row, 3)?);
            let people = people_of(col(row, 4)?);
            if !touched(&by) {
                stand.insert((is_queue != 0, by.clone()));
            }
            if is_queue != 0 {
                let (open, was) = (word == "open", was.queues.contains_key(name.as_str()));
                // Whoever wishes anew for what was done once waits anew: that one stays among the wanted.
                if (open || was) && wanted.queues.remove(name.as_str()).is_some() {
                    continue;
                }
                if open && (was || touched(&by)) {
                    db::query("DELETE FROM queue_entries WHERE contact = $1 AND queue = $2")
                        .bind(contact.id)
                        .bind(name)
                        .execute(&mut *self.conn)
                        .await?;
                }
                continue;
            }
            match wanted.rsvps.get(name.as_str()) {
                // Whoever says the same once more keeps the place, and whoever comes with fewer people than before.
                Some(said)
                    if said.answer.as_str() == word
                        && (said.people <= people || !touched(&by) && !touched(said.question)) =>
                {
                    if said.people < people && (touched(&by) || touched(said.question)) {
                        db::query("UPDATE rsvps SET people = $3, question = $4 WHERE contact = $1 AND event = $2")
                            .bind(contact.id)
                            .bind(name.as_str())
                            .bind(i64::from(said.people))
                            .bind(said.question)
                            .execute(&mut *self.conn)
                            .await?;
                    }
                    if said.answer == RsvpAnswer::Yes && said.question == question {
                        again.push(name.clone());
                    }
                    wanted.rsvps.remove(name.as_str());
                }
                Some(said) if touched(&by) || touched(said.question) => {}
                Some(_) => {
                    wanted.rsvps.remove(name.as_str());
                }
                None if (was.rsvps.contains_key(name.as_str()) || touched(&by))
                    && def.events.iter().any(|event| event.id == name) =>
                {
                    db::query("DELETE FROM rsvps WHERE contact = $1 AND event = $2")
                        .bind(contact.id)
                        .bind(name)
                        .execute(&mut *self.conn)
                        .await?;
                }
                None => {}
            }
        }
        // An answer whose row stands under the name of before writes no second one under a new name.
        let news = |is_queue, by: &str| touched(by) || !stand.contains(&(is_queue, by.to_owned()));
        wanted.rsvps.retain(|_, said| news(false, said.question));
        wanted.queues.retain(|_, by| news(true, by));
        for (event, rsvp::Said { answer, people, question }) in wanted.rsvps {
            db::query(PUT_RSVP)
                .bind(contact.id)
                .bind(event)
                .bind(campaign.id)
                .bind(answer.as_str())
                .bind(question)
                .bind(self.micros())
                .bind(actor.person.0)
                .bind(i64::from(people))
                .execute(&mut *self.conn)
                .await?;
            if answer == RsvpAnswer::Yes {
                self.tell_when_full(actor, campaign, contact, event).await?;
            }
        }
        for event in again {
            self.tell_when_full(actor, campaign, contact, &event).await?;
        }
        for (queue, question) in wanted.queues {
            db::query(PUT_QUEUE)
                .bind(contact.id)
                .bind(queue)
                .bind(campaign.id)
                .bind(question)
                .bind(self.micros())
                .bind(actor.person.0)
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    /// Says in the thread of one who has just said yes when they wait, and as the how-manieth. A console takes the script's words for a
    /// waiting line from it, or for a place where it is not said.
    async fn tell_when_full(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        contact: &ContactRow,
        event: &str,
    ) -> Result<(), StoreError> {
        let found = campaign.def.events.iter().find(|one| one.id == event);
        let Some((found, capacity)) = found.and_then(|one| one.capacity.map(|capacity| (one, capacity))) else {
            return Ok(());
        };
        let row = db::query(FIRST_WAITING)
            .bind(campaign.id)
            .bind(event)
            .bind(i64::from(capacity))
            .fetch_optional(&mut *self.conn)
            .await?;
        let theirs = db::query("SELECT place FROM rsvps WHERE contact = $1 AND event = $2")
            .bind(contact.id)
            .bind(event)
            .fetch_one(&mut *self.conn)
            .await?;
        let theirs: i64 = col(&theirs, 0)?;
        let first = row.map(|row| col::<i64>(&row, 0)).transpose()?;
        if let Some(first) = first.filter(|first| theirs >= *first) {
            let waiting = db::query(WAIT)
                .bind(campaign.id)
                .bind(event)
                .bind(first)
                .bind(TELLABLE)
                .bind(theirs)
                .fetch_one(&mut *self.conn)
                .await?;
            let waiting: i64 = col(&waiting, 0)?;
            let more = if waiting >= TELLABLE { "+" } else { "" };
            let detail = format!("{waiting}{more}, {}", safe_line(&found.title));
            self.note(contact, Some(actor), "event_full", &detail).await?;
        }
        Ok(())
    }

    /// Events that people have said something of may change, but not go: nobody would know any more what was promised to whom.
    pub(super) async fn lost_events(&mut self, campaign: i64, def: &CampaignDef) -> Result<Vec<String>, StoreError> {
        // They are counted as everywhere else.
        let rows = db::query(
            "SELECT r.event, COUNT(*) FROM rsvps r JOIN contacts c ON c.id = r.contact
             WHERE r.campaign = $1 AND c.removed = 0 AND c.wrong_number = 0 GROUP BY r.event ORDER BY r.event",
        )
        .bind(campaign)
        .fetch_all(&mut *self.conn)
        .await?;
        let mut lost = Vec::new();
        for row in &rows {
            let (event, many): (String, i64) = (col(row, 0)?, col(row, 1)?);
            if !def.events.iter().any(|one| one.id == event) {
                lost.push(format!(
                    "events: {} about `{event}`: keep it in the file",
                    if many == 1 {
                        "1 contact has answered".to_owned()
                    } else {
                        format!("{many} contacts have answered")
                    }
                ));
            }
        }
        Ok(lost)
    }

    /// Says that people of a queue are done, or wait again.
    pub(super) async fn queue_done(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        request: &QueueDone,
    ) -> Result<Answer, StoreError> {
        if request.contacts.len() > MAX_DONE {
            return refused(Code::TooLarge, format!("at most {MAX_DONE} contacts at once"));
        }
        if request.queue.contains('\0') {
            return refused(Code::Invalid, "queue: it has a NUL character");
        }
        let mut ids: Vec<i64> = request.contacts.iter().map(|contact| contact.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = db::query(
            "SELECT q.contact, CASE WHEN q.done_at IS NULL THEN 'open' ELSE 'done' END
             FROM json_each($1) j JOIN queue_entries q ON q.contact = CAST(j.atom AS BIGINT) AND q.queue = $2
             WHERE q.campaign = $3",
        )
        .bind(to_json(&ids)?)
        .bind(request.queue.as_str())
        .bind(campaign.id)
        .fetch_all(&mut *self.conn)
        .await?;
        let from = if request.undo { "done" } else { "open" };
        let (mut change, mut already) = (Vec::new(), Vec::new());
        for row in &rows {
            let list = if col::<String>(row, 1)? == from { &mut change } else { &mut already };
            list.push(col::<i64>(row, 0)?);
        }
        let known = |id: &i64| change.contains(id) || already.contains(id);
        let not_found = ids.iter().filter(|id| !known(id)).map(|id| ContactId(*id)).collect();
        if !change.is_empty() {
            let (done_at, done_by) =
                if request.undo { (None, None) } else { (Some(self.micros()), Some(actor.person.0)) };
            db::query(
                "UPDATE queue_entries SET done_at = $4, done_by = $5 WHERE campaign = $3 AND queue = $2
                     AND contact IN (SELECT CAST(j.atom AS BIGINT) FROM json_each($1) j)",
            )
            .bind(to_json(&change)?)
            .bind(request.queue.as_str())
            .bind(campaign.id)
            .bind(done_at)
            .bind(done_by)
            .execute(&mut *self.conn)
            .await?;
            // A line each: what is on record of somebody is found by it.
            let what = if request.undo { "queue_undone" } else { "queue_done" };
            for contact in &change {
                let detail = format!("campaign {}: {}", campaign.id, safe_line(&request.queue));
                self.audit(Some(actor), what, format!("contact {contact}"), detail);
            }
        }
        let (changed, already) = (change.len() as u64, already.len() as u64);
        Ok(Answer::Changed(Changed::Queue(QueueChanged { changed, already, not_found })))
    }
}
