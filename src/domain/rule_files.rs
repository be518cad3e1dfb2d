//! The rules that a campaign's counsel may change without a new program: each is a file of data in `assets/rules`, built in, and a
//! file of the same name in a directory of one's own (the setting `rules`) stands in its place.
//!
//! A file stands in for the whole of the built-in one: what counsel reads is what counts, and nothing is mixed in unseen. What no
//! counsel can waive is looked at when the file is taken ([`fault`]).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::{disclaimers, failing, hours, opt_out, provenance};

/// One of these files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleFile {
    /// Words that opt out, and those that may.
    OptOutWords,
    /// Hours of the states for texts that ask for money.
    Hours,
    /// Where texts need consent.
    Consent,
    /// What states ask a first text to say.
    Disclaimers,
    /// Codes of carriers after which a number gets no more texts.
    FailingNumbers,
    /// Link shorteners that everybody shares.
    LinkShorteners,
}

/// What is wrong with a file of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// What is wrong.
    pub what: String,
    /// Where in the text, in bytes; none: in the whole.
    pub at: Option<Range<usize>>,
}

impl RuleFault {
    /// A fault of the whole file.
    pub(crate) fn whole(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: None }
    }

    /// A fault of a quoted word, where it stands first.
    pub(crate) fn at(text: &str, word: &str, what: String) -> Self {
        Self { what, at: text.find(&format!("\"{word}\"")).map(|at| at..at + word.len() + 2) }
    }
}

impl From<toml::de::Error> for RuleFault {
    fn from(error: toml::de::Error) -> Self {
        Self { what: error.message().to_owned(), at: error.span() }
    }
}

/// What was installed; set once, before anything asks.
static OWN: OnceLock<BTreeMap<RuleFile, String>> = OnceLock::new();

impl RuleFile {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::OptOutWords, Self::Hours, Self::Consent, Self::Disclaimers, Self::FailingNumbers, Self::LinkShorteners];

    /// Its name in `assets/rules` and in a directory of one's own.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OptOutWords => "opt_out_words.toml",
            Self::Hours => "hours.toml",
            Self::Consent => "consent.toml",
            Self::Disclaimers => "disclaimers.toml",
            Self::FailingNumbers => "failing_numbers.toml",
            Self::LinkShorteners => "link_shorteners.txt",
        }
    }

    /// The file that is built in.
    #[must_use]
    pub const fn built_in(self) -> &'static str {
        match self {
            Self::OptOutWords => include_str!("../../assets/rules/opt_out_words.toml"),
            Self::Hours => include_str!("../../assets/rules/hours.toml"),
            Self::Consent => include_str!("../../assets/rules/consent.toml"),
            Self::Disclaimers => include_str!("../../assets/rules/disclaimers.toml"),
            Self::FailingNumbers => include_str!("../../assets/rules/failing_numbers.toml"),
            Self::LinkShorteners => include_str!("../../assets/rules/link_shorteners.txt"),
        }
    }

    /// The text that counts: one's own where there is one.
    #[must_use]
    pub fn text(self) -> &'static str {
        OWN.get_or_init(BTreeMap::new).get(&self).map_or(self.built_in(), String::as_str)
    }

    /// True when a file of one's own counts.
    #[must_use]
    pub fn is_own(self) -> bool {
        OWN.get_or_init(BTreeMap::new).contains_key(&self)
    }

    /// The file of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name() == name)
    }
}

/// Puts files of one's own in the place of those built in, for as long as this program runs. Each was looked at by [`fault`].
///
/// # Errors
/// A rule was asked for before: nothing changes then.
pub fn install(own: BTreeMap<RuleFile, String>) -> Result<(), BTreeMap<RuleFile, String>> {
    OWN.set(own)
}

/// What is wrong with a text in the place of this file; none: it may be used.
#[must_use]
pub fn fault(file: RuleFile, text: &str) -> Option<RuleFault> {
    match file {
        RuleFile::OptOutWords => opt_out::fault(text),
        RuleFile::Hours => hours::solicitation_fault(text),
        RuleFile::Consent => provenance::fault(text),
        RuleFile::Disclaimers => disclaimers::fault(text),
        RuleFile::FailingNumbers => failing::fault(text),
        RuleFile::LinkShorteners => link_fault(text),
    }
}

/// What the built-in file holds back and a text in its place does not, in words: counsel may want that, and whoever runs the program
/// is to see it.
#[must_use]
pub fn less(file: RuleFile, text: &str) -> Vec<String> {
    match file {
        RuleFile::OptOutWords => opt_out::less(text),
        RuleFile::Hours => hours::less_solicitation(text),
        RuleFile::Consent => provenance::less(text),
        RuleFile::Disclaimers => disclaimers::less(text),
        RuleFile::FailingNumbers => failing::less(text),
        RuleFile::LinkShorteners => {
            let hosts = |text: &str| {
                text.lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty() && !line.starts_with('#'))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let own = hosts(text);
            hosts(file.built_in())
                .into_iter()
                .filter(|host| !own.contains(host))
                .map(|host| format!("not {host}"))
                .collect()
        }
    }
}

/// A line of the shorteners is a host, or a comment.
fn link_fault(text: &str) -> Option<RuleFault> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let host = line.trim();
        let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric())
            && host.contains('.')
            && host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c));
        if !(host.is_empty() || host.starts_with('#') || is_host) {
            return Some(RuleFault {
                what: format!("`{host}` is no host in small letters, as in `bit.ly`"),
                at: Some(at..at + line.len()),
            });
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn what_is_built_in_has_no_fault_and_each_name_is_its_own() {
        for file in RuleFile::ALL {
            assert_eq!(fault(file, file.built_in()), None, "{}", file.name());
            assert!(less(file, file.built_in()).is_empty(), "{}", file.name());
            assert_eq!(RuleFile::of_name(file.name()), Some(file));
            assert_eq!(file.text(), file.built_in(), "nothing of one's own in a test");
        }
        assert_eq!(RuleFile::of_name("hours.tom"), None);
    }

    #[rstest]
    #[case(RuleFile::OptOutWords, "\"stop\", ", "", "`stop`")]
    #[case(RuleFile::OptOutWords, "per_se = [", "per_sea = [", "per_sea")]
    #[case(RuleFile::Hours, "weekdays = \"09:00-20:00\"", "weekdays = \"9 to 8\"", "`9 to 8`")]
    #[case(RuleFile::Hours, "code = \"CT\"", "code = \"Conn\"", "`Conn`")]
    #[case(RuleFile::Hours, "code = \"CT\"", "code = \"XX\"", "`XX`")]
    #[case(RuleFile::Hours, "code = \"CT\"", "code = \"FL\"", "twice")]
    #[case(RuleFile::Hours, "08:00-21:00", "06:00-21:00", "wider than 08:00-21:00")]
    #[case(RuleFile::Disclaimers, "code = \"FL\"", "code = \"ZZ\"", "`ZZ`")]
    #[case(RuleFile::Hours, "source = \"47 CFR 64.1200(c)(1)\"", "source = \" \"", "source")]
    #[case(RuleFile::Consent, "calling_codes", "codes", "codes")]
    #[case(RuleFile::Disclaimers, "paid for by", "Paid for by", "`Paid for by`")]
    #[case(RuleFile::FailingNumbers, "\"21614\"", "\"21 614\"", "`21 614`")]
    #[case(RuleFile::LinkShorteners, "bit.ly", "https://bit.ly", "`https://bit.ly`")]
    fn what_no_file_may_say_is_named(#[case] file: RuleFile, #[case] from: &str, #[case] to: &str, #[case] told: &str) {
        assert!(file.built_in().contains(from), "{from}");
        let text = file.built_in().replacen(from, to, 1);
        let found = fault(file, &text).expect("a fault");
        assert!(found.what.contains(told), "{found:?}");
    }

    #[rstest]
    #[case(RuleFile::OptOutWords, "\"take me off\", ", "", "not \"take me off\"")]
    #[case(RuleFile::Hours, "weekdays = \"09:00-20:00\"", "weekdays = \"09:00-20:30\"", "wider hours for CT")]
    #[case(RuleFile::Hours, "code = \"CT\"", "code = \"OR\"", "no hours for CT")]
    #[case(RuleFile::Consent, "\"44\"", "\"998\"", "no consent for +44")]
    #[case(RuleFile::Disclaimers, "code = \"FL\"", "code = \"OR\"", "no disclaimer for FL")]
    #[case(RuleFile::FailingNumbers, "\"21614\",", "", "not 21614")]
    #[case(RuleFile::LinkShorteners, "bit.ly\n", "", "not bit.ly")]
    fn what_is_held_back_no_more_is_named(
        #[case] file: RuleFile,
        #[case] from: &str,
        #[case] to: &str,
        #[case] told: &str,
    ) {
        assert!(file.built_in().contains(from), "{from}");
        let text = file.built_in().replacen(from, to, 1);
        assert_eq!(fault(file, &text), None);
        assert_eq!(less(file, &text), [told]);
    }
}
