//! The open conversation and its composer.

use jiff::Timestamp;

use super::{ComposerView, ItemState, Sendable, ThreadItem, ThreadView};
use crate::api::message::{SendRequest, ThreadEntry};
use crate::console::core::shared::msg::LinkState;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::acts::Stage;
use crate::console::core::texter::help_out::plainer;
use crate::console::core::texter::model::{Focus, Model};
use crate::console::core::texter::pick::tag_word;
use crate::console::core::texter::threads::Loaded;
use crate::domain::conversation::OptOut;
use crate::domain::ids::ContactId;
use crate::domain::message::{Direction, MessageKind};
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::segment::measure;

impl Model {
    /// The open conversation, all of it.
    #[must_use]
    pub fn thread_view(&self) -> Option<ThreadView> {
        self.thread_part(usize::MAX)
    }

    /// The open conversation, of its items so many as can be in sight in `rows` lines of a screen: a long conversation
    /// costs a frame no more than a short one.
    #[must_use]
    pub fn thread_part(&self, rows: usize) -> Option<ThreadView> {
        let open = self.open.as_ref()?;
        let line = self.people.line(open.contact)?;
        let body = self.people.body(open.contact);
        let thread = self.threads.get(open.contact);
        let entries = thread.map(Loaded::entries).unwrap_or_default();
        let own = self.on_their_way(open.contact, thread);
        let all = entries.len() + own.len();
        let end = all.saturating_sub(open.hidden_below);
        // No item takes less than two lines; two more of them make sure that it shows where something is cut off.
        let most = (rows / 2).saturating_add(2);
        let first = end.saturating_sub(most);
        let at = |place: usize| match entries.get(place) {
            Some(entry) => Some(self.item(open.contact, entry)),
            None => own.get(place - entries.len()).cloned(),
        };
        let items: Vec<ThreadItem> = (first..end).filter_map(at).collect();
        let below = (end..all.min(end.saturating_add(most))).filter_map(at).collect();
        let settled = entries.len().saturating_sub(first);
        let questions = self.campaign.as_ref().map(|campaign| campaign.def.questions.as_slice()).unwrap_or_default();
        let answers = questions.iter().filter_map(|question| {
            let value = body?.answers.get(&question.id)?;
            Some((safe_line(&question.text), safe_line(value)))
        });
        Some(ThreadView {
            contact: open.contact,
            name: line.first_name.clone(),
            details: self.details(open.contact),
            local_time: self.time_there(open.contact),
            status: line.status,
            opt_out: line.opt_out.clone(),
            frozen: match &line.opt_out {
                OptOut::Possible { words } => Some(safe_line(words)),
                _ => None,
            },
            answers: answers.collect(),
            tags: line.tags.iter().map(|tag| tag_word(tag)).collect(),
            language: self.other_language(open.contact),
            snoozed_until: line.snoozed_until,
            note: body.map(|body| safe_line(&body.note)).unwrap_or_default(),
            loading: thread.is_none().then(|| self.why_no_thread()),
            known: match &thread {
                None if !self.holds_back(open.contact, &line.preview) => safe_line(&line.preview),
                _ => String::new(),
            },
            more_before: thread.is_some_and(|thread| thread.more_before),
            settled: settled.min(items.len()),
            items,
            hidden_below: open.hidden_below,
            below,
            new_below: open.new_below,
            // Not while something is typed: all replies are looked through for them.
            suggestions: if self.focus == Focus::Composer { Vec::new() } else { self.suggestions() },
            took_over_from: self.took_over_from(),
            composer: self.may_compose().is_ok().then(|| self.composer_view()).flatten(),
        })
    }

    /// What somebody wrote last, on one line; none where nothing came after it, and where it is held back from sight.
    #[must_use]
    pub fn last_words(&self, contact: ContactId) -> Option<String> {
        let thread = self.threads.get(contact).filter(|thread| !thread.ends_with_theirs())?;
        let body = &thread.last_inbound()?.body;
        (!self.holds_back(contact, body)).then(|| safe_line(&safe_body(body))).filter(|words| !words.is_empty())
    }

    /// What I wrote to somebody and the conversation does not hold yet.
    fn on_their_way(&self, contact: ContactId, thread: Option<&Loaded>) -> Vec<ThreadItem> {
        let text = |request: &SendRequest, at, state| ThreadItem::Message {
            direction: Direction::Outbound,
            body: safe_body(&request.body),
            pictures: 0,
            at,
            state,
            error: None,
            author: None,
            mine: true,
            system: false,
            off_script: request.off_script && request.kind == MessageKind::Initial,
            held_back: false,
        };
        // By the campaign's clock, as everything in the conversation is.
        let theirs = |at: Timestamp| at.saturating_add(self.offset).unwrap_or(at);
        let mut items = Vec::new();
        for mine in self.acts.about(contact) {
            let Some(request) = mine.text().filter(|_| !thread.is_some_and(|thread| thread.has(mine.confirmed.id)))
            else {
                continue;
            };
            let state = match &mine.stage {
                Stage::Journaling | Stage::Waiting => ItemState::Confirmed,
                Stage::Unknown => ItemState::Unknown,
                Stage::Refused(problem) => ItemState::Refused(self.refusal_say(problem)),
            };
            items.push(text(request, theirs(mine.confirmed.at), state));
        }
        for mine in self.acts.about(contact).filter(|mine| self.acts.is_half_way(mine)) {
            let at = theirs(mine.confirmed.at);
            items.push(ThreadItem::Note { what: "note-half-way", who: String::new(), detail: String::new(), at });
        }
        if let Some((at, reason)) = self.cleared.get(&contact) {
            let (what, who) = ("note-draft-recalled", String::new());
            items.push(ThreadItem::Note { what, who, detail: reason.clone(), at: *at });
        }
        let leaving = self.in_window().iter().filter(|one| one.request.contact == contact);
        items.extend(leaving.map(|one| text(&one.request, theirs(one.at), ItemState::Leaving)));
        items
    }

    fn item(&self, contact: ContactId, entry: &ThreadEntry) -> ThreadItem {
        let mut shown = item(entry);
        if let ThreadItem::Message { direction: Direction::Inbound, body, held_back, .. } = &mut shown {
            *held_back = self.holds_back(contact, body);
        }
        shown
    }

    /// What is said in place of a conversation that is not here.
    pub(in crate::console::core::texter) fn why_no_thread(&self) -> Say {
        match self.link {
            LinkState::Online | LinkState::Connecting | LinkState::AskedToWait { .. } => {
                Say::new("texter-thread-loading")
            }
            LinkState::Offline { .. } => Say::new("texter-thread-offline"),
            LinkState::SignedOut { .. } => Say::new("texter-thread-signed-out"),
        }
    }

    fn composer_view(&self) -> Option<ComposerView> {
        let open = self.open.as_ref()?;
        let text = open.editor.text().to_owned();
        let state = if self.acts.busy().is_some() {
            Sendable::Journaling
        } else if open.editor.is_blank() {
            Sendable::Empty
        } else if let Some(why) = self.reply_block() {
            Sendable::Blocked(why)
        } else if self.focus == Focus::Composer && self.overlays.is_empty() {
            Sendable::Armed
        } else {
            Sendable::Unfocused
        };
        Some(ComposerView {
            cursor: open.editor.cursor(),
            segments: measure(&text),
            state,
            // Whoever types by hand knows it.
            off_script: open.source.is_some() && self.off_script(),
            parts_saved: plainer(&text).map_or(0, |(_, saved)| saved),
            looked_through: open.looked_through,
            text,
        })
    }
}

/// A text of the campaign that this conversation follows.
pub const EARLIER_SENT: &str = "note-earlier-sent";
/// What the voter wrote then.
pub const EARLIER_RECEIVED: &str = "note-earlier-received";

/// Put aside; its detail is a time.
pub const NOTE_SNOOZED: &str = "note-snoozed";

/// A tag was set; its detail is the tag.
pub const NOTE_TAGGED: &str = "note-tagged";
/// A tag was taken off; its detail is the tag.
pub const NOTE_UNTAGGED: &str = "note-untagged";

/// An event has no place left; its detail is the number in line, and the event.
pub const NOTE_EVENT_FULL: &str = "note-event-full";

/// An answer was recorded; its detail is the question and the answer.
pub const NOTE_ANSWERED: &str = "note-answered";

/// Opted out; its detail is the server's word for how.
pub const NOTE_OPTED_OUT: &str = "note-opted-out";

/// The server's words for acts in a conversation, and the keys of their sentences.
pub const NOTES: &[(&str, &str)] = &[
    ("opted_out", NOTE_OPTED_OUT),
    ("opted_out_by_word", "note-opted-out-by-word"),
    ("not_opt_out", "note-not-opted-out"),
    ("notice_too_late", "note-notice-too-late"),
    ("notice_outside_hours", "note-notice-outside-hours"),
    ("opted_in_by_word", "note-opted-in-by-word"),
    ("closed", "note-closed"),
    ("reopened", "note-reopened"),
    ("decided_held", "note-decided-held"),
    ("answered", NOTE_ANSWERED),
    ("answered_in_words", NOTE_ANSWERED),
    ("assigned", "note-assigned"),
    ("event_full", NOTE_EVENT_FULL),
    ("removed", "note-removed"),
    ("brought_back", "note-brought-back"),
    ("wrong_number", "note-wrong-number"),
    ("wrong_number_elsewhere", "note-wrong-number-elsewhere"),
    ("wrong_number_told", "note-wrong-number-told"),
    ("wrong_number_untold", "note-wrong-number-untold"),
    ("wrong_number_taken_back", "note-wrong-number-taken-back"),
    ("doubt_again", "note-doubt-again"),
    ("tagged", NOTE_TAGGED),
    ("untagged", NOTE_UNTAGGED),
    ("noted", "note-noted"),
    ("snoozed", NOTE_SNOOZED),
    ("unsnoozed", "note-unsnoozed"),
    ("asked", "note-asked"),
    ("captain_answered", "note-captain-answered"),
    ("language", "note-language"),
    ("opt_out_taken_back", "note-opt-out-taken-back"),
    ("earlier_campaign", "note-earlier-campaign"),
    ("earlier_sent", EARLIER_SENT),
    ("earlier_received", EARLIER_RECEIVED),
    ("earlier_answers", "note-earlier-answers"),
];

fn note_key(what: &str) -> &'static str {
    NOTES.iter().find(|(word, _)| *word == what).map_or("note-other", |(_, key)| key)
}

fn item(entry: &ThreadEntry) -> ThreadItem {
    match entry {
        ThreadEntry::Message(message) => ThreadItem::Message {
            direction: message.direction,
            body: safe_body(&message.body),
            pictures: message.pictures,
            at: message.at,
            state: ItemState::Server(message.delivery),
            error: message.error.clone(),
            author: message.author.clone(),
            mine: message.mine,
            system: matches!(message.kind, Some(MessageKind::OptOutNotice | MessageKind::Help)),
            // Replies are people's own words; of a first text it matters.
            off_script: message.off_script && message.kind == Some(MessageKind::Initial),
            held_back: false,
        },
        ThreadEntry::Note { at, who, what, detail, .. } => {
            // The question, with nothing behind it: the answer was taken off.
            let cleared = detail.strip_suffix(": ").filter(|_| what == "answered");
            let key = if cleared.is_some() { "note-answer-cleared" } else { note_key(what) };
            let detail = cleared.unwrap_or(detail).to_owned();
            ThreadItem::Note { what: key, who: who.clone(), detail, at: *at }
        }
    }
}
