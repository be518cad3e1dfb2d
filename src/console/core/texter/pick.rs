//! Layers in which one of a few things is chosen by its number: tags, a time to come back, a language, a filter; and the search.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::model::{Focus, Model};
use super::overlay::{Overlay, Picking, Writing};
use super::people::{Filter, has_tag, is_waiting};
use super::undo::Undo;
use super::view::ChoiceRow;
use crate::api::act::Act;
use crate::api::message::ThreadEntry;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Stamp;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::console::keymap::action::Action;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::plain_text::searchable;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::survey::Answer;
use crate::domain::tag;
use crate::domain::zone::local_time;

/// The row under which a time is typed.
const SNOOZE_TYPED: &str = "texter-snooze-typed";

/// People found at most: whoever sees more types on.
const FOUND: usize = 50;

/// The catalogue's word for a tag that every campaign has.
pub(super) fn tag_key(tag: &str) -> Option<&'static str> {
    match tag {
        tag::ESCALATED => Some("tag-escalated"),
        tag::DECEASED => Some("tag-deceased"),
        tag::MOVED => Some("tag-moved"),
        tag::STAR => Some("tag-star"),
        _ => None,
    }
}

/// A tag as it is shown.
#[must_use]
pub fn tag_word(tag: &str) -> Say {
    match (tag_key(tag), tag::needed(tag)) {
        (Some(key), _) => Say::new(key),
        (None, Some(language)) => Say::new("tag-needs").with("language", safe_line(language)),
        (None, None) => Say::new("tag-own").with("tag", safe_line(tag)),
    }
}

/// A language as it is shown, where its code has a word.
#[must_use]
pub fn language_word(code: &str) -> Arg {
    match code {
        "en" => Arg::Key("ui-language-en"),
        "es" => Arg::Key("ui-language-es"),
        "fr" => Arg::Key("ui-language-fr"),
        other => Arg::Text(safe_line(other)),
    }
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub contact: ContactId,
    /// First name.
    pub name: String,
    /// The words in which it was found; the last ones where it is the name.
    pub words: String,
    /// Where they stand: a word of the catalogue.
    pub state: &'static str,
}

/// The answers to the question whether somebody is handed over; the first keeps them.
const HAND_OVER: [&str; 2] = ["texter-hand-over-no", "texter-hand-over-yes"];

impl Model {
    /// The tags that may be set: the campaign's, then those of every campaign where the server has them.
    #[must_use]
    pub fn tag_rows(&self) -> Vec<String> {
        let own = self.campaign.as_ref().map_or(&[][..], |campaign| campaign.def.tags.as_slice());
        let marks = self.options.marks;
        let built_in = tag::BUILT_IN
            .iter()
            .filter(|_| marks)
            .filter(|tag| !own.iter().any(|own| own == *tag))
            .map(|tag| (*tag).to_owned());
        own.iter().cloned().chain(built_in).collect()
    }

    /// Languages that the campaign has words in.
    fn languages(&self) -> Vec<String> {
        let Some(campaign) = &self.campaign else { return Vec::new() };
        let canned = campaign.def.canned.iter().flat_map(|reply| reply.text.keys().cloned());
        let answers = campaign.def.questions.iter().flat_map(|question| &question.answers);
        let wordings = campaign.def.initial.iter().map(|variant| variant.language.clone());
        let all = canned.chain(answers.flat_map(Answer::replies).flat_map(BTreeMap::keys).cloned()).chain(wordings);
        let mut found: Vec<String> = all.chain(["en".to_owned(), "es".to_owned()]).collect();
        found.sort();
        found.dedup();
        found
    }

    /// Every language twice: to answer in it, and to hand over to somebody who does.
    fn language_rows(&self, contact: ContactId) -> Vec<(String, bool)> {
        let now = self.people.line(contact).and_then(|line| line.language.clone());
        let main = self.campaign.as_ref().map(|campaign| campaign.def.language.clone());
        let now = now.or_else(|| main.clone());
        let mut rows = Vec::new();
        for language in self.languages() {
            let is_now = now.as_ref() == Some(&language);
            if !is_now {
                rows.push((language.clone(), false));
            }
            // Everybody answers in the campaign's own.
            if !is_now || main.as_ref() != Some(&language) {
                rows.push((language, true));
            }
        }
        rows
    }

    /// Times to come back to somebody: soon, later, and the next morning where they are.
    fn snooze_rows(&self, contact: ContactId) -> Vec<(&'static str, Option<Timestamp>)> {
        let Some(now) = self.campaign_now() else { return Vec::new() };
        let after = |minutes: i64| now.checked_add(SignedDuration::from_mins(minutes)).ok();
        let mut rows = vec![
            ("texter-snooze-quarter", after(15)),
            ("texter-snooze-hour", after(60)),
            ("texter-snooze-three-hours", after(180)),
        ];
        if let Some(view) = self.people.body(contact) {
            let there = local_time(now, &view.zones).earliest;
            let morning = there.date().tomorrow().ok().map(|day| day.at(10, 0, 0, 0));
            let wait = morning.map(|morning| morning.duration_since(there));
            rows.push(("texter-snooze-morning", wait.and_then(|wait| now.checked_add(wait).ok())));
        }
        if self.people.line(contact).is_some_and(|line| line.snoozed_until.is_some()) {
            rows.push(("texter-snooze-end", None));
        }
        rows.push((SNOOZE_TYPED, None));
        rows
    }

    /// How many rows a layer of this kind has.
    pub(super) fn picks(&self, what: &Picking) -> usize {
        match what {
            Picking::Tags { .. } => self.tag_rows().len(),
            Picking::Snooze(contact) => self.snooze_rows(*contact).len(),
            Picking::Language(contact) => self.language_rows(*contact).len(),
            Picking::HandOver { .. } => HAND_OVER.len(),
            Picking::Filter => self.filters().count(),
        }
    }

    /// The filters that can let anybody pass: where no marks are kept, nobody has one.
    fn filters(&self) -> impl Iterator<Item = Filter> + use<> {
        let marks = self.options.marks;
        let marked = |filter: &Filter| matches!(filter, Filter::Flagged | Filter::Starred | Filter::Snoozed);
        Filter::ALL.into_iter().filter(move |filter| marks || !marked(filter))
    }

    /// Its title and its rows.
    pub(super) fn picking_view(&self, what: &Picking) -> (Say, Vec<ChoiceRow>) {
        let row = |place: usize, title: Say, chosen: bool| ChoiceRow {
            number: (place < 9).then_some(place + 1),
            title: String::new(),
            say: Some(title),
            text: String::new(),
            chosen,
        };
        match what {
            Picking::Tags { contact, close } => {
                let line = self.people.line(*contact);
                let set = |tag: &str| line.is_some_and(|line| has_tag(line, tag));
                let rows = self.tag_rows().iter().enumerate().map(|(n, tag)| row(n, tag_word(tag), set(tag))).collect();
                (self.about(if *close { "texter-tag-close-title" } else { "texter-tags-title" }, *contact), rows)
            }
            Picking::Snooze(contact) => {
                let rows = self.snooze_rows(*contact).into_iter().enumerate();
                let rows = rows.map(|(n, (key, at))| match at {
                    Some(at) => row(n, Say::new(key).with("at", at), false),
                    None => row(n, Say::new(key), false),
                });
                (self.about("texter-snooze-title", *contact), rows.collect())
            }
            Picking::Language(contact) => {
                let rows = self.language_rows(*contact).into_iter().enumerate();
                let rows = rows.map(|(n, (language, hand_over))| {
                    let key = if hand_over { "texter-language-hand-over" } else { "texter-language-mine" };
                    let mut say = Say::new(key);
                    say.args.push(("language", language_word(&language)));
                    row(n, say, false)
                });
                (self.about("texter-language-title", *contact), rows.collect())
            }
            Picking::HandOver { contact, language } => {
                let rows = HAND_OVER.iter().enumerate().map(|(n, key)| {
                    let mut say = Say::new(key);
                    say.args.push(("language", language_word(language)));
                    row(n, say, false)
                });
                (self.about("texter-hand-over-title", *contact), rows.collect())
            }
            Picking::Filter => {
                let rows = self.filters().enumerate().map(|(n, filter)| {
                    let say = Say::new("texter-filter-row").with("count", self.people.count(filter));
                    let mut say = say;
                    say.args.push(("filter", Arg::Key(filter.key())));
                    row(n, say, filter == self.people.filter())
                });
                (Say::new("texter-filter-title"), rows.collect())
            }
        }
    }

    /// Opens a layer about the contact at hand, once all of them is here.
    pub(super) fn ask_pick(&mut self, what: impl FnOnce(ContactId) -> Picking) {
        let Some(contact) = self.at_hand() else { return };
        if self.people.body(contact).is_none() {
            self.say(Level::Info, Say::new("texter-loading"));
        } else {
            self.push_overlay(Overlay::Pick { what: what(contact), selected: 0 });
        }
    }

    /// Takes a row.
    pub(super) fn take_pick(&mut self, what: Picking, place: Option<usize>, stamp: Stamp, fx: &mut Vec<Effect>) {
        let Some(place) = place else { return };
        match what {
            Picking::Tags { contact, close } => {
                let Some(tag) = self.tag_rows().get(place).cloned() else { return };
                self.take_tag(contact, tag, close, stamp, fx);
            }
            Picking::Snooze(contact) => {
                let Some((key, until)) = self.snooze_rows(contact).get(place).copied() else { return };
                if key == SNOOZE_TYPED {
                    self.overlays.pop();
                    self.push_overlay(Overlay::Write { what: Writing::Snooze(contact), text: Editor::default() });
                } else if self.snooze_until(contact, until, stamp, fx) {
                    self.overlays.pop();
                }
            }
            Picking::Language(contact) => {
                let Some((language, hand_over)) = self.language_rows(contact).get(place).cloned() else { return };
                if hand_over {
                    // Whoever gets them has them: that is asked, for it cannot be taken back.
                    self.overlays.pop();
                    self.push_overlay(Overlay::Pick { what: Picking::HandOver { contact, language }, selected: 0 });
                } else if self.confirm_act(Act::Language { contact, language, hand_over }, stamp, fx) {
                    self.overlays.pop();
                }
            }
            Picking::HandOver { contact, language } => {
                if place == 0 || self.confirm_act(Act::Language { contact, language, hand_over: true }, stamp, fx) {
                    self.overlays.pop();
                }
            }
            Picking::Filter => {
                if let Some(filter) = self.filters().nth(place) {
                    self.people.set_filter(filter);
                    // Others are shown: from the first on.
                    self.selected_at = 0;
                    self.overlays.pop();
                }
            }
        }
    }

    /// Puts somebody aside until then.
    pub(super) fn snooze_until(
        &mut self,
        contact: ContactId,
        until: Option<Timestamp>,
        stamp: Stamp,
        fx: &mut Vec<Effect>,
    ) -> bool {
        let after_seq = self.people.line(contact).map(|line| line.foreign_seq);
        self.confirm_act(Act::Snooze { contact, until, after_seq }, stamp, fx)
    }

    fn take_tag(&mut self, contact: ContactId, tag: String, close: bool, stamp: Stamp, fx: &mut Vec<Effect>) {
        let set = self.people.line(contact).is_some_and(|line| has_tag(line, &tag));
        // Whoever closes with it wants it set, whether or not it was; and nobody goes on writing to the dead.
        let on = close || !set;
        let close = close || (on && tag == tag::DECEASED);
        let noted = tag.clone();
        if self.confirm_act(Act::Tag { contact, tag, on }, stamp, fx) {
            self.overlays.pop();
            if close {
                self.close_with_tag(contact, (!set).then_some(noted));
            }
        }
    }

    /// Closes it with the act in hand, unless something has to be decided first.
    fn close_next(&mut self, contact: ContactId) {
        let line = self.people.line(contact);
        if line.is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. })) {
            self.say(Level::Warning, Say::new("texter-decide-first"));
        } else if line.is_some_and(|line| line.status != Status::Closed) {
            self.to_do.push_back(Act::Close { contact });
        }
    }

    /// Sets a tag of every campaign on the contact at hand, or takes it off. On the card it must have been seen; a flag there puts
    /// the contact aside for the captain.
    pub(super) fn mark(&mut self, tag: &'static str, stamp: Stamp, fx: &mut Vec<Effect>) {
        let Some(contact) = self.at_hand() else { return };
        let on_card = self.focus == Focus::Card;
        if on_card && !self.card_was_seen(stamp) && self.seen_below != Some(contact) {
            return;
        }
        let was_set = self.people.line(contact).is_some_and(|line| has_tag(line, tag));
        let on = on_card || !was_set;
        if !on && tag == tag::ESCALATED && self.question_stands(contact) {
            // Without the flag no captain would see the question.
            return self.say(Level::Info, self.about("texter-flag-asks", contact));
        }
        if self.confirm_act(Act::Tag { contact, tag: tag.to_owned(), on }, stamp, fx) && on_card {
            self.close_with_tag(contact, (!was_set).then(|| tag.to_owned()));
        }
    }

    /// The captains were asked about them, and have not answered, as far as is known here.
    fn question_stands(&self, contact: ContactId) -> bool {
        let asked = |entry: &ThreadEntry| match entry {
            ThreadEntry::Note { what, detail, .. } => match what.as_str() {
                "asked" => Some(true),
                "captain_answered" => Some(false),
                "untagged" if detail == tag::ESCALATED => Some(false),
                _ => None,
            },
            ThreadEntry::Message(_) => None,
        };
        let told = self.threads.get(contact).and_then(|thread| thread.entries().iter().rev().find_map(asked));
        told.unwrap_or_else(|| self.undo.contains(&Undo::Asked(contact)))
    }

    /// A captain has answered the latest question about them, as their conversation tells.
    pub(super) fn is_answered(&self, contact: ContactId) -> bool {
        let told = |entry: &ThreadEntry| match entry {
            ThreadEntry::Note { what, .. } if what == "captain_answered" => Some(true),
            ThreadEntry::Note { what, .. } if what == "asked" => Some(false),
            _ => None,
        };
        let asks = self.acts.about(contact).any(|mine| matches!(mine.act(), Some(Act::Ask { .. })));
        let thread = self.threads.get(contact).filter(|_| !asks);
        thread.and_then(|thread| thread.entries().iter().rev().find_map(told)) == Some(true)
    }

    /// Closes it with the tag that is being set, by one press: both are taken back by one as well. `tag`: when it was not set before.
    fn close_with_tag(&mut self, contact: ContactId, tag: Option<String>) {
        self.close_next(contact);
        let closes = self.to_do.iter().any(|act| matches!(act, Act::Close { contact: of } if *of == contact));
        self.tag_closes = closes.then_some((contact, tag));
    }

    /// People by name and by what was written, the best first: whose name begins so, whose name has it, in whose texts it is.
    #[must_use]
    pub fn found(&self, query: &str) -> Vec<Found> {
        let wanted = searchable(query.trim());
        let mut found: Vec<(u8, Found)> = Vec::new();
        for contact in self.people.ids() {
            let Some(line) = self.people.line(contact) else { continue };
            let name = searchable(&line.first_name);
            let last = self.people.body(contact).and_then(|view| {
                let shown = view.visible.iter().any(|field| field == "lastName");
                view.fields.get("lastName").filter(|_| shown)
            });
            let full = last.map_or_else(|| name.clone(), |last| format!("{name} {}", searchable(last)));
            let last_words = || match self.holds_back(contact, &line.preview) {
                true => String::new(),
                false => line.preview.clone(),
            };
            let (rank, words) = if full.starts_with(&wanted) {
                (0, last_words())
            } else if full.contains(&wanted) {
                (1, last_words())
            } else if let Some(words) = self.written(contact, &wanted) {
                (2, words)
            } else {
                continue;
            };
            let name = last.map_or_else(|| line.first_name.clone(), |last| format!("{} {last}", line.first_name));
            let state = match line.status {
                _ if matches!(line.opt_out, OptOut::Yes { .. }) => "found-opted-out",
                Status::NeedsMessage => "found-unsent",
                Status::Closed => "found-closed",
                _ if is_waiting(line) => "found-waits",
                _ => "found-talk",
            };
            found.push((rank, Found { contact, name, words, state }));
        }
        found.sort_by(|a, b| (a.0, &a.1.name, a.1.contact).cmp(&(b.0, &b.1.name, b.1.contact)));
        found.truncate(FOUND);
        let mut found: Vec<Found> = found.into_iter().map(|(_, found)| found).collect();
        // Of two with one name nobody knows which is meant.
        let names: Vec<String> = found.iter().map(|one| one.name.clone()).collect();
        for one in &mut found {
            let twice = names.iter().filter(|name| **name == one.name).count() > 1;
            if let Some(end) = self.end_of_number(one.contact).filter(|_| twice) {
                one.name = format!("{} ({end})", one.name);
            }
        }
        found
    }

    /// The text of a conversation that has these words, as far as it is here.
    fn written(&self, contact: ContactId, wanted: &str) -> Option<String> {
        let line = self.people.line(contact)?;
        // What is held back from sight is found by no word of it.
        let has = |text: &str| searchable(text).contains(wanted) && !self.holds_back(contact, text);
        if has(&line.preview) {
            return Some(line.preview.clone());
        }
        if let Some(view) = self.people.body(contact).filter(|view| has(&view.note)) {
            return Some(safe_line(&view.note));
        }
        self.threads.get(contact)?.entries().iter().rev().find_map(|entry| match entry {
            ThreadEntry::Message(message) if has(&message.body) => Some(safe_line(&safe_body(&message.body))),
            _ => None,
        })
    }

    /// Goes to somebody who was found: their conversation, or their card. From the replies only the key of the panes arms a card: the one
    /// that was looked for is the next there, and that is said.
    pub(super) fn go_to(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        let unsent = self.people.line(contact).is_some_and(|line| line.status == Status::NeedsMessage);
        if unsent && self.people.queue().contains(&contact) {
            self.save_draft(fx);
            self.people.queue_first(contact);
            self.card = None;
            if self.focus != Focus::Card {
                let key = self.options.keymap.key_for(self.context(), Action::SwitchPane).unwrap_or_default();
                let say = self.about("texter-found-card", contact).with("key", key);
                self.say(Level::Info, say);
            }
        } else {
            self.side_pane = true;
            self.open_thread(contact, fx);
        }
    }
}
