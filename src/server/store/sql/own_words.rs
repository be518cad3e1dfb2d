//! Answers in voters' own words. They are counted, and go, like what voters write: in their place stands how the script calls such an
//! answer, so that it stays an answer.

use std::collections::BTreeMap;

use super::rows::{col, json, to_json};
use crate::db::{self, Conn};
use crate::domain::campaign::CampaignDef;
use crate::domain::survey::Vocabulary;
use crate::server::store::StoreError;

/// The line of a conversation that such an answer leaves.
pub(super) const NOTED: &str = "answered_in_words";

/// Every version of a campaign's script, the newest last.
pub(super) const OF_CAMPAIGN: &str = "SELECT def FROM scripts WHERE campaign = $1 ORDER BY version";

/// Every version of every script of an organization: people bring along what they answered in another campaign.
pub(super) const OF_ALL: &str =
    "SELECT s.def FROM scripts s JOIN campaigns k ON k.id = s.campaign WHERE k.organization = $1
     ORDER BY s.campaign, s.version";

/// What contacts have answered, here and before.
const ANSWERS: &str = "SELECT id, answers, earlier_answers FROM contacts
     WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = contacts.id AND n.at >= $2)";

const NOTES: &str = "UPDATE notes SET detail = '' WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND what = 'answered_in_words' AND detail <> '' AND at < $2";

/// The words of scripts: of a campaign, or with [`OF_ALL`] of an organization.
pub(super) async fn vocabulary(conn: &mut Conn, of: &'static str, id: i64) -> Result<Vocabulary, StoreError> {
    let mut versions: Vec<CampaignDef> = Vec::new();
    for row in &db::query(of).bind(id).fetch_all(conn).await? {
        versions.push(json(&col::<String>(row, 0)?)?);
    }
    Ok(Vocabulary::of(versions.iter().map(|def| def.questions.as_slice())))
}

/// Takes own words out of what these contacts (JSON) have answered, of whose texts none is of `cutoff` or later, and out of the lines
/// of their conversations from before it.
pub(super) async fn take_out(
    conn: &mut Conn,
    (organization, campaign): (i64, i64),
    contacts: &str,
    cutoff: i64,
) -> Result<(), StoreError> {
    db::query(NOTES).bind(contacts).bind(cutoff).execute(&mut *conn).await?;
    let rows = db::query(ANSWERS).bind(contacts).bind(cutoff).fetch_all(&mut *conn).await?;
    let of = |row, at| -> Result<BTreeMap<String, String>, StoreError> {
        Ok(col::<Option<String>>(row, at)?.map(|text| json(&text)).transpose()?.unwrap_or_default())
    };
    let (mut here, mut before) = (None, None);
    for row in &rows {
        let (mut answers, mut earlier) = (of(row, 1)?, of(row, 2)?);
        if !answers.is_empty() {
            if here.is_none() {
                here = Some(vocabulary(conn, OF_CAMPAIGN, campaign).await?);
            }
            if here.as_ref().is_some_and(|words| words.take_out(&mut answers)) {
                let sql = "UPDATE contacts SET answers = $2 WHERE id = $1";
                db::query(sql).bind(col::<i64>(row, 0)?).bind(to_json(&answers)?).execute(&mut *conn).await?;
            }
        }
        if !earlier.is_empty() {
            if before.is_none() {
                before = Some(vocabulary(conn, OF_ALL, organization).await?);
            }
            if before.as_ref().is_some_and(|words| words.take_out(&mut earlier)) {
                let sql = "UPDATE contacts SET earlier_answers = $2 WHERE id = $1";
                db::query(sql).bind(col::<i64>(row, 0)?).bind(to_json(&earlier)?).execute(&mut *conn).await?;
            }
        }
    }
    Ok(())
}
