//! The ledger from the press to the auditor: texts over HTTP, then the commands as people run them.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use pretty_assertions::assert_eq;
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use textbank::api::admin::{ImportChunk, ImportStart, InviteRequest};
use textbank::api::message::{SendRequest, Shown};
use textbank::api::people::{JoinRequest, Role};
use textbank::client::CampaignServer;
use textbank::client::native::{AdminClient, NativeServer, Timeouts, join};
use textbank::domain::ids::{CampaignId, DeviceId, MessageId};
use textbank::domain::message::MessageKind;
use textbank::env::{Clock, SharedIds, SimClock};
use textbank::server::ServerHandle;
use textbank::server::store::handles::System;
use textbank::sim::minter::Minter;

use crate::served::{Served, admin_secret};
use crate::support::{contact, def};

struct World {
    server: ServerHandle,
    clock: Arc<SimClock>,
    ids: SharedIds,
    home: tempfile::TempDir,
    admin_link: String,
    admin: AdminClient,
}

impl World {
    async fn start() -> Self {
        let Served { server, clock, ids } = Served::start(7).await;
        let secret = admin_secret(&server, 2).await;
        let admin_link = format!("{}/join#{secret}", server.base_url());
        let request =
            JoinRequest { invite: secret, name: "Ada".into(), device: DeviceId(Uuid::from_u128(7)), proof: None };
        let token = join(&server.base_url(), &request, Timeouts::default()).await.expect("joined").token;
        let admin = AdminClient::new(&server.base_url(), &SecretString::from(token), Timeouts::default());
        let home = tempfile::tempdir().expect("a directory");
        Self { server, clock, ids, home, admin_link, admin: admin.expect("a client") }
    }

    fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    async fn campaign(&self, many: u32) -> CampaignId {
        let import = self.fresh();
        let start = ImportStart {
            def: def(),
            contacts: many.into(),
            provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
            warnings: Vec::new(),
        };
        self.admin.import_start(import, &start).await.expect("started");
        let chunk = ImportChunk { contacts: (0..many).map(contact).collect(), shared: false };
        self.admin.import_chunk(import, 0, &chunk).await.expect("stored");
        self.admin.import_finish(import).await.expect("finished").campaign
    }

    /// A texter whose laptop's clock is off by so many seconds texts so many contacts.
    async fn texts(&self, campaign: CampaignId, name: &str, many: u32, off: i64) {
        let request =
            InviteRequest { role: Role::Texter, campaign: None, uses: 1, valid_seconds: 600, waiting_room: false };
        let secret = self.admin.invite(&request).await.expect("an invite").secret;
        let device = DeviceId(self.fresh());
        let request = JoinRequest { invite: secret, name: name.into(), device, proof: None };
        let joined = join(&self.server.base_url(), &request, Timeouts::default()).await.expect("joined");
        let laptop = SimClock::at(self.clock.now() + jiff::SignedDuration::from_secs(off));
        let texter = NativeServer::new(&self.server.base_url(), &joined.token.into(), Timeouts::default());
        let texter = texter.expect("a client").telling_time(laptop.clone());
        let minter = Minter::default();
        for to in texter.claim(campaign, self.fresh(), many).await.expect("a slice").contacts {
            let (id, body) = (self.fresh(), format!("Hi {}", to.first_name));
            let mut text = SendRequest {
                campaign,
                contact: to.id,
                kind: MessageKind::Initial,
                after_seq: 0,
                epoch: to.epoch,
                script_version: 1,
                variant: Some("a".into()),
                source: None,
                off_script: false,
                shown: Shown {
                    body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
                    drawn_at: laptop.now(),
                    pressed_at: laptop.now(),
                    dwell_ms: 300,
                    mono_ms: u64::try_from(laptop.monotonic().as_millis()).expect("small"),
                    device,
                    link: None,
                },
                body,
            };
            minter.link(joined.me.person, id, &mut text);
            assert!(texter.send(MessageId(id), &text).await.expect("a verdict").is_accepted());
            laptop.advance(Duration::from_secs(2));
            self.clock.advance(Duration::from_secs(2));
        }
    }

    /// Runs a command as a person would.
    async fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
        command.env_clear().env("TEXTBANK_HOME", self.home.path()).args(args).current_dir(self.home.path());
        if let Some(root) = option_env!("SystemRoot") {
            command.env("SystemRoot", root);
        }
        let output: Output =
            tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("it ran");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    async fn done(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args).await;
        assert_eq!(code, Some(0), "{args:?}: {out}{err}");
        out
    }

    async fn problems(&self, args: &[&str], words: &[&str]) {
        let (code, out, err) = self.run(args).await;
        assert_eq!(code, Some(3), "{args:?}: {out}{err}");
        for word in words {
            assert!(out.contains(word), "{args:?} does not say {word:?}: {out}");
        }
    }
}

fn change(path: &Path, to: &Path, how: impl Fn(&mut Vec<String>)) {
    let text = std::fs::read_to_string(path).expect("read");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    how(&mut lines);
    std::fs::write(to, lines.join("\n") + "\n").expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_finds_what_was_done_to_a_ledger() {
    let world = World::start().await;
    world.done(&["join", &world.admin_link, "--name", "Ada"]).await;
    let (code, out, err) = world.run(&["ledger", "anchor"]).await;
    assert_eq!((code, out.as_str(), err.contains("nothing to anchor")), (Some(1), "", true), "{err}");
    let campaign = world.campaign(9).await;
    world.texts(campaign, "Ann", 5, 0).await;
    world.texts(campaign, "Bob", 4, 600).await;
    System::anchor(&world.server.state.desk).await.expect("an answer");

    let anchor = world.done(&["ledger", "anchor"]).await.trim().to_owned();
    let state: Value = serde_json::from_str(&world.done(&["ledger", "anchor", "--json"]).await).expect("JSON");
    assert_eq!((&state["anchor"]["hash"], &state["entries"]), (&Value::from(anchor.as_str()), &Value::from(9)));
    assert_eq!(state["anchor"]["seq"].as_u64().expect("a number") + state["uncovered"].as_u64().expect("one"), 9);

    let said = world.done(&["ledger", "export", "--out", "ledger.jsonl"]).await;
    assert!(said.contains("9 confirmed texts"), "{said}");
    assert_eq!(world.done(&["ledger", "export"]).await.lines().count(), said_lines(&world));
    let whole = world.done(&["ledger", "verify", "ledger.jsonl", "--anchor", &anchor]).await;
    for word in [
        "Every line holds",
        "9 confirmed texts, 9 of them accepted, in 2 chains",
        "published anchor is in it",
        "ledger.jsonl:7: note: Bob's clock was up to 10 min ahead of the server's",
    ] {
        assert!(whole.contains(word), "{word:?}: {whole}");
    }
    let entry: Value = serde_json::from_str(&line(&world, 7)).expect("JSON");
    assert_eq!((&entry["texter"], &entry["skew_us"]), (&Value::from("Bob"), &Value::from(-600_000_000)));
    assert!(!line(&world, 2).contains("Hi "), "no words of a text are in it");

    let (ledger, other) = (world.home.path().join("ledger.jsonl"), world.home.path().join("other.jsonl"));
    change(&ledger, &other, |lines| lines[3] = lines[3].replace("\"Ann\"", "\"Eve\""));
    world.problems(&["ledger", "verify", "other.jsonl"], &["other.jsonl:4: error: was changed"]).await;
    change(&ledger, &other, |lines| drop(lines.drain(4..6)));
    world.problems(&["ledger", "verify", "other.jsonl"], &["other.jsonl:5: error: 2 texts missing"]).await;
    change(&ledger, &other, |lines| lines.swap(2, 3));
    world.problems(&["ledger", "verify", "other.jsonl"], &["other.jsonl:4: error: is text 2 and stands"]).await;
    change(&ledger, &other, |lines| lines.truncate(6));
    world.problems(&["ledger", "verify", "other.jsonl"], &["other.jsonl:6: error: is where the file was cut"]).await;
    let nowhere = "00".repeat(32);
    world.problems(&["ledger", "verify", "ledger.jsonl", "--anchor", &nowhere], &["published anchor is not"]).await;
    let (code, out, _) = world.run(&["ledger", "verify", "other.jsonl", "--json"]).await;
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (code, &report["ok"], &report["problems"][0]["kind"]),
        (Some(3), &Value::from(false), &Value::from("cut_off"))
    );

    let (code, _, err) = world.run(&["ledger", "verify", "ledger.jsonl", "--anchor", "abc"]).await;
    assert_eq!((code, err.contains("64 hexadecimal digits")), (Some(2), true), "{err}");
    std::fs::write(world.home.path().join("list.csv"), "firstName,cell\nAna,2122000002\n".repeat(9)).expect("written");
    let (code, out, _) = world.run(&["ledger", "verify", "list.csv"]).await;
    assert_eq!((code, out.lines().count()), (Some(3), 1), "said once: {out}");
    assert!(out.contains("is no exported ledger; it seems to be a contact list"), "{out}");
    let (code, _, err) = world.run(&["ledger", "export", "--out", "list.csv"]).await;
    assert_eq!((code, err.contains("is there already") && err.contains("--force")), (Some(2), true), "{err}");
    world.done(&["ledger", "export", "--out", "list.csv", "--force"]).await;
    let (code, _, err) = world.run(&["ledger", "verify", "nothing.jsonl"]).await;
    assert_eq!((code, err.contains("cannot read nothing.jsonl")), (Some(1), true), "{err}");
    let summary: Value =
        serde_json::from_str(&world.done(&["ledger", "export", "--out", "again.jsonl", "--json"]).await).expect("JSON");
    assert_eq!((&summary["texts"], &summary["file"]), (&Value::from(9), &Value::from("again.jsonl")));
    world.server.shutdown().await;
}

fn line(world: &World, number: usize) -> String {
    let text = std::fs::read_to_string(world.home.path().join("ledger.jsonl")).expect("read");
    text.lines().nth(number - 1).expect("a line").to_owned()
}

fn said_lines(world: &World) -> usize {
    std::fs::read_to_string(world.home.path().join("ledger.jsonl")).expect("read").lines().count()
}

/// The ledger is the admin's alone.
#[tokio::test]
async fn a_captain_does_not_get_it() {
    let app = crate::support::TestApp::start().await;
    let admin = app.admin().await;
    let captain = app.person(&admin, Role::Captain, "Cap").await;
    for path in ["/api/v1/ledger", "/api/v1/ledger/state"] {
        assert_eq!(app.get(&captain, path).await.problem(), "forbidden");
        assert!(app.get(&admin, path).await.status.is_success());
    }
    assert_eq!(app.get(&admin, "/api/v1/ledger?cursor=x").await.problem(), "invalid");
    app.close().await;
}
