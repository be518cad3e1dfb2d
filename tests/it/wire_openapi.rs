//! The document of the contract is what the routes say, and the kept copy is it.

use axum::http::Method;
use serde_json::Value;
use textbank::server::openapi;

use crate::support::TestApp;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

/// To renew the copy: `TEXTBANK_WRITE_DOCS=1 cargo test --test it openapi`.
#[test]
fn the_kept_document_is_what_the_routes_say() {
    let said = openapi::document();
    if std::option_env!("TEXTBANK_WRITE_DOCS").is_some() {
        std::fs::write(KEPT, &said).expect("written");
    }
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    assert!(kept == said, "docs/openapi.json is old: TEXTBANK_WRITE_DOCS=1 cargo test --test it openapi");
}

#[tokio::test]
async fn the_server_tells_it_and_every_operation_says_how_it_refuses() {
    let app = TestApp::start().await;
    let document = app.call(None, Method::GET, "/api/v1/openapi.json", None).await.body;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    // The table in `textbank::api`: nothing may be missing here.
    for path in [
        "/api/v1/join",
        "/api/v1/me",
        "/api/v1/campaigns",
        "/api/v1/campaigns/{id}",
        "/api/v1/campaigns/{id}/claims/{claim}",
        "/api/v1/campaigns/{id}/assignment",
        "/api/v1/campaigns/{id}/contacts",
        "/api/v1/contacts/{id}/thread",
        "/api/v1/messages/{id}",
        "/api/v1/acts/{id}",
        "/api/v1/verdicts/{id}",
        "/api/v1/presence",
        "/api/v1/campaigns/{id}/events",
        "/api/v1/campaigns/{id}/board",
        "/api/v1/imports/{import}",
        "/api/v1/imports/{import}/chunks/{n}",
        "/api/v1/imports/{import}/finish",
        "/api/v1/invites",
        "/api/v1/invites/{id}",
        "/api/v1/sessions",
        "/api/v1/sessions/{id}",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    for (path, operations) in paths.iter().filter(|(path, _)| path.starts_with("/api/")) {
        for (method, operation) in operations.as_object().expect("operations") {
            let refusal = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert_ne!(refusal, &Value::Null, "{method} {path}");
            let signed_in = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
            assert_eq!(signed_in, path != "/api/v1/join", "{method} {path}");
        }
    }
    app.close().await;
}
