//! `campaign close`, `campaign reopen`

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_check::counted;
use super::private_file::create_new;
use super::reach::{SignInArgs, tell};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, export, out, out_json};
use crate::api::campaign::CampaignState;
use crate::api::closing::{CloseReport, CloseRequest, Concerned, InTheWay, Obstacle};
use crate::api::people::PersonInfo;
use crate::api::problem::Code;
use crate::domain::ids::{CampaignId, PersonId};
use crate::domain::safe_text::safe_line;

/// Arguments of `campaign close`.
#[derive(Debug, Clone, clap::Args)]
pub struct CloseArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Who answers voters that write later: a name or a number from `people`, or `me`
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// Count possible opt-outs that nobody decided on as opt-outs
    #[arg(long)]
    pub doubts_are_opt_outs: bool,
    /// Take contacts back from texters whose consoles are open; what these still hand in is refused and comes back to them
    #[arg(long)]
    pub take_back: bool,
    /// Write the campaign's opt-outs to FILE (CSV, for you alone)
    #[arg(long, value_name = "FILE")]
    pub opt_outs: Option<PathBuf>,
    /// Close nothing: say what is in the way
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `campaign reopen`.
#[derive(Debug, Clone, clap::Args)]
pub struct ReopenArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const STAYS: Advice = Advice {
    what: "the campaign stays as it is",
    on: &[
        (Code::NotFound, "see which campaigns there are and where each stands: textbank campaign list"),
        (Code::Unsettled, "the same command with --dry-run lists how each is settled"),
    ],
};

#[derive(Serialize)]
struct Told<'a> {
    dry_run: bool,
    closed: bool,
    #[serde(flatten)]
    report: &'a CloseReport,
    /// How each of what is in the way is settled, in its order.
    remedies: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    opt_outs: Option<u64>,
}

/// Closes a campaign.
///
/// # Errors
/// An owner whom nobody knows, or what the server said.
pub async fn close(args: CloseArgs, ctx: &Context) -> Outcome {
    if let Some(file) = args.opt_outs.as_deref().filter(|file| file.exists()) {
        return Err(Misuse(format!("{} is there already: choose another name for --opt-outs", file.display())).into());
    }
    let (sign_in, client, campaign) = reach_admin(&args.campaign, &args.who, ctx).await?;
    let owner = if args.owner == "me" {
        sign_in.me.person
    } else {
        owner(&client.people().await.context(STAYS)?, &args.owner)?
    };
    let request = CloseRequest { owner, doubts_are_opt_outs: args.doubts_are_opt_outs, take_back: args.take_back };
    let before = client.close_campaign(campaign, &request, true).await.context(STAYS)?;
    let remedies: Vec<String> = before.in_the_way.iter().map(|one| remedy(one, campaign, &ctx.program)).collect();
    let blocked = !before.in_the_way.is_empty();
    if args.dry_run || blocked {
        if args.json {
            let dry_run = args.dry_run;
            out_json(&Told { dry_run, closed: false, report: &before, remedies: &remedies, opt_outs: None })?;
        } else {
            out(would(&before, &remedies))?;
        }
        return Ok(if args.dry_run || !blocked { Exit::Done } else { Exit::Refused });
    }
    if let Some(file) = &args.opt_outs {
        // What cannot be written is found before anything is closed.
        create_new(file)
            .and_then(|_| std::fs::remove_file(file))
            .with_context(|| format!("{} cannot be written: the campaign stays as it is", file.display()))?;
    }
    let report = client.close_campaign(campaign, &request, false).await.context(STAYS)?;
    let written = match &args.opt_outs {
        Some(file) => Some(
            export::opt_outs_to(campaign, file, &args.who, ctx)
                .await
                .with_context(|| {
                    format!(
                        "the campaign is closed; its opt-outs were not written: {} export opt-outs --campaign {campaign} --out FILE",
                        ctx.program
                    )
                })?,
        ),
        None => None,
    };
    if args.json {
        out_json(&Told { dry_run: false, closed: true, report: &report, remedies: &[], opt_outs: written })?;
        return Ok(Exit::Done);
    }
    out(closed(&report, &ctx.program))?;
    if let (Some(many), Some(file)) = (written, &args.opt_outs) {
        tell(format!("{}: {}", file.display(), counted(many, "opt-out")));
    }
    Ok(Exit::Done)
}

/// Opens a closed campaign again.
///
/// # Errors
/// What the server said.
pub async fn reopen(args: ReopenArgs, ctx: &Context) -> Outcome {
    let (_, client, campaign) = reach_admin(&args.campaign, &args.who, ctx).await?;
    let report = client.reopen_campaign(campaign).await.context(STAYS)?;
    if args.json {
        out_json(&report)?;
    } else if report.state == CampaignState::Running {
        out(format!("Campaign {campaign} is not closed: it runs. Nothing was changed."))?;
    } else {
        out(format!(
            "Campaign {campaign} is open again, and paused. It goes on with: {} campaign resume {campaign}",
            ctx.program
        ))?;
    }
    Ok(Exit::Done)
}

/// The one person that is meant: a number, a whole name, or its beginning.
fn owner(people: &[PersonInfo], wanted: &str) -> anyhow::Result<PersonId> {
    let wanted = wanted.trim();
    if let Some(one) = people.iter().find(|one| one.id.to_string() == wanted) {
        return Ok(one.id);
    }
    let folded = wanted.to_lowercase();
    let exact: Vec<_> = people.iter().filter(|one| one.name.to_lowercase() == folded).collect();
    let begins = |one: &&PersonInfo| !folded.is_empty() && one.name.to_lowercase().starts_with(&folded);
    let found = if exact.is_empty() { people.iter().filter(begins).collect() } else { exact };
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Misuse(format!("--owner: nobody is called {}: see textbank people", safe_line(wanted))).into()),
        several => {
            let names: Vec<_> = several.iter().map(|one| format!("{} ({})", safe_line(&one.name), one.id)).collect();
            Err(Misuse(format!("--owner: several people are meant: {}. Give the number", names.join(", "))).into())
        }
    }
}

/// What to do, and whom it is about.
fn remedy(one: &Obstacle, campaign: CampaignId, program: &str) -> String {
    let named = |of: &Concerned| match safe_line(&of.first_name) {
        name if name.is_empty() => of.contact.to_string(),
        name => format!("{name} ({})", of.contact),
    };
    let mut whom = one.contacts.iter().map(named).collect::<Vec<_>>().join(", ");
    if one.count > one.contacts.len() as u64 && !whom.is_empty() {
        whom.push_str(", ...");
    }
    let what = what_to_do(one, campaign, program);
    if whom.is_empty() { what } else { format!("{what}\n      {whom}") }
}

fn what_to_do(one: &Obstacle, campaign: CampaignId, program: &str) -> String {
    let many = one.count;
    let who = one.who.iter().map(|name| safe_line(name)).collect::<Vec<_>>().join(", ");
    match one.what {
        InTheWay::InHand => format!(
            "{} in the hands of texters whose consoles are open ({who}): let them finish and leave, or close with --take-back",
            counted(many, "contact")
        ),
        InTheWay::Queued if one.until.is_some() => format!(
            "{} for the carrier, and nothing goes to it before {} UTC: the day's cap ([carrier] in the server's settings) is used up. What \
             waits goes then, or comes back to its texter when texting hours end; sooner only with a higher cap",
            waits(many),
            one.until.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
        ),
        InTheWay::Queued => format!(
            "{} for the carrier: within texting hours they go out by themselves (a paused campaign: {program} campaign resume \
             {campaign}), after them they come back",
            waits(many)
        ),
        InTheWay::Submitting => {
            format!("{} with the carrier right now: ask again in a minute", counted(many, "text"))
        }
        InTheWay::Unknown => format!(
            "{} of which nobody knows yet whether the carrier took them: their answer comes in, or they are held for a captain. See \
             {program} held list --campaign {campaign}",
            counted(many, "text")
        ),
        InTheWay::Held => format!(
            "{} for a captain: {program} held list --campaign {campaign}, then {program} held decide ID",
            waits(many)
        ),
        InTheWay::Undecided => format!(
            "{} may have opted out, and nobody decided: somebody opens their conversations ({program} text --campaign {campaign}), \
             or close with --doubts-are-opt-outs",
            if many == 1 { "1 person".to_owned() } else { format!("{many} people") }
        ),
    }
}

fn waits(many: u64) -> String {
    format!("{} {}", counted(many, "text"), if many == 1 { "waits" } else { "wait" })
}

fn rest(report: &CloseReport) -> Vec<String> {
    let mut lines = Vec::new();
    if report.unsent > 0 {
        lines.push(format!("  {:>7}  without a first text: nobody gets one any more", report.unsent));
    }
    if report.waiting > 0 {
        let whose = report.owner_name.as_deref().map_or_else(|| "the owner".to_owned(), safe_line);
        lines.push(format!("  {:>7}  wait for an answer: {whose} has them", report.waiting));
    }
    if report.opted_out > 0 {
        let what = if report.opted_out == 1 {
            "possible opt-out without a decision: it counts as one"
        } else {
            "possible opt-outs without a decision: they count as opt-outs"
        };
        lines.push(format!("  {:>7}  {what}", report.opted_out));
    }
    if report.taken_back > 0 {
        lines.push(format!("  {:>7}  contacts taken out of texters' hands", report.taken_back));
    }
    lines
}

fn would(report: &CloseReport, remedies: &[String]) -> String {
    let mut lines = Vec::new();
    if report.closed_at.is_some() {
        lines.push(format!("Campaign {} is closed already.", report.campaign));
    } else if remedies.is_empty() {
        lines.push(format!("Nothing is in the way of closing campaign {}. It would be so:", report.campaign));
    } else {
        lines.push(format!("Campaign {} was not closed. In the way:", report.campaign));
        lines.extend(remedies.iter().map(|one| format!("- {one}")));
        lines.push("Closed, it would be so:".to_owned());
    }
    lines.extend(rest(report));
    lines.join("\n")
}

fn closed(report: &CloseReport, program: &str) -> String {
    let owner = report.owner_name.as_deref().map(safe_line).unwrap_or_default();
    let campaign = report.campaign;
    let mut lines = vec![format!(
        "Campaign {campaign} is closed: nobody gets contacts of it, and no first text is taken. {owner} answers whoever writes \
         later ({program} text --campaign {campaign})."
    )];
    lines.extend(rest(report));
    lines.push(format!("Was it a mistake? {program} campaign reopen {campaign}"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn person(id: i64, name: &str) -> PersonInfo {
        PersonInfo {
            id: PersonId(id),
            name: name.into(),
            role: None,
            waiting: false,
            sessions: 1,
            in_hand: 0,
            last_seen: None,
            conduct: None,
            second_factor: false,
            practised_at: None,
        }
    }

    #[rstest]
    #[case::by_number("3", Some(3))]
    #[case::by_name("ann", Some(1))]
    #[case::the_second_of_a_name("Ann (2)", Some(2))]
    #[case::by_beginning("bo", Some(3))]
    #[case::several("an", None)]
    #[case::nobody("zoe", None)]
    #[case::nothing("", None)]
    fn an_owner_is_named_or_asked_for(#[case] wanted: &str, #[case] found: Option<i64>) {
        let people = [person(1, "Ann"), person(2, "Ann (2)"), person(3, "Bo")];
        assert_eq!(owner(&people, wanted).ok().map(|one| one.0), found);
    }
}
