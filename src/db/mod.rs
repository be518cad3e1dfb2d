//! One way to speak to a database: a statement with `$1`, `$2`, ... for its values, rows of plain values back.
//!
//! Statements are prepared once a connection and kept. There is no pool, no mapping and no dialect here: whoever writes a
//! statement says what it means.

mod postgres;
mod sqlite;
mod value;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

pub use postgres::{Heard, Listener, Postgres, Url};
pub use sqlite::{Options, Sqlite};
pub use value::{FromValue, Row, Value};

/// Why a statement gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A unique constraint refused it.
    #[error("{0}")]
    Unique(Constraint),
    /// A row does not hold what was asked of it.
    #[error("{0}")]
    Decode(String),
    /// No row where there has to be one.
    #[error("no row where one was expected")]
    NoRow,
    /// Anything else: the connection, the disk, another constraint.
    #[error("{0}")]
    Failed(String),
}

/// The constraint that refused something, as the database names it: SQLite by its columns (`table.column, ...`),
/// PostgreSQL by its name (`table.constraint`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint(String);

impl Constraint {
    /// True when it is one of these: each by the beginning of its columns in SQLite, or by its name in PostgreSQL.
    #[must_use]
    pub fn is_on(&self, names: &[&str]) -> bool {
        let said = self.0.rsplit(": ").next().unwrap_or_default();
        names.iter().any(|name| said.split(", ").next() == Some(name))
    }
}

impl std::fmt::Display for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error {
    /// A fault of what was put into a statement.
    pub fn encode(what: impl std::fmt::Display) -> Self {
        Self::Failed(format!("a value cannot be stored: {what}"))
    }
}

/// Result of a statement.
pub type Result<T> = std::result::Result<T, Error>;

/// A connection.
#[derive(Debug)]
pub enum Conn {
    /// To the embedded database.
    Sqlite(Sqlite),
    /// To a PostgreSQL.
    Postgres(Box<Postgres>),
}

impl Conn {
    /// A connection to nothing: every statement fails. It stands where one was taken out.
    #[must_use]
    pub fn none() -> Self {
        Self::Sqlite(Sqlite::none())
    }

    /// False when it can answer nothing any more.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.is_whole(),
            Self::Postgres(postgres) => postgres.is_whole(),
        }
    }

    /// Rows, and how many the statement changed.
    async fn run(&mut self, Query { sql, values }: Query) -> Result<(Vec<Row>, u64)> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run(sql, values).await,
            Self::Postgres(postgres) => postgres.run(sql, values).await,
        }
    }

    /// Begins the transaction of the one who writes; waits for others who do. Says what others may have written since this
    /// connection's last commit.
    ///
    /// # Errors
    /// [`Error`]: roll back, as a part of it may have happened.
    pub async fn begin(&mut self) -> Result<Others> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run("BEGIN IMMEDIATE", Vec::new()).await.map(|_| Others::Nothing),
            Self::Postgres(postgres) => postgres.begin().await,
        }
    }

    /// Begins a transaction that only reads, and sees the database as it is now until it is rolled back.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn begin_reading(&mut self) -> Result<()> {
        match self {
            // A picture is taken at the first look.
            Self::Sqlite(sqlite) => sqlite.script("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1").await,
            Self::Postgres(postgres) => postgres.begin_reading().await,
        }
    }

    /// Keeps servers off the database until this connection ends; false when one is at work on it. What keeps servers off a
    /// file of SQLite is the lock beside it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn keep_servers_off(&mut self) -> Result<bool> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(postgres) => postgres.keep_servers_off().await,
        }
    }

    /// True for a PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Ends it; afterwards what it wrote is durable.
    ///
    /// # Errors
    /// [`Error`]: nothing was written, or nobody knows.
    pub async fn commit(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.run("COMMIT", Vec::new()).await.map(drop),
            Self::Postgres(postgres) => postgres.commit().await,
        }
    }

    /// Runs these steps, then a question without values, and ends the transaction: on PostgreSQL all of it in one journey. `routine`
    /// is what others are told of it ([`Others`]). Gives the question's first row.
    ///
    /// # Errors
    /// [`Error`] of the first step that failed: nothing was committed, and the transaction is to be rolled back. The inner
    /// [`Error`] is that of the commit itself, as for [`Self::commit`].
    pub async fn commit_with(
        &mut self,
        steps: Vec<Step>,
        last: Option<&'static str>,
        routine: bool,
    ) -> Result<Result<Option<Row>>> {
        match self {
            Self::Sqlite(sqlite) => {
                for (sql, rows) in steps {
                    sqlite.each(sql, rows).await?;
                }
                let row = match last {
                    Some(sql) => sqlite.run(sql, Vec::new()).await?.0.into_iter().next(),
                    None => None,
                };
                Ok(sqlite.run("COMMIT", Vec::new()).await.map(|_| row))
            }
            Self::Postgres(postgres) => postgres.commit_with(steps, last, routine).await,
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// [`Error`], also when there is nothing to take back.
    pub async fn roll_back(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.script("ROLLBACK").await,
            Self::Postgres(postgres) => postgres.rollback().await,
        }
    }
}

/// What a statement that gives no rows did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    changed: u64,
}

impl Done {
    /// Rows inserted, changed or deleted by the statement itself.
    #[must_use]
    pub fn rows_affected(self) -> u64 {
        self.changed
    }
}

/// A statement and its values.
#[derive(Debug)]
pub struct Query {
    sql: &'static str,
    values: Vec<Value>,
}

/// A statement, to which values are bound in the order of their numbers.
#[must_use]
pub fn query(sql: &'static str) -> Query {
    Query { sql, values: Vec::new() }
}

impl Query {
    /// The next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it for what it changes.
    ///
    /// # Errors
    /// [`Error`]: what it would have changed did not change.
    pub async fn execute(self, conn: &mut Conn) -> Result<Done> {
        conn.run(self).await.map(|(_, changed)| Done { changed })
    }

    /// All its rows.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn fetch_all(self, conn: &mut Conn) -> Result<Vec<Row>> {
        conn.run(self).await.map(|(rows, _)| rows)
    }

    /// Its first row, if there is one.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn fetch_optional(self, conn: &mut Conn) -> Result<Option<Row>> {
        Ok(self.fetch_all(conn).await?.into_iter().next())
    }

    /// Its first row.
    ///
    /// # Errors
    /// [`Error::NoRow`] when there is none, or another [`Error`].
    pub async fn fetch_one(self, conn: &mut Conn) -> Result<Row> {
        self.fetch_optional(conn).await?.ok_or(Error::NoRow)
    }
}

/// A statement that gives no rows, and the lists of values for which it is run.
pub type Step = (&'static str, Vec<Vec<Value>>);

/// What other connections may have committed since this one's last commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Nothing,
    /// Only what was said to be routine at its commit.
    Routine,
    /// Anything.
    Anything,
}

/// Runs a statement that gives no rows once for each of these lists of values, in this order: prepared once, and on
/// PostgreSQL as one statement over all of them wherever that comes to the same.
///
/// # Errors
/// [`Error`] of the first that failed. Those before it happened, and perhaps those after it: take all of it back.
pub async fn each(sql: &'static str, rows: Vec<Vec<Value>>, conn: &mut Conn) -> Result<()> {
    all(vec![(sql, rows)], conn).await
}

/// [`each`] of these, one after the other: on PostgreSQL in one journey.
///
/// # Errors
/// As [`each`].
pub async fn all(steps: Vec<Step>, conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => {
            for (sql, rows) in steps {
                sqlite.each(sql, rows).await?;
            }
            Ok(())
        }
        Conn::Postgres(postgres) => postgres.all(steps).await,
    }
}

/// Asks several questions, one after the other: on PostgreSQL in one journey. All rows of each.
///
/// # Errors
/// [`Error`] of the first that failed.
pub async fn ask(questions: Vec<Query>, conn: &mut Conn) -> Result<Vec<Vec<Row>>> {
    match conn {
        Conn::Sqlite(_) => {
            let mut answers = Vec::with_capacity(questions.len());
            for question in questions {
                answers.push(question.fetch_all(conn).await?);
            }
            Ok(answers)
        }
        Conn::Postgres(postgres) => postgres.ask(questions).await,
    }
}

/// Several statements without values, one after the other; the schema's, for the most part.
///
/// # Errors
/// [`Error`]: those before the one that failed stand, unless a transaction is open.
pub async fn script(sql: &'static str, conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => sqlite.script(sql).await,
        Conn::Postgres(postgres) => postgres.script(sql).await,
    }
}

/// Keeps a statement that was put together, as connections know theirs by their text for as long as they live. For the few
/// that are made from the schema's own names.
#[must_use]
pub fn kept(sql: String) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(sql.as_str()) {
        return known;
    }
    let sql: &'static str = sql.leak();
    kept.insert(sql);
    sql
}

/// Every statement that this thread asked, for the tests of query plans.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static ASKED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(sql: &'static str) {
        ASKED.with_borrow_mut(|asked| asked.extend([sql]));
    }

    /// Takes them.
    pub(crate) fn take() -> BTreeSet<&'static str> {
        ASKED.take()
    }
}
