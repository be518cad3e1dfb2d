//! What left these hands, and what was confirmed for whom by then: told together, never one by one.

use std::collections::BTreeMap;
use std::time::Duration;

use super::acts::{Mine, Stage};
use super::leaving::named_some;
use super::model::{Claim, Model};
use crate::api::assignment::Whereabouts;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::Timer;
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::domain::conversation::Status;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;

/// So long what goes at once is gathered.
const GATHERED: Duration = Duration::from_secs(1);

/// So many times it is put off while contacts are being asked for: those that went may come again with the answer.
const PUT_OFF: u8 = 10;

/// What left these hands, until it is told.
#[derive(Debug, Clone, Default)]
pub struct Away {
    /// Whom, and with whom of them this person was in conversation.
    went: BTreeMap<ContactId, bool>,
    /// Of whom something confirmed was refused for that: first texts, and whatever else is no reply. By name.
    refused: [Vec<String>; 2],
    /// It will be told.
    is_due: bool,
    put_off: u8,
    /// What is said once it is known who has it now.
    asked: Option<Vec<Say>>,
    /// Names of whom something is confirmed for and not decided, and who went meanwhile.
    pub(super) names: BTreeMap<ContactId, String>,
}

impl Model {
    /// Somebody left these hands.
    pub(super) fn goes_from_me(&mut self, contact: ContactId, why: &str, who: Option<&str>, fx: &mut Vec<Effect>) {
        if why == "reclaimed" && self.unsent(contact) {
            self.taken_back();
            return self.forget_contact(contact, fx);
        }
        let is_open = self.open.as_ref().is_some_and(|open| open.contact == contact);
        let on_screen = is_open || self.at_hand() == Some(contact);
        let mine = self.people.line(contact).is_some();
        // Of those a server takes from whoever it does not see, there are many at once, and some come back with the next answer.
        let by_itself = self.options.leases && matches!(why, "lease_expired" | "session_ended");
        if by_itself || (why == "reclaimed" && !on_screen) {
            self.went_unseen(contact, fx);
        } else if on_screen && why != "closed" && mine {
            // That the campaign was closed is said once.
            let key = match why {
                "reclaimed" => "texter-gone-reclaimed",
                "removed" => "texter-gone-removed",
                "erased" => "texter-gone-erased",
                _ => "texter-gone",
            };
            let say = self.about(key, contact).with("who", who.map(safe_line).unwrap_or_default());
            self.say(Level::Warning, say);
        }
        if why == "erased" {
            return self.erased(contact, fx);
        }
        self.keep_place(fx);
        self.forget_contact(contact, fx);
        if by_itself && is_open {
            self.go_back_to = Some(contact);
        } else if mine && !by_itself {
            self.tell_words_of(contact);
        }
    }

    /// Somebody is about to be forgotten whom this person holds: it is told with the others that go.
    pub(super) fn went_unseen(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        let Some(talks) = self.holds(contact).filter(|_| self.options.leases) else { return };
        // What was confirmed for them is decided on its own.
        let pending = |mine: &Mine| mine.text().is_some_and(|text| text.kind == MessageKind::Initial);
        if self.acts.about(contact).any(pending) {
            return;
        }
        self.away.went.insert(contact, talks);
        self.tell_soon(fx);
    }

    fn tell_soon(&mut self, fx: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.away.is_due, true) {
            self.away.put_off = 0;
            fx.push(Effect::After { timer: Timer::Away, delay: GATHERED });
        }
    }

    /// Tells what was gathered: what went, what of it is this person's again, and who has the rest.
    pub(super) fn tell_of_away(&mut self, fx: &mut Vec<Effect>) {
        if matches!(self.claim, Claim::Asked { .. }) && self.away.put_off < PUT_OFF {
            self.away.put_off += 1;
            return fx.push(Effect::After { timer: Timer::Away, delay: GATHERED });
        }
        self.away.is_due = false;
        self.tell_refused();
        let went = std::mem::take(&mut self.away.went);
        let (again, gone): (Vec<_>, Vec<_>) = went.into_iter().partition(|(id, _)| self.people.line(*id).is_some());
        for (contact, _) in &gone {
            if !self.coming_back.told.contains(contact) {
                self.tell_words_of(*contact);
            }
        }
        let talks = again.iter().filter(|(_, talks)| *talks).count();
        let again = match (self.what_went(&gone), again.len()) {
            (None, 0) => return,
            (None, all) => {
                let say = Say::new("away-all-again").with("unsent", all - talks).with("talks", talks);
                return self.say(Level::Told, say);
            }
            (Some(went), 0) => vec![went],
            (Some(went), some) => vec![went, Say::new("away-some-again").with("n", some)],
        };
        if let Some(before) = self.away.asked.take() {
            self.tell_away(before, None);
        }
        if self.options.whereabouts {
            self.ask_who_has(&gone, fx);
            self.away.asked = Some(again);
        } else {
            self.tell_away(again, None);
        }
    }

    /// It is known who has now what was this person's, or it could not be told.
    pub(super) fn who_has_it_came(&mut self, told: Option<&Whereabouts>, fx: &mut Vec<Effect>) {
        if !self.coming_back.asked
            && let Some(sentences) = self.away.asked.take()
        {
            return self.tell_away(sentences, told);
        }
        if let Some(told) = told {
            self.tell_who_has_it(told);
        }
        self.coming_back.asked = false;
        self.tell_what_became(fx);
    }

    /// Stays until it was seen: whoever was cut off is hardly at the screen in the moment the line comes back.
    fn tell_away(&mut self, mut sentences: Vec<Say>, told: Option<&Whereabouts>) {
        if let Some(who) = told.and_then(|told| self.who_has_it(told)) {
            sentences.insert(1, who);
        }
        if let Some(say) = Say::joined(sentences) {
            self.say(Level::Told, say);
        }
    }

    /// Something of mine was refused, as whom it was for is not mine any more. A reply's words are there to be read.
    pub(super) fn was_not_mine(&mut self, mine: &Mine, name: Option<String>, fx: &mut Vec<Effect>) {
        let Some(contact) = mine.contact() else { return };
        if let Some(name) = &name {
            // It is kept beside the words.
            self.away.names.insert(contact, name.clone());
        }
        match mine.text() {
            Some(reply) if reply.kind == MessageKind::Reply => {
                if self.drafts.contains_key(&contact) {
                    self.put_behind(contact, &reply.body, fx);
                } else {
                    self.put_draft(contact, &reply.body, fx);
                }
                self.coming_back.told.insert(contact);
                let key = if name.is_some() { "away-reply" } else { "away-reply-nameless" };
                let say = Say::new(key).with("draft", safe_line(&reply.body));
                self.say(Level::Told, say.with("name", name.unwrap_or_default()));
            }
            text => {
                self.away.refused[usize::from(text.is_none())].push(name.unwrap_or_default());
                self.tell_soon(fx);
            }
        }
    }

    fn tell_refused(&mut self) {
        let refused = std::mem::take(&mut self.away.refused);
        for (names, key) in refused.into_iter().zip(["away-firsts", "away-acts"]) {
            if !names.is_empty() {
                let known: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
                let who = if known.is_empty() { "...".to_owned() } else { named_some(known) };
                self.say(Level::Told, Say::new(key).with("n", names.len()).with("who", who));
            }
        }
    }

    /// The first name of somebody, in hand or not any more; none where it is not known.
    pub(super) fn known_name(&self, contact: ContactId) -> Option<String> {
        let here = self.people.line(contact).map(|line| line.first_name.clone());
        let here = here.or_else(|| self.away.names.get(&contact).cloned());
        here.or_else(|| self.options.place.name_of(contact)).filter(|name| !name.trim().is_empty())
    }

    /// Somebody is about to be forgotten: what was confirmed for them and is not decided keeps their name.
    pub(super) fn keep_name_of_mine(&mut self, contact: ContactId) {
        let open = |mine: &Mine| !matches!(mine.stage, Stage::Refused(_));
        if let Some(line) = self.people.line(contact).filter(|_| self.acts.about(contact).any(open)) {
            self.away.names.insert(contact, line.first_name.clone());
        }
    }

    /// Nothing may be known of them here any more: neither what was begun to write to them, nor the name that is kept beside it. The place
    /// is kept anew only after both have gone.
    pub(super) fn erased(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        self.drop_draft(contact);
        self.dropped.insert(contact);
        self.edited.remove(&contact);
        self.edit_begun.take_if(|(of, _)| *of == contact);
        self.lately.retain(|one| one.contact != Some(contact));
        self.words_of_out.remove(&contact);
        // What is under way for them would keep their name: it goes after that.
        self.forget_contact(contact, fx);
        self.away.names.remove(&contact);
        self.coming_back.mine.remove(&contact);
        self.options.place.names.retain(|(of, _)| *of != contact);
        self.keep_place(fx);
    }

    fn unsent(&self, contact: ContactId) -> bool {
        self.people.line(contact).is_some_and(|line| line.status == Status::NeedsMessage)
    }

    /// A captain took an unsent contact back. Said once for all of them; asking for others is the texter's press from then on.
    fn taken_back(&mut self) {
        match &mut self.claim {
            Claim::TakenBack { count } => *count += 1,
            // An answer under way may still bring others.
            Claim::Asked { .. } => {}
            Claim::Idle | Claim::Refused { .. } | Claim::Resting => {
                self.claim = Claim::TakenBack { count: 1 };
                self.say(Level::Warning, Say::new("texter-taken-back-now"));
            }
        }
    }
}
