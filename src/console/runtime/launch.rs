//! Opening a console on the real terminal, and leaving it in order.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::effects::{RehearsalPort, Runner};
use super::lines;
use super::turn::{self, Around, Manners, Stage, When};
use crate::api::people::Me;
use crate::client::CampaignServer;
use crate::client::journal::Journal;
use crate::config::{ConsoleConfig, Surroundings};
use crate::console::core::shared::Program;
use crate::console::core::shared::effect::Effect;
use crate::console::core::shared::msg::{LinkState, Msg};
use crate::console::core::shared::place::Place;
use crate::console::core::shared::say::Say;
use crate::console::core::texter::{self, Carried, GateTimes, TexterOptions};
use crate::console::core::{captain, home};
use crate::console::plain::{CaptainPages, Front as _, HomePages, Lines, Pages, TexterPages, Voice};
use crate::console::term::lines::{Stdin, columns_of_errors, columns_of_output};
use crate::console::term::real::RealTerminal;
use crate::console::term::{input, signals};
use crate::console::ui::ink::{Caps, phrase};
use crate::console::ui::theme::{Depth, Theme};
use crate::console::ui::{self, Drawn, RenderCache};
use crate::domain::ids::{CampaignId, ContactId};
use crate::env::{SharedClock, SharedIds};
use crate::i18n::Catalogue;

/// Messages that may wait for the loop; tasks wait when it is full.
const INBOX: usize = 1024;
/// How long leaving waits for calls under way when nothing is lost by breaking them off: the journal keeps what they would
/// have settled, and the server knows an act that comes twice. Whoever wants to wait longer says so in the dialog, and sees it.
const LEAVING: Duration = Duration::from_millis(300);
/// The same when a call broken off leaves it unknown what became of it.
const LEAVING_UNKNOWN: Duration = Duration::from_secs(5);

/// How the console looks and behaves on this terminal.
#[derive(Debug, Clone)]
pub struct Look {
    /// Styles.
    pub theme: Theme,
    /// The terminal and the person's place.
    pub caps: Caps,
    /// Clicks and wheel come to the console (and no longer select text).
    pub mouse: bool,
    /// What the terminal does by itself.
    pub manners: Manners,
    /// How it shows a notification, if it can.
    pub notifies: Option<(&'static str, &'static str)>,
    /// The person's editor.
    pub editor: Option<String>,
}

impl Look {
    /// From the settings and what the surroundings say of the terminal.
    #[must_use]
    pub fn from_settings(console: &ConsoleConfig, around: &Surroundings) -> Self {
        let depth = if around.no_color || around.colourless() {
            Depth::Mono
        } else if around.truecolor() {
            Depth::True
        } else if around.term.contains("256") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        };
        Self {
            theme: Theme::named(&console.theme, depth).unwrap_or_default(),
            caps: Caps { ascii: console.ascii || !around.utf8(), zone: TimeZone::system(), footer: true, login: false },
            mouse: console.mouse,
            manners: Manners {
                bell: when(&console.bell),
                notify: when(&console.notify),
                names: console.notify_names,
                reduced_motion: console.reduced_motion,
            },
            notifies: around.notifies,
            editor: around.editor.clone(),
        }
    }
}

fn when(setting: &str) -> When {
    match setting {
        "never" => When::Never,
        "always" => When::Always,
        _ => When::Unfocused,
    }
}

/// What both consoles need.
#[derive(Debug)]
pub struct Launch {
    /// The campaign server.
    pub server: Arc<dyn CampaignServer>,
    /// Where confirmed acts are kept; stays open afterwards.
    pub journal: Journal,
    /// Who I am, as far as it is known before the server is asked: the mark is on the first frame.
    pub me: Option<Me>,
    /// Time.
    pub clock: SharedClock,
    /// Ids for acts.
    pub ids: SharedIds,
    /// Looks.
    pub look: Look,
    /// Sentences.
    pub catalogue: Arc<Catalogue>,
    /// The director, in a rehearsal.
    pub port: Option<Arc<dyn RehearsalPort>>,
}

/// What a console says when it is left.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Left {
    /// Confirmed acts that stay in the journal, not handed in.
    pub unsettled: u64,
    /// First texts confirmed.
    pub sent: u64,
    /// Replies confirmed.
    pub replied: u64,
    /// The sign-in was ended; what was confirmed before is still taken.
    pub signed_out: bool,
    /// The score, when a rehearsal was finished.
    pub score: Option<serde_json::Value>,
    /// A practice was gone through to its end.
    pub practised: bool,
    /// What is in hand, until when it stays and who gets it then.
    pub stays: Vec<Say>,
    /// Whom the texter still held, true for conversations; none when that was never known.
    pub in_hand: Option<Vec<(ContactId, bool)>>,
    /// Where the texter was; none when that was never known.
    pub place: Option<Place>,
    /// The list of campaigns is wanted.
    pub goes_home: bool,
    /// What the next console of the campaign takes up in the same shift.
    pub carried: Carried,
    /// The campaign that was opened on the home screen.
    pub chosen: Option<CampaignId>,
    /// Campaigns of which what was held before needs no telling at the next start, and what of it still does.
    pub told: Vec<(CampaignId, Vec<(ContactId, bool)>)>,
    /// Everything is given back and handed in for today.
    pub done: bool,
}

/// Runs the texter's console on this terminal until it is left.
///
/// # Errors
/// When the terminal cannot be taken, or is lost.
pub async fn texter(launch: Launch, mut options: TexterOptions) -> anyhow::Result<Left> {
    options.day_first = launch.catalogue.language() != "en";
    let model = texter::Model::new(options);
    let stage = TexterStage::new(model, launch.look.clone(), Arc::clone(&launch.catalogue));
    let (stage, unsettled) = run(stage, launch).await?;
    Ok(texter_left(stage.model, unsettled))
}

/// Runs the captain's console on this terminal until it is left.
///
/// # Errors
/// When the terminal cannot be taken, or is lost.
pub async fn captain(launch: Launch, options: captain::CaptainOptions) -> anyhow::Result<Left> {
    let model = captain::Model::new(options);
    let stage = PlainStage::new(model, &launch, ui::captain::render);
    let (stage, unsettled) = run(stage, launch).await?;
    let signed_out = stage.model.link == LinkState::SignedOut { hands_in: true };
    Ok(Left { unsettled, signed_out, ..Left::default() })
}

/// Runs the home screen on this terminal until it is left.
///
/// # Errors
/// When the terminal cannot be taken, or is lost.
pub async fn home(launch: Launch, options: home::HomeOptions) -> anyhow::Result<Left> {
    let model = home::Model::new(options);
    let stage = PlainStage::new(model, &launch, ui::home::render);
    let (stage, unsettled) = run_with(stage, launch, false).await?;
    Ok(home_left(&stage.model, unsettled))
}

/// Runs the home screen in whole lines, on standard input and standard output, until it is left.
///
/// # Errors
/// When its lines cannot be written any more.
pub async fn home_in_lines(launch: Launch, options: home::HomeOptions) -> anyhow::Result<Left> {
    let times = options.gate;
    let pages = HomePages::new(home::Model::new(options));
    let (front, unsettled) = run_in_lines_with(pages, launch, times, LinesTo::Output, false).await?;
    Ok(home_left(&front.pages.model, unsettled))
}

fn texter_left(model: texter::Model, unsettled: u64) -> Left {
    Left {
        unsettled,
        sent: model.sent,
        replied: model.replied,
        signed_out: model.link == LinkState::SignedOut { hands_in: true },
        practised: model.practised(),
        stays: model.what_stays(),
        in_hand: model.loaded.then(|| model.whom_i_hold()),
        place: model.place(),
        goes_home: model.goes_home,
        carried: model.carries_on(),
        score: model.score,
        ..Left::default()
    }
}

fn home_left(model: &home::Model, unsettled: u64) -> Left {
    let signed_out = model.link == LinkState::SignedOut { hands_in: true };
    Left {
        unsettled,
        signed_out,
        chosen: model.chosen,
        done: model.done,
        told: model.told.clone().into_iter().collect(),
        ..Left::default()
    }
}

/// Where the linear front end's lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesTo {
    /// Standard output.
    Output,
    /// Standard error: standard output is for something else.
    Error,
}

/// Runs the texter's console in whole lines, on standard input and `to`, until it is left.
///
/// # Errors
/// When its lines cannot be written any more.
pub async fn texter_in_lines(launch: Launch, mut options: TexterOptions, to: LinesTo) -> anyhow::Result<Left> {
    options.day_first = launch.catalogue.language() != "en";
    let times = options.gate;
    let pages = TexterPages::new(texter::Model::new(options));
    let (front, unsettled) = run_in_lines(pages, launch, times, to).await?;
    Ok(texter_left(front.pages.model, unsettled))
}

/// Runs the captain's console in whole lines, on standard input and standard output, until it is left.
///
/// # Errors
/// When its lines cannot be written any more.
pub async fn captain_in_lines(launch: Launch, options: captain::CaptainOptions) -> anyhow::Result<Left> {
    let times = options.gate;
    let pages = CaptainPages::new(captain::Model::new(options));
    let (front, unsettled) = run_in_lines(pages, launch, times, LinesTo::Output).await?;
    let signed_out = front.pages.model.link == LinkState::SignedOut { hands_in: true };
    Ok(Left { unsettled, signed_out, ..Left::default() })
}

async fn run_in_lines<P: Pages>(
    pages: P,
    launch: Launch,
    times: GateTimes,
    to: LinesTo,
) -> anyhow::Result<(Lines<P>, u64)> {
    run_in_lines_with(pages, launch, times, to, true).await
}

async fn run_in_lines_with<P: Pages>(
    pages: P,
    launch: Launch,
    times: GateTimes,
    to: LinesTo,
    feed: bool,
) -> anyhow::Result<(Lines<P>, u64)> {
    let caps = &launch.look.caps;
    let voice = Voice::new(Arc::clone(&launch.catalogue), caps.zone.clone()).with_login(caps.login);
    let mut front = Lines::new(pages, voice);
    if let Some(me) = launch.me.clone() {
        front.update(Msg::Me(me));
    }
    let (inbox_tx, inbox) = mpsc::channel(INBOX);
    let signals = signals::real().context("the program cannot listen to the system's signals")?;
    let input = Stdin::open().context("standard input cannot be read")?;
    let out: Box<dyn std::io::Write> = match to {
        LinesTo::Output => Box::new(std::io::stdout()),
        LinesTo::Error => Box::new(std::io::stderr()),
    };
    let columns: fn() -> Option<u16> = match to {
        LinesTo::Output => columns_of_output,
        LinesTo::Error => columns_of_errors,
    };
    let mut crew = Crew::hire(&launch, inbox_tx, feed);
    let Launch { clock, ids, look, .. } = launch;
    let around = lines::Around { input, out, columns, signals, inbox, clock, ids, times, editor: look.editor };
    let ended = lines::run(front, &mut crew.runner, around).await;
    let unsettled = crew.dismiss().await;
    Ok((ended.context("nobody reads the lines any more")?, unsettled))
}

/// What carries effects out, and how it is ended.
struct Crew {
    runner: Runner,
    tracker: TaskTracker,
    cancel: CancellationToken,
    leaving: Duration,
}

impl Crew {
    fn hire(launch: &Launch, inbox: mpsc::Sender<Msg>, feed: bool) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        let leaving = if launch.server.capabilities().idempotent_send { LEAVING } else { LEAVING_UNKNOWN };
        let (server, journal) = (Arc::clone(&launch.server), launch.journal.clone());
        let (clock, ids) = (launch.clock.clone(), launch.ids.clone());
        let mut runner = Runner::new(server, journal, inbox, clock, ids, tracker.clone(), &cancel);
        if !feed {
            runner = runner.without_feed();
        }
        if let Some(port) = launch.port.clone() {
            runner = runner.with_rehearsal(port);
        }
        Self { runner, tracker, cancel, leaving }
    }

    /// Ends what is under way. Gives the confirmed acts that stay in the journal.
    async fn dismiss(mut self) -> u64 {
        let unsettled = self.runner.shutdown(self.leaving).await;
        self.cancel.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        unsettled
    }
}

async fn run<P: Stage>(stage: P, launch: Launch) -> anyhow::Result<(P, u64)> {
    run_with(stage, launch, true).await
}

async fn run_with<P: Stage>(mut stage: P, launch: Launch, feed: bool) -> anyhow::Result<(P, u64)> {
    let (inbox_tx, inbox) = mpsc::channel(INBOX);
    // Before the terminal is taken: when this fails nothing has been changed.
    let signals = signals::real().context("the program cannot listen to the system's signals")?;
    let host = RealTerminal::take(launch.look.mouse, launch.look.notifies)
        .context("this is not a terminal that the console can use")?;
    let mut crew = Crew::hire(&launch, inbox_tx, feed);
    let Launch { me, clock, ids, look, .. } = launch;
    if let Some(me) = me {
        stage.update(Msg::Me(me));
    }
    let around = Around {
        host,
        open_input: input::real,
        signals,
        inbox,
        clock,
        ids,
        manners: look.manners,
        editor: look.editor,
    };
    let ended = turn::run(stage, &mut crew.runner, around).await;
    let unsettled = crew.dismiss().await;
    let (stage, _) = ended.context("the terminal is gone")?;
    Ok((stage, unsettled))
}

/// The texter's core with its view, as the loop runs it.
#[derive(Debug)]
pub struct TexterStage {
    /// The core.
    pub model: texter::Model,
    look: Look,
    words: Arc<Catalogue>,
    cache: RenderCache,
}

impl TexterStage {
    /// A core with its looks; tests and benches run it on a recorded terminal.
    #[must_use]
    pub fn new(model: texter::Model, look: Look, words: Arc<Catalogue>) -> Self {
        Self { model, look, words, cache: RenderCache::default() }
    }
}

impl Stage for TexterStage {
    fn start(&mut self) -> Vec<Effect> {
        self.model.start()
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.model.update(msg)
    }

    fn draw(&mut self, area: Rect, buffer: &mut Buffer) -> Drawn {
        ui::texter::render(&self.model, &self.look.theme, &self.look.caps, &self.words, &mut self.cache, area, buffer)
    }

    fn phrase(&self, say: &Say) -> String {
        phrase(&self.words, &self.look.caps.zone, say)
    }
}

/// How a core is drawn that keeps nothing from one frame to the next.
type Render<M> = fn(&M, &Theme, &Caps, &Catalogue, Rect, &mut Buffer) -> Drawn;

/// Such a core with its view: the captain's, and the home screen's.
struct PlainStage<M> {
    model: M,
    look: Look,
    words: Arc<Catalogue>,
    render: Render<M>,
}

impl<M: Program> PlainStage<M> {
    fn new(model: M, launch: &Launch, render: Render<M>) -> Self {
        Self { model, look: launch.look.clone(), words: Arc::clone(&launch.catalogue), render }
    }
}

impl<M: Program> Stage for PlainStage<M> {
    fn start(&mut self) -> Vec<Effect> {
        self.model.start()
    }

    fn update(&mut self, msg: Msg) -> Vec<Effect> {
        self.model.update(msg)
    }

    fn draw(&mut self, area: Rect, buffer: &mut Buffer) -> Drawn {
        (self.render)(&self.model, &self.look.theme, &self.look.caps, &self.words, area, buffer)
    }

    fn phrase(&self, say: &Say) -> String {
        phrase(&self.words, &self.look.caps.zone, say)
    }
}
