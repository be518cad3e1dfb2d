//! `segment ...`: conditions under a name, and how many people they hold of.

use std::collections::BTreeSet;

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;

use super::campaign_check::counted;
use super::export::columns;
use super::patience::patiently;
use super::reach::{SignInArgs, admin};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::problem::Code;
use crate::api::segments::{LeftOut, SaveSegment, SegmentCount, SegmentInfo};
use crate::client::CallError;
use crate::client::native::AdminClient;
use crate::domain::campaign::CampaignDef;
use crate::domain::filter::{Filter, FilterFault, Name};
use crate::domain::ids::CampaignId;
use crate::domain::safe_text::safe_line;
use crate::exchange::export::segment::{unknown_names, unknown_words};

/// What can be done with them.
#[derive(Debug, Subcommand)]
pub enum SegmentCommand {
    /// Save a condition under a name, for --segment NAME
    Save(SaveArgs),
    /// List the saved segments
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Remove a saved segment; what was made of it stays
    Remove {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
    /// Count who is in a segment, and who of them may not be texted
    Count(CountArgs),
}

/// Arguments of `segment save`.
#[derive(Debug, Clone, clap::Args)]
pub struct SaveArgs {
    /// Its name; letter case does not count
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The condition: --where "state = OH and not campaign in (3, 4)" (docs/exports.md has all of it)
    #[arg(long = "where", value_name = "CONDITION", value_parser = Condition::parse)]
    pub condition: Condition,
    /// A campaign whose columns and questions the condition is held against, and in which it is counted
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Replace a segment of this name that says something else
    #[arg(long)]
    pub replace: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `segment count`.
#[derive(Debug, Clone, clap::Args)]
pub struct CountArgs {
    /// The name of a saved segment
    #[arg(value_name = "NAME", conflicts_with = "condition")]
    pub name: Option<String>,
    /// A condition instead of a name
    #[arg(long = "where", value_name = "CONDITION", value_parser = Condition::parse)]
    pub condition: Option<Condition>,
    /// Among whose contacts: the campaign's number, or the beginning of its title (else the one that it was saved with)
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Count those as left out whom any campaign has texted within so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub not_texted_within: Option<u32>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// A condition as it was typed, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// As typed.
    pub text: String,
    /// Read.
    pub filter: Filter,
}

impl Condition {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        Ok(Self { text: text.to_owned(), filter: Filter::parse(text)? })
    }
}

/// A condition, or the name of a saved one.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct WhereArgs {
    /// Only a segment: --where "state = OH and (tag = volunteer or answer.voting in (Yes, Maybe))"; names are the list's columns,
    /// status, tag, answer.QUESTION, earlier.QUESTION, rsvp.EVENT, campaign, texted, replied, opted_out, wrong_number, removed, last_texted,
    /// variant, delivery, texter
    #[arg(long = "where", value_name = "CONDITION", value_parser = Condition::parse)]
    pub condition: Option<Condition>,
    /// Only a saved segment (textbank segment list)
    #[arg(long, value_name = "NAME", conflicts_with = "condition")]
    pub segment: Option<String>,
}

impl WhereArgs {
    /// The condition that is meant; none when neither was given.
    ///
    /// # Errors
    /// No segment of that name, or what the server said.
    pub(super) async fn meant(&self, client: &AdminClient, ctx: &Context) -> anyhow::Result<Option<Condition>> {
        match (&self.condition, &self.segment) {
            (Some(condition), _) => Ok(Some(condition.clone())),
            (None, Some(name)) => {
                let saved = saved(client, name, ctx).await?;
                Ok(Some(Condition::parse(&saved.expression)?))
            }
            (None, None) => Ok(None),
        }
    }
}

/// The saved segment of this name.
async fn saved(client: &AdminClient, name: &str, ctx: &Context) -> anyhow::Result<SegmentInfo> {
    let all = patiently(ctx, || client.segments()).await.context("no list of segments")?;
    let wanted = name.trim().to_lowercase();
    if let Some(found) = all.iter().find(|one| one.name.trim().to_lowercase() == wanted) {
        return Ok(found.clone());
    }
    let names: Vec<String> = all.iter().map(|one| safe_line(&one.name)).collect();
    let there = if names.is_empty() { "none is saved".to_owned() } else { format!("saved are: {}", names.join(", ")) };
    Err(Misuse(format!("no segment is called `{}`; {there}", safe_line(name))).into())
}

/// Refuses names and words that mean nothing in the campaign: a slip of the pen would be a segment of nobody, or of everybody.
///
/// # Errors
/// What they may have been meant to be.
pub(super) async fn held_against(
    filter: &Filter,
    (def, columns): (&CampaignDef, &[String]),
    client: &AdminClient,
) -> anyhow::Result<()> {
    let mut unknown = unknown_names(filter, def, columns);
    let compared = filter.compared();
    let wanted = |name: &Name| -> BTreeSet<&str> {
        let values = compared.iter().filter(|(one, _)| *one == name).map(|(_, value)| value.trim());
        values.filter(|value| !value.is_empty()).collect()
    };
    for number in wanted(&Name::Campaign).into_iter().filter_map(|value| value.parse().ok()) {
        if let Err(CallError::Refused(problem)) = client.campaign(CampaignId(number)).await
            && problem.code == Code::NotFound
        {
            unknown.push(format!("there is no campaign {number} (textbank campaign list)."));
        }
    }
    let texters = wanted(&Name::Fact("texter"));
    // Who may not read who is there has the names from elsewhere.
    if !texters.is_empty()
        && let Ok(people) = client.people().await
    {
        let names: Vec<String> = people.into_iter().map(|person| person.name).collect();
        for texter in texters {
            if !names.iter().any(|name| name.trim().to_lowercase() == texter.to_lowercase()) {
                unknown.push(format!("nobody here is called `{texter}` (textbank people)."));
            }
        }
    }
    if unknown.is_empty() { Ok(()) } else { Err(Misuse(format!("--where: {}", safe_line(&unknown.join(" ")))).into()) }
}

/// [`held_against`] a campaign as it stands at the server; its columns are asked for when the condition names one.
pub(super) async fn hold_against(
    filter: &Filter,
    client: &AdminClient,
    campaign: CampaignId,
    ctx: &Context,
) -> anyhow::Result<()> {
    let def = client.campaign(campaign).await.context(NOTHING)?.def;
    let fields = filter.names().into_iter().any(|name| matches!(name, Name::Field(_)));
    let columns = if fields { columns(client, campaign, ctx).await?.columns } else { Vec::new() };
    held_against(filter, (&def, &columns), client).await
}

const NOTHING: Advice = Advice {
    what: "nothing was done",
    on: &[
        (Code::NotFound, "see which campaigns and segments there are: textbank campaign list, textbank segment list"),
        (Code::Invalid, "give it a name of 1 to 100 characters that no other segment has, or say --replace"),
    ],
};

/// Runs one of them.
///
/// # Errors
/// What the server said, or a name that nobody has.
pub async fn run(command: SegmentCommand, ctx: &Context) -> Outcome {
    match command {
        SegmentCommand::Save(args) => save(args, ctx).await,
        SegmentCommand::List { json, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let all = client.segments().await.context("no list of segments")?;
            if json {
                out_json(&all)?
            } else {
                out(table(&all))?
            }
            Ok(Exit::Done)
        }
        SegmentCommand::Remove { name, who } => {
            let (_, client) = admin(&who, ctx).await?;
            let found = saved(&client, &name, ctx).await?;
            client.remove_segment(found.id).await.context(NOTHING)?;
            out(format!("The segment `{}` is removed. What was made of it stays.", safe_line(&found.name)))?;
            Ok(Exit::Done)
        }
        SegmentCommand::Count(args) => count(args, ctx).await,
    }
}

/// Words that are the same in every campaign: what is saved for any is held against these.
fn closed_words(filter: &Filter) -> anyhow::Result<()> {
    let unknown = unknown_words(filter);
    if unknown.is_empty() { Ok(()) } else { Err(Misuse(format!("--where: {}", safe_line(&unknown.join(" ")))).into()) }
}

async fn save(args: SaveArgs, ctx: &Context) -> Outcome {
    let (client, campaign) = match &args.campaign {
        Some(campaign) => {
            let (_, client, campaign) = reach_admin(campaign, &args.who, ctx).await?;
            hold_against(&args.condition.filter, &client, campaign, ctx).await?;
            (client, Some(campaign))
        }
        None => {
            closed_words(&args.condition.filter)?;
            (admin(&args.who, ctx).await?.1, None)
        }
    };
    let request = SaveSegment { name: args.name, expression: args.condition.text, campaign, replace: args.replace };
    let saved = client.save_segment(&request).await.context(NOTHING)?;
    if args.json {
        out_json(&saved)?;
        return Ok(Exit::Done);
    }
    let name = safe_line(&saved.name);
    out(format!(
        "The segment `{name}` is saved: {}. Next: {} segment count '{name}'{}",
        safe_line(&saved.expression),
        ctx.program,
        if campaign.is_some() { "" } else { " --campaign NUMBER" }
    ))?;
    Ok(Exit::Done)
}

/// A count as it is told.
#[derive(Serialize)]
struct Told {
    campaign: CampaignId,
    /// Of whom the condition holds.
    contacts: u64,
    left_out: LeftOut,
    /// The others.
    may_be_texted: u64,
}

async fn count(args: CountArgs, ctx: &Context) -> Outcome {
    if args.name.is_none() && args.condition.is_none() {
        return Err(Misuse("say which: the NAME of a saved segment, or --where CONDITION".into()).into());
    }
    let of = WhereArgs { condition: args.condition, segment: args.name };
    let (client, condition, campaign) = match &args.campaign {
        Some(campaign) => {
            let (_, client, campaign) = reach_admin(campaign, &args.who, ctx).await?;
            let condition = of.meant(&client, ctx).await?;
            (client, condition, campaign)
        }
        None => {
            let (_, client) = admin(&args.who, ctx).await?;
            let Some(name) = &of.segment else {
                return Err(Misuse("say in which campaign: --campaign NUMBER".into()).into());
            };
            let found = saved(&client, name, ctx).await?;
            let Some(campaign) = found.campaign else {
                let why = format!("`{}` was saved without a campaign: say --campaign NUMBER", safe_line(&found.name));
                return Err(Misuse(why).into());
            };
            (client, Some(Condition::parse(&found.expression)?), campaign)
        }
    };
    let Some(condition) = condition else { return Err(Misuse("a name or --where is missing".into()).into()) };
    hold_against(&condition.filter, &client, campaign, ctx).await?;
    let counted = counted_in(&client, campaign, &condition, args.not_texted_within, ctx).await?;
    let left = counted.left_out;
    let may_be_texted = counted.contacts.saturating_sub(left.sum());
    if args.json {
        out_json(&Told { campaign, contacts: counted.contacts, left_out: left, may_be_texted })?;
    } else {
        out(in_words(campaign, &counted))?;
    }
    Ok(Exit::Done)
}

/// Counts all parts.
pub(super) async fn counted_in(
    client: &AdminClient,
    campaign: CampaignId,
    condition: &Condition,
    not_texted_within: Option<u32>,
    ctx: &Context,
) -> anyhow::Result<SegmentCount> {
    let mut whole = SegmentCount::default();
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![("expression", condition.text.clone())];
        query.extend(not_texted_within.map(|days| ("not_texted_within_days", days.to_string())));
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let part = patiently(ctx, || client.segment_count(campaign, &query)).await.context(NOTHING)?;
        whole.contacts += part.contacts;
        whole.left_out.add(&part.left_out);
        match part.next {
            Some(next) => cursor = Some(next),
            None => return Ok(whole),
        }
    }
}

fn in_words(campaign: CampaignId, counted_: &SegmentCount) -> String {
    let left = &counted_.left_out;
    let mut lines = vec![format!(
        "{} of campaign {campaign}; {} may be texted.",
        counted(counted_.contacts, "contact"),
        counted_.contacts.saturating_sub(left.sum())
    )];
    lines.extend(reasons(left));
    lines.join("\n")
}

/// Who is left out and why, a line for each reason that there is.
pub(super) fn reasons(left: &LeftOut) -> Vec<String> {
    let LeftOut { opted_out, undecided, deceased, wrong_number, failing, removed, texted_lately } = *left;
    [
        (opted_out, "opted out"),
        (undecided, "may have opted out, and nobody decided"),
        (deceased, "deceased"),
        (wrong_number, "wrong number"),
        (failing, "number gets no texts"),
        (removed, "taken off the list"),
        (texted_lately, "texted too lately"),
    ]
    .into_iter()
    .filter(|(many, _)| *many > 0)
    .map(|(many, why)| format!("  {many:>7}  left out: {why}"))
    .collect()
}

fn table(all: &[SegmentInfo]) -> String {
    if all.is_empty() {
        return "No segment is saved yet: textbank segment save NAME --where CONDITION".to_owned();
    }
    let mut text = format!("{:<24}{:<10}{:<18}{:<12}{}\n", "Name", "Campaign", "Saved (UTC)", "By", "Condition");
    for one in all {
        let campaign = one.campaign.map_or_else(|| "any".to_owned(), |campaign| campaign.to_string());
        text.push_str(&format!(
            "{:<24}{campaign:<10}{:<18}{:<12}{}\n",
            safe_line(&one.name),
            one.at.strftime("%Y-%m-%d %H:%M").to_string(),
            safe_line(&one.by),
            safe_line(&one.expression)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_line_and_nothing_reaches_the_terminal() {
        let left = LeftOut { opted_out: 3, removed: 1, ..LeftOut::default() };
        let count = SegmentCount { contacts: 10, left_out: left, ..SegmentCount::default() };
        let text = in_words(CampaignId(3), &count);
        assert_eq!(
            text,
            "10 contacts of campaign 3; 6 may be texted.\n        3  left out: opted out\n        1  left out: taken off the list"
        );
        let one = SegmentInfo {
            id: 1,
            name: "Lean\u{1b}[2J".into(),
            expression: "tag = x".into(),
            campaign: None,
            at: jiff::Timestamp::UNIX_EPOCH,
            by: "Ada".into(),
        };
        let text = table(&[one]);
        assert!(!text.contains('\u{1b}') && text.contains("tag = x"), "{text}");
    }
}
