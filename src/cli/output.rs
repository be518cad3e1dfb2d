//! Standard output, errors in words, exit codes.

use std::io::{BufRead as _, Write};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use crate::api::problem::{Code, Problem};
use crate::client::CallError;
use crate::client::native::LinkError;
use crate::client::spoke;
use crate::config::{ConfigError, PathsError};
use crate::console::core::texter::server::problem_say;
use crate::console::term::lines::columns_of_errors;
use crate::console::ui::wrap::hang;
use crate::console::words::phrase;
use crate::domain::safe_text::{safe_body, safe_json, safe_line};
use crate::i18n::{Catalogue, Value};

/// The command was given something that cannot be meant; its words say what can.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// How a sub-command ended. The numbers are documented in `--help` and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: failed.
    Failed,
    /// 2: wrong usage or settings (clap's own number for usage).
    Usage,
    /// 3: problems found in files, or by `doctor`; they have been printed.
    Problems,
    /// 4: the server refused.
    Refused,
    /// 5: the server was not reached, or did not answer.
    NotReached,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Problems => 3,
            Self::Refused => 4,
            Self::NotReached => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What a sub-command gives back.
pub type Outcome = anyhow::Result<Exit>;

/// The sentences of the language that is set, once the settings are read: an error may end the program where nothing else is at hand.
static WORDS: OnceLock<Arc<Catalogue>> = OnceLock::new();

/// From here on errors are told in this language.
pub fn speak(catalogue: &Arc<Catalogue>) {
    // Of several readings of the settings the first one counts: they are of one program.
    let _ = WORDS.set(Arc::clone(catalogue));
}

/// The sentences of the language that is set; English before anything is known of it.
#[must_use]
pub fn words() -> Arc<Catalogue> {
    WORDS.get().cloned().unwrap_or_else(|| Arc::new(Catalogue::english()))
}

/// A sentence in the language that is set.
#[must_use]
pub fn said(key: &str, args: &[(&str, Value)]) -> String {
    words().say(key, args)
}

/// A yes in either language, whichever is set.
#[must_use]
pub fn is_yes(answer: &str) -> bool {
    ["y", "yes", "s", "si", "sí"].contains(&answer.trim().to_lowercase().as_str())
}

/// One text, as an argument of a sentence.
#[must_use]
pub fn text(name: &'static str, text: impl Into<String>) -> (&'static str, Value) {
    (name, Value::Text(text.into()))
}

/// One count, as an argument of a sentence.
#[must_use]
pub fn count(name: &'static str, n: u64) -> (&'static str, Value) {
    (name, Value::Number(i64::try_from(n).unwrap_or(i64::MAX)))
}

/// Text for standard error, broken at words where that is a terminal.
pub(super) fn rows_for_errors(text: &str) -> String {
    columns_of_errors().map_or_else(|| text.to_owned(), |columns| in_rows(text, columns))
}

/// Writes text to standard output, with a line end. A reader that has gone away (`| head`) is no error.
///
/// # Errors
/// As the system says.
pub fn out(text: impl AsRef<str>) -> anyhow::Result<()> {
    let text = text.as_ref();
    let mut stdout = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(stdout, "{text}{end}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Asks on standard error, on the same line, and reads one line, without the blanks around it. None at the end of the input.
///
/// # Errors
/// As the system says.
pub fn ask(question: &str) -> std::io::Result<Option<String>> {
    let mut stderr = std::io::stderr().lock();
    let question = rows_for_errors(question);
    write!(stderr, "{question}")?;
    stderr.flush()?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}

/// The lines of a question in so many columns, broken at words.
fn in_rows(question: &str, columns: u16) -> String {
    question.split('\n').map(|line| hang(line, columns)).collect::<Vec<_>>().join("\n")
}

/// Forgets what was typed and nobody has read, so that it answers no question that comes later and does not reach the shell.
/// On Windows it stays.
pub fn forget_typed() {
    #[cfg(unix)]
    {
        use std::io::IsTerminal as _;
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            // A terminal that has gone away has nothing typed.
            let _ = rustix::termios::tcflush(&stdin, rustix::termios::QueueSelector::IFlush);
        }
    }
}

/// Writes one JSON document to standard output.
///
/// # Errors
/// As the system says.
pub fn out_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    out(json(value)?)
}

/// One JSON document, in which nothing that strangers wrote can reach the terminal.
///
/// # Errors
/// As serde says.
pub fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(safe_json(serde_json::to_string_pretty(value)?))
}

/// What somebody wrote, harmless, each line behind a mark, so that none of it can be taken for a line of the program's own.
#[must_use]
pub fn quoted(text: &str) -> String {
    safe_body(text).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// Prints an error as one chain of causes on standard error and says how to exit.
#[must_use]
pub fn report(error: &anyhow::Error) -> Exit {
    // Faulty settings have places and carets of their own; a name before them would shift the first line.
    let prefix = if error.downcast_ref::<ConfigError>().is_some() { "" } else { "textbank: " };
    // Nobody is left to tell when standard error is closed.
    let mut stderr = std::io::stderr().lock();
    let said = format!("{prefix}{}", in_words(error));
    // Carets of a settings file point at columns: those lines stay as they are.
    let said = if prefix.is_empty() { said } else { rows_for_errors(&said) };
    let _ = writeln!(stderr, "{said}");
    if let Some(remedy) = what_to_do(error).filter(|_| speaks_english() || !says_what_to_do(error)) {
        let remedy = words().say("call-what-to-do", &[("remedy", Value::Text(remedy.to_owned()))]);
        let _ = writeln!(stderr, "{}", rows_for_errors(&remedy));
    }
    exit_of(error)
}

/// True when the catalogue's sentence of a refusal, or of a call without an answer, says all there is to say.
fn says_what_to_do(error: &anyhow::Error) -> bool {
    match error.chain().find_map(|cause| cause.downcast_ref::<CallError>()) {
        Some(CallError::Refused(problem)) => is_everybodys(problem.code),
        _ => true,
    }
}

/// What volunteers meet, each with a sentence of its own in the catalogue, that says what to do as well. Of everything else the sentence is
/// one for a texter's card, and what was wrong stands in the server's words alone.
fn is_everybodys(code: Code) -> bool {
    use Code::{
        ConductNotAccepted, Forbidden, InviteSpent, RateLimited, SecondFactorNeeded, Unauthorized, Unavailable,
        WaitingRoom, WrongCode,
    };
    matches!(
        code,
        ConductNotAccepted
            | Forbidden
            | InviteSpent
            | RateLimited
            | SecondFactorNeeded
            | Unauthorized
            | Unavailable
            | WaitingRoom
            | WrongCode
    )
}

fn what_to_do(error: &anyhow::Error) -> Option<&'static str> {
    let call = error.chain().find_map(|cause| cause.downcast_ref::<CallError>())?;
    let code = match call {
        CallError::Refused(problem) => Some(problem.code),
        // A no without a word why.
        CallError::Strange(why) if why == spoke::WORDLESS => Some(Code::Unavailable),
        _ => None,
    };
    if let (Some(advice), Some(code)) = (error.downcast_ref::<Advice>(), code)
        && let Some((_, remedy)) = advice.on.iter().find(|(on, _)| *on == code)
    {
        return Some(remedy);
    }
    remedy(call)
}

/// The chain of causes, each said once.
fn in_words(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain() {
        let words = match cause.downcast_ref::<CallError>() {
            Some(CallError::Refused(problem)) => refusal(problem, &words()),
            Some(CallError::NotReached(_)) if !speaks_english() => words().say("call-not-reached", &[]),
            Some(CallError::NoAnswer(_)) if !speaks_english() => words().say("call-no-answer", &[]),
            // It was reached, and no page before it answered: there is nothing strange about it.
            Some(CallError::Strange(why)) if why == spoke::WORDLESS && speaks_english() => why.clone(),
            Some(CallError::Strange(_)) if !speaks_english() => words().say("call-strange", &[]),
            _ => cause.to_string(),
        };
        // Many errors repeat their source's words in their own.
        if !said.last().is_some_and(|last| last.contains(&words)) {
            said.push(words);
        }
    }
    said.join(": ")
}

fn speaks_english() -> bool {
    words().language() == "en"
}

/// A refusal as a person reads it. What a developer has to know of it stands in brackets.
fn refusal(problem: &Problem, words: &Catalogue) -> String {
    let speaks_english = words.language() == "en";
    match problem.code {
        Code::ConductNotAccepted if speaks_english => "the rules of conduct are not accepted by you yet".to_owned(),
        Code::WaitingRoom if speaks_english => "you are in the waiting room".to_owned(),
        code => {
            let faults: String = problem.faults.iter().map(|fault| format!("\n  {}", safe_line(fault))).collect();
            // What is said to volunteers needs no code beside it; and in another language the sentence says what to do as well.
            if code == Code::InviteSpent || (!speaks_english && is_everybodys(code)) {
                let zone = jiff::tz::TimeZone::system();
                return format!("{}{faults}", phrase(words, &zone, &problem_say(problem)));
            }
            let told =
                [("detail", Value::Text(safe_line(&problem.detail))), ("code", Value::Text(code.as_str().to_owned()))];
            format!("{}{faults}", words.say("call-refused", &told))
        }
    }
}

/// What a command says there is to do, where it knows better than the refusal's code: given to the error as its context.
#[derive(Debug)]
pub struct Advice {
    /// What was not done.
    pub what: &'static str,
    /// What to do when it was refused with one of these codes; `Unavailable` stands for a no without a word why as well.
    pub on: &'static [(Code, &'static str)],
}

impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)
    }
}

/// What the person can do about a call that brought no answer, when there is anything.
fn remedy(error: &CallError) -> Option<&'static str> {
    let problem = match error {
        CallError::Refused(problem) => problem,
        CallError::NotReached(_) => {
            return Some(
                "see whether the server runs, the address is right and this machine is online; then run it again",
            );
        }
        CallError::NoAnswer(_) => return Some("run the same command again; nothing is done twice by it"),
        CallError::Strange(why) if why == spoke::WORDLESS => {
            return Some(
                "run it again in a moment; if it stays so, see whether the numbers are right (textbank spoke campaigns, people), and ask the campaign's admin to look into Spoke's log",
            );
        }
        CallError::Strange(_) => {
            return Some("see whether the address is that of a campaign server, and not of a page before it");
        }
    };
    Some(match problem.code {
        Code::InviteSpent => "see that the link is whole; else ask whoever gave you the link for a new one",
        Code::ConductNotAccepted => "read the rules and accept them: textbank conduct accept",
        Code::WaitingRoom => "wait until a captain lets you in: textbank text waits with you",
        Code::SecondFactorNeeded => {
            "show a code of your authenticator app: textbank second-factor prove; where none is set yet: textbank second-factor set"
        }
        Code::WrongCode => {
            "wait for the app's next code; a lost phone: an admin runs textbank second-factor remove --person ID"
        }
        Code::Unauthorized if problem.detail == spoke::SIGNED_OUT => "sign in again: textbank login --spoke URL",
        Code::Unauthorized => "sign in again: textbank join LINK, with a new link",
        Code::Forbidden => "use a sign-in with the right role (--sign-in), or ask an admin for a link with that role",
        Code::NotFound => "see what there is: textbank campaign list, textbank sessions",
        Code::RateLimited => "wait a minute, then run it again",
        Code::Unavailable => "run it again in a moment; if it stays so, look into the server's log",
        _ => return None,
    })
}

fn exit_of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(call) = cause.downcast_ref::<CallError>() {
            return match call {
                CallError::Refused(_) => Exit::Refused,
                // The server was reached: it said no, without a word why.
                CallError::Strange(why) if why == spoke::WORDLESS => Exit::Refused,
                CallError::NotReached(_) | CallError::NoAnswer(_) | CallError::Strange(_) => Exit::NotReached,
            };
        }
        if cause.is::<PathsError>() || cause.is::<ConfigError>() || cause.is::<LinkError>() || cause.is::<Misuse>() {
            return Exit::Usage;
        }
    }
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;
    use rstest::rstest;

    use super::{Advice, Catalogue, Exit, exit_of, in_rows, in_words, refusal, says_what_to_do, what_to_do};
    use crate::api::problem::{Code, Problem};
    use crate::client::CallError;

    #[rstest]
    #[case(CallError::Refused(Box::new(Problem::new(Code::Paused, "paused"))), Exit::Refused)]
    #[case(CallError::NotReached("no route".into()), Exit::NotReached)]
    fn exit_code_follows_the_cause_inside(#[case] cause: CallError, #[case] exit: Exit) {
        let error = anyhow::Error::new(cause).context("while importing");
        assert_eq!(exit_of(&error), exit);
    }

    #[test]
    fn a_refusal_in_another_language_keeps_what_was_wrong() {
        let spanish = Catalogue::spanish();
        let invalid = Problem::new(Code::Invalid, "say why it was a mistake");
        let told = refusal(&invalid, &spanish);
        assert_eq!(told, "el servidor dijo que no: say why it was a mistake (invalid)");
        let spent = refusal(&Problem::new(Code::InviteSpent, "spent"), &spanish);
        assert!(!spent.contains("spent") && !spent.contains('('), "{spent}");
        let error = anyhow::Error::new(CallError::Refused(Box::new(invalid)));
        assert!(!says_what_to_do(&error), "the remedy is told, in whatever language there is one");
    }

    #[test]
    fn chain_is_said_once_each() {
        let error = Err::<(), _>(std::io::Error::other("disk full")).context("cannot write x").unwrap_err();
        assert_eq!(in_words(&error), "cannot write x: disk full");
        assert_eq!(in_words(&anyhow::anyhow!("a: b").context("c: a: b")), "c: a: b");
    }

    #[test]
    fn a_question_is_broken_at_words_and_the_answer_comes_behind_it() {
        let question = "One contact is lost for good.\nGo on? Type yes: ";
        assert_eq!(in_rows(question, 80), question);
        assert_eq!(in_rows(question, 20), "One contact is lost\n  for good.\nGo on? Type yes: ");
        assert_eq!(in_rows("Erase it? [y/N]\n", 20), "Erase it? [y/N]\n");
    }

    fn refused(code: Code, detail: &str) -> anyhow::Error {
        CallError::Refused(Box::new(Problem::new(code, detail))).into()
    }

    #[test]
    fn a_refusal_is_said_in_a_persons_words_with_every_fault() {
        let error = refused(Code::ConductNotAccepted, "GET /api/v1/conduct").context("no list");
        assert_eq!(in_words(&error), "no list: the rules of conduct are not accepted by you yet");
        assert_eq!(what_to_do(&error), Some("read the rules and accept them: textbank conduct accept"));
        let mut problem = Problem::new(Code::Invalid, "these rules cannot be kept");
        problem.faults = vec!["it is\u{1b}[2J empty".to_owned()];
        let words = in_words(&CallError::Refused(Box::new(problem)).into());
        assert!(words.starts_with("refused: these rules cannot be kept (invalid)\n  it is"), "{words}");
        assert!(!words.contains('\u{1b}'), "{words:?}");
    }

    #[test]
    fn a_spoke_server_that_says_nothing_was_reached_all_the_same() {
        let error: anyhow::Error = CallError::Strange(crate::client::spoke::WORDLESS.into()).into();
        assert_eq!(exit_of(&error), Exit::Refused);
        assert!(!in_words(&error).contains("strange"), "{}", in_words(&error));
        assert!(what_to_do(&error).is_some_and(|remedy| remedy.contains("textbank spoke campaigns")));
        // Who asked for nothing by a number is sent to no list of numbers.
        let mine = error.context(crate::cli::spoke::of_mine("not read"));
        assert!(what_to_do(&mine).is_some_and(|remedy| !remedy.contains("numbers")), "{:?}", what_to_do(&mine));
        let error: anyhow::Error = CallError::Strange("a login page".into()).into();
        assert_eq!(exit_of(&error), Exit::NotReached);
        let signed_out = refused(Code::Unauthorized, crate::client::spoke::SIGNED_OUT);
        assert_eq!(what_to_do(&signed_out), Some("sign in again: textbank login --spoke URL"));
    }

    #[test]
    fn a_command_knows_better_what_to_do_than_the_code() {
        let advice = || Advice { what: "not let in", on: &[(Code::NotFound, "see who waits")] };
        let error = refused(Code::NotFound, "nobody").context(advice()).context("admitting");
        assert_eq!(what_to_do(&error), Some("see who waits"));
        assert_eq!(in_words(&error), "admitting: not let in: refused: nobody (not_found)");
        assert_eq!(
            what_to_do(&refused(Code::RateLimited, "x").context(advice())),
            Some("wait a minute, then run it again")
        );
    }
}
