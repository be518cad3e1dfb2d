//! The second factor over the real router: who has one and has not shown it is a texter, on every route.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use textbank::api::admin::InviteRequest;
use textbank::api::people::{Me, PersonInfo, Role};
use textbank::api::second_factor::SecondFactor;
use textbank::domain::second_factor::{Secret, step_at};
use textbank::env::Clock;
use textbank::server::router;
use textbank::server::store::command::Answer;
use textbank::server::store::handles::System;
use textbank::server::store::sql::Location;
use uuid::Uuid;

use crate::postgres::Database;
use crate::support::{Block, Person, Reply, TestApp, operations};

const HALF_A_MINUTE: Duration = Duration::from_secs(30);
const TWELVE_HOURS: Duration = Duration::from_secs(12 * 3_600);

fn secret() -> Secret {
    Secret::from_bytes(b"12345678901234567890").expect("twenty bytes")
}

/// What the phone shows now, or showed so many steps ago.
fn code(app: &TestApp, steps: i64) -> String {
    let now = step_at(app.clock.now());
    secret().code(now.saturating_add_signed(steps)).digits()
}

async fn set(app: &TestApp, who: &Person, code: &str) -> Reply {
    app.put(who, "/api/v1/second-factor", &json!({"secret": secret().base32(), "code": code})).await
}

async fn prove(app: &TestApp, who: &Person, code: &str) -> Reply {
    app.post(who, "/api/v1/second-factor/proof", Some(json!({"code": code}))).await
}

async fn standing(app: &TestApp, who: &Person) -> SecondFactor {
    app.get(who, "/api/v1/second-factor").await.read()
}

/// What an admin is told who asks for the people.
async fn people(app: &TestApp, who: &Person) -> String {
    let reply = app.get(who, "/api/v1/people").await;
    if reply.status.is_success() { "told".to_owned() } else { reply.problem().to_owned() }
}

/// Somebody on this laptop; the same name there is the same person.
async fn on(app: &TestApp, device: Uuid, role: Role, name: &str) -> Person {
    let organization = app.state.store().first_organization().await.expect("an organization");
    let request = InviteRequest { role, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
    let Answer::Invite(invite) = System::invite(&app.state.desk, organization, request).await.expect("a store") else {
        panic!("no invite")
    };
    let body = json!({"invite": invite.secret, "name": name, "device": device, "proof": device.to_string()});
    app.call(None, Method::POST, "/api/v1/join", Some(body)).await.read_person()
}

#[tokio::test]
async fn a_right_code_sets_it_and_then_each_sign_in_has_to_prove_it() {
    proved_and_proved_again(TestApp::start().await).await;
}

#[tokio::test]
async fn so_it_is_on_postgresql() {
    let Some(database) = Database::make() else { return };
    proved_and_proved_again(TestApp::start_in(Location::Postgres(database.url())).await).await;
}

async fn proved_and_proved_again(app: TestApp) {
    let device = app.fresh();
    let ada = on(&app, device, Role::Admin, "Ada").await;
    let before = standing(&app, &ada).await;
    assert_eq!((before.set, before.needed, before.required), (false, false, false));
    assert_eq!(prove(&app, &ada, "123456").await.problem(), "invalid", "nothing is there to be proved");
    assert_eq!(set(&app, &ada, &code(&app, 2)).await.problem(), "wrong_code");
    assert!(!standing(&app, &ada).await.set);

    let now = code(&app, 0);
    let set_at: SecondFactor = set(&app, &ada, &now).await.read();
    let until = app.clock.now() + SignedDuration::try_from(TWELVE_HOURS).expect("hours");
    assert_eq!((set_at.set, set_at.needed, set_at.proved_until), (true, false, Some(until)));
    assert_eq!(set(&app, &ada, &now).await.status, StatusCode::OK, "asked again: the answer was lost");
    assert_eq!(people(&app, &ada).await, "told");
    assert_eq!(prove(&app, &ada, &now).await.problem(), "wrong_code", "a code is taken once");
    let other = json!({"secret": "A".repeat(32), "code": "123456"});
    assert_eq!(app.put(&ada, "/api/v1/second-factor", &other).await.problem(), "invalid", "one is set");

    // A copy of the sign-in, or another one of the same person: without the phone it is a texter's.
    let again = on(&app, device, Role::Admin, "Ada").await;
    assert_eq!(again.joined.me.person, ada.joined.me.person);
    assert!(standing(&app, &again).await.needed);
    assert_eq!(app.get(&again, "/api/v1/me").await.read::<Me>().role, Role::Admin, "it is an admin's all the same");
    assert_eq!(app.get(&again, "/api/v1/campaigns").await.status, StatusCode::OK);
    assert_eq!(people(&app, &again).await, "second_factor_needed");
    assert_eq!(prove(&app, &again, &now).await.problem(), "wrong_code", "used by the other sign-in");
    app.clock.advance(HALF_A_MINUTE);
    assert_eq!(prove(&app, &again, &code(&app, 0)).await.status, StatusCode::OK);
    assert_eq!((people(&app, &again).await, people(&app, &ada).await), ("told".to_owned(), "told".to_owned()));

    // Proofs run out one by one.
    app.clock.advance(TWELVE_HOURS - HALF_A_MINUTE - Duration::from_secs(1));
    assert_eq!(people(&app, &ada).await, "told");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(
        (people(&app, &ada).await.as_str(), people(&app, &again).await.as_str()),
        ("second_factor_needed", "told")
    );
    assert_eq!(prove(&app, &ada, &code(&app, -1)).await.status, StatusCode::OK, "a phone may be half a minute late");
    assert_eq!(people(&app, &ada).await, "told");

    // Nothing that any route tells holds the secret.
    for path in ["second-factor", "people", "sessions", "audit", "me", "ledger"] {
        let told = app.get(&ada, &format!("/api/v1/{path}")).await.body.to_string();
        assert!(!told.is_empty() && !told.contains(&secret().base32()), "{path}");
    }
    let seen: Vec<PersonInfo> = app.get(&ada, "/api/v1/people").await.read();
    assert!(seen[0].second_factor);

    app.clock.advance(HALF_A_MINUTE);
    let removed = app.post(&again, "/api/v1/second-factor/removal", Some(json!({"code": "000000"}))).await;
    assert_eq!(removed.problem(), "wrong_code");
    let removed = app.post(&again, "/api/v1/second-factor/removal", Some(json!({"code": code(&app, 0)}))).await;
    assert!(!removed.read::<SecondFactor>().set);
    app.clock.advance(TWELVE_HOURS);
    assert_eq!(people(&app, &ada).await, "told", "there is nothing to prove any more");
    let audit = app.get(&ada, "/api/v1/audit?limit=1000").await.body.to_string();
    for (what, many) in [("set", 1), ("proved", 2), ("wrong", 1), ("removed", 1)] {
        assert_eq!(audit.matches(&format!("\"second_factor_{what}\"")).count(), many, "{what}: {audit}");
    }
    app.close().await;
}

#[tokio::test]
async fn after_five_wrong_codes_none_is_taken_for_a_while_and_then_for_longer() {
    let app = TestApp::start().await;
    let kim = on(&app, app.fresh(), Role::Captain, "Kim").await;
    set(&app, &kim, &code(&app, 0)).await.read::<SecondFactor>();
    let wrong = async |app: &TestApp| {
        let mut last = None;
        for _ in 0..5 {
            let reply = prove(app, &kim, &code(app, 9)).await;
            assert_eq!(reply.problem(), "wrong_code");
            last = reply.body["at"].as_str().map(|at| at.parse::<Timestamp>().expect("a time"));
        }
        last.expect("the fifth says until when").duration_since(app.clock.now())
    };
    app.clock.advance(HALF_A_MINUTE);
    assert_eq!(wrong(&app).await, SignedDuration::from_mins(15));
    let locked = prove(&app, &kim, &code(&app, 0)).await;
    assert!(locked.problem() == "wrong_code" && locked.body["at"].is_string(), "the right one neither: {locked:?}");
    assert!(standing(&app, &kim).await.locked_until.is_some());
    app.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(standing(&app, &kim).await.locked_until, None);
    assert_eq!(wrong(&app).await, SignedDuration::from_mins(30));
    app.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(prove(&app, &kim, &code(&app, 0)).await.status, StatusCode::OK);
    app.clock.advance(HALF_A_MINUTE);
    assert_eq!(wrong(&app).await, SignedDuration::from_mins(15), "the right one began anew");
    for _ in 0..9 {
        app.clock.advance(Duration::from_secs(8 * 3_600));
        let wait = wrong(&app).await;
        assert!(wait <= SignedDuration::from_hours(8), "whoever has the phone is not kept out for days: {wait:#}");
    }
    app.close().await;
}

/// What an operation is asked with here. What it is about need not be there: roles are looked at first.
fn request(app: &TestApp, operation: &str, about: (&str, &str)) -> (Method, String, Option<Value>) {
    let (method, path) = operation.split_once(' ').expect("two words");
    let (campaign, contact) = about;
    let fresh = app.fresh().to_string();
    let id = match path.split('/').nth(3) {
        Some("contacts") => contact,
        Some("campaigns" | "invites" | "sessions" | "people") => campaign,
        _ => &fresh,
    };
    let there =
        path.replace("{id}", id).replace("{claim}", &fresh).replace("{message}", &fresh).replace("{import}", &fresh);
    let there =
        there.replace("{n}", "0").replace("{version}", "feedbeef").replace("{recall}", "1").replace("{hold}", "1");
    assert!(!there.contains('{'), "no id is known for a part of {path}");
    let there = if path.ends_with("/contacts") || path.ends_with("/whereabouts") {
        format!("{there}?ids={contact}")
    } else {
        there
    };
    let body = match operation {
        "PUT /api/v1/acts/{id}" => {
            Some(json!({"act": "pause", "campaign": campaign.parse::<i64>().expect("a number")}))
        }
        _ => (method != "GET").then(|| json!({"want": 1})),
    };
    (method.parse().expect("a method"), there, body)
}

/// Those by which it is set and proved.
const OF_ITS_OWN: [&str; 3] =
    ["PUT /api/v1/second-factor", "POST /api/v1/second-factor/proof", "POST /api/v1/second-factor/removal"];

#[rstest::rstest]
#[case::set_and_not_proved(false)]
#[case::wanted_and_not_set(true)]
#[tokio::test]
async fn an_owner_without_it_is_a_texter_on_every_route_of_the_contract(#[case] required: bool) {
    let mut app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await.to_string();
    let tess = on(&app, app.fresh(), Role::Texter, "Tess").await;
    let olga = on(&app, app.fresh(), Role::Owner, "Olga").await;
    let held = app.slice(&tess, textbank::domain::ids::CampaignId(campaign.parse().expect("a number")), 2).await;
    let about = (campaign.as_str(), &*held[0].id.to_string());
    if required {
        app.state.second_factor.required = true;
        app.router = router(app.state.clone());
    } else {
        set(&app, &olga, &code(&app, 0)).await.read::<SecondFactor>();
        app.clock.advance(TWELVE_HOURS);
    }

    let mut held_back = 0;
    for operation in operations() {
        let ask = async |who: &Person| {
            let (method, path, body) = request(&app, &operation, about);
            let response = app.ask(Some(who), method, &path, body).await;
            let status = response.status();
            let feed = response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
            let bytes = if feed {
                Default::default()
            } else {
                http_body_util::BodyExt::collect(response.into_body()).await.expect("a body").to_bytes()
            };
            let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            (status, said["code"].as_str().map(str::to_owned))
        };
        let (texter, owner) = (ask(&tess).await, ask(&olga).await);
        if OF_ITS_OWN.contains(&operation.as_str()) {
            assert_eq!(texter.1.as_deref(), Some("forbidden"), "{operation}");
            assert_eq!(owner.1.as_deref(), Some("invalid"), "{operation}: it is theirs to ask");
        } else if texter.1.as_deref() == Some("forbidden") {
            assert_eq!(owner, (StatusCode::FORBIDDEN, Some("second_factor_needed".to_owned())), "{operation}");
            held_back += 1;
        } else if !operation.contains("/contacts") {
            // The contact is in her hands, not in the owner's.
            assert_eq!(owner, texter, "{operation}");
        } else {
            assert!(owner.0 == StatusCode::NOT_FOUND || owner.0 == StatusCode::OK, "{operation}: {owner:?}");
        }
    }
    assert!(held_back >= 18, "{held_back} routes are not for texters");
    let path = format!("/api/v1/campaigns/{campaign}/contacts?ids={}", held[0].id);
    assert_eq!(app.get(&olga, &path).await.body, json!([]), "a captain would be shown it");

    // One step later it is theirs again.
    app.clock.advance(HALF_A_MINUTE);
    let reply =
        if required { set(&app, &olga, &code(&app, 0)).await } else { prove(&app, &olga, &code(&app, 0)).await };
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert_eq!(people(&app, &olga).await, "told");
    app.close().await;
}

#[tokio::test]
async fn an_act_without_it_decides_nothing_and_is_done_once_it_is_proved() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await;
    let tess = on(&app, app.fresh(), Role::Texter, "Tess").await;
    let held = app.slice(&tess, campaign, 2).await;
    let door = json!({"role": "texter", "uses": 1, "valid_seconds": 600, "waiting_room": true});
    let link = app.post(&admin, "/api/v1/invites", Some(door)).await;
    let eve = app.join(link.body["secret"].as_str().expect("a secret"), "Eve").await.read_person();
    let kim = on(&app, app.fresh(), Role::Captain, "Kim").await;
    set(&app, &kim, &code(&app, 0)).await.read::<SecondFactor>();
    app.clock.advance(TWELVE_HOURS);
    let acts = [
        json!({"act": "pause", "campaign": campaign}),
        json!({"act": "close", "contact": held[0].id}),
        json!({"act": "admit", "people": [eve.joined.me.person]}),
    ];
    let paths: Vec<String> = acts.iter().map(|_| format!("/api/v1/acts/{}", app.fresh())).collect();
    for (path, act) in paths.iter().zip(&acts) {
        assert_eq!(app.put(&kim, path, act).await.problem(), "second_factor_needed", "{act}");
        let asked = path.replace("acts", "verdicts");
        assert_eq!(app.get(&kim, &asked).await.problem(), "not_found", "nothing was decided: {act}");
    }
    prove(&app, &kim, &code(&app, 0)).await.read::<SecondFactor>();
    for (path, act) in paths.iter().zip(&acts) {
        assert_eq!(app.put(&kim, path, act).await.status, StatusCode::OK, "{act}");
    }
    app.close().await;
}

#[tokio::test]
async fn without_it_what_was_theirs_is_decided_as_a_texters_and_stopping_waits_for_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let tess = on(&app, app.fresh(), Role::Texter, "Tess").await;
    let never_his = app.slice(&tess, campaign, 1).await[0].id;
    let kim = on(&app, app.fresh(), Role::Captain, "Kim").await;
    let lost = app.slice(&kim, campaign, 1).await[0].id;
    let reclaim = json!({"act": "reclaim", "campaign": campaign, "texter": kim.joined.me.person});
    let taken = app.put(&admin, &format!("/api/v1/acts/{}", app.fresh()), &reclaim).await;
    assert_eq!(taken.status, StatusCode::OK, "{taken:?}");
    assert_eq!(app.slice(&tess, campaign, 1).await[0].id, lost, "somebody else has it now");
    set(&app, &kim, &code(&app, 0)).await.read::<SecondFactor>();
    app.clock.advance(TWELVE_HOURS);

    let note = app.fresh();
    let told =
        app.put(&kim, &format!("/api/v1/acts/{note}"), &json!({"act": "note", "contact": lost, "text": "x"})).await;
    assert_eq!(told.problem(), "lease_lost");
    let stored = app.get(&kim, &format!("/api/v1/verdicts/{note}")).await;
    assert_eq!(stored.body["outcome"]["problem"]["code"], "lease_lost", "for good: {stored:?}");
    let act = async |act: Value| app.put(&kim, &format!("/api/v1/acts/{}", app.fresh()), &act).await;
    assert_eq!(act(json!({"act": "note", "contact": never_his, "text": "x"})).await.problem(), "second_factor_needed");
    let stopped = act(json!({"act": "opt_out", "contact": never_his, "notice": false})).await;
    assert_eq!(stopped.status, StatusCode::OK, "{stopped:?}");
    app.close().await;
}

#[tokio::test]
async fn a_captains_feed_ends_with_the_proof_and_begins_anew_with_the_next() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let kim = on(&app, app.fresh(), Role::Captain, "Kim").await;
    set(&app, &kim, &code(&app, 0)).await.read::<SecondFactor>();
    let mut feed = app.feed(&kim, campaign, "", None).await;
    feed.board().await;
    app.clock.advance(TWELVE_HOURS);
    while !matches!(feed.next().await, Block::End) {}
    // As a texter's it goes on, and ends when it may be a captain's again.
    let mut feed = app.feed(&kim, campaign, "", None).await;
    assert!(matches!(feed.next().await, Block::Comment), "the first line comes at once");
    let until_end = async {
        loop {
            match feed.next().await {
                Block::End => break,
                Block::Event { name, .. } => assert_ne!(name, "board"),
                Block::Comment => {}
            }
        }
    };
    let now = code(&app, 0);
    let (_, proved) = tokio::join!(until_end, prove(&app, &kim, &now));
    assert_eq!(proved.status, StatusCode::OK);
    app.feed(&kim, campaign, "", None).await.board().await;
    app.close().await;
}

#[tokio::test]
async fn a_lost_phone_is_an_admins_to_remove_but_nobodys_above() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let owner = on(&app, app.fresh(), Role::Owner, "Olga").await;
    let captain = on(&app, app.fresh(), Role::Captain, "Kim").await;
    for who in [&owner, &captain] {
        set(&app, who, &code(&app, 0)).await.read::<SecondFactor>();
    }
    let lift = async |who: &Person, whose: &Person| {
        let path = format!("/api/v1/people/{}/second-factor", whose.joined.me.person.0);
        let reply = app.call(Some(who), Method::DELETE, &path, None).await;
        if reply.status == StatusCode::NO_CONTENT { "removed".to_owned() } else { reply.problem().to_owned() }
    };
    assert_eq!(lift(&captain, &owner).await, "forbidden");
    assert_eq!(lift(&admin, &owner).await, "forbidden", "above");
    assert_eq!(lift(&owner, &owner).await, "forbidden", "whoever has the laptop has no code");
    assert!(standing(&app, &owner).await.set && standing(&app, &captain).await.set);
    app.clock.advance(TWELVE_HOURS);
    assert_eq!(lift(&owner, &captain).await, "second_factor_needed");
    assert_eq!((lift(&admin, &captain).await.as_str(), lift(&admin, &captain).await.as_str()), ("removed", "removed"));
    assert!(!standing(&app, &captain).await.needed && !standing(&app, &captain).await.set);

    // The one owner who lost it: a link printed on the server's machine makes another one.
    let second = on(&app, app.fresh(), Role::Owner, "Olga's other phone").await;
    assert_eq!(lift(&second, &owner).await, "removed");
    assert_eq!(people(&app, &owner).await, "told");
    let audit = app.get(&admin, "/api/v1/audit?limit=1000").await.body.to_string();
    assert_eq!(audit.matches("\"second_factor_removed\"").count(), 2, "it happens once: {audit}");
    app.close().await;
}

#[tokio::test]
async fn texters_have_none() {
    let app = TestApp::start().await;
    let tess = on(&app, app.fresh(), Role::VettedTexter, "Tess").await;
    assert_eq!(set(&app, &tess, &code(&app, 0)).await.problem(), "forbidden");
    assert!(!standing(&app, &tess).await.needed);
    let captain = on(&app, app.fresh(), Role::Captain, "Kim").await;
    for (secret, code) in [("A234", "123456"), ("A234A234A234A234A234A234A234A234", "12345"), ("", "")] {
        let reply = app.put(&captain, "/api/v1/second-factor", &json!({"secret": secret, "code": code})).await;
        assert_eq!((reply.problem(), reply.status), ("invalid", StatusCode::UNPROCESSABLE_ENTITY));
    }
    app.close().await;
}
