//! `doctor`: checks of this machine with remedies.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::{Exit, Global, Outcome, find_paths, out, out_json, read_config, rules};
use crate::client::CampaignServer as _;
use crate::client::journal::{Journal, JournalError, KeyPlace, SystemKeychain, Tally};
use crate::client::native::{NativeServer, Timeouts};
use crate::client::sign_in::{self, ServerKind, SignIn};
use crate::client::spoke::SpokeServer;
use crate::config::{ConfigError, Loaded, Paths, Surroundings};
use crate::console::term::watch;
use crate::doctor::{Finding, Machine, Seen, State, Terminal, Waits, examine};
use crate::env::{SystemClock, SystemIds};
use crate::i18n::Catalogue;

/// Options of `doctor`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs `doctor`. Faulty settings are one of its findings, not its end.
///
/// # Errors
/// No home directory, or a settings file that cannot be read.
pub async fn run(args: &Args, global: &Global) -> Outcome {
    let surroundings = Surroundings::read();
    let paths = find_paths(&surroundings, global)?;
    let loaded = match read_config(&paths, &surroundings, global) {
        Ok(loaded) => Ok(loaded),
        Err(error) => Err(error.downcast::<ConfigError>()?),
    };
    let language = loaded.as_ref().ok().map(|loaded| loaded.config.language.clone());
    let words =
        Catalogue::for_language(&language.filter(|set| set != "auto").unwrap_or_else(|| surroundings.locale.clone()));
    let mut found = examine(&Machine {
        paths: &paths,
        surroundings: &surroundings,
        settings: loaded.as_ref(),
        terminal: terminal(),
        servers: servers(&paths, loaded.as_ref().ok()).await,
        words: &words,
    });
    if let Ok(loaded) = &loaded {
        found.push(crate::doctor::rules(rules::looked_at(&loaded.config.rules), &words));
    }
    if args.json {
        out_json(&found)?;
    } else {
        out(in_lines(&found, &words))?;
    }
    let faults = found.iter().any(|finding| finding.state == State::Fault);
    Ok(if faults { Exit::Problems } else { Exit::Done })
}

/// Asks every server with a sign-in for its time, one after the other.
async fn servers(paths: &Paths, loaded: Option<&Loaded>) -> Vec<Seen> {
    let mut seen = Vec::new();
    let client = loaded.map(|loaded| loaded.config.client.clone()).unwrap_or_default();
    let timeouts = Timeouts {
        connect: Duration::from_secs(client.connect_timeout_seconds),
        request: Duration::from_secs(client.timeout_seconds),
        ..Timeouts::default()
    };
    let sign_ins = match sign_in::list(&paths.sign_ins_dir()) {
        Ok(sign_ins) => sign_ins,
        Err(error) => {
            let dir = paths.sign_ins_dir();
            let server = dir.display().to_string();
            let clock = Err(error.to_string());
            return vec![Seen { server, dir, clock, own_time: false, spoke: false, waits: Waits::NoJournal }];
        }
    };
    for sign_in in sign_ins {
        let dir = paths.journal_dir(&sign_in.name());
        let told = skew(&sign_in, timeouts).await.map_err(|error| format!("{error:#}"));
        seen.push(Seen {
            server: sign_in.server.clone(),
            waits: waits(&dir).await,
            dir,
            spoke: sign_in.kind == ServerKind::Spoke,
            own_time: matches!(told, Ok((_, true))),
            clock: told.map(|(skew, _)| skew),
        });
    }
    seen
}

/// What the journal in `dir` holds. Its key stays where it is.
async fn waits(dir: &Path) -> Waits {
    let (file, marker) = (dir.join("key").exists(), dir.join("key.keychain").exists());
    if !file && !marker {
        return Waits::NoJournal;
    }
    let clock = SystemClock::shared();
    let place = KeyPlace { keychain: Some(Arc::new(SystemKeychain::default())), in_keychain: !file };
    let counted = async {
        let (journal, _) = Journal::open_with(dir, &clock, &SystemIds::shared(), place).await?;
        let tally = Tally::of(&journal.held().await?);
        journal.close().await?;
        Ok(Waits::Counted(tally, tally.oldest.map(|oldest| clock.now().duration_since(oldest))))
    };
    match counted.await {
        Ok(waits) => waits,
        Err(JournalError::InUse(_)) => Waits::ConsoleOpen,
        Err(error) => Waits::Unreadable(error.to_string()),
    }
}

/// How far the server's clock is ahead, judged against the middle of the call; true when it is a rehearsal's own.
async fn skew(sign_in: &SignIn, timeouts: Timeouts) -> anyhow::Result<(SignedDuration, bool)> {
    let clock = SystemClock::shared();
    if sign_in.kind == ServerKind::Spoke {
        let outside = (clock, SystemIds::shared());
        SpokeServer::new(&sign_in.server, &sign_in.token, sign_in.me.person, timeouts, outside)?.me().await?;
        return Ok((SignedDuration::ZERO, false));
    }
    let server = NativeServer::new(&sign_in.server, &sign_in.token, timeouts)?;
    let before = clock.now();
    let presence = server.presence().await?;
    let middle = before + clock.now().duration_since(before) / 2;
    Ok((presence.server_time.duration_since(middle), presence.own_time))
}

fn terminal() -> Terminal {
    let size = terminal_size::terminal_size().map(|(width, height)| (width.0, height.0));
    let (input, output) = (std::io::stdin().is_terminal(), std::io::stdout().is_terminal());
    Terminal { input, output, size, tells_repeats: if input && output { watch::tells_repeats() } else { None } }
}

fn in_lines(found: &[Finding], words: &Catalogue) -> String {
    let mut lines = Vec::new();
    for finding in found {
        let word = match finding.state {
            State::Good => "doctor-good",
            State::Notice => "doctor-notice",
            State::Fault => "doctor-fault",
        };
        let word = words.say(word, &[]);
        let check = words.say(&format!("doctor-check-{}", finding.check.replace(' ', "-")), &[]);
        lines.push(format!("{word:<6}  {check}: {}", finding.found));
        lines.extend(finding.remedy.iter().map(|remedy| format!("        -> {remedy}")));
    }
    lines.join("\n")
}
