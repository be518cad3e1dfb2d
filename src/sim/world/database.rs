//! The server's rows, read from its database.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::message::Verdict;
use crate::db::{self, Conn, Options};
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::{CampaignId, ContactId, DeviceId, PersonId};
use crate::domain::ledger::{Link, Pressed};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::recall::Recall;
use crate::sim::history::{AuditRow, Fact, MessageRow, Row};

/// Why the rows could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file, or a table that another program version has otherwise.
    #[error("the server's database cannot be read: {0}")]
    Database(#[from] db::Error),
    /// A column holds something unknown.
    #[error("a row of the server's database is not understood: {0}")]
    Row(String),
}

/// Every row that the checker looks at. The server may be running: this is one look.
///
/// # Errors
/// [`ReadError`]
pub async fn rows(file: &Path) -> Result<Vec<Fact>, ReadError> {
    rows_of(&mut Options::file(file).read_only().open().await?).await
}

/// The same of any server's database, by a connection to it.
///
/// # Errors
/// [`ReadError`]
pub async fn rows_of(conn: &mut Conn) -> Result<Vec<Fact>, ReadError> {
    let mut out = Vec::new();
    campaigns(conn, &mut out).await?;
    contacts(conn, &mut out).await?;
    messages(conn, &mut out).await?;
    small(conn, &mut out).await?;
    audit(conn, &mut out).await?;
    ledger(conn, &mut out).await?;
    Ok(out.into_iter().map(Fact::Row).collect())
}

fn odd(error: impl std::fmt::Display) -> ReadError {
    ReadError::Row(error.to_string())
}

fn time(micros: i64) -> Result<Timestamp, ReadError> {
    Timestamp::from_microsecond(micros).map_err(odd)
}

/// A word as the contract writes it.
fn word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, ReadError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(odd)
}

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

async fn all(conn: &mut Conn, sql: &'static str) -> Result<Vec<db::Row>, ReadError> {
    Ok(db::query(sql).fetch_all(conn).await?)
}

async fn campaigns(conn: &mut Conn, out: &mut Vec<Row>) -> Result<(), ReadError> {
    for row in all(conn, "SELECT id, def, state FROM campaigns ORDER BY id").await? {
        let def: CampaignDef = serde_json::from_str(&row.try_get::<String>(1)?).map_err(odd)?;
        let paused = row.try_get::<String>(2)? != "running";
        out.push(Row::Campaign { id: CampaignId(row.try_get(0)?), hours: def.hours, paused });
    }
    Ok(())
}

async fn contacts(conn: &mut Conn, out: &mut Vec<Row>) -> Result<(), ReadError> {
    let sql = "SELECT c.id, c.campaign, c.phone, z.zones, c.opt_out, c.assigned FROM contacts c
         JOIN zone_sets z ON z.id = c.zone_set ORDER BY c.id";
    for row in all(conn, sql).await? {
        out.push(Row::Contact {
            id: ContactId(row.try_get(0)?),
            campaign: CampaignId(row.try_get(1)?),
            phone: row.try_get(2)?,
            zones: serde_json::from_str(&row.try_get::<String>(3)?).map_err(odd)?,
            opted_out: row.try_get::<i64>(4)? >= 2,
            assigned: row.try_get::<Option<i64>>(5)?.map(PersonId),
        });
    }
    Ok(())
}

async fn messages(conn: &mut Conn, out: &mut Vec<Row>) -> Result<(), ReadError> {
    let sql = "SELECT id, contact, seq, direction, kind, body, at, author, delivery, error, after_seq FROM messages
         ORDER BY contact, seq";
    for row in all(conn, sql).await? {
        let inbound = row.try_get::<String>(3)? == "in";
        out.push(Row::Message(MessageRow {
            id: row.try_get(0)?,
            contact: ContactId(row.try_get(1)?),
            seq: number(row.try_get(2)?),
            direction: if inbound { Direction::Inbound } else { Direction::Outbound },
            kind: row.try_get::<Option<String>>(4)?.map(word::<MessageKind>).transpose()?,
            body: row.try_get(5)?,
            at: time(row.try_get(6)?)?,
            author: row.try_get::<Option<i64>>(7)?.map(PersonId),
            delivery: word::<Delivery>(row.try_get(8)?)?,
            error: row.try_get(9)?,
            after_seq: number(row.try_get(10)?),
        }));
    }
    Ok(())
}

async fn small(conn: &mut Conn, out: &mut Vec<Row>) -> Result<(), ReadError> {
    for row in all(conn, "SELECT message, state, tries FROM jobs ORDER BY message").await? {
        let tries = u32::try_from(row.try_get::<i64>(2)?).unwrap_or(u32::MAX);
        out.push(Row::Job { message: row.try_get(0)?, state: row.try_get(1)?, tries });
    }
    for row in all(conn, "SELECT id, message FROM attempts ORDER BY id").await? {
        out.push(Row::Attempt { id: row.try_get(0)?, message: row.try_get(1)? });
    }
    for row in all(conn, "SELECT person, id, outcome FROM verdicts ORDER BY id").await? {
        let id: Uuid = row.try_get(1)?;
        let outcome = serde_json::from_str(&row.try_get::<String>(2)?).map_err(odd)?;
        out.push(Row::Verdict { person: PersonId(row.try_get(0)?), verdict: Verdict { id, outcome } });
    }
    for row in all(conn, "SELECT id, what, versions, texts, campaign, reason FROM recalls ORDER BY id").await? {
        let text = |at: usize| row.try_get::<String>(at);
        let recall = Recall {
            id: row.try_get(0)?,
            what: serde_json::from_str(&text(1)?).map_err(odd)?,
            versions: serde_json::from_str(&text(2)?).map_err(odd)?,
            texts: serde_json::from_str(&text(3)?).map_err(odd)?,
            reason: text(5)?,
        };
        out.push(Row::Recall { campaign: CampaignId(row.try_get(4)?), recall });
    }
    for row in all(conn, "SELECT phone, by_word FROM suppressions ORDER BY phone").await? {
        out.push(Row::Suppression { phone: row.try_get(0)?, by_word: row.try_get::<i64>(1)? != 0 });
    }
    Ok(())
}

async fn audit(conn: &mut Conn, out: &mut Vec<Row>) -> Result<(), ReadError> {
    for row in all(conn, "SELECT id, at, person, session, what, subject, detail FROM audit ORDER BY id").await? {
        out.push(Row::Audit(AuditRow {
            n: row.try_get(0)?,
            at: time(row.try_get(1)?)?,
            person: row.try_get::<Option<i64>>(2)?.map(PersonId),
            session: row.try_get(3)?,
            what: row.try_get(4)?,
            subject: row.try_get(5)?,
            detail: row.try_get(6)?,
        }));
    }
    Ok(())
}

/// Entries that have a place in their chain; one that was refused for want of it has none.
async fn ledger(conn: &mut Conn, out: &mut Vec<Row>) -> Result<(), ReadError> {
    let sql = "SELECT chain, n, prev, hash, id, device, campaign, contact, kind, body_hash, drawn_at, pressed_at, mono_ms, dwell_ms
         FROM ledger WHERE outcome <> 'ledger_broken' ORDER BY seq";
    for row in all(conn, sql).await? {
        let hash = |at: usize| Ok::<_, ReadError>(hex(&row.try_get::<Vec<u8>>(at)?));
        out.push(Row::Ledger {
            link: Link { chain: row.try_get(0)?, n: number(row.try_get(1)?), prev: hash(2)?, hash: hash(3)? },
            entry: Pressed {
                id: row.try_get(4)?,
                device: DeviceId(row.try_get(5)?),
                campaign: CampaignId(row.try_get(6)?),
                contact: ContactId(row.try_get(7)?),
                kind: word(row.try_get(8)?)?,
                body_hash: hash(9)?,
                drawn_at: time(row.try_get(10)?)?,
                pressed_at: time(row.try_get(11)?)?,
                mono_ms: number(row.try_get(12)?),
                dwell_ms: number(row.try_get(13)?),
            },
        });
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Texts that wait for a captain's decision.
pub(super) async fn held(file: &Path) -> Result<Vec<Uuid>, ReadError> {
    let mut conn = Options::file(file).read_only().open().await?;
    let rows = all(&mut conn, "SELECT id FROM messages WHERE delivery = 'held' ORDER BY id").await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
