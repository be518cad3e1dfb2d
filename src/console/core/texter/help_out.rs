//! What the console offers by itself, and never sends by itself: replies that fit, plain signs, a greeting on taking over, a break.

use std::time::Duration;

use super::model::{Focus, Model};
use super::overlay::{Overlay, Writing};
use super::people::is_waiting;
use super::undo::Undo;
use crate::api::act::Act;
use crate::api::message::ThreadEntry;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Stamp;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::abuse::is_hard;
use crate::domain::conversation::OptOut;
use crate::domain::ids::ContactId;
use crate::domain::message::Direction;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::domain::segment::{measure, suggest_plain};
use crate::domain::suggest::{is_an_answer, may_be_wrong_number, rank, says_it_all};
use crate::domain::survey::open_question;

/// Suggestions at most: what is looked over costs time.
const SUGGESTED: usize = 3;
/// Presses that the pace is told by.
const PACE: usize = 30;
/// Whoever does nothing for so long has had a break.
const REST: Duration = Duration::from_secs(5 * 60);

/// Where a suggestion is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A canned reply, by its place.
    Canned(usize),
    /// An answer, by the places of its question and itself.
    Answer(usize, usize),
}

/// A reply of the campaign's own that fits what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Where it is from.
    pub from: Origin,
    /// What it is called, safe to show.
    pub title: String,
    /// The voter's words that matched, safe to show.
    pub words: Vec<String>,
}

/// The text with plain signs for typographic ones, when that saves a part; and how many.
#[must_use]
pub fn plainer(text: &str) -> Option<(String, usize)> {
    let plain = suggest_plain(text);
    let saved = measure(text).parts.saturating_sub(measure(&plain).parts);
    (saved > 0).then_some((plain, saved))
}

impl Model {
    /// Replies that fit what the voter of the open conversation wrote last, while they wait.
    #[must_use]
    pub fn suggestions(&self) -> Vec<Suggestion> {
        let found = || {
            let open = self.open.as_ref()?;
            let line = self.people.line(open.contact).filter(|line| is_waiting(line) && line.opt_out.allows_text())?;
            let campaign = self.campaign.as_ref()?;
            let written = &self.threads.get(line.id)?.last_inbound()?.body;
            let view = self.people.body(line.id)?;
            let questions = &campaign.def.questions;
            let asked = open_question(questions, &view.answers);
            let place = asked.and_then(|asked| questions.iter().position(|question| question.id == asked.id));
            let mut from = Vec::new();
            let mut texts = Vec::new();
            for (row, canned) in campaign.def.canned.iter().enumerate().filter(|(_, one)| !self.takes_canned(&one.id)) {
                from.push(Origin::Canned(row));
                texts.push((canned.title.clone(), canned.text.values().cloned().collect::<Vec<_>>().join(" ")));
            }
            if let Some((question, asked)) = place.zip(asked) {
                for (n, answer) in asked.answers.iter().enumerate() {
                    from.push(Origin::Answer(question, n));
                    texts.push((answer.value.clone(), String::new()));
                }
            }
            let mut fits = rank(written, &texts);
            let answers = |fit: &crate::domain::suggest::Fit| {
                is_an_answer(written, &fit.words) && says_it_all(&texts[fit.place].0, &fit.words)
            };
            fits.retain(|fit| !matches!(from[fit.place], Origin::Answer(..)) || answers(fit));
            // What fits half as well as the best is noise beside it.
            let best = fits.first().map_or(0.0, |fit| fit.score);
            let fits = fits.into_iter().take_while(|fit| fit.score * 2.0 > best).take(SUGGESTED);
            let suggest = |fit: crate::domain::suggest::Fit| Suggestion {
                from: from[fit.place],
                title: safe_line(&texts[fit.place].0),
                words: fit.words.iter().map(|word| safe_line(word)).collect(),
            };
            Some(fits.map(suggest).collect())
        };
        found().unwrap_or_default()
    }

    /// True when what the voter of the open conversation wrote last, while they wait, may say that the number is somebody else's.
    #[must_use]
    pub fn may_be_wrong_number(&self) -> bool {
        let known = || {
            let open = self.open.as_ref()?;
            let line = self.people.line(open.contact).filter(|line| is_waiting(line) && line.opt_out.allows_text())?;
            let recorded = self.people.body(line.id)?.wrong_number;
            let written = &self.threads.get(line.id)?.last_inbound()?.body;
            Some(!recorded && may_be_wrong_number(written, &line.first_name))
        };
        known().unwrap_or(false)
    }

    /// Takes a suggestion: a canned reply into the composer, an answer recorded with its line there.
    pub(super) fn take_suggestion(&mut self, place: Option<usize>, stamp: Stamp, fx: &mut Vec<Effect>) {
        let offered = self.suggestions();
        // Named without a number, it can only be the one there is.
        let place = place.or((offered.len() == 1).then_some(0));
        let Some(suggestion) = place.and_then(|place| offered.into_iter().nth(place)) else {
            self.say(Level::Info, Say::new("texter-no-suggestion"));
            return;
        };
        match suggestion.from {
            Origin::Canned(row) => self.take_canned(row),
            Origin::Answer(question, answer) => {
                let Some(contact) = self.open.as_ref().map(|open| open.contact) else { return };
                let asked = self.campaign.as_ref().and_then(|campaign| campaign.def.questions.get(question));
                let Some((asked, value)) =
                    asked.and_then(|asked| Some((asked.id.clone(), asked.answers.get(answer)?.value.clone())))
                else {
                    return;
                };
                self.confirm_act(Act::Answer { contact, question: asked, value: Some(value) }, stamp, fx);
            }
        }
    }

    /// Puts plain signs in the place of typographic ones in the reply.
    pub(super) fn make_plain(&mut self) {
        if let Some(layer) = self.overlays.last_mut() {
            // Only a first text that is being changed goes to anybody.
            let Overlay::Write { what: Writing::Card(_), text } = layer else { return };
            let plain = suggest_plain(text.text());
            if plain == text.text() {
                return self.say(Level::Info, Say::new("texter-is-plain"));
            }
            return text.replace(&plain);
        }
        let Some(open) = self.open.as_mut().filter(|_| self.focus == Focus::Composer) else { return };
        let plain = suggest_plain(open.editor.text());
        if plain == open.editor.text() {
            self.say(Level::Info, Say::new("texter-is-plain"));
            return;
        }
        open.editor.replace(&plain);
        open.typed = false;
        open.looked_through = false;
        self.draft_dirty = true;
    }

    /// Who wrote to the voter before, when that was somebody else and I did not write yet.
    #[must_use]
    pub fn took_over_from(&self) -> Option<String> {
        let thread = self.threads.get(self.open.as_ref()?.contact)?;
        let mut other = None;
        for entry in thread.entries() {
            if let ThreadEntry::Message(message) = entry
                && message.direction == Direction::Outbound
            {
                if message.mine {
                    return None;
                }
                other = message.author.clone().or(other);
            }
        }
        other
    }

    /// Puts the greeting of who takes a conversation over into the composer: the campaign's own (a canned reply called `takeover`), else
    /// a plain one in the voter's language.
    pub(super) fn greet(&mut self) {
        let (Some(other), Some(contact)) = (self.took_over_from(), self.open.as_ref().map(|open| open.contact)) else {
            self.say(Level::Info, Say::new("texter-nobody-before"));
            return;
        };
        let own = self.campaign.as_ref().and_then(|campaign| {
            campaign.def.canned.iter().position(|canned| canned.id == "takeover" && !self.takes_canned(&canned.id))
        });
        if let Some(row) = own {
            return self.take_canned(row);
        }
        let Some(me) = self.me.as_ref().map(|me| me.name.clone()) else { return };
        let name = self.people.line(contact).map(|line| line.first_name.clone()).unwrap_or_default();
        let language = self.people.line(contact).and_then(|line| line.language.clone());
        let language = language.or_else(|| self.campaign.as_ref().map(|campaign| campaign.def.language.clone()));
        let text = match language.as_deref() {
            Some("es") => format!("Hola {name}, soy {me}. Sigo yo la conversación que empezó {other}."),
            _ => format!("Hi {name}, this is {me}. I'm taking over from {other}."),
        };
        // Not the script's words: they are marked as the texter's own.
        self.put_into_composer("takeover".to_owned(), &text);
        if let Some(open) = &mut self.open {
            open.source = None;
        }
    }

    /// True when a text of this voter is held back from sight until it is asked for. What may be an opt-out never is.
    #[must_use]
    pub fn holds_back(&self, contact: ContactId, text: &str) -> bool {
        self.options.hold_abuse
            && !self.shown_hard.contains(&contact)
            && self.people.line(contact).is_some_and(|line| matches!(line.opt_out, OptOut::No))
            && is_hard(text)
    }

    /// Shows what is held back in the open conversation, and holds it back again.
    pub(super) fn show_hard(&mut self) {
        let Some(contact) = self.open.as_ref().map(|open| open.contact) else { return };
        if !self.shown_hard.remove(&contact) {
            self.shown_hard.insert(contact);
        }
    }

    /// How long a first text that is being changed would be, and what makes it dear.
    pub(super) fn length_of_edit(&self, text: &str) -> Vec<Say> {
        let text = safe_body(self.as_kept(text).trim());
        let length = measure(&text);
        let mut lines = vec![
            Say::new("texter-edit-length")
                .with("parts", length.parts)
                .with("used", length.units)
                .with("left", length.left_in_part),
        ];
        if let Some(culprit) = length.culprits.first() {
            let code = format!("U+{:04X}", u32::from(culprit.ch));
            let letter = safe_line(&culprit.ch.to_string());
            lines.push(Say::new("texter-edit-dear").with("letter", letter).with("code", code));
        }
        if let Some((_, saved)) = plainer(&text) {
            let key = self.options.keymap.key_for(Context::Palette, Action::Plain).unwrap_or_default();
            lines.push(Say::new("texter-edit-saves").with("key", key).with("saved", saved));
        }
        lines
    }

    /// True where the campaign lets the words of a first text be changed.
    pub(super) fn may_edit_card(&self) -> bool {
        self.campaign.as_ref().is_some_and(|campaign| campaign.def.edit_initial)
    }

    /// Opens the card's text for changes, where the campaign allows it.
    pub(super) fn edit_card(&mut self) {
        let Some(card) = &self.card else { return };
        let contact = card.contact;
        if !self.may_edit_card() {
            // A layer, not a line below the card: whoever begins to type would send by the first space.
            self.push_overlay(Overlay::Write { what: Writing::CardAsIs(contact), text: Editor::default() });
            return;
        }
        let begun = self.edit_begun.as_ref().filter(|(of, _)| *of == contact).map(|(_, text)| text.as_str());
        let text = Editor::new(begun.unwrap_or(&card.body));
        self.push_overlay(Overlay::Write { what: Writing::Card(contact), text });
    }

    /// The layer in which a first text is changed was left: what was written there is kept, for the same key shows it again.
    pub(super) fn keep_edit(&mut self, contact: ContactId, text: &str) {
        let same = self.card.as_ref().is_some_and(|card| card.contact == contact && card.body == text);
        if !same && !text.trim().is_empty() {
            self.edit_begun = Some((contact, text.to_owned()));
            let key = self.options.keymap.key_for(Context::Card, Action::EditCard).unwrap_or_default();
            self.say(Level::Info, Say::new("texter-edit-kept").with("key", key));
        }
    }

    /// The card says this now; with nothing, or the script's own words, the script again.
    pub(super) fn card_edited(&mut self, contact: ContactId, text: &str) {
        let text = safe_body(self.as_kept(text).trim());
        self.edit_begun = None;
        let before = self.edited.remove(&contact);
        self.rebuild_card();
        let script = self.card.as_ref().filter(|card| card.contact == contact).map(|card| card.body.clone());
        if !text.is_empty() && script.is_some_and(|script| script != text) {
            self.edited.insert(contact, text);
            self.rebuild_card();
        }
        if self.edited.get(&contact) != before.as_ref() {
            self.may_undo(Undo::Words { contact, before });
        }
    }

    /// A first text or reply was pressed: for the pace.
    pub(super) fn count_press(&mut self, stamp: Stamp) {
        if self.presses.back().is_some_and(|last| stamp.mono.saturating_sub(*last) > REST) {
            self.presses.clear();
        }
        if self.presses.len() == PACE {
            self.presses.pop_front();
        }
        self.presses.push_back(stamp.mono);
    }

    /// First texts in a minute of late, and how many minutes the rest of the slice takes at that; none before it can be told.
    #[must_use]
    pub fn pace(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.presses.front()?, self.presses.back()?);
        if self.remaining() == 0 {
            return None;
        }
        // Of a burst long past nothing follows for what is left.
        if self.now.is_some_and(|now| now.mono.saturating_sub(*last) > REST) {
            return None;
        }
        let took = last.saturating_sub(*first);
        let many = u32::try_from(self.presses.len().saturating_sub(1)).ok().filter(|many| *many >= 9)?;
        let each = took.checked_div(many).filter(|each| !each.is_zero())?;
        let a_minute = (60.0 / each.as_secs_f64()).round() as u64;
        let left = each.as_secs_f64() * self.remaining() as f64 / 60.0;
        Some((a_minute.max(1), left.ceil() as u64))
    }

    /// Reminds of a break, once for each stretch of work.
    pub(super) fn mind_the_hands(&mut self, stamp: Stamp) {
        let after = self.options.break_after;
        if after.is_zero() {
            return;
        }
        let (Some(began), Some(last)) = (self.work_began, self.last_key) else { return };
        if stamp.mono.saturating_sub(last) > REST {
            self.work_began = None;
        } else if stamp.mono.saturating_sub(began) >= after {
            self.work_began = Some(stamp.mono);
            self.say(Level::Info, Say::new("texter-break").with("minutes", after.as_secs() / 60));
        }
    }

    /// A key was pressed: somebody works.
    pub(super) fn works(&mut self, stamp: Stamp) {
        // Whoever has no card and nobody who waits has nothing to rest from.
        if self.card.is_none() && self.open.is_none() && self.people.waiting() == 0 {
            self.work_began = None;
            return;
        }
        if self.last_key.is_none_or(|last| stamp.mono.saturating_sub(last) > REST) {
            self.work_began = None;
        }
        self.work_began.get_or_insert(stamp.mono);
        self.last_key = Some(stamp.mono);
    }
}
