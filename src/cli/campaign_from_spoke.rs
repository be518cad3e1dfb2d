//! `campaign from-spoke`: the script of a campaign that runs Spoke, as a campaign file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::reach::{SignInArgs, spoke, tell, timeouts};
use super::shift::choose;
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::people::Role;
use crate::client::CampaignServer as _;
use crate::client::sign_in::{self, ServerKind};
use crate::client::spoke::LeftBehind;
use crate::client::spoke::session::Door;
use crate::domain::campaign::CampaignDef;
use crate::domain::ids::CampaignId;
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
    /// Print as JSON what is in the file, and what of the campaign is not
    #[arg(long)]
    pub json: bool,
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
    let brought =
        server.script_of_mine(campaign).await.context(super::spoke::at_spoke("the campaign could not be read"))?;
    written(&brought, &sign_in.server, &args.file, args.json)
}

/// `campaign import --from-spoke URL --campaign ID`: the same of any campaign, by its own number, with an admin's sign-in there.
///
/// # Errors
/// As [`run`].
pub async fn import(url: &str, campaign: &str, file: &Path, json: bool, ctx: &Context) -> Outcome {
    let door = Door::new(url, timeouts(ctx)).map_err(|error| Misuse(error.to_string()))?;
    let all = sign_in::list(&ctx.paths.sign_ins_dir())?;
    let there = all.into_iter().filter(|one| one.kind == ServerKind::Spoke && one.server == door.address());
    let Some(sign_in) = there.max_by_key(|one| (one.me.role, one.at)) else {
        return Err(Misuse(format!("no sign-in at {0}: textbank login --spoke {0}", door.address())).into());
    };
    let wrong =
        || Misuse("--campaign: with --from-spoke it is the campaign's number there: textbank spoke campaigns".into());
    let number = campaign.parse().map_err(|_| wrong())?;
    if file.exists() {
        bail!("{} is there already: name another file by --into", file.display());
    }
    let server = spoke(&sign_in, timeouts(ctx), ctx)?;
    let brought =
        server.script_of(CampaignId(number)).await.context(super::spoke::at_spoke("the campaign could not be read"))?;
    written(&brought, &sign_in.server, file, json)
}

/// What of the campaign is not in the file, in sentences.
fn not_in_it(left: &LeftBehind) -> Vec<String> {
    let mut says = Vec::new();
    if let Some((start, end)) = left.hours_not_enforced {
        says.push(format!(
            "Texting hours: {start} to {end} are set in Spoke and not enforced there. Textbank's usual strict hours hold here, unless you write [hours]."
        ));
    }
    if let Some(due) = left.due {
        says.push(format!(
            "Due date: {due}; Spoke ends first texts a day later. To end them here, write closes_at into [campaign]."
        ));
    }
    for (title, tags) in &left.canned_with_tags {
        says.push(format!(
            "Canned reply \"{title}\": Spoke sets the tags {} with it. Here a texter sets tags.",
            tags.join(", ")
        ));
    }
    says
}

fn written((def, left): &(CampaignDef, LeftBehind), server: &str, file: &Path, json: bool) -> Outcome {
    let text = campaign_file::write(def)?;
    let not_in_it = not_in_it(left);
    let remarks: String = not_in_it.iter().map(|say| format!("# {say}\n")).collect();
    let head = format!(
        "# From the campaign \"{}\" at {}, with its question tree, canned replies and tags.\n# Look through it, then: textbank campaign check {}\n{}\n",
        def.title.replace('\n', " "),
        server,
        file.display(),
        if remarks.is_empty() { remarks } else { format!("#\n# Not in it:\n{remarks}") }
    );
    std::fs::write(file, head + &text).with_context(|| format!("cannot write {}", file.display()))?;
    if json {
        out_json(&serde_json::json!({
            "file": file, "title": def.title, "questions": def.questions.len(), "canned": def.canned.len(),
            "tags": def.tags.len(), "not_in_it": left,
        }))?;
        return Ok(Exit::Done);
    }
    out(format!(
        "{}: {} questions, {} canned replies, {} tags",
        file.display(),
        def.questions.len(),
        def.canned.len(),
        def.tags.len()
    ))?;
    for say in &not_in_it {
        tell(format!("not in it: {say}"));
    }
    tell(
        "Texters' actions of Spoke (VAN, Zapier ...) and contacts are not in it: export the list in Spoke, and give it to campaign import.",
    );
    Ok(Exit::Done)
}
