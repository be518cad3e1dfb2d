//! What is doubtful in a campaign as it is handed in, whoever wrote its file: kept in the audit of its start.

use super::wording;
use crate::domain::campaign::CampaignDef;
use crate::domain::hours::{Solicitation, TextingHours};
use crate::domain::safe_text::safe_line;
use crate::domain::script::Template;

/// Most lines, and the longest of them in characters: an audit row is read by people.
const MOST: usize = 30;
const LONGEST: usize = 300;

/// Where [`super::check::Finding::in_words`] begins to name people.
const EXAMPLES: &str = " (such as ";

/// Every warning about a campaign's texts and hours, in words. What a list lacks for it is not looked at here.
#[must_use]
pub fn advice(def: &CampaignDef) -> Vec<String> {
    let mut found = hours(&def.hours);
    for variant in &def.initial {
        if let Ok(template) = Template::parse(&variant.text) {
            let warnings = wording::initial_warnings(&variant.text, &template, &def.organization, &def.variables);
            found.extend(warnings.into_iter().map(|(what, _)| format!("initial `{}`: {what}", variant.name)));
        }
    }
    for text in def.opt_out_notice.values() {
        found.extend(wording::notice_warnings(text, &def.organization).into_iter().map(|(what, _)| what));
    }
    for text in def.texts() {
        found.extend(wording::text_warnings(text).into_iter().map(|(what, _)| what));
        let foreign = super::foreign::fields(text).into_iter().filter(|field| !field.written.starts_with('<'));
        found.extend(foreign.map(|field| format!("`{}` goes out as it stands", field.written)));
    }
    let mut once: Vec<String> = Vec::new();
    for line in found {
        let line: String = safe_line(&line).chars().take(LONGEST).collect();
        if !once.contains(&line) && once.len() < MOST {
            once.push(line);
        }
    }
    once
}

/// The same with what somebody's own check of the files warned of, each once.
#[must_use]
pub fn with(mut advice: Vec<String>, warnings: &[String]) -> Vec<String> {
    for line in warnings {
        let line: String = without_numbers(&safe_line(without_examples(line))).chars().take(LONGEST).collect();
        if !advice.contains(&line) && advice.len() < MOST {
            advice.push(line);
        }
    }
    advice
}

/// A warning without the people that it names as examples: the audit outlives their erasure.
#[must_use]
pub fn without_examples(warning: &str) -> &str {
    warning.split_once(EXAMPLES).map_or(warning, |(what, _)| what)
}

/// A warning in whose words no telephone number stands: whoever hands a list in may say anything, and the audit outlives an erasure.
fn without_numbers(line: &str) -> String {
    let mut told = String::new();
    let mut run = String::new();
    let digits = |run: &str| run.chars().filter(char::is_ascii_digit).count();
    let end = |run: &mut String, told: &mut String| {
        let is_day = run.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
        let kept = if digits(run) >= 10 && !is_day { "(a number)" } else { run.as_str() };
        told.push_str(kept);
        // What stood behind the number still stands there.
        told.extend(run.chars().last().filter(|c| *c == ' ' && kept != run.as_str()));
        run.clear();
    };
    for c in line.chars() {
        if c.is_ascii_digit() || "+-.() ".contains(c) && !run.is_empty() {
            run.push(c);
        } else {
            end(&mut run, &mut told);
            told.push(c);
        }
    }
    end(&mut run, &mut told);
    told
}

/// What counsel decided about hours.
fn hours(hours: &TextingHours) -> Vec<String> {
    let mut found = Vec::new();
    if hours.trust_address {
        found.push(
            "the address alone decides on texting hours where it is known, whatever the area code says".to_owned(),
        );
    }
    for rule in &Solicitation::table().states {
        if hours.states.get(&rule.state).is_some_and(|own| own.is_wider_than(&rule.hours)) {
            found.push(format!("the hours of {} are wider than those for solicitation ({})", rule.state, rule.source));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::domain::campaign::Variant;
    use crate::domain::hours::{StateHours, Window};

    #[test]
    fn no_number_of_a_person_stands_in_it() {
        let told = with(
            Vec::new(),
            &["`212 555-0102 ` is too short, 12125550102; closes 2026-11-03 19:00, 1234567 rows".into()],
        );
        assert_eq!(told, ["`(a number) ` is too short, (a number); closes 2026-11-03 19:00, 1234567 rows"]);
    }

    #[test]
    fn nobody_is_named_in_the_audit() {
        let finding = super::super::check::Finding {
            what: "2 contacts have nothing for {ward}".into(),
            examples: vec!["Ana •• 0002".into()],
            ..Default::default()
        };
        let known = vec!["the same".to_owned()];
        let told = with(known, &[finding.in_words(), "the same".into()]);
        assert_eq!(told, ["the same", "2 contacts have nothing for {ward}"]);
    }

    #[test]
    fn what_is_doubtful_is_told_once() {
        let variant = |name: &str, text: &str| Variant { name: name.into(), language: "en".into(), text: text.into() };
        let window = Window::parse("08:00-21:00");
        let mut def = CampaignDef {
            organization: "Org".into(),
            initial: vec![
                variant("a", "Org here. STOP ends"),
                variant("b", "Hi, see bit.ly/x"),
                variant("c", "Org: bit.ly/y. STOP"),
            ],
            ..CampaignDef::default()
        };
        def.hours.trust_address = true;
        def.hours.states.insert(
            "RI".into(),
            StateHours { weekdays: window, saturday: window, sunday: window, ..StateHours::default() },
        );
        let found = advice(&def);
        assert_eq!(
            found,
            [
                "the address alone decides on texting hours where it is known, whatever the area code says",
                "the hours of RI are wider than those for solicitation (R.I. Gen. Laws 5-61-2 (hours of operation) and 5-61-3.6; support.referrizer.com, quiet hours table: Rhode Island)",
                "initial `b`: the initial message does not name the organization (Org)",
                "initial `b`: the initial message does not say how to opt out",
                "the link uses bit.ly, a shortener that everybody shares: carriers block such texts",
            ]
        );
        assert_eq!(
            advice(&CampaignDef {
                initial: vec![variant("a", "Org here. STOP ends")],
                organization: "Org".into(),
                ..CampaignDef::default()
            }),
            [""; 0]
        );
    }
}
