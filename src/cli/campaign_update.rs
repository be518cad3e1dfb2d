//! `campaign update`: the next version of a running campaign's script.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_check::{counted, sound};
use super::campaign_pause::is_closed;
use super::export::{Columns, columns, examples};
use super::reach::{SignInArgs, tell};
use super::recall_notes::{Becomes, carried};
use super::segment::{Condition, counted_in};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Outcome, out, out_json};
use crate::api::campaign::CampaignState;
use crate::api::problem::Code;
use crate::api::recall::{ScriptState, ScriptUpdate};
use crate::client::native::AdminClient;
use crate::console::keymap::action::nearest;
use crate::domain::campaign::CampaignDef;
use crate::domain::event_fields;
use crate::domain::filter::Filter;
use crate::domain::ids::CampaignId;
use crate::domain::safe_text::safe_line;
use crate::domain::script::{DISCLAIMER, Source, Template, fold_name, lookup};

/// Arguments of `campaign update`.
#[derive(Debug, clap::Args)]
pub struct UpdateArgs {
    /// Which campaign: its number, or the beginning of its title
    #[arg(value_name = "CAMPAIGN")]
    pub number: String,
    /// The campaign file as it is to be from now on (TOML)
    #[arg(long, value_name = "FILE")]
    pub campaign: PathBuf,
    /// Print what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

const STAYS: Advice = Advice {
    what: "the script stays as it is",
    on: &[(Code::NotFound, "see which campaigns there are: textbank campaign list")],
};

#[derive(Serialize)]
struct Told<'a> {
    dry_run: bool,
    changes: &'a [String],
    /// Merge fields without a fallback for which contacts of the campaign have nothing.
    #[serde(skip_serializing_if = "<[Lack]>::is_empty")]
    lacks: &'a [Lack],
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    state: Option<&'a ScriptState>,
}

/// Checks the file and hands it in.
///
/// # Errors
/// What the server said. Problems of the file are printed, all at once, and nothing is handed in.
pub async fn run(args: UpdateArgs, ctx: &Context) -> Outcome {
    let Some(def) = sound(&args.campaign, "Nothing was changed") else { return Ok(Exit::Problems) };
    let (_, client, campaign) = reach_admin(&args.number, &args.who, ctx).await?;
    let mut before = client.campaign(campaign).await.context(STAYS)?;
    // They come from the organization, not from the file.
    let shared: Vec<_> = before.def.canned.iter().filter(|reply| reply.shared).cloned().collect();
    before.def.canned.retain(|reply| !reply.shared);
    if before.state == CampaignState::Archived {
        tell(format!("warning: {}", is_closed(campaign, &ctx.program)));
    }
    let changes = changes(&before.def, &def);
    let columns = columns(&client, campaign, ctx).await?;
    let lacks = lacking(&def, &columns);
    if tell_lacks(&lacks, &columns, (&client, campaign, None), ctx).await? {
        tell("Nothing was changed: mend the errors first.");
        return Ok(Exit::Problems);
    }
    let recalls = client.recalls(campaign).await.context(STAYS)?;
    let found = carried(&def, &shared, &recalls, Becomes::Next);
    for line in found.shut.iter().chain(&found.notes) {
        tell(if found.shut.contains(line) { format!("warning: {line}") } else { line.clone() });
    }
    if args.dry_run {
        // The server has the last word on what a running campaign may change.
        let would = client.try_script(campaign, &ScriptUpdate { def: def.clone() }).await.context(STAYS)?;
        if args.json {
            out_json(&Told { dry_run: true, changes: &changes, lacks: &lacks, state: Some(&would) })?;
        } else if changes.is_empty() {
            out(format!(
                "The file says what version {} of the script says: there would be no new one.",
                before.script_version
            ))?;
        } else {
            let waits = if would.proposed { "\nIt would wait until another admin has approved it." } else { "" };
            out(format!("Would be different from version {}:\n{}{waits}", before.script_version, list(&changes)))?;
        }
        for recall in before.recalled.iter().filter(|recall| recall.is_unchanged_in(&def)) {
            tell(stays_shut(recall.id));
        }
        return Ok(Exit::Done);
    }
    let state = client.update_script(campaign, &ScriptUpdate { def }).await.context(STAYS)?;
    if args.json {
        out_json(&Told { dry_run: false, changes: &changes, lacks: &lacks, state: Some(&state) })?;
        return Ok(Exit::Done);
    }
    if state.proposed && state.changed {
        out(format!(
            "Campaign {campaign} has version {} of its script now, and does not begin before another admin has approved it: {} campaign \
             approve {campaign}\n{}",
            state.script_version,
            ctx.program,
            list(&changes)
        ))?;
        return Ok(Exit::Done);
    }
    if state.proposed {
        out(format!(
            "It waits until another admin has approved it, for three days: {0} campaign approve {campaign} (--show, --withdraw). Version \
             {1} stays in force.\n{2}",
            ctx.program,
            state.script_version,
            list(&changes)
        ))?;
        return Ok(Exit::Done);
    }
    let mut text = if state.changed {
        format!(
            "Campaign {campaign} has version {} of its script now; cards are drawn anew on every screen. Texts that were confirmed \
             under an older version still go out: what must not is taken back by {} campaign recall {campaign}.\n{}",
            state.script_version,
            ctx.program,
            list(&changes)
        )
    } else {
        format!("Nothing changed: version {} says this already.", state.script_version)
    };
    for recall in &state.still_recalled {
        text.push_str(&format!("\n{}", stays_shut(*recall)));
    }
    out(text)?;
    Ok(Exit::Done)
}

/// A merge field without a fallback, and how many contacts who may still be texted have nothing for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Lack {
    field: String,
    contacts: u64,
}

impl Lack {
    fn nobody_has(&self, columns: &Columns) -> bool {
        self.contacts == columns.contacts
    }

    fn in_words(&self, columns: &Columns, examples: &[String], whose: &str) -> String {
        let field = safe_line(&self.field);
        if self.nobody_has(columns) {
            let others = columns.filled.keys().map(String::as_str);
            let like = nearest(&self.field, others.filter(|name| fold_name(name) != fold_name(&self.field)));
            let meant = like.map(|name| format!("; did you mean {{{}}}?", safe_line(name))).unwrap_or_default();
            return format!(
                "error: no contact of {whose} who may be texted ({} in all) has anything for {{{field}}}{meant} Bring it in first (list \
                 update --new-column), or give the text a fallback: {{{field}/...}}.",
                columns.contacts
            );
        }
        let some = if examples.is_empty() { String::new() } else { format!(", as {}", examples.join(", ")) };
        format!(
            "warning: {} of {} have nothing for {{{field}}}{some}: their card cannot be sent. list update brings it in.",
            self.contacts,
            counted(columns.contacts, "contact")
        )
    }
}

/// Tells each, with examples; true when there is something that nobody has.
pub(super) async fn tell_lacks(
    lacks: &[Lack],
    columns: &Columns,
    (client, campaign, only): (&AdminClient, CampaignId, Option<&Filter>),
    ctx: &Context,
) -> anyhow::Result<bool> {
    let whose = if only.is_some() { "the segment" } else { "this campaign" };
    if !lacks.is_empty() {
        let names: Vec<String> = lacks.iter().map(|lack| lack.field.clone()).collect();
        let examples = examples(client, (campaign, only), &names, ctx).await?;
        for lack in lacks {
            tell(lack.in_words(columns, examples.get(&lack.field).map(Vec::as_slice).unwrap_or_default(), whose));
        }
    }
    Ok(lacks.iter().any(|lack| lack.nobody_has(columns)))
}

/// The same of those alone for whom the condition holds and who may be texted: what nobody of the campaign has, none of them has.
///
/// # Errors
/// What the server said.
pub(super) async fn lacking_in(
    lacks: Vec<Lack>,
    columns: &Columns,
    (client, campaign, condition): (&AdminClient, CampaignId, &Condition),
    (people, within): (u64, Option<u32>),
    ctx: &Context,
) -> anyhow::Result<(Vec<Lack>, Columns)> {
    let mut found = Vec::new();
    for lack in lacks {
        let contacts = match Condition::parse(&format!("({}) and '{}' = ''", condition.text, lack.field)) {
            _ if lack.nobody_has(columns) => people,
            Ok(without) => {
                let count = counted_in(client, campaign, &without, within, ctx).await?;
                count.contacts.saturating_sub(count.left_out.sum())
            }
            // The condition is as long as one may be: the campaign's own count is the most that it can be.
            Err(_) => lack.contacts.min(people),
        };
        if contacts > 0 {
            found.push(Lack { contacts, ..lack });
        }
    }
    let filled = columns.filled.clone();
    Ok((found, Columns { columns: columns.columns.clone(), contacts: people, filled }))
}

/// What the texts of a script need and contacts of the campaign do not have.
pub(super) fn lacking(def: &CampaignDef, columns: &Columns) -> Vec<Lack> {
    let mut lacks: Vec<Lack> = Vec::new();
    let of_events = event_fields::names(&def.events);
    let names = columns.filled.keys().map(|name| (name.clone(), name.clone())).collect();
    let fields = def.texts().filter_map(|text| Template::parse(text).ok());
    for template in fields {
        for field in template.fields().filter(|field| field.source == Source::Contact && field.fallback.is_none()) {
            let folded = fold_name(&field.name);
            // The campaign itself says these.
            let own = ["organization", "list_source", DISCLAIMER].iter().any(|name| fold_name(name) == folded)
                || of_events.iter().any(|name| fold_name(name) == folded);
            if own || lacks.iter().any(|lack| fold_name(&lack.field) == folded) {
                continue;
            }
            let filled = lookup(&names, &field.name).and_then(|name| columns.filled.get(name)).copied().unwrap_or(0);
            let contacts = columns.contacts.saturating_sub(filled);
            if contacts > 0 {
                lacks.push(Lack { field: field.name.clone(), contacts });
            }
        }
    }
    lacks
}

fn stays_shut(recall: i64) -> String {
    format!("warning: what recall {recall} took back stands in it in the same words, and stays shut")
}

pub(super) fn list(changes: &[String]) -> String {
    changes.iter().map(|change| format!("  {change}")).collect::<Vec<_>>().join("\n")
}

/// What is different, part by part.
pub(super) fn changes(before: &CampaignDef, after: &CampaignDef) -> Vec<String> {
    let as_json = |def: &CampaignDef| match serde_json::to_value(def) {
        Ok(serde_json::Value::Object(parts)) => parts,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (as_json(before), as_json(after));
    let mut changes = Vec::new();
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        match (old.and_then(serde_json::Value::as_array), new.and_then(serde_json::Value::as_array)) {
            (Some(old), Some(new)) => parts(name, old, new, &mut changes),
            _ => changes.push(safe_line(name)),
        }
    }
    changes
}

/// The parts of a list by their names.
fn parts(name: &str, old: &[serde_json::Value], new: &[serde_json::Value], changes: &mut Vec<String>) {
    let called = |part: &serde_json::Value| {
        let named = part.get("id").or_else(|| part.get("name")).unwrap_or(part);
        safe_line(named.as_str().unwrap_or_default())
    };
    for part in new {
        match old.iter().find(|other| called(other) == called(part)) {
            Some(other) if other == part => {}
            Some(_) => changes.push(format!("{name}: {}", called(part))),
            None => changes.push(format!("{name}: {} is new", called(part))),
        }
    }
    for part in old {
        if !new.iter().any(|other| called(other) == called(part)) {
            changes.push(format!("{name}: {} is gone", called(part)));
        }
    }
    if changes.is_empty() {
        changes.push(format!("{name}: another order"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_contacts_have_nothing_for_is_counted() {
        let mut def = crate::exchange::sample::campaign().unwrap();
        def.initial[0].text = "Hi {firstName}, {organization}: vote at {poling_place}, {county/here}, {ward}.".into();
        def.initial.truncate(1);
        def.questions.clear();
        def.canned.clear();
        let filled = [("firstName", 9), ("pollingPlace", 10), ("Ward", 7)].map(|(name, many)| (name.to_owned(), many));
        let columns = Columns { columns: Vec::new(), contacts: 10, filled: filled.into() };
        let lacks = lacking(&def, &columns);
        let told: Vec<_> = lacks.iter().map(|lack| (lack.field.as_str(), lack.contacts)).collect();
        assert_eq!(told, [("firstName", 1), ("poling_place", 10), ("ward", 3)]);
        let words = lacks[1].in_words(&columns, &[], "this campaign");
        assert!(words.starts_with("error: no contact") && words.contains("did you mean {pollingPlace}?"), "{words}");
        let words = lacks[2].in_words(&columns, &["id v7".into()], "this campaign");
        assert!(words.starts_with("warning: 3 of 10 contacts have nothing for {ward}, as id v7:"), "{words}");
        assert_eq!(lacking(&def, &Columns::default()), []);
    }

    #[test]
    fn what_is_different_is_named_part_by_part() {
        let before = crate::exchange::sample::campaign().unwrap();
        let mut after = before.clone();
        assert_eq!(changes(&before, &after), [""; 0]);
        after.title = "Another".into();
        after.initial[0].text.push_str(" Vote!");
        let gone = after.canned.remove(0).id;
        let said = changes(&before, &after);
        assert_eq!(
            said,
            [format!("canned: {gone} is gone"), format!("initial: {}", after.initial[0].name), "title".into()]
        );
    }
}
