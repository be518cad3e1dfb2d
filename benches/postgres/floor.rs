//! What PostgreSQL does with the same rows when nobody decides anything: `pgbench`, one text a transaction.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use textbank::db;

use crate::postgres::Database;

/// Clients of pgbench: the one alone, and the many.
pub const ALONE: u32 = 1;
pub const MANY: u32 = 64;

/// All rows that an accepted text is, in one statement, as the server writes them: contact and texter are each client's own, as
/// each texter's are, so that nobody waits for another's rows. `{n}` are lengths that the server's own rows have.
const SCRIPT: &str = r"\set k :k + 1
\set contact :base + (:k - 1) * :clients + :client_id
\set person :client_id + 1
WITH it AS (
    SELECT int8send((extract(epoch FROM clock_timestamp()) * 1000000)::bigint) || int8send(:contact::bigint) AS id,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS at, :contact::bigint AS contact, :person::bigint AS person
), message AS (
    INSERT INTO messages (id, organization, campaign, contact, seq, direction, kind, body, at, author, session, delivery,
        script_version, language, variant, source, off_script, after_seq, epoch, body_hash, drawn_at, pressed_at, dwell_ms, device)
    SELECT id, 1, 1, contact, 1, 'out', 'initial', repeat('x', {body}), at, person, 1, 'accepted', 1, 'en', 'a', NULL, 0, 0, 1,
        repeat('0', 64), at, at, 400, int8send(person) || int8send(person) FROM it
), job AS (
    INSERT INTO jobs (message, organization, campaign, contact, kind, rank, created_at, state, good_until)
    SELECT id, 1, 1, contact, 'initial', 2, at, 'ready', at + 43200000000 FROM it
), contact AS (
    UPDATE contacts SET status = 'messaged', last_seq = 1, preview = repeat('x', {preview}), waiting_since = NULL,
        last_out_at = it.at, updated_at = it.at FROM it WHERE contacts.id = it.contact
), tally AS (
    INSERT INTO tallies (campaign, person, initials, replies) SELECT 0, person, 1, 0 FROM it
    ON CONFLICT (campaign, person) DO UPDATE SET initials = tallies.initials + 1
), verdict AS (
    INSERT INTO verdicts (id, organization, person, session, request_hash, outcome, at)
    SELECT id, 1, person, 1, sha256(id), repeat('x', {outcome}), at FROM it
), line AS (
    INSERT INTO audit (at, organization, person, session, what, subject, detail)
    SELECT at, 1, person, 1, 'accepted', repeat('x', 36), 'contact ' || contact FROM it
), news AS (
    INSERT INTO events (at, campaign, person, captain_only, payload)
    SELECT at, 0, person, 0, repeat('x', {payload}) FROM it, generate_series(1, 3)
)
INSERT INTO ledger (organization, seq, received_at, skew_us, outcome, person, texter, session, id, device, campaign, contact,
    kind, body_hash, drawn_at, pressed_at, mono_ms, dwell_ms, chain, n, prev, hash, total, told_skew_us)
SELECT 0, contact, at, NULL, 'accepted', person, 'Tess', 1, id, int8send(person) || int8send(person), 1, contact, 'initial',
    sha256(id), at, at, 0, 400, int8send(person) || int8send(person), contact, sha256(id), sha256(id), sha256(id), NULL FROM it;
";

/// `pgbench`; Debian keeps it out of the path.
fn program() -> PathBuf {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/pgbench"))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| "pgbench".into())
}

/// One number out of the database.
async fn number(database: &Database, sql: &'static str) -> anyhow::Result<i64> {
    let mut conn = database.url().reader().await?;
    Ok(db::query(sql).fetch_one(&mut conn).await?.try_get(0)?)
}

/// The script, with the lengths that the texts have which the server has accepted so far.
pub async fn script(database: &Database, dir: &Path) -> anyhow::Result<PathBuf> {
    let mut script = SCRIPT.to_owned();
    for (name, sql) in [
        ("{body}", "SELECT CAST(AVG(LENGTH(body)) AS BIGINT) FROM messages"),
        ("{preview}", "SELECT CAST(AVG(LENGTH(preview)) AS BIGINT) FROM contacts WHERE status = 'messaged'"),
        ("{outcome}", "SELECT CAST(AVG(LENGTH(outcome)) AS BIGINT) FROM verdicts"),
        ("{payload}", "SELECT CAST(AVG(LENGTH(payload)) AS BIGINT) FROM events WHERE person IS NOT NULL"),
    ] {
        script = script.replace(name, &number(database, sql).await?.to_string());
    }
    let path = dir.join("text.sql");
    std::fs::write(&path, script)?;
    Ok(path)
}

/// So many clients write so many texts each, to the contacts from `base` on; texts a second.
pub fn run(database: &Database, script: &Path, clients: u32, each: u32, base: u32) -> anyhow::Result<f64> {
    let mut command = Command::new(program());
    command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-t", &each.to_string()]);
    for (name, value) in [("k", 0), ("base", base), ("clients", clients)] {
        command.args(["-D", &format!("{name}={value}")]);
    }
    let said = command.arg("-f").arg(script).arg(database.text()).output().context("pgbench does not start")?;
    let text = String::from_utf8_lossy(&said.stdout);
    anyhow::ensure!(said.status.success(), "pgbench: {text}{}", String::from_utf8_lossy(&said.stderr));
    anyhow::ensure!(text.contains("failed transactions: 0"), "pgbench: {text}");
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    rate.context("pgbench tells no rate")
}
