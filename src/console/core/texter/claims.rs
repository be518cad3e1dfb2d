//! Asking for more: contacts to text, replies to take over; and why there are none.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::model::{Claim, Focus, Model};
use super::server::problem_say;
use crate::api::assignment::SliceGrant;
use crate::api::problem::{Code, Problem};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{Ask, LinkState, Stamp, Timer};
use crate::console::core::shared::notice::Level;
use crate::console::core::shared::say::{Arg, Say};

/// Why a request for contacts was refused. `hands_out`: the server gives them to whoever asks; else its admins may have to.
#[must_use]
pub fn claim_say(problem: &Problem, hands_out: bool) -> Say {
    match problem.code {
        Code::NoneLeft if !hands_out => Say::new("problem-none-given"),
        Code::QuotaReached if !hands_out => Say::new("problem-replies-first"),
        _ => problem_say(problem),
    }
}

/// When a refused request for contacts is made again by itself.
fn retry_after(problem: &Problem, now: Option<jiff::Timestamp>) -> Option<Duration> {
    match problem.code {
        Code::HeldByOthers => Some(Duration::from_secs(60)),
        Code::RateLimited | Code::Unavailable => Some(Duration::from_secs(10)),
        // A captain may raise the cap, and it is not much of a question.
        Code::CapReached => Some(Duration::from_secs(30)),
        Code::OutsideHours | Code::TextedLately => {
            let wait = problem.at.zip(now).map_or(SignedDuration::from_mins(10), |(at, now)| at.duration_since(now));
            Duration::try_from(wait.clamp(SignedDuration::from_secs(30), SignedDuration::from_mins(10))).ok()
        }
        _ => None,
    }
}

impl Model {
    pub(super) fn slice_came(&mut self, claim: Uuid, result: Result<SliceGrant, Box<Problem>>, fx: &mut Vec<Effect>) {
        if self.claim != (Claim::Asked { id: claim }) {
            return;
        }
        match result {
            Ok(grant) => {
                self.lease_until = Some(grant.lease_until);
                let asked = std::mem::take(&mut self.asked_more);
                let (before, had) = (self.remaining(), self.people.ids().count());
                for line in grant.contacts {
                    self.absorb(line);
                }
                let now = self.remaining();
                // What is asked for makes it longer; progress goes on.
                if self.options.hands_out {
                    self.slice_total += now.saturating_sub(before);
                }
                // Who had some already sees no other card, and where nobody is given contacts but whoever asks, they are told what came of
                // it.
                let came = self.people.ids().count().saturating_sub(had);
                let other_pane = asked && self.focus != Focus::Card;
                if now > before && (before > 0 || other_pane || !self.options.hands_out) {
                    self.say(Level::Info, Say::new("texter-more-came").with("count", now - before).with("all", now));
                } else if asked && came > 0 && now == before {
                    self.say(Level::Info, Say::new("texter-more-wait").with("count", came));
                }
                // A grant that brings nothing to do must not be asked for again and again.
                self.claim = if now > before {
                    Claim::Idle
                } else {
                    let problem = Problem::new(Code::NoneLeft, "the grant was empty");
                    Claim::Refused { id: claim, problem: Box::new(problem), retry: false }
                };
            }
            Err(problem) => self.claim_refused(claim, problem, fx),
        }
    }

    /// Asks for replies that wait, once however often it is pressed.
    pub(super) fn take_replies(&mut self, stamp: Stamp, fx: &mut Vec<Effect>) {
        if matches!(self.link, LinkState::Offline { .. }) {
            return self.say(Level::Info, Say::new("texter-offline-no-more"));
        }
        if self.taking.is_some() {
            return self.say(Level::Info, Say::new("texter-asking-replies"));
        }
        self.taking = Some(stamp.id);
        fx.push(Effect::Load(Ask::TakeReplies { campaign: self.options.campaign, claim: stamp.id }));
        self.say(Level::Info, Say::new("texter-asking-replies"));
    }

    pub(super) fn took_replies(&mut self, claim: Uuid, result: Result<u64, Box<Problem>>, fx: &mut Vec<Effect>) {
        if self.taking != Some(claim) {
            return;
        }
        self.taking = None;
        match result {
            Ok(count) => {
                self.say(Level::Info, Say::new("texter-took-replies").with("count", count));
                fx.push(Effect::Load(Ask::Assignment(self.options.campaign)));
            }
            Err(problem) if problem.code == Code::NoneLeft => {
                self.say(Level::Info, Say::new("texter-no-replies-to-take"))
            }
            Err(problem) if problem.code == Code::Forbidden => self.say(Level::Info, Say::new("texter-may-not-take")),
            Err(problem) => self.say(Level::Warning, problem_say(&problem)),
        }
    }

    /// Why there are no contacts: a campaign that has not begun, or is over, is not one that is all handed out or outside hours.
    #[must_use]
    pub fn claim_say(&self, problem: &Problem) -> Say {
        let hours = self.campaign.as_ref().map(|campaign| &campaign.def.hours);
        let now = self.campaign_now();
        let begins = hours.and_then(|hours| hours.opens_at).filter(|at| now.is_some_and(|now| now < *at));
        let ended = hours.and_then(|hours| hours.closes_at).filter(|at| now.is_some_and(|now| *at <= now));
        // An older server has the end of all time for those whose hours do not open any more.
        let opens_at = problem.at.filter(|at| *at != Timestamp::MAX);
        if let (Code::OutsideHours, None, None, Some(count)) = (problem.code, begins, opens_at, problem.count) {
            return Say::new("problem-nobody-open-ever").with("count", count);
        }
        let (say, at) = match (problem.code, begins, ended, opens_at) {
            (Code::OutsideHours, Some(at), ..) => ("problem-not-begun", at),
            (Code::NoneLeft, _, Some(at), _) => ("problem-over", at),
            (Code::OutsideHours, None, _, Some(at)) if problem.count.is_some() => ("problem-nobody-open-count", at),
            (Code::OutsideHours, None, _, Some(at)) => ("problem-nobody-open-until", at),
            (Code::TextedLately, .., Some(at)) if problem.count.is_some() => ("problem-texted-lately-count", at),
            _ => return self.none_left(problem).unwrap_or_else(|| claim_say(problem, self.options.hands_out)),
        };
        let say = Say::new(say).with("at", Arg::Day(at));
        problem.count.map_or_else(|| say.clone(), |count| say.clone().with("count", count))
    }

    /// That there are no more, for who has none to finish either.
    fn none_left(&self, problem: &Problem) -> Option<Say> {
        let done = problem.code == Code::NoneLeft && self.remaining() == 0;
        done.then(|| {
            Say::new(if self.options.hands_out { "problem-none-left-done" } else { "problem-none-given-done" })
        })
    }

    pub(super) fn claim_refused(&mut self, id: Uuid, problem: Box<Problem>, fx: &mut Vec<Effect>) {
        let retry = retry_after(&problem, self.campaign_now());
        if let Some(delay) = retry {
            fx.push(Effect::After { timer: Timer::Retry, delay });
        }
        // With nobody left the card's place says it; who asked elsewhere does not see that.
        let asked = std::mem::take(&mut self.asked_more);
        if self.remaining() > 0 || (asked && self.focus != Focus::Card) {
            self.say(Level::Info, self.claim_say(&problem));
        }
        self.claim = Claim::Refused { id, problem, retry: retry.is_some() };
    }

    pub(super) fn retry_claim(&mut self, fx: &mut Vec<Effect>) {
        let Claim::Refused { id, problem, retry: true } = &self.claim else { return };
        let id = *id;
        if problem.code.is_transient() {
            // Nothing was decided: the same request again, so that a grant whose answer was lost is found.
            self.claim = Claim::Asked { id };
            fx.push(Effect::Load(Ask::Slice { campaign: self.options.campaign, claim: id, want: self.wanted() }));
        } else {
            self.claim = Claim::Idle;
        }
    }
}
