//! `event ...`: what a campaign invites to, who comes, and the calendar file.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::campaign_check::counted;
use super::export::{FormatArg, columns, stoppable};
use super::patience::patiently;
use super::private_file::{Part, refuse_taken};
use super::reach::{SignInArgs, admin};
use super::shift::reach_named;
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::rsvp::EventTally;
use crate::client::CampaignServer as _;
use crate::domain::rsvp::CampaignEvent;
use crate::domain::safe_text::safe_line;
use crate::exchange::calendar::calendar;
use crate::exchange::export::turnout::Rsvps;
use crate::exchange::export::{Format, Shape};

/// What can be done with events.
#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// List a campaign's events: when, where, how many come, wait, perhaps come or do not
    List(ListArgs),
    /// Show one of them
    Show(ShowArgs),
    /// Write those who said something of an event to a file: who comes, who waits for a place, who perhaps comes, who does not
    Rsvps(RsvpsArgs),
    /// Write events as a calendar file (.ics)
    Calendar(CalendarArgs),
}

/// Arguments of `event list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `event show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Which event: its id
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// How people are written to a file.
#[derive(Debug, Clone, clap::Args)]
pub struct FileArgs {
    /// Write to FILE: whole or not at all, readable by you alone
    #[arg(long, value_name = "FILE", value_parser = super::private_file::named())]
    pub out: PathBuf,
    /// Write over FILE when there is one already
    #[arg(long)]
    pub force: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: FormatArg,
    /// Cells exactly as they are, also those that a spreadsheet would work out: for programs only
    #[arg(long)]
    pub raw: bool,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `event rsvps`.
#[derive(Debug, Clone, clap::Args)]
pub struct RsvpsArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Which event: its id
    #[arg(value_name = "EVENT")]
    pub event: String,
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `event calendar`.
#[derive(Debug, Clone, clap::Args)]
pub struct CalendarArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Which event: its id; else all of them
    #[arg(value_name = "EVENT")]
    pub event: Option<String>,
    /// Write to FILE, such as rally.ics
    #[arg(long, value_name = "FILE", value_parser = super::private_file::named())]
    pub out: PathBuf,
    /// Write over FILE when there is one already
    #[arg(long)]
    pub force: bool,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// For what failed before anything was done.
pub(super) const NOTHING: Advice = Advice {
    what: "nothing was done",
    on: &[(Code::NotFound, "see which campaigns there are: textbank campaign list")],
};

/// Runs one of them.
///
/// # Errors
/// What the server or the disk said; then no file is left behind.
pub async fn run(command: EventCommand, ctx: &Context) -> Outcome {
    match command {
        EventCommand::List(args) => {
            let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Texter, ctx).await?;
            let events = server.calendar(campaign).await.context(NOTHING)?;
            if args.json {
                out_json(&events)?;
            } else if events.is_empty() {
                out(format!("Campaign {campaign} has no events: its file has no `[[event]]`."))?;
            } else {
                out(events.iter().map(in_words).collect::<Vec<_>>().join("\n"))?;
            }
            Ok(Exit::Done)
        }
        EventCommand::Show(args) => {
            let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Texter, ctx).await?;
            let events = server.calendar(campaign).await.context(NOTHING)?;
            let event = meant(&events, &args.event)?;
            if args.json {
                out_json(event)?
            } else {
                out(in_words(event))?
            }
            Ok(Exit::Done)
        }
        EventCommand::Rsvps(args) => stoppable(rsvps(args, ctx)).await,
        EventCommand::Calendar(args) => calendar_file(args, ctx).await,
    }
}

/// The one event that is meant.
fn meant<'a>(events: &'a [EventTally], wanted: &str) -> anyhow::Result<&'a EventTally> {
    events.iter().find(|one| one.event.id == wanted).ok_or_else(|| {
        let ids: Vec<&str> = events.iter().map(|one| one.event.id.as_str()).collect();
        let there = if ids.is_empty() { "it has none".to_owned() } else { format!("it has {}", ids.join(", ")) };
        Misuse(format!("the campaign has no event {}: {there}", safe_line(wanted))).into()
    })
}

/// When it is, by the clocks of its place.
fn when(event: &CampaignEvent) -> String {
    let (from, to) = (event.local(event.starts_at), event.local(event.ends_at));
    let until = if from.date() == to.date() { to.strftime("%H:%M") } else { to.strftime("%a %-d %b %Y, %H:%M") };
    format!("{} to {until} ({})", from.strftime("%a %-d %b %Y, %H:%M"), safe_line(&event.zone))
}

fn in_words(one: &EventTally) -> String {
    let event = &one.event;
    let places = match event.capacity {
        Some(capacity) if one.waiting > 0 => format!("full with {capacity}, {} waiting", one.waiting),
        Some(capacity) => format!("{} of {capacity} come", one.yes),
        None => format!("{} come", one.yes),
    };
    let address = if event.address.is_empty() { String::new() } else { format!(", {}", safe_line(&event.address)) };
    format!(
        "{}  {}\n  {}\n  {}{address}\n  {places}; {} maybe, {} no",
        event.id,
        safe_line(&event.title),
        when(event),
        safe_line(&event.place),
        one.maybe,
        one.no
    )
}

#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    rows: u64,
}

impl FileArgs {
    pub(super) fn format(&self) -> Format {
        match self.format {
            FormatArg::Csv => Format::Csv { shape: Shape::Spoke, raw: self.raw },
            FormatArg::Jsonl => Format::JsonLines,
        }
    }

    /// Whether cells of the lists' own columns are written too.
    pub(super) fn has_columns(&self) -> bool {
        self.format == FormatArg::Csv
    }

    pub(super) fn refuse_taken(&self) -> anyhow::Result<()> {
        refuse_taken(&self.out, self.force)
    }

    pub(super) fn begin(&self) -> anyhow::Result<(BufWriter<std::fs::File>, Part)> {
        let part = Part::begin(&self.out, self.force)?;
        Ok((BufWriter::new(part.file()?), part))
    }

    /// Everything is written: the file gets its name.
    pub(super) fn done(&self, mut to: BufWriter<std::fs::File>, part: Part, rows: u64, what: &str) -> Outcome {
        to.flush()?;
        drop(to);
        part.keep()?;
        if self.json {
            out_json(&Told { file: &self.out, rows })?;
        } else {
            out(format!("{}: {}", self.out.display(), counted(rows, what)))?;
        }
        Ok(Exit::Done)
    }
}

/// For a file that could not be finished.
pub(super) const HALF: &str = "the file is not whole, so nothing of it was kept";

async fn rsvps(args: RsvpsArgs, ctx: &Context) -> Outcome {
    args.file.refuse_taken()?;
    let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Admin, ctx).await?;
    let (_, admin) = admin(&args.who, ctx).await?;
    meant(&server.calendar(campaign).await.context(NOTHING)?, &args.event)?;
    let columns = if args.file.has_columns() { columns(&admin, campaign, ctx).await?.columns } else { Vec::new() };
    let ask = async |cursor: Option<String>| {
        let mut query = vec![("event", args.event.clone())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        patiently(ctx, || admin.rsvps_out(campaign, &query)).await
    };
    let mut page = ask(None).await.context(NOTHING)?;
    let (to, part) = args.file.begin()?;
    let mut writer = Rsvps::new(to, args.file.format(), columns)?;
    let mut rows = 0;
    loop {
        for one in &page.rsvps {
            writer.add(one)?;
            rows += 1;
        }
        let Some(next) = page.next.take() else { break };
        page = ask(Some(next)).await.context(HALF)?;
    }
    args.file.done(writer.finish()?, part, rows, "answer")
}

async fn calendar_file(args: CalendarArgs, ctx: &Context) -> Outcome {
    refuse_taken(&args.out, args.force)?;
    let (sign_in, server, campaign) = reach_named(&args.campaign, &args.who, Role::Texter, ctx).await?;
    let view = server.campaign(campaign).await.context(NOTHING)?;
    let events = server.calendar(campaign).await.context(NOTHING)?;
    let chosen: Vec<&CampaignEvent> = match &args.event {
        Some(wanted) => vec![&meant(&events, wanted)?.event],
        None => events.iter().map(|one| &one.event).collect(),
    };
    if chosen.is_empty() {
        return Err(Misuse(format!("campaign {campaign} has no events: its file has no `[[event]]`")).into());
    }
    let host = sign_in.server.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
    let file = calendar(&chosen, campaign, host, (view.script_version, ctx.clock.now()));
    let part = Part::begin(&args.out, args.force)?;
    part.file()?.write_all(file.as_bytes()).with_context(|| format!("cannot write {}", args.out.display()))?;
    part.keep()?;
    let rows = chosen.len() as u64;
    if args.json {
        out_json(&Told { file: &args.out, rows })?;
    } else {
        out(format!("{}: {}", args.out.display(), counted(rows, "event")))?;
    }
    Ok(Exit::Done)
}
