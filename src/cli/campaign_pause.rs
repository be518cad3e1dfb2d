//! `campaign pause`, `campaign resume`: what `p` does on the captain's board, for scripts and for whoever has just imported.

use anyhow::Context as _;

use super::reach::tell;
use super::shift::reach_named;
use super::{Advice, Context, Exit, Outcome, out, out_json};
use crate::api::act::Act;
use crate::api::campaign::CampaignState;
use crate::api::message::Outcome as Decided;
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::trial::TrialInfo;
use crate::client::{Call, CallError, CampaignServer as _, native::NativeServer};
use crate::domain::ids::{ActId, CampaignId};
use crate::domain::message::Delivery;

/// Arguments of `campaign pause` and `campaign resume`.
#[derive(Debug, Clone, clap::Args)]
pub struct PauseArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: super::reach::SignInArgs,
}

const STAYS: Advice = Advice {
    what: "the campaign stays as it is",
    on: &[(Code::NotFound, "see which campaigns there are and where each stands: textbank campaign list")],
};

/// Pauses a campaign, or resumes it.
///
/// # Errors
/// No such campaign, or what the server said.
pub async fn run(args: PauseArgs, pause: bool, ctx: &Context) -> Outcome {
    let (_, server, campaign) = reach_named(&args.campaign, &args.who, Role::Captain, ctx).await?;
    if server.campaign(campaign).await.context(STAYS)?.state == CampaignState::Archived {
        tell(is_closed(campaign, &ctx.program));
        return Ok(Exit::Refused);
    }
    let act = if pause { Act::Pause { campaign } } else { Act::Resume { campaign } };
    let id = ActId(ctx.ids.act_id(ctx.clock.now()));
    match server.act(id, &act).await.context(STAYS)?.outcome {
        Decided::Accepted { .. } => {}
        Decided::Refused { problem } => {
            return Err(anyhow::Error::new(CallError::Refused(Box::new(problem))).context(STAYS));
        }
    }
    if args.json {
        out_json(&serde_json::json!({ "campaign": campaign, "state": if pause { "paused" } else { "running" } }))?;
        return Ok(Exit::Done);
    }
    out(if pause {
        format!(
            "Campaign {campaign} is paused: no text of it goes out and nobody gets contacts of it. On again: {} campaign resume {campaign}",
            ctx.program
        )
    } else {
        format!("Campaign {campaign} runs: texters can draw from it now, within texting hours.")
    })?;
    if !pause && matches!(is_untested(&server, campaign).await, Ok(true)) {
        tell(format!(
            "warning: nobody has seen this version of its texts on a phone yet: {} campaign test {campaign} --to NUMBER",
            ctx.program
        ));
    }
    Ok(Exit::Done)
}

/// For what is done to a campaign that is closed.
pub(super) fn is_closed(campaign: CampaignId, program: &str) -> String {
    format!(
        "campaign {campaign} is closed: nothing goes out of it but answers to late replies. Opened again: {program} campaign reopen {campaign}"
    )
}

/// True when no text of the script in force came to a staff phone, as far as its carrier says.
async fn is_untested(server: &NativeServer, campaign: CampaignId) -> Call<bool> {
    let version = server.campaign(campaign).await?.script_version;
    let came = |one: &TrialInfo| matches!(one.delivery, Delivery::Submitted | Delivery::Delivered);
    Ok(!server.trials(campaign).await?.iter().any(|one| one.script_version == version && came(one)))
}
