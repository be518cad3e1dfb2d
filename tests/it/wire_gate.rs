//! What a sign-in that was ended may still do, and what happens when several want the same contacts at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::act::Act;
use textbank::api::assignment::{AssignmentPage, SliceGrant};
use textbank::api::event::EventKind;
use textbank::api::message::Verdict;
use textbank::api::people::{Role, SessionInfo};
use textbank::domain::ids::{CampaignId, ContactId};
use textbank::env::Clock as _;
use uuid::Uuid;

use crate::support::{Person, Reply, TestApp};

async fn end(app: &TestApp, admin: &Person, name: &str) {
    let sessions: Vec<SessionInfo> = app.get(admin, "/api/v1/sessions").await.read();
    let id = sessions.iter().find(|session| session.name == name).expect("a session").id;
    let reply = app.call(Some(admin), Method::DELETE, &format!("/api/v1/sessions/{id}"), None).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
}

async fn act(app: &TestApp, who: &Person, id: Uuid, act: &Act) -> Reply {
    app.put(who, &format!("/api/v1/acts/{id}"), act).await
}

#[tokio::test]
async fn an_ended_sign_in_hands_in_what_was_confirmed_before_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let bob = app.person(&admin, Role::Texter, "Bob").await;
    let slice = app.slice(&ann, campaign, 6).await;
    let theirs = app.slice(&bob, campaign, 1).await;
    let bobs = app.fresh();
    app.send(&bob, bobs, &app.initial(&theirs[0])).await.read::<Verdict>();
    // Confirmed on Ann's laptop, offline; then the laptop is reported stolen.
    let (text, tag) = (app.fresh(), app.fresh());
    let request = app.initial(&slice[0]);
    let tagged = Act::Close { contact: slice[1].id };
    app.clock.advance(Duration::from_secs(60));
    end(&app, &admin, "Ann").await;
    app.clock.advance(Duration::from_secs(60));

    // What was confirmed before is taken, and the verdict can be read back; twice is once.
    let verdict: Verdict = app.send(&ann, text, &request).await.read();
    assert_eq!(app.send(&ann, text, &request).await.read::<Verdict>(), verdict);
    assert_eq!(app.get(&ann, &format!("/api/v1/verdicts/{text}")).await.read::<Verdict>(), verdict);
    act(&app, &ann, tag, &tagged).await.read::<Verdict>();
    assert_eq!(app.drain().await.len(), 2, "Bob's and Ann's");

    // What was confirmed after is refused, for ever, and that too can be read back.
    let late = app.fresh();
    let request = app.initial(&slice[2]);
    for _ in 0..2 {
        let no = app.send(&ann, late, &request).await;
        assert_eq!((no.problem(), no.status), ("session_ended", StatusCode::FORBIDDEN));
    }
    let stored: Verdict = app.get(&ann, &format!("/api/v1/verdicts/{late}")).await.read();
    assert!(!stored.is_accepted());
    for late in [
        Act::Close { contact: slice[3].id },
        Act::Release { campaign, unsent: true, conversations: true },
        Act::Pause { campaign },
    ] {
        let id = app.fresh();
        assert_eq!(act(&app, &ann, id, &late).await.problem(), "session_ended", "{late:?}");
        assert!(!app.get(&ann, &format!("/api/v1/verdicts/{id}")).await.read::<Verdict>().is_accepted());
    }
    // An id that holds no time cannot show that it was in time.
    let timeless = Uuid::from_u128(77);
    assert_eq!(act(&app, &ann, timeless, &Act::Close { contact: slice[3].id }).await.problem(), "session_ended");
    // Stopping is never too late.
    act(&app, &ann, app.fresh(), &Act::OptOut { contact: slice[4].id, notice: false, grace: false })
        .await
        .read::<Verdict>();
    assert_eq!(app.get(&ann, &format!("/api/v1/verdicts/{bobs}")).await.problem(), "not_found", "only her own");

    // Every other door is shut.
    let contact = slice[0].id;
    for (method, path) in [
        (Method::GET, "/api/v1/me".to_owned()),
        (Method::GET, "/api/v1/campaigns".to_owned()),
        (Method::GET, format!("/api/v1/campaigns/{campaign}")),
        (Method::GET, format!("/api/v1/campaigns/{campaign}/assignment")),
        (Method::GET, format!("/api/v1/campaigns/{campaign}/contacts?ids={contact}")),
        (Method::GET, format!("/api/v1/campaigns/{campaign}/events")),
        (Method::GET, format!("/api/v1/campaigns/{campaign}/board")),
        (Method::GET, format!("/api/v1/contacts/{contact}/thread")),
        (Method::PUT, format!("/api/v1/campaigns/{campaign}/claims/{}", app.fresh())),
        (Method::POST, "/api/v1/presence".to_owned()),
        (Method::GET, "/api/v1/sessions".to_owned()),
        (Method::POST, "/api/v1/invites".to_owned()),
    ] {
        let reply = app.call(Some(&ann), method.clone(), &path, Some(json!({"want": 1}))).await;
        assert_eq!((reply.problem(), reply.status), ("unauthorized", StatusCode::UNAUTHORIZED), "{method} {path}");
    }
    // Decided as usual: what somebody else has by now stays theirs.
    app.close().await;
}

#[tokio::test]
async fn a_captain_whose_sign_in_was_ended_is_no_captain_any_more() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let cap = app.person(&admin, Role::Captain, "Cap").await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 1).await;
    let (pause, close) = (app.fresh(), app.fresh());
    app.clock.advance(Duration::from_secs(1));
    end(&app, &admin, "Cap").await;
    assert_eq!(act(&app, &cap, pause, &Act::Pause { campaign }).await.problem(), "session_ended");
    assert_eq!(act(&app, &cap, close, &Act::Close { contact: slice[0].id }).await.problem(), "lease_lost");
    app.close().await;
}

/// Who holds what, by their own lists.
async fn hands(app: &TestApp, people: &[&Person], campaign: CampaignId) -> BTreeMap<ContactId, usize> {
    let mut held = BTreeMap::new();
    for (n, person) in people.iter().enumerate() {
        let page: AssignmentPage = app.get(person, &format!("/api/v1/campaigns/{campaign}/assignment")).await.read();
        for contact in page.contacts {
            assert_eq!(held.insert(contact.id, n), None, "{} is in two hands", contact.id);
        }
    }
    held
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captains_take_back_while_others_claim_and_the_texter_sends_all_at_once() {
    for _ in 0..8 {
        let app = Arc::new(TestApp::start().await);
        let admin = app.admin().await;
        let campaign = app.campaign(&admin, 12).await;
        let caps = [app.person(&admin, Role::Captain, "Cap").await, app.person(&admin, Role::Captain, "Cora").await];
        let ann = app.person(&admin, Role::Texter, "Ann").await;
        let others = [app.person(&admin, Role::Texter, "Bob").await, app.person(&admin, Role::Texter, "Cid").await];
        let slice = app.slice(&ann, campaign, 12).await;
        let mut tasks = tokio::task::JoinSet::new();
        let take = Act::Reclaim { campaign, texter: ann.joined.me.person };
        for contact in slice.clone() {
            let (app, ann) = (Arc::clone(&app), ann.clone());
            tasks.spawn(async move {
                let reply = app.send(&ann, app.fresh(), &app.initial(&contact)).await;
                (contact.id, Some(reply.status.is_success()), reply.body["code"].as_str().map(str::to_owned))
            });
        }
        for cap in caps.clone() {
            let (app, take) = (Arc::clone(&app), take.clone());
            tasks.spawn(async move {
                act(&app, &cap, app.fresh(), &take).await.read::<Verdict>();
                (ContactId(0), None, None)
            });
        }
        let granted = Arc::new(std::sync::Mutex::new(Vec::new()));
        for other in others.clone() {
            let (app, granted) = (Arc::clone(&app), Arc::clone(&granted));
            tasks.spawn(async move {
                let reply = app.claim(&other, campaign, 12).await;
                if reply.status.is_success() {
                    for contact in reply.read::<SliceGrant>().contacts {
                        let sent = app.send(&other, app.fresh(), &app.initial(&contact)).await;
                        assert!(sent.status.is_success(), "{sent:?}");
                        granted.lock().expect("whole").push(contact.id);
                    }
                }
                (ContactId(0), None, None)
            });
        }
        let mut went = BTreeSet::new();
        while let Some(done) = tasks.join_next().await {
            match done.expect("no panic") {
                (contact, Some(true), _) => drop(went.insert(contact)),
                // The next to hold it may have written before Ann's text came to its turn.
                (_, Some(false), code) => {
                    assert!(matches!(code.as_deref(), Some("lease_lost" | "already_sent")), "{code:?}")
                }
                _ => {}
            }
        }
        let granted = granted.lock().expect("whole").clone();
        assert!(granted.iter().all(|contact| !went.contains(contact)), "sent by Ann and by who had it next");
        assert_eq!(granted.iter().collect::<BTreeSet<_>>().len(), granted.len(), "given to two");
        // Each that went out went once; each is in one hand or in the pool.
        assert_eq!(app.drain().await.len(), went.len() + granted.len());
        hands(&app, &[&ann, &others[0], &others[1]], campaign).await;
        // Ann was told of each that left her hands.
        let mut feed = app.feed(&ann, campaign, "?after=0", None).await;
        let mut told = BTreeSet::new();
        while told.len() + went.len() < slice.len() {
            if let EventKind::Gone { contact, why, .. } = feed.event().await.what {
                assert_eq!(why, "reclaimed");
                assert!(told.insert(contact), "told twice");
            }
        }
        assert!(told.is_disjoint(&went));
        Arc::into_inner(app).expect("nobody else").close().await;
    }
}

#[tokio::test]
async fn the_time_on_the_laptop_is_told_by_a_header_with_acts_too() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&ann, campaign, 2).await;
    // Ann's laptop is an hour behind: what she pressed after the end looks as if it were before.
    app.clock.advance(Duration::from_secs(7_200));
    app.post(&ann, "/api/v1/presence", None).await;
    end(&app, &admin, "Ann").await;
    app.clock.advance(Duration::from_secs(600));
    let behind = app.clock.now() - jiff::SignedDuration::from_hours(1);
    let press = |n: usize, id: Uuid, told: Option<Timestamp>| {
        let (app, ann, contact) = (&app, &ann, slice[n].id);
        async move {
            let mut request = axum::http::Request::builder()
                .method(Method::PUT)
                .uri(format!("/api/v1/acts/{id}"))
                .header("authorization", format!("Bearer {}", ann.token))
                .header("content-type", "application/json");
            if let Some(told) = told {
                request = request.header("textbank-sent-at", told.to_string());
                // By an earlier answer of the server: the clock is off, the request is not late.
                request = request.header("textbank-clock-offset", "3600000000");
            }
            let body = serde_json::to_string(&Act::Close { contact }).expect("json");
            app.raw(request.body(body.into()).expect("a request")).await.status()
        }
    };
    let id = || app.ids.act_id(behind);
    assert_eq!(press(0, id(), Some(behind)).await, StatusCode::FORBIDDEN);
    assert_eq!(press(1, id(), None).await, StatusCode::OK);
    app.close().await;
}
