//! What a confirm costs: the journal's synced commit against the disk's own floor, a raw append with `fdatasync`, in the
//! same run and in turns, so that both meet the same disk.
//!
//! `cargo bench --bench journal [-- ROUNDS [DIR]]`. Default: 2,000 rounds in the target directory.
#![expect(clippy::print_stdout, reason = "a bench reports on its standard output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures real time")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;
use textbank::api::message::{SendRequest, Shown};
use textbank::client::journal::Journal;
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::domain::ids::{CampaignId, ContactId, DeviceId};
use textbank::domain::message::MessageKind;
use textbank::env::{SystemClock, SystemIds};
use uuid::Uuid;

const WARM_UP: usize = 50;

fn act(id: Uuid, contact: i64) -> Confirmed {
    let at = Timestamp::UNIX_EPOCH;
    let body = "Hi Marisol, it's Jo with the Riverside campaign. Early voting starts Monday at the library on Fifth. \
                Can we count on your vote for the school bond? Reply STOP to opt out.";
    Confirmed {
        id,
        at,
        what: ConfirmedWhat::Text(SendRequest {
            campaign: CampaignId(1),
            contact: ContactId(contact),
            kind: MessageKind::Initial,
            body: body.to_owned(),
            after_seq: 0,
            epoch: 1,
            script_version: 1,
            variant: Some("a".to_owned()),
            source: None,
            off_script: false,
            shown: Shown {
                body_hash: "0".repeat(64),
                drawn_at: at,
                pressed_at: at,
                dwell_ms: 400,
                mono_ms: 0,
                device: DeviceId(Uuid::nil()),
                link: None,
            },
        }),
    }
}

fn append(file: &mut File, bytes: usize) -> anyhow::Result<Duration> {
    let buffer = vec![0x5A; bytes];
    let start = Instant::now();
    file.write_all(&buffer)?;
    file.sync_data()?;
    Ok(start.elapsed())
}

fn line(name: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name:<44} p50 {:>8.1} us   p99 {:>8.1} us   max {:>8.1} us",
        at(0.5).as_secs_f64() * 1e6,
        at(0.99).as_secs_f64() * 1e6,
        at(1.0).as_secs_f64() * 1e6
    );
    at(0.5)
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let rounds: usize = args.next().map_or(Ok(2_000), |text| text.parse()).context("ROUNDS is a number")?;
    let dir = args.next().map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("journal-bench"), PathBuf::from);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(&dir, rounds))?;
    fs::remove_dir_all(&dir)?;
    Ok(())
}

async fn measure(dir: &Path, rounds: usize) -> anyhow::Result<()> {
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let (journal, _) = Journal::open(&dir.join("journal"), &clock, &ids).await?;
    let row = serde_json::to_vec(&act(Uuid::nil(), 1))?.len().next_multiple_of(64) + 24 + 16;
    let log = dir.join("journal/journal.db-wal");
    let before = fs::metadata(&log)?.len();
    for n in 0..WARM_UP {
        journal.confirm(&act(ids.act_id(clock.now()), i64::try_from(n)?)).await?;
    }
    let frames = usize::try_from(fs::metadata(&log)?.len() - before)? / WARM_UP;
    println!("{rounds} rounds in {}; a sealed row is {row} bytes, its commit {frames} bytes of log", dir.display());
    let mut raw = File::create(dir.join("raw"))?;
    let mut wide = File::create(dir.join("wide"))?;
    let (mut rows, mut pages, mut confirms) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..rounds {
        rows.push(append(&mut raw, row)?);
        pages.push(append(&mut wide, frames)?);
        let act = act(ids.act_id(clock.now()), i64::try_from(n)?);
        let start = Instant::now();
        journal.confirm(&act).await?;
        confirms.push(start.elapsed());
    }
    let floor = line("raw append + fdatasync, the row's size", rows);
    let pages = line("raw append + fdatasync, the commit's size", pages);
    let confirm = line("Journal::confirm", confirms);
    println!(
        "confirm / raw p50: {:.2} (row's size), {:.2} (commit's size)",
        confirm.as_secs_f64() / floor.as_secs_f64(),
        confirm.as_secs_f64() / pages.as_secs_f64()
    );
    anyhow::ensure!(journal.unsettled_count() == u64::try_from(rounds + WARM_UP)?, "every confirm is there");
    Ok(journal.close().await?)
}
