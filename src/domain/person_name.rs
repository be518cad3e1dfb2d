//! A person's first name, as voters and the team read it.

use super::safe_text::safe_line;

/// Longest name, in characters.
pub const MAX_NAME: usize = 40;

/// So many digits are a telephone number, not a name.
const DIGITS_OF_A_NUMBER: usize = 7;

/// The name as it is kept: safe for terminals, with single blanks.
///
/// # Errors
/// What is wrong with it, as a person reads it.
pub fn cleaned(name: &str) -> Result<String, &'static str> {
    if name.chars().any(char::is_control) {
        return Err("a name is one line of letters");
    }
    let name = safe_line(name).split_whitespace().collect::<Vec<_>>().join(" ");
    let digits = name.chars().filter(|c| c.is_numeric()).count();
    if digits >= DIGITS_OF_A_NUMBER {
        return Err("this looks like a telephone number: give a first name, voters and the team read it");
    }
    if digits > 0 && !name.chars().any(char::is_alphabetic) {
        return Err("a name has letters: give a first name, voters and the team read it");
    }
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err("a first name has 1 to 40 characters");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::cleaned;

    #[rstest]
    #[case("Ann", Some("Ann"))]
    #[case("  Mary \u{a0} Ann ", Some("Mary Ann"))]
    #[case("Zo\u{eb}", Some("Zo\u{eb}"))]
    #[case("\u{738b}", Some("\u{738b}"))]
    #[case("Ann 2", Some("Ann 2"))]
    #[case("x", Some("x"))]
    #[case("", None)]
    #[case("   ", None)]
    #[case("+1 (415) 555-0101", None)]
    #[case("4155550101", None)]
    #[case("Ann 415-555-0101", None)]
    #[case("\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}", None)]
    #[case("42", None)]
    #[case("Ann\nBea", None)]
    #[case("Ann\u{1b}[2J", None)]
    fn a_name_is_no_number(#[case] given: &str, #[case] kept: Option<&str>) {
        assert_eq!(cleaned(given).ok().as_deref(), kept);
    }

    #[test]
    fn a_name_is_not_endless() {
        assert!(cleaned(&"x".repeat(40)).is_ok() && cleaned(&"x".repeat(41)).is_err());
    }
}
