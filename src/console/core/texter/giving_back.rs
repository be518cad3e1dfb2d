//! Giving contacts back, and taking that back: who is still free comes back to the same hands.

use uuid::Uuid;

use super::leaving::ASKED_ABOUT;
use super::model::{Claim, Model};
use super::undo::Undo;
use crate::api::act::Act;
use crate::api::message::{Outcome, Verdict};
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, ConfirmedWhat};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::Say;
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::conversation::{OptOut, Status};
use crate::domain::ids::{ActId, ContactId};

/// What is being taken back.
#[derive(Debug, Clone)]
pub(super) struct TakingBack {
    /// The act that does.
    act: Uuid,
    /// The act that gave back.
    release: Uuid,
    /// Whom it gave back.
    given: Vec<ContactId>,
    /// The server has done it.
    done: bool,
}

/// Why nothing was taken back; none where the server's own words say it.
pub(super) fn refusal_key(what: &ConfirmedWhat, problem: &Problem) -> Option<&'static str> {
    let ConfirmedWhat::Act { act: Act::TakeBack { .. } } = what else { return None };
    match problem.code {
        Code::TooLate => Some("texter-again-late"),
        // A server of before knows no such act, or one of before was beside it when they were given back.
        Code::NotFound | Code::Invalid => Some("texter-again-unknown"),
        _ => None,
    }
}

impl Model {
    /// Contacts are given back: they go at once.
    pub(super) fn gave_back(&mut self, id: Uuid, unsent: bool, conversations: bool, fx: &mut Vec<Effect>) {
        let first = |line: Status| line == Status::NeedsMessage;
        let goes = |id: &ContactId| {
            let line = self.people.line(*id);
            if line.is_some_and(|line| first(line.status)) { unsent } else { conversations }
        };
        let gone: Vec<ContactId> = self.people.ids().filter(goes).collect();
        // Who is out stays where they are: nobody gets them again.
        let out = |id: &ContactId| self.people.line(*id).is_some_and(|line| matches!(line.opt_out, OptOut::Yes { .. }));
        let given: Vec<ContactId> = gone.iter().copied().filter(|id| !out(id)).collect();
        for id in &gone {
            self.forget_contact(*id, fx);
        }
        if unsent {
            self.claim = Claim::Resting;
        }
        let undoable = self.options.take_back && !given.is_empty();
        if undoable {
            self.may_undo(Undo::Release { release: id, given });
        } else if !gone.is_empty() {
            self.may_undo(Undo::Final { contact: gone[0], why: self.asks_again("texter-stays-released") });
        }
        let done = if undoable { "texter-released-undoable" } else { "texter-released-done" };
        self.say(Level::Info, Say::new(done).with("count", gone.len()).with("key", self.undo_key()));
    }

    /// A sentence that names the key by which contacts are asked for.
    pub(super) fn asks_again(&self, key: &'static str) -> Say {
        let more = self.options.keymap.key_for(Context::Texting, Action::RequestMore).unwrap_or_default();
        Say::new(key).with("key", more)
    }

    /// The act that takes back what was given back.
    pub(super) fn take_again(&mut self, act: Uuid, release: Uuid, given: &[ContactId]) -> Act {
        self.taking_back = Some(TakingBack { act, release, given: given.to_vec(), done: false });
        Act::TakeBack { campaign: self.options.campaign, release: ActId(release) }
    }

    /// It could not be written: it may be pressed again.
    pub(super) fn not_taken_again(&mut self, act: Uuid) {
        if let Some(it) = self.taking_back.take_if(|it| it.act == act) {
            self.may_undo(Undo::Release { release: it.release, given: it.given });
        }
    }

    /// Somebody who was given back is here again: what is done and what is to be done is counted as before.
    pub(super) fn is_here_again(&mut self, contact: ContactId) {
        let given = self.taking_back.as_ref().is_some_and(|it| it.given.contains(&contact));
        let first = self.people.line(contact).is_some_and(|line| line.status == Status::NeedsMessage);
        if given && (first || !self.options.hands_out) {
            self.slice_total += 1;
        }
    }

    /// The server decided on it. What came of it is in the feed before that; by another way it is not yet here.
    pub(super) fn took_again(&mut self, verdict: &Verdict, by_feed: bool, fx: &mut Vec<Effect>) {
        // What was not given back cannot be taken back.
        if matches!(verdict.outcome, Outcome::Refused { .. }) {
            self.undo.retain(|undo| !matches!(undo, Undo::Release { release, .. } if *release == verdict.id));
        }
        let Some(it) = self.taking_back.as_mut().filter(|it| it.act == verdict.id) else { return };
        match verdict.outcome {
            Outcome::Accepted { .. } => it.done = true,
            Outcome::Refused { .. } => self.taking_back = None,
        }
        if by_feed {
            self.tell_who_is_here_again(fx);
        }
    }

    /// How many of them are here again, once all who come are.
    pub(super) fn tell_who_is_here_again(&mut self, fx: &mut Vec<Effect>) {
        let Some(it) = self.taking_back.take_if(|it| it.done) else { return };
        let (here, away): (Vec<ContactId>, Vec<ContactId>) =
            it.given.iter().partition(|id| self.people.line(**id).is_some());
        let (key, level) = match (here.len(), away.len()) {
            (_, 0) => ("texter-again-all", Level::Info),
            (0, _) => ("texter-again-none", Level::Warning),
            _ => ("texter-again-some", Level::Warning),
        };
        self.say(level, self.asks_again(key).with("count", it.given.len()).with("back", here.len()));
        if self.claim == Claim::Resting && self.remaining() > 0 {
            self.claim = Claim::Idle;
        }
        if !away.is_empty() && self.options.whereabouts {
            let away = away.into_iter().take(ASKED_ABOUT).collect();
            fx.push(Effect::Load(Ask::Whereabouts(self.options.campaign, away)));
        }
    }
}
