//! Links in a text, to be shown as such. Nothing here opens one.

use std::ops::Range;

/// Ends of host names without `http://` before them that are taken for a link; others are words with a dot in them.
const ENDS: &[&str] = &[
    "com", "org", "net", "gov", "edu", "us", "info", "vote", "io", "co", "me", "ly", "gl", "app", "link", "page",
    "site", "news", "biz", "mx", "pr",
];

/// The links of a text in their order, by bytes: `https://...`, `www...`, and names such as `vote.org/find`. Marks of the sentence
/// around them are left out, and so are addresses of e-mail.
#[must_use]
pub fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_start_matches(['(', '<', '[', '"', '\'', '“', '‘', '¿', '¡', '«']);
        let start = at + word.len() - bare.len();
        let bare =
            bare.trim_end().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>', ']', '"', '\'', '”', '’', '»']);
        if is_link(bare) {
            found.push(start..start + bare.len());
        }
        at += word.len();
    }
    found
}

fn is_link(word: &str) -> bool {
    let small = word.to_ascii_lowercase();
    for scheme in ["http://", "https://", "www."] {
        if let Some(rest) = small.strip_prefix(scheme) {
            return !rest.is_empty();
        }
    }
    let host = small.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let labels: Vec<&str> = host.split('.').collect();
    let named = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    labels.len() > 1 && labels.iter().all(named) && labels.last().is_some_and(|end| ENDS.contains(end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("see https://vote.org/x?y=1.", &["https://vote.org/x?y=1"])]
    #[case("(www.example.com) and vote.org, too", &["www.example.com", "vote.org"])]
    #[case("bit.ly/abc\nHTTP://A.B", &["bit.ly/abc", "HTTP://A.B"])]
    #[case("mail me at ann@example.com", &[])]
    #[case("at 7.30 a.m. on Nov.3, e.g. here.There", &[])]
    #[case("https:// alone", &[])]
    #[case("¿ya viste gob.mx?", &["gob.mx"])]
    fn are_found(#[case] text: &str, #[case] expected: &[&str]) {
        let found: Vec<&str> = links(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn any_text_has_them_in_order_and_whole(text in any::<String>()) {
            let mut last = 0;
            for range in links(&text) {
                prop_assert!(range.start >= last && !text[range.clone()].is_empty());
                last = range.end;
            }
        }
    }
}
