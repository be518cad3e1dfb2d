//! Choosing in the layers: palette, canned replies, answers, questions.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::model::Model;
use super::overlay::{Overlay, Writing};
use crate::api::act::Act;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Stamp;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::{ACTIONS, Action};
use crate::console::keymap::chord::{Chord, Key};
use crate::console::keymap::context::Context;
use crate::console::keymap::map::Keymap;
use crate::domain::day;
use crate::domain::ids::ContactId;
use crate::domain::moment;
use crate::domain::safe_text::safe_line;
use crate::domain::survey::{Answer, Free, MAX_FREE, open_question};

/// Longest question to the captains, in characters; the server's bound.
const MAX_ASK: usize = 500;
/// Longest that somebody is put aside; the server's bound.
const LONGEST_ASIDE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Longest note, in characters; the server's bound.
const MAX_NOTE: usize = 2_000;

/// What the question what to give back was answered with: the contacts without a first text, the conversations. None: nothing goes.
/// `talks_alone`: conversations alone are among the rows.
#[must_use]
pub fn released(action: Action, selected: usize, talks_alone: bool) -> Option<(bool, bool)> {
    let row = if talks_alone || selected == 0 { selected } else { selected + 1 };
    match (action, row) {
        (Action::Yes, _) => Some((true, false)),
        (Action::No, _) => None,
        (_, 0) => Some((true, false)),
        (_, 1) => Some((false, true)),
        (_, 2) => Some((true, true)),
        _ => None,
    }
}

/// How many rows that question has; the last one gives nothing back.
#[must_use]
pub fn release_rows(talks_alone: bool) -> usize {
    if talks_alone { 4 } else { 3 }
}

/// Those of `items` that are like the query, best first; all in their order when it is empty.
#[must_use]
pub fn fuzzy<T>(query: &str, items: impl Iterator<Item = (T, String)>) -> Vec<T> {
    if query.trim().is_empty() {
        return items.map(|(item, _)| item).collect();
    }
    let pattern = Pattern::new(query.trim(), CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut chars = Vec::new();
    let mut found: Vec<(u32, T)> = items
        .filter_map(|(item, text)| {
            pattern.score(Utf32Str::new(&text, &mut chars), &mut matcher).map(|score| (score, item))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, item)| item).collect()
}

/// Actions that the palette offers from a context, by likeness to the query.
#[must_use]
pub fn palette_actions(keymap: &Keymap, from: Context, query: &str) -> Vec<Action> {
    let reachable = |contexts: &[Context]| {
        let mut place = Some(from);
        while let Some(here) = place {
            if contexts.contains(&here) {
                return true;
            }
            place = here.parent();
        }
        false
    };
    // A text is confirmed by its own key on what is shown, and by nothing else.
    let no_press = |action: Action| !matches!(action, Action::Send | Action::SendNext | Action::SendStay);
    let offered = ACTIONS.iter().filter(|info| {
        keymap.offers(info.action)
            && reachable(info.contexts)
            && no_press(info.action)
            && info.category != crate::console::keymap::Category::Writing
    });
    let called = |action: Action| {
        let name = action.name().replace('_', " ");
        keymap.label(action).map_or_else(|| name.clone(), |label| format!("{} {name}", label.to_lowercase()))
    };
    let wanted = query.trim().to_lowercase();
    let mut found = fuzzy(query, offered.map(|info| (info.action, called(info.action))));
    // What begins as it was typed is meant before what only has the letters in it.
    let begins = |action: Action| {
        let name = action.name().replace('_', " ");
        name.starts_with(&wanted) || keymap.label(action).is_some_and(|label| label.to_lowercase().starts_with(&wanted))
    };
    found.sort_by_key(|action| !begins(*action));
    found
}

/// The digit that was pressed, as a place from 0.
pub(super) fn digit(chord: Chord) -> Option<usize> {
    match chord.key {
        Key::Char(c) => c.to_digit(10).and_then(|d| usize::try_from(d).ok()).and_then(|d| d.checked_sub(1)),
        _ => None,
    }
}

impl Model {
    /// Places of the canned replies that fit the query.
    #[must_use]
    pub fn canned_rows(&self, query: &str) -> Vec<usize> {
        let Some(campaign) = &self.campaign else { return Vec::new() };
        let said = || campaign.def.canned.iter().enumerate().filter(|(_, canned)| !self.takes_canned(&canned.id));
        let mut found = fuzzy(query, said().map(|(place, canned)| (place, canned.title.clone())));
        // Behind those that are called so: those that say it.
        let wanted = query.trim().to_lowercase();
        let says = |texts: &std::collections::BTreeMap<String, String>| {
            texts.values().any(|text| text.to_lowercase().contains(&wanted))
        };
        let others: Vec<usize> =
            said().filter(|(place, canned)| !found.contains(place) && says(&canned.text)).map(|(n, _)| n).collect();
        found.extend(others);
        found
    }

    /// False for what this kind of campaign has not: nobody is offered it.
    pub(super) fn is_there(&self, action: Action) -> bool {
        action != Action::Finish || self.is_scored()
    }

    /// Actions that the palette offers here.
    pub(super) fn palette(&self, from: Context, query: &str) -> Vec<Action> {
        let mut found = palette_actions(&self.options.keymap, from, query);
        found.retain(|action| self.is_there(*action));
        found
    }

    /// How many rows the top layer has.
    #[must_use]
    pub fn overlay_rows(&self) -> usize {
        match self.overlays.last() {
            None => 0,
            Some(Overlay::Help { .. }) => ACTIONS.len() + crate::console::keymap::Category::ALL.len(),
            Some(Overlay::Palette { from, query, .. }) => self.palette(*from, query.text()).len(),
            Some(Overlay::Canned { query, .. }) => self.canned_rows(query.text()).len(),
            Some(Overlay::Answers { question, .. }) => self
                .campaign
                .as_ref()
                .and_then(|campaign| campaign.def.questions.get(*question))
                .map_or(0, |question| question.answers.len()),
            Some(Overlay::Pick { what, .. }) => self.picks(what),
            Some(Overlay::Search { query, .. }) => self.found(query.text()).len(),
            Some(Overlay::Write { .. } | Overlay::Begin) => 0,
            Some(Overlay::Leave { .. }) if self.stays_first() => 2,
            Some(Overlay::OptOut { .. } | Overlay::Leave { .. }) => 3,
            Some(Overlay::Release { .. }) => release_rows(self.options.talks_alone),
            Some(Overlay::Messages { .. }) => self.notices.len(),
            // A fact may take several lines; the view shows its last page at most.
            Some(Overlay::Person { .. }) => 200,
            // At forty columns, about; the view shows its last page at most.
            Some(Overlay::Guide { query, .. }) => {
                let rows = |text: &str| text.lines().map(|line| 1 + line.chars().count() / 30).sum::<usize>();
                self.guide_parts(query.text()).iter().map(|part| 2 + rows(&part.text)).sum()
            }
            // A row has several lines; the view shows its last page at most.
            Some(Overlay::Outbox { .. }) => 4 + 5 * self.outbox_rows().len(),
            // As many as a card of any size has; the view shows its last page at most.
            Some(Overlay::Score { .. }) => 500,
        }
    }

    /// Takes what is selected, or said by its own key. Not within the dwell of the layer's opening.
    pub(super) fn choose(&mut self, action: Action, chord: Chord, stamp: Stamp, fx: &mut Vec<Effect>) {
        if stamp.mono.saturating_sub(self.opened_at) < self.options.gate.dwell {
            return;
        }
        let Some(overlay) = self.overlays.last().cloned() else { return };
        match overlay {
            Overlay::Palette { from, query, selected } => {
                let Some(chosen) = self.palette(from, query.text()).get(selected).copied() else {
                    return;
                };
                self.overlays.pop();
                match self.why_not(chosen) {
                    Some(why) => self.say(Level::Info, why),
                    None => self.perform(chosen, chord, stamp, fx),
                }
                self.seen_below = None;
            }
            Overlay::Canned { query, selected } => {
                let place = if action == Action::Pick { digit(chord) } else { Some(selected) };
                let rows = self.canned_rows(query.text());
                if let Some(row) = place.and_then(|place| rows.get(place)).copied() {
                    self.overlays.pop();
                    self.take_canned(row);
                }
            }
            Overlay::Answers { question, selected, .. } => {
                let place = if action == Action::Pick { digit(chord) } else { Some(selected) };
                self.take_answer(question, place, stamp, fx);
            }
            Overlay::Pick { what, selected } => {
                let place = if action == Action::Pick { digit(chord) } else { Some(selected) };
                self.take_pick(what, place, stamp, fx);
            }
            Overlay::Search { query, selected } => {
                if let Some(found) = self.found(query.text()).get(selected) {
                    self.overlays.pop();
                    self.go_to(found.contact, fx);
                }
            }
            Overlay::Write { what, text } => self.write_down(&what, text.text(), stamp, fx),
            Overlay::OptOut { contact, selected } => {
                let choice = match action {
                    Action::Yes => 0,
                    // No opts nobody out, here as in every other dialog.
                    Action::No => 2,
                    _ => selected,
                };
                if choice == 2
                    || self.confirm_act(Act::OptOut { contact, notice: choice == 0, grace: choice == 0 }, stamp, fx)
                {
                    self.overlays.pop();
                }
            }
            Overlay::Release { selected } => {
                let campaign = self.options.campaign;
                let act = released(action, selected, self.options.talks_alone)
                    .map(|(unsent, conversations)| Act::Release { campaign, unsent, conversations });
                if act.is_none_or(|act| self.confirm_act(act, stamp, fx)) {
                    self.overlays.pop();
                }
            }
            Overlay::Leave { selected } => {
                let choice = match action {
                    // Left now, what is in its undo window would be a draft again: yes is to let it go first.
                    Action::Yes if !self.window.is_empty() => 0,
                    Action::Yes => 1,
                    Action::No => 2,
                    // There is nothing to hand in: the first row is to stay.
                    _ if selected == 0 && self.stays_first() => 2,
                    _ => selected,
                };
                match choice {
                    0 => {
                        self.leaving = true;
                        if self.is_handed_in() {
                            self.quit(fx);
                        }
                    }
                    1 => self.quit(fx),
                    _ => {
                        self.leaving = false;
                        self.overlays.pop();
                    }
                }
            }
            Overlay::Guide { .. } => {
                let why = self.why_not(Action::Choose);
                why.into_iter().for_each(|why| self.say(Level::Info, why));
            }
            // Enter is what the screens before it were left by, and what sends.
            Overlay::Begin
            | Overlay::Help { .. }
            | Overlay::Messages { .. }
            | Overlay::Outbox { .. }
            | Overlay::Person { .. }
            | Overlay::Score { .. } => {}
        }
    }

    pub(super) fn take_canned(&mut self, row: usize) {
        let Some(contact) = self.open.as_ref().map(|open| open.contact) else { return };
        let Some(canned) = self.campaign.as_ref().and_then(|campaign| campaign.def.canned.get(row)).cloned() else {
            return;
        };
        match self.script_text(contact, &canned.text) {
            Ok(text) => self.put_into_composer(format!("canned:{}", canned.id), &text),
            Err(why) => self.say(Level::Warning, why),
        }
    }

    /// Opens the question that is asked now; `tree`: among all of the script.
    pub(super) fn ask_answer(&mut self, tree: bool) {
        match self.may_answer() {
            Ok(question) => {
                if !tree && self.types_at_once(question) {
                    return;
                }
                self.push_overlay(Overlay::Answers { question, selected: 0, tree });
            }
            Err(why) => self.say(Level::Info, why),
        }
    }

    /// Opens the line to type the answer in where the question has nothing to choose from and nothing is recorded yet.
    fn types_at_once(&mut self, question: usize) -> bool {
        let asked = self.campaign.as_ref().and_then(|campaign| campaign.def.questions.get(question));
        let (Some(contact), Some(asked)) = (self.open.as_ref().map(|open| open.contact), asked) else { return false };
        let [Answer { free: Some(free), .. }] = asked.answers.as_slice() else { return false };
        if self.people.body(contact).is_none_or(|view| view.answers.contains_key(&asked.id)) {
            return false;
        }
        let what = Writing::Answer { contact, question, free: *free };
        self.push_overlay(Overlay::Write { what, text: Editor::new("") });
        true
    }

    /// The question that is asked now, or why no answer can be recorded: what somebody says is recorded by whoever has read it.
    pub(super) fn may_answer(&self) -> Result<usize, Say> {
        let loading = || Say::new("texter-loading");
        let contact = self.open.as_ref().map(|open| open.contact).ok_or_else(loading)?;
        let questions = &self.campaign.as_ref().ok_or_else(loading)?.def.questions;
        if questions.is_empty() {
            return Err(Say::new("texter-no-questions"));
        }
        if self.threads.get(contact).is_none() {
            return Err(self.why_no_thread());
        }
        let view = self.people.body(contact).ok_or_else(loading)?;
        let open = open_question(questions, &view.answers);
        Ok(open.and_then(|open| questions.iter().position(|q| q.id == open.id)).unwrap_or(0))
    }

    /// There is another question to turn to than the one that is open.
    pub(super) fn has_other_questions(&self) -> bool {
        let many = self.campaign.as_ref().is_some_and(|campaign| campaign.def.questions.len() > 1);
        many && self.overlays.iter().any(|layer| matches!(layer, Overlay::Answers { .. }))
    }

    /// What is recorded for the question that is open.
    pub(super) fn recorded_here(&self) -> Option<&String> {
        // Help may lie over it.
        let question = self.overlays.iter().rev().find_map(|layer| match layer {
            Overlay::Answers { question, .. } => Some(question),
            _ => None,
        })?;
        let asked = self.campaign.as_ref()?.def.questions.get(*question)?;
        self.people.body(self.open.as_ref()?.contact)?.answers.get(&asked.id)
    }

    fn take_answer(&mut self, question: usize, place: Option<usize>, stamp: Stamp, fx: &mut Vec<Effect>) {
        let Some(contact) = self.open.as_ref().map(|open| open.contact) else { return };
        let Some(asked) = self.campaign.as_ref().and_then(|campaign| campaign.def.questions.get(question)) else {
            return;
        };
        let Some(answer) = place.and_then(|place| asked.answers.get(place)) else { return };
        if let Some(free) = answer.free {
            // What stands there is what was typed for this answer, not for another one.
            let recorded = self.people.body(contact).and_then(|view| view.answers.get(&asked.id));
            let now = recorded.filter(|now| asked.answer_of(now).is_some_and(|given| std::ptr::eq(given, answer)));
            let text = Editor::new(now.map_or("", String::as_str));
            self.overlays.pop();
            self.push_overlay(Overlay::Write { what: Writing::Answer { contact, question, free }, text });
            return;
        }
        let act = Act::Answer { contact, question: asked.id.clone(), value: Some(answer.value.clone()) };
        if self.confirm_act(act, stamp, fx) {
            self.overlays.pop();
        }
    }

    /// Opens the note on the contact at hand.
    pub(super) fn ask_note(&mut self) {
        let Some(contact) = self.at_hand() else { return };
        match self.people.body(contact) {
            Some(view) => {
                let text = Editor::new(&safe_line(&view.note));
                self.push_overlay(Overlay::Write { what: Writing::Note(contact), text });
            }
            None => self.say(Level::Info, Say::new("texter-loading")),
        }
    }

    /// What was written in a layer is done with.
    fn write_down(&mut self, what: &Writing, text: &str, stamp: Stamp, fx: &mut Vec<Effect>) {
        let text = text.trim();
        match what {
            Writing::Answer { contact, question, free } => {
                let value = match free {
                    Free::Text => safe_line(text),
                    Free::Date => self.day_meant(*contact, text).map(|day| day.to_string()).unwrap_or_default(),
                };
                let asked = self.campaign.as_ref().and_then(|campaign| campaign.def.questions.get(*question));
                let Some(asked) = asked.map(|asked| asked.id.clone()) else { return };
                if text.is_empty() {
                    self.overlays.pop();
                } else if *free == Free::Date && self.people.body(*contact).is_none() {
                    // "Tomorrow" is their tomorrow: until it is known where they are, no day is recorded.
                    self.say(Level::Info, Say::new("texter-loading"));
                } else if !free.takes(&value) {
                    let key = if *free == Free::Date { "texter-not-a-day" } else { "texter-answer-too-long" };
                    self.say(Level::Warning, Say::new(key).with("most", MAX_FREE));
                } else {
                    let act = Act::Answer { contact: *contact, question: asked, value: Some(value) };
                    if self.confirm_act(act, stamp, fx) {
                        // What was said of the try before is not so any more.
                        self.notices.withdraw("texter-not-a-day");
                        self.notices.withdraw("texter-answer-too-long");
                        self.overlays.pop();
                    }
                }
            }
            Writing::Snooze(_) if text.is_empty() => drop(self.overlays.pop()),
            Writing::Snooze(contact) => {
                let Some(until) = self.moment_meant(*contact, text) else {
                    return self.say(Level::Warning, Say::new("texter-not-a-moment"));
                };
                if self.snooze_until(*contact, Some(until), stamp, fx) {
                    self.notices.withdraw("texter-not-a-moment");
                    self.overlays.pop();
                }
            }
            Writing::Ask(contact) => {
                let count = text.chars().count();
                if count > MAX_ASK {
                    let say = Say::new("texter-note-too-long").with("count", count).with("most", MAX_ASK);
                    self.say(Level::Warning, say);
                } else if count == 0
                    || self.confirm_act(Act::Ask { contact: *contact, text: text.to_owned() }, stamp, fx)
                {
                    self.overlays.pop();
                }
            }
            Writing::CardAsIs(_) => drop(self.overlays.pop()),
            Writing::Card(contact) => {
                self.overlays.pop();
                self.card_edited(*contact, text);
            }
            Writing::Note(contact) => {
                let count = text.chars().count();
                if count > MAX_NOTE {
                    let say = Say::new("texter-note-too-long").with("count", count).with("most", MAX_NOTE);
                    self.say(Level::Warning, say);
                } else if self.people.body(*contact).is_some_and(|view| view.note == text)
                    || self.confirm_act(Act::Note { contact: *contact, text: text.to_owned() }, stamp, fx)
                {
                    self.overlays.pop();
                }
            }
        }
    }

    /// The day that was typed, by the calendar where the contact lives.
    pub(super) fn day_meant(&self, contact: ContactId, text: &str) -> Option<Date> {
        let (there, _) = self.time_there(contact)?;
        day::read(text, there.date(), self.options.day_first)
    }

    /// The moment that was typed, by the clock where the contact lives. A server puts nobody aside for longer.
    pub(super) fn moment_meant(&self, contact: ContactId, text: &str) -> Option<Timestamp> {
        let (there, _) = self.time_there(contact)?;
        let wait = moment::read(text, there, self.options.day_first)?.duration_since(there);
        self.campaign_now()?.checked_add(wait).ok().filter(|_| wait <= LONGEST_ASIDE)
    }

    pub(super) fn clear_answer(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        let Some(Overlay::Answers { question, .. }) = self.overlays.last().cloned() else { return };
        let Some(contact) = self.open.as_ref().map(|open| open.contact) else { return };
        let Some(asked) = self.campaign.as_ref().and_then(|campaign| campaign.def.questions.get(question)) else {
            return;
        };
        let id = asked.id.clone();
        if self.people.body(contact).is_some_and(|view| view.answers.contains_key(&id)) {
            self.confirm_act(Act::Answer { contact, question: id, value: None }, stamp, fx);
        }
    }

    pub(super) fn turn_question(&mut self, by: isize) {
        let count = self.campaign.as_ref().map_or(0, |campaign| campaign.def.questions.len());
        if let Some(Overlay::Answers { question, selected, .. }) = self.overlays.last_mut() {
            *question = question.saturating_add_signed(by).min(count.saturating_sub(1));
            *selected = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What begins as it was typed is meant before what has its letters scattered, by whatever it is called.
    #[test]
    fn a_command_is_found_first_by_how_it_begins() {
        let keymap = Keymap::default().with_labels([(Action::Snooze, "put aside".to_owned())]);
        assert_eq!(palette_actions(&keymap, Context::Thread, "put").first(), Some(&Action::Snooze));
        assert_eq!(palette_actions(&keymap, Context::Thread, "opt").first(), Some(&Action::OptOut));
        assert_eq!(palette_actions(&keymap, Context::Thread, "snoo").first(), Some(&Action::Snooze));
    }
}
