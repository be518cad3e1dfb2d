//! `canned ...`: canned replies of the organization, which texters have in every campaign behind the campaign's own.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use super::campaign_approve::agreed;
use super::campaign_check::{counted, shown};
use super::reach::{SignInArgs, admin, tell};
use super::recall_notes::{all_in_force, taken_back};
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::canned::{CannedReplies, CannedSet};
use crate::domain::campaign::CampaignDef;
use crate::domain::recall::is_same_value;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::exchange::campaign_file;

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum CannedCommand {
    /// List them with their texts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Set them from a file of `[[canned]]` sections: these and no others, at once on every screen, or once another admin has approved
    /// them where a campaign asks for a second approver
    Set {
        /// The file (TOML): `[[canned]]` as in a campaign file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Approve those that another admin has set, where a campaign asks for a second approver
    Approve {
        /// Only print what would change, and who set it
        #[arg(long)]
        show: bool,
        /// Take it away instead: the canned replies stay as they are
        #[arg(long, conflicts_with = "show")]
        withdraw: bool,
        /// Approve without being asked, as a script has to, what --show has shown under this hash
        #[arg(long, value_name = "HASH", conflicts_with_all = ["show", "withdraw"])]
        yes: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Take some of them away, at once on every screen
    Remove {
        /// Which: their ids
        #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<String>,
        /// All of them
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

const NONE_WAIT: &str = "No canned replies wait for approval.";

const STAY: &str = "the canned replies stay as they are";

/// Runs one of them.
///
/// # Errors
/// What the server said. Problems of the file are printed, all at once, and nothing is handed in.
pub async fn run(command: CannedCommand, ctx: &Context) -> Outcome {
    match command {
        CannedCommand::List { json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let found = client.canned().await.context("no list")?;
            if json {
                out_json(&found)?
            } else {
                out(listed(&found))?
            }
            Ok(Exit::Done)
        }
        CannedCommand::Set { file, json, who } => {
            let (replies, problems) = match campaign_file::load_canned(&file) {
                Ok((replies, warnings)) => (Some(replies), warnings),
                Err(problems) => (None, problems),
            };
            shown(&problems, 0, "mend the first ones").iter().for_each(tell);
            let Some(replies) = replies else {
                tell("Nothing was changed: mend the errors first.");
                return Ok(Exit::Problems);
            };
            let (sign_in, client) = admin(&who, ctx).await?;
            let mut whole = CampaignDef::default();
            whole.take_shared(&replies);
            let set = client.set_canned(replies).await.context(STAY)?;
            let server = super::reach::client(&sign_in, ctx)?;
            let in_force = all_in_force(&server).await;
            for (line, one) in taken_back(&in_force, &whole) {
                let others =
                    if in_force.iter().any(|all| all.everywhere && is_same_value(&all.recall.what, &one.recall.what)) {
                        "nobody can send it there, nor in campaigns that are made from now on"
                    } else {
                        "nobody can send it there, and everybody where nothing is taken back"
                    };
                tell(format!(
                    "warning: \"{}\" says what is taken back in campaign {}: {others}",
                    safe_line(&line),
                    one.campaign
                ));
            }
            told(&set, json)
        }
        CannedCommand::Approve { show, withdraw, yes, json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            if withdraw {
                client.withdraw_canned().await.context(STAY)?;
            }
            let found = client.canned().await.context("no list")?;
            if withdraw || show {
                if json {
                    out_json(&found)?;
                } else {
                    out(waiting(&found).unwrap_or_else(|| NONE_WAIT.to_owned()))?;
                }
                return Ok(Exit::Done);
            }
            let (Some(shown), Some(one)) = (waiting(&found), &found.proposal) else {
                tell(NONE_WAIT);
                return Ok(Exit::Refused);
            };
            if yes.is_none() && !agreed(&shown, "Approve them? [y/N] ")? {
                return Ok(Exit::Done);
            }
            told(&client.approve_canned(yes.as_ref().unwrap_or(&one.hash)).await.context(STAY)?, json)
        }
        CannedCommand::Remove { ids, all, json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let mut replies = client.canned().await.context(STAY)?.replies;
            let unknown: Vec<String> =
                ids.iter().filter(|id| !replies.iter().any(|one| one.id == **id)).map(|id| safe_line(id)).collect();
            if !unknown.is_empty() {
                let what = format!("there is no canned reply {}: see textbank canned list", unknown.join(", "));
                return Err(Misuse(what).into());
            }
            replies.retain(|one| !all && !ids.contains(&one.id));
            told(&client.set_canned(replies).await.context(STAY)?, json)
        }
    }
}

fn told(set: &CannedSet, json: bool) -> Outcome {
    if json {
        out_json(set)?;
        return Ok(Exit::Done);
    }
    if set.proposed {
        out(
            "They wait until another admin has approved them, for three days: textbank canned approve (--show, --withdraw). What texters \
             have stays as it is.",
        )?;
        return Ok(Exit::Done);
    }
    let campaigns = match set.campaigns.as_slice() {
        [] => "no campaign has changed".to_owned(),
        some => format!("{} changed at once on every screen", counted(some.len() as u64, "campaign")),
    };
    out(format!("{} of the organization; {campaigns}.", replies(set.replies)))?;
    for one in &set.hidden {
        tell(format!(
            "warning: campaign {} has a canned reply of its own called `{}`: its texters have that one, and not the organization's",
            one.campaign,
            safe_line(&one.id)
        ));
    }
    for campaign in &set.still_recalled {
        tell(format!("warning: in campaign {campaign} what was recalled stands in the same words, and stays shut"));
    }
    Ok(Exit::Done)
}

fn replies(many: u64) -> String {
    if many == 1 { "1 canned reply".to_owned() } else { format!("{many} canned replies") }
}

/// What waits, by what would be different.
fn waiting(found: &CannedReplies) -> Option<String> {
    let one = found.proposal.as_ref()?;
    let mut lines = vec![format!(
        "{} proposed on {} UTC, good until {} UTC:",
        safe_line(&one.who),
        one.at.strftime("%Y-%m-%d %H:%M"),
        one.expires_at.strftime("%Y-%m-%d %H:%M"),
    )];
    for reply in &one.replies {
        let old = found.replies.iter().find(|old| old.id == reply.id);
        if old == Some(reply) {
            continue;
        }
        let how = if old.is_some() { "changed" } else { "new" };
        lines.push(format!("{}  {} ({how})", safe_line(&reply.id), safe_line(&reply.title)));
        for (language, text) in &reply.text {
            let was = old.and_then(|old| old.text.get(language)).filter(|was| *was != text);
            lines.extend(was.map(|was| format!("  {language}, was: {}", safe_body(was))));
            lines.push(format!("  {language}: {}", safe_body(text)));
        }
    }
    for gone in found.replies.iter().filter(|old| !one.replies.iter().any(|new| new.id == old.id)) {
        lines.push(format!("{}  {} (gone)", safe_line(&gone.id), safe_line(&gone.title)));
    }
    lines.push(format!("Hash, for --yes: {}", safe_line(&one.hash)));
    Some(lines.join("\n"))
}

fn listed(found: &CannedReplies) -> String {
    if found.replies.is_empty() {
        return "The organization has no canned replies of its own: textbank canned set FILE".to_owned();
    }
    let mut lines = Vec::new();
    for reply in &found.replies {
        lines.push(format!("{}  {}", safe_line(&reply.id), safe_line(&reply.title)));
        lines.extend(reply.text.iter().map(|(language, text)| {
            // None of its lines can be taken for one of the program's own.
            format!("  {}: {}", safe_line(language), safe_body(text).replace('\n', "\n    > "))
        }));
    }
    if let (Some(at), Some(who)) = (found.at, &found.who) {
        lines.push(format!("Set by {} on {} UTC.", safe_line(who), at.strftime("%Y-%m-%d %H:%M")));
    }
    lines.join("\n")
}
