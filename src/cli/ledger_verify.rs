//! `ledger verify`: an exported ledger checked without any server.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::{Exit, Misuse, Outcome, out, out_json};
use crate::domain::received::hash_bytes;
use crate::domain::safe_text::safe_line;
use crate::exchange::kind::{Kind as FileKind, kind_of};
use crate::exchange::ledger_file::{Finding, Kind, Report, verify};

/// Findings of one sort shown before the rest is only counted (`--json` gives all).
const SHOWN: usize = 40;

/// Options of `ledger verify`.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyArgs {
    /// The exported ledger
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Hold it against an anchor that was published when it was new
    #[arg(long, value_name = "HASH")]
    pub anchor: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Output<'a> {
    ok: bool,
    file: &'a Path,
    #[serde(flatten)]
    report: &'a Report,
}

/// Checks a file and prints what was found. The exit code is 3 when something does not hold.
///
/// # Errors
/// The file cannot be read, or the anchor is none.
pub fn run(args: &VerifyArgs) -> Outcome {
    let anchor = args.anchor.as_ref().map(|anchor| anchor.trim().to_ascii_lowercase());
    if anchor.as_ref().is_some_and(|anchor| hash_bytes(anchor).is_none()) {
        return Err(Misuse("--anchor: an anchor is 64 hexadecimal digits, as `ledger anchor` prints it".into()).into());
    }
    let cannot = || format!("cannot read {}", args.file.display());
    let file = File::open(&args.file).with_context(cannot)?;
    let report = verify(BufReader::new(file), anchor.as_deref()).with_context(cannot)?;
    let ok = report.problems.is_empty();
    if !args.json && report.title.is_none() && report.texts + report.anchors == 0 {
        // Another file altogether: one word is enough.
        let seems = kind_of(&beginning(&args.file).with_context(cannot)?);
        out(format!(
            "{}: error: is no exported ledger{}. `textbank ledger export --out FILE` writes one.",
            args.file.display(),
            seems
                .filter(|kind| *kind != FileKind::Ledger)
                .map(|kind| format!("; it seems to be {kind}"))
                .unwrap_or_default()
        ))?;
        return Ok(Exit::Problems);
    }
    if args.json {
        out_json(&Output { ok, file: &args.file, report: &report })?;
    } else {
        out(page(&args.file, &report))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Problems })
}

/// The first bytes of a file.
fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(4_096).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn page(file: &Path, report: &Report) -> String {
    let mut lines = Vec::new();
    let line = |one: &Finding, sort: &str| format!("{}:{}: {sort}: {}", file.display(), one.line, one.what);
    lines.extend(report.problems.iter().take(SHOWN).map(|one| format!("{}.", line(one, "error"))));
    if report.problems.len() > SHOWN {
        lines.push(format!("... and {} more like these (--json lists all)", report.problems.len() - SHOWN));
    }
    // Notes hold nothing against the file: the first of each kind stands for all of it.
    let mut told: Vec<Kind> = Vec::new();
    for note in &report.notes {
        if told.contains(&note.kind) {
            continue;
        }
        told.push(note.kind);
        let more = report.notes.iter().filter(|other| other.kind == note.kind).count() - 1;
        let more = match more {
            0 => String::new(),
            1 => " (and one more note of this kind; --json lists both)".to_owned(),
            more => format!(" (and {more} more notes of this kind; --json lists all)"),
        };
        lines.push(format!("{}{more}.", line(note, "note")));
    }
    if let Some(title) = &report.title {
        lines.push(format!(
            "Ledger of {} ({}), written {} (UTC)",
            safe_line(&title.organization),
            safe_line(&title.server),
            title.exported_at.strftime("%Y-%m-%d %H:%M:%S")
        ));
        if title.own_time {
            lines.push("The server kept a rehearsal's own time: laptops' clocks are not held against it.".to_owned());
        }
    }
    lines.push(format!(
        "{} confirmed texts, {} of them accepted, in {} chains of devices; {} anchors",
        report.texts, report.accepted, report.chains, report.anchors
    ));
    if let Some(anchor) = &report.newest_anchor {
        lines.push(format!("Newest anchor: {anchor}"));
    }
    if let Some(seq) = report.published_up_to {
        lines.push(format!("The published anchor is in it: the first {seq} texts are as they were then."));
    }
    lines.push(if report.problems.is_empty() {
        "Every line holds.".to_owned()
    } else {
        "It does not hold: each place is named above.".to_owned()
    });
    lines.join("\n") + "\n"
}
