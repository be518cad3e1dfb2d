//! The loop of the linear front end: lines in, lines out.
//!
//! ```text
//! when nothing is left to be handled: what is to be said is printed, a question below it
//! select (in this order):  signals | inbox | a line, when a question stands | what is due
//! ```
//!
//! A line is an answer to the question that stands, never to one that comes later. At a terminal everything typed before the
//! printing was done is thrown away, and so is what comes within the dwell after it, or together with other lines (a paste, a
//! held Enter). A pipe, which only a rehearsal takes, is read line by line, each when its question has stood for the dwell.

use std::io::{self, Write};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::effects::Left;
use super::turn::{GRACE, Hands, INBOX_A_TURN, edit, no_editor, wait_for};
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{DrawnCard, Msg, Stamp};
use crate::console::core::shared::say::Say;
use crate::console::core::texter::GateTimes;
use crate::console::plain::{Front, Spoken};
use crate::console::term::lines::{LineInput, Read, stop_process};
use crate::console::term::signals::Signal;
use crate::console::ui::wrap::hang;
use crate::env::{SharedClock, SharedIds};

/// Whoever has waited so long for something that is on its way is asked all the same.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything around the console.
#[derive(Debug)]
pub struct Around<I, W, S> {
    /// Where lines come from.
    pub input: I,
    /// Where lines go.
    pub out: W,
    /// Columns of the terminal that shows them; `None` when it is none, and then each line is whole.
    pub columns: fn() -> Option<u16>,
    /// The system's wishes.
    pub signals: S,
    /// Answers and events. The console's runner holds the other end.
    pub inbox: mpsc::Receiver<Msg>,
    /// Time.
    pub clock: SharedClock,
    /// Ids for what becomes an act.
    pub ids: SharedIds,
    /// How long something must have been told, and how long a line must stand alone.
    pub times: GateTimes,
    /// The person's editor, if one is known.
    pub editor: Option<String>,
}

/// Runs the console until it quits, and gives it back.
///
/// # Errors
/// When its lines cannot be written any more.
pub async fn run<F, R, I, W, S>(front: F, hands: &mut R, around: Around<I, W, S>) -> io::Result<F>
where
    F: Front,
    R: Hands,
    I: LineInput,
    W: Write,
    S: Stream<Item = Signal> + Unpin,
{
    let Around { input, out, columns, signals, inbox, clock, ids, times, editor } = around;
    let since = clock.monotonic();
    let mut lap = Lap {
        front,
        hands,
        input,
        out,
        columns,
        clock,
        ids,
        times,
        editor,
        card: None,
        asked_at: None,
        since,
        thrown: false,
        entered: false,
        end_was: false,
        leave_by: None,
        back_at: None,
        terminal: Vec::new(),
        ended: false,
    };
    lap.go(signals, inbox).await?;
    Ok(lap.front)
}

struct Lap<'r, F, R, I, W> {
    front: F,
    hands: &'r mut R,
    input: I,
    out: W,
    columns: fn() -> Option<u16>,
    clock: SharedClock,
    ids: SharedIds,
    times: GateTimes,
    editor: Option<String>,
    /// Told to the core as drawn.
    card: Option<DrawnCard>,
    /// Since when a question stands.
    asked_at: Option<Duration>,
    /// Since when none does.
    since: Duration,
    /// It was said that lines were thrown away; once until one is taken.
    thrown: bool,
    /// A line was entered since something was last printed: the next one begins at the left.
    entered: bool,
    /// The input ended once.
    end_was: bool,
    leave_by: Option<Duration>,
    /// When somebody else gave the terminal back.
    back_at: Option<Duration>,
    /// What takes the terminal away, to be done between two turns.
    terminal: Vec<Effect>,
    ended: bool,
}

enum Woke {
    Signal(Option<Signal>),
    Inbox(Option<Msg>),
    Read(Read),
    Due,
}

impl<F: Front, R: Hands, I: LineInput, W: Write> Lap<'_, F, R, I, W> {
    async fn go<S>(&mut self, mut signals: S, mut inbox: mpsc::Receiver<Msg>) -> io::Result<()>
    where
        S: Stream<Item = Signal> + Unpin,
    {
        let (mut signals_open, mut inbox_open) = (true, true);
        let first = self.front.start();
        self.carry_out(first);
        while !self.ended {
            if inbox.is_empty() {
                self.speak()?;
            }
            if !self.terminal.is_empty() {
                self.give_terminal_away().await;
                continue;
            }
            let now = self.clock.monotonic();
            let sleep = self.next_due(now).map(|at| self.clock.sleep(at.saturating_sub(now)));
            let listens = self.listens(now);
            let woke = tokio::select! {
                biased;
                signal = signals.next(), if signals_open => Woke::Signal(signal),
                msg = inbox.recv(), if inbox_open => Woke::Inbox(msg),
                read = self.input.next(), if listens => Woke::Read(read),
                () = wait_for(sleep) => Woke::Due,
            };
            match woke {
                Woke::Signal(Some(signal)) => self.signal(signal),
                Woke::Signal(None) => signals_open = false,
                Woke::Inbox(Some(msg)) => {
                    self.tell(msg);
                    for _ in 1..INBOX_A_TURN {
                        let Ok(msg) = inbox.try_recv() else { break };
                        self.tell(msg);
                    }
                }
                Woke::Inbox(None) => inbox_open = false,
                Woke::Read(read) => self.read(read).await,
                Woke::Due => {}
            }
            if self.leave_by.is_some_and(|by| self.clock.monotonic() >= by) {
                self.ended = true;
            }
        }
        Ok(())
    }

    /// A person is listened to while a question stands, a pipe when the question has stood long enough to be answered.
    fn listens(&self, now: Duration) -> bool {
        self.asked_at.is_some_and(|at| self.input.is_typed() || now.saturating_sub(at) >= self.times.dwell)
    }

    fn next_due(&self, now: Duration) -> Option<Duration> {
        let question = match self.asked_at {
            Some(at) if !self.input.is_typed() => Some(at + self.times.dwell).filter(|at| *at > now),
            None if self.input.is_typed() => Some(self.since + PATIENCE).filter(|at| *at > now),
            _ => None,
        };
        [question, self.leave_by].into_iter().flatten().min()
    }

    fn stamp(&self) -> Stamp {
        let wall = self.clock.now();
        Stamp { id: self.ids.act_id(wall), wall, mono: self.clock.monotonic() }
    }

    fn tell(&mut self, msg: Msg) {
        let effects = self.front.update(msg);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match self.hands.run(effect) {
                Left::Terminal(Effect::Quit) => self.ended = true,
                Left::Terminal(takes_it @ (Effect::Suspend | Effect::OpenEditor { .. })) => {
                    self.terminal.push(takes_it)
                }
                // A title, a bell, a clipboard: nothing of that is a line.
                Left::Terminal(_) | Left::Nothing => {}
            }
        }
    }

    /// Prints what is to be said. What was typed before that is thrown away, and what was printed counts as seen from then on.
    fn speak(&mut self) -> io::Result<()> {
        // Being told of what was printed may change what is to be said; not for ever.
        for _ in 0..4 {
            let waits = self.asked_at.is_none() && self.input.is_typed();
            let late = waits && self.clock.monotonic().saturating_sub(self.since) >= PATIENCE;
            let Some(Spoken { lines, drawn, asks }) = self.front.speak(late) else { return Ok(()) };
            // Somebody may have begun to type: what comes by itself begins on a line of its own.
            let entered = std::mem::take(&mut self.entered);
            let in_between = self.asked_at.is_some() && self.input.is_typed() && !entered;
            let mut text = if in_between { "\n".to_owned() } else { String::new() };
            // It may be another size by now.
            let columns = (self.columns)();
            for line in lines {
                text.push_str(&columns.map_or_else(|| line.clone(), |columns| hang(&line, columns)));
                text.push('\n');
            }
            self.out.write_all(text.as_bytes())?;
            self.out.flush()?;
            let too_early = self.input.discard();
            let stamp = self.stamp();
            self.asked_at = asks.then_some(stamp.mono);
            if drawn != self.card {
                self.card.clone_from(&drawn);
                self.tell(Msg::Drawn { card: drawn, stamp });
            }
            if too_early {
                self.throw_away();
            }
        }
        Ok(())
    }

    /// Says once that lines were thrown away.
    fn throw_away(&mut self) {
        self.input.discard();
        // Whatever follows at once belongs to it.
        self.asked_at = self.asked_at.map(|_| self.clock.monotonic());
        if !std::mem::replace(&mut self.thrown, true) {
            self.front.remark(&Say::new("plain-thrown-away"));
        }
    }

    async fn read(&mut self, read: Read) {
        let stamp = self.stamp();
        self.entered = true;
        let mut line = match read {
            Read::Line(line) => line,
            Read::End if self.input.is_typed() && !std::mem::replace(&mut self.end_was, true) => {
                self.no_question();
                let effects = self.front.end(stamp);
                self.carry_out(effects);
                return;
            }
            Read::End => return self.no_more_input(),
            Read::Failed(error) => {
                tracing::warn!(%error, "the input is gone");
                return self.no_more_input();
            }
        };
        if self.input.is_typed() {
            let stood = self.asked_at.map(|at| stamp.mono.saturating_sub(at));
            if stood.is_none_or(|stood| stood < self.times.dwell) {
                return self.throw_away();
            }
            // A line that others come with is no answer of a person: a paste, or a key held down.
            self.clock.sleep(self.times.silence).await;
            while self.input.has_more() {
                if !self.front.takes_text() {
                    return self.throw_away();
                }
                let Read::Line(next) = self.input.next().await else { break };
                line.push('\n');
                line.push_str(&next);
                self.clock.sleep(self.times.silence).await;
            }
        }
        (self.thrown, self.end_was) = (false, false);
        self.no_question();
        let effects = self.front.typed(&line, stamp);
        self.carry_out(effects);
    }

    fn no_question(&mut self) {
        self.asked_at = None;
        self.since = self.clock.monotonic();
    }

    fn no_more_input(&mut self) {
        self.no_question();
        if self.leave_by.is_none() {
            self.leave_by = Some(self.clock.monotonic() + GRACE);
            self.tell(Msg::Quit);
        }
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Quit if self.leave_by.is_some() => self.ended = true,
            Signal::Quit => {
                self.leave_by = Some(self.clock.monotonic() + GRACE);
                self.tell(Msg::Quit);
            }
            Signal::Suspend => self.terminal.push(Effect::Suspend),
            // Whoever stopped by a key comes back by itself, and is told by this signal once more.
            Signal::Continue => {
                let now = self.clock.monotonic();
                if self.back_at.is_none_or(|at| now.saturating_sub(at) > GRACE) {
                    self.come_back();
                }
            }
        }
    }

    async fn give_terminal_away(&mut self) {
        for effect in std::mem::take(&mut self.terminal) {
            match effect {
                Effect::OpenEditor { contact, text } => {
                    let editor = self.editor.clone().filter(|_| self.input.is_typed());
                    let edited = edit(editor, self.stamp(), text).await;
                    self.come_back();
                    if let Err(error) = &edited {
                        tracing::warn!(%error, "no editor");
                        let typed = self.input.is_typed();
                        let why =
                            if typed { no_editor(self.editor.as_deref(), error) } else { Say::new("plain-no-editor") };
                        self.tell(Msg::Tell(why));
                    }
                    self.tell(Msg::Edited { contact, text: edited.unwrap_or_default() });
                }
                _ => {
                    let stopped = stop_process().unwrap_or_default();
                    self.come_back();
                    if !stopped {
                        self.tell(Msg::Tell(Say::new("ui-no-suspend")));
                    }
                }
            }
        }
    }

    /// Somebody else had the terminal: everything is told and looked at again.
    fn come_back(&mut self) {
        self.back_at = Some(self.clock.monotonic());
        self.input.discard();
        self.no_question();
        if self.card.take().is_some() {
            let stamp = self.stamp();
            self.tell(Msg::Drawn { card: None, stamp });
        }
        self.tell(Msg::Resumed);
        self.front.forget();
    }
}
