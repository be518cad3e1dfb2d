//! The tables and what is written to them.

use jiff::Timestamp;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::chain::Chain;
use super::index::{Change, Waiting};
use super::seal::{Place, Sealer};
use super::{JournalError, State};
use crate::api::{
    message::{Outcome, Verdict},
    problem::Code,
};
use crate::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use crate::domain::{ids::ContactId, message::MessageKind};

/// Version of the tables.
pub(super) const VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE acts (
  ord INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('confirmed','accepted','refused','unknown','parked','discarded')),
  contact INTEGER,
  at INTEGER NOT NULL,
  payload BLOB NOT NULL,
  verdict BLOB
) STRICT;
CREATE TABLE drafts (contact INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT;
CREATE TABLE ui_state (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('version', 1);
";

/// Where in `meta` the end of the device's chain is noted.
pub(super) const CHAIN: &str = "chain";

/// Makes the tables.
pub(super) async fn create(conn: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *conn).await?;
    sqlx::raw_sql(SCHEMA).execute(&mut *conn).await?;
    sqlx::raw_sql("COMMIT").execute(conn).await.map(drop)
}

/// The tables' version; `None` when there are none.
pub(super) async fn version(conn: &mut SqliteConnection) -> sqlx::Result<Option<i64>> {
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'").fetch_one(&mut *conn).await?;
    if tables == 0 {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'version'").fetch_optional(conn).await
}

pub(super) fn act_place(id: &Uuid, order: i64) -> Place<'_> {
    Place { column: "acts.payload", row: id.as_bytes(), order }
}

pub(super) fn verdict_place(id: &Uuid, order: i64) -> Place<'_> {
    Place { column: "acts.verdict", row: id.as_bytes(), order }
}

pub(super) fn draft_place(contact: ContactId) -> Place<'static> {
    Place { column: "drafts.text", row: &[], order: contact.0 }
}

pub(super) fn ui_place(key: &str) -> Place<'_> {
    Place { column: "ui_state.value", row: key.as_bytes(), order: 0 }
}

pub(super) fn meta_place(key: &str) -> Place<'_> {
    Place { column: "meta.value", row: key.as_bytes(), order: 0 }
}

/// A row of `acts` as stored.
#[derive(Debug, Clone)]
pub(super) struct StoredAct {
    pub(super) order: i64,
    pub(super) id: Uuid,
    pub(super) state: String,
    pub(super) contact: Option<i64>,
    pub(super) at: i64,
    pub(super) payload: Vec<u8>,
    pub(super) verdict: Option<Vec<u8>>,
}

impl StoredAct {
    pub(super) fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            order: row.try_get(0)?,
            id: row.try_get(1)?,
            state: row.try_get(2)?,
            contact: row.try_get(3)?,
            at: row.try_get(4)?,
            payload: row.try_get(5)?,
            verdict: row.try_get(6)?,
        })
    }

    pub(super) fn open(&self, sealer: &Sealer) -> Result<Confirmed, JournalError> {
        let act: Confirmed = sealer.open(act_place(&self.id, self.order), &self.payload)?;
        if act.id == self.id { Ok(act) } else { Err(JournalError::Damaged("a row holds another act".into())) }
    }

    /// As [`Self::open`], and the row stands where its sealed verdict says: the word alone is not sealed.
    pub(super) fn open_whole(&self, sealer: &Sealer) -> Result<Confirmed, JournalError> {
        let act = self.open(sealer)?;
        let said = match &self.verdict {
            Some(sealed) => {
                let verdict: Verdict = sealer.open(verdict_place(&self.id, self.order), sealed)?;
                vec![state_after(&verdict).as_str()]
            }
            None => vec![State::Confirmed.as_str(), State::Unknown.as_str(), State::Discarded.as_str()],
        };
        if said.contains(&self.state.as_str()) {
            Ok(act)
        } else {
            Err(JournalError::Damaged("a row does not stand where its verdict says".into()))
        }
    }

    /// Without its verdict: the server says it again.
    pub(super) fn undecided(mut self) -> Self {
        self.verdict = None;
        if self.state != State::Unknown.as_str() {
            self.state = State::Confirmed.as_str().to_owned();
        }
        self
    }

    pub(super) async fn insert(&self, conn: &mut SqliteConnection) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO acts (ord, id, state, contact, at, payload, verdict) VALUES ($1,$2,$3,$4,$5,$6,$7)")
            .bind(self.order)
            .bind(self.id)
            .bind(&self.state)
            .bind(self.contact)
            .bind(self.at)
            .bind(&self.payload)
            .bind(self.verdict.as_deref())
            .execute(conn)
            .await
            .map(drop)
    }

    pub(super) fn waiting(&self) -> Waiting {
        Waiting {
            order: self.order,
            id: self.id,
            contact: self.contact.map(ContactId),
            at: Timestamp::from_microsecond(self.at).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}

/// Whose row it is.
pub(super) fn contact_of(act: &Confirmed) -> Option<ContactId> {
    match &act.what {
        ConfirmedWhat::Text(text) => Some(text.contact),
        ConfirmedWhat::Act { act } => act.contact(),
    }
}

/// The state that a verdict leads to. A refusal that a new press may mend is parked.
pub(super) fn state_after(verdict: &Verdict) -> State {
    match &verdict.outcome {
        Outcome::Accepted { .. } => State::Accepted,
        Outcome::Refused { problem } if problem.code.parks() => State::Parked,
        Outcome::Refused { .. } => State::Refused,
    }
}

/// Something to write. Several may share a commit.
#[derive(Debug, Clone)]
pub(super) enum Write {
    Confirm {
        order: i64,
        act: Box<Confirmed>,
    },
    Settle(Verdict),
    Echoed(Uuid),
    /// Handed to a server that cannot be asked twice: until it answers, nothing is known.
    Unknown(Uuid),
    /// It certainly did not get there: it waits again.
    Waits(Uuid),
    /// The server had accepted it and knows nothing of it any more: it waits again.
    Lost(Uuid),
    Draft {
        contact: ContactId,
        text: String,
    },
    Ui {
        key: String,
        value: Vec<u8>,
    },
    /// What the console kept under this key is gone.
    Forget(String),
    Meta {
        key: &'static str,
        value: Vec<u8>,
    },
}

/// What a write did.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) changed: bool,
    pub(super) index: Vec<Change>,
}

/// Writes one, inside the caller's transaction.
pub(super) async fn apply(
    conn: &mut SqliteConnection,
    sealer: &Sealer,
    chain: &mut Chain,
    write: &Write,
) -> Result<Done, JournalError> {
    match write {
        Write::Confirm { order, act } => confirm(conn, sealer, chain, *order, act).await,
        Write::Settle(verdict) => settle(conn, sealer, chain, verdict).await,
        Write::Echoed(id) => {
            // The row may be the one that holds the chain's end.
            note(conn, sealer, chain).await?;
            let gone =
                sqlx::query("DELETE FROM acts WHERE id = $1 AND state IN ('accepted','refused','parked','discarded')")
                    .bind(id)
                    .execute(&mut *conn)
                    .await?;
            // With whatever was noted of it.
            forget(&mut *conn, &half_way(*id)).await?;
            forget(conn, &memo(*id)).await?;
            Ok(Done { changed: gone.rows_affected() > 0, index: Vec::new() })
        }
        Write::Unknown(id) => {
            let done = sqlx::query("UPDATE acts SET state = 'unknown' WHERE id = $1 AND state = 'confirmed'")
                .bind(id)
                .execute(conn)
                .await?;
            let changed = done.rows_affected() > 0;
            Ok(Done { changed, index: if changed { vec![Change::Unknown(*id)] } else { Vec::new() } })
        }
        Write::Waits(id) => {
            sqlx::query("UPDATE acts SET state = 'confirmed' WHERE id = $1 AND state = 'unknown'")
                .bind(id)
                .execute(&mut *conn)
                .await?;
            let row = find(conn, *id).await?;
            let index =
                row.iter().filter(|r| r.state == "confirmed").map(|r| Change::Waits(r.waiting())).collect::<Vec<_>>();
            Ok(Done { changed: !index.is_empty(), index })
        }
        Write::Lost(id) => {
            sqlx::query("UPDATE acts SET state = 'confirmed', verdict = NULL WHERE id = $1 AND state = 'accepted'")
                .bind(id)
                .execute(&mut *conn)
                .await?;
            let row = find(conn, *id).await?.filter(|row| row.state == "confirmed");
            let index: Vec<Change> = row.iter().map(|row| Change::Waits(row.waiting())).collect();
            Ok(Done { changed: !index.is_empty(), index })
        }
        Write::Draft { contact, text } => {
            let written = draft_written(*contact);
            if text.is_empty() {
                sqlx::query("DELETE FROM drafts WHERE contact = $1").bind(contact.0).execute(&mut *conn).await?;
                forget(conn, &written).await?;
            } else {
                let at = sealer.seal(ui_place(&written), &chain.now())?;
                put_ui(conn, &written, &at).await?;
                let sealed = sealer.seal(draft_place(*contact), text)?;
                sqlx::query("INSERT INTO drafts (contact, text) VALUES ($1,$2) ON CONFLICT (contact) DO UPDATE SET text = excluded.text")
                    .bind(contact.0)
                    .bind(sealed)
                    .execute(conn)
                    .await?;
            }
            Ok(Done::default())
        }
        Write::Ui { key, value } => {
            put_ui(conn, key, value).await?;
            Ok(Done::default())
        }
        Write::Forget(key) => {
            forget(conn, key).await?;
            Ok(Done::default())
        }
        Write::Meta { key, value } => {
            write_meta(conn, key, value).await?;
            Ok(Done::default())
        }
    }
}

async fn put_ui(conn: &mut SqliteConnection, key: &str, value: &[u8]) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO ui_state (key, value) VALUES ($1,$2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(conn)
    .await
    .map(drop)
}

async fn forget(conn: &mut SqliteConnection, key: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM ui_state WHERE key = $1").bind(key).execute(conn).await.map(drop)
}

/// The key under which stands when a contact's draft was last written.
pub(super) fn draft_written(contact: ContactId) -> String {
    format!("draft.at.{contact}")
}

/// The key under which it is noted that an act stopped between its calls.
pub(super) fn half_way(id: Uuid) -> String {
    format!("half-way.{id}")
}

/// The key of what a server's client keeps of an act.
pub(super) fn memo(id: Uuid) -> String {
    format!("memo.{id}")
}

/// Finds one act.
pub(super) async fn find(conn: &mut SqliteConnection, id: Uuid) -> sqlx::Result<Option<StoredAct>> {
    let row = sqlx::query("SELECT ord, id, state, contact, at, payload, verdict FROM acts WHERE id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(StoredAct::from_row).transpose()
}

/// Puts an act in, a text with its link: sealed here, for only here is it known what it hangs on.
async fn confirm(
    conn: &mut SqliteConnection,
    sealer: &Sealer,
    chain: &mut Chain,
    order: i64,
    act: &Confirmed,
) -> Result<Done, JournalError> {
    let place = act_place(&act.id, order);
    let (payload, end) = match &act.what {
        ConfirmedWhat::Text(text) => {
            let (link, end) = chain.mint(act.id, text);
            let mut text = text.clone();
            text.shown.link = Some(link);
            let linked = Confirmed { id: act.id, at: act.at, what: ConfirmedWhat::Text(text) };
            (sealer.seal(place, &linked)?, Some(end))
        }
        ConfirmedWhat::Act { .. } => (sealer.seal(place, act)?, None),
    };
    let row = StoredAct {
        order,
        id: act.id,
        state: State::Confirmed.as_str().to_owned(),
        contact: contact_of(act).map(|contact| contact.0),
        at: act.at.as_microsecond(),
        payload,
        verdict: None,
    };
    match row.insert(conn).await {
        Ok(()) => {
            if let Some(end) = end {
                chain.follow(order, end);
            }
            Ok(Done { changed: true, index: vec![Change::Waits(row.waiting())] })
        }
        // The same act confirmed twice is held once.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() && find(conn, row.id).await?.is_some() => {
            Ok(Done::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes the chain's end down beside the rows, unless it is there.
async fn note(conn: &mut SqliteConnection, sealer: &Sealer, chain: &mut Chain) -> Result<(), JournalError> {
    let Some(noted) = chain.to_note() else { return Ok(()) };
    write_meta(conn, CHAIN, &sealer.seal(meta_place(CHAIN), &noted)?).await?;
    chain.noted();
    Ok(())
}

async fn write_meta(conn: &mut SqliteConnection, key: &str, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1,$2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(sealed)
        .execute(conn)
        .await
        .map(drop)
}

async fn settle(
    conn: &mut SqliteConnection,
    sealer: &Sealer,
    chain: &mut Chain,
    verdict: &Verdict,
) -> Result<Done, JournalError> {
    let Some(row) = find(conn, verdict.id).await? else { return Ok(Done::default()) };
    if !matches!(row.state.as_str(), "confirmed" | "unknown") {
        return Ok(Done::default());
    }
    let state = state_after(verdict);
    sqlx::query("UPDATE acts SET state = $2, verdict = $3 WHERE id = $1")
        .bind(verdict.id)
        .bind(state.as_str())
        .bind(sealer.seal(verdict_place(&verdict.id, row.order), verdict)?)
        .execute(&mut *conn)
        .await?;
    if state == State::Parked {
        keep_words(conn, sealer, &row).await?;
    }
    if matches!(&verdict.outcome, Outcome::Refused { problem } if problem.code == Code::LedgerBroken)
        && let ConfirmedWhat::Text(text) = row.open(sealer)?.what
        && text.shown.link.is_some_and(|link| chain.broken(&link))
    {
        note(conn, sealer, chain).await?;
    }
    Ok(Done { changed: true, index: vec![Change::Decided(verdict.id)] })
}

/// The words of a reply that is parked become the contact's draft, unless there is one: what was written is not lost
/// when the row goes. (A first text needs none: its card comes again.)
async fn keep_words(conn: &mut SqliteConnection, sealer: &Sealer, row: &StoredAct) -> Result<(), JournalError> {
    let ConfirmedWhat::Text(text) = row.open(sealer)?.what else { return Ok(()) };
    if text.kind != MessageKind::Reply {
        return Ok(());
    }
    let sealed = sealer.seal(draft_place(text.contact), &text.body)?;
    sqlx::query("INSERT INTO drafts (contact, text) VALUES ($1,$2) ON CONFLICT (contact) DO NOTHING")
        .bind(text.contact.0)
        .bind(sealed)
        .execute(conn)
        .await?;
    Ok(())
}
