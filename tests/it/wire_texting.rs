//! Texting through the contract: slices, sends, replies, opt-outs; idempotent by the id in the path.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::assignment::{AssignmentPage, ContactView, SliceGrant};
use textbank::api::message::{Thread, ThreadEntry, Verdict};
use textbank::api::people::{Presence, Role};
use textbank::domain::message::{Delivery, MessageKind};

use crate::support::{TestApp, phone_of};

#[tokio::test]
async fn two_texters_who_claim_at_once_hold_nothing_in_common() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 30).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let (of_ann, of_bob) = tokio::join!(app.slice(&ann, campaign, 12), app.slice(&bob, campaign, 12));
    assert_eq!((of_ann.len(), of_bob.len()), (12, 12));
    let all: BTreeSet<_> = of_ann.iter().chain(&of_bob).map(|contact| contact.id).collect();
    assert_eq!(all.len(), 24, "nobody is in two hands");
    app.close().await;
}

#[tokio::test]
async fn the_same_claim_twice_grants_once_and_nothing_left_is_a_reason() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 5).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let path = format!("/api/v1/campaigns/{campaign}/claims/{}", app.fresh());
    let first: SliceGrant = app.put(&ann, &path, &json!({"want": 5})).await.read();
    let again: SliceGrant = app.put(&ann, &path, &json!({"want": 5})).await.read();
    let ids = |grant: &SliceGrant| grant.contacts.iter().map(|contact| contact.id).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&again));
    let none = app.claim(&bob, campaign, 5).await;
    assert_eq!((none.problem(), none.status), ("held_by_others", StatusCode::CONFLICT));
    app.close().await;
}

#[tokio::test]
async fn the_same_id_gets_the_same_verdict_and_another_body_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 3).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 3).await;
    let (id, request) = (app.fresh(), app.initial(&slice[0]));

    let first = app.send(&ann, id, &request).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{first:?}");
    app.clock.advance(std::time::Duration::from_secs(60));
    let again = app.send(&ann, id, &request).await;
    assert_eq!((again.status, &again.body), (StatusCode::ACCEPTED, &first.body), "the same, its time included");
    let stored = app.get(&ann, &format!("/api/v1/verdicts/{id}")).await;
    assert_eq!(stored.body, first.body);

    let other = app.send(&ann, id, &app.initial(&slice[1])).await;
    assert_eq!((other.problem(), other.status), ("id_reused", StatusCode::UNPROCESSABLE_ENTITY));

    let gone = app.drain().await;
    assert_eq!(gone.len(), 1, "three requests, one text: {gone:?}");
    assert_eq!((&gone[0].to, gone[0].body.as_str()), (&phone_of(&slice[0]), request.body.as_str()));
    app.close().await;
}

#[tokio::test]
async fn a_second_initial_is_refused_with_who_sent_the_first() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 1).await;
    let first: Verdict = app.send(&ann, app.fresh(), &app.initial(&slice[0])).await.read();
    assert!(first.is_accepted());

    let id = app.fresh();
    let second = app.send(&ann, id, &app.initial(&slice[0])).await;
    assert_eq!((second.problem(), second.status), ("already_sent", StatusCode::CONFLICT));
    assert_eq!((&second.body["who"], &second.body["verdict"]), (&json!("Ann"), &json!(id)));
    let stored = app.get(&ann, &format!("/api/v1/verdicts/{id}")).await;
    assert_eq!(stored.body["outcome"]["problem"]["code"], json!("already_sent"), "refusals are stored too");
    assert_eq!(app.drain().await.len(), 1);
    app.close().await;
}

#[tokio::test]
async fn a_reply_that_did_not_see_the_latest_is_stale() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 1).await;
    app.send(&ann, app.fresh(), &app.initial(&slice[0])).await.read::<Verdict>();
    app.drain().await;
    app.inbound(&phone_of(&slice[0]), "who is this?").await;

    let path = format!("/api/v1/campaigns/{campaign}/contacts?ids={}", slice[0].id);
    let seen = app.get(&ann, &path).await.read::<Vec<ContactView>>().remove(0).summary;
    assert_eq!(seen.preview, "who is this?");
    let reply = app.text(&seen, MessageKind::Reply, "Ann, a volunteer");
    app.inbound(&phone_of(&slice[0]), "hello??").await;
    let stale = app.send(&ann, app.fresh(), &reply).await;
    assert_eq!((stale.problem(), stale.status), ("stale_reply", StatusCode::CONFLICT));

    let seen = app.get(&ann, &path).await.read::<Vec<ContactView>>().remove(0).summary;
    let reply = app.text(&seen, MessageKind::Reply, "Ann, a volunteer");
    assert!(app.send(&ann, app.fresh(), &reply).await.read::<Verdict>().is_accepted());
    app.drain().await;

    let thread: Thread = app.get(&ann, &format!("/api/v1/contacts/{}/thread?limit=2", slice[0].id)).await.read();
    assert!(thread.more_before);
    let bodies: Vec<(&str, bool, Delivery)> = thread
        .entries
        .iter()
        .filter_map(|entry| match entry {
            ThreadEntry::Message(message) => Some((message.body.as_str(), message.mine, message.delivery)),
            ThreadEntry::Note { .. } => None,
        })
        .collect();
    let wanted = [("hello??", false, Delivery::Received), ("Ann, a volunteer", true, Delivery::Submitted)];
    assert_eq!(bodies, wanted);
    app.close().await;
}

#[tokio::test]
async fn a_stop_by_the_voter_shuts_the_contact_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 1).await;
    app.send(&ann, app.fresh(), &app.initial(&slice[0])).await.read::<Verdict>();
    app.drain().await;
    app.inbound(&phone_of(&slice[0]), "STOP").await;
    let mut reply = app.text(&slice[0], MessageKind::Reply, "please?");
    reply.after_seq = 2;
    let refused = app.send(&ann, app.fresh(), &reply).await;
    assert_eq!((refused.problem(), refused.status), ("suppressed", StatusCode::GONE));
    let gone = app.drain().await;
    assert!(gone.iter().all(|text| text.body == "You will get no more texts from us."), "{gone:?}");
    assert!(gone.len() <= 1, "one notice at most");
    app.close().await;
}

#[tokio::test]
async fn outside_hours_says_when_it_opens() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 2).await;
    // 21:00 in California.
    app.clock.advance(std::time::Duration::from_secs(10 * 3_600));
    let refused = app.send(&ann, app.fresh(), &app.initial(&slice[0])).await;
    assert_eq!((refused.problem(), refused.status.as_u16()), ("outside_hours", 425));
    assert_eq!(refused.body["at"], json!("2026-10-02T16:00:00Z"), "nine in the morning there");
    app.close().await;
}

#[tokio::test]
async fn pausing_is_the_captains_and_stops_sends() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let cap = app.person(&admin, Role::Captain, "Cap").await;
    let slice = app.slice(&ann, campaign, 2).await;
    let pause = json!({"act": "pause", "campaign": campaign});
    let by_texter = app.put(&ann, &format!("/api/v1/acts/{}", app.fresh()), &pause).await;
    assert_eq!((by_texter.problem(), by_texter.status), ("forbidden", StatusCode::FORBIDDEN));
    let by_captain = app.put(&cap, &format!("/api/v1/acts/{}", app.fresh()), &pause).await;
    assert_eq!(by_captain.status, StatusCode::OK, "{by_captain:?}");
    let refused = app.send(&ann, app.fresh(), &app.initial(&slice[0])).await;
    assert_eq!((refused.problem(), refused.status), ("paused", StatusCode::LOCKED));
    app.close().await;
}

#[tokio::test]
async fn what_is_in_my_hands_comes_in_pages_and_presence_keeps_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 25).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 25).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/campaigns/{campaign}/assignment?limit=10{cursor}");
        let page: AssignmentPage = app.get(&ann, &path).await.read();
        assert!(page.contacts.len() <= 10);
        seen.extend(page.contacts.into_iter().map(|contact| contact.id));
        match page.next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut all: Vec<_> = slice.iter().map(|contact| contact.id).collect();
    all.sort();
    assert_eq!(seen, all);
    let presence: Presence = app.post(&ann, "/api/v1/presence", None).await.read();
    assert_eq!(presence.server_time, crate::support::at(crate::support::THURSDAY));
    assert!(presence.lease_until > presence.server_time);
    app.close().await;
}
