//! Rules of conduct and campaigns' guides: texts that people accept, each known by a hash of what it says.

use std::collections::BTreeMap;

use super::safe_text::safe_body;

/// Longest text of one language, in characters.
pub const MAX_TEXT: usize = 20_000;
/// Most languages of one text.
pub const MAX_LANGUAGES: usize = 10;

/// Hexadecimal digits of a version.
const DIGITS: usize = 32;

/// The version of these rules: the same words in the same languages are the same version, whoever sets them when.
#[must_use]
pub fn rules_version(texts: &BTreeMap<String, String>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"rules\n");
    for part in texts.iter().flat_map(|(language, text)| [language, text]) {
        // Lengths, so that no two lists of texts run into the same bytes.
        hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    short(&hasher)
}

/// The version of a campaign's guide.
#[must_use]
pub fn guide_version(guide: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"guide\n");
    hasher.update(guide.as_bytes());
    short(&hasher)
}

fn short(hasher: &blake3::Hasher) -> String {
    let mut hex = hasher.finalize().to_hex().to_string();
    hex.truncate(DIGITS);
    hex
}

/// The texts as they are kept: made safe for terminals, without blanks around them.
///
/// # Errors
/// Every fault, each with its remedy.
pub fn cleaned(texts: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Vec<String>> {
    let mut faults = Vec::new();
    let mut clean = BTreeMap::new();
    if texts.len() > MAX_LANGUAGES {
        faults.push(format!("there are {} languages; at most {MAX_LANGUAGES} can be kept", texts.len()));
    }
    for (language, text) in texts.iter().take(MAX_LANGUAGES) {
        let named = (2..=12).contains(&language.len())
            && language.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !named {
            faults.push("a language is named by a tag in lower case, like `en` or `es`".to_owned());
            continue;
        }
        let text = safe_body(text).trim().to_owned();
        let length = text.chars().count();
        if text.is_empty() {
            faults.push(format!("the text in `{language}` is empty; leave the language out"));
        } else if length > MAX_TEXT {
            faults.push(format!("the text in `{language}` has {length} characters; at most {MAX_TEXT} can be kept"));
        }
        clean.insert(language.clone(), text);
    }
    if faults.is_empty() { Ok(clean) } else { Err(faults) }
}

/// The text for a reader of `language`: in it, else in English, else in the first there is.
#[must_use]
pub fn for_reader<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> Option<&'a str> {
    texts.get(language).or_else(|| texts.get("en")).or_else(|| texts.values().next()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn texts(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_version_is_what_is_said_and_in_which_language() {
        let one = texts(&[("en", "Be kind."), ("es", "Sea amable.")]);
        assert_eq!(rules_version(&one), rules_version(&one.clone()));
        assert_eq!(rules_version(&one).len(), DIGITS);
        for other in [
            texts(&[("en", "Be kind.")]),
            texts(&[("en", "Be kind!"), ("es", "Sea amable.")]),
            texts(&[("es", "Be kind."), ("en", "Sea amable.")]),
            texts(&[("en", "Be kind.es"), ("e", "Sea amable.")]),
        ] {
            assert_ne!(rules_version(&one), rules_version(&other), "{other:?}");
        }
        assert_ne!(guide_version("Be kind."), rules_version(&texts(&[("en", "Be kind.")])));
    }

    #[rstest]
    #[case::good(&[("en", " Be kind.\n")], true)]
    #[case::none(&[], true)]
    #[case::blank(&[("en", " \n ")], false)]
    #[case::no_language(&[("English", "Be kind.")], false)]
    fn faults_are_told(#[case] all: &[(&str, &str)], #[case] good: bool) {
        assert_eq!(cleaned(&texts(all)).is_ok(), good);
    }

    #[test]
    fn what_is_kept_is_safe_and_not_endless() {
        let kept = cleaned(&texts(&[("en", "# Be\u{1b}[2J kind\nAlways.")])).expect("good");
        assert!(!kept["en"].contains('\u{1b}') && kept["en"].contains('\n'), "{kept:?}");
        assert!(cleaned(&texts(&[("en", &"x".repeat(MAX_TEXT + 1))])).is_err());
        let many = (10..=20).map(|n| (format!("l{n}"), "x".to_owned())).collect();
        assert!(cleaned(&many).is_err());
    }

    #[test]
    fn a_reader_gets_the_own_language_where_there_is_one() {
        let all = texts(&[("de", "Gut"), ("en", "Good"), ("es", "Bueno")]);
        assert_eq!(for_reader(&all, "es"), Some("Bueno"));
        assert_eq!(for_reader(&all, "fr"), Some("Good"));
        assert_eq!(for_reader(&texts(&[("de", "Gut")]), "fr"), Some("Gut"));
        assert_eq!(for_reader(&texts(&[]), "en"), None);
    }
}
