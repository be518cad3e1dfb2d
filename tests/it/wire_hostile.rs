//! What schemathesis found, kept from coming back.

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use rstest::rstest;
use serde_json::{Value, json};
use textbank::api::admin::ImportStart;

use crate::support::{TestApp, def};

/// A NUL in a name or a text is refused when it comes in: a database that keeps none would fail at every use of it.
#[rstest]
#[case("/title", json!("a\0b"))]
#[case("/organization", json!("\0"))]
#[case("/language", json!("en\0"))]
#[case("/canned/0/id", json!("a\0"))]
#[case("/tags", json!(["a", "\0"]))]
#[case("/variables", json!({"\0": "x"}))]
#[case("/guide", json!("be kind\0"))]
#[tokio::test]
async fn a_campaign_with_a_nul_anywhere_is_refused(#[case] place: &str, #[case] hostile: Value) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let start = ImportStart {
        def: def(),
        contacts: 0,
        provenance: textbank::domain::provenance::Provenance::of_made_up_people("a test"),
        warnings: Vec::new(),
    };
    let mut body = serde_json::to_value(&start).expect("json");
    *body["def"].pointer_mut(place).expect("a place") = hostile;
    let path = format!("/api/v1/imports/{}", app.fresh());
    let reply = app.call(Some(&admin), Method::PUT, &path, Some(body)).await;
    assert_eq!(reply.problem(), "invalid");
    assert!(reply.body["faults"][0].as_str().expect("a fault").contains("NUL"), "{reply:?}");
    let start = serde_json::to_value(&start).expect("json");
    let reply = app.call(Some(&admin), Method::PUT, &path, Some(start)).await;
    assert!(reply.status.is_success(), "without one it is taken: {reply:?}");
    app.close().await;
}

/// The name of a variant or a source is kept with the text for ever, so it is a name and no text of its own.
#[rstest]
#[case("variant", "a\0")]
#[case("source", "canned:\0")]
#[case("source", &"x".repeat(501))]
#[tokio::test]
async fn a_text_with_a_name_that_is_none_is_refused(#[case] field: &str, #[case] hostile: &str) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let contact = app.slice(&admin, campaign, 1).await.remove(0);
    let mut request = app.initial(&contact);
    match field {
        "variant" => request.variant = Some(hostile.to_owned()),
        _ => request.source = Some(hostile.to_owned()),
    }
    let reply = app.send(&admin, app.fresh(), &request).await;
    assert_eq!(reply.problem(), "invalid");
    assert!(reply.body["faults"][0].as_str().expect("a fault").starts_with(field), "{reply:?}");
    app.close().await;
}

#[tokio::test]
async fn bodies_of_contacts_are_asked_for_by_name() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    for (of, none) in [("contacts", json!([])), ("whereabouts", json!({"others": [], "pool": 0}))] {
        let path = format!("/api/v1/campaigns/{campaign}/{of}");
        assert_eq!(app.get(&admin, &path).await.problem(), "invalid", "without `ids`");
        assert_eq!(app.get(&admin, &format!("{path}?ids=")).await.body, none);
    }
    app.close().await;
}

/// A reason that would be refused with the recall is refused when the recall is only tried out.
#[rstest]
#[case("")]
#[case("?dry_run=true")]
#[tokio::test]
async fn a_recalls_reason_has_a_length(#[case] query: &str) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let campaign = app.campaign(&admin, 1).await;
    let path = format!("/api/v1/campaigns/{campaign}/recalls{query}");
    let recall = |letters: usize| json!({"what": {"recalled": "script", "version": 1}, "reason": "x".repeat(letters)});
    let reply = app.call(Some(&admin), Method::POST, &path, Some(recall(501))).await;
    assert_eq!(reply.problem(), "invalid");
    let reply = app.call(Some(&admin), Method::POST, &path, Some(recall(500))).await;
    assert!(reply.status.is_success(), "{reply:?}");
    app.close().await;
}

/// A body is an object that says what it has to say, and UTF-8 as a whole: bytes that are none are refused in fields that nobody reads too, and nothing is done. What was
/// refused before the body is read stays so: its content type first, then its size.
#[rstest]
#[case(b"{\"x\":\"\xed\xa0\x80\"}", "application/json", "byte 6 of the body is not UTF-8")]
#[case(
    b"{\"bodies_after_days\":30,\"x\":[{\"y\":\"\xff\"}]}",
    "application/json; charset=utf-8",
    "of the body is not UTF-8"
)]
#[case(b"{\"x\":\"\xed\xa0\x80\"}", "text/plain", "application/json")]
#[case(b"[]", "application/json", "an object")]
#[case(b"{\"bodies_after_day\":30}", "application/json", "missing field `bodies_after_days`")]
#[tokio::test]
async fn a_body_that_is_no_object_as_it_should_be_is_refused(
    #[case] body: &'static [u8],
    #[case] kind: &str,
    #[case] fault: &str,
) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let before = app.get(&admin, "/api/v1/retention").await.body;
    let request = Request::builder()
        .method(Method::PUT)
        .uri("/api/v1/retention")
        .header("authorization", format!("Bearer {}", admin.token))
        .header("content-type", kind)
        .body(Body::from(body))
        .expect("a request");
    let response = app.raw(request).await;
    assert_eq!(response.status().as_u16(), 422);
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let problem: Value = serde_json::from_slice(&bytes).expect("a problem document");
    assert_eq!(problem["code"], "invalid");
    assert!(problem["faults"][0].as_str().expect("a fault").contains(fault), "{problem}");
    assert_eq!(app.get(&admin, "/api/v1/retention").await.body, before);
    app.close().await;
}
