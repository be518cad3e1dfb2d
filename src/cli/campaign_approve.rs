//! `campaign approve`: a new version of a script that another admin has proposed.

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_update::{changes, list};
use super::reach::{SignInArgs, tell};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Outcome, out, out_json};
use crate::api::approval::Proposal;
use crate::api::problem::Code;
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign approve`.
#[derive(Debug, Clone, clap::Args)]
pub struct ApproveArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Only print what would change, and who proposed it
    #[arg(long)]
    pub show: bool,
    /// Take it away instead: the script stays as it is
    #[arg(long, conflicts_with = "show")]
    pub withdraw: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const STAYS: Advice = Advice {
    what: "the script stays as it is",
    on: &[
        (Code::NotFound, "see which campaigns there are: textbank campaign list"),
        (Code::Forbidden, "ask another admin to look at it: textbank campaign approve CAMPAIGN --show"),
    ],
};

#[derive(Serialize)]
struct Shown<'a> {
    changes: &'a [String],
    proposal: Option<&'a Proposal>,
}

/// Shows, approves or withdraws what waits.
///
/// # Errors
/// What the server said.
pub async fn run(args: ApproveArgs, ctx: &Context) -> Outcome {
    let (_, client, campaign) = reach_admin(&args.campaign, &args.who, ctx).await?;
    let found = client.proposal(campaign).await.context(STAYS)?.proposal;
    let before = client.campaign(campaign).await.context(STAYS)?;
    let changes = found.as_ref().map(|one| changes(&before.def, &one.def)).unwrap_or_default();
    if args.show {
        if args.json {
            out_json(&Shown { changes: &changes, proposal: found.as_ref() })?;
            return Ok(Exit::Done);
        }
        out(match &found {
            None => format!("Nothing waits for approval in campaign {campaign}."),
            Some(one) => format!(
                "{} proposed on {} UTC, good until {} UTC, to change version {}:\n{}",
                safe_line(&one.who),
                one.at.strftime("%Y-%m-%d %H:%M"),
                one.expires_at.strftime("%Y-%m-%d %H:%M"),
                before.script_version,
                list(&changes)
            ),
        })?;
        return Ok(Exit::Done);
    }
    if args.withdraw {
        client.withdraw(campaign).await.context(STAYS)?;
        if args.json {
            out_json(&Shown { changes: &[], proposal: None })?;
        } else {
            out(format!("Nothing waits for approval in campaign {campaign} any more."))?;
        }
        return Ok(Exit::Done);
    }
    let state = client.approve(campaign).await.context(STAYS)?;
    if args.json {
        out_json(&state)?;
        return Ok(Exit::Done);
    }
    out(format!(
        "Campaign {campaign} has version {} of its script now; cards are drawn anew on every screen.\n{}",
        state.script_version,
        list(&changes)
    ))?;
    for recall in &state.still_recalled {
        tell(format!("warning: what recall {recall} took back stands in it in the same words, and stays shut"));
    }
    Ok(Exit::Done)
}
