//! The scorecard, from the director's lines: `{"lines": [{"key", "numbers": {..}, "texts": {..}}]}`.

use serde_json::Value as Json;

use super::ink::Ink;
use super::overlay::{self, Line};
use super::theme::Role;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// The card's lines in `width` columns.
pub(super) fn lines(ink: Ink<'_>, score: &Json, width: u16) -> Vec<Line> {
    let mut out = Vec::new();
    for line in score.get("lines").and_then(Json::as_array).into_iter().flatten() {
        let Some(key) = line.get("key").and_then(Json::as_str) else { continue };
        let mut args: Vec<(&str, Value)> = Vec::new();
        for (name, value) in line.get("numbers").and_then(Json::as_object).into_iter().flatten() {
            args.push((name, Value::Number(value.as_i64().unwrap_or(0))));
        }
        for (name, value) in line.get("texts").and_then(Json::as_object).into_iter().flatten() {
            args.push((name, Value::Text(safe_line(value.as_str().unwrap_or_default()))));
        }
        let heading = matches!(key, "score-title" | "score-well" | "score-next-time");
        let role = match key {
            _ if heading => Role::Title,
            "score-unwelcome" => Role::Warn,
            "score-private" => Role::Faint,
            _ => Role::Text,
        };
        if heading && !out.is_empty() {
            out.push(Line::default());
        }
        out.extend(overlay::wrapped(&ink.words.say(key, &args), width, role));
    }
    out
}
