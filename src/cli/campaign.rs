//! `campaign ...`

use clap::Subcommand;

use super::{Context, Outcome, campaign_check, campaign_import, campaign_list, invite};

/// What can be done with campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignCommand {
    /// Print every problem of a campaign file and its list at once, and what the texts will cost
    Check(campaign_check::CheckArgs),
    /// Check a campaign file and its contact list, then hand both to the server
    Import(campaign_import::ImportArgs),
    /// Print the campaigns that a sign-in may see: number, state, what is left to do
    List(campaign_list::ListArgs),
    /// Print a join link for texters, captains or admins
    Invite(invite::InviteArgs),
}

/// Runs one of them.
///
/// # Errors
/// Whatever ended it.
pub async fn run(command: CampaignCommand, ctx: &Context) -> Outcome {
    match command {
        CampaignCommand::Check(args) => campaign_check::run(&args.file, args.contacts.as_deref(), args.json),
        CampaignCommand::Import(args) => campaign_import::run(args, ctx).await,
        CampaignCommand::List(args) => campaign_list::run(args, ctx).await,
        CampaignCommand::Invite(args) => invite::run(args, ctx).await,
    }
}
