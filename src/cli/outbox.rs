//! `outbox`: what this laptop's journal holds, without opening a console.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::output::words;
use super::reach::{SignInArgs, spoke, tell};
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::act::Act;
use crate::api::message::{Outcome as Decided, Verdict};
use crate::api::people::Role;
use crate::api::problem::{Code, Problem};
use crate::client::CampaignServer;
use crate::client::journal::{Held, JournalError, State, Tally};
use crate::client::native::{NativeServer, Timeouts};
use crate::client::sign_in::{self, ServerKind, SignIn};
use crate::console::core::shared::msg::ConfirmedWhat;
use crate::doctor::age;
use crate::domain::ids::{CampaignId, ContactId};
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;
use crate::i18n::Value;

/// Names are worth a moment and no more.
const QUICK: Duration = Duration::from_secs(2);
/// Most names asked for.
const MOST_NAMES: usize = 100;

/// Options of `outbox`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct OutboxArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Somebody has looked: this text of unknown outcome did go out (its id, as this command prints it with --json)
    #[arg(long, value_name = "ID", conflicts_with = "not_sent")]
    pub sent: Option<uuid::Uuid>,
    /// Somebody has looked: this text of unknown outcome did not go out; its contact comes again in textbank text
    #[arg(long, value_name = "ID")]
    pub not_sent: Option<uuid::Uuid>,
    /// Which sign-in; else each one of this home.
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
    /// Their first name, when the server could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// How long ago it was confirmed, in seconds.
    age_seconds: i64,
    /// When it was confirmed, by this machine's clock.
    at: Timestamp,
    state: &'static str,
    /// An opt-out whose notice went, and which itself is not done yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    half_way: bool,
    /// Code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    todo: String,
}

#[derive(Debug, Serialize)]
struct Report {
    sign_in: String,
    counts: Tally,
    drafts: usize,
    rows: Vec<Row>,
}

/// Prints what the journals hold: one sign-in's, or each one's of this home.
///
/// # Errors
/// Not signed in; a console has a journal open (its own outbox shows the same); what the disk said.
pub async fn run(args: OutboxArgs, ctx: &Context) -> Outcome {
    let dir = ctx.paths.sign_ins_dir();
    let all = match &args.sign_in.sign_in {
        Some(name) => vec![sign_in::load(&dir, Some(name), Role::Texter)?],
        // Says that there is none.
        None => match sign_in::list(&dir)? {
            none if none.is_empty() => vec![sign_in::load(&dir, None, Role::Texter)?],
            all => all,
        },
    };
    let decision = args.sent.map(|id| (id, true)).or(args.not_sent.map(|id| (id, false)));
    if let Some((id, sent)) = decision {
        decide(&all, id, sent, ctx).await?;
    }
    let now = ctx.clock.now();
    let (mut told, mut open) = (Vec::new(), None);
    for sign_in in &all {
        match report(sign_in, now, ctx).await {
            Ok(report) => told.push(report),
            // The others are told all the same.
            Err(error) if all.len() > 1 => {
                tell(format!("{}: {error:#}", sign_in.name()));
                open = Some(Exit::Failed);
            }
            Err(error) => return Err(error),
        }
    }
    if args.json {
        out_json(&Output { sign_ins: &told })?;
    } else {
        let lines: Vec<String> = told.iter().map(|one| in_lines(one, now, &TimeZone::system())).collect();
        if !lines.is_empty() {
            out(lines.join("\n"))?;
        }
    }
    Ok(open.unwrap_or(Exit::Done))
}

#[derive(Debug, Serialize)]
struct Output<'a> {
    sign_ins: &'a [Report],
}

async fn report(sign_in: &SignIn, now: Timestamp, ctx: &Context) -> anyhow::Result<Report> {
    let dir = ctx.paths.journal_dir(&sign_in.name());
    let mut half_way = HashSet::new();
    let (held, drafts) = if dir.exists() {
        let journal = super::reach::journal(sign_in, ctx).await.map_err(in_a_console)?;
        let held = journal.held().await?;
        let drafts = journal.drafts().await?.len();
        for held in &held {
            if held.state == State::Confirmed && journal.is_half_way(held.act.id).await? {
                half_way.insert(held.act.id);
            }
        }
        journal.close().await?;
        (held, drafts)
    } else {
        (Vec::new(), 0)
    };
    let counts = Tally::of(&held);
    let names = names(sign_in, &held, ctx).await;
    let name = sign_in.name();
    let rows = held
        .iter()
        .map(|held| row(held, half_way.contains(&held.act.id), &names, now, (ctx.program.as_str(), name.as_str())))
        .collect();
    Ok(Report { sign_in: name, counts, drafts, rows })
}

/// A person decides on what no program can find out: the row gets that verdict and goes.
async fn decide(all: &[SignIn], id: uuid::Uuid, sent: bool, ctx: &Context) -> anyhow::Result<()> {
    for sign_in in all {
        if !ctx.paths.journal_dir(&sign_in.name()).exists() {
            continue;
        }
        let journal = super::reach::journal(sign_in, ctx).await.map_err(in_a_console)?;
        let found = journal.unknown().contains(&id);
        if found {
            if sent && let Some(act) = journal.load(id).await? {
                tell_server(sign_in, &act.what, ctx).await?;
            }
            let outcome = if sent {
                Decided::Accepted { seq: 0, at: ctx.clock.now() }
            } else {
                Decided::Refused { problem: Problem::new(Code::TooLate, "somebody looked: it did not go out") }
            };
            journal.settle(&Verdict { id, outcome }).await?;
            journal.echoed(id).await?;
        }
        journal.close().await?;
        if found {
            return Ok(());
        }
    }
    Err(Misuse(said("box-none", &[("id", id.to_string())])).into())
}

/// A Spoke server that stored a first text and did not count it would have it sent again: it is told before the row goes that has kept
/// the contact off the card.
async fn tell_server(sign_in: &SignIn, what: &ConfirmedWhat, ctx: &Context) -> anyhow::Result<()> {
    let ConfirmedWhat::Text(text) = what else { return Ok(()) };
    if sign_in.kind != ServerKind::Spoke || text.kind != MessageKind::Initial {
        return Ok(());
    }
    let server = spoke(sign_in, super::reach::timeouts(ctx), ctx)?;
    let told = server.count_as_texted(text.campaign, text.contact).await;
    told.map_err(|error| anyhow::anyhow!(said("box-not-told", &[("why", error.to_string())])))
}

/// What to do where the console is that has the journal.
fn in_a_console(error: anyhow::Error) -> anyhow::Error {
    if matches!(error.downcast_ref::<JournalError>(), Some(JournalError::InUse(_))) {
        return anyhow::anyhow!(said("box-console-open", &[]));
    }
    error
}

/// First names are not kept on this laptop: they are asked for, should the server be there.
async fn names(sign_in: &SignIn, held: &[Held], ctx: &Context) -> HashMap<ContactId, String> {
    let mut wanted: BTreeMap<CampaignId, Vec<ContactId>> = BTreeMap::new();
    for held in held {
        if let ConfirmedWhat::Text(text) = &held.act.what {
            wanted.entry(text.campaign).or_default().push(text.contact);
        }
    }
    let quick = Timeouts { connect: QUICK, request: QUICK, ..super::reach::timeouts(ctx) };
    let mut found = HashMap::new();
    let server: Box<dyn CampaignServer> = match sign_in.kind {
        ServerKind::Native => match NativeServer::new(&sign_in.server, &sign_in.token, quick) {
            Ok(server) => Box::new(server),
            Err(_) => return found,
        },
        ServerKind::Spoke => match spoke(sign_in, quick, ctx) {
            Ok(server) => Box::new(server),
            Err(_) => return found,
        },
    };
    for (campaign, mut ids) in wanted {
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(MOST_NAMES);
        // Without it there is a time and a kind.
        let Ok(views) = server.contacts(campaign, &ids).await else { break };
        found.extend(views.into_iter().map(|view| (view.summary.id, safe_line(&view.summary.first_name))));
    }
    found
}

/// `program`: how it is called again for this sign-in.
fn row(
    held: &Held,
    half_way: bool,
    names: &HashMap<ContactId, String>,
    now: Timestamp,
    (program, sign_in): (&str, &str),
) -> Row {
    let (kind, contact) = match &held.act.what {
        ConfirmedWhat::Text(text) if text.kind == MessageKind::Initial => ("initial".to_owned(), Some(text.contact)),
        ConfirmedWhat::Text(text) => ("reply".to_owned(), Some(text.contact)),
        ConfirmedWhat::Act { act } => (name_of(act), act.contact()),
    };
    let name = contact.and_then(|contact| names.get(&contact).cloned());
    let age_seconds = now.duration_since(held.act.at).as_secs();
    let reason = held.verdict.as_ref().and_then(|verdict| match &verdict.outcome {
        Decided::Refused { problem } => Some(problem.code.as_str()),
        Decided::Accepted { .. } => None,
    });
    let todo = match held.state {
        State::Confirmed if half_way => "box-do-half-way",
        State::Confirmed => "box-do-waits",
        State::Unknown => "box-do-unknown",
        State::Parked => "box-do-parked",
        State::Accepted | State::Refused | State::Discarded => "box-do-settled",
    };
    let id = held.act.id.to_string();
    let todo = said(todo, &[("program", program.to_owned()), ("name", sign_in.to_owned()), ("id", id)]);
    let contact = contact.map(|contact| contact.0);
    let (id, at, state) = (held.act.id, held.act.at, held.state.as_str());
    Row { id, kind, contact, name, age_seconds, at, state, half_way, reason, todo }
}

/// The act's name on the wire.
fn name_of(act: &Act) -> String {
    let value = serde_json::to_value(act).unwrap_or_default();
    value.get("act").and_then(|name| name.as_str()).unwrap_or("act").to_owned()
}

fn said(key: &str, args: &[(&str, String)]) -> String {
    let args: Vec<(&str, Value)> = args.iter().map(|(name, value)| (*name, Value::Text(value.clone()))).collect();
    words().say(key, &args)
}

/// An act has its name on the wire in English; in another language its kind as in the console's own outbox.
fn kind_in_words(kind: &str) -> String {
    let key = match kind {
        "initial" => "box-first-text",
        other if words().language() == "en" => return other.replace('_', " "),
        "reply" => "outbox-kind-reply",
        "opt_out" => "outbox-kind-opt-out",
        "answer" => "outbox-kind-answer",
        "close" => "outbox-kind-close",
        "release" => "outbox-kind-release",
        _ => "outbox-kind-other",
    };
    said(key, &[])
}

fn state_in_words(row: &Row) -> String {
    let key = match row.state {
        "confirmed" if row.half_way => "box-half-done",
        "confirmed" => "box-waits",
        "parked" => "box-came-back",
        "unknown" => "box-unknown",
        other if words().language() == "en" => return other.to_owned(),
        _ => "box-settled",
    };
    said(key, &[])
}

fn in_lines(report: &Report, now: Timestamp, zone: &TimeZone) -> String {
    let mut lines = vec![format!("{}: {}", report.sign_in, super::wipe::in_words(&report.counts, report.drafts))];
    if let Some(oldest) = report.counts.oldest {
        lines.push(said("box-oldest", &[("age", age(now.duration_since(oldest), &words()))]));
    }
    for row in &report.rows {
        let at = row.at.to_zoned(zone.clone());
        let today = now.to_zoned(zone.clone()).date() == at.date();
        let at = at.strftime(if today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" });
        let what = kind_in_words(&row.kind);
        let what = match &row.name {
            Some(name) => said("box-to", &[("what", what), ("name", name.clone())]),
            None => what,
        };
        let why = row.reason.map(|reason| format!(" ({})", reason.replace('_', " "))).unwrap_or_default();
        let row = [
            ("at", at.to_string()),
            ("age", age(SignedDuration::from_secs(row.age_seconds), &words())),
            ("what", what),
            ("state", format!("{}{why}", state_in_words(row))),
            ("do", row.todo.clone()),
        ];
        lines.push(format!("  {}", said("box-row", &row)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn times_are_local_people_have_names_and_ages_are_said() {
        let now: Timestamp = "2026-10-07T16:00:00Z".parse().expect("a time");
        let row = |kind: &str, name: Option<&str>, minutes: i64| Row {
            id: uuid::Uuid::nil(),
            kind: kind.into(),
            contact: Some(7),
            name: name.map(str::to_owned),
            age_seconds: minutes * 60,
            at: now - SignedDuration::from_mins(minutes),
            state: "confirmed",
            half_way: false,
            reason: None,
            todo: "do".to_owned(),
        };
        let counts =
            Tally { texts: 1, acts: 1, oldest: Some(now - SignedDuration::from_hours(50)), ..Tally::default() };
        let rows = vec![row("initial", Some("Ann"), 5), row("wrong_number", None, 3_000)];
        let report = Report { sign_in: "h-1".into(), counts, drafts: 0, rows };
        let zone = TimeZone::fixed(jiff::tz::offset(-7));
        assert_eq!(
            in_lines(&report, now, &zone),
            "h-1: 1 text not handed in, 1 other act not handed in\nThe oldest was confirmed 2 days ago.\n  \
             08:55:00 (5 min ago)  first text to Ann: waits -> do\n  \
             2026-10-05 07:00 (2 days ago)  wrong number: waits -> do"
        );
    }
}
