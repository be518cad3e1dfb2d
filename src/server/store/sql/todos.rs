//! What is in one person's hands, campaign by campaign: the numbers of their list of campaigns.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    announce, pool,
    rows::{self, OPTED_OUT, col, json, time, to_json, unsigned},
};
use crate::api::{
    campaign::{CampaignState, CampaignTodo, HeldBack, Mine},
    captain::ByHours,
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::CampaignDef, conversation::Status, hours::HoursVerdict, ids::CampaignId, message::MessageKind,
    zone::Zones,
};
use crate::server::store::{command::Actor, query::Found};

/// The campaigns of an organization that somebody may see, and what nobody holds of each.
pub(super) const CAMPAIGNS: &str = "SELECT k.id, k.title, k.state, k.def,
     (SELECT CAST(COALESCE(SUM(n.many), 0) AS BIGINT) FROM contact_counts n WHERE n.campaign = k.id AND n.assigned = 0
         AND n.status = 'needs_message' AND n.opt_out = 0 AND n.wrong_number = 0),
     COALESCE((SELECT t.initials FROM tallies t WHERE t.campaign = k.id AND t.person = $1), 0),
     COALESCE((SELECT t.replies FROM tallies t WHERE t.campaign = k.id AND t.person = $1), 0),
     CASE WHEN k.late_owner = $1 THEN 1 ELSE 0 END
 FROM campaigns k WHERE k.organization = $2 AND (CAST($3 AS BIGINT) IS NULL OR k.id = $3) ORDER BY k.id";

/// What somebody holds, by where it stands. A text that was never sent has no number in its thread.
pub(super) const IN_HAND: &str = "SELECT campaign, status, opt_out, CASE WHEN last_seq = 0 THEN 1 ELSE 0 END,
         CASE WHEN snoozed_until > $2 THEN 1 ELSE 0 END, zone_set, COUNT(*)
     FROM contacts INDEXED BY contacts_hand WHERE assigned = $1
     GROUP BY campaign, status, opt_out, CASE WHEN last_seq = 0 THEN 1 ELSE 0 END,
         CASE WHEN snoozed_until > $2 THEN 1 ELSE 0 END, zone_set";

/// Who waits for an answer in a closed campaign and is in nobody's hands.
pub(super) const LATE: &str = "SELECT COUNT(*) FROM contacts INDEXED BY contacts_waiting
     WHERE campaign = $1 AND waiting_since IS NOT NULL AND assigned IS NULL AND status = 'needs_response' AND opt_out < 2";

/// Contacts in one set of zones who wait to be handed out. The condition is the index's.
pub(super) const POOLED: &str = "SELECT COUNT(*) FROM contacts INDEXED BY contacts_pool
     WHERE campaign = $1 AND zone_set = $2 AND assigned IS NULL AND status = 'needs_message' AND opt_out = 0 AND wrong_number = 0";

/// A person's list of campaigns at a moment.
pub(super) async fn todos(conn: &mut Conn, actor: &Actor, now: Timestamp) -> Found<Vec<CampaignTodo>> {
    let found = db::query(CAMPAIGNS)
        .bind(actor.person.0)
        .bind(actor.organization.0)
        .bind(actor.campaign.map(|c| c.0))
        .fetch_all(&mut *conn)
        .await?;
    let held = db::query(IN_HAND).bind(actor.person.0).bind(now.as_microsecond()).fetch_all(&mut *conn).await?;
    let mut zones: BTreeMap<i64, Zones> = BTreeMap::new();
    let mut todos = Vec::with_capacity(found.len());
    for row in &found {
        let id: i64 = col(row, 0)?;
        let state = rows::state(&col::<String>(row, 2)?)?;
        let def: CampaignDef = json(&col::<String>(row, 3)?)?;
        let mut mine = Mine {
            sent: unsigned(col(row, 5)?),
            replied: unsigned(col(row, 6)?),
            closes_at: def.hours.closes_at,
            opens_at: def.hours.opens_at.filter(|at| *at > now),
            over: def.hours.closes_at.is_some_and(|at| at <= now),
            guide: def.guide.clone(),
            note: announce::standing(conn, id).await?,
            ..Mine::default()
        };
        let (mut unsent, mut waiting) = (0, 0);
        for row in &held {
            if col::<i64>(row, 0)? != id {
                continue;
            }
            let many = unsigned(col(row, 6)?);
            let (out, never_sent) = (col::<i64>(row, 2)? >= OPTED_OUT, col::<i64>(row, 3)? != 0);
            match rows::status(&col::<String>(row, 1)?)? {
                _ if out => mine.opted_out += many,
                Status::NeedsMessage => {
                    unsent += many;
                    let set: i64 = col(row, 5)?;
                    if let std::collections::btree_map::Entry::Vacant(place) = zones.entry(set) {
                        place.insert(zones_of(conn, set).await?);
                    }
                    if let HoursVerdict::Closed { opens_at } =
                        def.hours.verdict(MessageKind::Initial, now, &zones[&set])
                    {
                        mine.held += many;
                        mine.held_until = Some(mine.held_until.map_or(opens_at, |at| at.min(opens_at)));
                    }
                }
                Status::NeedsResponse => {
                    waiting += many;
                    if col::<i64>(row, 4)? != 0 {
                        mine.snoozed += many;
                    }
                }
                Status::Messaged => mine.messaged += many,
                Status::Convo => mine.convo += many,
                Status::Closed if never_sent => mine.skipped += many,
                Status::Closed => mine.closed += many,
            }
        }
        if state == CampaignState::Archived && col::<i64>(row, 7)? != 0 {
            mine.late = unsigned(col(&db::query(LATE).bind(id).fetch_one(&mut *conn).await?, 0)?);
        }
        let unassigned = unsigned(col(row, 4)?);
        mine.held_back = match state {
            // Whoever has contacts is not waiting for any.
            CampaignState::Running if unsent == 0 && unassigned > 0 && mine.opens_at.is_none() && !mine.over => {
                held_back(conn, id, &def, now).await?
            }
            _ => None,
        };
        todos.push(CampaignTodo {
            id: CampaignId(id),
            title: col(row, 1)?,
            state,
            unsent,
            waiting,
            // Nobody gets one of a closed campaign any more.
            unassigned: if state == CampaignState::Archived { 0 } else { unassigned },
            mine,
        });
    }
    Ok(todos)
}

/// So many of a campaign are counted for whoever waits for them; every console asks once a minute.
const COUNTED: i64 = 2_000;

/// [`POOLED`] of a zone, so many at most, and without those whom another campaign has texted lately.
macro_rules! pooled_of_a_zone {
    () => {
        "FROM contacts INDEXED BY contacts_pool_apart
     WHERE campaign = $1 AND zone_set = $2 AND texted_elsewhere IS NULL AND assigned IS NULL AND status = 'needs_message' AND opt_out = 0
         AND wrong_number = 0 LIMIT $3"
    };
}

/// How many they are.
pub(super) const POOLED_SOME: &str = concat!("SELECT COUNT(*) FROM (SELECT 1 ", pooled_of_a_zone!(), ") w");

/// Who they are.
pub(super) const POOLED_WHO: &str = concat!("SELECT id ", pooled_of_a_zone!());

/// So many of a zone are looked at for texts of other campaigns.
const LOOKED_AT: i64 = 50;

/// Why nobody of those whom nobody has may be texted now; none when somebody may. Zone by zone, the open ones first: as soon as one of them
/// has somebody it is known.
async fn held_back(conn: &mut Conn, campaign: i64, def: &CampaignDef, now: Timestamp) -> Found<Option<HeldBack>> {
    let sets = db::query("SELECT zone_set FROM campaign_zones WHERE campaign = $1")
        .bind(campaign)
        .fetch_all(&mut *conn)
        .await?;
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for row in &sets {
        let set: i64 = col(row, 0)?;
        match def.hours.hand_out(now, &zones_of(conn, set).await?) {
            HoursVerdict::Open { .. } => open.push(set),
            HoursVerdict::Closed { opens_at } => closed.push((set, opens_at)),
        }
    }
    let mut found = HeldBack::default();
    // Nobody may have come for them yet, and then nothing says of them that another campaign has texted them lately.
    let span = SignedDuration::from_hours(i64::from(def.frequency_days) * 24);
    let since = now.saturating_sub(span).unwrap_or(now).as_microsecond();
    for set in open {
        let most = if def.frequency_days == 0 { 1 } else { LOOKED_AT };
        let rows = db::query(POOLED_WHO).bind(campaign).bind(set).bind(most).fetch_all(&mut *conn).await?;
        let ids = rows.iter().map(|row| col(row, 0)).collect::<Result<Vec<i64>, _>>()?;
        if ids.is_empty() {
            continue;
        }
        if def.frequency_days == 0 {
            return Ok(None);
        }
        let texted = db::query(pool::LATELY).bind(to_json(&ids)?).bind(since).fetch_all(&mut *conn).await?;
        // Of more than are looked at nobody knows whether one may be had.
        let more = i64::try_from(ids.len()).is_ok_and(|many| many >= LOOKED_AT);
        if texted.len() < ids.len() || more {
            return Ok(None);
        }
        for row in &texted {
            let until = time(col(row, 1)?)?.saturating_add(span).unwrap_or(Timestamp::MAX);
            found.lately += 1;
            found.lately_until = Some(found.lately_until.map_or(until, |at: Timestamp| at.min(until)));
        }
    }
    let mut left = COUNTED;
    for (set, opens_at) in closed {
        let row = db::query(POOLED_SOME).bind(campaign).bind(set).bind(left.max(1)).fetch_one(&mut *conn).await?;
        let many: i64 = col(&row, 0)?;
        if many == 0 {
            continue;
        }
        found.more |= many >= left.max(1);
        left -= many;
        found.hours += unsigned(many);
        if opens_at != Timestamp::MAX {
            found.hours_until = Some(found.hours_until.map_or(opens_at, |at| at.min(opens_at)));
        }
    }
    if let Some(lately) = pool::held_lately(conn, campaign, def.frequency_days).await? {
        found.lately += lately.contacts;
        found.lately_until = Some(found.lately_until.map_or(lately.until, |at| at.min(lately.until)));
    }
    Ok(Some(found).filter(|found| found.hours + found.lately > 0))
}

/// [`crate::server::store::query::Queries::by_hours`]: by an index of just those who wait to be handed out.
pub(super) async fn by_hours(conn: &mut Conn, campaign: i64, def: &CampaignDef, now: Timestamp) -> Found<ByHours> {
    let sets = db::query("SELECT zone_set FROM campaign_zones WHERE campaign = $1")
        .bind(campaign)
        .fetch_all(&mut *conn)
        .await?;
    let mut found = ByHours::default();
    for row in &sets {
        let set: i64 = col(row, 0)?;
        let row = db::query(POOLED).bind(campaign).bind(set).fetch_one(&mut *conn).await?;
        let many = unsigned(col(&row, 0)?);
        if many == 0 {
            continue;
        }
        let zones = zones_of(conn, set).await?;
        match def.hours.hand_out(now, &zones) {
            HoursVerdict::Open { .. } => found.open += many,
            HoursVerdict::Closed { opens_at } if opens_at == Timestamp::MAX => found.never += many,
            HoursVerdict::Closed { opens_at } => {
                found.held += many;
                found.until = Some(found.until.map_or(opens_at, |at| at.min(opens_at)));
            }
        }
    }
    Ok(found)
}

async fn zones_of(conn: &mut Conn, set: i64) -> Found<Zones> {
    let row = db::query("SELECT zones FROM zone_sets WHERE id = $1").bind(set).fetch_one(conn).await?;
    json(&col::<String>(&row, 0)?)
}
