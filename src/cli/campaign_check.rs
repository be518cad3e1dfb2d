//! `textbank campaign check`: every problem of a campaign file and a list, at once.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Exit, Outcome, out, out_json};
use crate::exchange::check::{CheckReport, Length, check};
use crate::exchange::problem::FileProblem;
use crate::exchange::{campaign_file, contact_list};

/// Problems of one sort shown before the rest is only counted (`--json` gives all).
const SHOWN: usize = 40;

#[derive(Serialize)]
struct Output<'a> {
    ok: bool,
    problems: &'a [FileProblem],
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
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Checks `file`, and `contacts` against it, and prints what was found. The exit code is 3 when something stops the work.
///
/// # Errors
/// The findings cannot be written as JSON.
pub fn run(file: &Path, contacts: Option<&Path>, json: bool) -> Outcome {
    let mut problems = Vec::new();
    let campaign = match campaign_file::load(file) {
        Ok((def, warnings)) => {
            problems.extend(warnings);
            Some(def)
        }
        Err(found) => {
            problems.extend(found);
            None
        }
    };
    let list = match contacts.map(contact_list::load) {
        Some(Ok(mut list)) => {
            problems.append(&mut list.problems);
            Some(list)
        }
        Some(Err(found)) => {
            problems.extend(found);
            None
        }
        None => None,
    };
    let report =
        campaign.as_ref().map(|def| check(def, list.as_ref().unwrap_or(&contact_list::ContactList::default())));
    // Without a list there are no columns to compare with.
    let report = report.filter(|_| list.is_some());
    let ok = !problems.iter().any(|p| p.fatal) && !report.as_ref().is_some_and(CheckReport::is_fatal);
    if json {
        out_json(&Output { ok, problems: &problems, report: report.as_ref() })?;
    } else {
        out(page(&problems, report.as_ref(), ok))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Problems })
}

/// The findings as text.
fn page(problems: &[FileProblem], report: Option<&CheckReport>, ok: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    for fatal in [true, false] {
        let sort: Vec<&FileProblem> = problems.iter().filter(|p| p.fatal == fatal).collect();
        lines.extend(sort.iter().take(SHOWN).map(ToString::to_string));
        if sort.len() > SHOWN {
            lines.push(format!("... and {} more like these (--json lists all)", sort.len() - SHOWN));
        }
    }
    if let Some(report) = report {
        for finding in &report.findings {
            let grade = if finding.fatal { "error" } else { "warning" };
            lines.push(format!("{grade}: {}. {}", finding.what, finding.remedy));
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines
            .push(format!("{}: {} contacts, {} duplicates left out", report.title, report.contacts, report.duplicates));
        for variant in &report.variants {
            lines.push(format!("  initial `{}` ({}), {} contacts", variant.name, variant.language, variant.contacts));
            if let (Some(typical), Some(longest)) = (variant.typical, variant.longest) {
                lines.push(format!("    typical {}, longest {}", length(typical), length(longest)));
            }
            if !variant.forced_by.is_empty() {
                let some: Vec<String> =
                    variant.forced_by.iter().take(8).map(|(c, n)| format!("`{c}` in {n}")).collect();
                lines.push(format!("    70 instead of 160 characters a part because of {}", some.join(", ")));
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
    let parts = if length.parts == 1 { "1 part".to_owned() } else { format!("{} parts", length.parts) };
    format!("{parts} ({} {})", length.units, if length.wide { "wide characters" } else { "characters" })
}
