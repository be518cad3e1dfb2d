//! A conversation, as lines.

use super::layers::told;
use super::voice::Voice;
use crate::console::core::texter::view::{
    EARLIER_RECEIVED, EARLIER_SENT, ItemState, PersonView, ThreadItem, ThreadView,
};
use crate::console::words::{delivery_key, language_name, reason_key, stopped};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::message::{Delivery, Direction};
use crate::domain::safe_text::safe_line;

/// What must be known before anything is written.
pub(super) fn state(voice: &Voice, thread: &ThreadView, wrong_number: bool) -> Option<String> {
    match &thread.opt_out {
        OptOut::Possible { words } => Some(voice.text("ui-frozen", "words", &safe_line(words))),
        OptOut::Yes { by_word: true } => Some(voice.word("ui-opted-out-by-word")),
        OptOut::Yes { by_word: false } => Some(voice.word("ui-opted-out")),
        OptOut::No if wrong_number => Some(voice.word("ui-wrong-number")),
        OptOut::No if thread.status == Status::Closed => Some(voice.word("ui-conversation-closed")),
        OptOut::No => None,
    }
}

/// What is known of the person, in one line; `told`: the same was told of the one before.
pub(super) fn known(voice: &Voice, thread: &ThreadView, told: impl Fn(&str, &str) -> bool) -> Option<String> {
    let mut facts: Vec<String> = Vec::new();
    if let Some((from, to)) = thread.local_time {
        facts.push(super::beside::time_there(voice, from, to));
    }
    let named = thread.details.iter().filter(|(name, value)| !told(name, value)).chain(&thread.answers);
    facts.extend(named.map(|(name, value)| format!("{}: {}", voice.field(name), safe_line(value))));
    facts.extend(thread.tags.iter().map(|tag| voice.say(tag)));
    if !thread.note.trim().is_empty() {
        facts.push(safe_line(&thread.note));
    }
    (!facts.is_empty()).then(|| facts.iter().map(|fact| stopped(fact)).collect::<Vec<_>>().join(" "))
}

/// All that is known of a person.
pub(super) fn person(voice: &Voice, person: &PersonView) -> Vec<String> {
    let mut lines = vec![format!("{}: {}.", voice.word("ui-person-title"), voice.name(&person.name))];
    lines.extend(person.local_time.map(|(from, to)| stopped(&super::beside::time_there(voice, from, to))));
    let mut add = |key: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{}: {value}", voice.word(key)));
        }
    };
    add(
        "ui-person-language",
        person.language.as_ref().map_or_else(String::new, |code| language_name(|key| voice.word(key), code)),
    );
    add("ui-person-tags", person.tags.iter().map(|tag| voice.say(tag)).collect::<Vec<_>>().join(", "));
    add("ui-person-snoozed", person.snoozed_until.map(|at| voice.time(at)).unwrap_or_default());
    add("ui-person-note", safe_line(&person.note));
    let facts = person.fields.iter().chain(&person.answers);
    lines.extend(facts.map(|(name, value)| format!("{}: {}", voice.field(name), safe_line(value))));
    lines
}

/// One item: who, when, what. `heard`: these words were printed whole before.
pub(super) fn item(voice: &Voice, name: &str, item: &ThreadItem, heard: bool) -> Vec<String> {
    match item {
        ThreadItem::Message { held_back: true, at, .. } => {
            vec![format!("{name}, {}: {}", voice.time(*at), voice.word("ui-held-back-text"))]
        }
        ThreadItem::Message {
            direction, body, pictures, at, state, error, author, mine, system, off_script, ..
        } => {
            let who = match (direction, author) {
                (Direction::Inbound, _) => name.to_owned(),
                _ if *system => voice.word("ui-system"),
                _ if *mine => voice.word("ui-you"),
                (_, Some(author)) => safe_line(author),
                _ => voice.word("ui-campaign"),
            };
            let mut head = format!("{who}, {}", voice.time(*at));
            if *off_script {
                head.push_str(&format!(", {}", voice.word("ui-changed-words")));
            }
            if *direction == Direction::Outbound
                && let Some(state) = trouble(voice, state, error.as_deref())
            {
                head.push_str(&format!(", {state}"));
            }
            said(&head, &voice.with_pictures(body, *pictures), heard.then(|| voice.word("plain-first-text")), voice)
        }
        ThreadItem::Note { what, who, detail, at } if [EARLIER_SENT, EARLIER_RECEIVED].contains(what) => {
            let who = if who.is_empty() && *what == EARLIER_RECEIVED { name } else { who };
            let head = [voice.word(what), who.to_owned(), voice.time(*at)];
            let head: Vec<String> = head.into_iter().filter(|part| !part.is_empty()).collect();
            said(&head.join(", "), &voice.preview(detail), None, voice)
        }
        ThreadItem::Note { what, who, detail, at } => {
            let mut facts = vec![voice.word(what)];
            // Who took a conversation over is both who did it and whose it is.
            let who = if who == detail { String::new() } else { safe_line(who) };
            let detail = voice.note_detail(what, detail, *at);
            facts.extend([detail, who].into_iter().filter(|part| !part.is_empty()));
            facts.push(voice.time(*at));
            vec![stopped(&voice.text("plain-act", "what", &facts.join(", ")))]
        }
    }
}

/// A head and its words, or what stands for them.
fn said(head: &str, body: &str, instead: Option<String>, voice: &Voice) -> Vec<String> {
    match instead {
        Some(words) => vec![format!("{head}: {words}")],
        None => told(voice, &format!("{head}:"), body),
    }
}

/// Where a text of ours stands, when that is not as it should be.
fn trouble(voice: &Voice, state: &ItemState, error: Option<&str>) -> Option<String> {
    let word = match state {
        ItemState::Confirmed => return None,
        ItemState::Leaving => voice.word("ui-delivery-leaving"),
        ItemState::Unknown => voice.word("ui-delivery-unknown"),
        ItemState::Refused(why) => format!("{}: {}", voice.word("ui-delivery-refused"), voice.say(why)),
        ItemState::Server(Delivery::Failed | Delivery::Unknown | Delivery::Held | Delivery::Dropped) => {
            let ItemState::Server(delivery) = state else { return None };
            voice.word(delivery_key(*delivery))
        }
        ItemState::Server(_) => return None,
    };
    Some(match error {
        Some(error) => {
            let why = reason_key(error).map_or_else(|| safe_line(error), |key| voice.word(key));
            format!("{word} ({why})")
        }
        None => word,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::i18n::Catalogue;

    #[test]
    fn who_took_a_conversation_over_is_named_once() {
        let voice = Voice::new(Arc::new(Catalogue::spanish()), TimeZone::UTC);
        let note = |who: &str| ThreadItem::Note {
            what: "note-assigned",
            who: who.into(),
            detail: "Luis".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        for (who, times) in [("Luis", 1), ("", 1)] {
            let line = item(&voice, "Ana", &note(who), false).join(" ");
            assert_eq!(line.matches("Luis").count(), times, "{line}");
        }
        let line = item(&voice, "Ana", &note("Kim"), false).join(" ");
        assert!(line.contains("Luis, Kim"), "{line}");
    }
}
