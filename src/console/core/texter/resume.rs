//! Where the console was left, for the next start: the list's filter and order, and the conversation that was open.
//!
//! Ids, names of filters, and the first names of whom somebody writes to, sealed as all of the journal. Whoever was among the replies comes back among them: never onto a card,
//! which the next key would send.

use std::collections::BTreeSet;

use super::acts::{Mine, Stage};
use super::model::{Focus, Model};
use super::overlay::Overlay;
use super::people::{Filter, Sort};
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::place::{Due, Place, READ};
use crate::console::core::shared::say::Say;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;

/// What is to be told to whoever came back.
#[derive(Debug, Clone, Default)]
pub struct ComingBack {
    /// What they held and hold no more, until it was told: contacts, and whether they were in conversation.
    pub(super) gone: Option<Vec<(ContactId, bool)>>,
    /// Whom they held or wrote to in this campaign.
    pub(super) mine: BTreeSet<ContactId>,
    /// It is asked who has it now.
    pub(super) asked: bool,
    /// The journal has told its drafts.
    pub(super) journal: bool,
    /// To whom a reply had been pressed at the last end that had not left yet.
    pub(super) leaving: Vec<ContactId>,
    /// What was waited for at the last start, until it is waited for again.
    pub(super) due: Vec<Due>,
    /// It is.
    pub(super) places: bool,
    /// Whose begun words were told: when the console is left they are forgotten.
    pub(super) told: BTreeSet<ContactId>,
}

impl Model {
    /// Where the console is now; none before anything is known, and in a practice.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        (self.loaded && !self.options.practice).then(|| Place {
            open: self.open.as_ref().map(|open| open.contact),
            in_replies: self.focus != Focus::Card,
            filter: self.people.filter().key().to_owned(),
            sort: self.people.sort().key().to_owned(),
            read: self.people.read_and_waiting().take(READ).collect(),
            names: self.names_to_keep(),
            leaving: self.leaving(),
            begin: self.overlays.contains(&Overlay::Begin),
            due: self.places_due(),
        })
    }

    /// To whom a reply was pressed that may still be taken back.
    fn leaving(&self) -> Vec<ContactId> {
        let replies = self.window.iter().filter(|one| one.request.kind == MessageKind::Reply);
        replies.map(|one| one.request.contact).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The names of whoever is written to.
    fn names_to_keep(&self) -> Vec<(ContactId, String)> {
        let open = self.open.as_ref().map(|open| open.contact);
        // Until the journal has told its drafts, whoever was written to before may have one.
        let before = self.options.place.names.iter().filter(|_| !self.coming_back.mine.is_empty());
        let before = before.map(|(id, _)| *id);
        let whom: BTreeSet<ContactId> = self.drafts.keys().copied().chain(open).chain(before).collect();
        // What is on its way may come back after the next start, when they are somebody else's.
        let sent = self.acts.all().filter(|mine| !matches!(mine.stage, Stage::Refused(_))).filter_map(Mine::contact);
        let sent: BTreeSet<ContactId> = sent.filter(|id| !whom.contains(id)).collect();
        let named = |id: ContactId| self.known_name(id).map(|name| (id, name));
        whom.into_iter().chain(sent).filter_map(named).take(READ).collect()
    }

    /// Has the place kept, when it is another one than the journal has.
    pub(super) fn keep_place(&mut self, fx: &mut Vec<Effect>) {
        if let Some(place) = self.place().filter(|place| self.options.place != *place) {
            self.options.place = place.clone();
            fx.push(Effect::KeepPlace { campaign: self.options.campaign, place });
        }
    }

    /// Has it kept at once that another conversation is open, that the keys went to the cards or came from them, or that words are owed to
    /// somebody: whoever is cut off comes back to where they are.
    pub(super) fn mind_the_place(&mut self, fx: &mut Vec<Effect>) {
        let here = (self.open.as_ref().map(|open| open.contact), self.focus != Focus::Card);
        if here != (self.options.place.open, self.options.place.in_replies) {
            self.keep_place(fx);
            self.keep_hands(fx);
        } else if self.places_due() != self.options.place.due || self.leaving() != self.options.place.leaving {
            self.keep_place(fx);
        }
    }

    /// Goes back to where the console was left. Once, when it is known who is in hand.
    pub(super) fn resume(&mut self, fx: &mut Vec<Effect>) {
        let place = self.options.place.clone();
        if let Some(filter) = Filter::ALL.into_iter().find(|filter| filter.key() == place.filter) {
            self.people.set_filter(filter);
        }
        if let Some(sort) = Sort::ALL.into_iter().find(|sort| sort.key() == place.sort) {
            self.people.set_sort(sort);
        }
        for (contact, seq) in &place.read {
            self.people.mark_read(*contact, *seq);
        }
        // Who has begun already with something else is not taken away from it.
        if !place.in_replies || self.focus != Focus::Card || self.overlays.iter().any(|layer| *layer != Overlay::Begin)
        {
            return;
        }
        self.focus = Focus::Inbox;
        self.side_pane = true;
        let goes_on = |id: ContactId| {
            let line = self.people.line(id);
            line.is_some_and(|line| {
                !matches!(line.status, Status::Closed | Status::NeedsMessage)
                    && !matches!(line.opt_out, OptOut::Yes { .. })
            })
        };
        let say = match place.open {
            None => Say::new("resume-replies"),
            Some(contact) if goes_on(contact) => {
                self.open_thread(contact, fx);
                let key = if self.has_draft(contact) { "resume-draft" } else { "resume-conversation" };
                self.about(key, contact)
            }
            Some(contact) if self.people.line(contact).is_some() => self.about("resume-over", contact),
            Some(contact) => match place.name_of(contact) {
                Some(name) => Say::new("resume-gone").with("name", safe_line(&name)),
                None => Say::new("resume-gone-nameless"),
            },
        };
        // What a captain has to say stays until it was seen.
        if self.notices.toast().is_none_or(|notice| notice.level < Level::Told) {
            self.say(Level::Info, say);
        }
    }

    /// Somebody came back: what they held is theirs no more, and what they had begun to write to whom is in other hands. Said once it is
    /// known of what campaign it was, what the journal holds, and who has it.
    pub(super) fn tell_what_became(&mut self, fx: &mut Vec<Effect>) {
        self.take_places_up(fx);
        if !self.loaded || self.campaign.is_none() {
            return;
        }
        if let Some(gone) = self.coming_back.gone.take() {
            self.coming_back.asked = self.tell_what_went(&gone, fx);
        }
        if !self.coming_back.journal || self.coming_back.asked {
            return;
        }
        for contact in std::mem::take(&mut self.coming_back.mine) {
            self.tell_words_of(contact);
        }
        for contact in std::mem::take(&mut self.coming_back.leaving) {
            if self.people.line(contact).is_some() && self.has_draft(contact) {
                self.say(Level::Told, self.about("resume-not-left", contact));
            }
        }
    }

    /// Somebody is in other hands, and something was begun to be written to them: it is said, with its words.
    pub(super) fn tell_words_of(&mut self, contact: ContactId) {
        if self.people.line(contact).is_some() || self.people.is_unreadable(contact) {
            return;
        }
        let parts = self.drafts.get(&contact).map(|kept| kept.split('\u{c}').filter(|part| !part.trim().is_empty()));
        let words = parts.map(|parts| parts.map(|part| safe_line(part.trim())).collect::<Vec<_>>().join(" / "));
        let Some(words) = words.filter(|words| !words.is_empty()) else { return };
        self.coming_back.told.insert(contact);
        let say = match self.known_name(contact) {
            Some(name) => Say::new("back-draft").with("name", safe_line(&name)).with("draft", words),
            None => Say::new("back-draft-nameless").with("draft", words),
        };
        self.say(Level::Told, say);
    }

    /// The console is left: what was begun to write to somebody in other hands was shown, and is kept no longer.
    pub(super) fn drop_words_told(&mut self, fx: &mut Vec<Effect>) {
        for contact in std::mem::take(&mut self.coming_back.told) {
            if self.people.line(contact).is_none() && self.drafts.remove(&contact).is_some() {
                fx.push(Effect::SaveDraft { contact, text: String::new() });
            }
        }
    }

    /// The journal told its drafts after a conversation was opened: its draft is put there, where nothing is written yet.
    pub(super) fn draft_comes_late(&mut self) {
        let Some(contact) = self.open.as_ref().map(|open| open.contact) else { return };
        let draft = self.draft(contact).to_owned();
        if let Some(open) = self.open.as_mut().filter(|open| open.editor.is_blank() && !draft.is_empty()) {
            open.editor = Editor::new(&draft);
            open.looked_through = false;
        }
    }
}
