//! Merge fields as other platforms write them. What stands in braces is understood as it is; here is what would go out as it
//! stands, with the spelling that is right here.

use crate::domain::script::{alias, fold_name};

/// A merge field in the writing of another platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    /// Where it stands, in bytes.
    pub at: usize,
    /// As written.
    pub written: String,
    /// As it is written here.
    pub right: String,
}

/// What stands around a name elsewhere. `{{x}}`: Mustache, Liquid and their kin; `*|x|*`: mailing lists; `<x>`: Hustle.
const AROUND: [(&str, &str); 13] = [
    ("{{", "}}"),
    ("#{", "}"),
    ("<<", ">>"),
    ("${", "}"),
    ("[[", "]]"),
    ("[", "]"),
    ("((", "))"),
    ("*|", "|*"),
    ("%%", "%%"),
    ("%", "%"),
    ("#", "#"),
    ("<", ">"),
    ("«", "»"),
];

/// What stands before a name elsewhere.
const BEFORE: [&str; 8] = ["contact.", "recipient.", "person.", "user.", "voter.", "supporter.", "agent.", "texter."];

/// Longest name that is looked at, with what belongs to it.
const LONGEST: usize = 60;

/// Every one in a text, each once, in order of place.
pub(super) fn fields(text: &str) -> Vec<Foreign> {
    let mut found: Vec<Foreign> = Vec::new();
    for (open, close) in AROUND {
        for (at, _) in text.match_indices(open) {
            let rest = &text[at + open.len()..];
            let Some(end) = rest.find(close).filter(|end| *end <= LONGEST) else { continue };
            let inner = &rest[..end];
            let overlaps = found.iter().any(|one| one.at <= at && at < one.at + one.written.len());
            if !overlaps && let Some(right) = right(inner) {
                found.push(Foreign { at, written: format!("{open}{inner}{close}"), right });
            }
        }
    }
    found.sort_by_key(|one| one.at);
    found
}

/// The field that is meant, as it is written here; none for words that mean no field for sure.
fn right(inner: &str) -> Option<String> {
    let (name, rest) = inner.split_once('|').unwrap_or((inner, ""));
    let name = name.trim();
    let lower = name.to_lowercase();
    let (prefix, bare) = BEFORE
        .iter()
        .find_map(|prefix| lower.strip_prefix(prefix).map(|bare| (*prefix, bare)))
        .unwrap_or(("", lower.as_str()));
    let folded = fold_name(bare);
    let texters = matches!(prefix, "agent." | "texter.");
    let field = match alias(&folded) {
        "firstname" | "name" if texters => "texterName",
        "firstname" | "name" => "firstName",
        "lastname" => "lastName",
        "zip" => "zip",
        "state" => "state",
        "city" => "city",
        "organization" => "organization",
        "textername"
        | "texterfirstname"
        | "texteraliasorfirstname"
        | "agentname"
        | "agentfirstname"
        | "sendername"
        | "volunteername" => "texterName",
        "pollinglocation" | "polllocation" | "pollingplace" => "polling_place",
        _ => return None,
    };
    // Liquid: {{ first_name | default: "there" }}.
    let fallback = rest.split_once(':').map(|(_, words)| words.trim().trim_matches(['"', '\'', '“', '”']));
    Some(match fallback.filter(|words| !words.is_empty() && !words.contains(['{', '}'])) {
        Some(words) => format!("{{{field}/{words}}}"),
        None => format!("{{{field}}}"),
    })
}

/// A picture as one platform writes it, `[https://...]`; where it stands.
pub(super) fn picture(text: &str) -> Option<usize> {
    let start = ["[https://", "[http://"].into_iter().filter_map(|open| text.find(open)).min()?;
    text[start..].contains(']').then_some(start)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[rstest::rstest]
    #[case("Hi {{first_name}}!", &[(3, "{{first_name}}", "{firstName}")])]
    #[case("Hi {{ contact.first_name }}!", &[(3, "{{ contact.first_name }}", "{firstName}")])]
    #[case("Hi {{first_name | default: \"there\"}}!", &[(3, "{{first_name | default: \"there\"}}", "{firstName/there}")])]
    #[case("Hi [First Name], it's [Agent Name]", &[(3, "[First Name]", "{firstName}"), (22, "[Agent Name]", "{texterName}")])]
    #[case("Hi [[fname]]", &[(3, "[[fname]]", "{firstName}")])]
    #[case("Hi *|FNAME|*", &[(3, "*|FNAME|*", "{firstName}")])]
    #[case("Hi {{name}}", &[(3, "{{name}}", "{firstName}")])]
    #[case("Hi %%name%%", &[(3, "%%name%%", "{firstName}")])]
    #[case("Hi #{firstName}", &[(3, "#{firstName}", "{firstName}")])]
    #[case("Hi <<first name>>", &[(3, "<<first name>>", "{firstName}")])]
    #[case("Hi #name#, ward #3 and #vote", &[(3, "#name#", "{firstName}")])]
    #[case("Hi %FIRST_NAME%", &[(3, "%FIRST_NAME%", "{firstName}")])]
    #[case("Hi %recipient.first_name%", &[(3, "%recipient.first_name%", "{firstName}")])]
    #[case("Hi ${firstName}", &[(3, "${firstName}", "{firstName}")])]
    #[case("it's {{agent.name}}", &[(5, "{{agent.name}}", "{texterName}")])]
    #[case("<volunteer name> here", &[(0, "<volunteer name>", "{texterName}")])]
    #[case("Hi {firstName}, {first_name/there} and {cv:office}", &[])]
    #[case("a {{brace}} and [note] and 5% of 10% <3 >", &[])]
    #[case("100% sure that % of them [1] vote", &[])]
    fn what_other_platforms_write(#[case] text: &str, #[case] expected: &[(usize, &str, &str)]) {
        let found: Vec<_> = fields(text).into_iter().map(|one| (one.at, one.written, one.right)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(at, written, right)| (*at, (*written).to_owned(), (*right).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn pictures() {
        assert_eq!(picture("Look [https://example.org/a.png] here"), Some(5));
        assert_eq!(picture("Look https://example.org/a.png] here"), None);
    }
}
