//! `doctor`: checks of this machine with remedies.

use std::io::IsTerminal as _;

use super::{Exit, Global, Outcome, find_paths, out, out_json, read_config};
use crate::config::{ConfigError, Surroundings};
use crate::doctor::{Finding, Machine, State, Terminal, examine};

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
    let found = examine(&Machine {
        paths: &paths,
        surroundings: &surroundings,
        settings: loaded.as_ref(),
        terminal: terminal(),
        servers: Vec::new(),
    });
    if args.json {
        out_json(&found)?;
    } else {
        out(in_lines(&found))?;
    }
    let faults = found.iter().any(|finding| finding.state == State::Fault);
    Ok(if faults { Exit::Problems } else { Exit::Done })
}

fn terminal() -> Terminal {
    let size = terminal_size::terminal_size().map(|(width, height)| (width.0, height.0));
    Terminal { input: std::io::stdin().is_terminal(), output: std::io::stdout().is_terminal(), size }
}

fn in_lines(found: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in found {
        let word = match finding.state {
            State::Good => "good  ",
            State::Notice => "notice",
            State::Fault => "FAULT ",
        };
        lines.push(format!("{word}  {}: {}", finding.check, finding.found));
        lines.extend(finding.remedy.iter().map(|remedy| format!("        -> {remedy}")));
    }
    lines.join("\n")
}
