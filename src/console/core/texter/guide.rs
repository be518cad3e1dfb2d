//! What there is to read while texting: the captains' note, the campaign's guide, its events, the script's questions and the canned
//! replies, narrowed to what has the words that are typed. Reading it changes nothing.

use std::collections::BTreeMap;

use super::model::Model;
use crate::console::core::shared::say::Say;
use crate::domain::campaign::in_language;
use crate::domain::event_fields;
use crate::domain::plain_text::searchable;
use crate::domain::safe_text::{safe_body, safe_line};

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuidePart {
    /// What it is; several paragraphs of one text have the same.
    pub head: Say,
    /// Its words; line breaks are kept.
    pub text: String,
}

impl Model {
    /// All parts in which each typed word stands somewhere, accents and capitals aside; all of them while nothing is typed.
    #[must_use]
    pub fn guide_parts(&self, query: &str) -> Vec<GuidePart> {
        let wanted = searchable(query);
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        let has = |title: &str, text: &str| {
            let all = searchable(&format!("{title} {text}"));
            wanted.iter().all(|word| all.contains(word))
        };
        self.all_parts().into_iter().filter(|(part, title)| has(title, &part.text)).map(|(part, _)| part).collect()
    }

    /// Every part, with the words of its heading that can be looked for.
    fn all_parts(&self) -> Vec<(GuidePart, String)> {
        let Some(campaign) = &self.campaign else { return Vec::new() };
        let def = &campaign.def;
        let language = self.at_hand().and_then(|contact| self.people.body(contact)?.language.as_deref());
        let language = language.unwrap_or(&def.language);
        let mut parts = Vec::new();
        let mut add = |head: Say, title: String, text: String| {
            if !text.trim().is_empty() {
                parts.push((GuidePart { head, text }, title));
            }
        };
        if let Some(note) = &campaign.note {
            let who = safe_line(&note.who);
            add(Say::new("guide-note").with("who", who.clone()), who, safe_body(note.text.trim()));
        }
        for paragraph in paragraphs(&safe_body(def.guide.trim())) {
            add(Say::new("guide-words"), String::new(), paragraph);
        }
        for event in &def.events {
            let title = safe_line(&event.title);
            let mut told = BTreeMap::new();
            event_fields::fill(&mut told, std::slice::from_ref(event), language);
            let told =
                ["when", "place", "address"].map(|what| told.remove(&format!("event.{what}")).unwrap_or_default());
            let told = told.iter().map(|line| safe_line(line)).filter(|line| !line.is_empty()).collect::<Vec<_>>();
            add(Say::new("guide-event").with("title", title.clone()), title, told.join("\n"));
        }
        for (place, question) in def.questions.iter().enumerate() {
            let answers = question.answers.iter().enumerate();
            let answers: Vec<String> =
                answers.map(|(n, answer)| format!("{} {}", n + 1, safe_line(&answer.value))).collect();
            let text = format!("{}\n{}", safe_line(&question.text), answers.join("\n"));
            add(Say::new("guide-question").with("n", place + 1), String::new(), text);
        }
        let replies = def.canned.iter().filter(|canned| !self.takes_canned(&canned.id));
        for canned in replies {
            let title = safe_line(&canned.title);
            let filled = self.at_hand().and_then(|contact| self.script_text(contact, &canned.text).ok());
            let text = filled.or_else(|| in_language(&canned.text, language, &def.language).map(str::to_owned));
            add(Say::new("guide-canned").with("title", title.clone()), title, safe_body(&text.unwrap_or_default()));
        }
        parts
    }
}

/// The paragraphs of a text: what empty lines part.
fn paragraphs(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in text.lines() {
        let last = found.len() - 1;
        if line.trim().is_empty() {
            found.push(String::new());
        } else {
            if !found[last].is_empty() {
                found[last].push('\n');
            }
            found[last].push_str(line);
        }
    }
    found.retain(|paragraph| !paragraph.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn empty_lines_part_paragraphs() {
        assert_eq!(paragraphs("a\nb\n\n \nc\n"), ["a\nb", "c"]);
        assert!(paragraphs("\n").is_empty());
    }
}
