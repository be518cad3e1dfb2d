//! Texters at their consoles and the voters they text, as both are seen from outside: what dice have them do, and what a
//! journal held when its console died.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use textbank::api::message::{SendRequest, Verdict};
use textbank::client::journal::{Held, Journal, State};
use textbank::console::core::shared::msg::{Confirmed, ConfirmedWhat};
use textbank::db::{self, Conn};
use textbank::domain::ids::{ContactId, DeviceId, PersonId};
use textbank::domain::ledger::Link;
use textbank::env::{SystemClock, SystemIds};
use textbank::server::carrier::loopback::{LogLine, read_log};
use textbank::sim::history::{Deed, Fact};
use uuid::Uuid;

use crate::harness::{Home, Terminal};
use crate::kills::Dice;
use crate::kills::proof::pressed;
use crate::served::{leave, wait_until_all_is_handed_in};
use crate::serving::sent_of;

/// Long enough without a byte that what is on the screen has been there for its dwell.
const DWELL: Duration = Duration::from_millis(250);
/// What a key opens is there by then, or the key was none of this moment's: the dice go on.
const SOON: Duration = Duration::from_secs(2);

/// A texter, their console, and what was seen of it from outside.
pub struct Texter {
    /// Who they are to the server.
    pub id: PersonId,
    /// Whose home.
    home: Home,
    /// More in the surroundings of the console.
    surroundings: &'static [(&'static str, &'static str)],
    /// The contacts that they were given at first.
    slice: BTreeSet<ContactId>,
    many: usize,
    console: Option<Terminal>,
    /// Texts that a dead console's journal held.
    journaled: BTreeMap<Uuid, SendRequest>,
    /// Acts that it held.
    deeds: BTreeMap<Uuid, Confirmed>,
    /// What it had been told.
    told: Vec<Verdict>,
    /// The most that a screen said was done.
    pub most: usize,
    /// Their newest place in the ledger, once all has come to rest.
    pub newest: Option<Link>,
}

impl Texter {
    /// Opens the console of somebody who has joined, and is given `many` contacts.
    pub fn begin(
        id: PersonId,
        home: Home,
        many: usize,
        surroundings: &'static [(&'static str, &'static str)],
        slice: impl FnOnce() -> BTreeSet<ContactId>,
    ) -> Self {
        let mut texter = Self {
            id,
            home,
            surroundings,
            slice: BTreeSet::new(),
            many,
            console: None,
            journaled: BTreeMap::new(),
            deeds: BTreeMap::new(),
            told: Vec::new(),
            most: 0,
            newest: None,
        };
        texter.open();
        texter.slice = slice();
        assert_eq!(texter.slice.len(), many, "{id} is given their slice");
        texter
    }

    /// Opens the console.
    pub fn open(&mut self) {
        let console = Terminal::start_with(&self.home, 80, 24, &["text"], self.surroundings);
        console.wait_for_screen("the header", |screen| sent_of(self.many, screen).is_some());
        self.console = Some(console);
    }

    /// The console.
    pub fn console(&mut self) -> &mut Terminal {
        self.console.as_mut().expect("it runs")
    }

    /// Contacts that need no first text any more, as the screen says.
    pub fn said(&mut self) -> usize {
        let screen = self.console().screen();
        let said = sent_of(self.many, &screen);
        self.most = self.most.max(said.unwrap_or(0));
        said.unwrap_or(self.most)
    }

    /// True while more than `few` contacts need their first text.
    pub fn has_more_than(&mut self, few: usize) -> bool {
        self.said().max(self.most) + few < self.many
    }

    /// Enter on the card, when there is one, without a look at what comes of it.
    pub fn press(&mut self) {
        let console = self.console();
        if console.screen().contains("sends this text") {
            console.wait_until_quiet(DWELL);
            console.press(b"\r");
        }
    }

    /// Enter, and the next card. A press that the screen did not count was none: it is pressed again.
    pub fn confirm(&mut self) {
        let before = self.said();
        for _ in 0..5 {
            self.console().wait_for("sends this text");
            self.press();
            let many = self.many;
            let next = |screen: &str| sent_of(many, screen).is_some_and(|n| n > before);
            if self.console().becomes(Duration::from_secs(10), next) {
                self.said();
                return;
            }
        }
        panic!("Enter does nothing:\n{}", self.console().screen());
    }

    /// The card's contact is skipped, or opted out.
    pub fn pass_over(&mut self, dice: &mut Dice) {
        // Drawn whatever is on the screen: the same dice kill the same programs.
        let (skips, notice) = (dice.below(2) == 0, dice.below(2) == 0);
        if !self.console().screen().contains("sends this text") {
            return;
        }
        let console = self.console();
        console.wait_until_quiet(DWELL);
        if skips {
            console.press(b"s");
        } else {
            console.press(b"o");
            if console.becomes(SOON, |screen| screen.contains("Please decide")) {
                console.wait_until_quiet(DWELL);
                console.press(if notice { b"y" } else { b"n" });
            }
        }
        self.back_to_the_card();
    }

    /// Whoever waits longest is answered, asked for the survey, or opted out.
    pub fn answer(&mut self, dice: &mut Dice) {
        let choice = dice.below(5);
        let words = format!("Thank you, number {}.", dice.below(1 << 30));
        let header = self.console().row(1);
        if !header.contains(" waiting") || header.contains(" 0 waiting") {
            return;
        }
        let console = self.console();
        console.press(b"n");
        if console.becomes(SOON, |screen| screen.contains("Conversation with")) {
            console.wait_until_quiet(DWELL);
            let (key, opened, then): (&[u8], _, &[u8]) = match choice {
                0 => (b"a", "Question", b"1"),
                1 => (b"o", "Please decide", b"y"),
                2 => (b"i", "Your reply", b"\x13"),
                _ => (b"i", "Your reply", b"\r"),
            };
            console.press(key);
            if console.becomes(SOON, |screen| screen.contains(opened)) {
                if choice > 1 {
                    console.press(words.as_bytes());
                }
                console.wait_until_quiet(DWELL);
                console.press(then);
                console.wait_until_quiet(DWELL);
            }
        }
        self.back_to_the_card();
    }

    /// Whatever was opened, the card is in the hands again, if there is one.
    fn back_to_the_card(&mut self) {
        let console = self.console();
        for _ in 0..6 {
            let screen = console.screen();
            // With words in the composer the way to the cards leads over the conversation: so a slip sends nothing.
            let key: &[u8] = if ["Please decide", "Question", "send, stay"].iter().any(|place| screen.contains(place)) {
                b"\x1b"
            } else if ["Conversation with", "Replies ·"].iter().any(|pane| screen.contains(pane)) {
                b"\t"
            } else {
                return;
            };
            console.press(key);
            console.becomes(SOON, |now| now != screen);
            console.wait_until_quiet(DWELL);
        }
    }

    /// kill -9 of the console. What the screen had counted must be in the journal now, or have come to the server: nothing
    /// confirmed is lost. `done` says what the server has of the contacts; a row goes from the journal only after the server had it, so
    /// what it has before and after is all.
    pub fn die(&mut self, done: impl Fn() -> BTreeSet<ContactId>) {
        let mut found = done();
        let said = self.said();
        self.console.take().expect("it runs").kill();
        found.extend(self.read_journal());
        found.extend(done());
        let found = found.intersection(&self.slice).count();
        assert!(said <= found, "{}'s screen said {said} and there are {found}", self.id);
    }

    /// Whom it is about.
    fn read_journal(&mut self) -> BTreeSet<ContactId> {
        let mut found = BTreeSet::new();
        for Held { act, verdict, .. } in journal_of(&self.home) {
            if let Some(verdict) = verdict.filter(|verdict| !self.told.contains(verdict)) {
                self.told.push(verdict);
            }
            match &act.what {
                ConfirmedWhat::Text(request) => {
                    found.insert(request.contact);
                    self.journaled.insert(act.id, request.clone());
                }
                ConfirmedWhat::Act { act: what } => {
                    found.extend(what.contact());
                    self.deeds.insert(act.id, act);
                }
            }
        }
        found
    }

    /// Waits for a card: from now on there is one whoever else is dead.
    pub fn wait_for_a_card(&mut self) {
        self.back_to_the_card();
        self.console().wait_for("sends this text");
    }

    /// The newest text of all is seen in the journal, where its place in the ledger is: that stands for all before it. Nobody must
    /// be there to take it.
    pub fn die_after_the_newest(&mut self, done: impl Fn() -> BTreeSet<ContactId>) {
        self.confirm();
        self.die(done);
        let links = self.journaled.values().filter_map(|request| request.shown.link.clone());
        self.newest = links.max_by_key(|link| link.n);
        assert!(self.newest.is_some(), "a place in the ledger");
    }

    /// Waits until nothing of theirs is on its way.
    pub fn wait_until_all_is_handed_in(&mut self) {
        wait_until_all_is_handed_in(self.console());
    }

    /// What stands in the end: the screen says what the server has, and nothing waits in the journal.
    pub fn leave(&mut self, no_card_any_more: &BTreeSet<ContactId>) {
        let said = self.said();
        let wanted = self.slice.intersection(no_card_any_more).count();
        assert_eq!(said, wanted, "{}'s screen's count and the server's", self.id);
        leave(self.console.take().expect("it runs"));
        let held = journal_of(&self.home).into_iter();
        let waits = held.filter(|held| matches!(held.state, State::Confirmed | State::Unknown));
        assert_eq!(waits.count(), 0, "nothing waits in {}'s journal", self.id);
    }

    /// True when a dead console's journal held this text.
    pub fn held(&self, id: &Uuid) -> bool {
        self.journaled.contains_key(id)
    }

    /// The laptop, as its texts name it.
    pub fn device(&self) -> Option<DeviceId> {
        self.journaled.values().next().map(|request| request.shown.device)
    }

    /// Acts that their journals held.
    pub fn deeds(&self) -> impl Iterator<Item = &Confirmed> {
        self.deeds.values()
    }

    /// All that their journals held.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (id, request) in &self.journaled {
            facts.extend([pressed(self.id, *id, request), Fact::Journaled { device: request.shown.device, id: *id }]);
        }
        let Some(device) = self.device() else { return facts };
        for act in self.deeds.values() {
            if let ConfirmedWhat::Act { act: what } = &act.what {
                let deed = Deed { texter: self.id, device, id: act.id, act: what.clone(), at: act.at };
                facts.extend([Fact::Acted(deed), Fact::Journaled { device, id: act.id }]);
            }
        }
        facts.extend(self.told.iter().map(|verdict| Fact::Answered { device, verdict: verdict.clone() }));
        facts
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

async fn contacts(conn: &mut Conn, query: db::Query) -> BTreeSet<ContactId> {
    let rows = query.fetch_all(conn).await.expect("contacts");
    rows.iter().map(|row| ContactId(row.try_get(0).expect("a number"))).collect()
}

/// The contacts in somebody's hands.
pub async fn in_the_hands_of(conn: &mut Conn, texter: PersonId) -> BTreeSet<ContactId> {
    contacts(conn, db::query("SELECT id FROM contacts WHERE assigned = $1").bind(texter.0)).await
}

/// The contacts that need no first text: they have it, or shall have none.
pub async fn without_a_card(conn: &mut Conn) -> BTreeSet<ContactId> {
    let sql = "SELECT id FROM contacts WHERE status <> 'needs_message' OR opt_out >= 2 OR wrong_number <> 0";
    contacts(conn, db::query(sql)).await
}

/// The contacts of whom the server was told anything, whatever became of it.
pub async fn touched(conn: &mut Conn) -> BTreeSet<ContactId> {
    let mut all = without_a_card(conn).await;
    all.extend(contacts(conn, db::query("SELECT DISTINCT contact FROM messages")).await);
    all
}

/// The voters, who write by way of the carrier.
#[derive(Debug, Default)]
pub struct Voters {
    said: usize,
}

/// What they write: for it, against it, an opt-out, and one that may be one.
const WORDS: [&str; 8] = [
    "Yes, I will vote",
    "Who is this?",
    "Where do I vote?",
    "I voted already",
    "No thanks",
    "STOP",
    "Por favor, en español",
    "please stop bothering me, take me off this list",
];

impl Voters {
    /// One of those who got a text writes. Nobody does while nobody has one, or the carrier is dead.
    pub fn write(&mut self, carrier: SocketAddr, log: &Path, dice: &mut Dice) {
        let (whose, which) = (dice.below(1 << 30), dice.below(WORDS.len() as u64));
        let received = read_log(log).expect("the carrier's log").into_iter().filter_map(|line| match line {
            LogLine::Received { to, taken: true, .. } => Some(to),
            _ => None,
        });
        let phones: BTreeSet<_> = received.collect();
        let phones: Vec<_> = phones.into_iter().collect();
        if phones.is_empty() {
            return;
        }
        let from = &phones[usize::try_from(whose).expect("a phone") % phones.len()];
        let words = WORDS[usize::try_from(which).expect("words")];
        self.said += 1;
        let say = serde_json::json!({ "from": from, "body": words, "key": format!("said-{}", self.said) }).to_string();
        let hand_in = || {
            let mut line = TcpStream::connect(carrier)?;
            let head = "POST /say HTTP/1.1\r\nHost: carrier\r\nConnection: close\r\nContent-Type: application/json";
            write!(line, "{head}\r\nContent-Length: {}\r\n\r\n{say}", say.len())?;
            let mut answer = String::new();
            line.read_to_string(&mut answer)
        };
        // Whether it was taken stands in the carrier's log.
        let _ = hand_in();
    }
}

/// Texts from voters that the carrier has in its log: each is to be one row of the servers'.
pub fn written(log: &Path) -> usize {
    let lines = read_log(log).expect("the carrier's log");
    lines.iter().filter(|line| matches!(line, LogLine::Inbound { .. })).count()
}
