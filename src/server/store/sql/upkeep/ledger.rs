//! Is the ledger what it was, entry by entry?

use crate::db::{self, Conn};
use crate::domain::received::{self, Anchor};
use crate::server::store::sql::ledger::{anchors, entries, read_tail};

use super::{Done, check::Finding};

/// Entries read at once.
const PAGE: u32 = 2_000;

const REMEDY: &str = "keep this database as it is, and hold the newest exported ledger (textbank ledger verify) and the published anchors \
     against it: something was changed after it was written";

/// Where an organization's ledger ends.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct End {
    /// The organization.
    pub organization: i64,
    /// Number of its newest entry; 0 when there is none.
    pub entries: u64,
    /// The running total after it.
    pub total: String,
}

fn finding(wrong: &str, row: String) -> Finding {
    Finding {
        check: "ledger_chain".to_owned(),
        table: "ledger".to_owned(),
        wrong: wrong.to_owned(),
        rows: vec![row],
        more: 0,
        remedy: REMEDY.to_owned(),
    }
}

async fn organizations(conn: &mut Conn) -> Done<Vec<i64>> {
    let rows = db::query("SELECT id FROM organizations ORDER BY id").fetch_all(conn).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Where every ledger ends.
pub(super) async fn ends(conn: &mut Conn) -> Done<Vec<End>> {
    let mut found = Vec::new();
    for organization in organizations(conn).await? {
        let (entries, total) = read_tail(conn, organization).await?;
        found.push(End { organization, entries, total });
    }
    Ok(found)
}

/// Runs every total and every anchor anew. After the first fault of a ledger nothing more can be said of it.
pub(super) async fn faults(conn: &mut Conn) -> Done<Vec<Finding>> {
    let mut found = Vec::new();
    for organization in organizations(conn).await? {
        found.extend(faults_of(conn, organization).await?);
    }
    Ok(found)
}

async fn faults_of(conn: &mut Conn, organization: i64) -> Done<Option<Finding>> {
    let at = |seq: u64| format!("organization={organization} entry={seq}");
    let mut anchored = anchors(conn, organization, i64::MAX.unsigned_abs()).await?.into_iter().peekable();
    let mut prev = Anchor::first_prev();
    let (mut seq, mut total) = (0, received::first_total());
    loop {
        let page = match entries(conn, organization, seq, PAGE).await {
            Ok(page) => page,
            Err(error) => return Ok(Some(finding(&format!("an entry cannot be read: {error}"), at(seq + 1)))),
        };
        for entry in &page {
            seq += 1;
            if entry.seq != seq {
                return Ok(Some(finding("an entry is missing", at(seq))));
            }
            if !entry.link.holds(&entry.pressed) {
                return Ok(Some(finding("an entry is not the text that was confirmed", at(seq))));
            }
            total = entry.total_after(&total);
            if entry.total != total {
                return Ok(Some(finding("an entry is not as it was when it arrived", at(seq))));
            }
            while let Some(anchor) = anchored.next_if(|anchor| anchor.seq == seq) {
                if anchor.prev != prev || anchor.total != total || !anchor.holds() {
                    return Ok(Some(finding("an anchor does not fit what it covers", at(seq))));
                }
                prev = anchor.hash;
            }
        }
        if page.is_empty() {
            break;
        }
    }
    // What was anchored was there.
    let beyond = anchored.next();
    Ok(beyond.map(|anchor| finding("an anchor covers entries that are not there", at(anchor.seq))))
}
