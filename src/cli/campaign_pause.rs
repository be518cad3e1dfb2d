//! `campaign pause`, `campaign resume`: what `p` does on the captain's board, for scripts and for whoever has just imported.

use anyhow::Context as _;
use jiff::Timestamp;

use super::reach::tell;
use super::shift::reach_named;
use super::{Advice, Context, Exit, Outcome, out, out_json};
use crate::api::act::Act;
use crate::api::campaign::CampaignState;
use crate::api::captain::ByHours;
use crate::api::message::Outcome as Decided;
use crate::api::people::Role;
use crate::api::problem::Code;
use crate::api::trial::TrialInfo;
use crate::client::{Call, CallError, CampaignServer as _, native::NativeServer};
use crate::domain::hours::TextingHours;
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
    let view = server.campaign(campaign).await.context(STAYS)?;
    if view.state == CampaignState::Archived {
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
            "Campaign {campaign} is paused: no text of it goes out but what answers STOP and HELP, and nobody gets contacts of it. On again: {} campaign resume {campaign}",
            ctx.program
        )
    } else {
        format!(
            "Campaign {campaign} runs. {}",
            drawn(&view.def.hours, super::reach::campaign_now(&args.who, ctx).await)
        )
    })?;
    if !pause
        && let Ok(board) = server.board(campaign).await
        && let Some(line) = board.hours.as_deref().and_then(held)
    {
        out(line)?;
    }
    if !pause && matches!(is_untested(&server, campaign).await, Ok(true)) {
        tell(format!(
            "warning: nobody has seen this version of its texts on a phone yet: {} campaign test {campaign} --to NUMBER",
            ctx.program
        ));
    }
    Ok(Exit::Done)
}

/// From when on texters can draw from a campaign that runs.
pub(super) fn drawn(hours: &TextingHours, now: Timestamp) -> String {
    let minute = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    match (hours.opens_at, hours.closes_at) {
        (_, Some(end)) if end <= now => format!(
            "It is over since {}: nobody gets contacts of it any more. Whoever is left needs another campaign (campaign follow-up).",
            minute(end)
        ),
        (Some(begins), _) if now < begins => {
            format!("It begins at {}: texters can draw from it then, within texting hours.", minute(begins))
        }
        _ => "Texters can draw from it now, within texting hours.".to_owned(),
    }
}

/// How many cannot be texted yet; none while everybody can.
pub(super) fn held(hours: &ByHours) -> Option<String> {
    if hours.held + hours.never == 0 {
        return None;
    }
    let mut line = format!("First texts may go out to {} of those whom nobody has now", hours.open);
    if let (held @ 1.., Some(until)) = (hours.held, hours.until) {
        line.push_str(&format!("; {held} are held, the first until {}", until.strftime("%Y-%m-%d %H:%M UTC")));
    }
    if hours.never > 0 {
        line.push_str(&format!(
            "; {} are held for good: their hours never come, or the campaign ends before",
            hours.never
        ));
    }
    line.push('.');
    Some(line)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_from_when_on_texters_can_draw() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("a time");
        let hours = TextingHours { opens_at: Some(at(10)), closes_at: Some(at(20)), ..TextingHours::default() };
        let said = |minute| drawn(&hours, at(minute));
        assert!(said(9).starts_with("It begins at 1970-01-01 00:10 UTC"), "{}", said(9));
        assert!(said(10).starts_with("Texters can draw from it now"), "{}", said(10));
        assert!(said(20).starts_with("It is over since 1970-01-01 00:20 UTC"), "{}", said(20));
        assert_eq!(held(&ByHours { open: 4, ..ByHours::default() }), None);
        let line = held(&ByHours { open: 2, held: 15, until: Some(at(10)), never: 1 }).expect("a line");
        assert!(
            line.contains("to 2 of")
                && line.contains("15 are held, the first until 1970-01-01 00:10")
                && line.contains("1 are held for good"),
            "{line}"
        );
    }
}
