//! How many texts are accepted durably in a second on PostgreSQL: by one server process and by three, with 1, 64 and 1,000
//! consoles at once, against `pgbench` writing the same rows in the same run.
//!
//! `TEXTBANK_TEST_POSTGRES=$(.ci/postgres durable DIR) cargo bench --bench postgres [-- --short]`; without one it says so and
//! measures nothing. Every check runs, as in the bench `accept`. A server process also works off the carrier's queue at the same
//! time; the line without a process is the same server in this one, which leaves the carrier alone. Below each rate stands what a
//! text took of a processor, which tells more than the rate where others use the machine too. `-- --only 64` measures 64 consoles
//! alone, with more texts each.

#![expect(clippy::print_stdout, reason = "a bench reports on its standard output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures by the machine's own clock")]

mod floor;
#[path = "../support/line.rs"]
mod line;
#[path = "../support/machine.rs"]
#[expect(dead_code, reason = "other benches use all of it")]
mod machine;
#[path = "../../tests/it/postgres.rs"]
mod postgres;
#[path = "../support/stage.rs"]
#[expect(dead_code, reason = "other benches use all of it")]
mod stage;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use textbank::api::people::Role;
use textbank::domain::ids::CampaignId;
use textbank::server::router;
use textbank::server::store::handles::Desk;
use textbank::server::store::sql::Location;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::floor::{ALONE, MANY};
use crate::line::Rate;
use crate::machine::Server;
use crate::postgres::Database;
use crate::stage::{Ground, hands, join, requests, short};

/// Nobody keeps a loop of texts back here.
const FREE: [(&str, &str); 4] = [
    ("TEXTBANK_SERVE_REQUESTS_PER_ACCOUNT", "0"),
    ("TEXTBANK_SERVE_REQUESTS_PER_ADDRESS", "0"),
    ("TEXTBANK_SERVE_CONNECTIONS", "10000"),
    ("TEXTBANK_SERVE_CONNECTIONS_PER_ADDRESS", "10000"),
];

/// How much of it.
struct Plan {
    /// Consoles at once, and texts of each.
    runs: Vec<(u32, u32)>,
    /// Transactions of pgbench alone, and of each of its many clients.
    alone: u32,
    many: u32,
    processes: usize,
}

/// Texts of each, where one number of consoles is measured alone.
const EACH: u32 = 400;

impl Plan {
    fn asked_for() -> anyhow::Result<Self> {
        if short() {
            // To see that it works.
            return Ok(Self { runs: vec![(1, 30), (64, 2), (100, 2)], alone: 100, many: 10, processes: 3 });
        }
        let runs = match std::env::args().skip_while(|arg| arg != "--only").nth(1) {
            Some(consoles) => vec![(consoles.parse().context("--only: how many consoles?")?, EACH)],
            None => vec![(1, 600), (64, 150), (1_000, 10)],
        };
        Ok(Self { runs, alone: 1_500, many: 250, processes: 3 })
    }

    /// Contacts that are left to pgbench.
    fn floor(&self) -> u32 {
        self.alone + MANY * self.many
    }

    fn contacts(&self) -> u32 {
        let texts: u32 = self.runs.iter().map(|(consoles, each)| consoles * each).sum();
        // By a server in this process, by one process, by several; and some over.
        self.floor() + texts * 3 * 21 / 20
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(database) = Database::make() else { return Ok(()) };
    let plan = Plan::asked_for()?;
    #[cfg(unix)]
    machine::raise_files_limit()?;
    let dir = tempfile::Builder::new().prefix("postgres").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    println!("{}", durability(&database).await?);
    let ground = Ground::open(Location::Postgres(database.url())).await?;
    let begun = std::time::Instant::now();
    let campaign = ground.campaign(plan.contacts()).await?;
    println!("import of {} contacts: {:.2} s", plan.contacts(), begun.elapsed().as_secs_f64());
    let desk = ground.desk();
    // The first contacts are in the hands of the first texters, one for each client of pgbench.
    for _ in 0..MANY {
        join(desk, Role::Texter).await?;
    }
    database.sql(&format!(
        "UPDATE contacts SET assigned = 1 + id % {MANY} WHERE id <= {}; ANALYZE; CHECKPOINT",
        plan.floor()
    ));

    let own = line::serve(router(ground.state.clone())).await?;
    println!("\nno process of its own, the carrier left alone");
    let quiet = all(&plan, &database, desk, campaign, &[], Some(own)).await?;

    let script = floor::script(&database, dir.path()).await?;
    let alone = floor::run(&database, &script, ALONE, plan.alone, 1)?;
    let many = floor::run(&database, &script, MANY, plan.many, 1 + plan.alone)?;
    alone_with(&database, DROPPED);
    database.sql("CHECKPOINT");

    let mut servers: Vec<Server> = Vec::new();
    let mut table = vec![("none", quiet)];
    for (count, name) in [(1, "1"), (plan.processes, "3")] {
        while servers.len() < count {
            let home = dir.path().join(format!("server-{}", servers.len()));
            servers.push(Server::start(&home, &["--database".to_owned(), database.text()], &FREE)?);
        }
        println!("\n{name} server processes, the carrier being called");
        table.push((name, all(&plan, &database, desk, campaign, &servers, None).await?));
    }
    println!("\npgbench, the same rows, one text a transaction");
    println!("  {ALONE:>5} client    {alone:>9.0} texts/s\n  {MANY:>5} clients   {many:>9.0} texts/s");
    println!("\naccepted, against pgbench (1 console: its 1 client; more: its {MANY})");
    for (name, rates) in table {
        for ((consoles, _), rate) in plan.runs.iter().zip(rates) {
            let floor = if *consoles == 1 { alone } else { many };
            println!("  processes {name:>4}   {consoles:>5} consoles   {:.2}", rate.a_second / floor);
        }
    }
    Ok(())
}

/// The runs with these servers, or with the one in this process.
async fn all(
    plan: &Plan,
    database: &Database,
    desk: &Desk,
    campaign: CampaignId,
    servers: &[Server],
    own: Option<SocketAddr>,
) -> anyhow::Result<Vec<Rate>> {
    let addresses: Vec<_> = servers.iter().map(|server| server.addr).chain(own).collect();
    let mut rates = Vec::new();
    for (consoles, each) in plan.runs.iter().copied() {
        let texts = hands(desk, campaign, consoles, each).await?;
        let texts = requests(desk, &texts)?;
        let before = Taken::so_far(database, servers).await?;
        let rate = line::run(&addresses, texts).await?;
        let after = Taken::so_far(database, servers).await?;
        println!("  {consoles:>5} consoles   {rate}\n{:>19}{}", "", after.since(&before, consoles * each));
        rates.push(rate);
        // What was left for the carrier is not the next run's, nor are the dead lines of the queue's index that it leaves: PostgreSQL
        // clears them away once a minute, which here is after the last run.
        alone_with(database, DROPPED);
        database.sql("VACUUM jobs");
    }
    Ok(rates)
}

/// What is left for the carrier is done with. Not deleted: the database would take the table for an empty one, as no campaign's is.
const DROPPED: &str = "UPDATE jobs SET state = 'done' WHERE state = 'ready'";

/// Does something to the database while no server writes.
fn alone_with(database: &Database, what: &str) {
    database.sql(&format!("BEGIN; SELECT pg_advisory_xact_lock(8387229001); {what}; COMMIT"));
}

/// Processor time that was taken so far, and commits that were made.
struct Taken {
    consoles: Duration,
    servers: Duration,
    database: Duration,
    commits: i64,
}

impl Taken {
    async fn so_far(database: &Database, servers: &[Server]) -> anyhow::Result<Self> {
        let (client, connection) = tokio_postgres::connect(&database.text(), NoTls).await?;
        let driver = tokio::spawn(connection);
        let row = client.query_one("SELECT turn, pg_backend_pid() FROM textbank_turn", &[]).await?;
        // Its parent is the parent of all its processes.
        let all = machine::parent(u32::try_from(row.get::<_, i32>(1))?).map(machine::children).unwrap_or_default();
        let taken = Self {
            consoles: machine::processor(std::process::id()),
            servers: servers.iter().map(Server::processor).sum(),
            database: all.into_iter().map(machine::processor).sum(),
            commits: row.get(0),
        };
        driver.abort();
        Ok(taken)
    }

    /// In words, for so many texts.
    fn since(&self, before: &Self, texts: u32) -> String {
        let a_text =
            |now: Duration, before: Duration| now.saturating_sub(before).as_secs_f64() * 1e6 / f64::from(texts);
        format!(
            "a text takes {:.0} us of the servers, {:.0} of the database, {:.0} here; {:.1} texts a commit",
            a_text(self.servers, before.servers),
            a_text(self.database, before.database),
            a_text(self.consoles, before.consoles),
            f64::from(texts) / i32::try_from(self.commits - before.commits).map_or(1.0, f64::from),
        )
    }
}

/// What the database waits for when it commits; figures of one that does not wait for the disk mean nothing.
async fn durability(database: &Database) -> anyhow::Result<String> {
    let (client, connection) = tokio_postgres::connect(&database.text(), NoTls).await?;
    let driver = tokio::spawn(connection);
    let mut said = Vec::new();
    for name in ["server_version", "fsync", "synchronous_commit", "full_page_writes"] {
        for message in client.simple_query(&format!("SHOW {name}")).await? {
            if let SimpleQueryMessage::Row(row) = message {
                said.push(format!("{name} {}", row.get(0).unwrap_or_default()));
            }
        }
    }
    driver.abort();
    let said = said.join(", ");
    let warning = if said.contains("fsync on") { "" } else { "; NOT DURABLE: it does not wait for the disk" };
    Ok(format!("PostgreSQL: {said}{warning}"))
}
