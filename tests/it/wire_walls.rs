//! Organizations are walls: every route of the contract, with every role, with another organization's ids.
//!
//! The walk is made from the document of the contract. A route without a rule here fails it, and so does a rule without a route.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use textbank::api::admin::{ImportChunk, ImportStart, ImportState, InviteRequest};
use textbank::api::message::SendRequest;
use textbank::api::people::{Role, SessionInfo};
use textbank::db;
use textbank::domain::ids::{CampaignId, OrganizationId};
use textbank::domain::second_factor::{Secret, step_at};
use textbank::env::Clock;
use textbank::server::store::command::Answer;
use textbank::server::store::handles::System;
use textbank::server::store::sql::Location;
use uuid::Uuid;

use crate::support::{Person, TestApp, contact, def, operations};

/// What a route is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Needs no sign-in, and shows nothing of anybody.
    Open,
    /// Of the caller's own, from this role on.
    Own(Role),
    /// Of what is named in the address or the body, from this role on: to others it does not exist.
    Thing(Role),
}

use Role::{Admin, Captain, Texter};
use Rule::{Open, Own, Thing};

const RULES: &[(&str, Rule)] = &[
    ("GET /healthz", Open),
    ("GET /readyz", Open),
    ("POST /api/v1/join", Open),
    ("GET /api/v1/me", Own(Texter)),
    ("GET /api/v1/campaigns", Own(Texter)),
    ("POST /api/v1/presence", Own(Texter)),
    ("POST /api/v1/token", Own(Texter)),
    ("GET /api/v1/waiting-room", Own(Captain)),
    ("GET /api/v1/people", Own(Admin)),
    ("GET /api/v1/conduct", Own(Texter)),
    ("GET /api/v1/practice", Own(Texter)),
    ("PUT /api/v1/practice", Own(Texter)),
    ("PUT /api/v1/people/{id}", Thing(Captain)),
    ("PUT /api/v1/conduct", Own(Admin)),
    ("GET /api/v1/canned-replies", Own(Admin)),
    ("PUT /api/v1/canned-replies", Own(Admin)),
    ("DELETE /api/v1/canned-replies/proposal", Own(Admin)),
    ("POST /api/v1/canned-replies/proposal/approve", Own(Admin)),
    ("PUT /api/v1/conduct/{version}", Thing(Texter)),
    // In this order: set, proved, removed.
    ("GET /api/v1/second-factor", Own(Texter)),
    ("PUT /api/v1/second-factor", Own(Captain)),
    ("POST /api/v1/second-factor/proof", Own(Captain)),
    ("POST /api/v1/second-factor/removal", Own(Captain)),
    ("DELETE /api/v1/people/{id}/second-factor", Thing(Admin)),
    ("GET /api/v1/audit", Own(Admin)),
    ("GET /api/v1/invites", Own(Admin)),
    ("POST /api/v1/opt-outs", Own(Captain)),
    ("GET /api/v1/sessions", Own(Admin)),
    ("GET /api/v1/campaigns/{id}/results/contacts", Thing(Admin)),
    ("GET /api/v1/campaigns/{id}/results/messages", Thing(Admin)),
    ("GET /api/v1/campaigns/{id}/results/columns", Thing(Admin)),
    ("GET /api/v1/campaigns/{id}/results/figures", Thing(Admin)),
    ("GET /api/v1/opt-outs", Own(Admin)),
    ("GET /api/v1/ledger", Own(Admin)),
    ("GET /api/v1/ledger/state", Own(Admin)),
    ("GET /api/v1/campaigns/{id}", Thing(Texter)),
    ("PUT /api/v1/campaigns/{id}/claims/{claim}", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/assignment", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/contacts", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/whereabouts", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/events", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/board", Thing(Captain)),
    ("GET /api/v1/campaigns/{id}/held", Thing(Captain)),
    ("GET /api/v1/campaigns/{id}/flagged", Thing(Captain)),
    ("PUT /api/v1/campaigns/{id}/script", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/recalls", Thing(Captain)),
    ("GET /api/v1/campaigns/{id}/recalls", Thing(Captain)),
    ("GET /api/v1/recalls", Own(Captain)),
    ("DELETE /api/v1/campaigns/{id}/recalls/{recall}", Thing(Captain)),
    ("PUT /api/v1/campaigns/{id}/trials/{message}", Thing(Captain)),
    ("GET /api/v1/campaigns/{id}/trials", Thing(Captain)),
    ("GET /api/v1/campaigns/{id}/proposal", Thing(Admin)),
    ("DELETE /api/v1/campaigns/{id}/proposal", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/proposal/approve", Thing(Admin)),
    ("GET /api/v1/campaigns/{id}/calendar", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/rsvps", Thing(Admin)),
    ("GET /api/v1/campaigns/{id}/queues", Thing(Captain)),
    ("GET /api/v1/campaigns/{id}/queue-entries", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/queue-entries/done", Thing(Captain)),
    ("PUT /api/v1/corrections/{id}", Thing(Admin)),
    ("PUT /api/v1/follow-ups/{id}", Thing(Admin)),
    ("GET /api/v1/segments", Own(Admin)),
    ("POST /api/v1/segments", Thing(Admin)),
    ("DELETE /api/v1/segments/{id}", Thing(Admin)),
    ("GET /api/v1/campaigns/{id}/results/segment", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/contacts/remove", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/contacts/bring-back", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/contacts/correct", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/close", Thing(Admin)),
    ("POST /api/v1/campaigns/{id}/reopen", Thing(Admin)),
    ("GET /api/v1/retention", Own(Admin)),
    ("PUT /api/v1/retention", Own(Admin)),
    ("POST /api/v1/retention/runs", Own(Admin)),
    ("PUT /api/v1/campaigns/{id}/retention", Thing(Admin)),
    ("GET /api/v1/holds", Own(Admin)),
    ("POST /api/v1/holds", Thing(Admin)),
    ("DELETE /api/v1/holds/{hold}", Thing(Admin)),
    ("POST /api/v1/person/export", Own(Admin)),
    ("POST /api/v1/person/erase", Own(Admin)),
    ("GET /api/v1/contacts/{id}/thread", Thing(Texter)),
    ("PUT /api/v1/messages/{id}", Thing(Texter)),
    ("PUT /api/v1/acts/{id}", Thing(Texter)),
    ("GET /api/v1/verdicts/{id}", Thing(Texter)),
    ("GET /api/v1/campaigns/{id}/lists", Thing(Admin)),
    ("PUT /api/v1/campaigns/{id}/lists/{import}", Thing(Admin)),
    ("GET /api/v1/imports/{import}", Thing(Admin)),
    ("PUT /api/v1/imports/{import}", Thing(Admin)),
    ("PUT /api/v1/imports/{import}/chunks/{n}", Thing(Admin)),
    ("POST /api/v1/imports/{import}/finish", Thing(Admin)),
    ("POST /api/v1/invites", Thing(Admin)),
    ("DELETE /api/v1/invites/{id}", Thing(Admin)),
    ("DELETE /api/v1/sessions/{id}", Thing(Admin)),
];

#[test]
fn every_route_has_a_rule_and_every_rule_a_route() {
    let ruled: BTreeSet<String> = RULES.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    assert_eq!(operations(), ruled, "left: the contract; right: the walk's rules");
}

/// The ids of one organization's things.
#[derive(Debug, Clone)]
struct Things {
    campaign: CampaignId,
    contact: i64,
    person: i64,
    message: String,
    release: String,
    import: String,
    invite: i64,
    session: i64,
    segment: i64,
    conduct: String,
    hold: i64,
    start: ImportStart,
    send: Option<SendRequest>,
}

/// An organization with everything in it that can be named.
struct House {
    people: BTreeMap<Role, Person>,
    things: Things,
}

impl House {
    async fn build(app: &TestApp, organization: OrganizationId, name: &str) -> Self {
        let request =
            InviteRequest { role: Role::Owner, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
        let made = System::invite(&app.state.desk, organization, request).await.expect("a store");
        let Answer::Invite(invite) = made else { panic!("no invite") };
        let owner = app.join(&invite.secret, &format!("{name}-owner")).await.read_person();
        let mut people = BTreeMap::new();
        for role in [Role::Texter, Role::VettedTexter, Role::Captain, Role::Admin] {
            let joined = app.person(&owner, role, &format!("{name}-{}", role.as_str())).await;
            people.insert(role, joined);
        }
        let import = app.fresh();
        let mut start = ImportStart {
            def: def(),
            contacts: 9,
            provenance: textbank::domain::provenance::Provenance::of_made_up_people(&format!("{name}-list")),
            warnings: Vec::new(),
        };
        start.def.title = format!("{name}-campaign");
        start.def.organization = format!("{name}-organization");
        let path = format!("/api/v1/imports/{import}");
        app.put(&owner, &path, &start).await.read::<ImportState>();
        let mut contacts: Vec<_> = (0..9).map(contact).collect();
        contacts.iter_mut().for_each(|one| one.first_name = format!("{name}-voter"));
        app.put(&owner, &format!("{path}/chunks/0"), &ImportChunk { contacts, shared: false })
            .await
            .read::<ImportState>();
        let state: ImportState = app.post(&owner, &format!("{path}/finish"), None).await.read();
        let texter = &people[&Role::Texter];
        let slice = app.slice(texter, state.campaign, 4).await;
        let message = app.fresh();
        let sent = app.send(texter, message, &app.initial(&slice[0])).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
        app.drain().await;
        let release = app.fresh();
        let act = json!({"act": "release", "campaign": state.campaign, "unsent": false, "conversations": false});
        let given = app.put(texter, &format!("/api/v1/acts/{release}"), &act).await;
        assert_eq!(given.status, StatusCode::OK, "{given:?}");
        let spare = app.person(&owner, Role::Texter, &format!("{name}-spare")).await;
        let sessions: Vec<SessionInfo> = app.get(&owner, "/api/v1/sessions").await.read();
        let session = sessions.iter().find(|one| one.name == spare.joined.me.name).expect("the spare one").id;
        let invite = app.invite(&owner, Role::Texter, 1).await["id"].as_i64().expect("an id");
        let segment = json!({"name": format!("{name}-segment"), "expression": "status = needs_message"});
        let segment = app.post(&owner, "/api/v1/segments", Some(segment)).await.body["id"].as_i64().expect("an id");
        let set = app.call(Some(&owner), Method::PUT, "/api/v1/conduct", Some(rules(name))).await;
        let conduct = set.body["version"].as_str().expect("a version").to_owned();
        for person in people.values().chain([&owner]) {
            let accepted = app.call(Some(person), Method::PUT, &format!("/api/v1/conduct/{conduct}"), None).await;
            assert_eq!(accepted.status, StatusCode::NO_CONTENT, "{accepted:?}");
        }
        // Of a number that is nobody's here.
        let hold = json!({"phone": "+14155550198", "reason": format!("{name}-case")});
        let hold = app.post(&owner, "/api/v1/holds", Some(hold)).await.body["id"].as_i64().expect("an id");
        let things = Things {
            campaign: state.campaign,
            contact: slice[0].id.0,
            person: texter.joined.me.person.0,
            message: message.to_string(),
            release: release.to_string(),
            import: import.to_string(),
            invite,
            session,
            segment,
            conduct,
            hold,
            start,
            send: Some(app.initial(&slice[1])),
        };
        people.insert(Role::Owner, owner);
        Self { people, things }
    }
}

/// Things that nobody has.
fn nowhere(app: &TestApp, like: &Things) -> Things {
    Things {
        campaign: CampaignId(987_654),
        contact: 987_654,
        person: 987_654,
        message: app.fresh().to_string(),
        release: app.fresh().to_string(),
        import: app.fresh().to_string(),
        invite: 987_654,
        session: 987_654,
        segment: 987_654,
        conduct: "0".repeat(32),
        hold: 987_654,
        start: like.start.clone(),
        send: None,
    }
}

/// The address of an operation on these things.
fn address(path: &str, things: &Things, fresh: Uuid) -> String {
    let about = path.trim_start_matches("/api/v1/").split('/').next().expect("a first part");
    let fresh = fresh.to_string();
    let id = match about {
        "campaigns" => things.campaign.to_string(),
        "contacts" => things.contact.to_string(),
        "people" => things.person.to_string(),
        "invites" => things.invite.to_string(),
        "sessions" => things.session.to_string(),
        "segments" => things.segment.to_string(),
        "verdicts" => things.message.clone(),
        // Minted by the client: what they are about is in the body.
        "messages" | "acts" | "corrections" | "follow-ups" => fresh.clone(),
        _ => String::new(),
    };
    let path = path
        .replace("{id}", &id)
        .replace("{claim}", &fresh)
        .replace("{message}", &fresh)
        .replace("{import}", &things.import);
    let path = path.replace("{version}", &things.conduct);
    let path = path.replace("{n}", "0").replace("{recall}", "1").replace("{hold}", &things.hold.to_string());
    assert!(!path.contains('{') && !path.contains("//"), "no id is known for a part of {path}");
    if path.ends_with("/results/segment") {
        format!("{path}?expression=status%20%3D%20closed")
    } else if path.ends_with("/whereabouts") || (path.ends_with("/contacts") && !path.contains("/results/")) {
        format!("{path}?ids={}", things.contact)
    } else {
        path
    }
}

/// What to try an operation with: address and body. An act can be about many things.
fn tries(app: &TestApp, operation: &str, things: &Things, who: &Person) -> Vec<(String, Option<Value>)> {
    let path = operation.split_once(' ').expect("method and path").1;
    let fresh = app.fresh();
    let bodies = bodies(app, operation, things, (who, fresh)).into_iter().enumerate();
    // One id a try; a text's is in its body too.
    bodies.map(|(n, body)| (address(path, things, if n == 0 { fresh } else { app.fresh() }), body)).collect()
}

fn bodies(app: &TestApp, operation: &str, things: &Things, by: (&Person, Uuid)) -> Vec<Option<Value>> {
    let (campaign, contact) = (things.campaign, things.contact);
    let one = |body: Value| vec![Some(body)];
    match operation {
        "PUT /api/v1/campaigns/{id}/claims/{claim}" => one(json!({"want": 1})),
        "PUT /api/v1/messages/{id}" => {
            let mut request = things.send.clone().unwrap_or_else(|| {
                let summary = json!({"id": contact, "campaign": campaign, "first_name": "Nobody", "status": "needs_message",
                    "opt_out": {"state": "no"}, "epoch": 1, "preview": "", "last_seq": 0, "foreign_seq": 0,
                    "updated_at": "2026-10-01T18:00:00Z"});
                app.initial(&serde_json::from_value(summary).expect("a line of a list"))
            });
            app.minter.link(by.0.joined.me.person, by.1, &mut request);
            one(serde_json::to_value(request).expect("json"))
        }
        "PUT /api/v1/acts/{id}" => vec![
            Some(json!({"act": "note", "contact": contact, "text": "x"})),
            Some(json!({"act": "opt_out", "contact": contact, "notice": false})),
            Some(json!({"act": "snooze", "contact": contact})),
            Some(json!({"act": "language", "contact": contact, "language": "es", "hand_over": true})),
            Some(json!({"act": "undo_opt_out", "contact": contact})),
            Some(json!({"act": "ask", "contact": contact, "text": "May I?"})),
            Some(json!({"act": "answer_asked", "contact": contact, "text": "You may."})),
            Some(json!({"act": "close", "contact": contact})),
            Some(json!({"act": "wrong_number", "contact": contact})),
            Some(json!({"act": "release", "campaign": campaign, "unsent": true, "conversations": true})),
            Some(json!({"act": "take_back", "campaign": campaign, "release": things.release})),
            Some(json!({"act": "pause", "campaign": campaign})),
            Some(json!({"act": "reclaim", "campaign": campaign, "texter": things.person})),
            Some(json!({"act": "admit", "people": [things.person]})),
            Some(json!({"act": "show_out", "person": things.person})),
            Some(json!({"act": "decide_held", "message": things.message, "decision": "give_up"})),
        ],
        "PUT /api/v1/imports/{import}" => one(serde_json::to_value(&things.start).expect("json")),
        "PUT /api/v1/campaigns/{id}/script" => one(json!({"def": things.start.def})),
        "POST /api/v1/campaigns/{id}/recalls" => one(json!({"what": {"recalled": "script", "version": 1}})),
        "PUT /api/v1/campaigns/{id}/trials/{message}" => {
            one(json!({"to": "+14155550199", "part": {"initial": "a"}, "language": "en", "body": "Hi!"}))
        }
        "PUT /api/v1/follow-ups/{id}" => {
            one(json!({"campaign": campaign, "expression": "texted = yes", "def": things.start.def}))
        }
        "POST /api/v1/segments" => {
            one(json!({"name": "Ant-saved", "expression": "texted = yes", "campaign": campaign}))
        }
        "PUT /api/v1/corrections/{id}" => one(json!({"campaign": campaign, "recall": 1, "def": things.start.def})),
        "POST /api/v1/campaigns/{id}/contacts/remove"
        | "POST /api/v1/campaigns/{id}/contacts/bring-back"
        | "POST /api/v1/campaigns/{id}/contacts/correct" => one(json!({"contacts": [{"external_id": "7"}]})),
        "POST /api/v1/campaigns/{id}/queue-entries/done" => one(json!({"queue": "ride", "contacts": [things.contact]})),
        "POST /api/v1/campaigns/{id}/close" => one(json!({"owner": things.person, "take_back": true})),
        "PUT /api/v1/campaigns/{id}/retention" => one(json!({"bodies_after_days": 30})),
        "POST /api/v1/holds" => one(json!({"campaign": campaign, "reason": "a case"})),
        "PUT /api/v1/people/{id}" => one(json!({"name": "Ant-renamed"})),
        "PUT /api/v1/campaigns/{id}/lists/{import}" => {
            one(json!({"contacts": 1, "provenance": things.start.provenance}))
        }
        "PUT /api/v1/imports/{import}/chunks/{n}" => one(json!({"contacts": []})),
        "POST /api/v1/invites" => one(json!({"role": "texter", "campaign": campaign, "uses": 1, "valid_seconds": 600})),
        _ => vec![None],
    }
}

/// What an operation on one's own wants to be told. A code is taken once, so each has another one.
fn own_body(app: &TestApp, operation: &str) -> Option<Value> {
    let secret = Secret::from_bytes(b"12345678901234567890").expect("twenty bytes");
    let now = step_at(app.clock.now());
    let code = |step| secret.code(step).digits();
    match operation {
        "PUT /api/v1/conduct" => Some(rules("Ant")),
        "PUT /api/v1/canned-replies" => Some(json!({"replies": []})),
        "POST /api/v1/opt-outs" => Some(json!({"numbers": ["+14155550199"], "how": "phone"})),
        "PUT /api/v1/retention" => Some(json!({"bodies_after_days": 730})),
        "POST /api/v1/person/export" => Some(json!({"phone": "+14155550001"})),
        "POST /api/v1/person/erase" => {
            Some(json!({"phone": "+14155550001", "reason": "asked by letter", "dry_run": true}))
        }
        "PUT /api/v1/second-factor" => Some(json!({"secret": secret.base32(), "code": code(now - 1)})),
        "POST /api/v1/second-factor/proof" => Some(json!({"code": code(now)})),
        "POST /api/v1/second-factor/removal" => Some(json!({"code": code(now + 1)})),
        _ => None,
    }
}

fn rules(name: &str) -> Value {
    json!({"texts": {"en": format!("{name}: be kind.")}})
}

/// An answer as far as it is read: a feed's has no end.
async fn ask(app: &TestApp, who: Option<&Person>, method: &Method, path: &str, body: Option<&Value>) -> (u16, Value) {
    let response = app.ask(who, method.clone(), path, body.cloned()).await;
    let status = response.status().as_u16();
    if response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
        return (status, Value::Null);
    }
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let mut said: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    if status >= 400
        && let Some(problem) = said.as_object_mut()
    {
        // The caller's own fresh id.
        problem.remove("verdict");
    }
    (status, said)
}

fn is_captains(body: Option<&Value>) -> bool {
    let act = body.and_then(|body| body["act"].as_str());
    act.is_some_and(|act| {
        matches!(act, "pause" | "resume" | "reclaim" | "admit" | "show_out" | "decide_held" | "answer_asked")
    })
}

#[tokio::test]
async fn no_role_sees_or_does_anything_of_another_organization() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("textbank.db");
    let app = TestApp::start_in(Location::File(file.clone())).await;
    let mut conn = db::Options::file(&file).open().await.expect("a second connection");
    db::query("INSERT INTO organizations (id, name, created_at) VALUES (2, 'Bee', 0)")
        .execute(&mut conn)
        .await
        .expect("a second organization");
    let ours = House::build(&app, OrganizationId(1), "Ant").await;
    let theirs = House::build(&app, OrganizationId(2), "Bee").await;
    let before = state_of(&app, &theirs).await;

    for (operation, rule) in RULES {
        let (method, path) = operation.split_once(' ').expect("method and path");
        let method: Method = method.parse().expect("a method");
        for (role, person) in &ours.people {
            let told = format!("{operation} as {}", role.as_str());
            match rule {
                Open => {}
                Own(least) => {
                    let nobody = ask(&app, None, &method, path, None).await;
                    assert_eq!((nobody.0, nobody.1["code"].as_str()), (401, Some("unauthorized")), "{told}");
                    let body = own_body(&app, operation);
                    let (status, said) = ask(&app, Some(person), &method, path, body.as_ref()).await;
                    if role < least {
                        assert_eq!((status, said["code"].as_str()), (403, Some("forbidden")), "{told}");
                    } else {
                        // Nothing of ours waits for approval.
                        let good = if operation.ends_with("canned-replies/proposal/approve") { 422 } else { 200 };
                        assert_eq!(status, good, "{told}: {said}");
                        assert!(!said.to_string().contains("Bee"), "{told} shows another organization: {said}");
                    }
                }
                Thing(least) => {
                    let nowhere = nowhere(&app, &ours.things);
                    let of_nobody = tries(&app, operation, &nowhere, person);
                    for (of_theirs, of_nobody) in
                        tries(&app, operation, &theirs.things, person).into_iter().zip(of_nobody)
                    {
                        let ((of_theirs, theirs_body), (of_nobody, nowhere_body)) = (of_theirs, of_nobody);
                        let nobody = ask(&app, None, &method, &of_theirs, theirs_body.as_ref()).await;
                        assert_eq!((nobody.0, nobody.1["code"].as_str()), (401, Some("unauthorized")), "{told}");
                        let seen = ask(&app, Some(person), &method, &of_theirs, theirs_body.as_ref()).await;
                        let least = if is_captains(theirs_body.as_ref()) { &Captain } else { least };
                        let wanted = if role < least { (403, "forbidden") } else { (404, "not_found") };
                        assert_eq!((seen.0, seen.1["code"].as_str()), (wanted.0, Some(wanted.1)), "{told}: {seen:?}");
                        // An import's id that is nobody's begins a new one.
                        if *operation != "PUT /api/v1/imports/{import}" {
                            let missing = ask(&app, Some(person), &method, &of_nobody, nowhere_body.as_ref()).await;
                            assert_eq!(seen, missing, "{told}: what is theirs is answered as what is not there");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(state_of(&app, &theirs).await, before, "nothing of theirs was changed");
    walk_own(&app, &ours).await;
    app.drain().await;
    app.close().await;
}

/// The other organization as its owner sees it.
async fn state_of(app: &TestApp, house: &House) -> Vec<Value> {
    let owner = Some(&house.people[&Role::Owner]);
    let mut seen = Vec::new();
    for path in [
        format!("/api/v1/campaigns/{}", house.things.campaign),
        format!("/api/v1/campaigns/{}/board", house.things.campaign),
        format!("/api/v1/contacts/{}/thread", house.things.contact),
        "/api/v1/sessions".to_owned(),
        "/api/v1/invites".to_owned(),
        "/api/v1/ledger".to_owned(),
        "/api/v1/retention".to_owned(),
        "/api/v1/holds".to_owned(),
    ] {
        let (status, mut said) = ask(app, owner, &Method::GET, &path, None).await;
        assert_eq!(status, 200, "{path}");
        // What others do moves these two.
        if let Some(fields) = said.as_object_mut() {
            fields.remove("seq");
            fields.remove("at");
        }
        seen.push(said);
    }
    seen
}

/// The same operations on one's own things are answered otherwise: the walk names things that can be found.
async fn walk_own(app: &TestApp, ours: &House) {
    for (operation, rule) in RULES {
        let method: Method = operation.split_once(' ').expect("method and path").0.parse().expect("a method");
        let Thing(least) = rule else { continue };
        // A verdict and a contact in hand are one person's own.
        let who = if *least == Texter { &ours.people[&Texter] } else { &ours.people[&Role::Owner] };
        for (path, body) in tries(app, operation, &ours.things, who) {
            let (status, said) = ask(app, Some(who), &method, &path, body.as_ref()).await;
            if is_captains(body.as_ref()) {
                assert_eq!(status, 403, "{operation}: {said}");
            } else {
                assert!(![401, 403, 404].contains(&status), "{operation} on our own: {status} {said}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_makes_or_ends_what_is_above_them() {
    let app = TestApp::start().await;
    let organization = app.state.store().first_organization().await.expect("an organization");
    let house = House::build(&app, organization, "Ant").await;
    let (owner, admin) = (&house.people[&Role::Owner], &house.people[&Role::Admin]);
    let link = |role: Role| Some(json!({"role": role, "uses": 1, "valid_seconds": 600}));
    let of_owner = app.post(admin, "/api/v1/invites", link(Role::Owner)).await;
    assert_eq!((of_owner.problem(), of_owner.status), ("forbidden", StatusCode::FORBIDDEN));
    assert_eq!(app.post(admin, "/api/v1/invites", link(Role::Admin)).await.status, StatusCode::OK);
    let made = app.post(owner, "/api/v1/invites", link(Role::Owner)).await;
    assert_eq!(made.status, StatusCode::OK);
    let path = format!("/api/v1/invites/{}", made.body["id"]);
    assert_eq!(app.call(Some(admin), Method::DELETE, &path, None).await.problem(), "forbidden");

    let sessions: Vec<SessionInfo> = app.get(admin, "/api/v1/sessions").await.read();
    let session = |role: Role| sessions.iter().find(|one| one.role == role).expect("a session").id;
    let end = async |who: &Person, role: Role| {
        app.call(Some(who), Method::DELETE, &format!("/api/v1/sessions/{}", session(role)), None).await.status
    };
    assert_eq!(end(admin, Role::Owner).await, StatusCode::FORBIDDEN);
    assert_eq!(end(admin, Role::Captain).await, StatusCode::NO_CONTENT);
    assert_eq!(end(owner, Role::Admin).await, StatusCode::NO_CONTENT);
    assert_eq!(app.get(admin, "/api/v1/me").await.problem(), "unauthorized");
    assert_eq!(app.call(Some(owner), Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    app.close().await;
}
