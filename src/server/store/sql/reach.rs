//! How far a recalled text has come: who got it, what waits, who would get it. Read beside the writer, page by page.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{
    recall::{CARRIED_COLUMNS, Carried, all, carried_columns, carries, in_force, resolved},
    rows::{LISTED_COLUMNS, col, json, listed, listed_columns},
    script::script_of,
    visible::visible,
};
use crate::api::{people::Role, problem::Problem, recall::RecallInfo};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::{CampaignDef, merge_fields_in, variant_for},
    ids::{CampaignId, ContactId},
    recall::{Recall, Recalled, holds, says_the_same, uses_field},
};
use crate::server::store::{
    change::{Reach, Reached},
    command::Actor,
    query::Found,
};

/// Rows of one page.
const PAGE: i64 = 1_000;

/// Confirmed texts of a campaign that were not dropped, after one of them. A reader's look at all of them: no index of its own.
const TEXTS: &str = concat!(
    "SELECT ",
    carried_columns!(),
    ", m.delivery, j.state FROM messages m LEFT JOIN jobs j ON j.message = m.id LEFT JOIN people p ON p.id = m.author
     WHERE m.id > $2 AND m.campaign = $1 AND m.author IS NOT NULL AND m.delivery NOT IN ('dropped', 'failed')
     ORDER BY m.id LIMIT $3"
);

/// Contacts who wait for their first text and may get it, after one of them.
const UNSENT: &str = concat!(
    "SELECT ",
    listed_columns!(),
    ", c.id FROM contacts c WHERE c.campaign = $1 AND c.id > $2 AND c.status = 'needs_message' AND c.opt_out = 0
         AND c.wrong_number = 0 AND c.removed = 0 ORDER BY c.id LIMIT $3"
);

/// [`crate::server::store::query::Queries::reach`].
pub(super) async fn asked(
    conn: &mut Conn,
    actor: &Actor,
    campaign: CampaignId,
    what: &Recalled,
) -> Found<Option<Result<Reached, Box<Problem>>>> {
    if actor.role < Role::Captain || visible(conn, actor, campaign).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(reached(conn, campaign, what.clone()).await?.map_err(Box::new)))
}

/// [`crate::server::store::query::Queries::recalls`].
pub(super) async fn recalls(conn: &mut Conn, actor: &Actor, campaign: CampaignId) -> Found<Option<Vec<RecallInfo>>> {
    if actor.role < Role::Captain || visible(conn, actor, campaign).await?.is_none() {
        return Ok(None);
    }
    all(conn, campaign.0).await.map(Some)
}

/// What a recall reaches, one in force or one that is thought of.
async fn reached(conn: &mut Conn, campaign: CampaignId, what: Recalled) -> Found<Result<Reached, Problem>> {
    let mut recall = match resolved(conn, campaign.0, what).await? {
        Ok(recall) => recall,
        Err(problem) => return Ok(Err(problem)),
    };
    if let Some(known) = in_force(conn, campaign.0).await?.into_iter().find(|known| known.what == recall.what) {
        recall = known;
    }
    let reach = reach(conn, campaign.0, &recall).await?;
    Ok(Ok(Reached { campaign, recall, reach }))
}

/// What this recall reaches.
async fn reach(conn: &mut Conn, campaign: i64, recall: &Recall) -> Found<Reach> {
    let row = db::query("SELECT def, script_version FROM campaigns WHERE id = $1")
        .bind(campaign)
        .fetch_one(&mut *conn)
        .await?;
    let def: CampaignDef = json(&col::<String>(&row, 0)?)?;
    let version = u32::try_from(col::<i64>(&row, 1)?).unwrap_or(u32::MAX);
    let one = std::slice::from_ref(recall);
    let mut reach = Reach::default();
    // Of an older version some lines may still stand.
    let was = match recall.what {
        Recalled::Script { version: old } if old != version => script_of(conn, campaign, old).await?,
        _ => None,
    };
    let mut got: BTreeMap<i64, (bool, bool)> = BTreeMap::new();
    let mut changed = BTreeSet::new();
    let mut after = Uuid::nil();
    loop {
        let rows = db::query(TEXTS).bind(campaign).bind(after).bind(PAGE).fetch_all(&mut *conn).await?;
        for row in &rows {
            let text = Carried::read(row)?;
            after = text.message;
            if carries(conn, &def, one, (&text.said(), text.contact, text.texter.as_str())).await?.is_none() {
                let by_words = matches!(recall.what, Recalled::Field { .. } | Recalled::Answer { .. });
                reach.wordless += u64::from(by_words && text.said().body.is_empty());
                continue;
            }
            let delivery: String = col(row, CARRIED_COLUMNS)?;
            if col::<Option<String>>(row, CARRIED_COLUMNS + 1)?.as_deref() == Some("ready") {
                reach.waiting += 1;
                continue;
            }
            let of_it = recall.what.version() == Some(text.said().script_version);
            if was.as_ref().is_some_and(|was| !of_it || !says_the_same(&text.said(), was, &def)) {
                changed.insert(text.contact);
            }
            let (delivered, in_doubt) = got.entry(text.contact).or_default();
            *delivered |= delivery == "delivered";
            *in_doubt |= matches!(delivery.as_str(), "submitting" | "unknown" | "held");
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            break;
        }
    }
    reach.delivered = got.values().filter(|(delivered, _)| *delivered).count() as u64;
    reach.in_doubt = got.values().filter(|(delivered, in_doubt)| *in_doubt && !delivered).count() as u64;
    reach.unchanged = if was.is_some() { (got.len() - changed.len()) as u64 } else { 0 };
    reach.got = got.into_keys().map(ContactId).collect();
    reach.to_get = to_get(conn, campaign, (&def, version), recall).await?;
    Ok(reach)
}

/// Contacts whose first text would carry it now.
async fn to_get(conn: &mut Conn, campaign: i64, (def, version): (&CampaignDef, u32), recall: &Recall) -> Found<u64> {
    let wordings: BTreeSet<&str> = def
        .initial
        .iter()
        .filter(|wording| match &recall.what {
            Recalled::Script { .. } => recall.versions.contains(&version),
            Recalled::Wording { name, .. } => recall.versions.contains(&version) && wording.name == *name,
            Recalled::Field { name, .. } => uses_field(&wording.text, name),
            Recalled::Canned { .. } | Recalled::Answer { .. } => false,
        })
        .map(|wording| wording.name.as_str())
        .collect();
    let mut many = 0;
    let mut after = 0;
    while !wordings.is_empty() {
        let rows = db::query(UNSENT).bind(campaign).bind(after).bind(PAGE).fetch_all(&mut *conn).await?;
        for row in &rows {
            let contact = listed(row, 0)?;
            after = col(row, LISTED_COLUMNS)?;
            let wording = variant_for(def, after, contact.language.as_deref());
            let wrong = match &recall.what {
                field @ Recalled::Field { .. } => holds(field, &merge_fields_in(def, &contact)),
                _ => true,
            };
            many += u64::from(wrong && wording.is_some_and(|wording| wordings.contains(wording.name.as_str())));
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(many)
}
