//! `legal-hold ...`: what must be kept, whatever was set.

use anyhow::Context as _;
use clap::Subcommand;

use super::patience::patiently;
use super::reach::{SignInArgs, admin};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::keeping::{HoldInfo, HoldRequest};
use crate::api::problem::Code;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum LegalHoldCommand {
    /// Keep everything of a campaign, of a person or of the organization until the hold is lifted
    Set {
        /// On this campaign: its number, or the beginning of its title
        #[arg(long, value_name = "CAMPAIGN", conflicts_with_all = ["phone", "organization"])]
        campaign: Option<String>,
        /// On whoever has this number
        #[arg(long, value_name = "NUMBER", conflicts_with = "organization")]
        phone: Option<String>,
        /// On everything of the organization
        #[arg(long)]
        organization: bool,
        /// Why; kept with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The country of a number without a country code, in two letters
        #[arg(long, value_name = "CODE", default_value = "US")]
        country: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Lift a hold
    Lift {
        /// Its number, from the list
        #[arg(value_name = "HOLD")]
        hold: i64,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Print the holds that are in force
    List {
        /// Those that were lifted too
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

const NOT_SET: Advice = Advice {
    what: "no hold was set",
    on: &[(Code::NotFound, "see which campaigns there are: textbank campaign list")],
};

const NOT_LIFTED: Advice =
    Advice { what: "no hold was lifted", on: &[(Code::NotFound, "see which there are: textbank legal-hold list")] };

/// A number as somebody typed it.
///
/// # Errors
/// [`Misuse`], with what to do.
pub(super) fn number(text: &str, country: &str) -> anyhow::Result<Phone> {
    Phone::parse(text, &country.to_ascii_uppercase())
        .map_err(|problem| Misuse(format!("{}: {problem}. {}", safe_line(text), problem.remedy())).into())
}

/// Runs one of them.
///
/// # Errors
/// A number that is none, or what the server said.
pub async fn run(command: LegalHoldCommand, ctx: &Context) -> Outcome {
    match command {
        LegalHoldCommand::Set { campaign, phone, organization, reason, country, json, who } => {
            if campaign.is_none() && phone.is_none() && !organization {
                return Err(Misuse("say on what: --campaign CAMPAIGN, --phone NUMBER or --organization".into()).into());
            }
            let phone = phone.map(|text| number(&text, &country)).transpose()?;
            let (client, campaign) = match campaign {
                Some(campaign) => {
                    let (_, client, campaign) = reach_admin(&campaign, &who, ctx).await?;
                    (client, Some(campaign))
                }
                None => (admin(&who, ctx).await?.1, None),
            };
            let request = HoldRequest { campaign, phone, reason };
            let info = patiently(ctx, || client.hold(&request)).await.context(NOT_SET)?;
            if json {
                out_json(&info)?;
            } else {
                out(format!("Hold {} is in force {}: nothing under it is removed or erased.", info.id, on(&info)))?;
            }
        }
        LegalHoldCommand::Lift { hold, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let known = patiently(ctx, || client.holds()).await.context(NOT_LIFTED)?;
            let before = known.iter().find(|one| one.id == hold).and_then(|one| one.lifted_at);
            patiently(ctx, || client.lift_hold(hold)).await.context(NOT_LIFTED)?;
            out(match before {
                Some(at) => {
                    format!("Hold {hold} was lifted already, on {}. Nothing was changed.", at.strftime("%Y-%m-%d"))
                }
                None => format!("Hold {hold} is lifted."),
            })?;
        }
        LegalHoldCommand::List { all, json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let mut holds = patiently(ctx, || client.holds()).await.context("no list")?;
            holds.retain(|hold| all || hold.lifted_at.is_none());
            if json {
                out_json(&holds)?;
            } else {
                out(table(&holds))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn on(hold: &HoldInfo) -> String {
    match (hold.campaign, &hold.number_ends) {
        (Some(campaign), _) => format!("on campaign {campaign}"),
        (_, Some(ends)) => format!("on the number {}", safe_line(ends)),
        _ => "on the whole organization".to_owned(),
    }
}

fn table(holds: &[HoldInfo]) -> String {
    if holds.is_empty() {
        return "No legal hold is in force.".to_owned();
    }
    let line = |hold: &HoldInfo| {
        let lifted = hold.lifted_at.map(|at| format!("; lifted {}", at.strftime("%Y-%m-%d"))).unwrap_or_default();
        format!(
            "{:>4}  {}, since {} by {}{lifted}: {}",
            hold.id,
            on(hold),
            hold.at.strftime("%Y-%m-%d"),
            safe_line(&hold.by),
            safe_line(&hold.reason)
        )
    };
    holds.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_are_told_by_what_they_are_on() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let hold = |campaign: Option<i64>, number_ends: Option<&str>| HoldInfo {
            id: 3,
            campaign: campaign.map(crate::domain::ids::CampaignId),
            number_ends: number_ends.map(str::to_owned),
            reason: "Lee v. Us\u{1b}[2J".into(),
            at,
            by: "Ada".into(),
            lifted_at: None,
        };
        let text = table(&[hold(Some(7), None), hold(None, Some("•• 0123")), hold(None, None)]);
        assert!(!text.contains('\u{1b}'));
        let wanted = ["on campaign 7", "on the number •• 0123", "on the whole organization"];
        for (line, wanted) in text.lines().zip(wanted) {
            assert!(line.contains(wanted), "{line}");
        }
        assert_eq!(table(&[]), "No legal hold is in force.");
    }
}
