//! `campaign invite`

use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;

use super::campaign_pause::is_closed;
use super::reach::{SignInArgs, admin, tell};
use super::{Advice, Context, Exit, Outcome, out, out_json};
use crate::api::{admin::InviteRequest, campaign::CampaignState, people::Role, problem::Code};
use crate::client::CampaignServer as _;
use crate::client::native::JoinLink;
use crate::domain::ids::CampaignId;

/// `--role`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleArg {
    /// Texts the contacts of the own slices; gets conversations that others left only while no vetted texter is there
    Texter,
    /// Takes over conversations that others began and left, too
    VettedTexter,
    /// Watches and steers a campaign
    Captain,
    /// Imports, invites, revokes
    Admin,
    /// Makes and ends owners too
    Owner,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Texter => Self::Texter,
            RoleArg::VettedTexter => Self::VettedTexter,
            RoleArg::Captain => Self::Captain,
            RoleArg::Admin => Self::Admin,
            RoleArg::Owner => Self::Owner,
        }
    }
}

/// Arguments of `campaign invite`.
#[derive(Debug, clap::Args)]
pub struct InviteArgs {
    /// What the joiner may do
    #[arg(long, value_enum)]
    pub role: RoleArg,
    /// For this campaign alone (its number, or the beginning of its title); else for all
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// How many people may join by it
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub uses: u32,
    /// How long it is good: 30m, 12h, 7d
    #[arg(long, alias = "valid", default_value = "7d", value_name = "TIME", value_parser = span)]
    pub expires: Duration,
    /// Who joins by it waits until a captain lets them in
    #[arg(long)]
    pub waiting_room: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// `90s`, `30m`, `12h`, `7d`
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span = any_span(text).ok_or_else(|| format!("`{text}` is no time; write 30m, 12h or 7d"))?;
    let good = (60..=90 * 86_400).contains(&span.as_secs());
    good.then_some(span).ok_or_else(|| "a link is good for a minute to 90 days".to_owned())
}

/// The same, of any length; none when it is no such word.
pub(super) fn any_span(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].parse().ok()?;
    count.checked_mul(seconds).map(Duration::from_secs)
}

/// Makes an invite and prints its link.
///
/// # Errors
/// What the server said.
pub async fn run(args: InviteArgs, ctx: &Context) -> Outcome {
    let (sign_in, client) = admin(&args.who, ctx).await?;
    let campaign = match args.campaign.as_deref() {
        None => None,
        // A number is taken as it is: a campaign that is over may stand in no list.
        Some(wanted) => Some(match wanted.trim().parse() {
            Ok(number) => CampaignId(number),
            Err(_) => {
                let server = super::reach::client(&sign_in, ctx)?;
                super::shift::choose(&server.campaigns().await.context("no invite")?, Some(wanted))?
            }
        }),
    };
    if let Some(campaign) = campaign
        && client.campaign(campaign).await.is_ok_and(|one| one.state == CampaignState::Archived)
    {
        tell(format!("warning: {}", is_closed(campaign, &ctx.program)));
    }
    let request = InviteRequest {
        role: args.role.into(),
        campaign,
        uses: args.uses,
        valid_seconds: args.expires.as_secs(),
        waiting_room: args.waiting_room,
    };
    let invite = client.invite(&request).await.context(Advice {
        what: "no invite",
        on: &[(Code::NotFound, "see the campaigns' numbers: textbank campaign list")],
    })?;
    let link = JoinLink::new(&sign_in.server, SecretString::from(invite.secret));
    if args.json {
        let told = serde_json::json!({ "id": invite.id, "link": link.reveal(), "expires_at": invite.expires_at });
        out_json(&told)?;
    } else {
        out(link.reveal())?;
        let times = if args.uses == 1 { "once".to_owned() } else { format!("{} times", args.uses) };
        let until = invite.expires_at.strftime("%Y-%m-%d %H:%M UTC");
        tell(format!("Good {times}, until {until}. It is shown only here."));
        if args.waiting_room {
            tell("Who joins by it waits: let them in by `w` on the captain's board, or by textbank people admit.");
        }
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::span;

    #[rstest]
    #[case("90s", Some(90))]
    #[case("30m", Some(1_800))]
    #[case("12h", Some(43_200))]
    #[case("7d", Some(604_800))]
    #[case("91d", None)]
    #[case("59s", None)]
    #[case("7", None)]
    #[case("", None)]
    #[case("d", None)]
    #[case("-7d", None)]
    #[case("7ü", None)]
    #[case("99999999999999999999d", None)]
    fn times(#[case] text: &str, #[case] seconds: Option<u64>) {
        assert_eq!(span(text).ok().map(|span| span.as_secs()), seconds);
    }
}
