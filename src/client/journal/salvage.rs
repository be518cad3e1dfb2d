//! Opening a journal, whole or damaged. What is damaged is kept aside, what can be read of it goes into a new one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::chain::Noted;
use super::files::{Files, beside};
use super::keys::{self, KeyPlace};
use super::seal::Sealer;
use super::table::{self, StoredAct};
use super::{Damage, JournalError, keeper};
use crate::domain::ids::{ContactId, DeviceId, PersonId};
use crate::env::SharedIds;

/// What the sealed part of `meta` holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Meta {
    pub(super) device: Option<DeviceId>,
    pub(super) person: Option<PersonId>,
    /// The end of the device's chain in the ledger.
    pub(super) chain: Option<Noted>,
}

/// An open, whole journal.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) conn: SqliteConnection,
    pub(super) sealer: Arc<Sealer>,
    pub(super) acts: Vec<StoredAct>,
    pub(super) meta: Meta,
    pub(super) damaged: Option<Damage>,
}

/// Opens what is there, or makes a new one. The lock is held by the caller.
pub(super) async fn open(files: &Files, place: &KeyPlace, ids: &SharedIds) -> Result<Whole, JournalError> {
    // Before anything is moved: a keychain that is locked is no damage.
    let key = keys::read(files, place)?;
    files.remove_db(&files.building())?;
    if files.rebuilt().exists() {
        // A rebuilding was cut short after it was complete: the damaged one may still be in the place.
        let kept = free_kept(files);
        files.move_db(&files.db(), &kept)?;
        files.move_db(&files.rebuilt(), &files.db())?;
    }
    if !files.key().exists() && !files.marker().exists() {
        if empty(&files.db())? {
            return create(files, ids).await;
        }
        if never_finished(files).await {
            files.remove_db(&files.db())?;
            return create(files, ids).await;
        }
    }
    let why = match &key {
        None => "the key is missing or is no key".to_owned(),
        Some(_) if files.db().is_dir() => "a directory is in its place".to_owned(),
        // SQLite would take what is left of a first page for an empty file, and write over it.
        Some(_) if !empty(&files.db())? && std::fs::metadata(files.db())?.len() < PAGE => "it is cut short".to_owned(),
        Some(_) if empty(&files.db())? => "the file is empty".to_owned(),
        Some(key) => {
            let sealer = Arc::new(Sealer::new(key.clone(), Arc::clone(ids)));
            match read_whole(files, &sealer).await {
                Ok(Some((conn, acts, meta))) => return Ok(Whole { conn, sealer, acts, meta, damaged: None }),
                Ok(None) if key_only(files) => "the file is empty".to_owned(),
                Ok(None) => "the file holds no tables".to_owned(),
                Err(JournalError::Damaged(why)) => why,
                Err(error) => return Err(error),
            }
        }
    };
    rebuild(files, ids, key, why).await
}

fn key_only(files: &Files) -> bool {
    empty(&files.db()).unwrap_or(false)
}

fn empty(path: &Path) -> std::io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(meta) => Ok(meta.len() == 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        // One process owns the file: the index of the log then lives in memory, not in a file beside it.
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // A predecessor in this process may be closing its thread.
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "MEMORY")
        // What goes is written over with zeros: once everything is settled and the log is folded in at the end, not even
        // sealed bytes about anybody are left.
        .pragma("secure_delete", "ON")
        .disable_statement_logging()
}

async fn connect(files: &Files, path: &Path) -> Result<SqliteConnection, JournalError> {
    files.make_private(path)?;
    Ok(SqliteConnection::connect_with(&options(path)).await?)
}

/// A journal for the first time. The key comes last: where there is a key, the tables were there before.
async fn create(files: &Files, ids: &SharedIds) -> Result<Whole, JournalError> {
    let mut conn = connect(files, &files.db()).await?;
    table::create(&mut conn).await?;
    let key = files.make_key(ids)?;
    Ok(Whole {
        conn,
        sealer: Arc::new(Sealer::new(key, Arc::clone(ids))),
        acts: Vec::new(),
        meta: Meta::default(),
        damaged: None,
    })
}

/// True for a database that a first start was killed in the middle of: without a key, and nothing was ever put into it.
async fn never_finished(files: &Files) -> bool {
    // See `open`: looking at what is left of a first page would be writing over it.
    if !std::fs::metadata(files.db()).is_ok_and(|meta| meta.is_file() && meta.len() >= PAGE) {
        return false;
    }
    let Ok(mut conn) = connect(files, &files.db()).await else { return false };
    let unused = unused(&mut conn).await.unwrap_or(false);
    drop(conn.close().await);
    unused
}

async fn unused(conn: &mut SqliteConnection) -> sqlx::Result<bool> {
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *conn).await?;
    if tables == 0 {
        return Ok(true);
    }
    // The first thing that an opened journal writes is its device.
    let rows = "SELECT (SELECT count(*) FROM acts) + (SELECT count(*) FROM drafts)
                + (SELECT count(*) FROM meta WHERE key <> 'version')";
    Ok(sqlx::query_scalar::<_, i64>(rows).fetch_one(conn).await? == 0)
}

/// Opens and checks everything. `None`: no tables. `Damaged`: something does not read or does not open.
async fn read_whole(
    files: &Files,
    sealer: &Sealer,
) -> Result<Option<(SqliteConnection, Vec<StoredAct>, Meta)>, JournalError> {
    let mut conn = connect(files, &files.db()).await?;
    match check_all(&mut conn, sealer).await {
        Ok(Some((acts, meta))) => Ok(Some((conn, acts, meta))),
        other => {
            // Closed before anything is moved.
            drop(conn.close().await);
            match other {
                // The file may be written: it is its own header that says it may not.
                Err(JournalError::ReadOnly) => Err(JournalError::Damaged("its header is bent".into())),
                other => other.map(|_| None),
            }
        }
    }
}

async fn check_all(
    conn: &mut SqliteConnection,
    sealer: &Sealer,
) -> Result<Option<(Vec<StoredAct>, Meta)>, JournalError> {
    match table::version(conn).await? {
        None => return Ok(None),
        Some(found) if found > table::VERSION => return Err(JournalError::Newer { found, known: table::VERSION }),
        Some(_) => {}
    }
    let report: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *conn).await?;
    if report != "ok" {
        return Err(JournalError::Damaged("the database's own check failed".into()));
    }
    // A header may say that nothing can be written; better known now than at the first press. (A transaction alone is begun
    // all the same.)
    let nothing = "BEGIN IMMEDIATE; UPDATE meta SET value = value WHERE key = 'version'; ROLLBACK";
    sqlx::raw_sql(nothing).execute(&mut *conn).await?;
    let mut acts = Vec::new();
    for row in sqlx::query(ACTS).fetch_all(&mut *conn).await? {
        let act = StoredAct::from_row(&row)?;
        act.open_whole(sealer)?;
        acts.push(act);
    }
    keeper::read_drafts(conn, sealer).await?;
    let meta = Meta {
        device: read_meta(conn, sealer, "device").await?,
        person: read_meta(conn, sealer, "person").await?,
        chain: read_meta(conn, sealer, table::CHAIN).await?,
    };
    Ok(Some((acts, meta)))
}

async fn read_meta<T: serde::de::DeserializeOwned>(
    conn: &mut SqliteConnection,
    sealer: &Sealer,
    key: &'static str,
) -> Result<Option<T>, JournalError> {
    let row = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Vec<u8> = row.try_get(0)?;
    Ok(Some(sealer.open(table::meta_place(key), &sealed)?))
}

const ACTS: &str = "SELECT ord, id, state, contact, at, payload, verdict FROM acts ORDER BY ord";
const DRAFTS: &str = "SELECT contact, text FROM drafts ORDER BY contact";

/// What could be read of a damaged journal.
#[derive(Debug, Default)]
struct Saved {
    acts: BTreeMap<i64, StoredAct>,
    drafts: BTreeMap<i64, Vec<u8>>,
    meta: Meta,
    /// Rows that were read and did not open.
    lost: u64,
}

async fn rebuild(
    files: &Files,
    ids: &SharedIds,
    key: Option<Zeroizing<[u8; 32]>>,
    why: String,
) -> Result<Whole, JournalError> {
    let mut saved = match &key {
        Some(key) => save(files, &Sealer::new(key.clone(), Arc::clone(ids))).await,
        None => Saved::default(),
    };
    // Rows may be missing at the end: a link minted from what is left might fork the chain.
    let last = saved.acts.last_key_value().map_or(0, |(order, _)| *order);
    saved.meta.chain = Some(Noted { order: last, end: None });
    let key = match key {
        Some(key) => key,
        None => files.make_key(ids)?,
    };
    let sealer = Arc::new(Sealer::new(key, Arc::clone(ids)));
    if let Err(error) = build(files, &sealer, &saved).await {
        // The damaged one is still in its place; nothing half-built stays beside it.
        drop(files.remove_db(&files.building()));
        return Err(error);
    }
    let kept = free_kept(files);
    files.move_db(&files.db(), &kept)?;
    files.move_db(&files.rebuilt(), &files.db())?;
    let conn = connect(files, &files.db()).await?;
    tracing::warn!(%why, acts = saved.acts.len(), drafts = saved.drafts.len(), lost = saved.lost, "the journal was damaged");
    Ok(Whole {
        conn,
        sealer,
        damaged: Some(Damage {
            why,
            kept,
            acts: u64::try_from(saved.acts.len()).unwrap_or(u64::MAX),
            drafts: u64::try_from(saved.drafts.len()).unwrap_or(u64::MAX),
            lost: saved.lost,
        }),
        acts: saved.acts.into_values().collect(),
        meta: saved.meta,
    })
}

fn free_kept(files: &Files) -> std::path::PathBuf {
    files.free_name("journal.db.damaged")
}

/// Builds the new one beside the old one; it gets its final name only when it is complete and synced.
async fn build(files: &Files, sealer: &Sealer, saved: &Saved) -> Result<(), JournalError> {
    let path = files.building();
    files.remove_db(&path)?;
    let mut conn = connect(files, &path).await?;
    table::create(&mut conn).await?;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut conn).await?;
    for act in saved.acts.values() {
        act.insert(&mut conn).await?;
    }
    for (contact, text) in &saved.drafts {
        sqlx::query("INSERT INTO drafts (contact, text) VALUES ($1,$2)")
            .bind(contact)
            .bind(text)
            .execute(&mut conn)
            .await?;
    }
    for (key, value) in [
        ("device", saved.meta.device.map(|d| sealer.seal(table::meta_place("device"), &d))),
        ("person", saved.meta.person.map(|p| sealer.seal(table::meta_place("person"), &p))),
        (table::CHAIN, saved.meta.chain.as_ref().map(|c| sealer.seal(table::meta_place(table::CHAIN), c))),
    ] {
        if let Some(value) = value {
            sqlx::query("INSERT INTO meta (key, value) VALUES ($1,$2)")
                .bind(key)
                .bind(value?)
                .execute(&mut conn)
                .await?;
        }
    }
    sqlx::query("COMMIT").execute(&mut conn).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut conn).await?;
    conn.close().await?;
    std::fs::File::open(&path)?.sync_all()?;
    files.remove_db(&files.rebuilt())?;
    std::fs::rename(&path, files.rebuilt())?;
    Ok(files.sync_dir()?)
}

/// What can be read; when that is nothing, what can be read with a good header put before the rest.
async fn save(files: &Files, sealer: &Sealer) -> Saved {
    let saved = read_what_opens(&files.db(), sealer).await;
    if !(saved.acts.is_empty() && saved.drafts.is_empty()) {
        return saved;
    }
    let spare = files.building();
    let saved = match with_a_good_header(files, &spare).await {
        Ok(true) => read_what_opens(&spare, sealer).await,
        Ok(false) => saved,
        Err(error) => {
            tracing::warn!(%error, "the damaged journal's header could not be mended");
            saved
        }
    };
    drop(files.remove_db(&spare));
    saved
}

/// Bytes of a database's header, and of a page.
const HEADER: usize = 100;
const PAGE: u64 = 4096;

/// Writes a copy of the damaged database whose header is that of a new one. False when there is nothing behind a header.
async fn with_a_good_header(files: &Files, spare: &Path) -> Result<bool, JournalError> {
    let Ok(mut bytes) = std::fs::read(files.db()) else { return Ok(false) };
    let mut conn = connect(files, spare).await?;
    table::create(&mut conn).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut conn).await?;
    conn.close().await?;
    let fresh = std::fs::read(spare)?;
    let log = beside(&files.db(), "-wal");
    let pages = u32::try_from(bytes.len() as u64 / PAGE).unwrap_or(u32::MAX);
    if (pages == 0 && !log.exists()) || fresh.len() < HEADER {
        return Ok(false);
    }
    if pages == 0 {
        // Everything is still in the log.
        bytes.clone_from(&fresh);
    }
    let mut header = fresh[..HEADER].to_vec();
    // How many pages there are stands at 28, the list of free ones at 32 and 36.
    let pages = u32::try_from(bytes.len() as u64 / PAGE).unwrap_or(u32::MAX);
    header[28..32].copy_from_slice(&pages.to_be_bytes());
    header[32..40].fill(0);
    bytes[..HEADER].copy_from_slice(&header);
    std::fs::write(spare, &bytes)?;
    if log.exists() {
        std::fs::copy(log, beside(spare, "-wal"))?;
    }
    Ok(true)
}

/// Reads from both ends: a bad page in the middle hides only what hangs on it.
async fn read_what_opens(path: &Path, sealer: &Sealer) -> Saved {
    let mut saved = Saved::default();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        // Without this SQLite refuses to read a file that is shorter than its header says.
        .pragma("writable_schema", "ON");
    let Ok(mut conn) = SqliteConnection::connect_with(&options.disable_statement_logging()).await else {
        return saved;
    };
    let mut lost: BTreeMap<Uuid, ()> = BTreeMap::new();
    for direction in ["ASC", "DESC"] {
        for row in rows(&mut conn, format!("{ACTS} {direction}")).await {
            let Ok(act) = StoredAct::from_row(&row) else { continue };
            match act.open(sealer) {
                Ok(_) if act.open_whole(sealer).is_ok() => drop(saved.acts.insert(act.order, act)),
                Ok(_) => drop(saved.acts.insert(act.order, act.undecided())),
                Err(_) => drop(lost.insert(act.id, ())),
            }
        }
        for row in rows(&mut conn, format!("{DRAFTS} {direction}")).await {
            let (Ok(contact), Ok(text)) = (row.try_get::<i64, _>(0), row.try_get::<Vec<u8>, _>(1)) else { continue };
            if sealer.open::<String>(table::draft_place(ContactId(contact)), &text).is_ok() {
                saved.drafts.insert(contact, text);
            }
        }
    }
    // A damaged index may show one act twice.
    let mut seen = std::collections::BTreeSet::new();
    saved.acts.retain(|_, act| seen.insert(act.id));
    saved.lost = u64::try_from(lost.len()).unwrap_or(u64::MAX);
    saved.meta.device = read_meta(&mut conn, sealer, "device").await.ok().flatten();
    saved.meta.person = read_meta(&mut conn, sealer, "person").await.ok().flatten();
    drop(conn.close().await);
    drop(std::fs::remove_file(beside(path, "-shm")));
    saved
}

async fn rows(conn: &mut SqliteConnection, sql: String) -> Vec<SqliteRow> {
    use futures_util::StreamExt;
    let mut stream = sqlx::query(AssertSqlSafe(sql)).fetch(conn);
    let mut rows = Vec::new();
    while let Some(Ok(row)) = stream.next().await {
        rows.push(row);
    }
    rows
}
