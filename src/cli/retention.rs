//! `retention ...`: how long the words of texts are kept.

use anyhow::Context as _;
use clap::Subcommand;

use super::campaign_check::counted;
use super::patience::patiently;
use super::reach::{SignInArgs, admin, tell};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::keeping::{MAX_DAYS, RetentionRule, RetentionRun, RetentionState, SetRetention};
use crate::api::problem::Code;
use crate::domain::safe_text::safe_line;

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Set how long the words of texts are kept: everywhere, or in one campaign
    Set {
        /// Remove words that are older than so many days
        #[arg(long, value_name = "DAYS", conflicts_with = "keep",
              value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_DAYS)))]
        bodies_after: Option<u32>,
        /// Keep them
        #[arg(long)]
        keep: bool,
        /// Only in this campaign: its number, or the beginning of its title
        #[arg(long, value_name = "CAMPAIGN")]
        campaign: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Print what is set, and what the last removal came to
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Remove old words now; the server does it by itself once a day
    Run {
        /// Remove nothing: print how much would be
        #[arg(long)]
        dry_run: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

const STAYS: Advice = Advice {
    what: "nothing was changed",
    on: &[(Code::Forbidden, "use a sign-in of an admin of the whole organization (--sign-in)")],
};

/// Runs one of them.
///
/// # Errors
/// What the server said.
pub async fn run(command: RetentionCommand, ctx: &Context) -> Outcome {
    match command {
        RetentionCommand::Set { bodies_after, keep, campaign, json, who } => {
            if bodies_after.is_none() && !keep {
                return Err(Misuse("say --bodies-after DAYS, or --keep".into()).into());
            }
            let (client, campaign) = match campaign {
                Some(campaign) => {
                    let (_, client, campaign) = reach_admin(&campaign, &who, ctx).await?;
                    (client, Some(campaign))
                }
                None => (admin(&who, ctx).await?.1, None),
            };
            let request = SetRetention { bodies_after_days: bodies_after };
            let state = patiently(ctx, || client.set_retention(campaign, &request)).await.context(STAYS)?;
            if json {
                out_json(&state)?;
            } else {
                out(shown(&state))?;
            }
        }
        RetentionCommand::Show { json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let state = patiently(ctx, || client.retention()).await.context("nothing is known")?;
            if json {
                out_json(&state)?;
            } else {
                out(shown(&state))?;
            }
        }
        RetentionCommand::Run { dry_run, json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let mut run = patiently(ctx, || client.run_retention(dry_run)).await.context(STAYS)?;
            let begun = run.begun_at;
            let mut told = None;
            // The server goes on by itself, whoever waits here.
            while !dry_run && run.ended_at.is_none() && begun == run.begun_at {
                // The same line again says nothing.
                if told.replace(run.texts) != Some(run.texts) {
                    tell(format!("{} texts so far; Ctrl-C leaves the rest to the server", run.texts));
                }
                tokio::select! {
                    next = patiently(ctx, || client.run_retention(false)) => run = next.context(STAYS)?,
                    _ = tokio::signal::ctrl_c() => break,
                }
            }
            if json {
                out_json(&run)?;
            } else {
                out(came_to(&run))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn came_to(run: &RetentionRun) -> String {
    let (texts, contacts, copies) =
        (counted(run.texts, "text"), counted(run.contacts, "conversation"), counted(run.copies, "copy"));
    let copies = if run.copies == 1 { copies } else { format!("{} copies", run.copies) };
    match (run.begun_at, run.ended_at) {
        (None, _) => {
            format!(
                "It would remove the words of {texts} in {contacts}, and {copies} of texts from unknown numbers and of trials. What the feed repeats of them goes too, and is not counted beforehand."
            )
        }
        (Some(_), Some(_)) => format!("The words of {texts} in {contacts} were removed, and {copies} of words."),
        (Some(_), None) => format!("The words of {texts} in {contacts} were removed so far; the server goes on."),
    }
}

fn rule(rule: &RetentionRule) -> String {
    let which = rule.campaign.map_or_else(|| "everywhere".to_owned(), |one| format!("campaign {one}"));
    let what = match rule.bodies_after_days {
        Some(days) => format!("words go after {}", counted(u64::from(days), "day")),
        None => "words are kept".to_owned(),
    };
    format!("{which}: {what} (by {}, {})", safe_line(&rule.by), rule.at.strftime("%Y-%m-%d"))
}

fn shown(state: &RetentionState) -> String {
    let mut lines: Vec<String> = state.rules.iter().map(rule).collect();
    if state.rules.is_empty() {
        lines.push("Nothing is set: words are kept. Set it: textbank retention set --bodies-after DAYS".to_owned());
    }
    match state.erasures {
        0 => {}
        1 => lines.push("of 1 person who was erased copies are still being removed; nobody is told them".to_owned()),
        many => {
            lines.push(format!("of {many} people who were erased copies are still being removed; nobody is told them"))
        }
    }
    if state.rules.is_empty() {
        return lines.join("\n");
    }
    if state.holds > 0 {
        lines.push(format!(
            "{}: nothing under them is removed (textbank legal-hold list)",
            counted(state.holds, "legal hold")
        ));
    }
    match &state.last_run {
        Some(run) => {
            let at = run.begun_at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
            let by = run.by.as_deref().map(|by| format!(", asked for by {}", safe_line(by))).unwrap_or_default();
            lines.push(format!("last removal, {at}{by}: {}", came_to(run)));
        }
        None => lines.push("no removal yet: the server does it once a day".to_owned()),
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CampaignId;

    #[test]
    fn what_is_set_is_said_in_words() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let by = |campaign, days| RetentionRule { campaign, bodies_after_days: days, at, by: "Ada\u{1b}[2J".into() };
        let state = RetentionState {
            rules: vec![by(None, Some(1)), by(Some(CampaignId(7)), None)],
            last_run: Some(RetentionRun {
                begun_at: Some(at),
                ended_at: Some(at),
                texts: 2,
                contacts: 1,
                copies: 1,
                ..RetentionRun::default()
            }),
            holds: 1,
            erasures: 0,
        };
        let text = shown(&state);
        assert!(!text.contains('\u{1b}'), "{text:?}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("everywhere: words go after 1 day (by Ada"), "{text}");
        assert!(lines[1].starts_with("campaign 7: words are kept"), "{text}");
        assert!(lines[2].starts_with("1 legal hold"), "{text}");
        assert!(
            lines[3].ends_with("The words of 2 texts in 1 conversation were removed, and 1 copy of words."),
            "{text}"
        );
        let none = RetentionState { rules: Vec::new(), last_run: None, holds: 0, erasures: 2 };
        assert!(
            shown(&none).ends_with("of 2 people who were erased copies are still being removed; nobody is told them")
        );
    }
}
