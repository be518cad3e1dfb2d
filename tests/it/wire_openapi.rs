//! The document of the contract is what the routes say, and the kept copy is it.

use axum::http::Method;
use serde_json::{Value, json};
use textbank::server::openapi;

use crate::contract::CONTRACT;
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
async fn the_server_tells_it() {
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
        "/api/v1/campaigns/{id}/lists",
        "/api/v1/campaigns/{id}/lists/{import}",
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
    assert_eq!(document, openapi::value());
    app.close().await;
}

#[test]
fn every_operation_is_told_in_full() {
    for (method, path, operation) in CONTRACT.operations() {
        let at = format!("{method} {path}");
        for word in ["summary", "description", "operationId"] {
            assert!(operation[word].as_str().is_some_and(|text| !text.is_empty()), "{at}: {word}");
        }
        let tag = operation["tags"][0].as_str().expect("a tag");
        assert!(CONTRACT.document["tags"].as_array().expect("tags").iter().any(|known| known["name"] == tag), "{at}");
        let signed_in = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
        assert_eq!(signed_in, path.starts_with("/api/") && path != "/api/v1/join", "{at}");
        assert!(operation.get("parameters").is_none_or(Value::is_array), "{at}");
        let answers = operation["responses"].as_object().expect("answers");
        assert!(
            !answers.contains_key("default") && answers.contains_key("503"),
            "{at}: add `{}` to the table in src/server/openapi/refusals.rs",
            operation["operationId"]
        );
        assert_eq!(answers.contains_key("401"), signed_in, "{at}");
        for status in answers.keys() {
            let answer = CONTRACT.answer(method, path, status).expect("an answer");
            let answer = CONTRACT.document.pointer(&answer).expect("told");
            assert!(answer.get("content").is_none_or(Value::is_object), "{at} {status}");
            assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{at} {status}");
            let kinds: Vec<_> = answer["content"].as_object().into_iter().flat_map(|kinds| kinds.keys()).collect();
            match status.as_str() {
                "204" => assert!(kinds.is_empty(), "{at} {status}"),
                ok if ok.starts_with('2') => assert_eq!(kinds.len(), 1, "{at} {status}"),
                _ => assert_eq!(kinds, ["application/problem+json"], "{at} {status}"),
            }
        }
    }
}

/// Examples: where they stand, whose they are, and what they are of.
fn examples() -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    let mut of = |at: String, content: &Value| {
        for (kind, said) in content.as_object().into_iter().flatten() {
            let schema = format!("{at}/content/{}/schema", kind.replace('/', "~1"));
            let named = said["examples"].as_object().unwrap_or_else(|| panic!("{at} has no example"));
            all.extend(named.iter().map(|(name, one)| (schema.clone(), name.clone(), one["value"].clone())));
        }
    };
    for (method, path, operation) in CONTRACT.operations() {
        let at = format!("/paths/{}/{method}", path.replace('/', "~1"));
        of(format!("{at}/requestBody"), &operation["requestBody"]["content"]);
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            of(format!("{at}/responses/{status}"), &answer["content"]);
        }
    }
    for (name, answer) in CONTRACT.document["components"]["responses"].as_object().expect("shared answers") {
        of(format!("/components/responses/{name}"), &answer["content"]);
    }
    all
}

#[test]
fn every_example_is_what_its_schema_says() {
    let examples = examples();
    assert!(examples.len() > 100, "{}", examples.len());
    let faults: Vec<String> = examples
        .iter()
        .filter_map(|(schema, name, value)| Some(format!("{schema} {name}: {}", CONTRACT.fault(schema, value)?)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The judge itself: what lacks a part, or has a time that is none, is found.
    let me = "/components/schemas/Me";
    assert!(CONTRACT.fault(me, &json!({"person": 3})).is_some());
    let presence = "/components/schemas/Presence";
    assert!(
        CONTRACT.fault(presence, &json!({"server_time": "yesterday", "lease_until": "2026-10-01T18:00:00Z"})).is_some()
    );
}

/// The examples of requests are understood by the server, whatever it then thinks of them.
#[tokio::test]
async fn every_example_of_a_request_is_understood() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let mut asked = 0;
    for (method, path, operation) in CONTRACT.operations() {
        let Some(examples) = operation["requestBody"]["content"]["application/json"]["examples"].as_object() else {
            continue;
        };
        for (name, one) in examples {
            let mut address = path.replace("{n}", "0");
            while let Some((before, rest)) = address.split_once('{') {
                let after = rest.split_once('}').expect("closed").1;
                let integer = before.ends_with("campaigns/");
                address = format!("{before}{}{after}", if integer { "1".to_owned() } else { app.fresh().to_string() });
            }
            let who = (path != "/api/v1/join").then_some(&admin);
            let asked_by = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
            let reply = app.call(who, asked_by, &address, Some(one["value"].clone())).await;
            let misread = reply.body["detail"] == "the body is not what is asked for here";
            assert!(!misread && reply.status.as_u16() != 405, "{method} {path} {name}: {reply:?}");
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
    app.close().await;
}
