//! Every command of the program, in a terminal, against a server all of whose words are hostile: only harmless characters come
//! out, and no line that was not the program's own begins one.
//!
//! Between the program and the server stands somebody who makes every word hostile that a stranger may have chosen: every name and
//! every value of every answer that is no number, time, id or fixed word of the contract. So nothing rests on what the server
//! refuses or cleans when it takes it in. The list of commands is the program's own tree: one that is in neither list below fails.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;
use textbank::api::people::Role;
use textbank::domain::message::MessageKind;
use textbank::env::SystemClock;

use crate::served::{Served, admin_secret};
use crate::spoke::shift::now;
use crate::spoke::stand_in::{StandIn, World};
use crate::support::{TestApp, phone_of};

/// Moves the cursor, writes the clipboard, colours, links, rings, deletes, reorders, hides, and begins lines of its own.
const HOSTILE: &str = "EVIL\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{1b}[5;35m\u{1b}]8;;http://evil.example\u{1b}\\\u{9b}31m\u{202e}\u{2066}\
    \u{200b}\u{7f}\u{8}\u{0}\rFORGED\r\nFORGED: all is sent\nFORGED\u{2028}FORGED\u{85}FORGED";

/// What stands in its place in the files that the commands read: TOML takes no control character but as an escape.
const IN_TOML: &str =
    "EVIL\\u001b]52;c;ZXZpbA==\\u0007\\u001b[5;35m\\u009b31m\\u202e\\u200b\\rFORGED\\nFORGED: all is sent";

/// What a command has to show of the strangers' words, or the walk would prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// Some of them. Its JSON, where it has any, is looked at too.
    Words,
    /// Some of them, as a document that a program reads: its cells are quoted, and may have several lines.
    Document,
    /// Perhaps none.
    Perhaps,
}

use Shows::{Document, Perhaps, Words};

/// Every command that prints what strangers chose, with what it needs. Those that change something come after those that look.
const LOOKS: &[(&str, Shows)] = &[
    ("assignments", Words),
    ("captain --json", Words),
    ("outbox", Perhaps),
    ("campaign check FILES/c.toml --contacts FILES/c.csv", Words),
    ("campaign list", Words),
    ("list check FILES/c.csv --rows 9", Words),
    ("list provenance --campaign 1", Words),
    ("flagged list", Words),
    ("note show", Words),
    ("held list", Perhaps),
    ("canned list", Words),
    ("event list 1", Words),
    ("event show 1 rally", Words),
    ("event rsvps 1 rally --out FILES/rsvps.csv", Perhaps),
    ("event calendar 1 --out FILES/rally.ics", Perhaps),
    ("queue list 1", Words),
    ("queue export 1 Ride --out FILES/queue.csv", Perhaps),
    ("invites", Words),
    ("people", Words),
    ("people waiting", Perhaps),
    ("people sessions list", Words),
    ("second-factor status", Perhaps),
    ("conduct show", Document),
    ("audit", Words),
    ("sessions", Words),
    ("sessions list", Words),
    ("ledger export --out FILES/ledger.jsonl", Perhaps),
    ("ledger verify FILES/evil.jsonl", Perhaps),
    ("ledger anchor", Perhaps),
    ("segment list", Words),
    ("segment count --campaign 1 --where tag=volunteer", Perhaps),
    ("export contacts", Document),
    ("export messages", Document),
    ("export opt-outs", Document),
    ("opt-outs list", Document),
    ("export ledger", Perhaps),
    ("export van --map FILES/map.toml --out FILES/van.csv --campaign 1", Perhaps),
    ("person export +14155550000", Words),
    ("retention show", Words),
    ("legal-hold list", Words),
    ("report", Document),
    ("config check", Perhaps),
    ("config show", Perhaps),
    ("doctor", Perhaps),
    ("carrier", Perhaps),
    ("campaign follow-up 1 FILES/c.toml --dry-run", Perhaps),
    ("campaign recall 1 --dry-run --wording a", Perhaps),
    ("campaign update 1 --campaign FILES/c.toml --dry-run", Perhaps),
    ("campaign close 1 --owner Ada --dry-run", Perhaps),
    ("campaign approve 1", Perhaps),
    ("list remove --campaign 1 --external-id x1 --dry-run", Perhaps),
    ("list update --campaign 1 FILES/c.csv --dry-run", Perhaps),
    ("person erase +14155550001 --reason x --dry-run", Perhaps),
];

/// Every command that changes something.
const ACTS: &[(&str, Shows)] = &[
    (
        "campaign import --campaign FILES/c.toml --contacts FILES/c.csv --provenance x --obtained 2026-06-04 --permitted-use x",
        Perhaps,
    ),
    ("campaign pause 1", Perhaps),
    (
        "list import --campaign FILES/c.toml --contacts FILES/c.csv --provenance y --obtained 2026-06-04 --permitted-use y",
        Perhaps,
    ),
    ("campaign resume 1", Perhaps),
    ("campaign test 1 --to +14155550177 --wait 0", Perhaps),
    ("campaign correct 1 --recall nothing --campaign FILES/c.toml --yes", Perhaps),
    ("campaign invite --role texter --campaign 1", Perhaps),
    ("list add --campaign 1 FILES/c.csv --provenance x --obtained 2026-06-04 --permitted-use x", Perhaps),
    ("flagged answer 1 Yes", Perhaps),
    ("note write Hello", Perhaps),
    ("note take-down", Perhaps),
    ("held decide 018f0000-0000-7000-8000-000000000000 drop", Perhaps),
    ("canned set FILES/canned.toml", Perhaps),
    ("canned approve", Perhaps),
    ("canned remove thanks", Perhaps),
    ("queue done 1 Ride 1", Perhaps),
    ("opt-outs add --how EVIL +14155550166", Perhaps),
    ("opt-outs import --yes --note x FILES/c.csv", Perhaps),
    ("opt-outs take-back +14155550166 --note EVIL", Perhaps),
    ("invites revoke 1", Perhaps),
    ("people admit", Perhaps),
    ("people show-out 2", Perhaps),
    ("people rename 2 Bo", Perhaps),
    ("people sessions end 99", Perhaps),
    ("sessions end 99", Perhaps),
    ("second-factor set", Perhaps),
    ("second-factor prove 123456", Perhaps),
    ("second-factor remove --person 2", Perhaps),
    ("conduct accept --yes", Perhaps),
    ("conduct set FILES/evil.txt", Perhaps),
    ("conduct lift", Perhaps),
    ("segment save Mine --campaign 1 --where tag=volunteer", Perhaps),
    ("segment remove Mine", Perhaps),
    ("retention set --bodies-after 730", Perhaps),
    ("retention run --dry-run", Perhaps),
    ("legal-hold set --campaign 1 --reason x", Perhaps),
    ("legal-hold lift 1", Perhaps),
    ("campaign close 1 --owner Ada --yes", Perhaps),
    ("campaign reopen 1", Perhaps),
    ("join SERVER/join#WRONG --name Bo", Perhaps),
];

/// Those that speak with a server that runs Spoke.
const AT_SPOKE: &[(&str, Shows)] = &[
    ("assignments", Words),
    ("spoke assignments", Words),
    ("spoke campaigns", Words),
    ("spoke people --campaign 3", Perhaps),
    ("spoke unreadable", Perhaps),
    ("spoke take-replies --campaign 3", Perhaps),
    ("spoke conversations --campaign 3", Perhaps),
    ("spoke reassign --to 9 --campaign 3 1", Perhaps),
    ("spoke status --campaign 3 closed 1", Perhaps),
    ("spoke tag --campaign 3 spanish 1", Perhaps),
    ("campaign from-spoke FILES/spoke.toml", Perhaps),
    ("login --spoke SERVER --email a@b.example --password-stdin", Perhaps),
    ("text --plain", Perhaps),
    ("wipe --yes", Perhaps),
];

/// Those that are not walked, and why.
const APART: &[(&str, &str)] = &[
    ("text", "a console: `hostile_text_stays_text`, `what_strangers_write_reaches_nobodys_terminal`; it takes no pipe"),
    ("captain", "without --json a console: `hostile_text_stays_text`"),
    ("rehearse", "a console over voters of its own"),
    ("practice", "a console over voters of its own"),
    ("serve", "prints its address, links and settings, nobody's words"),
    ("campaign init", "writes a file of its own"),
    ("list generate", "writes a list of made-up people"),
    ("keys", "prints keys and names of actions; of a paste its length alone"),
    ("completions", "prints the tree of commands"),
    ("man", "prints the tree of commands"),
    ("rules list", "prints names of the program's own, and this machine's paths"),
    ("rules write", "writes files of its own"),
    ("rules check", "reads files of this machine, with no server"),
    ("config path", "prints this machine's own paths"),
    ("config init", "writes a file of its own"),
    ("db migrate", "prints counts and versions of a database file"),
    ("db check", "prints counts, tables and ids of a database file"),
    ("db backup", "prints a path and counts"),
    ("db restore", "prints paths and counts"),
    ("db copy", "prints addresses and counts"),
    ("db reopen", "prints counts"),
];

/// True for what the contract fixes: numbers, times, ids, hashes, fixed words, zones, numbers of phones, bare addresses.
fn fixed(text: &str) -> bool {
    let mut chars = text.chars();
    let all = |ok: fn(char) -> bool| text.chars().all(ok);
    text.is_empty()
        || (chars.next().is_some_and(|c| c.is_ascii_lowercase()) && all(|c| c.is_ascii_alphanumeric() || c == '_'))
        || all(|c| c.is_ascii_uppercase() || c == '_')
        || all(|c| c.is_ascii_digit() || "+-:.TZ".contains(c))
        || (text.len() >= 16 && all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c)))
        || text.contains("://")
        || ["America/", "Etc/", "US/"].iter().any(|zone| text.starts_with(zone))
}

fn made_hostile(value: Value) -> Value {
    let bent = |text: String| if fixed(&text) { text } else { format!("{text} {HOSTILE}") };
    match value {
        Value::String(text) => Value::String(bent(text)),
        Value::Array(all) => all.into_iter().map(made_hostile).collect(),
        Value::Object(all) => all.into_iter().map(|(name, value)| (bent(name), made_hostile(value))).collect(),
        other => other,
    }
}

/// Who stands between: where the real server is, and who asks it.
#[derive(Clone)]
struct Between {
    server: String,
    asks: reqwest::Client,
}

impl Between {
    /// Starts it before this server, and gives the address.
    async fn start(server: String) -> String {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let asks = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(Self::pass).with_state(Self { server, asks });
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    async fn pass(State(here): State<Self>, method: Method, uri: Uri, mut headers: HeaderMap, body: Bytes) -> Response {
        headers.remove(header::HOST);
        headers.remove(header::ACCEPT_ENCODING);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let asked = here.asks.request(method, format!("{}{path}", here.server)).headers(headers).body(body);
        let Ok(answer) = asked.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap_or_default();
        let body = match serde_json::from_slice(&bytes) {
            Ok(value) => made_hostile(value).to_string().into(),
            Err(_) => bytes,
        };
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::TRANSFER_ENCODING);
        (status, headers, Body::from(body)).into_response()
    }
}

/// One person's home, the files that the commands read, and the server that they speak with.
struct Desk {
    home: tempfile::TempDir,
    server: String,
}

impl Desk {
    fn new(server: String) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let words = format!("EVIL{}", &HOSTILE[4..].replace(['"', '\0'], ""));
        let at = |name: &str, text: String| std::fs::write(home.path().join(name), text).expect("written");
        at("c.toml", CAMPAIGN.replace("EVIL", IN_TOML));
        at("canned.toml", CANNED.replace("EVIL", "Evil"));
        at("map.toml", "[answers.coming]\nEVIL = \"x\"\n".into());
        at("evil.txt", words.clone());
        at("evil.jsonl", format!("{{\"{words}\"\n"));
        at(
            "c.csv",
            format!("firstName,cell,\"City {words}\"\n\"Ana {words}\",+14155550101,\"{words}\"\n\"{words}\",12,x\n"),
        );
        Self { home, server }
    }

    /// What comes out of a terminal in which this command runs, its input at its end.
    fn run(&self, line: &str, input: &str) -> String {
        let files = self.home.path().to_str().expect("UTF-8");
        let line = line.replace("SERVER", &self.server).replace("FILES", files);
        let size = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new("/bin/sh");
        let typed = self.home.path().join(format!("typed{}", line.len()));
        std::fs::write(&typed, input).expect("written");
        command.args(["-c", "input=$1; shift; exec \"$@\" < \"$input\"", "sh"]);
        command.arg(&typed);
        command.arg(env!("CARGO_BIN_EXE_textbank"));
        command.args(line.split_whitespace());
        command.env_clear();
        command.env("TEXTBANK_HOME", self.home.path().join("home"));
        command.env("TERM", "xterm-256color");
        command.env("TEXTBANK_CONSOLE_FIRST_MINUTE", "false");
        let mut child = pair.slave.spawn_command(command).expect("the program runs");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let mut bytes = Vec::new();
        // A pseudo-terminal whose program has ended reads as a fault.
        let _ = reader.read_to_end(&mut bytes);
        child.wait().expect("it ends");
        String::from_utf8(bytes).unwrap_or_else(|_| panic!("{line}: not UTF-8")).replace("\r\n", "\n")
    }

    /// Runs them all, several at a time, and gives what is wrong.
    fn walk(&self, all: &[(&str, Shows)]) -> Vec<String> {
        let wrong = Mutex::new(Vec::new());
        let next = AtomicUsize::new(0);
        let with_json = json_commands();
        let runs: Vec<(String, Shows)> = all
            .iter()
            .flat_map(|(line, shows)| {
                let json = *shows != Perhaps && !line.contains("--json") && with_json.contains(&path_of(line));
                let json = json.then(|| (format!("{line} --json"), *shows));
                [((*line).to_owned(), *shows)].into_iter().chain(json)
            })
            .collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some((line, shows)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let said = self.run(line, "");
                        let mut wrong = wrong.lock().expect("nobody panics with it");
                        let forged = |fault: &str| *shows == Document && fault.starts_with(OWN_LINE);
                        if let Some(fault) = fault(&said).filter(|fault| !forged(fault)) {
                            wrong.push(format!("{line}: {fault}\n{said:?}"));
                        } else if *shows != Perhaps && !said.contains("EVIL") {
                            wrong.push(format!("{line}: shows no stranger's word\n{said}"));
                        }
                    }
                });
            }
        });
        wrong.into_inner().expect("nobody panicked")
    }
}

const OWN_LINE: &str = "a line of its own";

/// What is wrong with what came out of a terminal.
fn fault(said: &str) -> Option<String> {
    // How far something is, on one line: our own.
    let said = &said.replace("\r[", "\n[").replace("  \r", "\n");
    let mut rest = said.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        // Of our own sequences only those of colours, and of them not the one that the strangers bring.
        let after = &rest[at + 1..];
        let style = after.strip_prefix('[').and_then(|style| style.split_once('m')).map(|(style, _)| style);
        if !style.is_some_and(|style| style != "5;35" && style.chars().all(|c| c.is_ascii_digit() || c == ';')) {
            return Some(format!("an escape sequence: {:?}", after.chars().take(12).collect::<String>()));
        }
        rest = after;
    }
    let hidden = |c: char| {
        matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if let Some(c) = said.chars().find(|c| hidden(*c)) {
        return Some(format!("a character that is no glyph: {c:?}"));
    }
    said.lines().find(|line| line.trim_start().starts_with("FORGED")).map(|line| format!("{OWN_LINE}: {line:?}"))
}

/// The words of a line that name the command.
fn path_of(line: &str) -> String {
    let mut node = &textbank::cli::tree();
    let mut path = Vec::new();
    for word in line.split_whitespace() {
        let Some(next) = node.find_subcommand(word) else { break };
        path.push(word);
        node = next;
    }
    path.join(" ")
}

/// All commands that can be run, with whether they have `--json`.
fn commands() -> BTreeMap<String, bool> {
    fn below(node: &clap::Command, path: &str, all: &mut BTreeMap<String, bool>) {
        for sub in node.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let path = format!("{path} {}", sub.get_name()).trim_start().to_owned();
            if !sub.is_subcommand_required_set() {
                let json = sub.get_arguments().any(|argument| argument.get_long() == Some("json"));
                all.insert(path.clone(), json);
            }
            below(sub, &path, all);
        }
    }
    let mut all = BTreeMap::new();
    below(&textbank::cli::tree(), "", &mut all);
    all
}

fn json_commands() -> BTreeSet<String> {
    commands().into_iter().filter(|(_, json)| *json).map(|(path, _)| path).collect()
}

#[test]
fn no_command_escapes_the_walk() {
    let walked = [LOOKS, ACTS, AT_SPOKE].concat();
    let known: BTreeSet<String> =
        walked.iter().map(|(line, _)| path_of(line)).chain(APART.iter().map(|(path, _)| (*path).to_owned())).collect();
    let all: BTreeSet<String> = commands().into_keys().collect();
    let forgotten: Vec<&String> = all.difference(&known).collect();
    assert!(forgotten.is_empty(), "neither walked nor stated as an exception: {forgotten:?}");
    let gone: Vec<&String> = known.difference(&all).collect();
    assert!(gone.is_empty(), "no such command: {gone:?}");
}

/// A campaign in which strangers' words are everywhere; what is asked of it comes back worse.
async fn filled() -> (Served, String) {
    let served = Served::start(11).await;
    let app = TestApp::within(&served.server.state, &served.clock, &served.ids);
    let admin = app.admin().await;
    let campaign = app
        .campaign_of(&admin, 3, |def| {
            let text = CAMPAIGN.replace("EVIL", "Evil Words");
            let path = Path::new("c.toml");
            let (read, _) = textbank::exchange::campaign_file::parse(path, &text).expect("a campaign");
            *def = read;
        })
        .await;
    let texter = app.person(&admin, Role::Texter, "Tess Texter").await;
    let contacts = app.slice(&texter, campaign, 3).await;
    for contact in &contacts {
        app.send(&texter, app.fresh(), &app.text(contact, MessageKind::Initial, "Hi Voter, will you vote?")).await;
        app.drain().await;
        app.inbound(&phone_of(contact), "Who is this? Where do I vote?").await;
    }
    let contact = contacts[0].id.0;
    let path = |app: &TestApp| format!("/api/v1/acts/{}", app.fresh());
    for act in [
        serde_json::json!({"act": "ask", "contact": contact, "text": "Where is the poll?"}),
        serde_json::json!({"act": "note", "contact": contact, "text": "Call her Monday."}),
        serde_json::json!({"act": "tag", "contact": contact, "tag": "Needs a Ride", "on": true}),
        serde_json::json!({"act": "answer", "contact": contact, "question": "coming", "value": "Yes, of course"}),
    ] {
        let reply = app.put(&texter, &path(&app), &act).await;
        assert!(reply.status.is_success(), "{reply:?}");
    }
    let note = serde_json::json!({"act": "announce", "campaign": campaign.0, "text": "Polls close at 8."});
    app.put(&admin, &path(&app), &note).await;
    let segment =
        serde_json::json!({"name": "My Segment", "expression": "tag = \"Needs a Ride\"", "campaign": campaign.0});
    app.post(&admin, "/api/v1/segments", Some(segment)).await;
    let secret = admin_secret(&served.server, 3).await;
    (served, secret)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_command_lets_a_strangers_words_reach_the_terminal() {
    let (served, secret) = filled().await;
    let between = Between::start(format!("http://{}", served.server.addr)).await;
    let there = StandIn::start(0, World::with_contacts(3, now()), SystemClock::shared()).await;
    let spoke = Between::start(there.url()).await;
    let walk = move || {
        let desk = Desk::new(between);
        let mut said_first = String::new();
        let joined = desk.run(&format!("join SERVER/join#{secret} --name Ada --accept-conduct"), "");
        let mut wrong: Vec<String> =
            fault(&joined).map(|fault| format!("join: {fault}\n{joined}")).into_iter().collect();
        for first in [
            "legal-hold set --phone +14155550002 --reason Court",
            "retention set --bodies-after 730",
            "opt-outs add --how phone --note EVIL +14155550188",
            "canned set FILES/canned.toml",
            "conduct set FILES/evil.txt",
            "conduct accept --yes",
        ] {
            let said = desk.run(first, "");
            wrong.extend(
                fault(&said)
                    .filter(|fault| !fault.starts_with(OWN_LINE))
                    .map(|fault| format!("{first}: {fault}\n{said}")),
            );
            said_first.push_str(&said);
        }
        wrong.extend(desk.walk(LOOKS));
        wrong.extend(desk.walk(ACTS));
        let desk = Desk::new(spoke);
        let said = desk.run("login --spoke SERVER --email ada.admin@example.org --password-stdin", "hunter22hunter\n");
        wrong.extend(fault(&said).map(|fault| format!("login: {fault}\n{said:?}")));
        said_first.push_str(&said);
        wrong.extend(desk.walk(AT_SPOKE));
        if !wrong.is_empty() {
            wrong.push(said_first);
        }
        wrong
    };
    let wrong = tokio::task::spawn_blocking(walk).await.expect("it ran");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

const CANNED: &str = r#"
[[canned]]
id = "thanks"
title = "Thanks EVIL"
text = "Thank you EVIL"
"#;

const CAMPAIGN: &str = r#"
[campaign]
title = "Parks EVIL"
organization = "Us EVIL"
closes_at = "2027-05-20T17:00:00-05:00"
tags = ["Needs a Ride", "volunteer"]
guide = "Be kind. EVIL"
[[initial]]
name = "a"
text = "Hi {firstName/there}, {texterName} here. EVIL Reply STOP to opt out"
[[question]]
id = "coming"
text = "Will they come? EVIL"
[[question.answer]]
value = "Yes, of course"
rsvp = "rally"
queue = "Ride"
[[question.answer]]
value = "No EVIL"
[[canned]]
id = "thanks"
title = "Thanks EVIL"
text = "Thank you EVIL"
[[event]]
id = "rally"
title = "Rally EVIL"
starts_at = 2027-05-20T18:30:00
ends_at = "2027-05-20 20:00"
zone = "central"
place = "Town hall EVIL"
address = "1 Main St EVIL"
"#;
