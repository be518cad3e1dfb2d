//! The document of the contract as a judge: every answer that a test gets from the router is held against it, so that no
//! status, code or field goes out of which the document does not tell.

use std::cell::RefCell;
use std::sync::LazyLock;

use axum::http::{HeaderMap, Method, StatusCode, header};
use boon::{Compiler, Draft, Schemas};
use serde_json::Value;
use textbank::server::openapi;

const AT: &str = "https://textbank.invalid/openapi.json";

/// The document.
pub struct Contract {
    pub document: Value,
}

pub static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract { document: openapi::value() });

thread_local! {
    /// Its schemas, as they were asked for so far. A compiler stays in its thread.
    static KNOWN: RefCell<(Compiler, Schemas)> = RefCell::new({
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(AT, CONTRACT.document.clone()).expect("a document");
        (compiler, Schemas::new())
    });
}

impl Contract {
    /// What is wrong with a value by the schema at this place of the document (`/components/schemas/Me`).
    pub fn fault(&self, pointer: &str, value: &Value) -> Option<String> {
        let at = format!("{AT}#{}", pointer.replace('{', "%7B").replace('}', "%7D"));
        KNOWN.with_borrow_mut(|(compiler, schemas)| {
            let index = compiler.compile(&at, schemas).unwrap_or_else(|error| panic!("{pointer}: {error:#}"));
            schemas.validate(value, index).err().map(|error| format!("{error:#}"))
        })
    }

    /// Every operation: method, path, and what is said of it.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.document["paths"].as_object().expect("paths");
        paths.iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods");
            methods.iter().map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
        })
    }

    /// Where what is said of an answer stands; through a reference to what is said of several.
    pub fn answer(&self, method: &str, path: &str, status: &str) -> Option<String> {
        let at = format!("/paths/{}/{method}/responses/{status}", escaped(path));
        let said = self.document.pointer(&at)?;
        Some(said["$ref"].as_str().map_or(at, |shared| shared.trim_start_matches('#').to_owned()))
    }

    /// Holds one answer against what is said of it. Addresses that are not in the document are not its business.
    pub fn hold(&self, method: &Method, uri: &str, status: StatusCode, headers: &HeaderMap, body: &Value) {
        let path = uri.split('?').next().expect("a first part");
        let method = method.as_str().to_ascii_lowercase();
        let fits = |template: &str| {
            let (ours, theirs) = (template.split('/'), path.split('/'));
            ours.clone().count() == theirs.clone().count()
                && ours.zip(theirs).all(|(ours, theirs)| ours.starts_with('{') || ours == theirs)
        };
        let fitting = self.operations().filter(|(other, template, _)| *other == method && fits(template));
        // Where a fixed part and a free one both fit, the fixed one is meant.
        let Some((method, template, _)) = fitting.min_by_key(|(_, template, _)| template.matches('{').count()) else {
            return;
        };
        let place = self.answer(method, template, status.as_str()).unwrap_or_else(|| {
            panic!("{method} {template} answers {status}, which its document does not tell: {body}")
        });
        let said = self.document.pointer(&place).expect("said");
        for name in said["headers"].as_object().expect("headers").keys() {
            let optional = matches!(name.as_str(), "retry-after");
            assert!(optional || headers.contains_key(name), "{method} {template} {status} has no {name}");
        }
        let Some(content) = said["content"].as_object() else {
            assert_eq!(*body, Value::Null, "{method} {template} {status}");
            return;
        };
        let kind = headers[header::CONTENT_TYPE].to_str().expect("text");
        assert!(content.contains_key(kind), "{method} {template} {status} is {kind}");
        if let Some(fault) = self.fault(&format!("{place}/content/{}/schema", escaped(kind)), body) {
            panic!("{method} {template} {status} is not what its document says: {fault}\n{body}");
        }
    }
}

/// A key as it stands in a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// An answer to `GET /api/v1/me` as no server gives it.
fn strange(status: u16, code: &str) {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/problem+json"),
        ("x-request-id", "019a2b6e-7c00-7a11-8b22-3c33d44e55f6"),
        ("textbank-time", "2026-10-01T18:00:00Z"),
    ] {
        headers.insert(name, value.parse().expect("a value"));
    }
    let body = serde_json::json!({"status": status, "code": code, "detail": "x"});
    let status = StatusCode::from_u16(status).expect("a status");
    CONTRACT.hold(&Method::GET, "/api/v1/me?x", status, &headers, &body);
}

#[test]
#[should_panic(expected = "which its document does not tell")]
fn a_status_that_is_not_told_is_found() {
    strange(409, "already_sent");
}

#[test]
#[should_panic(expected = "is not what its document says")]
fn a_code_that_is_not_told_is_found() {
    strange(503, "paused");
}

#[test]
fn what_is_told_passes() {
    strange(503, "unavailable");
}
