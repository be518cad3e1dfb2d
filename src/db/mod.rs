//! One way to speak to a database: a statement with `$1`, `$2`, ... for its values, rows of plain values back.
//!
//! Statements are prepared once a connection and kept. There is no pool, no mapping and no dialect here: whoever writes a
//! statement says what it means.

mod sqlite;
mod value;

pub use sqlite::{Options, Sqlite};
pub use value::{FromValue, Row, Value};

/// Why a statement gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A unique constraint refused it; the database's words, which name the constraint.
    #[error("{0}")]
    Unique(String),
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
        match conn {
            Conn::Sqlite(sqlite) => sqlite.run(self.sql, self.values).await.map(|(_, changed)| Done { changed }),
        }
    }

    /// All its rows.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn fetch_all(self, conn: &mut Conn) -> Result<Vec<Row>> {
        match conn {
            Conn::Sqlite(sqlite) => sqlite.run(self.sql, self.values).await.map(|(rows, _)| rows),
        }
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

/// Several statements without values, one after the other; the schema's, for the most part.
///
/// # Errors
/// [`Error`]: those before the one that failed stand, unless a transaction is open.
pub async fn script(sql: &'static str, conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(sqlite) => sqlite.script(sql).await,
    }
}
