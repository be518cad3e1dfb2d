//! kill -9 of the real programs at random moments: two texters' consoles, the campaign server, and the carrier, each a process
//! of its own with a log of its own (journals, database, the carrier's log). First texts, replies to voters who write, opt-outs,
//! answers of the survey and skipped contacts are confirmed meanwhile. When all of it has come to rest the checker of histories reads
//! the logs.
//!
//! `TEXTBANK_KILLS` says how many processes are killed, `TEXTBANK_KILLS_SEED` by which dice. The dice choose whom, when and
//! what the carrier does wrong; how far each process had come at that moment is the machine's.

pub mod proof;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use textbank::db::{self, Conn, Options};
use textbank::domain::ids::PersonId;
use textbank::sim::check::judge;
use textbank::sim::history::Fact;
use textbank::sim::world::database;

use self::proof::changes_are_noticed;
use crate::crew::{Texter, Voters, in_the_hands_of, touched, without_a_card, written};
use crate::harness::{DEADLINE, Home};
use crate::serving::{Plan, Served};

/// Who texts.
const NAMES: [&str; 2] = ["Sam", "Tess"];
/// Contacts in each one's hands; when they are used up there is a new campaign.
const SLICE: usize = 150;
/// Nobody is killed any more when so few are left.
const LAST: usize = 8;
/// Calls of half a second, look-ups after one and a half, held after fifteen.
pub const HURRY: &str = "60";
/// What goes wrong at the carrier, all the time. Its slow answers still come in time, so that many calls are under
/// way when somebody dies; of many texts no receipt says afterwards what became of them.
pub const FAULTS: &str = "cut=4,lost=5,error=4,down=2,slow=40,malformed=1,type=1,redirect=1,refused=3,later=4,\
                      twice=20,swapped=15,early=10,late=5,mute=40,undelivered=4,slow_ms=350,late_ms=400";
/// Dice (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    /// A short while.
    pub fn moment(&mut self) -> Duration {
        Duration::from_millis(self.below(400))
    }
}

/// A port below those that the system gives to lines going out: nobody takes it while its process is dead.
fn port(dice: &mut Dice) -> u16 {
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let from = 12_000 + u64::from(std::process::id() % 8_000) + dice.below(2_000);
    (0..1_000).map(|n| u16::try_from(from + n * 7).expect("a port")).find(free).expect("a free port")
}

/// The carrier's process.
struct Carrier {
    home: Home,
    address: SocketAddr,
    arguments: Vec<String>,
    process: Child,
}

impl Carrier {
    fn start(home: &Home, address: SocketAddr, arguments: Vec<String>) -> Self {
        let process = Self::run(home, &arguments);
        Self { home: home.clone(), address, arguments, process }
    }

    fn run(home: &Home, arguments: &[String]) -> Child {
        let mut command = home.command(&["carrier"]);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the program starts");
        let mut said = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut said).expect("a line");
        assert!(said.starts_with("Listening on "), "{said:?}");
        process
    }

    fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    fn start_again(&mut self) {
        self.process = Self::run(&self.home, &self.arguments);
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A campaign with its processes, and what was seen of it from outside.
struct Town {
    served: Served,
    carrier: Carrier,
    texters: Vec<Texter>,
    voters: Voters,
    log: PathBuf,
    kills: [usize; 3],
    _own: tempfile::TempDir,
}

/// Whom a kill meets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    Console(usize),
    Server,
    Carrier,
}

impl Town {
    fn start(dice: &mut Dice) -> Self {
        let own = tempfile::tempdir().expect("a directory");
        let home = Home::new();
        let (secret, log) = (own.path().join("secret"), own.path().join("carrier.log"));
        std::fs::write(&secret, "the carrier's and the server's").expect("written");
        let (server, other) = (port(dice), port(dice));
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let seed = dice.below(1 << 32).to_string();
        let callback = format!("http://127.0.0.1:{server}/webhooks/loopback");
        let address = SocketAddr::from(([127, 0, 0, 1], other));
        let (secret, place) = (secret.to_str().expect("plain"), log.to_str().expect("plain"));
        let mut arguments = words(&["--listen", &address.to_string(), "--log", place, "--callback", &callback]);
        arguments.extend(words(&["--secret-file", secret, "--faults", FAULTS, "--seed", &seed]));
        let carrier = Carrier::start(&home, address, arguments);
        let url = format!("http://{address}");
        let serve = words(&["--carrier-url", &url, "--carrier-secret-file", secret, "--carrier-hurry", HURRY]);
        let listen = Some(format!("127.0.0.1:{server}"));
        let texters = u32::try_from(NAMES.len()).ok();
        let served = Served::start_as(Plan {
            home: Some(home.clone()),
            listen,
            serve,
            contacts: Some(SLICE * NAMES.len()),
            texters,
            ..Plan::default()
        });
        let voters = Voters::default();
        let mut town = Self { served, carrier, texters: Vec::new(), voters, log, kills: [0; 3], _own: own };
        // The first has joined already.
        for (number, name) in NAMES.into_iter().enumerate() {
            let home = if number == 0 { home.clone() } else { Home::new() };
            if number > 0 {
                town.served.let_in(&home, name);
            }
            let id = PersonId(town.number(db::query("SELECT id FROM people WHERE name = $1").bind(name)));
            let slice = || town.read(async |conn| in_the_hands_of(conn, id).await);
            let texter = Texter::begin(id, home, SLICE, &[], slice);
            town.texters.push(texter);
        }
        town
    }

    fn killed(&self) -> usize {
        self.kills.iter().sum()
    }

    /// Reads the server's database; its process may be dead.
    fn read<T>(&self, read: impl AsyncFnOnce(&mut Conn) -> T) -> T {
        self.served.block_on(async {
            let mut conn = Options::file(&self.served.database()).read_only().open().await.expect("a database");
            read(&mut conn).await
        })
    }

    fn number(&self, query: db::Query) -> i64 {
        self.read(async |conn| query.fetch_one(conn).await.expect("a row").try_get(0).expect("a number"))
    }

    /// Something that is followed, a moment later, by deaths.
    fn event(&mut self, dice: &mut Dice) {
        if dice.below(2) == 0 {
            self.voters.write(self.carrier.address, &self.log, dice);
        }
        for texter in &mut self.texters {
            match dice.below(10) {
                0..3 => texter.press(),
                3..5 => texter.confirm(),
                5..7 => texter.answer(dice),
                7 => texter.pass_over(dice),
                8 => {
                    texter.confirm();
                    let online = |screen: &str| !screen.contains("to upload") && screen.contains("online");
                    texter.console().becomes(Duration::from_secs(3), online);
                }
                // They die right after they began.
                _ => {}
            }
        }
    }

    fn kill(&mut self, who: &[Whom]) {
        for who in who {
            match *who {
                Whom::Console(number) => {
                    self.kill_console(number);
                    self.kills[0] += 1;
                }
                Whom::Server => {
                    self.served.kill();
                    self.kills[1] += 1;
                }
                Whom::Carrier => {
                    self.carrier.kill();
                    self.kills[2] += 1;
                }
            }
        }
    }

    fn kill_console(&mut self, number: usize) {
        let mut texter = self.texters.remove(number);
        texter.die(|| self.read(touched));
        self.texters.insert(number, texter);
    }

    /// The server's rows; its process may be dead.
    fn rows(&self) -> Vec<Fact> {
        self.read(async |conn| database::rows_of(conn).await.expect("the server's rows"))
    }

    /// Kills until `wanted` are dead or the campaign is used up.
    fn work(&mut self, dice: &mut Dice, wanted: usize) {
        while self.killed() < wanted && self.texters.iter_mut().all(|texter| texter.has_more_than(LAST)) {
            self.event(dice);
            self.texters[0].console().pass(dice.moment());
            let console = Whom::Console(usize::try_from(dice.below(NAMES.len() as u64)).expect("a texter"));
            let who: &[Whom] = match dice.below(10) {
                0..3 => &[console],
                3..6 => &[Whom::Server],
                6..8 => &[Whom::Carrier],
                8 => &[console, Whom::Server],
                _ => &[Whom::Server, Whom::Carrier],
            };
            self.kill(who);
            // Who texts may go on for a while, when there is a card.
            for number in 0..self.texters.len() {
                if !who.contains(&Whom::Console(number)) && dice.below(3) == 0 {
                    self.texters[number].press();
                }
            }
            // A console opens when there is a server to read from.
            for who in who.iter().rev() {
                match *who {
                    Whom::Carrier => self.carrier.start_again(),
                    Whom::Server => self.served.start_again(),
                    Whom::Console(number) => self.texters[number].open(),
                }
            }
        }
    }

    /// Everything runs, and nothing more happens by itself.
    fn come_to_rest(&mut self) {
        for texter in &mut self.texters {
            texter.wait_for_a_card();
        }
        self.served.kill();
        for number in 0..self.texters.len() {
            let mut texter = self.texters.remove(number);
            texter.die_after_the_newest(|| self.read(touched));
            self.texters.insert(number, texter);
        }
        self.served.start_again();
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
            self.texters[0].console().pass(Duration::from_millis(200));
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

/// What has not come to rest yet, in the servers' database and on the voters' side.
pub fn waits(log: &Path, number: impl Fn(db::Query) -> i64) -> Option<String> {
    let open = "SELECT count(*) FROM messages WHERE delivery IN ('accepted', 'submitting', 'unknown')";
    let (open, wrote) = (number(db::query(open)), written(log) as i64);
    let came = number(db::query("SELECT count(*) FROM messages WHERE direction = 'in'"));
    assert!(came <= wrote, "{came} texts of voters are stored, and they wrote {wrote}");
    (open > 0 || came < wrote).then(|| format!("{open} texts come to no end, {came} of {wrote} texts of voters came"))
}

/// A number that whoever runs the tests gives.
pub fn of_the_surroundings(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "the long run asks for more")]
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}

#[test]
fn whoever_is_killed_nothing_is_lost_and_nothing_goes_out_twice() {
    let wanted = of_the_surroundings("TEXTBANK_KILLS").map_or(9, |kills| usize::try_from(kills).expect("a number"));
    let seed = of_the_surroundings("TEXTBANK_KILLS_SEED").unwrap_or(7);
    let mut dice = Dice(seed);
    // Nobody reads it when the output is captured.
    let _ = writeln!(std::io::stderr(), "seed {seed}");
    let mut killed = 0;
    while killed < wanted {
        let mut town = Town::start(&mut dice);
        town.work(&mut dice, wanted - killed);
        killed += town.killed();
        town.come_to_rest();
        let facts = town.facts();
        let broken: Vec<_> = judge(&facts).iter().map(ToString::to_string).collect();
        assert!(broken.is_empty(), "seed {seed}: {broken:#?}");
        let ends = town.look(&facts);
        changes_are_noticed(&facts);
        let [consoles, servers, carriers] = town.kills;
        // Nobody reads it when the output is captured.
        let _ = writeln!(
            std::io::stderr(),
            "seed {seed}: {consoles} consoles, {servers} servers, {carriers} carriers killed; {ends:?}"
        );
    }
}
