//! `db ...`: the server's database, without a server.
//!
//! Admin commands speak to a server, which is the one that knows what was promised to whom. These do not: they are for when it
//! is not running yet, must not run, or cannot be trusted.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::reach::tell;
use super::serve::{self, Home};
use super::{Context, Exit, Outcome, out, out_json};
use crate::config::create_private_dir;
use crate::server::store::sql::Location;
use crate::server::store::sql::upkeep::{self, Copied, Fault, Finding, Progress, Report};

/// Something is said this often while one waits.
const STILL: Duration = Duration::from_secs(10);

/// What can be done with a database.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Bring its tables up to this program's, or make them, without serving; a server does the same when it starts
    Migrate(MigrateArgs),
    /// Look whether everything in it is as it has to be; a server may be at work on it
    Check(CheckArgs),
    /// Write a copy of it to a new file, of one moment, while a server is at work on it; and check what was written
    Backup(BackupArgs),
    /// Put a backup into an empty database; what may have gone out since is held for a captain, running campaigns are paused
    Restore(RestoreArgs),
    /// Move a campaign to another, empty database, and prove that it is the same there; no server may run on either
    Copy(CopyArgs),
    /// Make a database that a campaign was moved away from the campaign again, when the copy was never served
    Reopen(WhereArgs),
}

/// Which database.
#[derive(Debug, Clone, clap::Args)]
pub struct WhereArgs {
    /// The database: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE; else serve.database, else the file in the data
    /// directory
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub database: Option<String>,
    /// The directory that a server keeps its database in
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Options of `db migrate`.
#[derive(Debug, Clone, clap::Args)]
pub struct MigrateArgs {
    /// Which database.
    #[command(flatten)]
    pub place: WhereArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `db check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// Which database.
    #[command(flatten)]
    pub place: WhereArgs,
    /// Count anew what is counted as rows change, and then look
    #[arg(long)]
    pub recount: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `db backup`.
#[derive(Debug, Clone, clap::Args)]
pub struct BackupArgs {
    /// The new file; there must be none of that name
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Which database.
    #[command(flatten)]
    pub place: WhereArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `db restore`.
#[derive(Debug, Clone, clap::Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The empty database to put it into.
    #[command(flatten)]
    pub place: WhereArgs,
    /// FILE is a copy of a database's file that was made by other means than `db backup`, as of a whole disk
    #[arg(long)]
    pub snapshot: bool,
    /// Nothing was sent, received or opted out after the backup was made: hold no text, pause no campaign, end no join link
    #[arg(long)]
    pub i_know_nothing_was_sent_since: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `db copy`.
#[derive(Debug, Clone, clap::Args)]
pub struct CopyArgs {
    /// The database that holds the campaign: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// The empty database to move it to
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl WhereArgs {
    fn home(&self, ctx: &Context) -> anyhow::Result<Home> {
        Home::of(self.database.as_deref(), self.data.as_deref(), ctx)
    }
}

/// Runs `db`.
///
/// # Errors
/// What the database or the disk said.
pub async fn run(command: DbCommand, ctx: &Context) -> Outcome {
    match command {
        DbCommand::Migrate(args) => migrate(&args, ctx).await,
        DbCommand::Check(args) => check(&args, ctx).await,
        DbCommand::Backup(args) => backup(&args, ctx).await,
        DbCommand::Restore(args) => restore(&args, ctx).await,
        DbCommand::Copy(args) => copy(&args, ctx).await,
        DbCommand::Reopen(args) => reopen(&args, ctx).await,
    }
}

async fn migrate(args: &MigrateArgs, ctx: &Context) -> Outcome {
    let home = args.place.home(ctx)?;
    // Several of these may wait for each other; a server makes its tables by itself.
    let _lock = match &home {
        Home::Dir { dir, database } => {
            create_private_dir(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            let lock = lock_shared(dir)?;
            serve::make_private(database).with_context(|| format!("cannot open {}", database.display()))?;
            Some(lock)
        }
        Home::Postgres(_) => None,
    };
    let at = ctx.clock.now().as_microsecond();
    let place = location(&home);
    let migrated = telling(ctx, async |told| upkeep::migrate(&place, at, told).await).await?;
    if args.json {
        out_json(&migrated)?;
        return Ok(Exit::Done);
    }
    out(match migrated.taken {
        0 => format!("{}: up to date, at step {}.", name(&home), migrated.version),
        taken => format!("{}: {taken} steps taken, now at step {}.", name(&home), migrated.version),
    })?;
    if migrated.version > migrated.known {
        tell(format!(
            "A newer textbank has taken it further than this one knows ({} steps); this one can still work beside it.",
            migrated.known
        ));
    }
    Ok(Exit::Done)
}

async fn check(args: &CheckArgs, ctx: &Context) -> Outcome {
    let home = args.place.home(ctx)?;
    let place = location(&home);
    if args.recount {
        upkeep::recount(&place).await.with_context(|| format!("cannot count {} anew", name(&home)))?;
    }
    let report = telling(ctx, async |told| upkeep::check(&place, told).await)
        .await
        .with_context(|| format!("cannot check {}", name(&home)))?;
    if args.json {
        out_json(&report)?;
    } else {
        out(report_in_words(&name(&home), &report))?;
    }
    Ok(judged(&report))
}

async fn backup(args: &BackupArgs, ctx: &Context) -> Outcome {
    let home = args.place.home(ctx)?;
    let place = location(&home);
    let made_at = ctx.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let backup = telling(ctx, async |told| upkeep::backup(&place, &args.to, &made_at, told).await)
        .await
        .with_context(|| format!("no backup of {}", name(&home)))?;
    if args.json {
        out_json(&backup)?;
        return Ok(judged(&backup.report));
    }
    out(format!("{}: {} bytes, as of {made_at}.", args.to.display(), backup.bytes))?;
    for end in &backup.ledgers {
        out(format!("Ledger: {} confirmed texts, total {}", end.entries, end.total))?;
    }
    out(report_in_words(&args.to.display().to_string(), &backup.report))?;
    tell("It holds names, numbers and texts as they are: keep it as safe as the server itself.");
    Ok(judged(&backup.report))
}

async fn restore(args: &RestoreArgs, ctx: &Context) -> Outcome {
    let home = args.place.home(ctx)?;
    let fresh = Fresh::make(&home, &[])?;
    let place = location(&home);
    // By the clock of those who will text: what they confirm from then on is told from what they confirmed before.
    let at = home.own_time()?.unwrap_or_else(|| ctx.clock.now()).as_microsecond();
    let sure = args.i_know_nothing_was_sent_since;
    let restored = telling(ctx, async |told| {
        if args.snapshot {
            upkeep::restore_snapshot(&args.from, &place, sure, at, told).await
        } else {
            upkeep::restore(&args.from, &place, sure, at, told).await
        }
    })
    .await
    .with_context(|| format!("nothing was restored to {}", name(&home)))?;
    fresh.keep();
    if args.json {
        out_json(&restored)?;
        return Ok(judged(&restored.report));
    }
    let made = restored.made_at.as_deref().map(|at| format!(" of {at}")).unwrap_or_default();
    out(format!("{}: the backup{made} is back.", name(&home)))?;
    out(totals(&restored.copied))?;
    let held = restored.held;
    if !sure {
        out(format!(
            "{} texts are held, {} campaigns paused, {} join links ended.",
            held.texts, held.campaigns, held.links
        ))?;
        tell(
            "Before a campaign goes on:\n\
             - texts that went out after the backup are not in it: whoever got a first text since would get another. Hold the\n  \
               carrier's own log against the campaign before a captain resumes it;\n\
             - opt-outs after the backup are not in it: suppress them again (they are in the carrier's log of texts received);\n\
             - people who were erased after the backup are in it: erase them again before anything else, from your own list of them:\n  \
               textbank person erase --from FILE --reason \"erased before the restore\";\n\
             - decide on the held texts: textbank held list;\n\
             - whoever joined, or whose sign-in was renewed, after the backup joins anew; sign-ins that were ended since are good\n  \
               again: textbank sessions.",
        );
    }
    out(report_in_words(&name(&home), &restored.report))?;
    Ok(judged(&restored.report))
}

async fn copy(args: &CopyArgs, ctx: &Context) -> Outcome {
    let (from, to) = (Home::named(&args.from, "--from")?, Home::named(&args.to, "--to")?);
    let (source, target) = (location(&from), location(&to));
    if source == target {
        bail!("--from and --to are the same database");
    }
    if let Home::Dir { database, .. } = &from
        && !database.is_file()
    {
        bail!("--from: there is no database at {}", database.display());
    }
    let held = lock_of(&from)?;
    let fresh = Fresh::make(&to, &held)?;
    let at = ctx.clock.now().as_microsecond();
    let to_name = name(&to);
    let copied = telling(ctx, async |told| upkeep::copy(&source, &target, &to_name, at, told).await)
        .await
        .context("nothing was copied")?;
    fresh.keep();
    // Its owner has joined long ago.
    to.link_was_shown()?;
    if args.json {
        out_json(&copied)?;
        return Ok(Exit::Done);
    }
    for table in copied.tables.iter().filter(|table| table.rows > 0) {
        out(format!("{:>12} {:<18} {}", table.rows, table.name, table.digest.get(..16).unwrap_or_default()))?;
    }
    for end in &copied.ledgers {
        out(format!("Ledger on both sides: {} confirmed texts, total {}", end.entries, end.total))?;
    }
    out(totals(&copied))?;
    tell(format!("{} is set aside: serve the campaign from {} now.", name(&from), name(&to)));
    Ok(Exit::Done)
}

async fn reopen(args: &WhereArgs, ctx: &Context) -> Outcome {
    let home = args.home(ctx)?;
    let _held = lock_of(&home)?;
    upkeep::reopen(&location(&home)).await.with_context(|| format!("cannot reopen {}", name(&home)))?;
    out(format!("{} is the campaign again. Never serve the copy.", name(&home)))?;
    Ok(Exit::Done)
}

fn location(home: &Home) -> Location {
    match home {
        Home::Dir { database, .. } => Location::File(database.clone()),
        Home::Postgres(url) => Location::Postgres(url.clone()),
    }
}

/// What it is called; never with a password.
fn name(home: &Home) -> String {
    match home {
        Home::Dir { database, .. } => database.display().to_string(),
        Home::Postgres(url) => url.to_string(),
    }
}

/// Keeps servers off a file's directory; a PostgreSQL's own lock is taken where it is used.
fn lock_of(home: &Home) -> anyhow::Result<Vec<(PathBuf, File)>> {
    match home {
        Home::Dir { dir, .. } => Ok(vec![(dir.clone(), serve::lock(dir)?)]),
        Home::Postgres(_) => Ok(Vec::new()),
    }
}

fn lock_shared(dir: &Path) -> anyhow::Result<File> {
    serve::lock_by(dir, File::try_lock_shared, |dir| {
        format!("a server runs on {dir}: it brought the tables up to date when it started, for its own program")
    })
}

/// A file for a database that is about to be filled, gone again when nothing came of it.
struct Fresh {
    /// The file, when there was none.
    made: Option<PathBuf>,
    _lock: Option<File>,
}

impl Fresh {
    fn make(home: &Home, held: &[(PathBuf, File)]) -> anyhow::Result<Self> {
        let Home::Dir { dir, database } = home else { return Ok(Self { made: None, _lock: None }) };
        create_private_dir(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let same = |other: &PathBuf| other.canonicalize().ok() == dir.canonicalize().ok();
        let lock = if held.iter().any(|(other, _)| same(other)) { None } else { Some(serve::lock(dir)?) };
        let made = (!database.exists()).then(|| database.clone());
        serve::make_private(database).with_context(|| format!("cannot open {}", database.display()))?;
        Ok(Self { made, _lock: lock })
    }

    fn keep(mut self) {
        self.made = None;
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let Some(made) = &self.made else { return };
        for end in ["", "-wal", "-shm"] {
            let mut file = made.as_os_str().to_owned();
            file.push(end);
            // What is empty does no harm.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Does it, and tells now and then how far it is.
async fn telling<T>(
    ctx: &Context,
    work: impl AsyncFnOnce(&mut (dyn FnMut(Progress<'_>) + Send)) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let now = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&now);
    let mut told = move |progress: Progress<'_>| {
        let words = match progress {
            Progress::Step(step, of) => {
                tell(format!("step {step} of {of}"));
                format!("step {step}")
            }
            Progress::Rows(table, rows) => format!("{table}, {rows} rows"),
            Progress::Looks(what) => what.to_owned(),
        };
        *said.lock().unwrap_or_else(PoisonError::into_inner) = words;
    };
    let work = work(&mut told);
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = ctx.clock.sleep(STILL) => {
                let now = now.lock().unwrap_or_else(PoisonError::into_inner).clone();
                tell(if now.is_empty() { "waiting for whoever else is at it".to_owned() } else { format!("at {now}") });
            }
        }
    }
}

fn judged(report: &Report) -> Exit {
    if report.sound { Exit::Done } else { Exit::Failed }
}

fn totals(copied: &Copied) -> String {
    let rows: u64 = copied.tables.iter().map(|table| table.rows).sum();
    format!("{rows} rows in {} tables, the same on both sides.", copied.tables.len())
}

fn report_in_words(name: &str, report: &Report) -> String {
    if report.sound {
        return format!("{name}: sound ({} checks, tables at step {}).", report.checks, report.version);
    }
    let mut lines = vec![format!("{name}: {} findings.", report.findings.len())];
    for Finding { check, table, wrong, rows, more, remedy } in &report.findings {
        let at = if table.is_empty() { String::new() } else { format!(" ({table})") };
        lines.push(format!("FAULT  {check}{at}: {wrong}"));
        lines.extend(rows.iter().map(|row| format!("         {row}")));
        if *more > 0 {
            lines.push(format!("         and {more} more"));
        }
        lines.push(format!("       -> {remedy}"));
    }
    lines.join("\n")
}
