//! `campaign ...`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use super::{
    Context, Exit, Misuse, Outcome, campaign_approve, campaign_check, campaign_close, campaign_correct,
    campaign_follow_up, campaign_from_spoke, campaign_import, campaign_list, campaign_pause, campaign_recall,
    campaign_test, campaign_update, invite, out,
};

/// What `campaign init` writes.
const EXAMPLE: &str = include_str!("../../assets/campaigns/example.toml");

/// What can be done with campaigns.
#[derive(Debug, Subcommand)]
pub enum CampaignCommand {
    /// Write a campaign file to begin with, every part explained
    Init {
        /// Where to; a file that is there already is left alone
        #[arg(value_name = "FILE", default_value = "campaign.toml")]
        file: PathBuf,
    },
    /// Print every problem of a campaign file and its list at once, and what the texts will cost
    Check(campaign_check::CheckArgs),
    /// Check a campaign file and its contact list, then hand both to the server
    Import(campaign_import::ImportArgs),
    /// Write the script of a campaign that runs Spoke as a campaign file: question tree, canned replies, tags
    FromSpoke(campaign_from_spoke::FromSpokeArgs),
    /// Print the campaigns that a sign-in may see: number, state, what is left to do
    List(campaign_list::ListArgs),
    /// Hold a campaign back: no text of it goes out but what answers STOP and HELP, and nobody gets contacts of it, until it is resumed
    Pause(campaign_pause::PauseArgs),
    /// Send its texts to staff phones first: every wording in every language, each confirmed by itself
    Test(campaign_test::TestArgs),
    /// Let a paused campaign go on
    Resume(campaign_pause::PauseArgs),
    /// Give a running campaign the next version of its script; cards are drawn anew on every screen
    Update(campaign_update::UpdateArgs),
    /// Approve what another admin has proposed, where the campaign asks for a second approver: a script's next version, a correction
    Approve(campaign_approve::ApproveArgs),
    /// Take back what must not be said any more: nothing that carries it leaves from then on
    Recall(campaign_recall::RecallArgs),
    /// Make a campaign of exactly those who got what was recalled
    Correct(campaign_correct::CorrectArgs),
    /// Make a campaign of a segment of another one's contacts: the same people, with what was written before
    FollowUp(campaign_follow_up::FollowUpArgs),
    /// Close a campaign: nothing more goes out of it, and somebody answers late replies; says what is still in the way
    Close(campaign_close::CloseArgs),
    /// Open a closed campaign again, paused
    Reopen(campaign_close::ReopenArgs),
    /// Print a join link for texters, captains or admins
    Invite(invite::InviteArgs),
}

/// Runs one of them.
///
/// # Errors
/// Whatever ended it.
pub async fn run(command: CampaignCommand, ctx: &Context) -> Outcome {
    match command {
        CampaignCommand::Init { file } => init(&file),
        CampaignCommand::Check(args) => campaign_check::run(&args, ctx).await,
        CampaignCommand::Import(args) => campaign_import::run(args, ctx).await,
        CampaignCommand::FromSpoke(args) => campaign_from_spoke::run(args, ctx).await,
        CampaignCommand::List(args) => campaign_list::run(args, ctx).await,
        CampaignCommand::Test(args) => campaign_test::run(args, ctx).await,
        CampaignCommand::Pause(args) => campaign_pause::run(args, true, ctx).await,
        CampaignCommand::Resume(args) => campaign_pause::run(args, false, ctx).await,
        CampaignCommand::Update(args) => campaign_update::run(args, ctx).await,
        CampaignCommand::Approve(args) => campaign_approve::run(args, ctx).await,
        CampaignCommand::Recall(args) => campaign_recall::run(args, ctx).await,
        CampaignCommand::Correct(args) => campaign_correct::run(args, ctx).await,
        CampaignCommand::FollowUp(args) => campaign_follow_up::run(args, ctx).await,
        CampaignCommand::Close(args) => campaign_close::close(args, ctx).await,
        CampaignCommand::Reopen(args) => campaign_close::reopen(args, ctx).await,
        CampaignCommand::Invite(args) => invite::run(args, ctx).await,
    }
}

fn init(file: &Path) -> Outcome {
    let name = file.display();
    if file.exists() {
        let what =
            format!("{name} is there already, and nothing was written over it: give another name, or move it away");
        return Err(Misuse(what).into());
    }
    let mut made = std::fs::File::create_new(file).with_context(|| format!("{name} could not be made"))?;
    made.write_all(EXAMPLE.as_bytes()).with_context(|| format!("{name} could not be written"))?;
    out(format!(
        "wrote {name}: a whole campaign to change into yours.\n\
         Your list is a CSV file whose first row names the columns: firstName, lastName, cell, zip, state, and whatever \
         else the script uses.\n\
         Next: textbank campaign check {name} --contacts LIST.csv"
    ))?;
    Ok(Exit::Done)
}
