//! Sub-commands: one small file each, with its own `Args` and `run`.
//!
//! A new one needs three lines here: its `mod`, its variant of [`Command`], its arm in [`run`]. Admin commands speak HTTP to a
//! server; none touches a live database file, but those of [`db`], which are there for when no server can be asked.

pub mod audit;
pub mod campaign;
pub mod campaign_approve;
pub mod campaign_check;
pub mod campaign_close;
pub mod campaign_correct;
pub mod campaign_follow_up;
pub mod campaign_from_spoke;
pub mod campaign_import;
pub mod campaign_list;
pub mod campaign_pause;
pub mod campaign_recall;
pub mod campaign_test;
pub mod campaign_update;
pub mod canned;
pub mod captain;
pub mod carrier;
pub mod conduct;
pub mod db;
pub mod doctor;
mod erased_list;
pub mod event;
pub mod export;
pub mod first_minute;
pub mod flagged;
pub mod hand_in;
pub mod held;
pub mod home;
pub mod invite;
pub mod invites;
pub mod join;
pub mod keys;
pub mod ledger;
pub mod ledger_verify;
pub mod legal_hold;
pub mod list;
pub mod list_add;
pub mod list_change;
pub mod list_generate;
pub mod list_read;
pub mod login;
pub mod note;
pub mod opt_outs;
pub mod outbox;
mod output;
mod patience;
pub mod people;
pub mod person;
mod private_file;
pub mod queue;
pub mod reach;
mod recall_notes;
pub mod rehearse;
pub mod report;
mod rest;
mod retention;
pub mod rules;
pub mod second_factor;
pub mod segment;
mod serve;
mod serve_carrier;
pub mod serve_net;
pub mod settings;
pub mod shift;
pub mod spoke;
pub mod text;
mod tools;
mod usage;
mod waiting_room;
pub mod wipe;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{CommandFactory, Parser, Subcommand};

pub use output::{Advice, Exit, Misuse, Outcome, ask, forget_typed, json, out, out_json, quoted, report};
pub use usage::parse;

use crate::config::{self, Config, Layers, Loaded, Paths, PathsError, Surroundings};
use crate::env::{SharedClock, SharedIds, SystemClock, SystemIds};
use crate::i18n::Catalogue;
use crate::telemetry;

/// What `--version` says: the release and, when the build was told it by `TEXTBANK_COMMIT`, the commit.
#[must_use]
pub fn version() -> &'static str {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    VERSION.get_or_init(|| match option_env!("TEXTBANK_COMMIT") {
        Some(commit) => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
        None => env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Peer-to-peer texting for political campaigns, in the terminal.
#[derive(Debug, Parser)]
#[command(name = "textbank", version = version(), max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// Which sub-command.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every sub-command.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every sub-command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// Keep settings, sign-ins, journals and logs below DIR (also: TEXTBANK_HOME)
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Whose sign-ins and journals, when several people use one account (also: TEXTBANK_PROFILE)
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// How much the log file tells: off, error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Set one setting for this run, as in --set console.theme=dark
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 3 problems found in files or by doctor; 4 refused by the server; \
5 server not reached.
A first try without any server: textbank rehearse";

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Text: open the texter's console
    Text(shift::ShiftArgs),
    /// Print what is in your hands, campaign by campaign
    Assignments(home::AssignmentsArgs),
    /// Watch and steer: open the captain's console
    Captain(captain::CaptainArgs),
    /// Run a campaign server until Ctrl-C
    Serve(serve::ServeArgs),
    /// Rehearse a texting shift offline: the real console and server, simulated voters, nothing sent to anybody
    Rehearse(rehearse::RehearseArgs),
    /// Practise with eight made-up voters: nothing is sent to anybody, no server is needed
    Practice(first_minute::PracticeArgs),
    /// Sign in on this machine by a join link
    Join(join::JoinArgs),
    /// Sign in on this machine at a campaign that runs Spoke, to text there from this terminal
    Login(login::LoginArgs),
    /// Print what waits in this machine's journal to be handed in
    Outbox(outbox::OutboxArgs),
    /// Remove a sign-in from this machine: its key, its journal, its token; what is not handed in is spared
    Wipe(wipe::WipeArgs),
    /// Bring campaigns to a server and people to campaigns
    Campaign {
        /// What to do
        #[command(subcommand)]
        command: campaign::CampaignCommand,
    },
    /// Contact lists: see how one is understood before it is used
    List {
        /// What to do
        #[command(subcommand)]
        command: list::ListCommand,
    },
    /// Conversations that texters flagged: list them with what was asked, answer
    Flagged {
        /// What to do
        #[command(subcommand)]
        command: flagged::FlaggedCommand,
    },
    /// A note to the texters of a campaign: show it, write it, take it down
    Note {
        /// What to do
        #[command(subcommand)]
        command: note::NoteCommand,
    },
    /// At a campaign that runs Spoke: your assignments; and for who watches there: campaigns, people, conversations, who has them
    Spoke {
        /// What to do
        #[command(subcommand)]
        command: spoke::SpokeCommand,
    },
    /// Texts whose outcome at the carrier nobody knows: list them, decide on them
    Held {
        /// What to do
        #[command(subcommand)]
        command: held::HeldCommand,
    },
    /// Canned replies of the organization, which every campaign has behind its own
    Canned {
        /// What to do
        #[command(subcommand)]
        command: canned::CannedCommand,
    },
    /// Events that a campaign invites to: who comes, who waits for a place, the calendar file
    Event {
        /// What to do
        #[command(subcommand)]
        command: event::EventCommand,
    },
    /// Queues that answers fill (a ride, a yard sign): who waits, and who has what they asked for
    Queue {
        /// What to do
        #[command(subcommand)]
        command: queue::QueueCommand,
    },
    /// People who opted out by another way than a text: put them on the list, one by one or a whole list (`export opt-outs` writes it out)
    OptOuts {
        /// What to do
        #[command(subcommand)]
        command: opt_outs::OptOutsCommand,
    },
    /// List the join links that were made, or revoke one
    Invites(invites::InvitesArgs),
    /// List the organization's people: last seen, role, how many contacts in hand
    People(people::PeopleArgs),
    /// The second factor of captains, admins and owners: a code of an app on the phone
    SecondFactor {
        /// What to do
        #[command(subcommand)]
        command: second_factor::SecondFactorCommand,
    },
    /// Rules of conduct: read and accept them; as an admin, set them
    Conduct {
        /// What to do
        #[command(subcommand)]
        command: conduct::ConductCommand,
    },
    /// Print who did what, and whose data was on which device
    Audit(audit::AuditArgs),
    /// List the sign-ins, or end one
    Sessions(people::SessionsArgs),
    /// Prove what was texted: export the ledger of confirmed texts, check it, anchor it
    Ledger {
        /// What to do
        #[command(subcommand)]
        command: ledger::LedgerCommand,
    },
    /// Saved segments: conditions under a name, for exports and follow-up campaigns
    Segment {
        /// What to do
        #[command(subcommand)]
        command: segment::SegmentCommand,
    },
    /// Take results out: contacts, texts, opt-outs, rows for VAN
    Export {
        /// What to take out
        #[command(subcommand)]
        command: export::ExportCommand,
    },
    /// What is held about one number: write it out, or erase it
    Person {
        /// What to do
        #[command(subcommand)]
        command: person::PersonCommand,
    },
    /// How long the words of texts are kept
    Retention {
        /// What to do
        #[command(subcommand)]
        command: retention::RetentionCommand,
    },
    /// What must be kept, whatever was set: nothing under a legal hold is removed or erased
    LegalHold {
        /// What to do
        #[command(subcommand)]
        command: legal_hold::LegalHoldCommand,
    },
    /// Write what came of a campaign as one page, to be opened in a browser, or as data
    Report(report::ReportArgs),
    /// The server's database: bring its tables up to date, check it, back it up, restore it, move it
    Db {
        /// What to do
        #[command(subcommand)]
        command: db::DbCommand,
    },
    /// Rules that counsel may change (words that opt out, hours of the states, disclaimers): which count, and files to change
    Rules {
        /// What to do
        #[command(subcommand)]
        command: rules::RulesCommand,
    },
    /// Show, check or start the settings file
    Config {
        /// What to do
        #[command(subcommand)]
        command: settings::ConfigCommand,
    },
    /// Run a simulated carrier for tests of a whole system; it listens on this machine only and reaches nobody
    #[command(hide = true)]
    Carrier(carrier::CarrierArgs),
    /// Check this machine, and say what to do about what is found
    Doctor(doctor::Args),
    /// Print every key: where it works and what it does; with --press, what this terminal sends for each
    Keys(keys::Args),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What every sub-command gets.
#[derive(Debug, Clone)]
pub struct Context {
    /// The settings that count.
    pub config: Arc<Config>,
    /// Where things are kept.
    pub paths: Paths,
    /// How this program is called again for the same person: its name, with the options that say whose things these are.
    pub program: String,
    /// What the environment says.
    pub surroundings: Arc<Surroundings>,
    /// The machine's clock.
    pub clock: SharedClock,
    /// The machine's randomness.
    pub ids: SharedIds,
    /// Sentences in the person's language.
    pub catalogue: Arc<Catalogue>,
    /// Keeps the log going.
    pub log: Arc<telemetry::Guard>,
}

impl Context {
    /// Reads environment and settings as the options say.
    ///
    /// # Errors
    /// No home directory, or faulty settings; the text shows all of them.
    pub fn load(global: &Global) -> anyhow::Result<Self> {
        let surroundings = Surroundings::read();
        let paths = find_paths(&surroundings, global)?;
        let config = read_config(&paths, &surroundings, global)?.config;
        let language = if config.language == "auto" { surroundings.locale.clone() } else { config.language.clone() };
        rules::install(&config.rules)?;
        let clock = SystemClock::shared();
        config::create_private_dir(paths.state_dir())
            .with_context(|| format!("cannot make {}", paths.state_dir().display()))?;
        let log = telemetry::start(&paths.log_file(), &config.log.level, format_of(&config.log.format), clock.clone())?;
        telemetry::tell_panics(&paths.log_file());
        let catalogue = Arc::new(Catalogue::for_language(&language));
        output::speak(&catalogue);
        Ok(Self {
            config: Arc::new(config),
            paths,
            program: program(global),
            surroundings: Arc::new(surroundings),
            clock,
            ids: SystemIds::shared(),
            catalogue,
            log: Arc::new(log),
        })
    }

    /// To be called before a console opens: should the program break, the terminal is given back first.
    pub(super) fn guard_terminal(&self) {
        crate::console::term::panic::install(self.paths.state_dir().to_owned());
    }
}

/// The program's name with `--home` and `--profile` as they were given, to be typed again.
fn program(global: &Global) -> String {
    let quoted = |word: &str| {
        let plain = |c: char| c.is_alphanumeric() || "/._-:\\".contains(c);
        if word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
    };
    let home = global.home.as_ref().map(|home| format!(" --home {}", quoted(&home.to_string_lossy())));
    let profile = global.profile.as_ref().map(|profile| format!(" --profile {}", quoted(profile)));
    format!("textbank{}{}", home.unwrap_or_default(), profile.unwrap_or_default())
}

/// The log's format; the settings allow no other word.
fn format_of(word: &str) -> telemetry::Format {
    if word == "json" { telemetry::Format::Json } else { telemetry::Format::Lines }
}

/// Where things are kept, by options and environment.
fn find_paths(surroundings: &Surroundings, global: &Global) -> Result<Paths, PathsError> {
    let home = global.home.as_deref().or(surroundings.home.as_deref());
    let profile = global.profile.as_deref().or(surroundings.profile.as_deref());
    Paths::find(home, profile)
}

/// The settings with their origins. No file is no fault.
fn read_config(paths: &Paths, surroundings: &Surroundings, global: &Global) -> anyhow::Result<Loaded> {
    let path = paths.config_file();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(anyhow::Error::new(error).context(format!("cannot read {}", path.display()))),
    };
    let mut flags: Vec<_> = global.set.iter().map(|pair| ("--set".to_owned(), pair.clone())).collect();
    flags.extend(global.log_level.iter().map(|level| ("--log-level".to_owned(), format!("log.level={level}"))));
    let layers = Layers {
        file: text.as_deref().map(|text| (path.as_path(), text)),
        environment: Some(&surroundings.settings),
        flags,
    };
    Ok(config::load(&layers)?)
}

/// Runs what the command line says.
///
/// # Errors
/// Whatever ended the sub-command; [`report()`] prints it and knows the exit code.
pub async fn run(cli: Cli) -> Outcome {
    // Read late: what must work with faulty settings does not ask for it.
    let ctx = || Context::load(&cli.global);
    match cli.command {
        Command::Serve(args) => serve::run(args, &ctx()?).await,
        Command::Assignments(args) => home::run(args, &ctx()?).await,
        Command::Practice(args) => first_minute::run(args, &ctx()?).await,
        Command::Rehearse(args) => rehearse::run(args, &ctx()?).await,
        Command::Text(args) => text::run(args, &ctx()?).await,
        Command::Captain(args) => captain::run(args, &ctx()?).await,
        Command::Join(args) => join::run(args, &ctx()?).await,
        Command::Login(args) => login::run(args, &ctx()?).await,
        Command::Outbox(args) => outbox::run(args, &ctx()?).await,
        Command::Wipe(args) => wipe::run(args, &ctx()?).await,
        Command::Campaign { command } => campaign::run(command, &ctx()?).await,
        Command::List { command } => match command {
            // It needs the day alone: a list can be looked at wherever the program runs.
            list::ListCommand::Check(args) => list::check(&args, SystemClock::shared().now()),
            list::ListCommand::Import(args) => campaign_import::run(*args, &ctx()?).await,
            list::ListCommand::Add(args) => list_add::add(args, &ctx()?).await,
            list::ListCommand::Provenance(args) => list_add::provenance(args, &ctx()?).await,
            list::ListCommand::Remove(args) => list_change::remove(args, &ctx()?).await,
            list::ListCommand::Update(args) => list_change::update(args, &ctx()?).await,
            list::ListCommand::Generate(args) => list_generate::run(&args),
        },
        Command::Note { command } => note::run(command, &ctx()?).await,
        Command::Flagged { command } => flagged::run(command, &ctx()?).await,
        Command::Spoke { command } => spoke::run(command, &ctx()?).await,
        Command::Held { command } => held::run(command, &ctx()?).await,
        Command::Canned { command } => canned::run(command, &ctx()?).await,
        Command::Event { command } => event::run(command, &ctx()?).await,
        Command::Queue { command } => queue::run(command, &ctx()?).await,
        Command::OptOuts { command } => opt_outs::run(command, &ctx()?).await,
        Command::Invites(args) => invites::run(args, &ctx()?).await,
        Command::People(args) => people::run(args, &ctx()?).await,
        Command::SecondFactor { command } => second_factor::run(command, &ctx()?).await,
        Command::Conduct { command } => conduct::run(command, &ctx()?).await,
        Command::Audit(args) => audit::run(args, &ctx()?).await,
        Command::Sessions(args) => people::sessions(args, &ctx()?).await,
        Command::Carrier(args) => carrier::run(args, &ctx()?).await,
        Command::Ledger { command } => match command {
            ledger::LedgerCommand::Export(args) => ledger::export(args, &ctx()?).await,
            // Needs no settings and no sign-in: an auditor has neither.
            ledger::LedgerCommand::Verify(args) => ledger_verify::run(&args),
            ledger::LedgerCommand::Anchor(args) => ledger::anchor(args, &ctx()?).await,
        },
        Command::Segment { command } => segment::run(command, &ctx()?).await,
        Command::Export { command } => export::run(command, &ctx()?).await,
        Command::Person { command } => person::run(command, &ctx()?).await,
        Command::Retention { command } => retention::run(command, &ctx()?).await,
        Command::LegalHold { command } => legal_hold::run(command, &ctx()?).await,
        Command::Report(args) => report::run(args, &ctx()?).await,
        Command::Db { command } => db::run(command, &ctx()?).await,
        Command::Doctor(args) => doctor::run(&args, &cli.global).await,
        Command::Rules { command } => rules::run(command, ctx),
        Command::Keys(args) => keys::run(&args, &ctx()?).await,
        Command::Completions { shell } => tools::completions(shell),
        Command::Man => tools::man(),
        Command::Config { command } => settings::run(&command, &cli.global),
    }
}

/// The whole tree of commands, for completions, the manual page and tests.
#[must_use]
pub fn tree() -> clap::Command {
    Cli::command()
}
