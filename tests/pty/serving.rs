//! A campaign server as a process of its own, with a campaign and a texter signed in to it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use jiff::civil::Time;
use secrecy::{ExposeSecret, SecretString};
use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::people::{JoinRequest, Role};
use textbank::client::native::{AdminClient, JoinLink, Timeouts, join};
use textbank::domain::hours::TextingHours;
use textbank::domain::ids::DeviceId;
use textbank::env::{SystemClock, SystemIds};
use textbank::exchange::sample;

use crate::harness::{Home, Terminal};

/// Contacts of the campaign; one slice.
pub const CONTACTS: usize = 24;

/// A server process with one campaign whose hours are always open, and a texter signed in to it.
pub struct Served {
    /// The texter's home.
    pub home: Home,
    data: tempfile::TempDir,
    process: Child,
    url: String,
    runtime: tokio::runtime::Runtime,
}

impl Served {
    /// A server with its campaign and texter.
    pub fn start() -> Self {
        Self::start_behind(str::to_owned)
    }

    /// The same; `line` is told the server's address, and says by which one the texter reaches it.
    pub fn start_behind(line: impl FnOnce(&str) -> String) -> Self {
        // Fails only when a provider stands already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = Home::new();
        let data = tempfile::tempdir().expect("a directory");
        let (process, mut lines) = serve(&home, &data, "127.0.0.1:0");
        let url = listening(&mut lines);
        let link = lines.find(|line| line.contains("/join#")).expect("the first admin's link");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let invite = runtime.block_on(prepare(&JoinLink::parse(&link).expect("a link")));
        let link = JoinLink::new(&line(&url), SecretString::from(invite)).reveal();
        let joined = home.command(&["join", &link, "--name", "Sam"]).output().expect("the program runs");
        assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
        Self { home, data, process, url, runtime }
    }

    /// Sends a signal to the server.
    pub fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill runs").success());
    }

    /// Stops the server in order.
    pub fn stop(&mut self) {
        self.signal("TERM");
        assert!(self.process.wait().expect("it ends").success());
    }

    /// Starts it again where it was.
    pub fn start_again(&mut self) {
        let address = self.url.strip_prefix("http://").expect("an address").to_owned();
        let (process, mut lines) = serve(&self.home, &self.data, &address);
        self.process = process;
        assert_eq!(listening(&mut lines), self.url);
    }

    /// The texter's console.
    pub fn console(&self) -> Terminal {
        Terminal::start_in(&self.home, 80, 24, &["text"])
    }

    /// The texter's console, with more in its surroundings.
    pub fn console_with(&self, more: &[(&str, &str)]) -> Terminal {
        Terminal::start_with(&self.home, 80, 24, &["text"], more)
    }

    /// One number out of the server's database.
    pub fn count(&self, sql: &'static str) -> i64 {
        use sqlx::Connection as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.data.path().join("textbank.db"));
        self.runtime.block_on(async {
            let mut database =
                sqlx::SqliteConnection::connect_with(&options.read_only(true)).await.expect("a database");
            sqlx::query_scalar(sql).fetch_one(&mut database).await.expect("a number")
        })
    }

    /// First texts the server has accepted. That nobody has two is looked at as well.
    pub fn accepted(&self) -> i64 {
        let all = self.count("SELECT count(*) FROM messages WHERE direction = 'out' AND kind = 'initial'");
        let people = self.count("SELECT count(DISTINCT contact) FROM messages WHERE direction = 'out'");
        assert_eq!(all, people, "somebody got a text twice");
        let twice = self.count("SELECT count(*) FROM (SELECT 1 FROM attempts GROUP BY message HAVING count(*) > 1)");
        assert_eq!(twice, 0, "a text went to the carrier twice");
        assert_eq!(
            self.count("SELECT count(*) FROM verdicts WHERE outcome LIKE '%refused%'"),
            0,
            "something was refused"
        );
        all
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

type Lines = Box<dyn Iterator<Item = String>>;

fn serve(home: &Home, data: &tempfile::TempDir, listen: &str) -> (Child, Lines) {
    let data = data.path().to_str().expect("a plain path");
    let mut command = home.command(&["serve", "--listen", listen, "--data", data]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let output = BufReader::new(process.stdout.take().expect("its output"));
    (process, Box::new(output.lines().map_while(Result::ok)))
}

fn listening(lines: &mut Lines) -> String {
    let line = lines.next().expect("the server's first line");
    line.strip_prefix("Listening on ").unwrap_or_else(|| panic!("{line}")).to_owned()
}

/// Imports the sample campaign and gives back a texter's invite.
async fn prepare(link: &JoinLink) -> String {
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let fresh = || ids.act_id(clock.now());
    let request =
        JoinRequest { invite: link.secret.expose_secret().into(), name: "Ada".into(), device: DeviceId(fresh()) };
    let joined = join(&link.base_url, &request, Timeouts::default()).await.expect("joined");
    let admin = AdminClient::new(&link.base_url, &joined.token.into(), Timeouts::default()).expect("a client");
    let mut def = sample::campaign().expect("the sample");
    let (start, end) = (Time::MIN, Time::MAX);
    def.hours = TextingHours {
        initial_start: start,
        initial_end: end,
        reply_start: start,
        reply_end: end,
        sunday_start: start,
    };
    let mut contacts = sample::contacts().expect("the sample").contacts;
    contacts.truncate(CONTACTS);
    let import = fresh();
    let begin = ImportStart { def, contacts: contacts.len() as u64, provenance: "a test".into() };
    admin.import_start(import, &begin).await.expect("started");
    admin.import_chunk(import, 0, &ImportChunk { contacts }).await.expect("taken");
    admin.import_finish(import).await.expect("finished");
    let request = InviteRequest { role: Role::Texter, campaign: None, uses: 1, valid_seconds: 3600 };
    admin.invite(&request).await.expect("an invite").secret
}

/// First texts confirmed so far, as the header says: this console's "3 of 20 done" leaves 17 of all.
pub fn sent(screen: &str) -> Option<usize> {
    let (before, _) = screen.split_once(" done ")?;
    let (before, all) = before.rsplit_once(" of ")?;
    let done: usize = before.rsplit(char::is_whitespace).next()?.parse().ok()?;
    let all: usize = all.parse().ok().filter(|all| *all > 0)?;
    (CONTACTS + done).checked_sub(all)
}
