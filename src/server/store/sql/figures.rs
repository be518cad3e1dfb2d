//! Sums for a report, over a bounded run of contacts each: grouped by the database, so that a million contacts come to a few
//! thousand lines, and no statement keeps a connection for long.

use std::collections::BTreeMap;

use super::{
    export::{Run, left},
    own_words,
    rows::{self, OPTED_OUT, col, json, unsigned},
};
use crate::api::results::FiguresOut;
use crate::db::{self, Conn};
use crate::domain::{
    figures::{Figures, OptOutSum, PeopleSum, TextSum, TexterName, WaitSum},
    ids::{CampaignId, PersonId},
    message::Direction,
};
use crate::server::store::{query::Found, results::Place};

/// Numbers of contacts in one part.
const RUN: i64 = 50_000;

/// People by what they have in common.
pub(super) const PEOPLE: &str = "SELECT k.variant, k.author, k.delivery, k.answered, k.opt_out, k.wrong_number, k.answers, k.list, k.removed, COUNT(*)
     FROM (SELECT i.variant, i.author, i.delivery,
             CASE WHEN EXISTS (SELECT 1 FROM messages n WHERE n.contact = c.id AND n.direction = 'in') THEN 1 ELSE 0 END AS answered,
             c.opt_out, c.wrong_number, c.answers, c.list, c.removed
         FROM contacts c LEFT JOIN messages i ON i.contact = c.id AND i.kind = 'initial' AND i.delivery <> 'dropped'
         WHERE c.id > $1 AND c.id <= $2 AND +c.campaign = $3) k
     GROUP BY k.variant, k.author, k.delivery, k.answered, k.opt_out, k.wrong_number, k.answers, k.list, k.removed";

/// Their texts, by quarters of an hour.
pub(super) const TEXTS: &str = "SELECT k.slot, k.direction, k.kind, k.delivery, k.author, COUNT(*)
     FROM (SELECT m.at / 900000000 AS slot, m.direction, m.kind, m.delivery, m.author FROM messages m
         WHERE m.contact > $1 AND m.contact <= $2 AND +m.campaign = $3) k
     GROUP BY k.slot, k.direction, k.kind, k.delivery, k.author";

/// How long was waited: from the first of some texts in one direction to the first in the other. What nobody pressed answers nobody.
pub(super) const WAITS: &str = "WITH turns AS (
         SELECT m.contact, m.seq, m.at, m.author, m.direction,
             LAG(m.direction) OVER (PARTITION BY m.contact ORDER BY m.seq) AS earlier
         FROM messages m WHERE m.contact > $1 AND m.contact <= $2 AND +m.campaign = $3 AND m.delivery <> 'dropped'
             AND (m.direction = 'in' OR m.author IS NOT NULL)),
     talk AS (
         SELECT t.direction, t.earlier, t.at, LEAD(t.at) OVER (PARTITION BY t.contact ORDER BY t.seq) AS answered_at,
             LEAD(t.author) OVER (PARTITION BY t.contact ORDER BY t.seq) AS answered_by
         FROM turns t WHERE t.earlier IS NULL OR t.earlier <> t.direction),
     waits AS (
         SELECT CASE WHEN k.direction = 'in' THEN 1 ELSE 0 END AS ours, k.answered_by, (k.answered_at - k.at) / 1000000 AS seconds
         FROM talk k WHERE k.answered_at IS NOT NULL AND (k.direction = 'in' OR k.earlier IS NULL)),
     lengths AS (
         SELECT w.ours, w.answered_by, CASE WHEN w.seconds < 0 THEN 0 WHEN w.seconds < 3600 THEN w.seconds
             WHEN w.seconds < 86400 THEN w.seconds / 60 * 60 ELSE w.seconds / 3600 * 3600 END AS seconds FROM waits w)
     SELECT l.ours, l.answered_by, l.seconds, COUNT(*) FROM lengths l GROUP BY l.ours, l.answered_by, l.seconds";

/// When those who are opted out did it the last time, of whom a line in their conversation tells.
pub(super) const OPT_OUTS: &str = "SELECT k.slot, COUNT(*) FROM (
         SELECT n.contact, MAX(n.at) / 900000000 AS slot FROM notes n JOIN contacts c ON c.id = n.contact
         WHERE n.contact > $1 AND n.contact <= $2 AND n.what IN ('opted_out', 'opted_out_by_word')
             AND +c.campaign = $3 AND c.opt_out >= 2
         GROUP BY n.contact) k
     GROUP BY k.slot";

/// The campaign's lists: their numbers, and where they come from.
const LISTS: &str = "SELECT number, provenance FROM imports WHERE campaign = $1 ORDER BY number";

/// Who they are.
const NAMES: &str =
    "SELECT id, name, namesake FROM people WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) ORDER BY id";

/// The sums of a part.
pub(super) async fn out(conn: &mut Conn, campaign: CampaignId, place: Option<Place>) -> Found<FiguresOut> {
    let run = Run::at(conn, campaign, place, RUN).await?;
    let ask = |sql| db::query(sql).bind(run.place.contact).bind(run.last).bind(campaign.0);
    let mut lists = BTreeMap::new();
    for row in &db::query(LISTS).bind(campaign.0).fetch_all(&mut *conn).await? {
        let (number, source): (i64, String) = (col(row, 0)?, col(row, 1)?);
        lists.insert(number, format!("{number} {source}").trim_end().to_owned());
    }
    let words = own_words::vocabulary(conn, campaign.0).await?;
    let mut figures = Figures::default();
    // What people said in their own words is counted, and not told.
    let mut people: BTreeMap<PeopleSum, u64> = BTreeMap::new();
    for row in &ask(PEOPLE).fetch_all(&mut *conn).await? {
        let delivery: Option<String> = col(row, 2)?;
        let opt_out: i64 = col(row, 4)?;
        let mut answers = json::<BTreeMap<String, String>>(&col::<String>(row, 6)?)?;
        words.take_out(&mut answers);
        let sum = PeopleSum {
            variant: col(row, 0)?,
            list: col::<Option<i64>>(row, 7)?.and_then(|number| lists.get(&number).cloned()),
            texter: col::<Option<i64>>(row, 1)?.map(PersonId),
            texted: delivery.is_some(),
            failed: delivery.as_deref() == Some("failed"),
            answered: col::<i64>(row, 3)? != 0,
            opted_out: opt_out >= OPTED_OUT,
            by_word: opt_out > OPTED_OUT,
            wrong_number: col::<i64>(row, 5)? != 0,
            answers,
            removed: col::<i64>(row, 8)? != 0,
            many: 0,
        };
        *people.entry(sum).or_default() += unsigned(col(row, 9)?);
    }
    figures.people = people.into_iter().map(|(sum, many)| PeopleSum { many, ..sum }).collect();
    for row in &ask(TEXTS).fetch_all(&mut *conn).await? {
        figures.texts.push(TextSum {
            slot: col(row, 0)?,
            direction: if col::<String>(row, 1)? == "in" { Direction::Inbound } else { Direction::Outbound },
            kind: col::<Option<String>>(row, 2)?.map(|word| rows::kind(&word)).transpose()?,
            delivery: rows::delivery(&col::<String>(row, 3)?)?,
            texter: col::<Option<i64>>(row, 4)?.map(PersonId),
            many: unsigned(col(row, 5)?),
        });
    }
    for row in &ask(WAITS).fetch_all(&mut *conn).await? {
        figures.waits.push(WaitSum {
            ours: col::<i64>(row, 0)? != 0,
            texter: col::<Option<i64>>(row, 1)?.map(PersonId),
            seconds: unsigned(col(row, 2)?),
            many: unsigned(col(row, 3)?),
        });
    }
    for row in &ask(OPT_OUTS).fetch_all(&mut *conn).await? {
        figures.opt_outs.push(OptOutSum { slot: col(row, 0)?, many: unsigned(col(row, 1)?) });
    }
    let people: std::collections::BTreeSet<i64> =
        figures.texts.iter().filter_map(|sum| sum.texter.map(|person| person.0)).collect();
    let mut texters = Vec::new();
    for row in &db::query(NAMES).bind(rows::to_json(&people)?).fetch_all(&mut *conn).await? {
        let name = rows::told_apart(col(row, 1)?, col(row, 2)?);
        texters.push(TexterName { person: PersonId(col(row, 0)?), name });
    }
    let next = run.after();
    Ok(FiguresOut { figures, texters, next: next.map(|place| place.to_string()), left: left(next) })
}
