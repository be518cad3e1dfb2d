//! The scorecard.

use serde_json::Value as Json;

use super::ink::Ink;
use super::overlay::{self, Line};
use super::theme::Role;
use crate::console::words::score as score_of;

/// The card's lines in `width` columns.
pub(super) fn lines(ink: Ink<'_>, score: &Json, width: u16) -> Vec<Line> {
    let mut out = Vec::new();
    for (key, sentence) in score_of(ink.words, score) {
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
        out.extend(overlay::wrapped(&sentence, width, role));
    }
    out
}
