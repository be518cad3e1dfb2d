//! Lists by the commands, against a served campaign.

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::wire_cli::{FROM, Served};

#[test]
fn a_list_comes_in_once_is_added_to_and_says_where_it_came_from() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (campaign, contacts) = served.sample();
    let (campaign, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    let bare = ["campaign", "import", "--campaign", campaign, "--contacts", contacts];
    served.fails("ada", &bare, 2, &["where the list comes from", "--provenance", "--obtained", "--permitted-use"]);
    assert!(served.done("ada", &["campaign", "list"]).contains("no campaign yet"));
    let import = [&bare[..], &FROM[..]].concat();
    assert!(served.done("ada", &import).contains("Campaign 1 (Parks) has 2 contacts"));
    // Nothing is to be handed in: nothing has to be said.
    let again = served.run("ada", &bare);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains("from these very files before"), "{}", again.out);

    let more = served.home.path().join("more.csv");
    std::fs::write(&more, "firstName,cell\nBo,+14155550102\nCy,+14155550103\nDi,800-555-0199\n").expect("written");
    let more = more.to_str().expect("UTF-8");
    let rejected = served.home.path().join("left_out.csv");
    let add = ["list", "add", "--campaign", "parks", more, "--rejected", rejected.to_str().expect("UTF-8")];
    served.fails("ada", &add, 2, &["--provenance"]);
    let added = served.done("ada", &[&add[..], &FROM[..]].concat());
    assert!(
        added.contains("1 contact more") && added.contains("Of 3 rows in the list 1 are taken, 1 left out"),
        "{added}"
    );
    // The first try wrote it too: neither is lost.
    assert!(std::fs::read_to_string(&rejected).expect("there").contains("toll-free"));
    assert!(served.home.path().join("left_out-2.csv").exists());
    assert!(served.done("ada", &[&add[..], &["--json"]].concat()).contains("\"handed_in_before\": true"));
    served.fails("ada", &["list", "add", "--campaign", "roads", more], 2, &["no campaign", "Parks"]);
    let json = served.done("ada", &["list", "provenance", "--campaign", "1", "--json"]);
    let lists: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(lists.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&lists[1]["provenance"]["source"], &lists[1]["state"]["stored"]),
        (&Value::from("made up"), &Value::from(1))
    );
    assert!(served.done("ada", &["list", "provenance", "--campaign", "1"]).contains("permitted use  tests"));
    let counts: Value = serde_json::from_str(&served.done("ada", &["captain", "--json"])).expect("JSON");
    assert_eq!(counts["counts"]["total"], 3);
}

#[test]
fn a_list_of_any_size_is_made_up_and_read_without_a_problem() {
    let served = Served::start();
    let list = served.home.path().join("many.csv");
    let list = list.to_str().expect("UTF-8");
    served.done("x", &["list", "generate", "--rows", "3000", "--seed", "5", list]);
    served.fails("x", &["list", "generate", list], 2, &["is there already"]);
    served.fails("x", &["list", "generate", "--rows", "99000000", "more.csv"], 2, &["made-up numbers"]);
    let checked: Value = serde_json::from_str(&served.done("x", &["list", "check", "--json", list])).expect("JSON");
    assert_eq!((&checked["contacts"], &checked["problems"]), (&Value::from(3_000), &Value::from(Vec::<Value>::new())));
}
