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
