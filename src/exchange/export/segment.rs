//! Some of a campaign's contacts: those of whom a [`Filter`] holds.

use crate::domain::campaign::CampaignDef;
pub use crate::domain::filter::is_in;
use crate::domain::filter::{FACTS, Filter, Name, has_order, is_day};
use crate::domain::script::fold_name;
use crate::domain::survey::Free;
use crate::domain::tag::BUILT_IN;
use crate::exchange::toml_reader::nearest;

/// What every contact can have, whatever the list's columns are.
const LISTED: [&str; 8] = ["firstName", "lastName", "phone", "external_id", "zip", "state", "language", "timezone"];

/// Names that mean nothing in this campaign, each with what may have been meant: a slip of the pen would be a segment of nobody, or
/// of everybody.
#[must_use]
pub fn unknown_names(filter: &Filter, def: &CampaignDef, columns: &[String]) -> Vec<String> {
    let questions = || def.questions.iter().map(|question| question.id.as_str());
    let known = || LISTED.into_iter().chain(columns.iter().map(String::as_str));
    let mut unknown = Vec::new();
    for name in filter.names() {
        match name {
            Name::Answer(question) if !questions().any(|id| id == question) => {
                let near = nearest(question, questions());
                let ids = questions().collect::<Vec<_>>().join(", ");
                let meant =
                    near.map_or_else(|| format!("It has: {ids}."), |near| format!("Did you mean answer.{near}?"));
                unknown.push(format!("the campaign asks no question `{question}`. {meant}"));
            }
            Name::Rsvp(event) if !def.events.iter().any(|one| one.id == *event) => {
                let ids: Vec<&str> = def.events.iter().map(|one| one.id.as_str()).collect();
                let meant = match nearest(event, ids.iter().copied()) {
                    Some(near) => format!("Did you mean rsvp.{near}?"),
                    None if ids.is_empty() => "It has no events.".to_owned(),
                    None => format!("It has: {}.", ids.join(", ")),
                };
                unknown.push(format!("the campaign has no event `{event}`. {meant}"));
            }
            Name::Field(field) if !known().any(|one| fold_name(one) == fold_name(field)) && field != "cell" => {
                let others = known().chain(["status", "tag", "campaign"]).chain(FACTS);
                let meant = match nearest(field, others.clone()) {
                    Some(near) => format!("Did you mean {near}?"),
                    None => {
                        format!("There are: answer.QUESTION, rsvp.EVENT, {}.", others.collect::<Vec<_>>().join(", "))
                    }
                };
                unknown.push(format!("nobody has a column `{field}`. {meant}"));
            }
            _ => {}
        }
    }
    unknown.extend(filter.compared().into_iter().filter_map(|(name, value)| unknown_value(name, value, def)));
    unknown.extend(filter.ordered().into_iter().filter_map(|(name, value)| without_order(name, value)));
    unknown.sort();
    unknown.dedup();
    unknown
}

/// As [`unknown_names`], of what is the same in every campaign alone.
#[must_use]
pub fn unknown_words(filter: &Filter) -> Vec<String> {
    let everywhere = |name: &Name| {
        matches!(name, Name::Status | Name::Rsvp(_))
            || matches!(name, Name::Fact(fact) if !["variant", "texter"].contains(fact))
    };
    let none = CampaignDef::default();
    let compared = filter.compared().into_iter().filter(|(name, _)| everywhere(name));
    let mut unknown: Vec<String> = compared.filter_map(|(name, value)| unknown_value(name, value, &none)).collect();
    unknown.extend(filter.ordered().into_iter().filter_map(|(name, value)| without_order(name, value)));
    unknown
}

/// What `<` and its kin cannot put in order.
fn without_order(name: &Name, value: &str) -> Option<String> {
    if *name == Name::Fact("last_texted") && !is_day(value) {
        return Some(format!("`{name}` is compared with a day, as in 2026-11-03, and `{}` is none.", value.trim()));
    }
    let said = format!("`{name}`: < and > compare numbers, and days as 2026-11-03; `{}` is neither.", value.trim());
    (!has_order(value)).then_some(said)
}

const STATUSES: [&str; 5] = ["needs_message", "messaged", "needs_response", "convo", "closed"];
const STANDINGS: [&str; 4] = ["yes", "waiting", "maybe", "no"];
const DELIVERIES: [&str; 7] = ["accepted", "submitting", "submitted", "delivered", "failed", "unknown", "held"];

/// A word that nobody can have there, with those that there are.
fn unknown_value(name: &Name, value: &str, def: &CampaignDef) -> Option<String> {
    let value = value.trim();
    let none_of = |words: &[&str]| {
        let known = value.is_empty() || words.iter().any(|word| word.eq_ignore_ascii_case(value));
        (!known).then(|| format!("`{name}` is never `{value}`: it is {}.", words.join(", ")))
    };
    // Words of the campaign's own: somebody may still have one of an older script.
    let own = |value: &str, words: Vec<&str>| {
        if value.is_empty() || words.iter().any(|word| word.trim().eq_ignore_ascii_case(value)) {
            return None;
        }
        let meant = match nearest(value, words.iter().copied()) {
            Some(near) => format!("Did you mean {near}?"),
            None if words.is_empty() => "There is none.".to_owned(),
            None => format!("There are: {}.", words.join(", ")),
        };
        Some(format!("`{name}` has no `{value}`. {meant} (A word of an older script: {name} ~ \"{value}\".)"))
    };
    match name {
        Name::Status => none_of(&STATUSES),
        Name::Rsvp(_) => none_of(&STANDINGS),
        Name::Fact("texted" | "replied" | "opted_out" | "wrong_number" | "removed") => none_of(&["yes", "no"]),
        Name::Fact("delivery") => none_of(&DELIVERIES),
        Name::Answer(question) => {
            let question = def.questions.iter().find(|one| one.id == *question)?;
            let typed = |free| question.answers.iter().any(|answer| answer.free == Some(free));
            // What is typed in has no closed set of words, but a day is written in one way.
            if typed(Free::Text) || (typed(Free::Date) && Free::Date.takes(value)) {
                return None;
            }
            let choices = question.answers.iter().filter(|answer| answer.free.is_none());
            let day = typed(Free::Date).then_some("a day as 2026-11-03");
            own(value, choices.map(|answer| answer.value.as_str()).chain(day).collect())
        }
        Name::Tag if crate::domain::tag::is_built_in(value) => None,
        Name::Tag => own(value, def.tags.iter().map(String::as_str).chain(BUILT_IN).collect()),
        Name::Fact("variant") => own(value, def.initial.iter().map(|wording| wording.name.as_str()).collect()),
        Name::Fact("last_texted") if !value.is_empty() => {
            Some(format!("`{name}` has a time: compare it with a day by < or >, as in {name} >= 2026-11-03."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("texted = maybe", Some("`texted` is never `maybe`: it is yes, no."))]
    #[case("not opted_out = Yes and removed != no", None)]
    #[case("status in (closed, waiting)", Some("`status` is never `waiting`"))]
    #[case("delivery = lost", Some("`delivery` is never `lost`"))]
    #[case("campaign = 3 or status = \"\"", None)]
    #[case("answer.support = oppos", Some("Did you mean oppose?"))]
    #[case("answer.support ~ oppos or answer.support ~ neverheard", None)]
    #[case("not answer.support = neverheard", Some("There are: "))]
    #[case("tag = volunter", Some("Did you mean volunteer?"))]
    #[case("tag in (volunteer, star, needs:es)", None)]
    #[case("tag = xyzzy", Some("A word of an older script: tag ~"))]
    #[case("variant != q", Some("`variant` has no `q`"))]
    #[case("last_texted = 2026-11-03", Some("by < or >"))]
    #[case("last_texted < tomorrow", Some("`tomorrow` is none"))]
    #[case("last_texted >= 2026-11-03 and zip > 94000", None)]
    #[case("zip > abc", Some("`abc` is neither"))]
    fn a_word_that_nobody_can_have_is_told(#[case] text: &str, #[case] said: Option<&str>) {
        let mut def = crate::exchange::sample::campaign().expect("the sample");
        let question = &mut def.questions[0];
        question.id = "support".into();
        question.answers[0].value = "oppose".into();
        question.answers.iter_mut().for_each(|answer| answer.free = None);
        def.tags = vec!["volunteer".into()];
        let unknown = unknown_names(&Filter::parse(text).expect(text), &def, &[]).join(" ");
        match said {
            Some(words) => assert!(unknown.contains(words), "{unknown}"),
            None => assert_eq!(unknown, ""),
        }
    }

    #[rstest]
    #[case("answer.when = 2026-11-03 and answer.when < 2026-12-01", None)]
    #[case("answer.when = 'Nov 3'", Some("a day as 2026-11-03"))]
    #[case("answer.when = never", None)]
    #[case("answer.why = 'because of the bus'", None)]
    fn what_was_typed_is_asked_for_as_it_is_kept(#[case] text: &str, #[case] said: Option<&str>) {
        use crate::domain::survey::{Answer, Question};
        let given = |value: &str, free| Answer { value: value.into(), free, ..Answer::default() };
        let question = |id: &str, answers| Question { id: id.into(), text: id.into(), answers };
        let when = vec![given("never", None), given("on", Some(Free::Date))];
        let questions = vec![question("when", when), question("why", vec![given("so", Some(Free::Text))])];
        let def = CampaignDef { questions, ..CampaignDef::default() };
        let unknown = unknown_names(&Filter::parse(text).expect(text), &def, &[]).join(" ");
        assert!(said.map_or(unknown.is_empty(), |words| unknown.contains(words)), "{unknown}");
    }
}
