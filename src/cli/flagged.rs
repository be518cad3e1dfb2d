//! `flagged ...`: conversations that texters flagged, and what they asked.

use anyhow::Context as _;
use clap::Subcommand;

use super::output::said;
use super::shift::{ShiftArgs, reach};
use super::{Context, Exit, Outcome, out, out_json};
use crate::api::act::Act;
use crate::api::captain::Flagged;
use crate::api::message::Outcome as Decided;
use crate::api::people::Role;
use crate::client::CallError;
use crate::domain::ids::{ActId, ContactId};
use crate::domain::safe_text::safe_line;

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum FlaggedCommand {
    /// List the conversations that texters flagged, with what they asked
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
    /// Answer a question: the texter sees it at once, and the flag comes off
    Answer {
        /// The contact's number, from the list
        #[arg(value_name = "CONTACT")]
        contact: i64,
        /// What to tell the texter (500 characters at most); the voter never sees it
        #[arg(value_name = "TEXT")]
        text: String,
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
}

/// Runs one of them.
///
/// # Errors
/// What the server said.
pub async fn run(command: FlaggedCommand, ctx: &Context) -> Outcome {
    match command {
        FlaggedCommand::List { json, shift } => {
            let (_, server, campaign) = reach(&shift, Role::Captain, ctx).await?;
            let flagged = server.flagged(campaign).await.with_context(|| said("cmd-no-list", &[]))?;
            if json {
                out_json(&flagged)?
            } else {
                out(table(&flagged))?
            }
            Ok(Exit::Done)
        }
        FlaggedCommand::Answer { contact, text, shift } => {
            let (_, server, _) = reach(&shift, Role::Captain, ctx).await?;
            let act = Act::AnswerAsked { contact: ContactId(contact), text };
            let id = ActId(ctx.ids.act_id(ctx.clock.now()));
            match server.act(id, &act).await.with_context(|| said("cmd-not-answered", &[]))?.outcome {
                Decided::Accepted { .. } => {
                    out(said("cmd-answered", &[]))?;
                    Ok(Exit::Done)
                }
                Decided::Refused { problem } => Err(CallError::Refused(Box::new(problem)).into()),
            }
        }
    }
}

fn table(flagged: &[Flagged]) -> String {
    if flagged.is_empty() {
        return said("cmd-nothing-flagged", &[]);
    }
    let head = |key| said(key, &[]);
    let mut text = format!(
        "{:>9}  {:<17}{:<16}{:<16}{}\n",
        head("cmd-head-contact"),
        head("cmd-head-asked"),
        head("cmd-head-voter"),
        head("cmd-head-texter"),
        head("cmd-head-question")
    );
    let alone = said("cmd-flag-alone", &[]);
    for one in flagged {
        let at = one.asked_at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        let cut = |text: &str, most: usize| safe_line(text).chars().take(most).collect::<String>();
        let texter = one.asked_by.as_deref().or(one.texter.as_deref()).unwrap_or_default();
        let asked = if one.question.is_empty() { &alone } else { &one.question };
        text.push_str(&format!(
            "{:>9}  {at:<17}{:<16}{:<16}{}\n",
            one.contact.0,
            cut(&one.first_name, 14),
            cut(texter, 14),
            cut(asked, 80),
        ));
    }
    text.push_str(&format!("{}\n", said("cmd-flagged-answer", &[])));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_cannot_reach_the_terminal() {
        let table = table(&[Flagged {
            contact: ContactId(7),
            first_name: "Mal\u{1b}[2J".into(),
            texter: Some("Tess".into()),
            question: "may I say\u{1b}]52;c;x\u{7} so?".into(),
            asked_at: Some(jiff::Timestamp::UNIX_EPOCH),
            asked_by: None,
            preview: String::new(),
        }]);
        assert!(!table.contains('\u{1b}') && table.contains("Tess") && table.contains("1970-01-01 00:00"), "{table}");
        assert_eq!(super::table(&[]), "Nothing is flagged.");
    }
}
