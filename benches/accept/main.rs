//! How many texts the embedded server accepts durably in a second: with 1, 16, 64 and 1,000 consoles at once, against
//! what the disk, the database and HTTP can do at best in the same run.
//!
//! `cargo bench --bench accept [-- --short]`. Every check runs: sign-in, lease, opt-out, hours, evidence, ledger, one first text per contact.

#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

mod floor;
#[path = "../support/line.rs"]
mod line;
#[path = "../support/stage.rs"]
#[expect(dead_code, reason = "other benches use all of it")]
mod stage;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use textbank::server::carrier::simulated::SimulatedCarrier;
use textbank::server::jobs::Dispatcher;
use textbank::server::router;
use textbank::server::store::sql::Location;
use tokio_util::sync::CancellationToken;

use crate::stage::{Ground, hands, requests, short, straight};

/// Consoles at once, and texts of each.
const RUNS: [(u32, u32); 4] = [(1, 1_000), (16, 400), (64, 200), (1_000, 10)];
/// To see that it works.
const SHORT: [(u32, u32); 2] = [(1, 50), (64, 5)];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let dir = tempfile::Builder::new().prefix("accept").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let ground = Ground::open(Location::File(dir.path().join("bench.db"))).await?;
    let desk = ground.desk().clone();
    let (runs, contacts) = if short() { (&SHORT[..], 2_000) } else { (&RUNS[..], 100_000) };
    let begun = Instant::now();
    let campaign = ground.campaign(contacts).await?;
    let mut out = std::io::stdout();
    writeln!(out, "import of {contacts} contacts: {:.2} s", begun.elapsed().as_secs_f64())?;
    let bare = [line::serve(floor::bare()).await?];
    let ours = [line::serve(router(ground.state.clone())).await?];
    for &(consoles, each) in runs {
        let group = usize::try_from(consoles)?;
        let appends = floor::appends(dir.path(), group, 500)?;
        let commits = floor::commits(dir.path(), group, 300).await?;
        let texts = hands(&desk, campaign, consoles, each).await?;
        let nothing = line::run(&bare, requests(&desk, &texts)?).await?;
        let accepted = line::run(&ours, requests(&desk, &texts)?).await?;
        let store = straight(&desk, hands(&desk, campaign, consoles, each).await?).await?;
        // The carrier's queue is worked off at the same time, as in a running server.
        let texts = hands(&desk, campaign, consoles, each).await?;
        let stop = CancellationToken::new();
        let dispatcher = Dispatcher::new(desk.clone(), Arc::new(SimulatedCarrier::silent()));
        let (told, requests) = (stop.clone(), requests(&desk, &texts)?);
        let worker = tokio::spawn(async move { dispatcher.run(told).await });
        let beside = line::run(&ours, requests).await?;
        stop.cancel();
        worker.await?;
        writeln!(out, "\n{consoles} consoles at once")?;
        writeln!(out, "  synced appends of the disk          {appends:>9.0} texts/s")?;
        writeln!(out, "  bare commits of the database        {commits:>9.0} texts/s")?;
        writeln!(out, "  HTTP that stores nothing            {nothing}")?;
        writeln!(out, "  accepted by the store               {store}")?;
        writeln!(out, "  accepted over HTTP                  {accepted}")?;
        writeln!(out, "  the same, the carrier being called  {beside}")?;
        let of = |floor: f64| accepted.a_second / floor;
        writeln!(
            out,
            "  accepted over HTTP: {:.2} of the disk, {:.2} of the bare commits, {:.2} of the HTTP that stores nothing",
            of(appends),
            of(commits),
            of(nothing.a_second)
        )?;
    }
    Ok(())
}
