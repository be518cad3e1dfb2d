//! SQLite in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql, ffi};

use super::{Conn, Constraint, Error, Result, Row, Value};

/// Statements that a connection keeps prepared.
const PREPARED: usize = 256;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(code, _) = &error
            && matches!(code.extended_code, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
        {
            return Self::Unique(Constraint(error.to_string()));
        }
        Self::Failed(error.to_string())
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl TryFrom<ValueRef<'_>> for Value {
    type Error = Error;

    fn try_from(value: ValueRef<'_>) -> Result<Self> {
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Int(value),
            ValueRef::Real(value) => Self::Real(value),
            // A damaged text: whoever asks for a text is told which column holds none, and every other row can be read.
            ValueRef::Text(value) => match std::str::from_utf8(value) {
                Ok(text) => Self::Text(text.to_owned()),
                Err(_) => Self::Bytes(value.to_vec()),
            },
            ValueRef::Blob(value) => Self::Bytes(value.to_vec()),
        })
    }
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    file: Option<PathBuf>,
    read_only: bool,
    elsewhere: bool,
    patience: Duration,
    pragmas: Vec<(&'static str, String)>,
}

/// How long one waits for another who writes.
const PATIENCE: Duration = Duration::from_secs(5);

impl Options {
    /// A file, made when it is missing.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self {
            file: Some(path.to_owned()),
            read_only: false,
            elsewhere: false,
            patience: PATIENCE,
            pragmas: Vec::new(),
        }
    }

    /// A database in memory that this connection alone sees.
    #[must_use]
    pub fn memory() -> Self {
        Self { file: None, read_only: false, elsewhere: false, patience: PATIENCE, pragmas: Vec::new() }
    }

    /// For reading only; the file has to be there.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Statements run on threads that may wait, so that a task which asks does not keep its own from other tasks. Without
    /// it they run where they are asked: for a connection with a thread of its own.
    #[must_use]
    pub fn elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    /// Waits so long for another who writes.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// A setting of the connection.
    #[must_use]
    pub fn pragma(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.pragmas.push((name, value.into()));
        self
    }

    fn connect(self) -> Result<Sqlite> {
        let flags = if self.read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = match &self.file {
            Some(path) => Connection::open_with_flags(path, flags)?,
            None => Connection::open_in_memory_with_flags(flags)?,
        };
        conn.busy_timeout(self.patience)?;
        conn.set_prepared_statement_cache_capacity(PREPARED);
        for (name, value) in &self.pragmas {
            // Some answer with a row, some with none.
            conn.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(()),
                other => Err(other),
            })?;
        }
        Ok(Sqlite { conn: Some(conn), elsewhere: self.elsewhere })
    }

    /// Opens it.
    ///
    /// # Errors
    /// When the file cannot be opened, or is no database.
    pub async fn open(self) -> Result<Conn> {
        let opened = tokio::task::spawn_blocking(move || self.connect()).await;
        opened.map_err(|error| Error::Failed(error.to_string()))?.map(Conn::Sqlite)
    }
}

/// A connection to SQLite.
#[derive(Debug)]
pub struct Sqlite {
    /// Away while a statement runs elsewhere; gone for good when whoever asked for that was dropped meanwhile.
    conn: Option<Connection>,
    elsewhere: bool,
}

impl Sqlite {
    pub(super) fn none() -> Self {
        Self { conn: None, elsewhere: false }
    }

    /// False when a question was dropped half-way and took the connection with it.
    pub(super) fn is_whole(&self) -> bool {
        self.conn.is_some()
    }

    async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let lost = || Error::Failed("the connection was lost in the middle of a question".to_owned());
        if !self.elsewhere {
            return work(self.conn.as_ref().ok_or_else(lost)?);
        }
        let conn = self.conn.take().ok_or_else(lost)?;
        let run = move || {
            let done = work(&conn);
            (conn, done)
        };
        let (conn, done) = tokio::task::spawn_blocking(run).await.map_err(|error| Error::Failed(error.to_string()))?;
        self.conn = Some(conn);
        done
    }

    pub(super) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<(Vec<Row>, u64)> {
        #[cfg(test)]
        super::asked::note(sql);
        self.with(move |conn| run(conn, sql, &values)).await
    }

    pub(super) async fn each(&mut self, sql: &'static str, rows: Vec<Vec<Value>>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        #[cfg(test)]
        super::asked::note(sql);
        self.with(move |conn| each(conn, sql, &rows)).await
    }

    pub(super) async fn script(&mut self, sql: &'static str) -> Result<()> {
        self.with(move |conn| Ok(conn.execute_batch(sql)?)).await
    }
}

/// SQLite numbers named parameters in the order in which it meets them: which value each of them is, by its name.
fn order(statement: &Statement<'_>) -> Vec<Option<usize>> {
    let number = |at| statement.parameter_name(at)?.get(1..)?.parse::<usize>().ok()?.checked_sub(1);
    (1..=statement.parameter_count()).map(number).collect()
}

fn bind(statement: &mut Statement<'_>, order: &[Option<usize>], sql: &str, values: &[Value]) -> Result<()> {
    for (at, number) in (1..).zip(order) {
        let value = number.and_then(|number| values.get(number));
        let value = value.ok_or_else(|| Error::encode(format_args!("parameter {at} of {sql:?} has no value")))?;
        statement.raw_bind_parameter(at, value)?;
    }
    Ok(())
}

fn each(conn: &Connection, sql: &str, rows: &[Vec<Value>]) -> Result<()> {
    let mut statement = conn.prepare_cached(sql)?;
    let order = order(&statement);
    for values in rows {
        bind(&mut statement, &order, sql, values)?;
        statement.raw_execute()?;
    }
    Ok(())
}

fn run(conn: &Connection, sql: &str, values: &[Value]) -> Result<(Vec<Row>, u64)> {
    let mut statement = conn.prepare_cached(sql)?;
    let order = order(&statement);
    bind(&mut statement, &order, sql, values)?;
    let columns = statement.column_count();
    if columns == 0 {
        let changed = statement.raw_execute()?;
        return Ok((Vec::new(), u64::try_from(changed).unwrap_or(u64::MAX)));
    }
    let names: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|at| row.get_ref(at)?.try_into()).collect::<Result<_>>()?;
        found.push(Row::new(values, Arc::clone(&names)));
    }
    Ok((found, conn.changes()))
}
