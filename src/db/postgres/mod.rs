//! PostgreSQL, over a socket.
//!
//! One write transaction at a time over all processes: who begins one takes a lock that ends with the transaction or with
//! the connection, and learns whether somebody else wrote since its own last commit. What may block for long ends by
//! itself, so that a process that stands still in the middle of a transaction does not hold up the others.

mod dialect;
mod options;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::{TryStreamExt as _, poll};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

pub use options::{Heard, Listener, Url};

use super::{Constraint, Error, Result, Row, Value};

/// The one lock that everybody who writes takes. Locks of this kind belong to one database.
const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(8387229001); SELECT turn FROM textbank_turn";

/// Whoever serves a database holds this lock together with all others who do; who copies or restores it holds it alone.
const AT_WORK: &str = "SELECT pg_advisory_lock_shared(8387229003)";
const ALONE: &str = "SET lock_timeout = '5s'; SELECT pg_advisory_lock(8387229003)";

/// Whoever keeps servers off reads one database while the other one waits, or the laptop on which it runs sleeps for a while: that
/// is no reason to end it. A machine that is gone is noticed sooner.
const TAKES_ITS_TIME: &str = "SET lock_timeout = 0; SET idle_in_transaction_session_timeout = '1h';
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
    SELECT set_config(name, '1h', false) FROM pg_settings WHERE name = 'idle_session_timeout'";

/// Counts the commits that wrote something. Who reads another count than that of its own last commit has not seen it all.
const COMMIT: &str =
    "UPDATE textbank_turn SET turn = turn + 1 WHERE txid_current_if_assigned() IS NOT NULL RETURNING turn; COMMIT";

/// Ends whoever holds that lock while the database waits for them to read an answer. A process that stands still is thrown out
/// of its transaction by the database itself, but not while more is being written to it than the sockets between them hold:
/// neither time-out counts there. Only those who wait for it can see that.
const END_WHO_DOES_NOT_READ: &str = "ROLLBACK; SELECT pg_terminate_backend(holds.pid)
    FROM pg_locks holds JOIN pg_stat_activity does ON does.pid = holds.pid
    WHERE holds.locktype = 'advisory' AND holds.granted AND does.datname = current_database()
        AND holds.classid::bigint = 8387229001 >> 32 AND holds.objid::bigint = 8387229001 & 4294967295
        AND holds.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND does.wait_event = 'ClientWrite' AND does.query_start < clock_timestamp() - interval '3 seconds'";

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            // Only names: the detail would tell what is in the row.
            Some(said) if *said.code() == SqlState::UNIQUE_VIOLATION => {
                Self::Unique(Constraint(format!("{}.{}", said.table().unwrap_or(""), said.constraint().unwrap_or(""))))
            }
            Some(said) => Self::Failed(format!("{} ({})", said.message(), said.code().code())),
            None => {
                let why = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
                Self::Failed(format!("{error}{why}"))
            }
        }
    }
}

/// A connection to PostgreSQL.
pub struct Postgres {
    client: Option<Client>,
    statements: HashMap<&'static str, Statement>,
    /// Savepoints made and left, which go out with the next statement.
    unsent: Vec<&'static str>,
    /// The count after this connection's own last commit.
    turn: Option<i64>,
    /// A statement that takes longer has lost its connection.
    patience: Duration,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres").field("whole", &self.is_whole()).finish_non_exhaustive()
    }
}

impl Postgres {
    fn over(client: Client, patience: Duration) -> Self {
        Self { client: Some(client), statements: HashMap::new(), unsent: Vec::new(), turn: None, patience }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.client.as_ref().is_some_and(|client| !client.is_closed())
    }

    fn client(&self) -> Result<&Client> {
        self.client.as_ref().ok_or_else(|| Error::Failed("the connection to the database was lost".to_owned()))
    }

    /// Waits for an answer, but not for ever: without one nobody knows what became of it, and the connection is given up.
    async fn in_time<T>(&mut self, work: impl AsyncFnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let patience = self.patience;
        if let Ok(done) = tokio::time::timeout(patience, work(self)).await {
            return done;
        }
        self.client = None;
        Err(Error::Failed(format!("the database did not answer within {} s", patience.as_secs())))
    }

    /// Statements without values, in one message, after what is unsent.
    async fn simple(&mut self, sql: &str) -> Result<Vec<SimpleQueryMessage>> {
        let mut all = String::new();
        for one in self.unsent.drain(..) {
            all.push_str(one);
            all.push(';');
        }
        all.push_str(sql);
        self.in_time(async |this: &mut Self| Ok(this.client()?.simple_query(&all).await?)).await
    }

    /// Begins the one transaction that writes; true when another connection wrote since this one's last commit.
    pub(super) async fn begin(&mut self) -> Result<bool> {
        self.unsent.clear();
        let before = self.turn.take();
        let begun = match self.locked(BEGIN).await? {
            Ok(begun) => begun,
            Err(error) => {
                if let Err(error) = self.simple(END_WHO_DOES_NOT_READ).await {
                    tracing::warn!(%error, "who holds up everybody who writes cannot be ended");
                }
                return Err(error);
            }
        };
        let turn = turn(&begun);
        self.turn = turn;
        Ok(turn.is_none() || turn != before)
    }

    pub(super) async fn begin_reading(&mut self) -> Result<()> {
        self.unsent.clear();
        self.simple("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1").await.map(drop)
    }

    pub(super) async fn keep_servers_off(&mut self) -> Result<bool> {
        let alone = self.locked(ALONE).await;
        self.simple(TAKES_ITS_TIME).await?;
        Ok(alone?.is_ok())
    }

    /// Counts as a server at work until this connection ends; false when somebody keeps them off.
    async fn be_at_work(&mut self) -> Result<bool> {
        Ok(self.locked(AT_WORK).await?.is_ok())
    }

    /// Waits as long as the connection waits for locks: whoever has just ended may take a moment to be gone. The inner error is
    /// that it waited in vain.
    async fn locked(&mut self, sql: &'static str) -> Result<Result<Vec<SimpleQueryMessage>>> {
        let locked = self.in_time(async |this: &mut Self| Ok(this.client()?.simple_query(sql).await)).await?;
        match locked {
            Ok(said) => Ok(Ok(said)),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(Err(error.into())),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        let before = self.turn.take();
        let done = self.simple(COMMIT).await?;
        self.turn = turn(&done).or(before);
        Ok(())
    }

    pub(super) async fn rollback(&mut self) -> Result<()> {
        self.unsent.clear();
        self.turn = None;
        self.simple("ROLLBACK").await.map(drop)
    }

    /// Makes and leaves savepoints without a journey of their own.
    async fn savepoint(&mut self, sql: &'static str) -> Result<()> {
        let fresh = self.unsent.last().is_some_and(|last| last.starts_with("SAVEPOINT"));
        match (sql, fresh) {
            // Nothing happened in it.
            ("RELEASE one", true) => drop(self.unsent.pop()),
            ("ROLLBACK TO one", true) => {}
            ("ROLLBACK TO one", false) => drop(self.simple(sql).await?),
            _ => self.unsent.push(sql),
        }
        Ok(())
    }

    async fn prepared(&mut self, sql: &'static str) -> Result<Statement> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let made = self.client()?.prepare(&dialect::statement(sql)).await?;
        self.statements.insert(sql, made.clone());
        Ok(made)
    }

    pub(super) async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<(Vec<Row>, u64)> {
        if matches!(sql, "SAVEPOINT one" | "RELEASE one" | "ROLLBACK TO one") {
            return self.savepoint(sql).await.map(|()| (Vec::new(), 0));
        }
        self.in_time(async |this: &mut Self| {
            let statement = this.prepared(sql).await?;
            let before = std::mem::take(&mut this.unsent).join(";");
            let client = this.client()?;
            let asked = async {
                let rows = client.query_raw(&statement, &values).await?;
                tokio::pin!(rows);
                let mut found = Vec::new();
                while let Some(row) = rows.try_next().await? {
                    found.push(row);
                }
                Ok::<_, Error>((found, rows.rows_affected().unwrap_or(0)))
            };
            let (rows, changed) = if before.is_empty() {
                asked.await?
            } else {
                // Both go out before either is answered.
                let before = async { Ok::<_, Error>(client.batch_execute(&before).await?) };
                let (before, asked) = futures_util::future::join(before, asked).await;
                before?;
                asked?
            };
            let names: Arc<[String]> = statement.columns().iter().map(|column| column.name().to_owned()).collect();
            let columns = names.len();
            let read = |row: tokio_postgres::Row| {
                let value = |at| row.try_get::<_, Value>(at).map_err(|error| Error::Decode(error.to_string()));
                Ok(Row::new((0..columns).map(value).collect::<Result<_>>()?, Arc::clone(&names)))
            };
            Ok((rows.into_iter().map(read).collect::<Result<_>>()?, changed))
        })
        .await
    }

    pub(super) async fn each(&mut self, sql: &'static str, rows: Vec<Vec<Value>>) -> Result<()> {
        self.in_time(async |this: &mut Self| {
            let statement = this.prepared(sql).await?;
            let before = std::mem::take(&mut this.unsent).join(";");
            let client = this.client()?;
            let mut before =
                Box::pin(async { if before.is_empty() { Ok(()) } else { client.batch_execute(&before).await } });
            // Asked once, each is on its way: all go out in their order before any is answered.
            let early = poll!(&mut before);
            let mut asked = Vec::with_capacity(rows.len());
            for values in &rows {
                let mut one = Box::pin(client.execute_raw(&statement, values));
                let early = poll!(&mut one);
                asked.push((one, early));
            }
            match early {
                Poll::Ready(done) => done?,
                Poll::Pending => before.await?,
            }
            for (one, early) in asked {
                match early {
                    Poll::Ready(done) => drop(done?),
                    Poll::Pending => drop(one.await?),
                }
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn script(&mut self, sql: &'static str) -> Result<()> {
        self.simple(&dialect::tables(sql)).await.map(drop)
    }
}

/// The first number among the answers.
fn turn(messages: &[SimpleQueryMessage]) -> Option<i64> {
    messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        })
        .next()
}
