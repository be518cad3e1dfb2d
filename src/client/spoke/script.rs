//! Scripts: Spoke's merge fields as ours, its flat list of steps as our questions.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Campaign, Step};
use super::plain::plain;
use crate::domain::script::fold_name;
use crate::domain::survey::{Answer, Question};

/// Under this language all texts of a Spoke campaign stand: it knows none.
pub const LANGUAGE: &str = "en";

/// Fields that every contact has there, beside the columns of its list.
const EVERYBODYS: [&str; 10] = [
    "firstName",
    "lastName",
    "cell",
    "zip",
    "external_id",
    "texterFirstName",
    "texterLastName",
    "texterAliasOrFirstName",
    "contactId",
    "contactIdBase62",
];

/// A script of Spoke's in our notation, its look-alikes written plainly. A field that the campaign knows may be empty, as there;
/// one that it does not know stays a field without a value, and a text with it cannot be sent. Other braces are text.
#[must_use]
pub fn script(text: &str, columns: &[String]) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let inner = &rest[at + 1..];
        let end = inner.find(['{', '}', '\n']).filter(|&end| brace == "{" && inner[end..].starts_with('}'));
        let Some(end) = end else {
            out.push_str(brace);
            out.push_str(brace);
            rest = inner;
            continue;
        };
        let name = inner[..end].trim();
        let known = EVERYBODYS.contains(&name) || columns.iter().any(|column| column == name);
        if known && may_stand(name) {
            out.push_str(&format!("{{{name}/}}"));
        } else {
            out.push_str(&format!("{{{name}}}"));
        }
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    out
}

/// True for names that our notation takes; a column may be called anything.
fn may_stand(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || " _-.#?'()&".contains(c))
}

/// Columns that a script can use: two that differ only in case or spaces cannot be told apart by our lookup, the exact one counts.
#[must_use]
pub fn columns(campaign: &Campaign) -> Vec<String> {
    campaign.custom_fields.iter().filter(|name| !fold_name(name).is_empty()).cloned().collect()
}

/// The step that nothing leads to: its script is the first text.
fn root(steps: &[Step]) -> Option<&Step> {
    let led_to: BTreeSet<i64> = steps
        .iter()
        .filter_map(|step| step.question.as_ref())
        .flat_map(|question| &question.answer_options)
        .filter_map(|choice| choice.next_interaction_step.as_ref().map(|next| next.id.0))
        .collect();
    steps.iter().find(|step| !led_to.contains(&step.id.0))
}

/// The first text; none when the campaign has no script.
#[must_use]
pub fn first_text(campaign: &Campaign) -> Option<String> {
    let root = root(&campaign.interaction_steps)?;
    (!root.script.trim().is_empty()).then(|| script(&root.script, &columns(campaign)))
}

/// The questions, the first one first. An answer is kept under the step that asked, by its words.
#[must_use]
pub fn questions(campaign: &Campaign) -> Vec<Question> {
    let steps: BTreeMap<i64, &Step> = campaign.interaction_steps.iter().map(|step| (step.id.0, step)).collect();
    let columns = columns(campaign);
    let asks = |id: i64| {
        let question = steps.get(&id).and_then(|step| step.question.as_ref());
        question.is_some_and(|question| question.answer_options.iter().any(|choice| !choice.value.trim().is_empty()))
    };
    let mut questions = Vec::new();
    let mut open: Vec<i64> = root(&campaign.interaction_steps).map(|step| step.id.0).into_iter().collect();
    let mut seen: BTreeSet<i64> = open.iter().copied().collect();
    while !open.is_empty() {
        let mut next_level = Vec::new();
        for id in open {
            let Some(question) = steps.get(&id).and_then(|step| step.question.as_ref()).filter(|_| asks(id)) else {
                continue;
            };
            let mut answers: Vec<Answer> = Vec::new();
            for choice in &question.answer_options {
                // The first of two with the same words is the one that can be meant.
                if choice.value.trim().is_empty() || answers.iter().any(|answer| answer.value == choice.value) {
                    continue;
                }
                let next = choice.next_interaction_step.as_ref();
                let said = next.map(|next| next.script.trim()).filter(|said| !said.is_empty());
                let fresh = next.map(|next| next.id.0).filter(|id| asks(*id) && seen.insert(*id));
                next_level.extend(fresh);
                answers.push(Answer {
                    value: choice.value.clone(),
                    reply: said.map(|said| (LANGUAGE.to_owned(), script(said, &columns))).into_iter().collect(),
                    next: fresh.map(|id| id.to_string()),
                    ..Answer::default()
                });
            }
            let text = plain(question.text.trim());
            questions.push(Question {
                id: id.to_string(),
                text: if text.is_empty() { "?".to_owned() } else { text },
                answers,
            });
        }
        open = next_level;
    }
    questions
}

/// The questions that `question` leads to, near and far: with another answer to it their answers hold no more.
#[must_use]
pub fn below(questions: &[Question], question: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![question.to_owned()];
    while let Some(id) = open.pop() {
        let asked = questions.iter().find(|question| question.id == id);
        for next in asked.into_iter().flat_map(|asked| &asked.answers).filter_map(|answer| answer.next.clone()) {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// A number in Spoke's shorter notation of ids.
#[must_use]
pub fn base62(id: i64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut rest = id.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        digits.push(char::from(DIGITS[digit]));
        rest /= 62;
        if rest == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::script::{Fill, Template};
    use crate::domain::survey::faults;

    fn fill(text: &str, fields: &[(&str, &str)]) -> Result<String, Vec<String>> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let text = script(text, &["polling_place".to_owned(), "a/b".to_owned()]);
        let template = Template::parse(&text).expect("a script of ours");
        template.fill(&Fill { fields: &fields, texter: "Tess", variables: &BTreeMap::new() })
    }

    #[test]
    fn fields_are_filled_as_spoke_fills_them() {
        let text = "Hi {firstName}, it\u{2019}s {texterAliasOrFirstName}: {polling_place}.";
        let filled = fill(text, &[("firstName", "Ann"), ("polling_place", "School No. 3")]);
        assert_eq!(filled.as_deref(), Ok("Hi Ann, it's Tess: School No. 3."));
        assert_eq!(
            fill(text, &[("firstName", "Ann")]).as_deref(),
            Ok("Hi Ann, it's Tess: ."),
            "an empty cell is empty"
        );
        assert_eq!(fill("Hi {nobody}", &[]), Err(vec!["nobody".to_owned()]), "a field of no list cannot be sent");
        assert_eq!(fill("a { b } c {", &[]), Err(vec!["b".to_owned()]));
        assert_eq!(fill(":} {\n}", &[]).as_deref(), Ok(":} {\n}"));
    }

    #[test]
    fn the_flat_list_becomes_a_tree() {
        let campaign: Campaign = serde_json::from_value(json!({
            "customFields": ["city"],
            "interactionSteps": [
                { "id": "2", "script": "Knock doors in {city}?", "question": { "text": "Doors?", "answerOptions": [
                    { "value": "Yes", "interactionStepId": 3, "nextInteractionStep": { "id": "3", "script": "Great!" } },
                    null,
                    { "value": "Not now", "interactionStepId": null, "nextInteractionStep": null } ] } },
                { "id": "1", "script": "Hi {firstName}", "question": { "text": "Vote?", "answerOptions": [
                    { "value": "Yes", "interactionStepId": 2, "nextInteractionStep": { "id": "2", "script": "Knock doors in {city}?" } },
                    { "value": "Yes", "nextInteractionStep": null },
                    { "value": "No", "interactionStepId": 5, "nextInteractionStep": { "id": "5", "script": "Thanks." } } ] } },
                { "id": "3", "script": "Great!", "question": { "text": "", "answerOptions": [] } },
                { "id": "5", "script": "Thanks.", "question": null },
            ],
        }))
        .expect("a campaign");
        assert_eq!(first_text(&campaign).as_deref(), Some("Hi {firstName/}"));
        let questions = questions(&campaign);
        assert_eq!(faults(&questions), []);
        let ids: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        assert_eq!(ids, ["1", "2"]);
        let yes = &questions[0].answers[0];
        assert_eq!((yes.value.as_str(), yes.next.as_deref()), ("Yes", Some("2")));
        assert_eq!(yes.reply["en"], "Knock doors in {city/}?");
        assert_eq!(questions[0].answers.len(), 2, "one of two with the same words");
        assert_eq!(below(&questions, "1").into_iter().collect::<Vec<_>>(), ["2"]);
    }

    #[test]
    fn short_ids() {
        assert_eq!([0, 9, 10, 61, 62].map(base62), ["0", "9", "a", "Z", "10"]);
    }
}
