//! kill -9 of the real programs at random moments: the texter's console, the campaign server, and the carrier, each a process
//! of its own with a log of its own (journal, database, the carrier's log). When all of it has come to rest the checker of
//! histories reads the three logs.
//!
//! `TEXTBANK_KILLS` says how many processes are killed, `TEXTBANK_KILLS_SEED` by which dice. The dice choose whom, when and
//! what the carrier does wrong; how far each process had come at that moment is the machine's.

pub mod proof;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use textbank::api::message::SendRequest;
use textbank::client::journal::{Held, Journal, State};
use textbank::console::core::shared::msg::ConfirmedWhat;
use textbank::domain::ledger::Link;
use textbank::domain::message::Direction;
use textbank::env::{SystemClock, SystemIds};
use textbank::sim::check::judge;
use textbank::sim::history::{Fact, Row};
use textbank::sim::world::database;
use uuid::Uuid;

use self::proof::changes_are_noticed;
use crate::harness::{DEADLINE, Home, Terminal};
use crate::served::{leave, wait_until_all_is_handed_in};
use crate::serving::{Plan, Served, sent_of};

/// Contacts of a campaign, all in one slice; when they are used up there is a new one.
const MANY: usize = 300;
/// Nobody is killed any more when so few are left.
const LAST: usize = 6;
/// Calls of half a second, look-ups after one and a half, held after fifteen.
pub const HURRY: &str = "60";
/// What goes wrong at the carrier, all the time. Its slow answers still come in time, so that many calls are under
/// way when somebody dies; of many texts no receipt says afterwards what became of them.
pub const FAULTS: &str = "cut=4,lost=5,error=4,down=2,slow=40,malformed=1,type=1,redirect=1,refused=3,later=4,\
                      twice=20,swapped=15,early=10,late=5,mute=40,undelivered=4,slow_ms=350,late_ms=400";
/// Long enough without a byte that the card has been there for its dwell.
pub const DWELL: Duration = Duration::from_millis(250);

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
    arguments: Vec<String>,
    process: Child,
}

impl Carrier {
    fn start(home: &Home, arguments: Vec<String>) -> Self {
        let process = Self::run(home, &arguments);
        Self { home: home.clone(), arguments, process }
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

/// A campaign with its three processes, and what was seen of it from outside.
struct Town {
    served: Served,
    carrier: Carrier,
    console: Option<Terminal>,
    log: PathBuf,
    /// Texts that a dead console's journal held.
    journaled: BTreeMap<Uuid, SendRequest>,
    /// The most that a screen said was confirmed.
    most: usize,
    kills: [usize; 3],
    _own: tempfile::TempDir,
}

const CONSOLE: usize = 0;
const SERVER: usize = 1;
const CARRIER: usize = 2;

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
        let listen = format!("127.0.0.1:{other}");
        let (secret, place) = (secret.to_str().expect("plain"), log.to_str().expect("plain"));
        let mut arguments = words(&["--listen", &listen, "--log", place, "--callback", &callback]);
        arguments.extend(words(&["--secret-file", secret, "--faults", FAULTS, "--seed", &seed]));
        let carrier = Carrier::start(&home, arguments);
        let url = format!("http://{listen}");
        let serve = words(&["--carrier-url", &url, "--carrier-secret-file", secret, "--carrier-hurry", HURRY]);
        let listen = Some(format!("127.0.0.1:{server}"));
        let served =
            Served::start_as(Plan { home: Some(home), listen, serve, contacts: Some(MANY), ..Plan::default() });
        let mut town =
            Self { served, carrier, console: None, log, journaled: BTreeMap::new(), most: 0, kills: [0; 3], _own: own };
        town.open();
        town
    }

    fn killed(&self) -> usize {
        self.kills.iter().sum()
    }

    fn console(&mut self) -> &mut Terminal {
        self.console.as_mut().expect("it runs")
    }

    fn open(&mut self) {
        let console = self.served.console();
        console.wait_for_screen("the header", |screen| sent_of(MANY, screen).is_some());
        self.console = Some(console);
    }

    /// What the screen says is confirmed.
    fn said(&mut self) -> usize {
        let said = sent_of(MANY, &self.console().screen());
        self.most = self.most.max(said.unwrap_or(0));
        said.unwrap_or(self.most)
    }

    /// Enter on the card, without a look at what comes of it.
    fn press(&mut self) {
        let console = self.console();
        console.wait_for("sends this text");
        console.wait_until_quiet(DWELL);
        console.press(b"\r");
    }

    /// Enter, and the next card. A press that the screen did not count was none: it is pressed again.
    fn confirm(&mut self) {
        let before = self.said();
        for _ in 0..5 {
            self.press();
            let next = |screen: &str| sent_of(MANY, screen).is_some_and(|n| n > before);
            if self.console().becomes(Duration::from_secs(10), next) {
                self.said();
                return;
            }
        }
        panic!("Enter does nothing:\n{}", self.console().screen());
    }

    /// Something that is followed, a moment later, by deaths.
    fn event(&mut self, dice: &mut Dice) {
        match dice.below(8) {
            0..3 => self.press(),
            3..6 => self.confirm(),
            6 => {
                self.confirm();
                let online = |screen: &str| !screen.contains("to upload") && screen.contains("online");
                self.console().becomes(Duration::from_secs(3), online);
            }
            // They die right after they began.
            _ => {}
        }
    }

    fn kill(&mut self, who: &[usize]) {
        for who in who {
            match *who {
                CONSOLE => self.kill_the_console(),
                SERVER => self.served.kill(),
                _ => self.carrier.kill(),
            }
            self.kills[*who] += 1;
        }
    }

    /// What the screen had counted must be in the journal now, or have come to the server: nothing confirmed is lost.
    fn kill_the_console(&mut self) {
        let said = self.said();
        self.console.take().expect("it runs").kill();
        let mut found: BTreeSet<Uuid> = BTreeSet::new();
        for held in self.journal() {
            if let ConfirmedWhat::Text(request) = held.act.what {
                found.insert(held.act.id);
                self.journaled.insert(held.act.id, request);
            }
        }
        found.extend(self.rows().iter().filter_map(|fact| match fact {
            Fact::Row(Row::Message(message)) if message.direction == Direction::Outbound => Some(message.id),
            _ => None,
        }));
        assert!(said <= found.len(), "the screen said {said} and there are {}", found.len());
    }

    /// The server's rows; its process may be dead.
    fn rows(&self) -> Vec<Fact> {
        self.served.block_on(database::rows(&self.served.database())).expect("the server's rows")
    }

    fn journal(&self) -> Vec<Held> {
        journal_of(&self.served.home)
    }

    /// Kills until `wanted` are dead or the campaign is used up.
    fn work(&mut self, dice: &mut Dice, wanted: usize) {
        while self.killed() < wanted && self.most + LAST < MANY {
            self.event(dice);
            self.console().pass(dice.moment());
            let who: &[usize] = match dice.below(10) {
                0..3 => &[CONSOLE],
                3..6 => &[SERVER],
                6..8 => &[CARRIER],
                8 => &[CONSOLE, SERVER],
                _ => &[SERVER, CARRIER],
            };
            self.kill(who);
            // Who texts may go on for a while, when there is a card.
            let card = |console: &Terminal| console.screen().contains("sends this text");
            if self.console.as_ref().is_some_and(card) && dice.below(3) == 0 {
                self.confirm();
            }
            if who.contains(&CARRIER) {
                self.carrier.start_again();
            }
            if who.contains(&SERVER) {
                self.served.start_again();
            }
            if who.contains(&CONSOLE) {
                self.open();
            }
        }
    }

    /// Everything runs, and nothing more happens by itself. Gives back the newest place in the ledger.
    fn come_to_rest(&mut self) -> Link {
        // The newest text is seen in the journal, where its place in the ledger is: that stands for all texts before it.
        self.console().wait_for("sends this text");
        self.served.kill();
        self.confirm();
        self.kill_the_console();
        let links = self.journaled.values().filter_map(|request| request.shown.link.clone());
        let newest = links.max_by_key(|link| link.n).expect("a place in the ledger");
        self.served.start_again();
        self.open();
        wait_until_all_is_handed_in(self.console());
        let open = "SELECT count(*) FROM messages WHERE delivery IN ('accepted', 'submitting', 'unknown')";
        let mut rounds = 0;
        while self.served.count(open) > 0 {
            rounds += 1;
            assert!(rounds < 4 * DEADLINE.as_secs() * 5, "{} texts come to no end", self.served.count(open));
            self.console().pass(Duration::from_millis(200));
        }
        let said = self.said();
        let taken = "SELECT count(*) FROM messages WHERE direction = 'out' AND delivery <> 'dropped'";
        assert_eq!(said as i64, self.served.count(taken), "the screen's count and the server's");
        leave(self.console.take().expect("it runs"));
        let waits = self.journal().into_iter().filter(|held| matches!(held.state, State::Confirmed | State::Unknown));
        assert_eq!(waits.count(), 0, "nothing waits in the journal");
        newest
    }
}

/// What a texter's journal holds, read from a copy: nobody but the console opens the journal itself.
pub fn journal_of(home: &Home) -> Vec<Held> {
    let journal = home.below("data").into_iter().find(|path| path.ends_with("journal.db"));
    let Some(from) = journal.as_deref().and_then(Path::parent) else { return Vec::new() };
    let copy = tempfile::tempdir().expect("a directory");
    for name in ["journal.db", "journal.db-wal", "key"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), copy.path().join(name)).expect("copied");
        }
    }
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (journal, opened) = Journal::open(copy.path(), &clock, &ids).await.expect("the journal opens");
        assert_eq!(opened.damaged, None, "a kill damages no journal");
        let held = journal.held().await.expect("its rows");
        journal.close().await.expect("closed");
        held
    })
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
        let newest = town.come_to_rest();
        let facts = town.facts();
        let broken: Vec<_> = judge(&facts).iter().map(ToString::to_string).collect();
        assert!(broken.is_empty(), "seed {seed}: {broken:#?}");
        let ends = town.look(&facts, &newest);
        changes_are_noticed(&facts);
        let [consoles, servers, carriers] = town.kills;
        // Nobody reads it when the output is captured.
        let _ = writeln!(
            std::io::stderr(),
            "seed {seed}: {consoles} consoles, {servers} servers, {carriers} carriers killed; {} texts: {ends:?}",
            newest.n
        );
    }
}
