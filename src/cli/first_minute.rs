//! The first minute of whoever texts for the first time: one question about how they read, and a practice of eight made-up cards.
//!
//! What this machine remembers of it is a line for each name in a file: that the practice was offered, or that it was gone through.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::reach::tell;
use super::rehearse::{Played, play};
use super::shift::{in_lines, promptly};
use super::{Context, Exit, Outcome, ask, out_json};
use crate::api::practice::Practice;
use crate::client::native::NativeServer;
use crate::console::runtime::launch::LinesTo;
use crate::domain::plain_text::searchable;
use crate::exchange::problem::FileProblem;
use crate::exchange::sample;
use crate::i18n::Value;
use crate::rehearsal::persona_file;
use crate::rehearsal::start::{RehearsalPlan, TEXTER};

/// Practise with eight made-up voters; nothing is sent to anybody, and no server is needed
#[derive(Debug, Clone, clap::Args)]
pub struct PracticeArgs {
    /// Whole lines instead of a screen: for screen readers, braille lines, plain terminals and pipes
    #[arg(long)]
    pub plain: bool,
    /// Print at the end, as JSON, whether it was gone through
    #[arg(long)]
    pub json: bool,
}

/// Runs `practice`.
///
/// # Errors
/// No terminal, or the embedded server did not start.
pub async fn run(args: PracticeArgs, ctx: &Context) -> Outcome {
    let sign_in = super::reach::stored_anywhere(&Default::default(), crate::api::people::Role::Texter, ctx).await.ok();
    let name = sign_in.as_ref().map_or_else(|| TEXTER.to_owned(), |sign_in| sign_in.me.name.clone());
    let passed = hold(&name, args.plain, args.json, ctx).await?;
    if passed {
        let told = match sign_in.filter(|one| one.kind == crate::client::sign_in::ServerKind::Native) {
            Some(sign_in) => super::reach::client(&sign_in, ctx)?.pass_practice().await.is_ok(),
            None => false,
        };
        if !told {
            tracing::info!("the practice is told to the server at the next start of the console");
        }
        tell(ctx.catalogue.say("practice-done", &[]));
    } else {
        tell(ctx.catalogue.say("practice-left", &[program(ctx)]));
    }
    if args.json {
        out_json(&serde_json::json!({ "passed": passed }))?;
    }
    Ok(Exit::Done)
}

fn program(ctx: &Context) -> (&'static str, Value) {
    ("program", Value::Text(ctx.program.clone()))
}

/// Asks once whether somebody uses a screen reader, when nothing was said of it yet. True: everything is to come in lines.
///
/// # Errors
/// The settings file cannot be written, or the terminal is gone.
pub(super) fn reader(ctx: &Context) -> anyhow::Result<bool> {
    let file = ctx.paths.config_file();
    let asks = ctx.config.console.first_minute && ctx.config.console.plain == "auto" && std::io::stdin().is_terminal();
    if !asks || in_lines(false, ctx) || says_plain(&file) {
        return Ok(false);
    }
    let uses = loop {
        let question = ctx.catalogue.say("first-reader", &[]);
        let Some(answer) = ask(&format!("{} ", question.trim_end()))? else { return Ok(false) };
        match answer.to_lowercase().as_str() {
            "y" | "yes" | "sí" | "si" | "s" => break true,
            "n" | "no" => break false,
            _ => tell(ctx.catalogue.say("first-yes-or-no", &[])),
        }
    };
    keep_plain(&file, uses).with_context(|| format!("cannot write {}", file.display()))?;
    if uses {
        tell(ctx.catalogue.say("first-reader-plain", &[program(ctx)]));
    }
    Ok(uses)
}

/// True when the settings file says how the console comes.
fn says_plain(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    table.get("console").and_then(|console| console.get("plain")).is_some()
}

/// Writes it into the settings file, all else as it stands.
fn keep_plain(file: &Path, uses: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    if let Some(dir) = file.parent() {
        crate::config::create_private_dir(dir)?;
    }
    let text = with_plain(&text, uses);
    // Whoever wrote the section in another of TOML's ways keeps the file as it is: it is asked again, and no start fails.
    if text.parse::<toml::Table>().is_ok() {
        std::fs::write(file, text)?;
    }
    Ok(())
}

fn with_plain(text: &str, uses: bool) -> String {
    let line = format!("plain = \"{}\"", if uses { "always" } else { "auto" });
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match lines.iter().position(|line| line.split('#').next().is_some_and(|line| line.trim() == "[console]")) {
        Some(at) => lines.insert(at + 1, line),
        None => {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(["[console]".to_owned(), line]);
        }
    }
    lines.join("\n") + "\n"
}

/// How far somebody came on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Nothing,
    Offered,
    Passed,
}

fn mark_file(ctx: &Context) -> PathBuf {
    ctx.paths.state_dir().join("practice")
}

fn mark(name: &str, ctx: &Context) -> Mark {
    mark_of(&std::fs::read_to_string(mark_file(ctx)).unwrap_or_default(), name)
}

/// How far somebody of this name came. Each line is a word and whose it is: a laptop may be several people's.
fn mark_of(text: &str, name: &str) -> Mark {
    let of = |word: &str| text.lines().any(|line| line.split_once(' ') == Some((word, name)));
    match (of("passed"), of("offered")) {
        (true, _) => Mark::Passed,
        (false, true) => Mark::Offered,
        (false, false) => Mark::Nothing,
    }
}

fn keep_mark(passed: bool, name: &str, ctx: &Context) {
    let before = std::fs::read_to_string(mark_file(ctx)).unwrap_or_default();
    let known = mark_of(&before, name);
    if known == Mark::Passed || (!passed && known == Mark::Offered) {
        return;
    }
    let line = format!("{} {name}\n", if passed { "passed" } else { "offered" });
    if let Err(error) = std::fs::write(mark_file(ctx), before + &line) {
        tracing::warn!(%error, "that the practice was offered is not remembered");
    }
}

/// Offers the practice to somebody who has not been through it, before any real voter. It can be left at any time. True when it was
/// offered now.
///
/// # Errors
/// No terminal, or the embedded server did not start.
pub(super) async fn practise(
    server: Option<&NativeServer>,
    campaign: Option<crate::domain::ids::CampaignId>,
    (name, plain): (&str, bool),
    ctx: &Context,
) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let asked = match server {
        Some(server) => promptly(server.practice(campaign), ctx).await,
        None => Ok(Practice { passed_at: None, required: false }),
    };
    let before = mark(name, ctx);
    let practice = match asked {
        Ok(practice) => practice,
        Err(error) => {
            tracing::info!(%error, "opens without a word on the practice");
            return Ok(false);
        }
    };
    if practice.passed_at.is_some() {
        return Ok(false);
    }
    if before == Mark::Passed {
        pass(server, ctx).await?;
        return Ok(false);
    }
    let wanted = practice.required || (before == Mark::Nothing && ctx.config.console.first_minute);
    if !wanted {
        return Ok(false);
    }
    tell(ctx.catalogue.say(if practice.required { "practice-intro-needed" } else { "practice-intro" }, &[]));
    let begun = begins(ctx)?;
    let passed = if begun {
        hold(name, plain, false, ctx).await?
    } else {
        keep_mark(false, name, ctx);
        false
    };
    if passed {
        tell(ctx.catalogue.say("practice-done", &[]));
        pass(server, ctx).await?;
    } else {
        let left = match (practice.required, begun) {
            (true, _) => "practice-left-needed",
            (false, true) => "practice-left",
            (false, false) => "practice-later",
        };
        tell(ctx.catalogue.say(left, &[program(ctx)]));
    }
    Ok(true)
}

/// Enter begins, "later" in words leaves it for another time, and so does the end of the input; anything else is asked about again.
fn begins(ctx: &Context) -> anyhow::Result<bool> {
    let later = searchable(&ctx.catalogue.say("practice-word-later", &[]));
    let mut question = "practice-enter";
    loop {
        let Some(answer) = ask(&format!("{} ", ctx.catalogue.say(question, &[]).trim_end()))? else { return Ok(false) };
        match searchable(answer.trim()).trim_matches(['"', '\'', '.']) {
            "" => return Ok(true),
            "later" => return Ok(false),
            word if word == later => return Ok(false),
            _ => question = "practice-enter-again",
        }
    }
}

/// Tells the server. What it does not hear now it hears at the next start.
async fn pass(server: Option<&NativeServer>, ctx: &Context) -> anyhow::Result<()> {
    let Some(server) = server else { return Ok(()) };
    if let Err(error) = promptly(server.pass_practice(), ctx).await {
        tracing::info!(%error, "the practice is not told yet");
        tell(ctx.catalogue.say("practice-not-told", &[]));
    }
    Ok(())
}

/// The practice itself: the real server in memory, and eight voters who answer soon. True when it was gone through.
async fn hold(name: &str, plain: bool, json: bool, ctx: &Context) -> anyhow::Result<bool> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let to = if json { LinesTo::Error } else { LinesTo::Output };
    let lines = (in_lines(plain, ctx) || !terminal).then_some(to);
    let plan = plan(name, ctx.catalogue.language())
        .map_err(|problems| anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let Played { practised, .. } = play(plan, lines, true, ctx).await?;
    keep_mark(practised, name, ctx);
    Ok(practised)
}

fn plan(name: &str, language: &str) -> Result<RehearsalPlan, Vec<FileProblem>> {
    Ok(RehearsalPlan {
        def: sample::campaign_in(language)?,
        contacts: sample::contacts()?.contacts,
        personas: persona_file::of_practice(language)?,
        // The same story for everybody: what is said of it fits.
        seed: 8,
        speed: 1,
        short: true,
        texter: name.to_owned(),
        note: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_goes_into_the_settings_and_all_else_stays() {
        assert_eq!(with_plain("", true), "[console]\nplain = \"always\"\n");
        let kept = with_plain("name = \"Ann\"\n[console] # mine\ntheme = \"light\"\n", false);
        assert_eq!(kept, "name = \"Ann\"\n[console] # mine\nplain = \"auto\"\ntheme = \"light\"\n");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep").join("config.toml");
        assert!(!says_plain(&file));
        keep_plain(&file, true).unwrap();
        assert!(says_plain(&file));
    }

    #[test]
    fn whoever_practised_did_it_for_nobody_else() {
        assert_eq!(mark_of("", "Ann"), Mark::Nothing);
        let text = "offered Ann\npassed Ann\noffered Bob\n";
        assert_eq!(
            (mark_of(text, "Ann"), mark_of(text, "Bob"), mark_of(text, "An")),
            (Mark::Passed, Mark::Offered, Mark::Nothing)
        );
    }

    #[test]
    fn a_file_that_would_not_be_read_any_more_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.toml");
        std::fs::write(&file, "console = { theme = \"light\" }\n").unwrap();
        keep_plain(&file, true).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "console = { theme = \"light\" }\n");
    }

    #[test]
    fn a_practice_has_eight_cards_in_the_persons_language() {
        for language in ["en", "es"] {
            let plan = plan("Ann", language).unwrap();
            let dealt = crate::rehearsal::cast::short(&plan.personas, &plan.contacts, &plan.def.language);
            assert_eq!(dealt.len(), crate::console::core::texter::practice::CARDS);
            let theirs = |contact| crate::rehearsal::cast::language_of(contact, "en") == language;
            assert!(dealt.iter().all(|(contact, _)| theirs(contact)));
        }
    }
}
