//! The practice over the real router: a campaign that asks for it hands out nothing before, and keeps who has been through it.

use axum::http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use textbank::api::people::{PersonInfo, Role};
use textbank::api::practice::Practice;

use crate::support::TestApp;

#[tokio::test]
async fn a_campaign_that_asks_for_the_practice_hands_out_nothing_before() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign_of(&admin, 4, |def| def.practice = true).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let path = format!("/api/v1/practice?campaign={campaign}");
    let before: Practice = app.get(&ann, &path).await.read();
    assert_eq!(before, Practice { passed_at: None, required: true });
    assert_eq!(app.claim(&ann, campaign, 2).await.problem(), "practice_needed");
    // Who has yet to practise is on the captain's board, and counts.
    let board = app.get(&admin, &format!("/api/v1/campaigns/{campaign}/board")).await;
    assert_eq!(board.body["texters"].as_array().map(Vec::len), Some(1), "{board:?}");
    assert_eq!(
        (&board.body["texters"][0]["name"], &board.body["texters"][0]["practised"]),
        (&"Ann".into(), &false.into())
    );
    for _ in 0..2 {
        let passed = app.call(Some(&ann), Method::PUT, "/api/v1/practice", None).await;
        assert!(passed.read::<Practice>().passed_at.is_some());
    }
    let after: Practice = app.get(&ann, &path).await.read();
    assert!(after.passed_at.is_some());
    assert_eq!(app.claim(&ann, campaign, 2).await.status, StatusCode::OK);

    // The captain sees it, and nothing of how it went.
    let people: Vec<PersonInfo> = app.get(&admin, "/api/v1/people").await.read();
    let passed: Vec<_> = people.iter().filter(|one| one.practised_at.is_some()).map(|one| one.name.as_str()).collect();
    assert_eq!(passed, ["Ann"]);
    let board = app.get(&admin, &format!("/api/v1/campaigns/{campaign}/board")).await;
    assert_eq!(board.body["texters"][0]["practised"], true, "{board:?}");
    app.close().await;
}

#[tokio::test]
async fn a_note_reaches_texters_and_a_new_one_takes_its_place() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 4).await;
    let (cap, ann) = (app.person(&admin, Role::Captain, "Cap").await, app.person(&admin, Role::Texter, "Ann").await);
    let write = |text: &str| serde_json::json!({"act": "announce", "campaign": campaign, "text": text});
    let act = async |who, text: &str| {
        app.call(Some(who), Method::PUT, &format!("/api/v1/acts/{}", app.fresh()), Some(write(text))).await
    };
    assert_eq!(act(&ann, "no").await.problem(), "forbidden");
    for text in ["Be\u{1b}[2J kind.", "Rain: inside.", "Rain: inside."] {
        assert_eq!(act(&cap, text).await.status, StatusCode::OK);
    }
    let of = async || app.get(&ann, &format!("/api/v1/campaigns/{campaign}")).await.body["note"].clone();
    let note = of().await;
    assert_eq!((&note["version"], &note["text"], &note["who"]), (&2.into(), &"Rain: inside.".into(), &"Cap".into()));
    let list = app.get(&ann, "/api/v1/campaigns").await;
    assert_eq!(list.body[0]["mine"]["note"], note, "{list:?}");
    assert_eq!(act(&cap, &"x".repeat(1_001)).await.problem(), "invalid");
    assert_eq!(act(&cap, " ").await.status, StatusCode::OK);
    assert!(of().await.is_null(), "taken down");
    app.close().await;
}

#[tokio::test]
async fn the_list_of_campaigns_says_what_is_in_hand() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 6).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 4).await;
    let skip = serde_json::json!({"act": "close", "contact": slice[0].id});
    let path = format!("/api/v1/acts/{}", app.fresh());
    assert_eq!(app.put(&ann, &path, &skip).await.status, StatusCode::OK);
    let todo = app.get(&ann, "/api/v1/campaigns").await.body[0].clone();
    assert_eq!((&todo["unsent"], &todo["waiting"], &todo["unassigned"]), (&3.into(), &0.into(), &2.into()), "{todo}");
    assert_eq!((&todo["mine"]["skipped"], &todo["mine"]["held"]), (&1.into(), &0.into()), "{todo}");
    // At night all of them are held until the morning.
    app.clock.advance(std::time::Duration::from_secs(12 * 3600));
    let todo = app.get(&ann, "/api/v1/campaigns").await.body[0].clone();
    assert_eq!(todo["mine"]["held"], 3, "{todo}");
    assert!(todo["mine"]["held_until"].as_str().is_some(), "{todo}");
    app.close().await;
}
