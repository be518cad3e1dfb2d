//! What was written with somebody before, in the campaigns that this one follows: it stands at the beginning of the conversation.

use std::collections::BTreeMap;

use super::rows::{self, col, json, time};
use crate::api::message::ThreadEntry;
use crate::db::{self, Conn};
use crate::domain::pictures::marked;
use crate::server::store::query::Found;

/// Campaigns that are looked back at.
const MOST_BACK: usize = 5;
/// Texts of each, the newest.
const MOST_TEXTS: i64 = 50;

/// The contact that another one follows.
const FOLLOWED: &str =
    "SELECT e.id, k.title, e.answers, e.follows, e.updated_at FROM contacts e JOIN campaigns k ON k.id = e.campaign
     WHERE e.id = $1 AND e.organization = $2 AND e.erased_at IS NULL";

const TEXTS: &str =
    "SELECT m.direction, m.body, m.at, p.name, p.namesake, m.pictures FROM messages m LEFT JOIN people p ON p.id = m.author
     WHERE m.contact = $1 AND m.delivery <> 'dropped' AND m.purged_at IS NULL ORDER BY m.seq DESC LIMIT $2";

/// The lines of a conversation that come from before it, oldest first. `follows`: the contact that it goes on from.
pub(super) async fn entries(conn: &mut Conn, organization: i64, follows: i64) -> Found<Vec<ThreadEntry>> {
    let mut campaigns = Vec::new();
    let mut next = Some(follows);
    while let Some(contact) = next.take().filter(|_| campaigns.len() < MOST_BACK) {
        let row = db::query(FOLLOWED).bind(contact).bind(organization).fetch_optional(&mut *conn).await?;
        let Some(row) = row else { break };
        next = col(&row, 3)?;
        let texts = db::query(TEXTS).bind(contact).bind(MOST_TEXTS).fetch_all(&mut *conn).await?;
        campaigns.push(lines(&row, &texts)?);
    }
    Ok(campaigns.into_iter().rev().flatten().collect())
}

/// All of it stands before the first text of this conversation.
fn lines(of: &db::Row, texts: &[db::Row]) -> Found<Vec<ThreadEntry>> {
    let line = |at, who: String, what: &str, detail: String| ThreadEntry::Note {
        seq: 0,
        at,
        who,
        what: what.to_owned(),
        detail,
    };
    let mut found = Vec::with_capacity(texts.len() + 2);
    for row in texts.iter().rev() {
        let name = match (col::<Option<String>>(row, 3)?, col::<Option<i64>>(row, 4)?) {
            (Some(name), Some(namesake)) => rows::told_apart(name, namesake),
            _ => String::new(),
        };
        let what = if col::<String>(row, 0)? == "in" { "earlier_received" } else { "earlier_sent" };
        let words = marked(&col::<String>(row, 1)?, rows::pictures(col(row, 5)?));
        found.push(line(time(col(row, 2)?)?, name, what, words));
    }
    let (first, last) = match (found.first(), found.last()) {
        (Some(ThreadEntry::Note { at: first, .. }), Some(ThreadEntry::Note { at: last, .. })) => (*first, *last),
        _ => {
            let at = time(col(of, 4)?)?;
            (at, at)
        }
    };
    found.insert(0, line(first, String::new(), "earlier_campaign", col(of, 1)?));
    let answers = in_words(&json(&col::<String>(of, 2)?)?);
    if !answers.is_empty() {
        found.push(line(last, String::new(), "earlier_answers", answers));
    }
    Ok(found)
}

/// Under this name a texter sees what somebody answered before.
pub(super) const EARLIER_ANSWERS: &str = "earlier_answers";

/// `voting: Yes; when: Morning`.
pub(super) fn in_words(answers: &BTreeMap<String, String>) -> String {
    answers.iter().map(|(question, answer)| format!("{question}: {answer}")).collect::<Vec<_>>().join("; ")
}
