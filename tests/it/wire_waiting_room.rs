//! The waiting room over the real router: who waits sees nothing of anybody, by no route, until a captain lets them in.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use textbank::api::admin::{InviteInfo, InviteRequest};
use textbank::api::people::{Me, PersonInfo, Role, WaitingPerson};
use textbank::domain::ids::CampaignId;
use textbank::server::store::sql::Location;

use crate::postgres::Database;
use crate::support::{Person, TestApp, operations};

async fn group_link(app: &TestApp, admin: &Person, role: Role, campaign: Option<CampaignId>) -> String {
    let request = InviteRequest { role, campaign, uses: 50, valid_seconds: 600, waiting_room: true };
    let reply = app.post(admin, "/api/v1/invites", Some(serde_json::to_value(request).expect("json"))).await;
    reply.body["secret"].as_str().expect("a secret").to_owned()
}

async fn waiting(app: &TestApp, captain: &Person) -> Vec<WaitingPerson> {
    app.get(captain, "/api/v1/waiting-room").await.read()
}

async fn act(app: &TestApp, captain: &Person, act: Value) -> String {
    let reply = app.put(captain, &format!("/api/v1/acts/{}", app.fresh()), &act).await;
    if reply.status.is_success() { "done".to_owned() } else { reply.problem().to_owned() }
}

/// What somebody in the waiting room may ask: nothing of it shows anybody. Everything else of the contract refuses.
const IN_THE_ROOM: [&str; 9] = [
    "GET /healthz",
    "GET /readyz",
    "POST /api/v1/join",
    "GET /api/v1/me",
    "POST /api/v1/token",
    "GET /api/v1/conduct",
    "PUT /api/v1/conduct/{version}",
    "GET /api/v1/practice",
    "PUT /api/v1/practice",
];

#[tokio::test]
async fn who_waits_by_two_links_is_let_in_by_each_alone() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let texts = group_link(&app, &admin, Role::Texter, None).await;
    let watches = group_link(&app, &admin, Role::Captain, None).await;
    let device = app.fresh();
    let join = async |link: &str| {
        let body = json!({"invite": link, "name": "Bob", "device": device, "proof": "p".repeat(64)});
        app.call(None, Method::POST, "/api/v1/join", Some(body)).await.read_person()
    };
    let (texter, captain) = (join(&texts).await, join(&watches).await);
    assert_eq!(texter.joined.me.person, captain.joined.me.person, "one person");
    for role in [Role::Texter, Role::Captain] {
        let list = waiting(&app, &admin).await;
        assert_eq!(list.iter().map(|one| one.role).collect::<Vec<_>>(), [role]);
        assert_eq!(act(&app, &admin, json!({"act": "admit", "people": [list[0].person]})).await, "done");
        let waits = async |who: &Person| app.get(who, "/api/v1/me").await.read::<Me>().waiting;
        assert_eq!((waits(&texter).await, waits(&captain).await), (false, role == Role::Texter));
    }
    app.close().await;
}

#[tokio::test]
async fn who_waits_is_answered_the_same_by_every_route_of_the_contract() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    let held = app.slice(&ann, campaign, 2).await;
    // An owner's rights would open every door, were it not for the waiting room.
    let link = group_link(&app, &admin, Role::Admin, None).await;
    let eve = app.join(&link, "Eve").await.read_person();
    assert!(eve.joined.me.waiting && app.get(&eve, "/api/v1/me").await.read::<Me>().waiting);

    let mut free: BTreeSet<&str> = IN_THE_ROOM.into();
    let mut said = BTreeSet::new();
    for operation in operations() {
        if free.remove(operation.as_str()) {
            continue;
        }
        let (method, path) = operation.split_once(' ').expect("two words");
        let (there, fresh) = (held[0].id.to_string(), app.fresh().to_string());
        let id = match path.split('/').nth(3) {
            Some("contacts") => &there,
            Some("campaigns" | "invites" | "sessions" | "people") => "1",
            _ => &fresh,
        };
        let address = path
            .replace("{id}", id)
            .replace("{claim}", &fresh)
            .replace("{message}", &fresh)
            .replace("{import}", &fresh);
        let address = address.replace("{n}", "0").replace("{recall}", "1").replace("{hold}", "1");
        assert!(!address.contains('{'), "no id is known for a part of {path}");
        let body = (method == "PUT" || method == "POST").then(|| json!({"want": 1, "name": "Eve"}));
        let reply = app.call(Some(&eve), method.parse().expect("a method"), &address, body).await;
        assert_eq!((reply.problem(), reply.status), ("waiting_room", StatusCode::FORBIDDEN), "{operation}");
        said.insert(reply.body.to_string());
    }
    assert_eq!((free, said.len()), (BTreeSet::new(), 1), "left: routes that are gone; right: different answers");
    app.close().await;
}

#[tokio::test]
async fn a_captain_lets_one_in_all_in_and_shows_out() {
    let app = TestApp::start().await;
    the_room(app).await;
}

#[tokio::test]
async fn so_it_is_on_postgresql() {
    let Some(database) = Database::make() else { return };
    the_room(TestApp::start_in(Location::Postgres(database.url())).await).await;
}

async fn the_room(app: TestApp) {
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await;
    let captain = app.person(&admin, Role::Captain, "Kim").await;
    let mut feed = app.feed(&captain, campaign, "?after=0", None).await;
    let link = group_link(&app, &admin, Role::Texter, None).await;
    let joined: Vec<Person> = {
        let mut all = Vec::new();
        for name in ["Ann", "Bea", "Cem", "Eve"] {
            all.push(app.join(&link, name).await.read_person());
        }
        all
    };
    let [ann, bea, cem, eve] = &joined[..] else { panic!("four") };
    while feed.board().await.waiting_room != 4 {}
    let names: Vec<String> = waiting(&app, &captain).await.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Ann", "Bea", "Cem", "Eve"]);
    let id = |who: &Person| who.joined.me.person;

    assert_eq!(act(&app, ann, json!({"act": "admit", "people": [id(ann)]})).await, "waiting_room", "not by oneself");
    let texter = app.person(&admin, Role::Texter, "Tim").await;
    assert_eq!(act(&app, &texter, json!({"act": "admit", "people": [id(ann)]})).await, "forbidden");
    assert_eq!(act(&app, &captain, json!({"act": "admit", "people": [987_654]})).await, "not_found");
    let never_waited = json!({"act": "admit", "people": [id(&texter)]});
    assert_eq!(act(&app, &captain, never_waited).await, "not_found", "who never waited is not let in");

    assert_eq!(app.claim(ann, campaign, 1).await.problem(), "waiting_room");
    let admit = json!({"act": "admit", "campaign": campaign, "people": [id(ann)]});
    assert_eq!(act(&app, &captain, admit.clone()).await, "done");
    assert_eq!(app.claim(ann, campaign, 1).await.status, StatusCode::OK);
    assert_eq!(act(&app, &captain, admit).await, "done", "let in by two captains is let in");
    assert_eq!(waiting(&app, &captain).await.len(), 3);

    assert_eq!(act(&app, &captain, json!({"act": "show_out", "person": id(eve)})).await, "done");
    assert_eq!(app.get(eve, "/api/v1/me").await.problem(), "unauthorized");
    let path = format!("/api/v1/messages/{}", app.fresh());
    let hands_in = app.put(eve, &path, &json!({})).await;
    assert_eq!(hands_in.problem(), "unauthorized", "nobody who was never in has anything to hand in");
    assert_eq!(act(&app, &captain, json!({"act": "show_out", "person": id(ann)})).await, "not_found", "Ann is in");

    let rest: Vec<_> = waiting(&app, &captain).await.into_iter().map(|one| one.person).collect();
    assert_eq!(rest, [id(bea), id(cem)]);
    assert_eq!(act(&app, &captain, json!({"act": "admit", "people": rest})).await, "done");
    assert_eq!(app.claim(cem, campaign, 1).await.status, StatusCode::OK);
    assert_eq!(waiting(&app, &captain).await, []);
    // At most four boards a second.
    app.clock.advance(Duration::from_secs(1));
    while feed.board().await.waiting_room != 0 {}

    // Who was let in is not asked to wait again on the same machine; somebody else is.
    let again = async |device: uuid::Uuid, name: &str| {
        let body = json!({"invite": link, "name": name, "device": device});
        app.call(None, Method::POST, "/api/v1/join", Some(body)).await.read_person().joined.me.waiting
    };
    let device = app.fresh();
    assert!(again(device, "Dot").await && again(device, "Dot").await, "not let in yet");
    assert_eq!(waiting(&app, &captain).await.len(), 1, "one person, asked twice");
    let dot = waiting(&app, &captain).await[0].person;
    assert_eq!(act(&app, &captain, json!({"act": "admit", "people": [dot]})).await, "done");
    assert!(!again(device, "Dot").await && again(app.fresh(), "Dot").await);

    let audit = app.get(&admin, "/api/v1/audit?limit=1000").await.body.to_string();
    assert_eq!(audit.matches("\"admitted\"").count(), 5, "one line for each sign-in: {audit}");
    assert_eq!(audit.matches("\"shown_out\"").count(), 1);
    let people: Vec<PersonInfo> = app.get(&admin, "/api/v1/people").await.read();
    let at_the_door: Vec<_> =
        people.iter().filter(|one| one.waiting).map(|one| (one.name.as_str(), one.role, one.sessions)).collect();
    assert_eq!(at_the_door, [("Dot (2)", None, 1)], "a sign-in, and nothing that it may do yet");
    let links: Vec<InviteInfo> = app.get(&admin, "/api/v1/invites").await.read();
    assert_eq!(links.iter().filter(|one| one.waiting_room).count(), 1);
    app.close().await;
}

#[tokio::test]
async fn a_captain_sees_who_in_the_room_has_accepted_the_rules() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let link = group_link(&app, &admin, Role::Texter, None).await;
    let ann = app.join(&link, "Ann").await.read_person();
    assert!(!waiting(&app, &admin).await[0].unread, "no rules are in force");
    let set = json!({"texts": {"en": "Be kind."}});
    let rules = app.put(&admin, "/api/v1/conduct", &set).await;
    let version = rules.body["version"].as_str().expect("a version").to_owned();
    let accept =
        async |who: &Person| app.call(Some(who), Method::PUT, &format!("/api/v1/conduct/{version}"), None).await.status;
    assert_eq!(accept(&admin).await, StatusCode::NO_CONTENT);
    app.join(&link, "Bea").await.read_person();
    assert_eq!(accept(&ann).await, StatusCode::NO_CONTENT, "also in the waiting room");
    let seen: Vec<_> = waiting(&app, &admin).await.into_iter().map(|one| (one.name, one.unread, one.conduct)).collect();
    assert_eq!((seen[0].0.as_str(), seen[0].1, seen[0].2.is_some()), ("Ann", false, true));
    assert_eq!((seen[1].0.as_str(), seen[1].1, seen[1].2.is_some()), ("Bea", true, false));
    app.close().await;
}

#[tokio::test]
async fn people_are_renamed_by_themselves_and_by_their_captain() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let first = app.campaign(&admin, 3).await;
    let bound = json!({"role": "captain", "campaign": first, "uses": 1, "valid_seconds": 600});
    let invite = app.post(&admin, "/api/v1/invites", Some(bound)).await;
    let bound = app.join(invite.body["secret"].as_str().expect("a secret"), "Kim").await.read_person();
    let captain = app.person(&admin, Role::Captain, "Cap").await;
    let (ann, other) = (app.person(&admin, Role::Texter, "Ann").await, app.person(&admin, Role::Texter, "Ann").await);
    let id = |who: &Person| who.joined.me.person;
    let rename = async |by: &Person, who: &Person, name: &str| {
        let reply = app.put(by, &format!("/api/v1/people/{}", id(who)), &json!({"name": name})).await;
        if reply.status.is_success() { "done".to_owned() } else { reply.problem().to_owned() }
    };
    assert_eq!(rename(&ann, &ann, " Anna  Bo ").await, "done");
    assert_eq!(app.get(&ann, "/api/v1/me").await.read::<Me>().name, "Anna Bo");
    assert_eq!(rename(&ann, &other, "Eve").await, "forbidden");
    for wrong in ["+1 415 555 0101", "", "1\u{1b}[2J"] {
        assert_eq!(rename(&ann, &ann, wrong).await, "invalid", "{wrong:?}");
    }
    assert_eq!(rename(&captain, &ann, "Ann").await, "done");
    assert_eq!(rename(&captain, &ann, "Ann").await, "done", "so it is already");
    assert_eq!(rename(&captain, &admin, "Max").await, "forbidden", "nobody above");
    assert_eq!(rename(&bound, &ann, "Eve").await, "not_found", "not of this captain's campaign");
    let people: Vec<PersonInfo> = app.get(&admin, "/api/v1/people").await.read();
    let name = |who: &Person| people.iter().find(|one| one.id == id(who)).expect("listed").name.clone();
    assert_eq!((name(&other), name(&ann)), ("Ann (2)".to_owned(), "Ann (3)".to_owned()), "told apart");
    let audit = app.get(&admin, "/api/v1/audit?limit=1000").await.body.to_string();
    assert_eq!((audit.matches("\"renamed\"").count(), audit.contains("Anna Bo -> Ann")), (2, true), "{audit}");
    // A name that is a number is refused at the door too.
    let link = group_link(&app, &admin, Role::Texter, None).await;
    let number = app.join(&link, "415 555 0101").await;
    assert!(number.problem() == "invalid" && number.body["detail"].to_string().contains("telephone"), "{number:?}");
    app.close().await;
}

#[tokio::test]
async fn a_captain_lets_in_for_the_own_campaign_and_nobody_above() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (first, second) = (app.campaign(&admin, 3).await, app.campaign(&admin, 3).await);
    let bound = json!({"role": "captain", "campaign": first, "uses": 1, "valid_seconds": 600});
    let invite = app.post(&admin, "/api/v1/invites", Some(bound)).await;
    let captain = app.join(invite.body["secret"].as_str().expect("a secret"), "Kim").await.read_person();
    let mut people = Vec::new();
    for (role, campaign) in [(Role::Texter, Some(first)), (Role::Texter, Some(second)), (Role::Texter, None)] {
        let link = group_link(&app, &admin, role, campaign).await;
        people.push(app.join(&link, "Ann").await.read_person().joined.me.person);
    }
    let seen: Vec<_> = waiting(&app, &captain).await.into_iter().map(|one| one.person).collect();
    assert_eq!(seen, [people[0]], "the others would see more than this captain may");
    assert_eq!(act(&app, &captain, json!({"act": "show_out", "person": people[1]})).await, "not_found");
    assert_eq!(act(&app, &captain, json!({"act": "admit", "people": people})).await, "done");
    assert_eq!(waiting(&app, &admin).await.len(), 2, "only the own campaign's was let in");

    let link = group_link(&app, &admin, Role::Admin, Some(first)).await;
    let above = app.join(&link, "Max").await.read_person().joined.me.person;
    assert_eq!(act(&app, &captain, json!({"act": "admit", "people": [above]})).await, "forbidden");
    assert_eq!(act(&app, &captain, json!({"act": "show_out", "person": above})).await, "forbidden");
    assert_eq!(act(&app, &admin, json!({"act": "admit", "people": [above]})).await, "done");
    app.close().await;
}
