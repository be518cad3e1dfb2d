//! `textbank rehearse`: a whole texting shift offline, with simulated voters.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::list::ReadArgs;
use super::shift::{in_lines, keymap};
use super::{Context, Exit, Outcome, out, out_json};
use crate::client::journal::Journal;
use crate::console::core::texter::{GateTimes, TexterOptions};
use crate::console::keymap::action::Action;
use crate::console::runtime::effects::RehearsalPort;
use crate::console::runtime::launch::{Launch, LinesTo, Look, texter, texter_in_lines};
use crate::console::ui::wrap::wrap;
use crate::domain::ids::DeviceId;
use crate::env::{BoxFuture, Clock, SeededIds, SharedClock};
use crate::exchange::pair::{ListRead, Pair};
use crate::exchange::problem::FileProblem;
use crate::exchange::{campaign_file, sample};
use crate::i18n::{Catalogue, Value};
use crate::rehearsal::persona::Personas;
use crate::rehearsal::persona_file;
use crate::rehearsal::robot::{Scripted, shift};
use crate::rehearsal::score::Scorecard;
use crate::rehearsal::start::{Control, RehearsalPlan, TEXTER, start_live, start_stepped};

/// Said of a rehearsal with somebody's own list: as nobody is texted, nobody's consent is looked at.
const NO_CONSENT: &str = "rehearsal-no-consent";

/// Rehearse a texting shift: the real console and server on this machine, voters simulated, nothing sent to anybody
#[derive(Debug, Clone, Args)]
pub struct RehearseArgs {
    /// Rehearse this campaign instead of the sample
    #[arg(long, value_name = "FILE")]
    pub campaign: Option<PathBuf>,
    /// Rehearse with this contact list (CSV, TSV, spreadsheet) instead of the sample
    #[arg(long, value_name = "FILE")]
    pub contacts: Option<PathBuf>,
    /// How that list is to be read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// Add voters from this persona file; one with a known id takes that one's place
    #[arg(long, value_name = "FILE")]
    pub personas: Option<PathBuf>,
    /// The same seed and the same presses tell the same story [default: a new story each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Let campaign time pass up to ten times as fast
    #[arg(long, value_name = "X", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub speed: u32,
    /// Eight cards only
    #[arg(long)]
    pub short: bool,
    /// Print the scorecard as JSON on standard output at the end
    #[arg(long)]
    pub json: bool,
    /// Whole lines instead of a screen: for screen readers, braille lines, plain terminals and pipes
    #[arg(long)]
    pub plain: bool,
    /// Self-check: a scripted texter works the whole shift without a terminal
    #[arg(long)]
    pub robot: bool,
}

/// Runs the rehearsal.
///
/// # Errors
/// No terminal, or the embedded server did not start.
pub async fn run(args: RehearseArgs, context: &Context) -> Outcome {
    let list = args.contacts.as_deref().map(|list| args.read.rehearse(list)).transpose()?;
    let plan = match plan(&args, list, context) {
        Ok((plan, warnings)) => {
            tell(&warnings)?;
            if !plan.note.is_empty() {
                writeln!(std::io::stderr().lock(), "{}", plan.note)?;
            }
            plan
        }
        Err(problems) => {
            tell(&problems)?;
            return Ok(Exit::Problems);
        }
    };
    if args.robot {
        let card = by_robot(plan, context).await?;
        show(&card, args.json, &context.catalogue)?;
        return Ok(Exit::Done);
    }
    // Where there is no screen, or nobody who could see one, everything comes in lines; a rehearsal may come through a pipe.
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let lines = (in_lines(args.plain, context) || !terminal).then_some(if args.json {
        LinesTo::Error
    } else {
        LinesTo::Output
    });
    let Played { card, told, .. } = play(plan, lines, false, context).await?;
    // Whoever heard the score is not told it twice.
    if args.json || lines.is_none() || !told {
        show(&card, args.json, &context.catalogue)?;
    }
    Ok(Exit::Done)
}

/// Reads all files; every problem of all of them is reported at once and nothing starts.
fn plan(
    args: &RehearseArgs,
    list: Option<ListRead>,
    context: &Context,
) -> Result<(RehearsalPlan, Vec<FileProblem>), Vec<FileProblem>> {
    let mut problems = Vec::new();
    let campaign = match &args.campaign {
        None => sample::campaign_in(context.catalogue.language()).map(|def| (def, Vec::new())),
        Some(path) => campaign_file::load(path),
    };
    let list = list.unwrap_or_else(sample::contacts);
    // What does not fit together is told of the file that is the person's own.
    let named = args.contacts.as_deref().or(args.campaign.as_deref()).unwrap_or(Path::new("rehearsal.csv"));
    let pair = Pair::new(campaign, Some(list), named);
    let personas = match read_personas(args.personas.as_deref()) {
        Ok(personas) => personas,
        Err(errors) => {
            problems.extend(errors);
            Personas::default()
        }
    };
    problems.extend(pair.problems.iter().cloned());
    if problems.iter().any(|p| p.fatal) {
        return Err(problems);
    }
    let Some((def, list)) = pair.sound() else { return Err(problems) };
    let plan = RehearsalPlan {
        def,
        contacts: list.contacts,
        personas,
        seed: args.seed.unwrap_or_else(|| context.ids.below(1_000_000)),
        speed: args.speed,
        short: args.short,
        texter: TEXTER.to_owned(),
        // A list of one's own may hold people whom a real import would leave out.
        note: if args.contacts.is_some() { context.catalogue.say(NO_CONSENT, &[]) } else { String::new() },
    };
    Ok((plan, problems))
}

/// The built-in personas and those of a file.
pub(super) fn read_personas(file: Option<&Path>) -> Result<Personas, Vec<FileProblem>> {
    let mut personas = Personas::default();
    let mut problems = Vec::new();
    for read in std::iter::once(persona_file::built_in()).chain(file.map(persona_file::load)) {
        match read {
            Ok(more) => personas.add(more),
            Err(errors) => problems.extend(errors),
        }
    }
    if problems.is_empty() { Ok(personas) } else { Err(problems) }
}

fn tell(problems: &[FileProblem]) -> std::io::Result<()> {
    let mut stderr = std::io::stderr().lock();
    for problem in problems {
        writeln!(stderr, "{problem}")?;
    }
    Ok(())
}

/// The console's view of a rehearsal.
#[derive(Debug)]
struct Port(Control);

impl RehearsalPort for Port {
    fn may_go_on(&self, may: bool) {
        self.0.may_go_on(may);
    }

    fn finish(&self) -> BoxFuture<'static, serde_json::Value> {
        let control = self.0.clone();
        Box::pin(async move {
            match control.finish().await {
                Ok(card) => card.for_screen(),
                Err(error) => {
                    tracing::error!(%error, "the score could not be made");
                    serde_json::Value::Null
                }
            }
        })
    }
}

/// What came of a rehearsal by hand.
#[derive(Debug)]
pub(super) struct Played {
    /// The score of what really happened.
    pub(super) card: Scorecard,
    /// It was told before the console was left.
    pub(super) told: bool,
    /// A practice was gone through to its end.
    pub(super) practised: bool,
}

/// Opens the texter's console on the rehearsal and waits until it is left. A practice tells each step, and nobody keeps a score.
pub(super) async fn play(
    plan: RehearsalPlan,
    lines: Option<LinesTo>,
    practice: bool,
    context: &Context,
) -> anyhow::Result<Played> {
    let console = &context.config.console;
    let clock = context.clock.clone();
    let rehearsal = start_live(plan, clock, context.ids.clone()).await?;
    let home = TempHome::make(context)?;
    let campaign_clock: SharedClock = rehearsal.clock.clone();
    let (journal, _) = Journal::open(&home.0, &campaign_clock, &context.ids).await?;
    let mut options = TexterOptions::new(rehearsal.campaign, DeviceId(context.ids.act_id(rehearsal.clock.now())));
    // A server of our own hands waiting conversations out by itself.
    options.keymap = keymap(context).without(&[Action::TakeReplies]);
    options.gate = GateTimes {
        dwell: Duration::from_millis(console.dwell_ms),
        gap: Duration::from_millis(console.key_gap_ms),
        silence: Duration::from_millis(console.key_silence_ms),
    };
    super::shift::console_options(&mut options, console);
    if practice {
        (options.practice, options.scored) = (true, false);
        // One thing at a time: taking a text back comes later.
        (options.reply_window, options.initial_window) = Default::default();
    }
    let launch = Launch {
        server: Arc::new(rehearsal.client(&rehearsal.token)?),
        journal: journal.clone(),
        me: Some(rehearsal.me.clone()),
        clock: campaign_clock,
        ids: context.ids.clone(),
        look: Look::from_settings(console, &context.surroundings),
        catalogue: context.catalogue.clone(),
        port: Some(Arc::new(Port(rehearsal.control()))),
    };
    context.guard_terminal();
    let left = match lines {
        Some(to) => texter_in_lines(launch, options, to).await,
        None => texter(launch, options).await,
    };
    // The score of what really happened, read after the last confirmed text was handed in.
    let card = rehearsal.control().finish().await;
    if let Err(error) = journal.close().await {
        tracing::warn!(%error, "the rehearsal's journal did not close");
    }
    drop(home);
    rehearsal.shutdown().await;
    let left = left?;
    Ok(Played { card: card?, told: left.score.is_some(), practised: left.practised })
}

/// A directory for the rehearsal's journal, wiped at the end whatever happens.
#[derive(Debug)]
struct TempHome(PathBuf);

impl TempHome {
    fn make(context: &Context) -> anyhow::Result<Self> {
        let id = context.ids.act_id(context.clock.now());
        let dir = std::env::temp_dir().join(format!("textbank-rehearsal-{id}"));
        std::fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for TempHome {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, dir = %self.0.display(), "the rehearsal's directory could not be wiped");
        }
    }
}

async fn by_robot(plan: RehearsalPlan, context: &Context) -> anyhow::Result<Scorecard> {
    let seed = plan.seed;
    let (rehearsal, mut steps) = start_stepped(plan, context.clock.clone(), context.ids.clone()).await?;
    let mind = Box::new(Scripted::on(rehearsal.stage().clone()));
    shift(&rehearsal, &mut steps, mind, SeededIds::shared(seed)).await?;
    let card = rehearsal.stage().score().await?;
    drop(steps);
    rehearsal.shutdown().await;
    Ok(card)
}

/// Prints the card: sentences, or JSON.
fn show(card: &Scorecard, json: bool, catalogue: &Catalogue) -> anyhow::Result<()> {
    if json {
        return out_json(card);
    }
    let lines: Vec<String> = card
        .lines()
        .iter()
        .map(|line| {
            let numbers =
                line.numbers.iter().map(|(name, n)| (*name, Value::Number(i64::try_from(*n).unwrap_or(i64::MAX))));
            let texts = line.texts.iter().map(|(name, text)| (*name, Value::Text(text.clone())));
            catalogue.say(&line.key, &numbers.chain(texts).collect::<Vec<_>>())
        })
        .collect();
    let width = match std::io::stdout().is_terminal() {
        true => terminal_size::terminal_size().map_or(80, |(columns, _)| columns.0.clamp(20, 100)),
        false => u16::MAX,
    };
    let lines: Vec<&str> =
        lines.iter().flat_map(|line| wrap(line, width).into_iter().map(|range| line[range].trim_end())).collect();
    out(lines.join("\n"))
}
