//! `export`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::patience::patiently;
use super::private_file::{Part, beside, refuse_taken};
use super::reach::{SignInArgs, admin, client, tell};
use super::segment::{WhereArgs, held_against};
use super::{Advice, Context, Exit, Misuse, Outcome, ledger, out, out_json};
use crate::api::problem::Code;
use crate::client::native::AdminClient;
use crate::client::sign_in::SignIn;
use crate::client::{Call, CampaignServer as _};
use crate::domain::campaign::{CampaignDef, merge_fields};
use crate::domain::filter::{Filter, Name};
use crate::domain::ids::CampaignId;
use crate::domain::results::ContactResult;
use crate::domain::safe_text::safe_line;
use crate::domain::script::lookup;
use crate::exchange::export::segment::is_in;
use crate::exchange::export::van::{self, Van};
use crate::exchange::export::van_map::VanMap;
use crate::exchange::export::{Campaign, Contacts, Format, Messages, OptOuts, Shape};

/// What can be taken out.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Every contact of a campaign: where the conversation stands, answers, tags, note, opt-out
    Contacts(ShapedArgs),
    /// Every text of a campaign, both ways
    Messages(RowArgs),
    /// Numbers that are not texted any more, with when and how: the organization's, or those of one campaign
    OptOuts(RowArgs),
    /// A file for VAN's bulk upload: canvass results, survey responses and activist codes, each said once
    Van(VanArgs),
    /// Every confirmed text with hashes instead of words, for auditors (the same as ledger export)
    Ledger(ledger::ExportArgs),
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FormatArg {
    /// Comma-separated values
    #[default]
    Csv,
    /// One JSON document a line, with everything that is known
    Jsonl,
}

/// Whose columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ShapeArg {
    /// Spoke's
    #[default]
    Spoke,
    /// Rewired Spoke's
    Rewired,
}

/// Options of an export of rows.
#[derive(Debug, Clone, clap::Args)]
pub struct RowArgs {
    /// Which campaign: its number, or the beginning of its title; needed when there are several
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Only what changed since then: 2026-10-01T18:00:00Z, or 12h or 7d back from now, by the server's clock
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    pub format: FormatArg,
    /// Cells exactly as they are, also those that a spreadsheet would work out: for programs only
    #[arg(long)]
    pub raw: bool,
    /// Write to FILE instead of standard output: whole or not at all, readable by you alone
    #[arg(long, value_name = "FILE", value_parser = super::private_file::named_or_output())]
    pub out: Option<PathBuf>,
    /// Write over FILE when there is one already
    #[arg(long, requires = "out")]
    pub force: bool,
    /// JSON: with --out what was written, else the rows themselves, one JSON document a line
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Options of `export contacts`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShapedArgs {
    /// Whose columns a CSV has
    #[arg(long, value_enum, default_value_t)]
    pub shape: ShapeArg,
    /// Which of them.
    #[command(flatten)]
    pub of: WhereArgs,
    /// The rest.
    #[command(flatten)]
    pub rows: RowArgs,
}

/// Options of `export van`.
#[derive(Debug, Clone, clap::Args)]
pub struct VanArgs {
    /// How answers, tags and outcomes are called in VAN (TOML; docs/exports.md has an example)
    #[arg(long, value_name = "FILE")]
    pub map: PathBuf,
    /// Which campaign: its number, or the beginning of its title; needed when there are several
    #[arg(long, value_name = "CAMPAIGN")]
    pub campaign: Option<String>,
    /// Write to FILE; one that is there already is never written over, as nobody would know whether it was uploaded
    #[arg(long, value_name = "FILE", value_parser = super::private_file::named())]
    pub out: PathBuf,
    /// Where is kept what was written before (else: van-campaign-NUMBER.memory beside FILE); without it everything is written anew
    #[arg(long, value_name = "FILE")]
    pub memory: Option<PathBuf>,
    /// The zone whose days the dates are (America/Chicago; else: this machine's)
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Where rows go: a file that is there whole in the end or not at all, or standard output.
type To = Box<dyn Write + Send>;

#[derive(Serialize)]
struct Told<'a> {
    file: &'a Path,
    rows: u64,
    /// What `--since` of the next export may say: nothing is missed, what changed in this moment may come twice.
    next_since: Timestamp,
}

/// Takes out what is wanted.
///
/// # Errors
/// What the server or the disk said; then nothing is left behind.
pub async fn run(command: ExportCommand, ctx: &Context) -> Outcome {
    let work = async {
        match command {
            ExportCommand::Contacts(args) => contacts(args, ctx).await,
            ExportCommand::Messages(args) => messages(args, ctx).await,
            ExportCommand::OptOuts(args) => opt_outs(args, ctx).await,
            ExportCommand::Van(args) => for_van(args, ctx).await,
            ExportCommand::Ledger(args) => ledger::export(args, ctx).await,
        }
    };
    stoppable(work).await
}

/// Work that writes a file; stopped, it leaves none behind.
pub(super) async fn stoppable(work: impl Future<Output = Outcome>) -> Outcome {
    let done = tokio::select! {
        done = work => done,
        // What was begun goes with the work.
        _ = tokio::signal::ctrl_c() => {
            tell("\nstopped; no file was left behind");
            return Ok(Exit::Failed);
        }
    };
    match done {
        // Nobody reads on (`| head`).
        Err(error) if is_broken_pipe(&error) => Ok(Exit::Done),
        done => done,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}

const NO_SUCH: Advice = Advice {
    what: "nothing was taken out",
    on: &[(Code::NotFound, "see which campaigns there are: textbank campaign list")],
};

/// Signed in, the campaign found.
struct Source {
    sign_in: SignIn,
    admin: AdminClient,
    /// The server's time at the beginning.
    now: Timestamp,
}

impl Source {
    async fn open(who: &SignInArgs, ctx: &Context) -> anyhow::Result<Self> {
        let (sign_in, admin) = admin(who, ctx).await?;
        let now = client(&sign_in, ctx)?.presence().await.context("nothing was taken out")?.server_time;
        Ok(Self { sign_in, admin, now })
    }

    /// The campaign that is meant, and what its file says.
    async fn campaign(&self, wanted: Option<&str>, ctx: &Context) -> anyhow::Result<(CampaignId, CampaignDef)> {
        let server = client(&self.sign_in, ctx)?;
        let id = chosen(&server, &self.sign_in, wanted).await?;
        Ok((id, server.campaign(id).await.context(NO_SUCH)?.def))
    }

    fn since(&self, text: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
        text.map(|text| super::audit::since(text, self.now)).transpose()
    }
}

/// The campaign that is meant: a number is taken as it is, as a campaign that is over stands in no list.
pub(super) async fn chosen(
    server: &crate::client::native::NativeServer,
    sign_in: &SignIn,
    wanted: Option<&str>,
) -> anyhow::Result<CampaignId> {
    if let Some(number) = wanted.and_then(|wanted| wanted.parse().ok()) {
        return Ok(CampaignId(number));
    }
    if let (None, Some(only)) = (wanted, sign_in.me.campaign) {
        return Ok(only);
    }
    super::shift::choose(&server.campaigns().await.context("no list of campaigns")?, wanted)
}

impl RowArgs {
    fn format(&self, shape: ShapeArg) -> Format {
        let shape = match shape {
            ShapeArg::Spoke => Shape::Spoke,
            ShapeArg::Rewired => Shape::Rewired,
        };
        match self.rows_as() {
            FormatArg::Csv => Format::Csv { shape, raw: self.raw },
            FormatArg::Jsonl => Format::JsonLines,
        }
    }

    /// Rows on standard output that are wanted as JSON are JSON.
    fn rows_as(&self) -> FormatArg {
        if self.json && self.out.is_none() { FormatArg::Jsonl } else { self.format }
    }

    fn open(&self) -> anyhow::Result<(To, Option<Part>)> {
        match &self.out {
            Some(path) => {
                let part = Part::begin(path, self.force)?;
                Ok((Box::new(BufWriter::new(part.file()?)), Some(part)))
            }
            None => Ok((Box::new(BufWriter::new(io::stdout())), None)),
        }
    }

    fn refuse_taken(&self) -> anyhow::Result<()> {
        self.out.as_deref().map_or(Ok(()), |path| refuse_taken(path, self.force))
    }

    /// Everything is written: the file gets its name.
    fn done(&self, mut to: To, part: Option<Part>, rows: u64, what: &str, source: &Source) -> Outcome {
        to.flush()?;
        drop(to);
        let (Some(path), Some(part)) = (&self.out, part) else { return Ok(Exit::Done) };
        part.keep()?;
        if self.json {
            out_json(&Told { file: path, rows, next_since: source.now })?;
        } else {
            let rows = super::campaign_check::counted(rows, what);
            let since = source.now.strftime("%Y-%m-%dT%H:%M:%SZ");
            out(format!("{}: {rows}. What changes from now on: --since {since}", path.display()))?;
        }
        Ok(Exit::Done)
    }
}

async fn contacts(args: ShapedArgs, ctx: &Context) -> Outcome {
    let ShapedArgs { shape, of, rows: args } = args;
    args.refuse_taken()?;
    let source = Source::open(&args.who, ctx).await?;
    let segment = of.meant(&source.admin, ctx).await?.map(|condition| condition.filter);
    let since = source.since(args.since.as_deref())?;
    let (id, def) = source.campaign(args.campaign.as_deref(), ctx).await?;
    let columns = match (args.rows_as(), &segment) {
        (FormatArg::Jsonl, None) => Vec::new(),
        _ => columns(&source.admin, id, ctx).await?.columns,
    };
    if let Some(segment) = &segment {
        if since.is_some() && segment.names().into_iter().any(|name| matches!(name, Name::Rsvp(_))) {
            let why = "whoever moves up in the line of an event has not changed themselves, so --since would miss them: leave it out";
            return Err(Misuse(why.into()).into());
        }
        held_against(segment, (&def, &columns), &source.admin).await?;
    }
    let mut pages = ContactPages { since, ..ContactPages::of(&source.admin, id, ctx) };
    pages.texted_in = segment.as_ref().is_some_and(Filter::asks_for_campaigns);
    let mut pages = pages.begun().await?;
    let (to, part) = args.open()?;
    let campaign = Campaign { id, def: &def, columns: &columns };
    let mut writer = Contacts::new(to, args.format(shape), &campaign)?;
    let mut progress = Progress::new(part.is_some());
    let mut rows = 0;
    while let Some(page) = pages.next().await? {
        for contact in &page.contacts {
            if segment.as_ref().is_some_and(|segment| !is_in(segment, contact)) {
                continue;
            }
            writer.add(contact)?;
            rows += 1;
        }
        progress.left(page.left);
    }
    progress.end();
    args.done(writer.finish()?, part, rows, "contact", &source)
}

async fn messages(args: RowArgs, ctx: &Context) -> Outcome {
    args.refuse_taken()?;
    let source = Source::open(&args.who, ctx).await?;
    let since = source.since(args.since.as_deref())?;
    let (id, _) = source.campaign(args.campaign.as_deref(), ctx).await?;
    let ask = async |cursor: Option<String>| {
        let query = query(since, cursor);
        patiently(ctx, || source.admin.messages_out(id, &query)).await
    };
    // The first page before the first byte: a refusal leaves nothing behind.
    let mut page = ask(None).await.context("nothing was taken out")?;
    let (to, part) = args.open()?;
    let mut writer = Messages::new(to, args.format(ShapeArg::Spoke))?;
    let mut progress = Progress::new(part.is_some());
    let mut rows = 0;
    loop {
        for message in &page.messages {
            writer.add(message)?;
            rows += 1;
        }
        progress.left(page.left);
        let Some(next) = page.next.take() else { break };
        page = ask(Some(next)).await.context(HALF)?;
    }
    progress.end();
    args.done(writer.finish()?, part, rows, "text", &source)
}

async fn opt_outs(args: RowArgs, ctx: &Context) -> Outcome {
    args.refuse_taken()?;
    let (to, part, rows, source) = write_opt_outs(&args, ctx).await?;
    args.done(to, part, rows, "opt-out", &source)
}

/// Writes a campaign's opt-outs to a file that is not there yet; says how many.
///
/// # Errors
/// The file cannot be written, or what the server said.
pub(super) async fn opt_outs_to(
    campaign: CampaignId,
    file: &Path,
    who: &SignInArgs,
    ctx: &Context,
) -> anyhow::Result<u64> {
    let args = RowArgs {
        campaign: Some(campaign.to_string()),
        since: None,
        format: FormatArg::Csv,
        raw: false,
        out: Some(file.to_owned()),
        force: false,
        json: false,
        who: who.clone(),
    };
    args.refuse_taken()?;
    let (mut to, part, rows, _) = write_opt_outs(&args, ctx).await?;
    to.flush()?;
    drop(to);
    if let Some(part) = part {
        part.keep()?;
    }
    Ok(rows)
}

async fn write_opt_outs(args: &RowArgs, ctx: &Context) -> anyhow::Result<(To, Option<Part>, u64, Source)> {
    let source = Source::open(&args.who, ctx).await?;
    let since = source.since(args.since.as_deref())?;
    let campaign = match args.campaign.as_deref() {
        Some(wanted) => Some(source.campaign(Some(wanted), ctx).await?.0),
        None => None,
    };
    let ask = async |cursor: Option<String>| {
        let mut query = query(since, cursor);
        query.extend(campaign.map(|id| ("campaign", id.to_string())));
        patiently(ctx, || source.admin.opt_outs_out(&query)).await
    };
    let mut page = ask(None).await.context("nothing was taken out")?;
    let (to, part) = args.open()?;
    let mut writer = OptOuts::new(to, args.format(ShapeArg::Spoke))?;
    let mut rows = 0;
    loop {
        for one in &page.opt_outs {
            writer.add(one)?;
            rows += 1;
        }
        let Some(next) = page.next.take() else { break };
        page = ask(Some(next)).await.context(HALF)?;
    }
    Ok((writer.finish()?, part, rows, source))
}

#[derive(Serialize)]
struct ToldVan<'a> {
    file: &'a Path,
    memory: &'a Path,
    #[serde(flatten)]
    written: van::Written,
}

async fn for_van(args: VanArgs, ctx: &Context) -> Outcome {
    if args.out.exists() {
        let why = format!(
            "{} is there already: choose another name; each file is uploaded once, and what was in it is not written again",
            args.out.display()
        );
        return Err(Misuse(why).into());
    }
    let text = std::fs::read_to_string(&args.map).with_context(|| format!("cannot read {}", args.map.display()))?;
    let map = VanMap::read(&text).map_err(|fault| Misuse(format!("{}: {fault}", args.map.display())))?;
    let zone = match &args.zone {
        Some(name) => TimeZone::get(name).map_err(|_| {
            Misuse(format!("--zone: `{}` is no zone; write America/Chicago or the like", safe_line(name)))
        })?,
        None => TimeZone::system(),
    };
    let source = Source::open(&args.who, ctx).await?;
    let (id, def) = source.campaign(args.campaign.as_deref(), ctx).await?;
    let faults = map.faults(&def);
    for fault in &faults.errors {
        tell(format!("error: {}: {}", args.map.display(), safe_line(fault)));
    }
    if !faults.errors.is_empty() {
        return Ok(Exit::Problems);
    }
    for fault in &faults.warnings {
        tell(format!("warning: {}: {}", args.map.display(), safe_line(fault)));
    }
    let memory = args.memory.clone().unwrap_or_else(|| beside(&args.out, &format!("van-campaign-{id}.memory")));
    let before = match File::open(&memory) {
        Ok(file) => Some(BufReader::new(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", memory.display())),
    };
    let mut pages = ContactPages::of(&source.admin, id, ctx).begun().await?;
    let (rows_part, memory_part) = (Part::begin(&args.out, false)?, Part::begin(&memory, true)?);
    let (rows, kept) = (BufWriter::new(rows_part.file()?), BufWriter::new(memory_part.file()?));
    let title = van::title(&source.sign_in.server, id);
    let of_memory = || format!("{}: start anew with another --memory, or remove it", memory.display());
    let id_field = map.id.clone();
    let mut writer = Van::new(rows, (map, def.questions), zone, &title, before, kept).with_context(of_memory)?;
    let mut progress = Progress::new(true);
    while let Some(page) = pages.next().await? {
        for contact in &page.contacts {
            writer.add(contact).with_context(of_memory)?;
        }
        progress.left(page.left);
    }
    progress.end();
    let (rows, kept, written) = writer.finish().with_context(of_memory)?;
    drop((
        rows.into_inner().map_err(|error| error.into_error())?,
        kept.into_inner().map_err(|error| error.into_error())?,
    ));
    // In this order: should the machine stop between the two, rows are written again that mean the same, and none is lost.
    rows_part.keep()?;
    memory_part.keep()?;
    if args.json {
        out_json(&ToldVan { file: &args.out, memory: &memory, written })?;
        return Ok(Exit::Done);
    }
    let van::Written { rows, unchanged, without_id, nothing, words } = written;
    out(format!("{}: {}", args.out.display(), super::campaign_check::counted(rows, "row")))?;
    out(format!(
        "Left out: {unchanged} written before and unchanged, {without_id} without a VAN ID, {nothing} with nothing to say."
    ))?;
    if words > 0 {
        let answers = super::campaign_check::counted(words, "answer");
        out(format!(
            "Of {answers} only the name is in it, not what was typed: `words` in the map names a column for that."
        ))?;
    }
    if without_id > 0 && rows + unchanged + nothing == 0 {
        tell(format!(
            "warning: no contact of this campaign has anything in `{}`, where the map looks for the VAN ID (`id`): the list's own id is \
             `external_id`",
            safe_line(&id_field)
        ));
    }
    Ok(Exit::Done)
}

const HALF: &str = "the export is not whole, so nothing of it was kept";

fn query(since: Option<Timestamp>, cursor: Option<String>) -> Vec<(&'static str, String)> {
    let since = since.map(|at| ("since", at.to_string()));
    since.into_iter().chain(cursor.map(|cursor| ("cursor", cursor))).collect()
}

/// What a campaign's list holds.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Its columns, beside those that every contact has.
    pub(super) columns: Vec<String>,
    /// Contacts who may still be texted.
    pub(super) contacts: u64,
    /// Of these, how many have something in a column; those that every contact has are among them.
    pub(super) filled: BTreeMap<String, u64>,
}

/// The columns of a campaign's list.
pub(super) async fn columns(admin: &AdminClient, campaign: CampaignId, ctx: &Context) -> anyhow::Result<Columns> {
    let mut found = Columns::default();
    let mut columns = std::collections::BTreeSet::new();
    let mut cursor = None;
    loop {
        let part = patiently(ctx, || admin.columns_out(campaign, cursor.clone())).await;
        let part = part.context("nothing was done")?;
        columns.extend(part.columns);
        found.contacts += part.contacts;
        for (name, many) in part.filled {
            *found.filled.entry(name).or_default() += many;
        }
        cursor = part.next;
        if cursor.is_none() {
            found.columns = columns.into_iter().collect();
            return Ok(found);
        }
    }
}

/// How many contacts are named as examples.
const EXAMPLES: usize = 3;
/// Pages that are looked through for them.
const EXAMPLE_PAGES: usize = 5;

/// Some contacts who have nothing for each of these merge fields, as their list calls them.
pub(super) async fn examples(
    admin: &AdminClient,
    (campaign, only): (CampaignId, Option<&Filter>),
    fields: &[String],
    ctx: &Context,
) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut pages = ContactPages::of(admin, campaign, ctx).begun().await?;
    for _ in 0..EXAMPLE_PAGES {
        let Some(page) = pages.next().await? else { break };
        let meant = |contact: &&ContactResult| {
            let may = !contact.removed && contact.opt_out.allows_text();
            may && only.is_none_or(|filter| is_in(filter, contact))
        };
        for contact in page.contacts.iter().filter(meant) {
            let has = merge_fields(&contact.listed);
            for field in fields {
                let named = found.entry(field.clone()).or_default();
                if named.len() < EXAMPLES && lookup(&has, field).is_none_or(|value| value.trim().is_empty()) {
                    named.push(match &contact.listed.external_id {
                        Some(id) => format!("id {}", safe_line(id)),
                        None => contact.listed.phone.as_str().to_owned(),
                    });
                }
            }
        }
        if fields.iter().all(|field| found.get(field).is_some_and(|named| named.len() >= EXAMPLES)) {
            break;
        }
    }
    Ok(found)
}

/// A campaign's contacts, page by page.
struct ContactPages<'a> {
    admin: &'a AdminClient,
    campaign: CampaignId,
    since: Option<Timestamp>,
    texted_in: bool,
    ctx: &'a Context,
    ready: Option<crate::api::results::ContactsOut>,
    next: Option<String>,
}

impl<'a> ContactPages<'a> {
    fn of(admin: &'a AdminClient, campaign: CampaignId, ctx: &'a Context) -> Self {
        Self { admin, campaign, since: None, texted_in: false, ctx, ready: None, next: None }
    }

    /// Asks for the first page before anything is written: a refusal leaves nothing behind.
    async fn begun(mut self) -> anyhow::Result<Self> {
        self.ready = Some(self.ask(None).await.context("nothing was taken out")?);
        Ok(self)
    }

    async fn ask(&self, cursor: Option<String>) -> Call<crate::api::results::ContactsOut> {
        let mut query = query(self.since, cursor);
        if self.texted_in {
            query.push(("texted_in", "true".to_owned()));
        }
        patiently(self.ctx, || self.admin.contacts_out(self.campaign, &query)).await
    }

    async fn next(&mut self) -> anyhow::Result<Option<crate::api::results::ContactsOut>> {
        let mut page = match (self.ready.take(), self.next.take()) {
            (Some(page), _) => page,
            (None, Some(cursor)) => self.ask(Some(cursor)).await.context(HALF)?,
            (None, None) => return Ok(None),
        };
        self.next = page.next.take();
        Ok(Some(page))
    }
}

/// One line that moves on, when a person watches.
pub(super) struct Progress {
    shown: bool,
    of: u64,
}

impl Progress {
    pub(super) fn new(to_a_file: bool) -> Self {
        Self { shown: to_a_file && io::stderr().is_terminal(), of: 0 }
    }

    pub(super) fn left(&mut self, left: u64) {
        self.of = self.of.max(left);
        if self.shown && self.of > 0 {
            let done = (self.of - left).saturating_mul(100) / self.of;
            // A line that cannot be drawn is no reason to stop.
            let _ = write!(io::stderr().lock(), "\rtaking out: {done}%");
        }
    }

    pub(super) fn end(self) {
        if self.shown && self.of > 0 {
            tell("\rtaking out: 100%");
        }
    }
}
