//! `wipe`: removes a sign-in from this machine: its key, its journal, its token.
//!
//! What was confirmed and not handed in is spared, unless the person types how much of it will be lost.

use std::io::IsTerminal;

use serde::Serialize;

use super::output::words;
use super::reach::{SignInArgs, tell};
use super::{Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::client::journal::{Journal, Tally, Wipe};
use crate::client::sign_in::{self, SignIn};
use crate::i18n::Value;

/// Options of `wipe`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct WipeArgs {
    /// Do not ask; what is not handed in is spared all the same
    #[arg(long)]
    pub yes: bool,
    /// Destroy even what was confirmed and not handed in; asks for its number
    #[arg(long)]
    pub everything: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Which sign-in.
    #[command(flatten)]
    pub sign_in: SignInArgs,
}

/// What was found and done.
#[derive(Debug, Serialize)]
struct Report {
    sign_in: String,
    /// Key, journal and token are gone.
    wiped: bool,
    /// What the journal held before.
    held: Tally,
    /// Drafts it held.
    drafts: usize,
    /// What to do, when it was not wiped.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Wipes.
///
/// # Errors
/// No such sign-in, a console is open, nothing to ask a person with, or what the disk said.
pub async fn run(args: WipeArgs, ctx: &Context) -> Outcome {
    let sign_in = which(&args, ctx)?;
    let journal = super::reach::journal(&sign_in, ctx).await?;
    let held = Tally::of(&journal.held().await?);
    let drafts = journal.drafts().await?.len();
    let mut report = Report { sign_in: sign_in.name(), wiped: false, held, drafts, remedy: None };
    let unsettled = held.unsettled();
    if unsettled > 0 && !args.everything {
        journal.close().await?;
        report.remedy = Some(remedy(&sign_in));
        say(&args, &report)?;
        return Ok(Exit::Problems);
    }
    let sure = if unsettled > 0 {
        tell(format!("{}: {}", sign_in.name(), in_words(&held, drafts)));
        let answer = ask(&format!("{} ", say_with("wipe-ask-unsettled", "n", unsettled.to_string())))?;
        answer.is_some_and(|answer| answer == unsettled.to_string())
    } else if args.yes {
        true
    } else if std::io::stdin().is_terminal() {
        tell(format!("{}: {}", sign_in.name(), in_words(&held, drafts)));
        let yes = ["yes", "sí", "si"];
        ask(&format!("{} ", words().say("wipe-ask", &[])))?
            .is_some_and(|answer| yes.contains(&answer.to_lowercase().as_str()))
    } else {
        journal.close().await?;
        return Err(Misuse(words().say("wipe-nobody-to-ask", &[])).into());
    };
    if !sure {
        journal.close().await?;
        let wanted = if unsettled > 0 { unsettled.to_string() } else { words().say("wipe-yes", &[]) };
        report.remedy = Some(say_with("wipe-not-sure", "wanted", wanted));
        say(&args, &report)?;
        return Ok(Exit::Failed);
    }
    destroy(&journal, &sign_in, if unsettled > 0 { Wipe::Everything } else { Wipe::SpareUnsettled }, ctx).await?;
    report.wiped = true;
    say(&args, &report)?;
    Ok(Exit::Done)
}

/// Key and journal first, then the token: cut short in between, the sign-in is still there to wipe again.
///
/// # Errors
/// What the disk said; something is unsettled after all.
pub(super) async fn destroy(journal: &Journal, sign_in: &SignIn, how: Wipe, ctx: &Context) -> anyhow::Result<()> {
    journal.wipe(how).await?;
    sign_in::remove(&ctx.paths.sign_ins_dir(), &sign_in.name())?;
    Ok(())
}

/// A wipe takes no guess: with several sign-ins it must be said which.
fn which(args: &WipeArgs, ctx: &Context) -> anyhow::Result<SignIn> {
    let dir = ctx.paths.sign_ins_dir();
    if args.sign_in.sign_in.is_none() {
        let names: Vec<String> = sign_in::list(&dir)?.iter().map(SignIn::name).collect();
        if names.len() > 1 {
            let listed: Vec<String> = names.iter().map(|name| format!("  {name}")).collect();
            let why = format!("{}\n{}", words().say("wipe-which", &[]), listed.join("\n"));
            return Err(Misuse(why).into());
        }
    }
    Ok(sign_in::load(&dir, args.sign_in.sign_in.as_deref(), crate::api::people::Role::Texter)?)
}

fn say_with(key: &str, name: &str, value: String) -> String {
    words().say(key, &[(name, Value::Text(value))])
}

fn remedy(sign_in: &SignIn) -> String {
    say_with("wipe-remedy", "name", sign_in.name())
}

/// "2 texts and 1 other act not handed in, 1 of unknown outcome, 3 drafts"
pub(super) fn in_words(held: &Tally, drafts: usize) -> String {
    let parts: Vec<String> = [
        (held.texts, "held-texts"),
        (held.acts, "held-acts"),
        (held.unknown, "held-unknown"),
        (drafts as u64, "held-drafts"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, key)| words().say(key, &[("n", Value::Number(i64::try_from(n).unwrap_or(i64::MAX)))]))
    .collect();
    if parts.is_empty() { words().say("held-nothing", &[]) } else { parts.join(", ") }
}

fn say(args: &WipeArgs, report: &Report) -> anyhow::Result<()> {
    if args.json {
        return out_json(report);
    }
    if report.wiped {
        return out(say_with("wipe-done", "name", report.sign_in.clone()));
    }
    let remedy = report.remedy.as_deref().unwrap_or_default();
    let held = Value::Text(in_words(&report.held, report.drafts));
    out(words().say("wipe-not-done", &[("held", held), ("remedy", Value::Text(remedy.to_owned()))]))
}
