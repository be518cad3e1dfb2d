//! Join links over the real router: one winner a use, a whole room by one link, no thousand guesses.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use textbank::api::admin::InviteInfo;
use textbank::api::people::Role;

use crate::support::{Person, TestApp};

fn secret(invite: &Value) -> String {
    invite["secret"].as_str().expect("a secret").to_owned()
}

/// A try from a socket's address.
async fn join_from(app: &TestApp, from: SocketAddr, secret: &str, name: &str) -> StatusCode {
    let body = json!({"invite": secret, "name": name, "device": app.fresh()}).to_string();
    let mut request = Request::post("/api/v1/join")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .expect("a request");
    request.extensions_mut().insert(ConnectInfo(from));
    app.raw(request).await.status()
}

async fn listed(app: &TestApp, admin: &Person) -> Vec<InviteInfo> {
    app.get(admin, "/api/v1/invites").await.read()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_race_for_one_use_and_one_wins() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let secret = secret(&app.invite(&admin, Role::Texter, 1).await);
    let tries = (0..50).map(|n| {
        let router = app.router.clone();
        let body = json!({"invite": secret, "name": format!("Racer {n}"), "device": app.fresh()}).to_string();
        let request = Request::post("/api/v1/join")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .expect("a request");
        tokio::spawn(async move {
            tower::ServiceExt::oneshot(router, request).await.expect("the router never fails").status()
        })
    });
    let statuses: Vec<StatusCode> =
        join_all(tries.collect::<Vec<_>>()).await.into_iter().map(|joined| joined.expect("no panic")).collect();
    let count = |wanted: StatusCode| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(StatusCode::OK), count(StatusCode::GONE)), (1, 49), "{statuses:?}");
    let spent = listed(&app, &admin).await.into_iter().next().expect("the invite");
    assert_eq!((spent.joined, spent.uses_left, spent.good), (1, 0, false));
    app.close().await;
}

#[tokio::test]
async fn a_room_gets_in_by_one_link_whatever_was_guessed_in_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let group = secret(&app.invite(&admin, Role::Texter, 50).await);
    let room: SocketAddr = "192.0.2.7:40000".parse().expect("an address");

    // A prankster in the room guesses a thousand times first.
    let (mut told, mut limited) = (0, 0);
    for n in 0..1_000 {
        match join_from(&app, room, &format!("guess-{n}"), "Eve").await {
            StatusCode::GONE => told += 1,
            StatusCode::TOO_MANY_REQUESTS => limited += 1,
            other => panic!("a guess was answered with {other}"),
        }
    }
    assert_eq!((told, limited), (100, 900), "no guess gets in, and a hundred are answered");

    // And all fifty get in within the minute, from the same address.
    for n in 0..50 {
        assert_eq!(join_from(&app, room, &group, &format!("Room {n}")).await, StatusCode::OK, "number {n}");
        app.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(join_from(&app, room, &group, "Late").await, StatusCode::GONE, "fifty uses are fifty");
    let used = listed(&app, &admin).await.into_iter().next().expect("the invite");
    assert_eq!((used.joined, used.uses_left, used.role), (50, 0, Role::Texter));
    app.close().await;
}

#[tokio::test]
async fn guesses_from_everywhere_are_limited_and_say_how_long_to_wait() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let good = secret(&app.invite(&admin, Role::Texter, 1).await);
    let from = |n: u16| SocketAddr::from(([198, 51, n.to_be_bytes()[0], n.to_be_bytes()[1]], 4_000));
    let mut told = 0;
    for n in 0..1_200 {
        told += u32::from(join_from(&app, from(n), "x", "Eve").await == StatusCode::GONE);
    }
    assert_eq!(told, 1_000, "each address had one guess; all of them together a thousand");
    let reply = app.join("x", "Eve").await;
    assert_eq!((reply.problem(), reply.status), ("rate_limited", StatusCode::TOO_MANY_REQUESTS));
    let wait: u64 = reply.headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
    assert!((1..=5).contains(&wait), "{wait}");
    assert_eq!(app.join(&good, "Ann").await.status, StatusCode::OK, "a good link is good all the same");
    app.clock.advance(Duration::from_secs(wait));
    assert_eq!(app.join("x", "Eve").await.problem(), "invite_spent", "after the wait it is answered again");
    app.close().await;
}

#[tokio::test]
async fn a_link_that_is_used_up_is_no_way_around_the_limit_and_costs_its_joiner_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let spent = secret(&app.invite(&admin, Role::Texter, 1).await);
    let device = app.fresh();
    let ann = json!({"invite": spent, "name": "Ann", "device": device});
    let again = async || app.call(None, Method::POST, "/api/v1/join", Some(ann.clone())).await.status;
    for n in 0..150 {
        assert_eq!(again().await, StatusCode::OK, "the lost answer, asked for the {n}th time");
    }
    let mut short = ann.clone();
    short["proof"] = json!("a".repeat(31));
    assert_eq!(app.call(None, Method::POST, "/api/v1/join", Some(short)).await.problem(), "invalid");
    let mut told = 0;
    for _ in 0..150 {
        told += u32::from(app.join(&spent, "Bob").await.status == StatusCode::GONE);
    }
    assert_eq!(told, 100);
    app.close().await;
}

#[tokio::test]
async fn links_are_listed_as_they_stand_without_their_secret() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (one, two) = (app.invite(&admin, Role::Captain, 1).await, app.invite(&admin, Role::Texter, 20).await);
    app.join(&secret(&two), "Ann").await.read_person();
    let path = format!("/api/v1/invites/{}", one["id"]);
    assert_eq!(app.call(Some(&admin), Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);

    let reply = app.get(&admin, "/api/v1/invites").await;
    let text = reply.body.to_string();
    assert!(!text.contains(&secret(&one)) && !text.contains(&secret(&two)), "{text}");
    let list: Vec<InviteInfo> = reply.read();
    let said: Vec<_> = list.iter().map(|i| (i.role, i.joined, i.uses_left, i.good, i.revoked)).collect();
    let of_ada = list.iter().take(2).all(|invite| invite.created_by.as_deref() == Some("Ada"));
    assert!(of_ada && list[2].created_by.is_none(), "{list:?}");
    assert_eq!(
        said,
        [(Role::Texter, 1, 19, true, false), (Role::Captain, 0, 1, false, true), (Role::Admin, 1, 0, false, false)]
    );
    app.clock.advance(Duration::from_secs(3_601));
    assert!(listed(&app, &admin).await.iter().all(|invite| !invite.good), "over");
    app.close().await;
}
