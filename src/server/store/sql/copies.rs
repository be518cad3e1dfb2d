//! What still repeats somebody who was erased: events of the feed, and what older servers kept of what carriers said. Both grow with
//! every text and have no index by person, which would cost every text pages of its own. So they are gone through in parts, a commit
//! each, and how far that is stands in the database. Meanwhile whoever reads the feed is told what it will say afterwards.

use std::collections::BTreeSet;

use super::{
    rows::{ContactRow, col, to_json},
    tx::Tx,
};
use crate::api::event::{ERASED, EventKind, repeats};
use crate::db::{self, Conn, Row};
use crate::domain::{ids::ContactId, phone::Phone};
use crate::server::store::StoreError;

/// Rows that one part looks at: a few milliseconds, far below what a statement may take.
const A_PART: i64 = if cfg!(test) { 40 } else { 5_000 };

/// The last event of a part.
pub(super) const END: &str =
    "SELECT seq FROM (SELECT seq FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3) e
     ORDER BY seq DESC LIMIT 1";

/// Events of a part that repeat a contact's name or words; `$4`, `$5`, `$6` are how they begin. In their place stands that the contact
/// has gone.
pub(super) const REPEATED: &str = "UPDATE events SET payload = $7 WHERE seq > $1 AND seq <= $2 AND campaign = $3
         AND (payload LIKE $4 OR payload LIKE $5 OR payload LIKE $6)";

/// The last of a part of what carriers said.
pub(super) const CARRIERS_END: &str = "SELECT carrier, key FROM (SELECT carrier, key FROM carrier_events
         WHERE (carrier, key) > ($1, $2) ORDER BY carrier, key LIMIT $3) e ORDER BY carrier DESC, key DESC LIMIT 1";

/// A server of an older version keeps what a carrier says of a text beside it once more.
pub(super) const CARRIERS: &str = "UPDATE carrier_events SET payload = '{\"inbound\":{}}'
     WHERE (carrier, key) > ($1, $2) AND (carrier, key) <= ($3, $4) AND payload LIKE $5";

const ARE_ERASED: &str = "SELECT id FROM contacts
     WHERE id IN (SELECT CAST(atom AS BIGINT) FROM json_each($1)) AND erased_at IS NOT NULL";

/// How many erased people still have copies.
pub(super) async fn open(conn: &mut Conn, organization: i64) -> Result<u64, StoreError> {
    let row = db::query("SELECT COUNT(*) FROM erasures WHERE ended_at IS NULL AND organization = $1")
        .bind(organization)
        .fetch_one(conn)
        .await?;
    Ok(super::rows::unsigned(col(&row, 0)?))
}

/// What stands in the place of whatever repeated an erased contact.
fn gone(contact: ContactId) -> Result<String, StoreError> {
    to_json(&EventKind::Gone { contact, why: ERASED.to_owned(), who: None })
}

/// Those of whom rows of the feed tell, though they were erased: `payload` and `open` are the columns of what is told, and of how many
/// erasures are under way. That an erasure is not under way any more cannot be read before its rows are emptied: both are one read.
pub(super) async fn erased_in(
    conn: &mut Conn,
    rows: &[Row],
    payload: usize,
    open: usize,
) -> Result<BTreeSet<ContactId>, StoreError> {
    if rows.first().map(|row| col::<i64>(row, open)).transpose()?.unwrap_or_default() == 0 {
        return Ok(BTreeSet::new());
    }
    let told = rows.iter().filter_map(|row| repeats(&col::<String>(row, payload).ok()?));
    let ids = to_json(&told.collect::<BTreeSet<_>>())?;
    let found = db::query(ARE_ERASED).bind(ids).fetch_all(conn).await?;
    found.iter().map(|row| Ok(ContactId(col(row, 0)?))).collect()
}

/// What an event says now.
pub(super) fn said(payload: String, erased: &BTreeSet<ContactId>) -> String {
    let whose = if erased.is_empty() { None } else { repeats(&payload).filter(|one| erased.contains(one)) };
    whose.and_then(|contact| gone(contact).ok()).unwrap_or(payload)
}

impl Tx<'_> {
    /// Begins with the copies of whoever was just erased; says whether something is left for later parts.
    pub(super) async fn begin_copies(
        &mut self,
        organization: i64,
        phone: &Phone,
        contacts: &[ContactRow],
    ) -> Result<bool, StoreError> {
        let ids: Vec<i64> = contacts.iter().map(|contact| contact.id).collect();
        let until = if ids.is_empty() {
            0
        } else {
            let row = db::query("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(&mut *self.conn).await?;
            col::<i64>(&row, 0)?
        };
        let row = db::query(
            "INSERT INTO erasures (organization, phone, at, contacts, until) VALUES ($1, $2, $3, $4, $5) RETURNING id",
        )
        .bind(organization)
        .bind(phone.as_str())
        .bind(self.micros())
        .bind(to_json(&ids)?)
        .bind(until)
        .fetch_one(&mut *self.conn)
        .await?;
        let erasure: i64 = col(&row, 0)?;
        // Of a small organization all is gone with the same commit.
        for _ in 0..3 {
            if !self.go_on_with_copies(erasure).await? {
                break;
            }
        }
        let row =
            db::query("SELECT ended_at FROM erasures WHERE id = $1").bind(erasure).fetch_one(&mut *self.conn).await?;
        Ok(col::<Option<i64>>(&row, 0)?.is_none())
    }

    /// A part of the copies of whoever was erased first; false when nobody's are left.
    pub(super) async fn a_part_of_the_copies(&mut self) -> Result<bool, StoreError> {
        let open = db::query("SELECT id FROM erasures WHERE ended_at IS NULL ORDER BY id LIMIT 1");
        let Some(row) = open.fetch_optional(&mut *self.conn).await? else { return Ok(false) };
        let erasure = col(&row, 0)?;
        self.writes_over(true).await?;
        let done = self.go_on_with_copies(erasure).await;
        self.writes_over(false).await?;
        done?;
        Ok(true)
    }

    /// One part of an erasure's copies; says whether it has more.
    async fn go_on_with_copies(&mut self, erasure: i64) -> Result<bool, StoreError> {
        let row = db::query(
            "SELECT organization, phone, contacts, until, place, carrier, carrier_key FROM erasures WHERE id = $1",
        )
        .bind(erasure)
        .fetch_one(&mut *self.conn)
        .await?;
        let (until, place): (i64, i64) = (col(&row, 3)?, col(&row, 4)?);
        if place < until {
            let end = db::query(END).bind(place).bind(until).bind(A_PART).fetch_optional(&mut *self.conn).await?;
            let end = match end {
                Some(end) => col::<i64>(&end, 0)?,
                None => until,
            };
            let contacts: Vec<i64> = super::rows::json(&col::<String>(&row, 2)?)?;
            self.empty_events(&contacts, (place, end)).await?;
            db::query("UPDATE erasures SET place = $2 WHERE id = $1")
                .bind(erasure)
                .bind(end)
                .execute(&mut *self.conn)
                .await?;
            return Ok(true);
        }
        let (carrier, key): (String, String) = (col(&row, 5)?, col(&row, 6)?);
        let end = db::query(CARRIERS_END)
            .bind(carrier.as_str())
            .bind(key.as_str())
            .bind(A_PART)
            .fetch_optional(&mut *self.conn)
            .await?;
        if let Some(end) = end {
            let (to, to_key): (String, String) = (col(&end, 0)?, col(&end, 1)?);
            let phone: String = col(&row, 1)?;
            let emptied = db::query(CARRIERS)
                .bind(carrier)
                .bind(key)
                .bind(to.as_str())
                .bind(to_key.as_str())
                .bind(format!("{{\"inbound\":{{%\"{phone}\"%"))
                .execute(&mut *self.conn)
                .await?;
            self.cache.log_tells |= emptied.rows_affected() > 0;
            db::query("UPDATE erasures SET carrier = $2, carrier_key = $3 WHERE id = $1")
                .bind(erasure)
                .bind(to)
                .bind(to_key)
                .execute(&mut *self.conn)
                .await?;
            return Ok(true);
        }
        // Nothing leads from the rest to the person any more.
        db::query("UPDATE erasures SET contacts = '[]', ended_at = $2 WHERE id = $1")
            .bind(erasure)
            .bind(self.micros())
            .execute(&mut *self.conn)
            .await?;
        self.cache.log_tells = true;
        Ok(false)
    }

    async fn empty_events(&mut self, contacts: &[i64], (after, to): (i64, i64)) -> Result<(), StoreError> {
        for id in contacts {
            let found = db::query("SELECT campaign FROM contacts WHERE id = $1").bind(*id);
            let Some(row) = found.fetch_optional(&mut *self.conn).await? else { continue };
            let emptied = db::query(REPEATED)
                .bind(after)
                .bind(to)
                .bind(col::<i64>(&row, 0)?)
                .bind(format!("{{\"event\":\"contact\",\"contact\":{{\"id\":{id},%"))
                .bind(format!("{{\"event\":\"thread\",\"contact\":{id},%"))
                .bind(format!("{{\"event\":\"returned\",\"contact\":{id},%"))
                .bind(gone(ContactId(*id))?)
                .execute(&mut *self.conn)
                .await?;
            self.cache.log_tells |= emptied.rows_affected() > 0;
        }
        Ok(())
    }
}
