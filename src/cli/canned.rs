//! `canned ...`: canned replies of the organization, which texters have in every campaign behind the campaign's own.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use super::campaign_check::{counted, shown};
use super::reach::{SignInArgs, admin, tell};
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::canned::{CannedReplies, CannedSet};
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
    /// Set them from a file of `[[canned]]` sections: these and no others, at once on every screen
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
            let (_, client) = admin(&who, ctx).await?;
            told(&client.set_canned(replies).await.context(STAY)?, json)
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
    let campaigns = match set.campaigns.as_slice() {
        [] => "no campaign has changed".to_owned(),
        some => format!("{} changed at once on every screen", counted(some.len() as u64, "campaign")),
    };
    out(format!("{} of the organization; {campaigns}.", replies(set.replies)))?;
    for campaign in &set.still_recalled {
        tell(format!("warning: in campaign {campaign} what was recalled stands in the same words, and stays shut"));
    }
    Ok(Exit::Done)
}

fn replies(many: u64) -> String {
    if many == 1 { "1 canned reply".to_owned() } else { format!("{many} canned replies") }
}

fn listed(found: &CannedReplies) -> String {
    if found.replies.is_empty() {
        return "The organization has no canned replies of its own: textbank canned set FILE".to_owned();
    }
    let mut lines = Vec::new();
    for reply in &found.replies {
        lines.push(format!("{}  {}", safe_line(&reply.id), safe_line(&reply.title)));
        lines.extend(reply.text.iter().map(|(language, text)| format!("  {language}: {}", safe_body(text))));
    }
    if let (Some(at), Some(who)) = (found.at, &found.who) {
        lines.push(format!("Set by {} on {} UTC.", safe_line(who), at.strftime("%Y-%m-%d %H:%M")));
    }
    lines.join("\n")
}
