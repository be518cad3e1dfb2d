//! Drafts: what is being written to somebody, and behind it what came back and waits for its turn.
//!
//! One line of the journal holds both. A reply that comes back while another is the draft must neither overwrite it nor get
//! lost: it stands behind it and becomes the draft once that one was sent or cleared.

use super::model::Model;
use crate::console::core::shared::effect::Effect;
use crate::domain::ids::ContactId;

/// Between two drafts; no text that can be sent holds one.
const BEHIND: char = '\u{c}';

impl Model {
    fn parts(&self, contact: ContactId) -> (&str, Option<&str>) {
        let kept = self.drafts.get(&contact).map_or("", String::as_str);
        kept.split_once(BEHIND).map_or((kept, None), |(first, rest)| (first, Some(rest)))
    }

    /// The draft for somebody; empty when there is none.
    pub(super) fn draft(&self, contact: ContactId) -> &str {
        self.parts(contact).0
    }

    /// True when something is kept that waits for a hand; what is in the undo window does not.
    pub(super) fn has_draft(&self, contact: ContactId) -> bool {
        let pressed = self.in_window().iter().any(|one| one.request.contact == contact);
        !self.draft(contact).is_empty() || (!pressed && self.has_behind(contact))
    }

    /// True when something that came back waits behind the draft.
    pub(super) fn has_behind(&self, contact: ContactId) -> bool {
        self.parts(contact).1.is_some()
    }

    /// Puts the draft; what waits behind it stays.
    pub(super) fn put_draft(&mut self, contact: ContactId, text: &str, fx: &mut Vec<Effect>) {
        let text: String = text.chars().filter(|c| *c != BEHIND).collect();
        let whole = match self.parts(contact).1 {
            Some(rest) => format!("{text}{BEHIND}{rest}"),
            None => text,
        };
        self.keep_draft(contact, whole, fx);
    }

    /// Puts a text behind the draft.
    pub(super) fn put_behind(&mut self, contact: ContactId, text: &str, fx: &mut Vec<Effect>) {
        let text: String = text.chars().filter(|c| *c != BEHIND).collect();
        let kept = self.drafts.get(&contact).map_or("", String::as_str);
        self.keep_draft(contact, format!("{kept}{BEHIND}{text}"), fx);
    }

    /// What was a draft is one again, with all that waited behind it.
    pub(super) fn words_again(&mut self, contact: ContactId, whole: &str, fx: &mut Vec<Effect>) {
        let mut parts = whole.split(BEHIND).filter(|part| !part.is_empty());
        if let Some(first) = parts.next() {
            self.draft_again(contact, first, None, fx);
        }
        for part in parts {
            self.put_behind(contact, part, fx);
        }
    }

    /// Takes a text away that stands behind the draft.
    pub(super) fn drop_behind(&mut self, contact: ContactId, text: &str, fx: &mut Vec<Effect>) {
        let text: String = text.chars().filter(|c| *c != BEHIND).collect();
        let kept = self.drafts.get(&contact).map_or("", String::as_str);
        let mut parts: Vec<&str> = kept.split(BEHIND).collect();
        if let Some(place) = parts.iter().skip(1).position(|part| *part == text) {
            parts.remove(place + 1);
            let whole = parts.join(&BEHIND.to_string());
            self.keep_draft(contact, whole, fx);
        }
    }

    /// The first that waits behind the draft and is not about to leave; it does not stand behind it any more.
    pub(super) fn take_behind(&mut self, contact: ContactId, fx: &mut Vec<Effect>) -> Option<String> {
        let leaves =
            |part: &str| self.in_window().iter().any(|one| one.request.contact == contact && one.request.body == part);
        let rest = self.parts(contact).1?;
        let text = rest.split(BEHIND).find(|part| !part.is_empty() && !leaves(part))?.to_owned();
        self.drop_behind(contact, &text, fx);
        Some(text)
    }

    /// Throws away every draft, and what waits behind one, that `wrong` says must go.
    pub(super) fn drop_drafts(&mut self, wrong: impl Fn(ContactId, &str) -> bool, fx: &mut Vec<Effect>) {
        let kept: Vec<(ContactId, String)> = self
            .drafts
            .iter()
            .filter_map(|(contact, whole)| {
                let parts: Vec<&str> = whole.split(BEHIND).filter(|part| !wrong(*contact, part)).collect();
                let left = parts.join(&BEHIND.to_string());
                (left != *whole).then_some((*contact, left))
            })
            .collect();
        for (contact, left) in kept {
            self.keep_draft(contact, left, fx);
        }
    }

    /// The draft is settled: the next one takes its place.
    pub(super) fn next_draft(&mut self, contact: ContactId, fx: &mut Vec<Effect>) -> Option<String> {
        let whole = self.parts(contact).1.unwrap_or_default().to_owned();
        self.keep_draft(contact, whole, fx);
        Some(self.draft(contact).to_owned()).filter(|text| !text.is_empty())
    }

    fn keep_draft(&mut self, contact: ContactId, whole: String, fx: &mut Vec<Effect>) {
        if self.drafts.get(&contact).map_or("", String::as_str) == whole {
            return;
        }
        if whole.is_empty() {
            self.drafts.remove(&contact);
            self.drafts_written.remove(&contact);
        } else {
            self.drafts.insert(contact, whole.clone());
            self.drafts_written.extend(self.laptop_now().map(|now| (contact, now)));
        }
        fx.push(Effect::SaveDraft { contact, text: whole });
    }
}
