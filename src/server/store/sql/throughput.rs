//! What the carrier lets through: what was spent of it, and what is left for whom ([`crate::domain::throughput`] has the arithmetic).
//!
//! What was spent stands in the database and is written with the claim that spends it, so that a second process, or the next one,
//! knows of it. Where nothing is bounded no claim reads or writes anything of it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    jobs::{LAST_RANK, goes_out},
    rows::{col, json, kind, state, time, to_json, unsigned},
    tx::{Campaign, Tx},
};
use crate::api::campaign::CampaignState;
use crate::api::captain::{Gauge, StoppedBy, Today};
use crate::db::{self, Conn, Value};
use crate::domain::{
    campaign::CampaignDef,
    message::MessageKind,
    segment::measure,
    throughput::{LONGEST, Throughput, day_of, first_text},
};
use crate::server::store::StoreError;

/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// How long what went out in a minute is kept, in microseconds.
const KEPT: i64 = 60 * MINUTE;

/// Names of what is counted; a rate's are its own. Of a day: everything, and what of it were no first texts.
const DAY: &str = "day";
const OTHERS: &str = "others";
const OUT: &str = "out";

/// Rates have no beginning; a day and a minute are looked for by theirs.
const READ: &str = "SELECT name, begins, spent FROM throughput WHERE organization = $1 AND begins IN (0, $2, $3, $4)";

const SPENT: &str = "INSERT INTO throughput (organization, name, begins, spent) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organization, name, begins) DO UPDATE SET spent = excluded.spent";

/// What the carrier surely did not take was not spent in the day in which it was handed over.
const GIVEN_BACK: &str = "UPDATE throughput SET spent = CASE WHEN spent > $4 THEN spent - $4 ELSE 0 END
    WHERE organization = $1 AND name = $2 AND begins = $3";

/// What is queued: few rows of the index are anything else.
const QUEUED: &str = "SELECT campaign, rank, COUNT(*) FROM jobs INDEXED BY jobs_ready
    WHERE campaign IN (SELECT id FROM campaigns) AND state = 'ready' GROUP BY campaign, rank";

/// First texts that are handed out and not written yet.
const IN_HAND: &str = "SELECT n.campaign, CAST(SUM(n.many) AS BIGINT) FROM contact_counts n
    WHERE n.campaign IN (SELECT id FROM campaigns WHERE state <> 'archived')
        AND n.status = 'needs_message' AND n.opt_out < 2 AND n.wrong_number = 0 AND n.assigned <> 0
    GROUP BY n.campaign HAVING SUM(n.many) > 0";

const DEFS: &str = "SELECT id, def, state FROM campaigns WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))";

/// What was spent, as the table has it.
#[derive(Debug, Default)]
struct Spent {
    /// When each rate's bucket is full again.
    full_at: HashMap<String, i64>,
    day: i64,
    /// Of the day: replies and notices.
    others: i64,
    minute: i64,
    minute_before: i64,
}

fn minute_of(now: Timestamp) -> i64 {
    let now = now.as_microsecond();
    now - now.rem_euclid(MINUTE)
}

fn question(organization: i64, now: Timestamp) -> db::Query {
    let minute = minute_of(now);
    let day = day_of(now).0.as_microsecond();
    db::query(READ).bind(organization).bind(day).bind(minute).bind(minute - MINUTE)
}

impl Spent {
    fn read(rows: &[db::Row], now: Timestamp) -> Result<Self, StoreError> {
        let (day, minute) = (day_of(now).0.as_microsecond(), minute_of(now));
        let mut spent = Self::default();
        for row in rows {
            let (name, begins, count): (String, i64, i64) = (col(row, 0)?, col(row, 1)?, col(row, 2)?);
            match name.as_str() {
                DAY if begins == day => spent.day = count,
                OTHERS if begins == day => spent.others = count,
                OUT if begins == minute => spent.minute = count,
                OUT if begins == minute - MINUTE => spent.minute_before = count,
                DAY | OTHERS | OUT => {}
                _ => drop(spent.full_at.insert(name, count)),
            }
        }
        Ok(spent)
    }

    /// What of the day first texts leave to the others, who had their part of it already.
    fn kept(&self, limits: &Throughput) -> u64 {
        limits.reserve().saturating_sub(unsigned(self.others))
    }

    /// What went out in the last minute, as far as whole minutes tell.
    fn last_minute(&self, now: Timestamp) -> u64 {
        let passed = now.as_microsecond() - minute_of(now);
        let before = self.minute_before * (MINUTE - passed) / MINUTE;
        unsigned(before + self.minute)
    }
}

/// What one claim of jobs may take.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Arc<Throughput>,
    organization: i64,
    now: Timestamp,
    spent: Spent,
    taken: bool,
    /// What stood there for a rate cannot be, and has to be written down as it may be.
    mended: bool,
}

impl Budget {
    fn new(limits: Arc<Throughput>, organization: i64, now: Timestamp, mut spent: Spent) -> Self {
        let mut mended = false;
        for rate in limits.rates() {
            if let Some(full_at) = spent.full_at.get_mut(rate.name)
                && let Some(possible) = rate.mended(*full_at, now.as_microsecond())
            {
                *full_at = possible;
                mended = true;
            }
        }
        Self { limits, organization, now, spent, taken: false, mended }
    }

    /// How many texts are worth a look, first ones or others. None has less than a segment; where little is left of the day, one
    /// that is short enough may stand behind long ones.
    pub(super) fn texts(&self, initials: bool) -> i64 {
        match self.most(initials) {
            0 => 0,
            _ if self.left_today(initials) < LONGEST => LONGEST,
            most => most,
        }
    }

    /// How many segments may go now, to first texts or to all others.
    pub(super) fn most(&self, initials: bool) -> i64 {
        let now = self.now.as_microsecond();
        let full_at = |name| self.spent.full_at.get(name).copied().unwrap_or(0);
        let rates = self.limits.rates().map(|rate| rate.left(full_at(rate.name), now)).min();
        rates.unwrap_or(i64::MAX).min(self.left_today(initials)).max(0)
    }

    fn left_today(&self, initials: bool) -> i64 {
        let Some(day) = self.limits.day else { return i64::MAX };
        let kept = if initials { self.spent.kept(&self.limits) } else { 0 };
        i64::from(day) - i64::try_from(kept).unwrap_or(i64::MAX) - self.spent.day
    }

    /// Takes what one text costs; false when it has to wait. The last of a rate may overdraw it, a day's cap nobody may.
    pub(super) fn take(&mut self, initial: bool, segments: i64) -> bool {
        if self.most(initial) <= 0 || self.left_today(initial) < segments {
            return false;
        }
        let now = self.now.as_microsecond();
        for rate in self.limits.rates() {
            let full_at = self.spent.full_at.entry(rate.name.to_owned()).or_default();
            *full_at = rate.spend(*full_at, now, segments);
        }
        self.spent.day += segments;
        self.spent.others += if initial { 0 } else { segments };
        self.spent.minute += segments;
        self.taken = true;
        true
    }

    /// For [`SPENT`].
    fn rows(&self) -> Vec<Vec<Value>> {
        if !self.taken && !self.mended {
            return Vec::new();
        }
        let row = |name: &str, begins: i64, spent: i64| {
            vec![self.organization.into(), name.into(), begins.into(), spent.into()]
        };
        let mut rows: Vec<_> = self.spent.full_at.iter().map(|(name, full_at)| row(name, 0, *full_at)).collect();
        if !self.taken {
            return rows;
        }
        let day = day_of(self.now).0.as_microsecond();
        rows.push(row(DAY, day, self.spent.day));
        rows.push(row(OTHERS, day, self.spent.others));
        rows.push(row(OUT, minute_of(self.now), self.spent.minute));
        rows
    }
}

impl Tx<'_> {
    /// The question for what was spent.
    pub(super) fn spent(&self) -> db::Query {
        question(self.cache.organization.0, self.now)
    }

    /// What its answer leaves.
    pub(super) fn budget(&self, limits: Arc<Throughput>, rows: &[db::Row]) -> Result<Budget, StoreError> {
        let spent = Spent::read(rows, self.now)?;
        Ok(Budget::new(limits, self.cache.organization.0, self.now, spent))
    }

    /// The carrier surely did not take this text, handed over a moment ago: the day has its segments again. The rates stay as they
    /// are, as whoever said "later" is not to be asked faster.
    pub(super) async fn unspend(&mut self, message: Uuid) -> Result<(), StoreError> {
        let row = db::query(
            "SELECT j.kind, j.started_at, m.body FROM jobs j JOIN messages m ON m.id = j.message WHERE j.message = $1",
        )
        .bind(message)
        .fetch_optional(&mut *self.conn)
        .await?;
        let Some(row) = row else { return Ok(()) };
        let Some(started_at) = col::<Option<i64>>(&row, 1)?.map(time).transpose()? else { return Ok(()) };
        let initial = kind(&col::<String>(&row, 0)?)? == MessageKind::Initial;
        self.day_has_again(initial, started_at, &col::<String>(&row, 2)?).await
    }

    /// The day in which this text was handed over has its segments again.
    pub(super) async fn day_has_again(
        &mut self,
        initial: bool,
        started_at: Timestamp,
        body: &str,
    ) -> Result<(), StoreError> {
        let segments = i64::try_from(measure(body).parts).unwrap_or(0);
        for name in [Some(DAY), (!initial).then_some(OTHERS)].into_iter().flatten() {
            db::query(GIVEN_BACK)
                .bind(self.cache.organization.0)
                .bind(name)
                .bind(day_of(started_at).0.as_microsecond())
                .bind(segments)
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    /// Writes down what was taken, with what took it.
    pub(super) async fn spend(&mut self, budget: &Budget) -> Result<(), StoreError> {
        let first_of_its_minute = budget.taken && budget.spent.minute_before + budget.spent.minute > 0;
        for row in budget.rows() {
            self.texts.also(SPENT, row);
        }
        if first_of_its_minute && self.cache.minute_pruned != minute_of(self.now) {
            self.cache.minute_pruned = minute_of(self.now);
            db::query("DELETE FROM throughput WHERE organization = $1 AND name = $2 AND begins < $3")
                .bind(self.cache.organization.0)
                .bind(OUT)
                .bind(self.micros() - KEPT)
                .execute(&mut *self.conn)
                .await?;
        }
        Ok(())
    }

    /// How many first texts of this campaign may be handed out now; none, and until when, when it is none at all.
    pub(super) async fn hand_out(
        &mut self,
        limits: &Throughput,
        campaign: &Campaign,
    ) -> Result<(i64, Option<Timestamp>), StoreError> {
        let gauge = gauge(&mut *self.conn, self.cache.organization.0, limits, Some(campaign.id), self.now).await?;
        if let Some(at) = gauge.initials_open_at {
            return Ok((0, Some(at)));
        }
        let Some(today) = gauge.today else { return Ok((i64::MAX, None)) };
        let most = today.left / first_text(&campaign.def);
        Ok((i64::try_from(most).unwrap_or(i64::MAX), None))
    }
}

/// What the carrier lets through, and what is left of it: enough for a first text of this campaign, or of any?
pub(super) async fn gauge(
    conn: &mut Conn,
    organization: i64,
    limits: &Throughput,
    campaign: Option<i64>,
    now: Timestamp,
) -> Result<Gauge, StoreError> {
    let mut questions = vec![question(organization, now), db::query(QUEUED)];
    // What is handed out is reserved in the day alone.
    questions.extend(limits.day.map(|_| db::query(IN_HAND)));
    let mut answers = db::ask(questions, &mut *conn).await?.into_iter();
    let spent = Spent::read(&answers.next().unwrap_or_default(), now)?;
    let (queued, in_hand) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
    let mut campaigns: Vec<i64> = queued.iter().chain(&in_hand).map(|row| col(row, 0)).collect::<Result<_, _>>()?;
    campaigns.extend(campaign);
    let costs = costs(conn, &campaigns).await?;
    let cost = |campaign: i64| costs.get(&campaign).map_or(1, |(cost, _)| *cost);
    // A rest that holds no first text is none.
    let least = campaign.map_or_else(|| costs.values().map(|(cost, _)| *cost).min().unwrap_or(1), cost);
    let (mut texts, mut segments, mut on_their_way) = (0, 0, 0);
    for row in &queued {
        let (campaign, rank, many) = (col::<i64>(row, 0)?, col::<i64>(row, 1)?, unsigned(col(row, 2)?));
        texts += many;
        // Replies are short, mostly; what they really have is counted as they go.
        let long = many * if rank >= LAST_RANK { cost(campaign) } else { 1 };
        segments += long;
        // What waits in a paused campaign is in nobody's way.
        on_their_way += if costs.get(&campaign).is_none_or(|(_, state)| goes_out(*state, rank)) { long } else { 0 };
    }
    let mut held = 0;
    for row in &in_hand {
        held += unsigned(col(row, 1)?) * cost(col(row, 0)?);
    }
    let ends_at = day_of(now).1;
    let today = limits.day.map(|cap| {
        let (cap, used, reserved, kept) = (u64::from(cap), unsigned(spent.day), segments + held, spent.kept(limits));
        let left = cap.saturating_sub(kept).saturating_sub(used).saturating_sub(reserved);
        Today { cap, used, reserved, kept, left, ends_at }
    });
    let nothing_goes_before = today.as_ref().filter(|today| today.used >= today.cap).map(|today| today.ends_at);
    let drain_minutes = limits.minutes(on_their_way);
    let too_long = drain_minutes.saturating_sub(u64::from(limits.queue_minutes));
    let (initials_open_at, stopped_by) = if today.as_ref().is_some_and(|today| today.left < least) {
        (Some(ends_at), Some(StoppedBy::DayCap))
    } else if too_long > 0 {
        let wait = SignedDuration::from_mins(i64::try_from(too_long).unwrap_or(i64::MAX / MINUTE));
        (Some(now.saturating_add(wait).unwrap_or(ends_at)), Some(StoppedBy::Queue))
    } else {
        (None, None)
    };
    Ok(Gauge {
        registration: limits.registration.clone(),
        last_minute: spent.last_minute(now),
        per_minute: limits.a_minute(),
        today,
        queued: texts,
        queued_segments: segments,
        drain_minutes,
        initials_open_at,
        nothing_goes_before,
        stopped_by,
    })
}

/// What a first text of each of these campaigns costs, and whether they run.
async fn costs(conn: &mut Conn, campaigns: &[i64]) -> Result<HashMap<i64, (u64, CampaignState)>, StoreError> {
    if campaigns.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db::query(DEFS).bind(to_json(&campaigns)?).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let def: CampaignDef = json(&col::<String>(row, 1)?)?;
            Ok((col(row, 0)?, (first_text(&def), state(&col::<String>(row, 2)?)?)))
        })
        .collect()
}
