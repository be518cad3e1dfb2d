//! Sign-ins of devices: tokens that change, a copied one that is noticed, people and sign-ins as lists.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;
use textbank::api::people::{JoinRequest, PersonInfo, Renewed, Role};
use textbank::client::CampaignServer;
use textbank::client::native::{self, NativeServer, Timeouts};
use textbank::client::sign_in::{self, SignIn};
use textbank::client::token_file::TokenFile;
use textbank::db;
use textbank::domain::ids::DeviceId;
use textbank::env::Clock;
use textbank::server::store::sql::Location;

use crate::served::{Served, admin_secret};
use crate::support::{Block, Person, TestApp};

async fn renew(app: &TestApp, who: &Person) -> Person {
    let renewed: Renewed = app.post(who, "/api/v1/token", None).await.read();
    assert_ne!(renewed.token, who.token);
    Person { token: renewed.token, joined: who.joined.clone() }
}

async fn runs(app: &TestApp, who: &Person) -> bool {
    match app.get(who, "/api/v1/me").await.status {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_lost_answer_costs_nobody_the_sign_in() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let old = app.person(&admin, Role::Texter, "Ann").await;
    let lost = renew(&app, &old).await;
    app.clock.advance(Duration::from_secs(3 * 3_600));
    assert!(runs(&app, &old).await, "the next one was not used, however long ago it was handed out");
    let next = renew(&app, &old).await;
    assert!(!runs(&app, &lost).await, "what was asked for again is forgotten");
    assert!(runs(&app, &next).await);
    assert!(!runs(&app, &old).await, "replaced");
    assert!(runs(&app, &next).await, "what was on its way with the former one ends nothing");
    app.clock.advance(Duration::from_secs(59));
    assert!(!runs(&app, &old).await);
    assert!(runs(&app, &next).await, "still within the minute");
    let third = renew(&app, &next).await;
    assert!(runs(&app, &third).await, "and so on");
    app.close().await;
}

#[tokio::test]
async fn a_copied_token_ends_the_session_its_feed_and_is_on_record() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("textbank.db");
    let app = TestApp::start_in(Location::File(file.clone())).await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 3).await;
    let old = app.person(&admin, Role::Texter, "Ann").await;
    let slice = app.slice(&old, campaign, 3).await;
    let confirmed = (app.fresh(), app.initial(&slice[0]));
    let next = renew(&app, &old).await;
    assert!(runs(&app, &next).await);
    let mut feed = app.feed(&next, campaign, "", None).await;
    app.clock.advance(Duration::from_secs(61));

    // Whoever has the copy, or who was copied: nobody knows.
    assert!(!runs(&app, &old).await);
    assert!(!runs(&app, &next).await, "the session is over for both");
    while !matches!(feed.next().await, Block::End) {}
    let mut conn = db::Options::file(&file).read_only().open().await.expect("a reader");
    let rows = db::query("SELECT COUNT(*) FROM audit WHERE what = 'token_reused' AND person = $1")
        .bind(old.joined.me.person.0)
        .fetch_one(&mut conn)
        .await
        .expect("the audit");
    assert_eq!(rows.try_get::<i64>(0).expect("a count"), 1);

    // What was confirmed before is handed in by either, and nothing else goes.
    let sent = app.send(&old, confirmed.0, &confirmed.1).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
    assert_eq!(app.claim(&old, campaign, 1).await.problem(), "unauthorized");
    assert_eq!(app.post(&next, "/api/v1/token", None).await.problem(), "unauthorized");
    app.drain().await;
    app.close().await;
}

#[tokio::test]
async fn another_program_of_the_same_sign_in_follows_its_token() {
    let Served { server, clock, ids } = Served::start(11).await;
    let dir = tempfile::tempdir().expect("a directory");
    let device = DeviceId(ids.act_id(clock.now()));
    let request = JoinRequest { invite: admin_secret(&server, 1).await, name: "Ada".to_owned(), device, proof: None };
    let joined = native::join(&server.base_url(), &request, Timeouts::default()).await.expect("joined");
    let mut sign_in = SignIn::new(&server.base_url(), joined, device, clock.now());
    let path = sign_in::save(dir.path(), &sign_in).expect("stored");
    let console = NativeServer::new(&server.base_url(), &sign_in.token, Timeouts::default())
        .expect("a client")
        .with_tokens(TokenFile::new(path.clone(), &sign_in));
    assert_eq!(console.me().await.expect("signed in").name, "Ada");

    // A command renews the token beside the running console, and uses it.
    let held = sign_in::lock(dir.path(), &sign_in).expect("a lock").expect("free");
    assert!(sign_in::lock(dir.path(), &sign_in).expect("a lock").is_none(), "one at a time");
    let former = sign_in.token.clone();
    sign_in.token = native::renew(&sign_in.server, &sign_in.token, Timeouts::default()).await.expect("the next one");
    sign_in.renewed_at = Some(clock.now());
    sign_in::save(dir.path(), &sign_in).expect("stored before it is used");
    drop(held);
    let stored = sign_in::read(&path).expect("the sign-in");
    assert_eq!(stored.token.expose_secret(), sign_in.token.expose_secret());
    let command = NativeServer::new(&server.base_url(), &stored.token, Timeouts::default()).expect("a client");
    command.me().await.expect("the next one is in use");

    clock.advance(Duration::from_secs(600));
    assert_eq!(console.me().await.expect("follows").name, "Ada");
    let copy = NativeServer::new(&server.base_url(), &former, Timeouts::default()).expect("a client");
    assert!(copy.me().await.is_err(), "the former one is good for nothing");
    assert!(console.me().await.is_err(), "and its use ended the session");
    server.shutdown().await;
}

#[tokio::test]
async fn people_are_listed_with_role_and_what_they_hold() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 5).await;
    let ann = app.person(&admin, Role::VettedTexter, "Ann").await;
    app.slice(&ann, campaign, 3).await;
    let list = async || app.get(&admin, "/api/v1/people").await.read::<Vec<PersonInfo>>();
    let hers = async || list().await.into_iter().find(|person| person.name == "Ann").expect("Ann");
    let before = hers().await;
    assert_eq!((before.role, before.sessions, before.in_hand), (Some(Role::VettedTexter), 1, 3));
    assert_eq!(before.last_seen, Some(app.clock.now()));
    let sessions = app.get(&admin, "/api/v1/sessions").await.body;
    let hers_now =
        sessions.as_array().expect("a list").iter().find(|one| one["name"] == "Ann").expect("hers")["id"].clone();
    let path = format!("/api/v1/sessions/{hers_now}");
    assert_eq!(app.call(Some(&admin), Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    let after = hers().await;
    assert_eq!((after.role, after.sessions, after.in_hand), (None, 0, 0));
    app.close().await;
}
