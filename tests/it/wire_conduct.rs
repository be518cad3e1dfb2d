//! Rules of conduct over the real router: who has not accepted them is given no contact, by no route.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::admin::{ImportStart, ImportState};
use textbank::api::conduct::{ConductInForce, ConductText};
use textbank::api::people::{PersonInfo, Role};
use textbank::domain::ids::CampaignId;
use textbank::server::store::sql::Location;

use crate::postgres::Database;
use crate::support::{Person, TestApp, contact, def, operations};

async fn set(app: &TestApp, admin: &Person, text: &str) -> String {
    let reply = app.put(admin, "/api/v1/conduct", &json!({"texts": {"en": text}})).await;
    reply.read::<ConductInForce>().version.expect("rules in force")
}

async fn accept(app: &TestApp, who: &Person, version: &str) -> StatusCode {
    app.call(Some(who), Method::PUT, &format!("/api/v1/conduct/{version}"), None).await.status
}

async fn to_read(app: &TestApp, who: &Person, campaign: CampaignId) -> Vec<ConductText> {
    app.get(who, &format!("/api/v1/conduct?campaign={campaign}")).await.read()
}

async fn claimed(app: &TestApp, who: &Person, campaign: CampaignId) -> String {
    let reply = app.claim(who, campaign, 2).await;
    if reply.status == StatusCode::OK { "granted".to_owned() } else { reply.problem().to_owned() }
}

/// What somebody may ask who has accepted nothing: nothing of it shows a contact. Everything else of the contract refuses.
const BEFORE: [&str; 64] = [
    "GET /healthz",
    "GET /readyz",
    "POST /api/v1/join",
    "GET /api/v1/me",
    "GET /api/v1/campaigns",
    "GET /api/v1/campaigns/{id}",
    "GET /api/v1/campaigns/{id}/calendar",
    "POST /api/v1/presence",
    "POST /api/v1/token",
    "GET /api/v1/conduct",
    "PUT /api/v1/conduct",
    "GET /api/v1/canned-replies",
    "GET /api/v1/campaigns/{id}/proposal",
    "DELETE /api/v1/campaigns/{id}/proposal",
    "POST /api/v1/campaigns/{id}/proposal/approve",
    "DELETE /api/v1/canned-replies/proposal",
    "POST /api/v1/canned-replies/proposal/approve",
    "PUT /api/v1/canned-replies",
    "PUT /api/v1/conduct/{version}",
    "GET /api/v1/practice",
    "PUT /api/v1/practice",
    "GET /api/v1/second-factor",
    "PUT /api/v1/second-factor",
    "POST /api/v1/second-factor/proof",
    "POST /api/v1/second-factor/removal",
    "DELETE /api/v1/people/{id}/second-factor",
    // Handing in: what is not in one's hands is refused by what it is.
    "PUT /api/v1/messages/{id}",
    "PUT /api/v1/acts/{id}",
    "GET /api/v1/verdicts/{id}",
    // An admin's: people, invites and what is brought in, no contact that goes out.
    "GET /api/v1/people",
    "PUT /api/v1/people/{id}",
    "GET /api/v1/audit",
    "GET /api/v1/invites",
    "POST /api/v1/invites",
    "DELETE /api/v1/invites/{id}",
    "GET /api/v1/sessions",
    "DELETE /api/v1/sessions/{id}",
    "GET /api/v1/ledger",
    "GET /api/v1/ledger/state",
    "GET /api/v1/campaigns/{id}/lists",
    "PUT /api/v1/campaigns/{id}/lists/{import}",
    "GET /api/v1/imports/{import}",
    "PUT /api/v1/campaigns/{id}/script",
    "PUT /api/v1/corrections/{id}",
    "PUT /api/v1/follow-ups/{id}",
    "GET /api/v1/segments",
    "POST /api/v1/segments",
    "DELETE /api/v1/segments/{id}",
    "POST /api/v1/campaigns/{id}/close",
    "POST /api/v1/campaigns/{id}/reopen",
    "POST /api/v1/campaigns/{id}/contacts/remove",
    "POST /api/v1/campaigns/{id}/contacts/bring-back",
    "POST /api/v1/campaigns/{id}/contacts/correct",
    // How long things are kept: counts alone.
    "GET /api/v1/retention",
    "PUT /api/v1/retention",
    "PUT /api/v1/campaigns/{id}/retention",
    "POST /api/v1/retention/runs",
    "GET /api/v1/holds",
    "POST /api/v1/holds",
    "DELETE /api/v1/holds/{hold}",
    "POST /api/v1/person/erase",
    "PUT /api/v1/imports/{import}",
    "PUT /api/v1/imports/{import}/chunks/{n}",
    "POST /api/v1/imports/{import}/finish",
];

/// What an admin is given about contacts; to a captain it is an admin's, accepted or not.
const ADMINS: [&str; 9] = [
    "GET /api/v1/campaigns/{id}/results/contacts",
    "GET /api/v1/campaigns/{id}/results/messages",
    "GET /api/v1/campaigns/{id}/results/columns",
    "GET /api/v1/campaigns/{id}/results/figures",
    "GET /api/v1/campaigns/{id}/results/segment",
    "GET /api/v1/opt-outs",
    "POST /api/v1/person/export",
    "GET /api/v1/campaigns/{id}/rsvps",
    "GET /api/v1/campaigns/{id}/queue-entries",
];

#[tokio::test]
async fn who_has_not_accepted_is_shown_no_contact_by_any_route_of_the_contract() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await;
    let first = app.person(&admin, Role::Texter, "Ann").await;
    let held = app.slice(&first, campaign, 2).await;
    app.clock.advance(Duration::from_secs(1));
    set(&app, &admin, "Be kind.").await;
    app.clock.advance(Duration::from_secs(1));
    // A captain: whatever a texter's role would refuse is not refused by it.
    let late = app.person(&admin, Role::Captain, "Kim").await;
    let later = app.person(&admin, Role::Admin, "Liz").await;

    let mut before: BTreeSet<&str> = BEFORE.into();
    let mut refused = 0;
    for operation in operations() {
        if before.remove(operation.as_str()) {
            continue;
        }
        let (method, path) = operation.split_once(' ').expect("two words");
        let id = if path.contains("/contacts/") { held[0].id.0 } else { campaign.0 };
        let there = path
            .replace("{id}", &id.to_string())
            .replace("{claim}", &app.fresh().to_string())
            .replace("{message}", &app.fresh().to_string())
            .replace("{recall}", "1")
            .replace("{hold}", "1");
        assert!(!there.contains('{'), "no id is known for a part of {path}");
        let admins = ADMINS.contains(&operation.as_str());
        let ids = (path.ends_with("/contacts") || path.ends_with("/whereabouts")) && !admins;
        let there = if ids { format!("{there}?ids={}", held[0].id) } else { there };
        let who = if admins { &later } else { &late };
        let body = (method == "PUT").then(|| json!({"want": 1}));
        let method: Method = method.parse().expect("a method");
        let reply = app.call(Some(who), method, &there, body).await;
        assert_eq!((reply.problem(), reply.status), ("conduct_not_accepted", StatusCode::FORBIDDEN), "{operation}");
        refused += 1;
    }
    assert_eq!((before, refused), (BTreeSet::new(), 28), "a route that is gone, or a new one without a rule");

    // Who was there before goes on with what is in hand, and gets nothing new.
    let mine = app.get(&first, &format!("/api/v1/campaigns/{campaign}/assignment")).await;
    assert_eq!(mine.body["contacts"].as_array().map(Vec::len), Some(2), "{mine:?}");
    assert_eq!(claimed(&app, &first, campaign).await, "conduct_not_accepted");
    app.close().await;
}

#[tokio::test]
async fn acceptance_holds_for_the_words_and_new_words_ask_again() {
    accepted_words(TestApp::start().await).await;
}

#[tokio::test]
async fn so_it_does_on_postgresql() {
    let Some(database) = Database::make() else { return };
    accepted_words(TestApp::start_in(Location::Postgres(database.url())).await).await;
}

async fn accepted_words(app: TestApp) {
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 9).await;
    let first = set(&app, &admin, "Be kind.").await;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    assert_eq!(claimed(&app, &ann, campaign).await, "conduct_not_accepted");

    let texts = to_read(&app, &ann, campaign).await;
    assert_eq!((texts.len(), texts[0].version.as_str(), texts[0].accepted_at), (1, first.as_str(), None));
    assert_eq!(accept(&app, &ann, "feedbeef").await, StatusCode::NOT_FOUND, "no such words");
    for _ in 0..2 {
        assert_eq!(accept(&app, &ann, &first).await, StatusCode::NO_CONTENT, "twice is once");
    }
    assert_eq!(to_read(&app, &ann, campaign).await[0].accepted_at, Some(app.state.desk.clock.now()));
    assert_eq!(claimed(&app, &ann, campaign).await, "granted");

    app.clock.advance(Duration::from_secs(60));
    assert_eq!(set(&app, &admin, "Be kind.").await, first, "the same words are the same version");
    assert_eq!(claimed(&app, &ann, campaign).await, "granted");
    let second = set(&app, &admin, "Be kind, always.").await;
    assert_eq!(claimed(&app, &ann, campaign).await, "conduct_not_accepted");
    let mine = app.get(&ann, &format!("/api/v1/campaigns/{campaign}/assignment")).await;
    assert_eq!(mine.status, StatusCode::OK, "what is in hand is gone on with");
    assert_eq!(accept(&app, &ann, &first).await, StatusCode::NOT_FOUND, "the former words are no more in force");
    assert_eq!(accept(&app, &ann, &second).await, StatusCode::NO_CONTENT);
    assert_eq!(claimed(&app, &ann, campaign).await, "granted");

    let conduct = async |name: &str| {
        let people: Vec<PersonInfo> = app.get(&admin, "/api/v1/people").await.read();
        people.into_iter().find(|person| person.name == name).expect("a person").conduct
    };
    let shown = conduct("Ann").await.expect("accepted");
    assert_eq!((shown.version.as_str(), shown.current), (second.as_str(), true));
    assert_eq!(conduct("Ada").await, None);
    set(&app, &admin, "Be kind, always and everywhere.").await;
    assert!(!conduct("Ann").await.expect("accepted").current);

    let lifted = app.put(&admin, "/api/v1/conduct", &json!({"texts": {}})).await.read::<ConductInForce>();
    assert_eq!((lifted.version, to_read(&app, &ann, campaign).await.len()), (None, 0));
    app.clock.advance(Duration::from_secs(60));
    let bea = app.person(&admin, Role::Texter, "Bea").await;
    assert_eq!(claimed(&app, &bea, campaign).await, "granted", "nothing is to be accepted any more");
    app.clock.advance(Duration::from_secs(60));
    set(&app, &admin, "Be kind again.").await;
    assert_eq!(claimed(&app, &bea, campaign).await, "conduct_not_accepted");
    let hers = app.get(&bea, &format!("/api/v1/campaigns/{campaign}/assignment")).await;
    assert_eq!(hers.status, StatusCode::OK, "who came when there were no rules goes on with what is in hand");

    let audit = app.get(&admin, "/api/v1/audit?limit=1000").await.body.to_string();
    for what in ["conduct_set", "conduct_accepted", "conduct_lifted"] {
        assert!(audit.contains(what), "{what}: {audit}");
    }
    assert_eq!(audit.matches("conduct_accepted").count(), 2, "one line for each text");
    app.close().await;
}

#[tokio::test]
async fn a_campaigns_guide_is_accepted_with_the_rules_and_by_itself() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let path = format!("/api/v1/imports/{}", app.fresh());
    let mut start = ImportStart {
        def: def(),
        contacts: 3,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    start.def.guide = "Ask for Tuesday.".to_owned();
    app.put(&admin, &path, &start).await.read::<ImportState>();
    let contacts: Vec<_> = (0..3).map(contact).collect();
    app.put(&admin, &format!("{path}/chunks/0"), &json!({"contacts": contacts})).await.read::<ImportState>();
    let campaign = app.post(&admin, &format!("{path}/finish"), None).await.read::<ImportState>().campaign;
    let ann = app.person(&admin, Role::Texter, "Ann").await;
    assert_eq!(to_read(&app, &ann, campaign).await, [], "without rules nothing is asked");
    assert_eq!(claimed(&app, &ann, campaign).await, "granted");

    let rules = set(&app, &admin, "Be kind.").await;
    let texts = to_read(&app, &ann, campaign).await;
    assert_eq!(texts.len(), 2);
    assert_eq!((texts[1].campaign, texts[1].texts["en"].as_str()), (Some(campaign), "Ask for Tuesday."));
    assert_eq!(accept(&app, &ann, &rules).await, StatusCode::NO_CONTENT);
    assert_eq!(claimed(&app, &ann, campaign).await, "conduct_not_accepted");
    assert_eq!(accept(&app, &ann, &texts[1].version).await, StatusCode::NO_CONTENT);
    assert_eq!(claimed(&app, &ann, campaign).await, "granted");
    assert_eq!(app.get(&ann, "/api/v1/conduct?campaign=99").await.problem(), "not_found");
    app.close().await;
}

#[tokio::test]
async fn rules_that_cannot_be_kept_are_refused_with_every_fault() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let long = "x".repeat(20_001);
    let reply = app.put(&admin, "/api/v1/conduct", &json!({"texts": {"English": "x", "en": " ", "es": long}})).await;
    assert_eq!((reply.problem(), reply.body["faults"].as_array().map(Vec::len)), ("invalid", Some(3)), "{reply:?}");
    let captain = app.person(&admin, Role::Captain, "Kim").await;
    let reply = app.put(&captain, "/api/v1/conduct", &json!({"texts": {"en": "x"}})).await;
    assert_eq!(reply.problem(), "forbidden");
    app.close().await;
}
