//! How far a recalled text has come: who got it, what waits, who would get it. Read beside the writer, page by page.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{
    correction::tell_stood,
    recall::{CARRIED_COLUMNS, Carried, all, carried_columns, carries, in_force, resolved},
    rows::{LISTED_COLUMNS, col, json, listed, listed_columns},
    script::script_of,
    visible::visible,
};
use crate::api::{
    people::Role,
    problem::Problem,
    recall::{Elsewhere, RecallInfo},
};
use crate::db::{self, Conn};
use crate::domain::{
    campaign::{CampaignDef, Variant, fill_text, merge_fields_in, variant_for},
    ids::{CampaignId, ContactId},
    message::MessageKind,
    recall::{Recall, Recalled, Said, carried, holds, is_same, puts_in, quotes, same_words, says_the_same, stands_in},
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
    let mut told = all(conn, campaign.0).await?;
    tell_stood(conn, campaign.0, &mut told).await?;
    Ok(Some(told))
}

/// What a recall reaches, one in force or one that is thought of.
async fn reached(conn: &mut Conn, campaign: CampaignId, what: Recalled) -> Found<Result<Reached, Problem>> {
    let mut recall = match resolved(conn, campaign.0, what).await? {
        Ok(recall) => recall,
        Err(problem) => return Ok(Err(problem)),
    };
    if let Some(known) = in_force(conn, campaign.0).await?.into_iter().find(|known| is_same(&known.what, &recall.what))
    {
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

/// Contacts whose card would be shut: their first text, as it is drawn now, carries it, by where it comes from or by its words.
async fn to_get(conn: &mut Conn, campaign: i64, (def, version): (&CampaignDef, u32), recall: &Recall) -> Found<u64> {
    let of_value = matches!(recall.what, Recalled::Field { .. });
    let said = |wording: &Variant| recall.is_source_of(&first_text(wording, version, ""));
    // What is not of its lines has its words as they stand in the script: the contacts' own make no difference.
    let may = |wording: &&Variant| of_value || said(wording) || recall.is_in(&wording.text);
    let wordings: BTreeSet<&str> = def.initial.iter().filter(may).map(|wording| wording.name.as_str()).collect();
    let mut many = 0;
    let mut after = 0;
    while !wordings.is_empty() {
        let rows = db::query(UNSENT).bind(campaign).bind(after).bind(PAGE).fetch_all(&mut *conn).await?;
        for row in &rows {
            let contact = listed(row, 0)?;
            after = col(row, LISTED_COLUMNS)?;
            let Some(wording) = variant_for(def, after, contact.language.as_deref()) else { continue };
            if !wordings.contains(wording.name.as_str()) {
                continue;
            }
            many += u64::from(
                said(wording) || {
                    let fields = merge_fields_in(def, &contact);
                    // Nobody knows yet whose first name will stand in it. What lacks something else cannot be sent either.
                    match fill_text(def, &wording.text, &fields, "") {
                        Ok(body) => {
                            let one = std::slice::from_ref(recall);
                            let as_it_stands = || stands_in(def, one, &body, &fields, "");
                            carried(one, &first_text(wording, version, &body), as_it_stands).is_some()
                        }
                        Err(_) => {
                            holds(&recall.what, &fields) && puts_in(&recall.what, def).contains(&wording.text.as_str())
                        }
                    }
                },
            );
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(many)
}

fn first_text<'a>(wording: &'a Variant, version: u32, body: &'a str) -> Said<'a> {
    Said {
        kind: MessageKind::Initial,
        body,
        script_version: version,
        variant: Some(&wording.name),
        source: None,
        off_script: false,
    }
}

/// [`crate::server::store::query::Queries::elsewhere`]. By the scripts and the recalls alone: nothing of this waits for texts to be counted.
pub(super) async fn elsewhere(
    conn: &mut Conn,
    actor: &Actor,
    campaign: CampaignId,
    what: &Recalled,
) -> Found<Option<Result<(Recall, Vec<Elsewhere>), Box<Problem>>>> {
    if actor.role < Role::Captain || visible(conn, actor, campaign).await?.is_none() {
        return Ok(None);
    }
    let recall = match resolved(conn, campaign.0, what.clone()).await? {
        Ok(recall) => recall,
        Err(problem) => return Ok(Some(Err(Box::new(problem)))),
    };
    let recall = in_force(conn, campaign.0)
        .await?
        .into_iter()
        .find(|known| is_same(&known.what, &recall.what))
        .unwrap_or(recall);
    if actor.campaign.is_some() {
        return Ok(Some(Ok((recall, Vec::new()))));
    }
    // Of those that are closed the ones of the same people: who got it there can be written to yet.
    let others = db::query(
        "SELECT k.id FROM campaigns k WHERE k.organization = $1 AND k.id <> $2 AND (k.state <> 'archived' OR EXISTS (
             SELECT 1 FROM follow_ups f WHERE f.finished = 1
                 AND (f.campaign = k.id AND f.source = $2 OR f.campaign = $2 AND f.source = k.id))) ORDER BY k.id",
    )
    .bind(actor.organization.0)
    .bind(campaign.0)
    .fetch_all(&mut *conn)
    .await?;
    let mut found = Vec::new();
    for row in &others {
        let other = CampaignId(col(row, 0)?);
        let Some(seen) = visible(conn, actor, other).await? else { continue };
        let recalls = in_force(conn, other.0).await?;
        for (here, certain) in lines_in(conn, other.0, &recall).await? {
            // Of an older version it may have been taken back there: what matters is whether it is shut.
            let known = recalls
                .iter()
                .find(|one| is_same(&one.what, &here.what) || !here.texts.is_empty() && one.texts == here.texts);
            found.push(Elsewhere {
                campaign: other,
                title: seen.title.clone(),
                state: seen.state,
                recall: known.map(|one| one.id),
                what: known.map_or(here.what, |one| one.what.clone()),
                certain,
                got: None,
                waiting: None,
                to_get: None,
            });
        }
    }
    Ok(Some(Ok((recall, found))))
}

/// What another campaign has of a recall, in any version of its script: what was confirmed under an older one still goes out. True: a line of it
/// has the very words. A value may have come out of a list or been typed in any campaign.
pub(super) async fn lines_in(conn: &mut Conn, other: i64, recall: &Recall) -> Found<Vec<(Recall, bool)>> {
    let scripts = db::query("SELECT version, def FROM scripts WHERE campaign = $1 ORDER BY version DESC")
        .bind(other)
        .fetch_all(&mut *conn)
        .await?;
    let mut found: Vec<(Recall, bool)> = Vec::new();
    for row in &scripts {
        let version = u32::try_from(col::<i64>(row, 0)?).unwrap_or(u32::MAX);
        let def: CampaignDef = json(&col::<String>(row, 1)?)?;
        for what in same_words(recall, &def, version) {
            if what.version().is_none() {
                let is_said = !quotes(&what, &def).is_empty();
                match found.first_mut() {
                    Some((_, certain)) => *certain |= is_said,
                    None => {
                        let value =
                            Recall { id: 0, what, versions: Vec::new(), texts: Vec::new(), reason: String::new() };
                        found.push((value, is_said));
                    }
                }
                continue;
            }
            let is_there = found.iter().any(|(one, _)| {
                one.versions.contains(&version) && one.what.clone().of_version(0) == what.clone().of_version(0)
            });
            if !is_there && let Ok(here) = resolved(conn, other, what).await? {
                found.push((here, true));
            }
        }
    }
    Ok(found)
}
