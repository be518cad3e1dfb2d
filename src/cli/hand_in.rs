//! Handing a list in: in pieces, one after the other, each of them once. The list is read meanwhile, never held.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::list_read::thousands;
use super::patience::patiently;
use super::{Context, Misuse, ask};
use crate::api::admin::{ImportChunk, ImportState, MAX_CHUNK};
use crate::api::problem::Code;
use crate::client::CallError;
use crate::client::native::AdminClient;
use crate::domain::contact::Contact;
use crate::domain::provenance::{Consent, Provenance};
use crate::exchange::contact_list::Surveyed;
use crate::exchange::problem::FileProblem;

/// A chunk's bytes as JSON, well below what the server takes.
const CHUNK_BYTES: usize = 3 * 1024 * 1024;
/// Chunks of people who share a number have numbers from here on: no list has so many others.
const NONE_OF_THEM: u64 = 1 << 40;
/// Chunks that are ready before they are asked for.
const AHEAD: usize = 2;
/// Where the list comes from; asked for at a terminal when it is not said.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ProvenanceArgs {
    /// Where the list comes from: who made it, or what it was exported from
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub provenance: Option<String>,
    /// When the list was obtained (2026-06-04)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub obtained: Option<jiff::civil::Date>,
    /// What use of the list is permitted, and by whom
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub permitted_use: Option<String>,
}

fn day(text: &str) -> Result<jiff::civil::Date, String> {
    text.trim().parse().map_err(|_| "it is no day: write year, month and day, as in 2026-06-04".to_owned())
}

fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say it in words; nothing is no answer".into()) } else { Ok(text.to_owned()) }
}

/// True when that day has not begun anywhere.
fn is_to_come(day: jiff::civil::Date, now: Timestamp) -> bool {
    let furthest = jiff::tz::Offset::constant(14);
    day > furthest.to_datetime(now).date()
}

impl ProvenanceArgs {
    fn said(&self, consent: Option<Consent>) -> Provenance {
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
        let (source, permitted_use) = (text(&self.provenance), text(&self.permitted_use));
        Provenance { source, obtained: self.obtained, permitted_use, consent }
    }

    /// What is said of the list; at a terminal what is missing is asked for.
    ///
    /// # Errors
    /// In a script, something is missing: the words say which option. The list was obtained on a day that is still to come.
    pub fn settle(&self, consent: Option<Consent>, now: Timestamp) -> anyhow::Result<Provenance> {
        let mut told = self.said(consent);
        if let Some(day) = told.obtained.filter(|day| is_to_come(*day, now)) {
            let what = format!("--obtained {day}: that day is still to come; write the day on which you got the list");
            return Err(Misuse(what).into());
        }
        let missing = told.missing();
        if missing.is_empty() {
            return Ok(told);
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(untold(&missing));
        }
        for field in missing {
            match field {
                "source" => {
                    told.source =
                        in_some_words("Where does this list come from (who made it, or what was it exported from)? ")?
                }
                "permitted_use" => told.permitted_use = in_some_words("What use of it is permitted, and by whom? ")?,
                _ => {
                    told.obtained = loop {
                        let day = answer("When was it obtained (as 2026-06-04)? ")?;
                        match day.parse() {
                            Ok(day) if is_to_come(day, now) => super::reach::tell("That day is still to come."),
                            Ok(day) => break Some(day),
                            Err(_) if day.is_empty() => break None,
                            Err(_) => super::reach::tell("Write year-month-day, such as 2026-06-04."),
                        }
                    }
                }
            }
        }
        let missing = told.missing();
        if missing.is_empty() { Ok(told) } else { Err(untold(&missing)) }
    }
}

fn untold(missing: &[&str]) -> anyhow::Error {
    let options = missing.iter().map(|field| match *field {
        "source" => "--provenance \"county voter file\"",
        "obtained" => "--obtained 2026-06-04",
        _ => "--permitted-use \"political texts, by our data agreement\"",
    });
    let what = format!(
        "nothing was handed in: it has to be said where the list comes from. Add {}",
        options.collect::<Vec<_>>().join(" ")
    );
    Misuse(what).into()
}

/// Asks until something is said, or nobody is there any more.
fn in_some_words(question: &str) -> anyhow::Result<String> {
    loop {
        match ask(question)? {
            Some(said) if said.trim().is_empty() => {
                super::reach::tell("It is kept with the list: say it in a few words.")
            }
            said => return Ok(said.unwrap_or_default()),
        }
    }
}

fn answer(question: &str) -> anyhow::Result<String> {
    Ok(ask(question)?.unwrap_or_default())
}

/// The same campaign (or addition) with the same list is the same import, however often it is handed in.
#[must_use]
pub fn import_id(what: &[u8], contacts: blake3::Hash) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what);
    hasher.update(contacts.as_bytes());
    let mut bytes = [0u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Where an import stands, when the server knows of it.
///
/// # Errors
/// What the server said.
pub async fn known(client: &AdminClient, import: Uuid) -> anyhow::Result<Option<ImportState>> {
    match client.import_state(import).await {
        Ok(state) => Ok(Some(state)),
        Err(CallError::Refused(problem)) if problem.code == Code::NotFound => Ok(None),
        Err(error) => Err(anyhow::Error::new(error).context("nothing was handed in")),
    }
}

/// Hands in the chunks that the server does not have, of a list with so many contacts. Chunks are handed in one after the other:
/// those stored are the first ones.
///
/// # Errors
/// What the server said; the list cannot be read any more, or is another one now. What was handed in stays, and the same command
/// goes on behind it.
pub async fn chunks(
    client: &AdminClient,
    ctx: &Context,
    import: Uuid,
    list: Surveyed,
    contacts: u64,
    before: &ImportState,
) -> anyhow::Result<()> {
    let skip = before.chunks;
    let (to, mut ready) = mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || read(list, skip, &to));
    let mut done = before.came();
    let mut progress = Progress::new(ctx, done, contacts);
    while let Some((number, chunk)) = ready.recv().await {
        let handed = patiently(ctx, || client.import_chunk(import, number, &chunk)).await;
        if handed.is_err() {
            progress.end();
        }
        handed?;
        done += chunk.contacts.len() as u64;
        progress.show(done);
    }
    progress.end();
    let list = read_to_the_end(reader).await?;
    let useless = async || Ok::<_, anyhow::Error>(known(client, import).await?.is_some_and(|one| one.known_bad > 0));
    if list.has_shared() && (list.names_others() || useless().await?) {
        shared(client, ctx, import, list).await?;
    }
    Ok(())
}

type Reader = tokio::task::JoinHandle<Result<Surveyed, Box<FileProblem>>>;

async fn read_to_the_end(reader: Reader) -> anyhow::Result<Surveyed> {
    reader.await.context("the reader of the list broke down")?.map_err(|problem| anyhow!("{problem}"))
}

/// Several people of the list share numbers. Hands in those who do not come first there: the server keeps what is their own for when the
/// number is left to them, and gives it to one of them at once where the first is known as useless. Twice is once.
async fn shared(client: &AdminClient, ctx: &Context, import: Uuid, mut list: Surveyed) -> anyhow::Result<()> {
    let (to, mut ready) = mpsc::channel(AHEAD);
    let give = move |(_, chunk): (u64, ImportChunk)| to.blocking_send(ImportChunk { shared: true, ..chunk }).is_ok();
    let reader = tokio::task::spawn_blocking(move || {
        in_chunks(give, |take| list.each_shared(take))?;
        Ok(list)
    });
    let mut number = NONE_OF_THEM;
    while let Some(chunk) = ready.recv().await {
        patiently(ctx, || client.import_chunk(import, number, &chunk)).await?;
        number += 1;
    }
    read_to_the_end(reader).await.map(drop)
}

/// Reads the list's chunks from number `skip` on, until nobody wants them any more.
fn read(mut list: Surveyed, skip: u64, to: &mpsc::Sender<(u64, ImportChunk)>) -> Result<Surveyed, Box<FileProblem>> {
    let give = |(number, chunk): (u64, ImportChunk)| {
        !to.is_closed() && (number < skip || to.blocking_send((number, chunk)).is_ok())
    };
    in_chunks(give, |take| list.each(take))?;
    Ok(list)
}

/// Puts the contacts that `each` goes through into chunks, and gives each full one, and the last, until nobody wants them.
fn in_chunks(
    give: impl Fn((u64, ImportChunk)) -> bool,
    each: impl FnOnce(&mut dyn FnMut(Contact) -> bool) -> Result<(), Box<FileProblem>>,
) -> Result<(), Box<FileProblem>> {
    let mut chunks = Chunks::default();
    let mut wanted = true;
    each(&mut |contact| {
        if let Some(full) = chunks.take(contact) {
            wanted = give(full);
        }
        wanted
    })?;
    if wanted && let Some(last) = chunks.last() {
        give(last);
    }
    Ok(())
}

/// A list in chunks, by number and by size; the same list always gives the same chunks.
#[derive(Debug, Default)]
struct Chunks {
    now: Vec<Contact>,
    bytes: usize,
    number: u64,
}

impl Chunks {
    /// Takes one more; gives the chunk that it does not go into any more.
    fn take(&mut self, contact: Contact) -> Option<(u64, ImportChunk)> {
        let size = most_bytes(&contact);
        let full = self.now.len() >= MAX_CHUNK || (self.bytes + size > CHUNK_BYTES && !self.now.is_empty());
        let chunk = if full { self.last() } else { None };
        self.bytes += size;
        self.now.push(contact);
        chunk
    }

    /// What is left.
    fn last(&mut self) -> Option<(u64, ImportChunk)> {
        if self.now.is_empty() {
            return None;
        }
        let number = self.number;
        self.number += 1;
        self.bytes = 0;
        Some((number, ImportChunk { contacts: std::mem::take(&mut self.now), shared: false }))
    }
}

/// The most that a contact can take as JSON: its texts have no control characters, so a letter takes two bytes more than itself
/// at most.
fn most_bytes(contact: &Contact) -> usize {
    let some = |text: &Option<String>| text.as_deref().map_or(0, str::len);
    let fields: usize = contact.fields.iter().map(|(key, value)| key.len() + value.len() + 3).sum();
    let consent = contact.consent.as_ref().map_or(0, |consent| consent.wording.len() + consent.source.len() + 60);
    let texts = contact.first_name.len()
        + contact.last_name.len()
        + some(&contact.external_id)
        + some(&contact.zip)
        + some(&contact.state)
        + some(&contact.language)
        + some(&contact.time_zone)
        + fields
        + consent;
    200 + 2 * texts
}

/// One line that moves on, when a person watches: a bar, rows, how fast, how long it takes.
struct Progress<'a> {
    ctx: &'a Context,
    before: u64,
    total: u64,
    begun: Duration,
    told: Option<Duration>,
    shown: bool,
}

/// Time between two pictures.
const PICTURE: Duration = Duration::from_millis(200);

impl<'a> Progress<'a> {
    fn new(ctx: &'a Context, before: u64, total: u64) -> Self {
        let shown = std::io::stderr().is_terminal();
        Self { ctx, before, total, begun: ctx.clock.monotonic(), told: None, shown }
    }

    fn show(&mut self, done: u64) {
        let now = self.ctx.clock.monotonic();
        if !self.shown || self.told.is_some_and(|told| now.saturating_sub(told) < PICTURE) {
            return;
        }
        self.told = Some(now);
        let line = picture(self.before, done, self.total, now.saturating_sub(self.begun));
        // A line that cannot be drawn is no reason to stop.
        let _ = write!(std::io::stderr().lock(), "\r{line:78}");
    }

    fn end(&mut self) {
        if self.told.take().is_some() {
            let _ = write!(std::io::stderr().lock(), "\r{:78}\r", "");
        }
    }
}

/// How it stands after `took`, when `before` had been handed in earlier.
fn picture(before: u64, done: u64, total: u64, took: Duration) -> String {
    const WIDTH: u64 = 20;
    let total = total.max(done).max(1);
    let filled = usize::try_from(done * WIDTH / total).unwrap_or_default();
    let bar: String =
        (0..usize::try_from(WIDTH).unwrap_or_default()).map(|at| if at < filled { '#' } else { '.' }).collect();
    let now = done.saturating_sub(before);
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let mut line = format!("[{bar}] {} of {} rows", thousands(done), thousands(total));
    if let Some(rate) = now.saturating_mul(1_000).checked_div(millis).filter(|rate| *rate > 0) {
        let left = (total - done).div_ceil(rate);
        line.push_str(&format!(", {} a second, {} left", thousands(rate), time(left)));
    }
    line
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
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
            consent: None,
        }
    }

    fn all(list: Vec<Contact>) -> Vec<ImportChunk> {
        let mut chunks = Chunks::default();
        let mut found: Vec<(u64, ImportChunk)> = list.into_iter().filter_map(|one| chunks.take(one)).collect();
        found.extend(chunks.last());
        assert!(found.iter().map(|(number, _)| *number).eq(0..found.len() as u64));
        found.into_iter().map(|(_, chunk)| chunk).collect()
    }

    #[test]
    fn chunks_hold_everybody_once_in_order_and_stay_small() {
        let list: Vec<Contact> = (0..2_500).map(|n| contact(n, "")).collect();
        let few = all(list.clone());
        assert_eq!(few.iter().map(|chunk| chunk.contacts.len()).collect::<Vec<_>>(), [1_000, 1_000, 500]);
        let again: Vec<Contact> = few.into_iter().flat_map(|chunk| chunk.contacts).collect();
        assert_eq!(again, list);

        for (letter, times) in [("y", 10_000), ("\"", 10_000), ("é", 5_000)] {
            let many = all((0..1_000).map(|n| contact(n, &letter.repeat(times))).collect());
            assert!(many.len() > 3);
            let largest = many.iter().map(|chunk| serde_json::to_vec(chunk).expect("json").len()).max();
            assert!(largest < Some(crate::server::limits::MAX_CHUNK_BODY), "{largest:?}");
        }
    }

    #[test]
    fn the_line_tells_how_far_how_fast_and_how_long() {
        let line = picture(0, 250_000, 1_000_000, Duration::from_secs(10));
        assert_eq!(line, "[#####...............] 250,000 of 1,000,000 rows, 25,000 a second, 30 s left");
        // What was handed in before is not counted into the speed.
        let line = picture(240_000, 250_000, 1_000_000, Duration::from_secs(10));
        assert!(line.ends_with("1,000 a second, 13 min left"), "{line}");
        assert_eq!(picture(0, 0, 0, Duration::ZERO), "[....................] 0 of 1 rows");
    }

    #[test]
    fn a_script_is_told_which_options_are_missing() {
        let args = ProvenanceArgs { provenance: Some("county file".into()), ..ProvenanceArgs::default() };
        let words = untold(&args.said(None).missing()).to_string();
        assert!(
            words.contains("--obtained") && words.contains("--permitted-use") && !words.contains("--provenance"),
            "{words}"
        );
        let day = jiff::civil::date(2026, 6, 4);
        let args = ProvenanceArgs { obtained: Some(day), permitted_use: Some("texts".into()), ..args };
        assert!(args.said(None).missing().is_empty());
    }

    #[test]
    fn the_same_list_is_the_same_import() {
        let (one, other) = (blake3::hash(b"a"), blake3::hash(b"b"));
        assert_eq!(import_id(b"def", one), import_id(b"def", one));
        assert_ne!(import_id(b"def", one), import_id(b"def", other));
        assert_ne!(import_id(b"def", one), import_id(b"fed", one));
    }
}
