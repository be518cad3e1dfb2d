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

/// What contacts have answered of whose texts none is of `$2` or later.
const ANSWERS: &str = "SELECT id, campaign, answers FROM contacts
     WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.contact = contacts.id AND n.at >= $2)";

const NOTES: &str = "UPDATE notes SET detail = '' WHERE contact IN (SELECT CAST(atom AS BIGINT) FROM json_each($1))
         AND what = 'answered_in_words' AND detail <> '' AND at < $2";

/// The words of a campaign's script, in all of its versions.
pub(super) async fn vocabulary(conn: &mut Conn, campaign: i64) -> Result<Vocabulary, StoreError> {
    let mut versions: Vec<CampaignDef> = Vec::new();
    for row in &db::query(OF_CAMPAIGN).bind(campaign).fetch_all(conn).await? {
        versions.push(json(&col::<String>(row, 0)?)?);
    }
    Ok(Vocabulary::of(versions.iter().map(|def| def.questions.as_slice())))
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
