//! Every way in which an answer can fail to be one.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use rstest::rstest;
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{NativeServer, Timeouts};
use crate::api::{
    event::EventKind,
    message::{Outcome, SendRequest, Shown, Verdict},
    problem::{Code, Problem},
};
use crate::client::{CallError, CampaignServer};
use crate::domain::{
    ids::{ActId, CampaignId, ContactId, DeviceId, MessageId},
    message::MessageKind,
};
use crate::env::SimClock;

/// Nothing of what answers at all is too late for it, on however busy a machine.
const PATIENT: Timeouts = Timeouts {
    connect: Duration::from_secs(60),
    request: Duration::from_secs(60),
    feed_silence: Duration::from_secs(60),
};
/// For what does not answer in time.
const QUICK: Timeouts = Timeouts { request: Duration::from_millis(250), ..PATIENT };

fn client(base: &str) -> NativeServer {
    client_with(base, PATIENT)
}

fn client_with(base: &str, timeouts: Timeouts) -> NativeServer {
    // Installed already by another test: just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    NativeServer::new(base, &SecretString::from("t0ken"), timeouts).expect("a client")
}

async fn answering(response: ResponseTemplate) -> (MockServer, NativeServer) {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(response).mount(&server).await;
    let client = client(&server.uri());
    (server, client)
}

fn json_answer(status: u16, body: &str, kind: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), kind)
}

fn problem(problem: &Problem) -> ResponseTemplate {
    json_answer(problem.status, &serde_json::to_string(problem).expect("json"), "application/problem+json")
}

fn request() -> SendRequest {
    let at: Timestamp = "2026-10-01T17:00:00Z".parse().expect("a time");
    SendRequest {
        campaign: CampaignId(1),
        contact: ContactId(7),
        kind: MessageKind::Initial,
        body: "Hi Ada".to_owned(),
        after_seq: 0,
        epoch: 1,
        script_version: 1,
        variant: Some("a".to_owned()),
        source: None,
        off_script: false,
        shown: Shown {
            body_hash: blake3::hash(b"Hi Ada").to_hex().to_string(),
            drawn_at: at,
            pressed_at: at,
            dwell_ms: 400,
            mono_ms: 0,
            device: DeviceId(Uuid::from_u128(9)),
            link: None,
        },
    }
}

const ME: &str =
    r#"{"person":3,"name":"Ada","role":"texter","organization":"Us","rehearsal":true,"a_later_field":[1,2]}"#;

#[tokio::test]
async fn a_good_answer_is_read_and_unknown_fields_are_ignored() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/prefix/api/v1/me"))
        .and(header("authorization", "Bearer t0ken"))
        .respond_with(json_answer(200, ME, "application/json; charset=utf-8"))
        .mount(&server)
        .await;
    let me = client(&format!("{}/prefix/", server.uri())).me().await.expect("an answer");
    assert_eq!(me.name, "Ada");
}

#[rstest]
#[case::login_page(json_answer(200, "<html>Please log in</html>", "text/html"))]
#[case::proxy_error(json_answer(502, "<html>Bad gateway</html>", "text/html"))]
#[case::truncated_json(json_answer(200, r#"{"person":3,"na"#, "application/json"))]
#[case::another_shape(json_answer(200, "[]", "application/json"))]
#[case::redirect(ResponseTemplate::new(302).insert_header("location", "https://sso.example.org/"))]
#[case::no_type(ResponseTemplate::new(200))]
#[case::json_without_problem_type(json_answer(403, r#"{"error":"no"}"#, "application/json"))]
#[case::damaged_problem(json_answer(403, r#"{"code":"#, "application/problem+json"))]
#[case::nothing(ResponseTemplate::new(204))]
#[tokio::test]
async fn strange_answers(#[case] response: ResponseTemplate) {
    let (_server, client) = answering(response).await;
    let error = client.me().await.expect_err("strange");
    assert!(matches!(error, CallError::Strange(_)), "{error:?}");
    let error = client.send(MessageId(Uuid::from_u128(1)), &request()).await.expect_err("strange");
    assert!(matches!(error, CallError::Strange(_)), "a text's fate stays open: {error:?}");
    let error = client.events(CampaignId(1), 0).await.err().expect("strange");
    assert!(matches!(error, CallError::Strange(_)), "{error:?}");
}

#[tokio::test]
async fn a_text_tells_the_time_of_its_sending() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(header("textbank-sent-at", "2026-10-01T17:00:00.5Z"))
        .respond_with(json_answer(200, "[]", "application/json"))
        .expect(1)
        .mount(&server)
        .await;
    let clock = SimClock::at("2026-10-01T17:00:00.5Z".parse().expect("a time"));
    let client = client(&server.uri()).telling_time(clock);
    let answer = client.send(MessageId(Uuid::from_u128(1)), &request()).await;
    assert!(matches!(answer, Err(CallError::Strange(_))), "the header was there: {answer:?}");
    server.verify().await;
}

#[tokio::test]
async fn what_the_clock_is_off_is_told_with_the_next_text() {
    let server = MockServer::start().await;
    let time = json_answer(200, ME, "application/json").insert_header("textbank-time", "2026-10-01T20:00:00Z");
    Mock::given(method("GET")).respond_with(time).mount(&server).await;
    Mock::given(method("PUT"))
        .and(header("textbank-clock-offset", "10800000000"))
        .respond_with(json_answer(200, "[]", "application/json"))
        .expect(1)
        .mount(&server)
        .await;
    let clock = SimClock::at("2026-10-01T17:00:00Z".parse().expect("a time"));
    let client = client(&server.uri()).telling_time(clock.clone());
    client.me().await.expect("an answer");
    clock.advance(Duration::from_secs(86_400));
    let answer = client.send(MessageId(Uuid::from_u128(1)), &request()).await;
    assert!(matches!(answer, Err(CallError::Strange(_))), "the header was there: {answer:?}");
    server.verify().await;
}

#[rstest]
#[case::our_servers(problem(&Problem::new(Code::RateLimited, "slower")).insert_header("retry-after", "7"), Code::RateLimited)]
#[case::a_boxs(json_answer(503, "<html>", "text/html").insert_header("retry-after", "7"), Code::Unavailable)]
#[case::a_boxs_too(json_answer(429, "", "text/plain").insert_header("retry-after", "7"), Code::RateLimited)]
#[case::by_date(
    json_answer(503, "", "text/plain")
        .insert_header("retry-after", "Wed, 21 Oct 2026 07:28:07 GMT")
        .insert_header("date", "Wed, 21 Oct 2026 07:28:00 GMT"),
    Code::Unavailable
)]
#[tokio::test]
async fn whoever_asks_to_be_left_alone_says_for_how_long(#[case] answer: ResponseTemplate, #[case] code: Code) {
    let (_server, client) = answering(answer).await;
    let Err(CallError::Refused(problem)) = client.me().await else { panic!("no answer") };
    assert_eq!((problem.code, problem.retry_after), (code, Some(7)));
}

#[tokio::test]
async fn nobody_listens_is_not_reached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let error = client(&format!("http://{address}")).me().await.expect_err("nobody");
    assert!(matches!(error, CallError::NotReached(_)), "{error:?}");
}

#[tokio::test]
async fn a_late_answer_is_no_answer() {
    let late = json_answer(200, ME, "application/json").set_delay(Duration::from_secs(600));
    let (server, _) = answering(late).await;
    let client = client_with(&server.uri(), QUICK);
    let error = client.me().await.expect_err("late");
    assert!(matches!(error, CallError::NoAnswer(_)), "{error:?}");
}

#[tokio::test]
async fn a_line_cut_in_the_middle_of_an_answer_is_no_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let cut = async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut line, _) = listener.accept().await.expect("a caller");
        let mut head = [0u8; 4096];
        let _ = line.read(&mut head).await.expect("a request");
        let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"person\":3,";
        line.write_all(half).await.expect("half an answer");
    };
    let client = client(&format!("http://{address}"));
    let (answer, ()) = tokio::join!(client.me(), cut);
    let error = answer.expect_err("cut");
    assert!(matches!(error, CallError::NoAnswer(_)), "{error:?}");
}

#[tokio::test]
async fn a_problem_is_a_refusal_with_all_its_parts() {
    let mut told = Problem::new(Code::OutsideHours, "too early");
    told.at = Some("2026-10-01T13:00:00Z".parse().expect("a time"));
    told.count = Some(12);
    let (_server, client) = answering(problem(&told)).await;
    assert_eq!(client.claim(CampaignId(1), Uuid::from_u128(4), 0).await, Err(CallError::Refused(Box::new(told))));
}

#[rstest]
#[case(Code::AlreadySent)]
#[case(Code::StaleReply)]
#[case(Code::Suppressed)]
#[case(Code::OutsideHours)]
#[case(Code::LeaseLost)]
#[case(Code::IdReused)]
#[tokio::test]
async fn a_decided_refusal_of_a_text_is_its_verdict(#[case] code: Code) {
    let mut told = Problem::new(code, "no");
    told.who = Some("Bob".to_owned());
    let (_server, client) = answering(problem(&told)).await;
    let id = Uuid::from_u128(1);
    let verdict = Verdict { id, outcome: Outcome::Refused { problem: told } };
    assert_eq!(client.send(MessageId(id), &request()).await, Ok(verdict.clone()));
    let act = crate::api::act::Act::Close { contact: ContactId(7) };
    assert_eq!(client.act(ActId(id), &act).await, Ok(verdict));
}

#[rstest]
#[case(Code::RateLimited)]
#[case(Code::Unavailable)]
#[case(Code::Unauthorized)]
#[tokio::test]
async fn a_refusal_that_decided_nothing_leaves_the_text_open(#[case] code: Code) {
    let (_server, client) = answering(problem(&Problem::new(code, "later"))).await;
    let error = client.send(MessageId(Uuid::from_u128(1)), &request()).await.expect_err("nothing decided");
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_problem_cannot_reach_the_terminal() {
    let mut told = Problem::new(Code::AlreadySent, "no\u{1b}]52;c;x\u{7}");
    told.who = Some("A\u{202e}da\r\n".to_owned());
    told.faults = vec!["\u{9b}2J".to_owned()];
    let (_server, client) = answering(problem(&told)).await;
    let CallError::Refused(problem) = client.me().await.expect_err("refused") else { panic!("another error") };
    let words = format!("{}{}{}", problem.detail, problem.who.unwrap_or_default(), problem.faults.concat());
    assert!(!words.chars().any(|c| c.is_control() || c == '\u{202e}'), "{words:?}");
}

#[rstest]
#[case(418, false)]
#[case(599, true)]
#[tokio::test]
async fn a_code_of_a_later_server_is_judged_by_its_status(#[case] status: u16, #[case] transient: bool) {
    let body = json!({"status": status, "code": "moon_phase", "detail": "full"}).to_string();
    let (_server, client) = answering(json_answer(status, &body, "application/problem+json")).await;
    let error = client.me().await.expect_err("refused");
    assert!(matches!(error, CallError::Refused(_)), "{error:?}");
    assert_eq!(error.is_transient(), transient);
}

#[tokio::test]
async fn the_text_goes_out_as_it_is_and_the_verdict_must_be_on_it() {
    let id = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);
    let accepted = json!({"id": id, "outcome": {"outcome": "accepted", "seq": 1, "at": "2026-10-01T17:00:01Z"}});
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path(format!("/api/v1/messages/{id}")))
        .and(body_json(serde_json::to_value(request()).expect("json")))
        .respond_with(json_answer(202, &accepted.to_string(), "application/json"))
        .mount(&server)
        .await;
    Mock::given(method("PUT"))
        .respond_with(json_answer(202, &accepted.to_string(), "application/json"))
        .mount(&server)
        .await;
    let client = client(&server.uri());
    assert!(client.send(MessageId(id), &request()).await.expect("a verdict").is_accepted());
    let error = client.send(MessageId(Uuid::from_u128(5)), &request()).await.expect_err("somebody else's verdict");
    assert!(matches!(error, CallError::Strange(_)), "{error:?}");
}

#[tokio::test]
async fn the_feed_gives_events_leaves_out_unknown_ones_and_ends_with_one_error() {
    let feed = concat!(
        ": here\n\n",
        "id: 5\nevent: campaign\n",
        r#"data: {"seq":5,"at":"2026-10-01T17:00:00Z","event":"campaign","state":"paused","script_version":2}"#,
        "\n\n",
        "id: 6\n",
        r#"data: {"seq":6,"at":"2026-10-01T17:00:00Z","event":"moon_phase","full":true}"#,
        "\n\n",
        "id: 7\n",
        r#"data: {"seq":7,"at":"2026-10-01T17:00:00Z","event":"snapshot","after":7}"#,
        "\n\n",
    );
    let server = MockServer::start().await;
    Mock::given(path("/api/v1/campaigns/3/events"))
        .and(query_param("after", "4"))
        .respond_with(json_answer(200, feed, "text/event-stream"))
        .mount(&server)
        .await;
    let events: Vec<_> = client(&server.uri()).events(CampaignId(3), 4).await.expect("a feed").collect().await;
    assert_eq!(events.len(), 3, "{events:?}");
    assert!(matches!(&events[0], Ok(event) if event.seq == 5 && matches!(event.what, EventKind::Campaign { .. })));
    assert!(matches!(&events[1], Ok(event) if event.what == EventKind::Snapshot { seq: 7 }));
    assert!(matches!(&events[2], Err(CallError::NoAnswer(_))));
}

#[tokio::test]
async fn a_damaged_event_ends_the_feed() {
    let feed = "id: 1\ndata: {\"seq\":\n\nid: 2\ndata: {}\n\n";
    let (_server, client) = answering(json_answer(200, feed, "text/event-stream")).await;
    let events: Vec<_> = client.events(CampaignId(3), 0).await.expect("a feed").collect().await;
    assert!(matches!(events.as_slice(), [Err(CallError::Strange(_))]), "{events:?}");
}

#[rstest]
#[case("")]
#[case("127.0.0.1:8787")]
#[case("file:///etc/passwd")]
#[case("http://user:word@host/")]
fn a_wrong_address_is_refused(#[case] base: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    assert!(NativeServer::new(base, &SecretString::from("t"), QUICK).is_err());
}

#[test]
fn debug_hides_the_token() {
    assert!(!format!("{:?}", client("http://127.0.0.1:1")).contains("t0ken"));
}
