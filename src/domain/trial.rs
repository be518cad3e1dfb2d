//! The texts of a campaign's script as staff try them on their own phones, before any voter gets one.
//!
//! A console and a server put them together alike, so that the server sends nothing under the name of a trial but what the script
//! says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign::{CampaignDef, FillError, fill_text, merge_fields_in};
use super::contact::Contact;
use super::phone::Phone;
use super::script::{alias, fold_name};

/// The made-up person's name.
const FIRST_NAME: &str = "Maria";
const LAST_NAME: &str = "Sample";

/// Which text of a script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialPart {
    /// The wording of the first text with this name.
    Initial(String),
    /// The canned reply with this id.
    Canned(String),
    /// The line of the script that follows an answer.
    Answer {
        /// The question's id.
        question: String,
        /// The answer's value.
        value: String,
        /// The one for those who wait, as the event is full.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        when_full: bool,
    },
}

/// One text of a script, its merge fields not filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialText<'a> {
    /// Which.
    pub part: TrialPart,
    /// In which language.
    pub language: &'a str,
    /// As the script has it.
    pub text: &'a str,
}

/// Every wording of the first text, in its language; with `answers` what follows each answer, and with `canned` every canned reply, in each
/// of their languages.
#[must_use]
pub fn trial_texts(def: &CampaignDef, answers: bool, canned: bool) -> Vec<TrialText<'_>> {
    let initial = def.initial.iter().map(|variant| TrialText {
        part: TrialPart::Initial(variant.name.clone()),
        language: &variant.language,
        text: &variant.text,
    });
    let replies = def.canned.iter().filter(|_| canned).flat_map(|reply| {
        reply.text.iter().map(|(language, text)| TrialText {
            part: TrialPart::Canned(reply.id.clone()),
            language,
            text,
        })
    });
    let of_answers = def.questions.iter().filter(|_| answers).flat_map(|question| {
        question.answers.iter().flat_map(|answer| {
            let part =
                |when_full| TrialPart::Answer { question: question.id.clone(), value: answer.value.clone(), when_full };
            [(&answer.reply, false), (&answer.reply_when_full, true)].into_iter().flat_map(move |(texts, full)| {
                texts.iter().map(move |(language, text)| TrialText { part: part(full), language, text })
            })
        })
    });
    initial.chain(of_answers).chain(replies).collect()
}

/// Somebody made up at this number: with `fields` where they are given (`firstName`, `zip`, columns), and for every other column that the
/// script uses its name in brackets.
#[must_use]
pub fn made_up(def: &CampaignDef, phone: &Phone, fields: &BTreeMap<String, String>) -> Contact {
    let mut contact = Contact {
        external_id: None,
        first_name: FIRST_NAME.into(),
        last_name: LAST_NAME.into(),
        phone: phone.clone(),
        zip: None,
        state: None,
        language: None,
        time_zone: None,
        fields: BTreeMap::new(),
        consent: None,
    };
    let mut given = Vec::new();
    for (name, value) in fields {
        let folded = fold_name(name);
        match alias(&folded) {
            "firstname" => contact.first_name.clone_from(value),
            "lastname" => contact.last_name.clone_from(value),
            "zip" => contact.zip = Some(value.clone()),
            "state" => contact.state = Some(value.clone()),
            "externalid" => contact.external_id = Some(value.clone()),
            _ => drop(contact.fields.insert(name.clone(), value.clone())),
        }
        given.push(folded);
    }
    for name in def.fields_used() {
        let folded = fold_name(&name);
        let known = ["firstname", "lastname", "phone", "organization", "disclaimer"].contains(&alias(&folded));
        if !known && !given.contains(&folded) {
            contact.fields.insert(name.clone(), format!("[{name}]"));
        }
    }
    contact
}

/// One text of the script as it goes to `contact`; none when the script has no such text.
///
/// # Errors
/// As [`fill_text`].
pub fn trial_body(
    def: &CampaignDef,
    part: &TrialPart,
    language: &str,
    contact: &Contact,
    texter: &str,
) -> Option<Result<String, FillError>> {
    let text = trial_texts(def, true, true).into_iter().find(|one| one.part == *part && one.language == language)?.text;
    Some(fill_text(def, text, &merge_fields_in(def, contact), texter))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::domain::campaign::{CannedReply, Variant};

    fn def() -> CampaignDef {
        let wording = |name: &str, language: &str, text: &str| Variant {
            name: name.into(),
            language: language.into(),
            text: text.into(),
        };
        CampaignDef {
            initial: vec![
                wording("a", "en", "Hi {firstName}, {texterName} here. Vote at {polling_place}."),
                wording("b", "en", "Hello {firstName}!"),
                wording("a", "es", "Hola {firstName}, su casilla: {polling_place}."),
            ],
            canned: vec![CannedReply {
                id: "where".into(),
                title: "Where?".into(),
                text: [("en", "In {zip/town}."), ("es", "En {zip/la ciudad}.")]
                    .into_iter()
                    .map(|(language, text)| (language.to_owned(), text.to_owned()))
                    .collect(),
                ..CannedReply::default()
            }],
            ..CampaignDef::default()
        }
    }

    #[test]
    fn every_wording_and_language_is_there_and_canned_replies_when_asked_for() {
        let def = def();
        let names = |canned| {
            trial_texts(&def, false, canned)
                .into_iter()
                .map(|one| format!("{:?} {}", one.part, one.language))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(false), [r#"Initial("a") en"#, r#"Initial("b") en"#, r#"Initial("a") es"#]);
        assert_eq!(names(true)[3..], [r#"Canned("where") en"#, r#"Canned("where") es"#]);
        let answer = crate::domain::survey::Answer {
            value: "Yes".into(),
            reply: BTreeMap::from([("en".to_owned(), "Good, {firstName}!".to_owned())]),
            reply_when_full: BTreeMap::from([("en".to_owned(), "It is full, {firstName}.".to_owned())]),
            ..Default::default()
        };
        let question = crate::domain::survey::Question { id: "q".into(), text: "?".into(), answers: vec![answer] };
        let def = CampaignDef { questions: vec![question], ..def };
        let texts = trial_texts(&def, true, false);
        let contact = made_up(&def, &Phone::from_e164("+14155550100").expect("a number"), &BTreeMap::new());
        for (text, when_full, says) in texts[texts.len() - 2..]
            .iter()
            .zip([false, true])
            .zip(["Good, Maria!", "It is full, Maria."])
            .map(|((a, b), c)| (a, b, c))
        {
            assert_eq!(text.part, TrialPart::Answer { question: "q".into(), value: "Yes".into(), when_full });
            let body = trial_body(&def, &text.part, "en", &contact, "Tess").expect("there").expect("filled");
            assert_eq!(body, says);
        }
    }

    #[test]
    fn nothing_stays_unfilled_and_what_is_given_stands() {
        let def = def();
        let phone = Phone::from_e164("+14155550100").expect("a number");
        let body = |part: TrialPart, language: &str, fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            trial_body(&def, &part, language, &made_up(&def, &phone, &fields), "Tess").expect("there").expect("filled")
        };
        let a = || TrialPart::Initial("a".into());
        assert_eq!(body(a(), "en", &[]), "Hi Maria, Tess here. Vote at [polling_place].");
        let given = [("first_name", "Ann"), ("Polling Place", "5 Elm St")];
        assert_eq!(body(a(), "es", &given), "Hola Ann, su casilla: 5 Elm St.");
        let contact = made_up(&def, &phone, &BTreeMap::new());
        assert!(trial_body(&def, &TrialPart::Canned("who".into()), "en", &contact, "Tess").is_none());
        assert!(trial_body(&def, &TrialPart::Initial("b".into()), "es", &contact, "Tess").is_none());
    }
}
