//! `conduct`: rules of conduct and the campaign's guide, read and accepted line by line, set by an admin.
//!
//! Asked in whole lines, before a console takes the screen: it works the same on any terminal and with a screen reader.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;

use super::reach::{SignInArgs, admin, client, stored, tell};
use super::{Context, Exit, Misuse, Outcome, ask, out, out_json};
use crate::api::conduct::ConductText;
use crate::api::people::Role;
use crate::client::native::NativeServer;
use crate::console::ui::wrap::wrap;
use crate::domain::conduct::{cleaned, for_reader, primary};
use crate::domain::ids::CampaignId;
use crate::domain::safe_text::{safe_body, safe_line};
use crate::i18n::Value;

/// What can be done with the rules of conduct.
#[derive(Debug, Subcommand)]
pub enum ConductCommand {
    /// Print the rules in force, with a campaign's guide
    Show(ShowArgs),
    /// Read them and accept them, so that contacts are handed out
    Accept(AcceptArgs),
    /// Put rules in force: everybody is asked to accept them before the next contacts
    Set(SetArgs),
    /// Take the rules back: nothing is to be accepted any more
    Lift {
        /// Who asks.
        #[command(flatten)]
        who: SignInArgs,
    },
}

/// Arguments of `conduct show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// With the guide of this campaign (its number)
    #[arg(long, value_name = "ID")]
    pub campaign: Option<i64>,
    /// Print JSON: every language, the versions, what is accepted
    #[arg(long)]
    pub json: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `conduct accept`.
#[derive(Debug, clap::Args)]
pub struct AcceptArgs {
    /// With the guide of this campaign (its number)
    #[arg(long, value_name = "ID")]
    pub campaign: Option<i64>,
    /// Do not ask: they have been read and are accepted
    #[arg(long)]
    pub yes: bool,
    /// Who accepts.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// Arguments of `conduct set`.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The text: FILE, or LANGUAGE=FILE for each of several languages (en=rules.md es=normas.md)
    #[arg(value_name = "[LANGUAGE=]FILE", required_unless_present = "default", conflicts_with = "default")]
    pub files: Vec<String>,
    /// The rules that a new server begins with
    #[arg(long)]
    pub default: bool,
    /// Who asks.
    #[command(flatten)]
    pub who: SignInArgs,
}

/// The rules that a new server begins with.
#[must_use]
pub fn first_texts() -> BTreeMap<String, String> {
    [("en", include_str!("../../assets/conduct/en.md")), ("es", include_str!("../../assets/conduct/es.md"))]
        .map(|(language, text)| (language.to_owned(), text.to_owned()))
        .into()
}

/// Runs `conduct`.
///
/// # Errors
/// A file that cannot be read or kept, or what the server said.
pub async fn run(command: ConductCommand, ctx: &Context) -> Outcome {
    match command {
        ConductCommand::Show(args) => show(args, ctx).await,
        ConductCommand::Accept(args) => {
            let server = server(&args.who, ctx).await?;
            let asked = settle(&server, args.campaign.map(CampaignId), args.yes, ctx).await.context("not accepted")?;
            Ok(match asked {
                Asked::Nothing => {
                    out("Nothing is to be accepted now.")?;
                    Exit::Done
                }
                Asked::Accepted => {
                    if args.campaign.is_none() {
                        tell(ctx.catalogue.say("conduct-guide-later", &[]));
                    }
                    Exit::Done
                }
                Asked::Declined => {
                    tell(ctx.catalogue.say("conduct-declined", &[]));
                    Exit::Failed
                }
                Asked::Nobody => return Err(Misuse("nobody to ask: run it in a terminal, or say --yes".into()).into()),
            })
        }
        ConductCommand::Set(args) => {
            let texts = if args.default { first_texts() } else { read(&args.files, ctx.catalogue.language())? };
            for warning in unread_languages(&texts) {
                tell(warning);
            }
            set(&args.who, texts, ctx).await
        }
        ConductCommand::Lift { who } => set(&who, BTreeMap::new(), ctx).await,
    }
}

async fn server(who: &SignInArgs, ctx: &Context) -> anyhow::Result<NativeServer> {
    client(&stored(who, Role::Texter, ctx).await?, ctx)
}

async fn show(args: ShowArgs, ctx: &Context) -> Outcome {
    let texts = server(&args.who, ctx).await?.conduct(args.campaign.map(CampaignId)).await.context("no rules")?;
    if args.json {
        out_json(&texts)?;
    } else if texts.is_empty() {
        out("No rules of conduct are in force: nothing is to be accepted.")?;
    }
    for text in texts.iter().filter(|_| !args.json) {
        let accepted = text.accepted_at.map_or_else(
            || "not accepted by you yet".to_owned(),
            |at| format!("accepted by you on {}", at.strftime("%Y-%m-%d %H:%M UTC")),
        );
        out(format!("{}\n\n{}\n", headline(text, ctx), words(text, ctx)))?;
        tell(format!("Version {}, {accepted}.", safe_line(&text.version)));
    }
    Ok(Exit::Done)
}

async fn set(who: &SignInArgs, texts: BTreeMap<String, String>, ctx: &Context) -> Outcome {
    let (_, client) = admin(who, ctx).await?;
    let said = match client.set_conduct(texts).await.context("the rules stay as they are")?.version {
        Some(version) => format!(
            "These rules are in force now (version {}). Everybody is asked to accept them at the next start, and gets no \
             new contacts before. Who has: textbank people",
            safe_line(&version)
        ),
        None => "No rules are in force any more: nothing is to be accepted.".to_owned(),
    };
    out(said)?;
    Ok(Exit::Done)
}

/// The languages that the consoles speak.
const SPOKEN: [(&str, &str); 2] = [("en", "English"), ("es", "Spanish")];

/// A warning for each language that no console speaks: its text is shown to nobody, or to everybody for want of another.
fn unread_languages(texts: &BTreeMap<String, String>) -> Vec<String> {
    let spoken = SPOKEN.map(|(tag, name)| format!("{name} ({tag})")).join(" and ");
    let unread = texts.keys().filter(|tag| !SPOKEN.iter().any(|(known, _)| primary(tag) == *known));
    unread
        .map(|tag| {
            format!(
                "warning: the consoles speak {spoken}; a text in `{tag}` is shown only where there is none in these"
            )
        })
        .collect()
}

/// The texts of the files, by language.
fn read(files: &[String], own: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for given in files {
        let tagged =
            given.split_once('=').filter(|(tag, _)| !tag.contains(['/', '\\', '.']) && !Path::new(given).exists());
        let (language, file) = tagged.unwrap_or((own, given));
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        if texts.insert(language.to_owned(), text).is_some() {
            return Err(Misuse(format!(
                "two files are in the language `{language}`: name each one's, as in en=rules.md es=normas.md"
            ))
            .into());
        }
    }
    cleaned(&texts).map_err(|faults| Misuse(faults.join("\n")).into())
}

/// What became of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// There was nothing to accept.
    Nothing,
    /// Everything is accepted, and the server has it on record.
    Accepted,
    /// The answer was no.
    Declined,
    /// There is nobody at a terminal to ask.
    Nobody,
}

/// Shows what is not accepted yet and asks; `yes` was said already by an option.
pub(super) async fn settle(
    server: &NativeServer,
    campaign: Option<CampaignId>,
    yes: bool,
    ctx: &Context,
) -> anyhow::Result<Asked> {
    let texts = server.conduct(campaign).await?;
    settle_these(server, &texts, yes, ctx).await
}

/// [`settle`] of texts that were fetched.
pub(super) async fn settle_these(
    server: &NativeServer,
    texts: &[ConductText],
    yes: bool,
    ctx: &Context,
) -> anyhow::Result<Asked> {
    let open: Vec<&ConductText> = texts.iter().filter(|text| text.accepted_at.is_none()).collect();
    if open.is_empty() {
        return Ok(Asked::Nothing);
    }
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Ok(Asked::Nobody);
        }
        let whole: Vec<String> =
            open.iter().map(|text| format!("{}\n\n{}\n", headline(text, ctx), words(text, ctx))).collect();
        if !pages(&whole.join("\n"), ctx)? || !says_yes(ctx)? {
            return Ok(Asked::Declined);
        }
    }
    for text in open {
        server.accept_conduct(&text.version).await?;
    }
    tell(ctx.catalogue.say("conduct-thanks", &[]));
    Ok(Asked::Accepted)
}

/// Asks for a yes. What is neither yes nor no, an empty line above all, is asked again.
fn says_yes(ctx: &Context) -> anyhow::Result<bool> {
    for _ in 0..3 {
        let answer = line(&ctx.catalogue.say("conduct-ask", &[]))?;
        if is_yes(&answer) {
            return Ok(true);
        }
        if is_no(&answer) {
            break;
        }
    }
    Ok(false)
}

fn headline(text: &ConductText, ctx: &Context) -> String {
    let name = [("name", Value::Text(safe_line(&text.title)))];
    match text.campaign {
        None if text.title.is_empty() => ctx.catalogue.say("conduct-rules-here", &[]),
        None => ctx.catalogue.say("conduct-rules", &name),
        Some(_) => ctx.catalogue.say("conduct-guide", &name),
    }
}

fn words(text: &ConductText, ctx: &Context) -> String {
    safe_body(for_reader(&text.texts, ctx.catalogue.language()).unwrap_or_default().trim())
}

/// Says a text a screen at a time. False when its reader stopped.
fn pages(text: &str, ctx: &Context) -> anyhow::Result<bool> {
    let (columns, rows) = terminal_size::terminal_size().map_or((80, 24), |(columns, rows)| (columns.0, rows.0));
    let lines: Vec<&str> = wrap(text, columns.min(100)).into_iter().map(|range| text[range].trim_end()).collect();
    // A row stays for the question.
    let mut rest = lines.chunks(usize::from(rows.max(4)) - 1).peekable();
    while let Some(page) = rest.next() {
        tell(page.join("\n"));
        if rest.peek().is_some() && is_no(&line(&ctx.catalogue.say("conduct-more", &[]))?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One line from the person; the end of the input counts as a no.
fn line(question: &str) -> anyhow::Result<String> {
    // Fluent takes the blank from the end of a sentence.
    let answer = ask(&format!("{} ", question.trim_end()))?;
    Ok(answer.map_or_else(|| "q".to_owned(), |line| line.to_lowercase()))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer, "yes" | "sí" | "si")
}

fn is_no(answer: &str) -> bool {
    matches!(answer, "q" | "n" | "no" | "quit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_a_server_begins_with_can_be_kept() {
        let texts = first_texts();
        let kept = cleaned(&texts).expect("good");
        assert!(kept.len() == 2 && kept.values().all(|text| text.starts_with("# ") && text.contains("textbank wipe")));
    }

    #[test]
    fn only_a_whole_word_accepts() {
        assert!(["yes", "sí", "si"].into_iter().all(is_yes));
        assert!(["", "y", "no", "yes please", "q"].into_iter().all(|answer| !is_yes(answer)));
    }

    #[test]
    fn a_language_that_no_console_speaks_is_warned_of() {
        let texts = |tags: &[&str]| tags.iter().map(|tag| ((*tag).to_owned(), "x".to_owned())).collect();
        assert_eq!(unread_languages(&texts(&["en", "es-mx"])), Vec::<String>::new());
        assert!(unread_languages(&texts(&["en", "xx-nonsense"])).concat().contains("`xx-nonsense`"));
    }

    #[test]
    fn files_are_told_apart_by_language() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
        for name in ["a.md", "b.md", "en=c.md"] {
            std::fs::write(file(name), format!("Text of {name}")).expect("written");
        }
        let both = read(&[format!("en={}", file("a.md")), format!("es={}", file("b.md"))], "en").expect("two");
        assert_eq!((both["en"].as_str(), both["es"].as_str()), ("Text of a.md", "Text of b.md"));
        assert_eq!(read(&[file("a.md")], "es").expect("one")["es"], "Text of a.md");
        assert_eq!(read(&[file("en=c.md")], "en").expect("such a name")["en"], "Text of en=c.md");
        assert!(read(&[file("a.md"), file("b.md")], "en").is_err(), "both in one language");
        assert!(read(&[file("none.md")], "en").is_err());
    }
}
