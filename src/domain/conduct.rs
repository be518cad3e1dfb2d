//! Rules of conduct and campaigns' guides: texts that people accept, each known by a hash of what it says.

use std::collections::BTreeMap;

use super::safe_text::safe_body;

/// Longest text of one language, in characters.
pub const MAX_TEXT: usize = 20_000;
/// Most languages of one text.
pub const MAX_LANGUAGES: usize = 10;

/// Longest tag of a language, in bytes.
pub const LONGEST_TAG: usize = 12;

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
        if language.len() > LONGEST_TAG || !is_language(language) {
            faults.push(format!(
                "`{}` is no language tag: write one in lower case, like `en`, `es` or `es-mx`",
                super::safe_text::safe_line(language)
            ));
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

/// True for a well-formed tag of a language (BCP 47) in lower case: the language, and then, as far as they are said, script,
/// region and variants. Whether somebody speaks it is another question.
#[must_use]
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let letters =
        |part: &str, many: &[usize]| many.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase());
    if !parts.next().is_some_and(|part| letters(part, &[2, 3])) {
        return false;
    }
    // An extended language, a script, a region: each once, in this order.
    parts.next_if(|part| letters(part, &[3]));
    parts.next_if(|part| letters(part, &[4]));
    parts.next_if(|part| letters(part, &[2]) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())));
    parts.all(|part| {
        let word = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        word && ((5..=8).contains(&part.len()) || (part.len() == 4 && part.starts_with(|c: char| c.is_ascii_digit())))
    })
}

/// The language of a tag without script, region and variants.
#[must_use]
pub fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The text for a reader of `language`: in it (as spoken anywhere), else in English, else in the first there is.
#[must_use]
pub fn for_reader<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> Option<&'a str> {
    let spoken = |wanted: &str| texts.iter().find(|(tag, _)| primary(tag) == primary(wanted)).map(|(_, text)| text);
    let own = texts.get(language).or_else(|| spoken(language));
    own.or_else(|| texts.get("en")).or_else(|| spoken("en")).or_else(|| texts.values().next()).map(String::as_str)
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
    #[case::nonsense(&[("not_a-tag", "Be kind.")], false)]
    #[case::region(&[("es-mx", "Sea amable.")], true)]
    fn faults_are_told(#[case] all: &[(&str, &str)], #[case] good: bool) {
        assert_eq!(cleaned(&texts(all)).is_ok(), good);
    }

    #[rstest]
    #[case("en", true)]
    #[case("es-mx", true)]
    #[case("es-419", true)]
    #[case("zh-hant-tw", true)]
    #[case("sl-rozaj", true)]
    #[case("de-1996", true)]
    #[case("e", false)]
    #[case("english", false)]
    #[case("EN", false)]
    #[case("en-", false)]
    #[case("-en", false)]
    #[case("en--us", false)]
    #[case("en_us", false)]
    #[case("l0", false)]
    #[case("en-us-us", false)]
    #[case("en-x", false)]
    #[case("", false)]
    fn a_language_is_named_by_a_well_formed_tag(#[case] tag: &str, #[case] good: bool) {
        assert_eq!(is_language(tag), good);
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
        let regions = texts(&[("de", "Gut"), ("en-us", "Good"), ("es-mx", "Bueno")]);
        assert_eq!(for_reader(&regions, "es"), Some("Bueno"));
        assert_eq!(for_reader(&regions, "fr"), Some("Good"));
        assert_eq!(for_reader(&texts(&[]), "en"), None);
    }
}
