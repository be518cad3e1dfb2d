//! The contract, told by the server itself: what the routes say, and what is the same for all of them: refusals
//! (`refusals`), examples (`assets/openapi/examples.json`), bounds of numbers.

mod examples;
mod refusals;

use std::sync::LazyLock;

use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi.components.get_or_insert_default().add_security_scheme("session", scheme);
    }
}

/// What stands above the routes; the routes add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "textbank",
        description = "Peer-to-peer texting for political campaigns. Commands are idempotent by the id in their path; refusals are \
                       problem documents (RFC 9457) with a stable code. Times are RFC 3339, UTC; ids of acts are UUIDv7 minted by the client, \
                       other ids integers. Fields and events that a reader does not know are to be ignored: later servers may tell more."
    ),
    tags(
        (name = "people", description = "Joining, the own sign-in, rules of conduct"),
        (name = "campaigns", description = "Campaigns and their feed"),
        (name = "texting", description = "Slices, texts, acts and their verdicts"),
        (name = "captain", description = "What a captain watches and decides on"),
        (name = "admin", description = "Imports, join links, sign-ins, people, audit, results, ledger"),
        (name = "health", description = "For probes")
    ),
    modifiers(&Bearer),
    components(schemas(crate::api::event::Event))
)]
pub struct Head;

/// The whole document.
#[must_use]
pub fn value() -> Value {
    let mut document = serde_json::to_value(super::routes::openapi()).unwrap_or_default();
    for operation in operations(&mut document) {
        described(operation);
        clocks(operation);
    }
    refusals::tell(&mut document);
    examples::show(&mut document);
    let schemas = &mut document["components"]["schemas"];
    schemas["Phone"]["pattern"] = json!(r"^\+[0-9]{8,15}$");
    schemas["Zones"]["minItems"] = json!(1);
    bounded(&mut document);
    document
}

/// The whole document as it is served: made when somebody first asks for it, not at each start.
pub(super) fn served() -> &'static str {
    static SERVED: LazyLock<String> = LazyLock::new(|| value().to_string());
    &SERVED
}

/// The whole document as pretty JSON, as kept in `docs/openapi.json`.
#[must_use]
pub fn document() -> String {
    let mut text = serde_json::to_string_pretty(&value()).unwrap_or_default();
    text.push('\n');
    text
}

/// Every operation, in the document's order.
fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(serde_json::Map::values_mut)
}

/// Doc comments of one paragraph are summary and description in one: the first sentence is the summary.
fn described(operation: &mut Value) {
    let words = |key: &str| operation[key].as_str().unwrap_or_default().replace('\n', " ");
    let (summary, more) = (words("summary"), words("description"));
    let first = summary.split_once(". ").map_or(summary.as_str(), |(first, _)| first);
    let first = first.trim_end_matches('.').to_owned();
    operation["description"] = json!(format!("{summary} {more}").trim());
    for answer in operation["responses"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        if answer["description"].as_str().is_none_or(str::is_empty) {
            answer["description"] = json!(first);
        }
    }
    operation["summary"] = json!(first);
}

/// Every answer has these headers.
fn clocks(operation: &mut Value) {
    for answer in operation["responses"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        answer["headers"] = refusals::headers();
    }
}

/// Integers with the bounds of what the server reads them into; what has narrower ones keeps them.
fn bounded(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(bounded),
        Value::Object(all) => {
            let unsigned = all.get("minimum").and_then(Value::as_i64).is_some_and(|least| least >= 0);
            let (format, least, most) = match (all.get("format").and_then(Value::as_str), unsigned) {
                (Some("int64"), false) => ("int64", json!(i64::MIN), json!(i64::MAX)),
                (Some("int64"), true) => ("uint64", json!(0), json!(u64::MAX)),
                (Some("int32"), false) => ("int32", json!(i32::MIN), json!(i32::MAX)),
                (Some("int32"), true) => ("uint32", json!(0), json!(u32::MAX)),
                _ => return all.values_mut().for_each(bounded),
            };
            all.insert("format".into(), json!(format));
            all.entry("minimum").or_insert(least);
            all.entry("maximum").or_insert(most);
        }
        _ => {}
    }
}
