//! Examples of requests and answers, by operation. A test holds each against its schema.

use serde_json::{Map, Value, json};

/// `{operation: {"request": {name: body}, "answer": {name: body}}}`
const EXAMPLES: &str = include_str!("../../../assets/openapi/examples.json");

/// Puts the examples where they belong.
pub(super) fn show(document: &mut Value) {
    let all: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for operation in super::operations(document) {
        let of = &all[operation["operationId"].as_str().unwrap_or_default()];
        if let Some(content) = operation.pointer_mut("/requestBody/content") {
            put(content, &of["request"]);
        }
        let answers = operation["responses"].as_object_mut().into_iter().flatten();
        for (_, answer) in answers.filter(|(status, _)| status.starts_with('2')) {
            if let Some(content) = answer.get_mut("content") {
                put(content, &of["answer"]);
            }
        }
        for one in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if one["in"] == "path" {
                one["example"] = match (one["schema"]["type"].as_str(), one["schema"]["format"].as_str()) {
                    (Some("integer"), _) => json!(7),
                    (_, Some("uuid")) => json!("019a2b6e-7c00-7a11-8b22-3c33d44e55f6"),
                    _ => json!("5feceb66ffc86f38d952786c6d696c79"),
                };
            }
        }
    }
}

fn put(content: &mut Value, named: &Value) {
    let Some(named) = named.as_object() else { return };
    let examples: Map<String, Value> =
        named.iter().map(|(name, value)| (name.clone(), json!({"value": value}))).collect();
    for kind in content.as_object_mut().into_iter().flat_map(Map::values_mut) {
        kind["examples"] = Value::Object(examples.clone());
    }
}
