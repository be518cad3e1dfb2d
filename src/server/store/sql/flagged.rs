//! Conversations that texters flagged to a captain, and what was asked and answered about them.

use super::{
    act::{Decision, no},
    rows::{ContactRow, col, time},
    tx::{Tx, is_captain},
};
use crate::api::{captain::Flagged, problem::Code};
use crate::db::{self, Conn};
use crate::domain::{ids::ContactId, safe_text::safe_line, tag};
use crate::server::store::{StoreError, command::Actor};

/// Longest question or answer, in characters.
const LONGEST: usize = 500;

/// At most so many are listed: whoever has more to decide begins with these.
const MOST: i64 = 500;

/// Flagged contacts of a campaign, those asked about first, the oldest first. `$2` is the tag as it stands in the list of tags, `$4` as it
/// stands in a note. A question that was answered, or withdrawn with its flag, is none any more.
const FLAGGED: &str = "SELECT c.id, c.first_name, p.name, n.detail, n.at, q.name, c.preview
 FROM contacts c
 LEFT JOIN people p ON p.id = c.assigned
 LEFT JOIN notes n ON n.id = (SELECT MAX(id) FROM notes WHERE contact = c.id AND what = 'asked')
  AND NOT EXISTS (SELECT 1 FROM notes o WHERE o.contact = c.id AND o.id > n.id
   AND (o.what = 'captain_answered' OR (o.what = 'untagged' AND o.detail = $4)))
 LEFT JOIN people q ON q.id = n.person
 WHERE c.campaign = $1 AND c.tags LIKE $2 AND c.erased_at IS NULL
 ORDER BY CASE WHEN n.at IS NULL THEN 1 ELSE 0 END, n.at, c.id LIMIT $3";

/// See [`FLAGGED`].
pub(super) async fn flagged(conn: &mut Conn, campaign: i64) -> Result<Vec<Flagged>, StoreError> {
    let rows = db::query(FLAGGED)
        .bind(campaign)
        .bind(format!("%\"{}\"%", tag::ESCALATED))
        .bind(MOST)
        .bind(tag::ESCALATED)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Flagged {
                contact: ContactId(col(row, 0)?),
                first_name: col(row, 1)?,
                texter: col(row, 2)?,
                question: col::<Option<String>>(row, 3)?.unwrap_or_default(),
                asked_at: col::<Option<i64>>(row, 4)?.map(time).transpose()?,
                asked_by: col(row, 5)?,
                preview: col(row, 6)?,
            })
        })
        .collect()
}

impl Tx<'_> {
    /// A texter asks the captains about a conversation: it is flagged with it.
    pub(super) async fn ask(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        text: &str,
    ) -> Result<Decision, StoreError> {
        let text = match said(text) {
            Ok(text) => text,
            Err(why) => return no(Code::Invalid, why),
        };
        self.note(contact, Some(actor), "asked", &text).await?;
        self.put_tag(contact.id, tag::ESCALATED, true).await?;
        self.changed(contact.id).await?;
        Ok(Ok(()))
    }

    /// A captain answers: whoever holds the conversation is told, and the flag comes off.
    pub(super) async fn answer_asked(
        &mut self,
        actor: &Actor,
        contact: &ContactRow,
        text: &str,
    ) -> Result<Decision, StoreError> {
        if !is_captain(actor) {
            return no(Code::Forbidden, "only a captain may do this");
        }
        let text = match said(text) {
            Ok(text) => text,
            Err(why) => return no(Code::Invalid, why),
        };
        self.note(contact, Some(actor), "captain_answered", &text).await?;
        self.put_tag(contact.id, tag::ESCALATED, false).await?;
        self.changed(contact.id).await?;
        Ok(Ok(()))
    }
}

/// A question or answer as it is kept: one line.
fn said(text: &str) -> Result<String, &'static str> {
    // As it was sent: what is taken out of it does not make a longer one fit the contract.
    if text.chars().count() > LONGEST {
        return Err("a question or its answer has at most 500 characters");
    }
    let text = safe_line(text.trim());
    if text.is_empty() {
        return Err("there is nothing in it");
    }
    Ok(text)
}
