//! What the server says: pages, grants, verdicts, events.

use uuid::Uuid;

use super::acts::Mine;
use super::card::hash;
use super::giving_back::refusal_key;
use super::model::{Claim, Model, Reading};
use super::people::HeldBack;
use super::threads::accepted;
use super::undo::Undo;
use crate::api::act::Act;
use crate::api::assignment::{AssignmentPage, ContactView};
use crate::api::campaign::{CampaignState, CampaignView};
use crate::api::event::{Event, EventKind};
use crate::api::message::{Outcome, SendRequest, ThreadEntry, ThreadMessage, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Beside, ConfirmedWhat};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ContactId, MessageId};
use crate::domain::message::{Delivery, Direction, MessageKind};
use crate::domain::safe_text::safe_line;

/// An opt-out that could not be taken back any more.
fn is_late_undo(what: &ConfirmedWhat, problem: &Problem) -> bool {
    problem.code == Code::TooLate && matches!(what, ConfirmedWhat::Act { act: Act::UndoOptOut { .. } })
}

/// What is to be taken back then or never.
fn is_undo_of_then(what: &ConfirmedWhat, problem: &Problem) -> bool {
    is_late_undo(what, problem) || matches!(what, ConfirmedWhat::Act { act: Act::TakeBack { .. } })
}

/// The sentence for a refusal, with what it carries.
#[must_use]
pub fn problem_say(problem: &Problem) -> Say {
    let until = problem.code == Code::OutsideHours && problem.at.is_some();
    let mut say = Say::new(if until { "problem-outside-hours-until" } else { problem.code.say_key() });
    if let Some(at) = problem.at {
        // It may be tomorrow's hours, and other campaigns' texts are left days.
        let at = if until || problem.code == Code::TextedLately { Arg::Day(at) } else { Arg::Time(at) };
        say = say.with("at", at);
    }
    if let Some(who) = &problem.who {
        say = say.with("who", safe_line(who));
    }
    if let Some(count) = problem.count {
        say = say.with("count", count);
    }
    say
}

/// A text that came back.
struct Back {
    contact: ContactId,
    kind: MessageKind,
    body: String,
    why: String,
}

impl Model {
    pub(super) fn campaign_came(&mut self, view: CampaignView, fx: &mut Vec<Effect>) {
        self.state = view.state;
        let changed = self.campaign.as_ref().is_some_and(|old| {
            old.def != view.def || old.script_version != view.script_version || old.recalled != view.recalled
        });
        self.tell_announcement(&view);
        self.campaign = Some(view);
        self.clear_recalled_now(fx);
        self.tell_what_became(fx);
        if changed {
            // Other fields may be needed, another wording is drawn: every text is made anew.
            self.people.forget_bodies();
            self.asked.clear();
            self.card = None;
        }
    }

    pub(super) fn assignment_came(&mut self, page: AssignmentPage, fx: &mut Vec<Effect>) {
        if page.lease_until.is_some() {
            self.lease_until = page.lease_until;
        }
        let mut reading = self.reading.take().unwrap_or_default();
        reading.after = Some(reading.after.map_or(page.seq, |after| after.min(page.seq)));
        for line in page.contacts {
            if line.campaign == self.options.campaign {
                reading.seen.insert(line.id);
                let unheard = line.status == Status::NeedsMessage && self.acts.has_initial(line.id);
                reading.on_their_way += usize::from(unheard);
                self.absorb(line);
            }
        }
        if page.next.is_some() {
            self.reading = Some(reading);
            return;
        }
        let gone: Vec<ContactId> = self.people.ids().filter(|id| !reading.seen.contains(id)).collect();
        for id in gone {
            self.went_unseen(id, fx);
            self.forget_contact(id, fx);
        }
        if !self.loaded {
            self.loaded = true;
            self.undo_whom_i_hold();
            let had = std::mem::take(&mut self.options.had);
            let writing = self.options.place.names.iter().map(|(id, _)| *id);
            self.coming_back.mine = had.iter().map(|(id, _)| *id).chain(writing).collect();
            let gone = had.into_iter().filter(|(id, _)| !reading.seen.contains(id)).collect();
            // Said before what went: that matters more.
            self.resume(fx);
            // Where lists leave people out, who opted out or could not be read is missing in them, and in nobody else's hands.
            self.coming_back.gone = Some(gone).filter(|_| self.options.leases);
            self.tell_what_became(fx);
            self.has_texted = page.sent > 0;
            // What was done before this console was opened counts, and what is still on its way.
            let sent = usize::try_from(page.sent).unwrap_or(0) + reading.on_their_way;
            self.slice_total = self.remaining() + sent + self.people.passed_over();
        }
        self.slice_total = self.slice_total.max(self.remaining());
        self.tell_who_is_here_again(fx);
        let after = reading.after.unwrap_or(page.seq);
        let after = self.campaign.as_ref().map_or(after, |campaign| after.min(campaign.seq));
        fx.push(Effect::Follow { campaign: self.options.campaign, after });
        self.following = true;
    }

    /// First texts still to be sent, held-back ones included.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.people.queue().len() + self.people.held_back().0 + self.people.unreadable_firsts()
    }

    /// The client noticed something beside the answers.
    pub(super) fn beside_came(&mut self, beside: Beside) {
        let count = |beside: &Beside| beside.unreadable.len() + beside.nameless;
        let more = count(&beside) > count(&self.beside);
        self.people.set_unreadable(beside.unreadable.clone());
        let unnoticed: Vec<ContactId> = beside.unnoticed.difference(&self.beside.unnoticed).copied().collect();
        for contact in unnoticed {
            self.say(Level::Warning, self.about("texter-no-notice", contact));
        }
        if beside.longest != self.beside.longest {
            // Whether its text may go is judged anew.
            self.card = None;
        }
        self.beside = beside;
        if self.card.as_ref().is_some_and(|card| self.people.is_unreadable(card.contact)) {
            self.card = None;
        }
        if let Some(say) = self.unreadable_say().filter(|_| more) {
            self.say(Level::Warning, say);
        }
    }

    /// How many contacts cannot be read, and what the server says instead.
    #[must_use]
    pub fn unreadable_say(&self) -> Option<Say> {
        let count = self.beside.unreadable.len() + self.beside.nameless;
        (count > 0).then(|| Say::new("texter-unreadable").with("count", count).with("why", safe_line(&self.beside.why)))
    }

    pub(super) fn contacts_came(&mut self, asked: &[ContactId], found: Vec<ContactView>, fx: &mut Vec<Effect>) {
        for id in asked {
            self.asked.remove(id);
        }
        let mut missing: Vec<ContactId> = asked.to_vec();
        for view in found {
            let id = view.summary.id;
            missing.retain(|other| *other != id);
            let line = view.summary.clone();
            self.absorb(line);
            // The line above has what I did; the body must not bring the server's older one back.
            let mut view = view;
            if let Some(line) = self.people.line(id) {
                view.summary = line.clone();
            }
            // What was asked for alone to know where they are drives out nothing that is needed sooner.
            if self.asked_zones.remove(&id) && self.people.is_half_full() {
                self.people.put_zones(id, view.zones);
            } else {
                self.people.put_body(view);
            }
            if self.card.as_ref().is_some_and(|card| card.contact == id) {
                self.rebuild_card();
            }
        }
        for id in missing {
            self.asked_zones.remove(&id);
            // Who cannot be read is in hand all the same.
            if !self.people.is_unreadable(id) {
                // The feed may tell of it later, or not at all.
                self.went_unseen(id, fx);
                self.forget_contact(id, fx);
            }
        }
        if self.people.without_zones(1).is_empty() {
            self.mind_what_goes(fx);
        }
    }

    pub(super) fn failed(&mut self, what: &Ask, problem: &Problem, fx: &mut Vec<Effect>) {
        match what {
            Ask::Slice { claim, .. } => {
                if self.claim == (Claim::Asked { id: *claim }) {
                    self.claim_refused(*claim, Box::new(problem.clone()), fx);
                }
                return;
            }
            Ask::TakeReplies { claim, .. } => {
                if self.taking == Some(*claim) {
                    self.taking = None;
                }
            }
            Ask::Contacts(_, ids) => {
                for id in ids {
                    self.asked.remove(id);
                }
                // Where the others are is asked for again with the next minute, not at once.
                self.zones_wait |= !self.asked_zones.is_empty();
                self.asked_zones.clear();
                // Tried again with the next thing that happens; said once, not for every time.
            }
            Ask::Thread { contact, .. } => {
                if self.thread_asked == Some(*contact) {
                    self.thread_asked = None;
                }
                // Whoever was signed out signs in again: then it is read.
                if problem.code != Code::Unauthorized {
                    self.place_not_read(*contact);
                }
                if self.open.as_ref().is_some_and(|open| open.contact == *contact) {
                    self.leave_thread(fx);
                }
                if let Some(say) = self.unreadable_say().filter(|_| self.people.is_unreadable(*contact)) {
                    return self.say(Level::Error, say);
                }
            }
            // Something to know, nothing to do: what went was said.
            Ask::Whereabouts(..) => return self.who_has_it_came(None, fx),
            Ask::Me
            | Ask::Campaigns
            | Ask::Campaign(_)
            | Ask::Assignment(_)
            | Ask::Board(_)
            | Ask::Held(_)
            | Ask::Flagged(_)
            | Ask::Review(_)
            | Ask::WaitingRoom => {}
        }
        self.say(Level::Error, problem_say(problem));
    }

    /// The server decided on one of mine; told by the answer, by the feed, or by both.
    pub(super) fn settle(&mut self, verdict: &Verdict, fx: &mut Vec<Effect>) {
        self.took_again(verdict, false, fx);
        match &verdict.outcome {
            Outcome::Accepted { seq, at } => {
                let Some(mine) = self.acts.accepted(verdict.id) else { return };
                if let Some(request) = mine.text() {
                    self.threads.echo(
                        request.contact,
                        accepted(verdict.id, *seq, *at, request.kind, &request.body, request.off_script),
                    );
                }
            }
            Outcome::Refused { problem } => self.refused(verdict.id, problem, fx),
        }
        if self.leaving && self.is_handed_in() {
            self.quit(fx);
        }
    }

    fn refused(&mut self, id: Uuid, problem: &Problem, fx: &mut Vec<Effect>) {
        // What was decided by then is not to be done again some other time.
        let late = |mine: &Mine| mine.confirmed.id == id && is_undo_of_then(&mine.confirmed.what, problem);
        // In these hands again, by a lease that it was not confirmed under: it may be confirmed anew.
        let again = |mine: &Mine| {
            let mut lost =
                mine.text().filter(|_| mine.confirmed.id == id && problem.code == Code::LeaseLost).into_iter();
            lost.any(|text| self.people.line(text.contact).is_some_and(|line| line.epoch > text.epoch))
        };
        let again = self.acts.all().any(again);
        let parked = again || (problem.code.parks() && !self.acts.all().any(late));
        let keep = !parked && !matches!(problem.code, Code::LeaseLost | Code::Removed);
        // Who was in no hands of mine then may be later.
        let anew = parked || problem.code == Code::LeaseLost;
        let Some(mine) = self.acts.refused(id, problem, keep, anew) else { return };
        self.remember(&mine, problem, parked);
        let contact = mine.contact();
        let name = contact.and_then(|contact| self.known_name(contact));
        let not_mine = contact.is_some() && matches!(problem.code, Code::LeaseLost | Code::Removed);
        if let Some(contact) = contact {
            match problem.code {
                Code::Suppressed => {
                    self.drop_draft(contact);
                    self.people.change(contact, |line| line.opt_out = OptOut::Yes { by_word: false });
                }
                Code::LeaseLost | Code::Removed if !again => {
                    // Pressed and not sent: whoever else texts them, it does not count as done here.
                    let initial = mine.text().is_some_and(|request| request.kind == MessageKind::Initial);
                    if initial && self.options.hands_out {
                        self.slice_total = self.slice_total.saturating_sub(1);
                    } else if problem.code == Code::LeaseLost {
                        // The refusal may come before the feed tells that they went.
                        self.went_unseen(contact, fx);
                    }
                    self.forget_contact(contact, fx);
                }
                _ => {}
            }
        }
        let mut say = self.refusal_of(&mine.confirmed.what, problem);
        if let Some(contact) = contact.filter(|id| self.people.line(*id).is_some()) {
            say = say.with("name", self.called(contact));
        }
        match (&mine.confirmed.what, parked) {
            (_, true) if mine.text().is_some() => {
                if let Some(request) = mine.text() {
                    self.parked(request, problem, &say, fx);
                }
            }
            (ConfirmedWhat::Act { act }, _) => self.act_refused(act, fx),
            _ => {}
        }
        if not_mine {
            self.was_not_mine(&mine, name, fx);
        } else {
            self.say(Level::Warning, say);
        }
        self.unsay(&mine);
    }

    /// Why one of mine was refused. A server that hands nothing out says no without a reason: no role is known to be missing.
    pub(super) fn refusal_say(&self, problem: &Problem) -> Say {
        if !self.options.hands_out && problem.code == Code::Forbidden {
            return Say::new("problem-no-reason");
        }
        problem_say(problem)
    }

    /// The same, where what was confirmed makes the reason another one.
    pub(super) fn refusal_of(&self, what: &ConfirmedWhat, problem: &Problem) -> Say {
        let ConfirmedWhat::Act { act } = what else { return self.refusal_say(problem) };
        if let Some(key) = refusal_key(what, problem) {
            return self.asks_again(key);
        }
        if !is_late_undo(what, problem) {
            return self.refusal_say(problem);
        }
        let name = act.contact().map(|contact| self.called(contact)).unwrap_or_default();
        Say::new("texter-opt-out-stays").with("name", name)
    }

    /// A refused reply leaves the voter waiting.
    pub(super) fn unsay(&mut self, mine: &Mine) {
        let Some(request) = mine.text().filter(|request| request.kind == MessageKind::Reply) else { return };
        let wrote = self.wrote_at(request.contact);
        self.people.change(request.contact, |line| {
            if line.status == Status::Convo {
                line.status = Status::NeedsResponse;
                line.waiting_since.get_or_insert(wrote.unwrap_or(line.updated_at));
            }
        });
    }

    /// When this person wrote last, as far as it is here: since then they wait, not since somebody thought better of something.
    pub(super) fn wrote_at(&self, contact: ContactId) -> Option<jiff::Timestamp> {
        self.threads.get(contact).and_then(|thread| thread.last_inbound()).map(|text| text.at)
    }

    /// A text that may not go out now comes back as a card or a draft: a new press, a new id.
    fn parked(&mut self, request: &SendRequest, problem: &Problem, why: &Say, fx: &mut Vec<Effect>) {
        let contact = request.contact;
        match request.kind {
            MessageKind::Initial => {
                let hold = problem.at.and_then(|at| match problem.code {
                    Code::OutsideHours => Some(HeldBack::Hours { opens_at: at }),
                    Code::TextedLately => Some(HeldBack::TextedLately { until: at }),
                    _ => None,
                });
                self.card_again(contact, why, hold);
                if problem.code == Code::Frozen {
                    self.people.drop_from_queue(contact);
                    self.pick_card();
                }
            }
            // Its words must not be said any more: the voter waits, and gets other ones.
            _ if problem.code == Code::Recalled => {}
            _ => self.draft_again(contact, &request.body, request.source.clone(), fx),
        }
    }

    /// What came back in a pause may go out again: a card that says that nothing is sent would be left alone.
    fn pause_is_over(&mut self) {
        let notes = self.came_back.values_mut().chain(self.card.as_mut().and_then(|card| card.note.as_mut()));
        for note in notes.filter(|note| note.key == Code::Paused.say_key()) {
            *note = Say::new("texter-came-back-in-pause");
        }
    }

    /// A first text was not sent: its card comes again, with the reason.
    pub(super) fn card_again(&mut self, contact: ContactId, why: &Say, hold: Option<HeldBack>) {
        self.came_back.insert(contact, why.clone());
        self.people.change(contact, |line| line.status = Status::NeedsMessage);
        if let Some(hold) = hold {
            self.people.hold_back(contact, hold);
        }
        self.pick_card();
        if let Some(card) = self.card.as_mut().filter(|card| card.contact == contact) {
            card.note = Some(why.clone());
        }
    }

    /// A reply was not sent: its words become the draft, or stand behind the one that there is.
    pub(super) fn draft_again(&mut self, contact: ContactId, body: &str, source: Option<String>, fx: &mut Vec<Effect>) {
        let open = self.open.as_mut().filter(|open| open.contact == contact && open.editor.is_blank());
        match open {
            Some(open) => {
                open.editor.replace(body);
                open.source = source.map(|source| (source, body.to_owned()));
                open.typed = false;
                open.looked_through = false;
                self.draft_dirty = true;
            }
            None => {
                // What is being written is kept first, so that this one stands behind it.
                if self.open.as_ref().is_some_and(|open| open.contact == contact) {
                    self.save_draft(fx);
                }
                if self.drafts.contains_key(&contact) {
                    self.put_behind(contact, body, fx);
                } else {
                    self.put_draft(contact, body, fx);
                }
            }
        }
    }

    /// The last of the thread are replies of mine that came back while no console ran: the first one's words become the draft,
    /// the others stand behind it, each once, unless there is one.
    pub(super) fn offer_again(&mut self, contact: ContactId, fx: &mut Vec<Effect>) {
        let free = self.open.as_ref().is_some_and(|open| open.contact == contact && open.editor.is_blank());
        if !free || self.has_behind(contact) {
            return;
        }
        let came_back = |message: &&ThreadMessage| {
            message.mine
                && message.kind == Some(MessageKind::Reply)
                && message.delivery == Delivery::Dropped
                && matches!(message.error.as_deref(), Some("too_late" | "possible_opt_out"))
        };
        let mut back: Vec<(MessageId, String)> = self
            .threads
            .get(contact)
            .iter()
            .flat_map(|thread| thread.entries().iter().rev())
            .filter_map(|entry| match entry {
                ThreadEntry::Message(message) => Some(message),
                ThreadEntry::Note { .. } => None,
            })
            .take_while(came_back)
            .map(|message| (message.id, message.body.clone()))
            .collect();
        back.reverse();
        back.retain(|(id, _)| self.offered.insert(*id));
        for (_, body) in back {
            self.draft_again(contact, &body, None, fx);
        }
    }

    /// A text that was accepted came back before a carrier had it: nothing of it reached the voter.
    fn returned(&mut self, back: Back, fx: &mut Vec<Effect>) {
        let Back { contact, kind, body, why } = back;
        let (key, again) = match why.as_str() {
            "too_late" => ("texter-back-late", true),
            "possible_opt_out" => ("texter-back-frozen", true),
            "wrong_number" => ("texter-back-wrong-number", false),
            "removed" => ("texter-back-removed", false),
            "recalled" if kind == MessageKind::Initial => ("texter-back-recalled", true),
            "recalled" => ("texter-back-recalled-reply", false),
            "opted_out" => ("texter-back-opted-out", false),
            _ => ("texter-back", true),
        };
        let say = self.about(key, contact);
        if self.people.line(contact).is_some() {
            if kind == MessageKind::Initial {
                self.acts.initial_came_back(contact);
            }
            match kind {
                MessageKind::Initial if again => self.card_again(contact, &say, None),
                MessageKind::Reply if again => self.draft_again(contact, &body, None, fx),
                _ => {}
            }
        }
        self.say(Level::Warning, say);
    }

    /// What was shown at once was not so: read the truth again.
    fn act_refused(&mut self, act: &Act, fx: &mut Vec<Effect>) {
        match act.contact() {
            Some(contact) => {
                if self.asked.insert(contact) {
                    fx.push(Effect::Load(Ask::Contacts(self.options.campaign, vec![contact])));
                }
            }
            None => self.read_again(fx),
        }
    }

    fn read_again(&mut self, fx: &mut Vec<Effect>) {
        self.reading = Some(Reading::default());
        fx.push(Effect::Load(Ask::Campaign(self.options.campaign)));
        fx.push(Effect::Load(Ask::Assignment(self.options.campaign)));
    }

    pub(super) fn event(&mut self, event: Event, fx: &mut Vec<Effect>) {
        // The server's clock may be ahead of what we believed (a rehearsal may run fast).
        self.heard = self.heard.max(Some(event.at));
        // Followed anew, the feed tells again what it told before.
        let again = event.seq <= self.told_to;
        self.told_to = self.told_to.max(event.seq);
        match event.what {
            EventKind::Contact { contact } => {
                if contact.campaign == self.options.campaign {
                    let id = contact.id;
                    let new = self.absorb(contact);
                    if new {
                        self.is_here_again(id);
                        self.slice_total = self.slice_total.max(self.remaining());
                    }
                }
            }
            EventKind::Thread { contact, item } => self.thread_event(contact, item, again, fx),
            EventKind::Delivery { contact, message, delivery, error } => {
                self.threads.deliver(contact, message, delivery, error);
            }
            EventKind::Settled { verdict } => {
                self.settle(&verdict, fx);
                self.took_again(&verdict, true, fx);
                self.place_known(&verdict);
            }
            EventKind::Returned { contact, message, kind, body, why } => {
                self.offered.insert(message);
                self.returned(Back { contact, kind, body, why }, fx);
            }
            EventKind::Gone { contact, why, who } => self.goes_from_me(contact, &why, who.as_deref(), fx),
            EventKind::Campaign { state, script_version } => {
                if state != self.state {
                    self.state = state;
                    let key = match state {
                        CampaignState::Running => "texter-resumed-now",
                        CampaignState::Paused => "texter-paused-now",
                        CampaignState::Importing => "texter-importing",
                        CampaignState::Archived => self.archived_key(),
                    };
                    self.say(Level::Warning, Say::new(key));
                }
                if state == CampaignState::Running {
                    self.pause_is_over();
                }
                if state == CampaignState::Archived {
                    // Closed, or its late replies are somebody else's now: who has them is in the campaign, and asks for those who wait.
                    fx.push(Effect::Load(Ask::Campaign(self.options.campaign)));
                    self.claim = Claim::Idle;
                }
                // Resumed, or more contacts came in.
                if state == CampaignState::Running
                    && matches!(&self.claim, Claim::Refused { problem, .. } if matches!(problem.code, Code::Paused | Code::NoneLeft | Code::Closed))
                {
                    self.claim = Claim::Idle;
                }
                if self.campaign.as_ref().is_some_and(|campaign| campaign.script_version != script_version) {
                    fx.push(Effect::Load(Ask::Campaign(self.options.campaign)));
                }
            }
            EventKind::Recalled { recall } => self.recall(recall, fx),
            EventKind::RecallLifted { recall } => {
                self.recall_lifted(recall);
                fx.push(Effect::Load(Ask::Campaign(self.options.campaign)));
            }
            EventKind::Announced { note } => self.announced(note, fx),
            EventKind::Corrected { contact } => self.corrected(contact),
            EventKind::Snapshot { .. } => {
                self.threads.clear();
                self.thread_asked = None;
                self.read_for_places(fx);
                self.read_again(fx);
            }
            EventKind::Board { .. } | EventKind::Here {} | EventKind::Unknown => {}
        }
    }

    fn thread_event(&mut self, contact: ContactId, item: ThreadEntry, again: bool, fx: &mut Vec<Effect>) {
        self.mark_full(contact, &item);
        let inbound = matches!(&item, ThreadEntry::Message(message) if message.direction == Direction::Inbound);
        if let ThreadEntry::Message(message) = &item {
            // The feed may tell of my text before the answer to it does.
            if message.mine {
                self.acts.accepted(message.id.0);
            }
            let seq = message.seq;
            let foreign = inbound || !message.mine;
            if self.people.line(contact).is_some_and(|line| line.last_seq < seq) {
                self.people.change(contact, |line| {
                    line.last_seq = seq;
                    if foreign {
                        line.foreign_seq = line.foreign_seq.max(seq);
                    }
                });
            }
        }
        if let ThreadEntry::Note { what, who, .. } = &item
            && matches!(what.as_str(), "wrong_number_told" | "wrong_number_untold")
        {
            let is_told = what == "wrong_number_told";
            let key = if is_told { "texter-wrong-elsewhere" } else { "texter-wrong-elsewhere-not" };
            let say = self.about(key, contact).with("who", safe_line(who));
            self.say(if is_told { Level::Warning } else { Level::Told }, say);
        }
        if let ThreadEntry::Note { what, who, detail, .. } = &item
            && what == "captain_answered"
        {
            // Stays until a key is pressed: it was waited for. It is a message, nothing that went wrong.
            let say = self.about("texter-captain-answered", contact);
            let say = say.with("who", safe_line(who)).with("text", safe_line(detail));
            self.say(Level::Told, say);
            let answered = self.about("texter-stays-answered", contact);
            for undo in &mut self.undo {
                let asked = match undo {
                    Undo::Asked(of) => *of == contact,
                    Undo::Final { contact: of, why } => *of == contact && why.key == "texter-stays-asked",
                    _ => false,
                };
                if asked {
                    *undo = Undo::Final { contact, why: answered.clone() };
                }
            }
            let named = self.about("texter-notify-answer-named", contact);
            fx.push(Effect::Notify { say: Say::new("texter-notify-answer"), named });
        }
        let new = self.threads.add(contact, item, again);
        if let Some(open) = self.open.as_mut().filter(|open| open.contact == contact && new && open.hidden_below > 0) {
            // What is being read stays where it is.
            open.hidden_below += 1;
            open.new_below += 1;
        }
        let here = self.open.as_ref().is_some_and(|open| open.contact == contact);
        if inbound && self.people.line(contact).is_some() && (!here || !self.focused) {
            let named = self.about("texter-notify-reply-named", contact);
            fx.push(Effect::Notify { say: Say::new("texter-notify-reply"), named });
        }
    }

    /// Hash of a text as the evidence holds it; for views and tests.
    #[must_use]
    pub fn hash_of(text: &str) -> String {
        hash(text)
    }
}
