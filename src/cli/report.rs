//! `report`

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::export::{Progress, chosen};
use super::patience::patiently;
use super::private_file::Part;
use super::reach::{SignInArgs, admin, client};
use super::{Context, Exit, Misuse, Outcome, out};
use crate::api::campaign::CampaignState;
use crate::client::CampaignServer as _;
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::CampaignId;
use crate::domain::outcome::{self, About, Sums};
use crate::domain::safe_text::safe_line;
use crate::exchange::problem::FileProblem;
use crate::exchange::spoke_export;
use crate::i18n::Catalogue;
use crate::report;

/// Write what came of a campaign as one page, to be opened in a browser, or as data
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Which campaign: its number, or the beginning of its title; needed when there are several
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Make it of the two files that a Spoke server exports of a campaign, contacts first, instead of asking a server
    #[arg(long, value_names = ["CONTACTS.csv", "MESSAGES.csv"], num_args = 2, conflicts_with = "campaign")]
    pub from_spoke_export: Option<Vec<PathBuf>>,
    /// Title of the page; with --from-spoke-export, as those files have none
    #[arg(long, value_name = "TITLE", requires = "from_spoke_export")]
    pub title: Option<String>,
    /// Write to FILE instead of standard output: whole or not at all, readable by you alone
    #[arg(long, value_name = "FILE", value_parser = super::private_file::named_or_output())]
    pub out: Option<PathBuf>,
    /// Write over FILE when there is one already
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Print the figures as JSON instead of the page
    #[arg(long)]
    pub json: bool,
    /// Language of the page: en or es (else: this program's)
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "es"])]
    pub language: Option<String>,
    /// The zone whose hours and days are meant (America/Chicago; else: this machine's)
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Makes the report.
///
/// # Errors
/// What the server or the disk said; then nothing is left behind.
pub async fn run(args: ReportArgs, ctx: &Context) -> Outcome {
    tokio::select! {
        done = make(args, ctx) => done,
        _ = tokio::signal::ctrl_c() => {
            super::reach::tell("\nstopped; no file was left behind");
            Ok(Exit::Failed)
        }
    }
}

async fn make(args: ReportArgs, ctx: &Context) -> Outcome {
    // Before the server is asked for anything.
    let part = args.out.as_deref().map(|path| Part::begin(path, args.force)).transpose()?;
    let time_zone = match &args.zone {
        Some(name) => {
            let no_zone =
                || Misuse(format!("--zone: `{}` is no zone; write America/Chicago or the like", safe_line(name)));
            TimeZone::get(name).map_err(|_| no_zone())?;
            name.clone()
        }
        None => TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
    };
    let outcome = match &args.from_spoke_export {
        Some(files) => match exported(files, args.title.as_deref(), time_zone, ctx) {
            Ok(outcome) => outcome,
            Err(problems) => {
                super::reach::tell(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
                return Ok(Exit::Problems);
            }
        },
        None => asked(&args, time_zone, ctx).await?,
    };
    let page = if args.json {
        let mut value = serde_json::to_value(&outcome)?;
        for name in &outcome.untold {
            match name.split_once('.') {
                Some((part, figure)) => value[part][figure] = serde_json::Value::Null,
                None => value[*name] = serde_json::Value::Null,
            }
        }
        super::json(&value)?
    } else {
        let language = args.language.as_deref();
        let catalogue =
            language.map_or_else(|| std::sync::Arc::clone(&ctx.catalogue), |tag| Catalogue::for_language(tag).into());
        report::page(&outcome, &catalogue)
    };
    match part {
        Some(part) => {
            part.file()?.write_all(page.as_bytes()).context("the report was not written")?;
            part.keep()?;
            let path = args.out.unwrap_or_default();
            let contacts = super::campaign_check::counted(outcome.people.contacts, "contact");
            let how = if args.json { "" } else { " Open it in a browser." };
            out(format!("{}: {contacts}.{how}", path.display()))?;
        }
        None => out(page)?,
    }
    Ok(Exit::Done)
}

/// What stands in a Spoke server's export files.
fn exported(
    files: &[PathBuf],
    title: Option<&str>,
    time_zone: String,
    ctx: &Context,
) -> Result<outcome::Outcome, Vec<FileProblem>> {
    // The option takes exactly two.
    let export = spoke_export::read(&files[0], &files[1])?;
    let about = About {
        campaign: CampaignId(export.campaign),
        title: safe_line(title.unwrap_or(&format!("Spoke {}", export.campaign))),
        organization: String::new(),
        state: "exported".to_owned(),
        rehearsal: false,
        at: export.until.unwrap_or_else(|| ctx.clock.now()),
        time_zone,
    };
    let def = CampaignDef { questions: export.questions, ..CampaignDef::default() };
    let mut sums = Sums::default();
    sums.add(export.figures, export.texters);
    let outcome = sums.outcome(about, export.counts, &def);
    Ok(outcome::Outcome { untold: spoke_export::UNTOLD.to_vec(), ..outcome })
}

/// What a campaign's server says.
async fn asked(args: &ReportArgs, time_zone: String, ctx: &Context) -> anyhow::Result<outcome::Outcome> {
    let nothing = "no report";
    let (sign_in, admin) = admin(&args.who, ctx).await?;
    let server = client(&sign_in, ctx)?;
    let id = chosen(&server, &sign_in, args.campaign.as_deref()).await?;
    let (me, campaign) = (server.me().await.context(nothing)?, server.campaign(id).await.context(nothing)?);
    let board = server.board(id).await.context(nothing)?;
    let mut sums = Sums::default();
    let mut progress = Progress::new(args.out.is_some());
    let mut cursor = None;
    loop {
        let figures = patiently(ctx, || admin.figures_out(id, cursor.clone())).await.context(nothing)?;
        sums.add(figures.figures, figures.texters);
        progress.left(figures.left);
        cursor = figures.next;
        if cursor.is_none() {
            break;
        }
    }
    progress.end();
    let state = match board.state {
        CampaignState::Importing => "importing",
        CampaignState::Running => "running",
        CampaignState::Paused => "paused",
        CampaignState::Archived => "closed",
    };
    let about = About {
        campaign: id,
        title: safe_line(&campaign.def.title),
        organization: safe_line(&campaign.def.organization),
        state: state.to_owned(),
        rehearsal: me.rehearsal,
        at: board.at,
        time_zone,
    };
    Ok(sums.outcome(about, board.counts, &campaign.def))
}
