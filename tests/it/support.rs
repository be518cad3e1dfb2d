//! A campaign server without a socket: the real router over the real store in memory, on a clock that moves by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::contract::CONTRACT;
use textbank::api::admin::{ImportChunk, ImportStart, ImportState, InviteRequest};
use textbank::api::assignment::{ContactSummary, SliceGrant};
use textbank::api::event::Event;
use textbank::api::message::{SendRequest, Shown};
use textbank::api::people::{Joined, Role};
use textbank::domain::campaign::{CampaignDef, CannedReply, Variant};
use textbank::domain::contact::Contact;
use textbank::domain::hours::TextingHours;
use textbank::domain::ids::{CampaignId, DeviceId};
use textbank::domain::message::MessageKind;
use textbank::domain::phone::Phone;
use textbank::env::{Clock, SeededIds, SharedIds, SimClock};
use textbank::server::carrier::{CarrierEvent, Submission, Submitted};
use textbank::server::store::command::Answer;
use textbank::server::store::handles::{System, Webhook};
use textbank::server::store::sql::{Location, SqlStore};
use textbank::server::{AppState, openapi, router};
use textbank::sim::minter::Minter;

/// Thursday, 11:00 in California and 14:00 in New York.
pub const THURSDAY: &str = "2026-10-01T18:00:00Z";

/// See the module. Ends with [`TestApp::close`], which asserts that no carrier job is left open.
pub struct TestApp {
    pub state: AppState,
    pub clock: Arc<SimClock>,
    pub ids: SharedIds,
    pub router: Router,
    pub minter: Minter,
    closed: bool,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub token: String,
    pub joined: Joined,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

/// A text as somebody confirms it now, in the first version of the script.
pub fn text_of(now: Timestamp, contact: &ContactSummary, kind: MessageKind, body: &str) -> SendRequest {
    SendRequest {
        campaign: contact.campaign,
        contact: contact.id,
        kind,
        body: body.to_owned(),
        after_seq: contact.foreign_seq,
        epoch: contact.epoch,
        script_version: 1,
        variant: (kind == MessageKind::Initial).then(|| "a".to_owned()),
        source: None,
        off_script: false,
        shown: Shown {
            body_hash: blake3::hash(body.as_bytes()).to_hex().to_string(),
            drawn_at: now,
            pressed_at: now,
            dwell_ms: 400,
            mono_ms: 0,
            device: DeviceId(Uuid::from_u128(7)),
            link: None,
        },
    }
}

impl Reply {
    /// Its code, when it is a problem document; panics when it is none.
    pub fn problem(&self) -> &str {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{self:?}");
        assert_eq!(self.body["status"].as_u64(), Some(u64::from(self.status.as_u16())), "{self:?}");
        self.body["code"].as_str().expect("a code")
    }

    pub fn read<T: serde::de::DeserializeOwned>(self) -> T {
        assert!(self.status.is_success(), "{self:?}");
        serde_json::from_value(self.body).expect("the contract's type")
    }
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_in(Location::Memory).await
    }

    pub async fn start_in(location: Location) -> Self {
        let clock = SimClock::at(THURSDAY.parse().expect("a time"));
        let ids = SeededIds::shared(42);
        let store = SqlStore::open(location, clock.clone(), ids.clone()).await.expect("a store");
        let state = AppState::new(Arc::new(store), clock.clone(), ids.clone(), true);
        Self { router: router(state.clone()), state, clock, ids, minter: Minter::default(), closed: false }
    }

    /// The hands of a test in a server that is served: its jobs go on by themselves, and are not asked for at the end.
    pub fn within(state: &AppState, clock: &Arc<SimClock>, ids: &SharedIds) -> Self {
        let (state, clock, ids) = (state.clone(), Arc::clone(clock), ids.clone());
        Self { router: router(state.clone()), state, clock, ids, minter: Minter::default(), closed: true }
    }

    /// Ends the test: no carrier job may be open.
    pub async fn close(mut self) {
        self.closed = true;
        let open = self.state.store().open_jobs().await.expect("a store");
        assert_eq!(open, (0, 0, 0), "carrier jobs left: (ready, submitting, unknown)");
    }

    pub fn fresh(&self) -> Uuid {
        self.ids.act_id(self.clock.now())
    }

    pub async fn raw(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("the router never fails")
    }

    /// The head of the answer; a feed's has no end.
    pub async fn ask(
        &self,
        who: Option<&Person>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(person) = who {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", person.token));
        }
        let body = match body {
            Some(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).expect("a request")).await
    }

    pub async fn call(&self, who: Option<&Person>, method: Method, path: &str, body: Option<Value>) -> Reply {
        let asked = method.clone();
        let response = self.ask(who, method, path, body).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
        CONTRACT.hold(&asked, path, parts.status, &parts.headers, &body);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, who: &Person, path: &str) -> Reply {
        self.call(Some(who), Method::GET, path, None).await
    }

    pub async fn put(&self, who: &Person, path: &str, body: &impl serde::Serialize) -> Reply {
        self.call(Some(who), Method::PUT, path, Some(serde_json::to_value(body).expect("json"))).await
    }

    pub async fn post(&self, who: &Person, path: &str, body: Option<Value>) -> Reply {
        self.call(Some(who), Method::POST, path, body).await
    }

    /// The first admin, by the server's own invite.
    pub async fn admin(&self) -> Person {
        let organization = self.state.store().first_organization().await.expect("an organization");
        let request =
            InviteRequest { role: Role::Admin, campaign: None, uses: 1, valid_seconds: 3_600, waiting_room: false };
        let Answer::Invite(invite) = System::invite(&self.state.desk, organization, request).await.expect("a store")
        else {
            panic!("no invite")
        };
        self.join(&invite.secret, "Ada").await.read_person()
    }

    pub async fn join(&self, secret: &str, name: &str) -> Reply {
        let body = json!({"invite": secret, "name": name, "device": self.fresh()});
        self.call(None, Method::POST, "/api/v1/join", Some(body)).await
    }

    pub async fn invite(&self, admin: &Person, role: Role, uses: u32) -> Value {
        let body = InviteRequest { role, campaign: None, uses, valid_seconds: 3_600, waiting_room: false };
        let reply = self.post(admin, "/api/v1/invites", Some(serde_json::to_value(body).expect("json"))).await;
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        reply.body
    }

    pub async fn person(&self, admin: &Person, role: Role, name: &str) -> Person {
        let invite = self.invite(admin, role, 1).await;
        self.join(invite["secret"].as_str().expect("a secret"), name).await.read_person()
    }

    /// A running campaign with so many contacts, all in California.
    pub async fn campaign(&self, admin: &Person, contacts: u32) -> CampaignId {
        self.campaign_of(admin, contacts, |_| ()).await
    }

    pub async fn campaign_of(
        &self,
        admin: &Person,
        contacts: u32,
        change: impl FnOnce(&mut CampaignDef),
    ) -> CampaignId {
        let import = self.fresh();
        let path = format!("/api/v1/imports/{import}");
        let mut def = def();
        change(&mut def);
        let start = ImportStart {
            def,
            contacts: u64::from(contacts),
            provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
            warnings: Vec::new(),
        };
        self.put(admin, &path, &start).await.read::<ImportState>();
        let chunk = ImportChunk { contacts: (0..contacts).map(contact).collect(), shared: false };
        self.put(admin, &format!("{path}/chunks/0"), &chunk).await.read::<ImportState>();
        let state: ImportState = self.post(admin, &format!("{path}/finish"), None).await.read();
        assert!(state.finished && state.stored == u64::from(contacts), "{state:?}");
        state.campaign
    }

    pub async fn claim(&self, who: &Person, campaign: CampaignId, want: u32) -> Reply {
        let path = format!("/api/v1/campaigns/{campaign}/claims/{}", self.fresh());
        self.put(who, &path, &json!({"want": want})).await
    }

    pub async fn slice(&self, who: &Person, campaign: CampaignId, want: u32) -> Vec<ContactSummary> {
        self.claim(who, campaign, want).await.read::<SliceGrant>().contacts
    }

    pub async fn send(&self, who: &Person, id: Uuid, request: &SendRequest) -> Reply {
        let mut request = request.clone();
        self.minter.link(who.joined.me.person, id, &mut request);
        self.put(who, &format!("/api/v1/messages/{id}"), &request).await
    }

    pub fn initial(&self, contact: &ContactSummary) -> SendRequest {
        self.text(contact, MessageKind::Initial, &format!("Hi {}, will you vote?", contact.first_name))
    }

    pub fn text(&self, contact: &ContactSummary, kind: MessageKind, body: &str) -> SendRequest {
        text_of(self.clock.now(), contact, kind, body)
    }

    /// Does all carrier jobs that are ready: the carrier takes each. What went out comes back.
    pub async fn drain(&self) -> Vec<Submission> {
        let mut gone = Vec::new();
        loop {
            let Answer::Jobs(jobs) = System::claim_jobs(&self.state.desk, 100).await.expect("a store") else {
                panic!("no jobs")
            };
            if jobs.is_empty() {
                return gone;
            }
            for job in jobs {
                let answer = Submitted::Accepted { carrier_id: job.attempt.to_string() };
                System::record_attempt(&self.state.desk, job.attempt, answer).await.expect("a store");
                gone.push(job);
            }
        }
    }

    /// A voter writes.
    pub async fn inbound(&self, from: &Phone, body: &str) {
        let event = CarrierEvent::Inbound {
            key: self.fresh().to_string(),
            from: from.clone(),
            body: body.to_owned(),
            pictures: 0,
        };
        Webhook::of("simulated").event(&self.state.desk, event).await.expect("a store");
    }

    /// Opens a feed.
    pub async fn feed(&self, who: &Person, campaign: CampaignId, after: &str, last: Option<u64>) -> Feed {
        let mut request = Request::builder()
            .uri(format!("/api/v1/campaigns/{campaign}/events{after}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", who.token))
            .header(header::ACCEPT_ENCODING, "gzip");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.raw(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers().clone();
        Feed { headers, body: response.into_body().into_data_stream(), rest: String::new() }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.closed || std::thread::panicking(), "a test ends with `app.close().await`");
    }
}

impl Reply {
    pub fn read_person(self) -> Person {
        let joined: Joined = self.read();
        Person { token: joined.token.clone(), joined }
    }
}

/// An open feed.
pub struct Feed {
    pub headers: HeaderMap,
    body: BodyDataStream,
    rest: String,
}

/// One block of a feed.
#[derive(Debug)]
pub enum Block {
    Comment,
    Event { id: Option<u64>, name: String, event: Box<Event> },
    End,
}

impl Feed {
    /// The next block; waits for it, but not for ever.
    pub async fn next(&mut self) -> Block {
        tokio::time::timeout(Duration::from_secs(60), self.read()).await.expect("a block in time")
    }

    async fn read(&mut self) -> Block {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let block = parse(block);
                self.rest = rest.to_owned();
                return block;
            }
            match self.body.next().await {
                None => return Block::End,
                Some(bytes) => self.rest.push_str(std::str::from_utf8(&bytes.expect("bytes")).expect("UTF-8")),
            }
        }
    }

    /// The next event; comments, boards and signs of life are passed over.
    pub async fn event(&mut self) -> Event {
        loop {
            match self.next().await {
                Block::Event { id, name, event } if !["board", "here"].contains(&name.as_str()) => {
                    assert_eq!(id, Some(event.seq), "the id is the number");
                    return *event;
                }
                Block::End => panic!("the feed ended"),
                _ => {}
            }
        }
    }

    /// The next board; the rest is passed over.
    pub async fn board(&mut self) -> textbank::api::captain::Board {
        loop {
            match self.next().await {
                Block::Event { id, event, .. } => {
                    if let textbank::api::event::EventKind::Board { board } = event.what {
                        assert_eq!(id, None, "a board has no number of its own");
                        return board;
                    }
                }
                Block::End => panic!("the feed ended"),
                Block::Comment => {}
            }
        }
    }
}

fn parse(block: &str) -> Block {
    let (mut id, mut name, mut data) = (None, String::new(), String::new());
    for line in block.lines() {
        match line.split_once(':') {
            Some(("id", value)) => id = value.trim().parse().ok(),
            Some(("event", value)) => name = value.trim().to_owned(),
            Some(("data", value)) => data.push_str(value.trim_start()),
            _ => {}
        }
    }
    if data.is_empty() {
        return Block::Comment;
    }
    Block::Event { id, name, event: Box::new(serde_json::from_str(&data).expect("an event")) }
}

pub fn contact(n: u32) -> Contact {
    Contact {
        external_id: Some(format!("x{n}")),
        first_name: format!("Voter{n}"),
        last_name: "Tester".to_owned(),
        phone: phone(n),
        zip: None,
        state: None,
        language: None,
        time_zone: None,
        fields: BTreeMap::new(),
        consent: None,
    }
}

pub fn phone(n: u32) -> Phone {
    Phone::from_e164(&format!("+1415555{n:04}")).expect("a number")
}

/// The number of a contact of [`TestApp::campaign`].
pub fn phone_of(contact: &ContactSummary) -> Phone {
    phone(contact.first_name.trim_start_matches("Voter").parse().expect("a number"))
}

pub fn def() -> CampaignDef {
    let at = |hour| jiff::civil::time(hour, 0, 0, 0);
    CampaignDef {
        title: "Vote".to_owned(),
        organization: "Us".to_owned(),
        language: "en".to_owned(),
        hours: TextingHours {
            initial_start: at(9),
            initial_end: at(20),
            reply_start: at(8),
            reply_end: at(21),
            sunday_start: at(12),
            ..TextingHours::default()
        },
        initial: vec![Variant {
            name: "a".to_owned(),
            language: "en".to_owned(),
            text: "Hi {firstName}, will you vote?".to_owned(),
        }],
        questions: Vec::new(),
        canned: vec![CannedReply {
            id: "thanks".to_owned(),
            title: "Thanks".to_owned(),
            text: BTreeMap::from([("en".to_owned(), "Thank you!".to_owned())]),
            ..CannedReply::default()
        }],
        tags: vec!["volunteer".to_owned()],
        opt_out_notice: BTreeMap::from([("en".to_owned(), "You will get no more texts from us.".to_owned())]),
        slice_size: 10,
        ..CampaignDef::default()
    }
}

/// The wall clock of the test.
pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Every operation of the contract, as `GET /path`.
pub fn operations() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&openapi::document()).expect("the document");
    let paths = document["paths"].as_object().expect("paths");
    let verbs = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(verbs).collect()
}
