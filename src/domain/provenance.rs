//! Where a list of contacts comes from, and what shows that the people on it agreed to be texted.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::phone::Phone;
use super::rule_files::{RuleFault, RuleFile};

/// Where a list comes from, when it was obtained, and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// Who made it, or what it was exported from.
    #[serde(default)]
    pub source: String,
    /// When it was obtained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub obtained: Option<Date>,
    /// What use of it is permitted, and by whom.
    #[serde(default)]
    pub permitted_use: String,
    /// What shows that everybody on it agreed; a contact may have evidence of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
}

/// What shows that somebody agreed to be texted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Option<Date>,
    /// To which words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wording: String,
    /// Where: a form, a page, a canvass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl Provenance {
    /// Of people who do not exist: rehearsals, tests.
    #[must_use]
    pub fn of_made_up_people(source: &str) -> Self {
        let day = jiff::civil::date(2026, 1, 1);
        Self {
            source: source.to_owned(),
            obtained: Some(day),
            permitted_use: "made-up people: any".to_owned(),
            consent: Some(Consent { date: Some(day), wording: String::new(), source: "made up".to_owned() }),
        }
    }

    /// What is not said and has to be, each as the name of its field.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let fields = [
            ("source", self.source.trim().is_empty()),
            ("obtained", self.obtained.is_none()),
            ("permitted_use", self.permitted_use.trim().is_empty()),
        ];
        fields.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect()
    }
}

impl Consent {
    /// True when it says when, and to what or where.
    #[must_use]
    pub fn is_evidence(&self) -> bool {
        self.date.is_some() && !(self.wording.trim().is_empty() && self.source.trim().is_empty())
    }

    /// The same on this day: whoever agrees tomorrow has not agreed. A day is allowed for, as it is tomorrow somewhere already.
    #[must_use]
    pub fn is_evidence_on(&self, today: Date) -> bool {
        let latest = today.tomorrow().unwrap_or(today);
        self.is_evidence() && self.date.is_some_and(|day| day <= latest)
    }

    /// The same, what it does not say being taken from what is said of the whole list.
    #[must_use]
    pub fn or_as(mut self, list: Option<&Self>) -> Self {
        let Some(list) = list else { return self };
        self.date = self.date.or(list.date);
        if self.wording.is_empty() {
            self.wording.clone_from(&list.wording);
        }
        if self.source.is_empty() {
            self.source.clone_from(&list.source);
        }
        self
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Laws {
    law: Vec<Law>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Law {
    name: String,
    calling_codes: Vec<String>,
}

/// None when the file that is built in is broken (a test says so).
static LAWS: LazyLock<Option<Laws>> = LazyLock::new(|| toml::from_str(RuleFile::Consent.text()).ok());

/// What is wrong with a file of such laws; none: it may be used.
pub(super) fn fault(text: &str) -> Option<RuleFault> {
    let laws: Laws = match toml::from_str(text) {
        Ok(laws) => laws,
        Err(error) => return Some(error.into()),
    };
    let no_code = |code: &&String| code.is_empty() || !code.chars().all(|c| c.is_ascii_digit());
    let bad = laws.law.iter().flat_map(|law| &law.calling_codes).find(no_code)?;
    Some(RuleFault::at(text, bad, format!("`{bad}` is no calling code: digits alone, as in `44`")))
}

/// The calling codes for which the laws built in ask for consent and these do not.
pub(super) fn less(text: &str) -> Vec<String> {
    let codes = |text: &str| {
        let laws = toml::from_str::<Laws>(text).map(|laws| laws.law).unwrap_or_default();
        laws.into_iter().flat_map(|law| law.calling_codes).collect::<Vec<_>>()
    };
    let own = codes(text);
    codes(RuleFile::Consent.built_in())
        .into_iter()
        .filter(|code| !own.contains(code))
        .map(|code| format!("no consent for +{code}"))
        .collect()
}

/// Whose law asks for consent to text this number, by the number alone; none when none does that is known.
#[must_use]
pub fn law_of_consent(phone: &Phone) -> Option<&'static str> {
    let digits = phone.as_str().trim_start_matches('+');
    if digits.starts_with('1') {
        return None;
    }
    let asks = |law: &&Law| law.calling_codes.iter().any(|code| digits.starts_with(code.as_str()));
    LAWS.as_ref()?.law.iter().find(asks).map(|law| law.name.as_str())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("+447400123456", Some("Kingdom"))]
    #[case("+353861234567", Some("Union"))]
    #[case("+4915123456789", Some("Union"))]
    #[case("+12125550123", None)]
    #[case("+14165550123", None)]
    #[case("+5215512345678", None)]
    #[case("+41791234567", None)]
    fn some_countries_ask_for_consent(#[case] number: &str, #[case] law: Option<&str>) {
        let found = law_of_consent(&Phone::from_e164(number).expect("a number"));
        assert_eq!(found.is_some(), law.is_some(), "{found:?}");
        assert!(found.unwrap_or_default().contains(law.unwrap_or_default()), "{found:?}");
    }

    #[test]
    fn evidence_says_when_and_to_what() {
        let day = Some(jiff::civil::date(2026, 6, 4));
        let list = Consent { date: day, wording: "Text me".into(), source: String::new() };
        assert!(list.is_evidence());
        assert!(!Consent { date: None, ..list.clone() }.is_evidence());
        let on = |year, month, date| list.is_evidence_on(jiff::civil::date(year, month, date));
        let given = list.date.unwrap();
        assert!(list.is_evidence_on(given) && list.is_evidence_on(given.yesterday().unwrap()) && on(2100, 1, 1));
        assert!(!on(1999, 1, 1), "a day to come shows nothing");
        assert!(!Consent { date: day, wording: " ".into(), source: String::new() }.is_evidence());
        let own = Consent { date: None, wording: String::new(), source: "rally".into() };
        assert_eq!(own.or_as(Some(&list)), Consent { source: "rally".into(), ..list });
    }

    #[test]
    fn what_has_to_be_said_is_named() {
        assert_eq!(Provenance::default().missing(), ["source", "obtained", "permitted_use"]);
        assert_eq!(Provenance::of_made_up_people("a test").missing(), [""; 0]);
    }
}
