//! The practice: what somebody who texts for the first time is told to do next, on eight made-up cards.
//!
//! Which step it is follows from what is on the screen; of the way here only two things are remembered.

use std::time::Duration;

use super::model::{Focus, Model};
use crate::console::core::shared::say::{Arg, Say};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::domain::conversation::OptOut;

/// Cards of a practice.
pub const CARDS: usize = 8;

/// How long it has to be there to be read that somebody's STOP was handled: a press before that was meant for something else.
const READ: Duration = Duration::from_millis(1_500);

/// What has happened in a practice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coach {
    /// Somebody's STOP came in.
    stopped: bool,
    /// Since when it is told that it was handled.
    telling: Option<Duration>,
    /// It was told.
    told: bool,
    /// A key was pressed.
    pub(super) pressed: bool,
    /// All cards are done and everybody who wrote has an answer.
    pub(super) passed: bool,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The cards are being made.
    Begin,
    /// The first card lies there.
    First,
    /// A further one does.
    Send,
    /// Somebody wrote STOP, which the server has dealt with.
    Stopped,
    /// Somebody answered; the hands are on the card.
    Answered,
    /// They are on the list, or on a conversation in which nobody waits.
    Open,
    /// The conversation is open, and what they wrote may be an opt-out.
    Decide,
    /// The conversation is open.
    Read,
    /// The composer is, and empty.
    Write,
    /// A reply is written.
    Reply,
    /// Nobody waits; back to the cards.
    Back,
    /// All cards are sent; an answer may still come.
    Wait,
    /// All of it is done.
    Over,
}

impl Model {
    /// Remembers what a practice has come to.
    pub(super) fn mind_the_coach(&mut self) {
        if !self.options.practice || !self.loaded {
            return;
        }
        let stopped = |id| self.people.line(id).is_some_and(|line| line.opt_out == OptOut::Yes { by_word: true });
        self.coach.stopped = self.coach.stopped || self.people.ids().any(stopped);
        let now = self.now.map(|now| now.mono).unwrap_or_default();
        let pressed = std::mem::take(&mut self.coach.pressed);
        if pressed && self.coach.telling.is_some_and(|since| now.saturating_sub(since) >= READ) {
            self.coach.told = true;
        }
        let telling = self.practice_step() == Some(Step::Stopped);
        self.coach.telling = telling.then(|| self.coach.telling.unwrap_or(now));
        let done = self.slice_total > 0 && self.remaining() == 0 && self.acts.busy().is_none();
        // The one who wants no more texts writes soon, if only they were texted.
        let seen = self.coach.told || (!self.coach.stopped && self.sent < CARDS as u64);
        self.coach.passed |= done && seen && self.people.waiting() == 0 && self.replied > 0;
    }

    /// What [`Self::coach`] says was told where what was told stays.
    pub fn coach_was_told(&mut self) {
        if self.practice_step() == Some(Step::Stopped) {
            self.coach.told = true;
            self.mind_the_coach();
        }
    }

    /// True when the practice was gone through to its end.
    #[must_use]
    pub fn practised(&self) -> bool {
        // What may be an opt-out and came after the last answer has to be decided all the same.
        let undecided = |id| self.people.line(id).is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. }));
        self.coach.passed && !self.people.ids().any(undecided)
    }

    /// What leaving it now means: it does not count, and what is missing.
    pub(super) fn practice_left(&self) -> Vec<Say> {
        let (cards, waiting) = (self.remaining(), self.people.waiting());
        let missing = match (cards, waiting) {
            (0, 0) if self.coach.stopped && !self.coach.told => Say::new("practice-missing-stop"),
            (0, 0) => Say::new("practice-missing-answer"),
            (cards, waiting) => Say::new("practice-missing").with("cards", cards).with("waiting", waiting),
        };
        vec![Say::new("practice-leave-means"), missing]
    }

    /// The step that a practice is at; none when this is none.
    #[must_use]
    pub fn practice_step(&self) -> Option<Step> {
        if !self.options.practice {
            return None;
        }
        let waiting = self.people.waiting() > 0;
        let writes = self.open.as_ref().is_some_and(|open| !open.editor.is_blank());
        let waits = |id| self.people.line(id).is_some_and(super::people::is_waiting);
        let in_doubt = |id| self.people.line(id).is_some_and(|line| matches!(line.opt_out, OptOut::Possible { .. }));
        Some(match self.focus {
            _ if !self.loaded || self.slice_total == 0 => Step::Begin,
            _ if self.coach.passed && !waiting => Step::Over,
            Focus::Composer if writes => Step::Reply,
            Focus::Composer => Step::Write,
            Focus::Thread if self.open.as_ref().is_some_and(|open| in_doubt(open.contact)) => Step::Decide,
            Focus::Thread if self.open.as_ref().is_some_and(|open| waits(open.contact)) => Step::Read,
            Focus::Inbox | Focus::Thread if waiting => Step::Open,
            Focus::Thread | Focus::Inbox => Step::Back,
            // However fast somebody is, and whoever else has answered: nobody leaves without having read it.
            Focus::Card if self.coach.stopped && !self.coach.told => Step::Stopped,
            Focus::Card if waiting => Step::Answered,
            Focus::Card if self.remaining() == 0 => Step::Wait,
            Focus::Card if self.sent == 0 => Step::First,
            Focus::Card => Step::Send,
        })
    }

    /// What a practice says now.
    #[must_use]
    pub fn coach(&self) -> Option<Say> {
        self.coach_by(|context, action| self.options.keymap.key_for(context, action).map(|key| pretty(&key)))
    }

    /// [`Self::coach`], with what has to be pressed or typed as `name` has it.
    #[must_use]
    pub fn coach_by(&self, name: impl Fn(Context, Action) -> Option<String>) -> Option<Say> {
        let key = |context, action: Action| name(context, action).map_or(Arg::Key(action.label_key()), Arg::Text);
        let say = |name: &'static str, args: Vec<(&'static str, Arg)>| Say { key: name, args };
        Some(match self.practice_step()? {
            Step::Begin => say("practice-begin", vec![]),
            Step::First => say("practice-first", vec![("key", key(Context::Card, Action::Send))]),
            Step::Send => say("practice-send", vec![("key", key(Context::Card, Action::Send))]),
            Step::Stopped if self.remaining() > 0 => {
                say("practice-stopped", vec![("key", key(Context::Card, Action::Send))])
            }
            Step::Stopped if self.people.waiting() > 0 => {
                say("practice-stopped", vec![("key", key(Context::Card, Action::SwitchPane))])
            }
            Step::Stopped => say("practice-stopped-last", vec![]),
            Step::Answered => say("practice-answered", vec![("key", key(Context::Card, Action::SwitchPane))]),
            Step::Open => say("practice-open", vec![("key", key(Context::Texting, Action::NextWaiting))]),
            Step::Decide => {
                let keys = vec![
                    ("out", key(Context::Thread, Action::OptOutNow)),
                    ("keep", key(Context::Thread, Action::NotOptOut)),
                    ("wrong", key(Context::Thread, Action::WrongNumber)),
                ];
                say("practice-decide", keys)
            }
            Step::Read => {
                let keys = vec![
                    ("key", key(Context::Thread, Action::Compose)),
                    ("wrong", key(Context::Thread, Action::WrongNumber)),
                    ("out", key(Context::Thread, Action::OptOut)),
                ];
                say("practice-read", keys)
            }
            Step::Write => say("practice-write", vec![]),
            Step::Reply => say("practice-reply", vec![("key", key(Context::Composer, Action::SendNext))]),
            Step::Back => {
                let pane = if self.focus == Focus::Inbox { Context::Inbox } else { Context::Thread };
                say("practice-back", vec![("key", key(pane, Action::SwitchPane))])
            }
            Step::Wait => say("practice-wait", vec![]),
            Step::Over => say("practice-over", vec![("key", key(Context::Card, Action::Quit))]),
        })
    }

    /// What is always there in a practice: help, somebody to ask, the way out.
    #[must_use]
    pub fn coach_keys(&self) -> Option<Say> {
        if !self.options.practice {
            return None;
        }
        let key = |context, action: Action| {
            Arg::Text(self.options.keymap.key_for(context, action).map_or_else(String::new, |key| pretty(&key)))
        };
        let composing = self.focus == Focus::Composer;
        let here = if composing { Context::Composer } else { Context::Card };
        let mut say = Say::new(if composing { "practice-keys-writing" } else { "practice-keys" });
        say.args = vec![
            ("help", key(here, Action::Help)),
            ("ask", key(Context::Card, Action::AskCaptain)),
            ("stop", key(here, Action::Quit)),
            ("back", key(Context::Composer, Action::Back)),
        ];
        Some(say)
    }
}

/// A key as people say it: `Enter`, `Tab`, `i`.
fn pretty(key: &str) -> String {
    let mut chars = key.chars();
    match chars.next() {
        Some(first) if key.len() > 1 => first.to_uppercase().chain(chars).collect(),
        _ => key.to_owned(),
    }
}
