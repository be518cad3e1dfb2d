//! `campaign list`

use anyhow::Context as _;

use super::reach::{SignInArgs, client, stored};
use super::{Context, Exit, Outcome, out, out_json};
use crate::api::campaign::{CampaignState, CampaignTodo, Mine};
use crate::api::people::Role;
use crate::client::CampaignServer;
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign list`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Prints the campaigns.
///
/// # Errors
/// Not signed in, or what the server said.
pub async fn run(args: ListArgs, ctx: &Context) -> Outcome {
    let sign_in = stored(&args.who, Role::Texter, ctx).await?;
    let server = client(&sign_in, ctx)?;
    let asking = || format!("asking {} for its campaigns", sign_in.server);
    let campaigns = server.campaigns().await.with_context(asking)?;
    if args.json {
        out_json(&campaigns)?;
    } else if campaigns.is_empty() {
        out("There is no campaign yet. An admin brings one: textbank campaign import --campaign FILE --contacts FILE")?;
    } else {
        out(table(&campaigns))?;
    }
    Ok(Exit::Done)
}

/// One line for each campaign.
fn table(campaigns: &[CampaignTodo]) -> String {
    let mut text = format!(
        "{:>6}  {:<10}{:>13}{:>14}{:>15}  Title\n",
        "Number", "State", "Unassigned", "Unsent: mine", "Waiting: mine"
    );
    for one in campaigns {
        let state = match one.state {
            CampaignState::Importing => "importing",
            CampaignState::Running => "running",
            CampaignState::Paused => "paused",
            CampaignState::Archived => "closed",
        };
        text.push_str(&format!(
            "{:>6}  {state:<10}{:>13}{:>14}{:>15}  {}{}\n",
            one.id,
            one.unassigned,
            one.unsent,
            one.waiting + one.mine.late,
            safe_line(&one.title),
            span(&one.mine)
        ));
    }
    text
}

/// A campaign that runs is not one that has begun.
fn span(mine: &Mine) -> String {
    let minute = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    match (mine.opens_at, mine.closes_at.filter(|_| mine.over)) {
        (_, Some(at)) => format!(" (over since {})", minute(at)),
        (Some(at), None) => format!(" (begins {})", minute(at)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CampaignId;

    #[test]
    fn a_title_cannot_reach_the_terminal() {
        let todo = CampaignTodo {
            id: CampaignId(3),
            title: "Par\u{1b}[2Jks\n".to_owned(),
            state: CampaignState::Paused,
            unsent: 1,
            waiting: 2,
            unassigned: 3,
            mine: crate::api::campaign::Mine::default(),
        };
        let text = table(&[todo]);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains('\u{1b}') && text.contains("paused"), "{text}");
        let at = Some(jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(span(&Mine { opens_at: at, ..Mine::default() }), " (begins 1970-01-01 00:00 UTC)");
        assert_eq!(span(&Mine { closes_at: at, over: true, ..Mine::default() }), " (over since 1970-01-01 00:00 UTC)");
        assert_eq!(span(&Mine { closes_at: at, ..Mine::default() }), "");
    }
}
