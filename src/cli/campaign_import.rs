//! `campaign import`

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use uuid::Uuid;

use super::reach::{SignInArgs, admin, tell};
use super::{Context, Exit, Outcome, out, out_json};
use crate::api::admin::{ImportChunk, ImportStart, ImportState, MAX_CHUNK};
use crate::client::native::AdminClient;
use crate::client::{Call, CallError};
use crate::domain::contact::Contact;
use crate::exchange::pair::Pair;
use crate::exchange::{campaign_file, contact_list};

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
    /// The contact list (CSV or TSV)
    #[arg(long, value_name = "FILE")]
    pub contacts: PathBuf,
    /// Where the list comes from and why these people may be texted, in your words
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub provenance: String,
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
    let Some((start, contacts)) = check(&args) else { return Ok(Exit::Problems) };
    let (_, client) = admin(&args.who, ctx).await?;
    let chunks = chunks(contacts)?;
    let import = import_id(&start, &chunks)?;
    let work = hand_in(&client, ctx, import, &start, &chunks);
    let (state, before) = tokio::select! {
        state = work => state.context("the import is not finished; run the same command again and it goes on where it stopped")?,
        _ = tokio::signal::ctrl_c() => {
            tell("\nstopped; run the same command again and it goes on where it stopped");
            return Ok(Exit::Failed);
        }
    };
    if args.json {
        out_json(&Imported { state: &state, handed_in_before: before })?;
    } else {
        out(in_words(&state, before))?;
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Imported<'a> {
    #[serde(flatten)]
    state: &'a ImportState,
    /// This very campaign with this very list was there already: nothing was handed in now.
    handed_in_before: bool,
}

fn in_words(state: &ImportState, before: bool) -> String {
    let next = format!("Next: textbank campaign invite --role texter --campaign {}", state.campaign);
    if before {
        return format!(
            "Campaign {} was made from these very files before: all {} contacts were in it already, nothing was handed \
             in now.\n{next}",
            state.campaign, state.stored
        );
    }
    format!(
        "Campaign {} has {} contacts ({} rows of the list had a number that was in it already, {} are suppressed and \
         never texted).\n{next}",
        state.campaign, state.stored, state.duplicates, state.suppressed
    )
}

/// Reads both files; tells every problem of both.
fn check(args: &ImportArgs) -> Option<(ImportStart, Vec<Contact>)> {
    let list = contact_list::load(&args.contacts);
    let pair = Pair::new(campaign_file::load(&args.campaign), Some(list), &args.contacts);
    for problem in &pair.problems {
        tell(problem.to_string());
    }
    let (def, list) = pair.sound()?;
    let start = ImportStart { def, contacts: list.contacts.len() as u64, provenance: args.provenance.clone() };
    Some((start, list.contacts))
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
    Ok((patiently(ctx, || client.import_finish(import)).await?, false))
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
    fn a_second_import_says_how_many_were_there() {
        let campaign = crate::domain::ids::CampaignId(3);
        let state = ImportState { campaign, chunks: 1, stored: 40, duplicates: 2, suppressed: 1, finished: true };
        assert!(
            in_words(&state, true).starts_with("Campaign 3 was made from these very files before: all 40 contacts")
        );
        assert!(
            in_words(&state, false).starts_with("Campaign 3 has 40 contacts (2 rows of the list had a number that")
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
