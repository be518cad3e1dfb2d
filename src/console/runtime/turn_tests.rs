use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::console::keymap::chord::{Chord, Key};
use crate::console::term::host::Recorded;
use crate::console::term::signals;
use crate::domain::ids::ContactId;
use crate::env::{SeededIds, SimClock};

/// Shows the number of keys so far; `q` quits, `z` suspends, `c` shows a card, `m` has an answer at once, `n` calls, `t` has
/// a note.
#[derive(Default)]
struct Counter {
    log: Arc<Mutex<Vec<String>>>,
    keys: usize,
    card: Option<DrawnCard>,
    inbox: Option<mpsc::Sender<Msg>>,
    spots: Vec<(Rect, Aim)>,
}

impl Counter {
    fn note(&self, line: impl Into<String>) {
        self.log.lock().expect("log").push(line.into());
    }
}

impl Stage for Counter {
    fn start(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key { chord, press, .. } => {
                self.keys += 1;
                self.note(format!("key {:?} {press:?}", chord.key));
                match chord.key {
                    Key::Char('q') => return vec![Effect::Quit],
                    Key::Char('m') => {
                        let inbox = self.inbox.as_ref().expect("given");
                        inbox.try_send(Msg::Journaled { id: uuid::Uuid::nil() }).expect("room");
                    }
                    Key::Char('z') => return vec![Effect::Suspend],
                    Key::Char('n') => {
                        return vec![Effect::Notify { say: Say::new("it-came"), named: Say::new("ana-wrote") }];
                    }
                    Key::Char('t') => {
                        return vec![Effect::After { timer: Timer::Toast, delay: Duration::from_secs(4) }];
                    }
                    Key::Char('c') => {
                        self.card = Some(DrawnCard { contact: Some(ContactId(1)), body_hash: "h".into(), turn: 0 });
                    }
                    _ => {}
                }
            }
            Msg::Drawn { card, .. } => self.note(format!("drawn {}", card.is_some())),
            Msg::Resize { width, height } => self.note(format!("size {width}x{height}")),
            Msg::Journaled { .. } => self.note("inbox"),
            Msg::Quit => self.note("quit"),
            Msg::Resumed => self.note("resumed"),
            Msg::Tell(say) => self.note(say.key),
            Msg::Timer { timer, .. } => self.note(format!("{timer:?}")),
            Msg::Pointed { aim, .. } => self.note(format!("{aim:?}")),
            Msg::Wheel { by, .. } => self.note(format!("wheel {by}")),
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, _area: Rect, buffer: &mut Buffer) -> Drawn {
        buffer.set_string(0, 0, self.keys.to_string(), ratatui::style::Style::new());
        Drawn { cursor: None, every_key: self.card.is_some(), card: self.card.clone(), spots: self.spots.clone() }
    }

    fn phrase(&self, say: &Say) -> String {
        say.key.to_owned()
    }
}

struct AllTerminal;

impl Hands for AllTerminal {
    fn run(&mut self, effect: Effect) -> Left {
        Left::Terminal(effect)
    }
}

struct FirstAsker {
    waker: std::task::Waker,
    woken: AtomicBool,
}

impl std::task::Wake for FirstAsker {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.waker.wake_by_ref();
    }
}

struct Rig {
    log: Arc<Mutex<Vec<String>>>,
    keys: mpsc::Sender<Input>,
    inbox: mpsc::Sender<Msg>,
    signals: mpsc::Sender<Signal>,
    clock: Arc<SimClock>,
    opened: Arc<AtomicUsize>,
}

impl Rig {
    async fn press(&self, c: char) {
        let chord = Chord::plain(Key::Char(c));
        self.keys.send(Input::Key { chord, repeat: false }).await.expect("the loop listens");
        self.settle().await;
    }

    /// Lets the loop do all that it can do without time passing.
    async fn settle(&self) {
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
    }

    fn log(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().expect("log"))
    }
}

/// Runs the loop beside `story`, which must end it.
async fn with_loop<F: Future<Output = ()>>(host: Recorded, story: impl FnOnce(Rig) -> F) -> (Counter, Recorded) {
    with_manners(Manners::default(), host, story).await
}

async fn with_manners<F: Future<Output = ()>>(
    manners: Manners,
    host: Recorded,
    story: impl FnOnce(Rig) -> F,
) -> (Counter, Recorded) {
    let clock = SimClock::at(jiff::Timestamp::UNIX_EPOCH);
    let (keys_tx, keys_rx) = mpsc::channel::<Input>(64);
    let (inbox_tx, inbox_rx) = mpsc::channel(512);
    let (signals_tx, signals) = signals::scripted();
    let spots = vec![(Rect::new(0, 0, 4, 1), Aim::Row(2)), (Rect::new(2, 0, 2, 1), Aim::Row(5))];
    let stage = Counter { inbox: Some(inbox_tx.clone()), spots, ..Counter::default() };
    let opened = Arc::new(AtomicUsize::new(0));
    let rig = Rig {
        log: stage.log.clone(),
        keys: keys_tx,
        inbox: inbox_tx,
        signals: signals_tx,
        clock: clock.clone(),
        opened: opened.clone(),
    };
    let keys = Arc::new(Mutex::new(keys_rx));
    let around = Around {
        host,
        open_input: move || {
            opened.fetch_add(1, Ordering::SeqCst);
            let keys = keys.clone();
            // As the terminal's own stream does: only the first who asks is woken, until it was woken.
            let mut asked: Option<Arc<FirstAsker>> = None;
            Box::pin(futures_util::stream::poll_fn(move |cx| {
                let asker = asked.take().filter(|asker| !asker.woken.load(Ordering::SeqCst));
                let asker = asker.unwrap_or_else(|| {
                    Arc::new(FirstAsker { waker: cx.waker().clone(), woken: AtomicBool::new(false) })
                });
                let waker = std::task::Waker::from(asker.clone());
                let polled = keys.lock().expect("one loop").poll_recv(&mut std::task::Context::from_waker(&waker));
                asked = polled.is_pending().then_some(asker);
                polled.map(|input| input.map(Ok))
            }))
        },
        signals,
        inbox: inbox_rx,
        clock,
        ids: SeededIds::shared(1),
        manners,
        editor: None,
    };
    // Two tasks: the story must not wake the loop by merely going on.
    let local = tokio::task::LocalSet::new();
    let running = local.spawn_local(async move { run(stage, &mut AllTerminal, around).await });
    let ended = local
        .run_until(async {
            story(rig).await;
            running.await
        })
        .await
        .expect("the loop did not break");
    ended.expect("the loop ended well")
}

#[tokio::test]
async fn the_first_frame_comes_before_any_message_and_idle_frames_are_not_written() {
    let (_, host) = with_loop(Recorded::new(10, 2), async |rig| {
        rig.settle().await;
        assert_eq!(rig.log(), ["size 10x2"]);
        rig.inbox.send(Msg::Focus(true)).await.expect("open");
        rig.clock.advance(Duration::from_secs(5));
        rig.settle().await;
        rig.press('q').await;
    })
    .await;
    assert_eq!(host.frames, 1, "nothing but the first frame had anything new in it");
    assert_eq!(host.entering, [false], "the terminal was given back");
}

#[tokio::test]
async fn a_flood_from_the_network_does_not_deafen_the_keyboard() {
    with_loop(Recorded::new(10, 2), async |rig| {
        rig.settle().await;
        for _ in 0..300 {
            rig.inbox.try_send(Msg::Journaled { id: uuid::Uuid::nil() }).expect("room");
        }
        rig.press('a').await;
        let log = rig.log();
        let at = log.iter().position(|line| line.starts_with("key")).expect("heard");
        assert!(log[..at].iter().filter(|line| *line == "inbox").count() <= INBOX_A_TURN, "heard after {at}");
        rig.press('q').await;
    })
    .await;
}

#[tokio::test]
async fn a_key_after_an_answer_is_heard_at_once() {
    with_loop(Recorded::new(10, 2), async |rig| {
        rig.settle().await;
        rig.log();
        rig.press('m').await;
        rig.press('a').await;
        assert_eq!(rig.log(), ["key Char('m') Unsure", "inbox", "key Char('a') Unsure"]);
        rig.press('q').await;
    })
    .await;
}

#[tokio::test]
async fn a_card_is_told_once_and_a_terminal_that_tells_repeats_is_asked_for_every_key() {
    let mut host = Recorded::new(10, 2);
    host.repeats = true;
    let (_, host) = with_loop(host, async |rig| {
        rig.settle().await;
        rig.log();
        rig.press('c').await;
        rig.press('x').await;
        rig.clock.advance(press::SETTLING);
        rig.press('x').await;
        assert_eq!(rig.log(), ["key Char('c') Unsure", "drawn true", "key Char('x') Unsure", "key Char('x') Fresh"]);
        rig.press('q').await;
    })
    .await;
    assert_eq!(host.arming, [true]);
}

#[tokio::test]
async fn a_suspension_gives_the_keyboard_back_first_and_shows_the_card_anew() {
    let (_, host) = with_loop(Recorded::new(10, 2), async |rig| {
        rig.press('c').await;
        rig.log();
        rig.press('z').await;
        assert_eq!(rig.opened.load(Ordering::SeqCst), 2);
        assert_eq!(rig.log(), ["key Char('z') Unsure", "drawn false", "size 10x2", "resumed", "drawn true"]);
        rig.press('q').await;
    })
    .await;
    assert_eq!(host.entering, [false, true, false]);
    assert_eq!(host.stopped, 1);
}

#[tokio::test]
async fn where_nothing_can_be_suspended_it_says_so() {
    let mut host = Recorded::new(10, 2);
    host.can_stop = false;
    with_loop(host, async |rig| {
        rig.press('z').await;
        assert!(rig.log().contains(&"ui-no-suspend".to_owned()));
        rig.press('q').await;
    })
    .await;
}

#[tokio::test]
async fn a_signal_to_end_ends_even_a_program_that_does_not() {
    with_loop(Recorded::new(10, 2), async |rig| {
        rig.settle().await;
        rig.signals.send(Signal::Quit).await.expect("open");
        rig.settle().await;
        assert!(rig.log().contains(&"quit".to_owned()));
        rig.clock.advance(GRACE);
    })
    .await;
}

#[tokio::test]
async fn a_new_size_is_told_and_drawn() {
    let (_, host) = with_loop(Recorded::new(10, 2), async |rig| {
        rig.keys.send(Input::Resize(40, 12)).await.expect("open");
        rig.settle().await;
        assert!(rig.log().contains(&"size 40x12".to_owned()));
        rig.press('q').await;
    })
    .await;
    assert_eq!(host.screen().area, Rect::new(0, 0, 40, 12));
}

#[rstest::rstest]
#[case::as_it_comes(Manners::default(), &["it-came"], 1)]
#[case::with_names(Manners { names: true, ..Manners::default() }, &["ana-wrote"], 1)]
#[case::no_notification(Manners { notify: When::Never, ..Manners::default() }, &[], 1)]
#[case::always(Manners { bell: When::Never, notify: When::Always, ..Manners::default() }, &["it-came", "it-came"], 0)]
#[tokio::test]
async fn who_looks_elsewhere_is_called_as_they_want(
    #[case] manners: Manners,
    #[case] notified: &[&str],
    #[case] rung: usize,
) {
    let (_, host) = with_manners(manners, Recorded::new(10, 2), async |rig| {
        rig.press('n').await;
        rig.keys.send(Input::Focus(false)).await.expect("open");
        rig.press('n').await;
        rig.press('q').await;
    })
    .await;
    assert_eq!(
        (host.notified.as_slice(), host.rung),
        (notified.iter().map(|words| (*words).to_owned()).collect::<Vec<_>>().as_slice(), rung)
    );
}

#[tokio::test]
async fn with_reduced_motion_a_note_goes_with_the_next_key_and_before_it() {
    let manners = Manners { reduced_motion: true, ..Manners::default() };
    with_manners(manners, Recorded::new(10, 2), async |rig| {
        rig.press('t').await;
        rig.clock.advance(Duration::from_secs(60));
        rig.settle().await;
        assert!(!rig.log().iter().any(|line| line == "Toast"), "it does not go by itself");
        rig.press('a').await;
        assert_eq!(rig.log(), ["Toast", "key Char('a') Unsure"]);
        rig.press('q').await;
    })
    .await;
}

#[tokio::test]
async fn a_click_means_what_was_drawn_last_at_its_place() {
    with_loop(Recorded::new(10, 2), async |rig| {
        rig.settle().await;
        rig.log();
        for (x, y) in [(0, 0), (3, 0), (0, 1)] {
            rig.keys.send(Input::Click { x, y }).await.expect("open");
            rig.settle().await;
        }
        rig.keys.send(Input::Wheel(-1)).await.expect("open");
        rig.settle().await;
        assert_eq!(rig.log(), ["Row(2)", "Row(5)", "wheel -1"]);
        rig.press('q').await;
    })
    .await;
}
