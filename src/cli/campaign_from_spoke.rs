//! `campaign from-spoke`: the script of a campaign that runs Spoke, as a campaign file.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::reach::{SignInArgs, spoke, tell, timeouts};
use super::shift::choose;
use super::{Context, Exit, Misuse, Outcome, out};
use crate::api::people::Role;
use crate::client::CampaignServer as _;
use crate::client::sign_in::{self, ServerKind};
use crate::exchange::campaign_file;

/// Write the script of a campaign that runs Spoke as a campaign file
#[derive(Debug, Clone, clap::Args)]
pub struct FromSpokeArgs {
    /// Where to; a file that is there already is left alone
    #[arg(value_name = "FILE", default_value = "campaign.toml")]
    pub file: PathBuf,
    /// Which campaign: its number in textbank text, or the beginning of its title
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Which sign-in; it has to be one by textbank login --spoke
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Writes it.
///
/// # Errors
/// No sign-in at a Spoke server, no such campaign, a file in the way, or what the server said.
pub async fn run(args: FromSpokeArgs, ctx: &Context) -> Outcome {
    let at_spoke = |one: &sign_in::SignIn| one.kind == ServerKind::Spoke;
    let dir = ctx.paths.sign_ins_dir();
    let sign_in = sign_in::load_where(&dir, args.who.sign_in.as_deref(), Role::Texter, at_spoke)?;
    if !at_spoke(&sign_in) {
        let why = "no sign-in at a campaign that runs Spoke: sign in by textbank login --spoke URL";
        return Err(Misuse(why.into()).into());
    }
    if args.file.exists() {
        bail!("{} is there already: name another file", args.file.display());
    }
    let server = spoke(&sign_in, timeouts(ctx), ctx)?;
    let found = server.campaigns().await.with_context(|| format!("asking {} for its campaigns", sign_in.server))?;
    let campaign = choose(&found, args.campaign.as_deref())?;
    let def = server.campaign(campaign).await.context("the campaign could not be read")?.def;
    let text = campaign_file::write(&def)?;
    let head = format!(
        "# From the campaign \"{}\" at {}, with its question tree, canned replies and tags.\n# Look through it, then: textbank campaign check {}\n\n",
        def.title.replace('\n', " "),
        sign_in.server,
        args.file.display()
    );
    std::fs::write(&args.file, head + &text).with_context(|| format!("cannot write {}", args.file.display()))?;
    out(format!(
        "{}: {} questions, {} canned replies, {} tags",
        args.file.display(),
        def.questions.len(),
        def.canned.len(),
        def.tags.len()
    ))?;
    tell(
        "Texters' actions of Spoke (VAN, Zapier ...) and contacts are not in it: export the list in Spoke, and give it to campaign import.",
    );
    Ok(Exit::Done)
}
