//! Advice on the wording of texts: what carriers block and what makes a text dear. Warnings, never errors.

use std::collections::BTreeMap;

use crate::domain::opt_out::is_per_se;
use crate::domain::rule_files::RuleFile;
use crate::domain::script::{Fill, Source, Template};
use crate::domain::segment::{Encoding, measure, suggest_plain};

/// What is doubtful in an initial message, with remedies: who speaks, and how to make it stop.
pub(super) fn initial_warnings(
    text: &str,
    template: &Template,
    organization: &str,
    variables: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let mut warnings = Vec::new();
    // Contact fields are filled with nothing: the campaign's name must not hang on a column.
    let fields =
        template.fields().filter(|f| f.source == Source::Contact).map(|f| (f.name.clone(), "x".to_owned())).collect();
    let filled = template.fill(&Fill { fields: &fields, texter: "x", variables }).unwrap_or_else(|_| text.to_owned());
    if !organization.is_empty() && !filled.to_lowercase().contains(&organization.to_lowercase()) {
        warnings.push((
            format!("the initial message does not name the organization ({organization})"),
            "Carriers block first texts that do not say who sends them: name it.".to_owned(),
        ));
    }
    let words = words(&filled);
    let offers = ["stop", "stop2end", "stop2quit", "unsubscribe", "optout", "alto"];
    if !words.iter().any(|w| offers.contains(&w.as_str())) && !words.windows(2).any(|w| w == ["opt", "out"]) {
        warnings.push((
            "the initial message does not say how to opt out".to_owned(),
            "Carriers expect it in the first text: add \"Reply STOP to opt out\".".to_owned(),
        ));
    }
    warnings
}

/// The shared link shorteners in a text, each once.
fn shorteners(text: &str) -> Vec<&'static str> {
    let small = text.to_lowercase();
    let hosts: Vec<&str> = small
        .split(|c: char| c.is_whitespace() || "/\\()[]<>\"',;!?".contains(c))
        .map(|word| word.trim_matches('.').trim_start_matches("www."))
        .collect();
    RuleFile::LinkShorteners
        .text()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|domain| hosts.contains(domain))
        .collect()
}

/// What is doubtful in any text.
pub(super) fn text_warnings(text: &str) -> Vec<(String, String)> {
    let mut warnings = Vec::new();
    for domain in shorteners(text) {
        warnings.push((
            format!("the link uses {domain}, a shortener that everybody shares: carriers block such texts"),
            "Write the whole address, or one under a domain of the campaign's own.".to_owned(),
        ));
    }
    if super::foreign::picture(text).is_some() {
        warnings.push((
            "an address in brackets goes out as text: pictures are not sent in this version".to_owned(),
            "Take it out, or write the address without brackets.".to_owned(),
        ));
    }
    for word in asked_for(text) {
        warnings.push((
            format!("people are asked to answer \"{word}\", which opts them out of all texts"),
            "Ask for another word.".to_owned(),
        ));
    }
    let (now, plain) = (measure(text), suggest_plain(text));
    if now.encoding == Encoding::Ucs2 && measure(&plain).encoding == Encoding::Gsm7 {
        let which: Vec<String> = now.culprits.iter().map(|c| format!("`{}`", c.ch)).collect();
        warnings.push((
            format!("{} makes this text cost more parts (70 characters each instead of 160)", which.join(", ")),
            "Use plain quotes, dashes and dots.".to_owned(),
        ));
    }
    warnings
}

/// Words that opt out and that a text asks people to answer with for another purpose, each once: behind the asking, in a row of answers
/// to choose from ("Reply YES or END"), or in capitals later in that sentence ("Reply STOP if you agree, CANCEL if not").
fn asked_for(text: &str) -> Vec<String> {
    const ASKING: [&str; 9] = ["reply", "text", "answer", "send", "respond", "responda", "responde", "envie", "envia"];
    // What follows says that the word is for opting out: then it is as it should be.
    const PURPOSE: [&str; 7] = ["opt", "unsubscribe", "texts", "messages", "mensajes", "baja", "out"];
    let mut found: Vec<String> = Vec::new();
    for sentence in text.split(['.', '!', '?', '\n']) {
        let said: Vec<&str> = sentence.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let small: Vec<String> = said.iter().map(|word| word.to_lowercase()).collect();
        let Some(asking) = small.iter().position(|word| ASKING.contains(&word.as_str())) else { continue };
        for (at, written) in said.iter().enumerate().skip(asking + 1) {
            let word = &small[at];
            let shouted = written.chars().count() > 1 && written.chars().all(char::is_uppercase);
            let right_behind = ASKING.contains(&small[at - 1].as_str());
            if !is_per_se(word) || !(shouted || right_behind) {
                continue;
            }
            let next: Vec<&str> = small.iter().skip(at + 1).take(6).map(String::as_str).collect();
            let is_for_it = next.iter().any(|word| PURPOSE.contains(word));
            // "Reply STOP" alone is how one opts out; "Reply STOP if you agree" is not.
            let is_stop = word == "stop" && !matches!(next.first(), Some(&("if" | "when" | "si" | "cuando")));
            if !is_for_it && !is_stop && !found.contains(word) {
                found.push(word.clone());
            }
        }
    }
    found
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[rstest::rstest]
    #[case("See https://bit.ly/3abc", &["bit.ly"])]
    #[case("See TinyURL.com/x, or www.is.gd.", &["is.gd", "tinyurl.com"])]
    #[case("See https://example.org/bit.ly.html?t=co", &[])]
    #[case("See https://habit.ly/x or not.co", &[])]
    fn shared_shorteners(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(shorteners(text), expected);
    }

    #[rstest::rstest]
    #[case("Reply END to end the chat", 1)]
    #[case("Reply QUIT if you cannot come", 1)]
    #[case("Text \"cancel\" and we take you off the ride list", 1)]
    #[case("You are with us, right? Reply YES or END to answer.", 1)]
    #[case("Reply STOP if you agree, CANCEL if not", 2)]
    #[case("Text YES to come or QUIT to stay home", 1)]
    #[case("Reply STOP if you want no more texts", 0)]
    #[case("Reply YES if you come. STOP ends these texts.", 0)]
    #[case("Send us word when you end your shift", 0)]
    #[case("Reply HELP for help, STOP to quit", 0)]
    #[case("Reply STOP to opt out", 0)]
    #[case("Reply YES if you come", 0)]
    #[case("Responda CANCELAR si no viene", 0)]
    fn a_word_that_opts_out_is_no_answer(#[case] text: &str, #[case] warnings: usize) {
        assert_eq!(text_warnings(text).len(), warnings, "{:?}", text_warnings(text));
    }
}
