//! What is done to a database without serving it: bring its tables up to date, look whether everything in it is as it has to
//! be, copy it elsewhere.
//!
//! Admin commands speak to a server, which is the one that knows what it has promised. Here there is none to ask: it is not
//! running yet, or must not run, or whether its database can be trusted is the question.

mod aside;
mod backup;
mod check;
mod copy;
mod ledger;
mod restore;
mod rules;
mod shape;

use std::path::Path;
use std::time::Duration;

pub use aside::reopen;
pub use backup::{Backup, backup};
pub use check::{Finding, Report, check, recount};
pub use copy::{Copied, Table, copy};
pub use restore::{Held, Restored, restore, restore_snapshot};

use super::Location;
use super::schema::{self, Standing};
use crate::db::{self, Conn, Options};
use crate::server::store::StoreError;

pub(super) use aside::refuse_set_aside;
pub(super) use restore::restored_at;

/// How long one waits for another who makes tables in the same file.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It must not be done, for this reason.
    #[error("{0}")]
    Refused(String),
    /// The database gave no answer.
    #[error("the database: {0}")]
    Database(#[from] db::Error),
    /// The database is too new, or says what it cannot say.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk said no.
    #[error("{what}: {why}")]
    Disk {
        /// What was to be done.
        what: String,
        /// Why it was not.
        why: std::io::Error,
    },
}

impl Fault {
    fn disk(what: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |why| Self::Disk { what: what.to_string(), why }
    }
}

/// Result of what is done here.
pub type Done<T> = Result<T, Fault>;

/// How far something is, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// This step of the tables is taken now, of so many.
    Step(usize, usize),
    /// So many rows of this table are copied.
    Rows(&'a str, u64),
    /// This is looked at now.
    Looks(&'a str),
}

/// Hears how far something is.
pub type Told<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// What became of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Migrated {
    /// Steps that were taken now; none when the database was up to date, or another process took them.
    pub taken: usize,
    /// Steps that the database has.
    pub version: usize,
    /// Steps that this program knows. A newer program may have added more, which this one can work beside.
    pub known: usize,
}

/// Brings a database's tables up to date, or makes them. Whoever else is at it meanwhile is waited for.
///
/// # Errors
/// [`Fault`]: the steps taken so far stand, nothing of the one that failed does.
pub async fn migrate(location: &Location, at: i64, told: Told<'_>) -> Done<Migrated> {
    let mut conn = builder(location).await?;
    tables(&mut conn, at, told).await
}

async fn tables(conn: &mut Conn, at: i64, told: Told<'_>) -> Done<Migrated> {
    let known = Standing::KNOWN;
    let taken = schema::migrate_telling(conn, at, &mut |step| told(Progress::Step(step, known))).await?;
    let version = standing(conn).await?.version;
    Ok(Migrated { taken, version, known })
}

/// A connection for making tables, and for filling them.
async fn builder(location: &Location) -> Done<Conn> {
    Ok(match location {
        Location::File(path) => {
            let options = Options::file(path).pragma("journal_mode", "wal").pragma("synchronous", "full");
            options.pragma("foreign_keys", "on").patience(PATIENCE).elsewhere().open().await?
        }
        Location::Memory => Options::memory().open().await?,
        Location::Postgres(url) => url.builder().await?,
    })
}

/// A connection that reads what is there, whoever serves it.
async fn reader(location: &Location) -> Done<Conn> {
    let mut conn = match location {
        Location::File(path) => read_file(path).await?,
        Location::Memory => return Err(Fault::Refused("a database in memory is gone with its server".into())),
        Location::Postgres(url) => url.unhurried().await?,
    };
    standing(&mut conn).await?.suits()?;
    Ok(conn)
}

async fn read_file(path: &Path) -> Done<Conn> {
    if !path.is_file() {
        return Err(Fault::Refused(format!("there is no database at {}", path.display())));
    }
    Ok(Options::file(path).read_only().elsewhere().open().await?)
}

/// Keeps a word about the whole database, in place of the one that there was.
async fn note(conn: &mut Conn, key: &str, value: i64) -> db::Result<()> {
    db::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// The tables of this program's steps that have this column, each with the columns of its key.
pub(super) async fn tables_with(column: &str) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    let all = shape::shapes().await.map_err(|fault| StoreError::Unavailable(fault.to_string()))?;
    let have = all.into_iter().filter(|one| one.columns.iter().any(|name| name == column));
    Ok(have.map(|one| (one.name, one.key)).collect())
}

async fn standing(conn: &mut Conn) -> Done<Standing> {
    let none = || Fault::Refused("it is a database without textbank's tables: is the address right?".into());
    schema::standing(conn).await?.ok_or_else(none)
}
