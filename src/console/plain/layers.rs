//! What lies over the pages, as lines: help, lists to choose from, questions, the log, the outbox, the score.

use super::command::own_word;
use super::talk;
use super::voice::{Voice, number};
use crate::console::core::shared::notice::Notices;
use crate::console::core::texter::outbox::{OutboxRow, Standing};
use crate::console::core::texter::view::{ChoiceRow, OverlayView, StepState};
use crate::console::keymap::action::Category;
use crate::console::keymap::context::Context;
use crate::console::keymap::map::HelpRow;
use crate::console::words::stopped;
use crate::domain::safe_text::{safe_body, safe_line};

/// So many names are told to somebody who has typed nothing of one yet.
const FEW: usize = 9;

/// How a layer is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Read, and gone.
    Read,
    /// Read, and left by a word: what comes after it is the end.
    Stay,
    /// By the one word that goes on.
    Begin,
    /// By the number of a row.
    Choose,
    /// By the number of a row, or words to look for.
    Search,
    /// By what is typed.
    Ask,
    /// By what is typed, and when that was understood by a word for how.
    Check(bool),
}

/// A layer as lines.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub manner: Manner,
    /// With the rows, numbered from 1.
    pub lines: Vec<String>,
    /// How many rows there are to choose from.
    pub rows: usize,
}

/// The layer as lines.
pub(super) fn layer(voice: &Voice, notices: &Notices, view: &OverlayView) -> Layer {
    let read = |lines| Layer { manner: Manner::Read, lines, rows: 0 };
    match view {
        OverlayView::Help { from, groups, .. } => read(help(voice, *from, groups)),
        OverlayView::Messages { .. } => read(messages(voice, notices)),
        OverlayView::Outbox { head, rows, now, .. } => {
            let mut lines = vec![voice.word("outbox-title")];
            lines.extend(head.iter().map(|say| voice.say(say)));
            lines.extend(rows.iter().map(|row| outbox_row(voice, row, *now)));
            read(lines)
        }
        OverlayView::Score { score, .. } => {
            let mut lines = voice.score(score);
            if lines.is_empty() {
                lines.push(voice.word("ui-score-waiting"));
            }
            Layer { manner: Manner::Stay, lines, rows: 0 }
        }
        OverlayView::Palette { query, rows, .. } => {
            let row = |(action, key): &(crate::console::keymap::Action, Option<String>)| {
                let label = voice.word(action.label_key());
                key.as_ref().map_or(label.clone(), |key| format!("{label} ({key})"))
            };
            search(voice, "ui-palette-title", query, rows.iter().map(row))
        }
        OverlayView::Canned { query, rows, .. } => {
            let row = |row: &ChoiceRow| match row.text.is_empty() {
                true => format!("{} {}.", stopped(&choice(voice, row)), voice.word("ui-canned-unfilled")),
                false => choice(voice, row),
            };
            search(voice, "ui-canned-title", query, rows.iter().map(row))
        }
        // Of whom nothing is known yet: forty names are not read out to somebody who is about to type one.
        OverlayView::Search { query, rows, .. } if query.trim().is_empty() && rows.len() > FEW => {
            let counted = voice.counted("plain-search-all", "n", rows.len());
            Layer { manner: Manner::Search, lines: vec![voice.word("ui-search-title"), counted], rows: 0 }
        }
        OverlayView::Search { query, rows, .. } => {
            search(voice, "ui-search-title", query, rows.iter().map(|row| choice(voice, row)))
        }
        OverlayView::Guide { query, parts, .. } => {
            let title = voice.word("ui-guide-title");
            let mut lines =
                vec![if query.trim().is_empty() { title } else { format!("{title}: {}", safe_line(query)) }];
            if parts.is_empty() {
                lines.push(voice.word("ui-none-found"));
            }
            for part in parts {
                lines.extend(told(voice, &format!("{}:", voice.say(&part.head)), &part.text));
            }
            Layer { manner: Manner::Search, lines, rows: 0 }
        }
        OverlayView::Answers { question, place, rows, .. } => {
            let args = [("n", number(place.0)), ("of", number(place.1))];
            let mut lines = vec![format!("{}: {question}", voice.with("ui-answers-title", &args))];
            lines.extend(numbered(rows.iter().map(|row| choice(voice, row))));
            Layer { manner: Manner::Choose, lines, rows: rows.len() }
        }
        OverlayView::Script { steps, rows, .. } => {
            let mut lines = vec![voice.word("ui-script-title")];
            for step in steps {
                lines.push(match &step.state {
                    StepState::Recorded(value) => {
                        format!("{} {}: {value}.", step.text, voice.word("ui-answers-recorded"))
                    }
                    StepState::Now => format!("{} ({})", step.text, voice.word("ui-script-now")),
                    StepState::Later => format!("{} ({})", step.text, voice.word("ui-script-later")),
                });
                if step.open {
                    lines.extend(numbered(rows.iter().map(|row| choice(voice, row))));
                }
            }
            Layer { manner: Manner::Choose, lines, rows: rows.len() }
        }
        OverlayView::Person { person, .. } => read(talk::person(voice, person)),
        OverlayView::Pick { title, rows, .. } => {
            let mut lines = vec![voice.say(title)];
            lines.extend(numbered(rows.iter().map(|row| {
                let text = choice(voice, &ChoiceRow { chosen: false, ..row.clone() });
                if row.chosen { format!("{text} ({})", voice.word("ui-picked")) } else { text }
            })));
            Layer { manner: Manner::Choose, lines, rows: rows.len() }
        }
        OverlayView::Ask { title, lines, understood, .. } => {
            let lines = std::iter::once(title).chain(lines).map(|say| voice.say(say)).collect();
            let manner = understood.map_or(Manner::Ask, Manner::Check);
            Layer { manner, lines, rows: 0 }
        }
        OverlayView::Talks { title, lines, rows, .. } => {
            let mut all: Vec<String> = std::iter::once(title).chain(lines).map(|say| voice.say(say)).collect();
            all.extend(numbered(rows.iter().map(|row| {
                let mut words: Vec<String> = row.says.iter().map(|say| voice.say(say)).collect();
                words.extend(row.marked.then(|| voice.word("plain-marked")));
                words.join(", ")
            })));
            Layer { manner: Manner::Choose, lines: all, rows: rows.len() }
        }
        OverlayView::Talk { title, lines, .. } => {
            read(std::iter::once(title).chain(lines).map(|say| voice.say(say)).collect())
        }
        OverlayView::Begin { title, lines } => {
            let lines = std::iter::once(title).chain(lines).map(|say| voice.say(say)).collect();
            Layer { manner: Manner::Begin, lines, rows: 0 }
        }
        OverlayView::Confirm { title, lines, choices, .. } => {
            let mut all: Vec<String> = std::iter::once(title).chain(lines).map(|say| voice.say(say)).collect();
            all.extend(numbered(choices.iter().map(|(say, key)| match key {
                Some(key) => format!("{} ({key})", voice.say(say)),
                None => voice.say(say),
            })));
            Layer { manner: Manner::Choose, lines: all, rows: choices.len() }
        }
    }
}

fn numbered(rows: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    rows.enumerate().map(|(place, row)| format!("{}: {row}", place + 1))
}

fn search(voice: &Voice, title: &str, query: &str, rows: impl ExactSizeIterator<Item = String>) -> Layer {
    let count = rows.len();
    let title = voice.word(title);
    let mut lines = vec![if query.trim().is_empty() { title } else { format!("{title}: {}", safe_line(query)) }];
    if count == 0 {
        lines.push(voice.word("ui-none-found"));
    }
    lines.extend(numbered(rows));
    Layer { manner: Manner::Search, lines, rows: count }
}

/// The title, what would be said, whether it is recorded.
fn choice(voice: &Voice, row: &ChoiceRow) -> String {
    let mut text = row.say.as_ref().map_or_else(|| row.title.clone(), |say| voice.say(say));
    if row.chosen {
        text.push_str(&format!(" ({})", voice.word("ui-answers-recorded")));
    }
    if !row.text.is_empty() {
        text = format!("{} {}", stopped(&text), safe_line(&row.text));
    }
    text
}

/// Every key of every action, by group: what works here first.
fn help(voice: &Voice, from: Context, groups: &[(Category, Vec<HelpRow>)]) -> Vec<String> {
    let mut lines = vec![voice.text("plain-table", "place", &voice.word(from.title_key()))];
    for here in [true, false] {
        if !here {
            lines.push(voice.word("ui-help-elsewhere"));
        }
        for (category, rows) in groups {
            let mut title = Some(voice.word(category.title_key()));
            for row in rows.iter().filter(|row| row.here == here) {
                lines.extend(title.take());
                // What cannot be typed on a line, or does something else there, is no key here.
                let own = own_word(row.action, voice);
                let mut keys: Vec<&str> = own.as_deref().into_iter().collect();
                for (_, key) in &row.keys {
                    let of_the_screen = own.is_some() && matches!(key.as_str(), "enter" | "space" | "tab" | "esc");
                    if !of_the_screen && !keys.contains(&key.as_str()) {
                        keys.push(key);
                    }
                }
                let keys = if keys.is_empty() { voice.word("ui-help-unbound") } else { keys.join(", ") };
                lines.push(format!("{}: {keys} ({})", voice.word(row.action.label_key()), row.action.name()));
            }
        }
    }
    lines
}

fn messages(voice: &Voice, notices: &Notices) -> Vec<String> {
    let mut lines = vec![voice.word("ui-messages-title")];
    lines.extend(notices.newest_first().map(|notice| {
        let time = notice.at.map(|at| format!("{}: ", voice.time(at))).unwrap_or_default();
        format!("{time}{}", voice.notice(notice))
    }));
    if notices.is_empty() {
        lines.push(voice.word("ui-messages-empty"));
    }
    lines
}

fn outbox_row(voice: &Voice, row: &OutboxRow, now: Option<jiff::Timestamp>) -> String {
    let (word, why) = match &row.standing {
        Standing::Waiting => ("outbox-waiting", None),
        Standing::Unknown => ("outbox-unknown", None),
        Standing::Parked(why) => ("outbox-parked", Some(why)),
        Standing::Refused(why) => ("outbox-refused", Some(why)),
    };
    let mut text = String::new();
    if !row.name.is_empty() {
        text.push_str(&format!("{}, ", safe_line(&row.name)));
    }
    text.push_str(&format!("{}, {}: {}.", voice.say(&row.kind), voice.age(row.at, now), voice.word(word)));
    for say in why.into_iter().chain([&row.todo]) {
        text.push_str(&format!(" {}", voice.say(say)));
    }
    text
}

/// A text behind its head, which says whose it is. Every further line says that it is one: whatever a stranger writes, no line
/// of theirs can be taken for one of ours.
pub(super) fn told(voice: &Voice, head: &str, text: &str) -> Vec<String> {
    let text = safe_body(text);
    let mut lines = text.lines();
    let first = lines.next().map_or_else(|| voice.word("ui-no-words"), str::to_owned);
    let next = lines.map(|line| match line.trim() {
        "" => voice.word("plain-empty-line"),
        _ => voice.text("plain-next-line", "text", line),
    });
    std::iter::once(format!("{head} {first}")).chain(next).collect()
}
