//! `note ...`: what the captains tell the texters of a campaign.

use anyhow::Context as _;
use clap::Subcommand;

use super::output::{said, text};
use super::shift::{ShiftArgs, reach};
use super::{Context, Exit, Outcome, out, out_json, quoted};
use crate::api::act::Act;
use crate::api::campaign::Announcement;
use crate::api::message::Outcome as Decided;
use crate::api::people::Role;
use crate::client::CallError;
use crate::domain::ids::ActId;
use crate::domain::safe_text::safe_line;

/// What can be done with it.
#[derive(Debug, Subcommand)]
pub enum NoteCommand {
    /// Print the note that stands
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
    /// Write a note in the place of the one before: every texter of the campaign sees it at once
    Write {
        /// What to tell them (1,000 characters at most); voters never see it
        #[arg(value_name = "TEXT")]
        text: String,
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
    /// Take the note down
    TakeDown {
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
}

/// Runs one of them.
///
/// # Errors
/// What the server said.
pub async fn run(command: NoteCommand, ctx: &Context) -> Outcome {
    match command {
        NoteCommand::Show { json, shift } => {
            let (_, server, campaign) = reach(&shift, Role::Texter, ctx).await?;
            let note = server.campaign(campaign).await.with_context(|| said("cmd-note-not-read", &[]))?.note;
            if json { out_json(&note)? } else { out(in_words(note.as_ref()))? }
        }
        NoteCommand::Write { text, shift } => {
            write(&shift, text, ctx).await?;
            out(said("cmd-note-written", &[]))?;
        }
        NoteCommand::TakeDown { shift } => {
            write(&shift, String::new(), ctx).await?;
            out(said("cmd-note-taken-down", &[]))?;
        }
    }
    Ok(Exit::Done)
}

async fn write(shift: &ShiftArgs, text: String, ctx: &Context) -> anyhow::Result<()> {
    let (_, server, campaign) = reach(shift, Role::Captain, ctx).await?;
    let id = ActId(ctx.ids.act_id(ctx.clock.now()));
    match server
        .act(id, &Act::Announce { campaign, text })
        .await
        .with_context(|| said("cmd-note-not-written", &[]))?
        .outcome
    {
        Decided::Accepted { .. } => Ok(()),
        Decided::Refused { problem } => Err(CallError::Refused(Box::new(problem)).into()),
    }
}

fn in_words(note: Option<&Announcement>) -> String {
    match note {
        Some(note) => format!(
            "{}\n({}, {}, {})",
            quoted(&note.text),
            said("cmd-note-version", &[text("n", note.version.to_string())]),
            safe_line(&note.who),
            note.at.strftime("%Y-%m-%d %H:%M UTC")
        ),
        None => said("cmd-note-none", &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_cannot_reach_the_terminal() {
        let note = Announcement {
            version: 2,
            text: "Be \u{1b}[2Jkind.\nAsk me.".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            who: "Kim\u{7}".into(),
        };
        let said = in_words(Some(&note));
        assert!(said.starts_with("> Be ") && said.contains("\n> Ask me."), "{said:?}");
        assert!(!said.contains(['\u{1b}', '\u{7}']) && said.ends_with("1970-01-01 00:00 UTC)"), "{said:?}");
    }
}
