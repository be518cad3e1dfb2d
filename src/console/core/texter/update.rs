//! One message in, effects out; then everything that follows from the new state.

use std::time::Duration;

use uuid::Uuid;

use super::acts::{Mine, Stage, Then};
use super::gate::{Armed, Target};
use super::model::{Before, Claim, Focus, MINUTE, Model, PRESENCE, Reading};
use super::overlay::Overlay;
use super::threads::Loaded;
use super::undo::Undo;
use crate::api::act::Act;
use crate::api::assignment::ContactSummary;
use crate::api::campaign::CampaignState;
use crate::api::message::ThreadEntry;
use crate::api::problem::Code;
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, Confirmed, ConfirmedWhat, LinkState, Msg, Stamp, Timer};
use crate::console::core::shared::notice::{Level, TOAST};
use crate::console::core::shared::say::Say;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;

/// A draft is kept at the latest this long after a key that changed it: whoever is cut off loses no more than they see themselves type.
const DRAFT: Duration = Duration::from_millis(200);

impl Program for Model {
    fn start(&mut self) -> Vec<Effect> {
        if self.options.before != Before::Nothing || self.options.place.begin {
            self.push_overlay(Overlay::Begin);
        }
        self.reading = Some(Reading::default());
        let campaign = self.options.campaign;
        vec![
            Effect::Load(Ask::Me),
            Effect::Load(Ask::Campaign(campaign)),
            Effect::Load(Ask::Assignment(campaign)),
            Effect::Presence,
            Effect::After { timer: Timer::Presence, delay: PRESENCE },
            // At once: it brings the first stamp, and with it the time.
            Effect::After { timer: Timer::Minute, delay: Duration::ZERO },
        ]
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let mut fx = Vec::new();
        self.handle(msg, &mut fx);
        self.follow_up(&mut fx);
        fx
    }
}

impl Model {
    fn handle(&mut self, msg: Msg, fx: &mut Vec<Effect>) {
        let typing = self.focus == Focus::Composer && self.overlays.is_empty();
        // What the server tells; a reply that was sent by hand leaves the composer, too, once the journal has it.
        let told = matches!(
            msg,
            Msg::Event(_) | Msg::Contacts { .. } | Msg::Assignment(_) | Msg::Verdict { .. } | Msg::Failed { .. }
        );
        self.take_in(msg, fx);
        if typing && told && self.focus != Focus::Composer {
            self.shut_beneath = self.now.map(|now| now.mono);
        }
    }

    fn take_in(&mut self, msg: Msg, fx: &mut Vec<Effect>) {
        match msg {
            Msg::Key { chord, press, stamp } => {
                self.stamped(stamp);
                self.coach.pressed = true;
                self.go_back_to = None;
                self.key(chord, press, stamp, fx);
            }
            Msg::Named { action, stamp } => {
                self.stamped(stamp);
                self.coach.pressed = true;
                self.by_name(action, stamp, fx);
            }
            Msg::Pointed { aim, stamp } => {
                self.stamped(stamp);
                self.pointed(aim, stamp, fx);
            }
            Msg::Wheel { by, stamp } => {
                self.stamped(stamp);
                self.vertical(by, fx);
            }
            Msg::Suggested { place, stamp } => {
                self.stamped(stamp);
                self.notices.seen();
                self.notices.done_with();
                self.take_suggestion(Some(place), stamp, fx);
            }
            Msg::Paste(text) => self.paste(&text, fx),
            Msg::Resize { width, height } => self.size = (width, height),
            Msg::Focus(focused) => self.focused = focused,
            Msg::Drawn { card, stamp } => {
                self.stamped(stamp);
                self.gate.drawn(card.as_ref(), stamp);
                self.was_seen();
            }
            Msg::Timer { timer, stamp } => {
                self.stamped(stamp);
                self.timer(timer, stamp, fx);
            }
            Msg::Journaled { id } => self.journaled(id, fx),
            Msg::NotJournaled { id, reason } => self.not_journaled(id, &reason, fx),
            Msg::JournalOpen { acts, drafts } => {
                self.journal_open(acts, drafts);
                self.tell_what_became(fx);
            }
            Msg::DraftsWritten { at } => self.drafts_written.extend(at),
            Msg::Verdict { verdict } => {
                self.settle(&verdict, fx);
                self.place_decided(&verdict, fx);
            }
            Msg::Unknown { id } => {
                if let Some(mine) = self.acts.unknown(id).cloned() {
                    self.say(Level::Error, Say::new("texter-outcome-unknown"));
                    // Whoever may have got no answer waits for one.
                    self.unsay(&mine);
                }
            }
            Msg::Outbox { waiting, oldest } => {
                self.mind_the_answer(waiting, fx);
                self.outbox = (waiting, oldest);
                if self.leaving && self.is_handed_in() {
                    self.quit(fx);
                }
            }
            Msg::Link(link) => {
                // Whoever raised the cap started the server again.
                let back = link == LinkState::Online && self.link != LinkState::Online;
                if back && self.is_refused(Code::CapReached) {
                    self.claim = Claim::Idle;
                }
                self.link = link;
                if back {
                    self.read_for_places(fx);
                }
            }
            Msg::Me(me) => {
                self.me = Some(me);
                self.rebuild_card();
            }
            Msg::Campaign(view) => self.campaign_came(*view, fx),
            Msg::Assignment(page) => self.assignment_came(page, fx),
            Msg::Contacts { asked, found } => self.contacts_came(&asked, found, fx),
            Msg::Slice { claim, result } => self.slice_came(claim, result, fx),
            Msg::Thread(thread) => {
                if self.thread_asked == Some(thread.contact) {
                    self.thread_asked = None;
                }
                let open = self.open.as_ref().map(|open| open.contact);
                let contact = thread.contact;
                // An older page says nothing of what was done a moment ago.
                let oldest = self.threads.get(contact).and_then(Loaded::oldest).unwrap_or(0);
                let is_before = |entry: &ThreadEntry| match entry {
                    ThreadEntry::Message(message) => message.seq < oldest,
                    ThreadEntry::Note { seq, .. } => *seq < oldest,
                };
                let is_older = !thread.entries.is_empty() && thread.entries.iter().all(is_before);
                self.threads.put(thread, open);
                if !is_older {
                    self.place_read(contact);
                }
                self.offer_again(contact, fx);
            }
            Msg::Campaigns(_)
            | Msg::Board(_)
            | Msg::Held(_)
            | Msg::Flagged(_)
            | Msg::Review(_)
            | Msg::WaitingRoom(_)
            | Msg::Proved(_) => {}
            Msg::Presence(presence) => {
                self.lease_until = Some(presence.lease_until);
                self.carrier_full(presence.nothing_goes_before);
                self.keeps = presence.keeps.map(|keeps| (keeps.unsent_minutes, keeps.reply_minutes));
                // Whoever answers a closed campaign's late replies asks for more of them as long as they are there.
                if self.state == CampaignState::Archived && self.is_refused(Code::NoneLeft) {
                    self.claim = Claim::Idle;
                }
                if let Some(now) = self.now {
                    self.offset = presence.server_time.duration_since(now.wall);
                    self.clock_told();
                }
            }
            Msg::Clock { offset } => {
                self.offset = offset;
                self.clock_told();
                if let Some(now) = self.campaign_now() {
                    self.people.release_held(now);
                }
            }
            Msg::Whereabouts(told) => self.who_has_it_came(Some(&told), fx),
            Msg::TookReplies { claim, result } => self.took_replies(claim, result, fx),
            Msg::HalfWay { id } => self.is_half_way(id),
            Msg::Beside(beside) => self.beside_came(beside),
            Msg::Failed { what, problem } => self.failed(&what, &problem, fx),
            Msg::Event(event) => self.event(*event, fx),
            Msg::Score(score) => {
                self.score = Some(*score);
                self.notices.done_with();
                if self.finishing {
                    self.overlays = vec![Overlay::Score { scroll: 0 }];
                }
            }
            Msg::Edited { contact, text } => self.edited(contact, text, fx),
            Msg::Quit => self.quit(fx),
            Msg::Resumed => {
                self.gate.disarm();
                // Whoever had the terminal meanwhile has given it a title of its own.
                self.title = None;
            }
            Msg::Tell(say) => self.say(Level::Warning, say),
        }
    }

    fn is_refused(&self, code: Code) -> bool {
        matches!(&self.claim, Claim::Refused { problem, .. } if problem.code == code)
    }

    /// Nothing goes to the carrier before then; said when it begins.
    fn carrier_full(&mut self, until: Option<jiff::Timestamp>) {
        if let Some(at) = until.filter(|_| self.carrier_full_until.is_none()) {
            self.say(Level::Warning, Say::new("texter-cap-full").with("at", at));
        }
        self.carrier_full_until = until;
    }

    fn stamped(&mut self, stamp: Stamp) {
        self.now = Some(stamp);
        self.fresh = Some(stamp);
        self.keep_time();
    }

    pub(super) fn say(&mut self, level: Level, say: Say) {
        // By the campaign's clock, as the conversations are.
        self.notices.push(level, say, self.campaign_now());
        self.toast_timer = true;
    }

    /// Says why the card at hand cannot be sent. It goes with the card, and with the reason.
    pub(super) fn say_of_card(&mut self, level: Level, say: Say) {
        self.notice_of = self.card.as_ref().map(|card| (card.contact, say.key));
        self.say(level, say);
    }

    /// Takes down what was said of a card that is not at hand any more, or may be sent now.
    fn withdraw_notice(&mut self) {
        let Some((contact, key)) = self.notice_of else { return };
        let stands = self.card.as_ref().is_some_and(|card| card.contact == contact) && self.card_block().is_some();
        if !stands {
            self.notices.withdraw(key);
            self.notice_of = None;
        }
    }

    /// What was drawn has been seen: the open conversation to its end, when that is shown.
    fn was_seen(&mut self) {
        if !self.gate.is_drawn() {
            return;
        }
        let Some(open) = self.open.as_mut().filter(|open| open.hidden_below == 0) else { return };
        if !matches!(self.focus, Focus::Thread | Focus::Composer) {
            return;
        }
        if let Some(thread) = self.threads.get(open.contact) {
            open.seen_seq = thread.foreign_seq();
            self.people.mark_read(open.contact, open.seen_seq);
        }
    }

    fn timer(&mut self, timer: Timer, stamp: Stamp, fx: &mut Vec<Effect>) {
        match timer {
            Timer::Toast => self.notices.time_out(),
            Timer::KeySilence => {
                let gate = (&mut self.gate, &self.options.gate);
                if let Some((action, press)) = self.hands.silent(stamp.mono, gate, fx) {
                    self.perform(action, press.chord, press.stamp, fx);
                }
            }
            Timer::Minute => {
                self.zones_wait = false;
                if let Some(now) = self.campaign_now() {
                    self.people.release_held(now);
                    for contact in self.people.wake(now) {
                        let say = self.about("texter-awake", contact);
                        self.say(Level::Info, say);
                    }
                }
                self.mind_what_goes(fx);
                self.mind_the_hands(stamp);
                self.keep_place(fx);
                self.keep_hands(fx);
                fx.push(Effect::After { timer: Timer::Minute, delay: MINUTE });
            }
            Timer::Sequence => self.hands.forget(),
            Timer::Presence => {
                fx.push(Effect::Presence);
                fx.push(Effect::After { timer: Timer::Presence, delay: PRESENCE });
            }
            Timer::Retry => self.retry_claim(fx),
            Timer::Draft => {
                self.draft_due = false;
                self.save_draft(fx);
                self.keep_place(fx);
            }
            Timer::Answer => self.unanswered = self.outbox.0 > 0,
            Timer::Window => {
                self.window_due = None;
                _ = self.window_ends(stamp.mono, fx);
            }
            Timer::Away => self.tell_of_away(fx),
            Timer::Due => self.mind_what_goes(fx),
            // It brought a stamp; what waits for one is done below.
            Timer::Next => {}
        }
    }

    /// Hands a confirmed act to the journal. False when another one is still being written.
    pub(super) fn confirm(&mut self, what: ConfirmedWhat, stamp: Stamp, then: Then, fx: &mut Vec<Effect>) -> bool {
        if self.acts.busy().is_some() {
            self.say(Level::Warning, Say::new("texter-still-writing"));
            return false;
        }
        // A text that waits in its window was pressed before: after these it could not go any more, or would open what is closed.
        let texts_first = match &what {
            ConfirmedWhat::Act {
                act:
                    Act::Close { contact } | Act::WrongNumber { contact } | Act::Language { contact, hand_over: true, .. },
            } => Some(Some(*contact)),
            ConfirmedWhat::Act { act: Act::Release { .. } } => Some(None),
            _ => None,
        };
        if texts_first.is_some_and(|of| !self.leave_now(of, stamp.mono, fx)) {
            return false;
        }
        // An id is used once: the stamp of a press that became an act is spent.
        if self.fresh.is_some_and(|fresh| fresh.id == stamp.id) {
            self.fresh = None;
        }
        let confirmed = Confirmed { id: stamp.id, at: stamp.wall, what };
        self.acts.start(confirmed.clone(), then);
        fx.push(Effect::Confirm(confirmed));
        true
    }

    pub(super) fn confirm_act(&mut self, act: Act, stamp: Stamp, fx: &mut Vec<Effect>) -> bool {
        self.confirm(ConfirmedWhat::Act { act }, stamp, Then::Stay, fx)
    }

    fn journaled(&mut self, id: Uuid, fx: &mut Vec<Effect>) {
        let Some(mine) = self.acts.journaled(id) else { return };
        if self.score.take().is_some() {
            // It was told, and the shift goes on: the end of it has another one.
            self.finishing = false;
        }
        if mine.text().is_some() {
            self.just_opted_out = false;
            self.took_back = false;
        }
        match &mine.confirmed.what {
            ConfirmedWhat::Text(request) if request.kind == MessageKind::Initial => {
                self.sent += 1;
                self.taken_up(request.contact);
                if self.card.as_ref().is_some_and(|card| card.contact == request.contact) {
                    self.card = None;
                }
                self.came_back.remove(&request.contact);
                self.edited.remove(&request.contact);
                let of = request.contact;
                self.undo.retain(|undo| !matches!(undo, Undo::Words { contact, .. } if *contact == of));
                self.people.change(request.contact, |line| line.status = Status::Messaged);
            }
            ConfirmedWhat::Text(request) => {
                self.replied += 1;
                let contact = request.contact;
                self.taken_up(contact);
                self.people.change(contact, |line| {
                    line.status = line.status.after_outbound();
                    line.waiting_since = None;
                });
                match mine.then {
                    Then::Nothing => self.drop_behind(contact, &request.body, fx),
                    then => self.reply_done(contact, then == Then::GoOn, fx),
                }
            }
            ConfirmedWhat::Act { act } => {
                let undoes = self.undoing.take_if(|undoing| *undoing == id).is_some();
                self.act_done(id, &act.clone(), undoes, fx);
            }
        }
    }

    fn not_journaled(&mut self, id: Uuid, reason: &str, fx: &mut Vec<Effect>) {
        let Some(mine) = self.acts.not_journaled(id) else { return };
        let why = Say::new("texter-not-journaled").with("reason", crate::domain::safe_text::safe_line(reason));
        if self.undoing == Some(id) {
            // The rest of what one press was to do is left: half of it done in silence helps nobody.
            self.undoing = None;
            self.untags = None;
            self.to_do.clear();
        }
        self.not_taken_again(id);
        if let Some(request) = mine.text().filter(|_| mine.then == Then::Nothing) {
            self.unsay(&mine);
            match request.kind {
                MessageKind::Initial => self.card_again(request.contact, &why, None),
                _ => {
                    self.drop_behind(request.contact, &request.body, fx);
                    self.draft_again(request.contact, &request.body, request.source.clone(), fx);
                }
            }
        }
        if let (Some(card), Some(contact)) = (&mut self.card, mine.contact())
            && card.contact == contact
        {
            card.note = Some(why.clone());
        }
        self.say(Level::Error, why);
    }

    fn journal_open(&mut self, acts: Vec<Confirmed>, drafts: Vec<(ContactId, String)>) {
        for confirmed in acts {
            self.acts.found(confirmed);
        }
        self.drafts.extend(drafts);
        self.coming_back.journal = true;
        self.draft_comes_late();
        let ids: Vec<ContactId> = self.people.ids().collect();
        for id in ids {
            if let Some(line) = self.people.line(id).cloned() {
                self.absorb(line);
            }
        }
    }

    /// Takes a server's line in, with what I did and it may not know yet. True when the contact is new.
    pub(super) fn absorb(&mut self, mut line: ContactSummary) -> bool {
        let unsettled = |mine: &&Mine| matches!(mine.stage, Stage::Waiting | Stage::Unknown);
        let mut pending: Vec<&Mine> = self.acts.about(line.id).filter(unsettled).collect();
        // What was taken back again before the server knew of it has never been.
        for n in (0..pending.len()).rev() {
            let undone = |act: &Act| match pending[n].act() {
                Some(Act::UndoOptOut { .. }) => matches!(act, Act::OptOut { .. }),
                Some(Act::UndoWrongNumber { .. }) => matches!(act, Act::WrongNumber { .. }),
                Some(Act::UndoNotOptOut { .. }) => matches!(act, Act::NotOptOut { .. }),
                Some(Act::Reopen { .. }) => matches!(act, Act::Close { .. }),
                _ => false,
            };
            if let Some(before) = pending[..n].iter().rposition(|mine| mine.act().is_some_and(undone)) {
                pending[before] = pending[n];
            }
        }
        for mine in pending {
            match mine.act() {
                Some(Act::Close { .. } | Act::WrongNumber { .. }) => {
                    line.status = Status::Closed;
                    if matches!(line.opt_out, OptOut::Possible { .. }) {
                        line.opt_out = OptOut::Yes { by_word: false };
                    }
                }
                // Their own word stands.
                Some(Act::OptOut { .. }) if line.opt_out == (OptOut::Yes { by_word: true }) => {}
                Some(Act::OptOut { .. }) => line.opt_out = OptOut::Yes { by_word: false },
                // The server tells of the opt-out before it tells that it was taken back.
                Some(Act::UndoOptOut { .. }) if line.opt_out == (OptOut::Yes { by_word: false }) => {
                    line.opt_out = self.doubt(line.id);
                }
                Some(Act::Tag { tag, on, .. }) => {
                    line.tags.retain(|set| set != tag);
                    if *on {
                        line.tags.push(tag.clone());
                    }
                }
                Some(Act::Language { language, .. }) => line.language = Some(language.clone()),
                Some(Act::Snooze { until, after_seq, .. }) if after_seq.is_none_or(|seen| seen >= line.foreign_seq) => {
                    line.snoozed_until = *until;
                }
                Some(Act::NotOptOut { .. }) if matches!(line.opt_out, OptOut::Possible { .. }) => {
                    line.opt_out = OptOut::No;
                }
                _ => {}
            }
        }
        // What is over is over, whatever the server has noted.
        if let Some(now) = self.campaign_now() {
            line.snoozed_until = line.snoozed_until.filter(|until| *until > now);
        }
        self.as_pressed(&mut line);
        if line.status == Status::NeedsMessage && self.acts.has_initial(line.id) {
            line.status = Status::Messaged;
        }
        let id = line.id;
        let before = self.people.line(id).map(|old| old.opt_out.clone());
        let now = line.opt_out.clone();
        let new = self.people.put(line);
        // Where what is done is counted by what is held, whoever comes counts as whoever goes does: a conversation is a first text that was
        // sent.
        if new && self.loaded && !self.options.hands_out {
            self.slice_total += 1;
        }
        if before.is_some_and(|before| before != now) {
            self.opt_out_changed(id, &now);
        }
        new
    }

    /// Someone was opted out, or may have been: whatever was being done for them stops at once.
    pub(super) fn opt_out_changed(&mut self, contact: ContactId, now: &OptOut) {
        if now.allows_text() {
            return;
        }
        let name = self.called(contact);
        let on_card = self.card.as_ref().is_some_and(|card| card.contact == contact);
        let at_hand = self.open.as_ref().is_some_and(|open| open.contact == contact);
        if on_card {
            self.card = None;
        }
        if at_hand {
            self.overlays.retain(|overlay| !matches!(overlay, Overlay::Canned { .. } | Overlay::Answers { .. }));
            if self.focus == Focus::Composer {
                self.focus = Focus::Thread;
            }
        }
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::OptOut { contact: asked, .. } if *asked == contact));
        if let OptOut::Yes { by_word } = now {
            if *by_word {
                self.words_of_out.remove(&contact);
            }
            self.forget_places_of(contact);
            let had_draft = self.drop_draft(contact);
            if on_card || at_hand || had_draft {
                let key = if had_draft { "texter-opted-out-draft" } else { "texter-opted-out-now" };
                self.say(Level::Warning, Say::new(key).with("name", name));
            }
        } else if on_card || at_hand {
            self.say(Level::Warning, Say::new("texter-frozen-now").with("name", name));
        }
    }

    /// Everything that follows from the state.
    fn follow_up(&mut self, fx: &mut Vec<Effect>) {
        for contact in std::mem::take(&mut self.dropped) {
            let text = self.drafts.get(&contact).cloned().unwrap_or_default();
            fx.push(Effect::SaveDraft { contact, text });
        }
        if let Some(open) = self.open.as_ref().filter(|open| !open.editor.is_blank()) {
            // Other words are there.
            self.cleared.remove(&open.contact);
        }
        self.remember_time();
        self.mind_the_window(fx);
        self.give_words_owed(fx);
        if self.finish_later && self.is_handed_in() && self.acts.busy().is_none() {
            self.finish(fx);
        }
        self.do_next(fx);
        self.pick_card();
        self.withdraw_notice();
        self.fetch_ahead(fx);
        self.claim_if_empty(fx);
        self.mind_the_selection();
        let grown = self.open.as_ref().is_some_and(|open| open.typed);
        self.gate.arm(self.target(), grown);
        if self.gate.waiting_turn().is_none() {
            self.hands.drop_waiting();
        }
        self.mind_the_place(fx);
        self.mind_the_coach();
        self.tell_director(fx);
        self.tell_title(fx);
        if std::mem::take(&mut self.toast_timer) {
            fx.push(Effect::After { timer: Timer::Toast, delay: TOAST });
        }
        if std::mem::take(&mut self.draft_dirty) && !std::mem::replace(&mut self.draft_due, true) {
            fx.push(Effect::After { timer: Timer::Draft, delay: DRAFT });
        }
    }

    /// What a press would act on now.
    fn target(&self) -> Option<Target> {
        if !self.overlays.is_empty() {
            return None;
        }
        match self.focus {
            Focus::Card => {
                let card = self.card.as_ref().filter(|_| self.card_block().is_none() && self.acts.busy().is_none())?;
                Some(Target { kind: Armed::Card, contact: Some(card.contact), hash: card.hash.clone(), mark: 0 })
            }
            Focus::Thread | Focus::Composer => {
                let open = self.open.as_ref()?;
                let mark = self.threads.get(open.contact).map_or(0, super::threads::Loaded::foreign_seq);
                let sendable = self.focus == Focus::Composer
                    && !open.editor.is_blank()
                    && self.acts.busy().is_none()
                    && self.reply_block().is_none();
                Some(if sendable {
                    let hash = super::card::hash(open.editor.text());
                    Target { kind: Armed::Reply, contact: Some(open.contact), hash, mark }
                } else {
                    Target { kind: Armed::Thread, contact: Some(open.contact), hash: String::new(), mark }
                })
            }
            Focus::Inbox => None,
        }
    }

    fn fetch_ahead(&mut self, fx: &mut Vec<Effect>) {
        let mut missing = self.people.missing_bodies(self.options.prefetch);
        missing.retain(|id| !self.asked.contains(id));
        // One question for many, asked when half of the store is used up; at once when the head is missing.
        let head = self.people.queue().front().is_some_and(|id| missing.contains(id));
        // Whoever was corrected is fetched before their turn comes, so that nobody waits for them when the line is cut then: many that are
        // corrected together by one question while another is on its way.
        let on_the_way = self.corrected.iter().any(|id| self.asked.contains(id));
        let corrected = !on_the_way && missing.iter().any(|id| self.corrected.contains(id));
        if !(head || corrected || missing.len() * 2 >= self.options.prefetch) {
            missing.clear();
        }
        let owed: Vec<ContactId> = self.owed_words_to().filter(|id| !self.asked.contains(id)).collect();
        missing.extend(owed.into_iter().filter(|id| !self.people.is_unreadable(*id)));
        if let Some(open) = &self.open {
            let contact = open.contact;
            let wanted = self.people.line(contact).is_some() && self.people.body(contact).is_none();
            let wanted = wanted && !self.people.is_unreadable(contact);
            if wanted && !self.asked.contains(&contact) && !missing.contains(&contact) {
                missing.push(contact);
            }
            if self.threads.get(contact).is_none() && self.thread_asked != Some(contact) {
                self.thread_asked = Some(contact);
                fx.push(Effect::Load(Ask::Thread { contact, before: None }));
            }
        }
        // Where the others are is asked for when nothing else is: hours end for them too. Elsewhere each of them costs the server a question.
        let there = matches!(self.link, LinkState::Online | LinkState::Connecting);
        let may_ask = self.options.leases && self.loaded && there && !self.zones_wait;
        if may_ask && missing.is_empty() && self.asked.is_empty() {
            missing = self.people.zones_to_ask(self.options.prefetch);
            self.asked_zones = missing.iter().copied().collect();
        }
        if !missing.is_empty() {
            self.asked.extend(missing.iter().copied());
            fx.push(Effect::Load(Ask::Contacts(self.options.campaign, missing)));
        }
    }

    fn claim_if_empty(&mut self, fx: &mut Vec<Effect>) {
        let nothing_left = self.people.queue().is_empty() && self.people.held_back().0 == 0;
        let open = match self.state {
            CampaignState::Running => true,
            CampaignState::Archived => self.answers_late(),
            CampaignState::Importing | CampaignState::Paused => false,
        };
        let may = self.loaded && self.campaign.is_some() && open;
        if may && nothing_left && self.claim == Claim::Idle && self.acts.busy().is_none() {
            self.ask_for_slice(fx);
        }
    }

    /// Asks for contacts when an unused stamp is at hand; else a timer that runs out at once brings one.
    pub(super) fn ask_for_slice(&mut self, fx: &mut Vec<Effect>) {
        let Some(stamp) = self.fresh.take() else {
            fx.push(Effect::After { timer: Timer::Retry, delay: Duration::ZERO });
            return;
        };
        self.claim = Claim::Asked { id: stamp.id };
        fx.push(Effect::Load(Ask::Slice { campaign: self.options.campaign, claim: stamp.id, want: self.wanted() }));
    }

    /// How many contacts are asked for: 0 is the campaign's number. Whoever begins gets few.
    pub(super) fn wanted(&self) -> u32 {
        let first = self.options.first_slice.filter(|_| !self.has_texted && self.sent == 0);
        let usual = self.campaign.as_ref().map_or(0, |campaign| campaign.def.slice_size);
        first.filter(|few| *few < usual).unwrap_or(0)
    }

    pub(super) fn quit(&mut self, fx: &mut Vec<Effect>) {
        self.save_draft(fx);
        self.drop_words_told(fx);
        fx.push(Effect::Quit);
    }
}
