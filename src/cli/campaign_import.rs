//! `campaign import`

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Serialize;

use super::campaign_check::{counted, hours, shown};
use super::campaign_pause::drawn;
use super::hand_in::{self, ProvenanceArgs};
use super::list_read::{Look, ReadArgs, thousands};
use super::patience::patiently;
use super::reach::{SignInArgs, admin, tell};
use super::recall_notes::{all_in_force, held_from_the_start, options, taken_back};
use super::{Context, Exit, Outcome, ask, out, out_json};
use crate::api::admin::{ImportStart, ImportState, MAX_WARNINGS};
use crate::client::CampaignServer as _;
use crate::domain::campaign::CampaignDef;
use crate::domain::recall::{Recalled, is_same_value};
use crate::domain::safe_text::safe_line;
use crate::exchange::advice::without_examples;
use crate::exchange::campaign_file;
use crate::exchange::contact_list::{ContactList, Surveyed};
use crate::exchange::pair::{CampaignRead, Pair};
use crate::exchange::problem::FileProblem;

/// Arguments of `campaign import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The campaign file (TOML); with --from-spoke the campaign's number there
    #[arg(long, value_name = "FILE")]
    pub campaign: PathBuf,
    /// The contact list (CSV, TSV or a spreadsheet)
    #[arg(long, value_name = "FILE", required_unless_present = "from_spoke")]
    pub contacts: Option<PathBuf>,
    /// Bring the script, canned replies and tags of the campaign with the number --campaign from this Spoke server into a campaign file,
    /// and hand nothing in; with an admin's sign-in there
    #[arg(long, value_name = "URL", conflicts_with = "contacts")]
    pub from_spoke: Option<String>,
    /// Where that campaign file goes
    #[arg(long, value_name = "FILE", default_value = "campaign.toml", requires = "from_spoke")]
    pub into: PathBuf,
    /// Where the list comes from.
    #[command(flatten)]
    pub provenance: ProvenanceArgs,
    /// Nobody gets contacts of it before it is resumed (`campaign resume`, or `p` on the captain's board)
    #[arg(long)]
    pub paused: bool,
    /// Texters may draw from it at once: do not ask
    #[arg(long, conflicts_with = "paused")]
    pub start: bool,
    /// How the list is to be read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// Print the counts as JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Checks both files, then hands them in.
///
/// # Errors
/// What the server said. Problems in the files are printed, all at once, and nothing is handed in.
pub async fn run(args: ImportArgs, ctx: &Context) -> Outcome {
    let contacts = match (&args.from_spoke, &args.contacts) {
        (None, Some(contacts)) => contacts,
        (from, _) => {
            let (url, number) = (from.as_deref().unwrap_or_default(), args.campaign.to_string_lossy());
            return super::campaign_from_spoke::import(url, &number, &args.into, args.json, ctx).await;
        }
    };
    let now = super::reach::campaign_now(&args.who, ctx).await;
    let campaign = campaign_file::load_at(&args.campaign, Some(now));
    let draft = campaign.is_err().then(|| campaign_file::draft(&args.campaign)).flatten();
    let Some(Checked { def, list, surveyed, digest, warnings }) =
        check(campaign, draft.as_ref(), contacts, &args.read, now)?
    else {
        tell("Nothing was handed in: mend the errors first.");
        return Ok(Exit::Problems);
    };
    let (rows, title) = (Rows::of(&list), def.title.clone());
    let from_when = drawn(&def.hours, now);
    let (sign_in, client) = admin(&args.who, ctx).await?;
    // Who asks a second time is told of the campaign of the first; another one of the same title is likely a mistake.
    let server = super::reach::client(&sign_in, ctx)?;
    let others = server.campaigns().await.context("nothing was handed in")?;
    // A recall holds where it was made. Who makes another campaign with the same words hears of it before texters have them.
    let mut whole = def.clone();
    whole.take_shared(&client.canned().await.map(|found| found.replies).unwrap_or_default());
    let in_force = all_in_force(&server).await;
    // What is taken back everywhere holds in this one too.
    let holds = |what: &Recalled| in_force.iter().any(|all| all.everywhere && is_same_value(&all.recall.what, what));
    for (line, one) in taken_back(&in_force, &whole).into_iter().filter(|(_, one)| !holds(&one.recall.what)) {
        tell(format!(
            "warning: \"{}\" says what is taken back in campaign {}. A recall holds where it was made: here it is sent. Say it in other \
             words, or take it back here as well: {} campaign recall CAMPAIGN {}",
            safe_line(&line),
            one.campaign,
            ctx.program,
            options(&one.recall.what)
        ));
    }
    let import = hand_in::import_id(&serde_json::to_vec(&def)?, digest);
    let known = hand_in::known(&client, import).await?;
    let (state, before, paused) = if let Some(state) = known.clone().filter(|state| state.finished) {
        (state, true, args.paused)
    } else {
        // Nobody is asked anything before it is known that something is to be handed in; and nothing twice.
        let provenance = match &known {
            Some(state) => {
                tell(going_on(state, list.texted));
                None
            }
            None => Some(args.provenance.settle(args.read.consent()?, ctx.clock.now())?),
        };
        let paused = args.paused || (!args.start && !at_once(list.texted)?);
        let work = async {
            let begun = match known {
                Some(state) => state,
                None => {
                    let provenance = provenance.unwrap_or_default();
                    let start = ImportStart { def, contacts: list.texted, provenance, warnings };
                    patiently(ctx, || client.import_start(import, &start)).await?
                }
            };
            hand_in::chunks(&client, ctx, import, surveyed, list.texted, &begun).await?;
            anyhow::Ok(patiently(ctx, || client.import_finish_as(import, paused)).await?)
        };
        super::list_read::handing_in();
        let state = tokio::select! {
            state = work => state.context("the import is not finished; run the same command again and it goes on where it stopped")?,
            _ = tokio::signal::ctrl_c() => {
                tell("\nstopped; run the same command again and it goes on where it stopped");
                return Ok(Exit::Failed);
            }
        };
        (state, false, paused)
    };
    if args.json {
        out_json(&Imported { state: &state, list: rows, handed_in_before: before })?;
    } else {
        out(in_words(&title, &state, rows, before, (&ctx.program, &from_when)))?;
    }
    if !before {
        let held = server.recalls(state.campaign).await.unwrap_or_default();
        held_from_the_start((state.campaign, &held), &whole, &ctx.program).into_iter().for_each(tell);
    }
    let namesakes = others.iter().filter(|one| one.id != state.campaign && one.title == title);
    let namesakes: Vec<String> = namesakes.map(|one| one.id.to_string()).collect();
    if !namesakes.is_empty() {
        tell(format!(
            "warning: another campaign has the same title (number {}): texters and captains tell them apart by the \
             number, as in --campaign {}",
            namesakes.join(", "),
            state.campaign
        ));
    }
    if paused && !state.paused {
        // It was there already and runs, or the server is older than this option.
        tell(format!(
            "It is NOT paused: texters can draw from it now. To hold it back: {} campaign pause {}",
            ctx.program, state.campaign
        ));
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// The word for an import that was stopped.
pub(super) fn going_on(state: &ImportState, contacts: u64) -> String {
    let there = state.came();
    format!("This list was begun before: it goes on after {} of {} rows.", thousands(there), thousands(contacts))
}

/// A list that was read against its campaign.
pub(super) struct Checked {
    pub(super) def: CampaignDef,
    pub(super) list: ContactList,
    pub(super) surveyed: Surveyed,
    /// Of all its contacts.
    pub(super) digest: blake3::Hash,
    /// What was doubtful, for the record of the start: not what was wrong with single rows, which are left out.
    pub(super) warnings: Vec<String>,
}

/// Reads a list against its campaign; tells the problems of both. None when one of them stops the work.
pub(super) fn check(
    campaign: CampaignRead,
    draft: Option<&CampaignDef>,
    contacts: &std::path::Path,
    read: &ReadArgs,
    now: Timestamp,
) -> anyhow::Result<Option<Checked>> {
    let mut look = Look::new(read, 0);
    look.digest = Some(blake3::Hasher::new());
    let (pair, surveyed) = Pair::survey(campaign, draft, contacts, &read.options(now)?, Some(now), &mut look);
    look.finish()?;
    let more = "textbank campaign check --json lists more, --rejected FILE all rows that are left out";
    for line in shown(&pair.problems, pair.more_problems, more) {
        tell(line);
    }
    // Before a start it is known who waits for their hours.
    let held = pair.report.iter().flat_map(|report| report.held.iter().flat_map(hours));
    held.for_each(tell);
    let of_a_row = |problem: &FileProblem| problem.file == contacts && is_of_a_row(problem, read.no_header);
    let warnings = pair
        .problems
        .iter()
        .filter(|problem| !of_a_row(problem))
        .map(|problem| without_examples(&problem.what).to_owned());
    let warnings: Vec<String> = warnings.take(MAX_WARNINGS).collect();
    Ok(match (pair.sound(), surveyed, look.digest) {
        (Some((def, list)), Some(surveyed), Some(mut digest)) => {
            // The ids of those who share a number stand in rows that are left out.
            digest.update(surveyed.fingerprint().as_bytes());
            Some(Checked { def, list, surveyed, digest: digest.finalize(), warnings })
        }
        _ => None,
    })
}

/// True of what is wrong with a row: it repeats what stands there of a person. The first line is the header, where there is one.
fn is_of_a_row(problem: &FileProblem, no_header: bool) -> bool {
    problem.line.is_some_and(|line| line > u64::from(!no_header))
}

/// Asks the person at the terminal whether texting may begin; a script that says nothing means that it may.
fn at_once(contacts: u64) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(true);
    }
    let question = format!(
        "{} contacts. May texters draw from this campaign as soon as it is there?\n\
         yes: at once; no (or Enter): it waits, paused, until you resume it. Your answer: ",
        thousands(contacts)
    );
    let answer = ask(&question)?.unwrap_or_default().to_lowercase();
    Ok(matches!(answer.as_str(), "yes" | "y" | "sí" | "si"))
}

/// Where each row of the list went, so that the summary adds up.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Rows {
    /// Rows of the list, without the header and empty lines.
    rows: u64,
    /// Left out: the number came earlier in the list.
    same_number: u64,
    /// Left out because of a problem that was told.
    left_out: u64,
}

impl Rows {
    pub(super) fn of(list: &ContactList) -> Self {
        Self { rows: list.rows, same_number: list.duplicates, left_out: list.rejected }
    }

    /// What became of them at the server, each in one count.
    pub(super) fn in_words(self, state: &ImportState) -> Vec<String> {
        // The list's own doubles were left out here, others by the server; so were people without consent.
        let (same, problem) = (self.same_number + state.duplicates, self.left_out + state.without_consent);
        let mut lines = vec![format!(
            "Of {} rows in the list {} are taken, {same} left out as their number came before, {problem} left out with a \
             problem{}.",
            self.rows,
            state.stored,
            if self.left_out > 0 { " (named above)" } else { "" }
        )];
        if state.without_consent > 0 {
            lines.push(format!(
                "{} of those left out have shown no consent, which the law asks for.",
                state.without_consent
            ));
        }
        if state.taken_off > 0 {
            lines.push(format!(
                "{} of those whose number came before were taken off the list of this campaign, and stay off it. To bring them back: \
                 textbank list remove --undo.",
                state.taken_off
            ));
        }
        if state.erased > 0 {
            lines.push(format!(
                "{} more were left out: they asked to be erased, and nothing of them is stored again.",
                state.erased
            ));
        }
        if state.suppressed > 0 {
            lines.push(format!("{} of the contacts opted out earlier: they are never texted.", state.suppressed));
        }
        if state.known_bad > 0 {
            lines.push(format!(
                "{} of the contacts are known here as wrong numbers, deceased, or numbers that get no texts: they are never \
                 texted.",
                state.known_bad
            ));
        }
        lines
    }
}

#[derive(Serialize)]
pub(super) struct Imported<'a> {
    #[serde(flatten)]
    pub(super) state: &'a ImportState,
    pub(super) list: Rows,
    /// This very list was there already: nothing was handed in now.
    pub(super) handed_in_before: bool,
}

fn in_words(title: &str, state: &ImportState, list: Rows, before: bool, (program, drawn): (&str, &str)) -> String {
    let number = state.campaign;
    let title = safe_line(title);
    let mut lines = Vec::new();
    if before {
        lines.push(format!(
            "Campaign {number} ({title}) was made from these very files before: all {} contacts were in it already, nothing \
             was handed in now.",
            state.stored
        ));
    } else {
        lines.push(format!("Campaign {number} ({title}) has {}.", counted(state.stored, "contact")));
    }
    if !before {
        lines.extend(list.in_words(state));
    }
    if state.paused {
        lines.push(format!(
            "It is paused: nobody gets contacts of it. To see its texts on staff phones first: {program} campaign test {number} --to \
             NUMBER. To let texters begin: {program} campaign resume {number}"
        ));
    } else {
        lines.push(format!(
            "{drawn} To hold it back: {program} campaign pause {number}\n\
             warning: nobody has seen its texts on a phone yet: {program} campaign test {number} --to NUMBER"
        ));
    }
    lines.push(format!("Next: {program} campaign invite --role texter --campaign {number}"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_without_header_is_a_persons() {
        let whole = FileProblem::whole(std::path::Path::new("l.csv"), "the number is too short (`212`)", "");
        let of_a_row = |line, no_header| is_of_a_row(&FileProblem { line, ..whole.clone() }, no_header);
        assert_eq!([of_a_row(Some(1), true), of_a_row(Some(2), true), of_a_row(None, true)], [true, true, false]);
        assert_eq!([of_a_row(Some(1), false), of_a_row(Some(2), false), of_a_row(None, false)], [false, true, false]);
    }

    #[test]
    fn every_row_of_the_list_is_in_one_count_of_the_summary() {
        let campaign = crate::domain::ids::CampaignId(3);
        let state = ImportState {
            campaign,
            chunks: 1,
            stored: 40,
            duplicates: 2,
            suppressed: 1,
            known_bad: 0,
            without_consent: 0,
            taken_off: 1,
            erased: 0,
            finished: true,
            paused: false,
        };
        let list = Rows { rows: 50, same_number: 3, left_out: 5 };
        let said = in_words("Par\u{1b}[2Jks", &state, list, false, ("textbank", "Texters can draw from it now."));
        assert!(said.starts_with("Campaign 3 (Par") && !said.contains('\u{1b}'), "{said}");
        assert!(
            said.contains("Of 50 rows in the list 40 are taken, 5 left out as their number came before, 5 left"),
            "{said}"
        );
        assert!(
            said.contains("1 of those whose number came before were taken off") && said.contains("--undo"),
            "{said}"
        );
        assert!(
            said.contains("1 of the contacts opted out") && said.contains("Texters can draw from it now"),
            "{said}"
        );
        let paused = in_words(
            "Parks",
            &ImportState { paused: true, ..state.clone() },
            list,
            false,
            ("textbank", "Texters can draw from it now."),
        );
        assert!(paused.contains("campaign resume 3") && !paused.contains("can draw"), "{paused}");
        let again = in_words("Parks", &state, list, true, ("textbank", "Texters can draw from it now."));
        assert!(
            again.starts_with("Campaign 3 (Parks) was made from these very files before: all 40 contacts"),
            "{again}"
        );
    }
}
