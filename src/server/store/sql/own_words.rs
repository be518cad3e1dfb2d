//! Answers in voters' own words. They are counted, and go, like what voters write: in their place stands how the script calls such an
//! answer, so that it stays an answer.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::rows::{col, json, to_json};
use crate::db::{self, Conn};
use crate::domain::campaign::CampaignDef;
use crate::domain::survey::Vocabulary;
use crate::server::store::StoreError;

/// The line of a conversation that such an answer leaves.
pub(super) const NOTED: &str = "answered_in_words";

/// Every version of a campaign's script, the newest last.
const OF_CAMPAIGN: &str = "SELECT def FROM scripts WHERE campaign = $1 ORDER BY version";

/// Whether in any of them an answer is typed in own words. Most campaigns have none, and their scripts need not be read.
const MAY_BE_TYPED: &str = "SELECT 1 FROM scripts WHERE campaign = $1 AND def LIKE '%\"free\":\"text\"%' LIMIT 1";

/// What contacts have answered of whose texts none is of `$2` or later.
const ANSWERS: &str = "SELECT id, campaign, answers FROM contacts
     WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = contacts.id AND n.at >= $2)";

const NOTES: &str = "UPDATE notes SET detail = '' WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND what = 'answered_in_words' AND detail <> '' AND at < $2";

/// The words of a campaign's script, in all of its versions.
pub(super) async fn vocabulary(conn: &mut Conn, campaign: i64) -> Result<Vocabulary, StoreError> {
    let mut versions = Vec::new();
    if may_be_typed(conn, campaign).await? {
        versions_of(conn, campaign, &mut versions).await?;
    }
    Ok(Vocabulary::of(versions.iter().map(|def| def.questions.as_slice())))
}

async fn may_be_typed(conn: &mut Conn, campaign: i64) -> Result<bool, StoreError> {
    Ok(db::query(MAY_BE_TYPED).bind(campaign).fetch_optional(conn).await?.is_some())
}

/// Every version of a campaign's script.
async fn versions_of(conn: &mut Conn, campaign: i64, into: &mut Vec<CampaignDef>) -> Result<(), StoreError> {
    for row in &db::query(OF_CAMPAIGN).bind(campaign).fetch_all(conn).await? {
        into.push(json(&col::<String>(row, 0)?)?);
    }
    Ok(())
}

/// Campaigns that a campaign follows, the one before it first: what their people answered came along.
const FOLLOWS: &str = "WITH RECURSIVE f(campaign, steps) AS (
         SELECT source, 1 FROM follow_ups WHERE campaign = $1
         UNION SELECT u.source, f.steps + 1 FROM f JOIN follow_ups u ON u.campaign = f.campaign WHERE f.steps < 100)
     SELECT campaign FROM f ORDER BY steps DESC";

/// The words of the scripts of all campaigns that a campaign follows, where own words may be among the answers in any of them: what people
/// answered stands under the questions of all, and a choice of one is no own words because another one has none of that name.
pub(super) async fn earlier_vocabulary(conn: &mut Conn, campaign: i64) -> Result<Vocabulary, StoreError> {
    let rows = db::query(FOLLOWS).bind(campaign).fetch_all(&mut *conn).await?;
    let chain = rows.iter().map(|row| col(row, 0)).collect::<Result<Vec<i64>, _>>()?;
    let mut typed = false;
    for campaign in &chain {
        typed = typed || may_be_typed(conn, *campaign).await?;
    }
    let mut versions: Vec<CampaignDef> = Vec::new();
    for campaign in chain.into_iter().filter(|_| typed) {
        versions_of(conn, campaign, &mut versions).await?;
    }
    Ok(Vocabulary::of(versions.iter().map(|def| def.questions.as_slice())))
}

/// Of a run of contacts of a campaign what they have answered, here or earlier, whose words are too old. `$4`: from when on words are
/// kept; `$5`: the campaign is closed.
pub(super) const ANSWERED: &str = "SELECT c.id, c.answers, c.earlier_answers FROM contacts c
     WHERE +c.campaign = $1 AND c.id > $2 AND c.id <= $3 AND c.erased_at IS NULL
         AND (c.answers <> '{}' OR c.earlier_answers IS NOT NULL)
         AND NOT EXISTS (SELECT 1 FROM holds h
             WHERE h.organization = c.organization AND h.phone = c.phone AND h.lifted_at IS NULL)
         AND ($5 OR (c.waiting_since IS NULL AND c.opt_out <> 1))
         AND c.updated_at < $4 AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = c.id AND n.at >= $4)";

const OLD_NOTES: &str = "SELECT contact, seq, at, what, detail FROM notes
     WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) AND what = 'answered' AND detail <> '' AND at < $2";

/// Takes out what is left from programs that did not tell own words apart: in answers of conversations whose texts went before, in
/// those that came along from an earlier campaign, and in lines called as any answer's.
pub(super) async fn take_out_of_run(
    conn: &mut Conn,
    campaign: i64,
    (after, last): (i64, i64),
    (cutoff, closed): (i64, bool),
) -> Result<(), StoreError> {
    let (words, earlier) = (vocabulary(conn, campaign).await?, earlier_vocabulary(conn, campaign).await?);
    if !words.has_own_words() && !earlier.has_own_words() {
        return Ok(());
    }
    let rows = db::query(ANSWERED).bind(campaign).bind(after).bind(last).bind(cutoff).bind(closed);
    let mut looked_at: Vec<i64> = Vec::new();
    for row in &rows.fetch_all(&mut *conn).await? {
        let id: i64 = col(row, 0)?;
        looked_at.push(id);
        let mut answers: BTreeMap<String, String> = json(&col::<String>(row, 1)?)?;
        let before: Option<String> = col(row, 2)?;
        let mut came: BTreeMap<String, String> = before.as_deref().map(json).transpose()?.unwrap_or_default();
        if words.take_out(&mut answers) | earlier.take_out(&mut came) {
            db::query("UPDATE contacts SET answers = $2, earlier_answers = $3 WHERE id = $1")
                .bind(id)
                .bind(to_json(&answers)?)
                .bind(before.map(|_| to_json(&came)).transpose()?)
                .execute(&mut *conn)
                .await?;
        }
    }
    if looked_at.is_empty() || !words.has_own_words() {
        return Ok(());
    }
    for row in &db::query(OLD_NOTES).bind(to_json(&looked_at)?).bind(cutoff).fetch_all(&mut *conn).await? {
        if words.has_words(&col::<String>(row, 4)?) {
            db::query(
                "UPDATE notes SET detail = '', what = 'answered_in_words'
                 WHERE contact = $1 AND seq = $2 AND at = $3 AND what = 'answered' AND detail = $4",
            )
            .bind(col::<i64>(row, 0)?)
            .bind(col::<i64>(row, 1)?)
            .bind(col::<i64>(row, 2)?)
            .bind(col::<String>(row, 4)?)
            .execute(&mut *conn)
            .await?;
        }
    }
    Ok(())
}

/// Takes own words out of what these contacts (JSON) have answered, of whose texts none is of `cutoff` or later, and out of the lines
/// of their conversations from before it.
pub(super) async fn take_out(conn: &mut Conn, contacts: &str, cutoff: i64) -> Result<(), StoreError> {
    db::query(NOTES).bind(contacts).bind(cutoff).execute(&mut *conn).await?;
    let mut known: BTreeMap<i64, Vocabulary> = BTreeMap::new();
    for row in &db::query(ANSWERS).bind(contacts).bind(cutoff).fetch_all(&mut *conn).await? {
        let (campaign, mut answers): (i64, BTreeMap<String, String>) = (col(row, 1)?, json(&col::<String>(row, 2)?)?);
        if answers.is_empty() {
            continue;
        }
        let words = match known.entry(campaign) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => place.insert(vocabulary(conn, campaign).await?),
        };
        if words.take_out(&mut answers) {
            let sql = "UPDATE contacts SET answers = $2 WHERE id = $1";
            db::query(sql).bind(col::<i64>(row, 0)?).bind(to_json(&answers)?).execute(&mut *conn).await?;
        }
    }
    Ok(())
}
