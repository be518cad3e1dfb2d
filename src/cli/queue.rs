//! `queue ...`: whom answers have put on a list that somebody works off: rides, yard signs, volunteers.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::event::{FileArgs, HALF, NOTHING};
use super::export::{columns, stoppable};
use super::output::{count, said, text};
use super::patience::patiently;
use super::reach::{SignInArgs, admin, tell};
use super::shift::reach_named;
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::people::Role;
use crate::api::rsvp::{MAX_DONE, QueueChanged, QueueDone, QueueTally};
use crate::client::native::NativeServer;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::safe_text::safe_line;
use crate::exchange::export::turnout::{Entries, contacts_in};

/// What can be done with queues.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// List a campaign's queues: how many wait in each, and since when
    List(ListArgs),
    /// Write those who wait in a queue to a file, in the order in which they asked
    Export(ExportArgs),
    /// Say that people of a queue have what they asked for
    Done(DoneArgs),
}

/// Arguments of `queue list`.
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

/// Arguments of `queue export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Which queue: its name
    #[arg(value_name = "QUEUE")]
    pub queue: String,
    /// Those that are done too
    #[arg(long)]
    pub all: bool,
    /// The file.
    #[command(flatten)]
    pub file: FileArgs,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `queue done`.
#[derive(Debug, Clone, clap::Args)]
pub struct DoneArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Which queue: its name
    #[arg(value_name = "QUEUE")]
    pub queue: String,
    /// Whose: numbers of contacts, as the first column of the exported file has them
    #[arg(value_name = "CONTACT")]
    pub contacts: Vec<i64>,
    /// Everybody in this file: one that `queue export` wrote, or rows that are left of it (CSV)
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// It was a mistake: they wait again
    #[arg(long)]
    pub undo: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Runs one of them.
///
/// # Errors
/// What the server or the disk said; then no file is left behind.
pub async fn run(command: QueueCommand, ctx: &Context) -> Outcome {
    match command {
        QueueCommand::List(args) => {
            let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Captain, ctx).await?;
            let queues = server.queues(campaign).await.context(NOTHING)?;
            if args.json {
                out_json(&queues)?;
            } else if queues.is_empty() {
                out(said("cmd-queue-none", &[text("campaign", campaign.to_string())]))?;
            } else {
                out(table(&queues))?;
            }
            Ok(Exit::Done)
        }
        QueueCommand::Export(args) => stoppable(export(args, ctx)).await,
        QueueCommand::Done(args) => done(args, ctx).await,
    }
}

/// Refuses a queue that is not there: its export would be a file of nobody.
async fn there(server: &NativeServer, campaign: CampaignId, queue: &str) -> anyhow::Result<()> {
    let queues = server.queues(campaign).await.context(NOTHING)?;
    if queues.iter().any(|one| one.queue == queue) {
        return Ok(());
    }
    let names: Vec<String> = queues.iter().map(|one| safe_line(&one.queue)).collect();
    let queue = text("queue", safe_line(queue));
    Err(Misuse(match names.as_slice() {
        [] => said("cmd-queue-unknown-none", &[queue]),
        _ => said("cmd-queue-unknown", &[queue, text("names", names.join(", "))]),
    })
    .into())
}

fn table(queues: &[QueueTally]) -> String {
    let head = |key| said(key, &[]);
    let mut text = format!(
        "{:<40}{:>9}{:>8}  {}\n",
        head("cmd-head-queue"),
        head("cmd-head-open"),
        head("cmd-head-done"),
        head("cmd-head-since")
    );
    for one in queues {
        let since = one.open_since.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        text.push_str(&format!("{:<40}{:>9}{:>8}  {since}\n", safe_line(&one.queue), one.open, one.done));
    }
    text
}

async fn export(args: ExportArgs, ctx: &Context) -> Outcome {
    args.file.refuse_taken()?;
    let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Admin, ctx).await?;
    let (_, admin) = admin(&args.who, ctx).await?;
    there(&server, campaign, &args.queue).await?;
    let columns = if args.file.has_columns() { columns(&admin, campaign, ctx).await?.columns } else { Vec::new() };
    let ask = async |cursor: Option<String>| {
        let mut query = vec![("queue", args.queue.clone())];
        query.extend(args.all.then(|| ("all", "true".to_owned())));
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        patiently(ctx, || admin.queue_out(campaign, &query)).await
    };
    let mut page = ask(None).await.context(NOTHING)?;
    let (to, part) = args.file.begin()?;
    let mut writer = Entries::new(to, args.file.format(), columns)?;
    let mut rows = 0;
    loop {
        for one in &page.entries {
            writer.add(one)?;
            rows += 1;
        }
        let Some(next) = page.next.take() else { break };
        page = ask(Some(next)).await.context(HALF)?;
    }
    args.file.done(writer.finish()?, part, rows, "contact")
}

#[derive(Serialize)]
struct Told<'a> {
    campaign: CampaignId,
    queue: &'a str,
    #[serde(flatten)]
    done: &'a QueueChanged,
}

async fn done(args: DoneArgs, ctx: &Context) -> Outcome {
    let mut contacts: Vec<ContactId> = args.contacts.iter().copied().map(ContactId).collect();
    if let Some(file) = &args.file {
        match contacts_in(file) {
            Ok(found) => contacts.extend(found),
            Err(problem) => {
                tell(problem.to_string());
                tell(said("cmd-mend-file", &[]));
                return Ok(Exit::Problems);
            }
        }
    }
    if contacts.is_empty() {
        return Err(Misuse(said("cmd-queue-who", &[])).into());
    }
    let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Captain, ctx).await?;
    there(&server, campaign, &args.queue).await?;
    let mut all = QueueChanged::default();
    for some in contacts.chunks(MAX_DONE) {
        let request = QueueDone { queue: args.queue.clone(), contacts: some.to_vec(), undo: args.undo };
        let part = patiently(ctx, || server.queue_done(campaign, &request)).await.context(NOTHING)?;
        all.changed += part.changed;
        all.already += part.already;
        all.not_found.extend(part.not_found);
    }
    if args.json {
        out_json(&Told { campaign, queue: &args.queue, done: &all })?;
    } else {
        let (key, before) = if args.undo {
            ("cmd-queue-waits-again", "cmd-queue-waited-before")
        } else {
            ("cmd-queue-done", "cmd-queue-done-before")
        };
        let mut line = said(key, &[count("n", all.changed)]);
        if all.already > 0 {
            line.push_str(&format!(" {}", said(before, &[count("n", all.already)])));
        }
        out(line)?;
        for contact in &all.not_found {
            let args = [text("contact", contact.to_string()), text("queue", safe_line(&args.queue))];
            tell(said("cmd-queue-not-in", &args));
        }
    }
    Ok(if all.not_found.is_empty() { Exit::Done } else { Exit::Problems })
}
