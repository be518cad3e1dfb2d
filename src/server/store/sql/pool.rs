//! Contacts that wait to be handed out: who may be texted now, and who is set apart. Kept for the texter who wrote to them before are
//! those of a follow-up, for a while; whom another campaign of the organization has texted lately waits until the days are over.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    rows::{ContactRow, col, time, to_json, unsigned},
    todos::POOLED,
    tx::{Campaign, Tx},
};
use crate::api::{
    captain::HeldLately,
    problem::{Code, Problem},
};
use crate::db::{self, Conn};
use crate::domain::{
    hours::{HAND_OUT_ENDS, HoursVerdict},
    message::MessageKind,
};
use crate::server::store::{StoreError, command::Actor};

/// Contacts that one claim looks at for texts of other campaigns: a pool of people who were all texted lately costs no claim more. Each
/// is marked, so that the next claim begins behind them.
const LOOKED_AT: usize = 5_000;
/// For each one that is wanted so many are looked at together, and no fewer than [`TOGETHER`].
const FOR_EACH: i64 = 4;
const TOGETHER: i64 = 50;
/// Marks that one claim takes away, when their days are over.
const WOKEN: i64 = 2_000;
/// Where more are left than one claim looks at, it is asked again so soon.
const SOON: SignedDuration = SignedDuration::from_secs(5);

/// Those of a zone that are kept for nobody, or for one person ([`KEPT`]).
pub(super) const FREE: &str = "SELECT id FROM contacts INDEXED BY contacts_pool_apart
     WHERE campaign = $1 AND zone_set = $2 AND texted_elsewhere IS NULL AND kept_for IS NULL AND id > $4 AND assigned IS NULL
         AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0 ORDER BY id LIMIT $3";
pub(super) const KEPT: &str = "SELECT id FROM contacts INDEXED BY contacts_pool_apart
     WHERE campaign = $1 AND zone_set = $2 AND texted_elsewhere IS NULL AND kept_for = $5 AND id > $4 AND assigned IS NULL
         AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0 ORDER BY id LIMIT $3";

/// For which of these people (`$2`) contacts of which of these zones (`$3`) are kept, the first contact of each.
pub(super) const KEPT_FOR: &str = "SELECT CAST(k.atom AS BIGINT), CAST(z.atom AS BIGINT), (
         SELECT id FROM contacts INDEXED BY contacts_pool_apart
         WHERE campaign = $1 AND zone_set = CAST(z.atom AS BIGINT) AND texted_elsewhere IS NULL
             AND kept_for = CAST(k.atom AS BIGINT) AND assigned IS NULL AND status = 'needs_message' AND opt_out = 0
             AND wrong_number = 0 ORDER BY id LIMIT 1)
     FROM json_each($2) k CROSS JOIN json_each($3) z";

/// Everybody of a zone, where nobody is set apart.
const ALL: &str = "SELECT id FROM contacts INDEXED BY contacts_pool
     WHERE campaign = $1 AND zone_set = $2 AND assigned IS NULL AND status = 'needs_message'
         AND opt_out = 0 AND wrong_number = 0 ORDER BY id LIMIT $3";

/// When other campaigns have last texted these people, of those whom they have since then. What came back or failed is no text.
pub(super) const LATELY: &str = "SELECT c.id, MAX(m.at) FROM json_each($1) j CROSS JOIN contacts c CROSS JOIN contacts o CROSS JOIN messages m
     WHERE c.id = CAST(j.atom AS BIGINT) AND o.organization = c.organization AND o.phone = c.phone AND o.campaign <> c.campaign
         AND o.last_out_at > $2 AND m.contact = o.id AND m.at > $2 AND m.kind IN ('initial', 'reply')
         AND m.delivery NOT IN ('dropped', 'failed') GROUP BY c.id";

const MARK: &str = "UPDATE contacts SET texted_elsewhere = $2 WHERE id = $1";

pub(super) const WAKE: &str = "UPDATE contacts SET texted_elsewhere = NULL WHERE id IN (
     SELECT id FROM contacts INDEXED BY contacts_pool_lately
     WHERE campaign = $1 AND texted_elsewhere <= $2 AND assigned IS NULL AND status = 'needs_message' AND opt_out = 0
         AND wrong_number = 0 ORDER BY texted_elsewhere LIMIT $3)";

pub(super) const WAITING: &str = "SELECT COUNT(*), MIN(texted_elsewhere) FROM contacts INDEXED BY contacts_pool_lately
     WHERE campaign = $1 AND texted_elsewhere IS NOT NULL AND assigned IS NULL AND status = 'needs_message' AND opt_out = 0
         AND wrong_number = 0";

/// Whom the frequency cap holds back, as far as it was looked, and when the first of them may be texted.
pub(super) async fn held_lately(conn: &mut Conn, campaign: i64, days: u32) -> Result<Option<HeldLately>, StoreError> {
    if days == 0 {
        return Ok(None);
    }
    let row = db::query(WAITING).bind(campaign).fetch_one(conn).await?;
    let (contacts, first) = (unsigned(col(&row, 0)?), col::<Option<i64>>(&row, 1)?.map(time).transpose()?);
    let span = SignedDuration::from_hours(i64::from(days) * 24);
    Ok(first.map(|first| HeldLately { contacts, until: first.saturating_add(span).unwrap_or(Timestamp::MAX) }))
}

/// Texters for whom contacts of a campaign were kept, and whether they can still come for them.
const KEEPERS: &str =
    "SELECT k.person, CASE WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.person = k.person AND s.revoked = 0
         AND s.waiting = 0 AND (s.campaign IS NULL OR s.campaign = k.campaign)) THEN 1 ELSE 0 END
     FROM keepers k WHERE k.campaign = $1 ORDER BY k.person";

/// What a campaign's pool looks like at one moment.
#[derive(Default)]
pub(super) struct Pool {
    /// Contacts to hand out, by id.
    pub(super) open: Vec<i64>,
    /// Contacts held back by hours.
    pub(super) closed: u64,
    /// When the first of those may be texted.
    pub(super) opens_at: Option<Timestamp>,
    /// Those whose hours do not open any more before the campaign ends.
    pub(super) never: u64,
    /// Contacts whom another campaign has texted lately, as far as claims have looked.
    pub(super) lately: u64,
    /// When the first of those may be texted, or there is more to look at.
    lately_until: Option<Timestamp>,
    /// Until then the rest may be kept for others.
    kept_until: Option<Timestamp>,
}

/// In which order a claim takes contacts.
struct Turns {
    /// Those of each group together.
    groups: Vec<Vec<Whose>>,
    /// Last, what is kept for these people, who do not come for it any more.
    gone: Vec<i64>,
}

/// Whose contacts a claim takes.
#[derive(Debug, Clone, Copy)]
enum Whose {
    /// Everybody's: nobody is set apart.
    All,
    /// Those kept for nobody.
    Free,
    /// Those kept for this person.
    Kept(i64),
}

fn refused(code: Code, detail: &str) -> Problem {
    Problem::new(code, detail)
}

/// The days that a campaign leaves after the text of another one.
fn days(campaign: &Campaign) -> Option<SignedDuration> {
    let days = campaign.def.frequency_days;
    (days > 0).then(|| SignedDuration::from_hours(24 * i64::from(days)))
}

fn before(now: Timestamp, days: SignedDuration) -> i64 {
    now.saturating_sub(days).unwrap_or(Timestamp::MIN).as_microsecond()
}

fn after(micros: i64, days: SignedDuration) -> Result<Timestamp, StoreError> {
    Ok(time(micros)?.saturating_add(days).unwrap_or(Timestamp::MAX))
}

impl Tx<'_> {
    /// Texting hours for the hand-out: it ends a little before them, so that what is handed out can still be sent.
    async fn hand_out_hours(&mut self, campaign: &Campaign, set: i64) -> Result<HoursVerdict, StoreError> {
        let hours = self.hours_of(campaign, set, MessageKind::Initial).await?;
        match hours.verdict {
            HoursVerdict::Open { until } if !hours.seamless && until.duration_since(self.now) < HAND_OUT_ENDS => {
                let zones = self.zones(set).await?;
                Ok(campaign.def.hours.verdict(MessageKind::Initial, until, &zones))
            }
            verdict => Ok(verdict),
        }
    }

    /// Looks at the pool zone by zone, so that nobody is scanned who cannot be texted now.
    pub(super) async fn pool(&mut self, actor: &Actor, campaign: &Campaign, want: i64) -> Result<Pool, StoreError> {
        let sets = db::query("SELECT zone_set FROM campaign_zones WHERE campaign = $1")
            .bind(campaign.id)
            .fetch_all(&mut *self.conn)
            .await?;
        let mut pool = Pool::default();
        let mut open = Vec::new();
        for row in sets {
            let set: i64 = col(&row, 0)?;
            match self.hand_out_hours(campaign, set).await? {
                HoursVerdict::Open { .. } => open.push(set),
                HoursVerdict::Closed { opens_at } => {
                    let row = db::query(POOLED).bind(campaign.id).bind(set).fetch_one(&mut *self.conn).await?;
                    let count = unsigned(row.try_get(0)?);
                    if opens_at == Timestamp::MAX {
                        // No hours are left for them before the campaign ends.
                        pool.never += count;
                    } else if count > 0 {
                        pool.closed += count;
                        pool.opens_at = Some(pool.opens_at.map_or(opens_at, |at| at.min(opens_at)));
                    }
                }
            }
        }
        let days = days(campaign);
        if let Some(days) = days {
            db::query(WAKE).bind(campaign.id).bind(before(self.now, days)).bind(WOKEN).execute(&mut *self.conn).await?;
        }
        let mut looked_at = 0;
        let turns = self.whose(actor, campaign, &mut pool).await?;
        for group in turns.groups {
            let room = usize::try_from(want).unwrap_or(0).saturating_sub(pool.open.len());
            let mut found = Vec::new();
            for set in open.iter().filter(|_| room > 0) {
                for whose in &group {
                    found.extend(self.draw((campaign, *set), *whose, (room, days), &mut looked_at).await?);
                }
            }
            found.sort_unstable();
            found.truncate(room);
            pool.open.extend(found);
        }
        let want = usize::try_from(want).unwrap_or(0);
        for (person, set) in self.kept_for(campaign, &turns.gone, &open, want > pool.open.len()).await? {
            let room = want.saturating_sub(pool.open.len());
            if room == 0 {
                break;
            }
            pool.open.extend(self.draw((campaign, set), Whose::Kept(person), (room, days), &mut looked_at).await?);
        }
        if let Some(days) = days {
            let row = db::query(WAITING).bind(campaign.id).fetch_one(&mut *self.conn).await?;
            pool.lately = unsigned(col(&row, 0)?);
            pool.lately_until = col::<Option<i64>>(&row, 1)?.map(|at| after(at, days)).transpose()?;
            if looked_at >= LOOKED_AT {
                pool.lately_until = self.now.saturating_add(SOON).ok();
            }
        }
        Ok(pool)
    }

    /// Whose contacts this claim takes, the actor's own first.
    async fn whose(&mut self, actor: &Actor, campaign: &Campaign, pool: &mut Pool) -> Result<Turns, StoreError> {
        let everybody = |whose| Turns { groups: vec![vec![whose]], gone: Vec::new() };
        let Some(until) = campaign.kept_until else {
            return Ok(everybody(if days(campaign).is_some() { Whose::Free } else { Whose::All }));
        };
        let kept = until > self.now;
        if !kept && days(campaign).is_none() {
            return Ok(everybody(Whose::All));
        }
        let rows = db::query(KEEPERS).bind(campaign.id).fetch_all(&mut *self.conn).await?;
        let (mut own, mut gone) = (Vec::new(), Vec::new());
        for row in &rows {
            let (person, can_come): (i64, i64) = (col(row, 0)?, col(row, 1)?);
            if person == actor.person.0 {
                own.push(Whose::Kept(person));
            } else if !kept || can_come == 0 {
                gone.push(person);
            } else {
                pool.kept_until = Some(until);
            }
        }
        let groups =
            if kept { vec![own, vec![Whose::Free]] } else { vec![own.into_iter().chain([Whose::Free]).collect()] };
        Ok(Turns { groups, gone })
    }

    /// Of which of these people there is something in which of these zones, whoever's comes first before the others: one question, as
    /// they may be hundreds, and most of them have nothing left.
    async fn kept_for(
        &mut self,
        campaign: &Campaign,
        people: &[i64],
        sets: &[i64],
        wanted: bool,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        if !wanted || people.is_empty() || sets.is_empty() {
            return Ok(Vec::new());
        }
        let rows = db::query(KEPT_FOR)
            .bind(campaign.id)
            .bind(to_json(&people)?)
            .bind(to_json(&sets)?)
            .fetch_all(&mut *self.conn)
            .await?;
        let mut first = Vec::new();
        for row in &rows {
            if let Some(id) = col::<Option<i64>>(row, 2)? {
                first.push((id, (col(row, 0)?, col(row, 1)?)));
            }
        }
        first.sort_unstable();
        Ok(first.into_iter().map(|(_, whose)| whose).collect())
    }

    /// So many of a zone whom no other campaign has texted within `days`.
    async fn draw(
        &mut self,
        (campaign, set): (&Campaign, i64),
        whose: Whose,
        (want, days): (usize, Option<SignedDuration>),
        looked_at: &mut usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut found: Vec<i64> = Vec::new();
        let mut behind = 0;
        while found.len() < want && (days.is_none() || *looked_at < LOOKED_AT) {
            let missing = i64::try_from(want - found.len()).unwrap_or(i64::MAX);
            let limit = if days.is_some() { missing.saturating_mul(FOR_EACH).max(TOGETHER) } else { missing };
            let query = match whose {
                Whose::All => db::query(ALL).bind(campaign.id).bind(set).bind(limit),
                Whose::Free => db::query(FREE).bind(campaign.id).bind(set).bind(limit).bind(behind),
                Whose::Kept(person) => {
                    db::query(KEPT).bind(campaign.id).bind(set).bind(limit).bind(behind).bind(person)
                }
            };
            let rows = query.fetch_all(&mut *self.conn).await?;
            let ids = rows.iter().map(|row| col(row, 0)).collect::<Result<Vec<i64>, _>>()?;
            behind = ids.last().copied().unwrap_or(behind);
            let last = i64::try_from(ids.len()).is_ok_and(|many| many < limit);
            match days {
                Some(days) => {
                    *looked_at += ids.len();
                    let lately = self.lately(&ids, before(self.now, days)).await?;
                    let marks = lately.iter().map(|(id, at)| vec![(*id).into(), (*at).into()]).collect();
                    db::each(MARK, marks, &mut *self.conn).await?;
                    found.extend(ids.into_iter().filter(|id| !lately.contains_key(id)));
                }
                None => found.extend(ids),
            }
            if last {
                break;
            }
        }
        found.truncate(want);
        Ok(found)
    }

    /// When other campaigns last texted those of `ids` whom they have since then.
    async fn lately(&mut self, ids: &[i64], since: i64) -> Result<BTreeMap<i64, i64>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = db::query(LATELY).bind(to_json(&ids)?).bind(since).fetch_all(&mut *self.conn).await?;
        rows.iter().map(|row| Ok((col(row, 0)?, col(row, 1)?))).collect()
    }

    /// Why a first text may not go to somebody now whom another campaign has texted lately.
    pub(super) async fn texted_lately(
        &mut self,
        campaign: &Campaign,
        contact: &ContactRow,
    ) -> Result<Option<Problem>, StoreError> {
        let Some(days) = days(campaign) else { return Ok(None) };
        // What was accepted a moment ago counts too.
        if self.texts.texts(&contact.phone) {
            self.write_texts().await?;
        }
        let lately = self.lately(&[contact.id], before(self.now, days)).await?;
        let Some(at) = lately.get(&contact.id) else { return Ok(None) };
        let mut problem = refused(Code::TextedLately, "another campaign has texted them lately");
        problem.at = Some(after(*at, days)?);
        Ok(Some(problem))
    }

    /// The campaign leaves no days any more.
    pub(super) async fn forget_texted_elsewhere(&mut self, campaign: i64) -> Result<(), StoreError> {
        db::query("UPDATE contacts SET texted_elsewhere = NULL WHERE campaign = $1 AND texted_elsewhere IS NOT NULL")
            .bind(campaign)
            .execute(&mut *self.conn)
            .await?;
        Ok(())
    }

    /// Which of the refusals it is: outside hours, texted lately, held by others or kept for them, or none left.
    pub(super) async fn nothing_to_hand_out(
        &mut self,
        actor: &Actor,
        campaign: &Campaign,
        pool: &Pool,
    ) -> Result<Problem, StoreError> {
        if campaign.def.hours.closes_at.is_some_and(|closes_at| closes_at <= self.now) {
            return Ok(refused(Code::NoneLeft, "the campaign's time for first texts is over"));
        }
        if let Some(until) = pool.lately_until.filter(|until| pool.opens_at.is_none_or(|at| *until < at)) {
            let mut lately = refused(Code::TextedLately, "another campaign has texted the remaining contacts lately");
            lately.at = Some(until);
            lately.count = Some(pool.lately);
            return Ok(lately);
        }
        if pool.closed > 0 {
            let mut closed =
                refused(Code::OutsideHours, "it is outside texting hours where the remaining contacts are");
            closed.at = pool.opens_at;
            closed.count = Some(pool.closed);
            return Ok(closed);
        }
        if pool.never > 0 {
            let mut never = refused(
                Code::OutsideHours,
                "no texting hours are left for the remaining contacts before the campaign ends",
            );
            never.count = Some(pool.never);
            return Ok(never);
        }
        let row = db::query(
            "SELECT CAST(COALESCE(SUM(many), 0) AS BIGINT) FROM contact_counts
             WHERE campaign = $1 AND status = 'needs_message' AND opt_out < 2 AND wrong_number = 0
                 AND assigned <> 0 AND assigned <> $2",
        )
        .bind(campaign.id)
        .bind(actor.person.0)
        .fetch_one(&mut *self.conn)
        .await?;
        let others = unsigned(row.try_get(0)?);
        if let Some(until) = pool.kept_until {
            let row = db::query(
                "SELECT CAST(COALESCE(SUM(many), 0) AS BIGINT) FROM contact_counts
                 WHERE campaign = $1 AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0 AND assigned = 0",
            )
            .bind(campaign.id)
            .fetch_one(&mut *self.conn)
            .await?;
            let kept = unsigned(row.try_get(0)?);
            if kept > 0 {
                let detail = "the remaining contacts are kept for the texters who wrote to them before";
                let mut problem = refused(Code::HeldByOthers, detail);
                problem.count = Some(kept + others);
                problem.at = Some(until);
                return Ok(problem);
            }
        }
        if others > 0 {
            let mut held = refused(Code::HeldByOthers, "the remaining contacts are in other texters' slices");
            held.count = Some(others);
            return Ok(held);
        }
        Ok(refused(Code::NoneLeft, "every contact has been texted, is opted out or is in your hands"))
    }
}
