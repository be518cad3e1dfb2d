//! `campaign import`

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use uuid::Uuid;

use super::campaign_check::{counted, shown};
use super::list::ReadArgs;
use super::reach::{SignInArgs, admin, tell};
use super::{Context, Exit, Outcome, ask, out, out_json};
use crate::api::admin::{ImportChunk, ImportStart, ImportState, MAX_CHUNK};
use crate::client::native::AdminClient;
use crate::client::{Call, CallError, CampaignServer as _};
use crate::domain::contact::Contact;
use crate::domain::safe_text::safe_line;
use crate::exchange::campaign_file;
use crate::exchange::pair::Pair;

/// A chunk's bytes as JSON, well below what the server takes.
const CHUNK_BYTES: usize = 3 * 1024 * 1024;
/// Waits between tries of one request.
const WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

/// Arguments of `campaign import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The campaign file (TOML)
    #[arg(long, value_name = "FILE")]
    pub campaign: PathBuf,
    /// The contact list (CSV, TSV or a spreadsheet)
    #[arg(long, value_name = "FILE")]
    pub contacts: PathBuf,
    /// Where the list comes from and why these people may be texted, in your words
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub provenance: String,
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
    let Some((start, contacts, rows)) = check(&args)? else {
        tell("Nothing was handed in: mend the errors first.");
        return Ok(Exit::Problems);
    };
    let (sign_in, client) = admin(&args.who, ctx).await?;
    // Who asks a second time is told of the campaign of the first; another one of the same title is likely a mistake.
    let known = super::reach::client(&sign_in, ctx)?.campaigns().await.context("nothing was handed in")?;
    let paused = args.paused || (!args.start && !at_once(contacts.len())?);
    let chunks = chunks(contacts)?;
    let import = import_id(&start, &chunks)?;
    let work = hand_in(&client, ctx, import, &start, &chunks, paused);
    let (state, before) = tokio::select! {
        state = work => state.context("the import is not finished; run the same command again and it goes on where it stopped")?,
        _ = tokio::signal::ctrl_c() => {
            tell("\nstopped; run the same command again and it goes on where it stopped");
            return Ok(Exit::Failed);
        }
    };
    if args.json {
        out_json(&Imported { state: &state, list: rows, handed_in_before: before })?;
    } else {
        out(in_words(&start.def.title, &state, rows, before, &ctx.program))?;
    }
    let namesakes = known.iter().filter(|one| one.id != state.campaign && one.title == start.def.title);
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

/// Asks the person at the terminal whether texting may begin; a script that says nothing means that it may.
fn at_once(contacts: usize) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(true);
    }
    let question = format!(
        "{contacts} contacts. May texters draw from this campaign as soon as it is there?\n\
         yes: at once; no (or Enter): it waits, paused, until you resume it. Your answer: "
    );
    let answer = ask(&question)?.unwrap_or_default().to_lowercase();
    Ok(matches!(answer.as_str(), "yes" | "y" | "sí" | "si"))
}

/// Where each row of the list went, so that the summary adds up.
#[derive(Debug, Clone, Copy, Serialize)]
struct Rows {
    /// Rows of the list, without the header and empty lines.
    rows: u64,
    /// Left out: the number came earlier in the list.
    same_number: u64,
    /// Left out because of a problem that was told.
    left_out: u64,
}

#[derive(Serialize)]
struct Imported<'a> {
    #[serde(flatten)]
    state: &'a ImportState,
    list: Rows,
    /// This very campaign with this very list was there already: nothing was handed in now.
    handed_in_before: bool,
}

fn in_words(title: &str, state: &ImportState, list: Rows, before: bool, program: &str) -> String {
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
    // The list's own doubles were left out here, others by the server.
    let (same, problem) = (list.same_number + state.duplicates, list.left_out);
    lines.push(format!(
        "Of {} rows in the list {} are taken, {same} left out as their number came before, {problem} left out with a \
         problem{}.",
        list.rows,
        state.stored,
        if problem > 0 { " (named above)" } else { "" }
    ));
    if state.suppressed > 0 {
        lines.push(format!("{} of the contacts opted out earlier: they are never texted.", state.suppressed));
    }
    if state.paused {
        lines.push(format!(
            "It is paused: nobody gets contacts of it. To let texters begin: {program} campaign resume {number}"
        ));
    } else {
        lines.push(format!(
            "Texters can draw from it now, within texting hours. To hold it back: {program} campaign pause {number}"
        ));
    }
    lines.push(format!("Next: {program} campaign invite --role texter --campaign {number}"));
    lines.join("\n")
}

/// Reads both files; tells the problems of both.
fn check(args: &ImportArgs) -> anyhow::Result<Option<(ImportStart, Vec<Contact>, Rows)>> {
    let list = args.read.read(&args.contacts)?;
    let pair = Pair::new(campaign_file::load(&args.campaign), Some(list), &args.contacts);
    for line in shown(&pair.problems, "textbank campaign check --json lists all") {
        tell(line);
    }
    let Some((def, list)) = pair.sound() else { return Ok(None) };
    let rows = Rows { rows: list.rows, same_number: list.duplicates, left_out: list.rejected };
    let start = ImportStart { def, contacts: list.contacts.len() as u64, provenance: args.provenance.clone() };
    Ok(Some((start, list.contacts, rows)))
}

/// The list in chunks, by number and by size; the same list always gives the same chunks.
fn chunks(contacts: Vec<Contact>) -> anyhow::Result<Vec<ImportChunk>> {
    let mut chunks = Vec::new();
    let (mut now, mut bytes) = (Vec::new(), 0);
    for contact in contacts {
        let size = serde_json::to_vec(&contact)?.len() + 1;
        if now.len() >= MAX_CHUNK || (bytes + size > CHUNK_BYTES && !now.is_empty()) {
            chunks.push(ImportChunk { contacts: std::mem::take(&mut now) });
            bytes = 0;
        }
        bytes += size;
        now.push(contact);
    }
    if !now.is_empty() {
        chunks.push(ImportChunk { contacts: now });
    }
    Ok(chunks)
}

/// The same campaign with the same list is the same import, however often it is handed in.
fn import_id(start: &ImportStart, chunks: &[ImportChunk]) -> anyhow::Result<Uuid> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&serde_json::to_vec(start)?);
    for chunk in chunks {
        hasher.update(&serde_json::to_vec(chunk)?);
    }
    let mut bytes = [0u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Ok(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

async fn hand_in(
    client: &AdminClient,
    ctx: &Context,
    import: Uuid,
    start: &ImportStart,
    chunks: &[ImportChunk],
    paused: bool,
) -> Call<(ImportState, bool)> {
    let state = patiently(ctx, || client.import_start(import, start)).await?;
    if state.finished {
        return Ok((state, true));
    }
    let mut progress = Progress::new(chunks.len());
    // Chunks are handed in one after the other: those stored are the first ones.
    for (number, chunk) in chunks.iter().enumerate().skip(usize::try_from(state.chunks).unwrap_or(0)) {
        progress.show(number);
        patiently(ctx, || client.import_chunk(import, number as u64, chunk)).await?;
    }
    progress.end();
    Ok((patiently(ctx, || client.import_finish_as(import, paused)).await?, false))
}

/// Tries a request again while that may help; every one of them may be repeated.
async fn patiently<T, F: Future<Output = Call<T>>>(ctx: &Context, request: impl Fn() -> F) -> Call<T> {
    let mut waits = WAITS.iter();
    loop {
        match request().await {
            Err(error) if may_help(&error) => match waits.next() {
                Some(wait) => ctx.clock.sleep(*wait).await,
                None => return Err(error),
            },
            answer => return answer,
        }
    }
}

fn may_help(error: &CallError) -> bool {
    error.is_transient() && !matches!(error, CallError::Refused(problem) if problem.status == 401)
}

/// One line that moves on, when a person watches.
struct Progress {
    total: usize,
    shown: bool,
}

impl Progress {
    fn new(total: usize) -> Self {
        Self { total, shown: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, done: usize) {
        if self.shown {
            // A line that cannot be drawn is no reason to stop.
            let _ = write!(std::io::stderr().lock(), "\rhanding in: {}%", done * 100 / self.total.max(1));
        }
    }

    fn end(&mut self) {
        if self.shown {
            tell("\rhanding in: 100%");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::phone::Phone;

    fn contact(n: usize, field: &str) -> Contact {
        Contact {
            external_id: None,
            first_name: format!("Name{n}"),
            last_name: String::new(),
            phone: Phone::from_e164(&format!("+1415555{n:04}")).expect("a number"),
            zip: None,
            state: None,
            language: None,
            time_zone: None,
            fields: BTreeMap::from([("x".to_owned(), field.to_owned())]),
        }
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
            finished: true,
            paused: false,
        };
        let list = Rows { rows: 50, same_number: 3, left_out: 5 };
        let said = in_words("Par\u{1b}[2Jks", &state, list, false, "textbank");
        assert!(said.starts_with("Campaign 3 (Par") && !said.contains('\u{1b}'), "{said}");
        assert!(
            said.contains("Of 50 rows in the list 40 are taken, 5 left out as their number came before, 5 left"),
            "{said}"
        );
        assert!(
            said.contains("1 of the contacts opted out") && said.contains("Texters can draw from it now"),
            "{said}"
        );
        let paused = in_words("Parks", &ImportState { paused: true, ..state.clone() }, list, false, "textbank");
        assert!(paused.contains("campaign resume 3") && !paused.contains("can draw"), "{paused}");
        let again = in_words("Parks", &state, list, true, "textbank");
        assert!(
            again.starts_with("Campaign 3 (Parks) was made from these very files before: all 40 contacts"),
            "{again}"
        );
    }

    #[test]
    fn chunks_hold_everybody_once_in_order_and_stay_small() {
        let list: Vec<Contact> = (0..2_500).map(|n| contact(n, "")).collect();
        let few = chunks(list.clone()).expect("chunks");
        assert_eq!(few.iter().map(|chunk| chunk.contacts.len()).collect::<Vec<_>>(), [1_000, 1_000, 500]);
        let all: Vec<Contact> = few.into_iter().flat_map(|chunk| chunk.contacts).collect();
        assert_eq!(all, list);

        let wide: Vec<Contact> = (0..1_000).map(|n| contact(n, &"y".repeat(10_000))).collect();
        let many = chunks(wide).expect("chunks");
        assert!(many.len() > 3);
        let largest = many.iter().map(|chunk| serde_json::to_vec(chunk).expect("json").len()).max();
        assert!(largest < Some(crate::server::limits::MAX_CHUNK_BODY), "{largest:?}");
    }
}
