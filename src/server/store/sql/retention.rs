//! Retention: words older than was set are removed, and what stays is that there were some.
//!
//! A text's time is its own. In a closed campaign each text goes when it is too old; in one that is not closed a conversation goes
//! as a whole, once its newest text is too old, nobody waits in it and no possible opt-out is undecided. What waits for the carrier
//! or for a captain is never touched, nor what is under a legal hold. Hashes in the ledger, counts, answers, tags and opt-outs stay; of
//! an answer in the voter's own words stays that there was one.
//!
//! A removal goes through the tables in small parts, a commit each; where it stands is in the database, so that whichever server does
//! the next part goes on with it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    copies,
    holds::{self, ON_ALL, cutoff},
    list_change::counted,
    own_words,
    rows::{self, col, signed, time, to_json, unsigned},
    script::refused,
    tx::Tx,
};
use crate::api::{
    event::repeats,
    keeping::{MAX_DAYS, RetentionRule, RetentionRun, RetentionState},
    problem::Code,
};
use crate::db::{self, Conn, Row};
use crate::domain::ids::CampaignId;
use crate::server::store::{
    StoreError,
    command::{Actor, Answer},
    keep::{Keep, Kept},
};

/// How long after one removal began the server begins the next by itself.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Numbers of contacts, and events, that one part looks at.
const RUN: i64 = 2_000;

/// Conversations that one part changes at most.
const CHANGED: i64 = 200;

/// The stages of a removal.
const CONVERSATIONS: i64 = 0;
const FEED: i64 = 1;
const REST: i64 = 2;

/// What of a conversation `c` of campaign `$1` is too old. `$4`: from when on words are kept; `$5`: the campaign is closed.
macro_rules! due {
    () => {
        "+c.campaign = $1 AND c.id > $2 AND c.id <= $3 AND c.erased_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM holds h
             WHERE h.organization = c.organization AND h.phone = c.phone AND h.lifted_at IS NULL)
         AND ($5 OR (c.waiting_since IS NULL AND c.opt_out <> 1
             AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = c.id AND n.at >= $4)))
         AND (EXISTS (SELECT 1 FROM messages m WHERE m.contact = c.id AND m.at < $4 AND m.purged_at IS NULL
                 AND m.delivery NOT IN ('accepted', 'submitting', 'unknown', 'held'))
             OR ((c.preview <> '' OR (c.note <> '' AND c.updated_at < $4)
                     OR EXISTS (SELECT 1 FROM notes w WHERE w.contact = c.id AND w.what = 'answered_in_words'
                         AND w.detail <> '' AND w.at < $4))
                 AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = c.id AND n.at >= $4)))"
    };
}

pub(super) const DUE: &str = concat!("SELECT c.id FROM contacts c WHERE ", due!(), " ORDER BY c.id LIMIT $6");

/// What of a run of contacts would go; `$6`: none.
pub(super) const COUNT: &str = concat!(
    "SELECT COUNT(*), CAST(COALESCE(SUM((SELECT COUNT(*) FROM messages m WHERE m.contact = c.id AND m.at < $4
         AND m.purged_at IS NULL AND m.delivery NOT IN ('accepted', 'submitting', 'unknown', 'held'))), 0) AS BIGINT)
     FROM contacts c WHERE ",
    due!()
);

/// Which campaigns a run of contacts is of.
pub(super) const WHOSE: &str =
    "SELECT DISTINCT campaign FROM contacts WHERE id > $1 AND id <= $2 AND organization = $3";

/// Texts of unknown numbers that are too old.
const UNKNOWN: &str = "FROM unmatched_inbound u WHERE u.organization = $1 AND u.at < $2 AND u.body <> '' AND NOT EXISTS (SELECT 1 FROM holds h
     WHERE h.organization = u.organization AND h.phone = u.phone AND h.lifted_at IS NULL)";

/// Words of texts too old, of some contacts.
const TEXTS: &str = "UPDATE messages SET body = '', purged_at = $3
     WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) AND at < $2 AND purged_at IS NULL
         AND delivery NOT IN ('accepted', 'submitting', 'unknown', 'held')";

/// What of their line is as old: a preview as its text (a notice, or an answer to HELP, is in none), a note as the last change of the line.
const LINES: &str = "UPDATE contacts SET note = CASE WHEN updated_at < $2 THEN '' ELSE note END, preview = '',
         opt_out_words = CASE WHEN opt_out = 1 THEN opt_out_words ELSE '' END
     WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = contacts.id AND n.at >= $2
             AND COALESCE(n.kind, '') NOT IN ('help', 'opt_out_notice'))";

/// A campaign's rule, as it counts now.
#[derive(Debug, Clone, Copy)]
struct Rule {
    cutoff: i64,
    closed: bool,
}

/// The campaigns of an organization from which something may be removed.
async fn rules(conn: &mut Conn, organization: i64, now: Timestamp) -> Result<BTreeMap<i64, Rule>, StoreError> {
    let rows = db::query(
        "SELECT k.id, k.state, CASE WHEN r.campaign IS NULL THEN d.days ELSE r.days END FROM campaigns k
         LEFT JOIN retention r ON r.organization = k.organization AND r.campaign = k.id
         LEFT JOIN retention d ON d.organization = k.organization AND d.campaign = 0
         WHERE k.organization = $1 AND k.state <> 'importing' AND NOT EXISTS (SELECT 1 FROM holds h
             WHERE h.organization = k.organization AND h.lifted_at IS NULL AND h.phone IS NULL
                 AND (h.campaign IS NULL OR h.campaign = k.id)) ORDER BY k.id",
    )
    .bind(organization)
    .fetch_all(conn)
    .await?;
    let mut rules = BTreeMap::new();
    for row in &rows {
        if let Some(days) = col::<Option<i64>>(row, 2)? {
            let closed = col::<String>(row, 1)? == "archived";
            rules.insert(col(row, 0)?, Rule { cutoff: cutoff(now, days), closed });
        }
    }
    Ok(rules)
}

/// From when on words of unknown numbers are kept: by the organization's rule, while no hold is on all of it.
async fn rest_cutoff(conn: &mut Conn, organization: i64, now: Timestamp) -> Result<Option<i64>, StoreError> {
    if db::query(ON_ALL).bind(organization).fetch_optional(&mut *conn).await?.is_some() {
        return Ok(None);
    }
    let row = db::query("SELECT days FROM retention WHERE organization = $1 AND campaign = 0")
        .bind(organization)
        .fetch_optional(conn)
        .await?;
    let days = row.map(|row| col::<Option<i64>>(&row, 0)).transpose()?.flatten();
    Ok(days.map(|days| cutoff(now, days)))
}

fn run_of(row: &Row) -> Result<RetentionRun, StoreError> {
    let by = match (col::<Option<String>>(row, 2)?, col::<Option<i64>>(row, 3)?) {
        (Some(name), Some(namesake)) => Some(rows::told_apart(name, namesake)),
        _ => None,
    };
    Ok(RetentionRun {
        begun_at: Some(time(col(row, 0)?)?),
        ended_at: col::<Option<i64>>(row, 1)?.map(time).transpose()?,
        by,
        texts: unsigned(col(row, 4)?),
        contacts: unsigned(col(row, 5)?),
        copies: unsigned(col(row, 6)?),
    })
}

/// The last removal.
pub(super) async fn last_run(conn: &mut Conn, organization: i64) -> Result<Option<RetentionRun>, StoreError> {
    let row = db::query(
        "SELECT r.at, r.ended_at, p.name, p.namesake, r.texts, r.contacts, r.copies FROM retention_runs r
         LEFT JOIN people p ON p.id = r.person WHERE r.organization = $1 ORDER BY r.id DESC LIMIT 1",
    )
    .bind(organization)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(run_of).transpose()
}

/// What was set, and what came of it.
pub(super) async fn state(conn: &mut Conn, actor: &Actor) -> Result<RetentionState, StoreError> {
    let organization = actor.organization.0;
    let rows = db::query(
        "SELECT r.campaign, r.days, r.at, p.name, p.namesake FROM retention r JOIN people p ON p.id = r.person
         WHERE r.organization = $1 ORDER BY r.campaign",
    )
    .bind(organization)
    .fetch_all(&mut *conn)
    .await?;
    let rules = rows
        .iter()
        .map(|row| {
            Ok(RetentionRule {
                campaign: Some(col::<i64>(row, 0)?).filter(|id| *id != 0).map(CampaignId),
                bodies_after_days: col::<Option<i64>>(row, 1)?.and_then(|days| u32::try_from(days).ok()),
                at: time(col(row, 2)?)?,
                by: rows::told_apart(col(row, 3)?, col(row, 4)?),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let last_run = last_run(conn, organization).await?;
    let holds = holds::in_force(conn, organization).await?;
    let erasures = copies::open(conn, organization).await?;
    Ok(RetentionState { rules, last_run, holds, erasures })
}

/// What a removal would come to now. All contacts are gone through once, a run of them at a time; what the feed repeats is not counted.
pub(super) async fn would(conn: &mut Conn, actor: &Actor, now: Timestamp) -> Result<RetentionRun, StoreError> {
    let organization = actor.organization.0;
    let mut run = RetentionRun::default();
    let mut rules = rules(conn, organization, now).await?;
    rules.retain(|campaign, _| actor.campaign.is_none_or(|only| only.0 == *campaign));
    let row = db::query("SELECT COALESCE(MAX(id), 0) FROM contacts").fetch_one(&mut *conn).await?;
    let (mut place, newest): (i64, i64) = (0, if rules.is_empty() { 0 } else { col(&row, 0)? });
    while place < newest {
        let last = place.saturating_add(RUN);
        let there = db::query(WHOSE).bind(place).bind(last).bind(organization).fetch_all(&mut *conn).await?;
        for row in &there {
            let campaign: i64 = col(row, 0)?;
            let Some(rule) = rules.get(&campaign) else { continue };
            let row = db::query(COUNT)
                .bind(campaign)
                .bind(place)
                .bind(last)
                .bind(rule.cutoff)
                .bind(rule.closed)
                .fetch_one(&mut *conn)
                .await?;
            run.contacts += unsigned(col(&row, 0)?);
            run.texts += unsigned(col(&row, 1)?);
        }
        place = last;
    }
    if let Some(cutoff) = rest_cutoff(conn, organization, now).await?
        && actor.campaign.is_none()
    {
        let sql = db::kept(format!("SELECT COUNT(*) {UNKNOWN}"));
        let row = db::query(sql).bind(organization).bind(cutoff).fetch_one(&mut *conn).await?;
        run.copies = unsigned(col(&row, 0)?);
    }
    for (campaign, rule) in &rules {
        let sql = db::kept(format!("SELECT COUNT(*) FROM trials WHERE {TRIALS}"));
        let row = db::query(sql).bind(organization).bind(*campaign).bind(rule.cutoff).fetch_one(&mut *conn).await?;
        run.copies += unsigned(col(&row, 0)?);
    }
    Ok(run)
}

/// Words of trials that are too old.
const TRIALS: &str = "organization = $1 AND campaign = $2 AND at < $3 AND state = 'done' AND body <> ''
     AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.organization = trials.organization
         AND h.phone = trials.phone AND h.lifted_at IS NULL)";

impl Tx<'_> {
    pub(super) async fn keep(&mut self, actor: &Actor, keep: Keep) -> Result<Answer, StoreError> {
        match keep {
            Keep::Retention { campaign, days } => self.set_retention(actor, campaign, days).await,
            Keep::Run => self.run_retention(actor).await,
            Keep::Hold { campaign, phone, reason } => self.hold(actor, campaign, phone.as_ref(), &reason).await,
            Keep::Lift { hold } => self.lift_hold(actor, hold).await,
            Keep::TakeOut { phone } => self.person_taken_out(actor, &phone).await,
            Keep::TakeBackOptOut { phone, reason } => self.take_back_opt_out(actor, &phone, &reason).await,
            Keep::Erase { phone, reason, dry_run } => self.erase(actor, &phone, &reason, dry_run).await,
        }
    }

    async fn set_retention(
        &mut self,
        actor: &Actor,
        campaign: Option<CampaignId>,
        days: Option<u32>,
    ) -> Result<Answer, StoreError> {
        if let Some(campaign) = campaign
            && self.campaign_of(actor, campaign.0).await?.is_none()
        {
            return refused(Code::NotFound, "no such campaign for you");
        }
        if days.is_some_and(|days| days == 0 || days > MAX_DAYS) {
            return refused(Code::Invalid, format!("bodies_after_days: from 1 to {MAX_DAYS}"));
        }
        if campaign.is_none() && actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        db::query(
            "INSERT INTO retention (organization, campaign, days, at, person) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (organization, campaign) DO UPDATE SET days = excluded.days, at = excluded.at, person = excluded.person",
        )
        .bind(actor.organization.0)
        .bind(campaign.map_or(0, |one| one.0))
        .bind(days.map(i64::from))
        .bind(self.micros())
        .bind(actor.person.0)
        .execute(&mut *self.conn)
        .await?;
        let on = campaign.map_or_else(|| "organization".to_owned(), |one| format!("campaign {one}"));
        let what = days.map_or_else(
            || "words are kept".to_owned(),
            |days| format!("words go after {}", counted(days.into(), "day")),
        );
        self.audit(Some(actor), "retention_set", on, what);
        Ok(Answer::Kept(Kept::Retention(state(self.conn, actor).await?)))
    }

    /// Begins a removal, or finds the one under way.
    async fn run_retention(&mut self, actor: &Actor) -> Result<Answer, StoreError> {
        if actor.campaign.is_some() {
            return refused(Code::Forbidden, ONE_CAMPAIGN);
        }
        let organization = actor.organization.0;
        let open = db::query("SELECT id FROM retention_runs WHERE organization = $1 AND ended_at IS NULL LIMIT 1")
            .bind(organization)
            .fetch_optional(&mut *self.conn)
            .await?;
        if open.is_none() {
            self.begin_run(organization, Some(actor.person.0)).await?;
        }
        let run = last_run(self.conn, organization).await?.unwrap_or_default();
        Ok(Answer::Kept(Kept::Run(run)))
    }

    async fn begin_run(&mut self, organization: i64, person: Option<i64>) -> Result<(), StoreError> {
        db::query("INSERT INTO retention_runs (organization, at, person) VALUES ($1, $2, $3)")
            .bind(organization)
            .bind(self.micros())
            .bind(person)
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    /// A part of the removal under way; begins one where it is time.
    pub(super) async fn purge(&mut self) -> Result<Answer, StoreError> {
        // Who was erased goes first.
        if self.a_part_of_the_copies().await? {
            return Ok(Answer::Kept(Kept::More(true)));
        }
        let open =
            "SELECT id, organization, stage, place FROM retention_runs WHERE ended_at IS NULL ORDER BY id LIMIT 1";
        let mut row = db::query(open).fetch_optional(&mut *self.conn).await?;
        if row.is_none() {
            let since = self.now.saturating_sub(EVERY).unwrap_or(Timestamp::MIN).as_microsecond();
            let due = db::query(
                "SELECT DISTINCT r.organization FROM retention r WHERE r.days IS NOT NULL AND NOT EXISTS
                     (SELECT 1 FROM retention_runs n WHERE n.organization = r.organization AND n.at > $1) LIMIT 1",
            )
            .bind(since)
            .fetch_optional(&mut *self.conn)
            .await?;
            let Some(due) = due else { return Ok(Answer::Kept(Kept::More(false))) };
            self.begin_run(col(&due, 0)?, None).await?;
            row = db::query(open).fetch_optional(&mut *self.conn).await?;
        }
        let Some(row) = row else { return Ok(Answer::Kept(Kept::More(false))) };
        let (run, organization, stage, place): (i64, i64, i64, i64) =
            (col(&row, 0)?, col(&row, 1)?, col(&row, 2)?, col(&row, 3)?);
        let rules = rules(self.conn, organization, self.now).await?;
        self.writes_over(true).await?;
        let done = match stage {
            CONVERSATIONS => self.purge_conversations(run, place, organization, &rules).await,
            FEED => self.purge_feed((run, organization), place, &rules).await,
            _ => self.purge_rest(run, organization, &rules).await,
        };
        self.writes_over(false).await?;
        done?;
        Ok(Answer::Kept(Kept::More(true)))
    }

    /// Where a removal stands after a part.
    async fn stands(&mut self, run: i64, (stage, place): (i64, i64), done: [u64; 3]) -> Result<(), StoreError> {
        db::query(
            "UPDATE retention_runs SET stage = $2, place = $3, texts = texts + $4, contacts = contacts + $5, copies = copies + $6
             WHERE id = $1",
        )
        .bind(run)
        .bind(stage)
        .bind(place)
        .bind(signed(done[0]))
        .bind(signed(done[1]))
        .bind(signed(done[2]))
        .execute(&mut *self.conn)
        .await?;
        Ok(())
    }

    async fn purge_conversations(
        &mut self,
        run: i64,
        place: i64,
        organization: i64,
        rules: &BTreeMap<i64, Rule>,
    ) -> Result<(), StoreError> {
        let row = db::query("SELECT COALESCE(MAX(id), 0) FROM contacts").fetch_one(&mut *self.conn).await?;
        if place >= col::<i64>(&row, 0)? || rules.is_empty() {
            return self.stands(run, (FEED, 0), [0; 3]).await;
        }
        let mut last = place.saturating_add(RUN);
        let there = db::query(WHOSE).bind(place).bind(last).bind(organization).fetch_all(&mut *self.conn).await?;
        let mut due: Vec<(Rule, Vec<i64>)> = Vec::new();
        let mut campaigns: Vec<(i64, Rule)> = Vec::new();
        for row in &there {
            let campaign: i64 = col(row, 0)?;
            let Some(rule) = rules.get(&campaign) else { continue };
            campaigns.push((campaign, *rule));
            let found = db::query(DUE)
                .bind(campaign)
                .bind(place)
                .bind(last)
                .bind(rule.cutoff)
                .bind(rule.closed)
                .bind(CHANGED)
                .fetch_all(&mut *self.conn)
                .await?;
            let ids = found.iter().map(|row| col(row, 0)).collect::<Result<Vec<i64>, _>>()?;
            // Full: the next part goes on behind the last of them, in all campaigns.
            if i64::try_from(ids.len()).is_ok_and(|many| many >= CHANGED) {
                last = ids.last().map_or(last, |end| last.min(*end));
            }
            due.push((*rule, ids));
        }
        let (mut texts, mut contacts) = (0, 0);
        for (rule, ids) in due {
            let ids: Vec<i64> = ids.into_iter().filter(|id| *id <= last).collect();
            if ids.is_empty() {
                continue;
            }
            let list = to_json(&ids)?;
            texts += db::query(TEXTS)
                .bind(list.as_str())
                .bind(rule.cutoff)
                .bind(self.micros())
                .execute(&mut *self.conn)
                .await?
                .rows_affected();
            db::query(LINES).bind(list.as_str()).bind(rule.cutoff).execute(&mut *self.conn).await?;
            own_words::take_out(self.conn, &list, rule.cutoff).await?;
            contacts += ids.len() as u64;
        }
        for (campaign, rule) in campaigns {
            own_words::take_out_of_run(self.conn, campaign, (place, last), (rule.cutoff, rule.closed)).await?;
        }
        self.stands(run, (CONVERSATIONS, last), [texts, contacts, 0]).await
    }

    /// The feed repeats words to consoles. Who comes back to it from before is told to read everything again.
    async fn purge_feed(
        &mut self,
        (run, organization): (i64, i64),
        mut place: i64,
        rules: &BTreeMap<i64, Rule>,
    ) -> Result<(), StoreError> {
        let newest = rules.values().map(|rule| rule.cutoff).max().unwrap_or(i64::MIN);
        let oldest = rules.values().map(|rule| rule.cutoff).min().unwrap_or(i64::MIN);
        let mut emptied = None;
        if place == 0 {
            place = self.emptied_before(organization, run).await?;
            emptied = Some(place);
        }
        let rows = db::query("SELECT seq, at, campaign, payload FROM events WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(place)
            .bind(RUN)
            .fetch_all(&mut *self.conn)
            .await?;
        let mut held = BTreeSet::new();
        let people = db::query(
            "SELECT c.id FROM holds h JOIN contacts c ON c.organization = h.organization AND c.phone = h.phone
             WHERE h.lifted_at IS NULL AND h.phone IS NOT NULL",
        );
        for row in people.fetch_all(&mut *self.conn).await? {
            held.insert(col::<i64>(&row, 0)?);
        }
        let (mut last, mut over) = (place, i64::try_from(rows.len()).is_ok_and(|many| many < RUN));
        let mut gone: Vec<i64> = Vec::new();
        for row in &rows {
            let at: i64 = col(row, 1)?;
            if at >= newest {
                over = true;
                break;
            }
            last = col(row, 0)?;
            if at < oldest {
                emptied = Some(last);
            }
            let old = rules.get(&col(row, 2)?).is_some_and(|rule| at < rule.cutoff);
            let whose = if old { col::<String>(row, 3).ok().and_then(|payload| repeats(&payload)) } else { None };
            if whose.is_some_and(|contact| !held.contains(&contact.0)) {
                gone.push(last);
            }
        }
        let many = gone.len() as u64;
        if many > 0 {
            db::query("UPDATE events SET payload = '' WHERE seq IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))")
                .bind(to_json(&gone)?)
                .execute(&mut *self.conn)
                .await?;
        }
        if let Some(emptied) = emptied {
            db::query("UPDATE retention_runs SET emptied = $2 WHERE id = $1")
                .bind(run)
                .bind(emptied)
                .execute(&mut *self.conn)
                .await?;
        }
        let next = if over { (REST, 0) } else { (FEED, last) };
        self.stands(run, next, [0, 0, many]).await
    }

    /// Up to which event nothing is left for any rule, as the removal before this one found it. Whatever was set or lifted since may
    /// reach further back: then all is looked at.
    async fn emptied_before(&mut self, organization: i64, run: i64) -> Result<i64, StoreError> {
        let row = db::query(
            "SELECT r.emptied FROM retention_runs r WHERE r.organization = $1 AND r.id < $2
                 AND NOT EXISTS (SELECT 1 FROM retention s WHERE s.organization = $1 AND s.at >= r.at)
                 AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.organization = $1 AND h.lifted_at >= r.at)
             ORDER BY r.id DESC LIMIT 1",
        )
        .bind(organization)
        .bind(run)
        .fetch_optional(&mut *self.conn)
        .await?;
        row.map_or(Ok(0), |row| col(&row, 0))
    }

    async fn purge_rest(&mut self, run: i64, organization: i64, rules: &BTreeMap<i64, Rule>) -> Result<(), StoreError> {
        let mut copies = 0;
        if let Some(cutoff) = rest_cutoff(self.conn, organization, self.now).await? {
            copies += db::query(db::kept(format!(
                "UPDATE unmatched_inbound SET body = '' WHERE id IN (SELECT u.id {UNKNOWN} ORDER BY u.id LIMIT $3)"
            )))
            .bind(organization)
            .bind(cutoff)
            .bind(RUN)
            .execute(&mut *self.conn)
            .await?
            .rows_affected();
        }
        // Full: what is left is the next part's.
        if copies >= unsigned(RUN) {
            return self.stands(run, (REST, 0), [0, 0, copies]).await;
        }
        for (campaign, rule) in rules {
            copies += db::query(db::kept(format!("UPDATE trials SET body = '' WHERE {TRIALS}")))
                .bind(organization)
                .bind(*campaign)
                .bind(rule.cutoff)
                .execute(&mut *self.conn)
                .await?
                .rows_affected();
        }
        self.stands(run, (REST, 0), [0, 0, copies]).await?;
        let row = db::query(
            "UPDATE retention_runs SET ended_at = $2 WHERE id = $1 RETURNING texts, contacts, copies, person",
        )
        .bind(run)
        .bind(self.micros())
        .fetch_one(&mut *self.conn)
        .await?;
        let (texts, contacts, copies): (i64, i64, i64) = (col(&row, 0)?, col(&row, 1)?, col(&row, 2)?);
        self.cache.log_tells |= texts + contacts + copies > 0;
        let asked = match col::<Option<i64>>(&row, 3)? {
            Some(person) => format!(", asked for by person {person}"),
            None => String::new(),
        };
        self.audit_of(
            organization,
            "retention_run",
            "organization".to_owned(),
            format!("words of {texts} texts in {contacts} conversations and {copies} copies removed{asked}"),
        );
        Ok(())
    }
}

/// For a sign-in that is bound to one campaign.
pub(super) const ONE_CAMPAIGN: &str = "this sign-in works in one campaign alone: this is about the whole organization";
