//! The loop.
//!
//! ```text
//! select (in this order):  signals | inbox, at most 64 a turn | input | the frame that is due
//! update -> effects -> carried out elsewhere; draw when something changed and the inbox is empty, and in any case within 50 ms
//! ```
//!
//! The order matters: when a message takes the terminal away (an editor, a suspension) the input must not have been read
//! first. After messages one input is always looked at, so that a flood from the network cannot deafen the keyboard.
//! Nothing here ticks: without messages nothing is done and nothing is written.

use std::io;
use std::task::Poll;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::mpsc;

use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{DrawnCard, Msg, Stamp, Timer};
use crate::console::core::shared::pointer::Aim;
use crate::console::core::shared::say::Say;
use crate::console::runtime::effects::Left;
use crate::console::term::editor;
use crate::console::term::host::Host;
use crate::console::term::input::Input;
use crate::console::term::paint::Painter;
use crate::console::term::press;
use crate::console::term::signals::Signal;
use crate::console::ui::{Drawn, aimed_at};
use crate::env::{SharedClock, SharedIds};

/// Messages handled before input is looked at again.
pub const INBOX_A_TURN: usize = 64;
/// A change is on the screen at the latest this long after it happened.
pub const FRAME_WITHIN: Duration = Duration::from_millis(50);
/// How long a program that was told to end by a signal may take.
pub const GRACE: Duration = Duration::from_secs(2);

/// What runs on the screen: a core with its view.
pub trait Stage {
    /// What to do first.
    fn start(&mut self) -> Vec<Effect>;

    /// One thing happened.
    fn update(&mut self, msg: Msg) -> Vec<Effect>;

    /// Draws everything as it now is.
    fn draw(&mut self, area: Rect, buffer: &mut Buffer) -> Drawn;

    /// The sentence of a key.
    fn phrase(&self, say: &Say) -> String;
}

/// What carries effects out; returns at once with what the terminal has to do itself.
pub trait Hands {
    /// Takes one effect.
    fn run(&mut self, effect: Effect) -> Left;
}

/// When somebody is called who may be looking elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Never.
    Never,
    /// While the terminal does not have the focus.
    #[default]
    Unfocused,
    /// Always.
    Always,
}

impl When {
    fn is_now(self, focused: bool) -> bool {
        match self {
            Self::Never => false,
            Self::Unfocused => !focused,
            Self::Always => true,
        }
    }
}

/// What the terminal does by itself, and what of it this person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manners {
    /// When it rings.
    pub bell: When,
    /// When it shows a notification.
    pub notify: When,
    /// Notifications name people. What they wrote is in none.
    pub names: bool,
    /// Notes stay until a key is pressed.
    pub reduced_motion: bool,
}

/// Everything around the program.
#[derive(Debug)]
pub struct Around<H, O, S> {
    /// The terminal, entered.
    pub host: H,
    /// Opens the input; the stream is dropped, not paused, while the terminal is not ours.
    pub open_input: O,
    /// The system's wishes.
    pub signals: S,
    /// Answers and events. The program's runner holds the other end.
    pub inbox: mpsc::Receiver<Msg>,
    /// Time.
    pub clock: SharedClock,
    /// Ids for what becomes an act.
    pub ids: SharedIds,
    /// What it does by itself.
    pub manners: Manners,
    /// The person's editor, if one is known.
    pub editor: Option<String>,
}

/// Runs the program until it quits, and gives everything back for inspection. The terminal has been left.
///
/// # Errors
/// When the terminal cannot be drawn on any more.
pub async fn run<P, H, O, I, S, R>(stage: P, hands: &mut R, around: Around<H, O, S>) -> io::Result<(P, H)>
where
    P: Stage,
    H: Host,
    O: FnMut() -> I,
    I: Stream<Item = io::Result<Input>> + Unpin,
    S: Stream<Item = Signal> + Unpin,
    R: Hands,
{
    let Around { host, mut open_input, signals, inbox, clock, ids, manners, editor } = around;
    let mut lap = Lap {
        stage,
        hands,
        host,
        clock,
        ids,
        manners,
        note_stays: false,
        editor,
        painter: Painter::default(),
        buffer: Buffer::default(),
        size: (0, 0),
        spots: Vec::new(),
        dirty_since: None,
        card: None,
        armed_at: None,
        focused: true,
        leave_by: None,
        terminal: Vec::new(),
        ended: false,
    };
    let result = lap.go(&mut open_input, signals, inbox).await;
    let left = lap.host.leave();
    result.and(left)?;
    Ok((lap.stage, lap.host))
}

struct Lap<'r, P, H, R> {
    stage: P,
    hands: &'r mut R,
    host: H,
    clock: SharedClock,
    ids: SharedIds,
    manners: Manners,
    /// A note is up that would have gone by itself.
    note_stays: bool,
    editor: Option<String>,
    painter: Painter,
    buffer: Buffer,
    size: (u16, u16),
    /// Where a click means something in the frame that is on the screen.
    spots: Vec<(Rect, Aim)>,
    dirty_since: Option<Duration>,
    /// The card told to the core as drawn.
    card: Option<DrawnCard>,
    /// Since when every key comes in the long form.
    armed_at: Option<Duration>,
    focused: bool,
    leave_by: Option<Duration>,
    /// What takes the terminal away, to be done between two turns.
    terminal: Vec<Effect>,
    ended: bool,
}

enum Woke {
    Signal(Option<Signal>),
    Inbox(Option<Msg>),
    Input(Option<io::Result<Input>>),
    Due,
}

impl<P: Stage, H: Host, R: Hands> Lap<'_, P, H, R> {
    async fn go<O, I, S>(
        &mut self,
        open_input: &mut O,
        mut signals: S,
        mut inbox: mpsc::Receiver<Msg>,
    ) -> io::Result<()>
    where
        O: FnMut() -> I,
        I: Stream<Item = io::Result<Input>> + Unpin,
        S: Stream<Item = Signal> + Unpin,
    {
        let size = self.host.backend().size().map_err(|e| io::Error::other(e.to_string()))?;
        self.size = (size.width, size.height);
        let mut input = Some(open_input());
        let (mut signals_open, mut inbox_open) = (true, true);
        self.tell(Msg::Resize { width: size.width, height: size.height });
        let first = self.stage.start();
        self.carry_out(first);
        self.draw()?;
        if self.dirty_since.is_some() {
            self.draw()?;
        }
        while !self.ended {
            let due = self.next_due();
            let sleep = due.map(|at| self.clock.sleep(at.saturating_sub(self.clock.monotonic())));
            let woke = tokio::select! {
                biased;
                signal = signals.next(), if signals_open => Woke::Signal(signal),
                msg = inbox.recv(), if inbox_open => Woke::Inbox(msg),
                event = next_of(&mut input), if input.is_some() => Woke::Input(event),
                () = wait_for(sleep) => Woke::Due,
            };
            match woke {
                Woke::Signal(Some(signal)) => self.signal(signal)?,
                Woke::Signal(None) => signals_open = false,
                Woke::Inbox(Some(msg)) => {
                    self.tell(msg);
                    for _ in 1..INBOX_A_TURN {
                        let Ok(msg) = inbox.try_recv() else { break };
                        self.tell(msg);
                    }
                    // Whatever takes the terminal away comes before the keyboard.
                    if self.terminal.is_empty()
                        && let Poll::Ready(event) = look_at(&mut input).await
                        && !self.input(event)
                    {
                        input = None;
                    }
                }
                Woke::Inbox(None) => inbox_open = false,
                Woke::Input(event) => {
                    if !self.input(event) {
                        input = None;
                    }
                }
                Woke::Due => {}
            }
            if !self.terminal.is_empty() {
                drop(input.take());
                self.give_terminal_away().await?;
                input = Some(open_input());
            }
            let now = self.clock.monotonic();
            if self.leave_by.is_some_and(|by| now >= by) {
                self.ended = true;
            }
            let late = self.dirty_since.is_some_and(|since| now.saturating_sub(since) >= FRAME_WITHIN);
            if !self.ended && self.dirty_since.is_some() && (inbox.is_empty() || late) {
                self.draw()?;
                // Being told of the drawn card may change what is to be seen; that shall not wait for a timer.
                if !self.ended && self.dirty_since.is_some() {
                    self.draw()?;
                }
            }
        }
        Ok(())
    }

    fn next_due(&self) -> Option<Duration> {
        let frame = self.dirty_since.map(|since| since + FRAME_WITHIN);
        match (frame, self.leave_by) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn stamp(&self) -> Stamp {
        let wall = self.clock.now();
        Stamp { id: self.ids.act_id(wall), wall, mono: self.clock.monotonic() }
    }

    fn tell(&mut self, msg: Msg) {
        if self.dirty_since.is_none() {
            self.dirty_since = Some(self.clock.monotonic());
        }
        let effects = self.stage.update(msg);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if self.manners.reduced_motion && matches!(effect, Effect::After { timer: Timer::Toast, .. }) {
                self.note_stays = true;
                continue;
            }
            match self.hands.run(effect) {
                Left::Nothing => {}
                Left::Terminal(effect) => self.of_terminal(effect),
            }
        }
    }

    fn of_terminal(&mut self, effect: Effect) {
        // A title, a bell or a clipboard that cannot be reached is no reason to stop a shift; a screen that is gone shows
        // itself at the next frame.
        let outcome = match effect {
            Effect::Quit => {
                self.ended = true;
                Ok(())
            }
            Effect::Title(say) => {
                let text = self.stage.phrase(&say);
                self.host.title(&text)
            }
            Effect::Copy(text) => self.host.copy(&text),
            Effect::Notify { say, named } => self.call(if self.manners.names { &named } else { &say }),
            takes_it @ (Effect::Suspend | Effect::OpenEditor { .. }) => {
                self.terminal.push(takes_it);
                Ok(())
            }
            other => {
                tracing::warn!(?other, "an effect that nobody carries out");
                Ok(())
            }
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "the terminal did not take it");
        }
    }

    /// Rings and notifies, as far as this person wants it now.
    fn call(&mut self, say: &Say) -> io::Result<()> {
        if self.manners.bell.is_now(self.focused) {
            self.host.bell()?;
        }
        if self.manners.notify.is_now(self.focused) {
            let text = self.stage.phrase(say);
            self.host.notify(&text)?;
        }
        Ok(())
    }

    fn signal(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::Quit if self.leave_by.is_some() => self.ended = true,
            Signal::Quit => {
                self.leave_by = Some(self.clock.monotonic() + GRACE);
                self.tell(Msg::Quit);
            }
            Signal::Suspend => self.terminal.push(Effect::Suspend),
            // Somebody may have used the terminal meanwhile: set everything anew.
            Signal::Continue => self.come_back()?,
        }
        Ok(())
    }

    /// False when there will be no more input.
    fn input(&mut self, event: Option<io::Result<Input>>) -> bool {
        match event {
            Some(Ok(Input::Key { chord, repeat })) => {
                let stamp = self.stamp();
                let armed_for = self.armed_at.map(|at| stamp.mono.saturating_sub(at));
                let press = press::judge(self.host.tells_repeats(), armed_for, chord, repeat);
                if std::mem::take(&mut self.note_stays) {
                    self.tell(Msg::Timer { timer: Timer::Toast, stamp });
                }
                self.tell(Msg::Key { chord, press, stamp });
            }
            Some(Ok(Input::Click { x, y })) => {
                if let Some(aim) = aimed_at(&self.spots, Position { x, y }) {
                    let stamp = self.stamp();
                    self.tell(Msg::Pointed { aim, stamp });
                }
            }
            Some(Ok(Input::Wheel(by))) => {
                let stamp = self.stamp();
                self.tell(Msg::Wheel { by, stamp });
            }
            Some(Ok(Input::Paste(text))) => self.tell(Msg::Paste(text)),
            Some(Ok(Input::Resize(width, height))) => {
                self.size = (width, height);
                self.host.resized(width, height);
                self.tell(Msg::Resize { width, height });
            }
            Some(Ok(Input::Focus(focused))) => {
                self.focused = focused;
                self.tell(Msg::Focus(focused));
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "the terminal's input is gone");
                self.no_more_input();
                return false;
            }
            None => {
                self.no_more_input();
                return false;
            }
        }
        true
    }

    fn no_more_input(&mut self) {
        if self.leave_by.is_none() {
            self.leave_by = Some(self.clock.monotonic() + GRACE);
            self.tell(Msg::Quit);
        }
    }

    async fn give_terminal_away(&mut self) -> io::Result<()> {
        for effect in std::mem::take(&mut self.terminal) {
            self.host.leave()?;
            match effect {
                Effect::OpenEditor { contact, text } => {
                    let edited = edit(self.editor.clone(), self.stamp(), text).await;
                    self.come_back()?;
                    match &edited {
                        Ok(Some(_)) => {}
                        // It ran, and said that it failed.
                        Ok(None) => self.tell(Msg::Tell(Say::new("ui-editor-error"))),
                        Err(error) => {
                            tracing::warn!(%error, "no editor");
                            self.tell(Msg::Tell(no_editor(self.editor.as_deref(), error)));
                        }
                    }
                    self.tell(Msg::Edited { contact, text: edited.unwrap_or_default() });
                }
                _ => {
                    let stopped = self.host.stop_process()?;
                    self.come_back()?;
                    if !stopped {
                        self.tell(Msg::Tell(Say::new("ui-no-suspend")));
                    }
                }
            }
        }
        Ok(())
    }

    fn come_back(&mut self) -> io::Result<()> {
        self.host.enter()?;
        self.painter.forget();
        self.armed_at = None;
        // The card has to be looked at again before it may be sent.
        if self.card.take().is_some() {
            let stamp = self.stamp();
            self.tell(Msg::Drawn { card: None, stamp });
        }
        if let Ok(size) = self.host.backend().size() {
            self.size = (size.width, size.height);
            self.tell(Msg::Resize { width: size.width, height: size.height });
        }
        self.tell(Msg::Resumed);
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        self.dirty_since = None;
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        if area.is_empty() {
            return Ok(());
        }
        self.buffer.resize(area);
        self.buffer.reset();
        let Drawn { cursor, card, every_key, spots } = self.stage.draw(area, &mut self.buffer);
        self.spots = spots;
        self.painter.paint(&mut self.host, &self.buffer, cursor)?;
        self.arm(every_key)?;
        if card != self.card {
            self.card.clone_from(&card);
            let stamp = self.stamp();
            self.tell(Msg::Drawn { card, stamp });
        }
        Ok(())
    }

    fn arm(&mut self, armed: bool) -> io::Result<()> {
        if armed != self.armed_at.is_some() {
            self.host.arm(armed)?;
            self.armed_at = armed.then(|| self.clock.monotonic());
        }
        Ok(())
    }
}

async fn next_of<I: Stream<Item = io::Result<Input>> + Unpin>(input: &mut Option<I>) -> Option<io::Result<Input>> {
    match input {
        Some(stream) => stream.next().await,
        None => None,
    }
}

/// What the input has ready, without waiting. Asked in this task's own name: the terminal's stream remembers who asked
/// first and wakes nobody else, so a question in nobody's name would leave the next key lying.
async fn look_at<I: Stream<Item = io::Result<Input>> + Unpin>(
    input: &mut Option<I>,
) -> Poll<Option<io::Result<Input>>> {
    std::future::poll_fn(|cx| {
        Poll::Ready(match input {
            Some(stream) => stream.poll_next_unpin(cx),
            None => Poll::Pending,
        })
    })
    .await
}

/// The text as the person's editor left it.
pub(super) async fn edit(editor: Option<String>, stamp: Stamp, text: String) -> io::Result<Option<String>> {
    let editor = editor.ok_or(io::ErrorKind::NotFound)?;
    let name = stamp.id.to_string();
    tokio::task::spawn_blocking(move || editor::edit(&editor, &name, &text))
        .await
        .unwrap_or_else(|e| Err(io::Error::other(e)))
}

/// Why nothing was edited, with what was to be started.
pub(super) fn no_editor(editor: Option<&str>, error: &io::Error) -> Say {
    match editor {
        None => Say::new("ui-no-editor"),
        Some(editor) => Say::new("ui-editor-failed").with("editor", editor).with("why", error.to_string()),
    }
}

/// For ever where there is nothing to wait for.
pub(super) async fn wait_for(sleep: Option<crate::env::BoxFuture<'static, ()>>) {
    match sleep {
        Some(sleep) => sleep.await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;
