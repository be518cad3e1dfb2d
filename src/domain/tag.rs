//! Tags that every campaign has behind its own, and what they mean.
//!
//! They are tags like others: exports, conditions and results know them by these words.

/// A captain shall look at it.
pub const ESCALATED: &str = "escalated";
/// The person has died: no list and no follow-up brings the number in again for them.
pub const DECEASED: &str = "deceased";
/// The person lives elsewhere now.
pub const MOVED: &str = "moved";
/// The texter wants to come back to it.
pub const STAR: &str = "star";

/// All that a texter may set by hand, in the order shown.
pub const BUILT_IN: [&str; 4] = [ESCALATED, MOVED, DECEASED, STAR];

/// Begins the tag of a conversation that waits for somebody who speaks a language.
const NEEDS: &str = "needs:";

/// The tag of a conversation that waits for somebody who speaks this language (`es` -> `needs:es`).
#[must_use]
pub fn needs(language: &str) -> String {
    format!("{NEEDS}{language}")
}

/// The language that a tag asks for.
#[must_use]
pub fn needed(tag: &str) -> Option<&str> {
    tag.strip_prefix(NEEDS)
}

/// True for a tag that is set and taken off by hand in every campaign, whatever its own are.
#[must_use]
pub fn is_built_in(tag: &str) -> bool {
    BUILT_IN.contains(&tag) || needed(tag).is_some()
}

/// Other names under which a campaign may have one of them.
const NAMES: [(&str, &[&str]); 4] = [
    (ESCALATED, &["escalated", "flagged", "senalado"]),
    (MOVED, &["moved", "movedaway", "semudo"]),
    (DECEASED, &["deceased", "fallecido", "fallecida"]),
    (STAR, &["star", "estrella"]),
];

/// The built-in tag that a campaign's own one is by its name, whatever its case, blanks and underscores: it is offered once, and counts as
/// that everywhere (`Moved away` -> `moved`).
#[must_use]
pub fn meant(name: &str) -> Option<&'static str> {
    let letters = name.to_lowercase().replace(['\u{f1}', '\u{144}'], "n").replace('\u{f3}', "o");
    let letters: String = letters.chars().filter(|c| c.is_alphanumeric()).collect();
    NAMES.iter().find(|(_, names)| names.contains(&letters.as_str())).map(|(tag, _)| *tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_in_tag_is_known_under_its_other_names() {
        for name in ["moved", "Moved away", "MOVED_AWAY", "moved-away", "Se mudó"] {
            assert_eq!(meant(name), Some(MOVED), "{name}");
        }
        assert_eq!(
            (meant("Flagged"), meant("Star"), meant("Deceased ")),
            (Some(ESCALATED), Some(STAR), Some(DECEASED))
        );
        assert_eq!((meant("moved to tears"), meant("ride"), meant("")), (None, None, None));
    }

    #[test]
    fn a_language_is_read_out_of_its_tag() {
        assert_eq!(needed(&needs("es")), Some("es"));
        assert_eq!(needed(ESCALATED), None);
        assert!(is_built_in("needs:fr") && is_built_in(STAR) && !is_built_in("ride"));
    }
}
