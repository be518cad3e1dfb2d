//! Checks of the machine, each with what was found and, when something is wrong, what to do.
//!
//! Nothing here asks the network or the terminal: [`Machine`] brings what was seen, so that every check can be tested.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::Serialize;

use crate::client::journal::Tally;
use crate::config::{ConfigError, ConsoleConfig, Loaded, Paths, Surroundings};
use crate::console::keymap::Keymap;
use crate::i18n::{Catalogue, Value};

/// A clock further off than this makes waiting times and texting hours look wrong on the screen.
const SKEW_SECONDS: i64 = 30;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Good,
    /// Works, with something to know.
    Notice,
    /// Something will not work.
    Fault,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do, when there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Good, found: found.into(), remedy: None }
    }

    fn notice(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Notice, found: found.into(), remedy: Some(remedy.into()) }
    }

    fn fault(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: State::Fault, found: found.into(), remedy: Some(remedy.into()) }
    }
}

fn said(words: &Catalogue, key: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<(&str, Value)> = args.iter().map(|(name, value)| (*name, Value::Text((*value).to_owned()))).collect();
    words.say(key, &args)
}

/// [`long`] in the person's language; only days have another name there.
#[must_use]
pub fn age(age: SignedDuration, words: &Catalogue) -> String {
    let told = long(age);
    told.strip_suffix(" days").map_or_else(|| told.clone(), |n| said(words, "age-days", &[("n", n)]))
}

/// Rules of one's own: the names of those that count, or what is wrong with them.
#[must_use]
pub fn rules(own: Result<Vec<&'static str>, String>, words: &Catalogue) -> Finding {
    match own {
        Ok(names) if names.is_empty() => Finding::good("rules", said(words, "doctor-rules-built-in", &[])),
        Ok(names) => Finding::notice(
            "rules",
            said(words, "doctor-rules-own", &[("names", &names.join(", "))]),
            said(words, "doctor-rules-own-do", &[]),
        ),
        Err(why) => Finding::fault("rules", why, said(words, "doctor-rules-do", &[])),
    }
}

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Keys come from a terminal.
    pub input: bool,
    /// The screen is a terminal.
    pub output: bool,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// It tells a key that is held down from one that is pressed again; none when it was not asked.
    pub tells_repeats: Option<bool>,
}

/// What one server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its address.
    pub server: String,
    /// The directory of its sign-in and journal.
    pub dir: PathBuf,
    /// How far its clock is ahead of ours, or why it did not answer.
    pub clock: Result<SignedDuration, String>,
    /// The server keeps a rehearsal's own time: its clock says nothing about ours.
    pub own_time: bool,
    /// It runs Spoke: whoever is signed out there needs no captain, and it tells no time.
    pub spoke: bool,
    /// What its journal holds.
    pub waits: Waits,
}

/// What waits in a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// There is no journal yet.
    NoJournal,
    /// So much, the oldest since so long.
    Counted(Tally, Option<SignedDuration>),
    /// A console holds it.
    ConsoleOpen,
    /// It could not be read.
    Unreadable(String),
}

/// Everything that is looked at.
#[derive(Debug)]
pub struct Machine<'a> {
    /// Where things are kept.
    pub paths: &'a Paths,
    /// What the environment says.
    pub surroundings: &'a Surroundings,
    /// The settings, or their faults.
    pub settings: Result<&'a Loaded, &'a ConfigError>,
    /// The terminal.
    pub terminal: Terminal,
    /// Every server with a sign-in.
    pub servers: Vec<Seen>,
    /// The sentences of the person's language.
    pub words: &'a Catalogue,
}

/// Looks at everything.
#[must_use]
pub fn examine(machine: &Machine<'_>) -> Vec<Finding> {
    let words = machine.words;
    let mut found = vec![settings(machine), keys(machine)];
    found.push(directory("data directory", machine.paths.data_dir(), words));
    found.push(directory("log directory", machine.paths.state_dir(), words));
    found.push(terminal(machine.terminal, machine.surroundings, words));
    found.push(size(machine.terminal, words));
    found.push(colours(machine.surroundings, words));
    found.push(characters(machine.surroundings, words));
    found.push(key_reports(machine));
    found.push(editor(machine.surroundings, words));
    if machine.servers.is_empty() {
        found.push(Finding::notice("sign-ins", said(words, "doctor-none", &[]), said(words, "doctor-none-do", &[])));
    }
    for seen in &machine.servers {
        found.push(server(seen, words));
        found.push(journal(&seen.dir, words));
        found.extend(waiting(&seen.server, &seen.waits, words));
    }
    found
}

fn settings(machine: &Machine<'_>) -> Finding {
    let (file, words) = (machine.paths.config_file(), machine.words);
    match machine.settings {
        Ok(_) if file.exists() => Finding::good("settings", file.display().to_string()),
        Ok(_) => Finding::good("settings", said(words, "doctor-defaults", &[("file", &file.display().to_string())])),
        Err(error) => Finding::fault("settings", error.to_string(), said(words, "doctor-correct", &[])),
    }
}

fn keys(machine: &Machine<'_>) -> Finding {
    let words = machine.words;
    let Ok(loaded) = machine.settings else {
        return Finding::notice(
            "keys",
            said(words, "doctor-keys-unknown", &[]),
            said(words, "doctor-keys-unknown-do", &[]),
        );
    };
    let own: usize = loaded.config.keys.values().map(std::collections::BTreeMap::len).sum();
    match Keymap::with_user(&loaded.config.keys) {
        Ok(keymap) => Finding::good(
            "keys",
            said(words, "doctor-keys-bound", &[("n", &keymap.table().len().to_string()), ("own", &own.to_string())]),
        ),
        Err(faults) => {
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            Finding::fault("keys", faults.join("; "), said(words, "doctor-keys-do", &[]))
        }
    }
}

fn directory(check: &'static str, dir: &Path, words: &Catalogue) -> Finding {
    let shown = dir.display().to_string();
    let Ok(meta) = dir.metadata() else {
        return Finding::good(check, said(words, "doctor-dir-later", &[("dir", &shown)]));
    };
    if !meta.is_dir() {
        return Finding::fault(
            check,
            said(words, "doctor-dir-file", &[("dir", &shown)]),
            said(words, "doctor-dir-file-do", &[]),
        );
    }
    if meta.permissions().readonly() {
        return Finding::fault(
            check,
            said(words, "doctor-dir-shut", &[("dir", &shown)]),
            said(words, "doctor-dir-shut-do", &[]),
        );
    }
    match open_to_others(dir) {
        Some(mode) => Finding::notice(
            check,
            said(words, "doctor-dir-open", &[("dir", &shown), ("mode", &format!("{mode:o}"))]),
            format!("chmod 700 {shown}"),
        ),
        None => Finding::good(check, shown),
    }
}

/// The mode, when others may read.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// On Windows the profile's own access list keeps others out.
#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<u32> {
    None
}

fn terminal(terminal: Terminal, surroundings: &Surroundings, words: &Catalogue) -> Finding {
    const CHECK: &str = "terminal";
    let unset = said(words, "doctor-no-term", &[]);
    let name = if surroundings.term.is_empty() { &unset } else { &surroundings.term };
    if !terminal.input || !terminal.output {
        return Finding::notice(
            CHECK,
            said(words, "doctor-no-terminal", &[]),
            said(words, "doctor-no-terminal-do", &[]),
        );
    }
    if surroundings.dumb() {
        return Finding::notice(CHECK, name, said(words, "doctor-dumb-do", &[]));
    }
    let key = match (surroundings.multiplexer, surroundings.notifies.is_some()) {
        (true, true) => "doctor-terminal-inside-notifies",
        (true, false) => "doctor-terminal-inside",
        (false, true) => "doctor-terminal-notifies",
        (false, false) => "doctor-terminal",
    };
    Finding::good(CHECK, said(words, key, &[("name", name)]))
}

fn size(terminal: Terminal, words: &Catalogue) -> Finding {
    const CHECK: &str = "terminal size";
    match terminal.size {
        None => {
            Finding::notice(CHECK, said(words, "doctor-size-unknown", &[]), said(words, "doctor-size-unknown-do", &[]))
        }
        Some((w, h)) if w < 40 || h < 12 => {
            Finding::fault(CHECK, format!("{w}x{h}"), said(words, "doctor-size-do", &[]))
        }
        Some((w, h)) if w < 80 || h < 24 => {
            Finding::notice(CHECK, format!("{w}x{h}"), said(words, "doctor-size-small-do", &[]))
        }
        Some((w, h)) => Finding::good(CHECK, format!("{w}x{h}")),
    }
}

fn colours(surroundings: &Surroundings, words: &Catalogue) -> Finding {
    let found = match (surroundings.no_color, surroundings.truecolor(), surroundings.term.contains("256color")) {
        (true, ..) => "doctor-no-colours",
        (_, true, _) => "doctor-colours-many",
        (_, _, true) => return Finding::good("colours", "256"),
        _ => return Finding::good("colours", "16"),
    };
    Finding::good("colours", said(words, found, &[]))
}

fn characters(surroundings: &Surroundings, words: &Catalogue) -> Finding {
    if surroundings.utf8() {
        return Finding::good("characters", "UTF-8");
    }
    let unset = said(words, "doctor-no-locale", &[]);
    let locale = if surroundings.locale.is_empty() { &unset } else { &surroundings.locale };
    Finding::notice(
        "characters",
        said(words, "doctor-characters", &[("locale", locale)]),
        said(words, "doctor-characters-do", &[]),
    )
}

fn key_reports(machine: &Machine<'_>) -> Finding {
    let console = machine.settings.as_ref().map(|loaded| loaded.config.console.clone()).unwrap_or_default();
    Finding::good("key reports", guard(machine.terminal.tells_repeats, &console, machine.words))
}

/// How the guard against held keys works in this terminal, and what that costs in time.
#[must_use]
pub fn guard(tells_repeats: Option<bool>, console: &ConsoleConfig, words: &Catalogue) -> String {
    let how = match tells_repeats {
        Some(true) => "doctor-guard-told",
        Some(false) => "doctor-guard-timed",
        None => "doctor-guard-asked",
    };
    let numbers = [
        ("dwell", &*console.dwell_ms.to_string()),
        ("gap", &*console.key_gap_ms.to_string()),
        ("silence", &*console.key_silence_ms.to_string()),
    ];
    said(words, how, &numbers)
}

fn editor(surroundings: &Surroundings, words: &Catalogue) -> Finding {
    match &surroundings.editor {
        Some(editor) => Finding::good("editor", editor),
        None => Finding::good("editor", said(words, "doctor-no-editor", &[])),
    }
}

fn server(seen: &Seen, words: &Catalogue) -> Finding {
    const CHECK: &str = "server";
    match &seen.clock {
        Err(why) => Finding::fault(
            CHECK,
            format!("{}: {why}", seen.server),
            if seen.spoke { said(words, "doctor-server-spoke-do", &[]) } else { said(words, "doctor-server-do", &[]) },
        ),
        Ok(_) if seen.spoke => Finding::good(CHECK, said(words, "doctor-server-spoke", &[("server", &seen.server)])),
        Ok(skew) if seen.own_time => Finding::good(
            CHECK,
            said(words, "doctor-server-own-time", &[("server", &seen.server), ("off", &age(skew.abs(), words))]),
        ),
        Ok(skew) if skew.as_secs().abs() > SKEW_SECONDS => Finding::notice(
            CHECK,
            said(words, way(*skew), &[("server", &seen.server), ("n", &skew.as_secs().abs().to_string())]),
            said(words, "doctor-clock-do", &[]),
        ),
        Ok(_) => Finding::good(CHECK, said(words, "doctor-server-good", &[("server", &seen.server)])),
    }
}

fn way(skew: SignedDuration) -> &'static str {
    if skew.is_negative() { "doctor-clock-ahead" } else { "doctor-clock-behind" }
}

fn waiting(server: &str, waits: &Waits, words: &Catalogue) -> Option<Finding> {
    const CHECK: &str = "waiting texts";
    Some(match waits {
        Waits::NoJournal => return None,
        Waits::ConsoleOpen => Finding::notice(
            CHECK,
            said(words, "doctor-waits-console", &[("server", server)]),
            said(words, "doctor-waits-console-do", &[]),
        ),
        Waits::Unreadable(why) => Finding::fault(
            CHECK,
            said(words, "doctor-waits-unread", &[("server", server), ("why", why)]),
            said(words, "doctor-waits-unread-do", &[]),
        ),
        Waits::Counted(tally, _) if tally.unsettled() == 0 => {
            Finding::good(CHECK, said(words, "doctor-waits-none", &[("server", server)]))
        }
        Waits::Counted(tally, since) => {
            let counts = [
                ("server", server),
                ("texts", &*tally.texts.to_string()),
                ("acts", &*tally.acts.to_string()),
                ("age", &*since.map(|since| age(since, words)).unwrap_or_default()),
            ];
            let key = if since.is_some() { "doctor-waits-since" } else { "doctor-waits" };
            let mut found = said(words, key, &counts);
            if tally.unknown > 0 {
                found.push_str("; ");
                found.push_str(&said(words, "doctor-waits-unknown", &[("n", &tally.unknown.to_string())]));
            }
            Finding::notice(CHECK, found, said(words, "doctor-waits-do", &[]))
        }
    })
}

/// "40 s", "5 min", "3 h", "2 days"
#[must_use]
pub fn long(age: SignedDuration) -> String {
    match age.as_secs().max(0) {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..172_800 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    }
}

fn journal(dir: &Path, words: &Catalogue) -> Finding {
    const CHECK: &str = "journal";
    let key = dir.join("key");
    if !key.exists() && dir.join("key.keychain").exists() {
        return Finding::good(CHECK, said(words, "doctor-journal-keychain", &[("dir", &dir.display().to_string())]));
    }
    if !key.exists() {
        return Finding::good(CHECK, said(words, "doctor-journal-none", &[("dir", &dir.display().to_string())]));
    }
    match open_to_others(&key) {
        Some(mode) => Finding::fault(
            CHECK,
            said(words, "doctor-journal-open", &[("file", &key.display().to_string()), ("mode", &format!("{mode:o}"))]),
            format!("chmod 600 {}", key.display()),
        ),
        None => Finding::good(CHECK, said(words, "doctor-journal", &[("file", &key.display().to_string())])),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use pretty_assertions::assert_eq;
    use rstest::rstest;

    use super::{Finding, Machine, Seen, State, Terminal, Waits, examine, guard};
    use crate::client::journal::Tally;
    use crate::config::{ConsoleConfig, Layers, Paths, Surroundings, load};
    use crate::i18n::Catalogue;

    fn state_of(found: &[Finding], check: &str) -> State {
        found.iter().find(|finding| finding.check == check).expect("checked").state
    }

    fn with(terminal: Terminal, surroundings: &Surroundings, servers: Vec<Seen>) -> Vec<Finding> {
        let dir = tempfile::tempdir().expect("a directory");
        let loaded = load(&Layers::default()).expect("defaults");
        let paths = Paths::below(dir.path());
        examine(&Machine {
            paths: &paths,
            surroundings,
            settings: Ok(&loaded),
            terminal,
            servers,
            words: &Catalogue::english(),
        })
    }

    #[test]
    fn what_the_guard_costs_is_told_by_the_settings() {
        let console = ConsoleConfig { key_gap_ms: 900, key_silence_ms: 70, dwell_ms: 130, ..ConsoleConfig::default() };
        let kitty = guard(Some(true), &console, &Catalogue::english());
        assert!(kitty.contains("at once") && !kitty.contains("900") && kitty.contains("130 ms"), "{kitty}");
        let plain = guard(Some(false), &console, &Catalogue::english());
        assert!(plain.contains("900 ms") && plain.contains("70 ms later"), "{plain}");
    }

    #[rstest]
    #[case(Waits::Counted(Tally::default(), None), State::Good, "none")]
    #[case(
        Waits::Counted(Tally { texts: 2, acts: 1, ..Tally::default() }, Some(SignedDuration::from_mins(7))),
        State::Notice,
        "2 texts and 1 other acts are not handed in, the oldest for 7 min"
    )]
    #[case(Waits::ConsoleOpen, State::Notice, "a console is open")]
    #[case(Waits::Unreadable("damaged".into()), State::Fault, "damaged")]
    fn what_waits_is_told(#[case] waits: Waits, #[case] state: State, #[case] words: &str) {
        let found = super::waiting("http://h", &waits, &Catalogue::english()).expect("a finding");
        assert_eq!(found.state, state);
        assert!(found.found.contains(words), "{}", found.found);
    }

    #[rstest]
    #[case(Some((120, 40)), State::Good)]
    #[case(Some((80, 24)), State::Good)]
    #[case(Some((79, 24)), State::Notice)]
    #[case(Some((40, 12)), State::Notice)]
    #[case(Some((39, 12)), State::Fault)]
    #[case(Some((120, 11)), State::Fault)]
    #[case(None, State::Notice)]
    fn size_of_the_terminal(#[case] size: Option<(u16, u16)>, #[case] state: State) {
        let terminal = Terminal { input: true, output: true, size, tells_repeats: Some(false) };
        let found = with(terminal, &Surroundings::default(), Vec::new());
        assert_eq!(state_of(&found, "terminal size"), state);
    }

    #[rstest]
    #[case(Ok(SignedDuration::from_secs(30)), State::Good, "clocks agree")]
    #[case(Ok(SignedDuration::from_secs(31)), State::Notice, "31 s behind")]
    #[case(Ok(SignedDuration::from_secs(-90)), State::Notice, "90 s ahead")]
    #[case(Err("not reached: refused".to_owned()), State::Fault, "not reached")]
    fn clock_against_the_server(
        #[case] clock: Result<SignedDuration, String>,
        #[case] state: State,
        #[case] words: &str,
    ) {
        let (own_time, spoke) = (false, false);
        let seen = Seen { server: "http://s".into(), dir: "d".into(), clock, own_time, spoke, waits: Waits::NoJournal };
        let found = with(Terminal::default(), &Surroundings::default(), vec![seen]);
        let finding = found.iter().find(|finding| finding.check == "server").expect("checked");
        assert_eq!(finding.state, state);
        assert!(finding.found.contains(words), "{}", finding.found);
    }

    #[test]
    fn a_rehearsals_own_time_is_no_fault_of_this_machines_clock() {
        let (clock, waits) = (Ok(SignedDuration::from_hours(-3_000)), Waits::NoJournal);
        let seen = Seen { server: "s".into(), dir: "d".into(), clock, own_time: true, spoke: false, waits };
        let found = with(Terminal::default(), &Surroundings::default(), vec![seen]);
        let finding = found.iter().find(|finding| finding.check == "server").expect("checked");
        assert_eq!(finding.state, State::Good, "{}", finding.found);
    }

    #[test]
    fn whatever_is_not_good_has_a_remedy() {
        let found = with(Terminal::default(), &Surroundings::default(), Vec::new());
        assert!(found.iter().any(|finding| finding.state == State::Notice));
        for finding in found {
            assert_eq!(finding.remedy.is_some(), finding.state != State::Good, "{}", finding.check);
        }
    }

    #[test]
    fn what_waits_is_told_in_spanish_too() {
        let waits = Waits::Counted(Tally { texts: 2, ..Tally::default() }, Some(SignedDuration::from_hours(72)));
        let found = super::waiting("http://h", &waits, &Catalogue::spanish()).expect("a finding");
        let told = "para http://h: 2 mensajes y 0 otros cambios sin entregar, el más antiguo desde hace 3 días";
        assert_eq!(found.found, told);
    }

    #[cfg(unix)]
    #[test]
    fn key_and_directory_open_to_others_are_found() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let paths = Paths::below(dir.path());
        std::fs::create_dir_all(paths.data_dir()).expect("made");
        std::fs::set_permissions(paths.data_dir(), PermissionsExt::from_mode(0o755)).expect("set");
        let key = paths.data_dir().join("key");
        std::fs::write(&key, "x").expect("written");
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).expect("set");
        let loaded = load(&Layers::default()).expect("defaults");
        let seen = Seen {
            server: "s".into(),
            dir: paths.data_dir().into(),
            clock: Ok(SignedDuration::ZERO),
            own_time: false,
            spoke: false,
            waits: Waits::NoJournal,
        };
        let machine = Machine {
            paths: &paths,
            surroundings: &Surroundings::default(),
            settings: Ok(&loaded),
            terminal: Terminal::default(),
            servers: vec![seen],
            words: &Catalogue::english(),
        };
        let found = examine(&machine);
        assert_eq!(state_of(&found, "data directory"), State::Notice);
        assert_eq!(state_of(&found, "journal"), State::Fault);
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("set");
        assert_eq!(state_of(&examine(&machine), "journal"), State::Good);
        std::fs::remove_file(&key).expect("gone");
        std::fs::write(paths.data_dir().join("key.keychain"), "journal-00").expect("written");
        let found = examine(&machine);
        let journal = found.iter().find(|finding| finding.check == "journal").expect("checked");
        assert!(journal.state == State::Good && journal.found.contains("keychain"), "{}", journal.found);
    }
}
