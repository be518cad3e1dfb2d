//! `outbox`: what this laptop's journal holds, without opening a console.

use serde::Serialize;

use super::reach::SignInArgs;
use super::{Context, Exit, Outcome, out, out_json};
use crate::api::act::Act;
use crate::api::message::Outcome as Decided;
use crate::api::people::Role;
use crate::client::journal::{Held, State, Tally};
use crate::client::sign_in;
use crate::console::core::shared::msg::ConfirmedWhat;
use crate::domain::message::MessageKind;

/// Options of `outbox`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct OutboxArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Which sign-in.
    #[command(flatten)]
    pub sign_in: SignInArgs,
}

#[derive(Debug, Serialize)]
struct Row {
    id: uuid::Uuid,
    /// `initial`, `reply`, or the act's name.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<i64>,
    /// When it was confirmed, by this machine's clock.
    at: String,
    state: &'static str,
    /// Code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    todo: &'static str,
}

#[derive(Debug, Serialize)]
struct Report {
    sign_in: String,
    counts: Tally,
    drafts: usize,
    rows: Vec<Row>,
}

/// Prints what the journal holds.
///
/// # Errors
/// Not signed in; a console has the journal open (its own outbox shows the same); what the disk said.
pub async fn run(args: OutboxArgs, ctx: &Context) -> Outcome {
    let sign_in = sign_in::load(&ctx.paths.sign_ins_dir(), args.sign_in.sign_in.as_deref(), Role::Texter)?;
    let dir = ctx.paths.journal_dir(&sign_in.name());
    let (held, drafts) = if dir.exists() {
        let journal = super::reach::journal(&sign_in, ctx).await?;
        let held = journal.held().await?;
        let drafts = journal.drafts().await?.len();
        journal.close().await?;
        (held, drafts)
    } else {
        (Vec::new(), 0)
    };
    let counts = Tally::of(&held);
    let report = Report { sign_in: sign_in.name(), counts, drafts, rows: held.iter().map(row).collect() };
    if args.json {
        out_json(&report)?;
    } else {
        out(in_lines(&report))?;
    }
    Ok(Exit::Done)
}

fn row(held: &Held) -> Row {
    let (kind, contact) = match &held.act.what {
        ConfirmedWhat::Text(text) if text.kind == MessageKind::Initial => ("initial".to_owned(), Some(text.contact)),
        ConfirmedWhat::Text(text) => ("reply".to_owned(), Some(text.contact)),
        ConfirmedWhat::Act { act } => (name_of(act), act.contact()),
    };
    let reason = held.verdict.as_ref().and_then(|verdict| match &verdict.outcome {
        Decided::Refused { problem } => Some(problem.code.as_str()),
        Decided::Accepted { .. } => None,
    });
    let todo = match held.state {
        State::Confirmed => "run textbank text with the network there: it is handed in",
        State::Unknown => "never sent again by itself: ask a captain to look whether the voter has it",
        State::Parked => "comes back as a card or draft in textbank text",
        State::Accepted | State::Refused | State::Discarded => "nothing: it goes when the server's feed has told of it",
    };
    let contact = contact.map(|contact| contact.0);
    Row { id: held.act.id, kind, contact, at: held.act.at.to_string(), state: held.state.as_str(), reason, todo }
}

/// The act's name on the wire.
fn name_of(act: &Act) -> String {
    let value = serde_json::to_value(act).unwrap_or_default();
    value.get("act").and_then(|name| name.as_str()).unwrap_or("act").to_owned()
}

fn in_lines(report: &Report) -> String {
    let mut lines = vec![format!("{}: {}", report.sign_in, super::wipe::in_words(&report.counts, report.drafts))];
    lines.extend(
        report.counts.oldest.map(|oldest| format!("The oldest was confirmed at {oldest} by this machine's clock.")),
    );
    for row in &report.rows {
        let to = row.contact.map(|contact| format!(" to contact {contact}")).unwrap_or_default();
        let why = row.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        lines.push(format!("  {}  {}{to}  {}{why} -> {}", row.at, row.kind, row.state, row.todo));
    }
    lines.join("\n")
}
