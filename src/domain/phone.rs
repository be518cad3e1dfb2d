//! Telephone numbers: E.164, behind our own type so that the library can be changed.

use phonenumber::metadata::DATABASE;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

/// A number in E.164 form (`+14155550123`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl TryFrom<String> for Phone {
    type Error = PhoneProblem;

    fn try_from(text: String) -> Result<Self, PhoneProblem> {
        Self::from_e164(&text).ok_or(PhoneProblem::NotANumber)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// Why a text is not a number that can be texted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhoneProblem {
    /// Nothing there.
    #[error("no number")]
    Empty,
    /// A spreadsheet turned it into `2.122E+09`: its last digits are lost.
    #[error("a spreadsheet shortened this number, its last digits are lost")]
    Spreadsheet,
    /// No telephone number at all.
    #[error("this is not a telephone number")]
    NotANumber,
    /// Too many or too few digits, or digits that no number of that country has.
    #[error("no such number can exist")]
    Impossible,
    /// A number with an extension belongs to a switchboard.
    #[error("a number with an extension cannot be texted")]
    Extension,
    /// A toll-free number.
    #[error("this is a toll-free number, not a person's")]
    TollFree,
    /// A premium-rate number.
    #[error("this is a premium-rate number, not a person's")]
    Premium,
}

impl PhoneProblem {
    /// What to do about it, where numbers without a country code are of this country.
    #[must_use]
    pub fn remedy_in(self, region: &str) -> &'static str {
        match self {
            Self::NotANumber | Self::Impossible if !is_nanp(region) => {
                "Check the digits, and that --country is the list's; a number of another country begins with + and its country code."
            }
            _ => self.remedy(),
        }
    }

    /// What to do about it in the United States.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "Fill in a mobile number or leave the row out.",
            Self::Spreadsheet => {
                "Export the list again with the number column formatted as text (in Excel: Format Cells, Text, before opening the file)."
            }
            Self::NotANumber => "Write the number with area code, such as (212) 555-0123 or +12125550123.",
            Self::Impossible => {
                "Check the digits: a US number has an area code and seven digits; others begin with + and the country code."
            }
            Self::Extension => "Give the person's own mobile number.",
            Self::TollFree | Self::Premium => "Give the person's own mobile number or leave the row out.",
        }
    }
}

/// True for the two letters of a country whose numbers are known.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && code.to_ascii_uppercase().parse::<phonenumber::country::Id>().is_ok()
}

impl Phone {
    /// The number as E.164 text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The last four digits, which tell a person which of two numbers it is and nobody what it is. Six digits at least stay
    /// hidden: a short number gives fewer.
    #[must_use]
    pub fn last_digits(&self) -> String {
        let digits = self.0.trim_start_matches('+');
        let many = digits.len().saturating_sub(6).min(4);
        format!("\u{2022}\u{2022} {}", &digits[digits.len() - many..])
    }

    /// Takes text that already is E.164 (from our own database). Only digits after `+` are checked.
    #[must_use]
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        ((8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
    }
    /// The last two digits, the rest hidden: `•••• ••23`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("•••• ••{}", &self.0[self.0.len().saturating_sub(2)..])
    }

    /// Reads a number as lists hold it. `region` is the two-letter country of numbers without a country code (`US`).
    ///
    /// The number must be *possible*: country, length and the shape of its parts. Whether it has been given to a
    /// subscriber is not asked: area codes open faster than libraries know, made-up test numbers (`+12122000050`,
    /// `555-01xx`) must pass, and the carrier is the judge of the rest.
    ///
    /// # Errors
    /// Why it is not a number that can be texted.
    pub fn parse(text: &str, region: &str) -> Result<Self, PhoneProblem> {
        let clean = tidy(text);
        if clean.is_empty() {
            return Err(PhoneProblem::Empty);
        }
        if is_scientific(&clean) {
            return Err(PhoneProblem::Spreadsheet);
        }
        let digits: String = clean.chars().filter(char::is_ascii_digit).collect();
        let plain = clean.chars().all(|c| c.is_ascii_digit() || " ()-./+".contains(c));
        if digits.len() < 3 {
            return Err(if plain { PhoneProblem::Impossible } else { PhoneProblem::NotANumber });
        }
        let plus = clean.trim_start_matches(['(', ' ']).starts_with('+');
        if clean.chars().skip(1).any(|c| c == '+') && !clean.starts_with("(+") {
            return Err(PhoneProblem::NotANumber);
        }
        // What nine of ten lists hold, without the library: it would also accept seven digits as a local number.
        if plain && is_nanp(region) && !plus {
            let national = match digits.len() {
                10 => Some(digits.as_str()),
                11 => digits.strip_prefix('1'),
                _ => None,
            };
            if let Some(national) = national {
                return north_american(national);
            }
            if !digits.starts_with("011") {
                return Err(PhoneProblem::Impossible);
            }
        }
        if let (true, true, Some(national)) = (plain, plus, digits.strip_prefix('1')) {
            return north_american(national);
        }
        by_library(&clean, region)
    }
}

/// Full-width digits become plain ones; marks that spreadsheets and address books put around numbers go.
fn tidy(text: &str) -> String {
    let text: String = text
        .nfkc()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}'))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c })
        .collect();
    let text = text.trim().trim_start_matches(['\'', '=', '"']).trim_end_matches('"').trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    // A list that went through a table of floating point numbers.
    match text.strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|b| b.is_ascii_digit()) => whole.to_owned(),
        _ => text.to_owned(),
    }
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    !mantissa.is_empty()
        && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',')
        && (1..=2).contains(&exponent.len())
        && exponent.bytes().all(|b| b.is_ascii_digit())
}

/// Countries of the North American numbering plan, as far as lists name them.
fn is_nanp(region: &str) -> bool {
    ["US", "CA", "PR", "VI", "GU", "AS", "MP"].iter().any(|r| r.eq_ignore_ascii_case(region))
}

/// Area code and exchange both begin with 2 to 9, and neither is a service code (`911`, `411`).
fn north_american(national: &str) -> Result<Phone, PhoneProblem> {
    let b = national.as_bytes();
    if b.len() != 10 || b[0] < b'2' || b[3] < b'2' {
        return Err(PhoneProblem::Impossible);
    }
    match &national[..3] {
        "800" | "833" | "844" | "855" | "866" | "877" | "888" => Err(PhoneProblem::TollFree),
        "900" => Err(PhoneProblem::Premium),
        area if area.ends_with("11") => Err(PhoneProblem::Impossible),
        _ if national[3..].starts_with("976") => Err(PhoneProblem::Premium),
        _ => Ok(Phone(format!("+1{national}"))),
    }
}

fn by_library(text: &str, region: &str) -> Result<Phone, PhoneProblem> {
    // Dialled from North America: the country code is behind it.
    let dialled = text.strip_prefix("011").filter(|_| is_nanp(region)).map(|rest| format!("+{}", rest.trim_start()));
    let text = dialled.as_deref().unwrap_or(text);
    // With a country code of its own no other country's rules: the library would take a US trunk `1` off a French number.
    let abroad = text.trim_start_matches(['(', ' ']).starts_with('+');
    let region: Option<phonenumber::country::Id> = region.to_ascii_uppercase().parse().ok().filter(|_| !abroad);
    let number = phonenumber::parse(region, text).map_err(|error| match error {
        phonenumber::ParseError::NoNumber => PhoneProblem::NotANumber,
        _ => PhoneProblem::Impossible,
    })?;
    if number.extension().is_some() {
        return Err(PhoneProblem::Extension);
    }
    let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
    if let Some(national) = e164.strip_prefix("+1") {
        return north_american(national);
    }
    let national = e164.len().saturating_sub(1 + number.code().value().to_string().len());
    let metadata = number.metadata(&DATABASE).ok_or(PhoneProblem::Impossible)?;
    let lengths = metadata.descriptors().general().possible_length();
    if !lengths.is_empty() && !lengths.iter().any(|l| usize::from(*l) == national) {
        return Err(PhoneProblem::Impossible);
    }
    match number.number_type(&DATABASE) {
        phonenumber::Type::TollFree => Err(PhoneProblem::TollFree),
        phonenumber::Type::PremiumRate => Err(PhoneProblem::Premium),
        _ => Phone::from_e164(&e164).ok_or(PhoneProblem::Impossible),
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

/// `text` without whatever may be a phone number in it: a run of at least seven digits, with what numbers are written with between
/// them. What a carrier says of a text that failed may name whose it was.
#[must_use]
pub fn without_numbers(text: &str) -> String {
    let is_between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '+' | '/');
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let close = |run: &mut String, out: &mut String| {
        if run.chars().filter(char::is_ascii_digit).count() < 7 {
            out.push_str(run);
        } else {
            let edge = |text: &str| text.chars().take_while(|c| *c == ' ').count();
            let after = run.chars().rev().take_while(|c| *c == ' ').count();
            out.push_str(&" ".repeat(edge(run)));
            out.push('•');
            out.push_str(&" ".repeat(after));
        }
        run.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() || is_between(c) {
            run.push(c);
        } else {
            close(&mut run, &mut out);
            out.push(c);
        }
    }
    close(&mut run, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("+12122000002", "\u{2022}\u{2022} 0002")]
    #[case("+442079460958", "\u{2022}\u{2022} 0958")]
    #[case("+29020915", "\u{2022}\u{2022} 15")]
    fn of_a_number_the_end_is_shown(#[case] number: &str, #[case] shown: &str) {
        assert_eq!(Phone::from_e164(number).unwrap().last_digits(), shown);
    }

    #[rstest]
    #[case("(212) 200-0002", "US", "+12122000002")]
    #[case("212.200.0002", "US", "+12122000002")]
    #[case("212-200-0002", "us", "+12122000002")]
    #[case("12122000002", "US", "+12122000002")]
    #[case("2122000002", "US", "+12122000002")]
    #[case("+12122000050", "US", "+12122000050")]
    #[case("+16022000000", "US", "+16022000000")]
    #[case("1 (212) 200-0002", "US", "+12122000002")]
    #[case("+1 212 555 0123", "GB", "+12125550123")]
    #[case("  '2122000002 ", "US", "+12122000002")]
    #[case("2122000002.0", "US", "+12122000002")]
    #[case("tel:+1-212-200-0002", "US", "+12122000002")]
    #[case("\u{202a}+1 212\u{2011}200\u{2011}0002\u{202c}", "US", "+12122000002")]
    #[case("２１２２０００００２", "US", "+12122000002")]
    #[case("020 7946 0958", "GB", "+442079460958")]
    #[case("+44 20 7946 0958", "US", "+442079460958")]
    #[case("011 44 20 7946 0958", "US", "+442079460958")]
    #[case("+52 55 1234 5678", "US", "+525512345678")]
    // No trunk prefix of the US is taken off a number that names its country.
    #[case("+33 1 23 45 67 89", "US", "+33123456789")]
    #[case("011 33 1 23 45 67 89", "US", "+33123456789")]
    #[case("+49 1512 3456789", "US", "+4915123456789")]
    #[case("+55 11 96123-4567", "US", "+5511961234567")]
    #[case("+44 121 234 5678", "US", "+441212345678")]
    #[case("+44 20 7946 0958", "FR", "+442079460958")]
    fn numbers(#[case] text: &str, #[case] region: &str, #[case] expected: &str) {
        assert_eq!(Phone::parse(text, region).map(|p| p.as_str().to_owned()), Ok(expected.to_owned()));
    }

    #[rstest]
    #[case("", PhoneProblem::Empty)]
    #[case("   ", PhoneProblem::Empty)]
    #[case("2.122E+09", PhoneProblem::Spreadsheet)]
    #[case("1.2122E10", PhoneProblem::Spreadsheet)]
    #[case("n/a", PhoneProblem::NotANumber)]
    #[case("none", PhoneProblem::NotANumber)]
    #[case("ana@example.org", PhoneProblem::NotANumber)]
    #[case("200-0002", PhoneProblem::Impossible)]
    #[case("12", PhoneProblem::Impossible)]
    #[case("212200000", PhoneProblem::Impossible)]
    #[case("21220000022", PhoneProblem::Impossible)]
    #[case("0122000002", PhoneProblem::Impossible)]
    #[case("2120000002", PhoneProblem::Impossible)]
    #[case("911 555 0123", PhoneProblem::Impossible)]
    #[case("+1212200000", PhoneProblem::Impossible)]
    #[case("+44 20 79", PhoneProblem::Impossible)]
    #[case("+999 1234 5678", PhoneProblem::Impossible)]
    #[case("(800) 555-0123", PhoneProblem::TollFree)]
    #[case("1-888-200-0002", PhoneProblem::TollFree)]
    #[case("900-200-0002", PhoneProblem::Premium)]
    #[case("212-200-0002 x12", PhoneProblem::Extension)]
    #[case("212-200-0002 / 212-200-0003", PhoneProblem::Impossible)]
    #[case("99999999999999999999999999999999999999999999999999999999999999", PhoneProblem::Impossible)]
    fn problems(#[case] text: &str, #[case] expected: PhoneProblem) {
        assert_eq!(Phone::parse(text, "US"), Err(expected));
    }

    /// What comes over the wire is judged too: one row that is no number would stop the carrier's queue for everybody.
    #[rstest]
    #[case("\"+12122000002\"", true)]
    #[case("\"2122000002\"", false)]
    #[case("\"+1212200000x\"", false)]
    #[case("\"\"", false)]
    fn only_a_number_is_read_from_json(#[case] json: &str, #[case] good: bool) {
        let read = serde_json::from_str::<Phone>(json);
        assert_eq!(read.is_ok(), good, "{read:?}");
        if let Ok(phone) = read {
            assert_eq!(serde_json::to_string(&phone).unwrap(), json);
        }
    }

    #[rstest]
    #[case("30003", "30003")]
    #[case("error 30005: unknown destination", "error 30005: unknown destination")]
    #[case("no route to +1 (212) 555-0123 today", "no route to • today")]
    #[case("12125550123@gw 21610", "•@gw 21610")]
    #[case("a (b) - c", "a (b) - c")]
    #[case("", "")]
    fn a_number_in_a_sentence_is_taken_out(#[case] said: &str, #[case] kept: &str) {
        assert_eq!(without_numbers(said), kept);
    }

    #[test]
    fn hidden_in_debug() {
        let phone = Phone::parse("2122000002", "US").unwrap();
        assert_eq!(format!("{phone:?}"), "•••• ••02");
    }

    proptest! {
        #[test]
        fn e164_in_e164_out(area in "[2-7][02-9][2-9]", line in "[2-8][0-9]{6}") {
            prop_assume!(!line.starts_with("976"));
            let text = format!("+1{area}{line}");
            let phone = Phone::parse(&text, "US").unwrap();
            prop_assert_eq!(phone.as_str(), &text);
            prop_assert_eq!(Phone::parse(&format!("({area}) {}-{}", &line[..3], &line[3..]), "US"), Ok(phone.clone()));
            prop_assert_eq!(Phone::from_e164(&text), Some(phone));
        }

        #[test]
        fn anything_is_judged(text in any::<String>()) {
            if let Ok(phone) = Phone::parse(&text, "US") {
                prop_assert_eq!(Phone::parse(phone.as_str(), "US"), Ok(phone));
            }
        }
    }
}
