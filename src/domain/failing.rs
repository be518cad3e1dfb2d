//! Codes of carriers that say that a number gets no texts: `assets/rules/failing_numbers.toml`, or a file of one's own
//! ([`RuleFile::FailingNumbers`]).

use std::sync::LazyLock;

use serde::Deserialize;

use super::rule_files::{RuleFault, RuleFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    codes: Vec<String>,
}

static CODES: LazyLock<Vec<String>> = LazyLock::new(|| {
    // Read before: the built-in file by a test, one's own when it was taken.
    toml::from_str::<Failing>(RuleFile::FailingNumbers.text()).map_or_else(|_| Vec::new(), |failing| failing.codes)
});

/// The codes after which a number of the same person is not taken again.
#[must_use]
pub fn failing_codes() -> &'static [String] {
    &CODES
}

/// What is wrong with a file of such codes; none: it may be used.
pub(super) fn fault(text: &str) -> Option<RuleFault> {
    let failing: Failing = match toml::from_str(text) {
        Ok(failing) => failing,
        Err(error) => return Some(error.into()),
    };
    let bad = failing.codes.iter().find(|code| code.is_empty() || !code.chars().all(|c| c.is_ascii_alphanumeric()))?;
    Some(RuleFault::at(text, bad, format!("`{bad}` is no code of a carrier, as in `30006`")))
}

/// The codes that are built in and not among these.
pub(super) fn less(text: &str) -> Vec<String> {
    let codes = |text: &str| toml::from_str::<Failing>(text).map(|failing| failing.codes).unwrap_or_default();
    let own = codes(text);
    let gone = codes(RuleFile::FailingNumbers.built_in()).into_iter().filter(|code| !own.contains(code));
    gone.map(|code| format!("not {code}")).collect()
}

#[cfg(test)]
mod tests {
    use super::failing_codes;

    #[test]
    fn the_codes_are_read() {
        assert!(failing_codes().iter().any(|code| code == "30006"));
    }
}
