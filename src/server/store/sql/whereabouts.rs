//! Who has now what somebody had before. It tells counts by name, and only of contacts that were theirs.

use std::collections::BTreeSet;

use super::{
    rows::{col, json, to_json, told_apart, unsigned},
    visible::visible,
};
use crate::api::{
    assignment::{NowWith, Whereabouts},
    campaign::CampaignState,
};
use crate::db::{self, Conn};
use crate::domain::ids::{CampaignId, ContactId};
use crate::server::store::{command::Actor, query::Found};

/// Whom somebody was given in a campaign, a claim a row.
pub(super) const GIVEN: &str = "SELECT c.contacts FROM claims c WHERE c.person = $1 AND c.campaign = $2";

/// Who has these. What nobody has counts as long as somebody may get it.
pub(super) const NOW_WITH: &str = "SELECT p.name, p.namesake, COUNT(*)
     FROM json_each($1) j CROSS JOIN contacts c LEFT JOIN people p ON p.id = c.assigned
     WHERE c.id = CAST(j.atom AS BIGINT) AND +c.campaign = $2 AND (c.assigned IS NULL OR c.assigned <> $3)
         AND c.removed = 0 AND c.erased_at IS NULL AND (c.assigned IS NOT NULL OR (c.status <> 'closed' AND c.opt_out < 2))
     GROUP BY p.id, p.name, p.namesake ORDER BY COUNT(*) DESC, p.id";

pub(super) async fn read(
    conn: &mut Conn,
    actor: &Actor,
    campaign: CampaignId,
    ids: &[ContactId],
) -> Found<Option<Whereabouts>> {
    let Some(seen) = visible(conn, actor, campaign).await? else { return Ok(None) };
    let mut told = Whereabouts::default();
    let claims = db::query(GIVEN).bind(actor.person.0).bind(campaign.0).fetch_all(&mut *conn).await?;
    let mut given = BTreeSet::new();
    for claim in &claims {
        given.extend(json::<Vec<i64>>(&col::<String>(claim, 0)?)?);
    }
    let theirs: BTreeSet<i64> = ids.iter().map(|id| id.0).filter(|id| given.contains(id)).collect();
    if theirs.is_empty() {
        return Ok(Some(told));
    }
    let rows =
        db::query(NOW_WITH).bind(to_json(&theirs)?).bind(campaign.0).bind(actor.person.0).fetch_all(&mut *conn).await?;
    for row in &rows {
        let contacts = unsigned(col(row, 2)?);
        match col::<Option<String>>(row, 0)? {
            Some(name) => {
                let namesake = col::<Option<i64>>(row, 1)?.unwrap_or_default();
                told.others.push(NowWith { who: told_apart(name, namesake), contacts });
            }
            // Nobody gets anything of a closed campaign by asking for contacts.
            None if seen.state != CampaignState::Archived => told.pool = contacts,
            None => {}
        }
    }
    Ok(Some(told))
}
