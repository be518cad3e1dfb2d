//! What the command line says by itself (headings, usage, faults of what was typed) in the person's language.
//!
//! In English clap's own words stand. In another language the same tree of commands gets headings of the catalogue, and a fault is told by
//! its kind with what clap knows of it. What each command does stands in English in its own source, and in another language in the catalogue, by
//! the command's path ([`key`]).

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
    let words = Catalogue::for_command_line(&language(&args));
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
    command(tree().disable_version_flag(true).arg(version), &built, "", words, headings)
        .after_help(words.say("usage-exit-codes", &[]))
}

/// `built` is the same command as clap has finished it: it knows how it is called.
fn command(command: Command, built: &Command, path: &str, words: &Catalogue, headings: Headings) -> Command {
    let command = described(command, path, words);
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
        .mut_args(|arg| argument(arg, path, words, headings))
        .arg(help.help(say("usage-help")).help_heading(headings.options));
    let names: Vec<String> = own.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        if let Some(built) = built.find_subcommand(&name) {
            let path = key(path, &name);
            own = own.mut_subcommand(name, |sub| self::command(sub, built, &path, words, headings));
        }
    }
    own
}

/// What stands behind the path of a command, or of an argument, where it has more to say than its short help does.
const MORE: &str = "__more";

/// The path of a command below another, as the catalogue has it: `help-campaign-import`.
fn key(path: &str, name: &str) -> String {
    if path.is_empty() { format!("help-{name}") } else { format!("{path}-{name}") }
}

/// The same of an argument, by its long name or that of its place: `help-serve--listen`.
fn argument_key(path: &str, arg: &Arg) -> String {
    let path = if path.is_empty() { "help" } else { path };
    format!("{path}--{}", arg.get_long().unwrap_or(arg.get_id().as_str()).replace('_', "-"))
}

/// What an option says in every command that has no word of its own for it.
fn everywhere(key: &str) -> String {
    format!("help-any--{}", key.rsplit("--").next().unwrap_or_default())
}

/// The command with the catalogue's words of what it does; where it has none, its own stay.
fn described(command: Command, path: &str, words: &Catalogue) -> Command {
    let key = if path.is_empty() { "help" } else { path };
    let more = format!("{key}{MORE}");
    let command = if words.has(key) { command.about(words.say(key, &[])) } else { command };
    if words.has(&more) { command.long_about(words.say(&more, &[])) } else { command }
}

/// An argument below a heading of the catalogue, with what clap would put behind its help.
fn argument(arg: Arg, path: &str, words: &Catalogue, headings: Headings) -> Arg {
    let own = argument_key(path, &arg);
    let more = format!("{own}{MORE}");
    let key = if words.has(&own) { own } else { everywhere(&own) };
    let arg = if words.has(&key) { arg.help(words.say(&key, &[])) } else { arg };
    let arg = if words.has(&more) { arg.long_help(words.say(&more, &[])) } else { arg };
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
    let behind = [listed("usage-default", defaults), listed("usage-possible", possible)];
    let with = |help: Option<String>| {
        let whole: Vec<String> = help.into_iter().chain(behind.iter().flatten().cloned()).collect();
        whole.join(" ")
    };
    let (short, long) = (arg.get_help().map(ToString::to_string), arg.get_long_help().map(ToString::to_string));
    let arg = arg.hide_default_value(true).hide_possible_values(true).help(with(short));
    if long.is_some() { arg.long_help(with(long)) } else { arg }
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

    use std::collections::{BTreeMap, BTreeSet};

    use super::{Catalogue, MORE, argument_key, everywhere, fault, in_words, key, read, tree};

    /// What a command says of itself and of its arguments, by its key.
    fn told(command: &clap::Command, path: &str, found: &mut BTreeMap<String, String>) {
        let mut add = |key: &str, short: Option<String>, long: Option<String>| {
            found.extend(long.filter(|long| Some(long) != short.as_ref()).map(|long| (format!("{key}{MORE}"), long)));
            let twice = found.insert(key.to_owned(), short.unwrap_or_default());
            assert_eq!(twice, None, "{key} stands for two");
        };
        let text = |text: Option<&clap::builder::StyledStr>| text.map(ToString::to_string);
        let own = if path.is_empty() { "help" } else { path };
        add(own, text(command.get_about()), text(command.get_long_about()));
        for arg in command.get_arguments() {
            add(&argument_key(path, arg), text(arg.get_help()), text(arg.get_long_help()));
        }
        command.get_subcommands().for_each(|sub| told(sub, &key(path, sub.get_name()), found));
    }

    #[test]
    fn whatever_help_says_is_said_in_spanish_too() {
        let mut english = BTreeMap::new();
        told(&tree(), "", &mut english);
        let keys = Catalogue::help_keys();
        let spanish: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(spanish.len(), keys.len(), "a key twice");
        // An option that says the same in every command is said once.
        let (mut lacks, mut shared, mut used) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        for (key, text) in &english {
            let any = everywhere(key);
            if spanish.contains(key.as_str()) {
                used.insert(key.clone());
            } else if key.contains("--") && spanish.contains(any.as_str()) {
                let said = shared.entry(any.clone()).or_insert(text);
                assert_eq!(*said, text, "{key} says something else than {any}, and has no word of its own");
                used.insert(any);
            } else {
                lacks.push(format!("{key} = {text}"));
            }
        }
        assert!(lacks.is_empty(), "not in Spanish:\n{}", lacks.join("\n"));
        let dead: Vec<&&str> = spanish.iter().filter(|key| !used.contains(**key)).collect();
        assert!(dead.is_empty(), "no command says it: {dead:?}");
        // No command and no option without a word of what it is for.
        let mute: Vec<&String> =
            english.iter().filter(|(_, text)| text.trim().is_empty()).map(|(key, _)| key).collect();
        assert!(mute.is_empty(), "without a word: {mute:?}");
        // The whole tree in Spanish has no sentence of the English one.
        let words = Catalogue::for_command_line("es");
        let mut shown = BTreeMap::new();
        told(&in_words(&words), "", &mut shown);
        let same: Vec<&String> =
            english.iter().filter(|(key, text)| shown.get(*key) == Some(text)).map(|(key, _)| key).collect();
        assert!(same.is_empty(), "in English still: {same:?}");
    }

    fn said(line: &str) -> String {
        let words = Catalogue::for_command_line("es");
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
        let mut tree = in_words(&Catalogue::for_command_line("es"));
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
