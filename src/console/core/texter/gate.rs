//! The confirm gate: which key events are presses, and whether what they would confirm has been seen.
//!
//! Two questions, kept apart. *Is this one deliberate press?* A terminal that reports repeats answers itself; else time
//! does: after a long silence of the same key a press stands at once, a quicker one stands when the key then stays silent
//! for a moment, and a burst is a held key of which only the beginning stood. *Has the person seen what it confirms?*
//! Only what was drawn as it now is, and has been on the screen for the dwell.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::console::core::shared::msg::{DrawnCard, Stamp};
use crate::console::keymap::chord::{Chord, Press};
use crate::domain::ids::ContactId;

/// The times of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateTimes {
    /// How long a card must have been on the screen.
    pub dwell: Duration,
    /// A press this long after the last event of the same key stands at once.
    pub gap: Duration,
    /// A quicker one stands when the key stays silent this long.
    pub silence: Duration,
}

impl Default for GateTimes {
    /// A Mac as it comes repeats a held key every 90 ms, and others every 100 ms: the silence is longer. Silence and dwell
    /// together leave room for four presses a second.
    fn default() -> Self {
        Self {
            dwell: Duration::from_millis(120),
            gap: Duration::from_millis(1000),
            silence: Duration::from_millis(110),
        }
    }
}

/// What kind of thing is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Armed {
    /// The send card.
    Card,
    /// The reply in the composer.
    Reply,
    /// An open conversation without a reply that could be sent; tells what was seen.
    Thread,
}

/// What a press would act on, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which kind.
    pub kind: Armed,
    /// Whose.
    pub contact: Option<ContactId>,
    /// Hash of the exact text, or another mark of what is shown.
    pub hash: String,
    /// Number of the latest foreign message shown with it: a newer one has to be seen first.
    pub mark: u64,
}

/// When the target was first on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Monotonic.
    pub mono: Duration,
    /// Wall clock.
    pub wall: Timestamp,
}

/// What a key event came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// One deliberate press.
    Stands,
    /// Perhaps; ask again with [`Gate::silent`] after this long.
    Wait(Duration),
    /// Held down, or part of a burst.
    Swallowed,
}

/// A quick press that waits for silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which key.
    pub chord: Chord,
    /// Its stamp.
    pub stamp: Stamp,
    /// The turn of the gate at the press: another one means that something else is armed now.
    pub turn: u64,
    /// True once the silence has passed and only what the terminal still holds back is awaited.
    last_look: bool,
}

/// A moment for input that the terminal has ready but nobody has read yet.
pub const LAST_LOOK: Duration = Duration::from_millis(5);
/// Keys whose last event is remembered. More than a keyboard has in use at once.
const KEYS: usize = 64;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    target: Option<Target>,
    turn: u64,
    drawn: bool,
    seen: Option<Seen>,
    last: BTreeMap<Chord, Duration>,
    waiting: Option<Waiting>,
}

impl Gate {
    /// Tells what is armed now. `grown` = the same text, changed by typing: it has to be drawn anew, but its dwell goes on.
    pub fn arm(&mut self, target: Option<Target>, grown: bool) {
        if self.target == target {
            return;
        }
        let same_thing = match (&self.target, &target) {
            (Some(old), Some(new)) => {
                let both = [old.kind, new.kind];
                let kind = old.kind == new.kind || both == [Armed::Thread, Armed::Reply];
                kind && old.contact == new.contact && old.mark == new.mark
            }
            _ => false,
        };
        if !(grown && same_thing) {
            self.seen = None;
        }
        self.target = target;
        self.turn += 1;
        self.drawn = false;
        self.waiting = None;
    }

    /// Forgets what was drawn: the same target has to be drawn and looked at again.
    pub fn disarm(&mut self) {
        self.arm(None, false);
    }

    /// What the view shall report as drawn when all of it is visible.
    #[must_use]
    pub fn card(&self) -> Option<DrawnCard> {
        self.target.as_ref().map(|target| DrawnCard {
            contact: target.contact,
            body_hash: target.hash.clone(),
            turn: self.turn,
        })
    }

    /// What is armed.
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        self.target.as_ref()
    }

    /// A frame is out.
    pub fn drawn(&mut self, card: Option<&DrawnCard>, stamp: Stamp) {
        self.drawn = card.is_some() && card == self.card().as_ref();
        if self.drawn {
            self.seen.get_or_insert(Seen { mono: stamp.mono, wall: stamp.wall });
        } else {
            self.seen = None;
            self.waiting = None;
        }
    }

    /// True when the target is on the screen as it is.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.drawn
    }

    /// Since when the target has been seen, if long enough at `mono`.
    #[must_use]
    pub fn ready(&self, mono: Duration, times: &GateTimes) -> Option<Seen> {
        self.seen.filter(|seen| self.drawn && mono.saturating_sub(seen.mono) >= times.dwell)
    }

    /// Every key event passes here first, whatever it is for: the tail of a press belongs to that press.
    pub fn event(&mut self, chord: Chord, press: Press, stamp: Stamp, times: &GateTimes) -> Judged {
        if self.last.len() >= KEYS && !self.last.contains_key(&chord) {
            // The longest silent key counts as never pressed; that is what a long silence means.
            if let Some(oldest) = self.last.iter().min_by_key(|(_, at)| **at).map(|(chord, _)| *chord) {
                self.last.remove(&oldest);
            }
        }
        let before = self.last.insert(chord, stamp.mono);
        let gap = before.map(|before| stamp.mono.saturating_sub(before));
        if self.waiting.is_some_and(|waiting| waiting.chord == chord) {
            self.waiting = None;
        }
        match (press, gap) {
            (Press::Repeat, _) => Judged::Swallowed,
            (Press::Fresh, _) => Judged::Stands,
            (Press::Unsure, None) => Judged::Stands,
            (Press::Unsure, Some(gap)) if gap > times.gap => Judged::Stands,
            (Press::Unsure, Some(gap)) if gap <= times.silence => Judged::Swallowed,
            (Press::Unsure, Some(_)) => Judged::Wait(times.silence),
        }
    }

    /// The turn of the press that waits, if one does.
    #[must_use]
    pub fn waiting_turn(&self) -> Option<u64> {
        self.waiting.map(|waiting| waiting.turn)
    }

    /// Keeps a quick press until its key has been silent.
    pub fn wait(&mut self, chord: Chord, stamp: Stamp) {
        self.waiting = Some(Waiting { chord, stamp, turn: self.turn, last_look: false });
    }

    /// The silence may be over. `Err` says how long still to wait.
    ///
    /// # Errors
    /// The time after which to ask again.
    pub fn silent(&mut self, mono: Duration, times: &GateTimes) -> Result<Option<Waiting>, Duration> {
        let Some(waiting) = &mut self.waiting else { return Ok(None) };
        let passed = mono.saturating_sub(waiting.stamp.mono);
        if passed < times.silence {
            return Err(times.silence - passed);
        }
        if !waiting.last_look {
            // A busy loop may hand us the timer before a repeat that came in time; one look at the input in between.
            waiting.last_look = true;
            return Err(LAST_LOOK);
        }
        let turn = self.turn;
        Ok(self.waiting.take().filter(|waiting| waiting.turn == turn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::keymap::chord::Key;
    use uuid::Uuid;

    const ENTER: Chord = Chord { key: Key::Enter, ctrl: false, alt: false, shift: false };

    fn at(ms: u64) -> Stamp {
        Stamp { id: Uuid::from_u128(u128::from(ms)), wall: Timestamp::UNIX_EPOCH, mono: Duration::from_millis(ms) }
    }

    /// Feeds events of one key (and lets the timer run between them); gives the moments whose press stood.
    fn stood(press: Press, moments: &[u64]) -> Vec<u64> {
        let times = GateTimes::default();
        let mut gate = Gate::default();
        let mut stood = Vec::new();
        let mut timer: Option<u64> = None;
        let run_timer = |gate: &mut Gate, timer: &mut Option<u64>, until: u64, stood: &mut Vec<u64>| {
            while let Some(due) = timer.filter(|due| *due < until) {
                *timer = None;
                match gate.silent(Duration::from_millis(due), &times) {
                    Ok(Some(waiting)) => stood.push(u64::try_from(waiting.stamp.mono.as_millis()).unwrap()),
                    Ok(None) => {}
                    Err(again) => *timer = Some(due + u64::try_from(again.as_millis()).unwrap()),
                }
            }
        };
        for &moment in moments {
            run_timer(&mut gate, &mut timer, moment, &mut stood);
            match gate.event(ENTER, press, at(moment), &times) {
                Judged::Stands => stood.push(moment),
                Judged::Wait(after) => {
                    gate.wait(ENTER, at(moment));
                    timer = Some(moment + u64::try_from(after.as_millis()).unwrap());
                }
                Judged::Swallowed => {}
            }
        }
        run_timer(&mut gate, &mut timer, u64::MAX, &mut stood);
        stood
    }

    #[test]
    fn a_held_key_stands_once() {
        // A Mac as it comes: 375 and 90; at its fastest: 225 and 30. Windows: 500 and 33. xterm: 660 and 40.
        for delay in [200, 225, 250, 375, 400, 500, 660, 990] {
            for pace in [15, 30, 33, 40, 90, 100] {
                let held: Vec<u64> = std::iter::once(0).chain((delay..5000).step_by(pace)).collect();
                assert_eq!(stood(Press::Unsure, &held), [0], "after {delay} ms, every {pace} ms");
            }
        }
        let held: Vec<u64> = (0..5000).step_by(33).collect();
        assert_eq!(stood(Press::Repeat, &held), Vec::<u64>::new());
    }

    #[test]
    fn honest_presses_all_stand() {
        let presses: Vec<u64> = (0..40).map(|n| n * 250).collect();
        assert_eq!(stood(Press::Unsure, &presses), presses);
        assert_eq!(stood(Press::Fresh, &presses), presses);
    }

    #[test]
    fn a_press_after_a_held_one_stands_again() {
        let mut events: Vec<u64> = std::iter::once(0).chain((500..2000).step_by(33)).collect();
        events.push(2300);
        assert_eq!(stood(Press::Unsure, &events), [0, 2300]);
    }

    #[test]
    fn only_what_was_drawn_as_it_is_and_long_enough_is_ready() {
        let times = GateTimes::default();
        let target =
            |hash: &str| Some(Target { kind: Armed::Card, contact: Some(ContactId(1)), hash: hash.into(), mark: 0 });
        let mut gate = Gate::default();
        gate.arm(target("a"), false);
        assert_eq!(gate.ready(Duration::from_secs(9), &times), None);
        let card = gate.card();
        gate.drawn(card.as_ref(), at(1000));
        assert_eq!(gate.ready(Duration::from_millis(1119), &times), None);
        assert!(gate.ready(Duration::from_millis(1120), &times).is_some());
        // A drawing of something else, or the same after an interruption, counts from anew.
        gate.arm(target("b"), false);
        gate.drawn(card.as_ref(), at(2000));
        assert_eq!(gate.ready(Duration::from_secs(9), &times), None);
        gate.disarm();
        gate.arm(target("a"), false);
        gate.drawn(card.as_ref(), at(3000));
        assert_eq!(gate.ready(Duration::from_secs(9), &times), None, "an old frame");
        let card = gate.card();
        gate.drawn(card.as_ref(), at(3000));
        assert_eq!(gate.ready(Duration::from_secs(9), &times).map(|seen| seen.mono), Some(Duration::from_secs(3)));
    }

    #[test]
    fn typing_keeps_the_dwell_but_wants_a_new_frame() {
        let times = GateTimes::default();
        let target =
            |hash: &str| Some(Target { kind: Armed::Reply, contact: Some(ContactId(1)), hash: hash.into(), mark: 0 });
        let mut gate = Gate::default();
        gate.arm(target("o"), false);
        gate.drawn(gate.card().as_ref(), at(0));
        gate.arm(target("ok"), true);
        assert_eq!(gate.ready(Duration::from_millis(500), &times), None);
        gate.drawn(gate.card().as_ref(), at(501));
        assert!(gate.ready(Duration::from_millis(502), &times).is_some());
        gate.arm(target("all at once"), false);
        gate.drawn(gate.card().as_ref(), at(600));
        assert_eq!(gate.ready(Duration::from_millis(700), &times), None);
    }
}
