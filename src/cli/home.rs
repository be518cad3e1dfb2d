//! `assignments`, and the home screen of `text`: all campaigns that somebody texts in, with what is in their hands.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::reach::{SignInArgs, client, spoke, stored_anywhere, tell, timeouts};
use super::rest::Rest;
use super::shift::{LAST, gate_times, in_lines, keymap, launch_with, promptly};
use super::text::first_slice;
use super::{Context, Exit, Outcome, out, out_json};
use crate::api::campaign::CampaignTodo;
use crate::api::people::Role;
use crate::client::CampaignServer;
use crate::client::journal::{Journal, Wipe};
use crate::client::sign_in::{ServerKind, SignIn};
use crate::console::core::home::view::{counts, standing};
use crate::console::core::home::{HomeOptions, WrittenTo};
use crate::console::runtime::kept::{had_everywhere, written_to_everywhere};
use crate::console::runtime::launch::{home, home_in_lines};
use crate::console::ui::ink::phrase;
use crate::domain::ids::CampaignId;
use crate::domain::safe_text::safe_line;
use crate::i18n::Catalogue;

/// Print what is in your hands, campaign by campaign: first texts, replies that wait, what is held and until when
#[derive(Debug, Clone, Default, clap::Args)]
pub struct AssignmentsArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Runs `assignments`.
///
/// # Errors
/// Not signed in, or what the server said.
pub async fn run(args: AssignmentsArgs, ctx: &Context) -> Outcome {
    let sign_in = stored_anywhere(&args.who, Role::Texter, ctx).await?;
    let server: Arc<dyn CampaignServer> = match sign_in.kind {
        ServerKind::Native => Arc::new(client(&sign_in, ctx)?),
        ServerKind::Spoke => Arc::new(spoke(&sign_in, timeouts(ctx), ctx)?),
    };
    let asking = || format!("asking {} for your campaigns", sign_in.server);
    let todos = server.campaigns().await.with_context(asking)?;
    if args.json {
        let written = written(&sign_in, ctx).await;
        out_json(&in_json(&todos, sign_in.kind, written.as_ref())?)?
    } else {
        out(listed(&todos, &ctx.catalogue, &TimeZone::system()))?
    }
    Ok(Exit::Done)
}

/// What was begun to be written on this laptop; none while a console is open, which has it.
async fn written(sign_in: &SignIn, ctx: &Context) -> Option<BTreeMap<CampaignId, WrittenTo>> {
    if !ctx.paths.journal_dir(&sign_in.name()).exists() {
        return Some(BTreeMap::new());
    }
    let journal = super::reach::journal(sign_in, ctx).await.ok()?;
    let written = written_to_everywhere(&journal).await;
    journal.close().await.ok().map(|()| written)
}

/// What a Spoke server tells nobody is null, not a number that was made up; so are drafts that another program has.
fn in_json(
    todos: &[CampaignTodo],
    kind: ServerKind,
    written: Option<&BTreeMap<CampaignId, WrittenTo>>,
) -> anyhow::Result<serde_json::Value> {
    const UNTOLD: [&str; 6] = ["held", "snoozed", "skipped", "opted_out", "sent", "replied"];
    let mut value = serde_json::to_value(todos)?;
    for (todo, told) in todos.iter().zip(value.as_array_mut().into_iter().flatten()) {
        let of = |written: &BTreeMap<CampaignId, WrittenTo>| written.get(&todo.id).cloned().unwrap_or_default();
        told["mine"]["drafts"] = match written.map(of) {
            Some(written) => serde_json::json!({"count": written.names.len(), "last_written": written.at}),
            None => serde_json::Value::Null,
        };
    }
    if kind == ServerKind::Spoke {
        for todo in value.as_array_mut().into_iter().flatten() {
            for field in UNTOLD {
                todo["mine"][field] = serde_json::Value::Null;
            }
        }
    }
    Ok(value)
}

fn listed(todos: &[CampaignTodo], words: &Catalogue, zone: &TimeZone) -> String {
    if todos.is_empty() {
        return words.say("home-no-campaign", &[]);
    }
    let line = |todo: &CampaignTodo| {
        let said: Vec<String> =
            standing(todo).iter().chain(&counts(todo)).map(|say| phrase(words, zone, say)).collect();
        format!("{:>6}  {}: {}", todo.id, safe_line(&todo.title), said.join(", "))
    };
    todos.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Opens the home screen until a campaign is chosen, or it is left for good: then all is said and done here.
///
/// # Errors
/// No terminal, or what the disk said.
pub(super) async fn choose(
    server: Arc<dyn CampaignServer>,
    journal: &Journal,
    sign_in: &SignIn,
    plain: bool,
    ctx: &Context,
) -> anyhow::Result<Option<CampaignId>> {
    let last = journal.ui_get(LAST).await.ok().flatten().and_then(|last| last.as_i64()).map(CampaignId);
    let had = if server.capabilities().whereabouts { had_everywhere(journal).await } else { Default::default() };
    let options = HomeOptions {
        had,
        written_to: written_to_everywhere(journal).await,
        keymap: keymap(ctx),
        gate: gate_times(ctx),
        last,
        first_slice: first_slice(sign_in.kind, ctx),
        talks_alone: server.capabilities().talks_alone,
        hands_out: server.capabilities().hands_out,
    };
    let asked = Arc::clone(&server);
    let launch = launch_with(server, journal.clone(), sign_in.me.clone(), ctx);
    ctx.guard_terminal();
    let left = if in_lines(plain, ctx) { home_in_lines(launch, options).await? } else { home(launch, options).await? };
    let rest = Rest::of(journal.clone(), sign_in.clone());
    for (campaign, still) in &left.told {
        rest.keep_hands(*campaign, still).await;
    }
    if let Some(chosen) = left.chosen {
        if let Err(error) = journal.ui_set(LAST, &chosen.0.into()).await {
            tracing::warn!(%error, "the campaign worked in is not in the journal");
        }
        return Ok(Some(chosen));
    }
    if !left.done {
        rest.farewell(&left, ctx).await?;
    } else if left.unsettled == 0 && is_on_record(&*asked, journal, ctx).await? {
        // The sign-in stays: tomorrow is another day, with a new key and a new journal.
        journal.wipe(Wipe::SpareUnsettled).await?;
        tell(ctx.catalogue.say("done-wiped", &[]));
    } else {
        journal.close().await?;
        tell(ctx.catalogue.say("done-kept", &[]));
    }
    Ok(None)
}

/// True when the server has everything on record that it decided on: a verdict that nobody read back may be one that it has lost, and
/// then the journal alone still has the act.
async fn is_on_record(server: &dyn CampaignServer, journal: &Journal, ctx: &Context) -> anyhow::Result<bool> {
    if !server.capabilities().verdicts {
        // Such a server's answer is the last word on it.
        return Ok(true);
    }
    for id in journal.settled().await? {
        if !matches!(promptly(server.verdict(id), ctx).await, Ok(Some(_))) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::campaign::{CampaignState, Mine};

    #[test]
    fn what_spoke_does_not_tell_is_null_and_what_it_tells_a_number() {
        let todo = CampaignTodo {
            id: CampaignId(3),
            title: "Parks".into(),
            state: CampaignState::Running,
            unsent: 4,
            waiting: 1,
            unassigned: 0,
            mine: Mine { messaged: 6, convo: 2, closed: 1, ..Mine::default() },
        };
        let at = Some(jiff::Timestamp::UNIX_EPOCH);
        let written = BTreeMap::from([(todo.id, WrittenTo { names: vec!["Ana".into()], at })]);
        let own = in_json(std::slice::from_ref(&todo), ServerKind::Native, Some(&written)).expect("plain data");
        let theirs = in_json(&[todo], ServerKind::Spoke, None).expect("plain data");
        assert_eq!((&own[0]["mine"]["sent"], &own[0]["mine"]["held"]), (&0.into(), &0.into()));
        for field in ["held", "snoozed", "skipped", "opted_out", "sent", "replied"] {
            assert!(theirs[0]["mine"][field].is_null(), "{field}: {theirs}");
        }
        assert_eq!(
            (&own[0]["mine"]["drafts"]["count"], &theirs[0]["mine"]["drafts"]),
            (&1.into(), &serde_json::Value::Null)
        );
        assert_eq!(own[0]["mine"]["drafts"]["last_written"], "1970-01-01T00:00:00Z");
        for (field, n) in [("messaged", 6), ("convo", 2), ("closed", 1)] {
            assert_eq!(theirs[0]["mine"][field], n, "{field}");
        }
    }

    #[test]
    fn a_line_says_what_is_in_hand_and_a_title_cannot_reach_the_terminal() {
        let todo = CampaignTodo {
            id: CampaignId(3),
            title: "Par\u{1b}[2Jks".into(),
            state: CampaignState::Running,
            unsent: 4,
            waiting: 1,
            unassigned: 0,
            mine: Mine { held: 2, held_until: Some(jiff::Timestamp::UNIX_EPOCH), skipped: 1, ..Mine::default() },
        };
        let said = listed(&[todo], &Catalogue::english(), &TimeZone::UTC);
        assert!(!said.contains('\u{1b}'), "{said:?}");
        for part in ["1 reply waits", "4 first texts to send", "2 of them held until", "1 skipped"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(listed(&[], &Catalogue::english(), &TimeZone::UTC).contains("no campaign"));
    }
}
