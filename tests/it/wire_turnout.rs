//! Events and queues by the commands, against a served campaign.

use pretty_assertions::assert_eq;
use serde_json::Value;
use textbank::api::act::Act;
use textbank::api::people::Role;
use textbank::client::native::{NativeServer, Timeouts};
use textbank::client::{CampaignServer as _, sign_in};
use textbank::config::Paths;
use textbank::domain::ids::{ActId, CampaignId};
use textbank::env::{SystemClock, SystemIds};

use crate::wire_cli::{FROM, Served};

/// Far enough away for every clock that this may run on.
const EVENT: &str = r#"
[[question]]
id = "coming"
text = "Will they come?"
[[question.answer]]
value = "Yes"
rsvp = "rally"
next = "ride"
reply = "Great! Do you need a ride?"
[[question.answer]]
value = "No"
rsvp = { event = "rally", answer = "no" }
[[question]]
id = "ride"
text = "Do they need a ride?"
[[question.answer]]
value = "Yes"
queue = "ride"
[[event]]
id = "rally"
title = "Rally; music, food"
starts_at = 2096-05-20T18:30:00
ends_at = 2096-05-20T20:00:00
zone = "America/Chicago"
place = "Town hall"
capacity = 1
"#;

/// A texter answers for two voters: both come, the second one wants a ride.
fn answered(served: &Served) {
    // Installed already by another test: just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let paths = Paths::find(Some(served.home.path()), Some("tess")).expect("a home");
    let sign_in = sign_in::load(&paths.sign_ins_dir(), None, Role::Texter).expect("signed in");
    let server = NativeServer::new(&sign_in.server, &sign_in.token, Timeouts::default()).expect("a client");
    let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
    let work = async {
        let campaign = CampaignId(1);
        let slice = server.claim(campaign, ids.act_id(clock.now()), 2).await.expect("a slice").contacts;
        let said = [(0, "coming", "Yes"), (1, "coming", "Yes"), (1, "ride", "Yes")];
        for (n, question, value) in said {
            let act =
                Act::Answer { contact: slice[n].id, question: question.to_owned(), value: Some(value.to_owned()) };
            server.act(ActId(ids.act_id(clock.now())), &act).await.expect("recorded");
        }
    };
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
}

#[test]
fn replies_of_the_organization_are_set_listed_and_removed() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (campaign, contacts) = served.sample();
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    served.done("ada", &[&["campaign", "import", "--campaign", campaign, "--contacts", contacts], &FROM[..]].concat());
    assert!(served.done("ada", &["canned", "list"]).contains("no canned replies"));
    let file = served.home.path().join("canned.toml");
    let name = file.to_str().expect("UTF-8").to_owned();
    std::fs::write(
        &file,
        "[[canned]]\nid = \"who\"\ntitle = \"Who is this?\"\ntext = \"Vote at {polling_place}\"\nx = 1\n",
    )
    .expect("written");
    served.fails("ada", &["canned", "set", &name], 3, &["canned.toml:5:1: error in `canned[1].x`", "mend the errors"]);
    let good = "[[canned]]\nid = \"who\"\ntitle = \"Who is this?\"\ntext = { en = \"We are {organization}.\", es = \"Somos {organization}.\" }\n";
    std::fs::write(&file, good.replace("{organization}", "{polling_place}")).expect("written");
    served.fails("ada", &["canned", "set", &name], 3, &["`who` (en): not every campaign has {polling_place}"]);
    std::fs::write(&file, good).expect("written");
    assert!(
        served
            .done("ada", &["canned", "set", &name])
            .contains("1 canned reply of the organization; 1 campaign changed")
    );
    let json = |args: &[&str]| serde_json::from_str::<Value>(&served.done("ada", args)).expect("JSON");
    assert_eq!(json(&["canned", "list", "--json"])["replies"][0]["text"]["es"], "Somos {organization}.");
    assert!(served.done("ada", &["canned", "list"]).contains("Set by Ada on "));
    // The campaign's file says nothing of them, and is what it was.
    let same = served.done("ada", &["campaign", "update", "1", "--campaign", campaign, "--dry-run"]);
    assert!(same.contains("there would be no new one"), "{same}");
    served.fails("ada", &["canned", "remove", "whom"], 2, &["no canned reply whom"]);
    served.fails("ada", &["canned", "remove"], 2, &["<ID>"]);
    let removed = json(&["canned", "remove", "who", "--json"]);
    assert_eq!((&removed["replies"], &removed["campaigns"][0]), (&Value::from(0), &Value::from(1)));
    assert!(served.done("ada", &["audit"]).contains("canned_set"));
}

#[test]
fn who_comes_and_who_waits_for_a_ride_can_be_had_as_files_and_as_data() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (file, contacts) = served.sample();
    let plain = std::fs::read_to_string(&file).expect("there");
    let closes = "organization = \"Us\"\ncloses_at = \"2096-05-20T12:00:00-05:00\"";
    std::fs::write(&file, plain.replace("organization = \"Us\"", closes) + EVENT).expect("written");
    let (file, contacts) = (file.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    assert!(served.done("ada", &["campaign", "check", file]).contains("No problem"));
    served.done("ada", &[&["campaign", "import", "--campaign", file, "--contacts", contacts], &FROM[..]].concat());
    let link = served.done("ada", &["campaign", "invite", "--role", "texter"]);
    served.done("tess", &["join", link.trim(), "--name", "Tess", "--accept-conduct"]);
    answered(&served);

    let json = |args: &[&str]| serde_json::from_str::<Value>(&served.done("ada", args)).expect("JSON");
    let events = json(&["event", "list", "parks", "--json"]);
    let counts = ["yes", "waiting", "maybe", "no"].map(|word| events[0][word].as_u64());
    assert_eq!(counts, [Some(1), Some(1), Some(0), Some(0)]);
    let shown = served.done("tess", &["event", "show", "1", "rally"]);
    assert!(shown.contains("Sun 20 May 2096, 18:30 to 20:00 (America/Chicago)"), "{shown}");
    assert!(shown.contains("full with 1, 1 waiting; 0 maybe, 0 no"), "{shown}");
    served.fails("ada", &["event", "show", "1", "rallye"], 2, &["no event rallye", "it has rally"]);

    let out = |name: &str| served.home.path().join(name).to_str().expect("UTF-8").to_owned();
    let (people, rides, ics) = (out("rally.csv"), out("rides.csv"), out("rally.ics"));
    served.fails("tess", &["event", "rsvps", "1", "rally", "--out", &people], 1, &["role admin"]);
    let told = json(&["event", "rsvps", "1", "rally", "--out", &people, "--json"]);
    assert_eq!(told["rows"], 2);
    served.fails("ada", &["event", "rsvps", "1", "rally", "--out", &people], 2, &["there already", "--force"]);
    let rows = std::fs::read_to_string(&people).expect("written");
    let standings: Vec<&str> = rows.lines().skip(1).filter_map(|row| row.split(',').nth(9)).collect();
    assert_eq!(standings, ["yes", "waiting"], "{rows}");
    let audit = served.done("ada", &["audit"]);
    assert!(audit.contains("2 rsvps, contacts 1 to 2"), "{audit}");

    served.done("tess", &["event", "calendar", "1", "--out", &ics]);
    let calendar = std::fs::read_to_string(&ics).expect("written");
    assert!(calendar.contains("DTSTART:20960520T233000Z\r\n"), "{calendar}");
    assert!(
        calendar.contains("SUMMARY:Rally\\; music\\, food\r\n")
            && calendar.contains("UID:rally-1-")
            && calendar.contains("@127.0.0.1\r\n")
    );

    // Those who come are a segment.
    let segment = |condition: &str| {
        let rows = served.done("ada", &["export", "contacts", "--campaign", "1", "--where", condition]);
        rows.lines().count() - 1
    };
    assert_eq!((segment("rsvp.rally = yes"), segment("rsvp.rally in (yes, waiting)")), (1, 2));
    let unknown = ["export", "contacts", "--campaign", "1", "--where", "rsvp.rallye = yes"];
    served.fails("ada", &unknown, 2, &["no event `rallye`", "rsvp.rally"]);

    assert!(served.done("ada", &["queue", "list", "1"]).contains("ride"));
    served.fails("tess", &["queue", "list", "1"], 1, &["role captain"]);
    served.fails("ada", &["queue", "export", "1", "rides", "--out", &rides], 2, &["no queue rides", "it has ride"]);
    served.done("ada", &["queue", "export", "1", "ride", "--out", &rides]);
    served.fails("ada", &["queue", "done", "1", "ride"], 2, &["--file"]);
    assert!(served.done("ada", &["queue", "done", "1", "ride", "--file", &rides]).contains("1 contact done."));
    let again = json(&["queue", "done", "1", "ride", "--file", &rides, "--json"]);
    assert_eq!((&again["changed"], &again["already"]), (&Value::from(0), &Value::from(1)));
    served.fails("ada", &["queue", "done", "1", "ride", "1"], 3, &["contact 1 is not in the queue ride"]);
    let queues = json(&["queue", "list", "1", "--json"]);
    assert_eq!((&queues[0]["open"], &queues[0]["done"]), (&Value::from(0), &Value::from(1)));
}
