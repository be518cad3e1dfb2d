//! A campaign server as a process of its own, with a campaign and a texter signed in to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use jiff::civil::Time;
use secrecy::{ExposeSecret, SecretString};
use textbank::api::act::Act;
use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::people::{JoinRequest, Role};
use textbank::api::problem::Code;
use textbank::client::CallError;
use textbank::client::native::{AdminClient, JoinLink, NativeServer, Timeouts, join};
use textbank::domain::contact::Contact;
use textbank::domain::hours::TextingHours;
use textbank::domain::ids::{ActId, DeviceId};
use textbank::domain::phone::Phone;
use textbank::env::{SystemClock, SystemIds};
use textbank::exchange::sample;

use crate::harness::{Home, Terminal};

/// A first name that is looked for where no name may be.
pub const CANARY: &str = "Zyzzyva";

/// Contacts of the campaign; one slice.
pub const CONTACTS: usize = 24;

/// Where a server differs from the plainest one.
#[derive(Default)]
pub struct Plan {
    /// The texter's home.
    pub home: Option<Home>,
    /// Where the database is; a fresh directory when absent.
    pub data: Option<PathBuf>,
    /// Where it listens; a free port when absent.
    pub listen: Option<String>,
    /// More arguments of `serve`.
    pub serve: Vec<String>,
    /// More in its surroundings.
    pub surroundings: Vec<(String, String)>,
    /// So many contacts, all in one slice; [`CONTACTS`] when absent.
    pub contacts: Option<usize>,
    /// So many texters, who share the contacts; one when absent.
    pub texters: Option<u32>,
    /// Their first names are [`CANARY`] with a number, which nothing else is called.
    pub canaries: bool,
}

/// A server process with one campaign whose hours are always open, and a texter signed in to it.
pub struct Served {
    /// The texter's home.
    pub home: Home,
    plan: Plan,
    data: PathBuf,
    process: Child,
    url: String,
    runtime: tokio::runtime::Runtime,
    /// The admin's token.
    token: SecretString,
    /// By which texters join.
    link: String,
    _own: tempfile::TempDir,
}

impl Served {
    /// A server with its campaign and texter.
    pub fn start() -> Self {
        Self::start_behind(str::to_owned)
    }

    /// As planned.
    pub fn start_as(plan: Plan) -> Self {
        Self::begin(plan, str::to_owned)
    }

    /// The same; `line` is told the server's address, and says by which one the texter reaches it.
    pub fn start_behind(line: impl FnOnce(&str) -> String) -> Self {
        Self::begin(Plan::default(), line)
    }

    fn begin(plan: Plan, line: impl FnOnce(&str) -> String) -> Self {
        // Fails only when a provider stands already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = plan.home.clone().unwrap_or_else(Home::new);
        let own = tempfile::tempdir().expect("a directory");
        let data = plan.data.clone().unwrap_or_else(|| own.path().to_owned());
        let listen = plan.listen.clone().unwrap_or_else(|| "127.0.0.1:0".into());
        let (process, mut lines) = serve(&home, &data, &listen, &plan);
        let url = listening(&mut lines);
        let link = lines.find(|line| line.contains("/join#")).expect("the first admin's link");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let people = people(plan.contacts.unwrap_or(CONTACTS), plan.canaries);
        let texters = plan.texters.unwrap_or(1);
        let (token, invite) = runtime.block_on(prepare_for(&JoinLink::parse(&link).expect("a link"), people, texters));
        let link = JoinLink::new(&line(&url), SecretString::from(invite)).reveal();
        let served = Self { home, plan, data, process, url, runtime, token, link, _own: own };
        served.let_in(&served.home, "Sam");
        served
    }

    /// One more texter joins, whose home is this.
    pub fn let_in(&self, home: &Home, name: &str) {
        let joined = home.command(&["join", &self.link, "--name", name]).output().expect("the program runs");
        assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
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

    /// Ends it at once, without a word to it (kill -9).
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.process.wait().expect("it ends");
    }

    /// The server, as its admin reaches it.
    pub fn admin(&self) -> NativeServer {
        NativeServer::new(&self.url, &self.token, Timeouts::default()).expect("a client")
    }

    /// The server's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The admin's token.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Waits for an answer of the server.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The server's database.
    pub fn database(&self) -> PathBuf {
        self.data.join("textbank.db")
    }

    /// Starts it again where it was.
    pub fn start_again(&mut self) {
        let address = self.url.strip_prefix("http://").expect("an address").to_owned();
        let (process, mut lines) = serve(&self.home, &self.data, &address, &self.plan);
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

    /// Everything below the texter's sign-ins and journals, by name.
    pub fn kept(&self) -> Vec<String> {
        let name = |path: PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut found: Vec<_> = self.home.below("data").into_iter().map(name).collect();
        found.sort();
        found
    }

    /// A join link for one more texter, who has accepted nothing yet, and rules of this many lines to accept.
    pub fn with_rules(&self, lines: usize) -> String {
        let admin = AdminClient::new(&self.url, &self.token, Timeouts::default()).expect("a client");
        let text: String = (1..=lines).map(|n| format!("Rule {n}: be kind.\n")).collect();
        let request =
            InviteRequest { role: Role::Texter, campaign: None, uses: 1, valid_seconds: 3600, waiting_room: false };
        let secret = self.runtime.block_on(async {
            admin.set_conduct(BTreeMap::from([("en".to_owned(), text)])).await.expect("rules");
            admin.invite(&request).await.expect("an invite").secret
        });
        JoinLink::new(&self.url, SecretString::from(secret)).reveal()
    }

    /// Numbers out of the server's database.
    pub fn phones(&self, sql: &'static str) -> Vec<Phone> {
        use sqlx::Connection as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.database());
        let found: Vec<String> = self.runtime.block_on(async {
            let mut database =
                sqlx::SqliteConnection::connect_with(&options.read_only(true)).await.expect("a database");
            sqlx::query_scalar(sql).fetch_all(&mut database).await.expect("numbers")
        });
        found.iter().map(|text| Phone::from_e164(text).expect("a number")).collect()
    }

    /// A join link for one more texter, who waits to be let in.
    pub fn with_waiting_room(&self) -> String {
        let admin = AdminClient::new(&self.url, &self.token, Timeouts::default()).expect("a client");
        let request =
            InviteRequest { role: Role::Texter, campaign: None, uses: 1, valid_seconds: 3600, waiting_room: true };
        let secret = self.runtime.block_on(admin.invite(&request)).expect("an invite").secret;
        JoinLink::new(&self.url, SecretString::from(secret)).reveal()
    }

    /// A join link for a captain.
    pub fn captain_link(&self) -> String {
        let admin = AdminClient::new(&self.url, &self.token, Timeouts::default()).expect("a client");
        let request =
            InviteRequest { role: Role::Captain, campaign: None, uses: 1, valid_seconds: 3600, waiting_room: false };
        let secret = self.runtime.block_on(admin.invite(&request)).expect("an invite").secret;
        JoinLink::new(&self.url, SecretString::from(secret)).reveal()
    }

    /// The admin lets in whoever waits.
    pub fn let_everybody_in(&self) {
        use textbank::client::CampaignServer as _;
        let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
        let admin = self.admin();
        self.runtime.block_on(async {
            let people = admin.waiting_room().await.expect("a list").iter().map(|one| one.person).collect();
            let act = Act::Admit { campaign: None, people };
            let verdict = admin.act(ActId(ids.act_id(clock.now())), &act).await.expect("an answer");
            assert!(verdict.is_accepted(), "{verdict:?}");
        });
    }

    /// The admin accepts the rules of conduct.
    pub fn accept_rules(&self) {
        let admin = self.admin();
        self.runtime.block_on(async {
            for rules in admin.conduct(None).await.expect("rules") {
                admin.accept_conduct(&rules.version).await.expect("accepted");
            }
        });
    }

    /// The admin shows out whoever waits.
    pub fn show_everybody_out(&self) {
        use textbank::client::CampaignServer as _;
        let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
        let admin = self.admin();
        self.runtime.block_on(async {
            for one in admin.waiting_room().await.expect("a list") {
                let act = Act::ShowOut { campaign: None, person: one.person };
                let verdict = admin.act(ActId(ids.act_id(clock.now())), &act).await.expect("an answer");
                assert!(verdict.is_accepted(), "{verdict:?}");
            }
        });
    }

    /// An admin ends the texter's sign-in.
    pub fn end_the_sign_in(&self) {
        let admin = AdminClient::new(&self.url, &self.token, Timeouts::default()).expect("a client");
        self.runtime.block_on(async move {
            for session in admin.sessions().await.expect("a list").iter().filter(|one| one.role == Role::Texter) {
                admin.revoke_session(session.id).await.expect("ended");
            }
        });
    }

    /// One number out of the server's database.
    pub fn count(&self, sql: &'static str) -> i64 {
        use sqlx::Connection as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.database());
        self.runtime.block_on(async {
            let mut database =
                sqlx::SqliteConnection::connect_with(&options.read_only(true)).await.expect("a database");
            sqlx::query_scalar(sql).fetch_one(&mut database).await.expect("a number")
        })
    }

    /// First texts the server has accepted. That nobody has two is looked at as well.
    pub fn accepted(&self) -> i64 {
        // In one look: more come in meanwhile.
        let more = self.count(
            "SELECT (SELECT count(*) FROM messages WHERE direction = 'out' AND kind = 'initial')
                 - (SELECT count(DISTINCT contact) FROM messages WHERE direction = 'out')",
        );
        assert_eq!(more, 0, "somebody got a text twice");
        let all = self.count("SELECT count(*) FROM messages WHERE direction = 'out' AND kind = 'initial'");
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

fn serve(home: &Home, data: &Path, listen: &str, plan: &Plan) -> (Child, Lines) {
    let data = data.to_str().expect("a plain path");
    let mut command = home.command(&["serve", "--listen", listen, "--data", data]);
    command.args(&plan.serve).envs(plan.surroundings.iter().cloned());
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let output = BufReader::new(process.stdout.take().expect("its output"));
    (process, Box::new(output.lines().map_while(Result::ok)))
}

fn listening(lines: &mut Lines) -> String {
    let line = lines.next().expect("the server's first line");
    line.strip_prefix("Listening on ").unwrap_or_else(|| panic!("{line}")).to_owned()
}

/// Contacts of the sample; as canaries they have names that nothing else is called.
fn people(many: usize, canaries: bool) -> Vec<Contact> {
    let mut contacts = sample::contacts().expect("the sample").contacts;
    contacts.truncate(many);
    for (n, contact) in contacts.iter_mut().enumerate().filter(|_| canaries) {
        contact.first_name = format!("{CANARY}{n}");
    }
    contacts
}

/// Imports the sample campaign, its contacts in one slice for each of so many texters, and gives back the admin's token and
/// the texters' invite.
pub async fn prepare(link: &JoinLink, many: usize, texters: u32) -> (SecretString, String) {
    prepare_for(link, people(many, false), texters).await
}

/// The same with these contacts.
async fn prepare_for(link: &JoinLink, contacts: Vec<Contact>, texters: u32) -> (SecretString, String) {
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let fresh = || ids.act_id(clock.now());
    let request = JoinRequest {
        invite: link.secret.expose_secret().into(),
        name: "Ada".into(),
        device: DeviceId(fresh()),
        proof: None,
    };
    let joined = join(&link.base_url, &request, Timeouts::default()).await.expect("joined");
    let token = SecretString::from(joined.token);
    let admin = AdminClient::new(&link.base_url, &token, Timeouts::default()).expect("a client");
    let mut def = sample::campaign().expect("the sample");
    let (start, end) = (Time::MIN, Time::MAX);
    def.hours = TextingHours {
        initial_start: start,
        initial_end: end,
        reply_start: start,
        reply_end: end,
        sunday_start: start,
        ..TextingHours::default()
    };
    let slice = u32::try_from(contacts.len()).expect("a slice") / texters;
    def.slice_size = if texters > 1 { slice } else { def.slice_size.max(slice) };
    let import = fresh();
    let begin = ImportStart {
        def,
        contacts: contacts.len() as u64,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    admin.import_start(import, &begin).await.expect("started");
    admin.import_chunk(import, 0, &ImportChunk { contacts, shared: false }).await.expect("taken");
    admin.import_finish(import).await.expect("finished");
    // What is asked before the console opens has tests of its own; a server of an older version asks nothing.
    match admin.set_conduct(BTreeMap::new()).await {
        Err(CallError::Refused(problem)) if problem.code == Code::NotFound => {}
        lifted => drop(lifted.expect("lifted")),
    }
    let request =
        InviteRequest { role: Role::Texter, campaign: None, uses: texters, valid_seconds: 3600, waiting_room: false };
    (token, admin.invite(&request).await.expect("an invite").secret)
}

/// First texts confirmed so far, as the header says: this console's "3 of 20 done" leaves 17 of all.
pub fn sent(screen: &str) -> Option<usize> {
    sent_of(CONTACTS, screen)
}

/// The same in a campaign of `many` contacts.
pub fn sent_of(many: usize, screen: &str) -> Option<usize> {
    let (before, _) = screen.split_once(" done ")?;
    let (before, all) = before.rsplit_once(" of ")?;
    let done: usize = before.rsplit(char::is_whitespace).next()?.parse().ok()?;
    let all: usize = all.parse().ok().filter(|all| *all > 0)?;
    (many + done).checked_sub(all)
}
