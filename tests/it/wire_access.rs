//! Who may what: sign-in, roles, walls; and that every refusal is a problem document.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use textbank::api::admin::{ImportChunk, ImportStart, ImportState};
use textbank::api::assignment::{ContactView, SliceGrant};
use textbank::api::people::{Me, Role, SessionInfo};
use textbank::server::limits::MAX_BODY;
use textbank::server::store::handles::secret_hash;

use crate::support::{Person, TestApp, contact, def, phone_of};

#[tokio::test]
async fn without_a_running_session_there_is_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let forged = Person { token: "x".repeat(43), joined: ann.joined.clone() };
    for (who, path) in [(None, "/api/v1/me"), (Some(&forged), "/api/v1/me"), (None, "/api/v1/sessions")] {
        let reply = app.call(who, Method::GET, path, None).await;
        assert_eq!((reply.problem(), reply.status), ("unauthorized", StatusCode::UNAUTHORIZED));
        assert_eq!(reply.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    let me: Me = app.get(&ann, "/api/v1/me").await.read();
    assert_eq!((me.name.as_str(), me.role, me.rehearsal), ("Ann", Role::Texter, true));

    let sessions: Vec<SessionInfo> = app.get(&admin, "/api/v1/sessions").await.read();
    let hers = sessions.iter().find(|session| session.name == "Ann").expect("her session");
    let ended = app.call(Some(&admin), Method::DELETE, &format!("/api/v1/sessions/{}", hers.id), None).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    let reply = app.get(&ann, "/api/v1/me").await;
    assert_eq!(reply.problem(), "unauthorized");
    app.close().await;
}

#[tokio::test]
async fn a_role_has_only_its_own_verbs() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let cap = app.person(&admin, Role::Captain, "Cap").await;
    let board = format!("/api/v1/campaigns/{campaign}/board");
    let import = format!("/api/v1/imports/{}", app.fresh());
    let of_captains = [(Method::GET, board.clone())];
    let of_admins = [
        (Method::PUT, import.clone()),
        (Method::PUT, format!("{import}/chunks/0")),
        (Method::POST, format!("{import}/finish")),
        (Method::POST, "/api/v1/invites".to_owned()),
        (Method::DELETE, "/api/v1/invites/1".to_owned()),
        (Method::GET, "/api/v1/sessions".to_owned()),
        (Method::DELETE, "/api/v1/sessions/1".to_owned()),
    ];
    for (method, path) in of_captains.iter().chain(&of_admins) {
        let reply = app.call(Some(&ann), method.clone(), path, Some(json!({}))).await;
        assert_eq!((reply.problem(), reply.status), ("forbidden", StatusCode::FORBIDDEN), "{method} {path}");
    }
    for (method, path) in &of_admins {
        let reply = app.call(Some(&cap), method.clone(), path, Some(json!({}))).await;
        assert_eq!(reply.problem(), "forbidden", "{method} {path}");
    }
    assert_eq!(app.get(&cap, &board).await.status, StatusCode::OK);
    assert_eq!(app.get(&admin, &board).await.status, StatusCode::OK, "each role may what those before it may");
    app.close().await;
}

#[tokio::test]
async fn what_is_not_mine_to_see_does_not_exist() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let (ann, bob) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Bob").await);
    let of_ann = app.slice(&ann, campaign, 1).await;
    let contact = of_ann[0].id;
    let reply = app.get(&bob, &format!("/api/v1/contacts/{contact}/thread")).await;
    assert_eq!((reply.problem(), reply.status), ("not_found", StatusCode::NOT_FOUND));
    let bodies = app.get(&bob, &format!("/api/v1/campaigns/{campaign}/contacts?ids={contact}")).await;
    assert_eq!(bodies.body, json!([]), "a body that is not mine is not there");

    for path in [
        "/api/v1/campaigns/99",
        "/api/v1/campaigns/99/assignment",
        "/api/v1/campaigns/99/events",
        "/api/v1/campaigns/99/board",
        "/api/v1/contacts/99999/thread",
        "/api/v1/verdicts/00000000-0000-7000-8000-000000000000",
    ] {
        let reply = app.get(&admin, path).await;
        assert_eq!((reply.problem(), reply.status), ("not_found", StatusCode::NOT_FOUND), "{path}");
    }
    // Somebody else's verdict, by the right id.
    let id = app.fresh();
    app.send(&ann, id, &app.initial(&of_ann[0])).await;
    app.drain().await;
    assert_eq!(app.get(&bob, &format!("/api/v1/verdicts/{id}")).await.problem(), "not_found");
    app.close().await;
}

/// All that a texter is told by any route, and by the feed.
async fn told_to_a_texter(app: &TestApp, admin: &Person, shown: &[&str]) -> (String, Vec<ContactView>) {
    let import = app.fresh();
    let path = format!("/api/v1/imports/{import}");
    let mut start = ImportStart {
        def: def(),
        contacts: 3,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    start.def.visible_fields = shown.iter().map(|name| (*name).to_owned()).collect();
    // A script that uses the number: it is not there to be used.
    start.def.canned[0].text.insert("en".to_owned(), "Thank you! {phone/} {lastName/}".to_owned());
    app.put(admin, &path, &start).await.read::<ImportState>();
    let contacts: Vec<_> = (0..3).map(contact).collect();
    app.put(admin, &format!("{path}/chunks/0"), &ImportChunk { contacts, shared: false }).await.read::<ImportState>();
    let campaign = app.post(admin, &format!("{path}/finish"), None).await.read::<ImportState>().campaign;
    let ann = app.person(admin, Role::Texter, "Ann").await;
    let claimed = app.claim(&ann, campaign, 3).await;
    let mut told = vec![claimed.body.to_string()];
    let slice = claimed.read::<SliceGrant>().contacts;
    let id = app.fresh();
    told.push(app.send(&ann, id, &app.initial(&slice[0])).await.body.to_string());
    app.drain().await;
    app.inbound(&phone_of(&slice[0]), "yes").await;
    let one = slice[0].id;
    let bodies = app.get(&ann, &format!("/api/v1/campaigns/{campaign}/contacts?ids={one}")).await;
    told.push(bodies.body.to_string());
    let bodies: Vec<ContactView> = bodies.read();
    for path in [
        "me".to_owned(),
        "campaigns".to_owned(),
        "conduct".to_owned(),
        "second-factor".to_owned(),
        format!("campaigns/{campaign}"),
        format!("campaigns/{campaign}/assignment"),
        format!("contacts/{one}/thread"),
        format!("verdicts/{id}"),
    ] {
        let reply = app.get(&ann, &format!("/api/v1/{path}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        told.push(reply.body.to_string());
    }
    let actor = app.state.store().session(secret_hash(&ann.token)).await.expect("a store").expect("a session");
    let feed = app.state.store().events(&actor, campaign, 0, 1_000).await.expect("a store").expect("from the first");
    assert!(feed.len() > 2, "{feed:?}");
    told.push(serde_json::to_string(&feed).expect("json"));
    (told.join("\n"), bodies)
}

#[rstest::rstest]
#[case::nothing(&[], None)]
#[case::its_end(&["lastDigits"], Some("\u{2022}\u{2022} 0000"))]
#[case::by_another_spelling(&["last_digits"], Some("\u{2022}\u{2022} 0000"))]
#[tokio::test]
async fn a_texter_is_told_of_a_number_its_end_at_most(#[case] shown: &[&str], #[case] end: Option<&str>) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (told, bodies) = told_to_a_texter(&app, &admin, shown).await;
    assert_eq!(bodies[0].fields.get("lastDigits").map(String::as_str), end);
    assert_eq!(bodies[0].visible.contains(&"lastDigits".to_owned()), end.is_some(), "it is shown on the card");
    // The numbers are +14155550000 and so on: no more of one than its end is anywhere, in no spelling.
    for digits in ["415555", "555000", "55500"] {
        assert!(!told.contains(digits), "{digits} in {told}");
    }
    app.close().await;
}

#[tokio::test]
async fn a_number_is_shown_where_the_campaign_says_so() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (_, bodies) = told_to_a_texter(&app, &admin, &["phone"]).await;
    assert_eq!(bodies[0].fields["phone"], "+14155550000");
    app.close().await;
}

#[tokio::test]
async fn every_refusal_is_a_problem_document() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (yes, path) = (Some(&admin), format!("/api/v1/messages/{}", app.fresh()));

    let reply = app.call(None, Method::GET, "/nothing/here", None).await;
    assert_eq!((reply.problem(), reply.status), ("not_found", StatusCode::NOT_FOUND));
    let reply = app.call(yes, Method::PATCH, "/api/v1/me", None).await;
    assert_eq!((reply.problem(), reply.status), ("not_found", StatusCode::METHOD_NOT_ALLOWED));
    let reply = app.call(yes, Method::PUT, &path, Some(json!({"contact": "seven"}))).await;
    assert_eq!((reply.problem(), reply.status), ("invalid", StatusCode::UNPROCESSABLE_ENTITY));
    assert!(!reply.body["faults"].as_array().expect("faults").is_empty());
    let reply = app.call(yes, Method::PUT, &path, Some(json!("y".repeat(MAX_BODY)))).await;
    assert_eq!((reply.problem(), reply.status), ("too_large", StatusCode::PAYLOAD_TOO_LARGE));
    let reply = app.call(yes, Method::PUT, "/api/v1/messages/not-an-id", Some(json!({}))).await;
    assert_eq!(reply.problem(), "not_found");
    let reply = app.call(yes, Method::GET, "/api/v1/campaigns/1/assignment?limit=many", None).await;
    assert_eq!(reply.problem(), "invalid");
    let reply = app.call(yes, Method::GET, "/api/v1/campaigns/1/contacts?ids=1,x", None).await;
    assert_eq!(reply.problem(), "invalid");

    let form = Request::post("/api/v1/join").body(Body::from("invite=x")).expect("a request");
    let response = app.raw(form).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    app.close().await;
}

#[tokio::test]
async fn answers_are_kept_by_no_cache() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    assert_eq!(app.get(&admin, "/api/v1/me").await.headers[header::CACHE_CONTROL], "no-store");
    app.close().await;
}

#[tokio::test]
async fn an_invite_is_good_for_its_uses_and_its_time() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let invite = app.invite(&admin, Role::Texter, 2).await;
    let secret = invite["secret"].as_str().expect("a secret").to_owned();
    let (one, two, three) = tokio::join!(app.join(&secret, "A"), app.join(&secret, "B"), app.join(&secret, "C"));
    let mut got: Vec<u16> = [&one, &two, &three].map(|reply| reply.status.as_u16()).to_vec();
    got.sort_unstable();
    assert_eq!(got, [200, 200, 410], "two uses, two winners");

    let late = app.invite(&admin, Role::Texter, 1).await;
    app.clock.advance(std::time::Duration::from_secs(3_601));
    let reply = app.join(late["secret"].as_str().expect("a secret"), "Late").await;
    assert_eq!((reply.problem(), reply.status), ("invite_spent", StatusCode::GONE));

    let revoked = app.invite(&admin, Role::Texter, 1).await;
    let path = format!("/api/v1/invites/{}", revoked["id"]);
    assert_eq!(app.call(Some(&admin), Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.join(revoked["secret"].as_str().expect("a secret"), "Gone").await.problem(), "invite_spent");
    // Asked without a name, before a person is asked for theirs.
    assert_eq!(app.join("not-a-whole-secret", "").await.problem(), "invite_spent");
    app.close().await;
}

#[tokio::test]
async fn a_joiner_has_a_name_and_no_thousand_guesses() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let invite = app.invite(&admin, Role::Texter, 60).await;
    let secret = invite["secret"].as_str().expect("a secret").to_owned();
    for name in ["", "   ", "a\u{7}b", &"x".repeat(61)] {
        assert_eq!(app.join(&secret, name).await.problem(), "invalid", "{name:?}");
    }
    for n in 0..50 {
        let reply = app.join(&secret, &format!("  Room   {n} ")).await;
        let me = reply.read_person().joined.me;
        assert_eq!(me.name, format!("Room {n}"));
    }
    let mut limited: Option<Value> = None;
    for n in 0..101 {
        let reply = app.join(&format!("guess-{n}"), "Eve").await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(reply.problem(), "rate_limited");
            assert!(reply.headers.contains_key(header::RETRY_AFTER));
            limited = Some(json!(n));
            break;
        }
    }
    assert_eq!(limited, Some(json!(100)), "a hundred guesses, then no more");
    app.close().await;
}

#[tokio::test]
async fn probes_and_the_join_page_need_no_sign_in() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        let reply = app.call(None, Method::GET, path, None).await;
        assert_eq!((reply.status, &reply.body["rehearsal"]), (StatusCode::OK, &json!(true)), "{path}");
    }
    assert_eq!(app.call(None, Method::GET, "/join", None).await.status, StatusCode::OK);
    app.close().await;
}

#[tokio::test]
async fn joining_again_from_the_same_device_costs_no_use() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let invite = app.invite(&admin, Role::Texter, 1).await;
    let (secret, device) = (invite["secret"].as_str().expect("a secret"), app.fresh());
    let join = async |name: &str, device| {
        let body = json!({"invite": secret, "name": name, "device": device});
        app.call(None, Method::POST, "/api/v1/join", Some(body)).await
    };
    let lost = join("Ann", device).await.read_person();
    let found = join("Ann", device).await.read_person();
    assert_eq!(found.joined.me, lost.joined.me);
    assert_ne!(found.token, lost.token, "a token is shown once");
    assert_eq!(app.get(&found, "/api/v1/me").await.status, StatusCode::OK);
    assert_eq!(join("Bob", device).await.problem(), "invite_spent", "somebody else at the same machine");
    assert_eq!(join("Ann", app.fresh()).await.problem(), "invite_spent", "the same name on another machine");

    let sessions: Vec<SessionInfo> = app.get(&admin, "/api/v1/sessions").await.read();
    for session in sessions.iter().filter(|session| session.name == "Ann") {
        app.call(Some(&admin), Method::DELETE, &format!("/api/v1/sessions/{}", session.id), None).await;
    }
    assert_eq!(join("Ann", device).await.problem(), "invite_spent", "who was shown out does not come back by it");
    app.close().await;
}
