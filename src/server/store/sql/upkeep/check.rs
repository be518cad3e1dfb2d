//! Is everything in a database as it has to be?

use serde::Serialize;
use uuid::Uuid;

use super::rules::{RECOUNT_ALL, RULES, Rule};
use super::shape::{Shape, shapes};
use super::{Done, Progress, Told, builder, ledger, reader, standing};
use crate::db::{self, Conn, Row, Value, kept};
use crate::domain::safe_text::safe_line;
use crate::server::store::sql::{Location, schema::Standing};

/// In `meta`: up to this number the events came from a PostgreSQL, which leaves out the numbers of what was taken back.
pub(super) const HOLES_UNTIL: &str = "events_with_holes_until";

/// Rows that are named; of more it is said how many.
const NAMED: usize = 20;

/// Rows that are looked for beyond those.
const COUNTED: usize = 10_000;

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, by a name that stays the same.
    pub check: String,
    /// The table.
    pub table: String,
    /// What is wrong.
    pub wrong: String,
    /// The first rows with it, each as `name=value ...`.
    pub rows: Vec<String>,
    /// How many more there are.
    pub more: usize,
    /// What to do.
    pub remedy: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// True when nothing was.
    pub sound: bool,
    /// Steps that the tables have.
    pub version: usize,
    /// How many things were looked at.
    pub checks: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Looks at everything, as it is at one moment; a server may be at work on it.
///
/// # Errors
/// When the database cannot be read at all.
pub async fn check(location: &Location, told: Told<'_>) -> Done<Report> {
    let mut conn = reader(location).await?;
    conn.begin_reading().await?;
    let report = look(&mut conn, told).await;
    conn.roll_back().await?;
    report
}

/// Counts anew what is counted as rows change. A server may be at work on it.
///
/// # Errors
/// When it cannot be written: then nothing was.
pub async fn recount(location: &Location) -> Done<()> {
    drop(reader(location).await?);
    let mut conn = builder(location).await?;
    conn.begin().await?;
    for sql in RECOUNT_ALL {
        db::query(sql).execute(&mut conn).await?;
    }
    Ok(conn.commit().await?)
}

/// Looks at everything that this connection sees.
pub(super) async fn look(conn: &mut Conn, told: Told<'_>) -> Done<Report> {
    let version = standing(conn).await?.version;
    let mut report = Report { sound: true, version, checks: 1, findings: Vec::new() };
    if version < Standing::KNOWN {
        report.findings.push(Finding {
            check: "tables".to_owned(),
            table: "schema_steps".to_owned(),
            wrong: format!("the tables are {} steps behind this program", Standing::KNOWN - version),
            rows: Vec::new(),
            more: 0,
            remedy: "textbank db migrate, then check again".to_owned(),
        });
        report.sound = false;
        return Ok(report);
    }
    told(Progress::Looks("integrity"));
    report.findings.extend(integrity(conn).await?);
    for rule in RULES {
        told(Progress::Looks(rule.name));
        report.findings.extend(broken(conn, rule).await?);
    }
    told(Progress::Looks("references"));
    let shapes = shapes().await?;
    for shape in &shapes {
        report.findings.extend(dangling(conn, shape).await?);
        report.findings.extend(counter(conn, shape).await?);
    }
    report.findings.extend(events(conn).await?);
    told(Progress::Looks("ledger_chain"));
    report.findings.extend(ledger::faults(conn).await?);
    report.checks = RULES.len() + 5;
    report.sound = report.findings.is_empty();
    Ok(report)
}

/// What the database itself says of its file. PostgreSQL sees to its own files.
async fn integrity(conn: &mut Conn) -> Done<Option<Finding>> {
    if conn.is_postgres() {
        return Ok(None);
    }
    let said = match db::query("PRAGMA integrity_check(20)").fetch_all(conn).await {
        Ok(rows) => rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?,
        Err(error) => vec![error.to_string()],
    };
    if said == ["ok"] {
        return Ok(None);
    }
    Ok(Some(Finding {
        check: "integrity".to_owned(),
        table: String::new(),
        wrong: "the file is damaged".to_owned(),
        rows: said,
        more: 0,
        remedy: "stop the server, keep the file, look at the disk, and restore the last backup that checks clean \
                 (textbank db restore)"
            .to_owned(),
    }))
}

async fn broken(conn: &mut Conn, rule: &Rule) -> Done<Option<Finding>> {
    let rows = first(conn, rule.sql).await?;
    Ok(finding(rule.name, rule.table, rule.wrong, rule.remedy, rows))
}

async fn first(conn: &mut Conn, sql: &str) -> Done<Vec<Row>> {
    Ok(db::query(kept(format!("{sql} LIMIT {COUNTED}"))).fetch_all(conn).await?)
}

fn finding(check: &str, table: &str, wrong: &str, remedy: &str, rows: Vec<Row>) -> Option<Finding> {
    let more = rows.len().saturating_sub(NAMED);
    let rows: Vec<String> = rows.into_iter().take(NAMED).map(in_words).collect();
    (!rows.is_empty()).then(|| Finding {
        check: check.to_owned(),
        table: table.to_owned(),
        wrong: wrong.to_owned(),
        rows,
        more,
        remedy: remedy.to_owned(),
    })
}

/// A row as `name=value ...`.
fn in_words(row: Row) -> String {
    let names = row.names().to_owned();
    let pairs = names.iter().zip(row.into_values()).map(|(name, value)| format!("{name}={}", value_in_words(value)));
    pairs.collect::<Vec<_>>().join(" ")
}

fn value_in_words(value: Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(text) if text.is_empty() => "''".to_owned(),
        Value::Text(text) => safe_line(&text),
        Value::Bytes(bytes) => match Uuid::from_slice(&bytes) {
            Ok(id) => id.to_string(),
            Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        },
    }
}

/// Rows that name another one which is not there.
async fn dangling(conn: &mut Conn, shape: &Shape) -> Done<Vec<Finding>> {
    let mut found = Vec::new();
    for (column, table, theirs) in &shape.references {
        let key = shape.key.iter().map(|key| format!("a.{key} AS {key}")).collect::<Vec<_>>().join(", ");
        let order = shape.key.iter().map(|key| format!("a.{key}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {key}, a.{column} AS names_{column} FROM {name} a LEFT JOIN {table} b ON b.{theirs} = a.{column}
             WHERE a.{column} IS NOT NULL AND b.{theirs} IS NULL ORDER BY {order}",
            name = shape.name
        );
        let wrong = format!("{column} names a row of {table} that is not there");
        let remedy = "stop the servers and restore the last backup that checks clean (textbank db restore)";
        found.extend(finding("references", &shape.name, &wrong, remedy, first(conn, &sql).await?));
    }
    Ok(found)
}

/// The numbers that the database gives to new rows come after those that it gave.
async fn counter(conn: &mut Conn, shape: &Shape) -> Done<Option<Finding>> {
    // Without AUTOINCREMENT SQLite looks at the rows themselves.
    let counts = conn.is_postgres() || shape.name == "events";
    let Some(key) = shape.key.first().filter(|_| shape.numbered && counts) else { return Ok(None) };
    let name = &shape.name;
    let sql = if conn.is_postgres() {
        let Some(sequence) = sequence(conn, name, key).await? else { return Ok(None) };
        format!(
            "SELECT * FROM (SELECT (SELECT COALESCE(MAX({key}), 0) FROM {name}) AS newest, last_value AS counter FROM {sequence}) c WHERE newest > counter"
        )
    } else {
        format!(
            "SELECT * FROM (SELECT (SELECT COALESCE(MAX({key}), 0) FROM {name}) AS newest,
                 COALESCE((SELECT MAX(seq) FROM sqlite_sequence WHERE name = '{name}'), 0) AS counter) c WHERE newest > counter"
        )
    };
    let wrong = "the database would give a number again that it gave before";
    let remedy =
        "stop the servers and copy the campaign to a fresh database (textbank db copy), which sets its counters";
    Ok(finding("counters", name, wrong, remedy, first(conn, &sql).await?))
}

/// The sequence behind a numbered column of a PostgreSQL.
pub(super) async fn sequence(conn: &mut Conn, table: &str, column: &str) -> Done<Option<String>> {
    let row = db::query("SELECT pg_get_serial_sequence($1, $2)").bind(table).bind(column).fetch_one(conn).await?;
    Ok(row.try_get(0)?)
}

/// Events are read one after the other: SQLite numbers them without holes, PostgreSQL may leave out what was taken back, and
/// those that came from there keep their numbers. Any other hole that a console passed over is one that swallowed something.
async fn events(conn: &mut Conn) -> Done<Option<Finding>> {
    if conn.is_postgres() {
        return Ok(None);
    }
    let until = db::query("SELECT value FROM meta WHERE key = $1").bind(HOLES_UNTIL).fetch_optional(&mut *conn).await?;
    // What is there and cannot be read excuses nothing.
    let until = until.map(|row| row.try_get::<String>(0)).transpose()?.and_then(|value| value.parse::<i64>().ok());
    let sql = format!(
        "SELECT * FROM (SELECT seq AS event, LAG(seq) OVER (ORDER BY seq) AS before FROM events) e
         WHERE event <> before + 1 AND event > {until} ORDER BY event",
        until = until.unwrap_or(0)
    );
    let wrong = "events are missing before this one: a console that follows may not have heard of a change";
    let remedy = "have the consoles started anew, which reads everything; if it comes again, look at the disk";
    Ok(finding("events_without_holes", "events", wrong, remedy, first(conn, &sql).await?))
}
