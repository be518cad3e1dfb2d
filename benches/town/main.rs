//! A busy evening: 1,000 consoles, each with its feed, send 1,000 texts a second, and 100 voters a second reply, against a
//! `textbank serve` of its own on this machine. How long until a text is accepted, and until a reply is told to the console
//! that has the conversation; what memory and processor the server takes. Then 5,000 feeds on which nothing happens.
//!
//! `cargo bench --bench town [-- --short]`: the embedded database on disk, then the PostgreSQL that `TEXTBANK_TEST_POSTGRES`
//! names, if any. Texts leave when they are due, whether or not earlier ones were answered; what was late is measured from when
//! it was due. Consoles, voters and the carrier share the machine with the server.

#![expect(clippy::print_stdout, reason = "a bench reports on its standard output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

mod feeds;
#[path = "../support/line.rs"]
#[expect(dead_code, reason = "other benches use all of it")]
mod line;
#[path = "../support/machine.rs"]
#[expect(dead_code, reason = "other benches use all of it")]
mod machine;
mod outside;
#[path = "../../tests/it/postgres.rs"]
#[expect(dead_code, reason = "tests use all of it")]
mod postgres;
#[path = "../support/stage.rs"]
#[expect(dead_code, reason = "other benches use all of it")]
mod stage;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use textbank::db::{self, Conn, Options};
use textbank::domain::ids::CampaignId;
use textbank::domain::phone::Phone;
use textbank::server::store::sql::Location;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::feeds::Replies;
use crate::line::Line;
use crate::machine::Server;
use crate::postgres::Database;
use crate::stage::{Ground, Hand, hands, requests, short};

/// Between two texts of a console.
const PACE: Duration = Duration::from_secs(1);
/// No reply before: somebody has to have been texted.
const LEAD: Duration = Duration::from_secs(2);
/// Whoever has more connections than a campaign's room has to say so.
const ROOM: [(&str, &str); 2] =
    [("TEXTBANK_SERVE_CONNECTIONS", "10000"), ("TEXTBANK_SERVE_CONNECTIONS_PER_ADDRESS", "10000")];

/// How much of it.
struct Plan {
    consoles: u32,
    /// Texts of each, one a second.
    each: u32,
    /// Replies in a second.
    replies: u32,
    /// Feeds on which nothing happens, and for how long.
    idle: usize,
    rest: Duration,
}

const PLAN: Plan = Plan { consoles: 1_000, each: 20, replies: 100, idle: 5_000, rest: Duration::from_secs(20) };
/// To see that it works.
const SHORT: Plan = Plan { consoles: 50, each: 5, replies: 20, idle: 200, rest: Duration::from_secs(2) };

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let plan = if short() { SHORT } else { PLAN };
    #[cfg(unix)]
    machine::raise_files_limit()?;
    let dir = tempfile::Builder::new().prefix("town").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let data = dir.path().join("data");
    std::fs::create_dir(&data)?;
    let file = data.join("textbank.db");
    let data = ["--data", data.to_str().context("a plain path")?].map(str::to_owned);
    println!("the embedded database");
    evening(&plan, dir.path(), Location::File(file), &data).await?;
    if let Some(database) = Database::make() {
        println!("\nPostgreSQL");
        let text = ["--database".to_owned(), database.text()];
        evening(&plan, dir.path(), Location::Postgres(database.url()), &text).await?;
    }
    Ok(())
}

async fn evening(plan: &Plan, dir: &Path, location: Location, named: &[String]) -> anyhow::Result<()> {
    let ground = Ground::open(location.clone()).await?;
    let campaign = ground.campaign(plan.consoles * plan.each * 11 / 10).await?;
    let hands = hands(ground.desk(), campaign, plan.consoles, plan.each).await?;
    let texts = requests(ground.desk(), &hands)?;
    let voters = voters(plan, &hands, location).await?;
    ground.close().await?;

    let secret = dir.join("secret");
    std::fs::write(&secret, outside::SECRET)?;
    let carrier = line::serve(outside::carrier()).await?;
    let mut arguments = named.to_vec();
    arguments.extend(["--carrier-url".to_owned(), format!("http://{carrier}")]);
    arguments.extend(["--carrier-secret-file".to_owned(), secret.to_str().context("a plain path")?.to_owned()]);
    let serve = || Server::start(&dir.join("home"), &arguments, &ROOM);

    let server = serve()?;
    busy(plan, &server, campaign, &hands, texts, voters).await?;
    drop(server);
    idle(plan, &serve()?, campaign, &hands).await
}

/// Who replies, in this order: at each moment somebody who was texted at least a second before.
async fn voters(plan: &Plan, hands: &[Hand], location: Location) -> anyhow::Result<Vec<Phone>> {
    let mut conn: Conn = match location {
        Location::Postgres(url) => url.reader().await?,
        Location::File(path) => Options::file(&path).read_only().open().await?,
        Location::Memory => anyhow::bail!("a process of its own sees no memory of ours"),
    };
    let rows = db::query("SELECT id, phone FROM contacts").fetch_all(&mut conn).await?;
    let mut phones = HashMap::new();
    for row in rows {
        let (id, phone): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        phones.insert(id, Phone::from_e164(&phone).context("a number")?);
    }
    let lasts = plan.each.saturating_sub(u32::try_from(LEAD.as_secs())?);
    let voters = (0..plan.replies * lasts).map(|number| {
        let hand = &hands[usize::try_from(number * 37 % plan.consoles)?];
        let contact = hand.slice[usize::try_from(number / plan.replies)?].id;
        phones.get(&contact.0).cloned().context("a contact")
    });
    voters.collect()
}

/// Everybody texts, voters reply.
async fn busy(
    plan: &Plan,
    server: &Server,
    campaign: CampaignId,
    hands: &[Hand],
    texts: Vec<Vec<Vec<u8>>>,
    voters: Vec<Phone>,
) -> anyhow::Result<()> {
    let replies = Arc::new(Replies::new(voters.len()));
    let many = voters.len();
    let mut told = feeds::open(server.addr, campaign, tokens(hands), &replies).await?;
    let mut lines = Vec::new();
    for list in texts {
        lines.push((Line::to(server.addr).await?, list));
    }
    let before = server.processor();
    let begin = Instant::now() + Duration::from_millis(200);
    let mut consoles = JoinSet::new();
    for (number, (line, list)) in lines.into_iter().enumerate() {
        // Evenly over the second.
        consoles.spawn(console(line, list, begin + PACE / plan.consoles * u32::try_from(number)?));
    }
    let mut outside =
        outside::write(server.addr, voters, begin + LEAD, Duration::from_secs(1) / plan.replies, &replies).await?;
    let mut times = Vec::new();
    while let Some(done) = consoles.join_next().await {
        times.extend(done??);
    }
    let took = begin.elapsed();
    while let Some(done) = outside.join_next().await {
        done??;
    }
    let late = Instant::now() + Duration::from_secs(10);
    while !replies.all_heard() && Instant::now() < late {
        sleep(Duration::from_millis(10)).await;
    }
    anyhow::ensure!(told.try_join_next().is_none(), "a feed ended");
    let taken = server.processor().saturating_sub(before);
    let heard = replies.times();
    println!(
        "{} consoles with their feeds, {} texts each, {} replies a second",
        plan.consoles, plan.each, plan.replies
    );
    println!("  accepted                     {}", line::rate(times, took));
    let inbound = line::rate(heard, took);
    println!("  reply told to the console    {inbound} ({} of {many})", replies.times().len());
    println!(
        "  server                       {:>9.1} MB resident   {:.0} % of one processor",
        server.memory(),
        share(taken, took)
    );
    Ok(())
}

fn tokens(hands: &[Hand]) -> impl Iterator<Item = &str> + Clone {
    hands.iter().map(|hand| hand.joined.token.as_str())
}

fn share(taken: Duration, of: Duration) -> f64 {
    taken.as_secs_f64() / of.as_secs_f64() * 100.0
}

/// Sends its texts, one a second.
async fn console(mut line: Line, list: Vec<Vec<u8>>, begin: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(list.len());
    for (number, request) in list.into_iter().enumerate() {
        let due = begin + PACE * u32::try_from(number)?;
        let begun = if Instant::now() < due {
            sleep_until(due).await;
            Instant::now()
        } else {
            due
        };
        line.ask(&request, "202").await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// Nothing happens on many feeds.
async fn idle(plan: &Plan, server: &Server, campaign: CampaignId, hands: &[Hand]) -> anyhow::Result<()> {
    // What the evening left to be done for the carrier is done first, as far as it is done soon.
    for _ in 0..15 {
        let before = server.processor();
        sleep(Duration::from_secs(1)).await;
        if server.processor().saturating_sub(before) < Duration::from_millis(100) {
            break;
        }
    }
    let memory = server.memory();
    let nothing = Arc::new(Replies::new(0));
    let mut told = feeds::open(server.addr, campaign, tokens(hands).cycle().take(plan.idle), &nothing).await?;
    sleep(Duration::from_secs(1)).await;
    let before = server.processor();
    let begun = Instant::now();
    sleep(plan.rest).await;
    let taken = server.processor().saturating_sub(before);
    anyhow::ensure!(told.try_join_next().is_none(), "a feed ended");
    let more = server.memory() - memory;
    println!("{} idle feeds", plan.idle);
    println!(
        "  server                       {:>9.1} MB resident, {:.1} kB a feed   {:.1} % of one processor",
        server.memory(),
        more * 1e3 / plan.idle as f64,
        share(taken, begun.elapsed())
    );
    Ok(())
}
