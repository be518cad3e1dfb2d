//! What the command line says by itself (headings, usage, faults of what was typed) in the person's language.
//!
//! In English clap's own words stand. In another language the same tree of commands gets headings of the catalogue, and a fault is told by
//! its kind with what clap knows of it. What each command does is told in English: it stands in its own source.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, FromArgMatches as _, Parser as _};

use super::{Cli, Exit, Global, find_paths, read_config, tree};
use crate::config::Surroundings;
use crate::i18n::{Catalogue, Value};

/// Reads the command line.
///
/// # Errors
/// How to exit, after help, version or a fault was printed. In English clap ends the program itself.
pub fn parse() -> Result<Cli, ExitCode> {
    let args: Vec<OsString> = std::env::args_os().collect();
    let words = Catalogue::for_language(&language(&args));
    if words.language() == "en" {
        return Ok(Cli::parse_from(args));
    }
    read(&words, args).map_err(|error| {
        if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            // Nobody is left to tell when the output is closed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
        eprint(&fault(&words, &error));
        Exit::Usage.into()
    })
}

fn eprint(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{}", super::output::rows_for_errors(text));
}

/// The language that is set, else the system's; known before the command line is, as its faults are told in it.
fn language(args: &[OsString]) -> String {
    let args: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let given = |name: &str| {
        let behind = args.windows(2).filter(|two| two[0] == name).map(|two| two[1].to_owned());
        let joined = args.iter().filter_map(|arg| arg.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned);
        behind.chain(joined).collect::<Vec<_>>()
    };
    let global = Global {
        home: given("--home").pop().map(Into::into),
        profile: given("--profile").pop(),
        log_level: None,
        set: given("--set"),
    };
    let surroundings = Surroundings::read();
    // What is wrong with the settings is told by whoever needs them.
    let loaded = find_paths(&surroundings, &global)
        .ok()
        .and_then(|paths| read_config(&paths, &surroundings, &global).ok())
        .map(|loaded| loaded.config.language)
        .filter(|language| language != "auto");
    loaded.unwrap_or(surroundings.locale)
}

fn read(words: &Catalogue, args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let matches = in_words(words).try_get_matches_from(help_last(args))?;
    Cli::from_arg_matches(&matches)
}

/// `textbank help campaign` asks for what `textbank campaign --help` tells.
fn help_last(mut args: Vec<OsString>) -> Vec<OsString> {
    let tree = tree();
    let mut at = Some(&tree);
    let takes_a_value = |option: &str| {
        let same = |arg: &&Arg| option.strip_prefix("--").is_some_and(|name| arg.get_long() == Some(name));
        tree.get_arguments().find(same).is_some_and(|arg| arg.get_action().takes_values())
    };
    let mut is_value = false;
    for place in 1..args.len() {
        let word = args[place].to_string_lossy();
        if is_value || word.starts_with('-') {
            is_value = !is_value && takes_a_value(&word);
            continue;
        }
        // Behind a command that has none below it, it is what somebody gives that command.
        if word == "help" && at.is_some_and(Command::has_subcommands) {
            args.remove(place);
            args.push("--help".into());
            break;
        }
        at = at.and_then(|command| command.find_subcommand(&args[place]));
        if at.is_none() {
            break;
        }
    }
    args
}

/// Headings. Clap keeps them as long as the program runs, and they are made once.
#[derive(Clone, Copy)]
struct Headings {
    commands: &'static str,
    arguments: &'static str,
    options: &'static str,
    command: &'static str,
}

/// The whole tree of commands with the catalogue's words around it.
fn in_words(words: &Catalogue) -> Command {
    let say = |key: &str| -> &'static str { words.say(key, &[]).leak() };
    let headings = Headings {
        commands: say("usage-commands"),
        arguments: say("usage-arguments"),
        options: say("usage-options"),
        command: say("usage-command"),
    };
    let mut built = tree();
    built.build();
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    let version = version.help(words.say("usage-version", &[])).help_heading(headings.options);
    command(tree().disable_version_flag(true).arg(version), &built, words, headings)
        .after_help(words.say("usage-exit-codes", &[]))
}

/// `built` is the same command as clap has finished it: it knows how it is called.
fn command(command: Command, built: &Command, words: &Catalogue, headings: Headings) -> Command {
    let say = |key: &str| words.say(key, &[]);
    let usage = built.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage:").unwrap_or(&usage).trim().to_owned();
    let usage = usage
        .replace("[OPTIONS]", &format!("[{}]", say("usage-some-options")))
        .replace("COMMAND>", &format!("{}>", headings.command))
        .replace("[COMMAND]", &format!("[{}]", headings.command));
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let mut own = command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .help_template(format!(
            "{{before-help}}{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}",
            say("usage-heading")
        ))
        .override_usage(usage)
        .subcommand_help_heading(headings.commands)
        .subcommand_value_name(headings.command)
        .mut_args(|arg| argument(arg, words, headings))
        .arg(help.help(say("usage-help")).help_heading(headings.options));
    let names: Vec<String> = own.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        if let Some(built) = built.find_subcommand(&name) {
            own = own.mut_subcommand(name, |sub| self::command(sub, built, words, headings));
        }
    }
    own
}

/// An argument below a heading of the catalogue, with what clap would put behind its help.
fn argument(arg: Arg, words: &Catalogue, headings: Headings) -> Arg {
    let heading = if arg.is_positional() { headings.arguments } else { headings.options };
    let arg = if arg.get_help_heading().is_none() { arg.help_heading(heading) } else { arg };
    if !arg.get_action().takes_values() {
        return arg;
    }
    let listed = |key: &str, values: Vec<String>| {
        (!values.is_empty()).then(|| words.say(key, &[("values", Value::Text(values.join(", ")))]))
    };
    let possible = arg
        .get_possible_values()
        .iter()
        .filter(|one| !one.is_hide_set())
        .map(|one| one.get_name().to_owned())
        .collect();
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let help = arg.get_help().map(ToString::to_string);
    let behind = [listed("usage-default", defaults), listed("usage-possible", possible)];
    let whole: Vec<String> = help.into_iter().chain(behind.into_iter().flatten()).collect();
    arg.hide_default_value(true).hide_possible_values(true).help(whole.join(" "))
}

/// What was wrong with the command line, what may have been meant, and how it is called.
fn fault(words: &Catalogue, error: &clap::Error) -> String {
    let get = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        Some(ContextValue::StyledStr(text)) => Some(text.to_string()),
        _ => None,
    };
    let arg = get(ContextKind::InvalidArg).or_else(|| get(ContextKind::InvalidSubcommand)).unwrap_or_default();
    let value = get(ContextKind::InvalidValue).unwrap_or_default();
    let other = get(ContextKind::PriorArg).unwrap_or_default();
    let values = get(ContextKind::ValidValue).or_else(|| get(ContextKind::ValidSubcommand)).unwrap_or_default();
    let key = match error.kind() {
        ErrorKind::UnknownArgument => "usage-unknown-argument",
        ErrorKind::InvalidSubcommand => "usage-unknown-command",
        ErrorKind::MissingSubcommand => "usage-command-missing",
        ErrorKind::MissingRequiredArgument => "usage-required",
        ErrorKind::ArgumentConflict if other.is_empty() || other == arg => "usage-twice",
        ErrorKind::ArgumentConflict => "usage-conflict",
        ErrorKind::InvalidValue if value.is_empty() => "usage-value-missing",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage-value-wrong",
        ErrorKind::TooFewValues | ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            "usage-values-wrong"
        }
        ErrorKind::InvalidUtf8 => "usage-not-unicode",
        _ => return error.to_string().trim_end().to_owned(),
    };
    let text = |name: &'static str, text: String| (name, Value::Text(text));
    let args = [text("arg", arg), text("value", value), text("other", other), text("values", values.clone())];
    let mut said = format!("textbank: {}", words.say(key, &args));
    // The reason of a value's own reader.
    if let Some(source) = std::error::Error::source(error) {
        said.push_str(&format!(": {source}"));
    }
    let mut lines = vec![said];
    if !values.is_empty() && key.starts_with("usage-value") {
        lines.push(words.say("usage-possible", &[text("values", values)]));
    }
    let similar = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    lines.extend(
        similar.into_iter().filter_map(get).map(|similar| words.say("usage-similar", &[text("values", similar)])),
    );
    lines.extend(get(ContextKind::Usage).map(|usage| usage.replacen("Usage:", &words.say("usage-heading", &[]), 1)));
    lines.push(words.say("usage-more", &[]));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Catalogue, fault, in_words, read};

    fn said(line: &str) -> String {
        let words = Catalogue::spanish();
        let error = read(&words, line.split(' ').map(Into::into).collect()).expect_err("a fault");
        if error.use_stderr() { fault(&words, &error) } else { error.to_string() }
    }

    #[rstest]
    #[case("textbank rehearse --sead 4", "ninguna opción ni argumento «--sead»", "--seed")]
    #[case("textbank rehears", "ninguna orden «rehears»", "rehearse")]
    #[case("textbank rehearse --seed", "le falta un valor", "")]
    #[case("textbank rehearse --seed x", "«x» no es un valor para «--seed", "")]
    #[case("textbank completions", "falta esto: <SHELL>", "")]
    #[case("textbank completions zsch", "«zsch» no es un valor", "zsh")]
    #[case("textbank rehearse --seed 1 --seed 2", "más de una vez", "")]
    #[case(
        "textbank outbox --sent 018f0000-0000-7000-8000-000000000000 --not-sent 018f0000-0000-7000-8000-000000000000",
        "no va junto con",
        ""
    )]
    fn a_fault_is_told_in_the_persons_language(#[case] line: &str, #[case] wrong: &str, #[case] meant: &str) {
        let said = said(line);
        assert!(said.contains(wrong) && said.contains(meant), "{said}");
        for english in ["error:", "Usage", "For more", "tip:", "possible", "OPTIONS", "COMMAND"] {
            assert!(!said.contains(english), "{english} in {said}");
        }
    }

    #[test]
    fn no_heading_of_any_command_is_english() {
        fn look(command: &mut clap::Command) {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Uso: textbank"), "{help}");
            for english in
                ["Usage:", "Options:", "Commands:", "Arguments:", "Print help", "[possible", "[OPTIONS]", "COMMAND>"]
            {
                assert!(!help.contains(english), "{english} in {help}");
            }
            command.get_subcommands_mut().for_each(look);
        }
        let mut tree = in_words(&Catalogue::spanish());
        tree.build();
        look(&mut tree);
    }

    #[test]
    fn help_of_a_command_is_asked_for_in_either_way() {
        let (one, other) = (said("textbank help campaign import"), said("textbank campaign import --help"));
        assert_eq!(one, other);
        assert_eq!(said("textbank campaign help import"), one);
        assert!(said("textbank --version").contains(env!("CARGO_PKG_VERSION")));
        assert!(said("textbank --profile pat help").contains("Uso: textbank"));
    }
}
