//! What the environment says. The only place that reads environment variables.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment as we understand it, read once at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `TERM`.
    pub term: String,
    /// `COLORTERM`.
    pub colorterm: String,
    /// `VISUAL`, else `EDITOR`.
    pub editor: Option<String>,
    /// `LC_ALL`, else `LC_MESSAGES`, else `LANG`.
    pub locale: String,
    /// We run inside tmux or screen.
    pub multiplexer: bool,
    /// How a notification is shown here: what stands before and behind its words. None where the terminal shows none, or
    /// nobody knows whether it does.
    pub notifies: Option<(&'static str, &'static str)>,
    /// `TEXTBANK_HOME`: keep everything below this directory.
    pub home: Option<PathBuf>,
    /// `TEXTBANK_PROFILE`: whose sign-in and journal.
    pub profile: Option<String>,
    /// The other `TEXTBANK_*` variables: settings by their environment names.
    pub settings: BTreeMap<String, String>,
}

impl Surroundings {
    /// Reads the process's environment.
    #[must_use]
    pub fn read() -> Self {
        Self::from_variables(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Understands given variables; empty ones count as absent.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let all: BTreeMap<String, String> = variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let get = |name: &str| all.get(name).cloned();
        let first = |names: &[&str]| names.iter().find_map(|name| get(name));
        Self {
            no_color: all.contains_key("NO_COLOR"),
            term: get("TERM").unwrap_or_default(),
            colorterm: get("COLORTERM").unwrap_or_default(),
            editor: first(&["VISUAL", "EDITOR"]),
            locale: first(&["LC_ALL", "LC_MESSAGES", "LANG"]).unwrap_or_default(),
            multiplexer: all.contains_key("TMUX") || all.contains_key("STY"),
            notifies: notifies(&all),
            home: get("TEXTBANK_HOME").map(PathBuf::from),
            profile: get("TEXTBANK_PROFILE"),
            settings: all
                .iter()
                .filter(|(name, _)| name.starts_with("TEXTBANK_"))
                .filter(|(name, _)| !["TEXTBANK_HOME", "TEXTBANK_PROFILE"].contains(&name.as_str()))
                .filter(|(name, _)| !name.starts_with("TEXTBANK_TEST_"))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        }
    }

    /// The locale says UTF-8. Unknown (no locale at all, as on Windows) counts as yes there and as no elsewhere.
    #[must_use]
    pub fn utf8(&self) -> bool {
        let locale = self.locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8") || (cfg!(windows) && locale.is_empty())
    }

    /// The terminal says that it shows 16 million colours.
    #[must_use]
    pub fn truecolor(&self) -> bool {
        ["truecolor", "24bit"].contains(&self.colorterm.as_str()) || self.term.ends_with("-direct")
    }

    /// A terminal of the vt100 and vt200 kind, which knows bold and reverse and no colours: `38;5;N` would blink there.
    #[must_use]
    pub fn colourless(&self) -> bool {
        let kind = self.term.as_bytes();
        matches!(kind, [b'v', b't', b'1' | b'2', b'0'..=b'9', b'0'..=b'9', ..]) && !self.term.contains("color")
    }

    /// The terminal cannot move its cursor (`TERM=dumb`): only whole lines make sense.
    #[must_use]
    pub fn dumb(&self) -> bool {
        self.term == "dumb"
    }
}

/// By what terminals say of themselves. Three ways are about: iTerm2's (OSC 9), rxvt's (OSC 777), kitty's (OSC 99). Others keep
/// silent or take the number for something else; so does a multiplexer, which passes none of them on.
fn notifies(all: &BTreeMap<String, String>) -> Option<(&'static str, &'static str)> {
    let is = |name: &str| all.get(name).map(String::as_str).unwrap_or_default();
    if all.contains_key("TMUX") || all.contains_key("STY") {
        return None;
    }
    match (is("TERM"), is("TERM_PROGRAM")) {
        ("xterm-kitty", _) => Some(("\u{1b}]99;i=textbank;", "\u{1b}\\")),
        (_, "iTerm.app" | "WezTerm" | "ghostty" | "WarpTerminal") => Some(("\u{1b}]9;", "\u{7}")),
        (term, _) if term.starts_with("foot") || term.starts_with("rxvt") => {
            Some(("\u{1b}]777;notify;textbank;", "\u{1b}\\"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Surroundings;

    fn read(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings::from_variables(variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn more_special_variable_wins_and_empty_counts_as_absent() {
        let s = read(&[("VISUAL", ""), ("EDITOR", "nano"), ("LC_ALL", "es_MX.UTF-8"), ("LANG", "C"), ("NO_COLOR", "")]);
        assert_eq!((s.editor.as_deref(), s.locale.as_str(), s.no_color), (Some("nano"), "es_MX.UTF-8", false));
        assert!(s.utf8());
        assert!(read(&[("NO_COLOR", "1")]).no_color);
    }

    #[test]
    fn a_notification_is_shown_where_the_terminal_says_that_it_can() {
        let before = |variables: &[(&str, &str)]| read(variables).notifies.map(|(before, _)| before);
        assert_eq!(before(&[("TERM", "xterm-kitty")]), Some("\u{1b}]99;i=textbank;"));
        assert_eq!(before(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")]), Some("\u{1b}]9;"));
        assert_eq!(before(&[("TERM", "foot-extra")]), Some("\u{1b}]777;notify;textbank;"));
        assert_eq!(before(&[("TERM", "xterm-256color")]), None);
        assert_eq!(before(&[("TERM", "xterm-kitty"), ("TMUX", "x")]), None);
    }

    #[test]
    fn old_terminals_have_no_colours() {
        let is = |term: &str| read(&[("TERM", term)]).colourless();
        assert!(is("vt100") && is("vt102") && is("vt220"));
        assert!(!is("xterm-256color") && !is("linux") && !is("vt100-color") && !is("vte-256color") && !is(""));
    }

    #[test]
    fn settings_are_kept_apart_from_home_and_profile() {
        let s = read(&[
            ("TEXTBANK_HOME", "h"),
            ("TEXTBANK_PROFILE", "ana"),
            ("TEXTBANK_LOG_LEVEL", "debug"),
            ("TEXTBANK_TEST_X", "1"),
        ]);
        assert_eq!(s.settings.keys().collect::<Vec<_>>(), ["TEXTBANK_LOG_LEVEL"]);
        assert_eq!((s.home, s.profile.as_deref()), (Some("h".into()), Some("ana")));
    }
}
