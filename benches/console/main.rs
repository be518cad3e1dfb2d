//! What a texter waits for: from the key press that sends, over the synced journal, to the next card on the screen.
//!
//! Through the real loop, core, views, journal and outbox; the terminal is recorded, the server in memory. In the same run
//! the floor: a bare append with `fdatasync` and a bare frame. Two promises are looked at: the size of the slice costs
//! nothing, and neither does a server that takes two seconds for every answer.
//!
//! Then the program itself, built for release, in a pseudo-terminal against a served campaign: first paint, key to next
//! card, memory.
//!
//! `cargo bench --bench console [-- PRESSES]`. Default: 150.
#![expect(clippy::print_stdout, reason = "a bench reports on its standard output")]
#![expect(clippy::disallowed_methods, reason = "a bench measures real time")]

#[cfg(unix)]
#[path = "../../tests/pty/harness.rs"]
#[expect(dead_code, reason = "the terminal tests use all of it")]
mod harness;
#[path = "../support/machine.rs"]
#[expect(dead_code, reason = "benches of the server use all of it")]
mod machine;
#[cfg(unix)]
mod program;
mod server;
#[cfg(unix)]
#[path = "../../tests/pty/serving.rs"]
#[expect(dead_code, reason = "the terminal tests use all of it")]
mod serving;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::tz::TimeZone;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use textbank::client::CampaignServer;
use textbank::client::journal::Journal;
use textbank::console::core::shared::effect::Effect;
use textbank::console::core::shared::msg::Msg;
use textbank::console::core::shared::say::Say;
use textbank::console::core::texter::{GateTimes, Model, TexterOptions};
use textbank::console::keymap::chord::{Chord, Key};
use textbank::console::runtime::effects::Runner;
use textbank::console::runtime::launch::{Look, TexterStage};
use textbank::console::runtime::turn::{self, Around, Manners, Stage};
use textbank::console::term::host::{Host, Recorded};
use textbank::console::term::input::Input;
use textbank::console::term::paint::Painter;
use textbank::console::term::signals;
use textbank::console::ui::Drawn;
use textbank::console::ui::ink::Caps;
use textbank::console::ui::theme::Theme;
use textbank::domain::ids::{ContactId, DeviceId};
use textbank::env::{SharedClock, SystemClock, SystemIds};
use textbank::i18n::Catalogue;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use machine::resident;
use server::{CAMPAIGN, Memory};

const SIZE: (u16, u16) = (120, 40);
/// Between two presses: quicker than anybody, slow enough that bodies are fetched in time from the slow server.
const PACE: Duration = Duration::from_millis(60);
/// As long as a sealed row of the journal with an ordinary text.
const ROW: usize = 1_024;

/// The card that the frame under way shows.
type Card = Arc<Mutex<Option<ContactId>>>;

/// The texter's console, which says what card it has drawn.
struct Watched {
    stage: TexterStage,
    card: Card,
}

impl Stage for Watched {
    fn start(&mut self) -> Vec<Effect> {
        self.stage.start()
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.stage.update(msg)
    }

    fn draw(&mut self, area: Rect, buffer: &mut Buffer) -> Drawn {
        let drawn = self.stage.draw(area, buffer);
        let contact = drawn.card.as_ref().and_then(|card| card.contact);
        *self.card.lock().unwrap_or_else(PoisonError::into_inner) = contact;
        drawn
    }

    fn phrase(&self, say: &Say) -> String {
        self.stage.phrase(say)
    }
}

/// A recorded terminal that says when a frame is complete, and what card is on it.
struct Timed {
    inner: Recorded,
    card: Card,
    frames: mpsc::UnboundedSender<(Instant, Option<ContactId>)>,
}

impl Host for Timed {
    type Backend = TestBackend;

    fn backend(&mut self) -> &mut TestBackend {
        self.inner.backend()
    }

    fn begin_frame(&mut self) -> io::Result<()> {
        self.inner.begin_frame()
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.inner.end_frame()?;
        let card = *self.card.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.frames.send((Instant::now(), card));
        Ok(())
    }

    fn tells_repeats(&self) -> bool {
        self.inner.tells_repeats()
    }

    fn arm(&mut self, armed: bool) -> io::Result<()> {
        self.inner.arm(armed)
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        self.inner.title(text)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.inner.copy(text)
    }

    fn bell(&mut self) -> io::Result<()> {
        self.inner.bell()
    }

    fn notify(&mut self, text: &str) -> io::Result<()> {
        self.inner.notify(text)
    }

    fn leave(&mut self) -> io::Result<()> {
        self.inner.leave()
    }

    fn enter(&mut self) -> io::Result<()> {
        self.inner.enter()
    }

    fn stop_process(&mut self) -> io::Result<bool> {
        self.inner.stop_process()
    }
}

/// Median and 99th percentile, printed.
pub fn line(name: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("{name:<58} p50 {:>8.3} ms   p99 {:>8.3} ms   n {}", at(50), at(99), times.len());
    Duration::from_secs_f64(at(50) / 1e3)
}

fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let presses: usize = args.next().map_or(Ok(150), |text| text.parse()).context("PRESSES is a number")?;
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console-bench");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!("key press -> journal synced -> next card painted, {}x{}, {presses} presses each", SIZE.0, SIZE.1);
    let mut floors = Vec::new();
    let mut found = Vec::new();
    for (contacts, delay) in [(50, 0), (5_000, 0), (50, 2), (5_000, 2)] {
        let case = Case {
            contacts,
            delay: Duration::from_secs(delay),
            presses: presses.min(if contacts == 50 { 49 } else { presses }),
        };
        // A slice of 50 is worked through several times.
        let mut all = Times::default();
        while all.keys.len() < presses {
            all.add(runtime.block_on(case.run(&dir))?);
        }
        let append = line("  bare append + fdatasync", all.appends);
        let frame = line("  bare frame", all.frames);
        let name = format!("{contacts} contacts, server answers after {delay} s");
        let key = line(&name, all.keys);
        println!(
            "  ratio to append + frame: {:.2}; resident memory {:.1} MB",
            key.as_secs_f64() / (append + frame).as_secs_f64(),
            all.resident
        );
        floors.push(append + frame);
        found.push(key.as_secs_f64());
    }
    println!(
        "5,000 / 50 contacts: {:.2}; the same with the slow server: {:.2}",
        found[1] / found[0],
        found[3] / found[2]
    );
    println!("slow / quick server: {:.2} (50 contacts), {:.2} (5,000)", found[2] / found[0], found[3] / found[1]);
    fs::remove_dir_all(&dir)?;
    #[cfg(unix)]
    program::measure(presses.min(20))?;
    Ok(())
}

#[derive(Debug, Default)]
struct Times {
    appends: Vec<Duration>,
    frames: Vec<Duration>,
    keys: Vec<Duration>,
    resident: f64,
}

impl Times {
    fn add(&mut self, more: Self) {
        self.appends.extend(more.appends);
        self.frames.extend(more.frames);
        self.keys.extend(more.keys);
        self.resident = self.resident.max(more.resident);
    }
}

#[derive(Debug)]
struct Case {
    contacts: i64,
    delay: Duration,
    presses: usize,
}

impl Case {
    async fn run(&self, dir: &Path) -> anyhow::Result<Times> {
        let (clock, ids) = (SystemClock::shared(), SystemIds::shared());
        let home = dir.join(ids.act_id(clock.now()).to_string());
        let (journal, _) = Journal::open(&home, &clock, &ids).await?;
        let server: Arc<dyn CampaignServer> = Arc::new(Memory::new(Arc::clone(&clock), self.contacts, self.delay)?);
        let (inbox_tx, inbox) = mpsc::channel(1_024);
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let mut runner =
            Runner::new(server, journal.clone(), inbox_tx, clock.clone(), ids.clone(), tracker.clone(), &cancel);
        let mut options = TexterOptions::new(CAMPAIGN, DeviceId(ids.act_id(clock.now())));
        // Who presses here is a machine that looks: neither dwell nor silence is awaited.
        options.gate =
            GateTimes { dwell: Duration::ZERO, gap: Duration::from_millis(1), silence: Duration::from_millis(1) };
        let look = Look {
            theme: Theme::default(),
            caps: Caps { ascii: false, zone: TimeZone::UTC, footer: true, login: false },
            mouse: false,
            manners: Manners::default(),
            notifies: None,
            editor: None,
        };
        let card = Card::default();
        let mut stage = Watched {
            stage: TexterStage::new(Model::new(options), look, Arc::new(Catalogue::english())),
            card: card.clone(),
        };
        stage.update(Msg::Me(Memory::me()));
        let (frames_tx, frames) = mpsc::unbounded_channel();
        let host = Timed { inner: Recorded::new(SIZE.0, SIZE.1), card, frames: frames_tx };
        let (keys, mut pressed) = mpsc::channel::<io::Result<Input>>(8);
        let mut input = Some(futures_util::stream::poll_fn(move |cx| pressed.poll_recv(cx)));
        let (_signals, signals) = signals::scripted();
        let around = Around {
            host,
            open_input: || input.take().unwrap_or_else(|| unreachable!("the terminal is never given away here")),
            signals,
            inbox,
            clock: Arc::clone(&clock),
            ids,
            manners: Manners::default(),
            editor: None,
        };
        let scratch = File::create(home.join("raw"))?;
        let texter = tokio::spawn(press(self.presses, keys, frames, scratch, clock));
        let (mut stage, _) = turn::run(stage, &mut runner, around).await?;
        let mut times = texter.await??;
        times.resident = resident(std::process::id());
        times.frames = bare_frames(&mut stage, self.presses)?;
        runner.shutdown(Duration::ZERO).await;
        cancel.cancel();
        tracker.close();
        tracker.wait().await;
        journal.close().await?;
        Ok(times)
    }
}

/// Presses Enter when a card has come to rest, and takes the time until another one is on the screen.
async fn press(
    presses: usize,
    keys: mpsc::Sender<io::Result<Input>>,
    mut frames: mpsc::UnboundedReceiver<(Instant, Option<ContactId>)>,
    mut scratch: File,
    clock: SharedClock,
) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let key = |key| Ok(Input::Key { chord: Chord::plain(key), repeat: false });
    let mut shown = None;
    while shown.is_none() {
        shown = frames.recv().await.context("the loop ended early")?.1;
    }
    // Until the whole slice is there: no frame for a while longer than the slow server takes.
    while let Ok(frame) = tokio::time::timeout(Duration::from_millis(2_500), frames.recv()).await {
        shown = frame.context("the loop ended early")?.1;
    }
    for _ in 0..presses {
        let begun = Instant::now();
        scratch.write_all(&[0x5A; ROW])?;
        scratch.sync_data()?;
        times.appends.push(begun.elapsed());
        let begun = Instant::now();
        keys.send(key(Key::Enter)).await?;
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), frames.recv()).await.context("no next card")?;
            let (at, card) = next.context("the loop ended early")?;
            if card.is_some() && card != shown {
                times.keys.push(at - begun);
                shown = card;
                break;
            }
        }
        clock.sleep(PACE).await;
        while let Ok((_, card)) = frames.try_recv() {
            shown = card;
        }
    }
    // The stream's end is the end of the console.
    drop(keys);
    Ok(times)
}

/// Everything drawn and written to a terminal that shows nothing yet.
fn bare_frames(stage: &mut Watched, rounds: usize) -> anyhow::Result<Vec<Duration>> {
    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let mut host = Recorded::new(SIZE.0, SIZE.1);
    let mut times = Vec::new();
    for _ in 0..rounds {
        let mut painter = Painter::default();
        let begun = Instant::now();
        let mut buffer = Buffer::empty(area);
        let drawn = stage.draw(area, &mut buffer);
        painter.paint(&mut host, &buffer, drawn.cursor)?;
        times.push(begun.elapsed());
    }
    Ok(times)
}
