//! What was recalled: nothing that carries it can be pressed any more, here before the server says so.

use std::collections::BTreeSet;

use super::model::{Model, Open};
use super::undo::Undo;
use crate::api::assignment::ContactView;
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::recall::{Recall, Said, carried, stands_in};
use crate::domain::safe_text::safe_line;

/// The captain's reason, when one was given.
fn why(recall: &Recall) -> Option<String> {
    Some(safe_line(&recall.reason)).filter(|reason| !reason.is_empty())
}

impl Model {
    /// The version of the script in force, as far as it is known here.
    pub(super) fn script_version(&self) -> u32 {
        self.campaign.as_ref().map_or(0, |campaign| campaign.script_version)
    }

    pub(super) fn carries(&self, contact: ContactId, said: &Said<'_>) -> bool {
        self.carried(contact, said).is_some()
    }

    fn carried(&self, contact: ContactId, said: &Said<'_>) -> Option<&Recall> {
        let campaign = self.campaign.as_ref().filter(|campaign| !campaign.recalled.is_empty())?;
        let as_it_stands = || {
            let Some((view, me)) = self.people.body(contact).zip(self.me.as_ref()) else { return false };
            stands_in(&campaign.def, &campaign.recalled, said.body, &view.fields, &me.name)
        };
        carried(&campaign.recalled, said, as_it_stands)
    }

    /// Why the card cannot be sent, when what it says was recalled.
    pub(super) fn card_recalled(&self, view: &ContactView, body: &str, off_script: bool) -> Option<Say> {
        let said = Said {
            kind: MessageKind::Initial,
            body,
            script_version: self.script_version(),
            variant: Some(&view.variant),
            source: None,
            off_script,
        };
        self.carried(view.summary.id, &said).map(|recall| match why(recall) {
            Some(reason) => Say::new("texter-card-recalled-why").with("reason", reason),
            None => Say::new("texter-card-recalled"),
        })
    }

    /// True when the reply in the composer carries what was recalled.
    pub(super) fn reply_recalled(&self) -> bool {
        self.open.as_ref().is_some_and(|open| self.is_recalled(open))
    }

    fn is_recalled(&self, open: &Open) -> bool {
        let text = open.editor.text();
        let said = Said {
            kind: MessageKind::Reply,
            body: text,
            script_version: if open.source.is_some() { open.source_version } else { self.script_version() },
            variant: None,
            source: open.source.as_ref().map(|(source, _)| source.as_str()),
            off_script: open.source.as_ref().is_none_or(|(_, before)| before != text),
        };
        !open.editor.is_blank() && self.carries(open.contact, &said)
    }

    /// True when this canned reply was recalled as it stands in the script now.
    pub(super) fn takes_canned(&self, id: &str) -> bool {
        let version = self.script_version();
        self.campaign.as_ref().is_some_and(|campaign| campaign.recalled.iter().any(|one| one.takes_canned(id, version)))
    }

    /// The same of the line after an answer.
    pub(super) fn takes_answer(&self, question: &str, value: Option<&str>) -> bool {
        let version = self.script_version();
        let takes = |one: &Recall| one.takes_answer(question, value, version);
        self.campaign.as_ref().is_some_and(|campaign| campaign.recalled.iter().any(takes))
    }

    /// A captain took something back.
    pub(super) fn recall(&mut self, recall: Recall, fx: &mut Vec<Effect>) {
        let Some(campaign) = &mut self.campaign else { return };
        if campaign.recalled.iter().any(|known| known.id == recall.id) {
            return;
        }
        let reason = why(&recall);
        campaign.recalled.push(recall);
        // A wording may have been put right in the meantime: the card is made anew, whatever it says.
        let before = self.card.as_ref().and_then(|card| card.fault.clone());
        self.rebuild_card();
        let shut = self.card.as_ref().filter(|card| before.is_none() && card.fault.is_some()).map(|card| card.contact);
        let cleared = self.clear_recalled(fx);
        // Somebody whose text is good may be the next one: what is said then is not about them.
        self.pick_card();
        let gone = shut.filter(|shut| self.card.as_ref().is_none_or(|card| card.contact != *shut));
        let with_why = |plain: &'static str, with: &'static str| match &reason {
            None => Say::new(plain),
            Some(why) => Say::new(with).with("reason", why.clone()),
        };
        match (gone, shut) {
            (Some(contact), _) => {
                let name = self.called(contact);
                let told = with_why("texter-recalled-other", "texter-recalled-other-why").with("name", name);
                self.say(Level::Warning, told);
            }
            (None, Some(_)) => {
                self.say_of_card(Level::Warning, with_why("texter-recalled-card", "texter-recalled-card-why"));
            }
            (None, None) if cleared.is_empty() => {
                self.say(Level::Warning, with_why("texter-recalled", "texter-recalled-why"));
            }
            (None, None) => {}
        }
        self.tell_cleared(&cleared, reason.as_deref());
    }

    /// Somebody's own words went: said last, so that it is what stands there, and in the conversation itself.
    fn tell_cleared(&mut self, cleared: &[ContactId], reason: Option<&str>) {
        let at = self.campaign_now().unwrap_or_default();
        for contact in cleared {
            self.cleared.insert(*contact, (at, reason.unwrap_or_default().to_owned()));
        }
        let open = self.open.as_ref().map(|open| open.contact).filter(|open| cleared.contains(open));
        let Some(first) = open.or_else(|| cleared.first().copied()) else { return };
        let key = if reason.is_some() { "texter-recalled-draft-why" } else { "texter-recalled-draft" };
        let say = self.about(key, first).with("more", cleared.len() - 1);
        // It stays until a key is pressed: whoever looks up from typing sees why it is gone.
        self.say(Level::Told, say.with("reason", reason.unwrap_or_default().to_owned()));
    }

    /// A recall was a mistake: what it shut is open again.
    pub(super) fn recall_lifted(&mut self, recall: i64) {
        let Some(campaign) = &mut self.campaign else { return };
        campaign.recalled.retain(|known| known.id != recall);
        self.rebuild_card();
    }

    /// The words of the script that a campaign's newer state takes back: cleared, and said.
    pub(super) fn clear_recalled_now(&mut self, fx: &mut Vec<Effect>) {
        let cleared = self.clear_recalled(fx);
        self.tell_cleared(&cleared, None);
    }

    /// Clears the composer and the drafts of what was recalled; says whose.
    fn clear_recalled(&mut self, fx: &mut Vec<Effect>) -> Vec<ContactId> {
        if self.campaign.as_ref().is_none_or(|campaign| campaign.recalled.is_empty()) {
            return Vec::new();
        }
        let open = self.open.as_ref().filter(|open| self.is_recalled(open)).map(|open| open.contact);
        if let Some(contact) = open {
            if let Some(open) = &mut self.open {
                open.editor = Editor::default();
                open.source = None;
                open.looked_through = true;
            }
            // What was kept of it goes too; what waits behind it is looked at below.
            self.put_draft(contact, "", fx);
        }
        let wrong: Vec<(ContactId, String)> = self
            .drafts
            .iter()
            .flat_map(|(contact, whole)| whole.split('\u{c}').map(|part| (*contact, part.to_owned())))
            .filter(|(contact, part)| {
                let said = Said {
                    kind: MessageKind::Reply,
                    body: part,
                    script_version: self.script_version(),
                    variant: None,
                    source: None,
                    off_script: true,
                };
                !part.is_empty() && self.carries(*contact, &said)
            })
            .collect();
        let gone = |contact: ContactId, part: &str| wrong.iter().any(|(of, text)| *of == contact && text == part);
        if !wrong.is_empty() {
            self.drop_drafts(gone, fx);
        }
        let whose: BTreeSet<ContactId> = open.into_iter().chain(wrong.iter().map(|(contact, _)| *contact)).collect();
        // Whoever is nobody's to write to here is told of elsewhere.
        whose.into_iter().filter(|contact| self.people.line(*contact).is_some()).collect()
    }

    /// What the list says of this person was corrected in this session.
    #[must_use]
    pub fn was_corrected(&self, contact: ContactId) -> bool {
        self.corrected.contains(&contact)
    }

    /// The list says something else of a contact: their text is made anew.
    pub(super) fn corrected(&mut self, contact: ContactId) {
        self.people.forget_body(contact);
        self.asked.remove(&contact);
        self.corrected.insert(contact);
        // Words that were put together for what the list said before, or for who had the number.
        self.edited.remove(&contact);
        self.edit_begun.take_if(|(of, _)| *of == contact);
        self.undo.retain(|one| !matches!(one, Undo::Words { contact: of, .. } if *of == contact));
        if self.card.as_ref().is_some_and(|card| card.contact == contact) {
            self.card = None;
            self.say(Level::Info, self.about("texter-corrected", contact));
        }
    }
}
