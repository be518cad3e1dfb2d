//! `config`: path, show, check, init.

use std::io::Write as _;

use anyhow::Context as _;
use serde::Serialize;

use super::{Exit, Global, Outcome, find_paths, out, out_json, read_config, report};
use crate::config::{self, Origin, Surroundings};
use crate::console::keymap::Keymap;
use crate::i18n::Catalogue;

/// What to do with the settings.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ConfigCommand {
    /// Print where the settings file is looked for
    Path,
    /// Print the settings that count
    Show {
        /// Say where each value came from
        #[arg(long)]
        origin: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look for faults: exit code 0 means none, 2 means faults
    Check,
    /// Write a settings file with every setting and its default
    Init,
}

#[derive(Serialize)]
struct Shown<'a> {
    key: &'a str,
    value: String,
    #[serde(flatten)]
    origin: Option<&'a Origin>,
}

/// Runs `config`.
///
/// # Errors
/// Faulty settings, or a file that cannot be read or written.
pub fn run(command: &ConfigCommand, global: &Global) -> Outcome {
    let surroundings = Surroundings::read();
    let paths = find_paths(&surroundings, global)?;
    let file = paths.config_file();
    match command {
        ConfigCommand::Path => out(file.display().to_string())?,
        ConfigCommand::Show { origin, json } => {
            let loaded = read_config(&paths, &surroundings, global)?;
            let shown: Vec<_> = loaded
                .origins
                .iter()
                .map(|(key, (value, from))| Shown {
                    key,
                    value: config::shown(key, value),
                    origin: origin.then_some(from),
                })
                .collect();
            if *json {
                out_json(&shown)?;
            } else {
                let lines = shown.iter().map(|one| match one.origin {
                    Some(origin) => format!("{} = {}  # {origin}", one.key, one.value),
                    None => format!("{} = {}", one.key, one.value),
                });
                out(lines.collect::<Vec<_>>().join("\n"))?;
            }
        }
        ConfigCommand::Check => match read_config(&paths, &surroundings, global) {
            Ok(loaded) if file.exists() => {
                out(format!("{}: no faults", file.display()))?;
                let keymap = Keymap::with_user(&loaded.config.keys).unwrap_or_default();
                if let Some(warning) = super::tools::lost(&keymap, &Catalogue::english()) {
                    out(warning)?;
                }
            }
            Ok(_) => out(format!("no settings file at {}: the defaults count", file.display()))?,
            Err(error) => return Ok(report(&error)),
        },
        ConfigCommand::Init => {
            if let Some(dir) = file.parent() {
                config::create_private_dir(dir).with_context(|| format!("cannot make {}", dir.display()))?;
            }
            // Fails when there is one: somebody's settings are never overwritten.
            std::fs::File::create_new(&file)
                .and_then(|mut opened| opened.write_all(config::EXAMPLE.as_bytes()))
                .with_context(|| format!("cannot write {}", file.display()))?;
            out(format!("wrote {}", file.display()))?;
        }
    }
    Ok(Exit::Done)
}
