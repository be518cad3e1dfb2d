//! Where the console was left, for the next start: the list's filter and order, and the conversation that was open.
//!
//! Ids and names of filters alone, sealed as all of the journal. Whoever was among the replies comes back among them: never onto a card,
//! which the next key would send.

use super::model::{Focus, Model};
use super::people::{Filter, Sort};
use crate::console::core::shared::editor::Editor;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::place::{Place, READ};
use crate::console::core::shared::say::Say;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;

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
        })
    }

    /// Has the place kept, when it is another one than the journal has.
    pub(super) fn keep_place(&mut self, fx: &mut Vec<Effect>) {
        if let Some(place) = self.place().filter(|place| self.options.place != *place) {
            self.options.place = place.clone();
            fx.push(Effect::KeepPlace { campaign: self.options.campaign, place });
        }
    }

    /// Has it kept at once that another conversation is open, or that the keys went to the cards or came from them: whoever is cut off comes
    /// back to where they are.
    pub(super) fn mind_the_place(&mut self, fx: &mut Vec<Effect>) {
        let here = (self.open.as_ref().map(|open| open.contact), self.focus != Focus::Card);
        if here != (self.options.place.open, self.options.place.in_replies) {
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
        if !place.in_replies || self.focus != Focus::Card || !self.overlays.is_empty() {
            return;
        }
        self.focus = Focus::Inbox;
        self.side_pane = true;
        let goes_on = |id: &ContactId| {
            let line = self.people.line(*id);
            line.is_some_and(|line| {
                !matches!(line.status, Status::Closed | Status::NeedsMessage)
                    && !matches!(line.opt_out, OptOut::Yes { .. })
            })
        };
        let say = match place.open.filter(goes_on) {
            None => Say::new("resume-replies"),
            Some(contact) => {
                self.open_thread(contact, fx);
                let key = if self.has_draft(contact) { "resume-draft" } else { "resume-conversation" };
                self.about(key, contact)
            }
        };
        // What a captain has to say stays until it was seen.
        if self.notices.toast().is_none_or(|notice| notice.level < Level::Told) {
            self.say(Level::Info, say);
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
