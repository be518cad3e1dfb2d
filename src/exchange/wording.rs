//! Advice on the wording of texts: what carriers block and what makes a text dear. Warnings, never errors.

use std::collections::BTreeMap;

use crate::domain::opt_out::is_per_se;
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

/// What is doubtful in any text.
pub(super) fn text_warnings(text: &str) -> Vec<(String, String)> {
    let mut warnings = Vec::new();
    let words = words(text);
    for (at, word) in words.iter().enumerate() {
        let asked = at > 0
            && matches!(
                words[at - 1].as_str(),
                "reply" | "text" | "answer" | "send" | "responda" | "responde" | "envie" | "envia"
            );
        let purpose = ["opt", "unsubscribe", "stop", "texts", "messages", "mensajes", "baja", "out"];
        if asked
            && is_per_se(word)
            && word != "stop"
            && !words.iter().skip(at + 1).take(6).any(|w| purpose.contains(&w.as_str()))
        {
            warnings.push((
                format!("people are asked to answer \"{word}\", which opts them out of all texts"),
                "Ask for another word.".to_owned(),
            ));
        }
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

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}
