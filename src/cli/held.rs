//! `held ...`: texts whose outcome at the carrier nobody knows.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};

use super::output::{self, said};
use super::reach::tell;
use super::shift::{ShiftArgs, reach};
use super::{Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::act::{Act, HeldDecision};
use crate::api::captain::HeldText;
use crate::api::message::Outcome as Decided;
use crate::api::people::Role;
use crate::client::CallError;
use crate::domain::ids::ActId;
use crate::domain::message::Delivery;
use crate::domain::safe_text::safe_line;

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum HeldCommand {
    /// List the texts whose outcome at the carrier nobody knows
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
    /// Decide on a held text; it is never sent again by itself
    Decide {
        /// Its id, from the list, or the beginning of it
        #[arg(value_name = "ID")]
        message: String,
        /// How
        decision: Choice,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Which campaign and sign-in.
        #[command(flatten)]
        shift: ShiftArgs,
    },
}

/// A decision, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// It did arrive: nothing more goes out
    Arrived,
    /// It did not arrive: it goes out once more, now
    SendAgain,
    /// It is not to go out again, arrived or not
    GiveUp,
}

impl From<Choice> for HeldDecision {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Arrived => Self::Arrived,
            Choice::SendAgain => Self::SendAgain,
            Choice::GiveUp => Self::GiveUp,
        }
    }
}

/// Runs one of them.
///
/// # Errors
/// What the server said.
pub async fn run(command: HeldCommand, ctx: &Context) -> Outcome {
    match command {
        HeldCommand::List { json, shift } => {
            let (_, server, campaign) = reach(&shift, Role::Captain, ctx).await?;
            let held = server.held(campaign).await.with_context(|| said("cmd-no-list", &[]))?;
            if json {
                out_json(&held)?
            } else {
                out(table(&held))?
            }
            Ok(Exit::Done)
        }
        HeldCommand::Decide { message, decision, yes, shift } => {
            let (_, server, campaign) = reach(&shift, Role::Captain, ctx).await?;
            let held = server.held(campaign).await.with_context(|| said("cmd-no-list", &[]))?;
            let text = find(&held, &message)?;
            if !yes && !asked(text, decision)? {
                tell(said("cmd-nothing-done", &[]));
                return Ok(Exit::Failed);
            }
            let act = Act::DecideHeld { message: text.message, decision: decision.into() };
            let id = ActId(ctx.ids.act_id(ctx.clock.now()));
            match server.act(id, &act).await.with_context(|| said("cmd-not-decided", &[]))?.outcome {
                Decided::Accepted { .. } => {
                    let key = match decision {
                        Choice::Arrived => "cmd-held-arrived",
                        Choice::SendAgain => "cmd-held-goes-again",
                        Choice::GiveUp => "cmd-held-given-up",
                    };
                    out(said(key, &[]))?;
                    Ok(Exit::Done)
                }
                Decided::Refused { problem } => Err(CallError::Refused(Box::new(problem)).into()),
            }
        }
    }
}

/// The one text that is meant.
fn find<'a>(held: &'a [HeldText], wanted: &str) -> anyhow::Result<&'a HeldText> {
    let wanted = wanted.trim().to_lowercase();
    let mut found = held.iter().filter(|text| !wanted.is_empty() && text.message.to_string().starts_with(&wanted));
    match (found.next(), found.next()) {
        (Some(text), None) => Ok(text),
        (Some(_), Some(_)) => Err(Misuse(said("cmd-held-several", &[])).into()),
        (None, _) => Err(Misuse(said("cmd-held-not-found", &[])).into()),
    }
}

/// Asks the person at the terminal; without one the answer has to be given by `--yes`.
fn asked(text: &HeldText, decision: Choice) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Misuse(said("cmd-nobody-to-ask", &[])).into());
    }
    let question = match decision {
        Choice::Arrived => "cmd-held-ask-arrived",
        Choice::SendAgain if text.safe_to_send_again => "cmd-held-ask-again-safe",
        Choice::SendAgain => "cmd-held-ask-again",
        Choice::GiveUp => "cmd-held-ask-give-up",
    };
    let whom = [output::text("name", safe_line(&text.first_name)), output::text("text", safe_line(&text.body))];
    tell(said("cmd-held-to", &whom));
    let answer = ask(&format!("{}\n", said(question, &[]))).with_context(|| said("cmd-no-answer", &[]))?;
    Ok(answer.as_deref().is_some_and(output::is_yes))
}

fn table(held: &[HeldText]) -> String {
    if held.is_empty() {
        return said("cmd-held-none", &[]);
    }
    let word = |key| said(key, &[]);
    let mut text = format!(
        "{:<36}  {:<12}{:<17}{:>8}  {:<12}{}\n",
        "id",
        word("cmd-head-state"),
        word("cmd-head-tried"),
        word("cmd-head-tries"),
        word("cmd-head-again"),
        word("cmd-head-text")
    );
    for one in held {
        let state = word(if one.delivery == Delivery::Held { "cmd-held-held" } else { "cmd-held-unknown" });
        let again = word(match (one.opted_out, one.safe_to_send_again) {
            (true, _) => "cmd-held-never",
            (false, true) => "cmd-held-safe",
            (false, false) => "cmd-held-risky",
        });
        let body: String = safe_line(&one.body).chars().take(60).collect();
        text.push_str(&format!(
            "{:<36}  {state:<12}{:<17}{:>8}  {again:<12}{}: {body}\n",
            one.message.to_string(),
            one.tried_at.strftime("%Y-%m-%d %H:%M").to_string(),
            one.attempts,
            safe_line(&one.first_name),
        ));
    }
    text.push_str(&format!("{}\n", said("cmd-held-decide", &[])));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ContactId, MessageId};
    use crate::domain::message::MessageKind;

    fn text(n: u128) -> HeldText {
        HeldText {
            message: MessageId(uuid::Uuid::from_u128(n << 64)),
            contact: ContactId(1),
            first_name: "Mal\u{1b}[2J".into(),
            texter: None,
            kind: MessageKind::Initial,
            body: "Hi\u{1b}]52;c;x\u{7}\nthere".into(),
            confirmed_at: jiff::Timestamp::UNIX_EPOCH,
            tried_at: jiff::Timestamp::UNIX_EPOCH,
            attempts: 1,
            safe_to_send_again: false,
            delivery: Delivery::Held,
            opted_out: false,
        }
    }

    #[test]
    fn a_text_cannot_reach_the_terminal() {
        let table = table(&[text(7)]);
        assert_eq!(table.lines().count(), 3, "{table}");
        assert!(!table.contains('\u{1b}') && !table.contains('\u{7}'));
    }

    #[test]
    fn one_text_is_found_by_the_beginning_of_its_id() {
        let held = [text(0x1111), text(0x1112)];
        let id = held[1].message.to_string();
        assert_eq!(find(&held, &id).expect("this one").message, held[1].message);
        let end = id.find("1112").expect("in it") + 4;
        assert_eq!(find(&held, &id[..end]).expect("this one").message, held[1].message);
        assert!(find(&held, &id[..end - 1]).is_err(), "both begin so");
        assert!(find(&held, "").is_err());
        assert!(find(&held, "zzz").is_err());
    }
}
