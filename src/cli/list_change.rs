//! `list remove`, `list update`: the list of a running campaign, with effect at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_check::{counted, shown};
use super::list_read::thousands;
use super::patience::patiently;
use super::reach::{SignInArgs, tell};
use super::shift::reach_admin;
use super::{Advice, Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::list_change::{ContactChange, ContactKey, ListChanged, ListCorrection, ListRemoval};
use crate::api::problem::Code;
use crate::client::Call;
use crate::client::native::AdminClient;
use crate::console::keymap::action::nearest;
use crate::domain::ids::CampaignId;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::domain::script::fold_name;
use crate::exchange::list_rows::{self, ListRow};

/// Contacts of one request: it is decided in one commit, and texters' own wait for it.
const CHUNK: usize = 500;
/// Who was not found is named so often; `--json` names all.
const NAMED: usize = 40;
/// The campaign was found a moment ago: what is not there is the server's way of doing this.
const NOT_BACK: Advice = Advice {
    what: "the rest of them stays off the list, and nobody else was taken off it",
    on: &[(
        Code::NotFound,
        "this server is older than `list remove --undo`: put a newer textbank on it, and ask again",
    )],
};

/// What both have.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// Which campaign: its number, or the beginning of its title
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: String,
    /// The country of numbers without a country code, in two letters
    #[arg(long, value_name = "CODE", default_value = "US")]
    pub country: String,
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

/// Arguments of `list remove`.
#[derive(Debug, Clone, clap::Args)]
pub struct RemoveArgs {
    /// Who: a CSV file with a column of numbers or of the list's ids, or of numbers alone
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// One number; may be given several times
    #[arg(long, value_name = "NUMBER")]
    pub phone: Vec<String>,
    /// One id of the list; may be given several times
    #[arg(long, value_name = "ID")]
    pub external_id: Vec<String>,
    /// They were taken off by mistake: put them on the list again
    #[arg(long)]
    pub undo: bool,
    /// Which campaign, and how it is told.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `list update`.
#[derive(Debug, Clone, clap::Args)]
pub struct UpdateArgs {
    /// A CSV file: a column of numbers or of the list's ids says who is meant, every other column is corrected; an empty cell changes
    /// nothing
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// This column of the file is a new one; without it a column that the campaign's list does not have is taken for misspelt. May be
    /// given several times
    #[arg(long, value_name = "NAME")]
    pub new_column: Vec<String>,
    /// Which campaign, and how it is told.
    #[command(flatten)]
    pub common: Common,
}

/// Somebody who is to be changed, and how the person at the terminal knows them.
struct Wanted {
    change: ContactChange,
    name: String,
}

#[derive(Serialize)]
struct Told<'a> {
    campaign: CampaignId,
    dry_run: bool,
    #[serde(flatten)]
    done: &'a Done,
    not_found: &'a [String],
}

#[derive(Debug, Default, Serialize)]
struct Done {
    changed: u64,
    already: u64,
    dropped: u64,
    /// People who share their number with others of the list: it stays for those.
    kept: u64,
    /// Of a correction: at whose number another one of the list is texted.
    shares: Vec<String>,
}

impl Done {
    /// None of those who are meant is in the campaign.
    fn is_nobody(&self) -> bool {
        self.changed + self.already + self.kept == 0 && self.shares.is_empty()
    }
}

/// Takes contacts off a campaign's list.
///
/// # Errors
/// Options without a meaning, problems of the file, or what the server said.
pub async fn remove(args: RemoveArgs, ctx: &Context) -> Outcome {
    let mut wanted = Vec::new();
    for text in &args.phone {
        let phone = Phone::parse(text, &args.common.country.to_ascii_uppercase())
            .map_err(|problem| Misuse(format!("--phone {}: {problem}", safe_line(text))))?;
        wanted.push(meant(ListRow { phone: Some(phone), ..ListRow::default() }));
    }
    for id in &args.external_id {
        wanted.push(meant(ListRow { external_id: Some(id.clone()), ..ListRow::default() }));
    }
    if let Some(file) = &args.file {
        let Some((rows, _)) = read(file, &args.common)? else { return Ok(Exit::Problems) };
        wanted.extend(rows);
    }
    if wanted.is_empty() {
        return Err(Misuse("say who: a FILE, --phone NUMBER or --external-id ID".into()).into());
    }
    let to = To::reach(&args.common, ctx).await?;
    run(wanted, &args.common, &to, if args.undo { Verb::BringBack } else { Verb::Remove }, ctx).await
}

/// Corrects contacts of a campaign's list.
///
/// # Errors
/// Problems of the file, or what the server said.
pub async fn update(args: UpdateArgs, ctx: &Context) -> Outcome {
    let Some((wanted, columns)) = read(&args.file, &args.common)? else { return Ok(Exit::Problems) };
    if columns.is_empty() {
        let what = format!(
            "{}: there is no column beside those that say who is meant: nothing is to change",
            args.file.display()
        );
        return Err(Misuse(what).into());
    }
    let to = To::reach(&args.common, ctx).await?;
    let known = super::export::columns(&to.client, to.campaign, ctx).await?.columns;
    let names = columns_of(&wanted, &known, &args.new_column)?;
    let wanted: Vec<Wanted> = wanted.into_iter().map(|one| renamed(one, &names)).collect();
    let verb = if args.common.dry_run { "would be corrected" } else { "corrected" };
    let told: Vec<&str> =
        columns.iter().map(|column| names.get(column).map_or(column.as_str(), String::as_str)).collect();
    tell(format!("{verb}: {}", told.join(", ")));
    if wanted.iter().any(|one: &Wanted| one.change.who.phone.is_some() && one.change.who.external_id.is_some()) {
        tell(
            "Numbers and ids only say who is meant: neither is changed. Whose number is wrong is taken off by `list remove`, and comes \
             in with the right one by `list add`.",
        );
    }
    run(wanted, &args.common, &to, Verb::Correct, ctx).await
}

/// The campaign that is changed, by an admin.
struct To {
    campaign: CampaignId,
    client: AdminClient,
}

impl To {
    async fn reach(common: &Common, ctx: &Context) -> anyhow::Result<Self> {
        let (_, client, campaign) = reach_admin(&common.campaign, &common.who, ctx).await?;
        Ok(Self { campaign, client })
    }
}

/// How the campaign's list spells each column of the file that is none of those that every contact has.
///
/// # Errors
/// A column that the list does not have, and that nobody called a new one.
fn columns_of(wanted: &[Wanted], known: &[String], new: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let used: BTreeSet<&String> = wanted.iter().flat_map(|one| one.change.fields.keys()).collect();
    let mut names = BTreeMap::new();
    for column in used {
        let same = |name: &&String| fold_name(name) == fold_name(column);
        if let Some(spelt) = known.iter().find(same) {
            names.insert(column.clone(), spelt.clone());
        } else if new.iter().any(|name| fold_name(name) == fold_name(column)) {
            names.insert(column.clone(), column.clone());
        } else {
            let like = nearest(column, known.iter().map(String::as_str));
            let meant = match like {
                Some(name) => format!("did you mean `{}`?", safe_line(name)),
                None if known.is_empty() => "it has no columns of its own.".to_owned(),
                None => format!("it has: {}.", safe_line(&known.join(", "))),
            };
            let column = safe_line(column);
            return Err(Misuse(format!(
                "`{column}` is no column of this campaign's list; {meant} To add it as a new one: --new-column \"{column}\""
            ))
            .into());
        }
    }
    Ok(names)
}

/// With the columns as the list spells them: else a contact would have both.
fn renamed(mut one: Wanted, names: &BTreeMap<String, String>) -> Wanted {
    let fields = std::mem::take(&mut one.change.fields);
    one.change.fields =
        fields.into_iter().map(|(name, value)| (names.get(&name).cloned().unwrap_or(name), value)).collect();
    one
}

fn read(file: &std::path::Path, common: &Common) -> anyhow::Result<Option<(Vec<Wanted>, Vec<String>)>> {
    let found = match list_rows::load(file, &common.country.to_ascii_uppercase()) {
        Ok(found) => found,
        Err(problems) => {
            for line in shown(&problems, 0, "the rest is like these") {
                tell(line);
            }
            tell("Nothing was changed: mend the errors first.");
            return Ok(None);
        }
    };
    for line in shown(&found.problems, 0, "the rest is like these") {
        tell(line);
    }
    Ok(Some((found.rows.into_iter().map(meant).collect(), found.columns)))
}

fn meant(row: ListRow) -> Wanted {
    let phone = row.phone.as_ref().map(|phone| phone.as_str().to_owned());
    let id = row.external_id.as_ref().map(|id| format!("id {}", safe_line(id)));
    let mut name = [id, phone].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if row.line > 0 {
        name = format!("line {}: {name}", row.line);
    }
    let who = ContactKey { phone: row.phone, external_id: row.external_id };
    let ListRow { first_name, last_name, zip, state, language, time_zone, fields, .. } = row;
    Wanted { change: ContactChange { who, first_name, last_name, zip, state, language, time_zone, fields }, name }
}

async fn run(wanted: Vec<Wanted>, common: &Common, to: &To, verb: Verb, ctx: &Context) -> Outcome {
    let campaign = to.campaign;
    let how = How { verb, dry_run: common.dry_run };
    let mut done = Done::default();
    let mut missing = Vec::new();
    let mut ended = None;
    let steps = wanted.len().div_ceil(CHUNK);
    for (step, chunk) in wanted.chunks(CHUNK).enumerate() {
        show(step, steps);
        let answer = tokio::select! {
            answer = hand_in(to, chunk, how, ctx) => Some(answer),
            _ = tokio::signal::ctrl_c() => None,
        };
        match answer {
            Some(Ok(changed)) => {
                done.changed += changed.changed;
                done.already += changed.already;
                done.dropped += changed.dropped;
                done.kept += changed.kept;
                let named = |places: &[u64]| -> Vec<String> {
                    let places = places.iter().filter_map(|place| usize::try_from(*place).ok());
                    places.filter_map(|place| chunk.get(place)).map(|one| one.name.clone()).collect()
                };
                missing.extend(named(&changed.not_found));
                done.shares.extend(named(&changed.shares));
            }
            Some(Err(error)) => {
                ended = Some(Some(error));
                break;
            }
            None => {
                ended = Some(None);
                break;
            }
        }
    }
    if steps > 1 {
        show(steps, steps);
    }
    if common.json {
        out_json(&Told { campaign, dry_run: how.dry_run, done: &done, not_found: &missing })?;
    } else {
        out(in_words(campaign, &done, &missing, how))?;
    }
    match ended {
        // Nobody of them is in the campaign: most likely the wrong file, or the wrong campaign.
        None if done.is_nobody() => Ok(Exit::Problems),
        None => Ok(Exit::Done),
        Some(error) => {
            tell("It is not finished: run the same command again, and what is done already is passed over.");
            match error {
                Some(error) if how.verb == Verb::BringBack => Err(error).context(NOT_BACK),
                Some(error) => Err(error).context("the rest of the list stays as it is"),
                None => Ok(Exit::Failed),
            }
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
struct How {
    verb: Verb,
    dry_run: bool,
}

/// What is done to the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Remove,
    BringBack,
    Correct,
}

fn in_words(campaign: CampaignId, done: &Done, missing: &[String], how: How) -> String {
    let mut lines = Vec::new();
    let were = if done.already == 1 { "was" } else { "were" };
    let changed = counted(done.changed, "contact");
    let already = done.already;
    if how.dry_run {
        lines.push("Nothing was changed.".to_owned());
    }
    lines.push(match (how.verb, how.dry_run) {
        (Verb::BringBack, false) => {
            format!("{changed} of campaign {campaign} brought back, {already} {were} on its list anyway.")
        }
        (Verb::BringBack, true) => {
            format!("{changed} of campaign {campaign} would be brought back, {already} {were} on its list anyway.")
        }
        (Verb::Remove, false) => format!("{changed} taken off campaign {campaign}, {already} {were} off it already."),
        (Verb::Remove, true) => {
            format!("{changed} would be taken off campaign {campaign}, {already} {were} off it already.")
        }
        (Verb::Correct, false) => {
            format!("{changed} of campaign {campaign} corrected, {already} {were} right already.")
        }
        (Verb::Correct, true) => {
            format!("{changed} of campaign {campaign} would be corrected, {already} {were} right already.")
        }
    });
    if done.dropped > 0 {
        let will = if how.dry_run { "would not go out then" } else { "will not go out" };
        lines.push(format!("{} to them waited for the carrier and {will}.", counted(done.dropped, "text")));
    }
    if done.kept > 0 {
        let (who, are) = if done.kept == 1 {
            ("1 person".to_owned(), "is")
        } else {
            (format!("{} people", thousands(done.kept)), "are")
        };
        let (are, stays) = if how.dry_run { ("would be", "would stay") } else { (are, "stays") };
        lines.push(format!(
            "{who} who shared a number with others {are} off the list; the number {stays} for the others. It goes when all of them are \
             named, or the number itself."
        ));
    }
    if !done.shares.is_empty() {
        lines.push(format!(
            "Nothing was corrected for {}: another one of the list is texted at their number.",
            thousands(done.shares.len() as u64)
        ));
        lines.extend(done.shares.iter().take(NAMED).map(|name| format!("  {name}")));
        if done.shares.len() > NAMED {
            lines.push(format!("  ... and {} more (--json names all)", done.shares.len() - NAMED));
        }
    }
    if done.is_nobody() {
        lines.push(
            "Nobody of them is in this campaign: are these the right people, and is it the right campaign?".to_owned(),
        );
    }
    if !missing.is_empty() {
        lines.push(format!("Not in this campaign: {}", missing.len()));
        lines.extend(missing.iter().take(NAMED).map(|name| format!("  {name}")));
        if missing.len() > NAMED {
            lines.push(format!("  ... and {} more (--json names all)", missing.len() - NAMED));
        }
    }
    lines.join("\n")
}

/// One line that moves on, when a person watches.
fn show(step: usize, steps: usize) {
    if steps > 1 && std::io::stderr().is_terminal() {
        let end = if step == steps { "\n" } else { "" };
        // A line that cannot be drawn is no reason to stop.
        let _ = write!(std::io::stderr().lock(), "\rhanding in: {}%{end}", step * 100 / steps);
    }
}

/// Hands a chunk in; it may be repeated.
async fn hand_in(to: &To, chunk: &[Wanted], how: How, ctx: &Context) -> Call<ListChanged> {
    let contacts: Vec<ContactChange> = chunk.iter().map(|one| one.change.clone()).collect();
    let dry_run = how.dry_run;
    if how.verb != Verb::Correct {
        let contacts = contacts.into_iter().map(|one| one.who).collect();
        let whom = ListRemoval { contacts, dry_run };
        return match how.verb {
            Verb::BringBack => patiently(ctx, || to.client.bring_back(to.campaign, &whom)).await,
            _ => patiently(ctx, || to.client.remove_contacts(to.campaign, &whom)).await,
        };
    }
    let correction = ListCorrection { contacts, dry_run };
    patiently(ctx, || to.client.correct_contacts(to.campaign, &correction)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(column: &str) -> Wanted {
        let mut row = ListRow { external_id: Some("7".into()), ..ListRow::default() };
        row.fields.insert(column.into(), "12 Oak St".into());
        meant(row)
    }

    #[test]
    fn a_column_that_the_list_does_not_have_is_asked_about() {
        let known = ["pollingPlace".to_owned(), "county".to_owned()];
        let same = columns_of(&[wanted("polling_place")], &known, &[]).unwrap();
        assert_eq!(renamed(wanted("polling_place"), &same).change.fields.keys().collect::<Vec<_>>(), ["pollingPlace"]);
        let asked = columns_of(&[wanted("poling_place")], &known, &[]).unwrap_err().to_string();
        assert!(asked.contains("did you mean `pollingPlace`?") && asked.contains("--new-column"), "{asked}");
        let asked = columns_of(&[wanted("zzz")], &known, &[]).unwrap_err().to_string();
        assert!(asked.contains("it has: pollingPlace, county."), "{asked}");
        let new = columns_of(&[wanted("Precinct")], &known, &["precinct".into()]).unwrap();
        assert_eq!(new["Precinct"], "Precinct");
    }
}
