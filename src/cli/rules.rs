//! `textbank rules`: the rules that counsel may change, as files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;

use super::reach::tell;
use super::{Context, Exit, Misuse, Outcome, out, out_json};
use crate::domain::rule_files::{self, RuleFile};
use crate::exchange::problem::FileProblem;

/// What to do with the rules.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum RulesCommand {
    /// Say which rules count: those built in, or files of your own (the setting `rules`)
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the built-in files into a directory, each line with its source, to be changed there
    Write {
        /// Where to; files that are there already are left alone
        #[arg(value_name = "DIRECTORY")]
        directory: PathBuf,
        /// Only these, as in `opt_out_words.toml`; without any: all of them
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Look for faults in the files of a directory: exit code 0 means none, 2 means faults
    Check {
        /// The directory
        #[arg(value_name = "DIRECTORY")]
        directory: PathBuf,
    },
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    rules: &'static str,
    /// The file of one's own; none: built in.
    own: Option<PathBuf>,
    /// What the file that is built in holds back, and this one does not.
    less: Vec<String>,
}

/// What each file is about.
const fn about(file: RuleFile) -> &'static str {
    match file {
        RuleFile::OptOutWords => "words that opt out, and words that may",
        RuleFile::Hours => "hours of the states for texts that ask for money",
        RuleFile::Consent => "countries in which a text needs consent",
        RuleFile::Disclaimers => "what states ask a first text to say",
        RuleFile::FailingNumbers => "carriers' codes after which a number is left alone",
        RuleFile::LinkShorteners => "link shorteners that carriers block",
    }
}

/// Runs `rules list`, `rules write`, `rules check`.
///
/// # Errors
/// No such name or directory, a file that cannot be read or written, or one with faults.
pub fn run(command: RulesCommand, context: impl FnOnce() -> anyhow::Result<Context>) -> Outcome {
    match command {
        RulesCommand::List { json } => list(&context()?, json),
        RulesCommand::Write { directory, names } => write(&directory, &names),
        RulesCommand::Check { directory } => {
            let found = read(&directory)?;
            let names: Vec<&str> = found.keys().map(|file| file.name()).collect();
            if names.is_empty() {
                out(format!("{}: no rules are in it; those built in count.", directory.display()))?;
            } else {
                out(format!("{}: no faults ({}).", directory.display(), names.join(", ")))?;
                for (file, text) in &found {
                    out_less(*file, &rule_files::less(*file, text))?;
                }
            }
            Ok(Exit::Done)
        }
    }
}

fn list(ctx: &Context, json: bool) -> Outcome {
    let directory = Path::new(&ctx.config.rules);
    let listed = RuleFile::ALL.map(|file| Listed {
        name: file.name(),
        rules: about(file),
        own: file.is_own().then(|| directory.join(file.name())),
        less: rule_files::less(file, file.text()),
    });
    if json {
        out_json(&listed)?;
        return Ok(Exit::Done);
    }
    for line in &listed {
        let from = line.own.as_ref().map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
        out(format!("{:<22} {}: {from}", line.name, line.rules))?;
    }
    for (file, line) in RuleFile::ALL.into_iter().zip(&listed) {
        out_less(file, &line.less)?;
    }
    Ok(Exit::Done)
}

/// So much of what is held back no more is named.
const NAMED: usize = 8;

/// Counsel may want it; whoever reads this is to know.
fn out_less(file: RuleFile, less: &[String]) -> anyhow::Result<()> {
    if less.is_empty() {
        return Ok(());
    }
    let more = if less.len() > NAMED { format!(" and {} more", less.len() - NAMED) } else { String::new() };
    let named = less.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    out(format!("{} holds back less than what is built in: {named}{more}", file.name()))?;
    Ok(())
}

fn write(directory: &Path, names: &[String]) -> Outcome {
    let wanted = if names.is_empty() {
        RuleFile::ALL.to_vec()
    } else {
        names.iter().map(|name| RuleFile::of_name(name).ok_or_else(|| no_rule(name))).collect::<Result<_, _>>()?
    };
    if let Some(there) = wanted.iter().map(|file| directory.join(file.name())).find(|path| path.exists()) {
        return Err(
            Misuse(format!("{} is there already, and is left as it is; nothing was written", there.display())).into()
        );
    }
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    for file in wanted {
        let path = directory.join(file.name());
        let mut to = std::fs::File::create_new(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        to.write_all(file.built_in().as_bytes()).with_context(|| format!("{} cannot be written", path.display()))?;
        tell(format!("{}: {}", path.display(), about(file)));
    }
    tell(format!(
        "Change what counsel wants changed, then: textbank rules check {0}; they count where the settings say: rules = \"{0}\"",
        directory.display()
    ));
    Ok(Exit::Done)
}

fn no_rule(name: &str) -> Misuse {
    let names = RuleFile::ALL.map(RuleFile::name).join(", ");
    Misuse(format!("`{name}` is no file of rules that may be changed; those are: {names}"))
}

/// The rules of a directory.
///
/// # Errors
/// It cannot be read; a file in it is none of them, or has a fault: all faults are told.
fn read(directory: &Path) -> anyhow::Result<BTreeMap<RuleFile, String>> {
    let cannot =
        |error: std::io::Error| Misuse(format!("the rules in {} cannot be read: {error}", directory.display()));
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let Some(file) = RuleFile::of_name(&name) else {
            let remedy = "Take it out of this directory, or give it the name of the rules that it is to replace.";
            problems.push(FileProblem::whole(&path, no_rule(&name).to_string(), remedy));
            continue;
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let remedy = "Make it a file of UTF-8 text that this program may read.";
                problems.push(FileProblem::whole(&path, format!("cannot be read ({error})"), remedy));
                continue;
            }
        };
        match fault(&path, file, &text) {
            Some(problem) => problems.push(problem),
            None => drop(found.insert(file, text)),
        }
    }
    if problems.is_empty() {
        return Ok(found);
    }
    problems.sort_by(|a, b| a.file.cmp(&b.file));
    Err(Misuse(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")).into())
}

fn fault(path: &Path, file: RuleFile, text: &str) -> Option<FileProblem> {
    let fault = rule_files::fault(file, text)?;
    // What is missing is nowhere: then it is the file as a whole, from its first line on.
    let add = if fault.what.starts_with("missing field") { "Add it (an empty list is one too), " } else { "Mend it, " };
    let remedy = format!(
        "{add}or take the file away: the built-in rules count then (textbank rules write shows them as {}).",
        file.name()
    );
    let at = fault.at.map_or(0, |at| at.start);
    let line = u64::try_from(1 + text.get(..at).unwrap_or_default().matches('\n').count()).ok();
    Some(FileProblem { line, ..FileProblem::whole(path, fault.what, remedy) })
}

/// Puts the rules of a directory in force, for as long as this program runs.
///
/// # Errors
/// As [`read`].
pub(super) fn install(directory: &str) -> anyhow::Result<()> {
    if directory.is_empty() {
        return Ok(());
    }
    let own = read(Path::new(directory)).context("the setting `rules` names a directory that cannot be used")?;
    // A second time in one program: the first counts, as rules were asked for since.
    let _ = rule_files::install(own);
    Ok(())
}

/// Which rules of a directory count, for `doctor`: their names, or what keeps them from it.
pub(super) fn looked_at(directory: &str) -> Result<Vec<&'static str>, String> {
    if directory.is_empty() {
        return Ok(Vec::new());
    }
    let found = read(Path::new(directory)).map_err(|error| error.to_string())?;
    Ok(found.into_keys().map(RuleFile::name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_has_no_faults_and_each_fault_has_its_place() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[]).unwrap();
        assert_eq!(read(dir.path()).unwrap().len(), RuleFile::ALL.len());
        let again = write(dir.path(), &["hours.toml".to_owned()]).unwrap_err();
        assert!(again.to_string().contains("is there already"), "{again}");

        let words = dir.path().join(RuleFile::OptOutWords.name());
        let text = std::fs::read_to_string(&words).unwrap();
        std::fs::write(&words, text.replacen("\"stopall\"", "\"Stop All!\"", 1)).unwrap();
        std::fs::write(dir.path().join("hour.toml"), "").unwrap();
        let told = read(dir.path()).unwrap_err().to_string();
        let line = 1 + text[..text.find("\"stopall\"").unwrap()].matches('\n').count();
        assert!(told.contains(&format!("opt_out_words.toml:{line}: error: `Stop All!` can never be met")), "{told}");
        assert!(told.contains("hour.toml: error: `hour.toml` is no file of rules"), "{told}");
    }

    #[test]
    fn a_directory_that_is_not_there_is_named() {
        let told = format!("{:#}", install("/no/such/rules").unwrap_err());
        assert!(told.contains("`rules`") && told.contains("/no/such/rules"), "{told}");
        assert!(install("").is_ok());
    }
}
