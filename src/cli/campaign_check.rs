//! `textbank campaign check`: every problem of a campaign file and a list, at once.

use std::path::PathBuf;

use serde::Serialize;

use super::list::ReadArgs;
use super::{Exit, Outcome, out, out_json};
use crate::exchange::campaign_file;
use crate::exchange::check::{CheckReport, Length};
use crate::exchange::pair::Pair;
use crate::exchange::problem::FileProblem;

/// Problems of one sort shown before the rest is only counted (`--json` gives all).
const SHOWN: usize = 40;

#[derive(Serialize)]
struct Output<'a> {
    ok: bool,
    problems: &'a [FileProblem],
    left_out: u64,
    report: Option<&'a CheckReport>,
}

/// Options of `campaign check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The campaign file (TOML)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Check this contact list against it
    #[arg(long, value_name = "FILE")]
    pub contacts: Option<PathBuf>,
    /// How the list is to be read.
    #[command(flatten)]
    pub read: ReadArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Checks the campaign file, and the list against it, and prints what was found. The exit code is 3 when something stops the work.
///
/// # Errors
/// The findings, or the rows that were left out, cannot be written; an option has no meaning.
pub fn run(args: &CheckArgs) -> Outcome {
    let (file, json) = (&args.file, args.json);
    let list = args.contacts.as_deref().map(|list| args.read.read(list)).transpose()?;
    let pair = Pair::new(campaign_file::load(file), list, args.contacts.as_deref().unwrap_or(file));
    let ok = !pair.is_fatal();
    if json {
        out_json(&Output { ok, problems: &pair.problems, left_out: pair.left_out, report: pair.report.as_ref() })?;
    } else {
        out(page(&pair, ok))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Problems })
}

/// The problems, what stops the work first; of each sort so many as can be read. `rest` says where the others are.
pub(super) fn shown(problems: &[FileProblem], rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for fatal in [true, false] {
        let sort: Vec<&FileProblem> = problems.iter().filter(|p| p.fatal == fatal).collect();
        lines.extend(sort.iter().take(SHOWN).map(ToString::to_string));
        if sort.len() > SHOWN {
            lines.push(format!("... and {} more like these ({rest})", sort.len() - SHOWN));
        }
    }
    lines
}

/// The findings as text.
fn page(pair: &Pair, ok: bool) -> String {
    let (problems, report) = (&pair.problems, pair.report.as_ref());
    let mut lines = shown(problems, "--json lists all");
    if let Some(report) = report {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!(
            "{}: {}, {} left out with a problem, {} left out as duplicates",
            report.title,
            counted(report.contacts, "contact"),
            pair.left_out,
            report.duplicates
        ));
        for variant in &report.variants {
            lines.push(format!(
                "  initial `{}` ({}), {}, {} in all",
                variant.name,
                variant.language,
                counted(variant.contacts, "contact"),
                counted(variant.segments, "segment")
            ));
            if let (Some(typical), Some(longest)) = (variant.typical, variant.longest) {
                lines.push(format!("    typical {}, longest {}", length(typical), length(longest)));
            }
            if !variant.forced_by.is_empty() {
                let some: Vec<String> =
                    variant.forced_by.iter().take(8).map(|(c, n)| format!("`{c}` in {n}")).collect();
                lines.push(format!("    70 instead of 160 characters a segment because of {}", some.join(", ")));
            }
        }
        lines.push("  time zones".into());
        for zone in &report.zones {
            lines.push(format!("    {:>7}  {}", zone.contacts, zone.zones.join(" + ")));
        }
    }
    lines.push(if ok {
        "No problem stops this campaign.".into()
    } else {
        "Nothing was changed: mend the errors first.".into()
    });
    lines.join("\n") + "\n"
}

fn length(length: Length) -> String {
    let segments = counted(length.parts as u64, "segment");
    format!("{segments} ({} {})", length.units, if length.wide { "wide characters" } else { "characters" })
}

pub(super) fn counted(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
