//! Exchanges that were recorded with a real Spoke server: what is asked here has the same meaning as what was asked there, and what was
//! answered there is understood here.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use apollo_compiler::ast;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use textbank::api::act::Act;
use textbank::api::message::{Outcome, ThreadEntry};
use textbank::api::problem::Code;
use textbank::client::native::Timeouts;
use textbank::client::spoke::SpokeServer;
use textbank::client::spoke::captain::{Filters, To};
use textbank::client::spoke::session::{Door, Invitation, LoginError};
use textbank::client::{CallError, CampaignServer};
use textbank::domain::conversation::{OptOut, Status};
use textbank::domain::ids::{ActId, CampaignId, ContactId, MessageId, PersonId};
use textbank::domain::message::MessageKind;
use textbank::env::{Clock, SeededIds, SimClock};

use super::shift::{AT_ONCE, now};
use crate::support::text_of;

/// What an operation asks, without the words that it is asked in: root field -> arguments.
type Meaning = BTreeMap<String, Value>;

/// Arguments that change nothing: the server ignores the first three, the others say what is so anyway.
const IDLE: [&str; 6] = ["contactNumber", "userId", "findNew", "cell", "reason", "queryParams"];

fn value_of(value: &ast::Value, variables: &Value) -> Value {
    match value {
        ast::Value::Variable(name) => variables[name.as_str()].clone(),
        ast::Value::String(text) => json!(text),
        ast::Value::Boolean(yes) => json!(yes),
        ast::Value::Int(number) => json!(number.try_to_i32().ok()),
        ast::Value::List(list) => list.iter().map(|value| value_of(value, variables)).collect(),
        ast::Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.as_str().to_owned(), value_of(value, variables)));
            Value::Object(fields.collect())
        }
        _ => Value::Null,
    }
}

/// Without nulls and what is idle; a whole set is a set.
fn tidy(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(name, value)| !value.is_null() && !IDLE.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name, tidy(value))).collect())
        }
        Value::Array(list) => list.into_iter().map(tidy).collect(),
        other => other,
    }
}

fn meaning(body: &Value) -> Meaning {
    let text = body["query"].as_str().expect("a document");
    let document = ast::Document::parse(text, "document").expect("GraphQL");
    let mut found = Meaning::new();
    for definition in &document.definitions {
        let ast::Definition::OperationDefinition(operation) = definition else { continue };
        for selection in &operation.selection_set {
            let ast::Selection::Field(field) = selection else { continue };
            let arguments: Map<String, Value> = field
                .arguments
                .iter()
                .map(|argument| (argument.name.as_str().to_owned(), value_of(&argument.value, &body["variables"])))
                .collect();
            found.insert(field.name.as_str().to_owned(), tidy(Value::Object(arguments)));
        }
    }
    // Beside what is asked we ask who is signed in.
    if found.len() > 1 {
        found.remove("currentUser");
    }
    found
}

fn load(number: &str) -> Value {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/spoke/recorded");
    let mut files = std::fs::read_dir(dir).expect("the recordings").map(|entry| entry.expect("an entry").path());
    let start = format!("{number}-");
    let path = files.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start)));
    let text = std::fs::read_to_string(path.expect(number)).expect("a recording");
    serde_json::from_str(&text).expect("JSON")
}

#[derive(Clone, Default)]
struct Player {
    /// Recordings to answer with, by root field; the last one stays.
    tape: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
    heard: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

impl Player {
    fn put(&self, field: &str, numbers: &[&str]) {
        let recordings = numbers.iter().rev().map(|number| load(number)).collect();
        self.tape.lock().expect("the tape").insert(field.to_owned(), recordings);
    }

    fn next(&self, field: &str) -> Value {
        let mut tape = self.tape.lock().expect("the tape");
        let left = tape.get_mut(field).unwrap_or_else(|| panic!("nobody recorded {field}"));
        if left.len() > 1 { left.pop().expect("one") } else { left[0].clone() }
    }

    /// The last thing asked that has this field, held against a recording of it.
    fn asked_as(&self, field: &str, number: &str) {
        let heard = self.heard.lock().expect("what was heard");
        let (headers, body) = heard.iter().rev().find(|(_, body)| meaning(body).contains_key(field)).expect(field);
        let recorded = load(number);
        assert_eq!(meaning(body), meaning(&recorded["request"]["body"]), "{field} as in {number}");
        let kind = headers["content-type"].to_str().expect("text");
        assert_eq!(kind, recorded["request"]["headers"]["Content-Type"].as_str().expect("text"));
        assert!(headers.contains_key("cookie"));
    }
}

fn played(recording: &Value, whole: bool) -> Response {
    let response = &recording["response"];
    let status = StatusCode::from_u16(u16::try_from(response["status"].as_u64().expect("a status")).expect("small"));
    let mut headers = HeaderMap::new();
    for pair in response["headers"].as_array().into_iter().flatten() {
        let (Some(name), Some(value)) = (pair[0].as_str(), pair[1].as_str()) else { continue };
        let name = HeaderName::from_bytes(name.to_lowercase().as_bytes()).expect("a name");
        if name != "content-length" {
            headers.append(name, value.parse().expect("a value"));
        }
    }
    let mut body = response["body"].clone();
    if whole
        && body["data"].is_object()
        && body["data"]["currentUser"].is_null()
        && body["data"].get("currentUser").is_none()
    {
        // Asked beside it.
        body["data"]["currentUser"] = json!({ "id": "2" });
    }
    let text = if body.is_string() { body.as_str().unwrap_or_default().to_owned() } else { body.to_string() };
    (status.expect("a status"), headers, text).into_response()
}

async fn graphql(State(player): State<Player>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let asked = meaning(&body);
    player.heard.lock().expect("what was heard").push((headers, body));
    let field = asked.keys().next().expect("a field").clone();
    played(&player.next(&field), true)
}

async fn login(State(player): State<Player>, headers: HeaderMap, body: Bytes) -> Response {
    player.heard.lock().expect("what was heard").push((headers, serde_json::from_slice(&body).expect("JSON")));
    played(&player.next("login"), false)
}

async fn replay() -> (Player, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let player = Player::default();
    player.put("currentUser", &["26"]);
    player.put("assignment", &["28"]);
    let router = Router::new()
        .route("/graphql", post(graphql))
        .route("/login-callback", post(login))
        .route("/login", get(|| async { Html("window.PASSPORT_STRATEGY=\"local\"") }))
        .with_state(player.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (player, url)
}

/// A minute after the recorded conversations.
fn then() -> Arc<SimClock> {
    SimClock::at("2026-11-21T20:32:00Z".parse().expect("a time"))
}

async fn tess() -> (Player, SpokeServer) {
    let (player, url) = replay().await;
    let cookie = "session=a; session.sig=b".to_owned().into();
    let outside: (Arc<dyn Clock>, _) = (then(), SeededIds::shared(1));
    let server = SpokeServer::new(&url, &cookie, PersonId(2), Timeouts::default(), outside).expect("a client");
    (player, server.at_pace(AT_ONCE))
}

const CAMPAIGN: CampaignId = CampaignId(1);

#[tokio::test]
async fn signing_in() {
    let (player, url) = replay().await;
    let door = Door::new(&url, Timeouts::default()).expect("an address");
    player.put("login", &["21"]);
    let password = "hunter22hunter".to_owned().into();
    let refused = door.login("tess.texter@example.org", &password).await.expect_err("refused");
    assert!(refused.to_string().contains("the e-mail or the password is wrong"));
    player.put("login", &["24"]);
    let (cookie, me) = door.login("tess.texter@example.org", &password).await.expect("signed in");
    assert!(secrecy::ExposeSecret::expose_secret(&cookie).starts_with("session=eyJ"));
    assert_eq!((me.name.as_str(), me.person, me.organization.as_str()), ("Tess", PersonId(2), "Riverton Votes"));
    let heard = player.heard.lock().expect("what was heard");
    let said = &heard.iter().find(|(_, body)| body["authType"] == "login").expect("the form").1;
    // As in the recorded one, which had the wrong password.
    let recorded = load("21")["request"]["body"].clone();
    for name in ["authType", "nextUrl"] {
        assert_eq!(said[name], recorded[name]);
    }
    assert_eq!(said["email"], "tess.texter@example.org");
}

#[tokio::test]
async fn assignments_campaign_and_contacts() {
    let (player, server) = tess().await;
    player.put("user", &["27"]);
    let todos = server.campaigns().await.expect("a list");
    assert_eq!((todos.len(), todos[0].id, todos[0].unsent), (1, CAMPAIGN, 200));
    let view = server.campaign(CAMPAIGN).await.expect("a campaign");
    player.asked_as("assignment", "28");
    assert_eq!(view.def.questions.len(), 2, "{:?}", view.def.questions);
    assert_eq!(view.def.canned.iter().map(|reply| reply.id.as_str()).collect::<Vec<_>>(), ["2", "3", "1"]);
    assert_eq!(view.def.tags, ["needs-followup", "spanish", "hostile"]);
    player.put("getAssignmentContacts", &["30"]);
    let ids = [71, 51, 101, 11, 161].map(ContactId);
    let bodies = server.contacts(CAMPAIGN, &ids).await.expect("bodies");
    player.asked_as("getAssignmentContacts", "30");
    assert_eq!(bodies.iter().map(|view| view.summary.id).collect::<Vec<_>>(), ids);
    assert_eq!(bodies[0].fields["polling_place"], "School No. 11");
    // With the contact cache on.
    player.put("getAssignmentContacts", &["152"]);
    let cached = server.contacts(CAMPAIGN, &[ContactId(481), ContactId(1)]).await.expect("bodies");
    assert_eq!(cached.len(), 1);
    // One that was moved away.
    player.put("getAssignmentContacts", &["121"]);
    assert_eq!(server.contacts(CAMPAIGN, &[ContactId(51)]).await.expect("bodies"), []);
    // A texter who was suspended.
    player.put("user", &["124"]);
    assert_eq!(server.campaigns().await.expect("a list"), []);
    // Nobody any more.
    player.put("currentUser", &["147"]);
    let Err(CallError::Refused(problem)) = server.me().await else { panic!("refused") };
    assert_eq!(problem.code, Code::Unauthorized);
}

/// A contact's line as the console has it.
fn line(id: i64, foreign: u64) -> textbank::api::assignment::ContactSummary {
    let mut line = textbank::api::assignment::ContactSummary {
        id: ContactId(id),
        campaign: CAMPAIGN,
        first_name: String::new(),
        status: Status::NeedsMessage,
        opt_out: OptOut::No,
        epoch: 0,
        waiting_since: None,
        preview: String::new(),
        last_seq: 0,
        foreign_seq: 0,
        updated_at: now(),
        tags: Vec::new(),
        language: None,
        snoozed_until: None,
    };
    line.foreign_seq = foreign;
    line
}

#[tokio::test]
async fn texts_and_replies() {
    let (player, server) = tess().await;
    // A first text.
    player.put("getAssignmentContacts", &["30"]);
    player.put("sendMessage", &["31"]);
    let body = "Hi Yusuf, it's Tess with Riverton Votes. Election day is June 4 and you vote at School No. 11. Can we count on you?";
    let first = text_of(now(), &line(71, 0), MessageKind::Initial, body);
    let verdict = server.send(MessageId(Uuid::from_u128(1)), &first).await.expect("a verdict");
    player.asked_as("sendMessage", "31");
    assert!(matches!(verdict.outcome, Outcome::Accepted { seq: 1, .. }));
    // A canned reply.
    player.put("getAssignmentContacts", &["43"]);
    player.put("sendMessage", &["44"]);
    let recorded = load("44");
    let words = recorded["request"]["body"]["variables"]["message"]["text"].as_str().expect("words").to_owned();
    let canned = recorded["request"]["body"]["variables"]["cannedResponseId"].as_str().map(|id| format!("canned:{id}"));
    let mut reply = text_of(now(), &line(51, 2), MessageKind::Reply, &words);
    reply.source = canned;
    let verdict = server.send(MessageId(Uuid::from_u128(2)), &reply).await.expect("a verdict");
    player.asked_as("sendMessage", "44");
    assert!(matches!(verdict.outcome, Outcome::Accepted { seq: 3, .. }), "{verdict:?}");
    // Opted out meanwhile: told in words, without words, and before anything is sent.
    for refusal in ["65", "141"] {
        player.put("getAssignmentContacts", &["49", "66"]);
        player.put("sendMessage", &[refusal]);
        let mut late = text_of(now(), &line(101, 9), MessageKind::Reply, "are you sure?");
        late.after_seq = 9;
        let verdict = server.send(MessageId(Uuid::from_u128(3)), &late).await.expect("a verdict");
        assert!(
            matches!(&verdict.outcome, Outcome::Refused { problem } if matches!(problem.code, Code::Suppressed | Code::LeaseLost)),
            "{verdict:?}"
        );
    }
    // Look-alikes.
    let recorded = load("211");
    let said = recorded["request"]["body"]["variables"]["message"]["text"].as_str().expect("words").to_owned();
    player.put("getAssignmentContacts", &["30"]);
    player.put("sendMessage", &["211"]);
    let fancy = text_of(now(), &line(161, 0), MessageKind::Initial, &said);
    assert!(server.send(MessageId(Uuid::from_u128(4)), &fancy).await.expect("a verdict").is_accepted());
    // The conversation.
    player.put("getAssignmentContacts", &["43"]);
    let thread = server.thread(ContactId(51), None, 50).await.expect("a thread");
    let said: Vec<&str> = thread
        .entries
        .iter()
        .map(|entry| match entry {
            ThreadEntry::Message(message) => message.body.as_str(),
            ThreadEntry::Note { .. } => "",
        })
        .collect();
    assert_eq!((said.len(), said[1]), (2, "yes! where do I vote?"));
    // The smallest poll.
    player.put("assignment", &["173"]);
    drop(server.events(CAMPAIGN, 0).await.expect("a feed"));
}

#[tokio::test]
async fn other_acts() {
    let (player, server) = tess().await;
    server.campaign(CAMPAIGN).await.expect("a campaign");
    player.put("getAssignmentContacts", &["43"]);
    server.thread(ContactId(51), None, 50).await.ok();
    server.contacts(CAMPAIGN, &[ContactId(51), ContactId(101)]).await.expect("bodies");
    let lila = ContactId(51);
    let accepted = |act: Act| {
        let server = server.clone();
        async move {
            // Pressed just now: its id says so.
            let id = ActId(SeededIds::shared(9).act_id(then().now()));
            let verdict = server.act(id, &act).await.expect("a verdict");
            assert!(verdict.is_accepted(), "{act:?}: {verdict:?}");
        }
    };
    let answer = |question: &str, value: &str| Act::Answer {
        contact: lila,
        question: question.into(),
        value: Some(value.into()),
    };
    // What it had before, then what it keeps.
    player.put("updateQuestionResponses", &["45"]);
    player.put("getAssignmentContacts", &["43"]);
    let done = server.act(ActId(Uuid::from_u128(9)), &answer("1", "Yes")).await;
    player.asked_as("updateQuestionResponses", "45");
    assert!(matches!(done, Err(CallError::Strange(_))), "the recorded server had not kept it yet: {done:?}");
    player.put("updateContactTags", &["85"]);
    accepted(Act::Tag { contact: lila, tag: "needs-followup".into(), on: false }).await;
    player.asked_as("updateContactTags", "85");
    player.put("editCampaignContactMessageStatus", &["54"]);
    accepted(Act::Close { contact: lila }).await;
    player.asked_as("editCampaignContactMessageStatus", "54");
    player.put("updateContactCustomFields", &["87"]);
    accepted(Act::Note { contact: lila, text: "prefers mornings".into() }).await;
    player.put("findNewCampaignContact", &["92"]);
    player.put("releaseContacts", &["100"]);
    accepted(Act::Release { campaign: CampaignId(2), unsent: true, conversations: false }).await;
    player.asked_as("releaseContacts", "100");
    // The opt-out: notice, then the flag.
    player.put("getOptOutMessage", &["61"]);
    player.put("sendMessage", &["62"]);
    player.put("createOptOut", &["63"]);
    accepted(Act::OptOut { contact: ContactId(101), notice: true, grace: false }).await;
    for (field, number) in [("getOptOutMessage", "61"), ("sendMessage", "62"), ("createOptOut", "63")] {
        player.asked_as(field, number);
    }
    // A bad link.
    let (player, url) = replay().await;
    player.put("joinOrganization", &["90"]);
    let door = Door::new(&url, Timeouts::default()).expect("an address");
    let invitation = Invitation::parse(&format!("{url}/bad/join/1")).expect("an invitation");
    let refused = door.join(&invitation, &"session=a".to_owned().into()).await;
    assert!(matches!(refused, Err(LoginError::Refused(_))));
}

#[tokio::test]
async fn who_watches() {
    let (player, server) = tess().await;
    let server = server.watching();
    // Her roles are those of the list of people; they were not asked for by herself when it was recorded.
    let admin = load("113")["response"]["body"]["data"]["people"]["users"][0].clone();
    let who = json!({ "id": admin["id"], "roles": admin["roles"], "texterOrganizations": [{ "id": "1", "name": "Riverton Votes" }] });
    let said = json!({ "response": { "status": 200, "headers": [["Content-Type", "application/json"]], "body": { "data": { "currentUser": who } } } });
    player.tape.lock().expect("the tape").insert("currentUser".to_owned(), vec![said]);
    player.put("organization", &["111"]);
    let listed = server.campaigns_to_watch(false).await.expect("campaigns");
    player.asked_as("organization", "111");
    assert_eq!((listed.len(), listed[0].counts.contacts_count), (2, None));

    player.put("campaign", &["112"]);
    player.put("conversations", &["117"]);
    let board = server.board(CAMPAIGN).await.expect("a board");
    player.asked_as("campaign", "112");
    let line = &board.texters[0];
    assert_eq!((line.name.as_str(), line.unsent, line.assigned, line.waiting), ("Tess Texter", 193, 200, 0));
    assert_eq!((board.counts.total, board.counts.opted_out, board.counts.failed), (200, 1, 0));
    assert_eq!(board.foreign.as_ref().map(|foreign| (foreign.texts_out, foreign.texts_in)), Some((Some(13), Some(2))));

    player.put("people", &["113"]);
    let people = server.people().await.expect("people");
    assert_eq!((people.len(), people[1].name.as_str()), (3, "Dyn Amic"));

    // Tags are asked for by name, of the organization: the recorded answer has none.
    let all = Filters::default();
    let some = Filters { status: Some("needsResponse,convo".into()), opted_out: Some(false), ..all.clone() };
    let tagged = Filters { texter: Some(2), tags: vec!["*".to_owned()], ..all.clone() };
    let nobodys = Filters { texter: Some(-2), ..all.clone() };
    let failed = Filters { errors: vec![30003], ..all };
    for (number, filters, total) in [("114", some, 1), ("116", tagged, 1), ("117", nobodys, 199), ("133", failed, 1)] {
        player.put("conversations", &[number]);
        let (found, of) = server.conversations(&filters, 0, 10).await.expect("conversations");
        player.asked_as("conversations", number);
        assert_eq!(of, total, "{number}");
        let first = &found[0];
        match number {
            "114" => assert_eq!((first.texter, first.tags.len(), first.messages.len()), (Some(PersonId(2)), 1, 3)),
            "117" => assert_eq!((first.texter, first.texter_name.as_deref()), (None, None)),
            "133" => assert_eq!(first.error_code, Some(30003)),
            _ => {}
        }
    }
    player.put("conversations", &["118"]);
    let refused = server.conversations(&Filters::default(), 0, 10).await;
    assert!(matches!(refused, Err(CallError::Refused(problem)) if problem.code == Code::Forbidden));

    player.put("reassignCampaignContacts", &["119"]);
    server.reassign(CAMPAIGN, &[ContactId(51)], To::Person(PersonId(3))).await.expect("done");
    player.asked_as("reassignCampaignContacts", "119");
    player.put("bulkReassignCampaignContacts", &["122"]);
    let convo = Filters { campaign: Some(CAMPAIGN), status: Some("convo".into()), ..Filters::default() };
    server.reassign_all(&convo, To::Person(PersonId(2))).await.expect("done");
    player.asked_as("bulkReassignCampaignContacts", "122");
}

#[tokio::test]
async fn in_production_the_reason_is_in_no_answer() {
    let (player, server) = tess().await;
    server.campaign(CAMPAIGN).await.expect("a campaign");
    // Moved away, and nobody says so.
    player.put("getAssignmentContacts", &["30", "121"]);
    player.put("sendMessage", &["142"]);
    let request = text_of(now(), &line(161, 0), MessageKind::Initial, "Hi");
    let verdict = server.send(MessageId(Uuid::from_u128(6)), &request).await.expect("a verdict");
    assert!(matches!(&verdict.outcome, Outcome::Refused { problem } if problem.code == Code::LeaseLost), "{verdict:?}");
    // Signed out in between: nothing can be read then either, and a server that failed may have stored the text all the same.
    player.put("getAssignmentContacts", &["30", "143"]);
    player.put("sendMessage", &["143"]);
    let nobody = json!({ "response": { "status": 200, "headers": [["Content-Type", "application/json"]], "body": { "data": { "currentUser": null } } } });
    player.tape.lock().expect("the tape").insert("currentUser".to_owned(), vec![nobody]);
    let signed_out = server.send(MessageId(Uuid::from_u128(7)), &request).await;
    assert!(matches!(&signed_out, Err(CallError::NoAnswer(_))), "{signed_out:?}");

    // Somebody who wrote STOP, as the contact cache shows them: without number, postal code and unused columns.
    let (player, server) = tess().await;
    server.campaign(CAMPAIGN).await.expect("a campaign");
    player.put("getAssignmentContacts", &["160"]);
    let who = load("160")["request"]["body"]["variables"]["contactIds"][0].as_str().and_then(|id| id.parse().ok());
    let view = server.contacts(CAMPAIGN, &[ContactId(who.expect("a contact"))]).await.expect("a body").remove(0);
    assert_eq!(view.summary.opt_out, OptOut::Yes { by_word: false });
    assert_eq!(view.fields["cell"], "");

    // More contacts while a reply waits: none, and the reason is read.
    player.put("findNewCampaignContact", &["96"]);
    let dynamic = {
        let mut recorded = load("28");
        recorded["response"]["body"]["data"]["assignment"]["campaign"]["useDynamicAssignment"] = json!(true);
        recorded
    };
    player.tape.lock().expect("the tape").insert("assignment".to_owned(), vec![load("42"), load("173"), dynamic]);
    let none = server.claim(CampaignId(2), Uuid::from_u128(8), 20).await;
    player.asked_as("findNewCampaignContact", "96");
    assert!(matches!(&none, Err(CallError::Refused(problem)) if problem.code == Code::QuotaReached), "{none:?}");
}

#[tokio::test]
async fn what_is_taken_back_refused_and_joined() {
    let (player, server) = tess().await;
    server.campaign(CAMPAIGN).await.expect("a campaign");
    let lila = ContactId(51);
    // The one answer there is taken away.
    player.put("getAssignmentContacts", &["49"]);
    server.contacts(CAMPAIGN, &[lila]).await.expect("a body");
    player.put("getAssignmentContacts", &["49", "43"]);
    player.put("deleteQuestionResponses", &["50"]);
    let none = Act::Answer { contact: lila, question: "2".into(), value: None };
    assert!(server.act(ActId(Uuid::from_u128(1)), &none).await.expect("a verdict").is_accepted());
    player.asked_as("deleteQuestionResponses", "50");
    // Opened again, as somebody who waits.
    let mut closed = load("43");
    closed["response"]["body"]["data"]["getAssignmentContacts"][0]["messageStatus"] = json!("closed");
    player.tape.lock().expect("the tape").insert("getAssignmentContacts".to_owned(), vec![closed]);
    player.put("editCampaignContactMessageStatus", &["55"]);
    let again = server.act(ActId(Uuid::from_u128(2)), &Act::Reopen { contact: lila }).await;
    assert!(again.expect("a verdict").is_accepted());
    player.asked_as("editCampaignContactMessageStatus", "55");
    // The end of the hours, as the server sees it: a first text that cannot be seen may have been stored for all that is known.
    player.put("getAssignmentContacts", &["30"]);
    player.put("sendMessage", &["106"]);
    let late = text_of(now(), &line(71, 0), MessageKind::Initial, "late text");
    let unknown = server.send(MessageId(Uuid::from_u128(3)), &late).await;
    assert!(matches!(unknown, Err(CallError::NoAnswer(_))), "{unknown:?}");
    // With the contact cache the server refuses the same reply at once.
    player.put("getAssignmentContacts", &["43"]);
    player.put("sendMessage", &["165"]);
    let twice = text_of(now(), &line(51, 2), MessageKind::Reply, "Great!");
    let refused = server.send(MessageId(Uuid::from_u128(4)), &twice).await.expect("a verdict");
    assert!(matches!(refused.outcome, Outcome::Refused { problem } if problem.code == Code::Forbidden));
    // Another's assignment, and one's own after a suspension.
    player.put("getAssignmentContacts", &["99"]);
    let others = server.contacts(CAMPAIGN, &[lila]).await;
    assert!(matches!(&others, Err(CallError::Refused(problem)) if problem.code == Code::Forbidden), "{others:?}");
    player.put("assignment", &["125"]);
    let suspended = server.assignment(CAMPAIGN, None).await;
    assert!(matches!(&suspended, Err(CallError::Refused(problem)) if problem.code == Code::Forbidden), "{suspended:?}");
    // Where a contact is, asked by their number.
    let (player, server) = tess().await;
    player.put("assignment", &["174"]);
    player.put("getAssignmentContacts", &["30"]);
    server.thread(ContactId(40), None, 50).await.ok();
    player.asked_as("assignment", "174");
    // A link that is good, and the terms.
    let (player, url) = replay().await;
    player.put("joinOrganization", &["89"]);
    player.put("userAgreeTerms", &["84"]);
    let door = Door::new(&url, Timeouts::default()).expect("an address");
    let link = format!("{url}/3b4d6ff6-9c21-4d18-8f9f-b9c029dcb406/join/2");
    let cookie = "session=a".to_owned().into();
    let me = door.join(&Invitation::parse(&link).expect("an invitation"), &cookie).await.expect("joined");
    player.asked_as("joinOrganization", "89");
    door.accept_terms(&cookie, &me).await.expect("accepted");
    player.asked_as("userAgreeTerms", "84");
}
