//! Advice on the wording of texts: what carriers block and what makes a text dear. Warnings, never errors.

use std::collections::BTreeMap;

use crate::domain::opt_out::{Inbound, is_per_se, verdict};
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
    for (word, what) in asked_for(text) {
        warnings
            .push((format!("people are asked to answer \"{word}\", which {what}"), "Ask for another word.".to_owned()));
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

/// What is doubtful in the notice of an opt-out: it is one text that says so, names who it is from, and wins nobody back (47 CFR
/// 64.1200(a)(12)).
pub(super) fn notice_warnings(text: &str, organization: &str) -> Vec<(String, String)> {
    let mut warnings = Vec::new();
    let small = text.to_lowercase();
    if !organization.is_empty() && !small.contains(&organization.to_lowercase()) {
        warnings.push((
            format!("the opt-out notice does not name the organization ({organization})"),
            "Say whose texts end: name it.".to_owned(),
        ));
    }
    if small.contains("http") || small.contains("www.") || !shorteners(text).is_empty() {
        warnings.push((
            "the opt-out notice has a link: it may only say that the texts end".to_owned(),
            "Take the link out.".to_owned(),
        ));
    }
    // "Rock the Vote" wins nobody back by its name.
    let words = words(&small.replace(&organization.to_lowercase(), " "));
    if words.iter().any(|word| matches!(verdict(word), Inbound::OptIn))
        || WINS_BACK.iter().any(|w| words.contains(&(*w).to_owned()))
    {
        warnings.push((
            "the opt-out notice tries to win people back, or asks for something: it may only say that the texts end"
                .to_owned(),
            "Say that they are off the list, and nothing else.".to_owned(),
        ));
    }
    warnings
}

/// Words of an appeal, which has no place in the notice of an opt-out.
const WINS_BACK: [&str; 10] =
    ["vote", "donate", "join", "volunteer", "rejoin", "resubscribe", "vota", "voten", "dona", "únete"];

/// Words that mean something to this program and that a text asks people to answer with for another purpose, each once, with what they
/// do: behind the asking, in a row of answers to choose from ("Reply YES or END"), or in capitals later in that sentence ("Reply STOP if
/// you agree, CANCEL if not").
fn asked_for(text: &str) -> Vec<(String, &'static str)> {
    const ASKING: [&str; 19] = [
        "reply",
        "text",
        "answer",
        "send",
        "respond",
        "type",
        "write",
        "responda",
        "responde",
        "conteste",
        "contesta",
        "envie",
        "envia",
        "escriba",
        "escribe",
        "répondez",
        "réponds",
        "envoyez",
        "tapez",
    ];
    // What follows says that the word is for opting out: then it is as it should be.
    const PURPOSE: [&str; 8] = ["opt", "unsubscribe", "texts", "messages", "mensajes", "baja", "out", "recibir"];
    // The same, behind a word that everybody knows for it.
    const ENDING: [&str; 12] = [
        "quit",
        "end",
        "cancel",
        "stop",
        "leave",
        "salir",
        "cancelar",
        "terminar",
        "parar",
        "désabonner",
        "arrêter",
        "fin",
    ];
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for sentence in text.split(['.', '!', '?', '\n']) {
        let said: Vec<&str> = sentence.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let small: Vec<String> = said.iter().map(|word| word.to_lowercase()).collect();
        let Some(asking) = small.iter().position(|word| ASKING.contains(&word.as_str())) else { continue };
        for (at, written) in said.iter().enumerate().skip(asking + 1) {
            let word = &small[at];
            let shouted = written.chars().count() > 1 && written.chars().all(char::is_uppercase);
            let right_behind = ASKING.contains(&small[at - 1].as_str());
            if !(shouted || right_behind) || found.iter().any(|(known, _)| known == word) {
                continue;
            }
            let next: Vec<&str> = small.iter().skip(at + 1).take(6).map(String::as_str).collect();
            let has = |some: &[&str]| next.iter().any(|word| some.contains(word));
            match verdict(word) {
                Inbound::OptOutWord { .. } | Inbound::Possible { .. } => {
                    // "Reply STOP" alone, or "to end", is how one opts out; "Reply STOP if you agree" is not.
                    let known = matches!(word.as_str(), "stop" | "alto" | "arret" | "arrêt" | "arrete" | "arrêtez");
                    let is_stop = known
                        && match next.first() {
                            Some(&("if" | "when" | "si" | "cuando")) => false,
                            Some(&("to" | "for" | "para" | "pour")) => {
                                next.get(1).is_some_and(|word| ENDING.contains(word))
                            }
                            _ => true,
                        };
                    if !has(&PURPOSE) && !is_stop {
                        let by_itself = is_per_se(word);
                        found.push((
                            word.clone(),
                            if by_itself {
                                "opts them out of all texts"
                            } else {
                                "may be an opt-out: each waits until somebody decides"
                            },
                        ));
                    }
                }
                Inbound::Help
                    if !has(&["help", "info", "ayuda", "more", "aide", "information"]) && !next.is_empty() =>
                {
                    found.push((word.clone(), "is answered by itself with who you are"));
                }
                Inbound::OptIn if !has(&["texts", "messages", "again", "mensajes", "back", "resubscribe"]) => {
                    found.push((word.clone(), "only puts them back on the list of those who get texts"));
                }
                _ => {}
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
    #[case("Responda CANCELAR si no viene", 1)]
    #[case("Reply STOP to vote yes.", 1)]
    #[case("Reply 1 for yes, STOP for no.", 1)]
    #[case("Type END when done.", 1)]
    #[case("Responda ALTO si no.", 1)]
    #[case("Responda ALTO para no recibir mensajes", 0)]
    #[case("Responda ALTO para salir", 0)]
    #[case("Répondez ARRET pour non.", 1)]
    #[case("Reply HELP for a ride.", 1)]
    #[case("Reply HELP for more information", 0)]
    #[case("Text START to join us.", 1)]
    #[case("Text START to get our texts again.", 0)]
    #[case("Reply STOP to end", 0)]
    fn a_word_that_means_something_here_is_no_answer(#[case] text: &str, #[case] warnings: usize) {
        assert_eq!(text_warnings(text).len(), warnings, "{:?}", text_warnings(text));
    }

    #[rstest::rstest]
    #[case("You are opted out of texts from Good Neighbors.", 0)]
    #[case("Good Neighbors: you are off our list. Reply START to get our texts again.", 1)]
    #[case("Sorry! Reply START to hear about Tuesday: vote for Lee!", 2)]
    #[case("Good Neighbors, bye. https://bit.ly/x", 1)]
    #[case("ok", 1)]
    #[case("You are opted out of texts from Good Neighbors Vote.", 1)]
    fn a_notice_says_that_the_texts_end_and_nothing_else(#[case] text: &str, #[case] warnings: usize) {
        let found = notice_warnings(text, "Good Neighbors");
        assert_eq!(found.len(), warnings, "{found:?}");
    }
}
