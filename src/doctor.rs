//! Checks of the machine, each with what was found and, when something is wrong, what to do.
//!
//! Nothing here asks the network or the terminal: [`Machine`] brings what was seen, so that every check can be tested.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::Serialize;

use crate::client::journal::Tally;
use crate::config::{ConfigError, ConsoleConfig, Loaded, Paths, Surroundings};
use crate::console::keymap::Keymap;

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

/// Rules of one's own: the names of those that count, or what is wrong with them.
#[must_use]
pub fn rules(own: Result<Vec<&'static str>, String>) -> Finding {
    match own {
        Ok(names) if names.is_empty() => Finding::good("rules", "those built in"),
        Ok(names) => Finding::notice(
            "rules",
            format!("your own count: {}", names.join(", ")),
            "textbank rules list says what they are",
        ),
        Err(why) => Finding::fault(
            "rules",
            why,
            "mend what is named, or take the setting `rules` out: every command stops here otherwise",
        ),
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
}

/// Looks at everything.
#[must_use]
pub fn examine(machine: &Machine<'_>) -> Vec<Finding> {
    let mut found = vec![settings(machine), keys(machine)];
    found.push(directory("data directory", machine.paths.data_dir()));
    found.push(directory("log directory", machine.paths.state_dir()));
    found.push(terminal(machine.terminal, machine.surroundings));
    found.push(size(machine.terminal));
    found.push(colours(machine.surroundings));
    found.push(characters(machine.surroundings));
    found.push(key_reports(machine));
    found.push(editor(machine.surroundings));
    if machine.servers.is_empty() {
        found.push(Finding::notice(
            "sign-ins",
            "none",
            "`textbank rehearse` needs none; to text for a campaign, ask your captain for a link and run `textbank join LINK`",
        ));
    }
    for seen in &machine.servers {
        found.push(server(seen));
        found.push(journal(&seen.dir));
        found.extend(waiting(&seen.server, &seen.waits));
    }
    found
}

fn settings(machine: &Machine<'_>) -> Finding {
    let file = machine.paths.config_file();
    match machine.settings {
        Ok(_) if file.exists() => Finding::good("settings", file.display().to_string()),
        Ok(_) => Finding::good("settings", format!("no file at {}: the defaults count", file.display())),
        Err(error) => Finding::fault("settings", error.to_string(), "correct what is named"),
    }
}

fn keys(machine: &Machine<'_>) -> Finding {
    let Ok(loaded) = machine.settings else {
        return Finding::notice("keys", "not known while the settings have faults", "correct the settings first");
    };
    let own: usize = loaded.config.keys.values().map(std::collections::BTreeMap::len).sum();
    match Keymap::with_user(&loaded.config.keys) {
        Ok(keymap) => Finding::good("keys", format!("{} bound, {own} of them your own", keymap.table().len())),
        Err(faults) => {
            let words: Vec<_> = faults.iter().map(ToString::to_string).collect();
            Finding::fault("keys", words.join("; "), "correct [keys] in the settings file")
        }
    }
}

fn directory(check: &'static str, dir: &Path) -> Finding {
    let shown = dir.display();
    let Ok(meta) = dir.metadata() else {
        return Finding::good(check, format!("{shown}, made when it is needed"));
    };
    if !meta.is_dir() {
        return Finding::fault(
            check,
            format!("{shown} is a file"),
            "move it away, or choose another place with --home",
        );
    }
    if meta.permissions().readonly() {
        return Finding::fault(check, format!("{shown} cannot be written"), "give yourself the right to write there");
    }
    match open_to_others(dir) {
        Some(mode) => Finding::notice(
            check,
            format!("{shown} can be read by other accounts of this machine (mode {mode:o})"),
            format!("chmod 700 {shown}"),
        ),
        None => Finding::good(check, shown.to_string()),
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

fn terminal(terminal: Terminal, surroundings: &Surroundings) -> Finding {
    const CHECK: &str = "terminal";
    let name = if surroundings.term.is_empty() { "TERM is not set" } else { &surroundings.term };
    if !terminal.input || !terminal.output {
        return Finding::notice(CHECK, "input or output is no terminal", "run doctor, and the consoles, in a terminal");
    }
    if surroundings.dumb() {
        return Finding::notice(
            CHECK,
            name,
            "the console speaks in plain lines, as this terminal cannot move its cursor",
        );
    }
    let inside = if surroundings.multiplexer { ", in tmux or screen" } else { "" };
    let notes = match surroundings.notifies {
        Some(_) => ", shows notifications of the console",
        None => ", shows no notifications that the console knows of: the bell rings alone",
    };
    Finding::good(CHECK, format!("{name}{inside}{notes}"))
}

fn size(terminal: Terminal) -> Finding {
    const CHECK: &str = "terminal size";
    match terminal.size {
        None => Finding::notice(CHECK, "not known", "run doctor in the terminal that you will text in"),
        Some((w, h)) if w < 40 || h < 12 => {
            Finding::fault(CHECK, format!("{w}x{h}"), "make the window larger: at least 40x12, better 100x30")
        }
        Some((w, h)) if w < 80 || h < 24 => {
            Finding::notice(CHECK, format!("{w}x{h}"), "everything works; from 100x24 replies stand beside the card")
        }
        Some((w, h)) => Finding::good(CHECK, format!("{w}x{h}")),
    }
}

fn colours(surroundings: &Surroundings) -> Finding {
    let found = match (surroundings.no_color, surroundings.truecolor(), surroundings.term.contains("256color")) {
        (true, ..) => "none (NO_COLOR is set); nothing is told by colour alone",
        (_, true, _) => "16 million",
        (_, _, true) => "256",
        _ => "16",
    };
    Finding::good("colours", found)
}

fn characters(surroundings: &Surroundings) -> Finding {
    if surroundings.utf8() {
        return Finding::good("characters", "UTF-8");
    }
    let locale = if surroundings.locale.is_empty() { "no locale is set" } else { &surroundings.locale };
    Finding::notice(
        "characters",
        format!("{locale}: names and replies beyond ASCII may look wrong"),
        "set LANG to a UTF-8 locale, for example C.UTF-8; or console.ascii = true",
    )
}

fn key_reports(machine: &Machine<'_>) -> Finding {
    let console = machine.settings.as_ref().map(|loaded| loaded.config.console.clone()).unwrap_or_default();
    Finding::good("key reports", guard(machine.terminal.tells_repeats, &console))
}

/// How the guard against held keys works in this terminal, and what that costs in time.
#[must_use]
pub fn guard(tells_repeats: Option<bool>, console: &ConsoleConfig) -> String {
    let (dwell, gap, silence) = (console.dwell_ms, console.key_gap_ms, console.key_silence_ms);
    let how = match tells_repeats {
        Some(true) => "this terminal tells a held key from a pressed one: a press counts at once".to_owned(),
        Some(false) => format!(
            "this terminal cannot tell a held key from a pressed one, so it is told by its timing: a press counts at once when its key was \
             silent for {gap} ms before, else {silence} ms later"
        ),
        None => format!(
            "asked when the console starts: where the terminal tells a held key from a pressed one, a press counts at once; elsewhere at \
             once when its key was silent for {gap} ms before, else {silence} ms later"
        ),
    };
    format!("{how}; a new card counts no press in its first {dwell} ms")
}

fn editor(surroundings: &Surroundings) -> Finding {
    match &surroundings.editor {
        Some(editor) => Finding::good("editor", editor),
        None => Finding::good("editor", "none set (VISUAL or EDITOR); replies are written in the console"),
    }
}

fn server(seen: &Seen) -> Finding {
    const CHECK: &str = "server";
    match &seen.clock {
        Err(why) => Finding::fault(
            CHECK,
            format!("{}: {why}", seen.server),
            if seen.spoke {
                "check the network; if you are signed out: textbank login --spoke URL"
            } else {
                "check the network; if you are signed out, ask your captain for a new link"
            },
        ),
        Ok(_) if seen.spoke => Finding::good(CHECK, format!("{}: signed in; it runs Spoke", seen.server)),
        Ok(skew) if seen.own_time => Finding::good(
            CHECK,
            format!(
                "{}: signed in; it keeps a rehearsal's own time ({} from this machine's), as --rehearsal-clock says",
                seen.server,
                long(skew.abs())
            ),
        ),
        Ok(skew) if skew.as_secs().abs() > SKEW_SECONDS => Finding::notice(
            CHECK,
            format!("{}: this machine's clock is {} s {}", seen.server, skew.as_secs().abs(), way(*skew)),
            "let the system set its clock by the network",
        ),
        Ok(_) => Finding::good(CHECK, format!("{}: signed in, clocks agree", seen.server)),
    }
}

fn way(skew: SignedDuration) -> &'static str {
    if skew.is_negative() { "ahead" } else { "behind" }
}

fn waiting(server: &str, waits: &Waits) -> Option<Finding> {
    const CHECK: &str = "waiting texts";
    Some(match waits {
        Waits::NoJournal => return None,
        Waits::ConsoleOpen => Finding::notice(
            CHECK,
            format!("for {server}: a console is open and holds the journal"),
            "press O there: its outbox shows what waits",
        ),
        Waits::Unreadable(why) => Finding::fault(CHECK, format!("for {server}: {why}"), "textbank outbox says more"),
        Waits::Counted(tally, _) if tally.unsettled() == 0 => Finding::good(CHECK, format!("for {server}: none")),
        Waits::Counted(tally, age) => {
            let age = age.map(|age| format!(", the oldest for {}", long(age))).unwrap_or_default();
            let (texts, acts) = (tally.texts, tally.acts);
            let mut found = format!("for {server}: {texts} texts and {acts} other acts are not handed in{age}");
            if tally.unknown > 0 {
                found.push_str(&format!("; what became of {} is not known", tally.unknown));
            }
            Finding::notice(CHECK, found, "run `textbank text` with the network there; `textbank outbox` lists them")
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

fn journal(dir: &Path) -> Finding {
    const CHECK: &str = "journal";
    let key = dir.join("key");
    if !key.exists() && dir.join("key.keychain").exists() {
        return Finding::good(CHECK, format!("sealed in {}; its key is in the system's keychain", dir.display()));
    }
    if !key.exists() {
        return Finding::good(CHECK, format!("not begun yet in {}", dir.display()));
    }
    match open_to_others(&key) {
        Some(mode) => Finding::fault(
            CHECK,
            format!("its key {} can be read by other accounts (mode {mode:o})", key.display()),
            format!("chmod 600 {}", key.display()),
        ),
        None => Finding::good(CHECK, format!("sealed; its key is the file {}", key.display())),
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

    fn state_of(found: &[Finding], check: &str) -> State {
        found.iter().find(|finding| finding.check == check).expect("checked").state
    }

    fn with(terminal: Terminal, surroundings: &Surroundings, servers: Vec<Seen>) -> Vec<Finding> {
        let dir = tempfile::tempdir().expect("a directory");
        let loaded = load(&Layers::default()).expect("defaults");
        let paths = Paths::below(dir.path());
        examine(&Machine { paths: &paths, surroundings, settings: Ok(&loaded), terminal, servers })
    }

    #[test]
    fn what_the_guard_costs_is_told_by_the_settings() {
        let console = ConsoleConfig { key_gap_ms: 900, key_silence_ms: 70, dwell_ms: 130, ..ConsoleConfig::default() };
        let kitty = guard(Some(true), &console);
        assert!(kitty.contains("at once") && !kitty.contains("900") && kitty.contains("130 ms"), "{kitty}");
        let plain = guard(Some(false), &console);
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
        let found = super::waiting("http://h", &waits).expect("a finding");
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
