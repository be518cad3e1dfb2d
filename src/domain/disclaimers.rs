//! What the law of a state asks a political text to say: `assets/rules/disclaimers.toml`, or a file of one's own
//! ([`RuleFile::Disclaimers`]).

use std::sync::LazyLock;

use serde::Deserialize;

use super::purpose::Purpose;
use super::rule_files::{RuleFault, RuleFile};
use super::zone;

/// What the law of one state asks of a text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclaimerRule {
    /// Its two letters.
    pub code: String,
    /// The campaigns it concerns.
    pub purposes: Vec<Purpose>,
    /// One of these stands in the first text, in small letters.
    pub words: Vec<String>,
    /// True where unpaid people may be exempt.
    pub unpaid_may_be_exempt: bool,
    /// Where it is from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    state: Vec<DisclaimerRule>,
}

static RULES: LazyLock<Vec<DisclaimerRule>> = LazyLock::new(|| {
    // Read before: the built-in file by a test, one's own when it was taken.
    toml::from_str::<Rules>(RuleFile::Disclaimers.text()).map_or_else(|_| Vec::new(), |r| r.state)
});

/// What the states ask of political texts.
#[must_use]
pub fn disclaimer_rules() -> &'static [DisclaimerRule] {
    &RULES
}

/// What is wrong with a file of such laws; none: it may be used.
pub(super) fn fault(text: &str) -> Option<RuleFault> {
    let rules: Rules = match toml::from_str(text) {
        Ok(rules) => rules,
        Err(error) => return Some(error.into()),
    };
    for rule in &rules.state {
        let code = &rule.code;
        if zone::state_code(code) != Some(code.as_str()) {
            return Some(RuleFault::at(text, code, format!("`{code}` is no state: write its two letters, as in `FL`")));
        }
        let never = rule.words.iter().find(|words| words.trim().is_empty() || words.to_lowercase() != **words);
        if let Some(words) = never {
            return Some(RuleFault::at(text, words, format!("`{words}` is never found: write words in small letters")));
        }
        if rule.words.is_empty() {
            return Some(RuleFault::at(
                text,
                code,
                format!("`{code}` has no `words`: one of them is to stand in the first text"),
            ));
        }
        if rule.source.trim().is_empty() {
            return Some(RuleFault::at(
                text,
                &rule.source,
                "a line without its `source`: say which law asks for it".to_owned(),
            ));
        }
    }
    None
}

/// The states that the laws built in name and these do not.
pub(super) fn less(text: &str) -> Vec<String> {
    let codes = |text: &str| {
        let rules = toml::from_str::<Rules>(text).map(|rules| rules.state).unwrap_or_default();
        rules.into_iter().map(|rule| rule.code).collect::<Vec<_>>()
    };
    let own = codes(text);
    let gone = codes(RuleFile::Disclaimers.built_in()).into_iter().filter(|code| !own.contains(code));
    gone.map(|code| format!("no disclaimer for {code}")).collect()
}
