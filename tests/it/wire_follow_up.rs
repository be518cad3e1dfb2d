//! Saved segments and follow-ups, by the commands and over the wire.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use textbank::api::segments::{FollowUp, SegmentCount};

use crate::support::{TestApp, def, phone_of};
use crate::wire_cli::{FROM, Served};

#[test]
fn a_segment_is_saved_counted_exported_and_followed() {
    let served = Served::start();
    served.done("ada", &["join", &served.admin_link, "--name", "Ada", "--accept-conduct"]);
    let (campaign, contacts) = served.sample();
    let (file, contacts) = (campaign.to_str().expect("UTF-8"), contacts.to_str().expect("UTF-8"));
    served.done("ada", &[&["campaign", "import", "--campaign", file, "--contacts", contacts], &FROM[..]].concat());
    let json = |args: &[&str]| serde_json::from_str::<Value>(&served.done("ada", args)).expect("JSON");

    assert!(served.done("ada", &["segment", "list"]).starts_with("No segment is saved yet"));
    served.fails("ada", &["segment", "save", "x", "--where", "tag ="], 2, &["at character 6", "a value is missing"]);
    served.fails("ada", &["segment", "save", "x", "--where", "campaign = Parks"], 2, &["at character 12", "number"]);
    let misspelt = ["segment", "save", "x", "--where", "frstName = Ana", "--campaign", "1"];
    served.fails("ada", &misspelt, 2, &["nobody has a column `frstName`", "Did you mean firstName?"]);
    let said = served.done("ada", &["segment", "save", "Anas", "--where", "firstName = Ana", "--campaign", "1"]);
    assert!(said.contains("The segment `Anas` is saved") && said.contains("segment count 'Anas'"), "{said}");
    let other = ["segment", "save", "ANAS", "--where", "firstName = Bo"];
    served.fails("ada", &other, 4, &["Anas", "--replace"]);
    let all = json(&["segment", "list", "--json"]);
    assert_eq!((all[0]["name"].as_str(), all[0]["campaign"].as_i64()), (Some("Anas"), Some(1)));
    let count = json(&["segment", "count", "anas", "--json"]);
    assert_eq!((count["contacts"].as_u64(), count["may_be_texted"].as_u64()), (Some(1), Some(1)));
    served.fails("ada", &["segment", "count", "nobody"], 2, &["no segment is called `nobody`", "saved are: Anas"]);
    served.fails("ada", &["segment", "count", "--where", "tag = x"], 2, &["--campaign NUMBER"]);

    let rows = served.done("ada", &["export", "contacts", "--segment", "anas", "--format", "jsonl"]);
    assert_eq!(rows.lines().count(), 1);
    served.fails(
        "ada",
        &["export", "contacts", "--segment", "anas", "--where", "tag = x"],
        2,
        &["cannot be used with"],
    );
    let texted = ["export", "contacts", "--where", "campaign = 1", "--format", "jsonl"];
    assert_eq!(served.done("ada", &texted), "", "nobody was texted yet");
    // Who is not there is nobody, and everybody with `not`: it is said.
    let wrong = "not campaign = 77 or texter = Zeb or tag = volunter";
    served.fails(
        "ada",
        &["segment", "count", "--campaign", "1", "--where", wrong],
        2,
        &["no campaign 77", "nobody here is called `Zeb`", "`tag` has no `volunter`"],
    );
    served.fails(
        "ada",
        &["segment", "save", "nope", "--where", "texted = perhaps"],
        2,
        &["`texted` is never `perhaps`"],
    );
    served.fails("ada", &["segment", "count", "--campaign", "1"], 2, &["NAME", "--where"]);

    let second = served.home.path().join("second.toml");
    let text = std::fs::read_to_string(&campaign).expect("the file").replace("Parks", "Parks again");
    std::fs::write(&second, text).expect("written");
    let second = second.to_str().expect("UTF-8");
    let follow = ["campaign", "follow-up", "1", second];
    served.fails("ada", &follow, 2, &["--where CONDITION, or --segment NAME"]);
    let by = [&follow[..], &["--segment", "Anas"]].concat();
    let would = json(&[&by[..], &["--dry-run", "--json"]].concat());
    assert_eq!((would["matching"].as_u64(), would["contacts"].as_u64()), (Some(1), Some(1)));
    served.fails("ada", &by, 2, &["--yes", "--dry-run"]);
    assert_eq!(json(&["campaign", "list", "--json"]).as_array().map(Vec::len), Some(1), "nothing was made");
    let nobody = [&follow[..], &["--where", "firstName = Zoe", "--yes"]].concat();
    served.fails("ada", &nobody, 3, &["Nobody is left to text"]);
    let made = json(&[&by[..], &["--yes", "--paused", "--json"]].concat());
    assert_eq!((made["campaign"].as_i64(), made["contacts"].as_u64()), (Some(2), Some(1)));
    assert_eq!((made["paused"].as_bool(), made["made_before"].as_bool()), (Some(true), Some(false)));
    let again = served.done("ada", &[&by[..], &["--yes"]].concat());
    assert!(again.contains("made by this very command before") && again.contains("campaign resume 2"), "{again}");
    served.fails(
        "ada",
        &["campaign", "follow-up", "9", second, "--where", "tag = x"],
        2,
        &["no campaign is called", "Parks again"],
    );
    assert!(served.done("ada", &["segment", "remove", "anas"]).contains("is removed"));
    let rows = served.done("ada", &["export", "contacts", "--campaign", "2", "--format", "jsonl"]);
    assert!(rows.contains("Ana") && rows.lines().count() == 1, "{rows}");
}

#[tokio::test]
async fn one_request_makes_a_small_follow_up_and_refuses_what_it_does_not_understand() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 5).await;
    let slice = app.slice(&admin, campaign, 5).await;
    for contact in &slice {
        let sent = app.send(&admin, app.fresh(), &app.initial(contact)).await;
        assert!(sent.status.is_success(), "{sent:?}");
    }
    app.drain().await;
    app.inbound(&phone_of(&slice[0]), "STOP").await;
    app.drain().await;
    let results = format!("/api/v1/campaigns/{campaign}/results");
    let count: SegmentCount = app.get(&admin, &format!("{results}/segment?expression=texted%20%3D%20yes")).await.read();
    assert_eq!((count.contacts, count.left_out.opted_out, count.next), (5, 1, None));
    for wrong in [
        "",
        "?expression=tag",
        "?expression=tag%20%3D%20x&segment=y",
        "?expression=texted%20%3D%20yes&not_texted_within_days=0",
    ] {
        assert_eq!(app.get(&admin, &format!("{results}/segment{wrong}")).await.problem(), "invalid", "{wrong}");
    }
    assert_eq!(app.get(&admin, &format!("{results}/segment?segment=none")).await.problem(), "not_found");
    let listed = app.get(&admin, &format!("{results}/contacts?texted_in=true")).await.body;
    assert_eq!(listed["contacts"][4]["texted_in"], json!([campaign]));

    let path = format!("/api/v1/follow-ups/{}", app.fresh());
    let request = json!({"campaign": campaign, "expression": "texted = yes", "def": def()});
    let made: FollowUp = app.put(&admin, &path, &request).await.read();
    assert!(made.finished && !made.made_before, "{made:?}");
    assert_eq!((made.contacts, made.left_out.opted_out), (4, 1));
    let again: FollowUp = app.put(&admin, &path, &request).await.read();
    assert_eq!((again.campaign, again.made_before), (made.campaign, true));
    let other = json!({"campaign": campaign, "segment": "nobody's", "def": def()});
    assert_eq!(app.put(&admin, &path, &other).await.problem(), "id_reused");
    let fresh = || format!("/api/v1/follow-ups/{}", app.fresh());
    assert_eq!(app.put(&admin, &fresh(), &other).await.problem(), "not_found");
    let neither = json!({"campaign": campaign, "def": def()});
    assert_eq!(app.put(&admin, &fresh(), &neither).await.problem(), "invalid");
    app.close().await;
}
