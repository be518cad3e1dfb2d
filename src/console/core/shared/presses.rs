//! Presses on their way to an action, the same in every console: a sequence that is not complete yet, and an action that waits until
//! it is clear that its key was pressed and not held.

use std::time::Duration;

use super::effect::Effect;
use super::msg::{Stamp, Timer};
use crate::console::core::texter::gate::{Gate, GateTimes, Judged, Waiting};
use crate::console::keymap::action::Action;
use crate::console::keymap::chord::{Chord, Press};
use crate::console::keymap::map::Lookup;

/// How long a begun sequence of keys waits for its next.
const SEQUENCE: Duration = Duration::from_secs(3);

/// What was pressed and has not become an action.
#[derive(Debug, Clone, Default)]
pub struct Presses {
    typed: Vec<Chord>,
    waiting: Option<Action>,
}

/// What a press has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// This is to be done now.
    Do(Action),
    /// No binding: these keys, which may be text.
    Keys(Vec<Chord>),
    /// Nothing, or nothing yet.
    Nothing,
}

impl Presses {
    /// The keys typed of a sequence that is not complete.
    #[must_use]
    pub fn typed(&self) -> &[Chord] {
        &self.typed
    }

    /// What was typed of a sequence does not count any more.
    pub fn forget(&mut self) {
        self.typed.clear();
    }

    /// No action waits any more: what it was pressed on is not there.
    pub fn drop_waiting(&mut self) {
        self.waiting = None;
    }

    /// One press. `look_up` finds what a sequence is bound to; what `is_deed` says changes something outside this screen, and wants one
    /// deliberate press.
    pub fn press(
        &mut self,
        (chord, press, stamp): (Chord, Press, Stamp),
        (gate, times): (&mut Gate, &GateTimes),
        look_up: impl FnOnce(&[Chord]) -> Lookup,
        is_deed: impl FnOnce(Action) -> bool,
        fx: &mut Vec<Effect>,
    ) -> Meant {
        let judged = gate.event(chord, press, stamp, times);
        self.typed.push(chord);
        match look_up(&self.typed) {
            Lookup::Pending => {
                fx.push(Effect::After { timer: Timer::Sequence, delay: SEQUENCE });
                Meant::Nothing
            }
            Lookup::NotFound { typed } => {
                self.typed.clear();
                Meant::Keys(typed)
            }
            Lookup::Matched(action) => {
                if self.typed.len() > 1 {
                    fx.push(Effect::Stop(Timer::Sequence));
                }
                self.typed.clear();
                match judged {
                    _ if !is_deed(action) => Meant::Do(action),
                    Judged::Stands => Meant::Do(action),
                    Judged::Wait(delay) => {
                        gate.wait(chord, stamp);
                        self.waiting = Some(action);
                        fx.push(Effect::After { timer: Timer::KeySilence, delay });
                        Meant::Nothing
                    }
                    Judged::Swallowed => Meant::Nothing,
                }
            }
        }
    }

    /// The time that a key had to be silent for may be over: then the action that waited for it, with its press.
    pub fn silent(
        &mut self,
        mono: Duration,
        (gate, times): (&mut Gate, &GateTimes),
        fx: &mut Vec<Effect>,
    ) -> Option<(Action, Waiting)> {
        match gate.silent(mono, times) {
            Err(delay) => {
                fx.push(Effect::After { timer: Timer::KeySilence, delay });
                None
            }
            Ok(press) => self.waiting.take_if(|_| press.is_some()).zip(press),
        }
    }
}
