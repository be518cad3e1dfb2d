//! `list remove`, `list update`: the list of a running campaign, with effect at once.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::campaign_check::{counted, shown};
use super::patience::patiently;
use super::reach::{SignInArgs, admin, tell};
use super::shift::{ShiftArgs, reach_native};
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::api::list_change::{ContactChange, ContactKey, ListChanged, ListCorrection, ListRemoval};
use crate::api::people::Role;
use crate::client::Call;
use crate::client::native::AdminClient;
use crate::domain::ids::CampaignId;
use crate::domain::phone::Phone;
use crate::domain::safe_text::safe_line;
use crate::exchange::list_rows::{self, ListRow};

/// Contacts of one request: it is decided in one commit, and texters' own wait for it.
const CHUNK: usize = 500;
/// Who was not found is named so often; `--json` names all.
const NAMED: usize = 40;
/// What both have.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// Which campaign: its number, or the beginning of its title
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: String,
    /// The country of numbers without a country code, in two letters
    #[arg(long, value_name = "CODE", default_value = "US")]
    pub country: String,
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
    #[serde(flatten)]
    done: &'a Done,
    not_found: &'a [String],
}

#[derive(Debug, Default, Serialize)]
struct Done {
    changed: u64,
    already: u64,
    dropped: u64,
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
    run(wanted, &args.common, true, ctx).await
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
    tell(format!("corrected: {}", columns.join(", ")));
    run(wanted, &args.common, false, ctx).await
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

async fn run(wanted: Vec<Wanted>, common: &Common, removes: bool, ctx: &Context) -> Outcome {
    let shift = ShiftArgs { campaign: Some(common.campaign.clone()), sign_in: common.who.clone() };
    let (_, _, campaign) = reach_native(&shift, Role::Admin, ctx).await?;
    let (_, client) = admin(&common.who, ctx).await?;
    let mut done = Done::default();
    let mut missing = Vec::new();
    let mut ended = None;
    let steps = wanted.len().div_ceil(CHUNK);
    for (step, chunk) in wanted.chunks(CHUNK).enumerate() {
        show(step, steps);
        let answer = tokio::select! {
            answer = hand_in(&client, campaign, chunk, removes, ctx) => Some(answer),
            _ = tokio::signal::ctrl_c() => None,
        };
        match answer {
            Some(Ok(changed)) => {
                done.changed += changed.changed;
                done.already += changed.already;
                done.dropped += changed.dropped;
                let places = changed.not_found.iter().filter_map(|place| usize::try_from(*place).ok());
                missing.extend(places.filter_map(|place| chunk.get(place)).map(|one| one.name.clone()));
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
        out_json(&Told { campaign, done: &done, not_found: &missing })?;
    } else {
        out(in_words(campaign, &done, &missing, removes))?;
    }
    match ended {
        None => Ok(Exit::Done),
        Some(error) => {
            tell("It is not finished: run the same command again, and what is done already is passed over.");
            match error {
                Some(error) => Err(error).context("the rest of the list stays as it is"),
                None => Ok(Exit::Failed),
            }
        }
    }
}

fn in_words(campaign: CampaignId, done: &Done, missing: &[String], removes: bool) -> String {
    let mut lines = Vec::new();
    if removes {
        lines.push(format!(
            "{} taken off campaign {campaign}, {} {} off it already.",
            counted(done.changed, "contact"),
            done.already,
            if done.already == 1 { "was" } else { "were" }
        ));
        if done.dropped > 0 {
            lines
                .push(format!("{} to them waited for the carrier and will not go out.", counted(done.dropped, "text")));
        }
    } else {
        lines.push(format!(
            "{} of campaign {campaign} corrected, {} {} right already.",
            counted(done.changed, "contact"),
            done.already,
            if done.already == 1 { "was" } else { "were" }
        ));
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
async fn hand_in(
    client: &AdminClient,
    campaign: CampaignId,
    chunk: &[Wanted],
    removes: bool,
    ctx: &Context,
) -> Call<ListChanged> {
    let contacts: Vec<ContactChange> = chunk.iter().map(|one| one.change.clone()).collect();
    if removes {
        let removal = ListRemoval { contacts: contacts.into_iter().map(|one| one.who).collect() };
        return patiently(ctx, || client.remove_contacts(campaign, &removal)).await;
    }
    let correction = ListCorrection { contacts };
    patiently(ctx, || client.correct_contacts(campaign, &correction)).await
}
