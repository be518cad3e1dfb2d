//! `serve`

use std::fs::{File, OpenOptions, TryLockError};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::carrier::read_secret;
use super::conduct::first_texts;
use super::reach::tell;
use super::rehearse::read_personas;
use super::serve_net::{NetArgs, Signals};
use super::{Context, Exit, Misuse, Outcome, out, serve_carrier, serve_net};
use crate::api::{admin::InviteRequest, people::Role};
use crate::client::native::JoinLink;
use crate::config::create_private_dir;
use crate::db::Url;
use crate::domain::ids::CampaignId;
use crate::env::SharedClock;
use crate::rehearsal::clock::{RehearsalClock, add};
use crate::rehearsal::voters::{Voters, VotersPlan, afternoon};
use crate::server::carrier::loopback::{LoopbackCarrier, LoopbackDoor};
use crate::server::carrier::{Carrier, Pace, simulated::SimulatedCarrier};
use crate::server::store::{command::Answer, handles::System, sql::Location};
use crate::server::{ServerHandle, ServerOptions, start};

/// How long the owner's link is good.
const FIRST_LINK_SECONDS: u64 = 7 * 86_400;

/// Beside a database whose owner's link was printed.
const LINK_SHOWN: &str = "admin-link-was-shown";

/// Run a campaign server until Ctrl-C
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8787", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// Keep the database in DIR; else in the data directory
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep campaigns in this database instead: sqlite:FILE, or postgres://USER:PASSWORD@HOST/DATABASE, which any number of
    /// servers may share
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub database: Option<String>,
    /// The address by which others reach this server, for join links (a proxy's: https://...)
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Print a fresh admin's join link although this is not the first start
    #[arg(long)]
    pub admin_link: bool,
    /// How it stands on the network
    #[command(flatten)]
    pub net: NetArgs,
    /// Let simulated voters answer, so that a whole team can rehearse together
    #[arg(long, group = "rehearsed")]
    pub simulated_voters: bool,
    /// Let the simulated voters answer up to ten times as fast
    #[arg(long, value_name = "X", default_value_t = 1, requires = "simulated_voters",
        value_parser = clap::value_parser!(u32).range(1..=10))]
    pub speed: u32,
    /// Deal the same personas to the same lists [default: others each time]
    #[arg(long, value_name = "N", requires = "simulated_voters")]
    pub seed: Option<u64>,
    /// Add voters from this persona file; one with a known id takes that one's place
    #[arg(long, value_name = "FILE", requires = "simulated_voters")]
    pub personas: Option<PathBuf>,
    /// Keep a campaign time of its own that begins in mid-afternoon, so that texting hours are open at any time of day. Boards,
    /// audit, ledger and texting hours go by it, whatever the machine's clock says; a data directory keeps for life the kind of
    /// time that it began with
    #[arg(long, requires = "rehearsed")]
    pub rehearsal_clock: bool,
    /// Hand texts to a simulated carrier in a process of its own on this machine (textbank carrier)
    #[arg(long, value_name = "URL", group = "rehearsed", hide = true)]
    pub carrier_url: Option<String>,
    /// Take callbacks signed with this secret, at /webhooks/loopback
    #[arg(long, value_name = "FILE", requires = "carrier_url", hide = true)]
    pub carrier_secret_file: Option<PathBuf>,
    /// Wait for that carrier so many times shorter than for a real one
    #[arg(long, value_name = "X", default_value_t = 1, requires = "carrier_url", hide = true,
        value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub carrier_hurry: u32,
}

impl ServeArgs {
    /// The carrier in a process of its own, when there is to be one.
    fn other_carrier(&self, ctx: &Context) -> anyhow::Result<Option<Arc<dyn Carrier>>> {
        let Some(url) = &self.carrier_url else { return Ok(None) };
        let door = match &self.carrier_secret_file {
            // Signed by the machine's time: the carrier does not know the campaign's.
            Some(file) => Some(LoopbackDoor::new(read_secret(file)?, ctx.clock.clone())),
            None => None,
        };
        let carrier = LoopbackCarrier::new(url, door, Pace::default().hurried(self.carrier_hurry))
            .map_err(|error| Misuse(format!("--carrier-url: {error}")))?;
        Ok(Some(Arc::new(carrier)))
    }
}

/// Serves until the process is told to end.
///
/// # Errors
/// The directory, the database or the address cannot be had.
pub async fn run(args: ServeArgs, ctx: &Context) -> Outcome {
    let personas = match args.simulated_voters.then(|| read_personas(args.personas.as_deref())).transpose() {
        Ok(personas) => personas,
        Err(problems) => {
            problems.iter().for_each(|problem| tell(problem.to_string()));
            return Ok(Exit::Problems);
        }
    };
    let home = Home::of(args.database.as_deref(), args.data.as_deref(), ctx)?;
    let (location, own_time, _lock) = home.prepare(args.rehearsal_clock)?;
    // Listened for from here on: a signal in the middle of starting ends in order too.
    let mut signals = Signals::listen()?;
    serve_net::raise_files_limit();
    let net = args.net.net(&ctx.config.serve)?;
    if let Some(url) = &args.public_url {
        serve_net::check_public_url(url)?;
    }
    let clock = own_time.as_ref().map_or_else(|| ctx.clock.clone(), |own| own.start(&ctx.clock));
    let seed = args.seed.unwrap_or_else(|| ctx.ids.below(1_000_000));
    let (voters, carrier): (_, Arc<dyn Carrier>) = match personas {
        Some(personas) => {
            let plan = VotersPlan { personas, seed, speed: args.speed };
            let (voters, carrier) = Voters::new(plan, ctx.clock.clone(), &ctx.ids);
            (Some(voters), carrier)
        }
        None => (None, args.other_carrier(ctx)?.unwrap_or_else(|| Arc::new(SimulatedCarrier::silent()))),
    };
    let mut net = net;
    net.throughput = serve_carrier::throughput(&ctx.config.carrier, carrier.is_simulated())?;
    let limits = net.throughput.as_ref().map(serve_carrier::in_words);
    let options =
        ServerOptions { listen: args.listen, location, carrier, clock: clock.clone(), ids: ctx.ids.clone(), net };
    let server = start(options).await?;
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let answered = voters.is_some();
    if let Some(voters) = voters {
        tasks.spawn(voters.play(server.state.desk.clone(), stop.clone()));
    }
    if let Some(own) = own_time.clone() {
        tasks.spawn(own.keep(clock.clone(), stop.clone()));
    }
    let base = args.public_url.clone().unwrap_or_else(|| server.base_url());
    out(format!("Listening on {}", server.base_url()))?;
    if let Some(figures) = server.figures {
        tell(format!("Figures for Prometheus: http://{figures}/metrics"));
    }
    tell("REHEARSAL: this version has only the simulated carrier. No text of this server reaches a phone.");
    if let Some(url) = &args.carrier_url {
        tell(format!("Texts go to the simulated carrier at {}.", crate::domain::safe_text::safe_line(url)));
    } else if answered {
        tell(format!("Simulated voters answer (seed {seed}, {} times as fast as in life).", args.speed));
    } else {
        tell("Nobody answers the texts; with --simulated-voters made-up voters do.");
    }
    if let Some(limits) = limits {
        tell(limits);
    }
    if own_time.is_some() {
        tell(format!("Campaign time is its own: it is {} now.", clock.now().strftime("%a %Y-%m-%d %H:%M UTC")));
    }
    if let Some(warning) = in_the_clear(server.addr, server.tls().is_some(), args.public_url.as_deref()) {
        tell(warning);
    }
    for (campaign, title, states) in server.store().hours_behind().await? {
        tell(behind(campaign, &title, &states));
    }
    let is_new = home.is_new(&server).await?;
    // Whoever is in a shift already is not asked because a newer program was installed.
    if is_new && server.store().nobody_joined().await? {
        begin_with_rules(&server).await?;
    }
    if args.admin_link || is_new {
        let link = admin_link(&server, &base).await?;
        out(format!("Owner's join link, good once, for 7 days:\n{}", link.reveal()))?;
        tell("Sign in with: textbank join 'LINK' --name NAME");
        home.link_was_shown()?;
    }
    if let Some(tls) = server.tls() {
        tasks.spawn(serve_net::tell_of_certificates(tls.news(), stop.clone()));
    }
    signals.end(server.tls()).await;
    server.drain();
    let tls = server.tls().cloned();
    let ended = async {
        let wait = Duration::from_secs(ctx.config.serve.drain_seconds);
        if !wait.is_zero() {
            tell(format!("stopping in {} seconds; /readyz says so", wait.as_secs()));
            // By the machine's clock: the campaign's may stand or run.
            ctx.clock.sleep(wait).await;
        }
        tell("stopping: requests and texts under way are being finished");
        server.shutdown().await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    };
    tokio::select! {
        () = ended => Ok(Exit::Done),
        () = signals.end(tls.as_ref()) => {
            // What was answered is on the disk; what was not is asked again by whoever asked.
            tell("told twice: stopped at once");
            Ok(Exit::Failed)
        }
    }
}

/// A campaign that asks for money keeps the hours it was given: a newer program does not narrow them by itself.
fn behind(campaign: CampaignId, title: &str, states: &[String]) -> String {
    format!(
        "campaign {campaign} ({}) asks for money by wider texting hours than this program's data has, in {}: unless its counsel \
         chose so, give it those of today: textbank campaign update {campaign} --campaign FILE",
        crate::domain::safe_text::safe_line(title),
        states.join(", ")
    )
}

/// Where a server keeps its campaigns.
#[derive(Debug)]
pub(super) enum Home {
    /// In this file, and what belongs to it beside it.
    Dir { dir: PathBuf, database: PathBuf },
    /// In a PostgreSQL, with any number of others.
    Postgres(Url),
}

impl Home {
    /// By `--database`, by `--data`, by the setting, or where it is kept when nobody says anything.
    pub(super) fn of(database: Option<&str>, data: Option<&Path>, ctx: &Context) -> anyhow::Result<Self> {
        let setting = &ctx.config.serve.database;
        match (database, data) {
            (Some(database), _) => Self::named(database, "--database"),
            (None, None) if !setting.is_empty() => Self::named(setting, "serve.database"),
            (None, data) => {
                let dir = data.map_or_else(|| ctx.paths.data_dir().join("server"), Path::to_owned);
                let database = dir.join("textbank.db");
                Ok(Self::Dir { dir, database })
            }
        }
    }

    /// By an address, which the option or setting `name` gave.
    pub(super) fn named(named: &str, name: &str) -> anyhow::Result<Self> {
        if named.starts_with("postgres://") || named.starts_with("postgresql://") {
            let url = Url::parse(named).map_err(|why| Misuse(format!("{name}: {why}")))?;
            return Ok(Self::Postgres(url));
        }
        let path = named.strip_prefix("sqlite:").unwrap_or(named);
        // Said without what follows: a mistyped address may hold a password. `host=... password=...` is PostgreSQL's other way
        // of writing one; a file that is really called so has `sqlite:` before it.
        let settings = path == named && path.contains('=');
        if path.is_empty() || path.contains("://") || settings {
            return Err(
                Misuse(format!("{name}: it is sqlite:FILE, a file or postgres://USER:PASSWORD@HOST/DATABASE")).into()
            );
        }
        let database = std::path::absolute(path).with_context(|| format!("{name}: cannot find {path}"))?;
        let dir = database.parent().map(Path::to_owned).with_context(|| format!("{name}: {path} is no file"))?;
        Ok(Self::Dir { dir, database })
    }

    /// Makes what has to be there before the server starts. The file keeps other servers out for as long as it is held.
    fn prepare(&self, rehearsal_clock: bool) -> anyhow::Result<(Location, Option<OwnTime>, Option<File>)> {
        let (dir, database) = match self {
            Self::Dir { dir, database } => (dir, database),
            Self::Postgres(_) if rehearsal_clock => {
                return Err(Misuse(
                    "--rehearsal-clock: servers that share a database live by the wall clock; leave out --database"
                        .into(),
                )
                .into());
            }
            Self::Postgres(url) => return Ok((Location::Postgres(url.clone()), None, None)),
        };
        create_private_dir(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        // One server process a file: its events are numbered by one writer.
        let lock = lock(dir)?;
        let own_time = OwnTime::of(dir, database, rehearsal_clock)?;
        if let Some(own) = &own_time {
            // Before there is a database: one without it is taken for one that lives by the wall clock.
            own.write(afternoon(own.last)).with_context(|| format!("cannot write {}", own.file.display()))?;
        }
        make_private(database).with_context(|| format!("cannot open {}", database.display()))?;
        Ok((Location::File(database.clone()), own_time, Some(lock)))
    }

    /// True until the owner's link was shown; where several servers start together, until somebody joined.
    async fn is_new(&self, server: &ServerHandle) -> anyhow::Result<bool> {
        match self {
            Self::Dir { dir, .. } => Ok(!dir.join(LINK_SHOWN).exists()),
            Self::Postgres(_) => Ok(server.store().nobody_joined().await?),
        }
    }

    /// What time it is for a campaign that does not live by the wall clock: later than all that happened in it, and no later than
    /// the next server's first moment.
    pub(super) fn own_time(&self) -> anyhow::Result<Option<Timestamp>> {
        let Self::Dir { dir, .. } = self else { return Ok(None) };
        let own = OwnTime::kept(dir)?;
        let Some(last) = own.last else { return Ok(None) };
        // Its server may have ended before it wrote the time down once more.
        let now = afternoon(Some(add(last, 2 * OwnTime::KEPT_EVERY)));
        own.write(now).with_context(|| format!("cannot write {}", own.file.display()))?;
        Ok(Some(now))
    }

    pub(super) fn link_was_shown(&self) -> anyhow::Result<()> {
        let Self::Dir { dir, .. } = self else { return Ok(()) };
        let told = dir.join(LINK_SHOWN);
        private(&told).map(drop).with_context(|| format!("cannot make {}", told.display()))
    }
}

/// The campaign time of a server that does not live by the wall clock, kept beside the database: it must not go back when the
/// server starts again.
#[derive(Debug, Clone)]
struct OwnTime {
    file: PathBuf,
    last: Option<Timestamp>,
}

impl OwnTime {
    /// How often it is written down.
    const KEPT_EVERY: Duration = Duration::from_secs(30);

    /// What is kept in a directory.
    fn kept(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join("campaign-time");
        let last = match std::fs::read_to_string(&file) {
            Ok(text) => {
                Some(text.trim().parse::<Timestamp>().with_context(|| format!("{} holds no time", file.display()))?)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
        };
        Ok(Self { file, last })
    }

    /// None by the wall clock. A database keeps for life the kind of time that it began with.
    fn of(dir: &Path, database: &Path, wanted: bool) -> anyhow::Result<Option<Self>> {
        let Self { file, last } = Self::kept(dir)?;
        match (wanted, last.is_some()) {
            (true, false) if database.exists() => bail!(
                "{} lives by the wall clock: serve it without --rehearsal-clock, or name another directory by --data",
                dir.display()
            ),
            (false, true) if database.exists() => bail!(
                "{} lives by a rehearsal's clock: serve it with --simulated-voters --rehearsal-clock, or name another \
                 directory by --data",
                dir.display()
            ),
            (true, _) => Ok(Some(Self { file, last })),
            (false, _) => Ok(None),
        }
    }

    fn start(&self, real: &SharedClock) -> SharedClock {
        // Whoever was killed had not written it down for a while: what it said since must not be said again.
        let last = self.last.map(|last| add(last, 2 * Self::KEPT_EVERY));
        let clock = RehearsalClock::standing(real.clone(), afternoon(last), 1);
        clock.flow(true);
        clock
    }

    /// Whole or not at all: half a time would keep the server from starting.
    fn write(&self, now: Timestamp) -> std::io::Result<()> {
        let fresh = self.file.with_extension("new");
        std::fs::write(&fresh, format!("{now}\n")).and_then(|()| std::fs::rename(&fresh, &self.file))
    }

    fn note(&self, now: Timestamp) {
        if let Err(error) = self.write(now) {
            tracing::error!(%error, file = %self.file.display(), "campaign time could not be kept");
        }
    }

    /// Writes campaign time down until `stop`, and then once more.
    async fn keep(self, clock: SharedClock, stop: CancellationToken) {
        loop {
            self.note(clock.now());
            tokio::select! {
                () = stop.cancelled() => break,
                () = clock.sleep(Self::KEPT_EVERY) => {}
            }
        }
        self.note(clock.now());
    }
}

/// Keeps everybody else off the databases in a directory for as long as the file is held.
pub(super) fn lock(dir: &Path) -> anyhow::Result<File> {
    lock_by(dir, File::try_lock, |dir| format!("another textbank is at work on {dir}: stop it first"))
}

/// Takes a directory's lock in this way, or says `taken`. The file stays, empty: were it removed, whoever has just opened it
/// could lock what has no name any more, while another makes a new one and serves the same database.
pub(super) fn lock_by(
    dir: &Path,
    take: fn(&File) -> Result<(), TryLockError>,
    taken: impl FnOnce(std::path::Display<'_>) -> String,
) -> anyhow::Result<File> {
    let path = dir.join("lock");
    let file = private(&path).with_context(|| format!("cannot open {}", path.display()))?;
    match take(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(taken(dir.display())),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// Opens a file, made when missing, that only its owner can read.
pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // On Windows the directory's own access list keeps others out.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the database's file before SQLite does, so that it and what SQLite puts beside it are private.
pub(super) fn make_private(database: &Path) -> std::io::Result<()> {
    let file = private(database)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.sync_all()
}

/// What to say when whoever is on the network between can read along.
fn in_the_clear(addr: SocketAddr, tls: bool, public_url: Option<&str>) -> Option<&'static str> {
    let covered = tls || public_url.is_some_and(|url| url.starts_with("https://"));
    let loopback = match addr.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback(),
    };
    (!loopback && !covered).then_some(
        "warning: this address is reachable from other machines and not encrypted: names, numbers and sign-ins can be \
         read on the way. Give it a certificate by --tls-cert and --tls-key, or put a proxy with TLS before it and name that with \
         --public-url https://...",
    )
}

/// A new organization has rules of conduct; an admin sets others, or lifts them.
async fn begin_with_rules(server: &ServerHandle) -> anyhow::Result<()> {
    let organization = server.store().first_organization().await?;
    match System::first_conduct(&server.state.desk, organization, first_texts()).await? {
        Answer::Conduct(Some(_)) => tell(
            "Whoever joins is asked to accept rules of conduct: textbank conduct show prints them, textbank conduct set FILE \
             puts your own in force.",
        ),
        Answer::Conduct(None) => {}
        other => bail!("no rules of conduct: {other:?}"),
    }
    Ok(())
}

async fn admin_link(server: &ServerHandle, base: &str) -> anyhow::Result<JoinLink> {
    let organization = server.store().first_organization().await?;
    let request = InviteRequest {
        role: Role::Owner,
        campaign: None,
        uses: 1,
        valid_seconds: FIRST_LINK_SECONDS,
        waiting_room: false,
    };
    match System::invite(&server.state.desk, organization, request).await? {
        Answer::Invite(invite) => Ok(JoinLink::new(base, SecretString::from(invite.secret))),
        other => bail!("no invite for the owner: {other:?}"),
    }
}

/// Completes when the process is told to end: Ctrl-C, TERM, HUP; on Windows Ctrl-C, a closed window, a shutdown.
#[cfg(unix)]
pub(super) fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = int.recv() => {}
            _ = term.recv() => {}
            _ = hup.recv() => {}
        }
    })
}

/// Completes when the process is told to end: Ctrl-C, TERM, HUP; on Windows Ctrl-C, a closed window, a shutdown.
#[cfg(windows)]
pub(super) fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let (mut c, mut brk, mut close, mut down) = (ctrl_c()?, ctrl_break()?, ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = c.recv() => {}
            _ = brk.recv() => {}
            _ = close.recv() => {}
            _ = down.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("127.0.0.1:1", false, None, false)]
    #[case("[::1]:1", false, None, false)]
    #[case("0.0.0.0:1", false, None, true)]
    #[case("0.0.0.0:1", true, None, false)]
    #[case("[::]:1", false, None, true)]
    #[case("192.168.1.5:1", false, Some("http://campaign.example"), true)]
    #[case("192.168.1.5:1", false, Some("https://campaign.example"), false)]
    fn an_open_address_is_told(#[case] addr: &str, #[case] tls: bool, #[case] url: Option<&str>, #[case] told: bool) {
        assert_eq!(in_the_clear(addr.parse().expect("an address"), tls, url).is_some(), told);
    }

    #[test]
    fn a_database_keeps_the_kind_of_time_it_began_with() {
        let dir = tempfile::tempdir().expect("a directory");
        let database = dir.path().join("textbank.db");
        let own = OwnTime::of(dir.path(), &database, true).expect("a fresh one").expect("wanted");
        own.write(Timestamp::UNIX_EPOCH).expect("written");
        std::fs::write(&database, "").expect("written");
        let again = OwnTime::of(dir.path(), &database, true).expect("goes on").expect("wanted");
        assert_eq!(again.last, Some(Timestamp::UNIX_EPOCH));
        let noon: Timestamp = "2026-07-14T19:00:00Z".parse().expect("a time");
        let again = OwnTime { last: Some(noon), ..again };
        // It was killed just before it would have written the time down once more.
        let killed = add(noon, OwnTime::KEPT_EVERY);
        assert!(again.start(&crate::env::SystemClock::shared()).now() > killed, "it goes back");
        assert!(OwnTime::of(dir.path(), &database, false).is_err(), "not by the wall clock any more");
        std::fs::remove_file(&own.file).expect("removed");
        assert!(OwnTime::of(dir.path(), &database, true).is_err(), "lived by the wall clock");
        assert!(OwnTime::of(dir.path(), &database, false).expect("wall clock").is_none());
    }

    #[test]
    fn one_directory_has_one_server() {
        let dir = tempfile::tempdir().expect("a directory");
        let held = lock(dir.path()).expect("free");
        assert!(lock(dir.path()).is_err());
        drop(held);
        assert!(lock(dir.path()).is_ok());
    }
}
