//! What a list of a million costs: a made-up file is read, checked and handed in to the embedded database on disk, chunk by chunk
//! as a server takes them (JSON both ways, no socket), and against that the bare insert of the same rows into a table with the
//! same columns and indices, on the same disk in the same run. The aim: 2.5 times. Memory is that of the whole process.
//!
//! `cargo bench --bench import [-- --short]`

#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

#[path = "support/line.rs"]
#[expect(dead_code, reason = "this bench speaks to the store alone")]
mod line;
#[path = "support/stage.rs"]
#[expect(dead_code, reason = "this bench speaks to the store alone")]
mod stage;

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use textbank::api::admin::{ImportChunk, ImportStart, MAX_CHUNK};
use textbank::api::people::Role;
use textbank::domain::contact::Contact;
use textbank::domain::provenance::Provenance;
use textbank::exchange::contact_list::rejected::Rejected;
use textbank::exchange::contact_list::{self, Options, Surveyed, Visitor};
use textbank::exchange::{made_up, sample};
use textbank::server::store::command::Answer;
use textbank::server::store::handles::Admin;
use textbank::server::store::sql::Location;

use crate::stage::{Ground, join, short};

/// Sees nothing.
struct Blind;

impl Visitor for Blind {
    fn contact(&mut self, _contact: &Contact) -> std::io::Result<()> {
        Ok(())
    }

    fn rejected(&mut self, _headers: &[String], _row: Rejected) -> std::io::Result<()> {
        Ok(())
    }
}

fn read(list: &Path) -> anyhow::Result<(u64, Surveyed)> {
    let read = contact_list::survey(list, &Options::default(), &mut Blind);
    let (list, surveyed) = read.map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    Ok((list.texted, surveyed))
}

/// Chunks of a list, as they come.
fn each(mut list: Surveyed, take: &mut dyn FnMut(Vec<Contact>)) -> anyhow::Result<()> {
    let mut chunk = Vec::with_capacity(MAX_CHUNK);
    list.each(&mut |contact| {
        chunk.push(contact);
        if chunk.len() == MAX_CHUNK {
            take(std::mem::take(&mut chunk));
        }
        true
    })
    .map_err(|problem| anyhow::anyhow!("{problem}"))?;
    if !chunk.is_empty() {
        take(chunk);
    }
    Ok(())
}

/// The bare insert: seconds of the database alone, in transactions of a thousand rows and in one for all.
async fn bare(dir: &Path, list: &Path, all_in_one: bool) -> anyhow::Result<Duration> {
    let file = dir.join(format!("bare-{all_in_one}.db"));
    Ground::open(Location::File(file.clone())).await?.close().await?;
    let conn = rusqlite::Connection::open(&file)?;
    for (name, value) in
        [("journal_mode", "wal"), ("synchronous", "full"), ("foreign_keys", "on"), ("cache_size", "-16384")]
    {
        conn.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            other => Err(other),
        })?;
    }
    conn.execute_batch(
        "DROP TRIGGER contacts_count_new;
         INSERT INTO organizations (id, name, created_at) VALUES (1, 'Bare', 0) ON CONFLICT DO NOTHING;
         INSERT INTO zone_sets (id, zones) VALUES (1, '[\"America/New_York\"]');
         INSERT INTO campaigns (id, organization, title, state, script_version, language, def, created_at)
             VALUES (1, 1, 'Bare', 'running', 1, 'en', '{}', 0);",
    )?;
    let (_, list) = read(list)?;
    let mut took = Duration::ZERO;
    let mut failed = None;
    if all_in_one {
        conn.execute_batch("BEGIN")?;
    }
    each(list, &mut |chunk| {
        let rows: Vec<(Contact, String)> = chunk
            .into_iter()
            .map(|contact| {
                let fields = serde_json::to_string(&contact.fields).unwrap_or_default();
                (contact, fields)
            })
            .collect();
        let begun = Instant::now();
        if let Err(error) = insert(&conn, &rows, all_in_one) {
            failed.get_or_insert(error);
        }
        took += begun.elapsed();
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let begun = Instant::now();
    if all_in_one {
        conn.execute_batch("COMMIT")?;
    }
    Ok(took + begun.elapsed())
}

fn insert(conn: &rusqlite::Connection, rows: &[(Contact, String)], all_in_one: bool) -> rusqlite::Result<()> {
    if !all_in_one {
        conn.execute_batch("BEGIN")?;
    }
    let mut statement = conn.prepare_cached(
        "INSERT INTO contacts (organization, campaign, phone, external_id, first_name, last_name, zip, state, language, time_zone,
             fields, zone_set, updated_at) VALUES (1, 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 0)",
    )?;
    for (contact, fields) in rows {
        statement.execute(rusqlite::params![
            contact.phone.as_str(),
            contact.external_id,
            contact.first_name,
            contact.last_name,
            contact.zip,
            contact.state,
            contact.language,
            contact.time_zone,
            fields
        ])?;
    }
    if !all_in_one {
        conn.execute_batch("COMMIT")?;
    }
    Ok(())
}

/// The import, from the file to the last commit: all of it, and the part of the first reading.
async fn import(dir: &Path, list: &Path) -> anyhow::Result<(Duration, Duration)> {
    let ground = Ground::open(Location::File(dir.join("import.db"))).await?;
    let desk = ground.desk();
    let admin = Admin::of(join(desk, Role::Admin).await?.actor).ok_or_else(|| anyhow::anyhow!("not an admin"))?;
    let begun = Instant::now();
    let (contacts, surveyed) = read(list)?;
    let reading = begun.elapsed();
    let import = desk.ids.act_id(desk.clock.now());
    let def = sample::campaign().map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let start =
        ImportStart { def, contacts, provenance: Provenance::of_made_up_people("a bench"), warnings: Vec::new() };
    admin.import_start(desk, import, start).await?;
    let (to, mut ready) = tokio::sync::mpsc::channel::<Vec<u8>>(2);
    let reader = tokio::task::spawn_blocking(move || {
        each(surveyed, &mut |contacts| {
            let body = serde_json::to_vec(&ImportChunk { contacts, shared: false }).unwrap_or_default();
            // Nobody listens any more when the import has failed, which is told there.
            let _ = to.blocking_send(body);
        })
    });
    let mut number = 0;
    while let Some(body) = ready.recv().await {
        match admin.import_chunk(desk, import, number, serde_json::from_slice(&body)?).await? {
            Answer::Import(_) => number += 1,
            other => anyhow::bail!("{other:?}"),
        }
    }
    reader.await??;
    let Answer::Import(state) = admin.import_finish(desk, import).await? else { anyhow::bail!("not finished") };
    anyhow::ensure!(state.finished && state.stored == contacts, "{state:?}");
    let took = begun.elapsed();
    ground.close().await?;
    Ok((took, reading))
}

/// The most memory that this process had, in MiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1_024
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let dir = tempfile::Builder::new().prefix("import").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let dir = dir.path();
    let rows: u64 = if short() { 5_000 } else { 1_000_000 };
    let list = dir.join("list.csv");
    let mut file = BufWriter::new(std::fs::File::create(&list)?);
    made_up::write(&mut file, rows, 1)?;
    file.flush()?;
    let before = peak();
    let (took, reading) = import(dir, &list).await?;
    let memory = peak();
    let chunks = bare(dir, &list, false).await?;
    let at_once = bare(dir, &list, true).await?;
    let mut out = std::io::stdout();
    let a_second = |time: Duration| rows as f64 / time.as_secs_f64();
    writeln!(out, "{rows} rows, {} MiB of text", std::fs::metadata(&list)?.len() / 1_048_576)?;
    for (what, time) in [
        ("import, file to last commit", took),
        ("  of it the first reading", reading),
        ("bare insert, a thousand a transaction", chunks),
        ("bare insert, one transaction", at_once),
    ] {
        writeln!(out, "  {what:<40} {:>8.2} s {:>9.0} rows/s", time.as_secs_f64(), a_second(time))?;
    }
    let ratio = |time: Duration| took.as_secs_f64() / time.as_secs_f64();
    writeln!(
        out,
        "  import / bare insert: {:.2} (a thousand a transaction), {:.2} (one transaction)",
        ratio(chunks),
        ratio(at_once)
    )?;
    writeln!(out, "  memory: {before} MiB before, {memory} MiB at most with the database's own")?;
    Ok(())
}
