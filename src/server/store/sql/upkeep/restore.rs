//! A backup put back.
//!
//! What was accepted after the backup was made is known to the carrier, to the voters' phones and, as far as it is not settled,
//! to the consoles' journals; not to the backup. So what is put back is not simply as it was:
//!
//! - What waited for the carrier, or was under way, may have gone out since. It is held, and a captain decides on each.
//! - Running campaigns are paused: a contact that still waits for its first text may have got it since, and whoever opted out
//!   since is not on the list. A person has to look before anything goes out.
//! - A text that was confirmed before may have gone out since, whoever hands it in again: it comes back to a person.
//! - Join links are ended: one that was used up since would be good again.
//! - Events begin anew, far behind every number that was ever given. Whoever resumes a feed from before is told to read
//!   everything anew and asks for each of its texts that no feed has confirmed; those that are lost are handed in again,
//!   under their ids, and come back.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::aside::{Aside, set_aside};
use super::backup::Part;
use super::check::look;
use super::copy::{Copied, alone, fill, set_counter};
use super::shape::shapes;
use super::{Done, Fault, Report, Told, builder, note, read_file, reader, standing, tables};
use crate::api::event::EventKind;
use crate::db::{self, Conn};
use crate::server::store::StoreError;
use crate::server::store::sql::{
    Location,
    rows::{self, to_json},
    schema::Standing,
};

/// In `meta`: when it was restored, in microseconds. The server's writer reads it when it starts; nobody restores under it.
const RESTORED_AT: &str = "restored_at";

/// How every file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Further than any number that is given until the next restore, should the clock have been set back.
const LEAP: i64 = 1 << 40;

/// What does not go on by itself after a restore.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Texts that wait for a captain.
    pub texts: u64,
    /// Campaigns that were running and are paused.
    pub campaigns: u64,
    /// Join links that were ended.
    pub links: u64,
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// What was copied.
    pub copied: Copied,
    /// When the backup was made, when it says so.
    pub made_at: Option<String>,
    /// What does not go on by itself.
    pub held: Held,
    /// What a check of the restored database says.
    pub report: Report,
}

/// Puts a backup into an empty database, on which no server may run.
///
/// # Errors
/// [`Fault`]: nothing was put back then.
pub async fn restore(file: &Path, to: &Location, nothing_sent_since: bool, at: i64, told: Told<'_>) -> Done<Restored> {
    put_back(file, false, to, nothing_sent_since, at, told).await
}

/// The same with a copy of a database's file that was made by other means, and does not say of itself that it is a backup.
///
/// # Errors
/// As [`restore`].
pub async fn restore_snapshot(
    file: &Path,
    to: &Location,
    nothing_sent_since: bool,
    at: i64,
    told: Told<'_>,
) -> Done<Restored> {
    put_back(file, true, to, nothing_sent_since, at, told).await
}

async fn put_back(
    file: &Path,
    snapshot: bool,
    to: &Location,
    nothing_sent_since: bool,
    at: i64,
    told: Told<'_>,
) -> Done<Restored> {
    is_a_database(file)?;
    let mut source = read_file(file).await?;
    let here = match standing(&mut source).await {
        Err(Fault::Refused(_)) => {
            return Err(no_backup(file, "it is a database of something else, without textbank's tables"));
        }
        here => here?,
    };
    here.suits()?;
    let made_at = match super::aside::aside(&mut source).await? {
        Some(Aside::Backup(made_at)) => Some(made_at),
        Some(Aside::Moved(to)) => {
            return Err(no_backup(file, &format!("the campaign in it was moved to {to}. Make a backup of that")));
        }
        None if snapshot => None,
        None => {
            let why = format!(
                "it is a campaign's own database, and a server may be at work on it. Make a backup (textbank db backup --to \
                 NEW --database sqlite:{}), or move the campaign (textbank db copy). If it is a copy of one that was made by \
                 other means, say --snapshot",
                file.display()
            );
            return Err(no_backup(file, &why));
        }
    };
    // An older one is brought up to date first; not itself, it may be needed as it is.
    let mut newer = None;
    if here.version < Standing::KNOWN {
        let part = Part::new(&file.with_extension("up-to-date"))?;
        let name = part.0.to_str().ok_or_else(|| Fault::Refused("the file's name is not UTF-8".into()))?;
        db::query("VACUUM INTO $1").bind(name).execute(&mut source).await?;
        let place = Location::File(part.0.clone());
        tables(&mut builder(&place).await?, at, told).await?;
        source = reader(&place).await?;
        newer = Some(part);
    }
    let mut target = builder(to).await?;
    tables(&mut target, at, told).await?;
    alone(&mut target, "--database").await?;
    let copied = fill(&mut source, &mut target, told).await?;
    let held = match begin_anew(&mut target, nothing_sent_since, at).await {
        Ok(held) => held,
        Err(fault) => {
            // What failed is said, not that it could not be taken back.
            drop(target.roll_back().await);
            return Err(fault);
        }
    };
    target.commit().await?;
    drop(newer);
    target.begin_reading().await?;
    let report = look(&mut target, told).await?;
    target.roll_back().await?;
    Ok(Restored { copied, made_at, held, report })
}

fn no_backup(file: &Path, why: &str) -> Fault {
    Fault::Refused(format!("{} is no backup: {why}", file.display()))
}

/// Whoever named the wrong file is told what it is.
fn is_a_database(file: &Path) -> Done<()> {
    // That there is none is said where it is opened.
    if !file.is_file() {
        return Ok(());
    }
    let mut beginning = Vec::with_capacity(SQLITE.len());
    File::open(file)
        .and_then(|file| file.take(SQLITE.len() as u64).read_to_end(&mut beginning))
        .map_err(Fault::disk(format!("cannot read {}", file.display())))?;
    match beginning.as_slice() {
        [] => Err(no_backup(file, "it is an empty file")),
        SQLITE => Ok(()),
        _ => Err(no_backup(file, "it is not a database at all")),
    }
}

/// When this database was put back from a backup after which something may have been sent.
pub(in super::super) async fn restored_at(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let row = db::query("SELECT value FROM meta WHERE key = $1").bind(RESTORED_AT).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let value: String = row.try_get(0)?;
    let at = value.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok());
    at.map(Some).ok_or_else(|| StoreError::Corrupt(format!("meta: {RESTORED_AT} is no time: {value}")))
}

async fn begin_anew(conn: &mut Conn, nothing_sent_since: bool, at: i64) -> Done<Held> {
    let mut held = Held::default();
    if !nothing_sent_since {
        held.texts = hold_texts(conn, at).await?;
        note(conn, RESTORED_AT, at).await?;
        let paused =
            db::query("UPDATE campaigns SET state = 'paused' WHERE state = 'running'").execute(&mut *conn).await?;
        held.campaigns = paused.rows_affected();
        let ended = db::query("UPDATE invites SET revoked = 1 WHERE revoked = 0 AND uses_left > 0 AND expires_at > $1");
        held.links = ended.bind(at).execute(&mut *conn).await?.rows_affected();
    }
    leap(conn, at).await?;
    set_aside(conn, None).await?;
    db::query(
        "INSERT INTO audit (at, organization, what, subject, detail)
         SELECT $1, id, 'restored', 'database', $2 FROM organizations",
    )
    .bind(at)
    .bind(format!("{} texts held, {} campaigns paused, {} links ended", held.texts, held.campaigns, held.links))
    .execute(conn)
    .await?;
    Ok(held)
}

/// Nothing that waits goes out by itself.
async fn hold_texts(conn: &mut Conn, at: i64) -> Done<u64> {
    db::query(
        "INSERT INTO audit (at, organization, what, subject, detail)
         SELECT $1, j.organization, 'held', 'restored', CAST(COUNT(*) AS text) FROM jobs j
         WHERE j.state IN ('ready', 'submitting', 'unknown') GROUP BY j.organization",
    )
    .bind(at)
    .execute(&mut *conn)
    .await?;
    db::query(
        "UPDATE messages SET delivery = 'held', error = 'restored'
         WHERE id IN (SELECT message FROM jobs WHERE state IN ('ready', 'submitting', 'unknown'))",
    )
    .execute(&mut *conn)
    .await?;
    // Nobody decides on a trial: whoever wants it again sends another one.
    db::query("UPDATE trials SET state = 'done', delivery = 'unknown', error = 'restored' WHERE state <> 'done'")
        .execute(&mut *conn)
        .await?;
    // A list of the carrier's may not show what left after the backup: only a person decides.
    let held = db::query(
        "UPDATE jobs SET state = 'held', absent = 0, started_at = COALESCE(started_at, created_at)
         WHERE state IN ('ready', 'submitting', 'unknown')",
    )
    .execute(conn)
    .await?;
    Ok(held.rows_affected())
}

/// Has the events begin anew behind every number that was given, in any life of this campaign.
async fn leap(conn: &mut Conn, at: i64) -> Done<()> {
    let newest: i64 = db::query("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(&mut *conn).await?.try_get(0)?;
    // Microseconds: no server gives numbers as fast as they pass, so that the next restore leaps over all of these too.
    let mut seq = if at > newest { at } else { newest.saturating_add(LEAP) };
    db::query("DELETE FROM events").execute(&mut *conn).await?;
    let campaigns =
        db::query("SELECT id, state, script_version FROM campaigns ORDER BY id").fetch_all(&mut *conn).await?;
    let mut first = Vec::new();
    for row in &campaigns {
        let script_version = u32::try_from(row.try_get::<i64>(2)?).unwrap_or(u32::MAX);
        let what = EventKind::Campaign { state: rows::state(&row.try_get::<String>(1)?)?, script_version };
        first.push((row.try_get::<i64>(0)?, to_json(&what)?));
    }
    if first.is_empty() {
        // Nobody hears it; it marks where the numbers begin.
        let what = EventKind::Campaign { state: crate::api::campaign::CampaignState::Archived, script_version: 0 };
        first.push((0, to_json(&what)?));
    }
    for (campaign, payload) in first {
        db::query("INSERT INTO events (seq, at, campaign, captain_only, payload) VALUES ($1, $2, $3, 0, $4)")
            .bind(seq)
            .bind(at)
            .bind(campaign)
            .bind(payload)
            .execute(&mut *conn)
            .await?;
        seq += 1;
    }
    if let Some(events) = shapes().await?.iter().find(|shape| shape.name == "events") {
        set_counter(conn, events).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sql::schema::{self, migrate_as_far_as};

    #[tokio::test]
    async fn a_backup_of_an_older_program_is_brought_up_to_date_and_stays_as_it_is() {
        let dir = tempfile::tempdir().expect("a directory");
        let old = dir.path().join("old.backup");
        let mut conn = builder(&Location::File(old.clone())).await.expect("a file");
        migrate_as_far_as(&mut conn, 4).await.expect("old tables");
        db::script(
            "INSERT INTO organizations (name, created_at) VALUES ('Us', 1);
             INSERT INTO people (organization, name, created_at) VALUES (1, 'Ann', 1), (1, 'Ann', 2);",
            &mut conn,
        )
        .await
        .expect("rows");
        drop(conn);
        let to = Location::File(dir.path().join("new.db"));
        let restored = restore_snapshot(&old, &to, false, 5_000, &mut |_| {}).await.expect("restored");
        assert!(restored.report.sound, "{:#?}", restored.report.findings);
        assert_eq!(restored.report.version, Standing::KNOWN);
        let mut conn = reader(&to).await.expect("it is there");
        let names = db::query("SELECT namesake FROM people ORDER BY id").fetch_all(&mut conn).await.expect("people");
        assert_eq!(names.iter().map(|row| row.try_get::<i64>(0)).collect::<db::Result<Vec<_>>>(), Ok(vec![1, 2]));
        let mut conn = read_file(&old).await.expect("it is there");
        assert_eq!(schema::standing(&mut conn).await.expect("read").map(|standing| standing.version), Some(4));
        drop(conn);
        let beside = std::fs::read_dir(dir.path()).expect("a directory").filter_map(Result::ok);
        let left: Vec<_> = beside
            .map(|file| file.file_name().into_string().expect("UTF-8"))
            .filter(|name| name.contains("up-to-date"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
    }
}
