//! The processes, what befalls them, and how they come to rest.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use textbank::client::native::{JoinLink, NativeServer, Timeouts};
use textbank::db::{self, Conn};
use textbank::domain::ids::PersonId;
use textbank::sim::history::Fact;
use textbank::sim::world::database;
use uuid::Uuid;

use super::wire::{Place, Wire};
use crate::asleep::false_clock;
use crate::crew::{Texter, Voters, in_the_hands_of, touched, without_a_card};
use crate::harness::{DEADLINE, Home};
use crate::kills::{Dice, FAULTS, HURRY, waits};
use crate::postgres::Database;
use crate::serving::prepare;

/// The program as it is now.
const NEWEST: &str = env!("CARGO_BIN_EXE_textbank");

const SERVERS: usize = 3;
const NAMES: [&str; 3] = ["Ann", "Ben", "Cem"];
/// Contacts in each one's hands.
const SLICE: usize = 90;
/// Nobody texts any more who has so few left, and nothing befalls anybody any more.
const LAST: usize = 6;
/// A console tries again, elsewhere, after this.
const IMPATIENT: &[(&str, &str)] = &[("TEXTBANK_CLIENT_TIMEOUT_SECONDS", "2")];
/// Seconds, at most, for which something stands still: longer than a transaction may (3), a statement (9), and a line to the
/// database without an answer (10).
const STILL: u64 = 12;

/// What can befall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// kill -9 of a server, which starts again.
    ServerKilled,
    /// SIGSTOP of a server, then SIGCONT.
    ServerStill,
    /// A server's connections to the database are cut, and new ones are refused for a while.
    DatabaseCut,
    /// A server's connections to the database stay open and nothing moves; then it goes on.
    DatabaseStill,
    /// The same, and then they are cut: nobody learns what became of what was under way.
    DatabaseStillThenCut,
    /// The database ends every connection.
    DatabaseEndsAll,
    /// A server's clock jumps.
    ClockJumps,
    /// kill -9 of a console, which starts again.
    ConsoleKilled,
    /// kill -9 of the carrier, which starts again.
    CarrierKilled,
    /// Everybody's connections are cut: they come back by another server.
    ConsolesMoved,
}

const DECK: [Fault; 10] = [
    Fault::ServerStill,
    Fault::ServerKilled,
    Fault::DatabaseCut,
    Fault::DatabaseStill,
    Fault::DatabaseStillThenCut,
    Fault::DatabaseEndsAll,
    Fault::ClockJumps,
    Fault::ConsoleKilled,
    Fault::CarrierKilled,
    Fault::ConsolesMoved,
];

/// A process, ended by its own id.
struct Process(Child);

impl Process {
    /// Starts it and reads where it listens; gives back the rest of what it says too.
    fn start(mut command: Command) -> (Self, std::net::SocketAddr, impl Iterator<Item = String>) {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut process = Self(child);
        let mut lines = BufReader::new(process.0.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let line = lines.next().expect("its first line");
        let address = line.strip_prefix("Listening on ").unwrap_or_else(|| panic!("{line}"));
        let address = address.strip_prefix("http://").unwrap_or(address).parse().expect("an address");
        (process, address, lines)
    }

    fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill runs").success());
    }

    fn kill(&mut self) {
        self.signal("KILL");
        self.0.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server, its line to the database, and its clock.
struct Server {
    home: Home,
    process: Option<Process>,
    line: Wire,
    clock: Option<PathBuf>,
    address: Option<std::net::SocketAddr>,
    arguments: Vec<String>,
    surroundings: Vec<(String, String)>,
}

impl Server {
    fn run(&mut self) -> (std::net::SocketAddr, impl Iterator<Item = String> + use<>) {
        let mut command = self.home.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(&self.arguments).envs(self.surroundings.iter().cloned());
        let (process, address, lines) = Process::start(command);
        self.process = Some(process);
        self.address = Some(address);
        (address, lines)
    }

    fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("it runs")
    }
}

/// See the module.
pub(super) struct Town {
    pub(super) texters: Vec<Texter>,
    voters: Voters,
    servers: Vec<Server>,
    /// From the consoles and the carrier to the servers, in turn.
    pub(super) front: Wire,
    carrier: Process,
    carrier_at: std::net::SocketAddr,
    carrier_home: Home,
    carrier_arguments: Vec<String>,
    carrier_line: Wire,
    pub(super) token: SecretString,
    pub(super) log: PathBuf,
    database: Database,
    runtime: tokio::runtime::Runtime,
    _own: tempfile::TempDir,
}

/// Where the database is.
fn place_of(database: &Database) -> Place {
    let config: tokio_postgres::Config = database.text().parse().expect("an address");
    let port = config.get_ports().first().copied().unwrap_or(5432);
    match config.get_hosts().first().expect("a host") {
        tokio_postgres::config::Host::Tcp(name) => {
            let mut found = std::net::ToSocketAddrs::to_socket_addrs(&(name.as_str(), port)).expect("an address");
            Place::Tcp(found.next().expect("an address"))
        }
        tokio_postgres::config::Host::Unix(path) => Place::Unix(path.join(format!(".s.PGSQL.{port}"))),
    }
}

/// The database's address by a line to it.
fn address_by(database: &Database, line: &Wire) -> String {
    let config: tokio_postgres::Config = database.text().parse().expect("an address");
    let password = config.get_password().map(|word| format!(":{}", String::from_utf8_lossy(word))).unwrap_or_default();
    let (user, name) = (config.get_user().expect("a user"), config.get_dbname().expect("a database"));
    format!("postgres://{user}{password}@{}/{name}", line.address())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Town {
    /// `more` goes into the surroundings of each server.
    pub(super) fn start(dice: &mut Dice, database: Database, more: &[(&str, &str)]) -> Self {
        Self::start_as(dice, database, more, NEWEST.as_ref())
    }

    /// All servers, and the first texter's console, are this version of the program.
    pub(super) fn start_as(dice: &mut Dice, database: Database, more: &[(&str, &str)], program: &Path) -> Self {
        // Fails only when a provider stands already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own = tempfile::tempdir().expect("a directory");
        let (secret, log) = (own.path().join("secret"), own.path().join("carrier.log"));
        std::fs::write(&secret, "the carrier's and the servers'").expect("written");
        let secret = secret.to_str().expect("plain");
        let front = Wire::to(vec![None; SERVERS]);
        let carrier_line = Wire::to(vec![None]);
        let carrier_home = Home::new();
        let callback = format!("http://{}/webhooks/loopback", front.address());
        let seed = dice.below(1 << 32).to_string();
        let mut carrier_arguments = words(&["--listen", "127.0.0.1:0", "--log", log.to_str().expect("plain")]);
        carrier_arguments.extend(words(&["--callback", &callback, "--secret-file", secret]));
        carrier_arguments.extend(words(&["--faults", FAULTS, "--seed", &seed]));
        let (carrier, carrier_at) = run_carrier(&carrier_home, &carrier_arguments, &carrier_line);
        let url = format!("http://{}", carrier_line.address());
        let serve = ["--carrier-url", &url, "--carrier-secret-file", secret, "--carrier-hurry", HURRY];
        let mut servers: Vec<_> = (0..SERVERS)
            .map(|number| {
                let line = Wire::to(vec![Some(place_of(&database))]);
                let mut arguments = words(&["--database", &address_by(&database, &line)]);
                arguments.extend(words(&serve));
                let says = own.path().join(format!("clock-{number}"));
                std::fs::write(&says, "+0").expect("written");
                let surroundings = false_clock(&says);
                let clock = surroundings.is_some().then_some(says);
                let mut surroundings = surroundings.unwrap_or_default();
                surroundings.extend(more.iter().map(|(name, value)| ((*name).into(), (*value).into())));
                let home = Home::new().with(program);
                Server { home, process: None, line, clock, address: None, arguments, surroundings }
            })
            .collect();
        let (first, mut lines) = servers[0].run();
        let link = lines.find(|line| line.contains("/join#")).expect("the first owner's link");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let texters = u32::try_from(NAMES.len()).expect("a few");
        let link = JoinLink::parse(&link).expect("a link");
        let (token, invite) = runtime.block_on(prepare(&link, SLICE * NAMES.len(), texters));
        front.lead(0, Some(Place::Tcp(first)));
        for (number, server) in servers.iter_mut().enumerate().skip(1) {
            front.lead(number, Some(Place::Tcp(server.run().0)));
        }
        let mut town = Self {
            texters: Vec::new(),
            voters: Voters::default(),
            servers,
            front,
            carrier,
            carrier_at,
            carrier_home,
            carrier_arguments,
            carrier_line,
            token,
            log,
            database,
            runtime,
            _own: own,
        };
        // One after the other: each is given its slice before anything goes wrong.
        for (name, program) in NAMES.into_iter().zip([program, NEWEST.as_ref(), NEWEST.as_ref()]) {
            town.let_in(name, &invite, program);
        }
        town
    }

    fn let_in(&mut self, name: &'static str, invite: &str, program: &Path) {
        let home = Home::new().with(program);
        let front = format!("http://{}", self.front.address());
        let link = JoinLink::new(&front, SecretString::from(invite.to_owned())).reveal();
        let joined = home.command(&["join", &link, "--name", name]).output().expect("the program runs");
        assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
        let id = PersonId(self.number(db::query("SELECT id FROM people WHERE name = $1").bind(name)));
        let slice = || self.read(async |conn| in_the_hands_of(conn, id).await);
        let texter = Texter::begin(id, home, SLICE, IMPATIENT, slice);
        self.texters.push(texter);
    }

    /// Reads the database, whatever has become of the servers' lines to it.
    pub(super) fn read<T>(&self, read: impl AsyncFnOnce(&mut Conn) -> T) -> T {
        self.runtime.block_on(async {
            let mut conn = self.database.url().reader().await.expect("a database");
            read(&mut conn).await
        })
    }

    /// One number out of it.
    pub(super) fn number(&self, query: db::Query) -> i64 {
        self.read(async |conn| query.fetch_one(conn).await.expect("a row").try_get(0).expect("a number"))
    }

    /// The events after a number that concern somebody who is a captain.
    pub(super) fn events_of(&self, name: &'static str, after: u64) -> Vec<u64> {
        let sql = "SELECT e.seq FROM events e WHERE e.seq > $1 AND e.campaign = 1
             AND (e.person IS NULL OR e.person = (SELECT id FROM people WHERE name = $2)) ORDER BY e.seq";
        self.read(async |conn| {
            let after = i64::try_from(after).expect("a number");
            let rows = db::query(sql).bind(after).bind(name).fetch_all(conn).await.expect("events");
            rows.iter().map(|row| row.try_get::<i64>(0).expect("a number").unsigned_abs()).collect()
        })
    }

    /// Attempts to hand texts to the carrier: id, text, and what was answered.
    pub(super) fn attempts(&self) -> Vec<(Uuid, Uuid, Option<String>)> {
        self.read(async |conn| {
            let sql = db::query("SELECT id, message, answer FROM attempts");
            let rows = sql.fetch_all(conn).await.expect("attempts");
            let read = |row: &db::Row| Ok::<_, db::Error>((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
            rows.iter().map(|row| read(row).expect("an attempt")).collect()
        })
    }

    /// The servers' rows.
    pub(super) fn rows(&self) -> Vec<Fact> {
        self.read(async |conn| database::rows_of(conn).await.expect("the servers' rows"))
    }

    /// The servers, as their admin reaches them.
    pub(super) fn admin(&self) -> NativeServer {
        let front = format!("http://{}", self.front.address());
        NativeServer::new(&front, &self.token, Timeouts::default()).expect("a client")
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    fn pass(&mut self, time: Duration) {
        self.texters[0].console().pass(time);
    }

    /// Replaces a server as an operator does: told to end, it says to probes that it will; nobody new is led to it then, what
    /// is under way is finished, and another process takes its place when it says that it is ready.
    pub(super) fn roll(&mut self, number: usize) {
        self.roll_to(number, NEWEST.as_ref());
    }

    /// The same, by this version of the program.
    pub(super) fn roll_to(&mut self, number: usize, program: &Path) {
        let server = &mut self.servers[number];
        server.home = server.home.with(program);
        let old = server.address.expect("it runs");
        server.process().signal("TERM");
        wait_until(|| !is_ready(old));
        self.front.lead(number, None);
        assert!(server.process().0.wait().expect("it ends").success(), "it ends in order");
        let (new, _) = server.run();
        wait_until(|| is_ready(new));
        self.front.lead(number, Some(Place::Tcp(new)));
    }

    fn press(&mut self, dice: &mut Dice) {
        if dice.below(2) == 0 {
            self.voters.write(self.carrier_at, &self.log, dice);
        }
        for texter in &mut self.texters {
            match dice.below(8) {
                _ if !texter.has_more_than(LAST) => {}
                0 => {}
                1..4 => texter.press(),
                4 => texter.answer(dice),
                5 => texter.pass_over(dice),
                _ => {
                    texter.press();
                    texter.console().pass(dice.moment());
                    texter.press();
                }
            }
        }
    }

    pub(super) fn kill_console(&mut self, number: usize) {
        let mut texter = self.texters.remove(number);
        texter.die(|| self.read(touched));
        self.texters.insert(number, texter);
    }

    /// Two at a time befall two of the servers, or somebody else; then all is well for a moment. Until so many befell, or
    /// the campaign is used up.
    pub(super) fn work(&mut self, dice: &mut Dice, wanted: usize) -> Vec<Fault> {
        let (mut befell, mut deck) = (Vec::new(), Vec::new());
        while befell.len() < wanted && self.texters.iter_mut().all(|texter| texter.has_more_than(LAST)) {
            let first = usize::try_from(dice.below(SERVERS as u64)).expect("a server");
            let mut now = Vec::new();
            for whose in [first, (first + 1) % SERVERS] {
                if deck.is_empty() {
                    deck = DECK.to_vec();
                }
                let fault = deck.swap_remove(usize::try_from(dice.below(deck.len() as u64)).expect("a card"));
                now.push((fault, whose));
            }
            self.press(dice);
            self.pass(dice.moment());
            for (fault, whose) in &now {
                self.begin(*fault, *whose, dice);
            }
            self.press(dice);
            let long = now.iter().any(|(fault, _)| {
                matches!(fault, Fault::ServerStill | Fault::DatabaseStill | Fault::DatabaseStillThenCut)
            });
            let seconds = if long { 4 + dice.below(STILL - 4) } else { dice.below(2) };
            for _ in 0..seconds {
                self.pass(Duration::from_secs(1));
                self.press(dice);
            }
            for (fault, whose) in now {
                self.end(fault, whose);
                befell.push(fault);
            }
            self.press(dice);
            self.pass(dice.moment());
            for texter in &mut self.texters {
                texter.said();
            }
        }
        befell
    }

    fn begin(&mut self, fault: Fault, whose: usize, dice: &mut Dice) {
        let server = &mut self.servers[whose];
        match fault {
            Fault::ServerKilled => server.process().kill(),
            Fault::ServerStill => server.process().signal("STOP"),
            Fault::DatabaseCut => {
                server.line.lead(0, None);
                server.line.cut();
            }
            Fault::DatabaseStill | Fault::DatabaseStillThenCut => server.line.stand_still(),
            Fault::DatabaseEndsAll => self.database.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            ),
            Fault::ClockJumps => {
                let jump = ["+4m", "-4m", "+40s", "-40s"][usize::try_from(dice.below(4)).expect("a jump")];
                if let Some(clock) = &server.clock {
                    std::fs::write(clock, jump).expect("written");
                }
            }
            Fault::ConsoleKilled => self.kill_console(whose),
            Fault::CarrierKilled => self.carrier.kill(),
            Fault::ConsolesMoved => self.front.cut(),
        }
        if fault == Fault::ConsoleKilled {
            self.texters[whose].open();
        }
    }

    fn end(&mut self, fault: Fault, whose: usize) {
        let server = &mut self.servers[whose];
        match fault {
            Fault::ServerKilled => {
                let (address, _) = server.run();
                self.front.lead(whose, Some(Place::Tcp(address)));
            }
            Fault::ServerStill => server.process().signal("CONT"),
            Fault::DatabaseCut => server.line.lead(0, Some(place_of(&self.database))),
            Fault::DatabaseStill => server.line.flow(),
            Fault::DatabaseStillThenCut => {
                server.line.cut();
                server.line.flow();
            }
            Fault::CarrierKilled => {
                (self.carrier, self.carrier_at) =
                    run_carrier(&self.carrier_home, &self.carrier_arguments, &self.carrier_line);
            }
            Fault::DatabaseEndsAll | Fault::ClockJumps | Fault::ConsoleKilled | Fault::ConsolesMoved => {}
        }
    }

    /// Everything runs, and nothing more happens by itself.
    pub(super) fn come_to_rest(&mut self) {
        for server in &self.servers {
            if let Some(clock) = &server.clock {
                std::fs::write(clock, "+0").expect("written");
            }
        }
        for texter in &mut self.texters {
            texter.wait_for_a_card();
        }
        let places: Vec<_> = self.front.lead_nowhere();
        self.front.cut();
        for number in 0..self.texters.len() {
            let mut texter = self.texters.remove(number);
            texter.die_after_the_newest(|| self.read(touched));
            self.texters.insert(number, texter);
        }
        for (number, place) in places.into_iter().enumerate() {
            self.front.lead(number, place);
        }
        for texter in &mut self.texters {
            texter.open();
        }
        for texter in &mut self.texters {
            texter.wait_until_all_is_handed_in();
        }
        let log = self.log.clone();
        let mut rounds = 0;
        while let Some(waits) = waits(&log, |query| self.number(query)) {
            rounds += 1;
            assert!(rounds < 4 * DEADLINE.as_secs() * 5, "{waits}");
            self.pass(Duration::from_millis(200));
        }
        for texter in &mut self.texters {
            texter.wait_until_all_is_handed_in();
        }
        let no_card = self.read(without_a_card);
        for texter in &mut self.texters {
            texter.leave(&no_card);
        }
    }
}

/// Waits until it is so.
pub(super) fn wait_until(so: impl Fn() -> bool) {
    let mut rounds = 0;
    while !so() {
        rounds += 1;
        assert!(rounds < 20 * DEADLINE.as_secs(), "it never came to be so");
        #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a probe sees.
fn is_ready(address: std::net::SocketAddr) -> bool {
    use std::io::{Read as _, Write as _};
    let ask = || {
        let mut line = std::net::TcpStream::connect(address)?;
        line.write_all(b"GET /readyz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        line.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

fn run_carrier(home: &Home, arguments: &[String], line: &Wire) -> (Process, std::net::SocketAddr) {
    let mut command = home.command(&["carrier"]);
    command.args(arguments);
    let (process, address, _) = Process::start(command);
    line.lead(0, Some(Place::Tcp(address)));
    (process, address)
}
