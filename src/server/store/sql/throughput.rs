//! What the carrier lets through: what was spent of it, and what is left for whom ([`crate::domain::throughput`] has the arithmetic).
//!
//! What was spent stands in the database and is written with the claim that spends it, so that a second process, or the next one,
//! knows of it. Where nothing is bounded nothing is read and nothing is written.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    rows::{col, json, to_json, unsigned},
    tx::Tx,
};
use crate::api::captain::{Gauge, StoppedBy, Today};
use crate::db::{self, Conn, Value};
use crate::domain::{
    campaign::CampaignDef,
    throughput::{Throughput, day_of, first_text},
};
use crate::server::store::StoreError;

/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// How long what went out in a minute is kept, in microseconds.
const KEPT: i64 = 60 * MINUTE;

/// Names of what is counted; a rate's are its own.
const DAY: &str = "day";
const OUT: &str = "out";

/// Rates have no beginning; a day and a minute are looked for by theirs.
const READ: &str = "SELECT name, begins, spent FROM throughput WHERE organization = $1 AND begins IN (0, $2, $3, $4)";

const SPENT: &str = "INSERT INTO throughput (organization, name, begins, spent) VALUES ($1, $2, $3, $4)
    ON CONFLICT (organization, name, begins) DO UPDATE SET spent = excluded.spent";

/// What is queued: few rows of the index are anything else.
const QUEUED: &str = "SELECT campaign, rank, COUNT(*) FROM jobs INDEXED BY jobs_ready
    WHERE campaign IN (SELECT id FROM campaigns) AND state = 'ready' GROUP BY campaign, rank";

/// First texts that are handed out and not written yet.
const IN_HAND: &str = "SELECT n.campaign, CAST(SUM(n.many) AS BIGINT) FROM contact_counts n JOIN campaigns k ON k.id = n.campaign
    WHERE n.status = 'needs_message' AND n.opt_out < 2 AND n.wrong_number = 0 AND n.assigned <> 0 AND k.state <> 'archived'
    GROUP BY n.campaign HAVING SUM(n.many) > 0";

const DEFS: &str = "SELECT id, def FROM campaigns WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))";

/// What was spent, as the table has it.
#[derive(Debug, Default)]
struct Spent {
    /// When each rate's bucket is full again.
    full_at: HashMap<String, i64>,
    day: i64,
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
                OUT if begins == minute => spent.minute = count,
                OUT if begins == minute - MINUTE => spent.minute_before = count,
                DAY | OUT => {}
                _ => drop(spent.full_at.insert(name, count)),
            }
        }
        Ok(spent)
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
}

impl Budget {
    /// How many segments may go now, to first texts or to all others.
    pub(super) fn most(&self, initials: bool) -> i64 {
        let now = self.now.as_microsecond();
        let full_at = |name| self.spent.full_at.get(name).copied().unwrap_or(0);
        let rates = self.limits.rates().map(|rate| rate.left(full_at(rate.name), now)).min();
        rates.unwrap_or(i64::MAX).min(self.left_today(initials)).max(0)
    }

    fn left_today(&self, initials: bool) -> i64 {
        let Some(day) = self.limits.day else { return i64::MAX };
        let kept = if initials { self.limits.reserve() } else { 0 };
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
        self.spent.minute += segments;
        self.taken = true;
        true
    }

    /// For [`SPENT`].
    fn rows(&self) -> Vec<Vec<Value>> {
        if !self.taken {
            return Vec::new();
        }
        let row = |name: &str, begins: i64, spent: i64| {
            vec![self.organization.into(), name.into(), begins.into(), spent.into()]
        };
        let mut rows: Vec<_> = self.spent.full_at.iter().map(|(name, full_at)| row(name, 0, *full_at)).collect();
        rows.push(row(DAY, day_of(self.now).0.as_microsecond(), self.spent.day));
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
        Ok(Budget { limits, organization: self.cache.organization.0, now: self.now, spent, taken: false })
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
        def: &CampaignDef,
    ) -> Result<(i64, Option<Timestamp>), StoreError> {
        let gauge = gauge(&mut *self.conn, self.cache.organization.0, limits, self.now).await?;
        if let Some(at) = gauge.initials_open_at {
            return Ok((0, Some(at)));
        }
        let Some(today) = gauge.today else { return Ok((i64::MAX, None)) };
        let most = today.left / first_text(def);
        Ok((i64::try_from(most).unwrap_or(i64::MAX), (most == 0).then_some(today.ends_at)))
    }
}

/// What the carrier lets through, and what is left of it.
pub(super) async fn gauge(
    conn: &mut Conn,
    organization: i64,
    limits: &Throughput,
    now: Timestamp,
) -> Result<Gauge, StoreError> {
    let questions = vec![question(organization, now), db::query(QUEUED), db::query(IN_HAND)];
    let mut answers = db::ask(questions, &mut *conn).await?.into_iter();
    let spent = Spent::read(&answers.next().unwrap_or_default(), now)?;
    let (queued, in_hand) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
    let campaigns: Vec<i64> = queued.iter().chain(&in_hand).map(|row| col(row, 0)).collect::<Result<_, _>>()?;
    let costs = costs(conn, &campaigns).await?;
    let cost = |campaign: i64| costs.get(&campaign).copied().unwrap_or(1);
    // A rest that holds no first text is none.
    let least = costs.values().copied().min().unwrap_or(1);
    let (mut texts, mut segments) = (0, 0);
    for row in &queued {
        let many = unsigned(col(row, 2)?);
        texts += many;
        // Replies are short, mostly; what they really have is counted as they go.
        segments += many * if col::<i64>(row, 1)? >= 2 { cost(col(row, 0)?) } else { 1 };
    }
    let mut held = 0;
    for row in &in_hand {
        held += unsigned(col(row, 1)?) * cost(col(row, 0)?);
    }
    let ends_at = day_of(now).1;
    let today = limits.day.map(|cap| {
        let (cap, used, reserved) = (u64::from(cap), unsigned(spent.day), segments + held);
        let left = cap.saturating_sub(limits.reserve()).saturating_sub(used).saturating_sub(reserved);
        Today { cap, used, reserved, kept: limits.reserve(), left, ends_at }
    });
    let drain_minutes = limits.minutes(segments);
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
        stopped_by,
    })
}

/// What a first text of each of these campaigns costs.
async fn costs(conn: &mut Conn, campaigns: &[i64]) -> Result<HashMap<i64, u64>, StoreError> {
    if campaigns.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db::query(DEFS).bind(to_json(&campaigns)?).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let def: CampaignDef = json(&col::<String>(row, 1)?)?;
            Ok((col(row, 0)?, first_text(&def)))
        })
        .collect()
}
