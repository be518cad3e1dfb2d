//! All rows of a database into another one, whichever kind either is, and the proof that they are the same there.

use serde::Serialize;

use super::aside::{Aside, aside, set_aside};
use super::check::{HOLES_UNTIL, sequence};
use super::ledger::{self, End};
use super::shape::{Shape, shapes};
use super::{Done, Fault, Progress, Told, builder, note, reader, standing, tables};
use crate::db::{self, Conn, Value, kept};
use crate::server::store::sql::{Location, schema::Standing};

/// Rows that travel together.
const PAGE: usize = 1_000;

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// BLAKE3 of all of them, in the order of their keys: the same where they were and where they are.
    pub digest: String,
}

/// What was copied, and was found to be the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Every table.
    pub tables: Vec<Table>,
    /// Where every ledger ends.
    pub ledgers: Vec<End>,
}

/// Moves a campaign to another database, which has to be empty. No server may run on either; afterwards the first one is set
/// aside.
///
/// # Errors
/// [`Fault`]: nothing is in the other one then.
pub async fn copy(from: &Location, to: &Location, to_name: &str, at: i64, told: Told<'_>) -> Done<Copied> {
    let mut source = reader(from).await?;
    match aside(&mut source).await? {
        None => {}
        Some(Aside::Backup(_)) => {
            return Err(Fault::Refused("it is a backup: put it back by textbank db restore".into()));
        }
        // A second copy would be a second campaign with the same voters.
        Some(Aside::Moved(to)) => {
            return Err(Fault::Refused(format!(
                "the campaign was moved to {to} already: copy it from there. If that copy was given up and never served, \
                 textbank db reopen makes this one the campaign again, and it can be copied"
            )));
        }
    }
    alone(&mut source, "--from").await?;
    let mut target = builder(to).await?;
    tables(&mut target, at, told).await?;
    alone(&mut target, "--to").await?;
    let copied = fill(&mut source, &mut target, told).await?;
    // First of all nobody serves the old one any more. Should this end here, the copy can be made once more.
    let mut old = builder(from).await?;
    set_aside(&mut old, Some(&Aside::Moved(to_name.to_owned()))).await?;
    if let Err(error) = target.commit().await {
        if !target.is_postgres() {
            // SQLite knows that it is not there.
            set_aside(&mut old, None).await?;
            return Err(error.into());
        }
        // Nobody knows whether it is there: neither is served until a person has looked.
        return Err(Fault::Refused(format!(
            "the last step was not confirmed ({error}): the campaign is whole in both places and served in neither. Look with \
             textbank db check which one to serve; textbank db reopen makes the old one the campaign again"
        )));
    }
    // It kept servers off for as long as this took.
    drop(source);
    Ok(copied)
}

/// Keeps servers off.
pub(super) async fn alone(conn: &mut Conn, which: &str) -> Done<()> {
    if conn.keep_servers_off().await? {
        return Ok(());
    }
    Err(Fault::Refused(format!("{which}: a server is at work on it: stop it first (all of them)")))
}

/// Refuses a database in which there is something already.
pub(super) async fn empty(conn: &mut Conn) -> Done<()> {
    for (table, what) in [("campaigns", "campaigns"), ("people", "people"), ("suppressions", "suppressed numbers")] {
        let sql = kept(format!("SELECT COUNT(*) FROM {table}"));
        let many: i64 = db::query(sql).fetch_one(&mut *conn).await?.try_get(0)?;
        if many > 0 {
            return Err(Fault::Refused(format!(
                "there are {many} {what} in it already: nothing is ever written over. Name a database that is new or empty"
            )));
        }
    }
    Ok(())
}

/// Fills an empty database, whose transaction stays open, and proves that both hold the same.
pub(super) async fn fill(source: &mut Conn, target: &mut Conn, told: Told<'_>) -> Done<Copied> {
    let here = standing(source).await?;
    if here.version < Standing::KNOWN {
        return Err(Fault::Refused("its tables are behind this program: textbank db migrate first".into()));
    }
    if here.version > Standing::KNOWN {
        return Err(Fault::Refused("a newer textbank has added to its tables: copy it with that one".into()));
    }
    super::schema::migrate(target, 0).await?;
    source.begin_reading().await?;
    target.begin().await?;
    let done = fill_all(source, target, told).await;
    // What failed is said, not that it could not be taken back.
    if done.is_err() {
        drop(target.roll_back().await);
    }
    drop(source.roll_back().await);
    done
}

async fn fill_all(source: &mut Conn, target: &mut Conn, told: Told<'_>) -> Done<Copied> {
    empty(target).await?;
    let shapes = shapes().await?;
    for shape in shapes.iter().rev() {
        db::query(kept(format!("DELETE FROM {}", shape.name))).execute(&mut *target).await?;
    }
    let mut tables = Vec::new();
    for shape in &shapes {
        // Triggers may have written into it meanwhile.
        db::query(kept(format!("DELETE FROM {}", shape.name))).execute(&mut *target).await?;
        let table = rows(source, shape, Some(&mut *target), told).await?;
        set_counter(target, shape).await?;
        tables.push(table);
    }
    set_aside(target, None).await?;
    if source.is_postgres() {
        let newest = db::query("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(&mut *target).await?;
        note(target, HOLES_UNTIL, newest.try_get(0)?).await?;
    }
    told(Progress::Looks("both sides"));
    for (shape, there) in shapes.iter().zip(&tables) {
        // Whether it is to be served is said by each of them for itself.
        if shape.name == "meta" {
            continue;
        }
        let here = rows(target, shape, None, &mut |_| {}).await?;
        if here != *there {
            return Err(Fault::Refused(format!(
                "{}: {} rows were read and {} are there, or they are not the same: nothing was copied",
                shape.name, there.rows, here.rows
            )));
        }
    }
    let (before, after) = (ledger::ends(source).await?, ledger::ends(target).await?);
    if before != after {
        return Err(Fault::Refused("the ledgers do not end alike: nothing was copied".into()));
    }
    Ok(Copied { tables, ledgers: after })
}

/// Reads a table in the order of its key, and writes it elsewhere when told where.
async fn rows(source: &mut Conn, shape: &Shape, mut target: Option<&mut Conn>, told: Told<'_>) -> Done<Table> {
    let mut digest = blake3::Hasher::new_derive_key("textbank 1 rows of a table");
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let places = shape.key_places();
    let mut last: Option<Vec<Value>> = None;
    let mut many = 0;
    loop {
        let page = db::query(shape.page(last.is_none()));
        let page = last.take().unwrap_or_default().into_iter().fold(page, db::Query::bind).bind(limit);
        let page: Vec<Vec<Value>> = page.fetch_all(&mut *source).await?.into_iter().map(db::Row::into_values).collect();
        let Some(end) = page.last() else { break };
        last = Some(places.iter().filter_map(|place| end.get(*place).cloned()).collect());
        for value in page.iter().flatten() {
            add(&mut digest, value);
        }
        let read = page.len();
        many += u64::try_from(read).unwrap_or(0);
        if let Some(target) = target.as_deref_mut() {
            db::each(shape.insert(), page, target).await?;
        }
        told(Progress::Rows(&shape.name, many));
        if read < PAGE {
            break;
        }
    }
    Ok(Table { name: shape.name.clone(), rows: many, digest: digest.finalize().to_hex().to_string() })
}

/// Each value by its kind and its length, so that no two rows look alike that are not.
fn add(digest: &mut blake3::Hasher, value: &Value) {
    let mut put = |kind: u8, bytes: &[u8]| {
        digest.update(&[kind]).update(&(bytes.len() as u64).to_be_bytes()).update(bytes);
    };
    match value {
        Value::Null => put(0, &[]),
        Value::Int(value) => put(1, &value.to_be_bytes()),
        Value::Real(value) => put(2, &value.to_be_bytes()),
        Value::Text(text) => put(3, text.as_bytes()),
        Value::Bytes(bytes) => put(4, bytes),
    }
}

/// The next number comes after the highest there is. SQLite sees to that by itself.
pub(super) async fn set_counter(target: &mut Conn, shape: &Shape) -> Done<()> {
    let Some(key) = shape.key.first().filter(|_| shape.numbered && target.is_postgres()) else { return Ok(()) };
    let Some(sequence) = sequence(target, &shape.name, key).await? else { return Ok(()) };
    let sql = format!(
        "SELECT setval('{sequence}', (SELECT COALESCE(MAX({key}), 0) + 1 FROM {name}), false)",
        name = shape.name
    );
    db::query(kept(sql)).fetch_one(target).await?;
    Ok(())
}
