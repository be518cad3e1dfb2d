//! `campaign approve`: what another admin has proposed, a new version of a script or a correction that is to begin.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_update::{changes, list};
use super::reach::{SignInArgs, tell};
use super::recall_notes::{Becomes, carried};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, ask, forget_typed, out, out_json};
use crate::api::approval::Proposal;
use crate::api::campaign::CampaignState;
use crate::api::problem::Code;
use crate::domain::campaign::CampaignDef;
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign approve`.
#[derive(Debug, Clone, clap::Args)]
pub struct ApproveArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Only print what would change, in its words, and who proposed it
    #[arg(long)]
    pub show: bool,
    /// Take it away instead: the script stays as it is
    #[arg(long, conflicts_with = "show")]
    pub withdraw: bool,
    /// Approve without being asked, as a script has to, what --show has shown under this hash
    #[arg(long, value_name = "HASH", conflicts_with_all = ["show", "withdraw"])]
    pub yes: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const STAYS: Advice = Advice {
    what: "nothing was approved",
    on: &[
        (Code::NotFound, "see which campaigns there are: textbank campaign list"),
        (Code::Forbidden, "ask another admin to look at it: textbank campaign approve CAMPAIGN --show"),
    ],
};

#[derive(Serialize)]
struct Shown<'a> {
    changes: &'a [String],
    proposal: Option<&'a Proposal>,
}

/// Shows, approves or withdraws what waits. What is approved is what was shown, and nothing newer.
///
/// # Errors
/// What the server said.
pub async fn run(args: ApproveArgs, ctx: &Context) -> Outcome {
    let (_, client, campaign) = reach_admin(&args.campaign, &args.who, ctx).await?;
    if args.withdraw {
        let waits = client.proposal(campaign).await.context(STAYS)?.proposal.is_some();
        client.withdraw(campaign).await.context(STAYS)?;
        if args.json {
            out_json(&Shown { changes: &[], proposal: None })?;
        } else {
            out(if waits {
                format!("Nothing waits for approval in campaign {campaign} any more.")
            } else {
                format!("Nothing waited for approval in campaign {campaign}: nothing was changed.")
            })?;
        }
        return Ok(Exit::Done);
    }
    let found = client.proposal(campaign).await.context(STAYS)?.proposal;
    let before = client.campaign(campaign).await.context(STAYS)?;
    let own = |def: &CampaignDef| {
        // The organization's replies are not this script's: they stay whatever is approved here.
        let mut def = def.clone();
        def.canned.retain(|reply| !reply.shared);
        def
    };
    let changes = found.as_ref().map(|one| changes(&own(&before.def), &own(&one.def))).unwrap_or_default();
    if args.show && args.json {
        out_json(&Shown { changes: &changes, proposal: found.as_ref() })?;
        return Ok(Exit::Done);
    }
    let Some(found) = found else {
        let nothing = format!("Nothing waits for approval in campaign {campaign}.");
        if args.show {
            out(nothing)?;
            return Ok(Exit::Done);
        }
        tell(nothing);
        return Ok(Exit::Refused);
    };
    let mut shown = in_words(&found, &before.def, &changes);
    let recalls = client.recalls(campaign).await.context(STAYS)?;
    let shared: Vec<_> = before.def.canned.iter().filter(|reply| reply.shared).cloned().collect();
    let told = carried(&own(&found.def), &shared, &recalls, Becomes::Next);
    // The hash stays the last line: it is copied from there.
    let said = told.shut.iter().map(|line| format!("warning: {line}")).chain(told.notes).collect::<Vec<_>>();
    if !said.is_empty() {
        shown = format!("{}\n{shown}", said.join("\n"));
    }
    if args.show {
        out(shown)?;
        return Ok(Exit::Done);
    }
    if args.yes.is_none() && !agreed(&shown, "Approve it? [y/N] ")? {
        return Ok(Exit::Done);
    }
    let state = client.approve(campaign, args.yes.as_ref().unwrap_or(&found.hash)).await.context(STAYS)?;
    if args.json {
        out_json(&state)?;
        return Ok(Exit::Done);
    }
    out(if state.begun {
        let now = client.campaign(campaign).await.context("it is approved; how it stands cannot be read")?;
        match now.state {
            CampaignState::Running => {
                format!("Campaign {campaign} has begun: texters can draw from it now, within texting hours.")
            }
            _ => format!(
                "Campaign {campaign} is approved and paused. To let texters begin: {} campaign resume {campaign}",
                ctx.program
            ),
        }
    } else {
        format!(
            "Campaign {campaign} has version {} of its script now; cards are drawn anew on every screen.\n{}",
            state.script_version,
            list(&changes)
        )
    })?;
    for recall in &state.still_recalled {
        tell(if state.begun {
            format!(
                "warning: what recall {recall} took back stands in it in the same words, so it stays paused: write it anew first ({} campaign \
                 update {campaign} --campaign FILE)",
                ctx.program
            )
        } else {
            format!("warning: what recall {recall} took back stands in it in the same words, and stays shut")
        });
    }
    Ok(Exit::Done)
}

/// Shows something and asks, at a terminal. A script says `--yes`.
pub(super) fn agreed(shown: &str, question: &str) -> anyhow::Result<bool> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Misuse("nobody can be asked here: look at it with --show, then say --yes HASH".into()).into());
    }
    tell(shown);
    forget_typed();
    let answer = ask(question).context("no answer")?;
    let yes = matches!(answer.as_deref().map(str::trim), Some("y" | "Y" | "yes"));
    if !yes {
        tell("Nothing was approved.");
    }
    Ok(yes)
}

fn in_words(found: &Proposal, now: &CampaignDef, changes: &[String]) -> String {
    let mut lines = vec![format!(
        "{} proposed on {} UTC, good until {} UTC, {}:",
        safe_line(&found.who),
        found.at.strftime("%Y-%m-%d %H:%M"),
        found.expires_at.strftime("%Y-%m-%d %H:%M"),
        if found.begins {
            "to begin this campaign; it says".to_owned()
        } else {
            format!("to change version {}", found.version)
        }
    )];
    if !found.begins {
        lines.push(list(changes));
    }
    let (before, after) = (if found.begins { BTreeMap::new() } else { words(now) }, words(&found.def));
    for (name, text) in &after {
        if before.get(name) == Some(text) {
            continue;
        }
        lines.push(format!("{}:", safe_line(name)));
        if let Some(old) = before.get(name) {
            lines.push(format!("  was: {}", safe_line(old)));
        }
        lines.push(format!("  {}: {}", if before.contains_key(name) { "now" } else { "new" }, safe_line(text)));
    }
    lines.push(format!("Hash, for --yes: {}", safe_line(&found.hash)));
    lines.join("\n")
}

/// All that a script can say, by where it stands.
fn words(def: &CampaignDef) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for one in &def.initial {
        all.insert(format!("first text {} ({})", one.name, one.language), one.text.clone());
    }
    for question in &def.questions {
        for answer in &question.answers {
            for (language, text) in &answer.reply {
                all.insert(format!("after {} = {} ({language})", question.id, answer.value), text.clone());
            }
            for (language, text) in &answer.reply_when_full {
                let place = format!("after {} = {}, when it is full ({language})", question.id, answer.value);
                all.insert(place, text.clone());
            }
        }
    }
    for reply in def.canned.iter().filter(|reply| !reply.shared) {
        for (language, text) in &reply.text {
            all.insert(format!("canned reply {} ({language})", reply.id), text.clone());
        }
    }
    // These go out without anybody's press, or inside of other words.
    let more = [
        ("opt-out notice", &def.opt_out_notice),
        ("answer to HELP", &def.help_answer),
        ("disclaimer", &def.disclaimer),
    ];
    for (name, texts) in more {
        all.extend(texts.iter().map(|(whose, text)| (format!("{name} ({whose})"), text.clone())));
    }
    all.extend(def.variables.iter().map(|(name, value)| (format!("value of {name}"), value.clone())));
    if !def.guide.is_empty() {
        all.insert("guide for texters".to_owned(), def.guide.clone());
    }
    for event in &def.events {
        let (start, end) = (event.local(event.starts_at), event.local(event.ends_at));
        let when =
            format!("{} to {} ({})", start.strftime("%Y-%m-%d %H:%M"), end.strftime("%Y-%m-%d %H:%M"), event.zone);
        all.insert(
            format!("event {}", event.id),
            format!("{}, {when}, {} {}", event.title, event.place, event.address),
        );
    }
    all
}
