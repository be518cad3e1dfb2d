//! PostgreSQL, over a socket.
//!
//! One write transaction at a time over all processes: who begins one takes a lock that ends with the transaction or with
//! the connection, and learns whether somebody else wrote since its own last commit. What may block for long ends by
//! itself, so that a process that stands still in the middle of a transaction does not hold up the others.

mod dialect;
mod options;
mod wire;

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::{TryStreamExt as _, poll};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

pub use options::{Heard, Listener, Url};

use super::{Constraint, Error, Others, Query, Result, Row, Step, Value};

/// The one lock that everybody who writes takes. Locks of this kind belong to one database.
const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(8387229001); SELECT * FROM textbank_turn";

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
    "UPDATE textbank_turn SET turn = turn + 1 WHERE txid_current_if_assigned() IS NOT NULL RETURNING *; COMMIT";

/// The same of one that wrote only what is routine: counted twice, so that who counts as many of both kinds has missed no other.
/// Programs that know of one kind count theirs as the other.
const COMMIT_ROUTINE: &str = "UPDATE textbank_turn SET turn = turn + 1, routine = routine + 1
    WHERE txid_current_if_assigned() IS NOT NULL RETURNING *; COMMIT";

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

/// How many commits there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    all: i64,
    /// Of these, the routine ones.
    routine: Option<i64>,
}

impl Turn {
    /// The first numbers among the answers.
    fn read(messages: &[SimpleQueryMessage]) -> Option<Self> {
        let number = |row: &tokio_postgres::SimpleQueryRow, at| row.try_get(at).ok().flatten()?.parse().ok();
        messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                number(row, 0).map(|all| Self { all, routine: if row.len() > 1 { number(row, 1) } else { None } })
            }
            _ => None,
        })
    }

    /// What was committed between.
    fn since(now: Option<Self>, before: Option<Self>) -> Others {
        match (now, before) {
            (Some(now), Some(before)) if now == before => Others::Nothing,
            (Some(Self { all, routine: Some(routine) }), Some(Self { all: before, routine: Some(routine_before) }))
                if all > before && all - before == routine - routine_before =>
            {
                Others::Routine
            }
            _ => Others::Anything,
        }
    }
}

/// A statement as it is prepared for many rows at once.
struct Many {
    statement: Statement,
    /// With one list of rows: made when it is worth it.
    of_rows: Option<OfRows>,
    key: Vec<usize>,
}

enum OfRows {
    Known(dialect::OfRows),
    Prepared(Statement),
}

/// From so many rows on they go as one list of rows. A type and a statement for it are not worth it before.
const SEVERAL: usize = 8;

/// What was said to one of several messages.
enum Said {
    Done,
    /// And how many were changed.
    Rows(Vec<tokio_postgres::Row>, u64),
    Simple(Vec<SimpleQueryMessage>),
}

type Asked<'a> = Pin<Box<dyn Future<Output = std::result::Result<Said, tokio_postgres::Error>> + Send + 'a>>;

/// Sends these in their order before any is answered, as far as they can be sent. Gives the answers, and the first fault: those
/// behind it had no effect inside a transaction.
async fn in_one_journey(all: Vec<Asked<'_>>) -> (Vec<Said>, Option<tokio_postgres::Error>) {
    let mut on_their_way = Vec::with_capacity(all.len());
    let mut unsent = None;
    for mut one in all {
        // Asked once, it is on its way.
        match poll!(&mut one) {
            Poll::Ready(Err(error)) => {
                // Nothing goes out behind it, the end of the transaction least of all.
                unsent = Some(error);
                break;
            }
            early => on_their_way.push((one, early)),
        }
    }
    let mut said = Vec::with_capacity(on_their_way.len());
    for (one, early) in on_their_way {
        let answer = match early {
            Poll::Ready(answer) => answer,
            Poll::Pending => one.await,
        };
        match answer {
            Ok(answer) => said.push(answer),
            Err(error) => return (said, Some(error)),
        }
    }
    (said, unsent)
}

/// A connection to PostgreSQL.
pub struct Postgres {
    client: Option<Client>,
    statements: HashMap<&'static str, Statement>,
    /// None: it is run row by row.
    for_many: HashMap<&'static str, Option<Many>>,
    /// Types were made in the open transaction, and are gone should it be taken back.
    made_types: bool,
    /// Savepoints made and left, which go out with the next statement.
    unsent: Vec<&'static str>,
    /// The count after this connection's own last commit.
    turn: Option<Turn>,
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
        Self {
            client: Some(client),
            statements: HashMap::new(),
            for_many: HashMap::new(),
            made_types: false,
            unsent: Vec::new(),
            turn: None,
            patience,
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.client.as_ref().is_some_and(|client| !client.is_closed())
    }

    fn client(&self) -> Result<&Client> {
        self.client.as_ref().ok_or_else(lost)
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

    /// Begins the one transaction that writes; says what other connections wrote since this one's last commit.
    pub(super) async fn begin(&mut self) -> Result<Others> {
        self.unsent.clear();
        // What the last one made stands.
        self.made_types = false;
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
        self.turn = Turn::read(&begun);
        Ok(Turn::since(self.turn, before))
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
        self.turn = Turn::read(&done).or(before);
        Ok(())
    }

    pub(super) async fn commit_with(
        &mut self,
        steps: Vec<Step>,
        last: Option<&'static str>,
        routine: bool,
    ) -> Result<Result<Option<Row>>> {
        let before = self.turn.take();
        self.in_time(async |this: &mut Self| {
            let forms = this.forms(&steps).await?;
            let last = match last {
                Some(sql) => Some(this.prepared(sql).await?),
                None => None,
            };
            let unsent = std::mem::take(&mut this.unsent).join(";");
            let client = this.client()?;
            let mut asked = Vec::new();
            before_all(client, &unsent, &mut asked);
            for ((_, rows), form) in steps.iter().zip(&forms) {
                form.ask(client, rows, &mut asked);
            }
            if let Some(statement) = &last {
                asked.push(question(client, statement, &[]));
            }
            let end = if routine { COMMIT_ROUTINE } else { COMMIT };
            asked.push(Box::pin(async move { client.simple_query(end).await.map(Said::Simple) }));
            let all = asked.len();
            let (said, fault) = in_one_journey(asked).await;
            match fault {
                Some(error) if said.len() + 1 == all => return Ok(Err(error.into())),
                Some(error) => return Err(error.into()),
                None => {}
            }
            let mut row = None;
            for answer in said {
                match answer {
                    Said::Done => {}
                    Said::Rows(rows, _) => {
                        if let Some(statement) = &last {
                            row = read(rows, statement)?.into_iter().next();
                        }
                    }
                    Said::Simple(said) => this.turn = Turn::read(&said).or(before),
                }
            }
            Ok(Ok(row))
        })
        .await
    }

    pub(super) async fn rollback(&mut self) -> Result<()> {
        self.unsent.clear();
        self.turn = None;
        self.forget_made_types();
        self.simple("ROLLBACK").await.map(drop)
    }

    fn forget_made_types(&mut self) {
        if std::mem::take(&mut self.made_types) {
            self.for_many.clear();
        }
    }

    /// Makes and leaves savepoints without a journey of their own.
    async fn savepoint(&mut self, sql: &'static str) -> Result<()> {
        let fresh = self.unsent.last().is_some_and(|last| last.starts_with("SAVEPOINT"));
        match (sql, fresh) {
            // Nothing happened in it.
            ("RELEASE one", true) => drop(self.unsent.pop()),
            ("ROLLBACK TO one", true) => {}
            ("ROLLBACK TO one", false) => {
                // What was made before the savepoint still stands, and goes with the transaction: it stays noted.
                if self.made_types {
                    self.for_many.clear();
                }
                drop(self.simple(sql).await?);
            }
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
        let mut answers = self.ask_with_changes(vec![Query { sql, values }]).await?;
        answers.pop().ok_or(Error::NoRow)
    }

    pub(super) async fn ask(&mut self, questions: Vec<Query>) -> Result<Vec<Vec<Row>>> {
        Ok(self.ask_with_changes(questions).await?.into_iter().map(|(rows, _)| rows).collect())
    }

    /// Rows of each, and how many it changed.
    async fn ask_with_changes(&mut self, questions: Vec<Query>) -> Result<Vec<(Vec<Row>, u64)>> {
        self.in_time(async |this: &mut Self| {
            let mut statements = Vec::with_capacity(questions.len());
            for question in &questions {
                statements.push(this.prepared(question.sql).await?);
            }
            let unsent = std::mem::take(&mut this.unsent).join(";");
            let client = this.client()?;
            let mut asked = Vec::new();
            before_all(client, &unsent, &mut asked);
            for (Query { values, .. }, statement) in questions.iter().zip(&statements) {
                asked.push(question(client, statement, values));
            }
            let (said, fault) = in_one_journey(asked).await;
            if let Some(error) = fault {
                return Err(error.into());
            }
            let answers = said.into_iter().filter_map(|said| match said {
                Said::Rows(rows, changed) => Some((rows, changed)),
                Said::Done | Said::Simple(_) => None,
            });
            answers.zip(&statements).map(|((rows, changed), statement)| Ok((read(rows, statement)?, changed))).collect()
        })
        .await
    }

    /// How each of these steps is put.
    async fn forms(&mut self, steps: &[Step]) -> Result<Vec<Form>> {
        let mut forms = Vec::with_capacity(steps.len());
        for (sql, rows) in steps {
            forms.push(match self.for_many(sql, rows).await? {
                Some(many) => many,
                None if rows.is_empty() => Form::Nothing,
                None => Form::Each(self.prepared(sql).await?),
            });
        }
        Ok(forms)
    }

    /// The statement for all of these rows at once, if that comes to the same as one after the other.
    async fn for_many(&mut self, sql: &'static str, rows: &[Vec<Value>]) -> Result<Option<Form>> {
        if rows.len() < 2 {
            return Ok(None);
        }
        if !self.for_many.contains_key(sql) {
            let one = self.prepared(sql).await?;
            let types: Vec<&str> = one.params().iter().map(Type::name).collect();
            let made = match dialect::many(sql, &types) {
                Some(dialect::Many { sql, of_rows, key }) => {
                    let statement = self.client()?.prepare(&sql).await?;
                    Some(Many { statement, of_rows: of_rows.map(OfRows::Known), key })
                }
                None => None,
            };
            self.for_many.insert(sql, made);
        }
        let Some(Some(many)) = self.for_many.get_mut(sql) else { return Ok(None) };
        let mut named = HashSet::with_capacity(rows.len());
        for row in rows {
            let key: Vec<_> = many.key.iter().map(|at| name(row.get(*at))).collect();
            if !key.is_empty() && !named.insert(key) {
                return Ok(None);
            }
        }
        match &many.of_rows {
            Some(OfRows::Prepared(statement)) if rows.len() >= SEVERAL => Ok(Some(Form::Rows(statement.clone()))),
            Some(OfRows::Known(known)) if rows.len() >= SEVERAL => {
                let client = self.client.as_ref().ok_or_else(lost)?;
                let there = client.query_one("SELECT to_regtype($1) IS NOT NULL", &[&known.name]).await?;
                if !there.try_get::<_, bool>(0)? {
                    client.batch_execute(&known.make).await?;
                    self.made_types = true;
                }
                let statement = client.prepare(&known.sql).await?;
                many.of_rows = Some(OfRows::Prepared(statement.clone()));
                Ok(Some(Form::Rows(statement)))
            }
            _ => Ok(Some(Form::Columns(many.statement.clone()))),
        }
    }

    pub(super) async fn all(&mut self, steps: Vec<Step>) -> Result<()> {
        self.in_time(async |this: &mut Self| {
            let forms = this.forms(&steps).await?;
            if forms.iter().all(|form| matches!(form, Form::Nothing)) {
                return Ok(());
            }
            let unsent = std::mem::take(&mut this.unsent).join(";");
            let client = this.client()?;
            let mut asked = Vec::new();
            before_all(client, &unsent, &mut asked);
            for ((_, rows), form) in steps.iter().zip(&forms) {
                form.ask(client, rows, &mut asked);
            }
            match in_one_journey(asked).await {
                (_, Some(error)) => Err(error.into()),
                (_, None) => Ok(()),
            }
        })
        .await
    }

    pub(super) async fn script(&mut self, sql: &'static str) -> Result<()> {
        self.simple(&dialect::tables(sql)).await.map(drop)
    }
}

fn lost() -> Error {
    Error::Failed("the connection to the database was lost".to_owned())
}

/// How a step is put.
enum Form {
    /// There is no row.
    Nothing,
    /// Row by row.
    Each(Statement),
    /// All rows at once, a list for each of their values.
    Columns(Statement),
    /// All rows at once, in one list.
    Rows(Statement),
}

impl Form {
    fn ask<'a>(&'a self, client: &'a Client, rows: &'a [Vec<Value>], asked: &mut Vec<Asked<'a>>) {
        match self {
            Self::Nothing => {}
            Self::Each(statement) => {
                for values in rows {
                    asked.push(Box::pin(async move {
                        client.execute_raw(statement, values).await?;
                        Ok::<_, tokio_postgres::Error>(Said::Done)
                    }));
                }
            }
            Self::Rows(statement) => {
                asked.push(Box::pin(async move {
                    client.execute_raw(statement, [wire::Rows(rows)]).await?;
                    Ok::<_, tokio_postgres::Error>(Said::Done)
                }));
            }
            Self::Columns(statement) => {
                asked.push(Box::pin(async move {
                    let columns: Vec<_> = (0..statement.params().len()).map(|at| wire::Column { rows, at }).collect();
                    client.execute_raw(statement, columns).await?;
                    Ok::<_, tokio_postgres::Error>(Said::Done)
                }));
            }
        }
    }
}

/// Tells values of one column apart; some that differ may look the same.
fn name(value: Option<&Value>) -> (i64, &[u8]) {
    match value {
        Some(Value::Int(number)) => (*number, &[]),
        Some(Value::Text(text)) => (0, text.as_bytes()),
        Some(Value::Bytes(bytes)) => (0, bytes),
        Some(Value::Null | Value::Real(_)) | None => (0, &[]),
    }
}

/// What is unsent goes first.
fn before_all<'a>(client: &'a Client, unsent: &'a str, asked: &mut Vec<Asked<'a>>) {
    if !unsent.is_empty() {
        asked.push(Box::pin(async move {
            client.batch_execute(unsent).await?;
            Ok::<_, tokio_postgres::Error>(Said::Done)
        }));
    }
}

fn question<'a>(client: &'a Client, statement: &'a Statement, values: &'a [Value]) -> Asked<'a> {
    Box::pin(async move {
        let rows = client.query_raw(statement, values).await?;
        tokio::pin!(rows);
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            found.push(row);
        }
        let changed = rows.rows_affected().unwrap_or(0);
        Ok::<_, tokio_postgres::Error>(Said::Rows(found, changed))
    })
}

fn read(rows: Vec<tokio_postgres::Row>, statement: &Statement) -> Result<Vec<Row>> {
    let names: Arc<[String]> = statement.columns().iter().map(|column| column.name().to_owned()).collect();
    let columns = names.len();
    let read = |row: tokio_postgres::Row| {
        let value = |at| row.try_get::<_, Value>(at).map_err(|error| Error::Decode(error.to_string()));
        Ok(Row::new((0..columns).map(value).collect::<Result<_>>()?, Arc::clone(&names)))
    };
    rows.into_iter().map(read).collect()
}
