//! `invites`, `invites revoke ID`

use anyhow::Context as _;
use clap::Subcommand;

use super::reach::{SignInArgs, admin};
use super::{Advice, Context, Exit, Outcome, out, out_json};
use crate::api::admin::InviteInfo;
use crate::api::problem::Code;
use crate::domain::safe_text::safe_line;

/// List the join links that were made, or revoke one
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct InvitesArgs {
    /// What to do; without it: list them.
    #[command(subcommand)]
    pub command: Option<InvitesCommand>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// What else can be done with join links.
#[derive(Debug, Subcommand)]
pub enum InvitesCommand {
    /// Revoke a join link: nobody joins by it any more; who has joined stays
    Revoke {
        /// Its number, from the list
        #[arg(value_name = "ID")]
        invite: i64,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// Runs one of them.
///
/// # Errors
/// What the server said.
pub async fn run(args: InvitesArgs, ctx: &Context) -> Outcome {
    match args.command {
        None => {
            let (_, client) = admin(&args.who, ctx).await?;
            let invites = client.invites().await.context("no list")?;
            if args.json { out_json(&invites)? } else { out(table(&invites))? }
        }
        Some(InvitesCommand::Revoke { invite, who }) => {
            let (_, client) = admin(&who, ctx).await?;
            client.revoke_invite(invite).await.context(Advice {
                what: "not revoked",
                on: &[(Code::NotFound, "see which links there are: textbank invites")],
            })?;
            out(format!("Join link {invite} is revoked: nobody joins by it any more."))?;
        }
    }
    Ok(Exit::Done)
}

fn table(invites: &[InviteInfo]) -> String {
    let mut text = format!(
        "{:>6}  {:<14}{:<10}{:>7}{:>6}  {:<9}{:<18}{}\n",
        "id", "role", "campaign", "joined", "left", "state", "until (UTC)", "made by"
    );
    for invite in invites {
        let campaign = invite.campaign.map_or_else(|| "all".to_owned(), |campaign| campaign.to_string());
        let state = match (invite.good, invite.revoked) {
            (true, _) => "good",
            (false, true) => "revoked",
            (false, false) if invite.uses_left == 0 => "used up",
            (false, false) => "over",
        };
        let by = invite.created_by.as_deref().map_or_else(|| "the server".to_owned(), safe_line);
        text.push_str(&format!(
            "{:>6}  {:<14}{campaign:<10}{:>7}{:>6}  {state:<9}{:<18}{by}\n",
            invite.id,
            invite.role.in_words(),
            invite.joined,
            invite.uses_left,
            invite.expires_at.strftime("%Y-%m-%d %H:%M").to_string(),
        ));
    }
    text
}
