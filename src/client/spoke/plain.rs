//! Is a text that the server has the one that was sent?

pub(super) use crate::domain::plain_text::plain;

/// True when both are the same text, whatever the server made of its look-alikes and spaces.
#[must_use]
pub fn same_text(one: &str, other: &str) -> bool {
    let words = |text: &str| plain(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_known_again_in_what_is_kept() {
        // As in the recorded exchange 211.
        let sent =
            "\u{201c}Hi\u{201d} \u{2014} it\u{2019}s {firstName} \u{2026} [https://example.org/a.png] \u{f1} \u{1f600}";
        let kept = "\"Hi\" - it's {firstName} ...  [https://example.org/a.png] \u{f1} \u{1f600}";
        assert!(same_text(sent, kept));
        assert!(!same_text("yes", "yes!"));
    }
}
