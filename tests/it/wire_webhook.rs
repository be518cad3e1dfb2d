//! What a carrier says by its webhook, and a carrier in a process of its own at the other end of it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pretty_assertions::assert_eq;
use serde_json::json;
use textbank::api::event::EventKind;
use textbank::api::message::ThreadEntry;
use textbank::api::people::Role;
use textbank::domain::message::Delivery;
use textbank::env::{SharedClock, SystemClock};
use textbank::server::carrier::Pace;
use textbank::server::carrier::loopback::{
    Callback, LogLine, LoopbackCarrier, LoopbackDoor, SIGNATURE, Secret, TIMESTAMP, read_log,
};
use textbank::server::jobs::Dispatcher;
use textbank::server::router;
use textbank::server::store::{command::Answer, handles::System};

use crate::support::{TestApp, phone_of};

const SECRET: &str = "a secret of sixteen bytes and more";
const PATH: &str = "/webhooks/loopback";

fn secret() -> Secret {
    Secret::new(SECRET).expect("long enough")
}

/// An app whose carrier is the loopback one.
async fn app(clock: Option<SharedClock>) -> TestApp {
    let mut app = TestApp::start().await;
    let clock = clock.unwrap_or_else(|| app.clock.clone());
    app.state.door = Some(Arc::new(LoopbackDoor::new(secret(), clock)));
    app.router = router(app.state.clone());
    app
}

async fn post(app: &TestApp, path: &str, timestamp: i64, signature: String, body: Vec<u8>) -> StatusCode {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(TIMESTAMP, timestamp)
        .header(SIGNATURE, signature)
        .body(Body::from(body))
        .expect("a request");
    app.raw(request).await.status()
}

/// Signed as the carrier signs, now.
async fn signed(app: &TestApp, event: &Callback) -> StatusCode {
    use textbank::env::Clock as _;
    let body = serde_json::to_vec(event).expect("json");
    let now = app.clock.now().as_second();
    post(app, PATH, now, secret().sign(now, &body), body).await
}

#[tokio::test]
async fn what_the_carrier_says_is_verified_stored_and_then_answered() {
    use textbank::env::Clock as _;
    let app = app(None).await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let tess = app.person(&admin, Role::Texter, "Tess").await;
    let to = app.slice(&tess, campaign, 1).await.remove(0);
    app.send(&tess, app.fresh(), &app.initial(&to)).await;
    let gone = app.drain().await.remove(0);
    let receipt =
        Callback::Receipt { key: "r1".into(), attempt: gone.attempt, delivery: Delivery::Delivered, error: None };
    let hello = Callback::Inbound { key: "k1".into(), from: phone_of(&to), body: "Who is this?".into(), pictures: 0 };
    for event in [&receipt, &hello, &hello, &receipt] {
        assert_eq!(signed(&app, event).await, StatusCode::NO_CONTENT);
    }
    let thread = app.get(&tess, &format!("/api/v1/contacts/{}/thread?limit=10", to.id)).await;
    let entries = thread.read::<textbank::api::message::Thread>().entries;
    let texts: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            ThreadEntry::Message(message) => Some((message.body.as_str(), message.delivery)),
            ThreadEntry::Note { .. } => None,
        })
        .collect();
    assert_eq!(texts.len(), 2, "twice is once: {texts:?}");
    assert_eq!(texts[0].1, Delivery::Delivered);
    assert_eq!(texts[1].0, "Who is this?");

    // A carrier that tells of pictures; one that tells of none says nothing about them.
    let picture =
        serde_json::json!({"what": "inbound", "key": "k1p", "from": phone_of(&to), "body": "", "pictures": 3});
    let picture: Callback = serde_json::from_value(picture).expect("a callback");
    assert_eq!(signed(&app, &picture).await, StatusCode::NO_CONTENT);
    let thread = app.get(&tess, &format!("/api/v1/contacts/{}/thread?limit=10", to.id)).await;
    assert_eq!(thread.body["entries"][2]["pictures"], 3, "{thread:?}");
    assert_eq!(thread.body["entries"][1].get("pictures"), None, "{thread:?}");
    let old: Callback =
        serde_json::from_value(serde_json::json!({"what": "inbound", "key": "o", "from": phone_of(&to), "body": "Hi"}))
            .expect("a callback of before");
    assert!(matches!(old, Callback::Inbound { pictures: 0, .. }));

    // Nothing of what is not the carrier's, or not of now, is believed.
    let stop = Callback::Inbound { key: "k2".into(), from: phone_of(&to), body: "STOP".into(), pictures: 0 };
    let body = serde_json::to_vec(&stop).expect("json");
    let now = app.clock.now().as_second();
    let good = secret().sign(now, &body);
    let forged = Secret::new("another secret of sixteen bytes").expect("long enough").sign(now, &body);
    for (path, at, signature, body, status) in [
        (PATH, now, forged, body.clone(), StatusCode::UNAUTHORIZED),
        (PATH, now, "00".into(), body.clone(), StatusCode::UNAUTHORIZED),
        (PATH, now + 1, good.clone(), body.clone(), StatusCode::UNAUTHORIZED),
        (PATH, now - 301, secret().sign(now - 301, &body), body.clone(), StatusCode::UNAUTHORIZED),
        (PATH, now, secret().sign(now, b"{}"), b"{}".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("/webhooks/twilio", now, good.clone(), body.clone(), StatusCode::NOT_FOUND),
        (PATH, now, good.clone(), vec![b'x'; 70_000], StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(post(&app, path, at, signature, body).await, status);
    }
    let page = app.get(&tess, &format!("/api/v1/campaigns/{campaign}/assignment")).await;
    let line = page.read::<textbank::api::assignment::AssignmentPage>().contacts.remove(0);
    assert!(line.opt_out.allows_text(), "no opt-out came through");

    // An opt-out is in force when its callback is answered.
    app.send(&tess, app.fresh(), &app.text(&line, textbank::domain::message::MessageKind::Reply, "Tess here")).await;
    assert_eq!(signed(&app, &stop).await, StatusCode::NO_CONTENT);
    let notices = app.drain().await;
    assert_eq!(notices.len(), 1, "the notice alone: {notices:?}");
    assert_ne!(notices[0].body, "Tess here");
    app.close().await;
}

#[tokio::test]
async fn without_a_secret_there_is_no_door() {
    let app = TestApp::start().await;
    let hello = Callback::Inbound { key: "k".into(), from: crate::support::phone(1), body: "Hi".into(), pictures: 0 };
    assert_eq!(signed(&app, &hello).await, StatusCode::NOT_FOUND);
    app.close().await;
}

/// The carrier's own program, ended with the test.
struct Carrier {
    process: Child,
    url: String,
}

impl Carrier {
    fn start(dir: &Path, callback: &str, faults: &str) -> Self {
        std::fs::write(dir.join("secret"), SECRET).expect("written");
        let mut process = Command::new(env!("CARGO_BIN_EXE_textbank"))
            .env_clear()
            .env("TEXTBANK_HOME", dir.join("home"))
            .args(["carrier", "--listen", "127.0.0.1:0", "--callback", callback, "--faults", faults, "--log"])
            .arg(dir.join("carrier.log"))
            .arg("--secret-file")
            .arg(dir.join("secret"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        let url = line.trim().strip_prefix("Listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { process, url }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        // By its own id; it may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Every answer is lost, every receipt comes twice and in the wrong order; the carrier is killed and starts again.
#[tokio::test]
async fn a_carrier_in_its_own_process_tells_what_became_of_lost_calls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let app = app(Some(SystemClock::shared())).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let served = tokio::spawn(axum::serve(listener, app.router.clone()).into_future());
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 2).await;
    let tess = app.person(&admin, Role::Texter, "Tess").await;
    let slice = app.slice(&tess, campaign, 2).await;
    let mut feed = app.feed(&tess, campaign, "", None).await;
    let dir = tempfile::tempdir().expect("a directory");
    let callback = format!("http://{address}{PATH}");
    let carrier = Carrier::start(dir.path(), &callback, "lost=100,twice=100,swapped=100");
    let door = LoopbackCarrier::new(&carrier.url, None, Pace::default()).expect("a line");
    let dispatcher = Dispatcher::new(app.state.desk.clone(), Arc::new(door));
    app.send(&tess, app.fresh(), &app.initial(&slice[0])).await;
    assert_eq!(dispatcher.drain().await.expect("drained"), 1);
    loop {
        if let EventKind::Delivery { delivery: Delivery::Delivered, .. } = feed.event().await.what {
            break;
        }
    }
    // A voter writes at the carrier's; it dies and starts again with its log, and still tells.
    let say = json!({"from": phone_of(&slice[0]), "body": "Who is this?"});
    let said = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = said.post(format!("{}/say", carrier.url)).json(&say).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 202);
    drop(carrier);
    let carrier = Carrier::start(dir.path(), &callback, "");
    loop {
        if let EventKind::Thread { item: ThreadEntry::Message(message), .. } = feed.event().await.what
            && message.body == "Who is this?"
        {
            break;
        }
    }
    let lines = read_log(&dir.path().join("carrier.log")).expect("a log");
    let on_phones = lines.iter().filter(|line| matches!(line, LogLine::Received { taken: true, .. })).count();
    assert_eq!(on_phones, 1, "lost and found, and never sent again");
    drop(carrier);
    served.abort();
    let Answer::Jobs(left) = System::claim_jobs(&app.state.desk, 10).await.expect("a store") else { panic!() };
    assert_eq!(left, []);
    app.close().await;
}
