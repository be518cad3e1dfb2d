//! The commands against a served campaign: what is said, and the exit codes that scripts live by.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use pretty_assertions::assert_eq;
use serde_json::Value;

/// The real server in a process of its own, ended with the test.
pub struct Served {
    pub home: tempfile::TempDir,
    server: Child,
    /// Kept open: a server whose output nobody reads would not be the same.
    _stdout: BufReader<ChildStdout>,
    base: String,
    pub admin_link: String,
}

pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_textbank"));
    command.env_clear().env("TEXTBANK_HOME", home);
    // Windows programs do not start without it.
    if let Some(root) = option_env!("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command.stdin(Stdio::null());
    command
}

impl Served {
    pub fn start() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let mut server = command(home.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--simulated-voters", "--rehearsal-clock", "--data"])
            .arg(home.path().join("served"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut stdout = BufReader::new(server.stdout.take().expect("its output"));
        let mut lines = (&mut stdout).lines().map_while(Result::ok);
        let base = lines.find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned)).expect("an address");
        let admin_link = lines.find(|line| line.contains("/join#")).expect("the first admin's link");
        Self { home, server, _stdout: stdout, base, admin_link }
    }

    pub fn run(&self, profile: &str, args: &[&str]) -> Said {
        let output = command(self.home.path()).args(["--profile", profile]).args(args).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    pub fn done(&self, profile: &str, args: &[&str]) -> String {
        let said = self.run(profile, args);
        assert_eq!((said.code, said.err.contains("textbank:")), (Some(0), false), "{args:?}: {}", said.err);
        said.out
    }

    /// Fails with this code, and says all of this.
    pub fn fails(&self, profile: &str, args: &[&str], code: i32, words: &[&str]) {
        let said = self.run(profile, args);
        assert_eq!(said.code, Some(code), "{args:?}: {}", said.err);
        for word in words {
            assert!(said.err.contains(word), "{args:?} does not say {word:?}: {}", said.err);
        }
    }

    pub fn sample(&self) -> (PathBuf, PathBuf) {
        let (campaign, contacts) = (self.home.path().join("c.toml"), self.home.path().join("c.csv"));
        std::fs::write(&campaign, CAMPAIGN).expect("written");
        std::fs::write(&contacts, "firstName,cell\nAna,+14155550101\nBo,+14155550102\n").expect("written");
        (campaign, contacts)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself when the test failed.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where a list comes from; without it nothing is handed in.
pub const FROM: [&str; 6] = ["--provenance", "made up", "--obtained", "2026-06-04", "--permitted-use", "tests"];

const CAMPAIGN: &str = r#"
[campaign]
title = "Parks"
organization = "Us"
[[initial]]
name = "a"
text = "Hi {firstName/there}, {texterName} here. Will you vote? Reply STOP to opt out."
[opt_out]
notice = "You are opted out."
"#;

#[test]
fn every_wrong_input_is_told_with_its_remedy_and_exit_code() {
    let served = Served::start();
    served.fails("x", &["join", "nonsense", "--name", "X"], 2, &["not a join link", "https://host/join#SECRET"]);
    let bare = format!("{}/join", served.base);
    served.fails("x", &["join", &bare, "--name", "X"], 2, &["lost its secret", "quotes"]);
    served.fails("x", &["join", &format!("{bare}#wrong"), "--name", "X"], 4, &["used up", "ask whoever gave you"]);
    served.fails("x", &["join", &served.admin_link], 2, &["--name"]);
    served.fails("x", &["join", "http://127.0.0.1:1/join#a", "--name", "X"], 5, &["127.0.0.1:1", "server runs"]);
    served.fails("x", &["captain", "--json"], 1, &["not signed in", "textbank join LINK"]);

    served.done("ada", &["join", &served.admin_link, "--name", "Ada"]);
    served.fails("bea", &["join", &served.admin_link, "--name", "Bea"], 4, &["used up", "ask whoever"]);
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);

    assert!(served.done("ada", &["campaign", "list"]).contains("no campaign yet"));
    let (campaign, contacts) = served.sample();
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    let import = [&["campaign", "import", "--campaign", campaign, "--contacts", contacts], &FROM[..]].concat();
    served.fails(
        "ada",
        &["campaign", "import", "--campaign", contacts, "--contacts", campaign],
        3,
        &["c.csv", "c.toml"],
    );
    served.done("ada", &import);
    let link = served.done("ada", &["campaign", "invite", "--role", "texter"]);
    let joined = served.run("ann", &["join", link.trim(), "--name", "Ann"]);
    assert!(joined.code == Some(0) && joined.err.contains("textbank conduct accept"), "nobody to ask: {}", joined.err);
    served.fails("ann", &import, 1, &["role admin"]);
    served.fails("ann", &["captain", "--json"], 1, &["role captain"]);
    served.fails("ann", &["captain", "--json", "--sign-in", "127"], 4, &["forbidden", "What to do"]);
    served.fails("ada", &["captain", "--json", "--campaign", "99"], 2, &["no campaign", "Parks"]);
    served.fails("ada", &["campaign", "invite", "--role", "texter", "--campaign", "99"], 4, &["campaign list"]);
}

#[test]
fn a_campaign_is_made_by_the_servers_clock_and_with_what_was_taken_back_elsewhere_named() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (file, contacts) = served.sample();
    let plain = std::fs::read_to_string(&file).expect("there");
    std::fs::write(&contacts, "firstName,cell,place\nAna,+14155550101,12 Wrong St\n").expect("written");
    let (campaign, contacts) = (file.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    let import = [&["campaign", "import", "--campaign", campaign, "--contacts", contacts], &FROM[..]].concat();
    // The rehearsal begins on 14 July 2026, whatever this machine's clock says.
    let ends = |at: &str| format!("organization = \"Us\"\ncloses_at = \"{at}\"");
    let with = |what: &str| std::fs::write(&file, plain.replace("organization = \"Us\"", what)).expect("written");
    with(&ends("2026-07-13T12:00:00Z"));
    served.fails("ada", &import, 3, &["closes_at"]);
    with(&format!("{}\nnope = 1", ends("2026-07-16T12:00:00Z")));
    let said = served.run("ada", &["campaign", "check", campaign]);
    let told = said.out + &said.err;
    assert!(said.code == Some(3) && told.contains("nope") && !told.contains("would be over"), "{told}");
    with(&ends("2026-07-16T12:00:00Z"));
    assert!(served.done("ada", &["campaign", "check", campaign]).contains("No problem"));
    served.done("ada", &import);
    // Taken back there: said of the same words here.
    let recall = ["campaign", "recall", "1", "--field", "place=12 Wrong St", "--everywhere", "--json"];
    served.done("ada", &[&recall[..], &["--reason", "it burned"]].concat());
    assert!(served.done("ada", &recall).contains("\"reason\": \"it burned\""), "what was said then");
    let canned = served.home.path().join("canned.toml");
    std::fs::write(&canned, "[[canned]]\nid = \"w\"\ntitle = \"Where\"\ntext = \"Go to 12 Wrong St.\"\n")
        .expect("written");
    let said = served.run("ada", &["canned", "set", canned.to_str().expect("UTF-8")]);
    assert!(said.err.contains("taken back in campaign 1"), "{}", said.err);
    with("organization = \"Us too\"");
    let said = served.run("ada", &import);
    let held = "is taken back in all campaigns, and so in this one";
    assert!(said.code == Some(0) && said.err.contains(held) && said.err.contains("recall 2 --lift "), "{}", said.err);
    // Lifted where it was said of all, it is a warning of the campaigns that still have it.
    let lifted = served.done("ada", &["campaign", "recall", "1", "--lift", "1"]);
    assert!(lifted.contains("still taken back in campaign 2"), "{lifted}");
    with("organization = \"Us three\"");
    let said = served.run("ada", &import);
    assert!(said.code == Some(0) && said.err.contains("--field 'place=12 Wrong St'"), "{}", said.err);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_done() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (campaign, contacts) = served.sample();
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    served.done("ada", &[&["campaign", "import", "--campaign", campaign, "--contacts", contacts], &FROM[..]].concat());
    served.fails("ada", &["campaign", "test", "1"], 2, &["--to", "--staff"]);
    // A correction is asked for, looked at before, and of what is recalled still.
    let said = served.done("ada", &["campaign", "recall", "1", "--wording", "a", "--everywhere", "--json"]);
    assert!(said.contains("\"elsewhere\": []") && !said.contains("uncounted"), "counted behind it: {said}");
    let correct = |more: &[&'static str], file: &str| {
        let args = ["campaign", "correct", "1", "--campaign", file].map(str::to_owned);
        args.into_iter().chain(more.iter().map(|one| (*one).to_owned())).collect::<Vec<_>>()
    };
    let fails = |args: &[String], code: i32, words: &[&str]| {
        served.fails("ada", &args.iter().map(String::as_str).collect::<Vec<_>>(), code, words);
    };
    let sorry = served.home.path().join("sorry.toml");
    std::fs::write(&sorry, CAMPAIGN.replace("Will you vote?", "We were wrong about the place.")).expect("written");
    let sorry = sorry.to_str().expect("UTF-8");
    fails(&correct(&["--recall", "1"], sorry), 2, &["--yes", "--dry-run"]);
    fails(&correct(&["--recall", "1", "--dry-run"], campaign), 3, &["recall 1", "same words"]);
    fails(&correct(&["--recall", "9", "--yes"], sorry), 2, &["no such recall"]);
    let look = correct(&["--recall", "1", "--dry-run"], sorry);
    let said = served.done("ada", &look.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("0 contacts at most") && said.contains("We were wrong"), "{said}");
    served.done("ada", &["campaign", "recall", "1", "--lift", "1"]);
    fails(&correct(&["--recall", "1", "--yes"], sorry), 4, &["was lifted"]);
    let list = || served.done("ada", &["campaign", "list", "--json"]);
    assert_eq!(list().matches("\"title\"").count(), 1, "none was made");
    // A file that cannot be written closes nothing.
    let nowhere = served.home.path().join("nowhere").join("x.csv");
    let nowhere = nowhere.to_str().expect("UTF-8");
    let close = ["campaign", "close", "1", "--owner", "me"];
    served.fails("ada", &[&close[..], &["--opt-outs", nowhere]].concat(), 1, &["x.csv", "stays as it is"]);
    assert!(list().contains("\"running\""), "{}", list());
    served.done("ada", &close);
    for command in ["pause", "resume"] {
        served.fails("ada", &["campaign", command, "1"], 4, &["is closed", "campaign reopen 1"]);
    }
    let invited = served.run("ada", &["campaign", "invite", "--role", "texter", "--campaign", "1"]);
    assert!(invited.err.contains("is closed"), "{}", invited.err);
    for _ in 0..2 {
        assert!(served.done("ada", &["campaign", "reopen", "1"]).contains("is open again"));
    }
    served.done("ada", &["campaign", "resume", "1"]);
    assert!(served.done("ada", &["campaign", "reopen", "1"]).contains("it runs"));
}

#[test]
fn what_the_board_shows_can_be_had_as_data() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada"]);
    served.fails("ada", &["conduct", "accept"], 2, &["terminal", "--yes"]);
    let (campaign, contacts) = served.sample();
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    served.done("ada", &[&["campaign", "import", "--campaign", campaign, "--contacts", contacts], &FROM[..]].concat());
    let json = |args: &[&str]| serde_json::from_str::<Value>(&served.done("ada", args)).expect("JSON");
    let list = json(&["campaign", "list", "--json"]);
    assert_eq!((&list[0]["title"], &list[0]["unassigned"]), (&Value::from("Parks"), &Value::from(2)));
    served.fails("ada", &["captain", "--json"], 4, &["not accepted by you yet", "textbank conduct accept"]);
    served.fails("ada", &["people", "waiting"], 4, &["not accepted by you yet", "textbank conduct accept"]);
    served.done("ada", &["conduct", "accept", "--yes"]);
    assert!(json(&["conduct", "show", "--json"])[0]["accepted_at"].is_string());
    assert!(served.done("ada", &["people"]).contains(" accepted "));
    assert!(served.done("ada", &["campaign", "pause", "1"]).contains("Campaign 1 is paused"));
    assert_eq!(json(&["campaign", "list", "--json"])[0]["state"], "paused");
    assert!(served.done("ada", &["campaign", "resume", "parks"]).contains("Texters can draw from it now"));
    served.fails("ada", &["campaign", "pause", "roads"], 2, &["no campaign", "Parks"]);
    served.fails("ada", &["people", "admit", "99"], 4, &["not let in", "textbank people waiting"]);
    served.fails("ada", &["people", "rename", "me", "(415) 555-0101"], 2, &["telephone number"]);
    assert!(served.done("ada", &["people", "rename", "me", "Ada L"]).contains("You are Ada L"));
    served.fails("bea", &["join", &served.admin_link, "--name", "415 555 0101"], 2, &["telephone number"]);
    served.fails("ada", &["sessions", "end", "1"], 2, &["your own (owner)", "serve --admin-link", "--yes"]);
    let board = json(&["captain", "--json"]);
    assert_eq!((&board["counts"]["total"], &board["counts"]["unsent"]), (&Value::from(2), &Value::from(2)));
    assert_eq!((&board["state"], &board["texters"]), (&Value::from("running"), &Value::from(Vec::<Value>::new())));
    assert!(board["at"].as_str().is_some_and(|at| at.starts_with("2026-07-14T19:")), "campaign time: {board}");
}

#[test]
fn an_admin_sets_the_rules_of_conduct_in_several_languages_and_lifts_them() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    assert!(served.done("ada", &["conduct", "show"]).contains("Stop means stop."), "a new server has rules");
    let file = |name: &str, text: &str| {
        let path = served.home.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let (english, spanish) = (file("rules.md", "Be kind.\n"), file("normas.md", "Sea amable.\n"));
    let (en, es) = (format!("en={english}"), format!("es={spanish}"));
    served.fails("ada", &["conduct", "set"], 2, &["FILE"]);
    served.fails("ada", &["conduct", "set", "none.md"], 1, &["none.md"]);
    served.fails("ada", &["conduct", "set", &english, &spanish], 2, &["two files", "en=rules.md"]);
    served.fails("ada", &["conduct", "set", &file("empty.md", " \n")], 2, &["empty"]);
    assert!(served.done("ada", &["conduct", "set", &en, &es]).contains("in force now"));
    assert!(served.done("ada", &["--set", "language=es", "conduct", "show"]).contains("Sea amable."));
    assert!(served.done("ada", &["people"]).contains(" older "), "they accepted what was before");
    served.done("ada", &["conduct", "accept", "--yes"]);
    assert!(served.done("ada", &["conduct", "accept"]).contains("Nothing is to be accepted"));
    assert!(served.done("ada", &["conduct", "lift"]).contains("No rules are in force"));
    assert!(served.done("ada", &["conduct", "show"]).contains("No rules of conduct are in force"));
    served.done("ada", &["conduct", "set", "--default"]);
    assert!(served.done("ada", &["conduct", "show"]).contains("Stop means stop."));
}

#[test]
fn results_are_taken_out_whole_and_for_their_owner_alone() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    served.fails("ada", &["export", "contacts"], 1, &["no campaign yet"]);
    let (campaign, contacts) = served.sample();
    std::fs::write(&contacts, "firstName,cell,street,VANID\n=Ana,+14155550101,-1 Elm,77\nBo,+14155550102,Oak,\n")
        .expect("written");
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    let import = ["campaign", "import", "--campaign", campaign, "--contacts", contacts];
    served.done("ada", &[&import[..], &FROM[..]].concat());
    let csv = served.done("ada", &["export", "contacts"]);
    assert!(
        csv.lines().next().is_some_and(|header| header.contains("message_status") && header.contains("street")),
        "{csv}"
    );
    assert!(csv.contains("'=Ana,,+14155550101") && csv.contains("'-1 Elm") && csv.contains("needsMessage"), "{csv}");
    assert!(served.done("ada", &["export", "contacts", "--raw"]).contains(",=Ana,,+14155550101"));
    assert!(
        served
            .done("ada", &["export", "contacts", "--shape", "rewired"])
            .starts_with("campaignId,campaign,contact[firstName]")
    );
    let lines = served.done("ada", &["export", "contacts", "--format", "jsonl", "--campaign", "parks"]);
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["listed"]["first_name"], "=Ana");
    let segment = |what: &str| served.done("ada", &["export", "contacts", "--format", "jsonl", "--where", what]);
    assert!(segment("street = oak").contains("\"Bo\"") && !segment("street = oak").contains("=Ana"));
    assert_eq!(segment("status = needs_message and texted = no and not tag = star").lines().count(), 2);
    assert_eq!(segment("external_id = '' and opted_out = yes"), "");
    let fails = |what: &str, said: &[&str]| served.fails("ada", &["export", "contacts", "--where", what], 2, said);
    fails("stret = oak", &["nobody has a column `stret`", "Did you mean street?"]);
    fails("answer.vote = Yes", &["no question `vote`"]);
    fails("street =", &["character 9", "a value is missing"]);
    assert_eq!(served.done("ada", &["export", "messages"]).lines().count(), 1);
    assert_eq!(served.done("ada", &["export", "opt-outs"]), "phone,opted_out_at,how,reason,by\n");
    assert_eq!(served.done("ada", &["export", "contacts", "--format", "jsonl", "--since", "2030-01-01T00:00:00Z"]), "");
    served.fails("ada", &["export", "contacts", "--since", "soon"], 2, &["--since", "12h"]);
    served.fails("ada", &["export", "messages", "--campaign", "99"], 4, &["nothing was taken out", "campaign list"]);

    let file = served.home.path().join("out.csv");
    let out = file.to_str().expect("UTF-8");
    let told: Value =
        serde_json::from_str(&served.done("ada", &["export", "contacts", "--out", out, "--json"])).expect("JSON");
    assert_eq!((&told["rows"], told["next_since"].is_string()), (&Value::from(2), true));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), csv);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    served.fails("ada", &["export", "contacts", "--out", out], 2, &["out.csv is there already", "--force"]);
    assert!(served.done("ada", &["export", "contacts", "--out", out, "--force"]).contains("2 contacts"));

    let map = served.home.path().join("van.toml");
    std::fs::write(&map, "[result]\ntexted = \"Texted\"\n[[tag]]\ntag = \"nobody\"\ncolumn = \"X\"\n")
        .expect("written");
    let rows = served.home.path().join("van.csv");
    let van = ["export", "van", "--map", map.to_str().expect("UTF-8"), "--out", rows.to_str().expect("UTF-8")];
    served.fails("ada", &van, 3, &["no tag `nobody`"]);
    assert!(!rows.exists() && !served.home.path().join("van.csv.part").exists());
    std::fs::write(&map, "[result]\ntexted = \"Texted\"\n").expect("written");
    let said = served.done("ada", &van);
    assert!(said.contains("0 rows") && said.contains("2 with nothing to say"), "{said}");
    assert_eq!(std::fs::read_to_string(&rows).expect("a file").lines().count(), 1);
    served.fails("ada", &van, 2, &["van.csv is there already", "uploaded once"]);

    let told = served.done("ada", &["audit"]);
    assert!(told.contains("exported") && told.contains("2 contacts, contacts 1 to 2"), "{told}");
    let link = served.done("ada", &["campaign", "invite", "--role", "captain"]);
    served.done("cap", &["join", link.trim(), "--name", "Cap", "--accept-conduct"]);
    served.fails("cap", &["export", "contacts"], 1, &["role admin"]);
}

#[test]
fn what_puts_something_right_waits_for_another_admin_where_that_is_asked_for() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let link = served.done("ada", &["campaign", "invite", "--role", "admin"]);
    served.done("bea", &["join", link.trim(), "--name", "Bea", "--accept-conduct"]);
    let (_, contacts) = served.sample();
    let contacts = contacts.to_str().expect("UTF-8");
    let file = |name: &str, text: &str| {
        let path = served.home.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let asks = CAMPAIGN.replacen("organization = \"Us\"", "organization = \"Us\"\nsecond_approver = true", 1);
    assert!(asks.contains("second_approver"), "{asks}");
    let campaign = file("asks.toml", &asks);
    served.done("ada", &[&["campaign", "import", "--campaign", &campaign, "--contacts", contacts], &FROM[..]].concat());

    let hash = |shown: &str| shown.rsplit_once("--yes: ").expect("a hash").1.trim().to_owned();
    let canned = file("canned.toml", "[[canned]]\nid = \"who\"\ntitle = \"Who?\"\ntext = { en = \"A volunteer.\" }\n");
    assert!(served.done("ada", &["canned", "set", &canned]).contains("canned approve"));
    let shown = served.done("bea", &["canned", "approve", "--show"]);
    assert!(shown.contains("A volunteer."), "{shown}");
    let read = hash(&shown);
    served.fails("bea", &["canned", "approve", "--yes", "of something else"], 4, &["--show"]);
    served.fails("bea", &["canned", "approve"], 2, &["--show", "--yes"]);
    served.fails("ada", &["canned", "approve", "--yes", &read], 4, &["another admin"]);
    assert!(served.done("bea", &["canned", "approve", "--yes", &read]).contains("1 campaign changed"));
    served.fails("bea", &["canned", "approve", "--yes", &read], 4, &["No canned replies wait"]);

    served.done("ada", &["campaign", "recall", "1", "--wording", "a"]);
    let sorry = file("sorry.toml", &asks.replace("Will you vote?", "We were wrong about the place."));
    let said = served.done("ada", &["campaign", "correct", "1", "--recall", "1", "--campaign", &sorry, "--yes"]);
    assert!(said.contains("campaign approve 2"), "{said}");
    served.fails("bea", &["campaign", "resume", "2"], 4, &["approved"]);
    let shown = served.done("bea", &["campaign", "approve", "2", "--show"]);
    assert!(shown.contains("Ada proposed") && shown.contains("We were wrong about the place."), "{shown}");
    let read = hash(&shown);
    served.fails("bea", &["campaign", "approve", "2"], 2, &["--show", "--yes"]);
    served.fails("ada", &["campaign", "approve", "2", "--yes", &read], 4, &["yourself"]);
    assert!(served.done("bea", &["campaign", "approve", "2", "--yes", &read]).contains("has begun"));
    served.fails("bea", &["campaign", "approve", "2", "--yes", &read], 4, &["Nothing waits"]);
    let law = file("law.toml", &asks.replacen("organization", "jurisdiction = \"uk\"\norganization", 1));
    served.fails("ada", &["campaign", "update", "1", "--campaign", &law, "--dry-run"], 4, &["stay as they are"]);
    let follow = ["campaign", "follow-up", "1", &law, "--where", "phone != ''", "--dry-run"];
    served.fails("ada", &follow, 3, &["jurisdiction = \"us\""]);
    served.fails("ada", &["segment", "count", "--campaign", "1", "--where", "texted = maybe"], 2, &["yes, no"]);
    let mended = file("mended.toml", &asks.replace("Will you vote?", "Vote at the school."));
    let looked = served.done("ada", &["campaign", "update", "1", "--campaign", &mended, "--dry-run"]);
    assert!(looked.contains("would wait until another admin"), "{looked}");
    assert!(served.done("ada", &["campaign", "update", "1", "--campaign", &mended]).contains("campaign approve 1"));
    let shown = served.done("bea", &["campaign", "approve", "1", "--show"]);
    assert!(shown.contains("was: ") && shown.contains("now: ") && shown.contains("Vote at the school."), "{shown}");
    assert!(served.done("bea", &["campaign", "approve", "1", "--yes", &hash(&shown)]).contains("version"));
}
